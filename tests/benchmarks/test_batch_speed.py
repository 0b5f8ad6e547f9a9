"""Many briefings: `analysis.runs.batching` against the loops that people write today, side by side in one run.

    pytest tests/benchmarks/test_batch_speed.py --benchmark-enable --benchmark-only

compared are, for the same notebook and the same parameters, PDF each time:

- a shell loop of `papermill` and `jupyter nbconvert --to webpdf` (skipped without playwright and a browser);
- the same loop with this workbook's exporter, `jupyter nbconvert --to briefing`;
- a batch into an empty folder;
- a second call of that batch;
- the same batch carried by an executor of two processes.

Apart from briefings: 1,000 trivial runs, and what the ledger of 10,000 costs (plan, causes, entries, index; no kernel).

`BATCH_BENCHMARK_RUNS` sets how many briefings (24 by default). The loops take them one after another, as a loop does.
Peak memory is the largest sum of proportional set sizes (PSS: a shared page is counted once) over the batch and all
its children, looked at ten times a second in a batch of its own, since looking takes the time of a whole core.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from analysis.record import places
from analysis.runs import causes, entries, index, plan, single

sys.path.insert(0, str(Path(__file__).parents[1]))

from small_notebooks import notebook

RUNS = int(os.environ.get("BATCH_BENCHMARK_RUNS", "24"))
CALL = "import sys; from analysis.runs.batching import batch; sys.exit(batch(sys.argv[1], sys.argv[2]).exit_status)"
LIMIT = 1.5 * 2**30

pytestmark = [
    pytest.mark.benchmark(group=f"{RUNS} briefings (PDF)"),
    pytest.mark.skipif(
        not (places.notebooks() / "briefing.ipynb").is_file(), reason="the briefing notebook is not there"
    ),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    days = plan.days({"every": "month-end", "from": "2019-01-01", "to": "2023-12-31"}, "benchmark")[-RUNS:]
    path = tmp_path_factory.mktemp("batch") / "batch.toml"
    path.write_text(f'notebook = "briefing.ipynb"\nname = "{{as_of}}"\n[matrix]\nas_of = {days}\n')
    return path


def _loop(file: Path, out: Path, exporter: list[str]) -> None:
    notebook = places.notebooks() / "briefing.ipynb"
    for run in plan.plan(file).runs:
        made = out / f"{run.name}.ipynb"
        steps = (
            ["papermill", "--no-progress-bar", str(notebook), str(made), "-p", "as_of", run.parameters["as_of"]],
            ["jupyter", "nbconvert", *exporter, str(made)],
        )
        for module, *arguments in steps:
            subprocess.run([sys.executable, "-m", module, *arguments], check=True, capture_output=True, cwd=out)
    assert len(list(out.glob("*.pdf"))) == RUNS


@pytest.fixture
def browser(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let nbconvert drive the browser of this machine; the options with which it makes a PDF."""
    playwright = pytest.importorskip("playwright.sync_api")
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None:
        pytest.skip("no browser here")
    # playwright looks only where it downloads to; the place is told by its refusal.
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path_factory.mktemp("browsers")))
    with playwright.sync_playwright() as driver, pytest.raises(playwright.Error) as refused:
        driver.chromium.launch()
    wanted = Path(re.findall(r"doesn't exist at (\S+)", str(refused.value))[0])
    wanted.parent.mkdir(parents=True)
    wanted.symlink_to(found)
    return ["--to", "webpdf", "--no-input", "--disable-chromium-sandbox"]


def test_papermill_and_nbconvert_webpdf_in_a_loop(
    benchmark: Any, file: Path, tmp_path: Path, browser: list[str]
) -> None:
    benchmark.pedantic(_loop, args=(file, tmp_path, browser), rounds=1)


def test_papermill_and_our_exporter_in_a_loop(benchmark: Any, file: Path, tmp_path: Path) -> None:
    benchmark.pedantic(_loop, args=(file, tmp_path, ["--to", "briefing"]), rounds=1)


def _batch(file: Path, out: Path) -> None:
    subprocess.run([sys.executable, "-c", CALL, str(file), str(out)], check=True, capture_output=True)
    assert len(list(out.glob("*.pdf"))) == RUNS


