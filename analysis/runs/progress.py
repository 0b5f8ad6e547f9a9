"""One progress for a whole batch: a bar on a terminal, a plain line for every run that ends elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import IO, Any, Self


class Progress:
    """Shows how many runs are done, running and failed, and the time left.

    The time left is the mean time between two ends so far, times the runs to come: with several jobs at once that is
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
        self.done = self.failed = self.running = 0
        self._begun = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        """Draw the bar, on a terminal."""
        if self.total and self.stream.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
            from rich.progress import Progress as Bar

            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self._bar = Bar(*columns, console=Console(file=self.stream), transient=True)
            self._task = self._bar.add_task(self.words(), total=self.total)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def started(self) -> None:
        """Count a run that begins."""
        self.running += 1
        self._draw()

    def ended(self, line: str, *, failed: bool) -> None:
        """Count a run that has ended, and say so in a line."""
        self.running -= 1
        self.done += not failed
        self.failed += failed
        if self._bar is None:
            count = self.done + self.failed
            self.stream.write(f"[{count}/{self.total}] {line}; {self.words()}\n")
            self.stream.flush()
        elif failed:
            self._bar.console.print(line, markup=False, highlight=False)
        self._draw()

    def words(self) -> str:
        """Return the state in words, such as "12 done, 2 running, 1 failed, about 40 s left"."""
        ended = self.done + self.failed
        parts = [f"{self.done} done", f"{self.running} running", f"{self.failed} failed"]
        if ended and ended < self.total:
            left = (time.monotonic() - self._begun) / ended * (self.total - ended)
            parts.append(f"about {left:.0f} s left" if left < 100 else f"about {left / 60:.0f} min left")
        return ", ".join(parts)

    def _draw(self) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done + self.failed, description=self.words())
