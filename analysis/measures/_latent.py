"""A hidden level that wanders and comes back, seen only through acts of conflict and of cooperation.

The level is the log-odds x(t) that an act is one of conflict, a stationary Ornstein-Uhlenbeck process: x = m + s z,
where z has mean 0, variance 1 and correlation exp(-d / u) over d days. None of the three parameters is set: m (the
usual log-odds), s (how far the level strays) and u (how long it remembers, in days) run over a grid and are weighed by
their priors and by how well they foresaw the acts, each act by those before it. The priors: m normal with mean 0 and
standard deviation 1.5, s half-normal with scale 1, u even on the logarithm.

z lives on 45 evenly spaced points from -4.4 to 4.4 and moves between neighbours, as a birth-and-death chain whose
flow between two points is the geometric mean of their stationary weights. The weights are those of the normal density
and stay positive, steps of any length agree with each other, and time is scaled so that a departure from the mean
level fades as the process says. With the chain's eigenvectors known, a step of d days is a product of exp(-k d / u)
for each rate k. Filtering and smoothing are exact on this grid; each day with an act is visited once forward and once
backward, whatever the time in between, so the cost is linear in the number of such days.

What is carried along is a function on the points: the distribution divided by the stationary weights going forward,
the likelihood of what comes later going backward. The chain is reversible, so one operator moves both.

References
----------
Uhlenbeck, Ornstein (1930), Physical Review 36. Kitagawa (1987), Journal of the American Statistical Association
82(400), for filtering on a grid. Kushner, Dupuis (2001), Numerical Methods for Stochastic Control Problems in
Continuous Time, for the chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from analysis.measures._frames import Acts, Days, Floats

POINTS = np.linspace(-4.4, 4.4, 45)
MEANS = np.linspace(-4.2, 4.2, 13)
SPREADS = np.array([0.3, 0.6, 1.0, 1.5, 2.2])
MEMORIES = np.array([30.0, 60.0, 120.0, 240.0, 480.0, 960.0])
_MEAN_SCALE, _SPREAD_SCALE = 1.5, 1.0
_ROWS_AT_ONCE = 64
_DAYS_AT_ONCE = 16
_NEGLIGIBLE = 1e-3  # parameters with less than this part of the best one's weight are left out of a second pass


@dataclass(frozen=True)
class Counts:
    """Days on which something was done, and how many acts of conflict and of cooperation were done on each."""

    days: Days
    conflict: Floats
    cooperation: Floats

    @classmethod
    def of(cls, acts: Acts) -> Counts:
        """Count the acts by point day; an act with a score of zero is neither and stays out."""
        counted = acts.score != 0
        days, place = np.unique(acts.point[counted], return_inverse=True)
        hostile = np.bincount(place, weights=acts.score[counted] < 0, minlength=len(days)).astype(np.float64)
        return cls(days, hostile, np.bincount(place, minlength=len(days)) - hostile)


@dataclass(frozen=True)
class Nodes:
    """Values of the three parameters, and the logarithm of what speaks for each of them."""

    mean: Floats
    spread: Floats
    memory: Floats
    log_weight: Floats

    @property
    def odds(self) -> Floats:
        """Log-odds of conflict, parameter x point."""
        return self.mean[:, None] + self.spread[:, None] * POINTS

    @property
    def chance(self) -> Floats:
        """Chance of conflict, parameter x point."""
        return 1.0 / (1.0 + np.exp(-self.odds))

    def keep(self, log_weight: Floats) -> Nodes:
        """Leave out the parameters that these log weights make negligible."""
        kept = log_weight > log_weight.max() + np.log(_NEGLIGIBLE)
        return Nodes(self.mean[kept], self.spread[kept], self.memory[kept], self.log_weight[kept])

    def repeat(self, times: int) -> Nodes:
        """Write each parameter down so many times."""
        return Nodes(*(np.repeat(one, times) for one in (self.mean, self.spread, self.memory, self.log_weight)))


def nodes() -> Nodes:
    """Return the whole grid of parameters with its priors."""
    mean, spread, memory = (one.ravel() for one in np.meshgrid(MEANS, SPREADS, MEMORIES, indexing="ij"))
    width = np.gradient(SPREADS)[np.searchsorted(SPREADS, spread)]
    log_prior = -0.5 * (mean / _MEAN_SCALE) ** 2 - 0.5 * (spread / _SPREAD_SCALE) ** 2 + np.log(width)
    return Nodes(mean, spread, memory, log_prior)


@cache
def chain() -> tuple[Floats, Floats, Floats, Floats]:
    """Return the stationary weights, the matrices into and out of the chain's eigenvectors, and their rates."""
    density = np.exp(-(POINTS**2) / 2.0)
    weight = density / density.sum()
    root = np.sqrt(weight)
    leaving = np.zeros(len(POINTS))  # flow over weight: sqrt(w i+1 / w i) up, sqrt(w i-1 / w i) down
    leaving[:-1] += root[1:] / root[:-1]
    leaving[1:] += root[:-1] / root[1:]
    values, vectors = np.linalg.eigh(np.diag(-leaving) + np.eye(len(POINTS), k=1) + np.eye(len(POINTS), k=-1))
    rates = np.maximum(-values[::-1], 0.0)
    vectors = vectors[:, ::-1]
    return weight, root[:, None] * vectors, vectors.T / root, rates / rates[1]


