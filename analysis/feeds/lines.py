"""From a stream of bytes to whole, sound lines or records, and to columns of text.

This is where the time goes, so each block of some 128 KiB is dealt with as a whole. Its lines and its tabs are counted
(together they tell whether any line has another width), and it is searched for one of the two countries as bytes. Only
a line that holds both countries is cut out; that is about one in two thousand. All of this costs less than unpacking.

Files whose cells are quoted, or separated by commas, are read record by record. A record is a run of lines with an even
number of quotation marks and, if it has several, the right number of cells. Where a quote is never closed, a plain CSV
reader takes the rest of the file for one cell; here the record is given up when it closes wrongly or after a few lines,
its first line is set aside, and reading goes on with the next one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from analysis.feeds import countries
from analysis.feeds.archives import ArchiveError, Limits
from analysis.feeds.faults import FaultLog
from analysis.feeds.feed import Feed
from analysis.feeds.identify import Layout

if TYPE_CHECKING:
    import pyarrow as pa

# The most lines of a record whose quotation mark is not closed.
LONGEST = 50

PLACE = ("feed_file", "feed_line")
Row = tuple[Any, ...]


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


class Record(NamedTuple):
    """The cells of one record and the number of its first line."""

    cells: list[str]
    number: int


def records(stream: Iterator[Block], layout: Layout, where: str, log: FaultLog) -> Iterator[Record]:
    """Yield the good records of a file; log the others' faults."""
    held: list[tuple[int, bytes]] = []
    waiting: list[tuple[int, bytes]] = []
    for line in _numbered(stream):
        waiting.append(line)
        while waiting:
            held.append(waiting.pop(0))
            if _whole(held, layout):
                yield from _record(held, layout, where, log)
                held = []
            elif len(held) > LONGEST or _closed(held):
                held, waiting = [], _give_up(held, where, log) + waiting
    while held:
        waiting, held = _give_up(held, where, log), []
        for line in waiting:
            held.append(line)
            if _whole(held, layout):
                yield from _record(held, layout, where, log)
                held = []


def _whole(held: list[tuple[int, bytes]], layout: Layout) -> bool:
    return _closed(held) and (len(held) == 1 or len(_cells(held, layout)) == layout.width)


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


def schema(columns: Sequence[str]) -> pa.Schema:
    """Return the schema of a raw table."""
    import pyarrow as pa

    return pa.schema([*((name, pa.string()) for name in columns), (PLACE[0], pa.string()), (PLACE[1], pa.int64())])


def as_table(rows: list[Row], columns: Sequence[str]) -> pa.Table:
    """Turn rows (cells, file, line) into a raw table."""
    import pyarrow as pa

    if not rows:
        return schema(columns).empty_table()
    *cells, numbers = zip(*rows, strict=True)
    return pa.table([*map(strings, cells), integers(numbers)], schema=schema(columns))


def strings(values: Sequence[str | None]) -> pa.Array:
    """Return a column of text; None is missing.

    Built from its bytes: `pyarrow.array` would import pandas to ask whether the list is a Series, which takes longer
    than to scan a hundred megabytes.
    """
    import pyarrow as pa

    texts = [b"" if one is None else one.encode("utf-8", "replace") for one in values]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    held = [one is not None for one in values]
    valid = None if all(held) else pa.py_buffer(np.packbits(held, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), len(texts), [valid, pa.py_buffer(ends), pa.py_buffer(b"".join(texts))])


def integers(values: Sequence[int]) -> pa.Array:
    """Return a column of whole numbers."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.array(values, dtype=np.int64))])


def split(batch: Batch, layout: Layout, columns: Sequence[str]) -> pa.Table:
    """Split whole lines into columns of text.

    Raises
    ------
    ArrowInvalid
        When a line has another width.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow

    # A name that stands twice in a header is kept once, the first one.
    names = [
        name if layout.names.index(name) == place else f"{name}.{place}" for place, name in enumerate(layout.names)
    ]
    held = [name for name in columns if name in names]
    if not len(batch):
        return schema(held).empty_table().select(held)
    return arrow.read_csv(
        io.BytesIO(batch.data),
        read_options=arrow.ReadOptions(column_names=names, use_threads=False, block_size=max(len(batch.data), 1) + 1),
        parse_options=arrow.ParseOptions(
            delimiter=layout.delimiter, quote_char=False, escape_char=False, ignore_empty_lines=False
        ),
        convert_options=arrow.ConvertOptions(
            column_types=dict.fromkeys(held, pa.string()), include_columns=held, strings_can_be_null=False
        ),
    )
