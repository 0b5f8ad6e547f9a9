"""The record's indicators as they stand.

`indicator_series` hands them on with three states kept apart: *observed*, *withheld* (the producer has the figure and
does not publish it) and *missing* (nobody has recorded it). A zero is an observation like any other. `yearly` reduces
them to one value a calendar year, which is what `asymmetry` and `composite` compare.

Nothing is interpolated, carried on or joined to another series here; a series mixes reported figures, computed ones
and estimates, and `basis` says which is which.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import OptionError, nearest, one_of
from analysis.measures._frames import require
from analysis.record.dates import midpoint

_SERIES = ["date", "start", "end", "measure", "value", "low", "high", "unit", "basis", "state", "record", "since"]
_LEAST_FOR_RECORD = 3


def indicator_series(
    indicators: pd.DataFrame,
    names: Sequence[str] | None = None,
    start: str | pd.Timestamp | None = None,
    end: str | pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Lay indicators out as tidy series in which gaps are rows.

    One row per observation, and one per calendar year that lies between an indicator's first and last observation and
    that no observation touches.

    Parameters
    ----------
    indicators : DataFrame
        Needs `indicator`, `start`, `end`, `value`, `basis`; uses `low`, `high`, `unit`, `name`, `domain` where present.
    names : sequence of str, optional
        Indicator ids to keep, in the order wanted; all, by id, when absent.
    start, end : day, optional
        Keep rows whose period touches this span.

    Returns
    -------
    DataFrame
        `date` (middle day of the period), `start`, `end` (datetime64, both days included), `measure` (indicator id),
        `value`, `low`, `high` (in `unit`; missing where unknown), `unit`, `basis` (reported, computed, estimate,
        withheld; missing for a missing year), `state`: observed, withheld (the basis says so) or missing (no row, or a
        row without value); `record`: "high" or "low" where a figure is above, or below, every other figure of the
        whole series, also those outside the span kept, else ""; `since` (first year of the whole series); `name` and
        `domain` if given. Sorted by measure, then `start`, `end`.

        An estimate, an approximate figure or one for a period of another length than is usual in its series sets no
        record, and a series with fewer than three other figures has none; but a figure that only an estimate exceeds
        is no record either.

    Raises
    ------
    ColumnError
        If a needed column is absent.
    OptionError
        If a name is no indicator of the table.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> series = an.indicator_series(rel.indicators, start="2010-01-01")
    >>> sorted(series["measure"].unique())[:3]
    ['arms_deliveries_rus_blr', 'arms_import_share_rus', 'blr_export_share_rus']
    """
    require(indicators, ["indicator", "start", "end", "value", "basis"], "indicator_series")
    kept = indicators if names is None else _named(indicators, names)
    rows = pd.concat([kept, _missing_years(kept)], ignore_index=True) if len(kept) else kept.copy()
    for column in ("low", "high", "unit"):
        if column not in rows:
            rows[column] = np.nan if column != "unit" else ""
    rows["measure"] = rows["indicator"]
    rows["date"] = midpoint(rows["start"], rows["end"])
    withheld = rows["basis"].eq("withheld")
    rows["state"] = np.select([withheld, rows["value"].isna()], ["withheld", "missing"], "observed")
    rows["value"] = rows["value"].astype("float64").mask(withheld)
    rows["record"] = _records(rows)
    rows["since"] = rows["start"].dt.year.groupby(rows["measure"]).transform("min").astype("int64")
    if start is not None:
        rows = rows[rows["end"] >= pd.Timestamp(start)]
    if end is not None:
        rows = rows[rows["start"] <= pd.Timestamp(end)]
    order = list(names) if names is not None else sorted(rows["measure"].unique())
    rows["_place"] = rows["measure"].map({name: place for place, name in enumerate(order)})
    rows = rows.sort_values(["_place", "start", "end"], kind="stable")
    extra = [column for column in ("name", "domain") if column in indicators]
    return rows[[*_SERIES, *extra]].reset_index(drop=True)


def unusual_length(rows: pd.DataFrame) -> pd.Series[bool]:
    """Mark the figures for a period of another length than is usual in their series: part of a year beside whole years.

    Parameters
    ----------
    rows : DataFrame
        Needs `measure`, `start`, `end`, `value`. Lengths within 15% of the series' median count as usual.
    """
    days = (rows["end"] - rows["start"]).dt.days + 1
    usual = days.where(rows["value"].notna()).groupby(rows["measure"]).transform("median")
    return ~days.between(0.85 * usual, 1.15 * usual)


