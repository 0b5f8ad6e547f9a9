"""Was there nothing, or did nobody look? The state of each period of a feed's archives.

An empty week in a chart can mean three things, and they must not look alike:

covered    the archive of that period was read; its count may be zero, and then zero is an answer
missing    there is no archive of that period, or it has no lines, or it breaks off: nothing is known
withheld   the producer keeps it back, as the analyst has stated

The period of an archive is told from its name, as the feeds have it: `20191024143000.export.CSV.zip` is a quarter of an
hour, `20130401.export.CSV.zip` a day, `201303.zip` a month, `1979.zip` a year. Where a name tells nothing, the periods
are the months from the file's first to its last row; a file without any has one row here, without days.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from analysis.errors import ColumnError
from analysis.feeds.plans import Summary

_NAMES = (
    (re.compile(r"(?<!\d)(\d{14})(?!\d).*export", re.IGNORECASE), "%Y%m%d%H%M%S", "15min"),
    (re.compile(r"(?<!\d)(\d{8})(?!\d).*export", re.IGNORECASE), "%Y%m%d", "D"),
    (re.compile(r"(?<!\d)(\d{6})\.(?:zip|csv|gz|bz2)", re.IGNORECASE), "%Y%m", "M"),
    (re.compile(r"(?<!\d)(\d{4})\.(?:zip|csv|gz|bz2)", re.IGNORECASE), "%Y", "Y"),
)
COLUMNS = ("start", "end", "state", "reason", "file", "lines", "rows", "share")


def period_of(file: str) -> pd.Period | None:
    """Return the period of an archive by its name, or None where the name does not tell."""
    name = file.split("::")[0].rsplit("/", 1)[-1]
    for pattern, form, freq in _NAMES:
        if found := pattern.search(name):
            try:
                return pd.Period(pd.to_datetime(found[1], format=form), freq=freq)
            except ValueError:
                return None
    return None


def periods(files: Iterable[Summary], rows: pd.DataFrame, withheld: pd.DataFrame | None = None) -> pd.DataFrame:
    """Tell the state of each period from the first archive to the last.

    Parameters
    ----------
    files : iterable of Summary
        What became of each file.
    rows : DataFrame
        The rows taken, with `start` and `feed_file`; used where names do not tell periods.
    withheld : DataFrame, optional
        `start`, `end` (days, both included), `reason`.

    Returns
    -------
    DataFrame
        Sorted by `start`: `start`, `end` (both included), `state` ("covered", "missing", "withheld"), `reason` (empty
        for a covered one), `file`, `lines` (all lines of the period; 0 where nothing was read, missing where a file of
        several months does not tell), `rows` (those of the dyad), `share` (rows / lines; missing without lines).
    """
    held = list(files)
    named = [(period, one) for one in held if (period := period_of(one.file)) is not None]
    found = _from_names(named) + _from_rows([one for one in held if period_of(one.file) is None], rows)
    table = pd.DataFrame(found, columns=list(COLUMNS)[:-1])
    for name in ("start", "end"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[us]")
    table["lines"] = table["lines"].astype("Int64")
    table["share"] = (table["rows"] / table["lines"].where(table["lines"] > 0)).astype("float64")
    return _withheld(table, withheld).sort_values(["start", "end", "file"], ignore_index=True)


def monthly(table: pd.DataFrame) -> pd.DataFrame:
    """Sum the periods by calendar month: `start`, `state`, `lines`, `rows`, `share`, `missing` (share of its periods).

    A month is "covered" if any of its periods is, else "withheld" if any is, else "missing".
    """
    month = table["start"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    grouped = table.groupby(month)
    rank = {"covered": 0, "withheld": 1, "missing": 2}
    best = table["state"].map(rank).groupby(month).min().map({place: name for name, place in rank.items()})
    summed = grouped[["lines", "rows"]].sum(min_count=1)
    result = summed.assign(
        state=best.astype("str"),
        share=(summed["rows"] / summed["lines"].where(summed["lines"] > 0)).astype("float64"),
        missing=(table["state"] != "covered").groupby(month).mean(),
    )
    return result.reset_index()[["start", "state", "lines", "rows", "share", "missing"]]


def _from_names(named: list[tuple[pd.Period, Summary]]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    by_freq: dict[str, dict[pd.Period, list[Summary]]] = {}
    for period, one in named:
        by_freq.setdefault(period.freqstr, {}).setdefault(period, []).append(one)
    for held in by_freq.values():
        for period in pd.period_range(min(held), max(held)):
            for one in held.get(period, [Summary("", state="missing", reason="no file")]):
                state = "covered" if one.state == "read" else "missing"
                reason = "" if state == "covered" else one.reason or one.state
                end = period.end_time.floor("us")
                found.append((period.start_time, end, state, reason, one.file, one.lines, one.rows))
    return found


def _from_rows(files: list[Summary], rows: pd.DataFrame) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    if not files:
        return found
    months = rows["start"].dt.to_period("M")
    own = rows["feed_file"].str.replace(r"::.*$", "", regex=True)
    for one in files:
        state, reason = ("covered", "") if one.state == "read" else ("missing", one.reason or one.state)
        counts = months[own == one.file].dropna().value_counts()
        if counts.empty:
            found.append((pd.NaT, pd.NaT, state, reason, one.file, one.lines, one.rows))
            continue
        span = pd.period_range(counts.index.min(), counts.index.max(), freq="M")
        for month in span:
            lines = one.lines if len(span) == 1 else pd.NA
            end = month.end_time.floor("us")
            found.append((month.start_time, end, state, reason, one.file, lines, int(counts.get(month, 0))))
    return found


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
