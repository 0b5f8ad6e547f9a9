"""Refusals, worded in one place.

Everything the workbook refuses is a `WorkbookError`. Its message has one form, so that a reader learns it once:

    where: `field` must be A, not 'B'. Way out.

The parts are attributes, so tests and callers match on `error.field` and never on prose. A record is refused whole:
`RecordError` carries every fault found as a list, and prints them all.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class WorkbookError(Exception):
    """Base of every refusal made by this package."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in one place.

    Parameters
    ----------
    where : str
        File and line, parameter or cell, as the reader would look for it.
    field : str
        Column or parameter; empty where the whole file is at fault.
    expected : str
        What it must be, to be read after "must be".
    got : str
        What it was.
    hint : str
        The way out; a full sentence or empty.
    """

    where: str
    field: str
    expected: str
    got: str
    hint: str = ""

    def __str__(self) -> str:
        subject = f"`{self.field}` must be" if self.field else "it must be"
        return f"{self.where}: {subject} {self.expected}, not {_shown(self.got)}. {self.hint}".rstrip()


class RecordError(WorkbookError):
    """A record breaks rules of the data dictionary; `faults` lists every one of them."""

    def __init__(self, faults: Sequence[Fault], *, record: str = "record") -> None:
        self.faults = list(faults)
        count = len(self.faults)
        head = f"{record} has {count} fault{'s' if count != 1 else ''}; nothing was loaded."
        super().__init__("\n".join([head, *(f"  {fault}" for fault in self.faults)]))


class OptionError(WorkbookError):
    """A parameter or option is not one of those allowed; nothing was run."""

    def __init__(self, where: str, field: str, expected: str, got: object, hint: str = "") -> None:
        self.fault = Fault(where, field, expected, str(got), hint)
        self.where, self.field, self.expected, self.got = where, field, expected, got
        super().__init__(str(self.fault))


class ColumnError(WorkbookError):
    """A table that was handed to a measure or chart lacks a column."""

    def __init__(self, where: str, missing: Iterable[str], have: Iterable[str]) -> None:
        self.missing = list(missing)
        super().__init__(
            f"{where}: the table lacks the column{'s' if len(self.missing) > 1 else ''} "
            f"{', '.join(f'`{name}`' for name in self.missing)}; it has {', '.join(map(str, have))}."
        )


class PublishError(WorkbookError):
    """A notebook could not be run or set as a document; the message names the cell."""


def nearest(got: str, allowed: Iterable[str]) -> str:
    """Return "Did you mean 'x'?" for the closest allowed value, or an empty text when none is close."""
    match = difflib.get_close_matches(str(got), [str(value) for value in allowed], n=1, cutoff=0.6)
    return f"Did you mean {match[0]!r}?" if match else ""


def one_of(allowed: Sequence[str]) -> str:
    """Word a closed list: all of it when short, else its size and first values."""
    if len(allowed) <= 12:
        return f"one of {', '.join(allowed)}"
    return f"one of {len(allowed)} known values ({', '.join(allowed[:4])}, ...)"


def _shown(value: str, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 4]}...'"
