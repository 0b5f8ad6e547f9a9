"""A file or folder named `analysis` beside a notebook, which nearly every analyst has."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from house_kit import ROOT

from analysis import cli
from analysis.curate.doctor import doctor
from analysis.record.places import KERNEL
from analysis.runs.running import run

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=["analysis.py", "analysis/__init__.py"])
def shadow(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine = 1\n", encoding="utf-8")
    return path


@pytest.mark.parametrize("kernel", ["cold", "warm"])
def test_kernels_of_the_workbook_find_the_library_and_what_lies_beside_the_notebook(shadow: Path, kernel: str) -> None:
    (shadow.parent / "helper.py" if shadow.name == "analysis.py" else shadow.parents[1] / "helper.py").write_text(
        "x = 7\n"
    )
    folder = shadow.parent if shadow.name == "analysis.py" else shadow.parents[1]
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell("import analysis as an, helper\nprint(an.__version__, helper.x)")]
    nbformat.write(book, folder / "one.ipynb")
    made = run(folder / "one.ipynb", {}, kernel=kernel)
    assert made.cells[0].outputs[0].text.strip().endswith(" 7")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_set_up_cell_says_what_is_in_the_way(notebook: Path, tmp_path: Path) -> None:
    (tmp_path / "analysis.py").write_text("mine = 1\n", encoding="utf-8")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    source = next(
        text for cell in cells if cell["cell_type"] == "code" and "import analysis" in (text := "".join(cell["source"]))
    )
    done = subprocess.run([sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: {tmp_path / 'analysis.py'} hides the workbook's library")
    assert "rename it" in last


def test_doctor_warns_of_it_here_and_nowhere_else(shadow: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shadow.parent if shadow.name == "analysis.py" else shadow.parents[1]
    monkeypatch.chdir(folder)
    assert [one.state for one in doctor() if str(shadow) in one.detail] == ["warning"]
    monkeypatch.chdir(ROOT)
    assert not [one for one in doctor() if one.name == "name"]


def test_lab_gives_its_kernels_the_same_start(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[str]] = []

    class Started:
        def __init__(self, command: list[str], env: dict[str, str]) -> None:
            spec = Path(env["JUPYTER_PATH"].split(":")[0], "kernels", "python3", "kernel.json")
            seen.append(json.loads(spec.read_text(encoding="utf-8"))["argv"])

        def wait(self) -> int:
            return 0

    monkeypatch.setattr("subprocess.Popen", Started)
    monkeypatch.setattr("signal.signal", lambda *one: None)
    assert CliRunner().invoke(cli.main, ["lab"]).exit_code == 0
    assert seen == [[sys.executable, *KERNEL, "-f", "{connection_file}"]]
