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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.curate.encodings import decoded
from analysis.curate.table_format import Row
from analysis.errors import Fault, OptionError, RecordError, nearest, one_of
from analysis.record.pages import address
from analysis.record.schema import TableSchema

# Columns that a spreadsheet of a citable table may carry as well: each row then brings its own citation.
CITING = {"source_id": "source_id", "locator": "locator", "supports": "supports", "cited_phrase": "key_phrase"}
# Columns of a sheet of drafts.
DRAFTED = ("drafted_by", "reviewed_by", "candidates")
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
    refs : dict of str to str
        Ids of sources by what else the file calls them by, such as a key in a bibliography.
    """

    table: str
    rows: list[Row]
    places: list[str]
    refused: dict[int, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)

    def without(self, places: set[str]) -> Incoming:
        """Return the rows that stand at none of these places."""
        kept = [number for number, place in enumerate(self.places) if place not in places]
        refused = {at: self.refused[number] for at, number in enumerate(kept) if number in self.refused}
        rows, places_kept = [self.rows[number] for number in kept], [self.places[number] for number in kept]
        return Incoming(self.table, rows, places_kept, refused, self.notes, self.refs)


@dataclass(frozen=True)
class Reading:
    """How a spreadsheet is read: its sheet, the columns to rename and those to leave out."""

    sheet: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    ignored: Sequence[str] = ()


def read(path: Path, schema: TableSchema, how: Reading | None = None) -> Incoming:
    """Read a spreadsheet whose columns are those of a table of the dictionary, some of them or all.

    Parameters
    ----------
    path : Path
        A `.csv` (or text with semicolons or tabs) or `.xlsx` file.
    schema : TableSchema
        The table that its rows are for.
    how : Reading, optional
        Sheet, renamed and ignored columns.

    Raises
    ------
    OptionError
        When the file is missing or of another kind, or has no such sheet.
    RecordError
        When a column is not in the dictionary, or no key column is there.
    """
    if not path.is_file():
        raise OptionError(str(path), "", "a file", "missing")
    how = how or Reading()
    excel = path.suffix.lower() in {".xlsx", ".xlsm"}
    cells, notes = _excel(path, how.sheet or schema.name, bool(how.sheet)) if excel else _text(path)
    at = _header_at(cells, schema, how)
    if at:
        notes.append(f"{path.name}: the names of columns stand in row {cells[at][0]}; what is above them was left out.")
    header, *body = cells[at:] or [(1, [])]
    names = [_name(_clean(str(name or "")), schema, how) for name in header[1]]
    while names and not names[-1]:
        names.pop()
    left_out = [number for number, name in enumerate(names) if name in how.ignored]
    _check_header(f"{path.name}, row {header[0]}", [name for name in names if name not in how.ignored], schema, notes)
    rows: list[Row] = []
    places: list[str] = []
    refused: dict[int, list[str]] = {}
    for line, values in body:
        row: Row = {}
        faults = []
        for number, (name, value) in enumerate(zip(names, values, strict=False)):
            if number in left_out:
                continue
            row[name], fault = _cell(value, name)
            faults += [str(Fault(f"{path.name}, row {line}", name, *fault))] if fault else []
        if any(_clean(str(one)) for one in values[len(names) :] if one is not None):
            faults.append(f"{path.name}, row {line}: it must be a row of {len(names)} cells, not more.")
        if any(row.values()):
            if faults:
                refused[len(rows)] = faults
            rows.append({name: row.get(name, "") for name in names if name not in how.ignored})
            places.append(f"{path.name}, row {line}")
    return Incoming(schema.name, rows, places, refused, notes)


def _known(schema: TableSchema) -> list[str]:
    return [column.name for column in schema.columns] + ([*CITING, *DRAFTED] if schema.name in CITABLE else [])


def _name(name: str, schema: TableSchema, how: Reading) -> str:
    """Return the column that a heading means: as `--map` says, or the one that differs in capitals and blanks only."""
    if name in how.renamed:
        return how.renamed[name]
    plain = re.sub(r"[\s-]+", "_", name.casefold())
    return plain if plain in _known(schema) and name not in how.ignored else name


def _header_at(cells: list[tuple[int, list[Any]]], schema: TableSchema, how: Reading) -> int:
    """Return which of the first rows holds the names of columns; the first where none does."""
    known = set(_known(schema))
    for number, (_, values) in enumerate(cells[:10]):
        filled = [_clean(str(value)) for value in values if value is not None and _clean(str(value))]
        hits = sum(_name(value, schema, how) in known for value in filled)
        if hits and hits >= len(filled) / 2:
            return number
    return 0


def _check_header(place: str, names: list[str], schema: TableSchema, notes: list[str]) -> None:
    known = _known(schema)
    strange = [name for name in dict.fromkeys(names) if name not in known]
    way = '--map "THIS=column" says which column it is, --ignore "THIS" leaves it out.'
    faults = [
        Fault(place, name, f"a column of {schema.name}", name, nearest(name, known) or way.replace("THIS", name))
        for name in strange
    ]
    faults += [
        Fault(place, name, "there once", "a repeated column", "Delete one of them.")
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    if not set(names) & set(known):
        hint = " ".join([f"It has {', '.join(known)}.", *notes])
        faults = [Fault(place, "", f"the names of columns of {schema.name}", ", ".join(names), hint)]
    if faults:
        raise RecordError(faults, record=place.partition(",")[0])


def _text(path: Path) -> tuple[list[tuple[int, list[Any]]], list[str]]:
    text, said = decoded(path.read_bytes(), path.name)
    head, _, rest = text.partition("\n")
    declared = re.fullmatch(r"sep=(.)\s*", head)
    delimiter = declared.group(1) if declared else max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(rest if declared else text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[Any]]] = []
    above = 1 if declared else 0
    line = 1 + above
    try:
        for row in reader:
            if row:
                rows.append((line, list(row)))
            line = reader.line_num + 1 + above
    except csv.Error as error:
        raise OptionError(f"{path.name}, row {line}", "", "a CSV row with closed quotes", error) from None
    return rows, [said] if said else []


def _excel(path: Path, wanted: str, named: bool) -> tuple[list[tuple[int, list[Any]]], list[str]]:
    import zipfile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        notes = _remarks(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise OptionError(path.name, "", "an Excel workbook", type(error).__name__) from None
    try:
        names = book.sheetnames
        found = next((one for one in names if one.casefold() == wanted.casefold()), "")
        if named and not found:
            raise OptionError(path.name, "sheet", one_of(names), wanted, nearest(wanted, names))
        if not found and len(names) > 1:
            notes.append(f"{path.name}: its first sheet, {names[0]!r}, was read; --sheet names another of {names}.")
        sheet = book[found] if found else book.worksheets[0]
        rows = [
            (number, [_typed(cell) for cell in row])
            for number, row in enumerate(sheet.iter_rows(), start=1)
            if any(cell.value is not None for cell in row)
        ]
        return rows, notes
    finally:
        book.close()


def _remarks(path: Path) -> list[str]:
    """Say what a workbook shows and does not hold: cells merged with others, formulas that nothing has computed."""
    import zipfile

    notes = []
    with zipfile.ZipFile(path) as archive:
        pages = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
    if b"<mergeCell " in pages:
        notes.append(f"{path.name} has merged cells, of which only the first holds its value; unmerge and fill them.")
    if re.search(rb"</f>(?:<v ?/>|<v></v>)?</c>", pages):
        notes.append(
            f"{path.name} has formulas that no program has computed; open and save it in a spreadsheet program."
        )
    return notes


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
    if column == "persons":
        return ";".join(filter(None, (part.strip() for part in text.split(";")))), None
    return (text.lower() if column == "outcome" else text), None


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\u00a0", " ").strip()
