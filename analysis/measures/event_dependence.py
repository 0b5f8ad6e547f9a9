"""Dependence as coders read it out of single events, and how far it agrees with the figures.

Each event of the record carries a `dependence` shift from -2 to 2: how far it moved side A's dependence on side B.
`event_dependence` adds them up over the acts between the two sides. The sum has no unit and no zero point: only its
direction and its turns mean something, and it moves more in years that are recorded more densely. It is therefore no
index of its own but a check on the composite of indicators, which knows nothing of events: `dependence_check` says how
far the two agree, and how little can be said with so few years.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures._frames import require
from analysis.measures._redraw import Cluster, clusters
from analysis.measures._sampling import Floats, fraction, interval, rank_correlation
from analysis.measures.options import check_cluster
from analysis.record.dates import midpoint


def event_dependence(
    events: pd.DataFrame,
    *,
    by: str | None = None,
    end: str | pd.Timestamp | None = None,
    band: float | None = 0.9,
    draws: int = 500,
    seed: int = 0,
    cluster: Cluster | None = "quarter",
) -> pd.DataFrame:
    """Cumulate the coded dependence shifts of events between the two sides.

    Parameters
    ----------
    events : DataFrame
        Needs `event_id`, `start`, `end`, `dependence`, and `dyad` where third parties occur (rows outside the dyad are
        left out). Events without a `dependence` are not coded and add nothing.
    by : str, optional
        A column such as `domain`: one series for each of its values.
    end : day, optional
        Events whose middle day comes later are left out, such as one dated to a year that is not over.
    band : float or None
        Coverage of the band; None for none.
    draws, seed : int
        Bayesian bootstrap: each draw multiplies the shifts by exponential weights of mean 1. The band says how far
        the sum rests on single events; it does not cover coding errors or events that nobody recorded.
    cluster : {"quarter", "month", "year"} or None
        Shifts of one sign in one such part of the calendar share their weight; None draws each by itself.

    Returns
    -------
    DataFrame
        One row per day with a coded event (and value of `by`): `date` (middle day of the events), `measure`
        ("event_dependence"), `value` (sum of all shifts up to and with that day), `low`, `high`, `shift` (sum of that
        day's), `events` (count of that day's coded events), and the column `by`.

    References
    ----------
    Rubin (1981), The Bayesian bootstrap, Annals of Statistics 9(1).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> total = an.event_dependence(rel.events, draws=50)
    >>> bool(total["date"].is_monotonic_increasing)
    True
    """
    require(events, ["event_id", "start", "end", "dependence", *([by] if by else [])], "event_dependence")
    if band is not None:
        fraction(band, "event_dependence", "band")
    check_cluster("event_dependence", cluster)
    rows = _coded(events)
    rows = rows if end is None else rows[rows["date"] <= pd.Timestamp(end)].reset_index(drop=True)
    groups = [(None, rows)] if by is None else list(rows.groupby(by, sort=True))
    parts = [_cumulated(group, band, draws, seed, cluster).assign(**({by: key} if by else {})) for key, group in groups]
    columns = ["date", "measure", "value", "low", "high", "shift", "events", *([by] if by else [])]
    if not parts:
        parts = [_cumulated(rows, band, draws, seed, cluster)]
    table = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    return table


def _coded(events: pd.DataFrame) -> pd.DataFrame:
    rows = events[events["dependence"].notna()]
    if "dyad" in rows:
        rows = rows[rows["dyad"].astype(bool)]
    rows = rows.assign(date=midpoint(rows["start"], rows["end"]), shift=rows["dependence"].astype("float64"))
    return rows.sort_values(["date", "event_id"], kind="stable").reset_index(drop=True)


def _cumulated(rows: pd.DataFrame, band: float | None, draws: int, seed: int, cluster: Cluster | None) -> pd.DataFrame:
    days, place = np.unique(rows["date"].to_numpy(), return_inverse=True)
    shifts = rows["shift"].to_numpy()
    daily = np.bincount(place, weights=shifts, minlength=len(days))
    low = high = np.full(len(days), np.nan)
    if band is not None and len(days):
        random = np.random.default_rng(seed)
        member = clusters(rows["date"].to_numpy().astype("datetime64[D]").astype(np.int64), shifts < 0, cluster)
        sums = np.empty((draws, len(days)))
        for draw in range(draws):
            weight = random.standard_exponential(int(member.max()) + 1)[member]
            sums[draw] = np.bincount(place, weights=shifts * weight, minlength=len(days)).cumsum()
        low, high = np.quantile(sums, [(1 - band) / 2, (1 + band) / 2], axis=0)
    return pd.DataFrame(
        {
            "date": pd.Series(days, dtype="datetime64[us]"),
            "measure": "event_dependence",
            "value": daily.cumsum(),
            "low": low,
            "high": high,
            "shift": daily,
            "events": np.bincount(place, minlength=len(days)),
        }
    ).astype({"measure": "str"})


def dependence_check(
    composite: pd.DataFrame,
    events: pd.DataFrame,
    *,
    confidence: float = 0.9,
    draws: int = 2000,
    min_n: int = 8,
    block: int = 4,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate the composite of indicators with the coded shifts of events, year by year.

    Parameters
    ----------
    composite : DataFrame
        Result of `composite`; its rows with measure "composite" and a value are used.
    events : DataFrame
        As for `event_dependence`. Years between the first and the last coded event without one count as a shift of 0.
    confidence : float
        Coverage of the interval.
    draws, seed : int
        Moving-block bootstrap over the years, pairs kept together.
    min_n : int
        Below this number of years the result is "too few".
    block : int
        Length of a block in years. Neighbouring years resemble each other; drawing them singly would make the interval
        too narrow.

    Returns
    -------
    DataFrame
        `period` ("first/last" year), `measure`, `value` (Spearman's rho, -1 to 1), `low`, `high`, `n` (years), `state`
        ("scored" or "too few": then no value). Measures: "rank_correlation_changes" (change of the composite on the
        year before against the sum of the year's shifts; the one to read), "rank_correlation_mean_changes" (against
        their mean, which does not grow with the density of the record; years without a coded event are left out) and
        "rank_correlation_levels" (composite against the cumulated shifts; two series with a trend correlate whatever
        they measure).

    References
    ----------
    Kuensch (1989), Annals of Statistics 17(3), for the block bootstrap.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> composite = an.composite(rel.indicators, of=rel.side_a.id)
    >>> an.dependence_check(composite, rel.events, draws=50)["measure"].tolist()
    ['rank_correlation_changes', 'rank_correlation_mean_changes', 'rank_correlation_levels']
    """
    require(composite, ["date", "measure", "value"], "dependence_check")
    fraction(confidence, "dependence_check", "confidence")
    if block < 1:
        raise OptionError("dependence_check", "block", "at least 1", block)
    years = _years(composite, events)
    changes = years.assign(composite=years["composite"].diff().where(years["year"].diff() == 1)).dropna(
        subset=["composite"]
    )
    pairs = {
        "rank_correlation_changes": (changes, "shift"),
        "rank_correlation_mean_changes": (changes.dropna(subset=["mean_shift"]), "mean_shift"),
        "rank_correlation_levels": (years, "level"),
    }
    rows = []
    for measure, (table, column) in pairs.items():
        x, y = table["composite"].to_numpy(), table[column].to_numpy()
        scored = len(x) >= min_n
        value = rank_correlation(x, y) if scored else float("nan")
        low, high = _blocks(x, y, block, confidence, draws, seed) if scored else (float("nan"), float("nan"))
        period = f"{table['year'].min()}/{table['year'].max()}" if len(table) else ""
        state = "scored" if scored else "too few"
        rows.append(
            {
                "period": period,
                "measure": measure,
                "value": value,
                "low": low,
                "high": high,
                "n": len(x),
                "state": state,
            }
        )
    return pd.DataFrame(rows)


