"""Many runs of notebooks as one piece of work: planned, parallel, resumable, and honest about what failed.

`batch` reads a plan (`analysis.runs.plan`), asks each run's entry what is there already (`analysis.runs.entries`), has
an executor make the rest (`analysis.runs.single`), and writes an index (`analysis.runs.index`). The executor is any
`concurrent.futures.Executor`: threads of this process that wait for kernels, or a cluster's. Whatever carries the runs,
the files are the same; any number of batches and single runs may work in one folder at once.

When all runs are made, what they were made of is looked at again. Runs that were made of something else than is there
now are made once more in the same call; what still differs then is called stale.

No kernel outlives its run, nor the batch, nor Ctrl-C or SIGTERM, nor a SIGKILL of this process.
"""

from __future__ import annotations

import contextlib
import functools
import os
import queue
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, Literal

from analysis.errors import OptionError, PublishError, nearest, one_of
from analysis.runs import entries, index
from analysis.runs.causes import causes, differences
from analysis.runs.naming import Run
from analysis.runs.plan import Plan
from analysis.runs.plan import plan as read_plan
from analysis.runs.processes import forking
from analysis.runs.progress import Progress
from analysis.runs.results import BatchResult, RunResult
from analysis.runs.single import LEFT, Options, due, make

_FIRST_GUESS = 50_000  # bytes of one file of a run, where nothing is known of it


def batch(
    file: str | os.PathLike[str] | Mapping[str, Any],
    out: str | os.PathLike[str],
    jobs: int | None = None,
    dry_run: bool = False,
    formats: Sequence[str] | None = None,
    time_limit: float | None = None,
    *,
    kernel: Literal["warm", "cold"] = "warm",
    executor: Executor | None = None,
    only: Sequence[str] = (),
    force: bool = False,
    fail_fast: bool = False,
    retries: int | None = None,
    prune: bool = False,
    stream: IO[str] | None = None,
) -> BatchResult:
    """Make what is missing or changed of a batch.

    Parameters
    ----------
    file : path or mapping
        The batch file, or its content; see `analysis.runs.plan`.
    out : path
        The folder of the results; made when absent.
    jobs : int, optional
        Runs at once in this process; the number of usable cores when absent.
    dry_run : bool
        Only plan: nothing is written.
    formats : sequence of str, optional
        Documents to make instead of those that the file asks for.
    time_limit : float, optional
        Seconds for the cells of one run, and again for its documents, instead of the file's; `inf` for no limit.
    kernel : {"warm", "cold"}
        Forked kernels where the system can fork, or kernels started from scratch.
    executor : Executor, optional
        What carries the runs, such as `analysis.runs.executors.DaskExecutor(client)`; it is not shut down. Folders
        must have the same paths wherever it runs, and this package must be installed there.
    only : sequence of str
        Names of the runs to be looked at; all when empty.
    force : bool
        Whether to make runs although nothing has changed.
    fail_fast : bool
        Whether to begin no more runs when one has failed.
    retries : int, optional
        How often a failed run is tried again, instead of the file's number.
    prune : bool
        Whether to remove files of runs that the plan has no more; else they are named in the result.
    stream : file, optional
        Where progress is shown; standard error when absent.

    Raises
    ------
    OptionError
        When file or options are not as they must be; nothing was run.
    PublishError
        When the folder cannot be written to or is too full; nothing was run.
    KeyboardInterrupt
        On Ctrl-C and SIGTERM, after kernels are ended; the entries hold what was done.

    Examples
    --------
    >>> batch("monthly.toml", "out", jobs=4).exit_status  # doctest: +SKIP
    0
    """
    if jobs is not None and jobs <= 0:
        raise OptionError("batch", "jobs", "above 0", jobs)
    plan, folder = read_plan(file, formats=formats), Path(out).absolute()
    options = _options(plan, kernel, time_limit, retries, force)
    chosen, seen = select(plan, only), dict[Any, Any]()
    found: dict[str, RunResult] = {}
    for run in chosen:
        _, entry, why, why_export = due(run, folder, options, seen)
        words = "; ".join(why or dict.fromkeys(why_export.values()))
        files = tuple(entry["files"]) if entry else ()
        found[run.name] = RunResult(run.name, "planned" if words else "reused", words or "nothing changed", 0.0, files)
    todo = [run for run in chosen if found[run.name].status == "planned"]
    check_place(folder, todo)
    gone = _unplanned(plan, folder)
    if dry_run:
        return BatchResult(Path(out), tuple(found.values()), _how(options), unplanned=tuple(gone))
    carrier = _Carrier(folder, options, executor, min(jobs or _cores(), len(todo)), fail_fast)
    fault = ""
    with _terminable():
        try:
            for last in (False, True):
                with Progress(len(todo), stream) as progress:
                    found |= carrier.carry(todo, progress)
                changed = _changed(chosen, folder, found)
                todo = [run for run in chosen if run.name in changed]
                if not todo or last or carrier.stopped:
                    break
        finally:
            fault = index.write(folder, plan.runs)
    for run in todo:
        found[run.name] = replace(found[run.name], status="stale", error=f"changed meanwhile: {changed[run.name]}")
    if prune:
        _prune(folder, gone)
        gone = []
    return BatchResult(Path(out), tuple(found.values()), _how(options), fault, tuple(gone))


