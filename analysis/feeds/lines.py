"""From a stream of bytes to the lines that matter, without parsing the others.

This is where the time goes, so each block of some 128 KiB is dealt with as a whole. Its lines are counted, its tabs
are counted (together they tell whether any line has another width), and it is searched for the rarer of the two
countries as bytes. Only a line that holds both countries is cut out, split and looked at closely; that is about one in
two thousand. All of this costs less than unpacking does.

What the block check sees: any line of another width, unless a line that is too short and one that is too long make up
for each other within one block; any NUL byte. A line in another encoding is seen if it is one of those wanted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.feeds.archives import ArchiveError, Limits
from analysis.feeds.faults import FaultLog
from analysis.feeds.identify import Layout

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Whole good lines, each ending in a line feed, and their numbers in the file."""

    data: bytes
    numbers: Numbers

    def __len__(self) -> int:
        return len(self.numbers)


def blocks(chunks: Iterator[bytes], where: str, log: FaultLog, limits: Limits) -> Iterator[tuple[bytes, int]]:
    """Cut a stream at line ends.

    Yields
    ------
    tuple of bytes and int
        Whole lines, and the number of the first of them. A line beyond the limit is left out, and logged; so is the
        last one of an archive that is cut off.

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
                yield block, number
                number += sz.count(block, b"\n")
            rest = chunk[cut:]
            held, size, start = ([rest] if rest else []), len(rest), b""
    except ArchiveError:
        if size:
            log.add(where, number, "width", "set aside", "cut off with its archive", start or b"".join(held))
        raise
    if size > limits.line:
        log.add(where, number, "long", "set aside", f"a line of more than {limits.line:,} bytes", start)
    elif size:
        yield b"".join(held) + b"\n", number


def check(block: bytes, first: int, layout: Layout, where: str, log: FaultLog) -> Batch:
    """Keep the lines of the right width without NUL bytes; log the others."""
    signs = np.frombuffer(block, dtype=np.uint8)
    delimiter = layout.format.delimiter.encode()
    lines = int(np.count_nonzero(signs == 10))
    cells = int(np.count_nonzero(signs == delimiter[0]))
    if cells == lines * (layout.width - 1) and b"\0" not in block:
        return Batch(block, np.arange(first, first + lines))
    return check_each(block, first, layout, where, log)


def check_each(block: bytes, first: int, layout: Layout, where: str, log: FaultLog) -> Batch:
    """Do the same line by line."""
    count = block.count(b"\n")
    return check_numbered(Batch(block, np.arange(first, first + count)), layout, where, log)


def check_numbered(batch: Batch, layout: Layout, where: str, log: FaultLog) -> Batch:
    """Do the same for lines that are not neighbours."""
    good, numbers = [], []
    delimiter = layout.format.delimiter.encode()
    for number, line in zip(batch.numbers.tolist(), batch.data.split(b"\n"), strict=False):
        width = line.count(delimiter) + 1
        if b"\0" in line:
            log.add(where, number, "nul", "set aside", f"{line.count(0)} NUL bytes", line)
        elif width != layout.width:
            found = f"{width} columns, not {layout.width}" if line.strip() else "an empty line"
            log.add(where, number, "width", "set aside", found, line)
        else:
            good.append(line + b"\n")
            numbers.append(number)
    return Batch(b"".join(good), np.array(numbers, dtype=np.int64))


def to_utf8(batch: Batch, where: str, log: FaultLog) -> Batch:
    """Mend lines that are not UTF-8 (read as Windows-1252, else Latin-1) or hold a carriage return."""
    if b"\r" not in batch.data and _is_utf8(batch.data):
        return batch
    lines = []
    for number, line in zip(batch.numbers.tolist(), batch.data.split(b"\n"), strict=False):
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
