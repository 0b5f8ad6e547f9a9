"""Processes of runs: what they start in, how they are ended, and why they ended, in one sentence."""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

from analysis.record.places import with_package

_LONGEST = 300  # characters
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_folders: dict[int, str] = {}


def environment() -> dict[str, str]:
    """Return the environment of runs: this process's, with this package in reach, and sets in the same order every
    time."""
    return with_package({"PYTHONHASHSEED": "0", **os.environ})


def forking() -> tuple[Any, str]:
    """Return the module that forks processes; None where it was left out or cannot fork here, and then the reason."""
    try:
        from analysis.runs.warm import client
    except ModuleNotFoundError:
        return None, "Every kernel starts from scratch."
    reason = client.unavailable()
    return (None, reason) if reason else (client, "")


def folder() -> str:
    """Return this process's private folder, for sockets and messages; it goes with the process."""
    pid = os.getpid()
    if not os.path.isdir(_folders.get(pid, "")):
        _folders[pid] = tempfile.mkdtemp(prefix="workbook-")
    return _folders[pid]


@atexit.register
def _leave() -> None:
    shutil.rmtree(_folders.pop(os.getpid(), ""), ignore_errors=True)


def kill_group(process: Any) -> None:
    """End a process and the programs that it has started; it leads a group, as long as it has not been waited for."""
    if hasattr(process, "args") and os.name == "posix":
        if process.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def sentence(words: str) -> str:
    """Return words in one line without colours and full stop, cut when they are long."""
    line = " ".join(_COLOURS.sub("", words).split()).rstrip(".")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 4]} ..."


def end_of(code: int | None) -> str:
    """Word how a process ended: its exit code, negative for the signal that ended it, None when it has not."""
    if code is None:
        return "it does not answer"
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"{name}: killed, or out of memory" if name == "SIGKILL" else name


def last_words(log: str | Path) -> str:
    """Return the last lines of a file as an apposition; empty where it says nothing."""
    with contextlib.suppress(OSError):
        lines = Path(log).read_bytes()[-4000:].decode(errors="replace").splitlines()
        if said := sentence(" / ".join(line.strip() for line in lines[-3:] if line.strip())):
            return f"; it last said: {said}"
    return ""
