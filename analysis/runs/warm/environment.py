"""What runs are started in: their environment, and a private folder that goes with this process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from analysis.places import with_package

_SOCKET_PATH_LIMIT = 100  # sun_path holds 104 bytes on the BSDs, 108 on Linux
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


def holds_socket(path: str) -> bool:
    """Tell whether a path is short enough for a Unix socket."""
    return len(os.fsencode(path)) < _SOCKET_PATH_LIMIT


@atexit.register
def _leave() -> None:
    if os.getpid() in _folders:
        shutil.rmtree(_folders.pop(os.getpid()), ignore_errors=True)
