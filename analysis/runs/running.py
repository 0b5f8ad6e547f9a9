"""Run one notebook with parameters: strict, repeatable, and whole or not at all.

papermill puts the parameters in (its readers, writers and parameter cell), nbclient runs the cells. Added are what
batch work needs:

- parameters are checked before anything starts (`analysis.runs.parameters`);
- the kernel is this Python, from scratch or forked (`analysis.runs.kernels`, `analysis.runs.warm.kernels`);
- the saved notebook holds nothing that differs from run to run, and is written whole (`analysis.runs.saved`);
- when a cell fails, the notebook as far as it came is kept as `<stem>.failed.ipynb`, what the kernel said on its
  standard streams as `<stem>.failed.log`, and the error names the cell as the author counts it. A cell tagged
  `raises-exception` may fail; one that leaves by `sys.exit` has ended the notebook early, which is a failure too;
- a kernel that does not start is tried again, as papermill users know that need; a cell that fails is not;
- of a cell's outputs so much is kept that memory holds (`OUTPUT_LIMIT`), and what is left out is counted there.

The kernel works in the notebook's own folder, as in JupyterLab, unless told otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis.atomic import write_whole
from analysis.errors import OptionError, PublishError
from analysis.runs import days, processes
from analysis.runs import parameters as params
from analysis.runs.processes import end_of, last_words, sentence
from analysis.runs.saved import INJECTED, MARKER, clean, failed_path, save

if TYPE_CHECKING:
    from nbformat import NotebookNode

Progress = Callable[[int, int], None]
OUTPUT_LIMIT = 20_000_000  # characters of a cell's outputs that are kept
# jsonschema takes it along where it is installed. It builds its parser at import: a second, for the check of a format
# that no notebook uses.
_SLOW_AND_UNUSED = "rfc3987_syntax"
_OUTPUT_WAIT = 60  # seconds for the outputs of a cell that has ended; nbclient's 4 are too few on a busy machine


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
    declared, name = params.declared(source), params.name_of(notebook)
    values = params.check(declared, parameters or {}, where=name)
    days.check(declared, values, name)
    folder = Path(cwd) if cwd is not None else _folder_of(notebook)
    if not folder.is_dir():
        raise OptionError("run", "cwd", "a folder", folder)
    local = out is not None and "://" not in os.fspath(out)
    for attempt in range(1, attempts + 1):
        with tempfile.NamedTemporaryFile(dir=processes.folder(), suffix=".log") as log:
            execution = _Execution(name, source, values, timeout, progress)
            try:
                execution.execute(folder, warm=kernel == "warm", log=log)
                break
            except StartError as error:
                if attempt == attempts:
                    raise (
                        _kept(error, execution.node, values, Path(out), log.name) if local and out else error
                    ) from error
                time.sleep(0.2 * attempt)
            except RunError as error:
                raise (_kept(error, execution.node, values, Path(out), log.name) if local and out else error) from error
    node = clean(execution.node, values)
    if out is not None:
        save(node, out)
    return node


def _kept(error: RunError, node: NotebookNode, values: Mapping[str, Any], out: Path, log: str) -> RunError:
    """Keep the notebook as far as it came, and the kernel's own words; the error that names it."""
    kept = failed_path(out)
    save(clean(node, values), kept)
    words = Path(log).read_bytes()[-OUTPUT_LIMIT:]
    write_whole(kept.with_suffix(".log"), f"{error}\n\nStandard streams of the kernel:\n".encode() + words)
    return type(error)(error.notebook, error.cell, error.line, error.reason, kept)


