"""Is tension higher or lower than it was? Two days of the same index, compared draw by draw.

The bands of two days overlap for a reason that has nothing to do with the question: both contain the same older acts.
Here each redrawn record (see `analysis.measures.bands`) gives the share on both days, and the difference is taken
within the draw.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures import bands
from analysis.measures import options as opt
from analysis.measures._decay import decay, decayed_sums
from analysis.measures._frames import Floats
from analysis.measures._redraw import Cluster, redraw

WORD_BAND = 0.95
"""The band that must leave zero before a text says "rose" or "fell": wider than the 90% of levels, so that such words
are said of fewer than one in ten records in which nothing changes, thin ones among them (docs/methods.md, "How a
sentence is made")."""
WORD_RATE = 0.05
"""How often that band leaves zero where nothing has changed, in the world that resembles the shipped record."""


def difference(
    events: pd.DataFrame,
    then: object,
    now: object,
    *,
    half_life: str | pd.Timedelta = "180D",
    shrinkage: float = 10.0,
    band: float = 0.9,
    draws: int = 500,
    coding_error: float | pd.DataFrame = bands.CODING_ERROR,
    seed: int = 0,
    cluster: Cluster | None = "quarter",
) -> pd.DataFrame:
    """Compare the event index on two days, both by the same record.

    Parameters
    ----------
    events : DataFrame
        As for `analysis.measures.tension.tension`.
    then, now : day
        The earlier and the later day, both on or after the first act.
    half_life, shrinkage, band, draws, coding_error, seed, cluster
        As for `tension`.

    Returns
    -------
    DataFrame
        One row a measure, "tension_share" (0 to 1), "conflict" and "cooperation" (Goldstein points): `measure`,
        `value` (now minus then), `low`, `high` (the band of the difference), `clear` (whether the band leaves zero),
        `then`, `then_low`, `then_high`, `now`, `now_low`, `now_high` (the values with their own bands), `then_date`,
        `now_date`, `share_higher` (share of the redrawn records in which now is higher, 0 to 1; no probability of
        anything in the world), `draws`.

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> change = an.difference(rel.events, "2022-04-06", rel.cutoff, draws=50)
    >>> bool((change["low"] <= change["high"]).all())
    True
    """
    where = "difference"
    acts = fr.read_acts(events, where)
    days = np.array([opt.day_number(then, where, "then"), opt.day_number(now, where, "now")], dtype=np.int64)
    model = decay(acts, half_life, shrinkage, None, where)
    plan = bands.plan(acts, where, band, draws, None, coding_error, None, seed, cluster)
    redrawn = redraw(acts, [np.ones(len(acts), dtype=bool)], days, model.half_life, plan)
    conflict, cooperation = decayed_sums(acts, days, model.half_life)
    sums = redrawn.sums[:, :, 0] + bands.unseen(acts, plan)
    read = {
        "tension_share": (model.share(conflict, cooperation), bands.redrawn_shares(acts, model, redrawn, plan)),
        "conflict": (conflict, sums[:, 0]),
        "cooperation": (cooperation, sums[:, 1]),
    }
    dates = {"then_date": fr.timestamp(int(days[0])), "now_date": fr.timestamp(int(days[1]))}
    return pd.DataFrame([{**_row(name, *parts, band), **dates, "draws": draws} for name, parts in read.items()])


def _row(name: str, value: Floats, drawn: Floats, band: float) -> dict[str, object]:
    """Compare one measure: its value on both days, and its redrawn values, day by draw."""
    gap = float(value[1] - value[0])
    low, high = bands.widen(np.array([gap]), *bands.interval((drawn[1] - drawn[0])[None], band).T)
    lows, highs = bands.widen(value, *bands.interval(drawn, band).T)
    return {
        "measure": name,
        "value": gap,
        "low": float(low[0]),
        "high": float(high[0]),
        "clear": bool(low[0] > 0 or high[0] < 0),
        "then": float(value[0]),
        "then_low": float(lows[0]),
        "then_high": float(highs[0]),
        "now": float(value[1]),
        "now_low": float(lows[1]),
        "now_high": float(highs[1]),
        "share_higher": float((drawn[1] > drawn[0]).mean()),
    }
