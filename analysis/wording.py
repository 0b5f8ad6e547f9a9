"""Numbers and days as they are printed in sentences and tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.days import day_text, short_month

__all__ = ["amount", "count", "day", "day_text", "interval", "number", "signed", "when"]


def signed(value: Any, digits: int = 2) -> str:
    """Word a number with its sign, the minus as U+2212; zero has none, a missing number is empty."""
    if value != value:
        return ""
    rounded = round(float(value), digits) + 0.0
    return f"{'−' if rounded < 0 else '+' if rounded > 0 else ''}{abs(rounded):.{digits}f}"


def printed_difference(then: Any, now: Any, digits: int = 2) -> str:
    """Word the difference of two numbers as they are printed, so that a reader who subtracts finds the same."""
    return signed(round(now, digits) - round(then, digits), digits)


def number(value: Any, digits: int = 2) -> str:
    """Word a number; empty where it is missing."""
    return "" if value != value else f"{value:.{digits}f}".replace("-", "−")


def amount(value: Any) -> str:
    """Word a figure in its own unit with at most four digits and no exponent: 26.23, 4,000."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def count(items: int, noun: str) -> str:
    """Word a count: 1 act, 2 acts."""
    return f"{items} {noun}{'' if items == 1 else 's'}"


def interval(row: pd.Series, digits: int = 2, name: str = "90 % interval") -> str:
    """Word a row's bounds in brackets, with a space before; empty where it has none."""
    if row["low"] != row["low"]:
        return ""
    return f" ({name} {signed(row['low'], digits)} to {signed(row['high'], digits)})"


def day(moment: Any) -> str:
    """Word a day for a narrow column: 6 Apr 2023."""
    return f"{moment.day} {short_month(moment)}"


def when(row: object) -> str:
    """Word a row's date as precisely as it is known: 6 Apr 2023, Apr 2023, about 1997, 5-6 Apr 2023."""
    start, end = pd.Timestamp(row.start), pd.Timestamp(row.end)  # type: ignore[attr-defined]
    about = "about " if getattr(row, "approximate", False) else ""
    precision = getattr(row, "precision", "day")
    if precision == "month":
        return f"{about}{short_month(start)}"
    if precision == "year":
        return f"{about}{start.year}"
    if start == end:
        return f"{about}{day(start)}"
    if (start.year, start.month) == (end.year, end.month):
        return f"{about}{start.day}-{day(end)}"
    return f"{about}{day(start)} to {day(end)}"
