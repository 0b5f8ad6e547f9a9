"""The file of a batch: which notebook is run with which parameters, and what becomes of each run.

A batch file is TOML:

    notebook = "briefing.ipynb"                 # beside this file, or one of the shipped notebooks
    formats = ["pdf"]                           # beside the executed notebook: any of pdf, docx, html; default pdf
    name = "briefing_{relationship}_{as_of}"    # of the files; default: notebook and the parameters that vary
    time_limit = 300                            # seconds for a run's cells, and for its documents; default 3600
    inputs = ["extra.csv"]                      # files and folders that the runs read, besides those found by rule
    environment = ["REGION"]                    # environment variables that the runs read
    unwatched = ["figures_folder"]              # parameters that name what a run writes, not what it reads
    retries = 2                                 # how often a failed run is tried again in the same call; default 0
    pause = 30                                  # seconds before each of these; default 0

    [parameters]                                # the same in every run
    relationship = "russia-belarus"

    [matrix]                                    # every combination of these
    as_of = { every = "month-end", from = 2019-01-01, to = 2023-12-31 }
    half_life = ["90D", "180D"]

    [[run]]                                     # and single runs
    as_of = "2023-04-06"
    formats = ["pdf", "docx"]

A value in `[matrix]` is a list of values, or a rule for days: `every` is one of day, week-end (Sundays), month-start,
month-end, quarter-end, year-end; `from` and `to` are the first and the last day that may come. In `[[run]]` the keys
`notebook`, `name` and `formats` stand for this run's own; all others are parameters. The more particular wins:
`[[run]]` and `[matrix]` over `[parameters]`. Two runs of the same thing are one.

Runs are begun in the order of the plan. Paths in the file are relative to its folder. The path of a record
(`relationship`) is looked for there, then beside the notebook, and handed to the kernel absolute; any other parameter
that names a file is left as it is, and the kernel reads it from the notebook's folder.

Everything is checked when the file is read: keys, formats, notebooks, and every run's parameters against what its
notebook declares and its days against what the record knows: a rule for days that reaches beyond the record's last day
is refused, and the message names that day.
"""

from __future__ import annotations

import datetime
import itertools
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.errors import OptionError, nearest, one_of
from analysis.record import places
from analysis.runs import parameters
from analysis.runs.days import check as check_days
from analysis.runs.naming import FORMATS, Run, distinct

_NUMBERS = {
    "time_limit": ("a number of seconds above 0, or inf", 3600.0),
    "retries": ("a whole number from 0 up", 0),
    "pause": ("a number of seconds from 0 up", 0.0),
}
_LISTS = ("inputs", "environment", "unwatched")
_KEYS = ("notebook", "formats", "name", *_NUMBERS, *_LISTS, "parameters", "matrix", "run")
_OWN = ("notebook", "name", "formats")
_DAY = datetime.timedelta(days=1)
_RULES: dict[str, Callable[[datetime.date], bool]] = {
    "day": lambda day: True,
    "week-end": lambda day: day.isoweekday() == 7,
    "month-start": lambda day: day.day == 1,
    "month-end": lambda day: (day + _DAY).day == 1,
    "quarter-end": lambda day: (day + _DAY).day == 1 and day.month % 3 == 0,
    "year-end": lambda day: (day.month, day.day) == (12, 31),
}


@dataclass(frozen=True)
class Plan:
    """All runs of a batch file, in its order.

    Parameters
    ----------
    runs : tuple of Run
        What is to be there.
    time_limit : float
        Seconds for a run's cells, and again for its documents; `inf` for no limit.
    retries : int
        How often a run that has failed is tried again.
    pause : float
        Seconds before each of these.
    """

    runs: tuple[Run, ...]
    time_limit: float
    retries: int
    pause: float


def plan(source: str | os.PathLike[str] | Mapping[str, Any], *, formats: Sequence[str] | None = None) -> Plan:
    """Read a batch file, or the same as a mapping, into a plan.

    Parameters
    ----------
    source : path or mapping
        A TOML file; paths in it are relative to its folder. Those in a mapping are relative to the working directory.
    formats : sequence of str, optional
        Documents to make instead of those that the file asks for; an empty sequence for none.

    Raises
    ------
    OptionError
        When anything in it is not as it must be; nothing has been run.
    """
    content, folder, where = _read(source)
    for key in content:
        if key not in _KEYS:
            raise OptionError(where, "key", one_of(_KEYS), key, nearest(key, _KEYS))
    numbers = {name: _number(content, name, where) for name in _NUMBERS}
    lists = {name: _list(content, name, where) for name in _LISTS}
    inputs = {str(path): _existing(folder, path, where) for path in lists["inputs"]}
    watched = {"inputs": inputs, "environment": tuple(lists["environment"]), "unwatched": tuple(lists["unwatched"])}
    drafts = list(_drafts(content, _Reader(folder, watched).draft, where))
    if not drafts:
        raise OptionError(where, "matrix", "a table of lists, or [[run]] tables", "absent", "There is nothing to run.")
    if formats is not None:
        drafts = [replace(draft, formats=_formats(formats, "formats")) for draft in drafts]
    return Plan(distinct(drafts), numbers["time_limit"], int(numbers["retries"]), numbers["pause"])


def days(rule: Mapping[str, Any], where: str) -> list[str]:
    """Return the days of a rule such as `{every = "month-end", from = ..., to = ...}`, as ISO text."""
    for key in rule:
        if key not in {"every", "from", "to"}:
            raise OptionError(where, "key", "every, from or to", key, nearest(key, ["every", "from", "to"]))
    every = str(rule.get("every", "absent"))
    if every not in _RULES:
        raise OptionError(where, "every", one_of(list(_RULES)), every, nearest(every, _RULES))
    first, last = (_bound(rule.get(key), key, where) for key in ("from", "to"))
    found = [day for n in range((last - first).days + 1) if _RULES[every](day := first + n * _DAY)]
    if not found:
        raise OptionError(where, "to", f"a day after `from` with a {every} between them", last)
    return [day.isoformat() for day in found]


