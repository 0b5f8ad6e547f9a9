"""The days that a sentence names, as EDTF: as they stand, or counted from the day on which the page was published.

What was inferred (the year of `April 6`, the day of `on Thursday`) is marked `~`; a weekday that agrees with a day of
the month proves the year, and nothing is marked.
"""

from __future__ import annotations

import datetime as dt
import re

from analysis.curate.bib_dates import edtf
from analysis.record.dates import parse

_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan\.?|Feb\.?|Mar\.?|Apr\.?|Aug\.?|Sept?\.?|Oct\.?|Nov\.?|Dec\.?)"
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = rf"\b({'|'.join(day.capitalize() for day in _DAYS)})\b"
_WHOLE = re.compile(rf"\b(?:\d{{1,2}} {_MONTH},? \d{{4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?, ?\d{{4}})\b")
_DAY = re.compile(rf"\b(?:(\d{{1,2}}) ({_MONTH})|({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?)\b(?! ?\d{{4}})")
_MONTH_YEAR = re.compile(rf"\b{_MONTH},? \d{{4}}\b")
_YEAR = re.compile(r"\b(?:in|since|from|until|during|by|of) ((?:19|20)\d\d)\b")


def date_of(sentence: str, published: str) -> str:
    """Return the day of a sentence as EDTF; the page's own day, marked `~`, where it names none.

    >>> date_of("They met on Thursday, April 6.", "2023-04-06")
    '2023-04-06'
    >>> date_of("The taps were closed on Monday.", "2023-04-06")
    '2023-04-03~'
    >>> date_of("The deal of 2015 was torn up.", "2023-04-06")
    '2015'
    """
    for pattern in (_WHOLE, _MONTH_YEAR):
        if (found := pattern.search(sentence)) and not (pattern is _MONTH_YEAR and _DAY.search(sentence)):
            return edtf(found.group().replace(".", ""))
    page = _page_day(published)
    weekday = re.search(_WEEKDAY, sentence)
    if page and (found := _DAY.search(sentence)):
        day, month = found.group(1) or found.group(4), found.group(2) or found.group(3)
        return _with_year(f"{day} {month.replace('.', '')}", page, weekday.group(1).lower() if weekday else "")
    if year := _YEAR.search(sentence):
        return year.group(1)
    if not page:
        return ""
    near = {"yesterday": 1, "today": 0, "last week": 7, "last month": 30}
    for words, back in near.items():
        if re.search(rf"\b{words}\b", sentence, re.IGNORECASE):
            day = page - dt.timedelta(days=back)
            return f"{day:%Y-%m}~" if words == "last month" else f"{day}~"
    if weekday:
        # A report names the last such day; `next` and `on Monday will` are left to the reader of the draft.
        back = (page.weekday() - _DAYS.index(weekday.group(1).lower())) % 7
        return f"{page - dt.timedelta(days=back)}~"
    return f"{page}~"


def _page_day(published: str) -> dt.date | None:
    try:
        span = parse(published)
    except ValueError:
        return None
    return span.start if span.precision == "day" else None


def _with_year(day: str, page: dt.date, weekday: str) -> str:
    """Return a day of the month in the year in which it was last before the page, or in which its weekday agrees."""
    for year in (page.year, page.year - 1):
        text = edtf(f"{day} {year}")
        if text and dt.date.fromisoformat(text) <= page + dt.timedelta(days=1):
            agrees = weekday and dt.date.fromisoformat(text).weekday() == _DAYS.index(weekday)
            return text if agrees else f"{text}~"
    return ""