class _Execution:
    """One attempt: the notebook being run, and what is known when it fails."""

    def __init__(
        self,
        name: str,
        source: Mapping[str, Any],
        values: Mapping[str, Any],
        timeout: float | None,
        progress: Progress | None,
    ) -> None:
        self.name, self.timeout, self.progress = name, timeout, progress
        self.node = _prepared(source, values)
        self.deadline: float | None = None
        self.at = -1
        self.client: Any = None
        self.process: Any = None

    def execute(self, folder: Path, *, warm: bool, log: Any) -> None:
        """Run the notebook; RunError names what went wrong."""
        with quickly():
            from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

            from analysis.runs import kernels
            from analysis.runs.bounded import BoundedClient

        self._tell(0)
        options: dict[str, Any] = {
            "record_timing": False,
            "iopub_timeout": _OUTPUT_WAIT,
            "shutdown_kernel": "immediate",
            "resources": {"metadata": {"path": str(folder)}},
            "on_notebook_start": self._started,
            "on_cell_start": self._cell,
            "timeout_func": self._left,
            "limit": OUTPUT_LIMIT,
        }
        if kernels.language_of(self.node) == "python":
            options |= {"kernel_name": "python3", "kernel_manager_class": kernels.manager(warm)}
        self.client = client = BoundedClient(self.node, **options)
        try:
            _complete(client.async_execute(stdout=log, stderr=log))
        except CellExecutionError as error:
            raise self._failure(RunError, self._reason(str(error.ename), str(error.evalue))) from error
        except (CellTimeoutError, TimeoutError) as error:
            raise self._failure(RunError, f"the time limit of {self.timeout:g} seconds is over") from error
        except DeadKernelError as error:
            raise self._failure(RunError, f"the kernel died ({self._end(log.name)})") from error
        except (RuntimeError, PublishError, OSError, KeyError) as error:
            if self.deadline is not None:
                raise
            reason = f"no kernel started ({sentence(str(error))}{last_words(log.name)})"
            raise StartError(self.name, 0, "", reason) from error
        finally:
            client.set_widgets_metadata()
            client.say_what_was_left_out()
            # Where no kernel had started, nbclient looks for one once more when this process ends.
            client.km = client.manager

    def _started(self, notebook: NotebookNode) -> None:
        self.process = self.client.manager.provisioner.process
        self.deadline = math.inf if self.timeout is None else time.monotonic() + self.timeout

    def _cell(self, cell: Mapping[str, Any], cell_index: int) -> None:
        self.at = cell_index
        self._tell(cell_index)
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise TimeoutError

    def _tell(self, done: int) -> None:
        if self.progress is not None:
            self.progress(done, len(self.node.cells))

    def _left(self, cell: object) -> int | None:
        left = (self.deadline or math.inf) - time.monotonic()
        return None if left == math.inf else max(1, math.ceil(left))

    def _reason(self, kind: str, words: str) -> str:
        if kind == "SystemExit":
            code = f", with exit code {words}" if words not in {"", "0", "None"} else ""
            return f"ended early at cell {self._number()}{code}; the cells after it were not run"
        return (
            sentence(": ".join(part for part in (kind, words) if part and part != "None")) or "an error without words"
        )

    def _end(self, log: str) -> str:
        """Word how the kernel's process ended."""
        end = time.monotonic() + 2
        while (code := self.process.poll() if self.process else None) is None and time.monotonic() < end:
            time.sleep(0.01)
        return end_of(code) + last_words(log)

    def _number(self) -> int:
        """Return the number of the cell under way as its author counts, who knows nothing of the injected one."""
        own = [n for n, cell in enumerate(self.node.cells) if INJECTED not in cell.metadata.get("tags", [])]
        return own.index(self.at) + 1 if self.at in own else 0

    def _failure(self, kind: type[RunError], reason: str) -> RunError:
        if self.at < 0:
            return kind(self.name, 0, "", reason)
        lines = [line for line in self.node.cells[self.at].source.splitlines() if line.strip()]
        return kind(self.name, self._number(), lines[0].strip() if lines else "", reason)


@contextlib.contextmanager
def quickly() -> Iterator[None]:
    """Import without what is slow and not used; what has been imported already stays."""
    if _SLOW_AND_UNUSED in sys.modules or "jsonschema" in sys.modules:
        yield
        return
    sys.modules[_SLOW_AND_UNUSED] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[_SLOW_AND_UNUSED]


def _prepared(source: Mapping[str, Any], values: Mapping[str, Any]) -> NotebookNode:
    """Return a notebook to be run: nothing put out yet, no marks of an earlier failure, the parameters in it."""
    with quickly():
        import nbformat

        from analysis.runs.kernels import language_of

    node = nbformat.v4.upgrade(nbformat.reads(json.dumps(source), as_version=4))  # type: ignore[no-untyped-call]
    node.cells = [cell for cell in node.cells if MARKER not in cell.metadata.get("tags", [])]
    for cell in node.cells:
        cell.metadata.setdefault("tags", [])  # papermill looks at them in every cell
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    node.metadata["papermill"] = {}
    made: NotebookNode = node
    if not values:
        return made
    with quickly():
        from papermill.parameterize import parameterize_notebook

    language = language_of(node)
    spec = "python3" if language == "python" else node.metadata.get("kernelspec", {}).get("name", "")
    made = parameterize_notebook(node, dict(values), kernel_name=spec, language=language)
    return made


def _complete(work: Coroutine[Any, Any, object]) -> None:
    """Do asynchronous work to its end, on a thread without an event loop and without signal handlers of its own."""
    if threading.current_thread() is not threading.main_thread():
        asyncio.run(work)
        return
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(asyncio.run, work).result()
        except KeyboardInterrupt:
            from analysis.runs import kernels

            kernels.end_all()
            raise


def _folder_of(notebook: str | os.PathLike[str]) -> Path:
    return Path.cwd() if "://" in os.fspath(notebook) else Path(notebook).resolve().parent