def _bound(value: Any, key: str, where: str) -> datetime.date:
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        raise OptionError(where, key, "a day such as 2019-01-31", value) from None


def _read(source: str | os.PathLike[str] | Mapping[str, Any]) -> tuple[Mapping[str, Any], Path, str]:
    if isinstance(source, Mapping):
        return source, Path.cwd(), "batch"
    path = Path(source)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")), path.resolve().parent, path.name
    except OSError as error:
        raise OptionError("batch", "file", "a file that can be read", path, f"{error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(path.name, "file", "TOML", path.name, f"{error}.") from error


def _drafts(content: Mapping[str, Any], draft: Callable[..., Run], where: str) -> Iterator[Run]:
    """Yield the runs with a name template for a name: first the matrix, the last key changing fastest, then the
    single runs."""
    common, table = _table(content, "parameters", where), _table(content, "matrix", where)
    general = {key: content[key] for key in _OWN if key in content}
    axes = [[(key, value) for value in _values(key, values, where)] for key, values in table.items()]
    for cell in itertools.product(*axes) if axes else ():
        yield draft(general, {**common, **dict(cell)}, f"{where}, [matrix]")
    for number, entry in enumerate(_list(content, "run", where), 1):
        at = f"{where}, [[run]] {number}"
        if not isinstance(entry, dict):
            raise OptionError(at, "run", "a table of parameters", entry)
        own = {key: entry[key] for key in _OWN if key in entry}
        yield draft({**general, **own}, {**common, **{k: v for k, v in entry.items() if k not in _OWN}}, at)


def _number(content: Mapping[str, Any], name: str, where: str) -> float:
    expected, default = _NUMBERS[name]
    value = content.get(name, default)
    kind = int if name == "retries" else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not value >= 0 or (name == "time_limit" and not value):
        raise OptionError(where, name, expected, value)
    return value


class _Reader:
    """Reads the runs of one plan; a matrix asks a thousand times for the same notebook, which is read once."""

    def __init__(self, folder: Path, watched: Mapping[str, Any]) -> None:
        self.folder, self.watched = folder, watched
        self.notebooks: dict[str, tuple[Path, list[parameters.Parameter]]] = {}

    def draft(self, general: Mapping[str, Any], given: Mapping[str, Any], where: str) -> Run:
        """Return one run, with a template for a name."""
        text = general.get("notebook")
        if not isinstance(text, str):
            raise OptionError(where, "notebook", "the path of a notebook", general.get("notebook", "absent"))
        if text not in self.notebooks:
            path = _notebook(self.folder, text, where)
            self.notebooks[text] = (path, parameters.declared(path))
        notebook, declared = self.notebooks[text]
        at = f"{where}, {notebook.name}"
        typed = parameters.check(declared, given, where=at)
        settings = {parameter.name: typed.get(parameter.name, parameter.default) for parameter in declared}
        if isinstance(settings.get("relationship"), str) and settings["relationship"]:
            typed |= _record(settings["relationship"], (self.folder, notebook.parent), at)
        check_days(declared, typed, at)
        forms = _formats(general.get("formats", ["pdf"]), where)
        return Run(str(general.get("name", "")), notebook, typed, settings, forms, **self.watched)


def _record(text: str, folders: Sequence[Path], where: str) -> dict[str, str]:
    """Return the parameter `relationship` for a kernel, which works in another folder: nothing for a name, else the
    absolute path."""
    if os.sep not in text and any((root / text).is_dir() for root in places.data_roots()):
        return {}
    try:
        found = next((base / text for base in folders if (base / text).is_dir()), None)
        return {"relationship": str(found.resolve() if found else places.relationship(text))}
    except OptionError as error:
        raise OptionError(where, "relationship", error.expected, text, error.fault.hint) from None


def _notebook(folder: Path, text: str, where: str) -> Path:
    for path in (folder / text, places.notebooks() / text):
        if path.is_file():
            return path.resolve()
    shipped = [path.name for path in sorted(places.notebooks().glob("*.ipynb"))]
    raise OptionError(
        where, "notebook", f"a notebook beside this file or {one_of(shipped)}", text, nearest(text, shipped)
    )


def _values(key: str, values: Any, where: str) -> list[Any]:
    if isinstance(values, dict):
        return list(days(values, f"{where}, [matrix] {key}"))
    if not isinstance(values, list) or not values:
        raise OptionError(f"{where}, [matrix]", key, "a list of values, or a rule for days", values)
    return values


def _formats(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise OptionError(where, "formats", f"a list of {', '.join(FORMATS)}", value)
    for form in value:
        if form not in FORMATS:
            raise OptionError(where, "formats", one_of(FORMATS), form, nearest(str(form), FORMATS))
    return tuple(form for form in FORMATS if form in value)


def _table(content: Mapping[str, Any], key: str, where: str) -> dict[str, Any]:
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise OptionError(where, key, f"a table, [{key}]", value)
    return value


def _list(content: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = content.get(key, [])
    if not isinstance(value, list):
        raise OptionError(where, key, "a list", value)
    return value


def _existing(folder: Path, path: Any, where: str) -> Path:
    if not (folder / str(path)).exists():
        raise OptionError(where, "inputs", "files or folders that exist", path)
    return (folder / str(path)).resolve()
