"""How a number, a day, a period and a count are written, once for sentences, tables and charts.

A minus is U+2212 and never stands before a zero; thousands are set apart by commas; no number has an exponent. Days
are English whatever the machine's language, and no vaguer and no more exact than they are known. Probability words are
those of ICD 203, from the codebook.

The words of change are here too: bands that overlap do not prove that nothing changed, so a text says "no clear
change", never "no change". The rule is stricter than a test of the difference; a title is no place for a close call.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import lazy_loader

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

else:
    # A plan of runs words numbers and needs no table.
    pd = lazy_loader.load("pandas")

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
TITLE_WORDS = 15


# --- numbers ---------------------------------------------------------------------------------------------------------


def missing(value: Any) -> bool:
    """Tell whether a value is none: None, NaN, NaT or NA."""
    try:
        return value is None or bool(value != value)
    except TypeError:  # NA is neither equal nor unequal
        return True


def printed_difference(then: Any, now: Any, digits: int = 2) -> str:
    """Word the difference of two numbers as they are printed, so that a reader who subtracts finds the same."""
    return signed(round(now, digits) - round(then, digits), digits)


def number(value: Any, digits: int = 2) -> str:
    """Write a number with a fixed count of decimals: 0.07, −1,234.50; empty where it is missing.

    >>> number(-0.001)
    '0.00'
    """
    if missing(value):
        return ""
    text = f"{float(value):,.{digits}f}"
    if text.startswith("-"):
        text = f"−{text[1:]}" if text.strip("-0.,") else text[1:]
    return text


def signed(value: Any, digits: int = 2) -> str:
    """Write a number with its sign: +0.13, −0.05; zero has none, a missing number is empty."""
    text = number(value, digits)
    return f"+{text}" if text.strip("−0.,") and not text.startswith("−") else text


def significant(value: Any) -> str:
    """Write a measured value with at least three figures, without trailing zeros of a fraction: 0.164, 46.6, 1,190.

    This is the one rounding of a figure of the record, in charts, tables and sentences: whole from a thousand, one
    decimal from ten, three figures below.

    >>> significant(6.5), significant(1189.6), significant(0.0000123)
    ('6.5', '1,190', '0.0000123')
    """
    if missing(value):
        return ""
    size = abs(float(value))
    digits = 0 if size >= 1000 or size == 0 else 1 if size >= 10 else 2 - math.floor(math.log10(size))
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Any, digits: int = 0) -> str:
    """Write a share between 0 and 1 in percent: 15%, 6.5%."""
    return "" if missing(share) else f"{number(100 * float(share), digits)}%"


def chance(low: Any, high: Any) -> str:
    """Write a range of probability in percent: 80–95%, or 45% where both ends are one."""
    first, last = percent(low), percent(high)
    return first if first == last else f"{first[:-1]}–{last}"


def estimate(low: float, high: float) -> str:
    """Return the ICD 203 term whose range this is, or nothing where it is none of the seven."""
    return _terms().get((round(float(low), 2), round(float(high), 2)), "")


@cache
def _terms() -> dict[tuple[float, float], str]:
    from analysis.record.codebook import icd203

    return {(float(low), float(high)): str(term) for term, low, high in icd203().itertuples(index=False)}


def count(items: int, noun: str, plural: str | None = None) -> str:
    """Write a count with its noun: 1 act, 1,200 acts, 2 judgements on tension."""
    return f"{items:,} {noun if items == 1 else plural or noun + 's'}"


def interval(row: pd.Series, digits: int = 2, name: str = "90% interval") -> str:
    """Write a row's bounds in brackets, with a space before; empty where it has none."""
    if missing(row["low"]):
        return ""
    return f" ({name} {signed(row['low'], digits)} to {signed(row['high'], digits)})"


_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spelled(items: int) -> str:
    """Write a count for a sentence: zero to nine in words, more in figures.

    >>> spelled(9), spelled(1200)
    ('nine', '1,200')
    """
    return _SMALL[items] if 0 <= items < len(_SMALL) else f"{items:,}"


def in_words(text: str) -> str:
    """Write a range for a sentence: January to September 2022."""
    return text.replace(" – ", " to ").replace("–", " to ")


def told_date(row: Any, year: int | None = None) -> str:
    """Write the date of a row for a sentence: 25 March 2023, 21 to 24 June; without the year where it is `year`."""
    precision, approximate = getattr(row, "precision", "day"), bool(getattr(row, "approximate", False))
    exact = covered(row.start, row.end) if precision == "interval" else ""
    text = in_words(exact or event_date(row.start, row.end, str(precision)))
    text = text if year is None or pd.Timestamp(row.start).year != year else text.removesuffix(f" {year}")
    return f"about {text}" if approximate else text


def listed(items: Sequence[str]) -> str:
    """Join items as a sentence does: a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


# --- days and periods ------------------------------------------------------------------------------------------------


def month(moment: dt.date) -> str:
    """Write a day's month: April 2023."""
    return f"{MONTHS[moment.month - 1]} {moment.year}"


def short_month(moment: dt.date) -> str:
    """Write a day's month for a narrow place: Apr 2023."""
    return f"{MONTHS[moment.month - 1][:3]} {moment.year}"


def day(moment: Any) -> str:
    """Write a day: 6 April 2023."""
    stamp = pd.Timestamp(moment)
    return f"{stamp.day} {month(stamp)}"


def short_day(moment: Any) -> str:
    """Write a day for a narrow place: 6 Apr 2023."""
    stamp = pd.Timestamp(moment)
    return f"{stamp.day} {short_month(stamp)}"


day_text, month_text = day, month  # the names that sentences use


