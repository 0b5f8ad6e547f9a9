"""Does the machine-coded stream move with the curated record?

Both are brought to one scale: of the acts placed in a calendar period, the share of conflict in conflict and
cooperation together, without any memory of earlier ones. (The tension index remembers, and two series with memory
correlate even when they have nothing to do with each other.) The two are compared by rank, because the scales of coders
and machines differ. The correlation is given with an interval from a moving-block bootstrap, for months and for
quarters and for parts of the time, since both choices are known to change such results. Only periods that both sides
speak of are compared; how many these are is in the table, and below ten there is no number.

That two series agree does not make either true; that they disagree says where to read.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, OptionError, one_of
from analysis.measures.explain import events_near
from analysis.measures.tension import tension

if TYPE_CHECKING:
    from analysis.feeds.reading import Reading

LEAST = 10
_FREQS = {"M": "M", "Q": "Q", "Y": "Y"}
_BLOCK = {"M": 6, "Q": 4, "Y": 2}


def shares(events: pd.DataFrame, freq: str) -> pd.DataFrame:
    """Compute the conflict share of each calendar period from its own acts.

    Returns
    -------
    DataFrame
        One row a period with an act: `period` (its first day), `share` (0 to 1; missing where all scores are 0),
        `acts`.
    """
    missing = [name for name in ("start", "end", "goldstein") if name not in events]
    if missing:
        raise ColumnError("corroborate", missing, events.columns)
    acts = events[events["dyad"]] if "dyad" in events else events
    # The day in the middle, as every event measure takes it.
    middle = acts["start"].dt.floor("D") + pd.to_timedelta((acts["end"] - acts["start"]).dt.days // 2, unit="D")
    period = middle.dt.to_period(freq).dt.to_timestamp()
    score = acts["goldstein"].astype("float64")
    parts = {"conflict": -score.clip(upper=0), "cooperation": score.clip(lower=0), "acts": 1}
    sums = pd.DataFrame(parts, index=acts.index).groupby(period).sum()
    both = sums["conflict"] + sums["cooperation"]
    table = pd.DataFrame({"share": sums["conflict"] / both.where(both > 0), "acts": sums["acts"]})
    table.index = table.index.astype("datetime64[us]").rename("period")
    return table.reset_index()


def corroborate(
    curated: pd.DataFrame,
    feed: pd.DataFrame,
    *,
    freqs: Sequence[str] = ("M", "Q"),
    breaks: Sequence[str] = (),
    draws: int = 500,
    band: float = 0.9,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate the conflict shares of two event tables by rank.

    Parameters
    ----------
    curated, feed : DataFrame
        Events with `start`, `end`, `goldstein` and `dyad`.
    freqs : sequence of {"M", "Q", "Y"}
        Lengths of the periods.
    breaks : sequence of str
        Days that cut the time into parts, each compared for itself besides the whole.
    draws, band, seed
        Of the bootstrap: number of resamples, nominal probability of the interval, seed.

    Returns
    -------
    DataFrame
        One row a frequency and part of the time: `freq`, `start`, `end` (first day of its first and last common period;
        missing without any), `periods` (common ones), `value` (Spearman's rank correlation, -1 to 1), `low`, `high`,
        `state` ("compared", "too few periods", "no variation").

    References
    ----------
    Kunsch (1989), Annals of Statistics 17(3), for the moving-block bootstrap. Shellman (2004), Political Analysis
    12(1), for the effect of the period's length.
    """
    rows = []
    for freq in freqs:
        if freq not in _FREQS:
            raise OptionError("corroborate", "freqs", one_of(tuple(_FREQS)), freq)
        both = shares(curated, freq).merge(shares(feed, freq), on="period", suffixes=("_curated", "_feed"))
        both = both.dropna(subset=["share_curated", "share_feed"]).sort_values("period", ignore_index=True)
        for part in _parts(both, breaks):
            rows.append({"freq": freq, **_compared(part, draws, band, _BLOCK[freq], seed)})
    columns = ["freq", "start", "end", "periods", "value", "low", "high", "state"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(**{name: pd.to_datetime(table[name]).astype("datetime64[us]") for name in ("start", "end")})


def disagreements(
    curated: pd.DataFrame,
    feed: pd.DataFrame,
    *,
    coverage: pd.DataFrame | None = None,
    count: int = 5,
    half_life: str = "60D",
    apart: int = 90,
    top: int = 3,
) -> pd.DataFrame:
    """List the days on which the two tension shares disagree most, with the rows behind them.

    Each series is ranked over the common days, so that the levels do not matter; the disagreement is the difference of
    the ranks. Days closer to each other than `apart` are taken as one. Only days are named for which the feed has an
    archive, and none where the two have fewer than ten months in common.

    Parameters
    ----------
    curated, feed : DataFrame
        Events as for `corroborate`, with `event_id` and `title`.
    coverage : DataFrame, optional
        The feed's `coverage`; without it, every month with an act of the feed counts as covered.
    count : int
        How many days.
    half_life : str
        Memory of the two series.
    apart : int
        Days between two of the list.
    top : int
        Acts named on each side.

    Returns
    -------
    DataFrame
        One row a day, side and act, the worst day first: `date`, `difference` (rank in the feed minus rank in the
        record, -1 to 1; above 0: the feed is tenser), `side` ("curated" or "feed"), `event_id`, `title`, `act_date`,
        `goldstein`. Empty where the two cannot be compared.
    """
    columns = ["date", "difference", "side", "event_id", "title", "act_date", "goldstein"]
    series = [_daily(events, half_life) for events in (curated, feed)]
    common = pd.DatetimeIndex(series[0].index.intersection(series[1].index))
    both = shares(curated, "M").merge(shares(feed, "M"), on="period")
    if len(common):
        common = common[_covered(pd.DatetimeIndex(common), feed, coverage)]
    if not len(common) or len(both) < LEAST:
        return pd.DataFrame(columns=columns)
    ranks = [one.loc[common].rank(pct=True) for one in series]
    difference = (ranks[1] - ranks[0]).sort_index()
    rows = []
    for day in _worst(difference, count, apart):
        for side, events in (("curated", curated), ("feed", feed)):
            near = events_near(events, [day], top=top, half_life=half_life)
            for act in near.itertuples():
                rows.append([day, difference[day], side, act.event_id, act.title, act.date, act.goldstein])
    return pd.DataFrame(rows, columns=columns).astype({"date": "datetime64[us]", "act_date": "datetime64[us]"})


def _covered(days: pd.DatetimeIndex, feed: pd.DataFrame, coverage: pd.DataFrame | None) -> npt.NDArray[np.bool_]:
    """Tell on which days the feed had an archive."""
    if coverage is None:
        return np.asarray(days.to_period("M").isin(feed["start"].dt.to_period("M").unique()))
    held = np.zeros(len(days), dtype=bool)
    for start, end in coverage.loc[coverage["state"] == "covered", ["start", "end"]].dropna().itertuples(index=False):
        held |= np.asarray((days >= start.floor("D")) & (days <= end))
    return held


def behind(worst: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    """List the rows of the feed behind the acts that `disagreements` names, with the place of each.

    Parameters
    ----------
    worst : DataFrame
        The frame of `disagreements`.
    reading : Reading
        What `read` gave; its rows are looked up by the day, pair, direction and root of each act.

    Returns
    -------
    DataFrame
        One row a day and row of the feed that counts, in the order of `worst`: `date`, `title` (of the act),
        `event_id` (of the row), `start`, `source_actor`, `target_actor`, `cameo`, `root`, `goldstein`, `publisher`,
        `url`, `feed_file`, `feed_line`.
    """
    named = worst.loc[worst["side"] == "feed", ["date", "event_id", "title"]]
    acts = named.merge(_keyed(reading.events, reading.events["reciprocal"]), on="event_id", how="inner")
    rows = reading.rows[reading.rows["aside"].isna()]
    keys = ["start", "end", "low", "high", "from", "root"]
    found = acts[["date", "title", *keys]].merge(_keyed(rows, rows["undirected"]), on=keys, how="left")
    columns = ["date", "title", "event_id", "start", "source_actor", "target_actor", "cameo", "root", "goldstein"]
    return found[[*columns, "publisher", "url", "feed_file", "feed_line"]]


def _keyed(table: pd.DataFrame, joint: pd.Series) -> pd.DataFrame:
    """Add what an act and its rows have in common: the pair, and who acts unless both do."""
    sides = table[["source_actor", "target_actor"]]
    low, high = sides.min(axis=1), sides.max(axis=1)
    kept = table.drop(columns=[name for name in ("title",) if name in table])
    return kept.assign(low=low, high=high, **{"from": table["source_actor"].mask(joint.astype("bool"), "")})


def _parts(both: pd.DataFrame, breaks: Sequence[str]) -> list[pd.DataFrame]:
    edges = [pd.Timestamp.min, *sorted(pd.Timestamp(day) for day in breaks), pd.Timestamp.max]
    cut = [both[(both["period"] >= left) & (both["period"] < right)] for left, right in pairwise(edges)]
    return [both, *cut] if breaks else [both]


def _compared(part: pd.DataFrame, draws: int, band: float, block: int, seed: int) -> dict[str, object]:
    span = {"start": part["period"].min(), "end": part["period"].max(), "periods": len(part)}
    one, two = part["share_curated"].to_numpy(), part["share_feed"].to_numpy()
    nothing = {"value": np.nan, "low": np.nan, "high": np.nan}
    if len(part) < LEAST:
        return {**span, **nothing, "state": "too few periods"}
    value = spearman(one, two)
    if np.isnan(value):
        return {**span, **nothing, "state": "no variation"}
    rng = np.random.default_rng(seed)
    length = min(block, len(part) // 3)
    starts = rng.integers(0, len(part) - length + 1, size=(draws, -(-len(part) // length)))
    picks = (starts[:, :, None] + np.arange(length)).reshape(draws, -1)[:, : len(part)]
    drawn = np.array([spearman(one[pick], two[pick]) for pick in picks])
    low, high = np.nanquantile(drawn, [(1 - band) / 2, (1 + band) / 2])
    return {**span, "value": value, "low": min(float(low), value), "high": max(float(high), value), "state": "compared"}


def spearman(one: npt.NDArray[np.float64], two: npt.NDArray[np.float64]) -> float:
    """Return the rank correlation, ties at their mean rank; missing where one side does not vary."""
    ranks = [pd.Series(values).rank().to_numpy() for values in (one, two)]
    deviations = [values - values.mean() for values in ranks]
    scale = float(np.sqrt((deviations[0] ** 2).sum() * (deviations[1] ** 2).sum()))
    return float((deviations[0] * deviations[1]).sum() / scale) if scale else float("nan")


def _daily(events: pd.DataFrame, half_life: str) -> pd.Series:
    table = tension(events, half_life=half_life, freq="D", band=None)
    rows = table[(table["measure"] == "tension_share") & table["state"].eq("observed")]
    return rows.set_index("date")["value"].dropna()


def _worst(difference: pd.Series, count: int, apart: int) -> list[pd.Timestamp]:
    chosen: list[pd.Timestamp] = []
    order = difference.abs().sort_values(ascending=False, kind="stable").index
    for day in order:
        if len(chosen) == count:
            break
        if all(abs((day - other).days) >= apart for other in chosen):
            chosen.append(day)
    return chosen
