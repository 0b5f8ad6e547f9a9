"""A briefing can be made again by its reader: the same bytes, or what differs by name."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader, PdfWriter
from test_one_answer import record_of

from analysis.cli import main
from analysis.runs.briefing import brief
from analysis.runs.verify import differences


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record_of(12, tmp_path_factory.mktemp("verify") / "small")


@pytest.fixture(scope="module")
def briefing(record: Path) -> Path:
    given = {"version": "flash", "handling": "Internal", "since": "2026-01-01"}
    return brief(str(record), record.parent / "briefing.pdf", given)


def verified(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["verify", *map(str, arguments)])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def test_the_manifest_says_how_it_was_made(briefing: Path) -> None:
    there = {name: parts[0] for name, parts in PdfReader(briefing).attachments.items()}
    held = json.loads(there["manifest.json"])
    assert (held["parameters"]["version"], held["handling"], held["paper"]) == ("flash", "Internal", "a4")
    assert len(held["record"]) == 12
    assert {"bilateral-workbook", "pandas", "typst", "font-source-sans-pro"} <= set(held["versions"])
    assert set(held["attachments"]) == set(there) - {"manifest.json"}
    assert held["sentences"][0][0] in "→↗↘"
    assert all(sentence.endswith(".") for sentence in held["sentences"])


def test_the_same_record_gives_the_same_bytes(briefing: Path, record: Path) -> None:
    code, said = verified(briefing, "--record", record)
    assert (code, said.splitlines()[-1]) == (0, "Same bytes: every number of this briefing follows from the record.")


def test_another_record_is_named_with_what_it_changes(briefing: Path, record: Path, tmp_path: Path) -> None:
    other = shutil.copytree(record, tmp_path / "small")
    events = (other / "events.csv").read_text(encoding="utf-8")
    assert "visits Putin at Valdai" in events
    (other / "events.csv").write_text(events.replace("visits Putin at Valdai", "calls at Valdai"), encoding="utf-8")
    code, said = verified(briefing, "--record", other)
    assert code == 1
    assert "Another record: " in said
    assert re.search(r"No longer said: Help and agreement .*visits Putin at Valdai", said)
    assert re.search(r"Said now: Help and agreement .*calls at Valdai", said)


def test_a_changed_attachment_and_a_foreign_file_are_refused(briefing: Path, tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "foreign.pdf")
    code, said = verified(tmp_path / "foreign.pdf")
    assert code == 2
    assert "must be a briefing that carries manifest.json" in said
    (tmp_path / "text.pdf").write_text("no PDF", encoding="utf-8")
    assert verified(tmp_path / "text.pdf")[0] == 2
    assert verified(tmp_path / "absent.pdf")[0] == 2


def test_differences_name_versions_tables_and_sentences() -> None:
    then = {
        "record": "a",
        "versions": {"x": "1"},
        "attachments": {"t.csv": "1", "u.csv": "1"},
        "sentences": ["A.", "B."],
    }
    assert differences(then, then) == ["Same record.", "No number and no sentence of page one differs."]
    now = {**then, "versions": {"x": "2"}, "attachments": {"t.csv": "2", "u.csv": "1"}, "sentences": ["A.", "C."]}
    assert differences(then, now) == [
        "Same record.",
        "Another version of x: 1 then, 2 now.",
        "Numbers differ in 1 of 2 tables: t.csv.",
        "No longer said: B.",
        "Said now: C.",
    ]
