"""What differs between two versions of a record: rows field by field, and the measures.

A version is a folder, a relationship's name, or a git revision of the record's folder. Rows are compared as text, so a
version that is no longer valid can still be compared; the measures need both to load, and say so where they do not.
Both versions are measured with the codebook and the code of today, so that only the record's own changes show.
"""

from __future__ import annotations

import contextlib
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.curate.table_format import Row, key_of, read_texts, rows_of
from analysis.errors import OptionError, RecordError
from analysis.record import places
from analysis.record.tables import BY_NAME


@dataclass(frozen=True)
class TableDiff:
    """Rows of one table that differ, by key: whole rows added or removed, and (old, new) of each changed cell."""

    added: dict[str, Row]
    removed: dict[str, Row]
    changed: dict[str, dict[str, tuple[str, str]]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, eq=False)
class RecordDiff:
    """Two versions of a record compared.

    Parameters
    ----------
    old, new : str
        What the versions were called.
    tables : dict of str to TableDiff
        By table name, only those that differ.
    measures : DataFrame
        `measure`, `date` (on which it is read), `old`, `new`, `change`, `note`: each measure on the record's last day,
        and the largest change of the tension share and of the composite on any date that both versions cover.
    unmeasured : str
        Why there are no measures; empty where there are.
    """

    old: str
    new: str
    tables: dict[str, TableDiff]
    measures: pd.DataFrame
    unmeasured: str = ""


def diff(old: str, new: str, record: Path) -> RecordDiff:
    """Compare two versions of a record.

    Parameters
    ----------
    old, new : str
        Folders, names of relationships, or git revisions; an empty `new` is the record as it lies in its folder.
    record : Path
        The record whose revisions are meant.

    Raises
    ------
    OptionError
        When a version cannot be found.
    RecordError
        When a version lacks a table or a column.
    """
    with version(old, record) as before, version(new or str(record), record) as after:
        left, right = read_texts(before), read_texts(after)
        tables = {name: _rows(left[name], right[name], name) for name in BY_NAME}
        found = {name: one for name, one in tables.items() if one}
        try:
            measures, why = _measures(before, after), ""
        except RecordError as error:
            measures, why = pd.DataFrame(columns=_COLUMNS), f"{error.args[0].splitlines()[0]} Its measures are unknown."
    return RecordDiff(old, new or record.name, found, measures, why)


@contextlib.contextmanager
def version(name: str, record: Path) -> Iterator[Path]:
    """Give the folder of a version of a record; that of a git revision is temporary."""
    if Path(name).is_dir() or name in places.relationships():
        yield places.relationship(name)
        return
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / record.name
        folder.mkdir()
        for file, content in _revision(name, record):
            (folder / file).write_bytes(content)
        yield folder


def _revision(name: str, record: Path) -> Iterator[tuple[str, bytes]]:
    refusal = OptionError(
        "diff", "version", f"a folder, a relationship or a git revision of {record}", name, "See `git log`."
    )
    top = _git(record, "rev-parse", "--show-prefix")
    commit = _git(record, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if top is None or commit is None:
        raise refusal
    tree = f"{commit.decode().strip()}:{top.decode().strip().rstrip('/')}"
    root = _git(record, "rev-parse", "--show-toplevel")
    packed = _git(Path((root or b".").decode().strip()), "archive", "--format=tar", tree)
    if packed is None:
        raise refusal
    files = {schema.file for schema in BY_NAME.values()}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member) if member.name in files else None
            if content is not None:
                yield member.name, content.read()


def _git(folder: Path, *arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def _rows(old: pd.DataFrame, new: pd.DataFrame, table: str) -> TableDiff:
    schema = BY_NAME[table]
    before, after = ({" + ".join(key_of(row, schema)): row for row in rows_of(one)} for one in (old, new))
    changed = {}
    for key in before.keys() & after.keys():
        cells = {name: (text, after[key][name]) for name, text in before[key].items() if text != after[key][name]}
        if cells:
            changed[key] = cells
    return TableDiff(
        added={key: after[key] for key in sorted(after.keys() - before.keys())},
        removed={key: before[key] for key in sorted(before.keys() - after.keys())},
        changed=dict(sorted(changed.items())),
    )


_COLUMNS = ["measure", "date", "old", "new", "change", "note"]


def _measures(old: Path, new: Path) -> pd.DataFrame:
    from analysis.measures.changes import compare
    from analysis.measures.composite import composite
    from analysis.measures.tension import tension
    from analysis.record.relationship import load

    before, after = load(old), load(new)
    last = compare(before, after).measures
    rows = pd.DataFrame(
        {
            "measure": last["measure"],
            "date": last["date_now"].fillna(last["date_then"]),
            "old": last["then"],
            "new": last["now"],
            "change": last["change"],
            "note": "last day of each",
        }
    )
    pairs = [("composite", [composite(rel.indicators, of=rel.side_a.id) for rel in (before, after)])]
    if before.events["dyad"].any() and after.events["dyad"].any():
        pairs.insert(0, ("tension_share", [tension(rel.events, band=None, freq="D") for rel in (before, after)]))
    most = [row for name, pair in pairs if (row := _largest(name, *pair))]
    return pd.concat([rows, pd.DataFrame(most)], ignore_index=True)[_COLUMNS] if most else rows[_COLUMNS]


def _largest(name: str, old: pd.DataFrame, new: pd.DataFrame) -> dict[str, Any]:
    left, right = (table[table["measure"] == name].set_index("date")["value"] for table in (old, new))
    both = pd.DataFrame({"old": left, "new": right}).dropna().reset_index()
    if both.empty:
        return {}
    both["change"] = both["new"] - both["old"]
    row = both.iloc[int(both["change"].abs().to_numpy().argmax())]
    if not row["change"]:
        return {}
    cells = {column: row[column] for column in ("date", "old", "new", "change")}
    return {"measure": name, **cells, "note": "largest change on any date"}
