"""Days as files really have them, brought to YYYY-MM-DD when a file is scanned.

`2022-12-28`, `20221228` and both with a time; `28 December 2022` (ACLED's own export), `30-Jun-23`, `June 30, 2023`;
`05/06/2023` and `5/6/23`. The last can be read in two ways. Then the file decides: one day beyond the twelfth in it
tells the order of all. Where it has none, the feed's known habit does (ICEWS writes the month first), and where there
is none, the user is asked. Years of two digits are from 1970 to 2069.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from functools import lru_cache

from analysis.feeds.feed import DayOrder, words

_MONTHS = {name: place for place, name in enumerate(words("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_PLAIN = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)|(\d{4})(\d{2})(\d{2})\d{6}$")
_SLASHED = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_WORDED = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3})[a-z]*\.?[ ,-]+(\d{4}|\d{2})(?!\d)")
_MONTH_FIRST = re.compile(r"([A-Za-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})(?!\d)")


@lru_cache(1 << 16)
def iso(text: str, order: DayOrder | None = None) -> str | None:
    """Return a day as YYYY-MM-DD; None where it is none, or where `order` is needed and not given.

    >>> iso("28 December 2022"), iso("05/06/2023", "day-first")
    ('2022-12-28', '2023-06-05')
    """
    text = text.strip()
    if found := _PLAIN.match(text):
        parts = [one for one in found.groups() if one is not None]
        return _day(*parts)
    if found := _WORDED.match(text):
        return _day(found[3], str(_MONTHS.get(found[2].lower(), 0)), found[1])
    if found := _MONTH_FIRST.match(text):
        return _day(found[3], str(_MONTHS.get(found[1].lower(), 0)), found[2])
    if found := _SLASHED.match(text):
        one, two = found[1], found[3]
        if order is None:
            return None
        return _day(found[4], two, one) if order == "day-first" else _day(found[4], one, two)
    return None


def _day(year: str, month: str, day: str) -> str | None:
    number = int(year) if len(year) == 4 else 1900 + int(year) + 100 * (int(year) < 70)
    try:
        return f"{dt.date(number, int(month), int(day))}" if 1900 <= number < 2100 else None
    except ValueError:
        return None


class Order:
    """Looks for what tells the order of day and month in the days of one file."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.slashed, self.found, self.example = False, set[DayOrder](), ""

    def look(self, cells: Iterable[str]) -> None:
        """Look at some cells."""
        for cell in cells:
            if found := _SLASHED.match(cell.strip()):
                self.slashed, self.example = True, self.example or cell.strip()
                if int(found[1]) > 12:
                    self.found.add("day-first")
                if int(found[3]) > 12:
                    self.found.add("month-first")

    @property
    def told(self) -> DayOrder | None:
        """The order, where the file tells it."""
        return next(iter(self.found)) if len(self.found) == 1 else None

    @property
    def open(self) -> bool:
        """Whether there are days of two readings and nothing so far tells which."""
        return self.slashed and not self.found
