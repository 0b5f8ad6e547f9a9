"""How likely is it that an act between the two is one of conflict? An estimate of the level, with its uncertainty.

The tension share is arithmetic: it says how much of the recorded, fading weight is conflict. The propensity is an
inference: the chance p(t) that an act between the two, done on day t, is one of conflict (score below zero) and not of
cooperation (above zero). Its log-odds wander and come back; how far, how long and around which level is learnt from
the acts themselves (`analysis.measures._latent`). Sizes play no part: an act counts by its sign, and one with a score
of zero not at all.

Three questions. `propensity`: where does the level stand, day by day? The interval is that of the level on that very
day, not of an average over the past, and so widens where nothing is recorded. `propensity_change`: is it higher now
than it was? From the joint distribution of both days, so that what is unknown on both cancels out. `influence`: what
did each recent act do to today's value? By leaving it out, so that the way from the number to its rows stays open.

What it does not do: it takes acts as independent given the level (a burst of a few days is read as a level), it takes
an act at the middle day of its interval, it takes every code as right, and it knows nothing of what was not recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures import _frames as fr
from analysis.measures import options as opt
from analysis.measures._frames import Days, Floats, Freq
from analysis.measures._latent import POINTS, Counts, Nodes, Passes, nodes, normal
from analysis.measures._sampling import fraction

Given = Literal["record", "day"]
MEASURE = "propensity"


def propensity(
    events: pd.DataFrame,
    *,
    freq: Freq = "W",
    start: object = None,
    end: object = None,
    given: Given = "record",
    band: float = 0.9,
    actors: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Estimate, day by day, the chance that an act between the two is one of conflict.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end` (dates, both inclusive) and `goldstein`; rows outside the dyad stay out, as in `tension`.
    freq : {"D", "W", "M", "Q"}
        Grid of days or of period ends; the value of a day does not depend on it.
    start, end : day, optional
        First and last day asked about; default the first act's point day and the last day any act may have ended.
        Acts after `end` stay out.
    given : {"record", "day"}
        What a day's value rests on: every act up to `end`, later ones than the day included (smoothing), or only the
        acts up to that day (filtering). On the last day both are the same.
    band : float
        Probability that the interval holds the level, above 0 and below 1.
    actors : pair of str, optional
        As in `tension`.

    Returns
    -------
    DataFrame
        One row a day, sorted: `date`, `measure` ("propensity"), `value` (posterior mean, 0 to 1: the chance that an
        act of that day is one of conflict), `low`, `high` (central interval of the level), `events` (acts with a score
        other than zero in the period that ends there).

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> chance = an.propensity(rel.events, start=rel.cutoff, end=rel.cutoff)["value"].iloc[0]
    >>> bool(0 < chance < 1)
    True
    """
    where = "propensity"
    opt.check_option(where, "given", given, ("record", "day"))
    fraction(band, where, "band")
    acts = fr.read_acts(events, where, actors=actors)
    grid = fr.read_grid(acts, freq, start, end, where)
    last = int(grid.days[-1]) if len(grid) else 0
    counts = Counts.of(acts.keep(acts.point <= last))
    passes = Passes(nodes(), counts) if given == "day" else Passes(_likely(counts), counts)
    levels = passes.filtered(grid.days) if given == "day" else passes.smoothed(grid.days)
    value, low, high = _summary(passes.grid, levels, len(grid), band)
    counted = np.append(0, np.cumsum(counts.conflict + counts.cooperation)).astype(np.int64)
    edges = np.append(grid.before, grid.days)
    return pd.DataFrame(
        {
            "date": fr.timestamps(grid.days),
            "measure": MEASURE,
            "value": value,
            "low": low,
            "high": high,
            "events": np.diff(counted[np.searchsorted(counts.days, edges, side="right")]),
        }
    ).astype({"measure": "str"})


