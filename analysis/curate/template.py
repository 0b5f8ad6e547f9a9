"""An Excel sheet that is ready to be filled in and imported: lists to choose from, and cells that keep what is typed.

Every cell is text, so that `057` stays a code and `2014-03` a month. A second sheet says what each column holds.
"""

from __future__ import annotations

import io
from pathlib import Path

from analysis.atomic import write_document
from analysis.curate.spreadsheets import CITABLE, CITING
from analysis.curate.table_format import read_texts
from analysis.errors import OptionError, nearest, one_of
from analysis.record.tables import BY_NAME

_ROWS = 500


def write(file: Path, table: str, folder: Path) -> str:
    """Write a template for a table of a record and say what was made.

    Parameters
    ----------
    file : Path
        The workbook (`.xlsx`); one that is there already is not replaced.
    table : str
        Table of the dictionary.
    folder : Path
        The record, whose actors and sources are offered.

    Raises
    ------
    OptionError
        When the table does not exist, or the file does or is of another kind.
    """
    import openpyxl
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    if table not in BY_NAME:
        raise OptionError("template", "table", one_of(list(BY_NAME)), table, nearest(table, BY_NAME))
    if file.suffix.lower() != ".xlsx":
        raise OptionError("template", "file", "an Excel workbook (.xlsx)", file.name)
    if file.exists():
        raise OptionError("template", "file", "a file that is not there yet", str(file), "Choose another name.")
    schema = BY_NAME[table]
    columns = {column.name: column.meaning for column in schema.columns}
    # Ids are made on the way in where a table can do without them.
    if table in {"events", "assessments", "forecasts", "sources"}:
        del columns[schema.key[0]]
    if table in CITABLE:
        columns |= {column: f"Of its citation: {target}." for column, target in CITING.items()}
        columns["source_id"] = "The source that bears it out: its id, address or DOI."
    texts = read_texts(folder)
    lists = {column.name: list(column.allowed) for column in schema.columns if column.allowed}
    lists |= {
        column.name: texts["actors"]["actor_id"].tolist()
        for column in schema.columns
        if column.refers == "actors.actor_id" and column.name != "persons"
    }
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    page, choices, meaning = (book.create_sheet(name) for name in (table, "lists", "columns"))
    page.append(list(columns))
    page.freeze_panes = "A2"
    for number, name in enumerate(columns, start=1):
        letter = get_column_letter(number)
        page[f"{letter}1"].font = Font(bold=True)
        page.column_dimensions[letter].width = 24
        for row in range(2, _ROWS + 2):
            page[f"{letter}{row}"].number_format = "@"
        if name in lists:
            place = get_column_letter(choices.max_column + (choices.max_row > 1 or bool(choices["A1"].value)))
            for row, value in enumerate([name, *lists[name]], start=1):
                choices[f"{place}{row}"] = value
            rule = DataValidation(
                "list", formula1=f"lists!${place}$2:${place}${len(lists[name]) + 1}", allow_blank=True
            )
            page.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}{_ROWS + 1}")
    for described in [("column", "what it holds"), *columns.items()]:
        meaning.append(described)
    meaning.column_dimensions["B"].width = 110
    buffer = io.BytesIO()
    book.save(buffer)
    write_document(file, buffer.getvalue())
    return f"Written to {file}: {len(columns)} columns for {table}. Fill it in, then: workbook import {table} {file}"
