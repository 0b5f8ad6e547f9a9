"""What somebody sees who imports spreadsheets and bibliographies, and what is in the record afterwards."""

from __future__ import annotations

import csv
import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from record_kit import ROWS, write_record

import analysis as an
from analysis.curate import ids, saving
from analysis.curate.commands import import_
from analysis.curate.diff import diff
from analysis.curate.importing import plan
from analysis.curate.table_format import encode, read_texts, rows_of
from analysis.errors import OptionError, RecordError
from analysis.record.relationship import read
from analysis.record.tables import BY_NAME, TABLES

# A new event that needs everything: complete but for its citation.
EVENT = {
    "event_id": "2004-05-loan",
    "date": "2004-05",
    "title": "Beland lends Aland money",
    "summary": "It did.",
    "source_actor": "BBB",
    "target_actor": "AAA",
    "domain": "finance",
    "form": "action",
    "cameo": "071",
    "dependence": "1",
}
CITED = {**EVENT, "source_id": "times-2001", "locator": "para 3", "supports": "the loan", "cited_phrase": "lends money"}


def sheet(path: Path, *rows: dict[str, str], delimiter: str = ",") -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="", delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def excel(path: Path, *rows: dict[str, object], formats: dict[str, str] | None = None, title: str = "Sheet") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    names = list(rows[0])
    page.append(names)
    for row in rows:
        page.append([row[name] for name in names])
    for number, name in enumerate(names, start=1):
        for cell in page.iter_rows(min_row=2, min_col=number, max_col=number):
            cell[0].number_format = (formats or {}).get(name, "General")
    book.save(path)
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}


def actions(planned, table: str) -> dict[str, str]:
    return {change.key: change.action for change in planned.changes if change.table == table}


# The plan


def test_plan_tells_added_changed_unchanged_and_refused_rows_apart(record, tmp_path):
    file = sheet(
        tmp_path / "new.csv",
        CITED,
        {**ROWS["events"][0]},
        {**ROWS["events"][1], "summary": "Both signed it."},
        {**CITED, "event_id": "2005-bad", "domain": "finanze", "cameo": "71"},
    )
    planned = plan(record, [("events", file)])

    assert actions(planned, "events") == {
        "2004-05-loan": "added",
        "2001-03-04-threat": "unchanged",
        "2001-06-agreement": "changed",
        "2005-bad": "refused",
    }
    assert planned.changes[2].cells == {"summary": ("Both signed.", "Both signed it.")}
    reasons = "\n".join(planned.changes[3].reasons)
    assert "new.csv, row 5: `domain` must be one of" in reasons
    assert "Did you mean 'finance'?" in reasons
    assert "`cameo` must be a CAMEO code" in reasons


def test_plan_writes_nothing(record, tmp_path):
    before = contents(record)
    plan(record, [("events", sheet(tmp_path / "new.csv", CITED))])

    assert contents(record) == before


def test_event_without_a_citation_is_refused_and_accepted_with_one(record, tmp_path):
    events = sheet(tmp_path / "events.csv", EVENT)
    citations = sheet(tmp_path / "c.csv", {"record": "events:2004-05-loan", "source_id": "times-2001"})

    alone = plan(record, [("events", events)])
    assert "cited by at least one source" in alone.changes[0].reasons[0]
    assert plan(record, [("events", events), ("citations", citations)]).sound


def test_row_that_brings_its_citations_is_one_event_with_two_citations(record, tmp_path):
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", CITED, {**CITED, "source_id": "post-2001"}))])
    planned.apply()

    rel = an.load(record)
    event = rel.events.set_index("event_id").loc["2004-05-loan"]
    assert (event["sources"], event["publishers"], event["goldstein"]) == (2, 2, 7.4)
    cited = rel.citations[rel.citations["record"] == "events:2004-05-loan"]
    assert cited[["source_id", "locator", "supports", "key_phrase"]].values.tolist() == [
        ["post-2001", "para 3", "the loan", "lends money"],
        ["times-2001", "para 3", "the loan", "lends money"],
    ]


def test_cells_of_columns_that_the_file_lacks_are_kept_and_empty_cells_empty(record, tmp_path):
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", {"event_id": "2001-03-04-threat", "persons": ""}))])
    planned.apply()

    row = an.load(record).events.set_index("event_id").loc["2001-03-04-threat"]
    assert row["title"] == ROWS["events"][0]["title"]
    assert row["persons"] != row["persons"]


