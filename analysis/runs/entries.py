"""The entries of a batch folder: for each run `NAME.json`, what it was made of and what it made.

The ledger is the sum of the entries. Each is written by whoever did the run, by renaming, so that any number of
processes and machines can work in one folder; a lock for each run keeps two of them from the same one. An entry that
is not whole (cut short, merged by hand, of another version) counts as absent: its run is made again.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.runs.causes import PARTS, differences, file_hash
from analysis.runs.naming import Run

_FORMAT = 2
_SHAPE: dict[str, type | tuple[type, ...]] = {
    "name": str, "status": str, "why": str, "error": str, "seconds": (int, float), "causes": dict, "files": dict,
    "title": str, "figures": dict, "alt": str, "notes": list,
}  # fmt: skip

Entry = dict[str, Any]


def read(folder: Path, name: str) -> Entry | None:
    """Return the entry of a run; None when there is none, or none that is whole."""
    try:
        entry = json.loads((folder / f"{name}.json").read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or entry.get("format") != _FORMAT or entry.get("name") != name:
        return None
    whole = all(isinstance(entry.get(key), kind) for key, kind in _SHAPE.items())
    whole = whole and all(isinstance(entry["causes"].get(part), dict) for part in PARTS)
    return entry if whole and all(isinstance(value, str) for value in entry["files"].values()) else None


def write(folder: Path, entry: Mapping[str, Any]) -> None:
    """Replace the entry of a run."""
    text = json.dumps({"format": _FORMAT, **entry}, ensure_ascii=False, default=str)
    # Not forced onto the disk as results are: what a loss of power leaves of it is not whole, and counts as absent.
    temporary = folder / f".{entry['name']}.json.{secrets.token_hex(4)}.tmp"
    try:
        temporary.write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")
        temporary.replace(folder / f"{entry['name']}.json")
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def names(folder: Path) -> list[str]:
    """Return the names of all runs that have a whole entry in a folder."""
    return [path.stem for path in sorted(folder.glob("*.json")) if read(folder, path.stem) is not None]


def why_run(run: Run, entry: Entry | None, causes: Mapping[str, Any], folder: Path) -> list[str]:
    """Return why the notebook has to be run (again); empty when its executed notebook can be reused."""
    if entry is None:
        return ["new"]
    if changed := differences(entry["causes"], causes):
        return changed
    if entry["status"] == "stale":
        return [f"stale ({entry['error']})"]
    if entry["status"] == "failed" and f"{run.name}.ipynb" not in entry["files"]:
        return [f"failed before ({entry['error']})"]
    return _spoilt(entry, folder, f"{run.name}.ipynb")


def why_export(run: Run, entry: Entry, folder: Path) -> dict[str, str]:
    """Return the formats to be exported (again) although the notebook can be reused, each with the reason."""
    reasons = {form: _spoilt(entry, folder, f"{run.name}.{form}") for form in run.formats}
    return {form: found[0] for form, found in reasons.items() if found}


def _spoilt(entry: Entry, folder: Path, name: str) -> list[str]:
    if name not in entry["files"]:
        return [f"{name.rpartition('.')[2]} not made yet"]
    try:
        return [] if file_hash(folder / name) == entry["files"][name] else [f"{name} was changed"]
    except OSError:
        return [f"{name} is gone"]


@contextlib.contextmanager
def locked(folder: Path, name: str, *, wait: bool = False) -> Iterator[bool]:
    """Hold a run for this process; yields whether it could be had. The system lets go of it however the process ends.

    With `wait` it is waited for. On network file systems this works as far as their locks do.
    """
    path = folder / f".{name}.lock"
    while True:
        with open(path, "a+b") as file:
            if not _take(file.fileno(), wait):
                yield False
                return
            # Whoever had it may have removed the file while it was waited for.
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                try:
                    yield True
                finally:
                    with contextlib.suppress(OSError):
                        path.unlink()
                return


def _take(number: int, wait: bool) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(number, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
