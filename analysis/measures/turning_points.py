"""When did the level of tension change for good? Turning points of the record, or none.

What is segmented matters more than how. A decayed index is smooth by construction: its neighbouring values share
almost all their events, so any method that expects independent noise finds a break in every wave of it. Segmented
here is therefore what the index is made of: the acts themselves, one value a week (or other period), the mean
Goldstein score of that period's acts with its sign turned, from -10 to 10, higher is tenser. Periods without an act
are left out, not set to zero: nothing recorded is not calm. Neighbouring observations may thus lie months apart where
the record is thin.

The number of turning points is chosen by optimal partitioning (least squares, exact) with a penalty for each one,

    penalty = 2 * v * log(n),    v = s2 * (1 + r) / (1 - r)

n observations, s2 their noise variance and r its first autocorrelation, both from differences at one and at two
steps, which a few level shifts hardly touch: d1 = mean (x_i - x_(i-1))^2 / 2, d2 = mean (x_i - x_(i-2))^2 / 2, r = d2
/ d1 - 1 kept within 0..0.9, s2 = d1 / (1 - r). It is the Bayesian information criterion (a change costs a level and a
place) with the long-run variance in place of the plain one. Simulated records in which nothing changes gave a false
alarm in 1 to 4 of 100 cases where acts were independent, and in about 10 where four in ten acts repeated the sign of
the one before (20 acts a year; tests/test_turning_points.py).

The date is that of the first act of the new level. Its interval comes from redrawing the observations within their
segments, places kept, and finding the same number of turning points again. An empty frame says "None found", which is
an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures import _frames as fr
from analysis.measures import options as opt
from analysis.measures._decay import long_run_share
from analysis.measures._frames import Acts, Days, Floats, Freq
from analysis.measures.explain import events_near as events_near

_DTYPES = {
    "date": "datetime64[us]",
    "date_low": "datetime64[us]",
    "date_high": "datetime64[us]",
    "measure": "str",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "before": "float64",
    "after": "float64",
    "share_before": "float64",
    "share_after": "float64",
    "observations": "int64",
    "penalty": "float64",
    "events": "str",
    "title": "str",
}


def turning_points(
    events: pd.DataFrame,
    *,
    freq: Freq = "W",
    penalty: float | None = None,
    min_size: int = 5,
    band: float = 0.9,
    draws: int = 200,
    half_life: str | pd.Timedelta = "60D",
    top: int = 3,
    seed: int = 0,
    actors: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Find the days on which the mean level of the dyad's acts changed.

    A row is one turning point; no row means that none was found. The method is in the module's docstring.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end`, `goldstein`; `event_id` and `title` to name events. Third-party rows stay out, as in
        `tension`.
    freq : {"D", "W", "M", "Q"}
        Period over which acts are averaged before segmenting.
    penalty : float, optional
        Cost of one more turning point, in squared Goldstein points; default the criterion above.
    min_size : int
        Least number of observations between two turning points, from 2 up: periods of `freq` with an act, which where
        little is recorded span far more than as many weeks (months, quarters).
    band, draws, seed
        Nominal probability of the intervals, number of redrawn series (from 20 up), seed.
    half_life, top
        The `top` acts of greatest weight |g| * 2 ** (-days apart / half_life) are named with each turning point.
    actors : pair of str, optional
        As in `tension`.

    Returns
    -------
    DataFrame
        Sorted by date: `date` (day of the first act of the new level), `date_low`, `date_high` (its interval),
        `measure` ("turning_point"), `value` (mean after minus mean before, Goldstein points, above 0 is tenser),
        `low`, `high` (its interval given the place; a place chosen because the change is large makes it somewhat too
        sure), `before`, `after` (means of the two segments, -10 to 10, higher is tenser), `share_before`,
        `share_after` (conflict over conflict and cooperation within the two segments, undecayed, 0 to 1),
        `observations` (periods with an act in both segments), `penalty`, `events` (ids of the nearest acts by weight,
        joined by ";"), `title` (of the first of them).

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.

    References
    ----------
    Jackson et al. (2005), IEEE Signal Processing Letters 12(2), for the exact search. Antoch, Huskova, Veraverbeke
    (1995), Journal of Nonparametric Statistics 5(2), for redrawing within segments.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> turns = an.turning_points(rel.events[rel.events["dyad"]], draws=20)
    >>> bool((turns["date_low"] <= turns["date_high"]).all())
    True
    """
    where = "turning_points"
    _check(where, penalty, min_size, band, draws, top)
    acts = fr.read_acts(events, where, actors=actors)
    days, values = period_means(acts, fr.read_grid(acts, freq, None, None, where).days)
    cost = default_penalty(values) if penalty is None else float(penalty)
    breaks = segment(values, cost, min_size)
    rng = np.random.default_rng(seed)
    dates = _redrawn_dates(days, values, breaks, min_size, draws, band, rng)
    rows = []
    for index, place in enumerate(breaks):
        near = events_near(acts.table, days=[int(days[place])], top=top, half_life=half_life, context="all")
        rows.append(
            {
                "date": fr.timestamp(int(days[place])),
                "date_low": fr.timestamp(int(dates[index, 0])),
                "date_high": fr.timestamp(int(dates[index, 1])),
                "measure": "turning_point",
                **_levels(acts, days, values, [0, *breaks, len(values)], index, band, draws, rng),
                "penalty": cost,
                "events": ";".join(near["event_id"]),
                "title": near["title"].iloc[0],
            }
        )
    return pd.DataFrame(rows, columns=list(_DTYPES)).astype(_DTYPES)


