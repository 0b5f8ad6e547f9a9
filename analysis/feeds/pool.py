"""Several workers at once, with bounded memory, and nothing left behind.

Each worker is a process with one task at a time; a thread here hands it the next one. Threads in one process would save
the start of the others, some 0.15 s, and then wait for each other: all but the unpacking goes on in turns there. Small
jobs are done without any worker.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from analysis.feeds.faults import FeedError
from analysis.feeds.journal import Entry
from analysis.feeds.work import Task, as_entry, as_line, run
from analysis.places import with_package

# Packed bytes up to which a job is done without workers.
ALONE = 48 << 20
_TASK_BYTES = 24 << 20
_TASK_FILES = 400

_Waiting = queue.SimpleQueue[Task]
_Answers = queue.SimpleQueue[Entry | BaseException]


def split(files: Sequence[tuple[str, Path]], workers: int) -> list[list[tuple[str, Path]]]:
    """Cut the files into tasks of like size: large enough to be worth it, small enough to keep all workers busy."""
    sizes = [path.stat().st_size for _, path in files]
    share = max(1, min(_TASK_BYTES, sum(sizes) // (workers * 6) + 1))
    tasks: list[list[tuple[str, Path]]] = [[]]
    weight = 0
    for one, size in zip(files, sizes, strict=True):
        if tasks[-1] and (weight + size > share or len(tasks[-1]) >= _TASK_FILES):
            tasks.append([])
            weight = 0
        tasks[-1].append(one)
        weight += size
    return [task for task in tasks if task]


def run_all(tasks: Sequence[Task], workers: int) -> Iterator[Entry]:
    """Run tasks and yield each answer as it comes.

    Raises
    ------
    FeedError
        When a worker dies; answers that came before are good.
    """
    packed = sum(os.path.getsize(path) for task in tasks for _, path in task.files)
    if workers < 2 or packed < ALONE or len(tasks) < 2:
        yield from map(run, tasks)
        return
    waiting: _Waiting = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    answers: _Answers = queue.SimpleQueue()
    end = _processes(min(workers, len(tasks)), waiting, answers)
    # Needed for the merge; loaded while the workers work.
    import pyarrow.parquet  # noqa: F401

    try:
        for _ in tasks:
            answer = answers.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer
    finally:
        end()


def _processes(count: int, waiting: _Waiting, answers: _Answers) -> Callable[[], None]:
    """Start processes, and return what ends them."""
    processes = [_start() for _ in range(count)]
    for process in processes:
        threading.Thread(target=_serve, args=(process, waiting, answers), daemon=True).start()

    def end() -> None:
        for process in processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()

    return end


def _start() -> subprocess.Popen[str]:
    # Arrow's own threads would only get in each other's way: there is one worker for each core.
    single = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-m", "analysis.feeds.work"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=with_package({**os.environ, **single, "PYTHONUTF8": "1"}),
    )


def _serve(process: subprocess.Popen[str], waiting: _Waiting, answers: _Answers) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    while True:
        try:
            task = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            process.stdin.write(as_line(task))
            process.stdin.flush()
            line = process.stdout.readline()
        except (OSError, ValueError):
            line = ""
        if not line:
            names = ", ".join(label for label, _ in task.files[:3])
            answers.put(
                FeedError(f"{names} ...: a worker ended while reading these. What was done before is kept; run again.")
            )
            return
        answers.put(as_entry(line))
