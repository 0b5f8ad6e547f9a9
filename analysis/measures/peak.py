"""When was it tensest, and how sure is that day? The highest tension share of a period, from days.

Between two acts the share only moves from where it is towards the prior, so within a period it is highest on the day
of an act, on the first day or on the last one. Only these days are looked at: the answer is that of a daily series,
whatever grid a chart draws.

A highest day is a name, and a name can be wrong: each redrawn record (see `analysis.measures.bands`) has a highest day
of its own. `agreement` is the part of them that have it within 90 days of the one named.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures import bands
from analysis.measures._decay import Decay, decay, decayed_sums
from analysis.measures._redraw import Cluster, redraw
from analysis.measures.explain import explain

NEAR = 90  # days
APART = 500  # days
PROMINENCE = 0.12
SURE = 0.5  # a highest point is named where at least so many of the redrawn records have theirs near it
COLUMNS = ["date", "measure", "value", "low", "high", "agreement", "since", "until", "event_id", "title"]


def peak(
    events: pd.DataFrame,
    *,
    half_life: str | pd.Timedelta = "180D",
    start: object = None,
    end: object = None,
    shrinkage: float = 10.0,
    band: float = 0.9,
    draws: int = 500,
    seed: int = 0,
    cluster: Cluster | None = "quarter",
) -> pd.DataFrame:
    """Find the day with the highest tension share of a period.

    Parameters
    ----------
    events : DataFrame
        As for `analysis.tension`.
    start, end : day, optional
        The period; default the first act's point day and the last day any act may have ended.
    half_life, shrinkage, band, draws, seed, cluster
        As for `analysis.tension`; give the same ones.

    Returns
    -------
    DataFrame
        One row, none where nothing is covered: `date` (the first of days that share the highest value), `measure`
        ("tension_peak"), `value`, `low`, `high` (0 to 1, as on that day), `agreement` (0 to 1: share of the redrawn
        records whose highest day lies within 90 days of it), `since`, `until` (first and last day looked at),
        `event_id`, `title` (the act that pushes the share up most on that day; empty where none does).

    Raises
    ------
    ColumnError, OptionError
        As in `analysis.tension`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2018-12-31")
    >>> an.peak(rel.events, start="2014-01-01")["measure"].tolist()
    ['tension_peak']
    """
    return _highest(events, "peak", half_life, (start, end), shrinkage, band, draws, seed, cluster, most=None)


def peaks(
    events: pd.DataFrame,
    *,
    most: int = 3,
    prominence: float = PROMINENCE,
    half_life: str | pd.Timedelta = "180D",
    start: object = None,
    end: object = None,
    shrinkage: float = 10.0,
    band: float = 0.9,
    draws: int = 500,
    seed: int = 0,
    cluster: Cluster | None = "quarter",
) -> pd.DataFrame:
    """Find the highest point of a period and the other marked high points, each with the act that pushed it up most.

    Parameters
    ----------
    most : int
        Number of peaks at most, the highest first chosen.
    prominence : float
        How far the share must fall on both sides before it is higher again, as a share; an end of the period needs one.
    events, half_life, start, end, shrinkage, band, draws, seed, cluster
        As for `peak`; give the same ones.

    Returns
    -------
    DataFrame
        As `peak`, one row a peak in the order of days, at least 500 days apart, above the long-run share; `agreement`
        is the share of the redrawn records whose highest day within 500 days of the peak lies within 90 days of it,
        and of the highest peak what `peak` gives. Besides: `short` (the act's short title, else its title),
        `act_date`.

    Raises
    ------
    ColumnError, OptionError
        As in `analysis.tension`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> high = an.peaks(rel.events, draws=50)
    >>> len(high) <= 3 and high["date"].is_monotonic_increasing
    True
    """
    return _highest(
        events,
        "peaks",
        half_life,
        (start, end),
        shrinkage,
        band,
        draws,
        seed,
        cluster,
        most=most,
        prominence=prominence,
    )


def _highest(
    events: pd.DataFrame,
    where: str,
    half_life: str | pd.Timedelta,
    period: tuple[object, object],
    shrinkage: float,
    band: float,
    draws: int,
    seed: int,
    cluster: Cluster | None,
    *,
    most: int | None,
    prominence: float = PROMINENCE,
) -> pd.DataFrame:
    columns = COLUMNS if most is None else [*COLUMNS, "short", "act_date"]
    acts = fr.read_acts(events, where)
    model = decay(acts, half_life, shrinkage, None, where)
    first, last = fr.read_period(acts, *period, where)
    first = max(first, int(acts.point.min())) if len(acts) else first
    if last < first or not len(acts):
        return pd.DataFrame(columns=columns)
    inside = acts.point[(acts.point >= first) & (acts.point <= last)]
    days = np.unique(np.concatenate([inside, [first, last]]))
    value = model.share(*decayed_sums(acts, days, model.half_life))
    if np.isnan(value).all():
        return pd.DataFrame(columns=columns)
    top = int(np.nanargmax(value))
    chosen = [top] if most is None else _marked(acts, model, days, value, most, prominence)
    plan = bands.plan(acts, where, band, draws, None, bands.CODING_ERROR, None, seed, cluster)
    redrawn = redraw(acts, [np.ones(len(acts), dtype=bool)], days, model.half_life, plan)
    shares = np.nan_to_num(bands.redrawn_shares(acts, model, redrawn, plan), nan=-1.0)
    rows = []
    for place in sorted(chosen):
        near = np.abs(days - days[place]) <= APART if place != top else np.ones(len(days), dtype=bool)
        agreement = float((np.abs(days[near][shares[near].argmax(axis=0)] - days[place]) <= NEAR).mean())
        low, high = bands.widen(value[place : place + 1], *bands.interval(shares[place : place + 1], band).T)
        day = fr.timestamp(int(days[place]))
        why = explain(events, day, half_life=half_life, shrinkage=shrinkage)
        pushed = why[(why["kind"] == "event") & (why["contribution"] > 0)]
        act = pushed.iloc[0] if len(pushed) else {"event_id": "", "title": "", "date": pd.NaT}
        row = {
            "date": day,
            "measure": "tension_peak",
            "value": float(value[place]),
            "low": float(low[0]),
            "high": float(high[0]),
            "agreement": agreement,
            "since": fr.timestamp(first),
            "until": fr.timestamp(last),
            "event_id": str(act["event_id"]),
            "title": str(act["title"]),
            "act_date": act["date"],
        }
        rows.append({**row, "short": short_title(events, row["event_id"], str(row["title"]))})
    return pd.DataFrame(rows, columns=columns)


def short_title(events: pd.DataFrame, event_id: object, title: str) -> str:
    """Return the short title that the record gives an act, else its title."""
    if not {"event_id", "short"} <= set(events.columns):
        return title
    found = events.loc[events["event_id"] == str(event_id), "short"].dropna()
    return str(found.iloc[0]) if len(found) and str(found.iloc[0]).strip() else title


def _marked(acts: fr.Acts, model: Decay, days: fr.Days, value: fr.Floats, most: int, prominence: float) -> list[int]:
    """Return the places in `days` of the marked high points; the highest one is always among them."""
    from scipy.signal import find_peaks

    every = np.arange(days[0], days[-1] + 1)
    daily = np.nan_to_num(model.share(*decayed_sums(acts, every, model.half_life)), nan=-1.0)
    # An end counts as falling away beyond the period, and a level stretch by its first day.
    padded = np.concatenate([[-1.0], daily, [-1.0]])
    found = find_peaks(padded, prominence=prominence, plateau_size=1)[1]["left_edges"] - 1
    top = int(np.nanargmax(value))
    kept = [top]
    for day in sorted(every[found], key=lambda day: (-daily[day - every[0]], day)):
        place = int(np.searchsorted(days, day))
        marked = place < len(days) and days[place] == day and value[place] > model.prior
        if marked and len(kept) < most and all(abs(int(days[place] - days[one])) >= APART for one in kept):
            kept.append(place)
    return kept
