"""The title block, in words: what every form of a document prints about its record.

All of it comes from the cover that the notebook shows; the clock of the machine has no part in it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.export.terminal_text import one_line

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def line(cover: Mapping[str, Any], name: str) -> str:
    """Return a text of the cover, empty where there is none."""
    return one_line(str(cover.get(name) or ""))


def over(cover: Mapping[str, Any], kicker: str) -> list[str]:
    """Return what stands above the title: the relationship, and the notebook's own heading where it says more."""
    return [text for text in dict.fromkeys((line(cover, "relationship"), kicker)) if text]


def facts(cover: Mapping[str, Any], authors: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return the lines under the title, label and value, without empty ones."""
    period = re.split(r"\s+to\s+|\s*/\s*|\s+–\s+", line(cover, "period"))
    lines = [
        ("By", ", ".join(authors)),
        ("As of", in_words(line(cover, "as_of"))),
        ("Period", " – ".join(in_words(part) for part in period if part)),
        ("Record", line(cover, "record")[:12]),
        ("Known", line(cover, "known")),
    ]
    return [(label, value) for label, value in lines if value]


def in_words(text: str) -> str:
    """Return an ISO day as "6 April 2023"; anything else as it is."""
    date = day(text)
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}" if date else text


def day(text: str) -> dt.date | None:
    """Return the day that a text names in ISO form, or None."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(?:[T ].*)?", text):
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def clock(cover: Mapping[str, Any]) -> int:
    """Return the cut-off in seconds since 1970, for formats that will have a time; 0 where there is none."""
    cut_off = day(line(cover, "as_of"))
    return int(dt.datetime(cut_off.year, cut_off.month, cut_off.day, tzinfo=dt.UTC).timestamp()) if cut_off else 0
