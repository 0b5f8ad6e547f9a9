"""The shipped notebooks: typed and explained parameters, readable, and runnable by papermill from anywhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import analysis as an
from analysis.runs import parameters

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
MAIN = ("briefing", "tensions", "dependencies", "assessments")


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_parameters_are_typed_and_explained(path: Path) -> None:
    declared = parameters.declared(path)
    assert {"relationship", "as_of"} <= {parameter.name for parameter in declared}
    for parameter in declared:
        assert parameter.type != "Any", parameter.name
        assert len(parameter.help) > 10, parameter.name


@pytest.mark.parametrize("name", MAIN)
def test_a_notebook_is_an_argument_in_prose_and_short_cells(name: str) -> None:
    book = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    assert book.cells[0].source.startswith("# ")
    assert len(book.cells) <= 45
    for cell in book.cells:
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", []):
            assert len(cell.source.splitlines()) <= 20
            assert "def " not in cell.source
        assert "%pip" not in cell.source


@pytest.mark.parametrize("name", MAIN)
def test_committed_notebooks_are_executed_without_error_and_name_no_place(name: str) -> None:
    text = (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    book = nbformat.reads(text, as_version=4)
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert len(outputs) > 8
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data"}
    for place in (str(NOTEBOOKS.parent), str(Path.home()) + "/", sys.prefix):
        assert place not in text


@pytest.mark.parametrize("name", MAIN)
def test_plain_papermill_runs_it_from_another_directory(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", str(NOTEBOOKS / f"{name}.ipynb"), str(out)]
    command += ["-p", "as_of", "2020-09-30", "-p", "start", "2014-01-01", "--no-progress-bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "unknown parameter" not in done.stderr
    texts = [
        output["data"]["text/plain"]
        for cell in nbformat.read(out, as_version=4).cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "data" in output
    ]
    assert any("30 September 2020" in text or "2020-09-30" in text for text in texts)
    known, whole = an.load("russia-belarus", "2020-09-30"), an.load("russia-belarus")
    for table, column in (("events", "title"), ("assessments", "claim"), ("forecasts", "resolution_note")):
        later = set(getattr(whole, table)[column].dropna()) - set(getattr(known, table)[column].dropna())
        assert [words for words in later if any(words in text for text in texts)] == []
