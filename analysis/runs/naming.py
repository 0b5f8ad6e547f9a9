"""One run of a plan, and the names of runs: plain, short, and no two alike even where capitals do not count.

A name is made of what varies, so that a reader of the folder can tell the files apart. Where two would be alike each
gets a mark made of its own content, so that a name does not depend on its place in the plan.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from analysis.errors import OptionError, nearest, one_of

FORMATS = ("pdf", "docx", "html")


@dataclass(frozen=True)
class Run:
    """One run of a plan.

    Parameters
    ----------
    name : str
        Stem of its files, unlike every other of the plan even where capitals do not count.
    notebook : Path
        What is run.
    parameters : dict
        The given parameters, typed as declared; the path of a record is absolute.
    settings : dict
        All parameters as they are written: the given ones, and the notebook's defaults for the rest.
    formats : tuple of str
        Documents that are made from the executed notebook.
    inputs : mapping of str to Path
        Further files and folders that the run reads, by the path as written.
    environment : tuple of str
        Environment variables that the run depends on.
    unwatched : tuple of str
        Parameters that may name a file or folder which is not watched, such as one that the run writes.
    """

    name: str
    notebook: Path
    parameters: dict[str, Any]
    settings: dict[str, Any]
    formats: tuple[str, ...]
    inputs: Mapping[str, Path] = field(default_factory=dict)
    environment: tuple[str, ...] = ()
    unwatched: tuple[str, ...] = ()


def distinct(drafts: Sequence[Run]) -> tuple[Run, ...]:
    """Merge equal runs, and give each of the others a name of its own."""
    merged: dict[str, Run] = {}
    for draft in drafts:
        key = _identity(draft)
        formats = (*merged[key].formats, *draft.formats) if key in merged else draft.formats
        merged[key] = replace(draft, formats=tuple(form for form in FORMATS if form in formats))
    varying = _varying(merged.values())
    names = [_name(run, varying[run.notebook]) for run in merged.values()]
    taken = Counter(name.casefold() for name in names)
    marks = [hashlib.sha256(key.encode()).hexdigest()[:8] for key in merged]
    return tuple(
        replace(run, name=name if taken[name.casefold()] == 1 else f"{name}_{mark}")
        for run, name, mark in zip(merged.values(), names, marks, strict=True)
    )


def _identity(run: Run) -> str:
    return json.dumps([run.notebook.name, str(run.notebook), run.settings], default=str, sort_keys=True)


def _varying(runs: Iterable[Run]) -> dict[Path, list[str]]:
    """Return, for each notebook, the settings that are not the same in all of its runs."""
    first: dict[Path, Mapping[str, Any]] = {}
    found: dict[Path, dict[str, bool]] = {}
    for run in runs:
        same = first.setdefault(run.notebook, run.settings)
        varies = found.setdefault(run.notebook, dict.fromkeys(run.settings, False))
        varies.update({key: True for key, value in run.settings.items() if value != same[key]})
    return {path: [key for key, differs in varies.items() if differs] for path, varies in found.items()}


def _name(run: Run, varying: Sequence[str]) -> str:
    if run.name:
        fields = {**{key: _word(value) for key, value in run.settings.items()}, "notebook": run.notebook.stem}
        for _, name, *_ in string.Formatter().parse(run.name):
            if name is not None and name not in fields:
                raise OptionError("batch", "name", f"made of {one_of(list(fields))}", run.name, nearest(name, fields))
        text = run.name.format_map(fields)
    else:
        text = "_".join([run.notebook.stem, *(_word(run.settings[key]) for key in varying)])
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-.")
    # Room for a mark and a suffix below the 255 bytes that file systems allow. `index` is the page over all runs.
    return "run" if plain in {"", "index"} else plain[:200]


def _word(value: Any) -> str:
    return "-".join(map(_word, value)) or "all" if isinstance(value, (list, tuple)) else str(value)