SECOND = {
    "actors": {"actor_id": "anna", "aliases": "Ann;Анна"},
    "sources": {"source_id": "blog", "accessed": "2024-01-02", "archive_url": "https://example.org/kept"},
    "events": {"event_id": "2001-03-04-threat", "short": "A threat", "known": "2001-03-05", "sequel": "2001-04: over"},
    "assessments": {"assessment_id": "2002-05-times", "known": "2002-06-01"},
    "indicators": {"indicator": "gas_price", "period": "2001", "known": "2002-01-31"},
    "indicator_catalogue": {"indicator": "gas_price", "lag": "P1M", "bilateral": "yes"},
}


def test_columns_of_the_second_edition_come_in_and_are_told_by_diff(record, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(record, old)
    era = {"era_id": "anna", "label": "Anna", "from": "2001", "kind": "term", "side": "AAA"}
    cited = {"record": "eras:anna", "source_id": "times-2001"}
    files = [(name, sheet(tmp_path / f"{name}.csv", row)) for name, row in SECOND.items()]
    files += [("eras", sheet(tmp_path / "eras.csv", era)), ("citations", sheet(tmp_path / "c.csv", cited))]
    plan(record, files).apply()

    rel = an.load(record)
    assert (rel.eras["label"].tolist(), rel.catalogue.set_index("indicator")["lag"]["gas_price"]) == (["Anna"], "P1M")
    told = diff(str(old), str(record), record).tables
    assert list(told["eras"].added) == ["anna"]
    for name, row in SECOND.items():
        keys = {column for column in row if column in ("indicator", "period") or column.endswith("_id")}
        (cells,) = told[name].changed.values()
        assert cells == {column: ("", text) for column, text in row.items() if column not in keys}, name
    wrong = sheet(tmp_path / "w.csv", {"event_id": "2001-03-04-threat", "short": "x" * 41})
    assert "at most 40 letters" in plan(record, [("events", wrong)]).changes[0].reasons[0]


def test_same_key_twice_with_different_cells_is_refused(record, tmp_path):
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", CITED, {**CITED, "title": "Another"}))])

    assert not planned.sound
    assert "must be unique" in "".join(planned.changes[1].reasons)


def test_rows_without_ids_get_readable_ones_that_are_the_same_next_time(record, tmp_path):
    event = {**CITED, "event_id": ""}
    opinion = {
        "assessment_id": "",
        "date": "2003-02~",
        "assessor": "Carla Dee",
        "assessor_kind": "expert",
        "organisation": "Institute",
        "subject": "autonomy",
        "claim": "It will hold.",
        "source_id": "times-2001",
    }
    forecast = {**ROWS["forecasts"][0], "forecast_id": "", "proposition": "Another thing."}
    files = [
        ("events", sheet(tmp_path / "e.csv", event)),
        ("assessments", sheet(tmp_path / "a.csv", opinion)),
        ("forecasts", sheet(tmp_path / "f.csv", forecast)),
    ]
    first = plan(record, files)
    first.apply()
    again = plan(record, files)

    assert [change.key for change in first.changes if change.table != "citations"] == [
        "2004-05-beland-lends-aland-money",
        "2003-02-dee-autonomy",
        "2002-05-times-f2",
    ]
    assert {change.action for change in again.changes} == {"unchanged"}


def test_fault_elsewhere_in_the_record_is_told_apart_from_the_rows_of_the_file(record, tmp_path):
    planned = plan(record, [("actors", sheet(tmp_path / "a.csv", {"actor_id": "AAA", "role": "third party"}))])

    assert not planned.sound
    assert any("`side_a` in exactly one row" in words for words in planned.others)


# Spreadsheets


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_the_delimiter_that_the_country_uses(record, tmp_path, delimiter):
    assert plan(record, [("events", sheet(tmp_path / "e.csv", CITED, delimiter=delimiter))]).sound


def test_csv_with_windows_line_ends_and_byte_order_mark_gives_the_same_record(record, tmp_path):
    plain = sheet(tmp_path / "e.csv", CITED)
    marked = tmp_path / "m.csv"
    marked.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))

    assert plan(record, [("events", plain)]).tables == plan(record, [("events", marked)]).tables


def test_excel_cells_come_back_as_the_text_that_was_typed(record, tmp_path):
    row = {**CITED, "date": dt.datetime(2004, 5, 1), "cameo": 71, "dependence": 1.0}
    file = excel(tmp_path / "e.xlsx", row, formats={"date": "mmm yyyy", "cameo": "000"})
    planned = plan(record, [("events", file)])

    assert planned.sound, [change.reasons for change in planned.changes]
    cells = planned.changes[0].cells
    assert [cells[name][1] for name in ("date", "cameo", "dependence")] == ["2004-05", "071", "1"]