def one(
    file: str | os.PathLike[str],
    name: str,
    out: str | os.PathLike[str],
    formats: Sequence[str] | None = None,
    time_limit: float | None = None,
    *,
    kernel: Literal["warm", "cold"] = "warm",
    force: bool = False,
    retries: int | None = None,
) -> RunResult:
    """Make one run of a batch file, if anything of it is missing or changed; parameters as those of `batch`.

    Nothing is written but this run's files and its entry, so any engine may call it for any number of runs at once.
    """
    plan, folder = read_plan(file, formats=formats), Path(out).absolute()
    options = _options(plan, kernel, time_limit, retries, force)
    chosen = select(plan, [name])
    check_place(folder, chosen)
    folder.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    with _terminable():
        try:
            return make(chosen[0], folder, options, wait=True, stop=stop)
        except BaseException:
            stop.set()
            _end_processes()
            raise


def _options(plan: Plan, kernel: str, time_limit: float | None, retries: int | None, force: bool) -> Options:
    for name, value in (("time_limit", time_limit), ("retries", retries)):
        if value is not None and not value >= (0 if name == "retries" else 1e-9):
            raise OptionError("batch", name, "0 or more" if name == "retries" else "above 0", value)
    return Options(
        kernel == "warm",
        plan.time_limit if time_limit is None else time_limit,
        plan.retries if retries is None else retries,
        plan.pause,
        force,
    )


def select(plan: Plan, only: Sequence[str]) -> list[Run]:
    """Return the named runs of a plan in its order, all when none is named; OptionError for a name that it has not."""
    names = {run.name for run in plan.runs}
    for name in only:
        if name not in names:
            raise OptionError("batch", "name", one_of([run.name for run in plan.runs]), name, nearest(name, names))
    return [run for run in plan.runs if not only or run.name in only]