def test_batch_into_an_empty_folder(benchmark: Any, file: Path, tmp_path: Path) -> None:
    benchmark.pedantic(_batch, args=(file, tmp_path / "out"), rounds=1)


@pytest.mark.benchmark(group="the same batch, its memory watched")
def test_peak_memory_of_a_batch(benchmark: Any, file: Path, tmp_path: Path) -> None:
    peaks: list[float] = []
    stop = threading.Event()
    watch = threading.Thread(target=lambda: _watch(stop, peaks))
    watch.start()
    benchmark.pedantic(_batch, args=(file, tmp_path / "out"), rounds=1)
    stop.set()
    watch.join()
    benchmark.extra_info["peak_memory_mib"] = round(max(peaks) / 2**20)
    assert max(peaks) < LIMIT


def test_a_second_call_of_the_batch(benchmark: Any, file: Path, tmp_path: Path) -> None:
    _batch(file, tmp_path / "out")
    benchmark.pedantic(_batch, args=(file, tmp_path / "out"), rounds=3)
    assert benchmark.stats.stats.max < 1.0


def _carried(file: Path, out: Path) -> None:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from analysis.runs.batching import batch

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert batch(file, out, executor=pool).exit_status == 0


def test_batch_carried_by_an_executor_of_two_processes(benchmark: Any, file: Path, tmp_path: Path) -> None:
    benchmark.pedantic(_carried, args=(file, tmp_path / "out"), rounds=1)


def _trivial(folder: Path, runs: int) -> Path:
    notebook(folder / "n.ipynb", "print(n)", parameters="n: int = 1\na: str = ''\nb: float = 1.0")
    (folder / "plan.toml").write_text(f'notebook = "n.ipynb"\nformats = []\n[matrix]\nn = {list(range(runs))}\n')
    return folder / "plan.toml"


@pytest.mark.benchmark(group="1,000 trivial runs")
def test_a_thousand_trivial_runs(benchmark: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-c", CALL, str(_trivial(tmp_path, 1000)), str(tmp_path / "out")]
    benchmark.pedantic(lambda: subprocess.run(command, check=True, capture_output=True), rounds=1)


def _ledger(plan_file: Path, out: Path) -> None:
    """Plan, look for entries, take and leave each run, write its entry, look again, and write the index, as a batch and
    its second call do."""
    seen: dict[Any, Any] = {}
    runs = plan.plan(plan_file).runs
    blank = {"status": "done", "why": "new", "error": "", "seconds": 1.0, "title": "", "figures": {}, "alt": ""}
    for run in runs:
        made_of, *_ = single.due(run, out, single.Options(), seen)
        with entries.locked(out, run.name):
            entries.write(out, {**blank, "name": run.name, "notes": [], "files": {}, "causes": made_of})
    for run in runs:
        single.due(run, out, single.Options(), seen)
    index.write(out, runs)


# On two quiet cores 2 to 4 s, most of it the file system's; up to 7 s beside other work.
@pytest.mark.benchmark(group="the ledger of 10,000 runs, CPU seconds", timer=time.process_time)
def test_the_ledger_of_ten_thousand_runs(benchmark: Any, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    benchmark.pedantic(_ledger, args=(_trivial(tmp_path, 10_000), tmp_path / "out"), rounds=1)


# Each run looks before and after it whether anything of what it is made of has changed: less than 1 s for a thousand.
@pytest.mark.benchmark(group="a thousand looks at what a run is made of, CPU seconds", timer=time.process_time)
def test_a_thousand_looks_at_what_a_run_is_made_of(benchmark: Any, tmp_path: Path) -> None:
    (run,) = plan.plan(_trivial(tmp_path, 1)).runs
    benchmark.pedantic(lambda: [causes.causes(run) for _ in range(1000)], rounds=1, warmup_rounds=1)


def _watch(stop: threading.Event, peaks: list[float]) -> None:
    import psutil

    me = psutil.Process()
    peaks.append(0.0)
    while not stop.wait(0.1):
        total = 0.0
        for child in me.children(recursive=True):
            try:
                total += child.memory_full_info().pss
            except psutil.Error:
                continue
        peaks.append(total)
