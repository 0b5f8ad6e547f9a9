"""The words of a chart, computed from its frame: dates, numbers, periods, titles, source lines.

One place says how a day is written (4 March 2014), how a number is rounded, and when a change may be called one: only
when the two bands do not overlap. Bands that overlap do not prove that nothing changed, so the words are "no clear
change", never "no change". The rule is stricter than a test of the difference; a chart's title is no place for a
close call.

Titles describe. No word here says that one thing brought about another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from analysis.days import MONTHS, day_text, month_text, short_month

if TYPE_CHECKING:
    from collections.abc import Iterable

TITLE_WORDS = 15


class Side(Protocol):
    """One side of a relationship: anything with an id and a name."""

    @property
    def id(self) -> str:
        """The actor id, such as AAA."""

    @property
    def name(self) -> str:
        """The name to print."""


Sides = tuple[Side, Side]


def day(moment: Any) -> str:
    """Write a day: 4 March 2014."""
    return day_text(pd.Timestamp(moment))


def month(moment: Any) -> str:
    """Write a month: March 2014."""
    return month_text(pd.Timestamp(moment))


def number(value: float, digits: int = 0) -> str:
    """Write a number with thousands separators and a true minus sign; never a minus before a zero."""
    text = f"{value:,.{digits}f}"
    if text.startswith("-"):
        text = text[1:] if float(text.replace(",", "")) == 0 else f"−{text[1:]}"
    return text


def significant(value: float) -> str:
    """Write a measured value with three figures, without trailing zeros of a fraction: 0.164, 46.6, 1,190."""
    if value == 0:
        return "0"
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    text = number(value, digits)
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(n: int, noun: str, plural: str | None = None) -> str:
    """Write a count with its noun: 1 event, 312 events."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def years(first: int, last: int) -> str:
    """Write a span of calendar years: 2019, 1991–2026."""
    return str(first) if first == last else f"{first}–{last}"


def listed(items: Sequence[str]) -> str:
    """Join items as a sentence does: a, b and c."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


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


def event_date(start: Any, end: Any, precision: str = "day", approximate: bool = False) -> str:
    """Write the date of an event at the precision that is known: 14 January 2007, March 2014, about 1997."""
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    about = "about " if approximate else ""
    if precision == "month":
        return f"{about}{month(first)}"
    if precision == "year":
        return f"{about}{first.year}"
    if precision == "decade":
        return f"{about}{first.year}s"
    if first == last:
        return f"{about}{day(first)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{about}{first.day}–{day(last)}"
    if first.year == last.year:
        return f"{about}{first.day} {MONTHS[first.month - 1][:3]} – {last.day} {short_month(last)}"
    return f"{about}{short_month(first)} – {short_month(last)}"


ESTIMATES = {
    (0.01, 0.05): "almost no chance",
    (0.05, 0.20): "very unlikely",
    (0.20, 0.45): "unlikely",
    (0.45, 0.55): "roughly even chance",
    (0.55, 0.80): "likely",
    (0.80, 0.95): "very likely",
    (0.95, 0.99): "almost certain",
}
"""The seven terms of ICD 203 by their ranges."""


def chance(low: float, high: float) -> str:
    """Write a range of probability in percent: 80–95%, or 45% where both ends are one."""
    first, last = number(100 * low), number(100 * high)
    return f"{first}%" if first == last else f"{first}–{last}%"


def estimate(low: float, high: float) -> str:
    """Return the ICD 203 term whose range this is, or nothing where it is none of the seven."""
    return ESTIMATES.get((round(low, 2), round(high, 2)), "")


def dyad(sides: Sides | None, events: pd.DataFrame | None = None, default: str = "the two sides") -> str:
    """Name both sides; by the ids that act in `events` where no names are given, else by `default`."""
    names = [side.name for side in sides] if sides else ids(events) if events is not None else []
    return f"{names[0]} and {names[1]}" if len(names) == 2 else default


def subtitle(*parts: str) -> str:
    """Join the parts of a subtitle into sentences; empty ones are left out."""
    return ". ".join(part.rstrip(".") for part in parts if part) + "." if any(parts) else ""


def title(*options: str) -> str:
    """Return the first wording that has at most fifteen words; the last one if none has."""
    return next((option for option in options if len(option.split()) <= TITLE_WORDS), options[-1])


def overlap(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Tell whether two bands overlap; a band with a missing end overlaps nothing and proves nothing, so it counts as
    overlapping.
    """
    if any(pd.isna(bound) for bound in (*a, *b)):
        return True
    return a[0] <= b[1] and b[0] <= a[1]


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


def ids(events: pd.DataFrame) -> list[str]:
    """Return the two actors that act most as source, joint actors left out; fewer when there are fewer."""
    if "source_actor" not in events:
        return []
    actors: Iterable[str] = events.loc[~events["source_actor"].str.contains("+", regex=False), "source_actor"]
    counts = pd.Series(list(actors), dtype="str").value_counts().rename_axis("id").reset_index(name="n")
    return sorted(str(name) for name in counts.sort_values(["n", "id"], ascending=[False, True])["id"].head(2))
