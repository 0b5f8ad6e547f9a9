"""A relationship, loaded: the record's tables as tidy DataFrames, whole or not at all.

`load` reads the folder, checks it (every fault in one message) and links the tables: dates become first and last days,
codes get their Goldstein score and quad class, every row learns how many sources and publishers stand behind it and
which Admiralty grade follows. With `as_of` the record is cut to what had happened and could be known by that day: rows
end and were known on or before it, pages published later are not cited, grades follow from the others, forecasts
decided later are open, and sequels that came later are gone (`analysis.record.linking`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import Fault, OptionError, RecordError
from analysis.record import places

if TYPE_CHECKING:
    import pandas as pd

    from analysis.errors import Fault

_KEPT = 4  # records kept in memory
# Where `analysis.curate.saving` puts the old files aside while it writes new ones.
PENDING = Path(".workbook", "pending")


@dataclass(frozen=True)
class Side:
    """One of the two sides: its actor id and its name."""

    id: str
    name: str


@dataclass(frozen=True, eq=False)
class Relationship:
    """The tables of one relationship; plain DataFrames, documented in `data/README.md` and in `linking`.

    `side_a` is the side whose dependence the record follows. `as_of` is the cut-off asked for, or None; `cutoff` is
    the last day that the tables speak of: `as_of`, or the last day of the latest event, assessment or decided forecast
    dated to within a month. A row whose date reaches beyond that day ends there. `record_hash` names the content of the
    whole record, cut or not. `only_acts` says in words to which part of the acts the record is limited ("nuclear
    acts"), empty for none; `one_way`, whether they are acts of one side towards the other (and joint ones).
    """

    name: str
    title: str
    side_a: Side
    side_b: Side
    path: Path
    as_of: pd.Timestamp | None
    cutoff: pd.Timestamp
    record_hash: str
    actors: pd.DataFrame
    sources: pd.DataFrame
    events: pd.DataFrame
    assessments: pd.DataFrame
    forecasts: pd.DataFrame
    indicators: pd.DataFrame
    catalogue: pd.DataFrame
    citations: pd.DataFrame
    second_coding: pd.DataFrame
    eras: pd.DataFrame
    only_acts: str = ""
    one_way: bool = False

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides, `side_a` first."""
        return (self.side_a, self.side_b)

    @property
    def acts_between(self) -> str:
        """The acts that the record holds, in words: "nuclear acts between Belarus and Russia"."""
        named = self.only_acts or "acts"
        return named if self.one_way else f"{named} between {self.side_a.name} and {self.side_b.name}"

    @property
    def leaders(self) -> tuple[str, ...]:
        """For each side the person of its country who takes part in most events; fewer where a side has none."""
        persons = self.events["persons"].dropna().str.split(";").explode()
        country = self.actors.set_index("actor_id")["country"]
        named = persons[persons.isin(country.index)]
        most = [named[named.map(country) == side.id].mode() for side in self.sides]
        return tuple(str(found.iloc[0]) for found in most if len(found))

    def only(
        self, *, domains: Sequence[str] = (), direction: str = "all", quad_classes: Sequence[str] = ()
    ) -> Relationship:
        """Return the record with none but a part of the acts between the sides, for everything that is said of it.

        Parameters
        ----------
        domains, quad_classes : sequence of str
            Only acts of these; all when empty.
        direction : {"all", "side_a", "side_b", "joint"}
            Only acts of one side towards the other, with the joint ones; or only the joint ones.

        Raises
        ------
        OptionError
            When a choice is not one of those allowed.
        """
        from analysis.record.selection import only

        return only(self, domains=domains, direction=direction, quad_classes=quad_classes)

    def as_of_day(self, day: str | pd.Timestamp) -> Relationship:
        """Return the record as it was known at the end of `day`, from the tables already loaded.

        Raises
        ------
        OptionError
            When `day` is no day, or lies after this record's own cut-off: what was cut away cannot come back, and of a
            day after the record's last one nothing is known.
        """
        from analysis.record.linking import cut

        wanted = as_day(day)
        if self.as_of is not None and wanted > self.as_of:
            last, way_out = f"{self.as_of:%Y-%m-%d}", "Load the record anew with a later as_of."
            raise OptionError("as_of_day", "day", f"a day up to {last}", f"{wanted:%Y-%m-%d}", way_out)
        if wanted > self.cutoff and len(self.events) + len(self.assessments):
            raise OptionError("as_of", "day", last_day_words(self.name, self.cutoff), f"{wanted:%Y-%m-%d}")
        tables: dict[str, Any] = dict(cut({name: getattr(self, name) for name in _TABLES}, wanted))
        return replace(self, as_of=wanted, cutoff=wanted, **tables)


_TABLES = (
    "actors",
    "sources",
    "events",
    "assessments",
    "forecasts",
    "indicators",
    "catalogue",
    "citations",
    "second_coding",
    "eras",
)
_loaded: dict[Path, Relationship] = {}


def load(name_or_path: str | os.PathLike[str], as_of: str | pd.Timestamp | None = None) -> Relationship:
    """Load a relationship.

    A folder is read and checked once; while its files (and the codebook's) hold what they held, the next call takes
    the tables from memory, so that one record is quickly loaded as of many days.

    Parameters
    ----------
    name_or_path : str or path
        The name of a shipped relationship, such as "russia-belarus", or a folder with the tables.
    as_of : str or Timestamp, optional
        The last day that may be known about (ISO day); the whole record when absent.

    Returns
    -------
    Relationship
        Its attributes are the tables.

    Raises
    ------
    OptionError
        When there is no such relationship, or `as_of` is no day or lies after the record's last one.
    RecordError
        When the record breaks a rule; all faults at once, nothing is loaded.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> rel.title
    'Russia and Belarus'
    >>> bool((rel.events["end"] <= rel.cutoff).all())
    True
    """
    wanted = None if as_of is None or as_of == "" else as_day(as_of)
    whole = _whole(places.relationship(name_or_path))
    return whole if wanted is None else whole.as_of_day(wanted)


def _whole(path: Path) -> Relationship:
    """Return the whole record of a folder, from memory when its content is the same."""
    try:
        content = record_hash(path)
    except OSError:
        # `read` tells what is wrong with the files.
        content = ""
    found = _loaded.get(path)
    if found is None or found.record_hash != content:
        found = _linked(path, content)
        _loaded.pop(path, None)
        # Files that were changed while they were read may be tables that never were.
        if record_hash(path) == content:
            _loaded[path] = found
        while len(_loaded) > _KEPT:
            del _loaded[next(iter(_loaded))]
    # What a caller does to a table is done to the caller's own: pandas copies when it is written to.
    own: dict[str, Any] = {name: getattr(found, name).copy(deep=False) for name in _TABLES}
    return replace(found, **own)


def _linked(path: Path, content: str) -> Relationship:
    from analysis.record.dates import spans
    from analysis.record.linking import end_at, last_day, link

    tables, faults = read(path)
    if faults:
        raise RecordError(faults, record=path.name)
    linked = link(tables)
    cutoff = last_day(linked["events"], linked["assessments"], spans(linked["forecasts"]["resolved_on"]))
    tables_at_end: dict[str, Any] = dict(end_at(linked, cutoff))
    actors = tables["actors"].set_index("role")
    side_a, side_b = (
        Side(str(actors.loc[role, "actor_id"]), str(actors.loc[role, "name"])) for role in ("side_a", "side_b")
    )
    joint = tables["actors"].loc[tables["actors"]["kind"] == "dyad", "name"]
    return Relationship(
        name=path.name,
        title=str(joint.iloc[0]) if len(joint) else f"{side_a.name} and {side_b.name}",
        side_a=side_a,
        side_b=side_b,
        path=path,
        as_of=None,
        cutoff=cutoff,
        record_hash=content,
        **tables_at_end,
    )


def read(path: Path) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Read and check the tables of a folder.

    Returns
    -------
    tuple of dict and list of Fault
        Typed tables by name, and every fault, in the order of tables and lines. With faults the tables are not fit for
        use.

    Examples
    --------
    >>> import analysis as an
    >>> from analysis.record import places
    >>> tables, faults = an.read(places.relationship("russia-belarus"))
    >>> len(faults)
    0
    """
    from analysis.record.check import relations
    from analysis.record.reading import read_table
    from analysis.record.schema import validate
    from analysis.record.tables import TABLES

    tables, lines, faults, unreadable = {}, {}, [], False
    if (path / PENDING).is_dir():
        # Here lie the old files while new ones take their places, and so they do when that was cut off.
        hint = f"`workbook import -r {path.name} --recover` puts back the tables of before."
        faults.append(Fault(path.name, "", "a record whose last save was finished", "one that was cut off", hint))
    for schema in TABLES:
        table, lines[schema.name], found = read_table(path / schema.file, schema)
        unreadable |= bool(found) and table.empty
        whole = len(table) > 0 or not found
        tables[schema.name], wrong = validate(table, lines[schema.name], schema) if whole else (table, [])
        faults += found + wrong
    # Between tables only where every table could be read: a missing table would make each row that points to it look
    # wrong.
    return tables, faults if unreadable else faults + relations(tables, lines)


def last_day(path: Path) -> pd.Timestamp | None:
    """Return the last day of a folder's record, as `load` does for `cutoff`, from three tables and without a check.

    None where there is no row, or where a table or a date cannot be read, which `load` then says better.
    """
    from analysis.record import linking
    from analysis.record.dates import spans
    from analysis.record.reading import read_table
    from analysis.record.tables import BY_NAME

    dated = []
    for name, column in (("events", "date"), ("assessments", "date"), ("forecasts", "resolved_on")):
        table, _, faults = read_table(path / f"{name}.csv", BY_NAME[name])
        days = spans(table[column].dropna())
        if faults or days["start"].isna().any():
            return None
        dated.append(days)
    return linking.last_day(*dated) if sum(map(len, dated)) else None


def last_day_words(name: str, day: pd.Timestamp) -> str:
    """Word the days that can be asked of a record, to be read after "must be"."""
    return f"a day up to {day:%Y-%m-%d}, the last that {name} knows of"


def record_hash(path: Path) -> str:
    """Return the SHA-256 of the record's tables and of the codebook, whatever their line ends or byte-order marks."""
    from analysis.record.tables import TABLES

    digest = hashlib.sha256()
    tables = [path / schema.file for schema in TABLES if not schema.optional or (path / schema.file).is_file()]
    for file in [*tables, *sorted(places.codebook().glob("*.csv"))]:
        content = file.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        digest.update(f"{file.name}:{len(content)}\n".encode() + content)
    return digest.hexdigest()


def as_day(day: str | pd.Timestamp, where: str = "as_of", field: str = "day") -> pd.Timestamp:
    """Return a day given as ISO text or Timestamp; OptionError, which names `where` and `field`, otherwise."""
    import pandas as pd

    from analysis.record.dates import parse

    if isinstance(day, pd.Timestamp):
        return day.normalize()
    try:
        span = parse(str(day))
    except ValueError as error:
        raise OptionError(
            where,
            field,
            "a day such as 2023-04-06",
            day,
            f"This is {error}." if "there is" not in str(error) else f"{str(error).capitalize()}.",
        ) from None
    if span.precision != "day":
        raise OptionError(where, field, "a day such as 2023-04-06", day, "Give the day too.")
    return pd.Timestamp(span.start)
