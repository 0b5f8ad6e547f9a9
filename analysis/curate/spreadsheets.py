"""Spreadsheets to rows of text, with nothing guessed that could be guessed wrong.

CSV (comma, semicolon or tab) and Excel workbooks are read. A spreadsheet program changes what is typed into it, and
each change it is known for is either undone without loss or refused: a day becomes a date cell (undone: ISO text, as
coarse as the cell's format shows it), `true` becomes a truth value (undone), `057` becomes the number 57 (refused for
codes, since 57 and 057 are different things; undone where the cell's format still pads it).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.curate.table_format import Row
from analysis.errors import Fault, OptionError, RecordError, nearest
from analysis.record.pages import address
from analysis.record.schema import TableSchema

# Columns that a spreadsheet of a citable table may carry as well: each row then brings its own citation.
CITING = {"source_id": "source_id", "locator": "locator", "supports": "supports", "cited_phrase": "key_phrase"}
CITABLE = {"events", "assessments", "forecasts", "indicators"}


@dataclass(frozen=True)
class Incoming:
    """Rows that are to go into one table.

    Parameters
    ----------
    table : str
        The table's name.
    rows : list of dict
        Text by column, only the columns that the file has; an empty text empties the cell.
    places : list of str
        Where each row stands in its file, as a reader would look for it.
    refused : dict of int to list of str
        Reasons for rows that cannot be taken, by their number in `rows`.
    notes : list of str
        Whatever a reader should know about the file.
    """

    table: str
    rows: list[Row]
    places: list[str]
    refused: dict[int, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(path: Path, schema: TableSchema) -> Incoming:
    """Read a spreadsheet whose columns are those of a table of the dictionary, some of them or all.

    Raises
    ------
    OptionError
        When the file is missing or of another kind.
    RecordError
        When a column is not in the dictionary, or no key column is there.
    """
    if not path.is_file():
        raise OptionError(str(path), "", "a file", "missing")
    cells = _excel(path, schema.name) if path.suffix.lower() in {".xlsx", ".xlsm"} else _text(path)
    header, *body = cells or [(0, [])]
    names = [_clean(str(name or "")) for name in header[1]]
    while names and not names[-1]:
        names.pop()
    _check_header(path.name, names, schema)
    rows: list[Row] = []
    places: list[str] = []
    refused: dict[int, list[str]] = {}
    for line, values in body:
        row: Row = {}
        faults = []
        for name, value in zip(names, values, strict=False):
            row[name], fault = _cell(value, name)
            faults += [str(Fault(f"{path.name}, row {line}", name, *fault))] if fault else []
        if any(_clean(str(one)) for one in values[len(names) :] if one is not None):
            faults.append(f"{path.name}, row {line}: it must be a row of {len(names)} cells, not more.")
        if any(row.values()):
            if faults:
                refused[len(rows)] = faults
            rows.append({name: row.get(name, "") for name in names})
            places.append(f"{path.name}, row {line}")
    return Incoming(schema.name, rows, places, refused)


def _check_header(file: str, names: list[str], schema: TableSchema) -> None:
    known = [column.name for column in schema.columns]
    citing = list(CITING) if schema.name in CITABLE else []
    faults = [
        Fault(f"{file}, row 1", name, f"a column of {schema.name}", name, nearest(name, known) or f"{_listed(known)}")
        for name in dict.fromkeys(names)
        if name not in known and name not in citing
    ]
    faults += [
        Fault(f"{file}, row 1", name, "there once", "a repeated column", "Delete one of them.")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not set(names) & set(known):
        faults = [Fault(f"{file}, row 1", "", f"the names of columns of {schema.name}", ", ".join(names))]
    if faults:
        raise RecordError(faults, record=file)


def _listed(known: Iterable[str]) -> str:
    return f"It has {', '.join(known)}."


def _text(path: Path) -> list[tuple[int, list[Any]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OptionError(
            path.name, "", "UTF-8 text", "another encoding", "Save it as UTF-8 (in Excel: CSV UTF-8)."
        ) from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[Any]]] = []
    try:
        line = 1
        for row in reader:
            if row:
                rows.append((line, list(row)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise OptionError(f"{path.name}, row {line}", "", "a CSV row with closed quotes", error) from None
    return rows


def _excel(path: Path, table: str) -> list[tuple[int, list[Any]]]:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise OptionError(path.name, "", "an Excel workbook", type(error).__name__) from None
    try:
        sheet = book[table] if table in book.sheetnames else book.worksheets[0]
        return [
            (number, [_typed(cell) for cell in row])
            for number, row in enumerate(sheet.iter_rows(), start=1)
            if any(cell.value is not None for cell in row)
        ]
    finally:
        book.close()


class _Number(str):
    """A number cell's text; kept apart from text, since a code may have lost its zeros on the way."""


def _typed(cell: Any) -> Any:
    value, shown = cell.value, str(getattr(cell, "number_format", "") or "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime | dt.date):
        letters = re.sub(r"\[[^\]]*\]|\"[^\"]*\"", "", shown.lower())
        if "d" in letters or "y" not in letters:
            return f"{value:%Y-%m-%d}"
        return f"{value:%Y-%m}" if "m" in letters else f"{value:%Y}"
    if isinstance(value, int | float):
        text = str(int(value)) if float(value).is_integer() else repr(float(value))
        return text.zfill(len(shown)) if re.fullmatch(r"0{2,}", shown) else _Number(text)
    return value


def _cell(value: Any, column: str) -> tuple[str, tuple[str, str, str] | None]:
    """Return the text of a cell, and what is wrong with it (expected, got, way out)."""
    if isinstance(value, _Number) and column == "cameo":
        return str(value), (
            "text",
            f"the number {value}",
            "Format the column as text and type the code with its zeros.",
        )
    text = _clean("" if value is None else str(value))
    if column == "url":
        return address(text), None
    return (text.lower() if column == "outcome" else text), None


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\u00a0", " ").strip()
