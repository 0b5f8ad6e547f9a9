"""Does every number of a briefing still follow from the record? The PDF carries how it was made; it is made again.

`manifest.json` among its attachments names the record (by its hash), the parameters, the versions, the sentences of
page one and the hash of every attached table. The same bytes are the whole answer; where they differ, what differs is
named: the record, a version, a table, a sentence.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from analysis.errors import OptionError
from analysis.runs.briefing import brief

_MANIFEST = "manifest.json"


def verify(
    path: Path, record: str | None = None, *, progress: Callable[[str], None] = lambda words: None
) -> tuple[bool, list[str]]:
    """Make a briefing again and compare.

    Parameters
    ----------
    path : Path
        The PDF.
    record : str, optional
        Name or folder of the record; the one that the PDF names when absent.
    progress : callable
        Told in words what is being done.

    Returns
    -------
    tuple of bool and list of str
        Whether the bytes are the same, and what was found, a line each.

    Raises
    ------
    OptionError
        When the file is no PDF, or no briefing that says how it was made.
    """
    there = attachments(path)
    held = manifest(there, path)
    changed = [
        name for name, digest in held["attachments"].items() if sha256(there.get(name, b"")).hexdigest() != digest
    ]
    if changed:
        return False, [f"The file itself was changed: {', '.join(changed)} is not what was attached."]
    given = {name: value for name, value in held["parameters"].items() if value and name != "relationship"}
    given |= {name: held[name] for name in ("handling", "paper") if held[name]}
    with tempfile.TemporaryDirectory() as folder:
        again = brief(
            record or held["parameters"]["relationship"], Path(folder) / "again.pdf", given, progress=progress
        )
        if again.read_bytes() == path.read_bytes():
            return True, ["Same bytes: every number of this briefing follows from the record."]
        return False, differences(held, manifest(attachments(again), again))


def attachments(path: Path) -> dict[str, bytes]:
    """Return the files that a PDF carries, by name."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        return {name: parts[0] for name, parts in PdfReader(path).attachments.items()}
    except (OSError, PyPdfError, ValueError) as error:
        raise OptionError("verify", "briefing", "a PDF that can be read", path.name, f"{error}.") from None


def manifest(there: dict[str, bytes], path: Path) -> dict[str, Any]:
    """Return what a briefing says of how it was made."""
    way_out = "Only a PDF that `workbook brief` has made can be made again."
    try:
        held = json.loads(there[_MANIFEST])
        if {"record", "parameters", "versions", "sentences", "attachments", "handling", "paper"} <= set(held):
            return dict(held)
    except (KeyError, ValueError, TypeError):
        pass
    raise OptionError("verify", "briefing", f"a briefing that carries {_MANIFEST}", path.name, way_out)


def differences(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Say in which way a briefing that was made again differs."""
    same = then["record"] == now["record"]
    found = ["Same record." if same else f"Another record: {then['record']} then, {now['record']} now."]
    versions = {**then["versions"], **now["versions"]}
    found += [
        f"Another version of {name}: {then['versions'].get(name)} then, {now['versions'].get(name)} now."
        for name in sorted(versions)
        if then["versions"].get(name) != now["versions"].get(name)
    ]
    tables = {**then["attachments"], **now["attachments"]}
    moved = [name for name in sorted(tables) if then["attachments"].get(name) != now["attachments"].get(name)]
    found += [f"Numbers differ in {len(moved)} of {len(tables)} tables: {', '.join(moved)}."] if moved else []
    gone = [f"No longer said: {text}" for text in then["sentences"] if text not in now["sentences"]]
    new = [f"Said now: {text}" for text in now["sentences"] if text not in then["sentences"]]
    return [*found, *gone, *new] if moved or gone or new else [*found, "No number and no sentence of page one differs."]
