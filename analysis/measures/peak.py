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
from analysis.measures._decay import decay, decayed_sums
from analysis.measures._redraw import Cluster, redraw
from analysis.measures.explain import explain

NEAR = 90  # days
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
    where = "peak"
    acts = fr.read_acts(events, where)
    model = decay(acts, half_life, shrinkage, None, where)
    first, last = fr.read_period(acts, start, end, where)
    first = max(first, int(acts.point.min())) if len(acts) else first
    if last < first or not len(acts):
        return pd.DataFrame(columns=COLUMNS)
    inside = acts.point[(acts.point >= first) & (acts.point <= last)]
    days = np.unique(np.concatenate([inside, [first, last]]))
    value = model.share(*decayed_sums(acts, days, model.half_life))
    if np.isnan(value).all():
        return pd.DataFrame(columns=COLUMNS)
    top = int(np.nanargmax(value))
    plan = bands.plan(acts, where, band, draws, None, bands.CODING_ERROR, None, seed, cluster)
    redrawn = redraw(acts, [np.ones(len(acts), dtype=bool)], days, model.half_life, plan)
    shares = np.nan_to_num(bands.redrawn_shares(acts, model, redrawn, plan), nan=-1.0)
    agreement = float((np.abs(days[shares.argmax(axis=0)] - days[top]) <= NEAR).mean())
    low, high = bands.widen(value[top : top + 1], *bands.interval(shares[top : top + 1], band).T)
    day = fr.timestamp(int(days[top]))
    why = explain(events, day, half_life=half_life, shrinkage=shrinkage, top=1)
    pushed = why[(why["kind"] == "event") & (why["contribution"] > 0)]
    act = pushed.iloc[0] if len(pushed) else {"event_id": "", "title": ""}
    row = {
        "date": day,
        "measure": "tension_peak",
        "value": float(value[top]),
        "low": float(low[0]),
        "high": float(high[0]),
        "agreement": agreement,
        "since": fr.timestamp(first),
        "until": fr.timestamp(last),
        "event_id": str(act["event_id"]),
        "title": str(act["title"]),
    }
    return pd.DataFrame([row], columns=COLUMNS)