def test_excel_day_and_truth_value_are_text_again(record, tmp_path):
    row = {"forecast_id": "2002-05-times-f1", "outcome": True, "resolved_on": dt.date(2003, 12, 30)}
    planned = plan(record, [("forecasts", excel(tmp_path / "f.xlsx", row, formats={"resolved_on": "yyyy-mm-dd"}))])

    assert planned.changes[0].cells == {"outcome": ("false", "true"), "resolved_on": ("2003-12-31", "2003-12-30")}


def test_code_that_excel_took_for_a_number_is_refused(record, tmp_path):
    planned = plan(record, [("events", excel(tmp_path / "e.xlsx", {**CITED, "cameo": 10}))])

    assert any("`cameo` must be text" in words for words in planned.changes[0].reasons)


def test_sheet_of_the_tables_name_is_taken(record, tmp_path):
    file = excel(tmp_path / "e.xlsx", CITED, title="events")
    book = openpyxl.load_workbook(file)
    book.create_sheet("remarks", 0).append(["whatever"])
    book.save(file)

    assert plan(record, [("events", file)]).sound


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"event_id,titel\nx,y\n", "Did you mean 'title'?"),
        (b"event_id,title,title\nx,y,z\n", "there once"),
        (b'event_id,title\nx,"y\n', "closed quotes"),
        (b"", "the names of columns"),
    ],
)
def test_file_that_is_no_such_table_is_refused_in_words(record, tmp_path, content, words):
    file = tmp_path / "e.csv"
    file.write_bytes(content)

    with pytest.raises((OptionError, RecordError), match=words.replace("?", r"\?")):
        plan(record, [("events", file)])


def test_workbook_that_is_none_is_refused(record, tmp_path):
    (tmp_path / "e.xlsx").write_text("no zip")
    with pytest.raises(OptionError, match="an Excel workbook"):
        plan(record, [("events", tmp_path / "e.xlsx")])


# Bibliographies

BIB = """
@article{a, author={Roe, Ann and Doe, J.}, title={Aland and Beland Again}, journal={Celand Review}, year={2003},
  month=mar, doi={10.1000/ABC}}
@online{same, title={A dispute}, url={http://www.example.org/a/?utm_source=x#top}, date={2001-03-05},
  author={{News Desk}}}
"""
RIS = """TY  - NEWS
TI  - Aland and Beland Again
AU  - Roe, Ann
T2  - Celand Post
PY  - 2003
DA  - 2003/03/09
UR  - https://example.org/again
ER  -
"""
CSL = """[{"id": "x", "type": "report", "title": "Gas <i>and</i> oil", "publisher": "Celand Post",
 "DOI": "10.1000/abc", "issued": {"date-parts": [[2003, 3, 9]], "circa": true},
 "author": [{"family": "Roe", "given": "Ann"}, {"literal": "The Desk"}], "language": "en"}]"""


def imported(record: Path, tmp_path: Path, name: str, text: str):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    planned = plan(record, [("sources", file)])
    assert planned.sound, [change.reasons for change in planned.changes]
    return planned


def test_bibtex_adds_new_pages_and_finds_the_one_that_is_there_by_its_address(record, tmp_path):
    planned = imported(record, tmp_path, "t.bib", BIB)
    planned.apply()

    assert actions(planned, "sources") == {"celand-review-2003-aland-beland-again": "added", "times-2001": "changed"}
    sources = an.load(record).sources.set_index("source_id").fillna("")
    added = sources.loc["celand-review-2003-aland-beland-again"]
    assert added[["type", "title", "publisher", "author", "published", "url", "language", "reliability"]].tolist() == [
        "article-journal",
        "Aland and Beland Again",
        "Celand Review",
        "Ann Roe; J. Doe",
        "2003-03",
        "https://doi.org/10.1000/ABC",
        "",
        "F",
    ]
    # Only the empty cell is filled; title, publisher and grade stay as somebody wrote them.
    assert sources.loc["times-2001", ["author", "publisher", "reliability"]].tolist() == [
        "News Desk",
        "The Times of Celand",
        "B",
    ]


def test_ris_keeps_the_day_and_a_known_publisher_its_grade(record, tmp_path):
    imported(record, tmp_path, "t.ris", RIS).apply()

    row = an.load(record).sources.set_index("source_id").loc["celand-post-2003-aland-beland-again"]
    assert (row["published"], row["reliability"], row["type"]) == ("2003-03-09", "C", "article-newspaper")


