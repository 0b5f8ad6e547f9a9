"""Days and months as readers write them, in English whatever the machine's language."""

from __future__ import annotations

import datetime as dt

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


def day_text(day: dt.date) -> str:
    """Write a day: 6 April 2023."""
    return f"{day.day} {month_text(day)}"


def month_text(day: dt.date) -> str:
    """Write a day's month: April 2023."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def short_month(day: dt.date) -> str:
    """Write a day's month for a narrow place: Apr 2023."""
    return f"{MONTHS[day.month - 1][:3]} {day.year}"
