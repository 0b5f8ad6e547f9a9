"""From one archive to rows of text: the feed's own cells, and where each row stood.

Rows are not interpreted here, so a row of any later result leads back to a line of a file. Lines of a tab-separated
feed are dealt with in blocks (`lines`); everything else, quoted cells, commas and Parquet, record by record
(`records`). What a file says of itself as a whole is judged by its `Sample`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.feeds.archives import ArchiveError, Limits, Member, beginning, members
from analysis.feeds.days import Order, iso
from analysis.feeds.faults import FaultLog, FeedError
from analysis.feeds.feed import DayOrder, Feed
from analysis.feeds.identify import Layout, by_names, identify
from analysis.feeds.lines import (
    Batch,
    Block,
    Record,
    Row,
    blocks,
    check,
    check_each,
    integers,
    records,
    schema,
    split,
    strings,
    to_utf8,
)
from analysis.feeds.sample import Sample

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Plan:
    """What is to be taken from each file.

    Parameters
    ----------
    feed : Feed
        The feed that the files must be.
    columns : sequence of str
        Canonical columns to keep.
    dyad : pair of str, optional
        Only rows that name both countries; all rows when absent.
    dates : str, optional
        The order of day and month, where the user has said it.
    limits : Limits
        How far an archive is followed.
    """

    feed: Feed
    columns: tuple[str, ...]
    dyad: tuple[str, str] | None = None
    dates: DayOrder | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass
class Summary:
    """What became of one file.

    `state` is "read", "no rows" (no lines, or a header only), "damaged" (read up to where the archive broke), or
    "refused" (no feed, another one, or one that cannot be read); `reason` says why. `lines` are its records without
    header, `rows` those taken. In `seen` of the good lines the rows between any two countries were counted: `dyads`.
    `first`, `last` are the days of its rows, of all dyads, as far as they were looked at; `text` is what two files with
    the same unpacked content have in common.
    """

    file: str
    path: str = ""
    lines: int = 0
    rows: int = 0
    unpacked: int = 0
    set_aside: int = 0
    mended: int = 0
    state: str = "read"
    reason: str = ""
    seen: int = 0
    dyads: int = 0
    first: str = ""
    last: str = ""
    dates: str = ""
    text: str = ""


def rows_of(path: Path, plan: Plan, log: FaultLog, summary: Summary) -> Iterator[list[Row] | pa.Table]:
    """Read one file or archive as rows or tables of bounded size; fill in the summary on the way.

    Raises
    ------
    FeedError
        When the file as a whole cannot be read as the feed; what came before must then be dropped.
    """
    states: list[tuple[str, str]] = []
    texts: list[str] = []
    try:
        with path.open("rb") as file:
            parquet = file.read(4) == b"PAR1"
        if parquet:
            states.append((yield from _parquet(path, plan, log, summary)))
        else:
            for index, member in enumerate(members(path, plan.limits)):
                where = f"{summary.file}::{member.name}" if index else summary.file
                counted = _Counted(member.chunks)
                again = lambda place=index: _member_again(path, place, plan.limits)  # noqa: E731
                states.append((yield from _member(member, counted, where, plan, log, summary, again)))
                summary.unpacked += counted.total
                texts.append(f"{counted.total}-{counted.check:08x}")
    except (ArchiveError, OSError) as error:
        log.add(summary.file, 0, "archive", "set aside", str(error))
        states.append(("damaged", str(error)))
    order = ("damaged", "read", "refused", "no rows")
    summary.state, summary.reason = min(
        states, key=lambda one: order.index(one[0]), default=("no rows", "the archive is empty")
    )
    if summary.state == "read" and texts:
        summary.text = "+".join(texts)
    summary.set_aside, summary.mended = log.set_aside, log.mended


def _member_again(path: Path, place: int, limits: Limits) -> Iterator[bytes]:
    for index, member in enumerate(members(path, limits)):
        if index == place:
            yield from member.chunks
            return
        # The members of a stream come one behind the other.
        for _ in member.chunks:
            pass


class _Counted:
    """An iterator over pieces that counts their bytes and their checksum."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        from isal import isal_zlib

        self._chunks, self._crc, self.total, self.check = chunks, isal_zlib.crc32, 0, 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self.total += len(chunk)
        self.check = self._crc(chunk, self.check)
        return chunk


