"""Is tension higher or lower than it was? Two days of the same index, compared draw by draw.

The bands of two days overlap for a reason that has nothing to do with the question: both contain the same older acts.
In simulations with known truth a nominal 90 % band of the difference holds it in 88 to 92 of 100 records, in 81 where
only three acts a year are recorded, and in 70 where acts come in clusters (docs/methods.md).

Here each redrawn record (see `analysis.measures.bands`) gives the share on both days, and the difference is taken
within the draw.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures import _options as opt
from analysis.measures import bands
from analysis.measures._decay import decay, decayed_sums
from analysis.measures._redraw import Cluster, redraw


def difference(
    events: pd.DataFrame,
    then: object,
    now: object,
    *,
    half_life: str | pd.Timedelta = "180D",
    shrinkage: float = 10.0,
    band: float = 0.9,
    draws: int = 500,
    seed: int = 0,
    cluster: Cluster | None = None,
) -> pd.DataFrame:
    """Compare the tension share on two days.

    Parameters
    ----------
    events : DataFrame
        As for `analysis.measures.tension.tension`.
    then, now : day
        The earlier and the later day, both on or after the first act.
    half_life, shrinkage, band, draws, seed, cluster
        As for `tension`.

    Returns
    -------
    DataFrame
        One row: `measure` ("tension_share_difference"), `value` (now minus then, -1 to 1), `low`, `high` (the band of
        the difference), `then`, `now` (the shares), `then_date`, `now_date`, `probability_higher` (share of draws in
        which now is higher, 0 to 1), `draws`.

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.
    """
    where = "difference"
    acts = fr.read_acts(events, where)
    days = np.array([opt.day_number(then, where, "then"), opt.day_number(now, where, "now")], dtype=np.int64)
    model = decay(acts, half_life, shrinkage, None, where)
    plan = bands.plan(
        acts,
        where,
        band=band,
        draws=draws,
        sources_of_error=None,
        coding_error=bands.CODING_ERROR,
        codes=None,
        seed=seed,
        cluster=cluster,
    )
    redrawn = redraw(acts, [np.ones(len(acts), dtype=bool)], days, model.half_life, plan)
    shares = bands.redrawn_shares(acts, model, redrawn, plan)
    then_share, now_share = (float(value) for value in model.share(*decayed_sums(acts, days, model.half_life)))
    gaps, value = shares[1] - shares[0], now_share - then_share
    low, high = (float(bound) for bound in np.quantile(gaps, [(1 - band) / 2, (1 + band) / 2]))
    row = {
        "measure": "tension_share_difference",
        "value": value,
        "low": min(low, value),
        "high": max(high, value),
        "then": then_share,
        "now": now_share,
        "then_date": pd.Timestamp(int(days[0]), unit="D"),
        "now_date": pd.Timestamp(int(days[1]), unit="D"),
        "probability_higher": float((gaps > 0).mean()),
        "draws": draws,
    }
    return pd.DataFrame([row])
