"""What is wrong with a feed, counted and quoted, and never a reason to lose the rest of it.

A feed has bad lines: cut in the middle, of another width, with NUL bytes, in another encoding. Three things must not
happen: that such a line is dropped in silence, that it stops the run, or that a file of quite another kind is read as
if it were a feed. So each bad line becomes a row of a fault table, with file, line number, what is wrong and its first
200 characters, and one of two actions: `set aside` (the row is not used) or `mended` (used after a stated repair). A
whole file that cannot be a feed is refused with what it looks like.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from analysis.errors import WorkbookError

Action = Literal["set aside", "mended", "refused"]

COLUMNS = ("file", "line", "kind", "action", "detail", "text")
QUOTED = 20
# Faults of one file that are kept one by one; beyond, they are counted, so that a damaged archive costs no more memory.
KEPT = 10_000
_LONGEST = 200


class FeedError(WorkbookError):
    """A file is not what it should be, or an archive cannot be used; nothing of it was taken."""


@dataclass(frozen=True)
class LineFault:
    """One line that could not be read as it stands.

    Parameters
    ----------
    file : str
        File, and member behind `::` where an archive has several.
    line : int
        Line number from 1; 0 where the whole file is meant.
    kind : str
        One of `width`, `nul`, `encoding`, `control`, `long`, `quote`, `archive`, `kind`, `date`, `score`, `code`.
    action : {"set aside", "mended", "refused"}
        What was done about it.
    detail : str
        What was found, in words.
    text : str
        The line's first 200 characters, control characters written out.
    """

    file: str
    line: int
    kind: str
    action: Action
    detail: str
    text: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        quoted = f": {self.text!r}" if self.text else ""
        return f"{place}: {self.kind} ({self.detail}), {self.action}{quoted}"


def quote(line: bytes | str) -> str:
    """Return the start of a line as printable text; bytes that are no UTF-8 and control characters are written out."""
    text = line[:_LONGEST].decode("utf-8", "backslashreplace") if isinstance(line, bytes) else line[:_LONGEST]
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


@dataclass
class FaultLog:
    """The faults of one file: all counted by action, the first `KEPT` in words."""

    counts: Counter[str] = field(default_factory=Counter)
    kept: list[LineFault] = field(default_factory=list)

    def add(self, file: str, line: int, kind: str, action: Action, detail: str, text: bytes | str = b"") -> None:
        """Count one fault, and keep it if it is among the first."""
        self.counts[action] += 1
        if len(self.kept) < KEPT:
            self.kept.append(LineFault(file, line, kind, action, detail, quote(text)))

    @property
    def set_aside(self) -> int:
        """Lines that were not used."""
        return self.counts.total() - self.counts["mended"]

    @property
    def mended(self) -> int:
        """Lines that were used after a repair."""
        return self.counts["mended"]
