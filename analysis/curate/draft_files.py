"""Drafts as a workbook to review, and the index of what stands around their phrases; both beside the local copy.

The workbook has a sheet a table, ready for `workbook import`. A row enters the record when somebody has put a name into
`reviewed_by`; the note of the row then says who drafted it and that codes were shown with it. What stands before and
after a phrase is text of the article: it is kept in the index beside the copy, and never in the record.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

from analysis.atomic import write_document
from analysis.curate.drafting import DRAFT_COLUMNS, Drafts
from analysis.curate.spreadsheets import CITING
from analysis.curate.table_format import Row
from analysis.record.tables import BY_NAME

_NOT_DRAFTED = {"events": "event_id", "forecasts": "forecast_id"}


def write(drafts: Drafts, file: Path) -> list[Path]:
    """Write the workbook and, beside it, the index; return both."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    index = []
    for table, rows in drafts.rows.items():
        page = book.create_sheet(table)
        names = columns(table)
        page.append(names)
        page.freeze_panes = "A2"
        for row in rows:
            page.append([row.get(name, "") or None for name in names])
            index.append({name: row.get(name, "") for name in ("locator", "cited_phrase", "before", "after")})
        for cells in page.iter_rows():
            for cell in cells:
                cell.number_format = "@"
                cell.data_type = "s" if cell.value else cell.data_type
    buffer = io.BytesIO()
    book.save(buffer)
    write_document(file, buffer.getvalue())
    beside = file.with_suffix(".index.json")
    write_document(beside, json.dumps(index, ensure_ascii=False, indent=1).encode("utf-8"))
    return [file, beside]


def columns(table: str) -> list[str]:
    """Return the columns of a draft sheet: who drafted and reviewed, the record's own, those of the citation."""
    own = [column.name for column in BY_NAME[table].columns if column.name != _NOT_DRAFTED.get(table)]
    draft = ["drafted_by", "reviewed_by", *(["candidates"] if table == "events" else [])]
    return [*draft, *own, *CITING]


def reviewed(table: str, rows: Sequence[Row]) -> tuple[list[Row], dict[int, list[str]]]:
    """Return drafted rows as the record takes them, and why some are refused, by their number.

    A row with `drafted_by` is taken when `reviewed_by` names who has read it.
    """
    taken, refused = [], {}
    for number, row in enumerate(rows):
        plain = {name: text for name, text in row.items() if name not in DRAFT_COLUMNS}
        if row.get("drafted_by"):
            if not row.get("reviewed_by"):
                refused[number] = [
                    "`reviewed_by` must be who has read this draft against its source, not ''. "
                    "Leave the row out (--skip-refused) until somebody has."
                ]
            said = f"Drafted by {row['drafted_by']}, reviewed by {row.get('reviewed_by', '')}"
            said += "; codes were shown before." if table == "events" else "."
            if "notes" in [column.name for column in BY_NAME[table].columns]:
                plain["notes"] = f"{plain.get('notes', '')} {said}".strip()
        taken.append(plain)
    return taken, refused