def _records(rows: pd.DataFrame) -> pd.Series[str]:
    """Return "high" or "low" for the firm figures that no other figure of their series reaches, else ""."""
    firm = rows["value"].notna() & ~rows["basis"].eq("estimate") & ~unusual_length(rows)
    if "approximate" in rows:
        firm &= ~rows["approximate"].eq(True)
    enough = firm.groupby(rows["measure"]).transform("sum") >= _LEAST_FOR_RECORD
    place = rows["value"].groupby(rows["measure"])
    # The largest rank of equal values: a figure that another one equals is no record.
    highest = place.rank(method="max", ascending=False) == 1
    lowest = place.rank(method="max") == 1
    kinds = np.select([firm & enough & highest, firm & enough & lowest], ["high", "low"], "")
    return pd.Series(kinds, index=rows.index, dtype="str")


def _named(indicators: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    known = sorted(indicators["indicator"].unique())
    for name in names:
        if name not in known:
            raise OptionError("indicator_series", "names", one_of(known), name, nearest(name, known))
    return indicators[indicators["indicator"].isin(names)]


def _missing_years(indicators: pd.DataFrame) -> pd.DataFrame:
    """Return a row without value for each year inside a series that no observation of it touches."""
    constant = [name for name in ("unit", "name", "domain", "of", "direction") if name in indicators]
    rows = []
    for indicator, series in indicators.groupby("indicator", sort=True):
        touched: set[int] = set()
        for opening, closing in zip(series["start"].dt.year, series["end"].dt.year, strict=True):
            touched.update(range(opening, closing + 1))
        for year in range(min(touched), max(touched) + 1):
            if year not in touched:
                first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
                known = {str(name): series[name].iloc[0] for name in constant}
                rows.append({"indicator": indicator, "start": first, "end": last, "value": np.nan, **known})
    gaps = pd.DataFrame(rows, columns=["indicator", "start", "end", "value", *constant])
    return gaps.astype({name: indicators[name].dtype for name in gaps.columns})


def yearly(indicators: pd.DataFrame) -> pd.DataFrame:
    """Reduce indicators to one value a calendar year.

    Observations that cover a whole year come before those of a part of it; several of the same kind are averaged.
    Observations that span more than one calendar year are left out: they belong to no single year.

    Parameters
    ----------
    indicators : DataFrame
        Needs `indicator`, `start`, `end`, `value`, `basis`.

    Returns
    -------
    DataFrame
        One row per indicator and year with a row of its own: `indicator`, `year` (int), `value`, `low`, `high` (means;
        missing where withheld or not given), `start`, `end` (first and last day the value covers), `part_year` (bool:
        from a part of the year only), `estimate` (bool: an estimate is in it), `withheld` (bool: the year's only rows
        are withheld ones), `year_withheld` (bool: a row of the year is withheld, also where a part of it is known),
        `n` (observations averaged).
    """
    require(indicators, ["indicator", "start", "end", "value", "basis"], "yearly")
    code, names = pd.factorize(indicators["indicator"], sort=True)
    days = [indicators[name].to_numpy() for name in ("start", "end")]
    year, last = (indicators[name].dt.year.to_numpy() for name in ("start", "end"))
    withheld, estimate = (indicators["basis"].eq(basis).to_numpy() for basis in ("withheld", "estimate"))
    part_year = days[1] - days[0] < np.timedelta64(364, "D")
    numbers = indicators.reindex(columns=["value", "low", "high"]).to_numpy(np.float64, copy=True, na_value=np.nan)
    numbers[withheld, 0] = np.nan
    # Where a figure exists the withheld rows of that year do not count; of figures, whole years come first.
    rank = withheld * 2 + part_year
    order = np.lexsort([numbers[:, 0], *days[::-1], rank, year, code])
    order = order[(last == year)[order] & (withheld | ~np.isnan(numbers[:, 0]))[order]]
    own = (np.diff(code[order], prepend=-1) != 0) | (np.diff(year[order], prepend=-1) != 0)
    place = np.cumsum(own) - 1
    first = order[own]
    best = rank[order] == rank[first][place]
    grouped = [pd.Series(column).groupby(place[best]) for column in numbers[order[best]].T]
    value, low, high = (column.mean().to_numpy() for column in grouped)
    chosen = order[best]
    return pd.DataFrame(
        {
            "indicator": names[code[first]],
            "year": year[first],
            "value": value,
            "low": low,
            "high": high,
            "start": pd.Series(days[0][chosen]).groupby(place[best]).min(),
            "end": pd.Series(days[1][chosen]).groupby(place[best]).max(),
            "part_year": part_year[first],
            "estimate": pd.Series(estimate[chosen]).groupby(place[best]).any().astype(bool),
            "withheld": withheld[first],
            "year_withheld": pd.Series(withheld[order]).groupby(place).any().astype(bool),
            "n": grouped[0].count().to_numpy(),
        }
    )
