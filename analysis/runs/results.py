"""What became of a batch, as values to be read by people and by programs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Status = Literal["done", "reused", "failed", "stale", "planned", "not begun", "busy"]


@dataclass(frozen=True)
class RunResult:
    """What became of one run.

    Parameters
    ----------
    name : str
        Stem of its files.
    status : {"done", "reused", "failed", "stale", "planned", "not begun", "busy"}
        `stale`: made, but what it was made of changed meanwhile; `planned` in a dry run only; `not begun` when another
        had failed and no more were to be begun; `busy` when another process is at work on it.
    why : str
        Why it was made, or that nothing had changed.
    seconds : float
        Duration of the notebook and its documents; 0 for a reused run.
    files : tuple of str
        Names of its files in the folder.
    error : str
        Why it failed or is stale; empty otherwise.
    notes : tuple of str
        What a reader of its documents should know, such as a cell that shows an error.
    """

    name: str
    status: Status
    why: str
    seconds: float = 0.0
    files: tuple[str, ...] = ()
    error: str = ""
    notes: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The result as one line."""
        return f"{self.name}: {'; '.join([self.status, self.error or self.why, *self.notes])}"


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch: its runs in the order of the plan.

    Parameters
    ----------
    folder : Path
        Where the files are.
    runs : tuple of RunResult
        The runs that were asked for.
    kernels : str
        How kernels were started, as a sentence.
    fault : str
        What went wrong with the index itself; empty otherwise.
    unplanned : tuple of str
        Names of runs in the folder that the plan has no more.
    """

    folder: Path
    runs: tuple[RunResult, ...]
    kernels: str
    fault: str = ""
    unplanned: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[RunResult, ...]:
        """The runs that failed."""
        return tuple(run for run in self.runs if run.status == "failed")

    @property
    def exit_status(self) -> int:
        """0 when all is there, else 1."""
        return 1 if self.fault or {run.status for run in self.runs} & {"failed", "stale", "not begun", "busy"} else 0

    def report(self, *, every: bool = False) -> str:
        """Return the result as lines: counts, failures with their reasons, and with `every` each run."""
        counts = Counter(run.status for run in self.runs)
        head = f"{len(self.runs)} runs in {self.folder}: "
        lines = [head + ", ".join(f"{counts[state]} {state}" for state in sorted(counts)) + f". {self.kernels}"]
        shown = [run for run in self.runs if every or run.error or run.notes or run.status == "not begun"]
        lines += [f"  {run.line}" for run in sorted(shown, key=lambda run: bool(run.error))]
        if self.unplanned:
            few = ", ".join(self.unplanned[:5]) + (", ..." if len(self.unplanned) > 5 else "")
            lines.append(f"  No longer planned: {len(self.unplanned)} runs ({few}); --prune removes their files.")
        return "\n".join([*lines, *([f"  {self.fault}"] if self.fault else [])])
