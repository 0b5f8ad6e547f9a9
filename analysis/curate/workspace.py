"""A workspace: an analyst's own folder, with notebooks to edit, a place for records, and the pages they link to.

    workbook init FOLDER

Everything in it is a copy, so that an upgrade of the package touches nothing of the analyst's. A file at its top keeps
what was copied; by it `update` tells a file that was edited, which it leaves alone, from one that was not.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from analysis import __version__
from analysis.atomic import write_document, write_whole
from analysis.errors import OptionError
from analysis.record import places

USUAL = "bilateral-workbook"
_PAGES = ("clusters.md", "feeds.md", "from-article-to-record.md", "methods.md", "own-relationship.md")
README = f"""# A workspace of the bilateral workbook

| place | holds |
|---|---|
| `notebooks/` | copies to run and edit; `workbook lab` opens them |
| `data/` | your records, a folder each; [README](data/README.md) is the data dictionary and the coding rules |
| `docs/` | [methods](docs/methods.md), [your own relationship](docs/own-relationship.md), [feeds](docs/feeds.md) |

Run these here:

    workbook lab                                        open the notebooks in JupyterLab
    workbook brief {places.SHIPPED} --out briefing.pdf    write a briefing
    workbook new aaa-bbb --actors AAA BBB               start a record of another relationship
    workbook copy {places.SHIPPED}                        copy the shipped record, to change it
    workbook init --update                              after an upgrade: new notebooks beside edited ones

The record that comes with the workbook is read from the package and is not written. A record of the same name in
`data/` takes its place.
"""


def init(folder: Path) -> Path:
    """Make a workspace and return its folder.

    Raises
    ------
    OptionError
        When it is one already, holds something in the way, or cannot be written to; nothing has been made.
    """
    if (folder / places.MARKER).is_file():
        raise OptionError("init", "DIR", "a new folder", str(folder), "It is a workspace; --update brings what is new.")
    files = _shipped()
    taken = sorted(name for name in files if (folder / name).exists())
    if taken:
        raise OptionError("init", "DIR", "a folder without " + taken[0], str(folder), "Name an empty or new folder.")
    try:
        for name, content in files.items():
            _write(folder / name, content)
        _keep(folder, {name: _print(name, content) for name, content in files.items()})
    except OSError as error:
        reason = f"{error.strerror or error}."
        raise OptionError("init", "DIR", "a folder that can be written to", str(folder), reason) from None
    return folder


def update(folder: Path) -> list[str]:
    """Bring a workspace to this version and return in words what was done, with the differences of edited files.

    A file that is as it was copied is replaced; of an edited one the new edition is written beside it, as
    NAME.new.ipynb; one that was deleted stays away. Records are not touched.
    """
    marker = folder / places.MARKER
    if not marker.is_file():
        raise OptionError("init", "DIR", "a workspace", str(folder), "Make one: `workbook init`.")
    copied: dict[str, str] = json.loads(marker.read_text(encoding="utf-8"))["files"]
    told: list[str] = []
    for name, content in _shipped().items():
        path, fresh, before = folder / name, _print(name, content), copied.get(name)
        now = _print(name, path.read_bytes()) if path.is_file() else None
        if fresh in (now, before) and (now or before):
            pass
        elif now is None and before is not None:
            told.append(f"{name}: you deleted it; left so.")
        elif now is None or now == before:
            told.append(f"{name}: {'new' if now is None else 'brought up to date'}.")
            _write(path, content)
        else:
            beside = path.with_suffix(f".new{path.suffix}")
            told.append(f"{name}: you edited it, so it stays; the new one is {beside.name}. They differ by:")
            mine, theirs = (_text(name, one).splitlines() for one in (path.read_bytes(), content))
            told += difflib.unified_diff(mine, theirs, name, beside.name, lineterm="")
            _write(beside, content)
        copied[name] = fresh
    _keep(folder, copied)
    return told


def copy(relationship: str, name: str = "") -> Path:
    """Copy a record into the folder of one's own records, to be changed there, and return the copy's folder.

    Raises
    ------
    OptionError
        When there is no such record, no place for the copy, or something of that name is there.
    """
    source, root = places.relationship(relationship), places.records()
    target = root / (name or source.name)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name or source.name):
        raise OptionError("copy", "NAME", "lower-case words joined by hyphens, such as aaa-bbb", name or source.name)
    if target.exists():
        raise OptionError("copy", "NAME", "that of a folder that does not exist yet", str(target), "Name another.")
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=f".{target.name}-") as stage:
        made = Path(stage) / target.name
        shutil.copytree(source, made, ignore=shutil.ignore_patterns(".*"), copy_function=shutil.copyfile)
        package = made / "datapackage.json"
        if package.is_file():
            described = {**json.loads(package.read_text(encoding="utf-8")), "name": target.name}
            package.write_text(json.dumps(described, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(made, target)
    return target


def _shipped() -> dict[str, bytes]:
    """Return the files of a workspace by their place in it; notebooks without outputs."""
    found = {f"docs/{name}": (places.shipped("docs") / name).read_bytes() for name in _PAGES}
    for path in sorted(places.notebooks().iterdir()):
        if path.suffix in (".ipynb", ".toml"):
            found[f"notebooks/{path.name}"] = bare(path.read_bytes()) if path.suffix == ".ipynb" else path.read_bytes()
    for name in ("README.md", "corrections.md"):
        found[f"data/{name}"] = (places.shipped("data") / name).read_bytes()
    return {"README.md": README.encode(), **found}


def bare(notebook: bytes) -> bytes:
    """Return a notebook without its outputs."""
    held = json.loads(notebook)
    for cell in held["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return (json.dumps(held, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _text(name: str, content: bytes) -> str:
    """Return what can be edited: of a notebook its cells, whatever was run, as text."""
    if not name.endswith(".ipynb"):
        return content.decode("utf-8", "replace")
    try:
        cells = json.loads(content)["cells"]
        return "\n".join(f"# %% {cell['cell_type']}\n{''.join(cell['source'])}" for cell in cells)
    except (ValueError, KeyError, TypeError):
        return content.decode("utf-8", "replace")


def _print(name: str, content: bytes) -> str:
    return hashlib.sha256(_text(name, content).encode()).hexdigest()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_document(path, content)


def _keep(folder: Path, files: dict[str, str]) -> None:
    (folder / "data").mkdir(exist_ok=True)
    held = {"version": __version__, "files": dict(sorted(files.items()))}
    write_whole(folder / places.MARKER, (json.dumps(held, indent=1) + "\n").encode())
