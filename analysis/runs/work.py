"""A batch under way: steps done in parallel, each on a thread that waits for processes of its own.

The threads only wait and move files, so one process can drive as many kernels as there are cores. Whatever goes wrong
in a step becomes part of its result. A step works in a hidden folder beside the results; files are renamed into place
when they are whole, and the ledger is replaced after every step.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from analysis import places
from analysis.errors import OptionError, WorkbookError
from analysis.files import write_whole
from analysis.runs import index, ledger, parameters
from analysis.runs.ledger import Ledger
from analysis.runs.naming import Run
from analysis.runs.plan import Plan
from analysis.runs.progress import Progress
from analysis.runs.results import RunResult
from analysis.runs.saved import failed_path
from analysis.runs.warm import client, environment, preload
from analysis.runs.warm.export_process import Makers

WORK = ".work-"


@dataclass(frozen=True)
class Step:
    """A run with what it is made of and what has to be done: run the notebook, export some formats, or nothing."""

    run: Run
    causes: dict[str, Any]
    why_run: list[str]
    why_export: dict[str, str]

    @property
    def due(self) -> bool:
        """Whether anything has to be done."""
        return bool(self.why_run or self.why_export)

    @property
    def why(self) -> str:
        """The reason, in words."""
        return "; ".join(self.why_run or dict.fromkeys(self.why_export.values())) or "nothing changed"


class _Stopped(Exception):
    """The batch is being ended."""


class Work:
    """The state of a batch under way."""

    def __init__(self, folder: Path, book: Ledger, kernel: Literal["warm", "cold"], limit: float | None) -> None:
        """Begin work in `folder`, which this process has locked."""
        self.folder, self.book, self.kernel, self.limit = folder, book, kernel, limit
        self.fault = ""
        self._stop = threading.Event()
        self._makers = Makers()

    def through(self, todo: Sequence[Step], jobs: int, stream: IO[str] | None) -> tuple[RunResult, ...]:
        """Do every step that is due, `jobs` at once; results in the order of `todo`."""
        due = [step for step in todo if step.due]
        found = {step.run.name: self._reused(step) for step in todo if not step.due}
        if due and not client.unavailable():
            _prepare(client.server(environment.environment()), [step.run for step in due])
        pool = ThreadPoolExecutor(max(1, min(jobs, len(due))), thread_name_prefix="run")
        with Progress(len(due), stream) as progress:
            try:
                waiting: dict[Future[RunResult], Step] = {pool.submit(self._do, step, progress): step for step in due}
                while waiting:
                    for future in wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED).done:
                        del waiting[future]
                        result = future.result()
                        found[result.name] = result
                        self._save_ledger()
                        line = result.error if result.error else f"{result.name}: {result.seconds:.1f} s; {result.why}"
                        progress.ended(
                            f"{result.name} failed: {line}" if result.error else line, failed=bool(result.error)
                        )
            except BaseException:
                self._end(pool)
                raise
            pool.shutdown()
        self._makers.close()
        return tuple(found[step.run.name] for step in todo)

    def _end(self, pool: ThreadPoolExecutor) -> None:
        from analysis.runs.warm import kernels

        self._stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        kernels.end_all()
        client.close()
        self._makers.kill()
        pool.shutdown()
        self._makers.close()
        self._save_ledger()

    def _reused(self, step: Step) -> RunResult:
        return RunResult(step.run.name, "reused", step.why, 0.0, tuple(self.book.entries[step.run.name]["files"]))

    def _do(self, step: Step, progress: Progress) -> RunResult:
        """Do one step, on a thread; whatever goes wrong becomes part of the result."""
        progress.started()
        run, begun = step.run, time.monotonic()
        room = self.folder / f"{WORK}{run.name}"
        # The entry is that of a run of which nothing is there, until something is.
        entry: dict[str, Any] = {"causes": step.causes, "files": {}, "title": "", "figures": {}, "alt": "", "error": ""}
        if not step.why_run:
            entry |= {key: self.book.entries[run.name][key] for key in ("files", "title", "figures", "alt")}
        try:
            room.mkdir()
            if step.why_run:
                entry |= self._run(run, room)
            self._documents(run, room, entry, list(step.why_export or run.formats))
        except Exception as error:
            if self._stop.is_set():
                # The kernel was ended by the batch; that is no failure of the run.
                raise _Stopped from error
            entry["error"] = _words(error, self.limit)
        finally:
            if not self._stop.is_set():
                self._keep_partial(run, room)
            shutil.rmtree(room, ignore_errors=True)
        seconds = round(time.monotonic() - begun, 3)
        status: Literal["done", "failed"] = "failed" if entry["error"] else "done"
        self.book.entries[run.name] = {**entry, "status": status, "why": step.why, "seconds": seconds}
        return RunResult(run.name, status, step.why, seconds, tuple(entry["files"]), entry["error"])

    def _run(self, run: Run, room: Path) -> dict[str, Any]:
        """Run the notebook and put it in its place; what the ledger keeps of it."""
        from analysis.runs.running import run as run_notebook

        made = room / f"{run.name}.ipynb"
        node = run_notebook(
            run.notebook, run.parameters, made, kernel=self.kernel, timeout=self.limit, progress=self._heartbeat
        )
        told = index.digest(node)
        picture = index.preview(node)
        if picture:
            (self.folder / "previews").mkdir(exist_ok=True)
            write_whole(self.folder / "previews" / f"{run.name}.png", picture)
        return {**told, "files": {made.name: self._place(made)}}

    def _documents(self, run: Run, room: Path, entry: dict[str, Any], forms: list[str]) -> None:
        """Export the formats and put them in place together."""
        if not forms:
            return
        targets = {form: room / f"{run.name}.{form}" for form in forms}
        self._makers.make(self.folder / f"{run.name}.ipynb", targets, timeout=self.limit)
        entry["files"] |= {path.name: self._place(path) for path in targets.values()}

    def _place(self, made: Path) -> str:
        """Give a whole file its final name; its hash."""
        content = ledger.file_hash(made)
        made.replace(self.folder / made.name)
        return content

    def _keep_partial(self, run: Run, room: Path) -> None:
        kept = failed_path(self.folder / f"{run.name}.ipynb")
        with contextlib.suppress(OSError):
            partial = failed_path(room / f"{run.name}.ipynb")
            if partial.is_file():
                partial.replace(kept)
            else:
                kept.unlink(missing_ok=True)

    def _heartbeat(self, done: int, total: int) -> None:
        if self._stop.is_set():
            raise _Stopped

    def _save_ledger(self) -> None:
        try:
            self.book.save()
        except OSError as error:
            self.fault = (
                f"{ledger.FILE}: it could not be written ({error.strerror}). The next call makes these runs again."
            )
        else:
            self.fault = ""

    def write_index(self, plan: Plan) -> None:
        """Write the page and the table over the runs of a plan, unless they say the same already."""
        rows = [self._row(run) for run in plan.runs]
        names = ", ".join(dict.fromkeys(run.notebook.stem for run in plan.runs))
        pages = {"index.html": index.to_html(rows, title=f"Runs of {names}"), "index.csv": index.to_csv(rows)}
        for name, text in pages.items():
            path = self.folder / name
            try:
                if not path.is_file() or path.read_bytes() != text.encode():
                    write_whole(path, text.encode())
            except OSError as error:
                self.fault = self.fault or f"{name}: it could not be written ({error.strerror})."

    def _row(self, run: Run) -> dict[str, Any]:
        entry = self.book.entries[run.name]
        picture = self.folder / "previews" / f"{run.name}.png"
        files = [f"{run.name}.{form}" for form in ("ipynb", *run.formats) if f"{run.name}.{form}" in entry["files"]]
        partial = failed_path(self.folder / f"{run.name}.ipynb")
        return {
            **{key: entry[key] for key in ("status", "why", "seconds", "title", "figures", "alt", "error")},
            "name": run.name,
            "parameters": entry["causes"]["parameters"],
            "files": [*files, *([partial.name] if partial.is_file() else [])],
            "preview": picture.read_bytes() if entry["status"] == "done" and picture.is_file() else b"",
        }


def steps(plan: Plan, book: Ledger) -> list[Step]:
    """Return what has to be done for every run of a plan, given what the ledger holds."""
    found = []
    for run in plan.runs:
        causes = ledger.causes(run, plan)
        why = book.why_run(run, causes)
        found.append(Step(run, causes, why, {} if why else book.why_export(run)))
    return found


def _prepare(server: client.ForkServer, runs: Sequence[Run]) -> None:
    """Have the server import and load what these runs begin with; it does so while this process goes on."""
    for notebook in dict.fromkeys(run.notebook for run in runs):
        code = "\n".join(
            str(cell["source"]) for cell in parameters.read(notebook)["cells"] if cell["cell_type"] == "code"
        )
        for module in (module for word, module in preload.ALSO.items() if word in code):
            server.prepare("importlib:import_module", {"name": module})
    for name in dict.fromkeys(str(run.settings.get("relationship", "")) for run in runs):
        with contextlib.suppress(OptionError):
            server.prepare("analysis.runs.warm.preload:record", {"path": str(places.relationship(name))})


def _words(error: Exception, limit: float | None) -> str:
    if isinstance(error, TimeoutError):
        return f"the time limit of {limit:g} seconds is over while the documents were made"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror} ({Path(str(error.filename)).name})" if error.filename else error.strerror
    return str(error) if isinstance(error, WorkbookError) else f"{type(error).__name__}: {error}"
