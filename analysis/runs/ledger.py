"""The ledger of a batch folder, `manifest.json`: what each run was made of and what it made.

A run is described by five things, each as a hash or a version, so that a difference can be told by name:

- `notebook`: its cells' text, tags and attachments. Outputs and counters are results, not causes;
- `parameters`: all of them, the notebook's defaults included;
- `inputs`: the record and the codebook where the notebook has a parameter `relationship`; files and folders that a
  parameter names; those that the batch file lists. Content counts, not times;
- `code`: this package's files;
- `libraries`: the versions of those whose code makes the outputs, and of Python.

A run is reused when all five are as they were and its files are there with the content that was written. The ledger
is replaced as a whole, by renaming, after every run that ends; a batch that is cut short therefore loses only what
was under way.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis import places
from analysis.errors import OptionError
from analysis.files import write_whole
from analysis.runs import parameters
from analysis.runs.naming import Run
from analysis.runs.plan import Plan

FILE = "manifest.json"
_FORMAT = 1
_LIBRARIES = (
    "font-source-sans-pro",
    "ipykernel",
    "ipython",
    "matplotlib",
    "nbformat",
    "numpy",
    "pandas",
    "papermill",
    "pypandoc-binary",
    "ruptures",
    "scipy",
    "typst",
)
_PACKAGE = Path(__file__).resolve().parents[1]
_TABLES = (".csv", ".json")
_NOT_CODE = {"__pycache__", "_data", "_notebooks"}


class Ledger:
    """The entries of a folder by run name; an entry is plain JSON.

    Parameters
    ----------
    folder : Path
        The batch folder. A ledger that is absent or unreadable counts as empty: everything is then made again.
    """

    def __init__(self, folder: Path) -> None:
        """Read the folder's ledger."""
        self.path = folder / FILE
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            self.entries: dict[str, dict[str, Any]] = dict(content["runs"]) if content["format"] == _FORMAT else {}
        except (OSError, ValueError, KeyError, TypeError):
            self.entries = {}

    def save(self) -> None:
        """Replace the file."""
        content = {"format": _FORMAT, "runs": dict(sorted(self.entries.items()))}
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        write_whole(self.path, text.encode() + b"\n")

    def why_run(self, run: Run, causes: Mapping[str, Any]) -> list[str]:
        """Return why the notebook has to be run (again); empty when its executed notebook can be reused."""
        entry = self.entries.get(run.name)
        if entry is None:
            return ["new"]
        found = _differences(entry["causes"], causes) or self._spoilt(entry, f"{run.name}.ipynb")
        if found and entry["status"] == "failed" and not _differences(entry["causes"], causes):
            return [f"failed before ({entry['error']})"]
        return found

    def why_export(self, run: Run) -> dict[str, str]:
        """Return the formats that have to be exported (again) although the notebook can be reused, each with the
        reason."""
        entry = self.entries[run.name]
        reasons = {form: self._spoilt(entry, f"{run.name}.{form}") for form in run.formats}
        return {form: found[0] for form, found in reasons.items() if found}

    def _spoilt(self, entry: Mapping[str, Any], name: str) -> list[str]:
        if name not in entry["files"]:
            return [f"{name.rpartition('.')[2]} not made yet"]
        path = self.path.parent / name
        if not path.is_file():
            return [f"{name} is gone"]
        return [] if file_hash(path) == entry["files"][name] else [f"{name} was changed"]


def causes(run: Run, plan: Plan) -> dict[str, Any]:
    """Return what a run is made of, in the five parts above."""
    inputs = {path.name: content_hash(path) for path in plan.inputs}
    for name, value in run.settings.items():
        if isinstance(value, str) and value:
            inputs |= _named(name, value, run)
    return {
        "notebook": notebook_hash(run.notebook),
        "parameters": json.loads(json.dumps(run.settings, default=str)),
        "inputs": inputs,
        "code": code_hash(),
        "libraries": libraries(),
    }


def _named(name: str, value: str, run: Run) -> dict[str, str]:
    """Return the inputs that one parameter names: a relationship's record, or a file or folder."""
    if name == "relationship":
        try:
            folder = places.relationship(value)
        except OptionError as error:
            raise OptionError(f"{run.notebook.name}", name, error.expected, value, error.fault.hint) from None
        return {
            f"record {folder.name}": content_hash(folder, _TABLES),
            "codebook": content_hash(places.codebook(), _TABLES),
        }
    path = run.notebook.parent / value
    try:
        return {value: content_hash(path.resolve())} if path.is_file() or path.is_dir() else {}
    except OSError:
        # Longer than any file name: no path.
        return {}


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Name what differs between two descriptions of a run."""
    found = []
    if old["notebook"] != new["notebook"]:
        found.append("notebook changed")
    for part, verb in (("parameters", "parameter"), ("inputs", "")):
        names = [name for name in sorted({*old[part], *new[part]}) if old[part].get(name) != new[part].get(name)]
        found += [f"{verb} {name} changed".strip() for name in names]
    if old["code"] != new["code"]:
        found.append("code of the workbook changed")
    for name in sorted({*old["libraries"], *new["libraries"]}):
        before, now = old["libraries"].get(name, "absent"), new["libraries"].get(name, "absent")
        found += [f"{name} {before} -> {now}"] if before != now else []
    return found


@cache
def notebook_hash(path: Path) -> str:
    """Return the hash of what a notebook says, whatever it has put out."""
    content = parameters.read(path)
    cells = [
        [
            cell["cell_type"],
            "".join(cell["source"]),
            sorted(cell.get("metadata", {}).get("tags", [])),
            cell.get("attachments"),
        ]
        for cell in content["cells"]
    ]
    language = content.get("metadata", {}).get("kernelspec", {}).get("language", "")
    return hashlib.sha256(json.dumps([cells, language], sort_keys=True).encode()).hexdigest()


@cache
def content_hash(path: Path, suffixes: tuple[str, ...] = ()) -> str:
    """Return the hash of a file, or of a folder's files with their names: hidden ones left out, line ends made equal.

    `suffixes` restricts a folder to files of these kinds.
    """
    if path.is_file():
        return _hash([path], path.parent)
    files = (file for file in sorted(path.rglob("*")) if file.is_file() and file.suffix in (suffixes or {file.suffix}))
    return _hash(
        (file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts)), path
    )


@cache
def code_hash() -> str:
    """Return the hash of this package's files."""
    files = (file for file in sorted(_PACKAGE.rglob("*")) if file.is_file())
    return _hash((file for file in files if not _NOT_CODE & set(file.relative_to(_PACKAGE).parts)), _PACKAGE)


@cache
def libraries() -> dict[str, str]:
    """Return the versions of Python and of the libraries that make the outputs."""
    found = {"python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def forget() -> None:
    """Drop remembered hashes, as a new batch must look at the files anew."""
    for remembered in (notebook_hash, content_hash, code_hash):
        remembered.cache_clear()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(files: Iterable[Path], base: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(base).as_posix()}:{len(content)}\n".encode() + content)
    return digest.hexdigest()
