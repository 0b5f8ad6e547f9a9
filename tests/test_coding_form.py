"""What somebody who codes sees and gets: checks while typing, hints, the effect, rows in the record, and undo."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from record_kit import ROWS, write_record

import analysis as an
from analysis import codebook
from analysis.curate.form import CodingForm, coding_form
from analysis.curate.form_effect import effect
from analysis.curate.form_fields import said
from analysis.curate.form_hints import alike, codes, date_words, problem
from analysis.curate.new import new
from analysis.errors import OptionError
from analysis.record.relationship import read
from analysis.record.schema import validate
from analysis.record.tables import BY_NAME, TABLES
from analysis.runs import parameters

pytest.importorskip("ipywidgets")

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "coding.ipynb"
PAGE = {
    "type": "article-newspaper", "title": "Loan for Aland", "publisher": "Celand Post", "published": "2004-05-20",
    "url": "https://example.org/loan", "language": "en", "reliability": "C",
}  # fmt: skip
EVENT = {
    "date": "2004-05", "title": "Beland lends Aland money", "summary": "It did.", "source_actor": "BBB",
    "target_actor": "AAA", "persons": "anna", "domain": "finance", "form": "action", "dependence": "1",
}  # fmt: skip
JUDGED = {
    "date": "2004-05-20", "assessor": "Carla Dee", "assessor_kind": "expert", "organisation": "Celand Institute",
    "subject": "economic_dependence", "claim": "The loan binds Aland.", "subordination": "1", "estimative_term": "likely",
}  # fmt: skip
FORECAST = {"proposition": "Aland repays by 2006.", "deadline": "2006-12-31"}


def fill(form: CodingForm, table: str, /, **cells: str) -> None:
    for name, text in cells.items():
        form.sections.groups[table][name].set(text)


def filled(folder: Path) -> CodingForm:
    """The form with a new page and a whole event."""
    form = coding_form(str(folder))
    fill(form, "sources", **PAGE)
    fill(form, "events", **EVENT)
    fill(form, "citations", locator="para 3", key_phrase="lends money")
    form.sections.cameo.set("071")
    return form


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}


def held(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def result(form: CodingForm) -> str:
    return str(form.words["result"].value)


# While typing


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize(
    "text",
    ["", "2014-03-23", "2014-13", "0", "-2", "2.5", "3", "1e400", "nan", "A", "energy", "Energy", "a b", "x;y", "https://a.b/c",
     "one two three four five six seven eight nine", "../etc", "2014/.."],
)  # fmt: skip
def test_a_cell_is_judged_while_typing_as_it_is_on_loading(table, text):
    for column in table.columns:
        row = pd.DataFrame([{one.name: text if one is column else None for one in table.columns}], dtype="str")
        row = row.where(row != "", None).astype("str")
        wrong = [fault for fault in validate(row, [2], table)[1] if fault.field == column.name]
        assert bool(problem(column, text)) == bool(wrong), (column.name, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2014-03-23", "day: 23 March 2014"),
        ("2014-03", "month: 1 March 2014 to 31 March 2014"),
        ("1997~", "year: 1 January 1997 to 31 December 1997, approximate"),
        ("2004-02-18?/2004-02-19", "interval: 18 February 2004 to 19 February 2004, uncertain"),
    ],
)
def test_a_date_is_said_back_as_it_is_read(record, text, words):
    assert date_words(text) == words
    form = coding_form(str(record))
    fill(form, "events", date=text)
    assert words in form.sections.event["date"].line.value


def test_a_date_is_checked_letter_by_letter(record):
    form = coding_form(str(record))
    field = form.sections.event["date"]
    seen = []
    for end in range(1, len("2014-03") + 1):
        field.input.value = "2014-03"[:end]
        seen.append("✗" not in field.line.value)
    assert seen == [False, False, False, True, False, False, True]
    field.input.value = ""
    assert field.line.value == ""


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_search_for_a_code_never_fails_and_every_word_is_kept_from_html(query):
    assert all(code for _, code in codes(query))
    assert "<script" not in said("<script>" + query, "bad")


def test_codes_are_found_by_number_words_and_misspelt_words():
    assert [code for _, code in codes("057")] == ["057"]
    assert {code[:2] for _, code in codes("16")} == {"16"}
    assert codes("formal agreement") == [("057 Sign a formal agreement (+8.0, verbal cooperation)", "057")]
    assert ["hreat" in shown for shown, _ in codes("thretan")[:3]] == [True] * 3
    assert len(codes("")) == len(codebook.cameo())
    assert codes("zzzzzz") == []


def test_the_chosen_code_survives_another_search(record):
    picker = coding_form(str(record)).sections.cameo
    picker.search.value = "formal agreement"
    assert picker.text == ""
    picker.list.value = "057"
    picker.search.value = "embargo"
    assert picker.text == "057"
    assert "+8.0, verbal cooperation" in picker.line.value


def test_lists_come_from_the_record_the_sides_first(record):
    form = coding_form(str(record))
    shown = [value for _, value in form.sections.event["source_actor"].input.options]
    assert shown == ["", "AAA", "BBB", "AAA+BBB", "CCC", "anna"]
    assert [value for _, value in form.sections.event["persons"].input.options] == ["anna"]


# The same fact twice


def test_a_fact_that_is_near_in_time_and_words_is_pointed_out(record):
    form = coding_form(str(record))
    fill(form, "events", date="2001-03-05", title="Beland threatens Aland to cut its gas")
    assert "2001-03-04-threat" in form.words["alike"].value
    fill(form, "events", title="Ministers meet for talks about milk")
    assert form.words["alike"].value == ""
    fill(form, "events", date="2011-03-05", title="Beland threatens to cut gas")
    assert form.words["alike"].value == ""


def test_a_page_that_the_record_has_is_pointed_out(record):
    form = coding_form(str(record))
    fill(form, "sources", url="http://www.example.org/a/?utm_source=x")
    assert "times-2001" in form.words["alike"].value


def test_the_shipped_record_raises_few_false_warnings():
    events = an.load("russia-belarus").events
    warned = 0
    for row in events.itertuples():
        others = events[events["event_id"] != row.event_id]
        warned += len(alike(others, row.date, row.title, key="event_id", column="title")) > 0
        assert alike(events, row.date, row.title, key="event_id", column="title")["id"].iloc[0] == row.event_id
    # Acts of one day and one subject stand as rows of their own, so some near pairs are right to be pointed at.
    assert warned < len(events) / 8


# What it would do


def test_effect_is_what_the_index_does_after_the_save(record):
    form = filled(record)
    said_before = effect(form.rel, form.entry.fact, half_life="90D")
    form.save()
    after = an.load(record)
    share = an.tension(after.events, half_life="90D", start="2004-05-31", end="2004-05-31", band=None)
    value = share.loc[share["measure"] == "tension_share", "value"].iloc[0]
    assert said_before.day == pd.Timestamp("2004-05-31") == after.cutoff
    assert said_before.after == pytest.approx(value, abs=1e-12)
    assert said_before.after != pytest.approx(said_before.before, abs=1e-3)
    assert said_before.dependence == (1, 2)
    assert said_before.weight == pytest.approx(2 ** (-15 / 90))


def test_effect_by_hand_in_an_empty_record(tmp_path):
    rel = an.load(new("aland-beland", ["AAA", "BBB"], root=tmp_path))
    found = effect(rel, {"date": "2004-05-01", "cameo": "163", "source_actor": "BBB", "target_actor": "AAA"})
    assert found.before != found.before  # nothing is known yet
    assert found.after == 1.0  # one act of conflict: (8 + 10 * 1) / (8 + 10)
    assert "none, as no act is known" in found.words("180D")


def test_effect_says_when_no_index_reads_the_event(record):
    rel = an.load(record)
    act = {"date": "2002-01-01", "cameo": "163", "source_actor": "AAA", "target_actor": "CCC"}
    assert "no act between the sides" in effect(rel, act).words("180D")
    late = effect(rel, act | {"target_actor": "BBB"}, as_of="2001-12-31")
    assert late.after == late.before
    assert "ends later" in late.words("180D")
    assert effect(rel, act | {"date": "2002-1"}) is None
    assert effect(rel, act | {"cameo": "999"}) is None


def test_preview_shows_the_rows_that_are_written(record):
    form = filled(record)
    preview = form.words["preview"].value
    assert "Every cell is in order" in form.words["check"].value
    assert "Tension share on 31 May 2004" in form.words["index"].value
    form.save()
    for table in ("sources", "events", "citations"):
        row = next(row for row in held(record, table) if "loan" in str(row).lower() or "lends" in str(row))
        for name, text in row.items():
            assert not text or f"{table}.{name}</th>" in preview
            assert text in preview


# Saving


def test_an_article_and_its_event_are_saved_with_their_citation(record):
    form = filled(record)
    before = contents(record)
    form.save()
    assert read(record)[1] == []
    assert "Saved" in result(form)
    rel = an.load(record)
    event = rel.events.set_index("event_id").loc["2004-05-beland-lends-aland-money"]
    assert (event["cameo"], event["persons"], event["dependence"], event["grade"]) == ("071", "anna", 1, "C3")
    cited = {row["record"]: row for row in held(record, "citations")}[f"events:{event.name}"]
    assert (cited["source_id"], cited["locator"]) == ("celand-post-2004-loan-aland", "para 3")
    assert {name for name, text in contents(record).items() if text != before[name]} == {
        "events.csv", "sources.csv", "citations.csv"
    }  # fmt: skip


def test_after_a_save_the_page_stays_and_the_next_fact_is_asked_for(record):
    form = filled(record)
    form.save()
    assert form.sections.source.text == "celand-post-2004-loan-aland"
    assert form.sections.event["title"].text == ""
    assert form.sections.page_box.layout.display == "none"
    form.tabs.selected_index = 1
    fill(form, "assessments", **JUDGED)
    fill(form, "forecasts", **FORECAST)
    form.save()
    rel = an.load(record)
    forecast = rel.forecasts.set_index("forecast_id").loc["2004-05-20-dee-economic-dependence-f1"]
    # The author's word gave band and numbers.
    assert (forecast["term_basis"], forecast["probability_low"], forecast["probability_high"]) == (
        "icd203:likely",
        0.55,
        0.8,
    )
    assert (forecast["outcome"], forecast["deadline_basis"]) == ("open", "stated")
    assert len(held(record, "sources")) == len(ROWS["sources"]) + 1


@pytest.mark.parametrize(
    ("tab", "table", "cells", "key"),
    [
        (0, "events", EVENT | {"short": "A loan", "known": "2004-06", "sequel": "2004-07: paid; 2005: repaid"}, None),
        (1, "assessments", JUDGED | {"known": "2004-05-21"}, None),
        (2, "sources", PAGE | {"accessed": "2024-01-02", "archive_url": "https://example.org/kept"}, None),
        (3, "eras", {"era_id": "anna-rules", "label": "Anna", "from": "2001", "to": "2005", "kind": "term",
                     "side": "AAA"}, "eras:anna-rules"),
        (4, "indicators", {"indicator": "gas_price", "period": "2007", "value": "50", "basis": "reported",
                           "known": "2008-01-31"}, "indicator:gas_price@2007"),
        (5, "indicator_catalogue", {"indicator": "loans", "name": "Loans", "unit": "percent", "domain": "finance",
                                    "of": "AAA", "direction": "side_a_dependence:+1;side_b_dependence:0;tension:0",
                                    "lag": "P7M", "bilateral": "yes"}, None),
        (6, "actors", {"actor_id": "bob", "name": "Bob", "kind": "person", "country": "BBB", "role": "envoy",
                       "aliases": "Rob;Боб"}, None),
    ],
)  # fmt: skip
def test_every_column_of_the_second_edition_can_be_typed(record, tab, table, cells, key):
    form = coding_form(str(record))
    form.tabs.selected_index = tab
    if tab not in (5, 6):
        fill(form, "sources", **PAGE)
    fill(form, table, **cells)
    form.sections.cameo.set("071")
    form.save()
    assert "Saved" in result(form), result(form)
    assert read(record)[1] == []
    assert any(cells.items() <= row.items() for row in held(record, table))
    assert key is None or key in {row["record"] for row in held(record, "citations")}
    form.undo()
    assert not any(cells.items() <= row.items() for row in held(record, table))


@pytest.mark.parametrize(
    ("tab", "table", "cells", "words"),
    [
        (0, "events", EVENT | {"sequel": "2004-05: paid"}, "dated after the row"),
        (0, "events", EVENT | {"short": "x" * 41}, "at most 40 letters"),
        (0, "events", EVENT | {"known": "2004-04"}, "on or after the last day"),
        (3, "eras", {"era_id": "anna", "label": "Anna", "from": "2001", "to": "1999", "kind": "term"}, "on or after"),
        (3, "eras", {"label": "Anna", "from": "2001", "kind": "term"}, "era_id"),
        (5, "indicator_catalogue", {"indicator": "a", "lag": "7 months"}, "duration"),
    ],
)
def test_what_breaks_a_rule_of_the_second_edition_is_refused_in_the_form(record, tab, table, cells, words):
    form, before = coding_form(str(record)), contents(record)
    form.tabs.selected_index = tab
    fill(form, "sources", **PAGE)
    fill(form, table, **cells)
    form.sections.cameo.set("071")
    form.save()
    assert "Nothing saved" in result(form)
    assert words in result(form)
    assert contents(record) == before


def test_an_assessment_without_forecast_adds_none(record):
    form = coding_form(str(record))
    form.sections.source.set("blog")
    form.tabs.selected_index = 1
    fill(form, "assessments", **JUDGED)
    form.save()
    assert len(held(record, "assessments")) == 2
    assert len(held(record, "forecasts")) == 1


def test_numeric_probabilities_are_typed_and_bands_are_not(record):
    form = coding_form(str(record))
    forecast = form.sections.forecast
    forecast["term_basis"].set("icd203:likely|0.55|0.8")
    assert forecast["probability_low"].text == "0.55"
    assert forecast["probability_low"].input.disabled
    forecast["term_basis"].set("numeric")
    assert not forecast["probability_low"].input.disabled


def test_a_page_alone_is_saved_and_a_known_one_is_not_saved_twice(record):
    form = coding_form(str(record))
    form.tabs.selected_index = 2
    fill(form, "sources", **PAGE)
    form.save()
    assert len(held(record, "sources")) == 4
    before = contents(record)
    form.save()
    assert "nothing to add" in result(form)
    assert contents(record) == before


@pytest.mark.parametrize(
    ("table", "cell", "why"),
    [
        ("events", {"date": "2004-5"}, "EDTF"),
        ("events", {"title": ""}, "`title` must be filled in"),
        ("events", {"source_actor": ""}, "`source_actor` must be filled in"),
        ("sources", {"url": "example.org"}, "address that begins with"),
        # Only the whole record can tell that this page is there under another id.
        ("sources", {"url": "https://www.example.org/a/"}, "times-2001"),
        ("citations", {"key_phrase": "one two three four five six seven eight nine"}, "at most 8 words"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(record, table, cell, why):
    form = filled(record)
    fill(form, table, **cell)
    before = contents(record)
    form.save()
    assert "Nothing saved" in result(form)
    assert why in result(form)
    assert contents(record) == before
    assert form.sections.event["summary"].text == "It did."
    assert form.undo_button.disabled


def test_a_forecast_decided_before_it_was_made_is_refused_with_its_assessment(record):
    form = coding_form(str(record))
    form.sections.source.set("blog")
    form.tabs.selected_index = 1
    fill(form, "assessments", **JUDGED)
    fill(form, "forecasts", **FORECAST | {"deadline": "2003-01-01"})
    before = contents(record)
    form.save()
    assert "`deadline` must be on or after the day it was made" in result(form)
    assert contents(record) == before


def test_the_same_words_on_the_same_day_get_an_id_of_their_own(record):
    form = filled(record)
    form.save()
    fill(form, "events", **EVENT)
    form.sections.cameo.set("071")
    assert "Perhaps the same (100 of 100 alike)" in form.words["alike"].value
    form.save()
    names = [row["event_id"] for row in held(record, "events")]
    assert {"2004-05-beland-lends-aland-money", "2004-05-beland-lends-aland-money-2"} <= set(names)


def test_a_row_that_somebody_else_has_added_meanwhile_is_not_written_over(record):
    first, second = filled(record), filled(record)
    first.save()
    before = contents(record)
    fill(second, "events", summary="It did not.")
    second.save()
    assert "Nothing saved" in result(second)
    assert contents(record) == before


def test_markup_in_a_title_is_shown_as_text(record):
    form = filled(record)
    fill(form, "events", title="<img src=x onerror=alert(1)>")
    form.save()
    fill(form, "events", date="2004-05", title="<img src=x onerror=alert(1)>")
    assert all("<img" not in line.value for line in form.words.values())


def test_a_record_that_was_broken_by_hand_meanwhile_is_not_added_to(record):
    form = filled(record)
    (record / "events.csv").write_text("event_id\n", encoding="utf-8")
    before = contents(record)
    form.save()
    assert "Nothing saved" in result(form)
    assert "events.csv" in result(form)
    assert contents(record) == before
    assert not form.save_button.disabled


def test_what_stands_on_another_tab_outlives_a_save(record):
    form = filled(record)
    fill(form, "assessments", claim="The loan binds Aland.")
    form.save()
    assert form.sections.assessment["claim"].text == "The loan binds Aland."
    form.tabs.selected_index = 1
    form.undo()
    assert form.kind == "event"
    assert form.sections.assessment["claim"].text == "The loan binds Aland."
    assert form.sections.event["title"].text == EVENT["title"]


# Undo


def test_undo_takes_the_last_save_back_and_gives_the_inputs_back(record):
    form = filled(record)
    before = contents(record)
    form.save()
    after = contents(record)
    form.undo()
    assert contents(record) == before
    assert form.sections.event["title"].text == EVENT["title"]
    assert form.sections.page["url"].text == PAGE["url"]
    assert form.sections.cameo.text == "071"
    form.undo()
    assert contents(record) == after
    form.undo()
    fill(form, "events", dependence="2")
    form.save()
    assert [row["dependence"] for row in held(record, "events") if row["event_id"].startswith("2004")] == ["2"]


def test_undo_touches_no_save_but_the_form_s_own(record):
    form = filled(record)
    assert form.undo_button.disabled
    form.save()
    other = coding_form(str(record))
    other.tabs.selected_index = 2
    fill(other, "sources", **PAGE | {"title": "Another", "url": "https://example.org/other"})
    other.save()
    before = contents(record)
    form.undo()
    assert "Nothing taken back" in result(form)
    assert contents(record) == before


# The notebook


def test_form_writes_nothing_until_save_is_pressed(record):
    before = sorted(path.name for path in record.iterdir()), contents(record)
    form = filled(record)
    form.tabs.selected_index = 1
    assert (sorted(path.name for path in record.iterdir()), contents(record)) == before


def test_its_text_is_the_same_in_every_run(record):
    first, second = (coding_form(str(record))._repr_mimebundle_() for _ in range(2))
    assert first["text/plain"] == second["text/plain"]
    assert "4 events, 1 assessment, 1 forecast, 3 sources" in first["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in first


def test_record_is_found_by_folder_and_name(record):
    assert coding_form("aland-beland", data=str(record.parent)).folder == record.resolve()
    with pytest.raises(OptionError):
        coding_form("aland-beland", data=str(record))
    with pytest.raises(OptionError):
        coding_form(str(record), as_of="spring")
    with pytest.raises(OptionError):
        coding_form(str(record), half_life="long")
    (record / ".workbook" / "pending").mkdir(parents=True)
    with pytest.raises(OptionError, match="recover"):
        coding_form(str(record))


def test_notebook_runs_unattended_on_another_record_and_writes_nothing(tmp_path):
    record = write_record(tmp_path / "records" / "aland-beland")
    before = contents(record)
    assert {"relationship", "data", "as_of", "half_life"} == {one.name for one in parameters.declared(NOTEBOOK)}
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", str(NOTEBOOK), str(out), "-p", "relationship", "aland-beland"]
    command += ["-p", "data", str(record.parent), "--no-progress-bar"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Coding form of Aland and Beland" in out.read_text(encoding="utf-8")
    assert contents(record) == before
    assert sorted(path.name for path in record.iterdir()) == sorted(before)


def test_every_table_of_the_form_is_one_of_the_record(record):
    form = coding_form(str(record))
    for table, group in form.sections.groups.items():
        assert set(group) <= {column.name for column in BY_NAME[table].columns}
