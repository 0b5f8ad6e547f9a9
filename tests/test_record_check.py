"""What a user sees when a record is wrong: every fault at once, with file, line, column, value, rule and way out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from record_kit import ROWS, write_record

import analysis as an
from analysis.cli import main
from analysis.errors import RecordError
from analysis.record.relationship import read
from analysis.record.remarks import remarks

Change = Callable[..., Path]


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(RecordError) as caught:
        an.load(folder)
    return [str(fault) for fault in caught.value.faults]


def test_the_invented_record_is_valid(record: Path) -> None:
    assert len(an.load(record).events) == 4


@pytest.mark.parametrize(
    ("table", "row", "cells", "expected"),
    [
        (
            "events",
            1,
            {"event_id": "2001-03-04-threat"},
            "events.csv, line 3: `event_id` must be unique, not '2001-03-04-threat'. Line 2 has it already",
        ),
        (
            "events",
            0,
            {"source_actor": "BBC"},
            "events.csv, line 2: `source_actor` must be an actor of actors.csv, not 'BBC'.",
        ),
        (
            "events",
            0,
            {"persons": "anna;otto"},
            "events.csv, line 2: `persons` must be actors of actors.csv, joined by `;`, not 'otto'.",
        ),
        (
            "events",
            0,
            {"date": "2001-02-30"},
            "events.csv, line 2: `date` must be an EDTF date such as 2014, 2014-03, 2014-03-23, 1997~ or 2004-02-18/2004-02-19, not '2001-02-30'. There is no day 30 in 2001-02.",
        ),
        (
            "events",
            0,
            {"date": "2002-02/2001-02"},
            "not '2002-02/2001-02'. This is an interval that ends before it starts.",
        ),
        (
            "events",
            0,
            {"cameo": "999"},
            "events.csv, line 2: `cameo` must be a CAMEO code of codebook/cameo.csv, not '999'.",
        ),
        ("events", 0, {"domain": "enregy"}, "not 'enregy'. Did you mean 'energy'?"),
        (
            "events",
            0,
            {"dependence": "3"},
            "events.csv, line 2: `dependence` must be a whole number from -2 to 2, not '3'.",
        ),
        (
            "events",
            0,
            {"dependence": "1.5"},
            "events.csv, line 2: `dependence` must be a whole number from -2 to 2, not '1.5'.",
        ),
        (
            "events",
            0,
            {"dependence": "much"},
            "events.csv, line 2: `dependence` must be a whole number from -2 to 2, not 'much'.",
        ),
        ("events", 0, {"title": ""}, "events.csv, line 2: `title` must be filled in, not ''."),
        (
            "events",
            0,
            {"key_phrase": "one two three four five six seven eight nine"},
            "events.csv, line 2: `key_phrase` must be a phrase of at most 8 words",
        ),
        (
            "events",
            0,
            {"summary": "x" * 2001},
            "events.csv, line 2: `summary` must be at most 2000 characters long, not '2001 characters'.",
        ),
        (
            "assessments",
            0,
            {"tension": "-3"},
            "assessments.csv, line 2: `tension` must be a whole number from -2 to 2, not '-3'.",
        ),
        ("assessments", 0, {"subject": "autonomie"}, "Did you mean 'autonomy'?"),
        (
            "assessments",
            0,
            {"estimative_term": "likly"},
            "assessments.csv, line 2: `estimative_term` must be a term of codebook/estimative.csv, not 'likly'.",
        ),
        (
            "forecasts",
            0,
            {"probability_low": "0.9"},
            "forecasts.csv, line 2: `probability_low` must be at most probability_high (0.8), not '0.9'. Swap the two.",
        ),
        (
            "forecasts",
            0,
            {"probability_low": "0.5"},
            "`probability_low` must be the lower end of the range of icd203:likely (0.55-0.8), not '0.5-0.8'. The range follows from the author's word",
        ),
        (
            "forecasts",
            0,
            {"probability_high": "1.8"},
            "forecasts.csv, line 2: `probability_high` must be a number from 0 to 1, not '1.8'.",
        ),
        (
            "forecasts",
            0,
            {"resolved_on": "2001-01-01"},
            "forecasts.csv, line 2: `resolved_on` must be on or after the day it was made (2002-05), not '2001-01-01'.",
        ),
        (
            "forecasts",
            0,
            {"resolved_on": ""},
            "forecasts.csv, line 2: `resolved_on` must be the day on which it was decided, not ''.",
        ),
        (
            "forecasts",
            0,
            {"outcome": "open"},
            "forecasts.csv, line 2: `resolved_on` must be empty while the outcome is open, not '2003-12-31'.",
        ),
        ("forecasts", 0, {"assessment_id": "2002-05-tims"}, "Did you mean '2002-05-times'?"),
        ("indicators", 0, {"value": "dear"}, "indicators.csv, line 2: `value` must be a number, not 'dear'."),
        (
            "indicators",
            0,
            {"value": ""},
            "indicators.csv, line 2: `value` must be a number, not ''. Set the basis to withheld only",
        ),
        (
            "indicators",
            1,
            {"value": "0"},
            "indicators.csv, line 3: `value` must be empty where the basis is withheld, not '0.0'.",
        ),
        (
            "indicators",
            2,
            {"value": "7"},
            "indicators.csv, line 4: `value` must be between low (0) and high (5), not '7.0'.",
        ),
        (
            "indicators",
            0,
            {"indicator": "gas_prise"},
            "indicators.csv, line 2: `indicator` must be a series of indicator_catalogue.csv, not 'gas_prise'. Did you mean 'gas_price'?",
        ),
        (
            "indicator_catalogue",
            0,
            {"direction": "up"},
            "indicator_catalogue.csv, line 2: `direction` must be like side_a_dependence:+1",
        ),
        (
            "sources",
            0,
            {"url": "example.org"},
            "sources.csv, line 2: `url` must be an address that begins with https:// or http://, not 'example.org'.",
        ),
        (
            "sources",
            0,
            {"reliability": "G"},
            "sources.csv, line 2: `reliability` must be one of A, B, C, D, E, F, not 'G'.",
        ),
        (
            "citations",
            0,
            {"source_id": "times-2002"},
            "citations.csv, line 2: `source_id` must be a source of sources.csv, not 'times-2002'.",
        ),
        (
            "citations",
            3,
            {"record": "events:2001-06-agreement"},
            "events.csv, line 4: it must be cited by at least one source, not 'events:2002-third'. Add a row for events:2002-third to citations.csv.",
        ),
        (
            "citations",
            3,
            {"record": "events:2002-thirt"},
            "citations.csv, line 5: `record` must be a row of the record",
        ),
        (
            "events",
            0,
            {"known": "2001-03-03"},
            "events.csv, line 2: `known` must be on or after the last day of the row (2001-03-04), not '2001-03-03'.",
        ),
        (
            "events",
            0,
            {"sequel": "2001-03-04: called off"},
            "events.csv, line 2: `sequel` must be dated after the row's last day (2001-03-04), not '2001-03-04'.",
        ),
        (
            "events",
            0,
            {"sequel": "called off"},
            "events.csv, line 2: `sequel` must be parts like `2018-03-14: called off`, joined by `; `, not 'no date'.",
        ),
        (
            "events",
            0,
            {"short": "x" * 41},
            "events.csv, line 2: `short` must be a text of at most 40 letters",
        ),
        (
            "indicator_catalogue",
            0,
            {"lag": "7 months"},
            "indicator_catalogue.csv, line 2: `lag` must be an ISO 8601 duration such as P7M, not '7 months'.",
        ),
        (
            "indicator_catalogue",
            0,
            {"bilateral": "no"},
            "indicator_catalogue.csv, line 2: `bilateral` must be one of yes, not 'no'.",
        ),
        ("actors", 0, {"role": "side_b"}, "actors.csv: `role` must be `side_a` in exactly one row, not '0 rows'."),
    ],
)
def test_each_fault_names_place_rule_value_and_way_out(
    change: Change, table: str, row: int, cells: dict[str, str], expected: str
) -> None:
    assert any(expected in fault for fault in faults_of(change(table, row, **cells))), faults_of(
        change(table, row, **cells)
    )


def test_each_kind_of_row_must_be_cited(record: Path) -> None:
    (record / "citations.csv").write_text("record,source_id,locator,supports,key_phrase\n")
    uncited = {fault.split("'")[1] for fault in faults_of(record)}
    assert uncited == {
        *(f"events:{one}" for one in ("2001-03-04-threat", "2001-06-agreement", "2002-third", "2003-01-01-anna")),
        "assessments:2002-05-times",
        *(f"indicator:gas_price@{year}" for year in (2001, 2002, 2003)),
    }


@pytest.mark.parametrize(
    ("resolved", "right"), [("2002-05-01", True), ("2002-05", True), ("2002-04-30", False), ("2002", True)]
)
def test_a_forecast_may_be_decided_on_the_day_it_was_made(change: Change, resolved: str, right: bool) -> None:
    folder = change("forecasts", 0, resolved_on=resolved)
    assert (
        (len(an.load(folder).forecasts) == 1) if right else ("on or after the day it was made" in faults_of(folder)[0])
    )


@pytest.mark.parametrize(("low", "high", "right"), [("5", "3", False), ("3", "3", True), ("3", "5", True)])
def test_a_range_is_the_right_way_round_where_the_value_is_withheld(
    change: Change, low: str, high: str, right: bool
) -> None:
    folder = change("indicators", 1, low=low, high=high)
    assert (len(an.load(folder).indicators) == 3) if right else ("between low (5) and high (3)" in faults_of(folder)[0])


@pytest.mark.parametrize(
    "cell",
    [
        "#REF!",
        "#N/A",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#BEZUG!",
        "#NV",
        "#ССЫЛКА!",
        "#Н/Д",
        "#¿NOMBRE?",
        "Err:502",
        "#ERROR!",
        "####",
    ],
)
@pytest.mark.parametrize(
    ("table", "column"), [("events", "summary"), ("sources", "publisher"), ("citations", "supports")]
)
def test_an_error_cell_of_a_spreadsheet_is_refused(change: Change, table: str, column: str, cell: str) -> None:
    said = faults_of(change(table, 0, **{column: cell}))
    assert said == [
        f"{table}.csv, line 2: `{column}` must be a text, not {cell!r}. A formula failed there; write what it should "
        "have given."
    ]


@pytest.mark.parametrize("text", ["#MeToo", "No. #1!", "# 1", "#", "##", "Error", "Err:", "What next?", "#hashtag!"])
def test_a_text_that_is_no_error_cell_is_taken(change: Change, text: str) -> None:
    assert len(an.load(change("events", 0, summary=text)).events) == 4


def rewrite(path: Path, edit: Callable[[bytes], bytes]) -> None:
    path.write_bytes(edit(path.read_bytes()))


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda data: b"", "events.csv: it must be a table with a line of column names, not 'empty'."),
        (lambda data: b" \n\n", "events.csv: it must be a table with a line of column names, not 'empty'."),
        (
            lambda data: data.replace(b"cut gas", b"cut g\xe4s"),
            "events.csv, line 2: it must be UTF-8 text, not 'byte 0xe4'. Save it as UTF-8",
        ),
        (
            lambda data: data.replace(b"cut gas", b"cut\x00gas"),
            "events.csv, line 2: it must be text, not 'a NUL character'.",
        ),
        (
            lambda data: data.replace(b"summary,", b"title,", 1),
            "events.csv, line 1: `title` must be there once, not 'a repeated column'.",
        ),
        (
            lambda data: data.replace(b"summary,", b"sumary,", 1),
            "events.csv, line 1: `sumary` must be a column of the data dictionary, not 'sumary'. Did you mean 'summary'?",
        ),
        (
            lambda data: data.replace(b"summary,", b"", 1),
            "events.csv, line 1: `summary` must be a column of the table, not 'missing'.",
        ),
        (
            lambda data: data.replace(b"Beland said it would.", b"Beland said, it would."),
            "events.csv, line 2: it must be a row of 18 cells, not '19 cells'. Put a cell that holds a comma in double quotes.",
        ),
        (lambda data: data + b'x,"unclosed', "events.csv, line 6: it must be a CSV row with closed quotes"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(record: Path, edit: Callable[[bytes], bytes], expected: str) -> None:
    rewrite(record / "events.csv", edit)
    assert any(expected in fault for fault in faults_of(record)), faults_of(record)


def test_a_missing_table_is_refused(record: Path) -> None:
    (record / "events.csv").unlink()
    assert faults_of(record) == [
        "events.csv: it must be there, not 'missing'. Add events.csv with the columns of the data dictionary."
    ]


def test_what_a_spreadsheet_writes_is_accepted(record: Path) -> None:
    before = an.load(record)
    for path in record.glob("*.csv"):
        rewrite(path, lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    after = an.load(record)
    assert after.events.equals(before.events)
    assert after.record_hash == before.record_hash


def test_all_faults_come_in_one_message(change: Change) -> None:
    faults = faults_of(change("events", 0, domain="gas", cameo="999", dependence="9", date="soon", title=""))
    assert {fault.split("`")[1] for fault in faults} == {"domain", "cameo", "dependence", "date", "title"}


def test_lines_are_those_of_the_file_where_a_cell_has_line_breaks(change: Change) -> None:
    folder = change("events", 0, summary="one\ntwo\nthree")
    rewrite(folder / "events.csv", lambda data: data.replace(b"2001-06,", b"2001-66,"))
    assert any(fault.startswith("events.csv, line 5: `date`") for fault in faults_of(folder))


def test_check_prints_a_table_and_exits_with_1(change: Change) -> None:
    result = CliRunner().invoke(main, ["check", str(change("events", 0, domain="enregy"))])
    assert result.exit_code == 1
    assert "events.csv, line 2" in result.output
    assert "Did you mean 'energy'?" in result.output


def test_check_of_a_good_record_says_what_it_holds(record: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(record)])
    assert (result.exit_code, "4 events" in result.output) == (0, True)


def test_check_of_an_unknown_name_names_the_known_ones() -> None:
    result = CliRunner().invoke(main, ["check", "russia-belaru"])
    assert result.exit_code == 2
    assert "russia-belarus" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("table", "row", "cells"),
    [
        ("events", 0, {"known": "2001-03-04"}),
        ("events", 0, {"sequel": "2001-03-05: called off"}),
        ("events", 0, {"short": "x" * 40}),
        ("indicator_catalogue", 0, {"lag": "P1Y6M"}),
        ("sources", 0, {"url": ""}),
        ("forecasts", 0, {"outcome": "void"}),
    ],
)
def test_what_the_rules_allow_just_loads(change: Change, table: str, row: int, cells: dict[str, str]) -> None:
    an.load(change(table, row, **cells))


def test_eras_and_second_codings_are_checked(record: Path) -> None:
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    rows["eras"] = [{"era_id": "war", "label": "War", "from": "2002", "to": "2001", "kind": "war", "side": "XXX"}]
    rows["second_coding"] = [
        {"record": "events:2001-03-04-threat", "coder": "B", "column": "cameos"},
        {"record": "events:2001-03-04-thread", "coder": "B", "column": "cameo"},
    ]
    faults = faults_of(write_record(record, rows))
    for expected in (
        "eras.csv, line 2: `to` must be on or after 2002, not '2001'.",
        "eras.csv, line 2: `side` must be an actor of actors.csv, not 'XXX'.",
        "eras.csv, line 2: it must be cited by at least one source, not 'eras:war'.",
        "second_coding.csv, line 2: `column` must be a column of events.csv, not 'cameos'. Did you mean 'cameo'?",
        "second_coding.csv, line 3: `record` must be a row of the record",
    ):
        assert any(expected in fault for fault in faults), faults


def test_remarks_name_what_the_coding_rules_speak_against(record: Path) -> None:
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    rows["events"][1]["persons"] = "anna"
    rows["events"][0]["key_phrase"] = "a dispute"
    rows["indicators"][0]["notes"] = "Sources differ."
    rows["indicators"][2]["notes"] = "Sources differ."
    rows["citations"].append({"record": "forecasts:2002-05-times-f1", "source_id": "times-2001"})
    found = [str(one) for one in remarks(read(write_record(record, rows))[0])]
    for expected in (
        "events: 2002-third: `date` must be without `~` on a month or a year, not '2002~'.",
        "events: 2001-03-04-threat: `persons` must be people whom the row names, not 'anna'.",
        "events: 2001-06-agreement: `persons` must be people whom the row names, not 'anna'.",
        "events: 2001-03-04-threat: `key_phrase` must be words of the text, not 'a dispute'.",
        "forecasts: 2002-05-times-f1: `resolved_on` must be no later than the newest page that is cited (2001-03-05)",
        "indicators: gas_price@2001: `low` must be filled in, not ''.",
    ):
        assert sum(one.startswith(expected) for one in found) == 1, found
    assert len(found) == 6


def test_a_person_is_named_by_an_alias_too(record: Path) -> None:
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    rows["events"][0]["summary"] = "Nan said it would."
    assert any("persons" in str(one) for one in remarks(read(write_record(record, rows))[0]))
    rows["actors"][4]["aliases"] = "Ann;Nan"
    assert not any("persons" in str(one) for one in remarks(read(write_record(record, rows))[0]))


def test_check_prints_remarks_and_exits_with_0(record: Path) -> None:
    result = CliRunner().invoke(main, ["check", str(record)])
    assert (result.exit_code, "2 remarks" in result.output, "without `~`" in result.output) == (0, True, True)


@pytest.mark.parametrize(
    ("table", "cells"),
    [
        ("forecasts", {"deadline": "2002-05", "resolved_on": "2002-05"}),  # decided in the month in which it was made
        ("forecasts", {"probability_low": "0.8", "probability_high": "0.8", "term_basis": "numeric"}),
        ("indicators", {"value": "20", "low": "20", "high": "20"}),
    ],
)
def test_what_lies_on_a_threshold_is_taken(change, table, cells):
    assert read(change(table, 0, **cells))[1] == []


def test_a_scheme_that_nobody_knows_is_refused(change):
    (fault,) = read(change("forecasts", 0, term_basis="icd203:likly"))[1]
    assert str(fault).endswith("not 'icd203:likly'. Did you mean 'icd203:likely'?")


def test_a_bound_that_is_no_number_is_one_fault(change):
    faults = read(change("forecasts", 0, probability_low="0,55"))[1]
    assert [fault.field for fault in faults] == ["probability_low"]
