"""Files of a record to tables of text, with nothing guessed.

pandas reads a damaged CSV kindly: it shifts long rows, renames repeated heads, turns `010` into 10. Here the file is
read strictly instead and every oddity is a fault with its line. What a spreadsheet writes without harm (a byte-order
mark, CRLF line ends) is accepted.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from analysis.errors import Fault, nearest
from analysis.record.schema import TableSchema

MAX_LENGTH = 2000

Read = tuple[pd.DataFrame, list[int], list[Fault]]


def read_table(path: Path, schema: TableSchema) -> Read:
    """Read one file as text.

    Returns
    -------
    tuple of DataFrame, list of int and list of Fault
        The rows (text columns in the schema's order, optional ones filled in as missing), the file's line of each row,
        and the faults. With a fault that makes the whole file unreadable the table is empty; so it is, without a
        fault, when the table is optional and has no file.
    """
    names = [column.name for column in schema.columns]
    empty = pd.DataFrame(columns=names, dtype="str")
    # An undo leaves a file that was not there before without a byte.
    if schema.optional and not (path.is_file() and path.stat().st_size):
        return empty, [], []
    if not path.is_file():
        return (
            empty,
            [],
            [Fault(schema.file, "", "there", "missing", f"Add {schema.file} with the columns of the data dictionary.")],
        )
    text, fault = _decode(path.read_bytes(), schema.file)
    if fault is not None:
        return empty, [], [fault]
    fault = _foreign(text, schema.file)
    if fault is not None:
        return empty, [], [fault]
    rows, lines, faults = _rows(text, schema.file)
    if not rows:
        return empty, [], faults or [Fault(schema.file, "", "a table with a line of column names", "empty")]
    header, body = rows[0], rows[1:]
    faults += _header_faults(header, schema)
    faults += _length_faults(body, lines[1:], header, schema)
    if len(set(header)) < len(header):
        return empty, [], faults
    frame = pd.DataFrame(body, columns=header, dtype="str").replace("", None)
    frame = frame.reindex(columns=names).astype("str")
    missing = set(names) - set(header)
    if any(not schema.column(name).optional for name in missing):
        return empty, [], faults
    return frame, lines[1:], faults


def _decode(data: bytes, file: str) -> tuple[str, Fault | None]:
    if not data.strip():
        return "", Fault(
            file,
            "",
            "a table with a line of column names",
            "empty",
            "Put the columns of the data dictionary in its first line.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        got = data[error.start : error.start + 1].hex()
        return "", Fault(
            f"{file}, line {line}", "", "UTF-8 text", f"byte 0x{got}", "Save it as UTF-8 (in Excel: CSV UTF-8)."
        )
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return "", Fault(f"{file}, line {line}", "", "text", "a NUL character", "Save it as CSV UTF-8.")
    return text, None


def _foreign(text: str, file: str) -> Fault | None:
    """Return what makes the whole file something else than a table of the record, said once and not for each row."""
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ")):
            hint = (
                "Two versions of the table met there; keep one of them, delete the three marked lines, and check again."
            )
            return Fault(f"{file}, line {number}", "", "a row of the table", "a merge conflict of git", hint)
    if "," not in lines[0] and lines[0].count(";") > 1:
        hint = "Save it as CSV UTF-8 with commas, or bring it in with `workbook import`, which reads semicolons."
        return Fault(f"{file}, line 1", "", "column names with commas between them", "semicolons", hint)
    return None


def _rows(text: str, file: str) -> tuple[list[list[str]], list[int], list[Fault]]:
    rows: list[list[str]] = []
    lines: list[int] = []
    faults: list[Fault] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            if row:
                if rows and len(row) != len(rows[0]):
                    hint = "Put a cell that holds a comma in double quotes." if len(row) > len(rows[0]) else ""
                    faults.append(
                        Fault(f"{file}, line {line}", "", f"a row of {len(rows[0])} cells", f"{len(row)} cells", hint)
                    )
                else:
                    rows.append(row)
                    lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(Fault(f"{file}, line {line}", "", "a CSV row with closed quotes", str(error)))
    return rows, lines, faults


def _header_faults(header: list[str], schema: TableSchema) -> list[Fault]:
    known = [column.name for column in schema.columns]
    place = f"{schema.file}, line 1"
    faults = [
        Fault(place, name, "there once", "a repeated column", "Delete one of them.")
        for name in dict.fromkeys(name for name in header if header.count(name) > 1)
    ]
    faults += [
        Fault(
            place, name, "a column of the data dictionary", name, nearest(name, known) or f"It has {', '.join(known)}."
        )
        for name in dict.fromkeys(header)
        if name not in known
    ]
    faults += [
        Fault(
            place,
            column.name,
            "a column of the table",
            "missing",
            f"It holds {column.meaning[0].lower()}{column.meaning[1:]}",
        )
        for column in schema.columns
        if column.name not in header and not column.optional
    ]
    return faults


def _length_faults(body: list[list[str]], lines: list[int], header: list[str], schema: TableSchema) -> list[Fault]:
    return [
        Fault(
            f"{schema.file}, line {line}",
            name,
            f"at most {MAX_LENGTH} characters long",
            f"{len(cell)} characters",
            "Shorten it; texts of sources stay out of the record.",
        )
        for row, line in zip(body, lines, strict=True)
        for name, cell in zip(header, row, strict=True)
        if len(cell) > MAX_LENGTH
    ]