class Passes:
    """Forward and backward over the days of acts for many parameters at once: the first axis throughout."""

    def __init__(self, grid: Nodes, counts: Counts) -> None:
        self.grid, self.counts = grid, counts
        self.weight, self._into, self._out, rates = chain()
        memories, self._which = np.unique(grid.memory, return_inverse=True)
        self._fade = rates / memories[:, None]
        self._log_chance = np.log(grid.chance), np.log1p(-grid.chance)
        self.flat = np.ones_like(grid.chance)

    def step(self, function: Floats, days: int | np.int64 | Days) -> Floats:
        """Move a function on the points by so many days; several lengths of time give a leading axis."""
        span = np.asarray(days, dtype=np.float64)[..., None, None]
        fade = np.exp(-span * self._fade)[..., self._which, :]
        moved: Floats = np.maximum(_product(_product(function, self._into) * fade, self._out), 0.0)
        return moved

    def seen(self, conflict: float, cooperation: float) -> tuple[Floats, Floats]:
        """Return how likely so many acts of either kind are at each point, scaled to a maximum of 1, and the logarithm
        of the scale."""
        logs = conflict * self._log_chance[0] + cooperation * self._log_chance[1]
        top = logs.max(axis=1)
        return np.exp(logs - top[:, None]), top

    def on(self, index: int | np.int64) -> tuple[Floats, Floats]:
        """Return `seen` for one of the days."""
        return self.seen(self.counts.conflict[index], self.counts.cooperation[index])

    def forward(self) -> Iterator[tuple[Floats, Floats, Floats]]:
        """Yield for each day of acts the function before they are seen, that after, and the log-likelihood so far."""
        after, total = self.flat, np.zeros(len(self.flat))
        for index, gap in enumerate(np.diff(self.counts.days, prepend=self.counts.days[:1])):
            before = self.step(after, gap)
            likely, scale = self.on(index)
            after = before * likely
            size = after @ self.weight
            after, total = after / size[:, None], total + scale + np.log(size)
            yield before, after, total

    def likelihood(self) -> Floats:
        """Return the logarithm of the chance of all acts, by parameter."""
        total = np.zeros(len(self.flat))
        for *_, so_far in self.forward():
            total = so_far
        return total

    def mean(self, log_likelihood: Floats, function: Floats) -> float:
        """Return the mean chance of conflict over parameters and points."""
        size, part = (function * self.weight).sum(axis=1), (function * self.weight * self.grid.chance).sum(axis=1)
        return float(normal(self.grid.log_weight + log_likelihood) @ (part / size))

    def backward(self, start: Floats, end: int) -> Iterator[tuple[int, Floats, Floats, Floats]]:
        """Yield for each day of acts, the latest first: its place, the expectation of `start` (on day `end`) times the
        likelihood of all later acts given the level, the logarithm of its scale, and the same with the day's own acts
        (scaled anew)."""
        ahead, scale, after = start, np.zeros(len(self.flat)), end
        for index in range(len(self.counts.days) - 1, -1, -1):
            ahead = self.step(ahead, after - int(self.counts.days[index]))
            likely, own = self.on(index)
            with_own = ahead * likely
            size = with_own.max(axis=1)
            yield index, ahead, scale, with_own / size[:, None]
            ahead, scale, after = with_own / size[:, None], scale + own + np.log(size), int(self.counts.days[index])

    def filtered(self, asked: Days) -> Iterator[tuple[slice, Floats]]:
        """Yield the distribution over parameters and points on the days asked about (sorted), given the acts so far."""
        place = np.searchsorted(self.counts.days, asked, side="right") - 1
        states = self.forward()
        after, total = self.flat, np.zeros(len(self.flat))
        for index in range(-1, len(self.counts.days)):
            if index >= 0:
                _, after, total = next(states)
            for days in _pieces(place, index):
                since: Days = asked[days] - (self.counts.days[index] if index >= 0 else asked[days])
                yield days, normal(self.grid.log_weight + total)[:, None] * self.step(after, since) * self.weight

    def smoothed(self, asked: Days) -> Iterator[tuple[slice, Floats]]:
        """Yield the distribution over parameters and points on the days asked about (sorted, the latest first), given
        all acts."""
        count, known = len(self.counts.days), self.counts.days
        place = np.searchsorted(known, asked, side="right") - 1
        needed, kept = set(place.tolist()), {-1: self.flat}
        total = np.zeros(len(self.flat))
        for index, (_, after, so_far) in enumerate(self.forward()):
            total = so_far
            if index in needed:
                kept[index] = after
        weight = normal(self.grid.log_weight + total)[:, None] * self.weight
        later, until = self.flat, max(map(int, (*known[-1:], *asked[-1:])), default=0)
        back = self.backward(later, until)
        for index in range(count - 1, -2, -1):
            for days in _pieces(place, index):
                since: Days = asked[days] - (known[index] if index >= 0 else asked[days])
                joint = self.step(kept[index], since) * self.step(later, until - asked[days]) * self.weight
                yield days, joint / joint.sum(axis=-1, keepdims=True) * weight.sum(axis=1, keepdims=True)
            if index >= 0:
                _, _, _, later = next(back)
                until = int(known[index])


def normal(log_weight: Floats) -> Floats:
    """Turn logarithms of weights into weights that sum to 1."""
    weight = np.exp(log_weight - log_weight.max())
    normed: Floats = weight / weight.sum()
    return normed


def _pieces(place: Days, index: int) -> Iterator[slice]:
    """Divide the days asked about that follow one day of acts into runs that stay within memory."""
    first, last = np.searchsorted(place, index, side="left"), np.searchsorted(place, index, side="right")
    for begin in range(int(first), int(last), _DAYS_AT_ONCE):
        yield slice(begin, min(begin + _DAYS_AT_ONCE, int(last)))


def _product(functions: Floats, matrix: Floats) -> Floats:
    """Multiply in pieces so small that they are done in one thread: waiting for others would cost far more."""
    rows = functions.reshape(-1, matrix.shape[0])
    result = np.empty_like(rows)
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        np.matmul(rows[first : first + _ROWS_AT_ONCE], matrix, out=result[first : first + _ROWS_AT_ONCE])
    return result.reshape(functions.shape)
