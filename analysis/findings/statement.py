"""Sentences as data: which sentence, what it is filled with, and the rows it rests on.

A `Statement` names its sentence by a key and holds the numbers, days and words of direction that go into it, unrounded
and unworded. `analysis.findings.texts` holds the text of every key; nothing else in the package writes a sentence.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.findings.texts import PARTS, TEXTS
from analysis.findings.wording import day_text, number, percent, signed, significant, spelled


@dataclass(frozen=True)
class Statement:
    """One sentence: its key in `texts.TEXTS`, its facts by name, and the records (`table:id`) it rests on.

    Examples
    --------
    >>> import analysis as an
    >>> an.findings.Statement("limits.found").text
    'The record holds what was found, not all that happened.'
    """

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence in words."""
        said = _Words().vformat(TEXTS[self.key], (), self.facts)
        return said[:1].upper() + said[1:]


class _Words(string.Formatter):
    """Fill a text: after the colon stands how a fact is worded."""

    def format_field(self, value: Any, how: str) -> str:
        kind, _, noun = how.partition(" ")
        if kind == "count":
            return f"{spelled(int(value))} {noun if int(value) == 1 else f'{noun}s'}"
        if kind in _VERBS:
            return _VERBS[kind][int(value) != 1]
        if kind == "acts":
            n, acts = value
            return f"{spelled(n)} {acts if n != 1 else acts.replace('acts', 'act', 1)}"
        if kind in _BANDS:
            write, opening = _BANDS[kind]
            return "" if any(bound != bound for bound in value) else opening.format(*map(write, value))
        return str(_WORDINGS[kind](value))


_VERBS = {"are": ("is", "are"), "was": ("was", "were")}


def _part(value: float) -> tuple[float, str, str]:
    return min(PARTS, key=lambda part: abs(part[0] - value))


# A band is left out where it has a missing bound.
_BANDS = {
    "band": (number, " (90% band {} to {})"),
    "gap_band": (signed, ", 90% band {} to {}"),
}
_WORDINGS: Mapping[str, Callable[[Any], str]] = {
    "": str,
    "number": number,
    "signed": signed,
    "significant": significant,
    "capital": lambda words: words[:1].upper() + words[1:],
    "words": lambda items: spelled(items) if items else "none",
    "part": lambda value: _part(value)[1],
    "ratio": lambda value: _part(value)[2],
    "whole": lambda value: number(value, 0),
    "percent": percent,
    "day": day_text,
    "list": "; ".join,
}


def say(statements: Sequence[Statement]) -> str:
    """Return the sentences one after the other."""
    return " ".join(statement.text for statement in statements)