def _again(head: bytes, trouble: ArchiveError | None, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    if trouble:
        raise trouble
    yield from rest


def _member(
    member: Member,
    chunks: _Counted,
    where: str,
    plan: Plan,
    log: FaultLog,
    summary: Summary,
    again: Callable[[], Iterator[bytes]],
) -> Generator[Any, None, tuple[str, str]]:
    if member.odd:
        log.add(where, 0, "archive", "mended", f"the name {member.odd!r} leads out of the archive; used as a label")
    head, trouble = beginning(chunks)
    try:
        layout = identify(head, where, plan.feed.name)
    except FeedError as error:
        log.add(where, 0, "kind", "refused", str(error), head[:200])
        return "refused", str(error)
    if layout is None:
        if trouble:
            log.add(where, 0, "archive", "set aside", str(trouble))
        return ("damaged", str(trouble)) if trouble else ("no rows", "the file has no lines")
    before, sample = summary.lines, Sample(layout)
    order = _order(layout, head, plan, where, again, log)
    sample.order = order
    summary.dates = order or summary.dates
    stream = blocks(_again(head.removeprefix(b"\xef\xbb\xbf"), trouble, chunks), where, log, plan.limits)
    state = "read", ""
    try:
        for piece in _pieces(_without_header(stream, layout), layout, where, plan, log, sample, summary):
            summary.rows += len(piece)
            yield piece
    except ArchiveError as error:
        log.add(where, 0, "archive", "set aside", str(error))
        state = "damaged", str(error)
    sample.judge(where)
    _note(summary, sample)
    if state[0] == "read" and summary.lines == before:
        return "no rows", "the file has a header and no lines"
    return state


def _note(summary: Summary, sample: Sample) -> None:
    summary.seen, summary.dyads = summary.seen + sample.seen, summary.dyads + sample.pairs
    days = [one for one in (summary.first, summary.last, *sample.span) if one]
    summary.first, summary.last = (min(days), max(days)) if days else ("", "")


def _without_header(stream: Iterator[Block], layout: Layout) -> Iterator[Block]:
    for block in stream:
        if block.first == 1 and layout.header:
            block = Block(block.data[block.data.find(b"\n") + 1 :], 2, block.lines - 1)
        if block.lines:
            yield block


def _pieces(
    stream: Iterator[Block],
    layout: Layout,
    where: str,
    plan: Plan,
    log: FaultLog,
    sample: Sample,
    summary: Summary,
) -> Iterator[Any]:
    if layout.quoted:
        yield from _from_records(records(stream, layout, where, log), layout, where, plan, sample, summary)
        return
    for block in stream:
        summary.lines += block.lines
        good = check(block, layout, where, log)
        sample.block(good)
        if plan.dyad is not None:
            found = _picked(good, layout, where, plan, log, sample)
            if found:
                yield found
        elif len(good):
            yield _split(to_utf8(good, where, log), layout, where, plan.columns, log, sample)


def _picked(batch: Batch, layout: Layout, where: str, plan: Plan, log: FaultLog, sample: Sample) -> list[Row]:
    """Take a dyad's lines. They are few, so splitting them here costs less than setting up a parser for each block."""
    assert plan.dyad is not None
    found = sample.finder(plan.dyad).lines(batch)
    if not len(found):
        return []
    # Two faults that make up for each other in a block do not in a line.
    found = to_utf8(check_each(found, layout, where, log), where, log)
    arrange, wanted = arranger(layout, plan.columns, where, sample.order), sample.wanted(plan.dyad)
    rows = []
    for text, number in zip(found.data.decode("utf-8").split("\n"), found.numbers, strict=False):
        cells = text.split("\t")
        if wanted(cells):
            sample.days(cells)
            rows.append(arrange(cells, number))
    return rows


def arranger(
    layout: Layout, columns: Sequence[str], where: str, order: DayOrder | None
) -> Callable[[list[str], int], Row]:
    """Return what brings a record's cells to the raw columns, days as YYYY-MM-DD; a column that is not there is
    missing, a day that cannot be read stays as it is."""
    places = layout.places(columns)
    days = {place for place in layout.places(layout.feed.days) if place is not None}

    def arrange(cells: list[str], number: int) -> Row:
        found = (
            None if one is None else (iso(cells[one], order) or cells[one]) if one in days else cells[one]
            for one in places
        )
        return (*found, where, number)

    return arrange


def _from_records(
    found: Iterator[Record], layout: Layout, where: str, plan: Plan, sample: Sample, summary: Summary
) -> Iterator[list[Row]]:
    arrange = arranger(layout, plan.columns, where, sample.order)
    wanted = sample.wanted(plan.dyad) if plan.dyad else None
    held: list[Row] = []
    for record in found:
        summary.lines += 1
        sample.record(record.cells)
        if wanted is None or wanted(record.cells):
            held.append(arrange(record.cells, record.number))
        if len(held) >= 10_000:
            yield held
            held = []
    if held:
        yield held


def _parquet(path: Path, plan: Plan, log: FaultLog, summary: Summary) -> Generator[Any, None, tuple[str, str]]:
    """Read a Parquet file that was made elsewhere, its cells as text."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            known = by_names(file.schema_arrow.names, summary.file, plan.feed.name)
            if known is None:
                raise FeedError(f"{summary.file}: it must be a {plan.feed.name} file, not Parquet of other columns.")
            layout = Layout(known[0], known[1], header=False, quoted=True)
            order = Order()
            places = [place for place in layout.places(plan.feed.days) if place is not None]
            for batch in file.iter_batches(columns=[file.schema_arrow.names[place] for place in places]):
                for column in batch.columns:
                    order.look({str(one) for one in column.to_pylist()})
            sample = Sample(layout)
            sample.order = _decided(order, plan, summary.file)
            found = _parquet_records(file)
            for piece in _from_records(found, layout, summary.file, plan, sample, summary):
                summary.rows += len(piece)
                yield piece
    except FeedError as error:
        log.add(summary.file, 0, "kind", "refused", str(error))
        return "refused", str(error)
    except pa.ArrowException as error:
        raise ArchiveError(f"the Parquet file is damaged ({error})") from error
    sample.judge(summary.file)
    _note(summary, sample)
    return ("read", "") if summary.lines else ("no rows", "the file has no rows")


def _parquet_records(file: Any) -> Iterator[Record]:
    number = 1
    for batch in file.iter_batches(batch_size=10_000):
        for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            yield Record(["" if one is None or one != one else str(one) for one in cells], number)
            number += 1


def _split(batch: Batch, layout: Layout, where: str, columns: Sequence[str], log: FaultLog, sample: Sample) -> pa.Table:
    """Split whole lines into a raw table; a column that this file does not have is missing throughout."""
    import pyarrow as pa

    try:
        table = split(batch, layout, columns)
    except pa.ArrowInvalid:
        # Two faults that make up for each other in a block do not in a line.
        batch = check_each(batch, layout, where, log)
        table = split(batch, layout, columns)
    cells = []
    for name in columns:
        if name not in table.column_names:
            cells.append(pa.nulls(len(batch), pa.string()))
            continue
        column = table[name].combine_chunks()
        cells.append(_with_days(column, sample, name == layout.feed.days[0]) if name in layout.feed.days else column)
    return pa.table([*cells, strings([where] * len(batch)), integers(batch.numbers)], schema=schema(columns))


def _with_days(column: Any, sample: Sample, first: bool) -> Any:
    """Bring a column of days to one form, and let the sample see the events' first days."""
    import pyarrow as pa

    packed = column.dictionary_encode()
    given = packed.dictionary.to_pylist()
    if first:
        counts = np.bincount(packed.indices.to_numpy(), minlength=len(given))
        for text, count in zip(given, counts.tolist(), strict=True):
            sample.day(text, count)
    found = [iso(one, sample.order) or one for one in given]
    return pa.DictionaryArray.from_arrays(packed.indices, strings(found)).cast(pa.string())


def _order(
    layout: Layout, head: bytes, plan: Plan, where: str, again: Callable[[], Iterator[bytes]], log: FaultLog
) -> DayOrder | None:
    """Return the order of day and month in a file, reading all of it where its beginning leaves that open."""
    places = [place for place in layout.places(layout.feed.days) if place is not None]

    def look(chunks: Iterator[bytes]) -> Order:
        order, quiet = Order(), FaultLog()
        stream = _without_header(blocks(chunks, where, quiet, plan.limits), layout)
        try:
            if layout.quoted:
                for record in records(stream, layout, where, quiet):
                    order.look(record.cells[place] for place in places)
            else:
                for block in stream:
                    for line in block.data.decode("utf-8", "replace").split("\n"):
                        cells = line.split("\t")
                        order.look(cells[place] for place in places if place < len(cells))
        except ArchiveError:
            pass
        return order

    order = look(iter([head.removeprefix(b"\xef\xbb\xbf")[: head.rfind(b"\n") + 1 or None]]))
    if order.open:
        order = look(again())
    return _decided(order, plan, where)


def _decided(order: Order, plan: Plan, where: str) -> DayOrder | None:
    if not order.slashed:
        return None
    decided = plan.dates or order.told or (None if order.found else plan.feed.day_order)
    if decided is None:
        both = "some have the day first and some the month" if order.found else "no day in the file tells the order"
        raise FeedError(
            f"{where}: its days are written like {order.example!r}, and {both}. "
            "Say it with `--dates day-first` or `--dates month-first` (ACLED writes the day first)."
        )
    return decided
