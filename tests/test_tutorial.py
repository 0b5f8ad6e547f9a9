"""The tutorial is run as it is read: every file that it tells the reader to save, every command that it shows."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import analysis as an
from analysis.cli import main

DOCS = Path(__file__).resolve().parents[1] / "docs"
OWN, ARTICLE = DOCS / "own-relationship.md", DOCS / "from-article-to-record.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str, str]]:
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def read(page: Path, place: Path) -> dict[str, str]:
    """Do what a page tells its reader to do, in `place`, and return what each command printed.

    `workbook` is called in this process, which costs its start and the import of pandas once and not for each command;
    every other line is bash's. The first command that fails ends it.
    """
    printed = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.delenv("WORKBOOK_DATA", raising=False)
        for kind, name, text in blocks(page):
            if kind != "sh":
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                Path(name).write_text(text, encoding="utf-8")
                continue
            for line in text.splitlines():
                words = shlex.split(line)
                if words[0] == "export":
                    patch.setenv("WORKBOOK_DATA", words[1].partition("=")[2].replace("$PWD", str(place)))
                elif words[0] == "workbook":
                    done = CliRunner().invoke(main, words[1:])
                    assert done.exit_code == 0, f"{line}\n{done.output}\n{done.exception!r}"
                    printed[line] = done.output
                else:
                    subprocess.run(["bash", "-c", line], check=True)
    return printed


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Where the tutorial was followed, and what each command printed."""
    place = tmp_path_factory.mktemp("tutorial")
    return place, read(OWN, place)


def test_page_has_a_name_for_every_file_and_shows_every_command_of_curation():
    kinds = blocks(OWN)
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


def test_page_from_an_article_to_the_record_does_what_it_says(tmp_path):
    printed = read(ARTICLE, tmp_path)

    draft = "workbook draft celand-post-2024-gas-talks-end-deal"
    assert "Cited by para 1 to para 5." in printed["workbook source gas-talks.html"]
    assert "3 events, 2 assessments, 1 forecasts offered from 6 sentences." in printed[draft]
    dry = printed[f"{draft} --model http://localhost:8080/v1 --name my-model --dry-run"]
    assert "Nothing was sent." in dry
    assert "3 key phrases: 3 found, 0 elsewhere, 0 not found, 0 no copy." in printed["workbook evidence aland-beland"]
    rel = an.load(tmp_path / "records" / "aland-beland")
    assert rel.events["event_id"].tolist() == [
        "2024-02-01-beland-cuts-off-gas",
        "2024-03-14-aland-beland-sign-gas-contract",
    ]
    assert rel.events["notes"].str.startswith("Drafted by rules, reviewed by B. Doe").all()
    assert rel.assessments["assessor"].tolist() == ["Carla Dee"]
    # The page's rows are those of the drafts: same days, sides, places and words.
    import openpyxl

    copies = tmp_path / "records" / "aland-beland" / "copies"
    sheet = openpyxl.load_workbook(copies / "celand-post-2024-gas-talks-end-deal.drafts.xlsx")["events"]
    names, *rows = sheet.values
    drafted = [dict(zip(names, row, strict=True)) for row in rows]
    known = {
        (one["date"], one["source_actor"], one["target_actor"], one["locator"], one["cited_phrase"]) for one in drafted
    }
    with (tmp_path / "events.csv").open(encoding="utf-8") as file:
        for one in csv.DictReader(file):
            assert (one["date"], one["source_actor"], one["target_actor"], one["locator"], one["cited_phrase"]) in known
