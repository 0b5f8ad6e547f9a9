"""Small notebooks for the tests of runs and batches, and a look at the processes of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

from analysis.runs import causes

PARAMETERS = """
as_of: str = "2020-01-31"  # date: last day that may be known
n: int = 2  # how many
"""


def notebook(
    path: Path, *cells: str, parameters: str | None = PARAMETERS, metadata: dict[str, Any] | None = None
) -> Path:
    """Write a notebook with a title, a parameters cell and code cells; return its path."""
    made = [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# A question"}]
    if parameters is not None:
        made.append(_code("parameters", parameters, ["parameters"]))
    made += [_code(f"cell-{number}", source) for number, source in enumerate(cells)]
    spec = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    content = {"cells": made, "metadata": spec if metadata is None else metadata, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _code(name: str, source: str, tags: list[str] | None = None) -> dict[str, Any]:
    metadata = {"tags": tags} if tags else {}
    text = textwrap.dedent(source).strip()
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": text,
        "outputs": [],
        "execution_count": None,
    }


def freeze_code(folder: Path) -> Path:
    """Let the ledger look at a folder of its own for the package's code, so that an edit during the tests is no
    change."""
    frozen = folder / "frozen"
    frozen.mkdir(exist_ok=True)
    (frozen / "code.py").write_text("x = 1\n")
    causes._PACKAGE = frozen
    return frozen


def texts(node: Any) -> list[str]:
    """Return the printed text and plain results of an executed notebook, one item an output."""
    outputs = [output for cell in node["cells"] for output in cell.get("outputs", [])]
    return ["".join(output.get("text") or output.get("data", {}).get("text/plain", "")).strip() for output in outputs]


def alive(mark: str) -> list[str]:
    """Return the command lines or environments of living processes that carry `mark`, this one and its shell left
    out."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            words = (process / "cmdline").read_bytes() + b" " + (process / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in words and state != "Z":
            found.append(f"{process.name} {words[:120].decode(errors='replace')}")
    return found


# The first cell of a notebook whose kernels are to be looked for afterwards.
LEAVE_PID = "import os; open(f'kernel-{os.getpid()}', 'w').close(); print('before')"


def living_kernels(folder: Path) -> list[str]:
    """Return the kernels that have left their process id in a folder and still live."""
    found = [path.name.partition("-")[2] for path in folder.glob("kernel-*")]
    assert found, "no kernel has left its process id"
    return [pid for pid in found if Path(f"/proc/{pid}").exists()]


def until(condition: Any, seconds: float = 10.0) -> bool:
    """Wait until `condition()` holds; whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


def python(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    """Start this Python with arguments; its output is text and kept."""
    return subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )
