"""A record from nothing: a folder of empty, valid tables for another relationship.

The folder is made beside its place, checked there as any record is, and moved into place when it is whole. All that the
workbook knows of the two sides is in its `actors.csv`: their ids, names and which of them is the side whose dependence
is followed.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from analysis.curate.dictionary import datapackage
from analysis.curate.table_format import Row, encode
from analysis.errors import OptionError, RecordError
from analysis.record import places
from analysis.record.relationship import read
from analysis.record.schema import SLUG
from analysis.record.tables import TABLES

README = """# {title}

What this record is about, in two sentences: which relationship, from when, and for whom it is kept.

Side A, whose dependence is followed, is {a} (`{a_id}`); side B is {b} (`{b_id}`). What is done together stands under
`{joint}`. Further actors (persons, organisations, third states) go into `actors.csv`.

## Who keeps it

Names, and how to reach them.

## What is recorded, and what is not

The period covered. Which pages were read, in which languages, and which were not to be had. Which kinds of event are
left out on purpose. What a reader must not conclude from a quiet year.

## Coding rules of this record

The rules of the workbook hold. Write down here what they leave open: how a kind of event that is peculiar to this
relationship is coded, with an example.

## Tables

`actors.csv`, `sources.csv`, `events.csv`, `assessments.csv`, `forecasts.csv`, `indicators.csv`,
`indicator_catalogue.csv` and `citations.csv`; `datapackage.json` describes their columns. {codebook}

## Licence

The tables are licensed CC BY 4.0, as `datapackage.json` says; change it in both places if yours are not. Titles and
quoted phrases of sources stay their owners'.
"""


def new(name: str, actors: Sequence[str], *, names: Sequence[str] = (), root: Path | None = None) -> Path:
    """Make an empty record and return its folder.

    Parameters
    ----------
    name : str
        The relationship's name: lower-case words joined by hyphens, such as `aaa-bbb`. It is the folder's name.
    actors : pair of str
        Ids of the two sides, ISO 3166-1 alpha-3 codes for states; the first is the side whose dependence is followed.
    names : pair of str, optional
        Their names as printed, in the same order. By default the two words of `name`, each given to the id that it
        resembles more.
    root : Path, optional
        The folder to make it in, made as well if needed; by default `analysis.record.places.records`.

    Raises
    ------
    OptionError
        When a name or id is not allowed, the two are the same, or the folder is there already or cannot be made.
    """
    _check(name, actors, names)
    labels = list(names) or _names(name, actors)
    where = root or places.records()
    folder = where / name
    if folder.exists():
        raise OptionError(
            "new", "name", "that of a folder that does not exist yet", str(folder), "Choose another name."
        )
    try:
        where.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=where, prefix=f".{name}-") as stage:
            made = Path(stage) / name
            made.mkdir()
            _write(made, where, name, actors, labels)
            faults = read(made)[1]
            if faults:
                raise RecordError(faults, record=name)
            os.replace(made, folder)
    except OSError as error:
        raise OptionError("new", "root", "a folder that can be written to", str(where), f"{error.strerror}.") from None
    return folder


def next_steps(folder: Path) -> str:
    """Say what to do with a record that was just made."""
    space = places.workspace()
    own = (space / "data" if space else places.codebook().parent).resolve()
    data = "" if folder.parent.resolve() == own else f" --data {folder.parent}"
    name = folder.name
    return "\n".join(
        [
            f"Made {folder}: empty tables, README.md, datapackage.json.",
            "Next:",
            f"  1. Look at {folder / 'actors.csv'}: names as they are to be printed, and who is side_a.",
            f"  2. Fill in {folder / 'README.md'}.",
            f"  3. workbook import sources FILE events FILE -r {name}{data}      (shows a plan; --apply writes it)",
            f"  4. workbook check {name}{data}",
            f"  5. workbook brief {name}{data} --out {name}.pdf",
        ]
    )


def _check(name: str, actors: Sequence[str], names: Sequence[str]) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or name == "codebook":
        raise OptionError("new", "name", "lower-case words joined by hyphens, such as aaa-bbb", name)
    if len(actors) != 2 or len(set(actors)) != 2:
        raise OptionError("new", "actors", "two different ids", " ".join(actors))
    for actor in actors:
        if not re.fullmatch(SLUG, actor) or "+" in actor:
            raise OptionError("new", "actors", "ids of letters, digits, '.', '_' and '-'", actor)
    if names and (len(names) != 2 or not all(one.strip() for one in names)):
        raise OptionError("new", "names", "two names", " ".join(names))


def _names(name: str, actors: Sequence[str]) -> list[str]:
    words = name.split("-")
    if len(words) != 2:
        return list(actors)

    def alike(word: str, actor: str) -> float:
        return difflib.SequenceMatcher(None, word, actor.lower()).ratio()

    straight = alike(words[0], actors[0]) + alike(words[1], actors[1])
    crossed = alike(words[1], actors[0]) + alike(words[0], actors[1])
    first, second = words if straight >= crossed else reversed(words)
    return [_title(first, actors[0]), _title(second, actors[1])]


def _title(word: str, actor: str) -> str:
    return actor if word == actor.lower() else word.capitalize()


def _write(folder: Path, root: Path, name: str, actors: Sequence[str], labels: Sequence[str]) -> None:
    a, b = actors
    joint = f"{a}+{b}"
    title = f"{labels[0]} and {labels[1]}"
    rows: list[Row] = [
        _actor(a, labels[0], "side_a"),
        _actor(b, labels[1], "side_b"),
        {"actor_id": joint, "name": title, "kind": "dyad", "role": "joint"},
    ]
    for schema in TABLES:
        content, _ = encode(rows if schema.name == "actors" else [], schema)
        (folder / schema.file).write_bytes(content)
    description = f"Events, assessments, forecasts and indicators of the relationship of {title}, each row cited."
    package = json.dumps(datapackage(name, title, description), indent=1, ensure_ascii=False) + "\n"
    (folder / "datapackage.json").write_text(package, encoding="utf-8")
    codes = "Codes are those of the workbook's codebook"
    beside = (root / "codebook").is_dir()
    codebook = f"{codes}, [../codebook](../codebook)." if beside else f"{codes}; `workbook doctor` says where it is."
    readme = README.format(title=title, a=labels[0], b=labels[1], a_id=a, b_id=b, joint=joint, codebook=codebook)
    (folder / "README.md").write_text(readme, encoding="utf-8")


def _actor(actor: str, label: str, role: str) -> Row:
    state = bool(re.fullmatch(r"[A-Z]{3}", actor))
    row = {"actor_id": actor, "name": label, "kind": "state" if state else "organisation", "role": role}
    return {**row, "country": actor} if state else row
