"""Frames as Markdown tables, with numbers written in one way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from analysis.findings.wording import number, signed

Cell = Callable[[object], str]


def cases(share: object) -> str:
    """Write a part of cases as so many of 100."""
    return number(100.0 * float(str(share)), 0)


def two(value: object) -> str:
    """Write a number with two digits; a dash where it is missing."""
    return number(value) or "–"


def three(value: object) -> str:
    """Write a number with three digits; a dash where it is missing."""
    return number(value, 3) or "–"


def change(value: object) -> str:
    """Write a difference with its sign and two digits; a dash where it is missing."""
    return signed(value) or "–"


def text(value: object) -> str:
    """Write anything else as it is."""
    return str(value)


def table(frame: pd.DataFrame, columns: Mapping[str, tuple[str, Cell]]) -> str:
    """Lay a frame out as a Markdown table.

    Parameters
    ----------
    frame : DataFrame
        The rows, in order.
    columns : mapping of str to (heading, function)
        Which columns, under which heading, each cell worded by its function.
    """
    heads = [heading for heading, _ in columns.values()]
    rows = [
        " | ".join(word(cell).replace("|", "\\|") for (_, word), cell in zip(columns.values(), row, strict=True))
        for row in frame[list(columns)].itertuples(index=False)
    ]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {row} |" for row in rows)])


def block(sentence: str, *parts: str) -> str:
    """Put tables under each other and what they mean below them."""
    return "\n\n".join([*parts, sentence])


def range_of(values: Sequence[float] | pd.Series, word: Cell = cases) -> str:
    """Write the smallest and the largest of some numbers: "87 to 93", or the one that all of them are."""
    low, high = word(min(values)), word(max(values))
    return low if low == high else f"{low} to {high}"
