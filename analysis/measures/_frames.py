"""What every event measure needs before it can count: the dyad's acts, their days and scores, and the days asked about.

One reading of an events table is shared by all measures, so that "the dyad's acts", "the day of an event" and "who
acted" mean the same thing in each of them:

* *The dyad's acts.* The rows marked by the column `dyad`; where a table has no such column, the rows between the two
  `actors` named by the caller; with neither, every row. Acts of or with third parties are context and stay out unless
  asked for.
* *The day of an event.* `start` and `end` are its first and last possible day. Its point day is the one in the middle,
  `start + floor((end - start) / 2)`. Times of day are cut off.
* *A score.* Each row needs a Goldstein score from -10 to 10. A row without one is refused by name: leaving it out
  would silently change a sum.
* *The grid.* Days, or the last days of weeks (Sunday), months or quarters. The last point is moved back to the end of
  the period asked about, because a Sunday after the cut-off has not been observed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import ColumnError, OptionError
from analysis.measures import options as opt

Days = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Context = Literal["dyad", "all", "third party"]
Freq = Literal["D", "W", "M", "Q"]

_PERIODS = {"D": "D", "W": "W-SUN", "M": "M", "Q": "Q-DEC"}
_CONTEXTS = ("dyad", "all", "third party")


@dataclass(frozen=True)
class Acts:
    """The chosen rows of an events table and their numbers; days are counted from 1970-01-01.

    `table` keeps the chosen rows in their given order; the arrays run parallel to it.
    """

    table: pd.DataFrame
    start: Days
    end: Days
    score: Floats

    @property
    def point(self) -> Days:
        """The day on which the point estimate places each act: the middle of its interval, rounded down."""
        return self.start + (self.end - self.start) // 2

    @property
    def conflict(self) -> Floats:
        """The part of each score below zero, sign reversed."""
        return np.maximum(-self.score, 0.0)

    @property
    def cooperation(self) -> Floats:
        """The part of each score above zero."""
        return np.maximum(self.score, 0.0)

    def keep(self, mask: Mask) -> Acts:
        """Keep the rows where `mask` holds."""
        if mask.all():
            return self
        return Acts(self.table.loc[mask], self.start[mask], self.end[mask], self.score[mask])

    def take(self, order: Days) -> Acts:
        """Put the rows in another order."""
        return Acts(self.table.iloc[order], self.start[order], self.end[order], self.score[order])

    def __len__(self) -> int:
        return len(self.score)


@dataclass(frozen=True)
class Grid:
    """The days a measure is asked about; `before` is the last day of the period before the first of them."""

    days: Days
    before: int

    def __len__(self) -> int:
        return len(self.days)


def read_acts(
    events: pd.DataFrame,
    where: str,
    *,
    actors: Sequence[str] | None = None,
    context: Context = "dyad",
    columns: Iterable[str] = (),
) -> Acts:
    """Choose the rows a measure is about and turn dates and scores into arrays, refusing what cannot be counted."""
    require(events, ["start", "end", "goldstein", *columns], where)
    opt.check_option(where, "context", context, _CONTEXTS)
    mask = _context_mask(events, where, actors, context)
    chosen = events if mask is None or mask.all() else events.loc[mask]
    start, end = _days(chosen, "start", where), _days(chosen, "end", where)
    score = chosen["goldstein"].to_numpy(dtype=np.float64, na_value=np.nan)
    _refuse(chosen, ~(np.abs(score) <= 10.0), where, "goldstein", "a number from -10 to 10 in every row")
    _refuse(chosen, end < start, where, "end", "a day on or after `start`")
    return Acts(chosen, start, end, score)


def read_period(acts: Acts, start: object, end: object, where: str) -> tuple[int, int]:
    """Return first and last day asked about: by default the first point day and the last day any act may have ended.

    Without acts and without both days nothing is asked about: the last day then lies before the first.
    """
    if not len(acts) and (start is None or end is None):
        return 0, -1
    first = int(acts.point.min()) if start is None else opt.day_number(start, where, "start")
    last = int(acts.end.max()) if end is None else opt.day_number(end, where, "end")
    if last < first:
        if start is not None:
            raise OptionError(where, "start", f"a day up to the last one, {iso_day(last)}", iso_day(first))
        raise OptionError(where, "end", f"a day on or after the first, {iso_day(first)}", iso_day(last))
    return first, last


def read_grid(acts: Acts, freq: Freq, start: object, end: object, where: str) -> Grid:
    """List the period ends of the period asked about; the last of them is its last day."""
    opt.check_option(where, "freq", freq, tuple(_PERIODS))
    first, last = read_period(acts, start, end, where)
    if last < first:
        return Grid(np.empty(0, dtype=np.int64), 0)
    span = pd.period_range(timestamp(first), timestamp(last), freq=_PERIODS[freq])
    ends = span.to_timestamp(how="end").to_numpy().astype("datetime64[D]").astype(np.int64)
    opens = span[:1].to_timestamp(how="start").to_numpy().astype("datetime64[D]").astype(np.int64)
    return Grid(np.minimum(ends, last), int(opens[0]) - 1)


def years(day: Days | int) -> Days:
    """Return the calendar year of counts of days."""
    return np.asarray(day).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def timestamp(day: int) -> pd.Timestamp:
    """Turn a count of days back into a timestamp."""
    return pd.Timestamp(np.datetime64(day, "D")).as_unit("us")


def timestamps(days: Days) -> npt.NDArray[np.datetime64]:
    """Turn counts of days back into the dtype dates have in every frame."""
    return days.astype("datetime64[D]").astype("datetime64[us]")


def iso_day(day: int) -> str:
    """Write a day as ISO 8601."""
    return str(np.datetime64(day, "D"))


def require(events: pd.DataFrame, columns: Iterable[str], where: str) -> None:
    """Refuse a table that lacks one of `columns`."""
    missing = [name for name in columns if name not in events.columns]
    if missing:
        raise ColumnError(where, missing, events.columns)


def _context_mask(events: pd.DataFrame, where: str, actors: Sequence[str] | None, context: Context) -> Mask | None:
    if context == "all":
        return None
    if actors is not None:
        require(events, ["source_actor", "target_actor"], where)
        forth, back, joint = between(events, *pair(actors, where))
        inside = forth | back | joint
    elif "dyad" in events:
        inside = events["dyad"].to_numpy(dtype=bool)
    elif context == "third party":
        raise ColumnError(where, ["dyad"], events.columns)
    else:
        return None
    return inside if context == "dyad" else ~inside


def between(events: pd.DataFrame, first: str, second: str) -> tuple[Mask, Mask, Mask]:
    """Mark the acts of the first side towards the second, of the second towards the first, and of both together.

    As in `analysis.record.linking`, an act of one side towards both is one towards the other, and so is an act of both
    towards one.
    """
    both = {f"{first}+{second}", f"{second}+{first}"}
    side = {first: 1, second: 2, **dict.fromkeys(both, 3)}
    source, target = (_coded(events[name], side) for name in ("source_actor", "target_actor"))
    forth = (source == 1) & (target >= 2) | (source == 3) & (target == 2)
    back = (source == 2) & ((target == 1) | (target == 3)) | (source == 3) & (target == 1)
    return forth, back, (source == 3) & (target == 3)


def _coded(values: pd.Series[Any], codes: dict[str, int]) -> Days:
    numbers, names = pd.factorize(values)
    table = np.array([*(codes.get(str(name), 0) for name in names), 0], dtype=np.int64)
    return table[numbers]


def pair(actors: Sequence[str], where: str) -> tuple[str, str]:
    """Refuse anything but two different actor ids."""
    if isinstance(actors, str) or len(actors) != 2 or actors[0] == actors[1]:
        raise OptionError(where, "actors", "a pair of two different actor ids", actors)
    return actors[0], actors[1]


def _days(events: pd.DataFrame, column: str, where: str) -> Days:
    if not pd.api.types.is_datetime64_dtype(events[column]):
        raise OptionError(
            where, column, "a column of dates without time zone", str(events[column].dtype), "Turn it into dates first."
        )
    values = events[column].to_numpy()
    _refuse(events, np.isnat(values), where, column, "a day in every row")
    return values.astype("datetime64[D]").astype(np.int64)


def _refuse(events: pd.DataFrame, bad: Mask, where: str, field: str, expected: str) -> None:
    if not bad.any():
        return
    rows = events.loc[bad]
    names = [str(name) for name in rows.get("event_id", rows.index)]
    shown = ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "")
    value = rows[field].iloc[0]
    raise OptionError(
        f"{where}, event {shown}",
        field,
        expected,
        "missing" if pd.isna(value) else value,
        "Mend the rows or leave them out.",
    )
