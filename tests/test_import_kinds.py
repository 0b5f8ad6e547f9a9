"""Bibliographies entry by entry, spreadsheets as people keep them, and what a row may name a source by."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from record_kit import ROWS

import analysis as an
from analysis.curate import bib_entries
from analysis.curate.bib_dates import edtf, from_csl
from analysis.curate.commands import import_, template
from analysis.curate.encodings import decoded
from analysis.curate.importing import plan
from analysis.curate.spreadsheets import Reading
from analysis.errors import OptionError, RecordError

EVENT = {
    "date": "2004-05-01",
    "title": "Beland lends Aland money",
    "summary": "It did.",
    "source_actor": "BBB",
    "target_actor": "AAA",
    "domain": "finance",
    "form": "action",
    "cameo": "071",
    "dependence": "1",
    "source_id": "times-2001",
}


def sheet(path: Path, *rows: dict[str, str], delimiter: str = ",", above: str = "", encoding: str = "utf-8") -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(above)
        writer = csv.DictWriter(file, names, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


# Dates


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2014/03/05/", "2014-03-05"),
        ("2014/03//", "2014-03"),
        ("2014///", "2014"),
        ("2014/00/00", "2014"),
        ("2014/3/5", "2014-03-05"),
        ("2017/04/07/online", "2017-04-07"),
        ("2014///Spring", "2014-21"),
        ("5 March 2014", "2014-03-05"),
        ("March 5th, 2014", "2014-03-05"),
        ("Tuesday, 5 March 2014", "2014-03-05"),
        ("2014 Mar 5", "2014-03-05"),
        ("1. März 2014", "2014-03-01"),
        ("12 мая 2004 г.", "2004-05-12"),
        ("Mar-Apr 2014", "2014-03/2014-04"),
        ("June 18--23, 2017", "2017-06-18/2017-06-23"),
        ("30 June-2 July 2017", "2017-06-30/2017-07-02"),
        ("1829--1830", "1829/1830"),
        ("1829-1830", "1829/1830"),
        ("2014–15", "2014/2015"),
        ("1997?", "1997?"),
        ("[1999?]", "1999?"),
        ("circa 2019", "2019~"),
        ("c. 1997", "1997~"),
        ("1990s", "199X"),
        ("2014-21", "2014-21"),
        ("Spring 2014", "2014-21"),
        ("2014-03-05T12:30:00Z", "2014-03-05"),
        ("01.03.2014", "2014-03-01"),
        ("3/13/2014", "2014-03-13"),
        # Not to be read for sure, or no date at all.
        ("3/1/2014", ""),
        ("2014-15", ""),
        ("2014/..", ""),
        ("in press", ""),
        ("-0043", ""),
        ("0000", ""),
        ("1984 (2001)", ""),
        ("n.d.", ""),
    ],
)
def test_date_as_people_write_it(text: str, read: str) -> None:
    assert edtf(text) == read


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        ({"date-parts": [[]]}, ("", "")),
        ({"date-parts": [[None]]}, ("", "")),
        ({"date-parts": [["2014", "3", 5]]}, ("2014-03-05", "")),
        ({"date-parts": [[2014]], "season": "2"}, ("2014-22", "")),
        ({"date-parts": [[2014, 13]]}, ("2014-21", "")),
        ({"date-parts": [[2014, 1], [2014, 3]], "circa": "true"}, ("2014-01~/2014-03~", "")),
        ({"literal": "circa 2019"}, ("2019~", "")),
        ({"raw": "forthcoming"}, ("", "forthcoming")),
    ],
)
def test_date_of_the_citation_style_language(issued: dict[str, object], expected: tuple[str, str]) -> None:
    assert from_csl(issued) == expected


# Bibliographies

DAMAGED = """@article(round, title={In round brackets}, year=2011, journal={J})
@article{title={Without a key}, year=2012}
@book_section{m, title={Of Mendeley}, year={2014}}
@article{scopus, title={Of Scopus}, funding_text 1={x}, year={in press}}
@article{open, title={Never closed, year={2014}
@online{comma, title={No comma} year={2011}}
@misc{set, entryset={a,b}}
@article{last, title={Last}, author={van der Berg, Jan}, journal={J}, date={1997?}}
"""


def test_good_entries_are_taken_and_bad_ones_named_with_line_cause_and_way_out(record: Path, tmp_path: Path) -> None:
    planned = plan(record, [("sources", written(tmp_path / "d.bib", DAMAGED))])

    refused = {change.place: change.reasons[0] for change in planned.changes if change.action == "refused"}
    assert list(refused) == ["d.bib, line 5 (open)", "d.bib, line 6 (comma)", "d.bib, line 7 (set)"]
    assert "closing `}`" in refused["d.bib, line 5 (open)"]
    assert all("--skip-refused" in reason for reason in refused.values())
    assert not planned.sound

    some = plan(record, [("sources", tmp_path / "d.bib")], skip_refused=True)
    assert some.sound
    assert len(some.skipped) == 3
    assert any("line 4 (scopus): its date, 'in press', could not be read" in note for note in some.notes)
    some.apply()
    sources = an.load(record).sources.set_index("title")
    assert sources.loc["Last", ["author", "published"]].tolist() == ["Jan van der Berg", "1997?"]
    assert {"In round brackets", "Without a key", "Of Mendeley", "Of Scopus"} <= set(sources.index)
    # Works in print are found again by their words.
    again = plan(record, [("sources", tmp_path / "d.bib")], skip_refused=True)
    assert {change.action for change in again.changes} == {"unchanged"}


def test_refused_entries_can_be_written_to_a_file(record: Path, tmp_path: Path) -> None:
    bib, out = written(tmp_path / "d.bib", DAMAGED), tmp_path / "refused.csv"
    arguments = ["-r", str(record), "sources", str(bib), "--skip-refused", "--write-refused", str(out)]
    said = CliRunner().invoke(import_, arguments)

    assert said.exit_code == 0, said.output
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert [row["entry"].splitlines()[0] for row in rows][1] == "@online{comma, title={No comma} year={2011}}"
    assert "3 refused rows were left out." in said.output


RIS = """1.
TY  - NEWS
TI  - First
T2  - P
DA  - 2014/03/05/
UR  - https://n.org/1; https://n.org/other
ER -
some words
TY  - NEWS
TI  - Second
  of two lines
T2  - P

PY  - 2014
AB  -
UR  - https://n.org/2
ER  -
TY  - BOOK
TI  - Third
PB  - P
Y1  - 2014/03//
"""


def test_ris_entries_keep_their_own_dates_whatever_stands_between_them(record: Path, tmp_path: Path) -> None:
    planned = plan(record, [("sources", written(tmp_path / "t.ris", RIS))])

    assert planned.sound
    rows = {row["title"]: row for row in planned.tables["sources"]}
    dates = [rows[title]["published"] for title in ("First", "Second of two lines", "Third")]
    assert dates == ["2014-03-05", "2014", "2014-03"]
    assert "t.ris, line 8: 1 lines stand outside of any entry and were left out." in planned.notes
    assert any("of its 2 addresses the first was taken" in note for note in planned.notes)


def test_items_of_zotero_keep_access_archive_and_particles(record: Path, tmp_path: Path) -> None:
    items = [
        {
            "id": "http://zotero.org/users/1/items/ABCD1234",
            "type": "manuscript",
            "title": "A letter",
            "author": [{"family": "van der Berg", "given": "Jan", "non-dropping-particle": "van der"}],
            "issued": {"date-parts": [[None]]},
            "accessed": {"date-parts": [[2020, 1, 2]]},
            "archive": "State Archive",
            "archive_location": "fund 1, file 2",
        },
        {"id": "bad", "type": "book", "title": None, "DOI": None, "author": [None]},
        {"id": "isbn", "type": "book", "title": ["As Crossref writes it"], "URL": "urn:isbn:1", "author": None},
    ]
    path = written(tmp_path / "z.json", json.dumps(items))
    planned = plan(record, [("sources", path)], skip_refused=True)

    row = next(row for row in planned.tables["sources"] if row["title"] == "A letter")
    assert (row["author"], row["accessed"], row["notes"]) == (
        "Jan van der Berg",
        "2020-01-02",
        "Archive: State Archive, fund 1, file 2.",
    )
    assert "it has no title" in planned.skipped[0].reasons[0]
    book = next(row for row in planned.tables["sources"] if row["title"] == "As Crossref writes it")
    assert (book["url"], book["type"]) == ("", "book")
    assert any("'urn:isbn:1' is no web address and was left out" in note for note in planned.notes)


def test_two_works_under_their_publishers_address_are_told_apart_by_their_numbers(record: Path, tmp_path: Path) -> None:
    entry = "@article{{{0}, title={{{0}}}, journal={{J}}, year=2010, doi={{10.1000/{0}}}, url={{https://p.org/}}}}\n"
    planned = plan(record, [("sources", written(tmp_path / "t.bib", entry.format("one") + entry.format("two")))])

    urls = {row["title"]: row["url"] for row in planned.tables["sources"]}
    assert (urls["one"], urls["two"]) == ("https://p.org/", "https://doi.org/10.1000/two")


def test_file_without_an_entry_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="Web of Science"):
        bib_entries.read(written(tmp_path / "w.ris", "FN Clarivate\nPT J\n"))
    with pytest.raises(OptionError, match="CSL-JSON"):
        bib_entries.read(written(tmp_path / "w.json", "[{"))


@pytest.mark.parametrize(
    ("encoding", "text", "said"),
    [
        ("utf-8", "München", ""),
        ("utf-16", "München", ""),
        ("utf-16-le", "Минск и Москва", ""),
        ("cp1252", "title = {München}, author = {Élan}", "Windows-1252"),
        ("cp1250", "Władysław", "Windows-1250"),
        ("cp1251", "Лукашенко сказал, что", "Windows-1251"),
        ("koi8_r", "Лукашенко сказал, что", "koi8_r"),
        ("gb18030", "title={俄罗斯与白俄罗斯签署协议}", "GBK"),
    ],
)
def test_encoding_is_found_and_said(encoding: str, text: str, said: str) -> None:
    read, note = decoded(text.encode(encoding), "x.bib")
    assert read == text
    assert bool(note) == bool(said)
    assert said in note


# Spreadsheets


@pytest.mark.parametrize("reference", ["https://www.example.org/a/?utm_source=x", "times-2001", "http://example.org/a"])
def test_event_cites_by_address(record: Path, tmp_path: Path, reference: str) -> None:
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", {**EVENT, "source_id": reference}))])

    assert planned.sound
    assert "times-2001" in next(change.key for change in planned.changes if change.table == "citations")


@pytest.mark.parametrize("reference", ["ABCD1234", "10.1000/ABC", "https://doi.org/10.1000/abc"])
def test_event_cites_by_the_key_of_a_bibliography_that_comes_along(
    record: Path, tmp_path: Path, reference: str
) -> None:
    item = {"id": "http://zotero.org/users/1/items/ABCD1234", "type": "book", "title": "T", "DOI": "10.1000/abc"}
    files = [
        ("events", sheet(tmp_path / "e.csv", {**EVENT, "source_id": reference})),
        ("sources", written(tmp_path / "z.json", json.dumps([item]))),
    ]
    assert plan(record, files).sound


def test_address_of_no_source_is_refused_with_the_way_out(record: Path, tmp_path: Path) -> None:
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", {**EVENT, "source_id": "https://n.org/x"}))])

    reasons = " ".join(reason for change in planned.changes for reason in change.reasons)
    assert "`source_id` must be the page of a source, not 'https://n.org/x'; import that source along" in reasons


def test_forecast_brings_its_citation_without_an_id_and_takes_its_range_from_the_word(
    record: Path, tmp_path: Path
) -> None:
    row = {
        "assessment_id": "2002-05-times",
        "proposition": "Aland joins.",
        "deadline": "2005",
        "deadline_basis": "stated",
        "outcome": "open",
        "source_id": "times-2001",
    }
    planned = plan(record, [("forecasts", sheet(tmp_path / "f.csv", row, {**row, "proposition": "Aland leaves."}))])

    assert planned.sound, [change.reasons for change in planned.changes]
    keys = [change.key for change in planned.changes if change.table == "citations"]
    assert keys == ["forecasts:2002-05-times-f2 + times-2001 + ", "forecasts:2002-05-times-f3 + times-2001 + "]
    made = next(row for row in planned.tables["forecasts"] if row["forecast_id"] == "2002-05-times-f2")
    cells = [made[name] for name in ("probability_low", "probability_high", "term_basis")]
    assert cells == ["0.55", "0.8", "icd203:likely"]


def test_names_become_ids_and_new_persons_a_sheet_to_fill_in(record: Path, tmp_path: Path) -> None:
    row = {**EVENT, "source_actor": "Beland", "persons": "Anna; Ivan Roe"}
    path, out = sheet(tmp_path / "e.csv", row), tmp_path / "people.csv"
    said = CliRunner().invoke(import_, ["-r", str(record), "events", str(path), "--new-actors", str(out)])
    assert said.exit_code == 1
    assert "Persons who are not in actors.csv: Ivan Roe." in said.output
    people = list(csv.DictReader(out.open(encoding="utf-8")))
    assert [(one["actor_id"], one["name"], one["role"]) for one in people] == [("roe", "Ivan Roe", "")]

    filled = sheet(tmp_path / "p.csv", {**people[0], "country": "BBB", "role": "minister"})
    planned = plan(record, [("events", path), ("actors", filled)])
    assert planned.sound, [change.reasons for change in planned.changes]
    event = next(row for row in planned.tables["events"] if row["title"] == EVENT["title"])
    assert (event["source_actor"], event["persons"]) == ("BBB", "anna;roe")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_sheet_of_another_country_is_read(record: Path, tmp_path: Path, encoding: str) -> None:
    row = {**EVENT, "title": "Besuch in München"}
    row = {("Date" if name == "date" else name.replace("_", " ")): text for name, text in row.items()}
    path = sheet(tmp_path / "e.csv", row, delimiter=";", above="sep=;\nOur events\n", encoding=encoding)
    planned = plan(record, [("events", path)])

    assert planned.sound, [change.reasons for change in planned.changes]
    assert any(one["title"] == "Besuch in München" for one in planned.tables["events"])
    assert "e.csv: the names of columns stand in row 3; what is above them was left out." in planned.notes


def test_columns_are_mapped_and_ignored_as_told(record: Path, tmp_path: Path) -> None:
    row = {**EVENT, "Wann": EVENT["date"], "Memo": "x"}
    del row["date"]
    path = sheet(tmp_path / "e.csv", row)
    with pytest.raises(RecordError, match=r'--ignore "Memo" leaves it out'):
        plan(record, [("events", path)])
    assert plan(record, [("events", path)], reading=Reading(renamed={"Wann": "date"}, ignored=["Memo"])).sound


def test_sheet_of_a_workbook_is_named(record: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["remarks"])
    page = book.create_sheet("Acts")
    page.append(list(EVENT))
    page.append(list(EVENT.values()))
    path = tmp_path / "e.xlsx"
    book.save(path)
    with pytest.raises(RecordError, match="--sheet names another of"):
        plan(record, [("events", path)])
    with pytest.raises(OptionError, match="one of Sheet, Acts"):
        plan(record, [("events", path)], reading=Reading(sheet="Akts"))
    assert plan(record, [("events", path)], reading=Reading(sheet="acts")).sound


def test_date_in_words_is_refused_once_and_with_its_form(record: Path, tmp_path: Path) -> None:
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", {**EVENT, "date": "March 2014"}))])

    assert len(planned.changes[0].reasons) == 1
    assert planned.changes[0].reasons[0].endswith("Did you mean '2014-03'?")


@pytest.mark.parametrize(("rows", "folded"), [(5, False), (6, True)])
def test_like_faults_are_told_once(record: Path, tmp_path: Path, rows: int, folded: bool) -> None:
    path = sheet(tmp_path / "e.csv", *({**EVENT, "title": f"Act {n}", "domain": "x"} for n in range(rows)))
    said = CliRunner().invoke(import_, ["-r", str(record), "events", str(path)]).output

    assert said.count("`domain` must be one of") == (1 if folded else rows)
    assert (f"refused {rows} rows (e.csv, row 2 to row {rows + 1}): `domain`" in said) == folded


def test_sources_of_a_spreadsheet_have_the_defaults_of_a_bibliography(record: Path, tmp_path: Path) -> None:
    path = sheet(
        tmp_path / "s.csv", {"title": "T", "publisher": "P"}, {"title": "U", "publisher": "P", "url": "https://u.org/1"}
    )
    planned = plan(record, [("sources", path)])

    assert planned.sound
    rows = {row["title"]: (row["type"], row["reliability"]) for row in planned.tables["sources"]}
    assert (rows["T"], rows["U"]) == (("document", "F"), ("webpage", "F"))
    assert any("New sources without a grade: 2;" in note for note in planned.notes)


def test_template_comes_back_filled_in(record: Path, tmp_path: Path) -> None:
    path = tmp_path / "events.xlsx"
    assert CliRunner().invoke(template, [str(path), "-r", str(record)]).exit_code == 0
    book = openpyxl.load_workbook(path)
    page = book["events"]
    names = [cell.value for cell in page[1]]
    for name, text in EVENT.items():
        page.cell(2, names.index(name) + 1).value = text
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in page.data_validations.dataValidation}
    assert len(lists) == 4
    assert page.cell(2, names.index("cameo") + 1).number_format == "@"
    book.save(path)

    assert plan(record, [("events", path)]).sound
    refused = CliRunner().invoke(template, [str(path), "-r", str(record)])
    assert refused.exit_code == 2
    assert "a file that is not there yet" in refused.output


# A damaged record


def test_conflict_of_git_semicolons_and_a_save_cut_off_are_called_so(record: Path) -> None:
    table = record / "events.csv"
    sound = table.read_text(encoding="utf-8")
    lines = sound.splitlines(keepends=True)
    table.write_text(
        "".join([lines[0], "<<<<<<< HEAD\n", lines[1], "=======\n", lines[1], ">>>>>>> x\n"]), encoding="utf-8"
    )
    with pytest.raises(RecordError, match=r"events.csv, line 2: it must be .* not 'a merge conflict of git'"):
        an.load(record)
    table.write_text(sound.replace(",", ";"), encoding="utf-8")
    with pytest.raises(RecordError, match="has 1 fault") as error:
        an.load(record)
    assert "not 'semicolons'" in str(error.value)
    table.write_text(sound, encoding="utf-8")
    (record / ".workbook" / "pending").mkdir(parents=True)
    with pytest.raises(RecordError, match="--recover"):
        an.load(record)
    assert CliRunner().invoke(import_, ["-r", str(record), "--recover"]).exit_code == 0
    assert len(an.load(record).events) == len(ROWS["events"])