def period_means(acts: Acts, grid: Days) -> tuple[Days, Floats]:
    """Average the acts of each period with at least one: day of its first act, mean score with its sign turned."""
    order = np.argsort(acts.point, kind="stable")
    period = np.searchsorted(grid, acts.point[order])
    cells, first, count = np.unique(period, return_index=True, return_counts=True)
    sums = np.bincount(period, weights=-acts.score[order])[cells] if len(cells) else np.zeros(0)
    return acts.point[order][first], sums / count


def default_penalty(values: Floats) -> float:
    """Return 2 * v * log(n), v the long-run noise variance estimated from differences; infinite below three values."""
    if len(values) < 3:
        return float("inf")
    one = float(np.mean(np.diff(values) ** 2)) / 2.0
    two = float(np.mean((values[2:] - values[:-2]) ** 2)) / 2.0
    again = min(max(two / one - 1.0, 0.0), 0.9) if one else 0.0
    return 2.0 * one / (1.0 - again) * (1.0 + again) / (1.0 - again) * float(np.log(len(values)))


def segment(values: Floats, penalty: float, min_size: int, count: int | None = None) -> list[int]:
    """Return the index of the first value of each new segment: as many as the penalty allows, or `count`."""
    if len(values) < 2 * min_size or np.ptp(values) == 0 or not np.isfinite(penalty):
        return []
    total = len(values)
    sums, squares = (np.concatenate([[0.0], np.cumsum(one)]) for one in (values, values**2))
    size = np.arange(total + 1)[None, :] - np.arange(total + 1)[:, None]
    # Row: first value of a segment; column: first after it. Its cost is the sum of squares about its mean.
    spread = squares[None, :] - squares[:, None] - (sums[None, :] - sums[:, None]) ** 2 / np.maximum(size, 1)
    cost = np.where(size >= min_size, spread, np.inf)
    came: list[Days]
    if count is not None:
        best, came = cost[0], []
        for _ in range(count):
            through = best[:, None] + cost
            came.append(through.argmin(axis=0))
            best = through.min(axis=0)
        return _back(came, total) if np.isfinite(best[total]) else []
    # A record of one value in each segment has no noise: any positive penalty then finds just its steps.
    extra, last = max(penalty, 1e-9), np.zeros(total + 1, dtype=np.int64)
    best = np.zeros(total + 1)
    for end in range(1, total + 1):
        through = best[:end] + cost[:end, end] + extra
        last[end] = through.argmin()
        best[end] = through[last[end]]
    return _back([last] * total, total)


def _back(came: list[Days], total: int) -> list[int]:
    """Follow the best last segment from the end to the start."""
    found, place = [], total
    for step in reversed(came):
        if not (place := int(step[place])):
            break
        found.append(place)
    return found[::-1]


def _check(where: str, penalty: float | None, min_size: int, band: float, draws: int, top: int) -> None:
    opt.check_draws(where, band, draws)
    for field, got, least in (("min_size", min_size, 2), ("top", top, 1)):
        if got < least:
            raise OptionError(where, field, f"a whole number from {least} up", got)
    if penalty is not None and not penalty > 0:
        raise OptionError(where, "penalty", "a number above 0, or None", penalty)


def _redrawn_dates(
    days: Days, values: Floats, breaks: list[int], min_size: int, draws: int, band: float, rng: np.random.Generator
) -> Days:
    """Find the turning points again in redrawn series; the interval of each one's day holds the day found."""
    if not breaks:
        return np.empty((0, 2), dtype=np.int64)
    edges = [0, *breaks, len(values)]
    places = np.empty((draws, len(breaks)), dtype=np.int64)
    for draw in range(draws):
        parts = [rng.choice(values[left:right], right - left) for left, right in pairwise(edges)]
        again = segment(np.concatenate(parts), 1.0, min_size, count=len(breaks))
        places[draw] = again if len(again) == len(breaks) else breaks
    low, high = np.quantile(places, [(1 - band) / 2, (1 + band) / 2], axis=0, method="inverted_cdf").astype(np.int64)
    return np.stack([days[np.minimum(low, breaks)], days[np.maximum(high, breaks)]], axis=1)


def _levels(
    acts: Acts,
    days: Days,
    values: Floats,
    edges: list[int],
    index: int,
    band: float,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, object]:
    """Describe the segments before and after one turning point."""
    left, right = (values[edges[index + side] : edges[index + side + 1]] for side in (0, 1))
    drawn = [rng.choice(side, (draws, len(side))).mean(axis=1) for side in (left, right)]
    low, high = np.quantile(drawn[1] - drawn[0], [(1 - band) / 2, (1 + band) / 2])
    bounds = [
        int(days[place]) if place < len(days) else int(acts.point.max()) + 1 for place in edges[index : index + 3]
    ]
    shares = [long_run_share(acts.keep((acts.point >= a) & (acts.point < b))) for a, b in pairwise(bounds)]
    return {
        "value": float(right.mean() - left.mean()),
        "low": float(low),
        "high": float(high),
        "before": float(left.mean()),
        "after": float(right.mean()),
        "share_before": shares[0],
        "share_after": shares[1],
        "observations": len(left) + len(right),
    }
