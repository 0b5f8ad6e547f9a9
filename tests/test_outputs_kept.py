"""What a command does with a file that is there already, and what a document says of cells that failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.export import export


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell("# A page\n\nWith words.")]
    nbformat.write(book, tmp_path / "page.ipynb")
    return tmp_path / "page.ipynb"


def exported(notebook: Path, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["export", str(notebook), "--form", "docx", *more])
    return done.exit_code, done.output


def test_own_output_is_written_again_and_an_edited_one_only_when_asked(notebook: Path) -> None:
    assert exported(notebook)[0] == exported(notebook)[0] == 0
    document = notebook.with_suffix(".docx")
    document.write_bytes(document.read_bytes() + b"edited")
    mine = document.read_bytes()
    code, words = exported(notebook)
    assert code == 2
    assert str(document) in words
    assert "--force" in words
    assert document.read_bytes() == mine
    assert exported(notebook, "--force")[0] == 0
    assert document.read_bytes() != mine
    assert exported(notebook)[0] == 0


def test_a_file_that_came_from_elsewhere_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "briefing.pdf"
    out.write_bytes(b"of a colleague")
    done = CliRunner().invoke(main, ["brief", "russia-belarus", "--out", str(out)])
    assert done.exit_code == 2
    assert "--force" in done.output
    assert out.read_bytes() == b"of a colleague"


def failing(tags: list[str]) -> nbformat.NotebookNode:
    bad = nbformat.v4.new_code_cell("import nothing_of_that_name", metadata={"tags": tags})
    bad.outputs = [
        nbformat.v4.new_output("error", ename="ModuleNotFoundError", evalue="No module named 'x'", traceback=["..."])
    ]
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_markdown_cell("# A question\n\nHow it is answered."), bad]
    return book


def test_a_document_of_a_notebook_that_failed_begins_by_saying_so() -> None:
    told: list[str] = []
    page = export(failing([]), None, "html", report=lambda notice: told.append(str(notice))).decode()
    words = "A cell of this notebook failed when it was run: cell 2"
    assert page.index(words) < page.index("How it is answered.")
    assert "No module named" in told[0]
    assert "missing from the document" in told[0]


def test_an_error_that_a_tutorial_shows_on_purpose_is_not_called_a_failure() -> None:
    told: list[str] = []
    page = export(failing(["raises-exception"]), None, "html", report=lambda notice: told.append(str(notice))).decode()
    assert "failed when it was run" not in page
    assert told == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("workbook bri", "brief"),
        ("workbook brief rus", "russia-belarus"),
        ("workbook brief --domains energy,tr", "energy,trade"),
        ("workbook params ten", "tensions.ipynb"),
    ],
)
def test_completion_knows_commands_relationships_domains_and_notebooks(words: str, wanted: str, tmp_path: Path) -> None:
    told = {"_WORKBOOK_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    program = str(Path(sys.executable).with_name("workbook"))
    done = subprocess.run(
        [program], cwd=tmp_path, env={**os.environ, **told}, capture_output=True, text=True, check=False
    )
    assert wanted in [line.split(",", 1)[1] for line in done.stdout.splitlines()]


def test_completion_prints_what_a_shell_takes() -> None:
    assert "_WORKBOOK_COMPLETE" in CliRunner().invoke(main, ["completion", "zsh"]).output
    assert CliRunner().invoke(main, ["completion", "tcsh"]).exit_code == 2
