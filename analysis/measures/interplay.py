"""Who moves first, and what follows? Initiative, and what comes after a conflict act.

*Initiative* divides all conflict (and all cooperation) of the record by who did it: either side alone, or both
together.

*Response* asks, for every conflict act of one side, what the other side did in the days after it, and compares this
with what it does in any such stretch of days. Two traps lie here. A record is denser in some years than in others,
and conflict acts stand in the dense ones; against all days of the record anything would seem to follow upon them. The
base rate is therefore, unless told otherwise, that of the days *of the same calendar years*, each year counted as
often as it holds conflict acts. And conflict acts come in clusters, so neighbouring windows share their events: the
interval redraws whole years, not acts. What remains is a difference in frequency. It may come from an answer, from
the same quarrel going on, or from a third thing moving both; the measure cannot tell these apart. In simulations
without any answer a nominal 90% interval lies clear of zero in 17 of 100 cases (docs/methods.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import OptionError
from analysis.measures import _frames as fr
from analysis.measures import options as opt
from analysis.measures._frames import Acts, Days, Floats, Mask
from analysis.measures._redraw import Cluster, clusters
from analysis.measures._series import directions
from analysis.measures._windows import Base, Study
from analysis.measures.bands import interval, widen
from analysis.measures.meetings import meetings_per_year as meetings_per_year

Labels = npt.NDArray[np.object_]
_RESPONSE = (
    "actor",
    "other",
    "outcome",
    "window",
    "measure",
    "value",
    "low",
    "high",
    "triggers",
    "left_out",
    "state",
    "base",
)
OUTCOMES = ("conflict", "cooperation", "joint")


def initiative(
    events: pd.DataFrame,
    *,
    start: object = None,
    end: object = None,
    band: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
    cluster: Cluster | None = "quarter",
    actors: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Divide the record's conflict and cooperation by the side that acted.

    A row is one measure and one actor.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end`, `goldstein`, and `direction` or `source_actor` and `target_actor`.
    start, end : day, optional
        Only acts whose point day lies within, both included; default all.
    band, draws, seed, cluster
        Nominal probability of the interval, number of redrawn records, seed: acts get exponential weights (Bayesian
        bootstrap), one for all acts of one sign in one `cluster` of the calendar, as in `tension`.
    actors : pair of str, optional
        As in `tension`.

    Returns
    -------
    DataFrame
        Sorted by `measure`, then side, side, joint: `measure` ("conflict": of the sum of max(-g, 0); "cooperation":
        of the sum of max(g, 0)), `actor` (a side, or "joint" for acts of both), `value` (its share, 0 to 1; the three
        sum to 1; missing where the sum is 0), `low`, `high`, `events` (its acts with a score on that side of zero),
        `total` (such acts of all three).

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.

    References
    ----------
    Rubin (1981), Annals of Statistics 9(1).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> whose = an.initiative(rel.events, draws=50)
    >>> sorted(whose["actor"].unique())
    ['BLR', 'RUS', 'joint']
    """
    where = "initiative"
    opt.check_draws(where, band, draws)
    opt.check_cluster(where, cluster)
    acts, ways, names = _directed(events, where, actors)
    first, last = fr.read_period(acts, start, end, where)
    inside = (acts.point >= first) & (acts.point <= last)
    labels = {way.split(">")[0]: inside & (ways == way) for way in names} | {"joint": inside & (ways == "joint")}
    rows = []
    for measure, size in (("conflict", acts.conflict), ("cooperation", acts.cooperation)):
        masks = [mask & (size > 0) for mask in labels.values()]
        value, limits = _shares(acts.point, size, masks, cluster, band, draws, seed)
        counts = [int(mask.sum()) for mask in masks]
        for index, actor in enumerate(labels):
            rows.append((measure, actor, value[index], *limits[index], counts[index], sum(counts)))
    return pd.DataFrame(rows, columns=["measure", "actor", "value", "low", "high", "events", "total"]).astype(
        {"measure": "str", "actor": "str"}
    )


