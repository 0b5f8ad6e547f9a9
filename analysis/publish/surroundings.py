"""What runs are started in: their environment, and a private folder that goes with this process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

_PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_folders: dict[int, str] = {}


def environment() -> dict[str, str]:
    """Return the environment of runs: this process's, with this package in reach, and sets in the same order every
    time."""
    return with_package({"PYTHONHASHSEED": "0", **os.environ})


def folder() -> str:
    """Return this process's private folder, for sockets and messages; it goes with the process."""
    pid = os.getpid()
    if pid not in _folders:
        _folders[pid] = tempfile.mkdtemp(prefix="workbook-")
    return _folders[pid]


def with_package(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment in which another Python finds this package too, installed or not."""
    found = dict(environment)
    if "site-packages" not in _PACKAGE_ROOT.parts:
        paths = [path for path in found.get("PYTHONPATH", "").split(os.pathsep) if path]
        if str(_PACKAGE_ROOT) not in paths:
            found["PYTHONPATH"] = os.pathsep.join([*paths, str(_PACKAGE_ROOT)])
    return found


@atexit.register
def _leave() -> None:
    if os.getpid() in _folders:
        shutil.rmtree(_folders.pop(os.getpid()), ignore_errors=True)
