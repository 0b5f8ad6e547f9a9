"""Many runs of notebooks as one piece of work: planned, parallel, resumable, and honest about what failed.

`batch` reads a plan (`analysis.runs.plan`), asks the ledger what is there already (`analysis.runs.ledger`),
runs the rest on forked kernels (`analysis.runs.running`), has the documents made in processes apart
(`analysis.runs.warm.export_process`), and writes an index (`analysis.runs.index`). In the folder are then, for every
run, `NAME.ipynb` and `NAME.pdf` (or docx, html), and for a run whose cell failed `NAME.failed.ipynb`; `manifest.json`,
`index.html`, `index.csv`, and `previews/`.

What can be relied on, whatever fails:

- A file has its final name only when it is whole: a run works in a hidden folder, and its files are renamed when all
  are there. An older file stays until then; when a run fails the index does not link to it.
- One run's failure (a cell, a kernel killed, memory, the time limit, a full disk) ends that run only. Kernels that do
  not start are tried again.
- After each run the ledger is replaced, so the next call goes on where this one ended, for whatever reason it ended.
- A folder is locked while a batch works in it; a second batch is refused at once.
- No kernel outlives its run, nor the batch, nor Ctrl-C, nor a SIGKILL of this process
  (`analysis.runs.warm.server`).
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from analysis.errors import OptionError, PublishError
from analysis.runs import ledger
from analysis.runs import plan as matrix
from analysis.runs.ledger import Ledger
from analysis.runs.results import BatchResult, RunResult
from analysis.runs.warm import client
from analysis.runs.work import WORK, Work, steps

_LOCK = ".lock"


def batch(
    file: str | os.PathLike[str] | Mapping[str, Any],
    out: str | os.PathLike[str],
    jobs: int | None = None,
    dry_run: bool = False,
    formats: Sequence[str] | None = None,
    time_limit: float | None = None,
    *,
    kernel: Literal["warm", "cold"] = "warm",
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
        Runs at once; the number of usable cores when absent.
    dry_run : bool
        Only plan: nothing is written.
    formats : sequence of str, optional
        Documents to make instead of those that the file asks for.
    time_limit : float, optional
        Seconds for the cells of one run, and again for its documents, instead of the file's.
    kernel : {"warm", "cold"}
        Forked kernels where the system can fork, or kernels started from scratch.
    stream : file, optional
        Where progress is shown; standard error when absent.

    Raises
    ------
    OptionError
        When file or options are not as they must be; nothing was run.
    PublishError
        When another batch works in the folder.
    KeyboardInterrupt
        On Ctrl-C, after kernels are ended; the ledger holds what was done.
    """
    for name, value in (("jobs", jobs), ("time_limit", time_limit)):
        if value is not None and value <= 0:
            raise OptionError("batch", name, "above 0", value)
    ledger.forget()
    plan, folder = matrix.plan(file, formats=formats), Path(out)
    how = client.unavailable() if kernel == "warm" else "Every kernel starts from scratch, as asked."
    how = how or "Kernels are forked from a process with the libraries loaded."
    if dry_run:
        found = steps(plan, Ledger(folder))
        runs = tuple(RunResult(step.run.name, "planned" if step.due else "reused", step.why) for step in found)
        return BatchResult(folder, runs, how)
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder), _quiet():
        for stale in folder.glob(f"{WORK}*"):
            shutil.rmtree(stale, ignore_errors=True)
        limit = time_limit if time_limit is not None else plan.time_limit
        work = Work(folder, Ledger(folder), kernel, limit)
        runs = work.through(steps(plan, work.book), jobs or len(_cores()), stream)
        work.write_index(plan)
    return BatchResult(folder, runs, how, work.fault)


def _cores() -> Sequence[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep papermill's and asyncio's own reports of what failed off the screen; the result tells it."""
    loggers, silence = [logging.getLogger(name) for name in ("papermill", "asyncio")], logging.NullHandler()
    for logger in loggers:
        logger.addHandler(silence)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(silence)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; the system lets go of it whenever and however the process ends."""
    with open(folder / _LOCK, "a+b") as file:
        try:
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            way_out = "Wait until it ends, or choose another folder."
            raise PublishError(
                f"batch: `out` must be a free folder, not '{folder}', where another batch is at work. {way_out}"
            ) from error
        yield
