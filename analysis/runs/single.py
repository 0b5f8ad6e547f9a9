"""One run of a plan: its files and its entry, whoever asks for it and wherever it is done.

`make` is a plain function of values, so that any executor or any other process can carry it. In the folder are then
`NAME.ipynb`, `NAME.pdf` (or docx, html), `previews/NAME.png` and the entry `NAME.json`; for a run that failed
`NAME.failed.ipynb` and `NAME.failed.log`. What can be relied on, whatever fails:

- A file has its final name only when it is whole: a run works in a hidden folder, and its files are renamed when all
  are there. An older file stays until then; when a run fails the index does not link to it.
- Whatever goes wrong (a cell, a kernel killed, memory, the time limit, a full disk) becomes part of the result.
- What the run was made of is looked at before it and after it. When the two differ the entry says `stale`, and the run
  is made again by the next call: what was read in between is not known.
- Two processes never do the same run at once.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.atomic import write_whole
from analysis.errors import WorkbookError
from analysis.runs import causes, entries, index
from analysis.runs.naming import Run
from analysis.runs.processes import forking, sentence
from analysis.runs.results import RunResult
from analysis.runs.saved import failed_path

WORK = ".work-"
LEFT = (".failed.ipynb", ".failed.log")


@dataclass(frozen=True)
class Options:
    """How runs are made.

    Parameters
    ----------
    warm : bool
        Forked kernels where the system can fork, or kernels started from scratch.
    time_limit : float
        Seconds for the cells of a run, and again for its documents; `inf` for no limit.
    retries : int
        How often a run that has failed is tried again.
    pause : float
        Seconds before each of these.
    force : bool
        Whether to make a run although nothing has changed.
    """

    warm: bool = True
    time_limit: float = 3600.0
    retries: int = 0
    pause: float = 0.0
    force: bool = False


class Stopped(Exception):
    """The batch is being ended."""


def due(
    run: Run, folder: Path, options: Options, seen: dict[Any, Any] | None = None
) -> tuple[dict[str, Any], entries.Entry | None, list[str], dict[str, str]]:
    """Return what a run is made of now, its entry, why its notebook is to be run, and which formats, with reasons, are
    to be exported although it need not be."""
    made_of = causes.causes(run, seen)
    entry = entries.read(folder, run.name)
    why = ["asked for"] if options.force else entries.why_run(run, entry, made_of, folder)
    return made_of, entry, why, {} if why or entry is None else entries.why_export(run, entry, folder)


def make(
    run: Run,
    folder: Path,
    options: Options = Options(),
    *,
    wait: bool = False,
    stop: threading.Event | None = None,
) -> RunResult:
    """Make a run, if anything of it is missing or changed.

    Parameters
    ----------
    run : Run
        A run of a plan.
    folder : Path
        Where its files are; it must exist.
    options : Options
        How it is made.
    wait : bool
        Whether to wait for another process that is at work on the same run; else that is the result (`busy`).
    stop : Event, optional
        Set by a caller in the same process when it ends the kernels: what then fails is no failure of the run.

    Returns
    -------
    RunResult
        What became of it; whatever went wrong is in it.

    Raises
    ------
    Stopped
        When `stop` was set.
    """
    try:
        with entries.locked(folder, run.name, wait=wait) as ours:
            if not ours:
                return RunResult(run.name, "busy", "another process is at work on it")
            return _made(run, folder, options, stop or threading.Event())
    except (OSError, WorkbookError) as error:
        return RunResult(run.name, "failed", "", error=_words(error, options))


def _made(run: Run, folder: Path, options: Options, stop: threading.Event) -> RunResult:
    made_of, entry, why, why_export = due(run, folder, options)
    words = "; ".join(why or dict.fromkeys(why_export.values())) or "nothing changed"
    if not (why or why_export):
        return RunResult(run.name, "reused", words, files=tuple(entry["files"] if entry else ()))
    begun = time.monotonic()
    found: entries.Entry = {
        "name": run.name, "causes": made_of, "why": words,
        "files": {}, "title": "", "figures": {}, "alt": "", "notes": [],
    }  # fmt: skip
    if not why and entry:
        found |= {key: entry[key] for key in ("files", "title", "figures", "alt", "notes")}
    for attempt in range(options.retries + 1):
        if attempt and stop.wait(options.pause):
            raise Stopped
        error = _attempt(run, folder, options, stop, found, list(why_export or run.formats))
        if not error:
            break
    found |= {"status": "failed" if error else "done", "error": error}
    if not error and (changed := causes.differences(made_of, causes.causes(run))):
        found |= {"status": "stale", "error": f"while it ran: {'; '.join(changed)}"}
    found["seconds"] = round(time.monotonic() - begun, 3)
    result = RunResult(
        run.name, found["status"], words, found["seconds"], tuple(found["files"]), found["error"], tuple(found["notes"])
    )
    try:
        entries.write(folder, found)
    except OSError as fault:
        told = f"{run.name}.json could not be written ({fault.strerror}); the next call makes this run again"
        return replace(result, status="failed", error="; ".join(part for part in (error, told) if part))
    return result


def _attempt(
    run: Run, folder: Path, options: Options, stop: threading.Event, found: entries.Entry, forms: list[str]
) -> str:
    """Do what is to be done, and add it to the entry `found`; why that failed, in words."""
    room = folder / f"{WORK}{run.name}"
    shutil.rmtree(room, ignore_errors=True)  # of a process that was killed
    try:
        room.mkdir()
        if f"{run.name}.ipynb" not in found["files"]:
            found |= _run(run, folder, room, options, stop)
        if forms:
            from analysis.runs import documents

            targets = {form: room / f"{run.name}.{form}" for form in forms}
            made = folder / f"{run.name}.ipynb"
            documents.make(made, targets, room, warm=options.warm, timeout=_seconds(options))
            found["files"] |= {path.name: _place(path, folder) for path in targets.values()}
        error = trace = ""
    except Exception as fault:
        if stop.is_set():
            raise Stopped from fault
        error, trace = _words(fault, options), "" if isinstance(fault, WorkbookError) else traceback.format_exc()
    finally:
        if not stop.is_set():
            _keep_partial(run, folder, room)
        shutil.rmtree(room, ignore_errors=True)
    if error and not (folder / f"{run.name}{LEFT[1]}").exists():
        with contextlib.suppress(OSError):
            write_whole(folder / f"{run.name}{LEFT[1]}", f"{error}\n{trace}".encode("utf-8", "backslashreplace"))
    return error


def _run(run: Run, folder: Path, room: Path, options: Options, stop: threading.Event) -> dict[str, Any]:
    """Run the notebook and put it in its place; what the entry keeps of it."""
    from analysis.runs.running import run as run_notebook

    if options.warm and (client := forking()[0]):
        # The fork server loads what a run begins with, once, while this process goes on.
        from analysis.runs.warm import preload

        preload.prepare(client.server(), run)

    def still_wanted(done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped

    made = room / f"{run.name}.ipynb"
    node = run_notebook(
        run.notebook,
        run.parameters,
        made,
        kernel="warm" if options.warm else "cold",
        timeout=_seconds(options),
        progress=still_wanted,
    )
    if picture := index.preview(node):
        (folder / "previews").mkdir(exist_ok=True)
        write_whole(folder / "previews" / f"{run.name}.png", picture)
    notes = node.metadata["papermill"].get("notes", [])
    return {**index.digest(node), "notes": list(notes), "files": {made.name: _place(made, folder)}}


def _seconds(options: Options) -> float | None:
    return None if options.time_limit == float("inf") else options.time_limit


def _place(made: Path, folder: Path) -> str:
    """Give a whole file its final name; its hash."""
    content = causes.file_hash(made)
    made.replace(folder / made.name)
    return content


def _keep_partial(run: Run, folder: Path, room: Path) -> None:
    """Keep what a failed run leaves, and remove what an earlier one has left."""
    partial = failed_path(room / f"{run.name}.ipynb")
    for path in (partial, partial.with_suffix(".log")):
        with contextlib.suppress(OSError):
            if path.is_file():
                path.replace(folder / path.name)
            else:
                (folder / path.name).unlink(missing_ok=True)


def _words(error: Exception, options: Options) -> str:
    if isinstance(error, TimeoutError):
        return f"the time limit of {options.time_limit:g} seconds is over while the documents were made"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({Path(str(error.filename)).name})" if error.filename else error.strerror
    return (
        " ".join(str(error).split())
        if isinstance(error, WorkbookError)
        else sentence(f"{type(error).__name__}: {error}")
    )
