"""The days of a run against each other and against the record, before anything runs.

`as_of` and `end` are days up to the record's last one: of a later day the record knows nothing, and a measure would be
made of its prior alone. `start` and `since` are days before the last one shown.
"""

from __future__ import annotations

import contextlib
import csv
import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import OptionError, WorkbookError
from analysis.record import places
from analysis.record.relationship import last_day, last_day_words
from analysis.runs.parameters import Parameter

if TYPE_CHECKING:
    import pandas as pd


@functools.lru_cache(maxsize=16)
def _latest(folder: Path, stamps: tuple[int, ...]) -> str:
    """Return the latest event that is dated to the day, which the record's last day is not before.

    Days before it need no other look at the record, so that a plan of past days is made without pandas.
    """
    with (folder / "events.csv").open(encoding="utf-8-sig", newline="") as file:
        dates = [row.get("date") or "" for row in csv.DictReader(file)]
    return max((date for date in dates if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", date)), default="")


@functools.lru_cache(maxsize=16)
def _last_day(folder: Path, stamps: tuple[int, ...]) -> pd.Timestamp | None:
    """Return a record's last day; a plan asks a thousand times for that of the same files."""
    return last_day(folder)


def check(
    declared: Sequence[Parameter], given: Mapping[str, Any], where: str, typed: Mapping[str, str] | None = None
) -> None:
    """Refuse days that no briefing can answer; parameters that the notebook does not declare as days are passed over.

    Parameters
    ----------
    declared : sequence of Parameter
        What the notebook declares; a parameter that is not given has its default.
    given : mapping
        Checked values.
    where : str
        The command, file or notebook, for the message.
    typed : mapping, optional
        How the user wrote a parameter's name, such as `--as-of`, where that is not its name.
    """
    values = {one.name: given.get(one.name, one.default) for one in declared}
    days = {one.name: str(values[one.name]) for one in declared if one.date and values[one.name]}
    called = {name: (typed or {}).get(name, name) for name in days}
    last = None
    if days and values.get("relationship"):
        # Which folder, and what is wrong with it, is said elsewhere.
        with contextlib.suppress(WorkbookError, OSError, UnicodeDecodeError, csv.Error):
            folder = places.relationship(str(values["relationship"]))
            stamps = tuple((folder / f"{name}.csv").stat().st_mtime_ns for name in ("events", "assessments"))
            last = None if _latest(folder, stamps) > max(days.values()) else _last_day(folder, stamps)
    if last is not None:
        for name in ("as_of", "end"):
            if days.get(name, "") > f"{last:%Y-%m-%d}":
                raise OptionError(where, called[name], last_day_words(folder.name, last), days[name])
    until = {name: f"{called[name]} ({days[name]})" for name in days} | {"last": "the record's last day"}
    if last is not None:
        until["last"] += f" ({last:%Y-%m-%d})"
        days["last"] = f"{last:%Y-%m-%d}"
    known = "as_of" if "as_of" in days else "last"
    if "end" in days and days["end"] > days.get(known, "9999"):
        raise OptionError(where, called["end"], f"a day up to {until[known]}", days["end"])
    for name, bound in (("start", "end" if "end" in days else known), ("since", known)):
        if name in days and days[name] >= days.get(bound, "9999"):
            raise OptionError(where, called[name], f"a day before {until[bound]}", days[name])
