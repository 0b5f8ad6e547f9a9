"""How long the export of an executed briefing takes, beside nbconvert's own ways to a PDF.

    pytest tests/benchmarks/test_export_speed.py --benchmark-only --benchmark-group-by=group

The same notebook goes through each way in one run. A way that is not installed is skipped, with the reason. Two costs are kept apart: the
conversion proper in a warm process, and the whole process from the command line, imports included.
"""

from __future__ import annotations

import importlib.util
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
import export_kit as kit

import analysis
from analysis.export import export

SHIPPED = Path(analysis.__file__).parents[1] / "notebooks" / "briefing.ipynb"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped briefing if it is executed, else an invented one of ten charts and about ten pages."""
    path = tmp_path_factory.mktemp("speed") / "briefing.ipynb"
    if SHIPPED.exists():
        shipped = nbformat.read(SHIPPED, as_version=4)
        if sum(len(cell.get("outputs", [])) for cell in shipped.cells) > 10:
            shutil.copyfile(SHIPPED, path)
            return path
    nbformat.write(kit.briefing(charts=10, rows=30, filler=6), path)
    return path


def through(name: str, notebook: Path) -> Callable[[], Any]:
    """Return a call of an nbconvert exporter in this process; skip where it cannot run."""
    from nbconvert.exporters.base import get_exporter

    exporter = get_exporter(name)()
    if name == "webpdf":
        exporter.disable_sandbox = True

    def convert() -> Any:
        return exporter.from_filename(str(notebook))

    try:
        convert()
    except Exception as error:  # any failure to start a browser or TeX means: not installed here
        pytest.skip(f"nbconvert --to {name} is not run: {str(error).splitlines()[0][:160]}")
    return convert


def needs(name: str) -> None:
    if name == "webpdf" and importlib.util.find_spec("playwright") is None:
        pytest.skip("nbconvert --to webpdf is not run: playwright is not installed")
    if name == "pdf" and shutil.which("xelatex") is None:
        pytest.skip("nbconvert --to pdf is not run: xelatex is not installed")


@pytest.mark.benchmark(group="conversion of the briefing, warm process")
@pytest.mark.parametrize("form", ["pdf", "docx", "html"])
def test_function(benchmark: Any, notebook: Path, form: str) -> None:
    made = benchmark.pedantic(export, args=(notebook,), kwargs={"form": form}, rounds=5, warmup_rounds=1)
    benchmark.extra_info["bytes"] = len(made)


@pytest.mark.benchmark(group="conversion of the briefing, warm process")
@pytest.mark.parametrize("name", ["briefing", "webpdf", "pdf"])
def test_nbconvert_in_process(benchmark: Any, notebook: Path, name: str) -> None:
    needs(name)
    benchmark.pedantic(through(name, notebook), rounds=3)


@pytest.mark.benchmark(group="export of the briefing, whole process")
def test_whole_process_of_the_function(benchmark: Any, notebook: Path, tmp_path: Path) -> None:
    code = "import sys; from analysis.export import export; export(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(notebook), str(tmp_path / "made.pdf")]
    benchmark.pedantic(subprocess.run, args=(command,), kwargs={"check": True}, rounds=3)


@pytest.mark.benchmark(group="export of the briefing, whole process")
@pytest.mark.parametrize("name", ["briefing", "webpdf", "pdf"])
def test_whole_process_of_nbconvert(benchmark: Any, notebook: Path, tmp_path: Path, name: str) -> None:
    needs(name)
    through(name, notebook)
    command = [sys.executable, "-m", "nbconvert", "--to", name, str(notebook), "--output-dir", str(tmp_path)]
    if name == "webpdf":
        command.append("--disable-chromium-sandbox")
    benchmark.pedantic(subprocess.run, args=(command,), kwargs={"check": True, "capture_output": True}, rounds=3)


@pytest.mark.benchmark(group="export of the briefing, CPU seconds of all processes in extra_info")
@pytest.mark.parametrize(
    "way", ["workbook export", "nbconvert --to briefing", "nbconvert --to html, printed by Chromium"]
)
def test_cpu_seconds_of_whole_processes(benchmark: Any, notebook: Path, tmp_path: Path, way: str) -> None:
    browser = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
    if "Chromium" in way and browser is None:
        pytest.skip("no browser here")
    python, into = [sys.executable, "-m"], ["--output-dir", str(tmp_path)]
    page, made = tmp_path / f"{notebook.stem}.html", tmp_path / "made.pdf"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={made}"]
    commands = {
        "workbook export": [
            [str(Path(sys.executable).with_name("workbook")), "export", str(notebook), "-o", str(made)]
        ],
        "nbconvert --to briefing": [[*python, "nbconvert", "--to", "briefing", str(notebook), *into]],
        "nbconvert --to html, printed by Chromium": [
            [*python, "nbconvert", "--to", "html", "--no-input", str(notebook), *into],
            [str(browser), *flags, page.as_uri()],
        ],
    }[way]
    before = _of_children()
    benchmark.pedantic(lambda: [subprocess.run(each, check=True, capture_output=True) for each in commands], rounds=3)
    benchmark.extra_info["cpu_seconds"] = round((_of_children() - before) / 3, 2)


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.benchmark(group="conversion by length")
@pytest.mark.parametrize("charts", [15, 30, 60])
def test_time_by_charts(benchmark: Any, charts: int) -> None:
    kit.chart("chart-1")
    parts = [kit.prose("# T"), kit.cell(kit.cover())]
    for index in range(charts):
        parts += [kit.prose(f"## Part {index}\n\n" + "Some words of the record, and of what they mean. " * 6)]
        parts += [kit.cell(kit.chart("chart-1")), kit.prose("A remark on it.")]
    long = kit.notebook(*parts)
    benchmark.extra_info["cells"] = len(long.cells)
    benchmark.pedantic(export, args=(long,), rounds=3, warmup_rounds=1)
