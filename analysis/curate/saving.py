"""The one way in which a record is written: whole or not at all, and with an undo.

A save replaces some tables of a record. Under a lock on the folder it (1) writes all tables to a staging folder and
checks them there as `analysis.load` would; (2) puts the old files aside; (3) moves the new files into place one by one,
each move being atomic; (4) keeps the old files for `undo`. If anything fails in between, the old files are put back.
If the machine stops in between, the files put aside are found by the next save, undo or `recover`, and put back then.

What it needs lies in the folder `.workbook` beside the tables, which tells git to ignore it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.curate.table_format import Row, encode
from analysis.errors import Fault, OptionError, RecordError
from analysis.record import places
from analysis.record.relationship import PENDING
from analysis.record.tables import BY_NAME, TABLES

STATE, _PENDING = PENDING.parts
_LAST, _AFTER = "last", "after.json"
_WAIT_SECONDS = 10.0


def fingerprint(folder: Path) -> str:
    """Return a hash of the record's files as they are, by which a later change is noticed."""
    digest = hashlib.sha256()
    for schema in TABLES:
        file = folder / schema.file
        content = file.read_bytes() if file.is_file() else b"missing"
        digest.update(f"{schema.file}:{len(content)}\n".encode() + content)
    return digest.hexdigest()


def staged_faults(folder: Path, files: Mapping[str, bytes]) -> list[Fault]:
    """Return the faults that the record would have if these files replaced its own; nothing of it is touched."""
    from analysis.record.relationship import read

    with tempfile.TemporaryDirectory() as name:
        stage = Path(name)
        for schema in TABLES:
            if schema.file in files:
                (stage / schema.file).write_bytes(files[schema.file])
            elif (folder / schema.file).is_file():
                shutil.copyfile(folder / schema.file, stage / schema.file)
        return read(stage)[1]


def save(folder: Path, tables: Mapping[str, Sequence[Row]], *, since: str | None = None) -> list[str]:
    """Replace tables of a record, all of them or none.

    Parameters
    ----------
    folder : Path
        The record.
    tables : mapping of str to rows
        The whole new content of each table that changes, by name; the order of rows does not matter.
    since : str, optional
        `fingerprint` of the record on which the change was planned; refused when it is another one by now.

    Returns
    -------
    list of str
        The files that differ from before; empty when nothing does, and then nothing is written.

    Raises
    ------
    RecordError
        When the record would not be valid; nothing has changed.
    OptionError
        When the folder cannot be written, is being written by another, or is not the record that was planned on.
    """
    encoded = {BY_NAME[name].file: encode(rows, BY_NAME[name])[0] for name, rows in tables.items()}
    with _locked(folder):
        _recover(folder)
        if since is not None and fingerprint(folder) != since:
            raise OptionError(
                folder.name,
                "since",
                "the state of the record that the change was planned on",
                "changed",
                "Somebody else has saved in between; plan again.",
            )
        files = {file: content for file, content in encoded.items() if content != _content(folder / file)}
        if files:
            faults = staged_faults(folder, files)
            if faults:
                raise RecordError(faults, record=folder.name)
            _swap(folder, files)
    return sorted(files)


def undo(folder: Path) -> list[str]:
    """Take back the last save and return the files that changed; a second call takes the undo back.

    Raises
    ------
    OptionError
        When nothing was saved here, or the record was changed by other means since.
    """
    with _locked(folder):
        _recover(folder)
        last = folder / STATE / _LAST
        if not last.is_dir():
            raise OptionError(folder.name, "undo", "called after a save", "no save to take back")
        if json.loads((last / _AFTER).read_text(encoding="utf-8")) != fingerprint(folder):
            raise OptionError(
                folder.name,
                "undo",
                "called on the record as it was saved",
                "changed since",
                "The files were edited after that save; take them back by hand or by git.",
            )
        files = {file.name: file.read_bytes() for file in sorted(last.glob("*.csv"))}
        _swap(folder, files)
    return sorted(files)


def recover(folder: Path) -> bool:
    """Put back the files of a save that was cut off, and return whether there was one."""
    if not interrupted(folder):
        return False
    with _locked(folder):
        return _recover(folder)


def interrupted(folder: Path) -> bool:
    """Return whether a save was cut off here, so that the tables may not belong together."""
    return (folder / STATE / _PENDING).is_dir()


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def _swap(folder: Path, files: Mapping[str, bytes]) -> None:
    state = folder / STATE
    pending, last = state / _PENDING, state / _LAST
    with tempfile.TemporaryDirectory(dir=state) as name:
        fresh, aside = Path(name) / "fresh", Path(name) / "aside"
        fresh.mkdir()
        aside.mkdir()
        for file, content in files.items():
            _write(fresh / file, content)
            _write(aside / file, _content(folder / file))
            if (folder / file).exists():
                shutil.copymode(folder / file, fresh / file)
        os.replace(aside, pending)
        try:
            for file in files:
                os.replace(fresh / file, folder / file)
            _write(pending / _AFTER, json.dumps(fingerprint(folder)).encode())
        except BaseException:
            _recover(folder)
            raise
        shutil.rmtree(last, ignore_errors=True)
        os.replace(pending, last)


def _recover(folder: Path) -> bool:
    pending = folder / STATE / _PENDING
    if not pending.is_dir():
        return False
    for file in sorted(pending.glob("*.csv")):
        # A copy, not a move: until the last file is back, the ones put aside must all be there to try again from.
        fresh = pending / f"{file.name}.back"
        shutil.copyfile(file, fresh)
        os.replace(fresh, folder / file.name)
    shutil.rmtree(pending)
    return True


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    if places.is_shipped(folder):
        copy = f"Copy it and work on the copy: `workbook copy {folder.name}`."
        raise OptionError(folder.name, "", "a record of your own", "the one that comes with the workbook", copy)
    state = folder / STATE
    try:
        state.mkdir(exist_ok=True)
        (state / ".gitignore").write_text("*\n", encoding="utf-8")
        # The system lets go of this lock when the process dies.
        lock = FileLock(state / "lock", timeout=_WAIT_SECONDS).acquire()
    except Timeout:
        raise OptionError(folder.name, "", "free to be written", "being saved by another", "Try again.") from None
    except OSError as error:
        raise OptionError(
            folder.name, "", "a folder that can be written to", str(error.strerror), "See its permissions."
        ) from None
    with lock:
        yield
