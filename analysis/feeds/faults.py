"""What is wrong with a feed, counted and quoted, and never a reason to lose the rest of it.

A feed has bad lines: cut in the middle, of another width, with NUL bytes, in another encoding. Three things must not
happen: that such a line is dropped in silence, that it stops the run, or that a file of quite another kind is read as
if it were a feed. So each bad line becomes a row of a fault table, with file, line number, what is wrong and its first
200 characters, and one of two actions: `set aside` (the row is not used) or `mended` (used after a stated repair). A
whole file that cannot be a feed is refused with what it looks like.

The log writes each fault to disk as it comes and keeps only counts and the first 20 in memory, so that a damaged
archive of a hundred million lines costs no more memory than a good one.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TextIO

from analysis.errors import WorkbookError

Action = Literal["set aside", "mended", "refused"]

COLUMNS = ("file", "line", "kind", "action", "detail", "text")
QUOTED = 20
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
    """Counts of faults by kind and action, the first 20 in words, all of them in a file if one is given.

    Use as a context manager; the file is made when the first fault comes.
    """

    path: Path | None = None
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    first: list[LineFault] = field(default_factory=list)
    _file: TextIO | None = None

    def __enter__(self) -> FaultLog:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def add(self, file: str, line: int, kind: str, action: Action, detail: str, text: bytes | str = b"") -> None:
        """Count one fault, keep it if it is among the first, and write it out."""
        fault = LineFault(file, line, kind, action, detail, quote(text))
        self.counts[kind, action] += 1
        if len(self.first) < QUOTED:
            self.first.append(fault)
        if self.path is not None:
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8", newline="")
            write(self._file, [fault])

    @property
    def set_aside(self) -> int:
        """Lines that were not used."""
        return sum(count for (_, action), count in self.counts.items() if action != "mended")


def write(file: TextIO, faults: Iterable[LineFault]) -> None:
    """Write faults as CSV rows of `COLUMNS`, without the head."""
    rows = ([one.file, one.line, one.kind, one.action, one.detail, one.text] for one in faults)
    csv.writer(file, lineterminator="\n").writerows(rows)
