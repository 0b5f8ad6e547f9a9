"""A file's rows beside the record's: which row is which, and what each would change.

A row is known by its key. An event or assessment without an id gets the one that its date and words make; a forecast is
known by its words and a source by its address before either gets a new one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from analysis.curate import ids
from analysis.curate.citing import Sources
from analysis.curate.spreadsheets import CITABLE, CITING, Incoming
from analysis.curate.table_format import Row, key_of
from analysis.record.check import RECORD_TABLES, TWIN
from analysis.record.pages import is_part_of_one, page_keys
from analysis.record.tables import BY_NAME

Pages = dict[str, list[Row]]
Action = Literal["added", "changed", "unchanged", "refused"]
# The grade of a source that nobody has graded: it cannot be judged.
UNGRADED = "F"
# Before the place of a row that has no id yet.
_AT = "@ "
ACTIONS: tuple[Action, ...] = ("added", "changed", "unchanged", "refused")


@dataclass(frozen=True)
class Change:
    """What one row of a file would do.

    Parameters
    ----------
    table, key : str
        Which row of the record.
    action : {"added", "changed", "unchanged", "refused"}
        What becomes of it.
    place : str
        Where it stands in its file.
    cells : dict of str to (str, str)
        Old and new text of each cell that changes.
    reasons : tuple of str
        Why it is refused.
    given : dict of str to str
        The row as its file has it.
    """

    table: str
    key: str
    action: Action
    place: str
    cells: dict[str, tuple[str, str]]
    reasons: tuple[str, ...] = ()
    given: Row = field(default_factory=dict)


def with_citations(read: Incoming) -> list[Incoming]:
    """Give rows without an id theirs, and take the citations out of a sheet's rows.

    A row that stands there once for each of its citations is one row. A forecast gets its id later, so its citations
    name the place of its row until then.
    """
    own, cited = Incoming(read.table, [], [], notes=read.notes, refs=read.refs), Incoming("citations", [], [])
    for number, (row, place) in enumerate(zip(read.rows, read.places, strict=True)):
        given = {name: text for name, text in row.items() if read.table not in CITABLE or name not in CITING}
        _give_id(read.table, given)
        if given == row or given not in own.rows:
            if number in read.refused:
                own.refused[len(own.rows)] = read.refused[number]
            own.rows.append(given)
            own.places.append(place)
        if read.table in CITABLE and row.get("source_id"):
            found = {target: row[column] for column, target in CITING.items() if column in row}
            record = _record_of(read.table, given) or f"{_AT}{own.places[own.rows.index(given)]}"
            cited.rows.append({"record": record, **found})
            cited.places.append(place)
    return [own, cited] if cited.rows else [own]


def _give_id(table: str, row: Row) -> None:
    if table == "events" and not row.get("event_id"):
        row["event_id"] = ids.event_id(row.get("date", ""), row.get("title", ""))
    if table == "assessments" and not row.get("assessment_id"):
        cells = (row.get(name, "") for name in ("date", "assessor", "organisation", "subject"))
        row["assessment_id"] = ids.assessment_id(*cells)


def _record_of(table: str, row: Row) -> str:
    if table == "indicators":
        return f"indicator:{row.get('indicator', '')}@{row.get('period', '')}"
    key = row.get(RECORD_TABLES[table], "")
    return f"{table}:{key}" if key else ""


def merge(
    one: Incoming,
    merged: dict[str, dict[tuple[str, ...], Row]],
    record: dict[str, list[Row]],
    *,
    refs: dict[str, str],
    made: dict[str, str],
) -> list[Change]:
    """Put a file's rows into the tables `merged`, and return what each of them changes in the record.

    Parameters
    ----------
    one : Incoming
        The rows.
    merged : dict of table name to rows by key
        The tables as they would be; changed in place, so that later files build on earlier ones.
    record : dict of table name to rows
        The tables as they are.
    refs : dict of str to str
        Ids of sources by what else the files call them by.
    made : dict of str to str
        The record that each row became, by its place; filled in here, for the citations that follow.
    """
    schema = BY_NAME[one.table]
    before = {key_of(row, schema): row for row in record[one.table]}
    pages = _pages(merged["sources"].values()) if one.table == "sources" else {}
    sources = Sources(merged["sources"].values(), refs) if one.table == "citations" else None
    seen: dict[tuple[str, ...], Row] = {}
    changes = []
    for number, (given, place) in enumerate(zip(one.rows, one.places, strict=True)):
        reasons = list(one.refused.get(number, []))
        if "entry" in given:
            changes.append(Change(one.table, place, "refused", place, {}, tuple(reasons), given))
            continue
        row = _identified(given, one.table, merged, pages)
        if sources is not None:
            row = {**row, "record": made.get(row.get("record", ""), row.get("record", ""))}
            row["source_id"], fault = sources.find(row.get("source_id", ""))
            reasons += [f"{place}: `source_id` must be {fault}."] if fault else []
        key = key_of(row, schema)
        if one.table in CITABLE:
            made[f"{_AT}{place}"] = _record_of(one.table, row)
        there, twice = _there(row, pages), seen.get(key, row) != row
        if there and (there["source_id"] != row["source_id"] or (twice and not given.get("source_id"))):
            words = f"not that of {there['source_id']!r} ({there['publisher']}, {there['url']})"
            reasons.append(f"{place}: `url` must be {TWIN}, {words}. Use its id, or leave this row out.")
        elif twice:
            words = f"not {' + '.join(key)!r} twice. Give this row another id, or leave it out"
            reasons.append(f"{place}: `{' + '.join(schema.key)}` must be unique, {words}.")
        old = merged[one.table].get(key)
        if seen.get(key) != row:
            blank = {column.name: "" for column in schema.columns}
            merged[one.table][key] = {**blank, **(old or {}), **row}
        seen.setdefault(key, row)
        if one.table == "sources":
            for page in page_keys(row.get("url", "")):
                pages.setdefault(page, []).append(merged["sources"][key])
        was = before.get(key)
        now = merged[one.table][key]
        cells = {name: ((was or {}).get(name, ""), text) for name, text in now.items()}
        cells = {name: pair for name, pair in cells.items() if pair[0] != pair[1]}
        action: Action = "refused" if reasons else "added" if was is None else "changed" if cells else "unchanged"
        changes.append(Change(one.table, " + ".join(key), action, place, cells, tuple(reasons), given))
    return changes


def _identified(row: Row, table: str, merged: dict[str, dict[tuple[str, ...], Row]], pages: Pages) -> Row:
    """Return a row with its id: a forecast is known by its words, a source by its address."""
    if table == "forecasts":
        row = _with_range(row, merged)
    if table == "forecasts" and not row.get("forecast_id"):
        held = merged["forecasts"].values()
        same = ("assessment_id", "proposition")
        found = next((one["forecast_id"] for one in held if all(one[name] == row.get(name) for name in same)), None)
        taken = {one["forecast_id"] for one in held}
        return {**row, "forecast_id": found or ids.forecast_id(row.get("assessment_id", ""), taken)}
    if table == "sources" and not row.get("source_id"):
        made = ids.source_id(row.get("publisher", ""), row.get("published", ""), row.get("title", ""))
        there = _there(row, pages)
        row = {**row, "source_id": there["source_id"] if there else made}
    if table == "sources" and (row["source_id"],) not in merged["sources"]:
        row = {**row, "type": row.get("type") or ("webpage" if row.get("url") else "document")}
        row = {**row, "reliability": row.get("reliability") or UNGRADED}
    return row


def _with_range(row: Row, merged: dict[str, dict[tuple[str, ...], Row]]) -> Row:
    """Return a forecast with the range that its assessment's word stands for, where it brings none of its own."""
    if any(row.get(name) for name in ("term_basis", "probability_low", "probability_high")):
        return row
    held = merged["assessments"].get((row.get("assessment_id", ""),), {})
    return {**row, **range_of(held.get("estimative_term", ""))}


def range_of(term: str) -> Row:
    """Return the range that a probability word stands for, as a forecast's columns; none for a word not known."""
    from analysis.record import codebook

    for one in codebook.estimative().itertuples():
        if one.term == term:
            low, high = (f"{float(str(number)):g}" for number in (one.probability_low, one.probability_high))
            return {"probability_low": low, "probability_high": high, "term_basis": f"{one.scheme}:{one.band}"}
    return {}


def _pages(sources: Iterable[Row]) -> Pages:
    pages: Pages = {}
    for row in sources:
        for key in page_keys(row["url"]):
            pages.setdefault(key, []).append(row)
    return pages


def _there(row: Row, pages: Pages) -> Row | None:
    """Return the source whose page a row has; None where there is none, or where both are chapters that share it."""
    held = (one for key in page_keys(row.get("url", "")) for one in pages.get(key, ()))
    return next((one for one in held if not is_part_of_one(one, row)), None)