def test_csl_json_is_read_without_its_markup(record, tmp_path):
    imported(record, tmp_path, "t.json", CSL).apply()

    row = an.load(record).sources.set_index("source_id").loc["celand-post-2003-gas-oil"]
    cells = row[["title", "author", "published", "url"]].tolist()
    assert cells == ["Gas and oil", "Ann Roe; The Desk", "2003-03-09~", "https://doi.org/10.1000/abc"]


def test_same_page_in_two_files_and_in_a_second_import_is_one_source(record, tmp_path):
    imported(record, tmp_path, "t.bib", BIB).apply()
    before = contents(record)
    again = imported(record, tmp_path, "again.bib", BIB)
    other = imported(record, tmp_path, "t.json", CSL)

    assert set(actions(again, "sources").values()) == {"unchanged"}
    assert list(actions(other, "sources")) == ["celand-review-2003-aland-beland-again"]
    again.apply()
    assert contents(record) == before


def test_entry_without_an_address_is_a_source_in_print(record, tmp_path):
    (tmp_path / "t.bib").write_text("@misc{a, title={T}, year={2001}}", encoding="utf-8")
    planned = plan(record, [("sources", tmp_path / "t.bib")])

    assert [change.action for change in planned.changes] == ["added"]


def test_new_sources_that_nobody_graded_are_announced(record, tmp_path):
    assert "1 new sources have reliability F" in imported(record, tmp_path, "t.bib", BIB).notes[0]


def test_page_of_the_record_under_another_id_is_refused_in_a_spreadsheet(record, tmp_path):
    row = {**ROWS["sources"][0], "source_id": "new-id", "url": "http://www.example.org/a/"}
    planned = plan(record, [("sources", sheet(tmp_path / "s.csv", row))])

    assert "not that of 'times-2001'" in planned.changes[0].reasons[0]


@given(st.text(max_size=40), st.from_regex(r"[12][0-9]{3}(-0[1-9])?", fullmatch=True), st.text(max_size=60))
def test_ids_are_always_ids(publisher, published, title):
    import re

    from analysis.record.schema import SLUG

    assert re.fullmatch(SLUG, ids.source_id(publisher, published, title))
    assert re.fullmatch(SLUG, ids.event_id(published, title))


def test_cyrillic_titles_have_readable_ids():
    assert ids.event_id("2004-02-18", "Газпром остановил поставки") == "2004-02-18-gazprom-ostanovil-postavki"


# Saving


def test_saved_files_are_in_the_house_form_whatever_the_order_of_the_rows():
    text = read_texts(Path(an.load("russia-belarus").path))
    for schema in TABLES:
        rows = rows_of(text[schema.name])
        shipped = (an.load("russia-belarus").path / schema.file).read_bytes()
        assert encode(rows[::-1], schema)[0] == shipped


def test_lines_of_encoded_rows_are_those_of_the_file(record):
    schema = BY_NAME["actors"]
    rows = [{"actor_id": "b", "name": "two\nlines"}, {"actor_id": "a", "name": "x"}, {"actor_id": "c", "name": "y"}]
    content, lines = encode(rows, schema)
    assert [content.decode().split("\n")[line - 1].split(",")[0] for line in lines] == ["a", "b", "c"]


def test_save_refuses_a_record_that_would_not_be_valid_and_changes_nothing(record):
    before = contents(record)
    rows = rows_of(read_texts(record)["events"])
    rows[0]["cameo"] = "999"
    with pytest.raises(RecordError, match="CAMEO"):
        saving.save(record, {"events": rows})
    assert contents(record) == before


def test_save_refuses_what_was_planned_on_another_state(record, tmp_path):
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", CITED))])
    plan(record, [("events", sheet(tmp_path / "f.csv", {"event_id": "2002-third", "title": "Other"}))]).apply()
    before = contents(record)
    with pytest.raises(OptionError, match="plan again"):
        planned.apply()
    assert contents(record) == before


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_save_that_fails_half_way_leaves_every_file_as_it_was(record, tmp_path, monkeypatch, failing):
    write_record(record)
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", CITED))])
    before, real, calls = contents(record), os.replace, []

    def replace(source, target):
        if Path(target).parent == record and not str(source).endswith(".back"):
            calls.append(target)
            if len(calls) == failing:
                raise OSError("disk full")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    if failing <= 2:
        with pytest.raises(OSError, match="disk full"):
            planned.apply()
        assert contents(record) == before
    else:
        assert planned.apply() == ["citations.csv", "events.csv"]
    assert read(record)[1] == []


