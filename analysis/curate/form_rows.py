"""From what was entered to rows of the record, and through the same plan as an import into its files.

An entry is one article and one fact from it: an event, or an assessment that may hold a forecast. `rows` gives it ids
that are free and the citation that ties fact to article; `add` hands those rows to `importing.plan`, which checks the
record as it would be, and applies it. The form adds and never changes: should the record have gained a row of that id
in the meantime, the entry is refused.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from analysis.curate import ids
from analysis.curate.form_hints import problem
from analysis.curate.importing import Plan, plan
from analysis.curate.table_format import Row, encode
from analysis.errors import OptionError
from analysis.record.tables import BY_NAME

Kind = Literal["event", "assessment", "source", "era", "figure", "series", "actor"]

# The table that each kind fills; a page has none of these, and what stands in `_UNCITED` needs no page.
FACTS: Mapping[Kind, str] = {
    "event": "events",
    "assessment": "assessments",
    "era": "eras",
    "figure": "indicators",
    "series": "indicator_catalogue",
    "actor": "actors",
}
_UNCITED = frozenset(("series", "actor"))

# Cells that the form makes itself, so that nobody is asked for them.
MADE = frozenset(("event_id", "assessment_id", "forecast_id", "source_id", "record"))


@dataclass(frozen=True)
class Entry:
    """What was entered, as texts by column; empty where nothing was.

    Parameters
    ----------
    kind : {"event", "assessment", "source", "era", "figure", "series", "actor"}
        What is to be added; `source` adds the article alone, `series` and `actor` need none.
    source_id : str
        The article, if the record has it; else `source` describes a new one.
    source, fact, citation, forecast : dict of str to str
        Cells of `sources`, of the kind's own table, of `citations`, and of `forecasts`; a forecast without a
        proposition is none.
    """

    kind: Kind
    source_id: str = ""
    source: Row = field(default_factory=dict)
    fact: Row = field(default_factory=dict)
    citation: Row = field(default_factory=dict)
    forecast: Row = field(default_factory=dict)


def rows(entry: Entry, record: Mapping[str, Sequence[Row]]) -> dict[str, Row]:
    """Return the rows that an entry adds, by table, with their ids.

    Parameters
    ----------
    entry : Entry
        What was entered.
    record : mapping of table name to rows
        The record, so that ids are free.
    """
    made: dict[str, Row] = {}
    if entry.kind in _UNCITED:
        return _ordered({FACTS[entry.kind]: _stripped(entry.fact)})
    source = entry.source_id
    if not source:
        page = _stripped(entry.source)
        wanted = ids.source_id(page.get("publisher", ""), page.get("published", ""), page.get("title", ""))
        source = ids.free(wanted, {row["source_id"] for row in record["sources"]})
        made["sources"] = {"source_id": source, **page}
    if entry.kind == "source":
        return _ordered(made)
    fact, table = _stripped(entry.fact), FACTS[entry.kind]
    if entry.kind in ("era", "figure"):
        made[table] = fact
        key = "@".join(fact.get(name, "") for name in BY_NAME[table].key)
        record_key = f"{'indicator' if entry.kind == 'figure' else table}:{key}"
        made["citations"] = {"record": record_key, "source_id": source, **_stripped(entry.citation)}
        return _ordered(made)
    if entry.kind == "event":
        wanted = ids.event_id(fact.get("date", ""), fact.get("title", ""))
    else:
        wanted = ids.assessment_id(*(fact.get(name, "") for name in ("date", "assessor", "organisation", "subject")))
    own = ids.free(wanted, {row[f"{entry.kind}_id"] for row in record[table]})
    made[table] = {f"{entry.kind}_id": own, **fact}
    if entry.kind == "assessment" and entry.forecast.get("proposition", "").strip():
        taken = {row["forecast_id"] for row in record["forecasts"]}
        named = {"forecast_id": ids.forecast_id(own, taken), "assessment_id": own}
        made["forecasts"] = {**named, **_stripped(entry.forecast)}
    made["citations"] = {"record": f"{table}:{own}", "source_id": source, **_stripped(entry.citation)}
    return _ordered(made)


def faults(made: Mapping[str, Row]) -> list[str]:
    """Return what single cells of the rows break, in the order of tables and columns; quick enough for each key."""
    if not made:
        return ["sources: the record has this page; nothing to add."]
    return [
        said
        for table, row in made.items()
        for column in BY_NAME[table].columns
        if column.name not in MADE and (said := problem(column, row.get(column.name, ""), table))
    ]


def planned(folder: Path, made: Mapping[str, Row]) -> Plan:
    """Return the plan by which the rows would come into the record; nothing is written."""
    with tempfile.TemporaryDirectory() as name:
        files = []
        for table, row in made.items():
            path = Path(name) / f"{table}.csv"
            path.write_bytes(encode([row], BY_NAME[table])[0])
            files.append((table, path))
        return plan(folder, files)


def refusals(made: Plan) -> list[str]:
    """Return why a plan cannot be applied as an addition, worded for somebody who sees a form and no file."""
    said = [reason for change in made.changes for reason in change.reasons]
    said += [
        f"{change.table}: the record has {change.key!r} by now, with other cells. Load the form again."
        for change in made.changes
        if change.action == "changed"
    ]
    return [re.sub(r"^(\w+)\.csv, row 2:", r"\1:", one) for one in [*said, *made.others]]


def add(folder: Path, made: Mapping[str, Row]) -> list[str]:
    """Add rows to a record through the same path as an import, and return the files that differ.

    Raises
    ------
    OptionError
        When a row is refused; the message lists every reason and nothing has changed.
    RecordError
        When the record would not be valid; nothing has changed.
    """
    found = planned(folder, made)
    said = refusals(found)
    if said:
        raise OptionError(folder.name, "entry", "valid with the rest of the record", "refused", "\n".join(said))
    return found.apply()


def _ordered(made: dict[str, Row]) -> dict[str, Row]:
    """Put the cells of each row in the order of its file."""
    return {
        table: {column.name: row[column.name] for column in BY_NAME[table].columns if column.name in row}
        for table, row in made.items()
    }


def _stripped(row: Row) -> Row:
    return {name: text.strip() for name, text in row.items()}
