"""What files would change in a record, and the change itself.

`plan` sets the files' rows beside the record's by their keys and says of each row whether it is added, changed,
unchanged or refused, and why. Cells of columns that a file does not have are kept; rows that no file names are never
touched. The record as it would be is checked as a whole, so a refusal names the row that causes it. Several files make
one plan, since an event and its citation are only valid together; a spreadsheet of events may also carry the citation
in the same row (`source_id`, `locator`, `supports`, `cited_phrase`), and name its source by id, address, DOI or key in
a bibliography that is imported along. `Plan.apply` writes all of it or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from analysis.curate import bibliography, draft_files, people, spreadsheets
from analysis.curate.bib_dates import edtf
from analysis.curate.merging import Action, Change, merge, with_citations
from analysis.curate.saving import fingerprint, recover, save, staged_faults
from analysis.curate.spreadsheets import Incoming, Reading
from analysis.curate.table_format import Row, encode, fault_place, in_order, key_of, read_texts, rows_of
from analysis.errors import OptionError, nearest, one_of
from analysis.record import remarks
from analysis.record.check import TWIN
from analysis.record.dates import FORMS
from analysis.record.tables import BY_NAME

_READ = ["event_id", "form", "cameo"]


@dataclass(frozen=True)
class Plan:
    """A change of a record that has not been made.

    Parameters
    ----------
    folder : Path
        The record.
    since : str
        Fingerprint of the record that was planned on.
    changes : list of Change
        One per row of the files, in the files' order.
    others : list of str
        What would be wrong in rows that no file names.
    notes : list of str
        Whatever a reader should know about the files.
    tables : dict of str to list of rows
        The tables as they would be; only those that change.
    skipped : list of Change
        Refused rows that were left out.
    """

    folder: Path
    since: str
    changes: list[Change]
    others: list[str]
    notes: list[str]
    tables: dict[str, list[Row]]
    skipped: list[Change] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether no row is refused and the record would be valid."""
        return not self.others and all(change.action != "refused" for change in self.changes)

    def count(self, table: str, action: Action) -> int:
        """Count the rows of a table that have this fate."""
        return sum(change.table == table and change.action == action for change in self.changes)

    def apply(self) -> list[str]:
        """Write the change and return the files that differ.

        Raises
        ------
        RecordError
            When a row is refused, or the record would not be valid; nothing has changed.
        OptionError
            When the record is no longer the one that was planned on, or cannot be written.
        """
        if not self.sound:
            raise OptionError(
                self.folder.name, "apply", "called on a plan without refused rows", "refused rows", "See the plan."
            )
        return save(self.folder, self.tables, since=self.since)


def plan(
    folder: Path, files: Sequence[tuple[str, Path]], *, skip_refused: bool = False, reading: Reading | None = None
) -> Plan:
    """Say what files would change in a record; nothing is written.

    Parameters
    ----------
    folder : Path
        The record.
    files : sequence of (table, path)
        Spreadsheets with the dictionary's columns (`.csv`, `.xlsx`), and bibliographies (`.json`, `.bib`, `.ris`) for
        the table `sources`.
    skip_refused : bool, optional
        Leave refused rows out, and what cannot stand without them, and plan the rest.
    reading : Reading, optional
        Sheet, renamed and ignored columns of the spreadsheets.

    Raises
    ------
    OptionError
        When a table or file does not exist or cannot be read.
    RecordError
        When a file has columns that the dictionary does not.
    """
    recover(folder)
    since = fingerprint(folder)
    record = {name: rows_of(table) for name, table in read_texts(folder).items()}
    incoming = _read(files, record, reading)
    skipped: list[Change] = []
    while True:
        planned = _planned(folder, since, record, incoming)
        refused = [change for change in planned.changes if change.action == "refused"]
        if not (skip_refused and refused):
            return replace(planned, skipped=skipped)
        # A row goes with the citations that it brings.
        skipped += refused
        gone = {change.place for change in refused}
        incoming = [one.without(gone) for one in incoming]


def _read(files: Sequence[tuple[str, Path]], record: dict[str, list[Row]], reading: Reading | None) -> list[Incoming]:
    incoming: list[Incoming] = []
    for table, path in files:
        if table not in BY_NAME:
            raise OptionError("import", "table", one_of(list(BY_NAME)), table, nearest(table, BY_NAME))
        if table == "sources" and bibliography.is_bibliography(path):
            seen = [row for one in incoming if one.table == "sources" for row in one.rows if "entry" not in row]
            incoming.append(bibliography.read(path, [*record["sources"], *seen]))
        else:
            incoming += with_citations(_reviewed(spreadsheets.read(path, BY_NAME[table], reading)))
    actors = [*record["actors"], *(row for one in incoming if one.table == "actors" for row in one.rows)]
    return [people.with_ids(one, actors) for one in incoming]