def test_save_that_is_killed_half_way_is_put_back_by_the_next_command(record, tmp_path):
    file, before = sheet(tmp_path / "e.csv", CITED), contents(record)
    code = f"""
import os
from pathlib import Path
from analysis.curate.importing import plan
planned = plan(Path({str(record)!r}), [("events", Path({str(file)!r}))])
real = os.replace
def replace(source, target):
    real(source, target)
    if Path(target).name == "citations.csv":
        os._exit(9)
os.replace = replace
planned.apply()
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert contents(record) != before
    assert saving.interrupted(record)

    done = CliRunner().invoke(import_, ["--recover", "-r", str(record)])

    assert done.exit_code == 0
    assert contents(record) == before
    assert not saving.interrupted(record)


def test_second_writer_waits_and_is_told_when_it_takes_too_long(record, tmp_path, monkeypatch):
    monkeypatch.setattr(saving, "_WAIT_SECONDS", 0.1)
    planned = plan(record, [("events", sheet(tmp_path / "e.csv", CITED))])
    with saving._locked(record), pytest.raises(OptionError, match="being saved by another"):
        planned.apply()
    assert planned.apply() == ["citations.csv", "events.csv"]


def test_undo_takes_the_last_save_back_and_undo_again_brings_it_again(record, tmp_path):
    plan(
        record, [("events", sheet(tmp_path / "x.csv", {"event_id": "2002-third", "title": "House form first"}))]
    ).apply()
    before = contents(record)
    plan(record, [("events", sheet(tmp_path / "e.csv", CITED))]).apply()
    after = contents(record)

    assert saving.undo(record) == ["citations.csv", "events.csv"]
    assert contents(record) == before
    saving.undo(record)
    assert contents(record) == after


def test_undo_refuses_to_overwrite_what_was_edited_since(record, tmp_path):
    plan(record, [("events", sheet(tmp_path / "e.csv", CITED))]).apply()
    file = record / "actors.csv"
    file.write_bytes(file.read_bytes().replace(b"Celand", b"Seeland"))
    with pytest.raises(OptionError, match="changed since"):
        saving.undo(record)
    assert b"Seeland" in file.read_bytes()


def test_undo_without_a_save_is_refused(record):
    with pytest.raises(OptionError, match="no save to take back"):
        saving.undo(record)


def test_what_saving_leaves_behind_is_ignored_by_git(record, tmp_path):
    plan(record, [("events", sheet(tmp_path / "e.csv", CITED))]).apply()
    subprocess.run(["git", "init", "-q", str(record)], check=True)
    seen = subprocess.run(["git", "-C", str(record), "status", "--short"], check=True, capture_output=True, text=True)
    assert ".workbook" not in seen.stdout


# The command


def test_command_shows_the_plan_and_writes_only_with_apply(record, tmp_path):
    file, before = sheet(tmp_path / "e.csv", CITED), contents(record)
    shown = CliRunner().invoke(import_, ["events", str(file), "-r", str(record)])
    assert shown.exit_code == 0
    assert "events: 1 added, 0 changed, 0 unchanged, 0 refused" in shown.output
    assert "Add --apply" in shown.output
    assert contents(record) == before

    done = CliRunner().invoke(import_, ["events", str(file), "-r", str(record), "--apply"])
    assert "citations.csv, events.csv" in done.output
    assert "2004-05-loan" in set(an.load(record).events["event_id"])


def test_command_with_a_refused_row_writes_nothing_and_fails(record, tmp_path):
    before = contents(record)
    file = sheet(tmp_path / "e.csv", CITED, {**CITED, "event_id": "x", "dependence": "5"})
    done = CliRunner().invoke(import_, ["events", str(file), "-r", str(record), "--apply"])

    assert done.exit_code == 1
    assert "e.csv, row 3: `dependence` must be a whole number from -2 to 2, not '5'." in done.output
    assert contents(record) == before


@pytest.mark.parametrize("arguments", [[], ["events"], ["evens", "x.csv"], ["events", "missing.csv"]])
def test_command_that_makes_no_sense_is_refused_with_status_2(record, arguments):
    done = CliRunner().invoke(import_, [*arguments, "-r", str(record)])
    assert done.exit_code == 2
    assert "Error:" in done.output


def test_command_takes_the_only_record_of_the_data_folder_and_asks_when_there_are_two(record, tmp_path):
    file = sheet(tmp_path / "e.csv", CITED)
    one = CliRunner().invoke(import_, ["events", str(file), "--data", str(record.parent)])
    assert one.exit_code == 0
    write_record(record.parent / "second")
    two = CliRunner().invoke(import_, ["events", str(file), "--data", str(record.parent)])
    assert two.exit_code == 2
    assert "aland-beland, second" in two.output
