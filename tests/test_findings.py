"""Sentences say what the numbers say: known answers, honest words, and every citation resolved."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from record_kit import ROWS, write_record

import analysis as an
from analysis import codebook, findings, listings
from analysis.findings.citing import best_sources
from analysis.record.relationship import Relationship

CUTS = ["2004-03-01", "2015-06-30", "2020-01-31", "2023-04-06", None]


@pytest.fixture(scope="module", params=CUTS)
def rel(request: pytest.FixtureRequest) -> Relationship:
    return an.load("russia-belarus", request.param)


@pytest.fixture(scope="module")
def said(rel: Relationship) -> tuple[an.Finding, ...]:
    share = an.tension(rel.events, freq="M", end=rel.cutoff, draws=100)
    gap = an.conduct(rel.events, freq="M", end=rel.cutoff, draws=100)
    composite = an.composite(rel.indicators)
    trade = an.asymmetry(rel.indicators, rel.side_a.id, rel.side_b.id)
    line = findings.bottom_line(rel, share, gap, composite)
    return (*line.items, findings.quarrels(rel), findings.asymmetry(rel, trade), findings.forecasts(rel))


def test_each_finding_cites_sources_of_the_cut_record(rel: Relationship, said: tuple[an.Finding, ...]) -> None:
    known = set(rel.sources["source_id"])
    for one in said:
        assert set(one.sources) <= known
        assert set(one.links) <= set(one.sources)
        assert bool(one.sources) == bool(one.records)
        assert one.text == " ".join(statement.text for statement in one.statements)
    assert said[0].sources


def test_no_share_of_redrawn_records_is_worded_as_a_likelihood(said: tuple[an.Finding, ...]) -> None:
    words = set(codebook.icd203()["band"])
    for one in said:
        if not any(statement.key.startswith("tension.chance") for statement in one.statements):
            assert not any(re.search(rf"\b{word}\b", one.text) for word in words), one.text


def test_no_finding_speaks_of_causes(said: tuple[an.Finding, ...]) -> None:
    for one in said:
        assert not re.search(r"\b(because|caused?|leads? to|due to|therefore|led to)\b", one.text)


def test_difference_is_that_of_the_two_shares_and_its_band_narrower_than_theirs_added() -> None:
    rel = an.load("russia-belarus", "2020-09-30")
    row = an.difference(rel.events, "2020-06-30", "2020-09-30").iloc[0]
    shares = an.tension(rel.events, freq="D", start="2020-06-30", end="2020-09-30")
    shares = shares[shares["measure"] == "tension_share"].iloc[[0, -1]]
    assert row["value"] == pytest.approx(shares["value"].iloc[1] - shares["value"].iloc[0])
    assert row["high"] - row["low"] < (shares["high"] - shares["low"]).sum()
    assert 0 <= row["share_higher"] <= 1


def test_sources_known_by_the_cut_off_and_of_better_grade_come_first(record: Path) -> None:
    rel = an.load(record)
    assert best_sources(rel, ["events:2001-03-04-threat"], each=2) == ("times-2001", "post-2001")
    early = an.load(record, "2001-03-05")
    assert best_sources(early, ["events:2001-03-04-threat"]) == ("times-2001",)


def test_the_bibliography_holds_what_is_cited_and_nothing_else(rel: Relationship) -> None:
    views, acts = listings.assessments(rel), listings.weighty_acts(rel)
    keys = {key for table in (views, acts) for row in table.sources or [] for key in row}
    items = an.bibliography(rel, views, acts).items
    assert [item["id"] for item in items] == sorted(keys)
    assert all(item.get("URL", "http").startswith("http") and item["title"] for item in items)


def test_tables_have_one_list_of_sources_a_row(rel: Relationship) -> None:
    for table in (
        listings.weighty_acts(rel),
        listings.assessments(rel),
        listings.open_forecasts(rel),
        listings.due_indicators(rel),
    ):
        assert table.sources is not None
        assert all(table.sources)


def test_the_table_of_weighty_acts_is_ordered_by_the_effect_that_it_prints(rel: Relationship) -> None:
    table = listings.weighty_acts(rel, "90D", top=5).frame
    effects = [float(cell.replace("−", "-").replace("+", "")) for cell in table["Effect on share"]]
    assert [abs(effect) for effect in effects] == sorted((abs(effect) for effect in effects), reverse=True)
    why = an.explain(rel.events, rel.cutoff, half_life="90D", top=5)
    assert effects == pytest.approx(why.loc[why["kind"] == "event", "contribution"].round(3).tolist())


def test_a_page_that_is_older_than_the_act_comes_after_one_that_is_not(record: Path) -> None:
    # The better page is a month older than the threat of March 2001; it cannot report it.
    rows = {name: [dict(row) for row in held] for name, held in ROWS.items()}
    rows["sources"][0] |= {"published": "2001-02", "reliability": "A"}
    rel = an.load(write_record(record, rows))
    assert best_sources(rel, ["events:2001-03-04-threat"], each=2) == ("post-2001", "times-2001")
    # A page of the same month may.
    rows["sources"][0] |= {"published": "2001-03"}
    assert best_sources(an.load(write_record(record, rows)), ["events:2001-03-04-threat"]) == ("times-2001",)


def test_acts_since_the_last_briefing_stand_in_the_order_in_which_they_ended() -> None:
    rel = an.load("russia-belarus", "2023-04-06")
    moved = an.changes(rel, "2022-04-06")
    shown = listings.new_acts(rel, moved, top=30)
    order = moved.events.set_index("title")["end"].reindex(shown.frame["Act"])
    assert order.is_monotonic_increasing
    assert (moved.events["known_on"] > pd.Timestamp("2022-04-06")).all()


@pytest.mark.parametrize(
    ("day", "since", "told"),
    [
        ("2001-03-31", "2001-03-01", []),
        ("2001-04-01", "2001-03-31", ["1 Apr 2001: called off; for now"]),
        ("2001-04-01", "2001-04-01", []),
        ("2001-12-30", "2001-03-31", ["1 Apr 2001: called off; for now"]),
        ("2001-12-31", "2001-03-31", ["2001: tried again", "1 Apr 2001: called off; for now"]),
        (None, "2001-03-31", ["2001: tried again", "1 Apr 2001: called off; for now"]),
    ],
)
def test_what_followed_an_act_is_told_from_its_day_on_and_not_before(
    record: Path, day: str | None, since: str, told: list[str]
) -> None:
    rows = {name: [dict(row) for row in held] for name, held in ROWS.items()}
    rows["events"][0]["sequel"] = "2001-04-01: called off; for now; 2001: tried again; 2044: never seen"
    rows["sources"][1]["published"] = "2001-04-01"
    shown = listings.sequels(an.load(write_record(record, rows), day), pd.Timestamp(since))
    assert shown.frame["What followed"].tolist() == told
    # The page of March is the better one, and cannot know.
    assert list(shown.sources)[-1:] == [("post-2001",)] * (len(told) > 0)


def test_what_followed_is_not_told_without_a_page_that_could_know_it(record: Path) -> None:
    rows = {name: [dict(row) for row in held] for name, held in ROWS.items()}
    rows["events"][0]["sequel"] = "2001-04-01: called off"
    shown = listings.sequels(an.load(write_record(record, rows)), pd.Timestamp("2001-03-31"))
    assert (len(shown.frame), list(shown.sources)) == (0, [])


def test_bottom_line_and_table_tell_one_change() -> None:
    for day in ("2006-06-30", "2010-07-01", "2023-04-06", None):
        rel = an.load("russia-belarus", day)
        then = rel.cutoff - pd.DateOffset(years=1)
        (told,) = findings.tension_change(rel, then).statements
        table = listings.changed_measures(an.changes(rel, then)).frame.set_index("Measure")
        row = table.loc["Tension share, 0 to 1"]
        assert [f"{told.facts['then']:.2f}", f"{told.facts['now']:.2f}"] == row.iloc[:2].tolist()
        assert (told.key == "tension.changed") == (row["Clear"] == "yes")
        difference = float(row.iloc[1]) - float(row.iloc[0])
        assert float(row["Change"].replace("−", "-")) == pytest.approx(difference)
