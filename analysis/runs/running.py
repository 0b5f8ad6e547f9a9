"""Run one notebook with parameters, through papermill: strict, repeatable, and whole or not at all.

papermill does the work (its readers and writers, its parameter cell, its engine interface). Added are what batch work
needs:

- parameters are checked before anything starts (`analysis.runs.parameters`);
- the kernel is this Python, from scratch or forked (`analysis.runs.warm.kernels`);
- the saved notebook holds nothing that differs from run to run: no times, durations, versions, absolute paths,
  process ids, memory addresses or random cell ids, so the same run gives the same bytes (as far as the notebook's own
  outputs do);
- it is written under a temporary name and renamed when whole;
- when a cell fails, the notebook as far as it came is kept as `<stem>.failed.ipynb`, and the error names the cell as
  the author counts it;
- a kernel that does not start is tried again, as papermill users know that need; a cell that fails is not.

The kernel works in the notebook's own folder, as in JupyterLab, unless told otherwise.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis.errors import OptionError, PublishError
from analysis.runs import days
from analysis.runs import parameters as params
from analysis.runs.saved import INJECTED, MARKER, clean, failed_path, save
from analysis.runs.warm.preload import quickly

if TYPE_CHECKING:
    from nbformat import NotebookNode

Progress = Callable[[int, int], None]
_OUTPUT_WAIT = 60  # seconds for the outputs of a cell that has ended; papermill's 4 are too few on a busy machine


class RunError(PublishError):
    """A notebook did not run to its end.

    Attributes
    ----------
    notebook : str
        Its file name.
    cell : int
        The failing cell, counted from 1 over all cells of the notebook as its author sees it; 0 when no cell had been
        begun.
    line : str
        That cell's first line.
    reason : str
        What happened, such as "ZeroDivisionError: division by zero".
    partial : Path or None
        The notebook as far as it came, where it was kept.
    """

    def __init__(self, notebook: str, cell: int, line: str, reason: str, partial: Path | None = None) -> None:
        """Word the failure from its parts."""
        self.notebook, self.cell, self.line, self.reason, self.partial = notebook, cell, line, reason, partial
        where = f"{notebook}, cell {cell} (`{line}`)" if cell else notebook
        kept = f" The notebook as far as it came is kept as {partial.name}." if partial else ""
        super().__init__(f"{where}: {reason}.{kept}")


class StartError(RunError):
    """The kernel did not start; no cell was run."""


def run(
    notebook: str | os.PathLike[str],
    parameters: Mapping[str, Any] | None = None,
    out: str | os.PathLike[str] | None = None,
    *,
    kernel: Literal["cold", "warm"] = "cold",
    timeout: float | None = None,
    progress: Progress | None = None,
    cwd: str | os.PathLike[str] | None = None,
    attempts: int = 3,
) -> NotebookNode:
    """Run a notebook and return it executed.

    Parameters
    ----------
    notebook : path or address
        A local notebook or any address that papermill reads.
    parameters : mapping, optional
        Values of declared parameters; text is read as the declared type.
    out : path or address, optional
        Where the executed notebook is saved; nowhere when absent. Missing local folders are made.
    kernel : {"cold", "warm"}
        A kernel started from scratch, or one forked from a process that has imported the slow modules already.
    timeout : float, optional
        Seconds for all cells together, from the moment that the kernel is there; no limit when absent.
    progress : callable, optional
        Called with the number of cells done and of all cells; an exception that it raises ends the run.
    cwd : path, optional
        The kernel's working directory; the notebook's folder when absent.
    attempts : int
        How often a kernel is started before that is given up.

    Raises
    ------
    OptionError
        When a parameter is not as declared; nothing was run.
    RunError
        When a cell fails, the kernel dies, or the time is over; StartError when no kernel starts.
    """
    source = params.read(notebook)
    declared, where = params.declared(source), params.name_of(notebook)
    values = params.check(declared, parameters or {}, where=where)
    days.check(declared, values, where)
    folder = Path(cwd) if cwd is not None else _folder_of(notebook)
    if not folder.is_dir():
        raise OptionError("run", "cwd", "a folder", folder)
    for attempt in range(1, attempts + 1):
        execution = _Execution(os.fspath(notebook), source, values, kernel, timeout, progress, folder)
        try:
            node = execution.execute()
        except StartError:
            if attempt == attempts:
                raise
            time.sleep(0.2 * attempt)
        except RunError as error:
            partial = execution.node
            if out is None or partial is None or "://" in os.fspath(out):
                raise
            kept = failed_path(Path(out))
            save(clean(partial, values), kept)
            raise type(error)(error.notebook, error.cell, error.line, error.reason, kept) from error.__cause__
        else:
            break
    clean(node, values)
    if out is not None:
        save(node, out)
    return node


class _Execution:
    """One attempt: what papermill is told, and what is known when it fails."""

    def __init__(
        self,
        notebook: str,
        source: Mapping[str, Any],
        values: Mapping[str, Any],
        kernel: str,
        timeout: float | None,
        progress: Progress | None,
        folder: Path,
    ) -> None:
        self.notebook, self.values, self.kernel, self.folder = notebook, values, kernel, folder
        self.name, self.source = params.name_of(notebook), source
        self.timeout, self.progress = timeout, progress
        self.deadline: float | None = None
        self.node: NotebookNode | None = None
        self.at = -1

    def execute(self) -> NotebookNode:
        """Run the notebook; RunError names what went wrong."""
        with quickly():
            from nbclient.exceptions import CellTimeoutError, DeadKernelError
            from papermill import execute_notebook
            from papermill.exceptions import PapermillExecutionError

        self._tell(0)
        try:
            node: NotebookNode = execute_notebook(
                # papermill reads braces in a path as a format.
                self.notebook.replace("{", "{{").replace("}", "}}"),
                None,
                dict(self.values),
                progress_bar=False,
                request_save_on_cell_execute=False,
                **self._engine(),
            )
            return node
        except PapermillExecutionError as error:
            raise self._failure(RunError, f"{error.ename}: {error.evalue}") from error
        except (CellTimeoutError, TimeoutError) as error:
            raise self._failure(RunError, f"the time limit of {self.timeout:g} seconds is over") from error
        except DeadKernelError as error:
            reason = "the kernel died (killed, out of memory, or crashed)"
            raise self._failure(RunError if self.node is not None else StartError, reason) from error
        except (RuntimeError, PublishError) as error:
            if self.node is not None:
                raise
            raise StartError(self.name, 0, "", f"no kernel started ({error})") from error

    def _engine(self) -> dict[str, Any]:
        from analysis.runs.warm import kernels

        options: dict[str, Any] = {
            "record_timing": False,
            "iopub_timeout": _OUTPUT_WAIT,
            "shutdown_kernel": "immediate",
            "resources": {"metadata": {"path": str(self.folder)}},
            "on_notebook_start": self._started,
            "on_cell_start": self._cell,
            "timeout_func": self._left,
        }
        if kernels.language_of(self.source) == "python":
            manager = kernels.WarmKernelManager if self.kernel == "warm" else kernels.HereKernelManager
            options |= {"kernel_name": "python3", "language": "python", "kernel_manager_class": manager}
        return options

    def _started(self, notebook: NotebookNode) -> None:
        self.node = notebook
        self.deadline = None if self.timeout is None else time.monotonic() + self.timeout

    def _cell(self, cell: Mapping[str, Any], cell_index: int) -> None:
        self.at = cell_index
        self._tell(cell_index)
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TimeoutError

    def _tell(self, done: int) -> None:
        if self.progress is not None:
            self.progress(done, len((self.node or self.source)["cells"]))

    def _left(self, cell: object) -> int | None:
        return None if self.deadline is None else max(1, math.ceil(self.deadline - time.monotonic()))

    def _failure(self, kind: type[RunError], reason: str) -> RunError:
        cells = [] if self.node is None else self.node.cells
        if self.node is None or self.at < 0:
            return kind(self.name, 0, "", reason)
        # papermill has put its own marks before the failing cell; the author knows neither those nor the injected cell.
        own = [cell for cell in cells if not {INJECTED, MARKER} & set(cell.metadata.get("tags", []))]
        marks = sum(MARKER in cell.metadata.get("tags", []) for cell in cells)
        failing = cells[min(self.at + marks, len(cells) - 1)]
        lines = [line for line in failing.source.splitlines() if line.strip()]
        number = next((n for n, cell in enumerate(own, 1) if cell is failing), 0)
        return kind(self.name, number, lines[0].strip() if lines else "", reason)


def _folder_of(notebook: str | os.PathLike[str]) -> Path:
    return Path.cwd() if "://" in os.fspath(notebook) else Path(notebook).resolve().parent