def event_date(start: Any, end: Any, precision: str = "day", approximate: bool = False, *, short: bool = False) -> str:
    """Write the date of an event as exactly as it is known: 14 January 2007, March 2014, about 1997, 1990s.

    Parameters
    ----------
    start, end : day
        Its first and last possible day, both included.
    precision : str
        day, month, year, decade or anything else for a span of days.
    approximate : bool
        Put "about" before it.
    short : bool
        Write months with three letters, as spans do in any case.

    >>> event_date("2013-12-30", "2014-01-02", "interval")
    '30 Dec 2013 – 2 Jan 2014'
    """
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    days, months = (short_day, short_month) if short else (day, month)
    if precision in ("month", "year", "decade"):
        text = {"month": months(first), "year": f"{first.year}", "decade": f"{first.year}s"}[precision]
    elif first == last:
        text = days(first)
    elif (first.year, first.month) == (last.year, last.month):
        text = f"{first.day}–{days(last)}"
    elif first.year == last.year:
        text = f"{first.day} {MONTHS[first.month - 1][:3]} – {short_day(last)}"
    else:
        text = f"{short_day(first)} – {short_day(last)}"
    return f"about {text}" if approximate else text


def when(row: Any) -> str:
    """Write the date of a row with `start` and `end` for a table: 6 Apr 2023, Apr 2023, about 1997, 5–6 Apr 2023."""
    precision, approximate = getattr(row, "precision", "day"), bool(getattr(row, "approximate", False))
    return event_date(row.start, row.end, str(precision), approximate, short=True)


def years(first: int, last: int) -> str:
    """Write a span of calendar years: 2019, 1991–2026."""
    return str(first) if first == last else f"{first}–{last}"


def period(start: Any, end: Any) -> str:
    """Write a period no finer than a reader needs: years when it is long, months within three years, days within
    three months.
    """
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    if (last - first).days > 3 * 365:
        return f"{first.year}–{last.year}"
    if (last - first).days > 92:
        return f"{month(first)} – {month(last)}"
    return day(first) if first == last else f"{day(first)} – {day(last)}"


def covered(start: Any, end: Any) -> str:
    """Write the period that a figure is for: 2021, 2004–2008, June 2025, January–June 2023, else its days."""
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    whole_months = first.day == 1 and last == last + pd.offsets.MonthEnd(0)
    if not whole_months:
        return event_date(first, last, "interval")
    if first.month == 1 and last.month == 12:
        return years(first.year, last.year)
    if first.year != last.year:
        return f"{month(first)} – {month(last)}"
    return month(first) if first.month == last.month else f"{MONTHS[first.month - 1]}–{month(last)}"


# --- change ----------------------------------------------------------------------------------------------------------


def overlap(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Tell whether two bands overlap, their ends included: bands that touch are not apart. A band with a missing end
    proves nothing, so it counts as overlapping.
    """
    if any(missing(bound) for bound in (*a, *b)):
        return True
    return a[0] <= b[1] and b[0] <= a[1]


# --- what stands around a chart --------------------------------------------------------------------------------------


class Side(Protocol):
    """One side of a relationship: anything with an id and a name."""

    @property
    def id(self) -> str:
        """The actor id, such as AAA."""

    @property
    def name(self) -> str:
        """The name to print."""


Sides = tuple[Side, Side]


def dyad(sides: Sides | None, events: pd.DataFrame | None = None, default: str = "the two sides") -> str:
    """Name both sides; by the ids that act in `events` where no names are given, else by `default`."""
    names = [side.name for side in sides] if sides else ids(events) if events is not None else []
    return f"{names[0]} and {names[1]}" if len(names) == 2 else default


def acts_between(acts: str, sides: Sides | None, events: pd.DataFrame | None) -> str:
    """Name the acts of a chart: in the caller's words ("nuclear acts between ..."), else as acts between the sides."""
    return acts or f"acts between {dyad(sides, events)}"


def ids(events: pd.DataFrame) -> list[str]:
    """Return the two actors that act most as source, joint actors left out; fewer when there are fewer."""
    if "source_actor" not in events:
        return []
    actors: Iterable[str] = events.loc[~events["source_actor"].str.contains("+", regex=False), "source_actor"]
    counts = pd.Series(list(actors), dtype="str").value_counts().rename_axis("id").reset_index(name="n")
    return sorted(str(name) for name in counts.sort_values(["n", "id"], ascending=[False, True])["id"].head(2))


def subtitle(*parts: str) -> str:
    """Join the parts of a subtitle into sentences; empty ones are left out."""
    return ". ".join(part.rstrip(".") for part in parts if part) + "." if any(parts) else ""


def title(*options: str) -> str:
    """Return the first wording that has at most fifteen words; the last one if none has."""
    return next((option for option in options if len(option.split()) <= TITLE_WORDS), options[-1])


def source_line(events: pd.DataFrame | None, source: str | None, cutoff: Any, *, coding: bool = True) -> str:
    """Write the source line: the caller's, or one from the counts of the dyad's rows; then the cut-off."""
    if source is None:
        facts = []
        if events is not None and "event_id" in events:
            used = events[events["dyad"].astype(bool)] if "dyad" in events else events
            facts.append(count(len(used), "event"))
            if "sources" in used:
                facts.append(count(int(used["sources"].sum()), "citation"))
        line = (
            f"Source: workbook record{', ' + ', '.join(facts) if facts else ''}{'; authors’ coding' if coding else ''}"
        )
    else:
        line = source if source.startswith("Source") else f"Source: {source}"
    closed = line.rstrip(".") + "."
    return f"{closed} Data to {day(cutoff)}." if cutoff is not None else closed
