"""One progress for a whole batch: a bar on a terminal, a plain line for every run that ends elsewhere."""

from __future__ import annotations

import sys
import time
from typing import IO, Any, Self

from analysis.runs.results import RunResult


class Progress:
    """Shows how many runs are done, failed and to come, and the time left.

    The time left is the mean time between two ends so far, times the runs to come: with several runs at once that is
    what a reader waits for.

    Parameters
    ----------
    total : int
        Runs to be made.
    stream : file, optional
        Where to; standard error when absent, so that standard output stays for results.
    """

    def __init__(self, total: int, stream: IO[str] | None = None) -> None:
        """Begin counting now."""
        self.total, self.stream = total, stream or sys.stderr
        self.ends = self.failed = 0
        self._begun = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> Self:
        """Draw the bar, on a terminal."""
        if self.total and self.stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self._bar = Bar(*columns, console=Console(file=self.stream), transient=True)
            self._bar.add_task(self.words(), total=self.total)
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def ended(self, result: RunResult) -> None:
        """Count a run that has ended, and say so in a line."""
        self.ends += 1
        self.failed += bool(result.error)
        if self._bar is None:
            line = result.line if result.error else f"{result.name}: {result.seconds:.1f} s; {result.why}"
            self.stream.write(f"[{self.ends}/{self.total}] {line}; {self.words()}\n")
            self.stream.flush()
            return
        if result.error:
            self._bar.console.print(result.line, markup=False, highlight=False)
        self._bar.update(self._bar.task_ids[0], completed=self.ends, description=self.words())

    def words(self) -> str:
        """Return the state in words, such as "12 done, 1 failed, 7 to come, about 40 s left"."""
        to_come = self.total - self.ends
        parts = [f"{self.ends - self.failed} done", f"{self.failed} failed", f"{to_come} to come"]
        if self.ends and to_come:
            left = (time.monotonic() - self._begun) / self.ends * to_come
            parts.append(f"about {left:.0f} s left" if left < 100 else f"about {left / 60:.0f} min left")
        return ", ".join(parts)
