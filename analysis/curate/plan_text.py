"""A plan of an import in words, and its refused rows and new persons as sheets to mend and fill in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from analysis.atomic import write_document
from analysis.curate.form_hints import event_words
from analysis.curate.importing import Plan
from analysis.curate.merging import ACTIONS, Change
from analysis.curate.people import new_actors
from analysis.curate.table_format import Row, read_texts, rows_of

# So many rows may have the same fault before it is told once for all of them.
_FOLDED = 5


def shown(planned: Plan) -> str:
    """Return a plan as text: for each table what becomes of its rows, then what else is to be known."""
    lines = []
    events = {row["event_id"]: row for row in planned.tables.get("events", [])}
    changes = [*planned.changes, *planned.skipped]
    for table in dict.fromkeys(change.table for change in changes):
        own = [change for change in changes if change.table == table]
        lines.append(f"{table}: {', '.join(f'{_count(own, action)} {action}' for action in ACTIONS)}")
        folded = _folded(own)
        for change in own:
            reasons = [reason for reason in change.reasons if _like(reason, change.place) not in folded]
            if change.action == "unchanged" or (change.action == "refused" and change.reasons and not reasons):
                continue
            lines.append(f"  {change.action} {change.key}")
            if table == "events" and change.key in events:
                lines.append(f"    {event_words(events[change.key])}")
            if change.action == "changed":
                lines += [f"    {name}: {old!r} -> {text!r}" for name, (old, text) in change.cells.items()]
            lines += [f"    {reason}" for reason in reasons]
        lines += [f"  refused {len(places)} rows ({_run(places)}): {like}" for like, places in folded.items()]
    lines += [f"The record would be at fault: {words}" for words in planned.others]
    lines += [f"Note: {note}" for note in planned.notes]
    if planned.skipped:
        lines.append(f"{len(planned.skipped)} refused rows were left out.")
    return "".join(f"{line}\n" for line in lines)


def _count(changes: Sequence[Change], action: str) -> int:
    return sum(change.action == action for change in changes)


def _like(reason: str, place: str) -> str:
    """Return a reason without its place, by which like faults are known."""
    return re.sub(r"^[:\s]+", "", reason.replace(place, "", 1))


def _folded(changes: Sequence[Change]) -> dict[str, list[str]]:
    """Return the reasons that many rows share, with the places of those rows."""
    held: dict[str, list[str]] = {}
    for change in changes:
        for reason in change.reasons:
            held.setdefault(_like(reason, change.place), []).append(change.place)
    return {reason: places for reason, places in held.items() if len(places) > _FOLDED}


def _run(places: Sequence[str]) -> str:
    first, last = places[0], places[-1]
    return f"{first} to {last.rpartition(', ')[2]}"


def refused_rows(planned: Plan) -> list[Row]:
    """Return the refused rows as their files have them, each with its place and its reasons."""
    refused = [*planned.skipped, *(change for change in planned.changes if change.action == "refused")]
    return [{**change.given, "place": change.place, "reason": " ".join(change.reasons)} for change in refused]


def people_rows(planned: Plan) -> list[Row]:
    """Return a row of `actors.csv` for each person whom the events name and the record does not hold."""
    changes = [*planned.changes, *planned.skipped]
    actors = planned.tables.get("actors") or rows_of(read_texts(planned.folder)["actors"])
    return new_actors([change.given for change in changes if change.table == "events"], actors)


def write_rows(file: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV, with every column that one of them has."""
    buffer = io.StringIO(newline="")
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(buffer, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_document(file, buffer.getvalue().encode("utf-8"))
