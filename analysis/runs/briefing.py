"""A briefing in one call: the briefing notebook, run with parameters and set as a document.

Everything that can be refused is refused before the kernel starts: the relationship, the file's form, each parameter.
The document appears under its name only when whole; what stood there before stays when anything goes wrong.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.atomic import write_document
from analysis.cli_options import check_unedited
from analysis.errors import OptionError, one_of
from analysis.record import places
from analysis.runs import days
from analysis.runs import parameters as params

FORMS = (".pdf", ".docx", ".html")


def target(relationship: str, out: str | os.PathLike[str] | None) -> Path:
    """Return the file that a briefing is written to: `out`, or `briefing-NAME.pdf` in the working directory.

    Raises
    ------
    OptionError
        When the suffix is none of .pdf, .docx and .html, or the folder does not exist.
    """
    path = Path(out) if out and os.fspath(out) not in {"", "."} else Path(f"briefing-{Path(relationship).name}.pdf")
    if path.suffix.lower() not in FORMS:
        raise OptionError(
            "brief", "out", f"a file name that ends in {one_of(FORMS).removeprefix('one of ')}", path.name
        )
    if not path.parent.is_dir():
        raise OptionError("brief", "out", "in a folder that exists", str(path.parent))
    return path


def brief(
    relationship: str,
    out: str | os.PathLike[str],
    parameters: Mapping[str, Any] | None = None,
    *,
    keep_notebook: bool = False,
    force: bool = True,
    typed: Mapping[str, str] | None = None,
    progress: Callable[[str], None] = lambda words: None,
) -> Path:
    """Run the briefing notebook for a relationship and write the document.

    Parameters
    ----------
    relationship : str
        A name, or a folder with tables.
    out : path
        The document; its suffix says which form.
    parameters : mapping, optional
        Parameters of `notebooks/briefing.ipynb`, as typed or as text.
    keep_notebook : bool
        Whether to write the executed notebook beside the document.
    force : bool
        Whether a file that was edited since it was written, or came from elsewhere, is overwritten.
    typed : mapping, optional
        How the user wrote a parameter's name, such as `--as-of`, so that a refusal names what was typed.
    progress : callable
        Told in words what is being done.

    Returns
    -------
    Path
        The document.

    Raises
    ------
    OptionError
        Before anything is run, when the relationship, the file or a parameter is not one of those allowed.
    PublishError
        When a cell fails or the file cannot be written; names the cell or the file.
    """
    path, notebook = target(relationship, out), places.notebooks() / "briefing.ipynb"
    folder = places.relationship(relationship)
    _check_record(folder)
    given = dict(parameters or {})
    names = typed or {}
    try:
        declared = params.declared(notebook)
        checked = params.check(declared, given, where="brief")
        days.check(declared, {**checked, "relationship": str(folder)}, "brief", names)
    except OptionError as error:
        field = names.get(error.field, error.field)
        raise OptionError(error.where, field, error.expected, error.got, error.fault.hint) from None
    check_unedited(path, force)
    name = relationship if relationship in places.relationships() else str(folder)
    progress(f"Running {notebook.name} for {folder.name} ...")
    from analysis.runs.running import run

    told = {**checked, "relationship": name}
    node = run(notebook, told, progress=lambda done, cells: progress(f"Cell {done} of {cells} ..."))
    progress(f"Setting {path.name} ...")
    from analysis.export import export

    export(node, path, form=path.suffix[1:].lower(), name=notebook.stem)
    if keep_notebook:
        import nbformat

        write_document(path.with_suffix(".ipynb"), nbformat.writes(node).encode("utf-8"))  # type: ignore[no-untyped-call]
    return path


def from_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the parameters of a batch file, such as the explorer saves: its table `[parameters]`.

    Raises
    ------
    OptionError
        When there is no such file, it is no TOML, or it has no such table.
    """
    import tomllib

    file = Path(path)
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise OptionError(
            "brief", "from", "a file that can be read", str(path), f"{error.strerror or error}."
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OptionError("brief", "from", "a TOML file", file.name, f"{error}.") from None
    held, runs = content.get("parameters"), content.get("run", [])
    for run in runs if isinstance(runs, list) else []:
        if run.get("end") and not any("briefing" in str(other.get("notebook")) for other in runs):
            way_out = f"For a briefing as of that day: --as-of {run['end']} instead of --from."
            raise OptionError(
                "brief", "from", "a view that goes to its cut-off", f"one that ends on {run['end']}", way_out
            )
        if run.get("seed") and "explorer" in str(run.get("notebook")):
            way_out = f"Take the line `seed = {run['seed']}` out of the file."
            raise OptionError("brief", "from", "a view with the seed of briefings, 0", f"seed {run['seed']}", way_out)
    if not isinstance(held, dict):
        raise OptionError("brief", "from", "a file with a table [parameters]", file.name)
    return held


def _check_record(folder: Path) -> None:
    """Refuse a record without events: a page about nothing would look like a page about calm."""
    events = folder / "events.csv"
    if events.is_file() and len(events.read_bytes().strip().splitlines()) == 1:
        way_out = "Add events to events.csv by hand or with `workbook import`; `workbook check` says whether they load."
        raise OptionError(folder.name, "events", "recorded before a briefing can be written", "an empty table", way_out)
