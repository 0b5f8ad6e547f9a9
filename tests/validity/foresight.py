"""Do the measures foresee anything? What each says at the end of a quarter, against the acts of a later one.

At the end of each quarter every method sees the acts up to that day and says how likely an act of a later quarter is to
be one of conflict: as a distribution over that chance, `Spoken`. What comes is scored three ways: how many of the acts
are of conflict, given how many acts there are (logarithmic score; CRPS of their share; whether the 90% interval holds
it), the mean Goldstein score of the quarter (CRPS, sizes drawn from the past of that sign), and the number of acts of
conflict (logarithmic score, the number of acts foreseen alike for all methods, from the two years before). Whatever a
method has to choose is chosen on the past. Acts dated to more than 92 days, and acts with a score of zero, stay out.

* *constant*: the share of acts of conflict in all the past, as a beta distribution with half an act of each kind more.
* *constant that scatters*: the same share, as a beta distribution so wide as the past quarters ask for.
* *last quarter*: the same from the last quarter with an act alone.
* *fading average*: acts by sign, fading with a half-life, and so many acts of the past's share; both chosen on the past.
* *tension share*: the share as one number; and *with its band*, the redrawn shares as the distribution.
* *propensity*: its distribution in the middle of the quarter foreseen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import betaln, gammaln

from analysis.measures import _frames, bands
from analysis.measures._decay import decay, decayed_sums
from analysis.measures._frames import Acts, Days, Floats
from analysis.measures._latent import Counts, Passes, nodes, normal
from analysis.measures._redraw import redraw

METHODS = (
    "constant",
    "constant that scatters",
    "last quarter",
    "fading average",
    "tension share",
    "tension share with its band",
    "propensity",
)
HALF_LIVES = (45, 90, 180, 365, 730, 1460)
PULLS = (1.0, 2.0, 4.0, 8.0, 16.0)
_COARSE = 92
_BACK = 8
_GRID = (np.arange(200) + 0.5) / 200  # chances at which a distribution is written down


@dataclass(frozen=True)
class Spoken:
    """A distribution over the chance that an act is one of conflict."""

    chance: Floats
    weight: Floats

    @classmethod
    def of(cls, chance: Floats, weight: Floats) -> Spoken:
        """Write a distribution down on the grid."""
        return cls(_GRID, np.histogram(chance, bins=len(_GRID), range=(0.0, 1.0), weights=weight / weight.sum())[0])

    def conflicts(self, number: int) -> Floats:
        """Return how likely 0, 1 ... `number` acts of conflict among as many acts are."""
        count = np.arange(number + 1)
        ways = gammaln(number + 1) - gammaln(count + 1) - gammaln(number - count + 1)
        chance = np.clip(self.chance, 1e-9, 1 - 1e-9)[:, None]
        return self.weight @ np.exp(ways + count * np.log(chance) + (number - count) * np.log1p(-chance))


def foreseen(events: pd.DataFrame, first: str, last: str, lead: int = 1) -> pd.DataFrame:
    """Let every method speak at the end of each quarter, of the quarter that lies `lead` quarters ahead.

    Returns
    -------
    DataFrame
        One row a quarter with acts and a method: `origin` (last day known), `method`, `acts`, `conflicts`, `log_score`,
        `crps_share`, `crps_tone`, `held` (bool), `log_number`.
    """
    acts = _frames.read_acts(events, "foresight")
    acts = acts.keep((acts.score != 0) & (acts.end - acts.start <= _COARSE))
    rows = []
    ends = pd.date_range(first, last, freq="QE").to_numpy().astype("datetime64[D]").astype(np.int64)
    chosen = _Chosen()
    levels = _levels(acts, ends, lead)
    for number, (origin, level) in enumerate(zip(ends[: len(ends) - lead], levels, strict=False)):
        opens, closes = ends[number + lead - 1], ends[number + lead]
        come = acts.score[(acts.point > opens) & (acts.point <= closes)]
        past = acts.keep(acts.point <= origin)
        spoken = dict(
            zip(METHODS, [*_simple(past, int(origin), chosen), *_share(past, int(origin)), level], strict=True)
        )
        if len(come):
            rng = np.random.default_rng(number)
            rows += [
                (
                    _frames.timestamp(int(origin)),
                    name,
                    len(come),
                    int((come < 0).sum()),
                    *_scored(one, come, past, ends[: number + 1], rng),
                )
                for name, one in spoken.items()
            ]
            chosen.learn(past, int(origin), come)
    names = ["origin", "method", "acts", "conflicts", "log_score", "crps_share", "crps_tone", "held", "log_number"]
    return pd.DataFrame(rows, columns=names)


def gains(frame: pd.DataFrame, against: str = "constant", draws: int = 4000, seed: int = 0) -> pd.DataFrame:
    """Sum up what `foreseen` returned, by method.

    Returns
    -------
    DataFrame
        One row a method: `method`, `log_score` (mean a quarter), `gain` (summed, over the method `against`), `low`, `high` (90%
        bootstrap over quarters), `crps_share`, `crps_tone`, `log_number` (means), `held` (part of the quarters, 0 to 1),
        `quarters`, `acts`.
    """
    wide = frame.pivot(index="origin", columns="method", values="log_score")[list(METHODS)]
    more = wide.sub(wide[against], axis=0).to_numpy()
    pick = np.random.default_rng(seed).integers(0, len(more), (draws, len(more)))
    low, high = np.quantile(more[pick].sum(axis=1), [0.05, 0.95], axis=0)
    means = frame.groupby("method")[["log_score", "crps_share", "crps_tone", "log_number", "held"]].mean()
    table = means.loc[list(METHODS)].assign(gain=more.sum(axis=0), low=low, high=high, quarters=len(more))
    return table.assign(acts=int(frame.groupby("origin")["acts"].first().sum())).reset_index()


class _Chosen:
    """What a fading average would have scored so far, by half-life and by pull."""

    def __init__(self) -> None:
        self.score = np.zeros((len(HALF_LIVES), len(PULLS)))
        self.still = np.zeros(len(PULLS))

    def learn(self, past: Acts, origin: int, come: Floats) -> None:
        """Add what one quarter brought."""
        hits, misses = (come < 0).sum(), (come > 0).sum()
        for scores, half_life in [*zip(self.score, HALF_LIVES, strict=True), (self.still, None)]:
            a, b = np.transpose([fading(past, origin, half_life, pull) for pull in PULLS])
            scores += betaln(a + hits, b + misses) - betaln(a, b)

    def best(self) -> tuple[int, float]:
        """Return half-life and pull with the highest score, 180 days and 2 acts before there is any."""
        if not self.score.any():
            return 180, 2.0
        row, column = np.unravel_index(self.score.argmax(), self.score.shape)
        return HALF_LIVES[row], PULLS[column]


def fading(past: Acts, origin: int, half_life: float | None, pull: float) -> tuple[float, float]:
    """Return the two numbers of a beta distribution: fading counts by sign, and `pull` acts of the past's share; of
    the latter alone without half-life."""
    weight = np.exp2(-(origin - past.point) / half_life) if half_life else np.zeros(len(past))
    share = ((past.score < 0).sum() + 0.5) / (len(past) + 1.0)
    return (weight * (past.score < 0)).sum() + pull * share, (weight * (past.score > 0)).sum() + pull * (1 - share)


def half_lives(events: pd.DataFrame, first: str, last: str) -> pd.DataFrame:
    """Say what each half-life of a fading average would have scored over all quarters, with the best pull of each.

    Returns
    -------
    DataFrame
        One row a half-life: `half_life` (days), `log_score` (summed), `pull` (acts).
    """
    acts = _frames.read_acts(events, "foresight")
    acts = acts.keep((acts.score != 0) & (acts.end - acts.start <= _COARSE))
    ends = pd.date_range(first, last, freq="QE").to_numpy().astype("datetime64[D]").astype(np.int64)
    chosen = _Chosen()
    for opens, closes in pairwise(ends):
        come = acts.score[(acts.point > opens) & (acts.point <= closes)]
        chosen.learn(acts.keep(acts.point <= opens), int(opens), come)
    best = chosen.score.argmax(axis=1)
    return pd.DataFrame(
        {"half_life": HALF_LIVES, "log_score": chosen.score.max(axis=1), "pull": [PULLS[place] for place in best]}
    )


def _beta(a: float, b: float) -> Spoken:
    weight = np.exp((a - 1) * np.log(_GRID) + (b - 1) * np.log1p(-_GRID) - betaln(a, b))
    return Spoken(_GRID, weight / weight.sum())


def _simple(past: Acts, origin: int, chosen: _Chosen) -> list[Spoken]:
    conflict = past.score < 0
    recent = past.point > past.point.max() - 91
    counts = [((conflict & part).sum(), (~conflict & part).sum()) for part in (conflict | True, recent)]
    whole, last = (_beta(a + 0.5, b + 0.5) for a, b in counts)
    wide = fading(past, origin, None, PULLS[int(chosen.still.argmax())] if chosen.still.any() else 4.0)
    return [whole, _beta(*wide), last, _beta(*fading(past, origin, *chosen.best()))]


def _share(past: Acts, origin: int) -> list[Spoken]:
    model, day = decay(past, "180D", 10.0, None, "foresight"), np.array([origin])
    plan = bands.plan(past, "foresight", 0.9, 200, None, bands.CODING_ERROR, None, origin, "quarter")
    redrawn = redraw(past, [np.ones(len(past), dtype=bool)], day, model.half_life, plan)
    drawn = bands.redrawn_shares(past, model, redrawn, plan)[0]
    value = model.share(*decayed_sums(past, day, model.half_life))
    return [Spoken(value, np.ones(1)), Spoken.of(drawn, np.ones(len(drawn)))]


def _levels(acts: Acts, ends: Days, lead: int) -> Iterator[Spoken]:
    """Yield what the propensity says at each origin of the middle of the quarter foreseen; one pass for all."""
    counts, grid = Counts.of(acts), nodes()
    passes = Passes(grid, counts)
    states, place = passes.forward(), -1
    after, total = passes.flat, np.zeros(len(grid.mean))
    for number, origin in enumerate(ends[: len(ends) - lead]):
        while place + 1 < len(counts.days) and counts.days[place + 1] <= origin:
            _, after, total = next(states)
            place += 1
        middle = (ends[number + lead - 1] + ends[number + lead]) // 2
        since = middle - (counts.days[place] if place >= 0 else middle)
        joint = normal(grid.log_weight + total)[:, None] * passes.step(after, since) * passes.weight
        yield Spoken.of(grid.chance.ravel(), joint.ravel())


def _scored(one: Spoken, come: Floats, past: Acts, ends: Days, rng: np.random.Generator) -> tuple[float, ...]:
    number, hits = len(come), int((come < 0).sum())
    chance = one.conflicts(number)
    cumulated = np.cumsum(chance)
    crps = float(((cumulated - (np.arange(number + 1) >= hits)) ** 2)[:-1].sum()) / number
    held = bool(cumulated[hits] >= 0.05 and cumulated[hits] - chance[hits] <= 0.95)
    return float(np.log(chance[hits])), crps, _tone(one, come, past, rng), held, _log_number(one, hits, past, ends)


def _tone(one: Spoken, come: Floats, past: Acts, rng: np.random.Generator, draws: int = 400) -> float:
    """Return the CRPS of the quarter's mean score: number of acts given, sizes drawn from the past of their sign."""
    conflicts = rng.choice(len(come) + 1, draws, p=(chance := one.conflicts(len(come))) / chance.sum())
    sizes = [past.score[past.score < 0], past.score[past.score > 0]]
    sizes = [size if len(size) else np.array([-5.0, 5.0])[[side]] for side, size in enumerate(sizes)]
    hostile = np.arange(len(come)) < conflicts[:, None]
    drawn = np.where(hostile, rng.choice(sizes[0], hostile.shape), rng.choice(sizes[1], hostile.shape)).mean(axis=1)
    drawn.sort()
    spread = (2 * np.arange(1, draws + 1) - draws - 1) @ drawn / draws**2
    return float(np.abs(drawn - come.mean()).mean() - spread)


def _log_number(one: Spoken, hits: int, past: Acts, ends: Days) -> float:
    """Return the log score of the number of acts of conflict, the number of acts being that of the two years before:
    a negative binomial of their mean and variance."""
    counts = np.diff(np.searchsorted(np.sort(past.point), ends[-_BACK - 1 :], side="right"))
    mean = max(float(counts.mean()), 0.5) if len(counts) else 3.0
    excess = max(float(counts.var(ddof=1)) - mean, 0.1 * mean) if len(counts) > 1 else mean
    size = mean**2 / excess
    most = hits + int(mean + 8 * np.sqrt(mean + excess)) + 5
    number = np.arange(most + 1)
    log = gammaln(number + size) - gammaln(size) - gammaln(number + 1) + size * np.log(size / (size + mean))
    weight = np.exp(log + number * np.log(mean / (size + mean)))
    chance = [one.conflicts(int(each))[hits] if each >= hits else 0.0 for each in number]
    return float(np.log(weight @ np.array(chance)))
