"""Refusals, worded in one place.

Everything the workbook refuses is a `WorkbookError`. Its message has one form, so that a reader learns it once:

    where: `field` must be A, not 'B'. Way out.

The parts are attributes, so tests and callers match on `error.field` and never on prose. A record is refused whole:
`RecordError` carries every fault found as a list, and prints them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
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


def nearest(got: str, allowed: Iterable[str], meaning: Mapping[str, object] | None = None) -> str:
    """Return "Did you mean 'x'?" for the one allowed value that `got` is a misspelling of; empty when there is none.

    Whoever follows a suggestion must not say something else than was meant. A number is therefore only ever given its
    lost zeros (61 is 061, never 161); a joint id is only ever turned round (RUS+BLR is BLR+RUS, never RUS alone); a
    text keeps its numbers and its negation; of several values that are equally near none is offered.

    Parameters
    ----------
    got : str
        What was typed.
    allowed : iterable of str
        What could have been typed.
    meaning : mapping, optional
        What each allowed value means. A value is offered only where all that come about as near mean the same.
    """
    text, values = str(got).strip(), list(dict.fromkeys(map(str, allowed)))
    match = _alike(text, values) or _begun(text, values) or _misspelt(text, values, meaning)
    return f"Did you mean {match!r}?" if match and match != got else ""


def _alike(text: str, values: Sequence[str]) -> str:
    """Return the one value that differs in leading zeros, case, blanks, hyphens, or the order of a joint id."""

    def plain(value: str) -> object:
        if value.isdigit():
            return int(value)
        return sorted(re.sub(r"[\s_-]+", "", part).casefold() for part in value.split("+"))

    found = [value for value in values if plain(value) == plain(text)]
    padded = [value for value in found if value == f"0{text}"]
    return (padded or found)[0] if len(found) == 1 or padded else ""


def _begun(text: str, values: Sequence[str]) -> str:
    """Return the one value of several words whose first words are the text: russia for russia-belarus."""
    found = [value for value in values if re.match(rf"{re.escape(text)}[-_]", value, re.IGNORECASE)]
    return found[0] if len(found) == 1 and len(text) > 3 and not text.isdigit() else ""


def _misspelt(text: str, values: Sequence[str], meaning: Mapping[str, object] | None) -> str:
    """Return the one value that few letters changed, added, left out or swapped make of the text (Damerau 1964)."""
    from rapidfuzz.distance import OSA

    if text.isdigit() or "+" in text:
        return ""
    slips = {value: OSA.distance(text.lower(), value.lower()) for value in values if _comparable(text, value)}
    least = min(slips.values(), default=9)
    if least > (3 if len(text) > 15 else 2 if len(text) > 5 else 1):
        return ""
    near = [value for value, count in slips.items() if count <= least + (meaning is not None)]
    same = len(near) == 1 if meaning is None else len({meaning.get(value) for value in near}) == 1
    return min(near, key=lambda value: slips[value]) if same else ""


_NEGATION = re.compile(r"\b(?:no|not|never|nor|none|cannot|without|hardly)\b|n['’]t\b", re.IGNORECASE)
_OPPOSITE = re.compile(r"^(?:un|in|im|ir|non|dis|anti|de)[-_]?", re.IGNORECASE)


def _comparable(text: str, value: str) -> bool:
    """Return whether one text can be a misspelling of the other at all, whatever its letters."""
    if abs(len(text) - len(value)) > 3 or "+" in value or value.isdigit():
        return False
    numbers = [[int(number) for number in re.findall(r"[0-9]+", one)] for one in (text, value)]
    if numbers[0] != numbers[1] or len(_NEGATION.findall(text)) != len(_NEGATION.findall(value)):
        return False
    if len(text) <= 3 and text.isupper():
        # A letter makes another state of a code: GER is not GEO.
        return False
    return not (_opposite(text, value) or _opposite(value, text))


def _opposite(one: str, other: str) -> bool:
    """Return whether one text is the other's opposite but for a slip: inlikely, likely."""
    from rapidfuzz.distance import OSA

    bare = _OPPOSITE.sub("", one)
    return bare != one and OSA.distance(bare.lower(), other.lower()) <= 1


def one_of(allowed: Sequence[str]) -> str:
    """Word a closed list: all of it when short, else its size and first values."""
    if len(allowed) <= 12:
        return f"one of {', '.join(allowed)}"
    return f"one of {len(allowed)} known values ({', '.join(allowed[:4])}, ...)"


def _shown(value: str, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 4]}...'"
