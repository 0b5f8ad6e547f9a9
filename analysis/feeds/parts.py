"""What a folder made by a scan holds: one Parquet file an archive, each with its own account of what was read; and
the same as one Parquet or CSV file."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.atomic import replacing
from analysis.errors import OptionError
from analysis.feeds.faults import COLUMNS, FeedError, LineFault
from analysis.feeds.feed import Feed, named
from analysis.feeds.identify import SCAN_KEY
from analysis.feeds.lines import schema
from analysis.feeds.rows import Summary

# Rows that are written at once.
ROWS = 50_000


@dataclass(frozen=True)
class Part:
    """One archive in a scan: its Parquet file, the settings it was made with, what became of it, its faults."""

    file: Path
    settings: dict[str, Any]
    summary: Summary
    content: str
    faults: list[LineFault] = field(default_factory=list)


@dataclass(frozen=True)
class Scan:
    """What a folder holds: the archives that count, and those whose text another one has already brought."""

    folder: Path
    parts: list[Part]
    twins: list[Part]

    @property
    def feed(self) -> Feed:
        """The feed."""
        return named(self.parts[0].settings["feed"])

    @property
    def dyad(self) -> tuple[str, str] | None:
        """The dyad; None where all rows are held."""
        pair = self.parts[0].settings["dyad"]
        return (pair[0], pair[1]) if pair else None

    @property
    def files(self) -> list[Summary]:
        """What became of each archive that counts, by name."""
        return [one.summary for one in self.parts]


def opened(folder: str | os.PathLike[str]) -> Scan:
    """Return what a folder made by `scan` holds.

    Raises
    ------
    OptionError
        When it is none.
    FeedError
        When a scan into it is under way or was stopped, or a file of it is damaged.
    """
    place = Path(folder)
    marks = sorted(place.glob("_scanning-*.json")) if place.is_dir() else []
    if marks:
        count = sum(len(planned(one)) for one in marks)
        raise FeedError(
            f"{place.name}: a scan of {count:,} files into it is under way, or was stopped. Wait for it, or run it "
            "again."
        )
    parts = parts_of(place) if place.is_dir() else []
    if not parts:
        raise OptionError("feed", "path", "a folder made by a scan", place, "Make one with `workbook feed scan`.")
    broken = [one for one in place.glob("*.parquet") if one.name not in {part.file.name for part in parts}]
    if broken:
        raise FeedError(f"{place.name}: {broken[0].name} is damaged or no part of a scan. Delete it and scan again.")
    return held_in(place, parts)


def is_scan(path: Path) -> bool:
    """Tell whether a path is a folder made by `scan`."""
    return path.is_dir() and (
        any(path.glob("_scanning-*.json")) or any(part_of(file) is not None for file in path.glob("*.parquet"))
    )


def parts_of(folder: Path) -> list[Part]:
    """Return the sound parts of a folder, by the name of their archive."""
    found = [one for file in folder.glob("*.parquet") if (one := part_of(file)) is not None] if folder.is_dir() else []
    return sorted(found, key=lambda one: (one.summary.file, one.summary.path, one.content))


def held_in(folder: Path, parts: list[Part]) -> Scan:
    """Tell the parts that count from those whose text another one has already brought."""
    counted: dict[str, Part] = {}
    twins = []
    for part in parts:
        key = part.summary.text if part.summary.lines and part.summary.text else f"file {part.file.name}"
        (twins.append(part) if key in counted else counted.setdefault(key, part))
    places = Counter(part.summary.path for part in parts)
    if any(count > 1 for count in places.values()):
        raise FeedError(f"{folder.name}: an archive that has changed is being replaced. Run the scan again.")
    return Scan(folder, list(counted.values()), twins)


def part_of(file: Path) -> Part | None:
    """Return a part, or None where the file is damaged or no part of a scan."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        meta = parquet.read_metadata(file)
        given = json.loads((meta.metadata or {})[SCAN_KEY])
        summary = Summary(**given["summary"])
        if meta.num_rows != summary.rows:
            return None
        faults = [LineFault(*one) for one in given["faults"]]
        return Part(file, given["settings"], summary, given["content"], faults)
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        return None


def planned(mark: Path) -> list[str]:
    """Return the archives that a run has announced."""
    try:
        return list(json.loads(mark.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        # Cut off while it was written: its run had not begun.
        return []


def export(folder: str | os.PathLike[str], out: str | os.PathLike[str]) -> list[Path]:
    """Write a scan as one file, in the order of archives and lines, and its faults beside it if there are any.

    Parameters
    ----------
    folder : path
        As made by `scan`.
    out : path
        A file that ends in `.parquet` or `.csv`.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OptionError
        When `out` has another ending, or `folder` is no scan.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow
    from pyarrow import parquet

    target, held = Path(out), opened(folder)
    columns = tuple(held.parts[0].settings["columns"])
    if target.suffix.lower() not in (".parquet", ".csv"):
        raise OptionError("export", "out", "a name that ends in .parquet or .csv", target.name)
    with replacing(target) as temporary:
        form = schema(columns)
        made = (
            parquet.ParquetWriter(temporary, form, compression="zstd")
            if target.suffix.lower() == ".parquet"
            else arrow.CSVWriter(temporary, form)
        )
        with made as writer:
            waiting: list[pa.Table] = []
            for part in held.parts:
                with parquet.ParquetFile(part.file) as file:
                    for batch in file.iter_batches(batch_size=ROWS):
                        waiting.append(pa.Table.from_batches([batch]))
                        if sum(map(len, waiting)) >= ROWS:
                            writer.write_table(pa.concat_tables(waiting).cast(form))
                            waiting = []
            if waiting:
                writer.write_table(pa.concat_tables(waiting).cast(form))
    faults = [fault for part in held.parts for fault in part.faults]
    if not faults:
        return [target]
    beside = target.with_name(f"{target.name}.faults.csv")
    with replacing(beside) as temporary, temporary.open("w", encoding="utf-8", newline="") as text:
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(vars(fault).values() for fault in faults)
    return [target, beside]


def content_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def digest(data: bytes) -> str:
    """Return the hash of some bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
