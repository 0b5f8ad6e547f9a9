"""Options that several measures take, checked in one way and worded in one way."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import OptionError, nearest, one_of

LEAST_DRAWS = 20
FEW_ACTS = 10
"""Fewer acts bear no statement: no level, no gap, no line."""
_CALENDAR = re.compile(r"P?\+?([0-9]+(?:\.[0-9]+)?)\s*(m|mo|mon|mos|months?|y|yr|yrs|years?|a)", re.IGNORECASE)


def length(given: object, where: str, field: str) -> pd.Timedelta:
    """Read a length of time: a number of days, or a text such as "180", "180D" or "26W"; at least one day.

    A month or a year is not one length, so neither is taken; the refusal says how many days come nearest.

    >>> length("180", "example", "half_life").days, length(180, "example", "half_life").days
    (180, 180)
    """
    text = str(given).strip()
    read = None
    try:
        if isinstance(given, bool):
            raise ValueError(given)
        number = re.fullmatch(r"\+?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*(?:(w(?:eeks?)?)|d(?:ays?)?)?", text, re.IGNORECASE)
        days = float(number[1]) * (7 if number[2] else 1) if number else None
        read = pd.Timedelta(given) if days is None else pd.Timedelta(days=days)  # type: ignore[arg-type]
    except (ValueError, TypeError, OverflowError):
        pass  # refused below, as what is too short is
    if read is None or not read >= pd.Timedelta(days=1):
        calendar = _CALENDAR.fullmatch(text)
        way_out = ""
        if calendar and float(calendar[1]) > 0:
            months = float(calendar[1]) * (12 if calendar[2].lower().startswith(("y", "a")) else 1)
            way_out = f"Months and years differ in length; write days: {int(months * 365.25 / 12)}D."
        raise OptionError(where, field, "a length of time of a day or more, such as 180 or '180D'", given, way_out)
    return read


def length_text(given: object, where: str, field: str) -> str:
    """Return a length of time in the one way that documents print it: "180D" for 180, "180" and "180 days"."""
    return f"{length(given, where, field) / pd.Timedelta(days=1):.15g}D"


def half_life_days(half_life: object, where: str, field: str = "half_life") -> float:
    """Read a half-life, or the length that `field` names, a number of days or a text such as "180D", as days."""
    return float(length(half_life, where, field) / pd.Timedelta(days=1))


def day_number(day: object, where: str, field: str) -> int:
    """Read one day given by a caller as a count of days from 1970-01-01."""
    try:
        stamp = pd.Timestamp(day)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        stamp = pd.NaT  # type: ignore[assignment]
    if pd.isna(stamp):
        raise OptionError(where, field, "a day such as '2023-04-06'", day)
    return int(stamp.to_datetime64().astype("datetime64[D]").astype(np.int64))


def check_option(where: str, field: str, got: object, allowed: Sequence[str]) -> None:
    """Refuse an option that is not on a closed list."""
    if got not in allowed:
        raise OptionError(where, field, one_of(allowed), got, nearest(str(got), allowed))


def check_cluster(where: str, got: object, allowed: Sequence[str] = ("month", "quarter", "year")) -> None:
    """Refuse what is neither a part of the calendar nor None."""
    if got is not None:
        check_option(where, "cluster", got, allowed)


def check_between(where: str, field: str, got: float, low: float, high: float) -> None:
    """Refuse a number outside `low`..`high`, the bounds included."""
    if not low <= got <= high:
        raise OptionError(where, field, f"a number from {low:g} to {high:g}", got)


def check_draws(where: str, band: float, draws: int) -> None:
    """Refuse an interval that cannot be drawn."""
    if not 0.0 < band < 1.0:
        raise OptionError(where, "band", "a probability above 0 and below 1", band)
    if draws < LEAST_DRAWS:
        raise OptionError(where, "draws", f"a whole number from {LEAST_DRAWS} up", draws)
