"""The form in which tables of a record are written, and the record read as plain text.

A record is kept in a version control system and looked at as text, so there is one form and no other: UTF-8, commas,
`\\n`, quotes only where needed, the dictionary's columns in their order, rows sorted by key. Two people who enter the
same facts get the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import Fault, RecordError
from analysis.record.reading import read_table
from analysis.record.schema import TableSchema
from analysis.record.tables import TABLES

Row = dict[str, str]


def read_texts(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of a folder as text, without asking whether they are valid together.

    Returns
    -------
    dict of str to DataFrame
        Table by name; text columns of the dictionary in its order, missing where a cell is empty.

    Raises
    ------
    RecordError
        When a file is missing or is no table of the dictionary.
    """
    tables, faults = {}, []
    for schema in TABLES:
        tables[schema.name], _, found = read_table(folder / schema.file, schema)
        faults += found
    if faults:
        raise RecordError(faults, record=folder.name)
    return tables


def rows_of(table: pd.DataFrame) -> list[Row]:
    """Return a table of texts as dictionaries, empty text where a cell is missing."""
    return [dict(zip(table.columns, row, strict=True)) for row in table.fillna("").itertuples(index=False)]


def key_of(row: Mapping[str, str], schema: TableSchema) -> tuple[str, ...]:
    """Return a row's key as texts."""
    return tuple(row.get(name, "") for name in schema.key)


def in_order(rows: Sequence[Row], schema: TableSchema) -> list[Row]:
    """Return rows sorted by key, as text and character by character."""
    return sorted(rows, key=lambda row: key_of(row, schema))


def encode(rows: Sequence[Row], schema: TableSchema) -> tuple[bytes, list[int]]:
    """Return a file's bytes in the house form, and the line on which each row (in sorted order) begins."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, [column.name for column in schema.columns], restval="", lineterminator="\n")
    writer.writeheader()
    lines = []
    line = 2
    written = buffer.tell()
    for row in in_order(rows, schema):
        lines.append(line)
        writer.writerow(row)
        line += buffer.getvalue()[written:].count("\n") if any("\n" in cell for cell in row.values()) else 1
        written = buffer.tell()
    return buffer.getvalue().encode("utf-8"), lines


def fault_place(fault: Fault) -> tuple[str, int] | None:
    """Return file and line of a fault that `analysis.record.relationship.read` found, or None where it has no line."""
    file, comma, line = fault.where.rpartition(", line ")
    return (file, int(line)) if comma and line.isdigit() else None
