"""A record of the first edition made one of the second: columns and optional tables that it lacks are added, empty.

No cell changes, so the rows say what they said. The tables are written through `saving`, whole or not at all and with
an undo; the Data Package descriptor is made anew from the columns.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from analysis.atomic import write_whole
from analysis.curate.dictionary import datapackage
from analysis.curate.saving import save
from analysis.curate.table_format import read_texts, rows_of
from analysis.errors import RecordError
from analysis.record.relationship import read
from analysis.record.tables import TABLES

_DESCRIPTOR = "datapackage.json"


def plan(folder: Path) -> list[str]:
    """Return what `apply` would do, a line each; empty when the record has all there is.

    Raises
    ------
    RecordError
        When the record breaks a rule; it is mended first, then brought to this edition.
    """
    faults = read(folder)[1]
    if faults:
        raise RecordError(faults, record=folder.name)
    lines = []
    for schema in TABLES:
        file = folder / schema.file
        if not file.is_file():
            lines.append(f"{schema.file}: add the table, without rows ({schema.row}).")
            continue
        with file.open(encoding="utf-8-sig", newline="") as handle:
            header = next(csv.reader(handle))
        missing = [column.name for column in schema.columns if column.name not in header]
        if missing:
            lines.append(f"{schema.file}: add the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.")
    if _descriptor(folder) is not None:
        lines.append(f"{_DESCRIPTOR}: describe the tables anew.")
    return lines


def apply(folder: Path) -> list[str]:
    """Bring a record to this edition and return the files that differ; refused as by `plan`."""
    wanted = plan(folder)
    if not wanted:
        return []
    tables = {name: rows_of(table) for name, table in read_texts(folder).items()}
    written = save(folder, tables)
    fresh = _descriptor(folder)
    if fresh is not None:
        write_whole(folder / _DESCRIPTOR, fresh)
        written.append(_DESCRIPTOR)
    return sorted(written)


def _descriptor(folder: Path) -> bytes | None:
    """Return the folder's descriptor as it is to be; None where there is none or it is so already."""
    file = folder / _DESCRIPTOR
    if not file.is_file():
        return None
    try:
        now = json.loads(file.read_text(encoding="utf-8"))
        own = (now["name"], now["title"], now["description"])
    except (ValueError, KeyError, TypeError):
        return None
    fresh = datapackage(*own)
    return None if now == fresh else (json.dumps(fresh, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
