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

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.errors import ColumnError
from analysis.feeds.feed import Feed
from analysis.feeds.rows import Summary

if TYPE_CHECKING:
    import pandas as pd

_STATES = {"read": "covered", "no rows": "no rows"}
_RANK = {"covered": 0, "withheld": 1, "no rows": 2, "missing": 3}
_LENGTHS = {"15min": dt.timedelta(minutes=15), "D": dt.timedelta(days=1)}
_INSTANT = dt.timedelta(microseconds=1)


class Period(NamedTuple):
    """The state of one period of a feed's archives, or of several without an archive that follow each other.

    `start` and `end` (both included; None where nothing tells them), `state` ("covered", "no rows", "missing",
    "withheld"), `reason` (empty for a covered one), `file`, `periods` (how many: 1 but for spans without an archive),
    `lines` (all lines of the period; 0 where nothing was read, None where a file of several months does not tell),
    `rows` (those of the dyad).
    """

    start: dt.datetime | None
    end: dt.datetime | None
    state: str
    reason: str
    file: str
    periods: int
    lines: int | None
    rows: int

    @property
    def share(self) -> float | None:
        """Rows in lines; None without lines."""
        return self.rows / self.lines if self.lines else None


def period_of(file: str, feed: Feed) -> tuple[dt.datetime, str] | None:
    """Return start and length ("15min", "D", "M", "Y") of an archive's period by its name; None where the feed's rule
    does not tell."""
    name = file.split("::")[0].rsplit("/", 1)[-1]
    for pattern, form, length in feed.periods:
        if found := re.search(pattern, name, re.IGNORECASE):
            try:
                return dt.datetime.strptime(found[1], form), length
            except ValueError:
                return None
    return None


def periods(
    files: Iterable[Summary],
    counted: Mapping[tuple[Any, ...], int],
    feed: Feed,
    withheld: pd.DataFrame | None = None,
) -> list[Period]:
    """Tell the state of each period from the first archive to the last, by its start.

    Parameters
    ----------
    files : iterable of Summary
        What became of each file.
    counted : mapping
        How many rows were taken of each file (`feed_file`) and day (`start`).
    feed : Feed
        Whose archives they are.
    withheld : DataFrame, optional
        `start`, `end` (days, both included), `reason`.
    """
    by_length: dict[str, dict[dt.datetime, list[Summary]]] = {}
    others = list[Summary]()
    for one in files:
        if period := period_of(one.file, feed):
            by_length.setdefault(period[1], {}).setdefault(period[0], []).append(one)
        else:
            others.append(one)
    months: Counter[tuple[str, int, int]] = Counter()
    for (file, day), count in counted.items():
        if day is not None:
            months[(file or "").split("::")[0], day.year, day.month] += count
    kept = _kept_back(withheld)
    slots = [*_from_names(by_length, kept), *_from_rows(others, months)]
    late = dt.datetime.max
    return list(_spans(sorted(slots, key=lambda one: (one.start or late, one.end or late, one.file))))


def frame(found: list[Period]) -> pd.DataFrame:
    """Return periods as a frame: what `Period` has, and `share` (rows / lines; missing without lines)."""
    import pandas as pd

    table = pd.DataFrame([(*one, one.share) for one in found], columns=[*Period._fields, "share"])
    kinds = {"start": "datetime64[us]", "end": "datetime64[us]", "periods": "int64", "lines": "Int64", "rows": "int64"}
    return table.astype(kinds | dict.fromkeys(["state", "reason", "file"], "str") | {"share": "float64"})


def _spans(slots: list[Period]) -> Iterator[Period]:
    """Join neighbouring periods without an archive to one span."""
    held: Period | None = None
    for one in slots:
        if held is not None and _goes_on(held, one):
            held = held._replace(end=one.end, periods=held.periods + 1)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def _goes_on(held: Period, one: Period) -> bool:
    if held.file or one.file or (held.state, held.reason) != (one.state, one.reason):
        return False
    assert held.start
    assert held.end
    assert one.start
    assert one.end
    return one.start - held.end == _INSTANT and _long(one.start, one.end) == _long(
        held.start, held.start + (held.end + _INSTANT - held.start) / held.periods - _INSTANT
    )


def _long(start: dt.datetime, end: dt.datetime) -> bool:
    return end - start > dt.timedelta(days=1)


def monthly(table: pd.DataFrame) -> pd.DataFrame:
    """Sum the periods by calendar month: `start`, `state`, `lines`, `rows`, `share`, `missing` (share of its periods).

    A month is "covered" if any of its periods is, else "withheld", "no rows" or "missing", the first that any is. A
    span without archives counts in each month that it reaches into, by its days.
    """
    import pandas as pd

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


def _from_names(
    by_length: dict[str, dict[dt.datetime, list[Summary]]], kept: list[tuple[dt.datetime, dt.datetime, str]]
) -> Iterator[Period]:
    for length, held in by_length.items():
        start, last = min(held), max(held)
        while start <= last:
            following = _after(start, length)
            end = following - _INSTANT
            for one in held.get(start, []):
                yield _withheld(Period(start, end, *_state(one), one.file, 1, one.lines, one.rows), kept)
            if start not in held:
                yield _withheld(Period(start, end, "missing", "no file", "", 1, 0, 0), kept)
            start = following


def _after(start: dt.datetime, length: str) -> dt.datetime:
    if length in _LENGTHS:
        return start + _LENGTHS[length]
    months = 12 if length == "Y" else 1
    return start.replace(year=start.year + (start.month + months > 12), month=(start.month + months - 1) % 12 + 1)


def _from_rows(files: list[Summary], months: Counter[tuple[str, int, int]]) -> Iterator[Period]:
    for one in files:
        if not one.first:
            yield Period(None, None, *_state(one), one.file, 1, one.lines, one.rows)
            continue
        start, last = (dt.datetime.fromisoformat(day).replace(day=1) for day in (one.first, one.last))
        several = start < last
        while start <= last:
            following = _after(start, "M")
            rows = months[one.file, start.year, start.month]
            yield Period(start, following - _INSTANT, *_state(one), one.file, 1, None if several else one.lines, rows)
            start = following


def _state(one: Summary) -> tuple[str, str]:
    state = _STATES.get(one.state, "missing")
    return state, "" if state == "covered" else one.reason or one.state


def _kept_back(withheld: pd.DataFrame | None) -> list[tuple[dt.datetime, dt.datetime, str]]:
    """Return first moment, end and reason of what the producer keeps back."""
    if withheld is None:
        return []
    import pandas as pd

    missing = [name for name in ("start", "end", "reason") if name not in withheld]
    if missing:
        raise ColumnError("withheld", missing, withheld.columns)
    rows = withheld[["start", "end", "reason"]].itertuples(index=False)
    return [
        (pd.Timestamp(start).to_pydatetime(), pd.Timestamp(end).to_pydatetime() + dt.timedelta(days=1), str(reason))
        for start, end, reason in rows
    ]


def _withheld(period: Period, kept: list[tuple[dt.datetime, dt.datetime, str]]) -> Period:
    assert period.start
    assert period.end
    for start, end, reason in kept:
        if period.state == "missing" and period.start >= start and period.end < end:
            return period._replace(state="withheld", reason=reason)
    return period
