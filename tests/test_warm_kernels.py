"""Forked kernels: as isolated as fresh ones, gone when they are done, and used by papermill and jupyter_client as they are."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from importlib.metadata import entry_points
from pathlib import Path

import nbformat
import pytest
import record_kit
from small_notebooks import alive, notebook, python, texts, until

from analysis.runs.running import run
from analysis.runs.warm import client as warm
from analysis.runs.warm.preload import record as load_record

pytestmark = pytest.mark.skipif(bool(warm.unavailable()), reason=warm.unavailable())

LOOK = """
import json, os, signal, sys, warnings
# A forked kernel is as a fresh one that has imported the same modules.
from analysis.runs.warm.preload import preload; preload()
import matplotlib, numpy as np, pandas as pd
print(json.dumps({
    "names": sorted(name for name in globals() if name.startswith("my_")),
    "module": getattr(pd, "my_mark", None),
    "rc": matplotlib.rcParams["lines.linewidth"],
    "pandas": pd.get_option("display.max_rows"),
    "filters": len(warnings.filters),
    "cwd": os.getcwd(),
    "environ": os.environ.get("MY_VARIABLE"),
    "path": [entry for entry in sys.path if entry == "/my/path"],
    "umask": oct(os.umask(0o022)),
    "printoptions": np.get_printoptions()["precision"],
    "recursion": sys.getrecursionlimit(),
    "usr1": str(signal.getsignal(signal.SIGUSR1)),
    "hash": sys.flags.hash_randomization,
}, sort_keys=True))
"""
SPOIL = """
import os, random, signal, sys, warnings
import matplotlib, numpy as np, pandas as pd
my_variable = 1
pd.my_mark = "spoilt"
matplotlib.rcParams["lines.linewidth"] = 99
pd.set_option("display.max_rows", 7)
warnings.simplefilter("error")
os.chdir("/")
os.environ["MY_VARIABLE"] = "spoilt"
sys.path.append("/my/path")
os.umask(0o077)
np.set_printoptions(precision=2)
sys.setrecursionlimit(4321)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
random.seed(1); np.random.seed(1)
"""
DRAW = "import random, uuid, numpy as np; print(random.random(), np.random.rand(), uuid.uuid4())"


def test_no_state_of_one_run_is_visible_to_the_next_and_all_is_as_in_a_fresh_kernel(tmp_path: Path) -> None:
    look = notebook(tmp_path / "look.ipynb", LOOK)
    fresh = texts(run(look, kernel="cold"))
    assert texts(run(look, kernel="warm")) == fresh
    run(notebook(tmp_path / "spoil.ipynb", SPOIL), kernel="warm")
    assert texts(run(look, kernel="warm")) == fresh
    assert json.loads(fresh[0])["names"] == []


def test_random_numbers_differ_between_runs(tmp_path: Path) -> None:
    draw = notebook(tmp_path / "draw.ipynb", DRAW)
    first, second = (texts(run(draw, kernel="warm"))[0].split() for _ in range(2))
    assert all(a != b for a, b in zip(first, second, strict=True))


def test_a_run_sees_the_environment_of_its_caller_not_of_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = notebook(tmp_path / "n.ipynb", "import os, time; print(os.environ.get('MY_VARIABLE'), time.tzname[0])")
    monkeypatch.setenv("MY_VARIABLE", "one")
    assert texts(run(path, kernel="warm"))[0].split()[0] == "one"
    server = warm.server()
    monkeypatch.setenv("MY_VARIABLE", "two")
    assert texts(run(path, kernel="warm"))[0].split()[0] == "two"
    assert warm.server() is server
    # What Python reads only when it starts needs a server of its own.
    monkeypatch.setenv("TZ", "XYZ-3")
    assert texts(run(path, kernel="warm"))[0].split() == ["two", "XYZ"]
    assert warm.server() is not server


def test_a_matplotlibrc_in_the_folder_counts_as_in_a_fresh_kernel(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 7\n")
    path = notebook(tmp_path / "n.ipynb", "import matplotlib; print(matplotlib.rcParams['lines.linewidth'])")
    assert texts(run(path, kernel="warm")) == ["7.0"]


def test_a_record_loaded_beforehand_is_the_kernels_own_and_as_its_files_are(tmp_path: Path, record: Path) -> None:
    look = """
    import analysis as an
    from analysis.record.relationship import _loaded
    print(len(_loaded), an.load(record).events.loc[0, "summary"])
    events = an.load(record).events
    events.loc[0, "summary"] = "spoilt"
    _loaded.clear()
    """
    path = notebook(tmp_path / "n.ipynb", f"record = {str(record)!r}\n{textwrap.dedent(look)}")
    server = warm.server()
    server.prepare(load_record, "no such record")
    server.prepare(load_record, str(record))
    summary = texts(run(path, kernel="warm"))[0].removeprefix("1 ")
    assert summary == record_kit.ROWS["events"][0]["summary"]
    assert texts(run(path, kernel="warm")) == [f"1 {summary}"]
    events = record / "events.csv"
    events.write_text(events.read_text(encoding="utf-8").replace(summary, "Meanwhile."), encoding="utf-8")
    assert texts(run(path, kernel="warm")) == ["1 Meanwhile."]


def test_the_server_has_one_thread_and_only_imported_modules(tmp_path: Path) -> None:
    server = warm.server()
    run(notebook(tmp_path / "n.ipynb", "n"), kernel="warm")
    tasks = Path(f"/proc/{server.pid}/task")
    if not tasks.is_dir():
        pytest.skip("needs /proc")
    names = {(task / "comm").read_text().strip() for task in tasks.iterdir()}
    sockets = [link for link in Path(f"/proc/{server.pid}/fd").iterdir() if os.readlink(link).startswith("socket:")]
    assert len(sockets) == 1
    assert not any("ZMQ" in name for name in names)


def test_threads_and_processes_work_in_a_forked_kernel(tmp_path: Path) -> None:
    source = """
    import numpy as np, subprocess, threading
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
    a = np.random.default_rng(0).random((600, 600))
    with ThreadPoolExecutor(2) as pool: sums = list(pool.map(np.sum, [a @ a, a @ a]))
    with ProcessPoolExecutor(2) as pool: squares = list(pool.map(pow, [2, 3], [2, 2]))
    print(sums[0] == sums[1], squares, subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout.strip())
    """
    assert texts(run(notebook(tmp_path / "n.ipynb", source), kernel="warm")) == ["True [4, 9] hi"]


def test_no_kernel_nor_its_programs_outlive_the_run(tmp_path: Path) -> None:
    mark = f"MARK={tmp_path}"
    source = f"import os, subprocess; p = subprocess.Popen(['sleep', '613'], env={{'MARK': '{tmp_path}'}}); print(os.getpid())"
    pid = texts(run(notebook(tmp_path / "n.ipynb", source), kernel="warm"))[0]
    assert until(lambda: not alive(mark))
    assert not Path(f"/proc/{pid}").exists()


SLEEPER = """
import sys, threading
from analysis.runs.running import run
threading.Thread(target=run, args=(sys.argv[1],), kwargs={"kernel": "warm"}, daemon=True).start()
print("started", flush=True)
import time
time.sleep(600)
"""


# By Ctrl-C Python comes to its end; any other signal ends it as SIGKILL does.
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_no_kernel_outlives_its_caller_however_that_ends(tmp_path: Path, end: int) -> None:
    sign = tmp_path / "running"
    path = notebook(tmp_path / "n.ipynb", f"open({str(sign)!r}, 'w').close(); import time; time.sleep(600)")
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "MARK_OF_TEST": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
    caller = python("-c", SLEEPER, str(path), env=environment)
    assert until(sign.exists, 120)
    # The caller, its fork server and the kernel.
    assert len(alive(str(tmp_path))) == 3
    caller.send_signal(end)
    caller.wait(20)
    assert until(lambda: not alive(str(tmp_path)), 5)
    # Nor does it leave files of its own.
    assert not list((tmp_path / "tmp").glob("workbook-*"))


def test_no_kernel_outlives_its_server(tmp_path: Path) -> None:
    sign = tmp_path / "running"
    path = notebook(tmp_path / "n.ipynb", f"open({str(sign)!r}, 'w').close(); import time; time.sleep(600)")
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "MARK_OF_TEST": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
    caller = python("-c", SLEEPER, str(path), env=environment)
    assert until(sign.exists, 120)
    server = next(int(line.split()[0]) for line in alive(str(tmp_path)) if "warm.server" in line)
    try:
        os.kill(server, signal.SIGKILL)
        assert until(lambda: len(alive(str(tmp_path))) == 1, 5)
    finally:
        caller.kill()
        caller.wait(20)


def test_a_server_that_is_killed_is_replaced(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", "print(n)")
    run(path, kernel="warm")
    os.kill(warm.server().pid, signal.SIGKILL)
    assert texts(run(path, kernel="warm")) == ["2"]


def test_papermill_as_it_is_can_use_the_engine(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", "print(as_of, n)")
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--engine",
        "warm",
        "--no-progress-bar",
        str(path),
        "o.ipynb",
        "-p",
        "n",
        "5",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert texts(nbformat.read(tmp_path / "o.ipynb", as_version=4)) == ["2020-01-31 5"]


def test_the_extension_points_are_registered_and_load_in_any_order() -> None:
    assert [e.name for e in entry_points(group="papermill.engine")].count("warm") == 1
    assert "workbook-fork" in [e.name for e in entry_points(group="jupyter_client.kernel_provisioners")]
    for first, second in (("papermill", "analysis.runs.kernels"), ("analysis.runs.kernels", "papermill")):
        code = f"import {first}, {second}; from papermill.engines import papermill_engines as e; e.get_engine('warm')"
        subprocess.run([sys.executable, "-c", code], check=True)


def test_jupyter_client_as_it_is_can_use_the_provisioner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_client.manager import start_new_kernel

    folder = tmp_path / "kernels" / "quick"
    folder.mkdir(parents=True)
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Quick",
        "language": "python",
        "metadata": {"kernel_provisioner": {"provisioner_name": "workbook-fork"}},
    }
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    manager, client = start_new_kernel(kernel_name="quick")
    try:
        assert isinstance(manager.provisioner.process, warm.Forked)
        assert (
            client.execute_interactive("assert 'pandas' in __import__('sys').modules", timeout=20)["content"]["status"]
            == "ok"
        )
        # Interrupt and restart, as a user of JupyterLab would.
        client.execute("print('begun', flush=True); import time; time.sleep(60)")
        while client.get_iopub_msg(timeout=20)["msg_type"] != "stream":
            continue
        manager.interrupt_kernel()
        # What was sent before the interrupt is dropped, as in any kernel.
        assert until(lambda: client.execute_interactive("x = 1", timeout=20)["content"]["status"] == "ok")
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=20)
        assert client.execute_interactive("assert 'x' not in globals()", timeout=20)["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_another_interpreter_is_started_from_scratch_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from analysis.runs.warm.kernels import why_cold

    assert why_cold([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], str(tmp_path)) == ""
    assert (
        why_cold([sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "x"], str(tmp_path)) == ""
    )
    assert "/usr/bin/python" in why_cold(["/usr/bin/python", "-m", "ipykernel_launcher"], str(tmp_path))
    assert why_cold([sys.executable, "-O", "-m", "ipykernel_launcher"], str(tmp_path)) != ""
    assert "matplotlibrc" in why_cold([sys.executable, "-m", "ipykernel_launcher"], _with_rc(tmp_path))


def _with_rc(folder: Path) -> str:
    (folder / "matplotlibrc").touch()
    return str(folder)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_where_nothing_can_be_forked_runs_work_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, platform: str
) -> None:
    if platform == "win32":
        monkeypatch.delattr(os, "fork")
    monkeypatch.setattr(warm.sys, "platform", platform)
    reason = warm.unavailable()
    assert platform in reason
    assert "from scratch" in reason
    monkeypatch.undo()
    monkeypatch.setattr(warm, "unavailable", lambda: reason)
    assert texts(run(notebook(tmp_path / "n.ipynb", "print(n)"), kernel="warm")) == ["2"]
    assert reason in caplog.text