def _reviewed(one: Incoming) -> Incoming:
    """Return rows without the columns of a draft; one that nobody has reviewed is refused."""
    rows, unread = draft_files.reviewed(one.table, one.rows)
    for number, reasons in unread.items():
        words = [f"{one.places[number]}: {reason}" for reason in reasons]
        one.refused[number] = [*one.refused.get(number, []), *words]
    return replace(one, rows=rows)


def plan_rows(folder: Path, incoming: list[Incoming]) -> Plan:
    """Say what rows that come from elsewhere than a file would change in a record; nothing is written."""
    recover(folder)
    record = {name: rows_of(table) for name, table in read_texts(folder).items()}
    return _planned(folder, fingerprint(folder), record, incoming)


def _planned(folder: Path, since: str, record: dict[str, list[Row]], incoming: list[Incoming]) -> Plan:
    # Ids are made once all rows are read: citations follow the sources and the rows that they name.
    merged = {name: {key_of(row, BY_NAME[name]): row for row in rows} for name, rows in record.items()}
    refs = {key: source for one in incoming for key, source in one.refs.items()}
    made: dict[str, str] = {}
    late = {"assessments": 1, "forecasts": 2, "citations": 3}
    order = sorted(range(len(incoming)), key=lambda number: late.get(incoming[number].table, 0))
    by_file = {number: merge(incoming[number], merged, record, refs=refs, made=made) for number in order}
    changes = [change for number in range(len(incoming)) for change in by_file[number]]
    tables = {name: in_order(list(merged[name].values()), BY_NAME[name]) for name in {one.table for one in incoming}}
    refused, others = _faults(folder, tables, changes)
    judged = [_judged(change, refused.get(number, [])) for number, change in enumerate(changes)]
    notes = [note for one in incoming for note in one.notes]
    fresh = sum(
        change.table == "sources" and change.action == "added" and not change.given.get("reliability")
        for change in judged
    )
    if fresh:
        notes.append(
            f"New sources without a grade: {fresh}; they have reliability F (cannot be judged) until you grade them."
        )
    named = {change.key for change in judged if change.table == "events" and change.action in {"added", "changed"}}
    new = pd.DataFrame([row for row in tables.get("events", []) if row["event_id"] in named], columns=_READ)
    notes += [str(remark) for remark in remarks.forms(new)]
    return Plan(folder, since, judged, others, notes, tables)


def _faults(
    folder: Path, tables: dict[str, list[Row]], changes: list[Change]
) -> tuple[dict[int, list[str]], list[str]]:
    """Check the record as it would be; return the faults of each change by its number, and all others."""
    at: dict[tuple[str, int], list[int]] = {}
    numbers: dict[tuple[str, str], list[int]] = {}
    for number, change in enumerate(changes):
        numbers.setdefault((change.table, change.key), []).append(number)
    files = {}
    for name, rows in tables.items():
        schema = BY_NAME[name]
        files[schema.file], lines = encode(rows, schema)
        for row, line in zip(rows, lines, strict=True):
            at[(schema.file, line)] = numbers.get((name, " + ".join(key_of(row, schema))), [])
    refused: dict[int, list[str]] = {}
    others = []
    # A row that is refused for the page it shares has its reason, whichever of the two rows the check names.
    shared = any(TWIN in reason for change in changes for reason in change.reasons)
    for fault in staged_faults(folder, files):
        if shared and fault.expected == TWIN:
            continue
        where = fault_place(fault)
        owners = at.get(where, []) if where else []
        if fault.expected == FORMS and edtf(fault.got):
            fault = replace(fault, hint=f"Did you mean {edtf(fault.got)!r}?")
        for number in owners[:1]:
            refused.setdefault(number, []).append(str(fault).replace(fault.where, changes[number].place, 1))
        if not owners:
            others.append(str(fault))
    return refused, others


def _judged(change: Change, reasons: list[str]) -> Change:
    if not reasons:
        return change
    return replace(change, action="refused", reasons=(*change.reasons, *reasons))
