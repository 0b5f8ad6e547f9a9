"""What an analyst gets from `load`: tidy tables, linked, graded, and cut without hindsight."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from record_kit import ROWS, write_record

import analysis as an
from analysis import codebook
from analysis.errors import OptionError, RecordError
from analysis.findings.citing import links
from analysis.findings.display import Finding
from analysis.record import relationship
from analysis.record.tables import TABLES

Change = Callable[..., Path]


def test_events_are_dated_coded_directed_and_graded(record: Path) -> None:
    columns = [
        "event_id",
        "start",
        "end",
        "precision",
        "approximate",
        "cameo",
        "root",
        "quad_class",
        "goldstein",
        "direction",
        "dyad",
        "sources",
        "publishers",
        "grade",
    ]
    expected = pd.DataFrame(
        {
            "event_id": ["2001-03-04-threat", "2001-06-agreement", "2002-third", "2003-01-01-anna"],
            "start": pd.to_datetime(["2001-03-04", "2001-06-01", "2002-01-01", "2003-01-01"]).astype("datetime64[us]"),
            "end": pd.to_datetime(["2001-03-04", "2001-06-30", "2002-12-31", "2003-01-05"]).astype("datetime64[us]"),
            "precision": ["day", "month", "year", "interval"],
            "approximate": [False, False, True, False],
            "cameo": ["130", "057", "061", "051"],
            "root": ["13", "05", "06", "05"],
            "quad_class": ["verbal_conflict", "verbal_cooperation", "material_cooperation", "verbal_cooperation"],
            "goldstein": [-4.4, 8.0, 6.4, 3.4],
            "direction": ["BBB>AAA", "joint", "third party", "AAA>BBB"],
            "dyad": [True, True, False, True],
            "sources": [2, 1, 1, 1],
            "publishers": [2, 1, 0, 1],
            "grade": ["B2", "B3", "F6", "B5"],
        }
    ).astype(dict.fromkeys(("event_id", "precision", "cameo", "root", "quad_class", "direction", "grade"), "str"))
    pd.testing.assert_frame_equal(an.load(record).events[columns], expected)


def test_scores_come_from_the_codebook_and_not_from_the_record(record: Path) -> None:
    table = codebook.cameo().set_index("code")["goldstein"]
    events = an.load(record).events
    assert events["goldstein"].tolist() == [table[code] for code in events["cameo"]]


def test_assessments_forecasts_and_indicators_are_linked(record: Path) -> None:
    rel = an.load(record)
    forecast = rel.forecasts.iloc[0]
    assert (forecast["made_on"], forecast["deadline_end"]) == (pd.Timestamp("2002-05-01"), pd.Timestamp("2003-12-31"))
    assert forecast["probability"] == pytest.approx((0.55 + 0.8) / 2)
    assert (forecast["organisation"], forecast["subject"]) == ("The Times of Celand", "autonomy")
    assert rel.indicators[["name", "unit", "of", "sources"]].iloc[0].tolist() == [
        "Gas price",
        "USD per 1000 m3",
        "AAA",
        1,
    ]
    assert rel.indicators["basis"].tolist() == ["reported", "withheld", "estimate"]
    assert rel.indicators["value"].isna().tolist() == [False, True, False]
    assert rel.assessments.iloc[0]["grade"] == "B3"


def test_sides_and_title_come_from_the_actors(record: Path) -> None:
    rel = an.load(record)
    assert ((rel.side_a.id, rel.side_a.name), (rel.side_b.id, rel.side_b.name)) == (("AAA", "Aland"), ("BBB", "Beland"))
    assert rel.title == "Aland and Beland"


def test_as_of_keeps_what_had_ended_and_masks_later_outcomes(record: Path) -> None:
    rel = an.load(record, as_of="2002-06-15")
    assert rel.events["event_id"].tolist() == ["2001-03-04-threat", "2001-06-agreement"]
    assert rel.forecasts["outcome"].tolist() == ["open"]
    assert rel.forecasts[["resolved_on", "resolution_note"]].isna().all(axis=None)
    assert rel.indicators["period"].tolist() == ["2001"]
    assert set(rel.citations["record"]) == {
        "events:2001-03-04-threat",
        "events:2001-06-agreement",
        "assessments:2002-05-times",
        "indicator:gas_price@2001",
    }
    assert rel.cutoff == pd.Timestamp("2002-06-15")


@pytest.mark.parametrize(
    ("resolved", "outcome"), [("2002-06-15", "false"), ("2002-06", "open"), ("2002", "open"), ("2002-06-16", "open")]
)
def test_a_forecast_is_decided_once_the_last_day_of_its_decision_is_over(
    change: Callable[..., Path], resolved: str, outcome: str
) -> None:
    folder = change("forecasts", 0, resolved_on=resolved)
    assert an.load(folder, as_of="2002-06-15").forecasts["outcome"].tolist() == [outcome]
    assert an.load(folder).forecasts["outcome"].tolist() == ["false"]


def test_as_of_leaves_out_a_month_that_had_not_ended(record: Path) -> None:
    assert "2001-06-agreement" not in set(an.load(record, as_of="2001-06-29").events["event_id"])
    assert "2001-06-agreement" in set(an.load(record, as_of="2001-06-30").events["event_id"])


def test_pages_published_after_the_cut_are_not_cited_and_do_not_count(record: Path) -> None:
    early, late = an.load(record, as_of="2001-03-05"), an.load(record, as_of="2001-03-06")
    assert early.citations["source_id"].tolist() == ["times-2001"]
    assert sorted(late.citations["source_id"]) == ["post-2001", "times-2001"]
    columns = ["sources", "publishers", "grade"]
    assert early.events[columns].to_numpy().tolist() == [[1, 1, "B3"]]
    assert late.events[columns].to_numpy().tolist() == [[2, 2, "B2"]]
    assert not early.citations["later"].any()


def test_an_act_is_known_when_the_first_page_tells_of_it(record: Path) -> None:
    assert len(an.load(record, as_of="2001-03-04").events) == 0
    assert len(an.load(record, as_of="2001-03-05").events) == 1


def test_a_page_dated_to_a_year_is_known_at_its_end_unless_it_may_be_of_the_time(change: Change) -> None:
    change("sources", 2, published="2003")
    rel = an.load(change("sources", 2, published="2003"))
    assert rel.events.set_index("event_id")["known_on"]["2002-third"] == pd.Timestamp("2003-12-31")
    rel = an.load(change("sources", 2, published="2002"))
    assert rel.events.set_index("event_id")["known_on"]["2002-third"] == pd.Timestamp("2002-12-31")


def test_a_row_without_a_dated_page_is_known_on_its_last_day(change: Change) -> None:
    rel = an.load(change("sources", 2, published=""))
    assert rel.events.set_index("event_id")["known_on"]["2002-third"] == pd.Timestamp("2002-12-31")


def test_known_overrides_the_pages_and_its_earliest_page_stays_marked(change: Change) -> None:
    rel = an.load(change("events", 0, known="2001-03-04"), as_of="2001-03-04")
    assert rel.events["event_id"].tolist() == ["2001-03-04-threat"]
    assert rel.citations[["source_id", "later"]].to_numpy().tolist() == [["times-2001", True]]
    assert len(an.load(change("events", 0, known="2001-04-01"), as_of="2001-03-31").events) == 0
    assert len(an.load(change("events", 0, known="2001-04-01"), as_of="2001-04-01").events) == 1


@pytest.mark.parametrize(("day", "periods"), [("2003-01-30", []), ("2003-01-31", ["2001", "2002"])])
def test_a_figure_is_known_with_its_page_or_after_the_lag_of_its_series(
    record: Path, day: str, periods: list[str]
) -> None:
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    rows["indicator_catalogue"][0]["lag"] = "P1M"
    rows["sources"][1]["published"] = "2010-05-01"
    rows["indicators"][0]["known"] = "2003-01-31"
    rel = an.load(write_record(record, rows), as_of=day)
    assert rel.indicators["period"].tolist() == periods
    assert rel.citations.loc[rel.citations["table"] == "indicators", "later"].all()


def test_what_decided_a_forecast_is_known_with_the_page_that_says_so(record: Path) -> None:
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    rows["events"].append(rows["events"][0] | {"event_id": "2004-03-01-threat", "date": "2004-03-01"})
    rows["citations"].append({"record": "events:2004-03-01-threat", "source_id": "times-2001"})
    rows["citations"].append({"record": "forecasts:2002-05-times-f1", "source_id": "blog"})
    rows["sources"][2]["published"] = "2004-02-01"
    folder = write_record(record, rows)
    assert an.load(folder, as_of="2004-01-31").forecasts["outcome"].tolist() == ["open"]
    assert an.load(folder, as_of="2004-02-01").forecasts["outcome"].tolist() == ["false"]


@pytest.mark.parametrize(
    ("day", "sequel"),
    [
        ("2001-03-31", None),
        ("2001-04-01", "2001-04-01: called off; for now"),
        ("2001-12-31", "2001-04-01: called off; for now; 2001: tried again"),
    ],
)
def test_a_sequel_is_shown_as_far_as_it_had_come(change: Change, day: str, sequel: str | None) -> None:
    folder = change("events", 0, sequel="2001-04-01: called off; for now; 2001: tried again")
    shown = an.load(folder, as_of=day).events["sequel"].iloc[0]
    assert (None if pd.isna(shown) else shown) == sequel


def test_eras_and_second_codings_are_cut_too(record: Path) -> None:
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    rows["eras"] = [{"era_id": "anna", "label": "Anna", "from": "2001-03-05", "to": "2002", "kind": "term"}]
    rows["citations"].append({"record": "eras:anna", "source_id": "times-2001"})
    coded = {"coder": "B", "column": "cameo", "value": "010", "sure": "2"}
    rows["second_coding"] = [{"record": f"events:{key}", **coded} for key in ("2001-03-04-threat", "2002-third")]
    folder = write_record(record, rows)
    assert (len(an.load(folder).second_coding), an.load(folder).eras["to"].tolist()) == (2, ["2002"])
    assert len(an.load(folder, as_of="2001-03-04").eras) == 0
    early = an.load(folder, as_of="2001-03-05")
    assert early.eras["to"].isna().tolist() == [True]
    assert early.second_coding["record"].tolist() == ["events:2001-03-04-threat"]


def test_a_record_of_the_first_edition_loads(record: Path) -> None:
    whole = an.load(record)
    for schema in TABLES:
        file = record / schema.file
        if schema.optional:
            file.unlink()
            continue
        first = [column.name for column in schema.columns if not column.optional or column.name == "notes"]
        table = pd.read_csv(file, dtype="str", keep_default_na=False)
        table[[name for name in table if name in first]].to_csv(file, index=False, lineterminator="\n")
    first_edition = an.load(record)
    pd.testing.assert_frame_equal(first_edition.events, whole.events)
    assert (len(first_edition.eras), len(first_edition.second_coding)) == (0, 0)


@pytest.fixture
def open_year(record: Path) -> Path:
    """The record of Aland and Beland with an act, a judgement and a decision that are dated to its last year only."""
    rows = {name: [dict(row) for row in held] for name, held in ROWS.items()}
    rows["events"].append(rows["events"][0] | {"event_id": "2003-threats", "date": "2003"})
    rows["assessments"].append(rows["assessments"][0] | {"assessment_id": "2003-times", "date": "2003"})
    rows["forecasts"][0] |= {"resolved_on": "2003"}
    rows["citations"] += [
        {"record": key, "source_id": "blog"} for key in ("events:2003-threats", "assessments:2003-times")
    ]
    return write_record(record, rows)


def test_what_reaches_beyond_the_end_of_the_record_ends_there(open_year: Path) -> None:
    rel = an.load(open_year)
    assert rel.cutoff == pd.Timestamp("2003-01-05")
    assert rel.events.set_index("event_id").loc["2003-threats", "end"] == rel.cutoff
    assert rel.assessments.set_index("assessment_id").loc["2003-times", "end"] == rel.cutoff
    assert rel.forecasts["known_on"].tolist() == [rel.cutoff]


def test_without_a_cut_off_the_record_says_what_it_says_on_its_last_day(open_year: Path) -> None:
    whole = an.load(open_year)
    same = an.load(open_year, as_of=whole.cutoff)
    for table in ("events", "assessments", "forecasts"):
        pd.testing.assert_frame_equal(getattr(whole, table), getattr(same, table))
    # A figure's period may end after the last event; with its citation it is left out as of a day before that.
    kept = whole.citations[whole.citations["table"] != "indicators"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, same.citations[same.citations["table"] != "indicators"].reset_index(drop=True))
    assert kept["later"].any()


def test_no_redrawn_act_lies_after_the_end_of_the_record(open_year: Path) -> None:
    events = an.load(open_year).events
    end = an.load(open_year).cutoff
    then = an.tension(events, start=end, end=end, half_life="1D", shrinkage=0, sources_of_error=["dates"])
    later = an.tension(events, start="2004-01-01", end="2004-01-01", half_life="36500D", sources_of_error=["dates"])
    sums = an.tension(events, start=end, end=end, half_life="36500D", sources_of_error=["dates"])
    assert then["value"].notna().any()
    # All acts are in by the last day, in every draw, so nothing but fading happens afterwards.
    faded = sums.set_index("measure")["low"] * 2 ** (-(pd.Timestamp("2004-01-01") - end).days / 36500)
    for name in ("conflict", "cooperation"):
        assert later.set_index("measure").loc[name, "low"] == pytest.approx(faded[name])


def test_a_later_cut_of_a_cut_record_is_refused(record: Path) -> None:
    rel = an.load(record, as_of="2002-06-15")
    assert len(rel.as_of_day("2001-03-05").events) == 1
    with pytest.raises(OptionError, match="a day up to 2002-06-15, not '2003-01-01'"):
        rel.as_of_day("2003-01-01")


def test_cutting_twice_equals_cutting_once(record: Path) -> None:
    once, twice = an.load(record, as_of="2001-12-31"), an.load(record, as_of="2002-06-15").as_of_day("2001-12-31")
    for table in ("events", "assessments", "forecasts", "indicators", "citations", "sources"):
        pd.testing.assert_frame_equal(getattr(once, table), getattr(twice, table))


@pytest.mark.parametrize("day", ["2023-13-01", "6 April 2023", "2023-04", "yesterday"])
def test_a_cut_that_is_no_day_is_refused(record: Path, day: str) -> None:
    with pytest.raises(OptionError, match="must be a day such as 2023-04-06"):
        an.load(record, as_of=day)


def test_the_order_of_rows_in_the_files_is_irrelevant(record: Path) -> None:
    before = an.load(record)
    for path in record.glob("*.csv"):
        head, *body = path.read_text(encoding="utf-8").splitlines(keepends=True)
        random.Random(1).shuffle(body)
        path.write_text("".join([head, *body]), encoding="utf-8")
    after = an.load(record)
    for table in ("events", "assessments", "forecasts", "indicators"):
        pd.testing.assert_frame_equal(getattr(before, table), getattr(after, table))


def test_the_record_hash_follows_content(change: Change, record: Path) -> None:
    before = an.load(record).record_hash
    assert an.load(record).record_hash == before
    assert an.load(change("events", 0, summary="Beland said so.")).record_hash != before


def test_what_is_done_to_a_loaded_table_is_not_in_the_next_load(record: Path) -> None:
    expected = an.load(record).events.copy(deep=True)
    rel = an.load(record)
    rel.events["mine"] = 1
    rel.events.loc[0, "goldstein"] = -9.9
    rel.events.index.name = "mine"
    del rel.events["cameo"]
    pd.testing.assert_frame_equal(an.load(record).events, expected)
    cut = an.load(record, "2001-12-31").events
    pd.testing.assert_frame_equal(cut, expected[expected["end"] <= "2001-12-31"].reset_index(drop=True))


def test_a_changed_record_is_read_again_and_a_damaged_one_refused(change: Change, record: Path) -> None:
    def summary() -> str:
        return str(an.load(record).events.loc[0, "summary"])

    first = summary()
    change("events", 0, summary="Beland said so.")
    assert summary() == "Beland said so."
    change("events", 0, summary=first)
    assert summary() == first
    change("events", 0, cameo="999")
    for _ in range(2):
        with pytest.raises(RecordError, match="cameo"):
            an.load(record)
    (record / "events.csv").unlink()
    with pytest.raises(RecordError, match="missing"):
        an.load(record)
    change("events", 0)
    assert summary() == first


def test_only_a_few_records_stay_in_memory(tmp_path: Path) -> None:
    for number in range(9):
        an.load(write_record(tmp_path / f"record-{number}"))
    assert len(relationship._loaded) <= 4


def test_a_record_that_changes_while_it_is_read_is_not_kept(
    change: Change, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = relationship.read

    def slow(path: Path) -> object:
        tables = real(path)
        change("events", 0, summary="Meanwhile.")
        return tables

    monkeypatch.setattr(relationship, "read", slow)
    an.load(record)
    monkeypatch.undo()
    assert an.load(record).events.loc[0, "summary"] == "Meanwhile."


def test_load_by_name_finds_a_folder_named_in_the_environment(record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBOOK_DATA", str(record.parent))
    assert an.load("aland-beland").path == record


def test_a_record_without_rows_loads_empty(record: Path) -> None:
    for path in record.glob("*.csv"):
        if path.stem != "actors":
            path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    rel = an.load(record)
    assert (len(rel.events), len(rel.assessments), len(rel.citations)) == (0, 0, 0)


def test_likelihood_words_follow_icd203() -> None:
    words = {
        0.03: "almost no chance",
        0.05: "very unlikely",
        0.3: "unlikely",
        0.5: "roughly even",
        0.55: "roughly even",
        0.7: "likely",
        0.8: "likely",
        0.9: "very likely",
        0.97: "almost certain",
    }
    assert {number: codebook.likelihood_word(number) for number in words} == words


def test_no_address_is_printed_where_there_is_none_or_nobody_knows_the_publisher(record: Path) -> None:
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    rows["sources"][1]["url"] = ""
    rel = an.load(write_record(record, rows))
    assert links(rel, ["times-2001", "post-2001", "blog"]) == {"times-2001": "https://example.org/a"}
    shown = Finding("x", ("times-2001", "post-2001", "blog"))
    assert {item["id"]: item.get("URL") for item in an.bibliography(rel, shown).items} == {
        "times-2001": "https://example.org/a",
        "post-2001": None,
        "blog": None,
    }
