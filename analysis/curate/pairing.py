"""Rows of two coders who worked apart: which tell of the same fact, and what was decided where they differ.

Coders who have not seen one another's rows give them other titles, and so other ids. Rows meet here by date, actors,
cited sources and words, the surest pair first; what meets by content is listed, so that a wrong pair can be seen.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from analysis.curate.importing import Plan, plan_rows
from analysis.curate.saving import save
from analysis.curate.spreadsheets import Incoming
from analysis.curate.table_format import Row, key_of, read_texts, rows_of
from analysis.errors import OptionError
from analysis.record.tables import BY_NAME

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

# Of each table: the columns that name actors and the one with words; what two rows must share at least (0 to 1).
_CONTENT = {
    "events": ("event_id", ("source_actor", "target_actor"), "title"),
    "assessments": ("assessment_id", ("assessor", "organisation"), "claim"),
}
_LEAST = 0.6
_FURTHEST_DAYS = 31
# How much each likeness counts: days, actors, sources, words.
_WEIGHTS = (0.3, 0.25, 0.25, 0.2)
Cells = Mapping[tuple[str, str], set[str]]


def paired(a: Relationship, b: Relationship) -> tuple[Relationship, pd.DataFrame]:
    """Return the second coding with the first one's ids where rows tell of the same fact, and those pairs.

    Returns
    -------
    tuple of Relationship and DataFrame
        The pairs have `table`, `a`, `b` (the ids) and `alike` (0 to 1).
    """
    from rapidfuzz import fuzz

    pairs: list[dict[str, object]] = []
    changed: dict[str, pd.DataFrame] = {}
    for table, (key, actors, words) in _CONTENT.items():
        left, right = getattr(a, table), getattr(b, table)
        mine, theirs = (
            one[~one[key].isin(other[key])].fillna(dict.fromkeys((*actors, words), ""))
            for one, other in ((left, right), (right, left))
        )
        cited = [rel.citations.groupby("record")["source_id"].agg(set).to_dict() for rel in (a, b)]
        scored = []
        for one in mine.to_dict("records"):
            for other in theirs.to_dict("records"):
                gap = max((one["start"] - other["end"]).days, (other["start"] - one["end"]).days, 0)
                if gap > _FURTHEST_DAYS:
                    continue
                sources = [
                    held.get(f"{table}:{row[key]}", set()) for held, row in zip(cited, (one, other), strict=True)
                ]
                likeness = (
                    1 - gap / _FURTHEST_DAYS,
                    sum(one[name] == other[name] for name in actors) / len(actors),
                    float(bool(sources[0] & sources[1])),
                    fuzz.token_set_ratio(str(one[words]).casefold(), str(other[words]).casefold()) / 100,
                )
                alike = sum(weight * value for weight, value in zip(_WEIGHTS, likeness, strict=True))
                if alike >= _LEAST:
                    scored.append((-alike, str(one[key]), str(other[key])))
        found: dict[str, str] = {}
        for alike, own, other_key in sorted(scored):
            if own not in found.values() and other_key not in found:
                found[other_key] = own
                pairs.append({"table": table, "a": own, "b": other_key, "alike": -alike})
        changed[table] = right.assign(**{key: right[key].replace(found)})
    return replace(b, **changed), pd.DataFrame(pairs, columns=["table", "a", "b", "alike"])  # type: ignore[arg-type]


def coders(folder: Path, a: str, b: str) -> tuple[Relationship, Relationship, Cells]:
    """Return a record as each of two coders of its `second_coding.csv` has it, and the cells that both have coded.

    Raises
    ------
    OptionError
        When a coder is not in the table.
    RecordError
        When the record would not be valid with a coder's cells.
    """
    from analysis.record.relationship import load

    texts = {name: rows_of(table) for name, table in read_texts(folder).items()}
    coded = texts["second_coding"]
    for name in (a, b):
        known = sorted({row["coder"] for row in coded})
        if name not in known:
            raise OptionError("agree", "coder", f"one of {', '.join(known) or 'none'} (second_coding.csv)", name)
    cells = {
        name: {(row["record"], row["column"]): row["value"] for row in coded if row["coder"] == name} for name in (a, b)
    }
    both: dict[tuple[str, str], set[str]] = {}
    for record, column in cells[a].keys() & cells[b].keys():
        table, _, key = record.partition(":")
        both.setdefault((table, column), set()).add(key)
    made = []
    for name in (a, b):
        tables: dict[str, list[Row]] = {}
        for table, (key, *_) in _CONTENT.items():
            tables[table] = [
                row | {column: cells[name].get((f"{table}:{row[key]}", column), text) for column, text in row.items()}
                for row in texts[table]
            ]
        with tempfile.TemporaryDirectory() as place:
            for file in folder.glob("*.csv"):
                (Path(place) / file.name).write_bytes(file.read_bytes())
            save(Path(place), tables)
            made.append(load(place))
    return made[0], made[1], both


def write_disagreements(file: Path, table: pd.DataFrame) -> None:
    """Write the cells to decide as CSV, with empty columns `choice` (a, b) and `reason`."""
    rows = table[["table", "key", "column", "a", "b", "index", "last", "most"]].assign(choice="", reason="")
    rows.to_csv(file, index=False, lineterminator="\n")


def adjudicated(folder: Path, file: Path) -> Plan:
    """Return the plan by which decisions go into a record, each with its reason in the row's `notes`.

    Raises
    ------
    OptionError
        When the file is missing, or a decision has no reason or is neither a nor b.
    """
    if not file.is_file():
        raise OptionError("agree", "adjudicated", "a file", str(file))
    with file.open(encoding="utf-8-sig", newline="") as handle:
        decided = [(line, row) for line, row in enumerate(csv.DictReader(handle), start=2) if row.get("choice")]
    texts = {name: rows_of(table) for name, table in read_texts(folder).items()}
    changed: dict[tuple[str, str], Row] = {}
    for line, row in decided:
        place = f"{file.name}, row {line}"
        if row["choice"] not in ("a", "b"):
            raise OptionError(place, "choice", "a, b or empty", row["choice"])
        if not row.get("reason"):
            raise OptionError(place, "reason", "filled in where there is a choice", "")
        schema = BY_NAME[row["table"]]
        held = next((one for one in texts[row["table"]] if " + ".join(key_of(one, schema)) == row["key"]), None)
        if held is None:
            raise OptionError(place, "key", f"a row of {schema.file}", row["key"])
        new = changed.setdefault((row["table"], row["key"]), dict(held))
        new[row["column"]] = row[row["choice"]].removesuffix(" 00:00:00")
        if "notes" in new:
            new["notes"] = f"{new['notes']} Adjudicated, {row['column']}: {row['reason'].rstrip('.')}.".strip()
    tables = dict.fromkeys(table for table, _ in changed)
    incoming = []
    for table in tables:
        rows = [row for (own, _), row in changed.items() if own == table]
        incoming.append(
            Incoming(table, rows, [f"{file.name}, {table} {number}" for number, _ in enumerate(rows, start=1)])
        )
    return plan_rows(folder, incoming)
