"""Who carries the runs: single runs by any engine, any executor, a cluster; several at work in one folder."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from importlib.metadata import entry_points
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from small_notebooks import alive, freeze_code, notebook, python, texts, until

from analysis import cli
from analysis.errors import OptionError, PublishError
from analysis.record import places
from analysis.runs import causes, entries
from analysis.runs.batching import BatchResult, batch
from analysis.runs.executors import executor

WAITING = (
    "import os, time\nopen(f'begun-{n}', 'w').close()\nwhile n == 1 and not os.path.exists('on'): time.sleep(0.05)"
)


@pytest.fixture
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes, "_PACKAGE", causes._PACKAGE)
    freeze_code(tmp_path)


def make(folder: Path, cell: str = "print(n * n)", values: str = "[1, 2, 3]", more: str = "formats = []") -> Path:
    notebook(folder / "brief.ipynb", cell, parameters="n: int = 1")
    file = folder / "batch.toml"
    file.write_text(f'notebook = "brief.ipynb"\nname = "run-{{n}}"\n{more}\n[matrix]\nn = {values}\n')
    return file


def go(file: Path, out: Path, **options: Any) -> BatchResult:
    return batch(file, out, stream=io.StringIO(), **options)


def call(*arguments: object) -> Any:
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def statuses(result: BatchResult) -> list[str]:
    return [run.status for run in result.runs]


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir() if path.suffix in {".ipynb", ".pdf"}}


# --- single runs ------------------------------------------------------------------------------------------------------


def test_a_run_is_one_command_and_the_batch_finds_it_done(tmp_path: Path) -> None:
    file, out = make(tmp_path, more='formats = ["html"]'), tmp_path / "out"
    named = call("batch", file, "--out", out, "--names")
    assert named.output.splitlines() == ["run-1", "run-2", "run-3"]
    first = call("run", file, "run-2", "--out", out)
    assert (first.exit_code, first.output) == (0, "run-2: done; new\n")
    assert sorted(path.name for path in out.iterdir()) == ["run-2.html", "run-2.ipynb", "run-2.json"]
    again = call("run", file, "run-2", "--out", out)
    assert again.output == "run-2: reused; nothing changed\n"
    assert call("run", file, "run-2", "--out", out, "--force").output == "run-2: done; asked for\n"
    assert call("batch", file, "--out", out, "--names").output.splitlines() == ["run-1", "run-3"]
    wrong = call("run", file, "run2", "--out", out)
    assert wrong.exit_code == 2
    assert "Did you mean 'run-2'" in wrong.output
    assert statuses(go(file, out)) == ["done", "reused", "done"]
    assert (out / "index.html").is_file()


def test_a_single_run_that_fails_says_so_and_keeps_its_notebook_and_log(tmp_path: Path) -> None:
    file, out = make(tmp_path, "import os; os.write(2, b'the last words'); os._exit(9)"), tmp_path / "out"
    failed = call("run", file, "run-1", "--out", out)
    assert failed.exit_code == 1
    assert "the kernel died (exit code 9; it last said: the last words)" in failed.output
    assert "the last words" in (out / "run-1.failed.log").read_text()
    assert nbformat.read(out / "run-1.failed.ipynb", as_version=4)
    entry = entries.read(out, "run-1")
    assert entry is not None
    assert entry["status"] == "failed"


@pytest.mark.skipif(not shutil.which("parallel"), reason="GNU parallel is not installed")
def test_gnu_parallel_carries_runs(tmp_path: Path) -> None:
    file, out = make(tmp_path), tmp_path / "out"
    workbook = f"{sys.executable} -m analysis.cli"
    line = f"{workbook} batch {file} --out {out} --names | parallel -j2 {workbook} run {file} {{}} --out {out}"
    subprocess.run(["sh", "-c", line], check=True)
    assert statuses(go(file, out)) == ["reused"] * 3


def test_a_pipe_of_names_carries_runs(tmp_path: Path) -> None:
    # As `xargs`, `parallel`, a job array or a rule of Snakemake would.
    file, out = make(tmp_path, values="[1, 2]"), tmp_path / "out"
    workbook = f"{sys.executable} -c 'from analysis.cli import main; main()'"
    line = f"{workbook} batch {file} --out {out} --names | xargs -P2 -I% {workbook} run {file} % --out {out}"
    subprocess.run(["sh", "-c", line], check=True)
    assert statuses(go(file, out)) == ["reused"] * 2


# --- options of a batch -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("frozen")
def test_only_force_and_prune(tmp_path: Path) -> None:
    file, out = make(tmp_path), tmp_path / "out"
    assert [run.name for run in go(file, out, only=["run-3", "run-1"]).runs] == ["run-1", "run-3"]
    with pytest.raises(OptionError, match="must be one of run-1, run-2, run-3, not 'run-22'"):
        go(file, out, only=["run-22"])
    assert statuses(go(file, out)) == ["reused", "done", "reused"]
    assert [(run.status, run.why) for run in go(file, out, only=["run-2"], force=True).runs] == [("done", "asked for")]
    make(tmp_path, values="[2]")
    (out / "mine.ipynb").write_text("kept")
    (out / "mine.json").write_text("{}")
    result = go(file, out)
    assert result.unplanned == ("run-1", "run-3")
    assert "No longer planned: 2 runs (run-1, run-3); --prune" in result.report()
    assert (out / "run-1.ipynb").is_file()
    assert go(file, out, dry_run=True, prune=True).unplanned == ("run-1", "run-3")
    assert go(file, out, prune=True).unplanned == ()
    assert {path.name for path in out.iterdir()} == {
        "run-2.ipynb", "run-2.json", "index.html", "index.csv", "mine.ipynb", "mine.json"
    }  # fmt: skip


@pytest.mark.usefixtures("frozen")
def test_fail_fast_begins_no_more_and_is_completed_later(tmp_path: Path) -> None:
    file, out = make(tmp_path, "import os; assert n != 2 or os.path.exists('on')", "[1, 2, 3, 4]"), tmp_path / "out"
    result = go(file, out, jobs=1, fail_fast=True)
    assert statuses(result) in (["done", "failed", "not begun", "not begun"], ["done", "failed", "done", "not begun"])
    assert result.exit_status == 1
    assert "run-4: not begun; another run failed" in result.report()
    (tmp_path / "on").touch()
    assert set(statuses(go(file, out))) == {"reused", "done"}


@pytest.mark.usefixtures("frozen")
@pytest.mark.parametrize(("retries", "status"), [(0, "failed"), (1, "failed"), (2, "done")])
def test_a_failed_run_is_tried_again_as_often_as_asked(tmp_path: Path, retries: int, status: str) -> None:
    cell = "open('tries', 'a').write('x'); assert len(open('tries').read()) == 3"
    file, out = make(tmp_path, cell, "[1]", f"formats = []\nretries = {retries}\npause = 0.01"), tmp_path / "out"
    assert statuses(go(file, out)) == [status]
    assert len((tmp_path / "tries").read_text()) == retries + 1
    assert (out / "run-1.failed.ipynb").exists() == (status == "failed")


@pytest.mark.parametrize(
    ("text", "words"),
    [("retries = -1", "0 up"), ("retries = 1.5", "0 up"), ("pause = -1", "0 up"), ("time_limit = true", "above 0"),
     ("environment = 3", "a list")],
)  # fmt: skip
def test_wrong_numbers_and_lists_are_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        go(make(tmp_path, more=text), tmp_path / "out")


@pytest.mark.usefixtures("frozen")
def test_runs_begin_in_the_order_of_the_plan(tmp_path: Path) -> None:
    file, out = make(tmp_path, "open('order', 'a').write(str(n))", "[3, 1, 2]"), tmp_path / "out"
    assert statuses(go(file, out, jobs=1)) == ["done"] * 3
    assert (tmp_path / "order").read_text() == "312"


def test_a_place_that_cannot_be_written_to_or_is_full_is_refused_in_one_line(tmp_path: Path) -> None:
    file = make(tmp_path)
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "file" / "out"):
        for more in ((), ("--dry-run",)):
            refused = call("batch", file, "--out", out, *more)
            assert refused.exit_code == 2
            assert refused.output.startswith("Error: batch: `out` must be a folder that can be written to")
            assert refused.output.count("\n") == 1
    mount = tmp_path / "mount"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(mount)], check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        assert "can be written to" in call("batch", file, "--out", mount / "out").output
        subprocess.run(["mount", "-o", "remount,rw,size=40k", str(mount)], check=True)
        full = call("batch", file, "--out", mount)
        assert full.exit_code == 2
        assert "a disk with room for about" in full.output
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_result_never_takes_the_place_of_the_notebook_that_is_run(tmp_path: Path) -> None:
    notebook(tmp_path / "brief.ipynb", "1", parameters="n: int = 1")
    before = (tmp_path / "brief.ipynb").read_bytes()
    for more in ({}, {"dry_run": True}):
        with pytest.raises(OptionError, match="which is run"):
            go({"notebook": str(tmp_path / "brief.ipynb"), "formats": [], "run": [{}]}, tmp_path, **more)  # type: ignore[arg-type]
    assert (tmp_path / "brief.ipynb").read_bytes() == before


# --- several in one folder --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("frozen")
def test_two_batches_in_one_folder_share_the_runs(tmp_path: Path) -> None:
    cell = "open('made', 'a').write(str(n))\n" + WAITING
    file, out = make(tmp_path, cell, "[1, 2, 3, 4]"), tmp_path / "out"
    results: list[BatchResult] = []
    first = threading.Thread(target=lambda: results.append(go(file, out, jobs=1)))
    first.start()
    assert until((tmp_path / "begun-1").exists, 60)
    opener = threading.Timer(3, (tmp_path / "on").touch)
    opener.start()
    second = go(file, out, jobs=1)
    first.join()
    assert results[0].exit_status == second.exit_status == 0
    # No run was made twice; the one that was under way was waited for.
    assert sorted((tmp_path / "made").read_text()) == ["1", "2", "3", "4"]
    assert second.runs[0].status == "reused"
    assert not list(out.glob(".*"))


def test_a_lock_is_let_go_by_whoever_held_it_however_that_ended(tmp_path: Path) -> None:
    code = (
        "import sys, time, pathlib; from analysis.runs.entries import locked\n"
        "with locked(pathlib.Path(sys.argv[1]), 'r') as ours: print(ours, flush=True); time.sleep(600)"
    )
    holder = python("-c", code, str(tmp_path))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "True\n"
    with entries.locked(tmp_path, "r") as ours:
        assert not ours
    with entries.locked(tmp_path, "other") as ours:
        assert ours
    holder.kill()
    holder.wait()
    for wait in (False, True):
        with entries.locked(tmp_path, "r", wait=wait) as ours:
            assert ours
    assert not list(tmp_path.iterdir())


# --- executors --------------------------------------------------------------------------------------------------------


def test_the_bytes_are_the_same_whatever_carries_the_runs(tmp_path: Path) -> None:
    cell = "import matplotlib.pyplot as plt\nprint({'a', 'b', 'c'}, n)"
    file = make(tmp_path, cell, "[1, 2]", 'formats = ["pdf"]')
    assert go(file, tmp_path / "here").exit_status == 0
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert statuses(go(file, tmp_path / "pool", executor=pool)) == ["done", "done"]
    assert call("run", file, "run-1", "--out", tmp_path / "one").exit_code == 0
    made = contents(tmp_path / "here")
    assert len(made) == 4
    assert contents(tmp_path / "pool") == made
    assert contents(tmp_path / "one") == {name: content for name, content in made.items() if name.startswith("run-1")}


class Losing(ThreadPoolExecutor):
    """An executor that loses the second run that it is given, as a cluster may."""

    count = 0

    def submit(self, *arguments: Any, **more: Any) -> Future[Any]:
        self.count += 1
        if self.count != 2:
            return super().submit(*arguments, **more)
        lost: Future[Any] = Future()
        lost.set_exception(ConnectionError("the worker\nis gone"))
        return lost


@pytest.mark.usefixtures("frozen")
def test_a_run_that_the_executor_loses_fails_and_the_next_call_makes_it(tmp_path: Path) -> None:
    file, out = make(tmp_path), tmp_path / "out"
    with Losing(2) as pool:
        result = go(file, out, executor=pool)
    assert statuses(result) == ["done", "failed", "done"]
    assert result.failed[0].error == "the executor lost it (ConnectionError: the worker is gone)"
    assert "not there" in (out / "index.html").read_text()
    assert statuses(go(file, out)) == ["reused", "done", "reused"]


@pytest.mark.parametrize("named", ["dask", "dask:", "ray:x", "tcp://x"])
def test_an_executor_that_cannot_be_named_is_refused(named: str) -> None:
    with pytest.raises(OptionError, match="dask:ADDRESS"), executor(named):
        pass


class Cluster:
    """A scheduler of Dask and two workers, as processes of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "MARK_OF_CLUSTER": str(folder)}
        self.scheduler = self.start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                                    "--scheduler-file", str(folder / "scheduler.json"))  # fmt: skip
        assert until((folder / "scheduler.json").exists, 60)
        self.workers = [self.worker(number) for number in range(2)]
        self.address = json.loads((folder / "scheduler.json").read_text())["address"]

    def worker(self, number: int) -> subprocess.Popen[bytes]:
        return self.start("worker", "--scheduler-file", str(self.folder / "scheduler.json"), "--nworkers", "1",
                          "--nthreads", "1", "--no-dashboard", "--no-nanny", "--name", f"w{number}",
                          "--local-directory", str(self.folder))  # fmt: skip

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        log = subprocess.DEVNULL
        return subprocess.Popen([sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:]],
                                env=self.environment, cwd=self.folder, stdout=log, stderr=log)  # fmt: skip

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    (tmp_path / "cluster").mkdir()
    made = Cluster(tmp_path / "cluster")
    yield made
    made.end()


