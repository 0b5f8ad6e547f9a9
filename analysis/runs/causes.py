"""What a run is made of, so that a difference can be told by name.

Watched are, for each run, in four parts:

- `parameters`: all of them as written, the notebook's defaults included;
- `files`, by the hash of their content: the notebook (text, metadata and attachments of its cells, and its own
  metadata, but no outputs and counters); the record and the codebook, where it has a parameter `relationship`; files
  and folders that any other parameter names, in lists and mappings too; those that the plan lists; modules, packages
  and a `matplotlibrc` beside the notebook; the files of this package, with the templates of documents;
- `environment`: the variables that the plan names;
- `libraries`: the versions of Python, of those that draw or compute here, and of those that the notebook or a module
  beside it imports.

Not watched are: other environment variables; files whose names are made in the notebook's code; what is fetched;
clocks and random numbers; settings of IPython and matplotlib in the home folder; programs that are called; fonts of
the system.
`inputs` and `environment` of the plan add what a run reads besides. `workbook batch --explain NAME` lists a run's.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar

from analysis.record import places
from analysis.runs import parameters
from analysis.runs.naming import Run

PARTS = ("parameters", "files", "environment", "libraries")
_LIBRARIES = {
    "contourpy", "duckdb", "font-source-sans-pro", "fonttools", "ibis-framework", "ipykernel", "ipython",
    "ipywidgets", "jupyter_client", "kiwisolver", "krippendorff", "matplotlib", "matplotlib-inline", "narwhals",
    "nbclient", "nbformat", "numpy", "pandas", "pandera", "papermill", "pillow", "pyarrow", "pypandoc-binary",
    "rapidfuzz", "rich", "scipy", "traitlets", "typst",
}  # fmt: skip
_PACKAGE = Path(__file__).resolve().parents[1]
_TABLES = (".csv", ".json")
_TICK = 2_000_000_000  # nanoseconds; some file systems count in two seconds
_NOT_CODE = frozenset({"__pycache__", "_data", "_notebooks"})
# Of a notebook and its cells: what running leaves there, and which editor was used.
_VOLATILE = {"execution", "papermill", "widgets", "collapsed", "scrolled", "kernelspec", "language_info"}


def causes(run: Run, seen: dict[Any, Any] | None = None) -> dict[str, dict[str, Any]]:
    """Return what a run is made of now, in the four parts above.

    Parameters
    ----------
    run : Run
        A run of a plan.
    seen : dict, optional
        What was hashed already in the same look at the files, and is then not read again; added to.
    """
    known = {} if seen is None else seen

    def once(read: Callable[..., Any], *arguments: Any) -> Any:
        key = (read.__name__, *arguments)
        if key not in known:
            known[key] = read(*arguments)
        return known[key]

    files = {"notebook": once(notebook_hash, run.notebook)}
    files |= {label: once(content_hash, path, suffixes) for label, path, suffixes in _named(run)}
    files |= once(_beside, run.notebook.parent)
    files["code of the workbook"] = once(content_hash, _PACKAGE, (), _NOT_CODE)
    return {
        "parameters": json.loads(json.dumps(run.settings, default=str)),
        "files": files,
        "environment": {name: _secret(os.environ.get(name)) for name in run.environment},
        "libraries": once(libraries, once(_imported, run.notebook)),
    }


def differences(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Name what differs between two descriptions of a run, each as a short phrase."""
    if old == new:
        return []
    words = {"parameters": "parameter ", "environment": "environment variable "}
    found = []
    for part in ("files", "parameters", "environment"):
        for name in sorted({*old[part], *new[part]}, key=lambda name: (name != "notebook", name)):
            if name not in new[part] or name not in old[part]:
                found.append(f"{words.get(part, '')}{name} {'is new' if name in new[part] else 'is gone'}")
            elif old[part][name] != new[part][name]:
                found.append(f"{words.get(part, '')}{name} changed")
    libraries = {*old["libraries"], *new["libraries"]}
    pairs = ((name, *(part["libraries"].get(name, "absent") for part in (old, new))) for name in sorted(libraries))
    return [*found, *(f"{name} {before} -> {now}" for name, before, now in pairs if before != now)]


def explain(run: Run) -> str:
    """Return a list of what is watched for a run, one line each, and of what is not."""
    found = causes(run)
    lines = [f"{run.name}: made again when one of these changes."]
    for part in PARTS:
        shown = found[part].items()
        lines += [f"  {part}:", *(f"    {name}{'' if part == 'files' else f' = {value}'}" for name, value in shown)]
    unwatched = (__doc__ or "").partition("Not watched are: ")[2].split("\n`inputs`")[0]
    return "\n".join([*lines, f"Not watched: {' '.join(unwatched.split())}"])


def _named(run: Run) -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """Yield label, path and kinds of file of what the plan lists and the parameters name."""
    yield from ((name, path, ()) for name, path in run.inputs.items())
    for parameter, value in run.settings.items():
        if parameter == "relationship" and isinstance(value, str) and value:
            yield f"record {value}", places.relationship(run.parameters.get(parameter, value)), _TABLES
            yield "codebook", places.codebook(), _TABLES
        elif parameter not in run.unwatched:
            for text in _texts(value):
                # A text of dots and slashes is a separator more often than a folder, and might be the whole disk.
                if text.strip("./\\ ") and _exists(path := run.notebook.parent / text):
                    yield f"{text} (parameter {parameter})", path.resolve(), ()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _exists(path: Path) -> bool:
    try:
        return path.is_file() or path.is_dir()
    except (OSError, ValueError):
        # Longer than any file name, or with a zero byte: no path.
        return False


