"""One worker: takes tasks as lines of JSON, writes a part file for each, answers with summaries.

A worker is a plain process started with `python -m analysis.feeds.work`. Nothing is shared with the process that
started it, so it works the same from a script, from a notebook and on every system, and a worker that dies takes only
its own task with it. Whatever it imports it imports once for each core, so it loads neither pandas nor ibis.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.feeds.archives import Limits
from analysis.feeds.faults import FaultLog, LineFault
from analysis.feeds.formats import named
from analysis.feeds.journal import Entry
from analysis.feeds.plans import Piece, Plan, Rows, Summary, schema
from analysis.feeds.staging import raw_pieces
from analysis.feeds.tables import as_table

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = 50_000
_LOOSE = 10_000


@dataclass(frozen=True)
class Task:
    """Files to be taken together.

    Parameters
    ----------
    name : str
        Name of the part; the same for the same files.
    files : sequence of pairs
        Label and path of each file.
    folder : str
        Where the part goes.
    kind : {"part", "lake"}
        One Parquet file, or a tree partitioned by year and month.
    """

    name: str
    files: tuple[tuple[str, str], ...]
    folder: str
    kind: str
    feed: str
    columns: tuple[str, ...]
    dyad: tuple[str, str] | None
    limits: dict[str, Any]

    def plan(self) -> Plan:
        """Return what is to be taken from each file."""
        return Plan(named(self.feed).feed, self.columns, self.dyad, Limits(**self.limits))


def run(task: Task) -> Entry:
    """Do one task. Its part appears under its final name only when it is whole."""
    folder = Path(task.folder)
    folder.mkdir(parents=True, exist_ok=True)
    summaries: list[Summary] = []
    with FaultLog(folder / f"{task.name}.faults.csv") as log:
        tables = _gathered(_all_pieces(task, log, summaries), task.columns)
        rows = _write_lake(task, tables, folder) if task.kind == "lake" else _write_part(task, tables, folder)
    return Entry(task.name if rows or log.counts else None, summaries, log.first)


def _all_pieces(task: Task, log: FaultLog, summaries: list[Summary]) -> Iterator[Piece]:
    plan = task.plan()
    for label, path in task.files:
        summary = Summary(label)
        summaries.append(summary)
        yield from raw_pieces(Path(path), label, plan, log, summary)


def _gathered(pieces: Iterator[Piece], columns: tuple[str, ...]) -> Iterator[pa.Table]:
    """Join rows and small tables to tables of a good size."""
    import pyarrow as pa

    rows: Rows = []
    tables: list[pa.Table] = []
    for piece in pieces:
        if isinstance(piece, list):
            rows += piece
            if len(rows) >= _LOOSE:
                tables.append(as_table(rows, columns))
                rows = []
        else:
            tables.append(piece)
        if sum(len(one) for one in tables) >= _ROWS:
            yield pa.concat_tables(tables)
            tables = []
    if rows:
        tables.append(as_table(rows, columns))
    if tables:
        yield pa.concat_tables(tables)


def _write_part(task: Task, tables: Iterator[pa.Table], folder: Path) -> int:
    from pyarrow import parquet

    temporary, rows, writer = folder / f".{task.name}.tmp", 0, None
    for table in tables:
        # A part lives until it is merged, so it is not worth packing.
        writer = writer or parquet.ParquetWriter(
            temporary, schema(task.columns), compression="none", use_dictionary=False, write_statistics=False
        )
        writer.write_table(table)
        rows += table.num_rows
    if writer is not None:
        writer.close()
        os.replace(temporary, folder / f"{task.name}.parquet")
    return rows


def _write_lake(task: Task, tables: Iterator[pa.Table], folder: Path) -> int:
    import pyarrow as pa
    from pyarrow import dataset

    day = named(task.feed).day
    wide = pa.schema([*schema(task.columns), ("feed_year", pa.string()), ("feed_month", pa.string())])
    count = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal count
        for table in tables:
            count += table.num_rows
            yield from _with_month(table, day, wide).to_batches()

    keys = pa.schema([("feed_year", pa.string()), ("feed_month", pa.string())])
    dataset.write_dataset(
        pa.RecordBatchReader.from_batches(wide, batches()),
        folder / task.name,
        format="parquet",
        partitioning=dataset.partitioning(keys, flavor="hive"),
        basename_template=f"{task.name}-{{i}}.parquet",
        existing_data_behavior="delete_matching",
        file_options=dataset.ParquetFileFormat().make_write_options(compression="zstd"),
        max_open_files=64,
        use_threads=False,
    )
    return count


def _with_month(table: pa.Table, day: str, wide: pa.Schema) -> pa.Table:
    """Add the partition: year and month as the day's text gives them, 0000 and 00 where it does not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pc.fill_null(table[day], "")
    for pattern, put in (
        (r"^(\d)/", r"0\1/"),
        (r"^(\d\d)/(\d{1,2})/(\d{4})$", r"\3-\1-00"),
        (r"^(\d{4})(\d\d)", r"\1-\2"),
    ):
        text = pc.replace_substring_regex(text, pattern, put)
    good = pc.match_substring_regex(text, r"^[12]\d{3}-(0[1-9]|1[0-2])")
    year = pc.if_else(good, pc.utf8_slice_codeunits(text, 0, 4), "0000")
    month = pc.if_else(good, pc.utf8_slice_codeunits(text, 5, 7), "00")
    return pa.table([*table.columns, year, month], schema=wide)


def main() -> None:
    """Answer tasks from standard input until it ends."""
    for line in sys.stdin:
        given = json.loads(line)
        given["files"] = tuple(tuple(one) for one in given["files"])
        given["columns"] = tuple(given["columns"])
        given["dyad"] = tuple(given["dyad"]) if given["dyad"] else None
        sys.stdout.write(run(Task(**given)).line() + "\n")
        sys.stdout.flush()


def as_line(task: Task) -> str:
    """Return a task as a line of JSON."""
    return json.dumps(asdict(task)) + "\n"


def as_entry(line: str) -> Entry:
    """Return the answer of a worker."""
    given = json.loads(line)
    return Entry(
        given["part"], [Summary(**one) for one in given["files"]], [LineFault(**one) for one in given["faults"]]
    )


if __name__ == "__main__":
    main()
