"""From a stream of bytes to whole, sound lines, without parsing them.

This is where the time goes, so each block of some 128 KiB is dealt with as a whole. Its lines and its tabs are counted
(together they tell whether any line has another width), and it is searched for one of the two countries as bytes. Only
a line that holds both countries is cut out; that is about one in two thousand. All of this costs less than unpacking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from analysis.feeds import countries
from analysis.feeds.archives import ArchiveError, Limits
from analysis.feeds.faults import FaultLog
from analysis.feeds.feed import Feed
from analysis.feeds.identify import Layout


class Block(NamedTuple):
    """Whole lines of a file as they stand: their bytes, the number of the first, and how many they are."""

    data: bytes
    first: int
    lines: int


@dataclass(frozen=True)
class Batch:
    """Whole good lines, each ending in a line feed, and their numbers in the file."""

    data: bytes
    numbers: Sequence[int]

    def __len__(self) -> int:
        return len(self.numbers)


def blocks(chunks: Iterator[bytes], where: str, log: FaultLog, limits: Limits) -> Iterator[Block]:
    """Cut a stream at line ends.

    Yields
    ------
    Block
        Whole lines. A line beyond the limit is left out, and logged; so is the last one of an archive that is cut off.

    Raises
    ------
    ArchiveError
        As the stream does, after the last whole line.
    """
    import stringzilla as sz

    held: list[bytes] = []
    size, number, start = 0, 1, b""
    try:
        for chunk in chunks:
            cut = chunk.rfind(b"\n") + 1
            if not cut:
                size += len(chunk)
                start = start or (b"".join(held) + chunk)[:200]
                held = [*held, chunk] if size <= limits.line else []
                continue
            if size > limits.line:
                log.add(where, number, "long", "set aside", f"a line of more than {limits.line:,} bytes", start)
                tail = chunk.find(b"\n") + 1
                chunk, number, cut = chunk[tail:], number + 1, cut - tail
            block = b"".join([*held, memoryview(chunk)[:cut]])
            if block:
                count = sz.count(block, b"\n")
                yield Block(block, number, count)
                number += count
            rest = chunk[cut:]
            held, size, start = ([rest] if rest else []), len(rest), b""
    except ArchiveError:
        if size:
            log.add(where, number, "width", "set aside", "cut off with its archive", start or b"".join(held))
        raise
    if size > limits.line:
        log.add(where, number, "long", "set aside", f"a line of more than {limits.line:,} bytes", start)
    elif size:
        yield Block(b"".join(held) + b"\n", number, 1)


def check(block: Block, layout: Layout, where: str, log: FaultLog) -> Batch:
    """Keep the lines of the right width without NUL bytes; log the others.

    A line that is too short and one that is too long, which make up for each other within one block, are seen only if
    they are of the dyad.
    """
    batch = Batch(block.data, range(block.first, block.first + block.lines))
    cells = np.count_nonzero(np.frombuffer(block.data, dtype=np.uint8) == 9)
    if cells == block.lines * (layout.width - 1) and b"\0" not in block.data:
        return batch
    return check_each(batch, layout, where, log)


def check_each(batch: Batch, layout: Layout, where: str, log: FaultLog) -> Batch:
    """Do the same line by line; a line of a near relation of the feed is brought to this one's columns."""
    good, numbers = [], []
    relatives = {} if layout.header else {len(one): one for one in layout.feed.relatives}
    for number, line in zip(batch.numbers, batch.data.split(b"\n"), strict=False):
        width = line.count(b"\t") + 1
        if b"\0" in line:
            log.add(where, number, "nul", "set aside", f"{line.count(0)} NUL bytes", line)
            continue
        if width != layout.width and width in relatives:
            cells = dict(zip(relatives[width], line.rstrip(b"\r").split(b"\t"), strict=True))
            line = b"\t".join(cells.get(name, b"") for name in layout.names)
            log.add(
                where, number, "width", "mended", f"{width} columns among {layout.width}, a vintage of the feed", line
            )
        elif width != layout.width:
            found = f"{width} columns, not {layout.width}" if line.strip() else "an empty line"
            log.add(where, number, "width", "set aside", found, line)
            continue
        good.append(line + b"\n")
        numbers.append(number)
    return Batch(b"".join(good), numbers)


def to_utf8(batch: Batch, where: str, log: FaultLog) -> Batch:
    """Mend lines that are not UTF-8 (read as Windows-1252, else Latin-1) or hold a carriage return."""
    if b"\r" not in batch.data and _is_utf8(batch.data):
        return batch
    lines = []
    for number, line in zip(batch.numbers, batch.data.split(b"\n"), strict=False):
        lines.append(line_to_utf8(line, number, where, log))
    return Batch(b"".join(line + b"\n" for line in lines), batch.numbers)


def line_to_utf8(line: bytes, number: int, where: str, log: FaultLog) -> bytes:
    """Mend one line; see `to_utf8`."""
    line = line.removesuffix(b"\r")
    if b"\r" in line:
        log.add(where, number, "control", "mended", "a carriage return within the line, read as a blank", line)
        line = line.replace(b"\r", b" ")
    if not _is_utf8(line):
        log.add(where, number, "encoding", "mended", "not UTF-8; read as Windows-1252", line)
        try:
            line = line.decode("cp1252").encode()
        except UnicodeDecodeError:
            line = line.decode("latin-1").encode()
    return line


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class Finder:
    """Finds lines that hold both countries of a dyad as bytes, and no others that could be of it."""

    def __init__(self, dyad: tuple[str, str], feed: Feed) -> None:
        """Look for every spelling of the two."""
        self._tokens = [[one.encode() for one in countries.spellings(code, feed.scheme)] for code in dyad]
        self._sought: int | None = None

    def lines(self, batch: Batch) -> Batch:
        """Keep such lines."""
        import stringzilla as sz

        data = batch.data
        if self._sought is None:
            # The rarer one is searched for; one look is enough: a wrong choice costs time and nothing else.
            counts = [sum(sz.count(data, token) for token in side) for side in self._tokens]
            self._sought = counts.index(min(counts))
        sought, other = self._tokens[self._sought], self._tokens[1 - self._sought]
        view, found = sz.Str(data), dict[int, int]()
        for token in sought:
            place = view.find(token)
            while place >= 0:
                start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place) + 1
                if any(data.find(second, start, end) >= 0 for second in other):
                    found[start] = end
                place = view.find(token, end)
        lines, numbers, counted, before = [], [], 0, 0
        for start, end in sorted(found.items()):
            before += data.count(b"\n", counted, start)
            counted = start
            lines.append(data[start:end])
            numbers.append(batch.numbers[before])
        return Batch(b"".join(lines), numbers)
