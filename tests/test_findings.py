"""Sentences say what the numbers say: known answers, honest words, and every citation resolved."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from record_kit import ROWS, write_record

import analysis as an
from analysis import codebook, findings, listings
from analysis.citing import best_sources
from analysis.relationship import Relationship

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
        assert set(one.links) == set(one.sources)
    assert said[0].sources


def test_likelihood_and_confidence_never_share_a_sentence(said: tuple[an.Finding, ...]) -> None:
    words = set(codebook.icd203()["band"])
    for one in said:
        for sentence in re.split(r"(?<=[.!?])\s", one.text):
            likelihood = any(re.search(rf"\b{word}\b", sentence) for word in words)
            assert not (likelihood and "onfidence" in sentence), sentence


def test_no_finding_speaks_of_causes(said: tuple[an.Finding, ...]) -> None:
    for one in said:
        assert not re.search(r"\b(because|caused?|leads? to|due to|therefore|led to)\b", one.text)


def test_numbers_in_the_first_judgement_are_those_of_the_measure(rel: Relationship) -> None:
    share = an.tension(rel.events, freq="M", end=rel.cutoff)
    last = share[share["measure"] == "tension_share"].dropna(subset="value").iloc[-1]
    text = findings.tension_level(rel, share).text
    assert f"stood at {last['value']:.2f} (90 % band {last['low']:.2f} to {last['high']:.2f})" in text
    scores = rel.events.loc[rel.events["dyad"], "goldstein"]
    usual = -scores[scores < 0].sum() / scores.abs().sum()
    assert f"{usual:.2f};" in text
    assert ("below" in text) == (last["high"] < usual)


def test_a_change_whose_band_includes_zero_is_called_unclear(rel: Relationship) -> None:
    then = rel.cutoff - pd.DateOffset(years=1)
    row = an.difference(rel.events, then, rel.cutoff).iloc[0]
    text = findings.tension_change(rel, then).text
    assert ("no clear change" in text) == (row["low"] <= 0 <= row["high"])


def test_words_of_likelihood_follow_the_share_of_draws() -> None:
    rel = an.load("russia-belarus", "2020-09-30")
    then = "2019-06-30"
    row = an.difference(rel.events, then, rel.cutoff).iloc[0]
    assert row["value"] < 0
    assert (
        f"It is {codebook.likelihood_word(1 - row['probability_higher'])} that it is lower now"
        in findings.tension_change(rel, then).text
    )


def test_difference_is_that_of_the_two_shares_and_its_band_narrower_than_theirs_added() -> None:
    rel = an.load("russia-belarus", "2020-09-30")
    row = an.difference(rel.events, "2020-06-30", "2020-09-30").iloc[0]
    shares = an.tension(rel.events, freq="D", start="2020-06-30", end="2020-09-30")
    shares = shares[shares["measure"] == "tension_share"].iloc[[0, -1]]
    assert row["value"] == pytest.approx(shares["value"].iloc[1] - shares["value"].iloc[0])
    assert row["high"] - row["low"] < (shares["high"] - shares["low"]).sum()
    assert 0 <= row["probability_higher"] <= 1


def test_quarrels_counts_the_acts_of_pressure(rel: Relationship) -> None:
    acts = rel.events[rel.events["dyad"] & (rel.events["goldstein"] <= -4) & (rel.events["end"] <= rel.cutoff)]
    assert f"{len(acts)} acts of pressure" in findings.quarrels(rel).text
    assert f"in {acts['end'].dt.year.nunique()} of the" in findings.quarrels(rel).text


def test_the_briefing_of_april_2023_shows_each_claim_of_its_time() -> None:
    """A history of quarrels, warm words over a cold relation, dependence growing since 2020, experts who see subordination."""
    rel = an.load("russia-belarus", "2023-04-06")
    gap, composite = an.conduct(rel.events, end=rel.cutoff), an.composite(rel.indicators)
    assert findings.quarrels(rel).text.startswith("Quarrels recur: 7")
    assert findings.words_and_deeds(rel, gap).text.startswith("Words have been warmer than deeds")
    assert "dependence on Russia rose to" in findings.dependence(rel, composite).text
    assert "low of 0.35 in 2020" in findings.dependence(rel, composite).text
    held = findings.assessors(rel).text
    see, of = map(int, re.search(r"(\d+) of (\d+) assessments", held).groups())  # type: ignore[union-attr]
    assert see > 0.7 * of


def test_a_record_of_three_events_gives_sparse_but_honest_sentences(tmp_path: Path) -> None:
    rows = {name: list(held) for name, held in ROWS.items()}
    rel = an.load(write_record(tmp_path / "aland-beland", rows))
    share = an.tension(rel.events, end=rel.cutoff)
    line = findings.bottom_line(rel, share, an.conduct(rel.events, end=rel.cutoff), an.composite(rel.indicators))
    texts = " ".join(item.text for item in line.items)
    assert "Aland" in texts
    assert "Confidence in this reading is low" in texts
    assert "too few series" in texts
    assert "nan" not in texts.lower().split()
    assert "Too few forecasts" in findings.forecasts(rel).text


def test_an_empty_record_says_that_nothing_is_recorded(tmp_path: Path) -> None:
    rel = an.load(write_record(tmp_path / "aland-beland", {"actors": ROWS["actors"]}))
    line = findings.bottom_line(rel, an.tension(rel.events), an.conduct(rel.events), an.composite(rel.indicators))
    assert [item.text for item in line.items] == ["No act between Aland and Beland is recorded."]


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
    assert all(item["URL"].startswith("http") and item["title"] for item in items)


def test_tables_have_one_list_of_sources_a_row(rel: Relationship) -> None:
    for table in (
        listings.weighty_acts(rel),
        listings.assessments(rel),
        listings.open_forecasts(rel),
        listings.due_indicators(rel),
    ):
        assert table.sources is not None
        assert all(table.sources)


def test_weights_in_the_table_are_those_of_the_decay(rel: Relationship) -> None:
    table = listings.weighty_acts(rel, "90D", top=3).frame
    row = rel.events[rel.events["title"] == table["Act"].iloc[0]].iloc[0]
    point = row["start"] + (row["end"] - row["start"]).days // 2 * pd.Timedelta(days=1)
    assert table["Weight now"].iloc[0] == f"{2 ** (-(rel.cutoff - point).days / 90):.2f}"
