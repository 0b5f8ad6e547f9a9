"""Documents of an executed notebook, made in a process apart.

An export is kept out of the process that drives runs: what hangs can be ended, and what runs out of memory or crashes
takes nothing with it. The process is forked for each run, or started from scratch where that cannot be.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import PublishError, WorkbookError
from analysis.runs.processes import end_of, environment, forking, kill_group, last_words

_running: set[Any] = set()


def make(
    notebook: Path, targets: Mapping[str, Path], room: Path, *, warm: bool = True, timeout: float | None = None
) -> None:
    """Make documents from an executed notebook: format to path.

    Parameters
    ----------
    notebook : Path
        An executed notebook.
    targets : mapping of str to Path
        "pdf", "docx", "html" to the files to be written.
    room : Path
        A folder for what the process says.
    warm : bool
        Whether the process is forked where the system can fork.
    timeout : float, optional
        Seconds for all of them; no limit when absent.

    Raises
    ------
    PublishError
        When a document cannot be made, with the exporter's words, or the process dies.
    TimeoutError
        When they are not made after `timeout` seconds; the process is killed.
    """
    said, log = room / "said", room / "documents.log"
    arguments = {"notebook": str(notebook), "targets": {form: str(path) for form, path in targets.items()}}
    process = _started({**arguments, "said": str(said)}, log, warm)
    _running.add(process)
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise TimeoutError(f"the documents were not made within {timeout:g} seconds") from None
    finally:
        kill_group(process)
        process.wait()
        _running.discard(process)
    if said.is_file():
        raise PublishError(said.read_text(encoding="utf-8"))
    if code:
        raise PublishError(f"exporter: it must end by itself, not by {end_of(code)}{last_words(log)}.")


def end_all() -> None:
    """Kill every process of this one that makes documents; those who wait for one see it dead."""
    for process in list(_running):
        kill_group(process)


def _started(arguments: dict[str, Any], log: Path, warm: bool) -> Any:
    if warm and (client := forking()[0]):
        from analysis.runs.warm.server import Request

        return client.server().fork(Request(write, arguments, environment(), os.getcwd(), str(log)))
    code = f"import json, sys; from {__name__} import write; write(**json.loads(sys.argv[1]))"
    command = [sys.executable, "-c", code, json.dumps(arguments)]
    with open(log, "wb") as file:
        return subprocess.Popen(
            command,
            env=environment(),
            stdout=file,
            stderr=file,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )


def write(notebook: str, targets: Mapping[str, str], said: str) -> None:
    """Write documents; the words of an error go to the file `said`."""
    from analysis.export import export

    try:
        for form, target in targets.items():
            export(notebook, target, form=form)
    except Exception as error:
        words = str(error) if isinstance(error, WorkbookError) else f"{type(error).__name__}: {error}"
        Path(said).write_text(words, encoding="utf-8")