def check_place(folder: Path, todo: Sequence[Run]) -> None:
    """Refuse a folder that cannot be written to, that has no room for what is to be made, or where a result would
    take the place of the notebook that is run."""
    for run in todo:
        if run.notebook == (folder / f"{run.name}.ipynb").resolve():
            hint = "Choose another folder, or give the runs a `name`."
            raise OptionError("batch", "out", f"a folder without {run.notebook.name}, which is run", folder.name, hint)
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise PublishError(f"batch: `out` must be a folder that can be written to, not '{folder}'.")
    known = [path.stat().st_size for run in todo for path in folder.glob(f"{run.name}.*")] if folder.is_dir() else []
    files = sum(1 + len(run.formats) for run in todo)
    need = files * (max(sum(known) // len(known), _FIRST_GUESS) if known else _FIRST_GUESS)
    if todo and (free := shutil.disk_usage(there).free) < need:
        raise PublishError(
            f"batch: `out` must be on a disk with room for about {need / 1e6:,.1f} MB, not '{folder}', where "
            f"{free / 1e6:,.1f} MB are free. Make room, or choose another folder."
        )


class _Carrier:
    """Has runs made by an executor, and says what became of them."""

    def __init__(self, folder: Path, options: Options, executor: Executor | None, jobs: int, fail_fast: bool) -> None:
        self.folder, self.options, self.executor = folder, options, executor
        self.jobs, self.fail_fast = max(jobs, 1), fail_fast
        self.stopped = False

    def carry(self, runs: Sequence[Run], progress: Progress) -> dict[str, RunResult]:
        """Make runs; results by name."""
        if not runs:
            return {}
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.executor is not None:
            return self._through(self.executor, make, runs, progress)
        stop = threading.Event()
        pool = ThreadPoolExecutor(self.jobs, thread_name_prefix="run")
        try:
            return self._through(pool, functools.partial(make, stop=stop), runs, progress)
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            _end_processes()
            raise
        finally:
            pool.shutdown()

    def _through(self, pool: Executor, work: Any, runs: Sequence[Run], progress: Progress) -> dict[str, RunResult]:
        waiting: dict[Future[RunResult], Run] = {}
        ended: queue.SimpleQueue[Future[RunResult]] = queue.SimpleQueue()
        found: dict[str, RunResult] = {}

        def submit(run: Run, **how: Any) -> None:
            future = pool.submit(work, run, self.folder, self.options, **how)
            waiting[future] = run
            future.add_done_callback(ended.put)

        try:
            for run in runs:
                submit(run)
            while waiting:
                future = ended.get()
                run = waiting.pop(future)
                result = _outcome(future, run)
                if result.status == "busy" and not self.stopped:
                    # All else comes first; then it is waited for.
                    submit(run, wait=True)
                    continue
                found[run.name] = result
                if result.status != "not begun":
                    progress.ended(result)
                if self.fail_fast and result.status == "failed":
                    self.stopped = True
                    for other in list(waiting):
                        other.cancel()
        except BaseException:
            for other in waiting:
                other.cancel()
            raise
        return found


def _outcome(future: Future[RunResult], run: Run) -> RunResult:
    try:
        return future.result()
    except CancelledError:
        return RunResult(run.name, "not begun", "another run failed, or the executor gave it back")
    except Exception as error:
        words = " ".join(f"{type(error).__name__}: {error}".split())
        return RunResult(run.name, "failed", "", error=f"the executor lost it ({words})")


def _end_processes() -> None:
    from analysis.runs import documents, kernels

    kernels.end_all()
    documents.end_all()
    if client := forking()[0]:
        client.close()


def _changed(runs: Sequence[Run], folder: Path, found: Mapping[str, RunResult]) -> dict[str, str]:
    """Return the runs that are there and made of something else than is there now, with what differs."""
    changed, seen = {}, dict[Any, Any]()
    for run in runs:
        if found[run.name].status in {"done", "reused", "stale"} and (entry := entries.read(folder, run.name)):
            differs = differences(entry["causes"], causes(run, seen))
            if differs or entry["status"] == "stale":
                changed[run.name] = "; ".join(differs) or entry["error"]
    return changed


def _unplanned(plan: Plan, folder: Path) -> list[str]:
    return sorted({*entries.names(folder)} - {run.name for run in plan.runs}) if folder.is_dir() else []


def _prune(folder: Path, names: Sequence[str]) -> None:
    """Remove what runs have made: the files that their entries name, and what was kept beside them."""
    for name in names:
        entry = entries.read(folder, name) or {"files": {}}
        for file in (*entry["files"], f"previews/{name}.png", *(name + end for end in LEFT), f"{name}.json"):
            (folder / file).unlink(missing_ok=True)


def _how(options: Options) -> str:
    if not options.warm:
        return "Every kernel starts from scratch, as asked."
    return forking()[1] or "Kernels are forked from a process with the libraries loaded."


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Have SIGTERM, which schedulers of clusters send, end the work as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt("SIGTERM")

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
