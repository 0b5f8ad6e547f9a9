"""Options that several measures take, checked in one way and worded in one way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.errors import OptionError, nearest, one_of

LEAST_DRAWS = 20


def half_life_days(half_life: object, where: str, field: str = "half_life") -> float:
    """Read a length of time such as "180D" as a number of days above zero."""
    try:
        days = pd.Timedelta(half_life) / pd.Timedelta(days=1)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        days = float("nan")
    if not days > 0:
        raise OptionError(where, field, "a length of time above zero, such as '180D'", half_life)
    return float(days)


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
