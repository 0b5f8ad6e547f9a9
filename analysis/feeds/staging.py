"""From archives to raw tables: the feed's own columns as text, and where each row stood.

What is read here is not interpreted. A raw table has the columns of its feed, all of them text, and `feed_file` and
`feed_line`; so a row of any later result leads back to a line of a file. Interpretation (days, countries, scores) is
the readers' business and is the same on every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from analysis.feeds import lines
from analysis.feeds.archives import ArchiveError, Member, members
from analysis.feeds.faults import FaultLog, FeedError
from analysis.feeds.identify import Layout, identify
from analysis.feeds.inputs import beginning
from analysis.feeds.lines import Block
from analysis.feeds.others import Sample
from analysis.feeds.picking import between, dyad_filter
from analysis.feeds.plans import Piece, Plan, Rows, Summary
from analysis.feeds.records import records
from analysis.feeds.tables import parsed


def raw_pieces(path: Path, label: str, plan: Plan, log: FaultLog, summary: Summary) -> Iterator[Piece]:
    """Read one file or archive as rows or tables of bounded size; fill in the summary on the way."""
    before = (log.set_aside, sum(log.counts.values()))
    status = path.stat()
    summary.size, summary.changed = status.st_size, status.st_mtime_ns
    states: list[tuple[str, str]] = []
    try:
        for index, member in enumerate(members(path, plan.limits)):
            where = f"{label}::{member.name}" if index else label
            states.append((yield from _member(member, where, plan, log, summary)))
    except (ArchiveError, OSError) as error:
        log.add(label, 0, "archive", "set aside", str(error))
        states.append(("damaged", str(error)))
    order = ("damaged", "read", "refused", "blank")
    state, reason = min(states, key=lambda one: order.index(one[0]), default=("blank", "the archive is empty"))
    summary.state, summary.reason = state, reason
    summary.set_aside = log.set_aside - before[0]
    summary.mended = sum(log.counts.values()) - before[1] - summary.set_aside


def _member(
    member: Member, where: str, plan: Plan, log: FaultLog, summary: Summary
) -> Generator[Piece, None, tuple[str, str]]:
    if member.odd:
        log.add(where, 0, "archive", "mended", f"the name {member.odd!r} leads out of the archive; used as a label")
    chunks = _Counted(member.chunks)
    head, trouble = beginning(chunks)
    try:
        layout = identify(head, where, plan.feed)
    except FeedError as error:
        log.add(where, 0, "kind", "refused", str(error), head[:200])
        return "refused", str(error)
    if layout is None:
        if trouble:
            log.add(where, 0, "archive", "set aside", str(trouble))
        return ("damaged", str(trouble)) if trouble else ("blank", "the file has no lines")
    stream = lines.blocks(_again(head.removeprefix(b"\xef\xbb\xbf"), trouble, chunks), where, log, plan.limits)
    try:
        yield from _pieces(_without_header(stream, layout, summary), layout, where, plan, log, summary)
    except ArchiveError as error:
        log.add(where, 0, "archive", "set aside", str(error))
        return "damaged", str(error)
    finally:
        summary.unpacked += chunks.total
    return "read", ""


class _Counted:
    """An iterator over pieces that counts their bytes."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self.total = chunks, 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self.total += len(chunk)
        return chunk


def _again(head: bytes, trouble: ArchiveError | None, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    if trouble:
        raise trouble
    yield from rest


def _without_header(stream: Iterator[Block], layout: Layout, summary: Summary) -> Iterator[Block]:
    """Leave out the header, and count the lines on the way."""
    for block in stream:
        if block.first == 1 and layout.header:
            block = Block(block.data[block.data.find(b"\n") + 1 :], 2, block.lines - 1)
        summary.lines += block.lines
        if block.lines:
            yield block


def _pieces(
    stream: Iterator[Block], layout: Layout, where: str, plan: Plan, log: FaultLog, summary: Summary
) -> Iterator[Piece]:
    making = _from_records if layout.format.quoted else _from_lines
    sample = Sample(layout)
    for piece in making(stream, layout, where, plan, log, sample):
        summary.rows += len(piece)
        yield piece
    if plan.dyad is not None:
        # A quoted record may take several lines, and all records were looked at.
        summary.seen = summary.lines if layout.format.quoted else summary.seen + sample.lines
        summary.dyads += sample.rows


def _from_lines(
    stream: Iterator[Block], layout: Layout, where: str, plan: Plan, log: FaultLog, sample: Sample
) -> Iterator[Piece]:
    if plan.dyad is not None:
        yield from _picked(stream, layout, where, plan, log, sample)
        return
    for block in stream:
        batch = lines.to_utf8(lines.check(block, layout, where, log), where, log)
        if len(batch):
            yield parsed(batch, layout, where, plan.columns, log)


def _picked(
    stream: Iterator[Block], layout: Layout, where: str, plan: Plan, log: FaultLog, sample: Sample
) -> Iterator[Rows]:
    """Take a dyad's lines. They are few, so splitting them here costs less than setting up a parser for each block."""
    assert plan.dyad is not None
    wanted, arrange = dyad_filter(layout, plan.dyad), _arranger(layout, plan.columns, where)
    delimiter = layout.format.delimiter
    for block in stream:
        good = lines.check(block, layout, where, log)
        sample.block(good.data)
        batch = wanted.pick(good)
        if not len(batch):
            continue
        # Two faults that make up for each other in a block do not in a line.
        batch = lines.to_utf8(lines.check_each(batch, layout, where, log), where, log)
        texts = batch.data.decode("utf-8").split("\n")
        found = [arrange(text.split(delimiter), number) for text, number in zip(texts, batch.numbers, strict=False)]
        if found:
            yield found


def _arranger(layout: Layout, columns: Sequence[str], where: str) -> Callable[[list[str], int], tuple[Any, ...]]:
    """Return what brings a line's cells to the raw schema; a column that this file does not have is missing."""
    places = [layout.names.index(name) if name in layout.names else None for name in columns]
    return lambda cells, number: (*(None if one is None else cells[one] for one in places), where, number)


def _from_records(
    stream: Iterator[Block], layout: Layout, where: str, plan: Plan, log: FaultLog, sample: Sample
) -> Iterator[Rows]:
    arrange, wanted = _arranger(layout, plan.columns, where), record_filter(layout, plan.dyad)
    for record in records(stream, layout, where, log):
        if wanted is not None:
            sample.record(record.cells)
        if wanted is None or wanted(record.cells):
            yield [arrange(record.cells, record.number)]


def record_filter(layout: Layout, dyad: tuple[str, str] | None) -> Callable[[list[str]], bool] | None:
    """Return the test whether a record of a comma-separated feed is of the dyad; None where all are wanted."""
    if dyad is None:
        return None
    from analysis.feeds import acled, countries

    form = layout.format
    if form.feed == "acled":
        places = [layout.names.index(name) for name in ("actor1", "actor2")]
        return lambda cells: {acled.country(cells[place]) for place in places} == set(dyad)
    known = {spelling: code for code in dyad for spelling in countries.spellings(code, form.scheme)}
    source, target = (layout.names.index(name) for name in form.sides)
    return lambda cells: between(cells[source], cells[target], known, dyad, form.splitter)