def response(
    events: pd.DataFrame,
    windows: Sequence[int] = (30, 90),
    *,
    base: Base = "same years",
    start: object = None,
    end: object = None,
    band: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
    actors: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Compare what one side does in the days after a conflict act of the other with what it does in any such days.

    A row is one actor, one outcome, one window and one measure.

    Parameters
    ----------
    events : DataFrame
        As for `initiative`.
    windows : sequence of int
        Lengths w in days. A window is the days d+1 .. d+w after day d, and must end within the period.
    base : {"same years", "all days"}
        Base rate over the days of each act's own calendar year, averaged over acts, or over all days of the period
        alike.
    start, end : day, optional
        The period; default the first act's point day and the last day any act may have ended.
    band, draws, seed, actors
        As in `initiative`, but calendar years are what is redrawn.

    Returns
    -------
    DataFrame
        Sorted by `actor`, `outcome`, `window`, then after, base, difference: `actor` (the side that acted first),
        `other` (whose acts are counted), `outcome` ("conflict", "cooperation": an act of the other side alone with a
        score below, above 0; "joint": an act of both, of any score), `window` (days), `measure` ("after": share of
        windows after a conflict act with at least one such act, 0 to 1; "base": the same over the base days;
        "difference"), `value`, `low`, `high`, `triggers` (days with a conflict act whose window ends within the
        period), `left_out` (conflict acts not used: dated more coarsely than half the window, or too near the end),
        `base` (which), `state`: "observed", or "too few" where fewer than 5 calendar years hold a trigger, and then
        without bounds.

    Notes
    -----
    An act dated more coarsely than half the window (`end - start` in days above w / 2) is neither trigger nor outcome.
    Several conflict acts of one day are one trigger.

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> after = an.response(rel.events, windows=(30,), draws=50)
    >>> after["window"].unique().tolist()
    [30]
    """
    where = "response"
    opt.check_draws(where, band, draws)
    opt.check_option(where, "base", base, ("same years", "all days"))
    if any(window < 1 for window in windows):
        raise OptionError(where, "windows", "whole numbers of days from 1 up", list(windows))
    acts, ways, names = _directed(events, where, actors)
    rows: list[tuple[object, ...]] = []
    first, last = fr.read_period(acts, start, end, where)
    for way, outcome, window in product(names, OUTCOMES, windows):
        actor, other = way.split(">")
        theirs = ways == ("joint" if outcome == "joint" else f"{other}>{actor}")
        counted = theirs & {"conflict": acts.score < 0, "cooperation": acts.score > 0}.get(outcome, theirs)
        study = Study(acts, (ways == way) & (acts.score < 0), counted, first, last, window)
        rows += [(actor, other, outcome, window, *line, base) for line in study.compare(base, band, draws, seed)]
    texts = ["actor", "other", "outcome", "measure", "state", "base"]
    return pd.DataFrame(rows, columns=list(_RESPONSE)).astype(dict.fromkeys(texts, "str"))


def _shares(
    point: Days, size: Floats, masks: Sequence[Mask], cluster: Cluster | None, band: float, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Return each group's part of the whole, and its interval under exponential weights of acts or of clusters."""
    sums = np.array([np.sort(size[mask]).sum() for mask in masks])
    if not sums.sum():
        return np.full(len(masks), np.nan), np.full((len(masks), 2), np.nan)
    rng = np.random.default_rng(seed)
    if cluster is None:
        drawn = np.stack([_weighted_sums(size[mask], draws, rng) for mask in masks])
    else:
        kept = np.any(masks, axis=0)
        member = clusters(point[kept], size[kept] > 0, cluster)
        order = np.argsort(size[kept], kind="stable")  # a sum of floats depends on their order
        parts = [np.bincount(member[order], (size * mask)[kept][order]) for mask in masks]
        drawn = np.stack(parts) @ rng.standard_exponential((len(parts[0]), draws))
    value = sums / sums.sum()
    low, high = widen(value, *interval(drawn / drawn.sum(axis=0), band).T)
    return value, np.stack([low, high], axis=1)


def _weighted_sums(size: Floats, draws: int, rng: np.random.Generator) -> Floats:
    # Equal scores can be weighted together: the sum of n exponential weights is a gamma variate of shape n.
    score, count = np.unique(size, return_counts=True)
    result: Floats = rng.standard_gamma(count, (draws, len(count))) @ score
    return result


def _directed(events: pd.DataFrame, where: str, actors: Sequence[str] | None) -> tuple[Acts, Labels, tuple[str, ...]]:
    acts = fr.read_acts(events, where, actors=actors)
    if not len(acts):
        return acts, np.empty(0, dtype=object), ()
    return acts, *directions(acts, where, actors)
