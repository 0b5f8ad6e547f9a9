"""Saving an executed notebook: whole or not at all, and the same bytes for the same run.

A notebook that has just been run is full of what differs from run to run: times, durations, versions, absolute paths,
process ids, memory addresses, random cell ids. None of it says anything of the record, and all of it makes noise in
which a changed number is overlooked. `clean` takes it out; `save` writes what is left.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.files import write_whole

if TYPE_CHECKING:
    from nbformat import NotebookNode

INJECTED, MARKER = "injected-parameters", "papermill-error-cell-tag"
# Linear on any text: a pattern that begins with "anything but a space" takes hours on a line of a million letters.
_TEMPORARY_SOURCE = re.compile(rf"(?:{re.escape(tempfile.gettempdir())}[/\\])?ipykernel_\d+[/\\](\d+)\.py")
_ADDRESS = re.compile(r"(<[^<>\n]{1,200}) at 0x[0-9a-fA-F]+>")


def failed_path(out: Path) -> Path:
    """Return the name under which a notebook that failed is kept."""
    return out.with_name(f"{out.name.removesuffix('.ipynb')}.failed.ipynb")


def save(node: NotebookNode, out: str | os.PathLike[str]) -> None:
    """Write a notebook: a local file under a temporary name that is renamed when whole, any other address through
    papermill."""
    from papermill.iorw import write_ipynb

    if "://" in os.fspath(out):
        write_ipynb(node, os.fspath(out))
        return
    import nbformat

    text = nbformat.writes(node)  # type: ignore[no-untyped-call]
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode() + (b"" if text.endswith("\n") else b"\n"))


def clean(node: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """Take out of an executed notebook, in place, what would differ in a second run of the same thing."""
    from nbformat.v4 import upgrade

    node = upgrade(node)  # type: ignore[no-untyped-call]
    node.metadata["papermill"] = {"parameters": dict(parameters)}
    node.metadata.get("language_info", {}).pop("version", None)
    # A widget lives in its kernel; its state has random ids, and what it shows is told by its plain text.
    node.metadata.pop("widgets", None)
    for number, cell in enumerate(node.cells):
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        if {INJECTED, MARKER} & set(cell.metadata.get("tags", [])):
            # papermill gives these cells random ids.
            cell["id"] = f"{INJECTED if INJECTED in cell.metadata.tags else MARKER}-{number}"
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = _steady(output.text)
            elif output.output_type == "error":
                output.traceback = [_steady(line) for line in output.traceback]
            elif "text/plain" in output.data:
                output.data["text/plain"] = _steady(output.data["text/plain"])
    return node


def _steady(text: str) -> str:
    """Replace what names this process: the temporary file of a cell's code, and addresses such as `<Line2D at
    0x7f..>`."""
    return _ADDRESS.sub(r"\1 at 0x0>", _TEMPORARY_SOURCE.sub(r"cell-\1.py", text))
