"""Was there nothing, or did nobody look? The state of each period of a feed's archives.

An empty week in a chart can mean four things, and they must not look alike:

covered    the archive of that period was read; its count may be zero, and then zero is an answer
no rows    there is an archive and nothing is in it, such as a header alone: accounts without access get that
missing    there is no archive of that period, or it breaks off, or it could not be read: nothing is known
withheld   the producer keeps it back, as the analyst has stated

The period of an archive is told from its name where the feed's rule is known (GDELT: `20191024143000.export.CSV.zip` is
a quarter of an hour, `20130401.export.CSV.zip` a day, `201303.zip` a month, `1979.zip` a year), else from the days of
its rows, of all dyads, month by month. Missing periods that follow each other are one span.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from analysis.errors import ColumnError
from analysis.feeds.feed import Feed
from analysis.feeds.rows import Summary

COLUMNS = ("start", "end", "state", "reason", "file", "periods", "lines", "rows", "share")
_STATES = {"read": "covered", "no rows": "no rows"}
_RANK = {"covered": 0, "withheld": 1, "no rows": 2, "missing": 3}


def period_of(file: str, feed: Feed) -> pd.Period | None:
    """Return the period of an archive by its name, or None where the feed's rule does not tell."""
    name = file.split("::")[0].rsplit("/", 1)[-1]
    for pattern, form, freq in feed.periods:
        if found := re.search(pattern, name, re.IGNORECASE):
            try:
                return pd.Period(pd.to_datetime(found[1], format=form), freq=freq)
            except ValueError:
                return None
    return None


