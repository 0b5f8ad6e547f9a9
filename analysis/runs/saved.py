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

from analysis.atomic import write_whole

if TYPE_CHECKING:
    from nbformat import NotebookNode

INJECTED, MARKER = "injected-parameters", "papermill-error-cell-tag"
_STATE, _VIEW = (f"application/vnd.jupyter.widget-{kind}+json" for kind in ("state", "view"))
_MODEL = "IPY_MODEL_"
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
    # A lone surrogate, which JSON can hold and UTF-8 cannot, is written as JSON's escape.
    write_whole(path, text.rstrip("\n").encode("utf-8", "backslashreplace") + b"\n")


def clean(node: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """Take out of an executed notebook, in place, what would differ in a second run of the same thing.

    What a widget had captured (`ipywidgets.Output`, `interact`) is put back into the cell that shows the widget. What
    a reader should know is listed in the notebook's metadata, `papermill.notes`.
    """
    from nbformat.v4 import upgrade

    notes = _put_back(node)
    node = upgrade(node)  # type: ignore[no-untyped-call]
    node.metadata["papermill"] = {"parameters": dict(parameters)}
    node.metadata.get("language_info", {}).pop("version", None)
    shown = 0
    for number, cell in enumerate(node.cells):
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        if INJECTED in cell.metadata.get("tags", []):
            # papermill gives this cell a random id.
            cell["id"] = f"{INJECTED}-{number}"
        else:
            shown += 1
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                output.text = _steady(output.text)
            elif output.output_type == "error":
                output.traceback = [_steady(line) for line in output.traceback]
                notes.append(f"cell {shown} shows an error ({output.ename})")
            elif "text/plain" in output.data:
                output.data["text/plain"] = _steady(output.data["text/plain"])
    if notes:
        node.metadata["papermill"]["notes"] = notes
    return node


def _put_back(node: NotebookNode) -> list[str]:
    """Replace widgets, which live in their kernel, by what they had captured; what no cell shows is counted."""
    from nbformat import from_dict

    state = from_dict(node.metadata.pop("widgets", {}).get(_STATE, {}).get("state", {}))  # type: ignore[no-untyped-call]
    shown: set[str] = set()

    def captured(model: str) -> list[Any]:
        """Return the outputs of a widget and of those inside it, in their order."""
        if model in shown or model not in state:
            return []
        shown.add(model)
        held = state[model].get("state", {})
        inside = [item for value in held.values() for item in (value if isinstance(value, list) else [value])]
        marks = [item[len(_MODEL) :] for item in inside if isinstance(item, str) and item.startswith(_MODEL)]
        return [*without(held.get("outputs", [])), *(output for mark in marks for output in captured(mark))]

    def without(outputs: list[Any]) -> list[Any]:
        """Return outputs with each widget's own behind it, or in its place where it is nothing but a frame."""
        found = []
        for output in outputs:
            model = str(output.get("data", {}).pop(_VIEW, {}).get("model_id", ""))
            frame = state.get(model, {}).get("model_name") == "OutputModel"
            found += [*([] if frame else [output]), *captured(model)]
        return found

    for cell in node.cells:
        if "outputs" in cell:
            cell.outputs = without(cell.outputs)
    lost = sum(
        bool(held.get("state", {}).get("outputs")) and held.get("model_name") == "OutputModel" and model not in shown
        for model, held in state.items()
    )
    return [f"the outputs that {lost} widgets captured are left out, since no cell shows the widgets"] if lost else []


def _steady(text: str) -> str:
    """Replace what names this process: the temporary file of a cell's code, and addresses such as `<Line2D at
    0x7f..>`."""
    return _ADDRESS.sub(r"\1 at 0x0>", _TEMPORARY_SOURCE.sub(r"cell-\1.py", text))
