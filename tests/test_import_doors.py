"""What an import does not let in: one page as several, a code without its zero, an error cell; and what its plan shows."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from analysis.curate.commands import import_
from analysis.curate.importing import plan

PAGE = {"type": "webpage", "publisher": "One", "published": "2004-01-01", "reliability": "B"}
EVENT = {
    "date": "2004-05-01",
    "title": "Beland lends Aland money",
    "summary": "It did.",
    "source_actor": "BBB",
    "target_actor": "AAA",
    "domain": "finance",
    "form": "statement",
    "cameo": "014",
    "dependence": "1",
    "source_id": "times-2001",
}


def sheet(path: Path, *rows: dict[str, str]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active.append(names)
        for row in rows:
            book.active.append([row.get(name) for name in names])
        book.save(path)
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return path


@pytest.mark.parametrize("ids", [True, False], ids=["with ids", "without ids"])
def test_one_page_by_three_publishers_is_refused_and_named(record: Path, tmp_path: Path, ids: bool) -> None:
    addresses = ["https://x.org/a", "https://www.x.org/a/?utm_source=z", "http://x.org/a"]
    rows = [
        {**({"source_id": f"s{n}"} if ids else {}), **PAGE, "title": f"Title {n}", "publisher": f"P{n}", "url": url}
        for n, url in enumerate(addresses)
    ]
    planned = plan(record, [("sources", sheet(tmp_path / "s.csv", *rows))])
    assert [change.action for change in planned.changes] == ["added", "refused", "refused"]
    for change in planned.changes[1:]:
        assert len(change.reasons) == 1
        assert "`url` must be the address of a page that no other source has, not that of" in change.reasons[0]
        assert "(P0, https://x.org/a)" in change.reasons[0]


def test_an_address_is_mended_on_its_way_in(record: Path, tmp_path: Path) -> None:
    row = {**PAGE, "source_id": "new", "title": "T", "url": "https://doi.org/doi:10.1234/ABC.6"}
    planned = plan(record, [("sources", sheet(tmp_path / "s.csv", row))])
    assert planned.sound
    assert [one["url"] for one in planned.tables["sources"] if one["source_id"] == "new"] == [
        "https://doi.org/10.1234/ABC.6"
    ]


BIB = r"""
@incollection{one, author={A. Roe}, title={Gas}, booktitle={A Book}, publisher={P}, year={2003}, url={https://b.org/book}}
@incollection{two, author={B. Doe}, title={Oil}, booktitle={A Book}, publisher={P}, year={2003}, url={https://b.org/book}}
@online{three, title={News}, publisher={N}, url={http://www.ex.org/a{\_}b?x=1{\&}y=2}, date={2003-01-02}}
@online{four, title={Other news}, author={C. Poe}, url={https://ex.org/a_b?x=1&y=2#top}, date={2003-01-02}}
@article{five, title={Doi only}, journal={J}, doi={https://doi.org/10.1234/ABC.6}, year={2003}}
"""


def test_chapters_of_a_book_stay_and_every_merged_entry_is_named(record: Path, tmp_path: Path) -> None:
    (tmp_path / "t.bib").write_text(BIB, encoding="utf-8")
    planned = plan(record, [("sources", tmp_path / "t.bib")])
    assert planned.sound, [change.reasons for change in planned.changes] + planned.others
    added = {row["title"]: row for row in planned.tables["sources"]}
    assert {"Gas", "Oil", "News", "Doi only"} <= set(added)
    assert "Other news" not in added
    assert added["News"]["url"] == "http://www.ex.org/a_b?x=1&y=2"
    assert added["News"]["author"] == "C. Poe"  # the empty cell is filled
    assert added["Doi only"]["url"] == "https://doi.org/10.1234/ABC.6"
    named = [note for note in planned.notes if "Other news" in note]
    assert len(named) == 1
    assert "t.bib, line 5 (four) (Other news) is the page of" in named[0]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_code_without_its_zero_is_refused_and_with_its_note_taken(record: Path, tmp_path: Path, form: str) -> None:
    lost, meant = {**EVENT, "cameo": "14"}, {**EVENT, "cameo": "14", "notes": "root code 14"}
    refused = plan(record, [("events", sheet(tmp_path / f"lost.{form}", lost))])
    assert [change.action for change in refused.changes] == ["refused", "added"]
    assert "Write 014, or put `root code 14` into `notes`." in refused.changes[0].reasons[0]
    assert plan(record, [("events", sheet(tmp_path / f"meant.{form}", meant))]).sound


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_error_cell_is_refused(record: Path, tmp_path: Path, form: str) -> None:
    planned = plan(record, [("events", sheet(tmp_path / f"e.{form}", {**EVENT, "summary": "#REF!"}))])
    assert not planned.sound
    assert "`summary` must be a text, not '#REF!'" in planned.changes[0].reasons[0]


def test_the_plan_shows_what_each_code_means(record: Path, tmp_path: Path) -> None:
    path = sheet(tmp_path / "e.csv", EVENT, {**EVENT, "title": "Another", "cameo": "190"})
    said = CliRunner().invoke(import_, ["-r", str(record), "events", str(path)]).output
    assert "    2004-05-01, BBB to AAA: 014 " in said
    assert "(+0.0, verbal cooperation)" in said
    assert "    2004-05-01, BBB to AAA: 190 " in said
    assert "(−10.0, material conflict)" in said
    assert "Note: events: 2004-05-01-another" in said
    assert "a code that fits the form statement, not '190, material conflict'" in said