def test_a_cluster_makes_the_runs_and_one_that_kills_its_worker_is_made_by_another(
    tmp_path: Path, cluster: Cluster
) -> None:
    cell = "import os; open(f'by-{n}-{os.getppid()}', 'w').close()\n" + WAITING
    file, out = make(tmp_path, cell, "[1, 2, 3]", 'formats = ["html"]'), tmp_path / "out"
    results: list[Any] = []
    work = threading.Thread(
        target=lambda: results.append(call("batch", file, "--out", out, "--executor", f"dask:{cluster.address}"))
    )
    work.start()
    # The worker that has run 1 is killed in the midst of it: with its fork server, its kernel goes too.
    assert until((tmp_path / "begun-1").exists, 120)
    assert until((out / "run-3.html").exists, 120)
    (server,) = (int(path.name.split("-")[2]) for path in tmp_path.glob("by-1-*"))
    owner = int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])
    assert owner in {worker.pid for worker in cluster.workers}
    os.kill(owner, signal.SIGKILL)
    (tmp_path / "on").touch()
    work.join(180)
    assert results[0].exit_code == 0, results[0].output
    assert statuses(go(file, out, dry_run=True)) == ["reused"] * 3
    assert not list(out.glob(".work*"))
    assert until(lambda: not Path(f"/proc/{server}").exists(), 10)
    # The same bytes as made here.
    assert go(file, tmp_path / "here").exit_status == 0
    assert contents(out) == contents(tmp_path / "here")


