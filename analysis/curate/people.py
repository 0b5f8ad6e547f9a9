"""Persons and sides that a spreadsheet names in words, to ids of `actors.csv`; those that are not there yet, as rows.

A name is an actor's where it is the id, the name or an alias of exactly one; nothing is matched by likeness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from analysis.curate import ids
from analysis.curate.spreadsheets import Incoming
from analysis.curate.table_format import Row

_COLUMNS = {"events": ("source_actor", "target_actor", "persons")}


def by_name(actors: Sequence[Row]) -> dict[str, str]:
    """Return ids of actors by id, name and alias (in one case); a name of two actors is left out."""
    found: dict[str, set[str]] = {}
    for row in actors:
        aliases = row.get("aliases", "").split(";")
        for name in (row["actor_id"], row.get("name", ""), *aliases):
            if name.strip():
                found.setdefault(name.strip().casefold(), set()).add(row["actor_id"])
    return {name: next(iter(held)) for name, held in found.items() if len(held) == 1}


def with_ids(one: Incoming, actors: Sequence[Row]) -> Incoming:
    """Return a file's rows with the ids of the actors that they name; who is not known is told in a note."""
    columns = _COLUMNS.get(one.table, ())
    names = by_name(actors) if columns else {}
    known = {row["actor_id"] for row in actors}
    rows, changed, strangers = [], 0, dict[str, None]()
    for row in one.rows:
        new = dict(row)
        for column in columns:
            if row.get(column):
                parts = row[column].split(";")
                found = [part if part in known else names.get(part.casefold(), part) for part in parts]
                new[column] = ";".join(found)
                changed += new[column] != row[column]
                strangers |= dict.fromkeys(part for part in found if part not in known and column == "persons")
        rows.append(new)
    notes = list(one.notes)
    if changed:
        notes.append(f"{changed} cells name actors in words; the ids of actors.csv were put in their place.")
    if strangers:
        words = "--new-actors FILE writes a sheet of them; fill in their roles and import it along"
        notes.append(f"Persons who are not in actors.csv: {', '.join(strangers)}. {words} (actors FILE).")
    return replace(one, rows=rows, notes=notes) if columns else one


def new_actors(rows: Sequence[Row], actors: Sequence[Row]) -> list[Row]:
    """Return a row for each person in `rows` whom `actors` does not hold; country and role are to be filled in."""
    known = {*(row["actor_id"] for row in actors)}
    people = dict.fromkeys(part for row in rows for part in row.get("persons", "").split(";") if part)
    made = []
    for name in people:
        if name in known:
            continue
        actor = ids.free(ids.slug(name.split()[-1], 1) or "person", known)
        known.add(actor)
        row = {"actor_id": actor, "name": name, "kind": "person", "country": "", "role": ""}
        made.append({**row, "active_from": "", "active_to": "", "aliases": ""})
    return made
