"""Text from a record is data: nothing in a title or a claim can become markup, or a formula of a spreadsheet.

Each function makes text safe for one form; HTML has `html.escape`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escape_markdown(text: str) -> str:
    """Return `text` as Markdown that reads as that very text: every ASCII punctuation mark escaped, no line break."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(str(text).split()))


def cite(keys: Iterable[str]) -> str:
    """Return a pandoc citation of the source ids, sorted and without repeats; empty for none."""
    unique = sorted(set(keys))
    return f"[{'; '.join(f'@{{{key}}}' for key in unique)}]" if unique else ""


def safe_csv(frame: pd.DataFrame) -> str:
    """Return the frame as CSV, numbers with six digits; a text cell that a spreadsheet would run gets an apostrophe."""
    safe = frame.rename(columns=guarded)
    for name in safe.columns:
        if safe[name].dtype.kind in "OUT" or str(safe[name].dtype) in {"str", "string", "category"}:
            safe[name] = safe[name].map(guarded, na_action="ignore")
    return safe.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d", float_format="%.6g")


def guarded(cell: object) -> object:
    """Return a cell of a CSV file so that no spreadsheet runs it: a text that may be a formula gets an apostrophe.

    A formula begins with `=`, `+`, `-` or `@`, and some programs leave out blanks, tabs and line ends before it.

    >>> guarded("@SUM(A1)"), guarded(" =1+1"), guarded("a = b"), guarded(-1)
    ("'@SUM(A1)", "' =1+1", 'a = b', -1)
    """
    if not isinstance(cell, str):
        return cell
    # A bare carriage return would end the row for readers that the writer does not quote it for.
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    runs = text.lstrip()[:1] in {"=", "+", "-", "@"} or cell[:1] == "\r" or text.lstrip(" \n")[:1] == "\t"
    return f"'{text}" if runs else text
