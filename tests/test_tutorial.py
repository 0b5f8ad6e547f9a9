"""The tutorial is run as it is read: every file that it tells the reader to save, every command that it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import analysis as an

PAGE = Path(__file__).resolve().parents[1] / "docs" / "own-relationship.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str, str]]:
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


def script() -> str:
    """Return the tutorial as one shell script that stops at the first command that fails."""
    lines = ["set -e"]
    for kind, name, text in blocks():
        if kind == "sh":
            lines += [f"echo '== '{shlex.quote(line)}\n{line}" for line in text.splitlines()]
        else:
            lines += [f"mkdir -p {shlex.quote(os.path.dirname(name) or '.')}", f"cat > {name} <<'END'\n{text}END"]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Where the tutorial was run, and what each command printed."""
    place = tmp_path_factory.mktemp("tutorial")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path}
    environment.pop("WORKBOOK_DATA", None)
    run = subprocess.run(
        ["bash", "-c", script()], cwd=place, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, f"{run.stdout[-3000:]}\n{run.stderr[-3000:]}"
    parts = re.split(r"^== (.*)\n", run.stdout, flags=re.MULTILINE)
    return place, dict(zip(parts[1::2], parts[2::2], strict=True))


def test_page_has_a_name_for_every_file_and_shows_every_command_of_curation():
    kinds = blocks()
    assert all(name for kind, name, _ in kinds if kind != "sh")
    shown = " ".join(text for kind, _, text in kinds if kind == "sh")
    for command in ("new", "import", "check", "doctor", "evidence", "coverage", "brief", "agree", "diff"):
        assert f"workbook {command}" in shown


def test_plans_are_what_the_page_says(done):
    _, printed = done

    plan = printed["workbook import sources reading.bib"]
    assert "sources: 3 added" in plan
    assert "added celand-post-2024-gas-stops-border" in plan
    assert "3 new sources have reliability F" in plan
    assert "Nothing written" in plan
    assert "3 added" in printed["workbook import events events.csv"]
    assert "sources: 0 added, 3 changed" in printed["workbook import sources grades.csv --apply"]
    assert (
        "forecasts: 1 added" in printed["workbook import assessments assessments.csv forecasts forecasts.csv --apply"]
    )


def test_record_holds_what_the_page_put_in(done):
    rel = an.load(done[0] / "records" / "aland-beland")

    assert rel.events["event_id"].tolist() == [
        "2024-02-01-beland-stops-gas-aland",
        "2024-03-14-aland-beland-agree-price",
        "2024-05-aland-criticises-tariff",
    ]
    assert rel.events["goldstein"].tolist() == [-8.0, 8.0, -2.0]
    assert rel.events["grade"].tolist() == ["B3", "B3", "B3"]
    assert rel.forecasts["probability"].tolist() == pytest.approx([0.675])


def test_phrases_are_found_as_the_page_says(done):
    printed = done[1]["workbook evidence --texts copies"]
    assert "2 key phrases: 1 found, 0 elsewhere, 0 not found, 1 no copy." in printed


def test_coverage_and_comparison_say_what_the_page_says(done):
    printed = done[1]
    assert "4 one publisher" in printed["workbook coverage aland-beland"]
    assert "No row differs." in printed["workbook diff colleague aland-beland"]
    assert "To adjudicate, what moves an index most first: none" in printed["workbook agree aland-beland colleague"]


def test_briefings_are_documents_on_the_two_sides(done):
    import pypdf

    for name in ("briefing.pdf", "briefing-march.pdf"):
        text = " ".join(page.extract_text() for page in pypdf.PdfReader(done[0] / name).pages)
        assert "Aland and Beland" in text
        assert ("Aland criticises the tariff" in " ".join(text.split())) == (name == "briefing.pdf")