def test_a_lost_connection_fails_what_is_under_way_and_a_second_call_completes(
    tmp_path: Path, cluster: Cluster
) -> None:
    file, out = make(tmp_path, WAITING, "[1, 2]"), tmp_path / "out"
    results: list[BatchResult] = []

    def carried() -> None:
        with executor(f"dask:{cluster.address}") as carrier:
            results.append(go(file, out, executor=carrier))

    work = threading.Thread(target=carried)
    work.start()
    assert until((tmp_path / "begun-1").exists, 120)
    assert until((out / "run-2.json").exists, 120)
    cluster.end()
    work.join(180)
    assert not work.is_alive()
    assert results[0].exit_status == 1
    assert results[0].runs[0].status in {"failed", "not begun"}
    assert until(lambda: not alive(f"MARK_OF_CLUSTER={cluster.folder}"), 20)
    (tmp_path / "on").touch()
    assert statuses(go(file, out))[0] == "done"


def test_a_scheduler_that_does_not_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr("analysis.runs.executors._SECONDS", 1)
    with pytest.raises(PublishError, match="a scheduler that answers"), executor("dask:tcp://127.0.0.1:1"):
        pass


def test_without_the_forking_part_everything_works(tmp_path: Path) -> None:
    (engine,) = entry_points(group="papermill.engine", name="warm")
    if ".warm." in engine.value:
        pytest.skip("installed before the engine had its present place; install again")
    package = Path(places.__file__).parents[1]
    shutil.copytree(package, tmp_path / "analysis", ignore=shutil.ignore_patterns("__pycache__", "warm"))
    for name in ("data", "notebooks"):
        (tmp_path / name).symlink_to(package.parent / name)
    file = make(tmp_path, "import analysis; print(analysis.__file__, n)", "[1]", 'formats = ["html"]')
    code = "import sys; from analysis.cli import main; main()"
    words = [sys.executable, "-c", code, "batch", str(file), "--out", "out"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "1 done. Every kernel starts from scratch." in done.stdout
    assert texts(nbformat.read(tmp_path / "out" / "run-1.ipynb", as_version=4)) == [
        f"{tmp_path}/analysis/__init__.py 1"
    ]
