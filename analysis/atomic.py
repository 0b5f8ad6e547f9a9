"""How every file of the workbook is written: whole under its name, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from analysis.errors import PublishError


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a new, empty file beside `target` that takes its name, and its permissions, when the block ends well.

    When the block or the renaming fails, `target` is as it was and nothing is left behind. What the system refuses is
    an OSError; the folder must be there.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    # Made here and with these permissions, so that the system applies the user's own mask to a new file.
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    try:
        yield temporary
        with temporary.open("rb+") as file:
            # Without this a loss of power could leave the new name on an empty file.
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that its name holds the old content or the new, never a part; OSError as for `replacing`."""
    with replacing(target) as temporary:
        temporary.write_bytes(content)


def write_document(target: Path, content: bytes) -> None:
    """Write a file as `write_whole` does, for a user who asked for it by name.

    Raises
    ------
    PublishError
        If the folder cannot be written to or is full.
    """
    try:
        write_whole(target, content)
    except OSError as error:
        raise PublishError(
            f"{target}: the file cannot be written ({error.strerror or error}); nothing was changed."
        ) from error
