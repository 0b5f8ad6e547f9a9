"""The command line where an annexe was left out: it answers, and says what to install."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from house_kit import copy_library, python
from without_annexe import belongs

COMMANDS = [
    ("curate", ("doctor", "--all", "x")),
    ("feeds", ("feed", "world", "x.parquet")),
    ("runs", ("params", "briefing")),
    ("runs", ("brief", "russia-belarus")),
]


@pytest.mark.parametrize(("annexe", "arguments"), COMMANDS)
def test_a_command_whose_part_is_absent_says_what_to_install(
    annexe: str, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    shutil.rmtree(copy_library(tmp_path) / "analysis" / annexe)
    run = "import sys; from analysis.cli import main; main(sys.argv[1:])"
    done = python(tmp_path, "-c", run, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert f"analysis.{annexe}" in done.stderr
    assert "pip install 'bilateral-workbook" in done.stderr
    listed = python(tmp_path, "-c", run, "--help")
    assert listed.returncode == 0
    assert arguments[0] in listed.stdout


def test_a_test_belongs_to_the_annexe_that_it_or_its_helpers_import(tmp_path: Path) -> None:
    (tmp_path / "kit.py").write_text("from analysis import feeds\n", encoding="utf-8")
    (tmp_path / "test_a.py").write_text("import kit\nimport analysis.runs.plan\n", encoding="utf-8")
    path = tmp_path / "test_a.py"
    assert [belongs(path, name) for name in ("feeds", "runs", "curate", "run")] == [True, True, False, False]
