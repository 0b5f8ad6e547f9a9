"""Where the workbook's own files are.

A relationship is a folder of tables. It is found by path, or by name under the first of: the folder in the environment
variable `WORKBOOK_DATA`, the checkout's `data/`, the copy that an installed package carries. The working directory
never matters, since notebooks are run from anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from analysis.errors import OptionError, nearest

_PACKAGE = Path(__file__).resolve().parents[1]
ENVIRONMENT = "WORKBOOK_DATA"
SHIPPED = "russia-belarus"


def data_roots() -> list[Path]:
    """Return the folders in which relationships are looked up by name, the first one first."""
    roots = [Path(os.environ[ENVIRONMENT])] if os.environ.get(ENVIRONMENT) else []
    return [root for root in (*roots, _PACKAGE.parent / "data", _PACKAGE / "_data") if root.is_dir()]


def codebook() -> Path:
    """Return the folder of the shared vocabularies."""
    return next(root / "codebook" for root in (_PACKAGE.parent / "data", _PACKAGE / "_data") if root.is_dir())


def notebooks() -> Path:
    """Return the folder of the shipped notebooks."""
    return next(root for root in (_PACKAGE.parent / "notebooks", _PACKAGE / "_notebooks") if root.is_dir())


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