def periods(
    files: Iterable[Summary], rows: pd.DataFrame, feed: Feed, withheld: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Tell the state of each period from the first archive to the last.

    Parameters
    ----------
    files : iterable of Summary
        What became of each file.
    rows : DataFrame
        The rows taken, with `start` and `feed_file`.
    feed : Feed
        Whose archives they are.
    withheld : DataFrame, optional
        `start`, `end` (days, both included), `reason`.

    Returns
    -------
    DataFrame
        Sorted by `start`: `start`, `end` (both included), `state` ("covered", "no rows", "missing", "withheld"),
        `reason` (empty for a covered one), `file`, `periods` (how many follow each other here: 1 but for spans without
        an archive), `lines` (all lines of the period; 0 where nothing was read, missing where a file of several months
        does not tell), `rows` (those of the dyad), `share` (rows / lines; missing without lines).
    """
    named, others = list[tuple[pd.Period, Summary]](), list[Summary]()
    for one in files:
        period = period_of(one.file, feed)
        if period is None:
            others.append(one)
        else:
            named.append((period, one))
    slots = _withheld(_table([*_from_names(named), *_from_rows(others, rows)]), withheld)
    return _spans(slots)


def _table(found: list[tuple[Any, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(found, columns=[name for name in COLUMNS if name not in ("periods", "share")])
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
    table["lines"] = table["lines"].astype("Int64")
    return table.sort_values(["start", "end", "file"], ignore_index=True)


def _spans(slots: pd.DataFrame) -> pd.DataFrame:
    """Join neighbouring periods without an archive to one span."""
    without = slots["file"] == ""
    length = slots["end"] - slots["start"]
    previous = slots.shift()
    goes_on = (
        without
        & (previous["file"] == "")
        & (slots["state"] == previous["state"])
        & (slots["reason"] == previous["reason"])
        & (slots["start"] - previous["end"] < pd.Timedelta("1s"))
        & ((length > pd.Timedelta("1D")) == (length.shift() > pd.Timedelta("1D")))
    )
    groups = slots.groupby((~goes_on).cumsum(), sort=False)
    table = groups.agg(
        start=("start", "first"),
        end=("end", "last"),
        state=("state", "first"),
        reason=("reason", "first"),
        file=("file", "first"),
        periods=("state", "size"),
        lines=("lines", "first"),
        rows=("rows", "first"),
    ).reset_index(drop=True)
    table = table.astype({"lines": "Int64", "state": "str", "reason": "str", "file": "str"})
    table["share"] = (table["rows"] / table["lines"].where(table["lines"] > 0)).astype("float64")
    return table[list(COLUMNS)]


def monthly(table: pd.DataFrame) -> pd.DataFrame:
    """Sum the periods by calendar month: `start`, `state`, `lines`, `rows`, `share`, `missing` (share of its periods).

    A month is "covered" if any of its periods is, else "withheld", "no rows" or "missing", the first that any is. A
    span without archives counts in each month that it reaches into, by its days.
    """
    known = table.dropna(subset=["start", "end"])
    first, last = (12 * known[name].dt.year + known[name].dt.month - 1 for name in ("start", "end"))
    spread = known.assign(month=first).loc[known.index.repeat(last - first + 1)]
    number = spread["month"] + spread.groupby(level=0).cumcount()
    spread = spread.reset_index(drop=True)
    years, months = number.to_numpy() // 12, number.to_numpy() % 12 + 1
    spread["month"] = pd.to_datetime(pd.DataFrame({"year": years, "month": months, "day": 1})).astype("datetime64[us]")
    end = spread["month"] + pd.offsets.MonthBegin(1)
    inside = spread["end"].clip(upper=end) - spread["start"].clip(lower=spread["month"])
    part = (inside / (spread["end"] - spread["start"])).clip(upper=1.0)
    spread["periods"] = spread["periods"] * part.fillna(1.0)
    grouped = spread.groupby("month")
    best = spread["state"].map(_RANK).groupby(spread["month"]).min().map({place: name for name, place in _RANK.items()})
    summed = grouped[["lines", "rows"]].sum(min_count=1)
    without = spread["periods"].where(spread["state"] != "covered", 0.0).groupby(spread["month"]).sum()
    result = summed.assign(
        state=best.astype("str"),
        share=(summed["rows"] / summed["lines"].where(summed["lines"] > 0)).astype("float64"),
        missing=without / grouped["periods"].sum(),
    )
    return result.rename_axis("start").reset_index()[["start", "state", "lines", "rows", "share", "missing"]]


def _from_names(named: list[tuple[pd.Period, Summary]]) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    by_freq: dict[str, dict[pd.Period, list[Summary]]] = {}
    for period, one in named:
        by_freq.setdefault(period.freqstr, {}).setdefault(period, []).append(one)
    for held in by_freq.values():
        for period in pd.period_range(min(held), max(held)):
            end = period.end_time.floor("us")
            if period not in held:
                found.append((period.start_time, end, "missing", "no file", "", 0, 0))
            for one in held.get(period, []):
                found.append((period.start_time, end, *_state(one), one.file, one.lines, one.rows))
    return found


def _from_rows(files: list[Summary], rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    months = rows["start"].dt.to_period("M")
    own = rows["feed_file"].str.replace(r"::.*$", "", regex=True) if len(rows) else pd.Series(dtype="str")
    for one in files:
        if not one.first:
            found.append((pd.NaT, pd.NaT, *_state(one), one.file, one.lines, one.rows))
            continue
        counts = months[own == one.file].dropna().value_counts() if len(rows) else pd.Series(dtype="int64")
        span = pd.period_range(one.first, one.last, freq="M")
        for month in span:
            lines = one.lines if len(span) == 1 else pd.NA
            end = month.end_time.floor("us")
            found.append((month.start_time, end, *_state(one), one.file, lines, int(counts.get(month, 0))))
    return found


def _state(one: Summary) -> tuple[str, str]:
    state = _STATES.get(one.state, "missing")
    return state, "" if state == "covered" else one.reason or one.state


def _withheld(table: pd.DataFrame, withheld: pd.DataFrame | None) -> pd.DataFrame:
    if withheld is None:
        return table
    missing = [name for name in ("start", "end", "reason") if name not in withheld]
    if missing:
        raise ColumnError("withheld", missing, withheld.columns)
    table = table.copy()
    for start, end, reason in withheld[["start", "end", "reason"]].itertuples(index=False):
        last = pd.Timestamp(end) + pd.Timedelta(days=1)
        held = (table["state"] == "missing") & (table["start"] >= pd.Timestamp(start)) & (table["end"] < last)
        table.loc[held, ["state", "reason"]] = ["withheld", str(reason)]
    return table
