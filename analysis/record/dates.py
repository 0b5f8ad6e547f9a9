"""EDTF text to day intervals.

Evidence rarely gives a day and an hour. The record therefore writes dates in EDTF (ISO 8601-2) and this module turns
them into the first and the last day that the text allows, with its precision. Accepted are years, months, days,
seasons and decades, with the marks `?` (uncertain), `~` (approximate) and `%` (both), and closed intervals of two of
these:

    2014-03-23    2014-03    1997~    2014-21    199X    2004-02-18/2004-02-19    2022?/2023-04

A mark never widens the interval: `1997~` runs from 1 January to 31 December 1997 and is flagged. Open ends
(`2014/..`), unknown dates and years outside 1000-9999 are refused, since nothing can be drawn or counted from them.
The bounds agree with the strict bounds of the `edtf` library, which a property test compares.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

_ONE = re.compile(
    r"(?P<year>[1-9]\d{3}|[1-9]\d\dX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?P<mark>[?~%])?", re.ASCII
)
_DATED_JOINT = re.compile(r"; (?=[1-9]\d{2}[\dX][-\dX/?~%]*: )", re.ASCII)
# First month of each season on the northern hemisphere, as the edtf library counts them: winter is that of the year's
# own December.
_SEASONS = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}
_SPANS = {
    "start": "datetime64[us]",
    "end": "datetime64[us]",
    "precision": "str",
    "approximate": "bool",
    "uncertain": "bool",
    "problem": "str",
}
FORMS = "an EDTF date such as 2014, 2014-03, 2014-03-23, 1997~ or 2004-02-18/2004-02-19"


@dataclass(frozen=True)
class Span:
    """The days that an EDTF text allows, first and last included."""

    start: dt.date
    end: dt.date
    precision: str
    approximate: bool = False
    uncertain: bool = False


def parse(text: str) -> Span:
    """Read one EDTF text.

    Parameters
    ----------
    text : str
        A date or a closed interval, in one of the forms of this module's docstring.

    Returns
    -------
    Span
        `precision` is day, month, season, year, decade or interval.

    Raises
    ------
    ValueError
        With words that say what is wrong, when the text is no such date or ends before it starts.
    """
    first, slash, last = text.partition("/")
    if not slash:
        return _single(text)
    if ".." in (first, last) or "" in (first, last):
        raise ValueError("an open interval; give both ends")
    a, b = _single(first), _single(last)
    if b.end < a.start:
        raise ValueError("an interval that ends before it starts")
    return Span(a.start, b.end, "interval", a.approximate or b.approximate, a.uncertain or b.uncertain)


def _single(text: str) -> Span:
    match = _ONE.fullmatch(text)
    if match is None:
        raise ValueError("not EDTF")
    year, month, day, mark = match.group("year", "month", "day", "mark")
    marks = (mark in {"~", "%"}, mark in {"?", "%"})
    if year.endswith("X"):
        if month:
            raise ValueError("a decade with a month")
        first = int(f"{year[:3]}0")
        return Span(dt.date(first, 1, 1), dt.date(first + 9, 12, 31), "decade", *marks)
    y = int(year)
    if month in {None, "XX"}:
        if day not in {None, "XX"}:
            raise ValueError("a day without a month")
        return Span(dt.date(y, 1, 1), dt.date(y, 12, 31), "year", *marks)
    m = int(str(month))
    if m in _SEASONS and day is None:
        first, last = _SEASONS[m]
        return Span(dt.date(y, first, 1), dt.date(y, last, monthrange(y, last)[1]), "season", *marks)
    if not 1 <= m <= 12:
        raise ValueError(f"there is no month {month}")
    if day in {None, "XX"}:
        return Span(dt.date(y, m, 1), dt.date(y, m, monthrange(y, m)[1]), "month", *marks)
    d = int(str(day))
    if not 1 <= d <= monthrange(y, m)[1]:
        raise ValueError(f"there is no day {d} in {y}-{m:02d}")
    return Span(dt.date(y, m, d), dt.date(y, m, d), "day", *marks)


def dated_parts(text: object) -> list[tuple[str, str]]:
    """Split a text such as `2018-03-14: called off; 2019: tried again` into parts, each a date and its words.

    The date is empty where a part does not begin with one; a missing text has no parts.
    """
    parts = _DATED_JOINT.split(text) if isinstance(text, str) else []
    return [(head, words) if mark else ("", head) for head, mark, words in (part.partition(": ") for part in parts)]


def spans(texts: pd.Series) -> pd.DataFrame:
    """Read a column of EDTF texts.

    Parameters
    ----------
    texts : Series of str
        Missing values stay missing.

    Returns
    -------
    DataFrame
        On the index of `texts`: `start`, `end` (datetime64[us], days, both included, missing where unreadable),
        `precision` (str), `approximate`, `uncertain` (bool), `problem` (str, missing where all is well).
    """
    codes, unique = pd.factorize(texts)
    # The last row stands for a missing text, to which `factorize` gives the code -1.
    read = [*(_read(str(text)) for text in unique), (None, None, None, False, False, None)]
    columns = zip(_SPANS.items(), zip(*read, strict=True), strict=True)
    return pd.DataFrame(
        {name: pd.Series(cells, dtype=kind).take(codes).set_axis(texts.index) for (name, kind), cells in columns}
    )


@lru_cache(maxsize=2**16)
def _read(text: str) -> tuple[dt.date | None, dt.date | None, str | None, bool, bool, str | None]:
    """Return a row of `spans`; a record has its dates read several times, and several columns the same dates."""
    try:
        span = parse(text)
    except ValueError as error:
        return None, None, None, False, False, str(error)
    return span.start, span.end, span.precision, span.approximate, span.uncertain, None


def midpoint(start: pd.Series, end: pd.Series) -> pd.Series:
    """Return the day in the middle of each interval, the earlier one of two: start + floor((end - start) / 2)."""
    return start + pd.to_timedelta((end - start).dt.days // 2, unit="D")


def year_days(years: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the first and the last day of each year."""
    first, after = (
        pd.Series((years.to_numpy() - 1970 + step).astype("datetime64[Y]").astype("datetime64[us]"), index=years.index)
        for step in (0, 1)
    )
    return first, after - pd.Timedelta(days=1)
