"""Files whose cells are quoted, or separated by commas: read record by record.

A record is a run of lines with an even number of quotation marks and, if it has several, the right number of cells.
Where a quote is never closed, a plain CSV reader takes the rest of the file for one cell; here the record is given up
when it closes wrongly or after a few lines, its first line is set aside, and reading goes on with the next one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import NamedTuple

from analysis.feeds.faults import FaultLog
from analysis.feeds.identify import Layout
from analysis.feeds.lines import Block, line_to_utf8

# The most lines of a record whose quotation mark is not closed.
LONGEST = 50


class Record(NamedTuple):
    """The cells of one record and the number of its first line."""

    cells: list[str]
    number: int


def records(stream: Iterator[Block], layout: Layout, where: str, log: FaultLog) -> Iterator[Record]:
    """Yield the good records of a file; log the others' faults."""
    held: list[tuple[int, bytes]] = []
    for number, line in _numbered(stream):
        waiting = [(number, line)]
        while waiting:
            held.append(waiting.pop(0))
            if _closed(held) and (len(held) == 1 or len(_cells(held, layout)) == layout.width):
                yield from _record(held, layout, where, log)
                held = []
            elif len(held) > LONGEST or _closed(held):
                held, waiting = [], _give_up(held, where, log) + waiting
    while held:
        waiting, held = _give_up(held, where, log), []
        for place in waiting:
            held.append(place)
            if _closed(held) and (len(held) == 1 or len(_cells(held, layout)) == layout.width):
                yield from _record(held, layout, where, log)
                held = []


def _numbered(stream: Iterator[Block]) -> Iterator[tuple[int, bytes]]:
    for block in stream:
        yield from enumerate(block.data.split(b"\n")[:-1], block.first)


def _closed(held: list[tuple[int, bytes]]) -> bool:
    return sum(line.count(b'"') for _, line in held) % 2 == 0


def _cells(held: list[tuple[int, bytes]], layout: Layout) -> list[str]:
    """Split a record; what no CSV reader can split has one cell."""
    text = b"\n".join(line for _, line in held).decode("utf-8", "replace")
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter), [text])
    except csv.Error:
        return [text]


def _give_up(held: list[tuple[int, bytes]], where: str, log: FaultLog) -> list[tuple[int, bytes]]:
    """Set the first line aside and return the others, to be read anew."""
    log.add(where, held[0][0], "quote", "set aside", "a quotation mark that is never closed", held[0][1])
    return held[1:]


def _record(held: list[tuple[int, bytes]], layout: Layout, where: str, log: FaultLog) -> Iterator[Record]:
    number, raw = held[0][0], b"\n".join(line for _, line in held)
    if b"\0" in raw:
        log.add(where, number, "nul", "set aside", f"{raw.count(0)} NUL bytes", raw)
        return
    if not raw.strip():
        log.add(where, number, "width", "set aside", "an empty line", raw)
        return
    cells = _cells([(place, line_to_utf8(line, place, where, log)) for place, line in held], layout)
    if len(cells) != layout.width:
        log.add(where, number, "width", "set aside", f"{len(cells)} columns, not {layout.width}", raw)
    else:
        yield Record(cells, number)