def propensity_change(
    events: pd.DataFrame,
    then: object,
    now: object,
    *,
    band: float = 0.9,
    actors: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Compare the propensity of two days, as known on the later of them.

    Parameters
    ----------
    events : DataFrame
        As for `propensity`; acts after `now` stay out.
    then, now : day
        The earlier and the later day.
    band, actors
        As in `propensity`.

    Returns
    -------
    DataFrame
        One row: `measure` ("propensity_change"), `value` (mean of now less then, -1 to 1), `low`, `high` (central
        interval of the difference), `then`, `now` (the two means, 0 to 1), `then_date`, `now_date`,
        `probability_higher` (that the level is higher now, 0 to 1), `events` (acts counted).

    Raises
    ------
    ColumnError, OptionError
        As in `tension`; also if `then` is not before `now`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.propensity_change(rel.events, "2022-04-06", rel.cutoff)["measure"].iloc[0]
    'propensity_change'
    """
    where = "propensity_change"
    fraction(band, where, "band")
    acts = fr.read_acts(events, where, actors=actors)
    days = opt.day_number(then, where, "then"), opt.day_number(now, where, "now")
    if days[0] >= days[1]:
        raise OptionError(where, "then", f"a day before {fr.iso_day(days[1])}", fr.iso_day(days[0]))
    counts = Counts.of(acts.keep(acts.point <= days[1]))
    grid = _likely(counts)
    joint = _joint(grid, counts, *days)
    chance = grid.chance
    gap = (chance[:, None, :] - chance[:, :, None]).ravel()
    order, starts = _equal(gap)
    low, high = _quantiles(gap[order][starts], np.add.reduceat(joint.ravel()[order], starts), band)
    before, after = ((joint.sum(axis=axis) * chance).sum() for axis in (2, 1))
    higher = np.triu(joint, 1).sum() + np.trace(joint, axis1=1, axis2=2).sum() / 2.0
    row = {
        "measure": "propensity_change",
        "value": float(after - before),
        "low": float(low),
        "high": float(high),
        "then": float(before),
        "now": float(after),
        "then_date": fr.timestamp(days[0]),
        "now_date": fr.timestamp(days[1]),
        "probability_higher": float(min(higher, 1.0)),
        "events": int(counts.conflict.sum() + counts.cooperation.sum()),
    }
    return pd.DataFrame([row])


def influence(
    events: pd.DataFrame,
    date: object,
    *,
    window: str | pd.Timedelta = "730D",
    actors: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Say what each recent act did to the propensity of one day: the value with it, less the value without it.

    Parameters
    ----------
    events : DataFrame
        As for `propensity`, with `event_id` and `title` where there are any; acts after `date` stay out.
    date : day
        The day of the value.
    window : str or Timedelta
        How far back acts are listed.
    actors : pair of str, optional
        As in `propensity`.

    Returns
    -------
    DataFrame
        One row an act with a score other than zero, the largest influence (by size) first: `event_id`, `title`, `date`
        (point day), `goldstein`, `age_days`, `value` (of the day, 0 to 1), `without` (what it would be had the act not
        been recorded, all else equal), `influence` (value less without). Influences do not add up to the value: each
        is taken out alone.

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.influence(rel.events, rel.cutoff).columns[-1]
    'influence'
    """
    where = "influence"
    acts = fr.read_acts(events, where, actors=actors)
    day, length = opt.day_number(date, where, "date"), opt.half_life_days(window, where, "window")
    acts = acts.keep((acts.point <= day) & (acts.score != 0))
    counts = Counts.of(acts)
    recent = acts.keep(acts.point > day - length)
    value, without = _without(_likely(counts), counts, day, int(day - length))
    side = (recent.score > 0).astype(np.int64)
    gone = without[np.searchsorted(counts.days, recent.point), side]
    texts = {
        name: recent.table[name].to_numpy(dtype=object) if name in recent.table else np.full(len(recent), "")
        for name in ("event_id", "title")
    }
    table = pd.DataFrame(
        {
            **texts,
            "date": fr.timestamps(recent.point),
            "goldstein": recent.score,
            "age_days": day - recent.point,
            "value": value,
            "without": gone,
            "influence": value - gone,
            "_size": -np.abs(value - gone).round(12),
        }
    ).astype({"event_id": "str", "title": "str"})
    order = ["_size", "date", "event_id"]
    return table.sort_values(order, ascending=[True, False, True], kind="stable", ignore_index=True).drop(
        columns="_size"
    )


def _likely(counts: Counts) -> Nodes:
    """Return the parameters that are not ruled out by what is known."""
    whole = nodes()
    return whole.keep(whole.log_weight + Passes(whole, counts).likelihood())


def _summary(
    grid: Nodes, levels: Iterator[tuple[slice, Floats]], count: int, band: float
) -> tuple[Floats, Floats, Floats]:
    """Return mean and central interval of the chance of conflict, day by day."""
    chance = grid.chance.ravel()
    value, limits = np.empty(count), np.empty((count, 2))
    order, starts = _equal(chance)
    for days, joint in levels:
        flat = joint.reshape(len(joint), -1)
        value[days] = flat @ chance
        weight = np.add.reduceat(flat[:, order], starts, axis=1)
        limits[days] = [_quantiles(chance[order][starts], row, band) for row in weight]
    return value, *limits.T


def _equal(values: Floats) -> tuple[Days, Days]:
    """Sort values, and say where in that order each run of equal ones begins."""
    order = np.argsort(values, kind="stable")
    return order, np.flatnonzero(np.diff(values[order].round(12), prepend=-np.inf) > 0)


def _quantiles(ascending: Floats, weight: Floats, band: float) -> Floats:
    """Return the central interval of weighted values, each standing at the middle of its own weight."""
    middle = np.cumsum(weight) - weight / 2.0
    return np.interp([(1.0 - band) / 2.0, (1.0 + band) / 2.0], middle, ascending)


def _joint(grid: Nodes, counts: Counts, then: int, now: int) -> Floats:
    """Return the joint distribution of parameter, point on the day `then` and point on the day `now`."""
    passes, count = Passes(grid, counts), len(POINTS)
    start, last = passes.flat, then
    for day, (_, after, _) in zip(counts.days, passes.forward(), strict=True):
        if day <= then:
            start, last = after, int(day)
    start = passes.step(start, then - last) * passes.weight
    # One row for each point that the level may have stood on, behind each parameter.
    each = Passes(grid.repeat(count), counts)
    state, last = np.tile(np.diag(1.0 / passes.weight), (len(grid.mean), 1)), then
    for index in np.flatnonzero(counts.days > then):
        day = int(counts.days[index])
        state, last = each.step(state, day - last) * each.on(index)[0], day
        state /= np.repeat(state.reshape(-1, count**2).max(axis=1), count)[:, None]
    joint = start[:, :, None] * each.step(state, now - last).reshape(-1, count, count) * passes.weight
    weight = normal(grid.log_weight + passes.likelihood()) / joint.sum(axis=(1, 2))
    whole: Floats = joint * weight[:, None, None]
    return whole


def _without(grid: Nodes, counts: Counts, day: int, since: int) -> tuple[float, Floats]:
    """Return the value of a day, and by earlier day what it is without one act of conflict or of cooperation there."""
    passes, chance = Passes(grid, counts), grid.chance
    state, total, last = passes.flat, np.zeros(len(passes.flat)), day
    known: list[tuple[Floats, Floats] | None] = []
    for date, (before, after, so_far) in zip(counts.days, passes.forward(), strict=True):
        known.append((before, total) if date > since else None)
        state, total, last = after, so_far, int(date)
    value, without = passes.mean(total, passes.step(state, day - last)), np.full((len(counts.days), 2), np.nan)
    both = zip(passes.backward(passes.flat, day), passes.backward(chance, day), strict=True)
    for (index, likely, scale, _), (_, hostile, other, _) in both:
        if (then := known[index]) is None:
            break
        for side in (0, 1):
            left = counts.conflict[index] - (side == 0), counts.cooperation[index] - (side == 1)
            if min(left) >= 0:
                seen, top = passes.seen(*left)
                size, part = ((then[0] * seen * later) @ passes.weight for later in (likely, hostile))
                weight = normal(grid.log_weight + then[1] + top + scale + np.log(size))
                without[index, side] = weight @ (part / size * np.exp(other - scale))
    return value, without
