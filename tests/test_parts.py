"""A test whose part is absent is named at the end of a run, and is an error where every part must be there."""

from __future__ import annotations

from pathlib import Path

import pytest
from house_kit import python

TEST = """
import pytest

@pytest.mark.java
def test_spark():
    pass

def test_other():
    pass
"""


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, required: str) -> tuple[int, str]:
    (folder / "test_one.py").write_text(TEST, encoding="utf-8")
    (folder / "benchmarks").mkdir()
    (folder / "benchmarks" / "test_speed.py").write_text(
        "def test_speed(benchmark): benchmark(int)\n", encoding="utf-8"
    )
    monkeypatch.setenv("PATH", str(folder))  # so that there is no Java
    monkeypatch.setenv("WORKBOOK_ALL_PARTS", required)
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import pytest; sys.exit(pytest.main(sys.argv[1:]))"
    done = python(folder, "-c", code, "-p", "parts", "--rootdir", str(folder), ".")
    return done.returncode, done.stdout


def test_it_is_skipped_and_named_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, said = run(tmp_path, monkeypatch, "")
    assert status == 0
    *_, told, closing = said.strip().splitlines()
    assert told.startswith("Not run: 1 test (test_one.py). Needed: a Java runtime")
    assert "1 passed, 1 skipped, 1 deselected" in closing


def test_it_is_an_error_where_every_part_must_be_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status, said = run(tmp_path, monkeypatch, "1")
    assert status == 1
    assert "WORKBOOK_ALL_PARTS is set, and this is not here: a Java runtime" in said
    assert "1 passed" in said