def _beside(folder: Path) -> dict[str, str]:
    """Return the hashes of what a kernel in `folder` would import or be set by: modules, packages, matplotlibrc."""
    found = {path.name: content_hash(path) for path in _modules(folder)}
    found |= {path.parent.name: content_hash(path.parent, (".py",)) for path in sorted(folder.glob("*/__init__.py"))}
    if (folder / "matplotlibrc").is_file():
        found["matplotlibrc"] = content_hash(folder / "matplotlibrc")
    return {f"{name} beside the notebook": value for name, value in found.items()}


def _modules(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.py")) if path.is_file()]


def _imported(notebook: Path) -> frozenset[str]:
    """Return the names of modules that a Python notebook, or a module beside it, imports."""
    files = [notebook, *_modules(notebook.parent)]
    found = frozenset[str]().union(*(_remembered(_imports, path) for path in files))
    return found - set(sys.stdlib_module_names) - {"analysis"}


def _imports(path: Path) -> set[str]:
    if path.suffix == ".py":
        sources = [path.read_text(encoding="utf-8", errors="replace")]
    else:
        cells = parameters.read(path)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    found: set[str] = set()
    for source in sources:
        lines = [line for line in source.splitlines() if line.lstrip()[:1] not in {"%", "!"}]
        try:
            tree = ast.parse("\n".join(lines))
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(str(node.module).partition(".")[0])
    return found


def libraries(imported: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return the versions of Python, of the libraries that make the outputs, and of those that provide `imported`."""
    # Whatever is installed or removed changes the folder that it is in.
    return dict(_versions(imported, tuple(os.stat(path).st_mtime_ns for path in sys.path if os.path.isdir(path))))


@functools.lru_cache(maxsize=64)
def _versions(imported: frozenset[str], stamps: tuple[int, ...]) -> dict[str, str]:
    others = imported - {name.replace("-", "_") for name in _LIBRARIES}
    # Asked only where it matters: it reads the list of files of everything that is installed.
    providers = metadata.packages_distributions() if others else {}
    names = {*_LIBRARIES, *(name for module in others for name in providers.get(module, []))}
    found = {"python": platform.python_version()}
    for name in sorted(names):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def notebook_hash(path: Path) -> str:
    """Return the hash of what a notebook says, whatever it has put out."""
    return _remembered(_notebook_hash, path)


def _notebook_hash(path: Path) -> str:
    content = parameters.read(path)
    cells = [
        [cell["cell_type"], "".join(cell["source"]), _lasting(cell.get("metadata", {})), cell.get("attachments")]
        for cell in content["cells"]
    ]
    own = content.get("metadata", {})
    spec = own.get("kernelspec", {})
    language = [spec.get("language", ""), "" if spec.get("language") == "python" else spec.get("name", "")]
    text = json.dumps([cells, _lasting(own), language], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _lasting(described: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in described.items() if key not in _VOLATILE}
    return (
        {**kept, "tags": sorted(kept["tags"])} if kept.get("tags") else {k: v for k, v in kept.items() if k != "tags"}
    )


def content_hash(path: Path, suffixes: tuple[str, ...] = (), skip: frozenset[str] = frozenset()) -> str:
    """Return the hash of a file, or of a folder's files with their names: hidden ones left out, line ends made equal.

    `suffixes` restricts a folder to files of these kinds; files and folders named in `skip` are left out.
    """
    digest = hashlib.sha256()
    for name, file in [(path.name, path)] if path.is_file() else _files(path, "", suffixes, skip):
        digest.update(name.encode("utf-8", "surrogateescape") + b":" + _remembered(_content, file))
    return digest.hexdigest()


def _files(
    folder: str | Path, base: str, suffixes: tuple[str, ...], skip: frozenset[str]
) -> Iterator[tuple[str, str | Path]]:
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except PermissionError:
        return
    for entry in found:
        if entry.name.startswith(".") or entry.name in skip:
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path, f"{base}{entry.name}/", suffixes, skip)
        elif entry.is_file() and (not suffixes or entry.name.endswith(suffixes)):
            yield f"{base}{entry.name}", entry.path


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_Found = TypeVar("_Found")
_kept: dict[tuple[str, str], tuple[tuple[int, ...], Any]] = {}


def _remembered(read: Callable[[Any], _Found], file: str | Path) -> _Found:
    """Return what `read` makes of a file, remembered as long as the system says that nothing has touched it."""
    try:
        key, status = (read.__name__, str(file)), os.stat(file)
    except OSError:
        return read(file)  # which says what is wrong
    state = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    if (known := _kept.get(key)) and known[0] == state:
        found: _Found = known[1]
        return found
    found = read(file)
    # The clock of files is coarse: a second edit within one tick would look like none.
    if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > _TICK:
        _kept[key] = (state, found)
    return found


def _content(file: str | Path) -> bytes:
    return hashlib.sha256(Path(file).read_bytes().replace(b"\r\n", b"\n")).digest()


def _secret(value: str | None) -> str:
    """Return a mark of a variable's value, which may be a password."""
    return "not set" if value is None else hashlib.sha256(value.encode("utf-8", "surrogateescape")).hexdigest()[:16]
