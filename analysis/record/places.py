"""Where the workbook's own files are.

A relationship is a folder of tables. It is found by path, or by name under the first of: the folder in the environment
variable `WORKBOOK_DATA`, the `data/` of the workspace that the working directory lies in, the checkout's `data/`, the
copy that an installed package carries. A workspace is an analyst's own folder, made by `workbook init`; what the
workbook ships is read there and never written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from analysis.errors import OptionError, nearest

_PACKAGE = Path(__file__).resolve().parents[1]
ENVIRONMENT = "WORKBOOK_DATA"
SHIPPED = "russia-belarus"
MARKER = ".workbook-workspace.json"


# How Python kernels are started: with the library, before anything beside the notebook that may bear its name.
KERNEL = [
    "-c",
    "import sys; sys.path[:] = filter(None, sys.path); "
    "import analysis, runpy; runpy.run_module('ipykernel_launcher', run_name='__main__')",
]


def workspace() -> Path | None:
    """Return the workspace that the working directory lies in; None outside of one."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / MARKER).is_file()), None)


def checkout() -> Path | None:
    """Return the folder of the repository that this package is run from; None where it was installed."""
    return _PACKAGE.parent if (_PACKAGE.parent / "data" / "codebook").is_dir() else None


def is_shipped(folder: Path) -> bool:
    """Return whether a record is the workbook's own copy, which is not to be written where it is used.

    That is the copy of an installed package, and in a workspace also that of the repository.
    """
    own = checkout()
    shipped = _PACKAGE / "_data" if own is None else own / "data" if workspace() else None
    return shipped is not None and folder.resolve().parent == shipped.resolve()


def records() -> Path:
    """Return the folder that new records go to: that of the environment variable, of the workspace, of the checkout.

    Raises
    ------
    OptionError
        Where there is none of them.
    """
    given, own, repository = os.environ.get(ENVIRONMENT), workspace(), checkout()
    if given or own or repository:
        return Path(given) if given else (own or repository or Path()) / "data"
    way_out = "Make a workspace with `workbook init` and go into it, or name a folder with --data PATH."
    raise OptionError("workbook", "--data", "a folder for records", "", way_out)


def data_roots() -> list[Path]:
    """Return the folders in which relationships are looked up by name, the first one first."""
    own = workspace()
    roots = [Path(os.environ[ENVIRONMENT])] if os.environ.get(ENVIRONMENT) else []
    roots += [own / "data"] if own else []
    return [root for root in (*roots, shipped("data")) if root.is_dir()]


def codebook() -> Path:
    """Return the folder of the shared vocabularies."""
    return shipped("data") / "codebook"


def notebooks() -> Path:
    """Return the folder of the shipped notebooks."""
    return shipped("notebooks")


def shipped(name: str) -> Path:
    """Return a folder that the workbook ships (data, notebooks, docs), in the repository or in the package."""
    own = checkout()
    return own / name if own else _PACKAGE / f"_{name}"


def with_package(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which another Python finds this package too, installed or not."""
    found, root = dict(environment), str(_PACKAGE.parent)
    if "site-packages" not in _PACKAGE.parts:
        paths = [path for path in found.get("PYTHONPATH", "").split(os.pathsep) if path]
        if root not in paths:
            found["PYTHONPATH"] = os.pathsep.join([*paths, root])
    return found


def relationships() -> list[str]:
    """Return the names of the relationships that can be loaded by name."""
    found = {folder.name for root in data_roots() for folder in root.iterdir() if (folder / "events.csv").is_file()}
    return sorted(found)


def relationship(name_or_path: str | os.PathLike[str]) -> Path:
    """Return the folder of a relationship.

    Raises
    ------
    OptionError
        When there is no such folder; names the relationships that there are.
    """
    text = os.fspath(name_or_path)
    for folder in (*(root / text for root in data_roots() if text and os.sep not in text), Path(text)):
        if text and folder.is_dir():
            return folder.resolve()
    known = relationships()
    raise OptionError(
        "relationship",
        "name_or_path",
        f"a folder of tables or one of {', '.join(known) or '(none found)'}",
        text,
        nearest(text, known),
    )