def _years(composite: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    """Return year, composite, shift (sum), mean_shift and level (cumulated at the year's end) where the composite and
    the record of events overlap."""
    whole = composite[(composite["measure"] == "composite") & composite["value"].notna()]
    table = pd.DataFrame({"year": whole["date"].dt.year, "composite": whole["value"].astype("float64")}).sort_values(
        "year"
    )
    coded = _coded(events)
    if coded.empty:
        return table.head(0).assign(shift=0.0, mean_shift=0.0, level=0.0)
    by_year = coded.groupby(coded["date"].dt.year)["shift"].agg(["sum", "mean"])
    span = pd.RangeIndex(by_year.index.min(), by_year.index.max() + 1)
    sums = by_year["sum"].reindex(span, fill_value=0.0)
    table = table[table["year"].isin(span)].reset_index(drop=True)
    return table.assign(
        shift=table["year"].map(sums),
        mean_shift=table["year"].map(by_year["mean"]),
        level=table["year"].map(sums.cumsum()),
    )


def _blocks(x: Floats, y: Floats, block: int, confidence: float, draws: int, seed: int) -> tuple[float, float]:
    random = np.random.default_rng(seed)
    length = min(block, len(x))
    starts = random.integers(0, len(x) - length + 1, size=(draws, -(-len(x) // length)))
    rows = (starts[:, :, None] + np.arange(length)).reshape(draws, -1)[:, : len(x)]
    return interval((rank_correlation(x[drawn], y[drawn]) for drawn in rows), confidence)
