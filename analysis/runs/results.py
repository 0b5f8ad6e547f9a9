"""What became of a batch, as values to be read by people and by programs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class RunResult:
    """What became of one run.

    Parameters
    ----------
    name : str
        Stem of its files.
    status : {"done", "reused", "failed", "planned"}
        `planned` in a dry run only.
    why : str
        Why it was made, or that nothing had changed.
    seconds : float
        Duration of the notebook and its documents; 0 for a reused run.
    files : tuple of str
        Names of its files in the folder.
    error : str
        Why it failed; empty otherwise.
    """

    name: str
    status: Literal["done", "reused", "failed", "planned"]
    why: str
    seconds: float = 0.0
    files: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch: its runs in the order of the plan.

    Parameters
    ----------
    folder : Path
        Where the files are.
    runs : tuple of RunResult
        All runs of the plan.
    kernels : str
        How kernels were started, as a sentence.
    fault : str
        What went wrong with the ledger or the index themselves; empty otherwise.
    """

    folder: Path
    runs: tuple[RunResult, ...]
    kernels: str
    fault: str = ""

    @property
    def failed(self) -> tuple[RunResult, ...]:
        """The runs that failed."""
        return tuple(run for run in self.runs if run.status == "failed")

    @property
    def exit_status(self) -> int:
        """0 when all is there, else 1."""
        return 1 if self.failed or self.fault else 0

    def report(self, *, every: bool = False) -> str:
        """Return the result as lines: counts, failures with their reasons, and with `every` each run."""
        counts = {
            state: sum(run.status == state for run in self.runs) for state in ("done", "reused", "failed", "planned")
        }
        head = f"{len(self.runs)} runs in {self.folder}: "
        lines = [head + ", ".join(f"{count} {state}" for state, count in counts.items() if count) + f". {self.kernels}"]
        lines += [f"  {run.name}: {run.status}; {run.why}" for run in self.runs if every and run.status != "failed"]
        lines += [f"  {run.name}: failed; {run.error}" for run in self.failed]
        return "\n".join([*lines, *([f"  {self.fault}"] if self.fault else [])])
