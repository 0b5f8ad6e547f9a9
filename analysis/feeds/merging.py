"""Putting finished parts into a result, in one step, and so that doing it twice gives the same.

A run may be stopped between any two steps here. Rows and faults of a file that is (again) among the parts are therefore
first taken out of the result.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.feeds.faults import COLUMNS
from analysis.feeds.journal import Entry, Journal
from analysis.feeds.plans import schema
from analysis.feeds.tables import strings
from analysis.files import replacing

if TYPE_CHECKING:
    import pyarrow as pa

# Rows of one group of the result.
_ROWS = 50_000


def merge(target: Path, journal: Journal, parts: Path, columns: Sequence[str]) -> None:
    """Bring the parts into the result; doing it twice gives the same."""
    # Tasks end in any order; the result is in the files' order, however many workers there were.
    waiting = sorted((entry for entry in journal.entries if entry.part), key=lambda entry: entry.files[0].file)
    fresh = {one.file for entry in waiting for one in entry.files}
    target.parent.mkdir(parents=True, exist_ok=True)
    if waiting or not target.exists():
        _merge_faults(beside(target, "faults.csv"), [parts / f"{entry.part}.faults.csv" for entry in waiting], fresh)
        sources = [target, *(parts / f"{entry.part}.parquet" for entry in waiting)]
        _merge_rows(target, [one for one in sources if one.exists()], fresh, schema(columns))
        journal.merged()
    shutil.rmtree(parts, ignore_errors=True)


def _merge_rows(target: Path, sources: Sequence[Path], fresh: set[str], form: pa.Schema) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    held: list[pa.Table] = []
    count = 0
    with replacing(target) as temporary, parquet.ParquetWriter(temporary, form, compression="zstd") as writer:
        for source in sources:
            with parquet.ParquetFile(source) as file:
                for batch in file.iter_batches(batch_size=_ROWS):
                    rows = pa.Table.from_batches([batch])
                    held.append(_without(rows, fresh) if source == target else rows)
                    count += len(held[-1])
                    # Many small parts would make many small groups, which are slow to read.
                    while count >= _ROWS:
                        whole = pa.concat_tables(held)
                        writer.write_table(whole.slice(0, _ROWS))
                        held, count = [whole.slice(_ROWS)], count - _ROWS
        if count:
            writer.write_table(pa.concat_tables(held))


def _without(rows: pa.Table, files: set[str]) -> pa.Table:
    """Leave out the rows of some files."""
    import pyarrow.compute as pc

    own = pc.replace_substring_regex(rows["feed_file"], r"::.*$", "")
    return rows.filter(pc.invert(pc.is_in(own, value_set=strings(sorted(files)))))


def _merge_faults(target: Path, sources: Sequence[Path], fresh: set[str]) -> None:
    if not target.exists() and not any(source.exists() for source in sources):
        return
    with replacing(target) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in _fault_rows(target, head=True):
            if row[0].split("::")[0] not in fresh:
                writer.writerow(row)
        for source in sources:
            writer.writerows(_fault_rows(source))


def _fault_rows(path: Path, *, head: bool = False) -> Iterator[list[str]]:
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            if head:
                next(rows, None)
            yield from rows


def settle(entry: Entry, parts: Path, folder: Path) -> None:
    """Move a finished task's files into the lake; doing it twice gives the same."""
    if entry.part is None:
        return
    tree = parts / entry.part
    for file in sorted(tree.rglob("*.parquet")):
        home = folder / file.relative_to(tree)
        home.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, home)
    _merge_faults(folder / "_faults.csv", [parts / f"{entry.part}.faults.csv"], {one.file for one in entry.files})


def beside(target: Path, what: str) -> Path:
    """Return the name of what stands beside a result."""
    return target.with_name(f"{target.name}.{what}")
