"""What fails in a batch fails alone, leaves nothing half-written, is told, and is completed by the next call."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from small_notebooks import LEAVE_PID, alive, freeze_code, living_kernels, notebook, python, texts, until

from analysis.errors import PublishError
from analysis.runs import causes
from analysis.runs.batching import BatchResult, batch
from analysis.runs.warm import client


@pytest.fixture(autouse=True)
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes, "_PACKAGE", causes._PACKAGE)
    freeze_code(tmp_path)


def make(folder: Path, cell: str, values: str = "[1, 2, 3]", formats: str = "[]", more: str = "") -> Path:
    """Write a notebook of one cell that is run with three values of `n`; return the batch file."""
    notebook(folder / "brief.ipynb", LEAVE_PID, cell, parameters="n: int = 1\nfault: int = 2")
    file = folder / "batch.toml"
    file.write_text(
        f'notebook = "brief.ipynb"\nname = "run-{{n}}"\nformats = {formats}\n{more}\n[matrix]\nn = {values}\n'
    )
    return file


def go(file: Path, out: Path, **options: object) -> BatchResult:
    return batch(file, out, stream=io.StringIO(), **options)  # type: ignore[arg-type]


def names(out: Path) -> set[str]:
    """Return what is in the folder, without the entries, of which each run has one."""
    found = {path.name for path in out.iterdir()}
    entries = {f"run-{n}.json" for n in range(9)}
    assert {name for name in found if name.endswith(".json")} <= entries
    return found - entries


def whole(out: Path) -> bool:
    """Whether every file under a final name can be read to its end."""
    for path in out.glob("*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    for path in out.glob("*.pdf"):
        assert path.read_bytes().rstrip().endswith(b"%%EOF")
    for path in out.glob("*.json"):
        json.loads(path.read_text())
    return not [path for path in out.rglob("*") if path.suffix == ".tmp" or path.name.startswith(".work")]


def mend(file: Path, out: Path, value: int = 2) -> None:
    """Call again with the same file, the cause of the fault being gone; all must be there then."""
    result = go(file, out)
    assert result.exit_status == 0
    assert {run.name: run.status for run in result.runs if run.status != "reused"} == {f"run-{value}": "done"}
    assert {path.name for path in out.glob("*.ipynb")} == {"run-1.ipynb", "run-2.ipynb", "run-3.ipynb"}
    assert whole(out)


UNLESS_MENDED = "import os\nif n == fault and not os.path.exists('mended'):\n    "


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("raise ValueError('no such day')", "ValueError: no such day"),
        ("import signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel died (SIGKILL: killed, or out of memory)"),
        ("import ctypes; ctypes.string_at(0)", "the kernel died (SIGSEGV"),
        ("os._exit(7)", "the kernel died (exit code 7)"),
        ("import time; time.sleep(600)", "the time limit of 4 seconds is over"),
        (
            "import resource; size = 3 << 30; resource.setrlimit(resource.RLIMIT_AS, (size, size)); x = bytearray(8 << 30)",
            "MemoryError",
        ),
    ],
    ids=["a failing cell", "a kernel killed", "a crash", "an exit", "a hang", "memory"],
)
def test_one_run_fails_the_others_finish_and_a_second_call_completes(tmp_path: Path, fault: str, words: str) -> None:
    file, out = make(tmp_path, UNLESS_MENDED + fault, more="time_limit = 4"), tmp_path / "out"
    result = go(file, out, jobs=2)
    assert {run.name: run.status for run in result.runs} == {"run-1": "done", "run-2": "failed", "run-3": "done"}
    assert result.exit_status == 1
    assert words in result.failed[0].error
    # Title, parameters, first cell, failing cell.
    assert result.failed[0].error.startswith("brief.ipynb, cell 4 (`import os`):")
    assert f"run-2: failed; {result.failed[0].error}" in result.report()
    assert names(out) == {
        "run-1.ipynb",
        "run-2.failed.ipynb",
        "run-2.failed.log",
        "run-3.ipynb",
        "index.html",
        "index.csv",
    }
    assert "before" in texts(nbformat.read(out / "run-2.failed.ipynb", as_version=4))
    assert whole(out)
    assert not living_kernels(tmp_path)
    # Not repaired: tried again, and only that.
    again = go(file, out)
    assert [run.why for run in again.runs] == [
        "nothing changed",
        f"failed before ({result.failed[0].error})",
        "nothing changed",
    ]
    (tmp_path / "mended").touch()
    mend(file, out)


def test_a_kernel_killed_from_outside_while_others_run(tmp_path: Path) -> None:
    cell = (
        "import os, time\nopen(f'pid-{n}', 'w').write(str(os.getpid()))\nif not os.path.exists('mended'): time.sleep(2)"
    )
    file, out = make(tmp_path, cell), tmp_path / "out"
    results: list[BatchResult] = []
    work = threading.Thread(target=lambda: results.append(go(file, out, jobs=3)))
    work.start()
    assert until(lambda: (tmp_path / "pid-2").exists() and (tmp_path / "pid-2").read_text(), 120)
    os.kill(int((tmp_path / "pid-2").read_text()), signal.SIGKILL)
    work.join(60)
    assert {run.name: run.status for run in results[0].runs} == {"run-1": "done", "run-2": "failed", "run-3": "done"}
    (tmp_path / "mended").touch()
    mend(file, out)


def test_a_document_that_cannot_be_made_fails_its_run_and_keeps_the_notebook(tmp_path: Path) -> None:
    # A picture without a description is refused by the exporter where the notebook has a cover.
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    cell = f"""
    from IPython.display import display
    display({{"application/vnd.bilateral-workbook.cover+json": {{"title": "T"}}, "text/plain": "T"}}, raw=True)
    if n == fault: display({{"image/png": {pixel!r}}}, raw=True)
    """
    file, out = make(tmp_path, cell, formats='["pdf"]'), tmp_path / "out"
    result = go(file, out)
    assert {run.name: run.status for run in result.runs} == {"run-1": "done", "run-2": "failed", "run-3": "done"}
    assert "cell" in result.failed[0].error
    assert {"run-1.pdf", "run-3.pdf", "run-2.ipynb"} <= names(out)
    assert "run-2.pdf" not in names(out)
    assert whole(out)
    before = (out / "run-2.ipynb").stat().st_mtime_ns
    assert go(file, out).failed[0].why == "pdf not made yet"
    assert (out / "run-2.ipynb").stat().st_mtime_ns == before


def test_an_older_result_stays_when_its_renewal_fails_and_the_index_does_not_link_it(tmp_path: Path) -> None:
    file, out = make(tmp_path, "print('good')"), tmp_path / "out"
    go(file, out)
    good = (out / "run-2.ipynb").read_bytes()
    make(tmp_path, "print('better'); assert n != fault")
    result = go(file, out)
    assert [run.status for run in result.runs] == ["done", "failed", "done"]
    assert (out / "run-2.ipynb").read_bytes() == good
    page = (out / "index.html").read_text()
    assert 'href="run-2.ipynb"' not in page
    assert 'href="run-2.failed.ipynb"' in page


WORKBOOK = """
import sys
from pathlib import Path
from analysis.cli import main
from analysis.runs import causes
causes._PACKAGE = Path(sys.argv.pop(1)) / "frozen"
main(prog_name="workbook")
"""
CALL = """
import sys
from pathlib import Path
from analysis.runs import causes
from analysis.runs.batching import batch
causes._PACKAGE = Path(sys.argv[1]).parent / "frozen"
result = batch(sys.argv[1], sys.argv[2], jobs=2)
print(result.report())
sys.exit(result.exit_status)
"""


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no small file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk(tmp_path: Path) -> None:
    file = make(tmp_path, "import os, random\nif n == fault and not os.path.exists('mended'): print('x' * 3_000_000)")
    with small_disk(tmp_path / "out") as out:
        result = go(file, out, jobs=1)
        assert {run.name: run.status for run in result.runs} == {"run-1": "done", "run-2": "failed", "run-3": "done"}
        assert "No space left on device" in result.failed[0].error
        assert result.exit_status == 1
        assert names(out) == {"run-1.ipynb", "run-3.ipynb", "run-2.failed.log", "index.html", "index.csv"}
        assert whole(out)
        (tmp_path / "mended").touch()
        mend(file, out)


def test_a_disk_that_is_full_before_the_start_is_refused_and_one_that_fills_up_fails_runs(tmp_path: Path) -> None:
    file = make(tmp_path, "import os\nwhile not os.path.exists('full'): pass", more="time_limit = 60")
    with small_disk(tmp_path / "out") as out:

        def fill() -> None:
            with open(out / "ballast", "wb", buffering=0) as ballast, contextlib.suppress(OSError):
                while True:
                    ballast.write(b"x" * 4096)
            (tmp_path / "full").touch()

        filler = threading.Thread(target=lambda: until(lambda: any(tmp_path.glob("kernel-*")), 60) and fill())
        filler.start()
        result = go(file, out, jobs=2)
        filler.join()
        assert result.exit_status == 1
        assert len(result.failed) == 3
        assert "could not be written (No space left on device)" in result.report()
        with pytest.raises(PublishError, match="on a disk with room for about 0"):
            go(file, out)
        (out / "ballast").unlink()
        assert go(file, out).exit_status == 0
        assert whole(out)


def test_a_limit_on_file_size_is_a_failed_run_and_no_part_of_a_file(tmp_path: Path) -> None:
    import resource

    file, out = make(tmp_path, "if n == fault: print('x' * 3_000_000)"), tmp_path / "out"
    limit = 1 << 20
    done = python(
        "-c", CALL, str(file), str(out), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    )
    told, _ = done.communicate(timeout=60)
    assert done.returncode == 1
    assert "File too large" in told
    assert "2 done, 1 failed" in told
    assert {path.name for path in out.glob("*.ipynb")} == {"run-1.ipynb", "run-3.ipynb"}
    assert whole(out)
    mend(file, out)


@pytest.mark.parametrize(
    ("end", "cold", "status"),
    [
        (signal.SIGINT, [], 130),
        (signal.SIGTERM, ["--cold"], 143),
        (signal.SIGKILL, [], -signal.SIGKILL),
        (signal.SIGKILL, ["--cold"], -signal.SIGKILL),
    ],
    ids=["Ctrl-C", "SIGTERM, cold", "SIGKILL", "SIGKILL, cold"],
)
def test_a_batch_that_is_ended_leaves_no_kernel_and_no_part_and_is_completed_later(
    tmp_path: Path, end: int, cold: list[str], status: int
) -> None:
    cell = (
        "import os, time\nopen(f'begun-{n}', 'w').close()\nif n > 1 and not os.path.exists('mended'): time.sleep(600)"
    )
    file, out = make(tmp_path, cell), tmp_path / "out"
    words = ["batch", str(file), "--out", str(out), "--jobs", "2", *cold]
    work = python("-c", WORKBOOK, str(tmp_path), *words, env={**os.environ, "MARK_OF_TEST": str(tmp_path)})
    assert until(lambda: (tmp_path / "begun-2").exists() and (tmp_path / "begun-3").exists(), 120)
    work.send_signal(end)
    told = work.communicate(timeout=60)[1]
    assert work.returncode == status
    assert until(lambda: not alive(str(tmp_path)), 5), alive(str(tmp_path))
    assert {path.name for path in out.glob("*.ipynb")} == {"run-1.ipynb"}
    if end != signal.SIGKILL:
        # What is there is told, and how to go on.
        assert "the same command goes on" in told
        assert "Traceback" not in told
        assert "not there" in (out / "index.html").read_text()
        assert not [path for path in out.iterdir() if path.name.startswith(".")]
    (tmp_path / "mended").touch()
    result = go(file, out)
    assert [run.status for run in result.runs] == ["reused", "done", "done"]
    assert whole(out)


def test_the_fork_server_killed_in_mid_batch_fails_what_ran_and_is_replaced_for_the_rest(tmp_path: Path) -> None:
    cell = (
        "import os, time\nopen(f'begun-{n}', 'w').close()\nif n == 1 and not os.path.exists('mended'): time.sleep(600)"
    )
    file, out = make(tmp_path, cell), tmp_path / "out"
    results: list[BatchResult] = []
    work = threading.Thread(target=lambda: results.append(go(file, out, jobs=1)))
    work.start()
    assert until((tmp_path / "begun-1").exists, 120)
    os.kill(client.server().pid, signal.SIGKILL)
    work.join(60)
    assert {run.name: run.status for run in results[0].runs} == {"run-1": "failed", "run-2": "done", "run-3": "done"}
    (tmp_path / "mended").touch()
    mend(file, out, value=1)


def test_kernels_that_do_not_start_are_tried_again_and_then_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    counter = tmp_path / "count"
    (startup / "00.py").write_text(f"open({str(counter)!r}, 'a').write('x')\nimport os; os._exit(3)\n")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    file, out = make(tmp_path, "1", values="[1]"), tmp_path / "out"
    result = go(file, out)
    assert result.exit_status == 1
    assert counter.read_text() == "xxx"
    assert "kernel" in result.failed[0].error
    (startup / "00.py").unlink()
    assert go(file, out).exit_status == 0


def test_time_goes_on_for_the_others_while_one_hangs(tmp_path: Path) -> None:
    file = make(
        tmp_path, "import time\nif n == fault: time.sleep(600)", values="[2, 1, 3, 4, 5]", more="time_limit = 4"
    )
    result = go(file, tmp_path / "out", jobs=2)
    assert [run.status for run in result.runs] == ["failed", "done", "done", "done", "done"]
    assert not living_kernels(tmp_path)
