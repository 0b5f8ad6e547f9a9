"""Page one says what happened, in words: its rules on days with much and with little, and the acts it has to name."""

from __future__ import annotations

import importlib
import itertools
import re
from dataclasses import replace
from functools import cache
from typing import Any

import finding_kit as kit
import measure_kit
import pandas as pd
import pytest
from finding_kit import days, relationship

import analysis as an
from analysis import findings, listings
from analysis.findings.happened import around, episodes, weighed
from analysis.findings.limits import known
from analysis.findings.outlook import turn
from analysis.findings.summary import NUMBERS, numbers
from analysis.findings.texts import PARTS, TEXTS
from analysis.measures.tension import long_run

shares = importlib.import_module("analysis.findings.shares")

DAYS = ("1998-06-30", "2004-03-01", "2006-06-30", "2010-07-01", "2019-06-30", "2020-09-14", "2023-04-06", None)
END = "2011-01-01"


@cache
def page(day: str | None) -> tuple[str, list[str]]:
    """Return the title of a day's page, and its arrow line and points."""
    rel = an.load("russia-belarus", day)
    share = an.tension(rel.events, start=rel.cutoff, end=rel.cutoff, draws=100)
    line = findings.bottom_line(rel, share)
    assert line.lead is not None
    return findings.title(rel, share), [line.lead.text, *(item.text for item in line.items)]


@pytest.mark.parametrize("day", DAYS)
class TestRules:
    def test_the_title_is_short_and_has_no_number(self, day: str | None) -> None:
        title, _ = page(day)
        assert len(title.split()) <= 15
        assert numbers(title) == []

    def test_an_arrow_and_at_most_six_points_of_one_sentence(self, day: str | None) -> None:
        _, (arrow, *points) = page(day)
        assert arrow[:2] in ("↗ ", "↘ ", "→ ")
        assert 1 <= len(points) <= 6
        for point in (arrow, *points):
            assert point.endswith(".")
            assert not re.search(r"[a-z)]{2}\. [A-Z]", point), point

    def test_at_most_twelve_numbers_none_first_and_none_side_by_side(self, day: str | None) -> None:
        _, points = page(day)
        assert len(numbers(" ".join(points))) <= NUMBERS
        for point in points:
            assert not re.match(r"\W*\d", point)
            assert not re.search(r"\d,? \d", re.sub(r"\d{1,2} [A-Z][a-z]+( \d{4})?", "", point)), point

    def test_ranges_have_to_and_small_counts_are_words(self, day: str | None) -> None:
        for point in page(day)[1]:
            assert not re.search(r"\d ?[–-] ?\d", point), point
            assert not re.search(r"\b\d (of|acts?|assessments?|organisations?|years?)\b", point), point

    def test_no_index_and_no_term_of_art(self, day: str | None) -> None:
        text = " ".join(page(day)[1])
        for word in ("tension share", "Goldstein", "quad", "draws", "redrawn", "band", "Brier", "median", "composite"):
            assert word not in text
        assert not re.search(r"\b0\.\d", text)


@pytest.mark.parametrize(
    ("day", "named"),
    [
        ("2023-04-06", ["War in Ukraine", "Putin announces tactical nuclear weapons for Belarus (25 March)",
                        "defer 1.4 billion dollars of debt", "Supreme State Council in Moscow", "(6 April)", "57%",
                        "41.1% in 2021", "44.8%", "97.6%"]),
        ("2020-09-14", ["Presidential election (9 August)", "help against protests (15 August)", "$1.5bn loan"]),
        ("2010-07-01", ["Customs Union", "full oil export duty", "Gazprom cuts gas to Belarus"]),
        ("2019-06-30", ["Around the two: Contaminated Russian oil hits Belarusian refineries (19 April)."]),
    ],
)  # fmt: skip
def test_it_names_what_mattered(day: str, named: list[str]) -> None:
    text = " ".join(page(day)[1])
    assert [words for words in named if words not in text] == []


def test_an_estimate_is_called_one() -> None:
    said = " ".join(page(None)[1])
    assert "Russia in Belarus exports, 67% (June 2025, an estimate, after 57% in January to September 2022)" in said
    assert "estimate" not in " ".join(page("2023-04-06")[1])


def test_oil_that_was_spoiled_is_no_act_of_either() -> None:
    assert not [point for point in page("2019-06-30")[1] if "Contaminated" in point and "Quarrel" in point]


def test_no_act_is_named_twice() -> None:
    for day in DAYS:
        rel = an.load("russia-belarus", day)
        text = " ".join(page(day)[1])
        twice = [title for title in set(rel.events["title"]) if text.count(title) > 1]
        assert twice == []


class TestActs:
    def test_weight_is_size_halved_with_every_half_life(self) -> None:
        rel = relationship([{"day": "2010-07-05", "g": -8.0}, {"day": "2011-01-01", "g": 4.0}], END)
        assert weighed(rel, pd.Timestamp("2010-01-01"))["weight"].tolist() == pytest.approx([4.0, 4.0])

    @pytest.mark.parametrize(
        ("apart", "second", "shown"), [(30, 6.0, [2]), (31, 6.0, [1, 1]), (30, 3.2, [1]), (30, 3.3, [2])]
    )
    def test_an_episode_is_thirty_days_of_one_domain_told_by_its_largest(
        self, apart: int, second: float, shown: list[int]
    ) -> None:
        first = pd.Timestamp("2010-10-01")
        rel = relationship([{"day": first, "g": 8.0}, {"day": first + pd.Timedelta(days=apart), "g": second}], END)
        found = episodes(weighed(rel, pd.Timestamp("2010-01-01")), 3)
        assert [len(part) for part in found] == shown
        assert sorted(row for part in found for row in part["goldstein"])[-1] == 8.0

    def test_both_signs_and_the_newest_act_are_told_and_remarks_are_not(self) -> None:
        rows = days(6, "2010-03-01", step=45, scores=(8.0, -8.0))
        rows += [{"day": "2010-12-30", "g": 1.0}, {"day": "2010-12-31", "g": -0.9}]
        help, quarrel = findings.happened(relationship(rows, END), pd.Timestamp("2010-01-01"), most=2)
        assert help.text == (
            "Help and agreement since 1 January 2010: Event 4 (28 August 2010); Event 2 (30 May 2010); Event 6 (30 December "
            "2010)."
        )
        assert quarrel.text == (
            "Quarrel and refusal since 1 January 2010: Event 5 (12 October 2010); Event 3 (14 July 2010)."
        )

    def test_what_ended_by_the_last_briefing_is_no_news(self) -> None:
        rows = days(3, "2010-03-01", scores=(8.0,))
        help, quarrel = findings.happened(relationship(rows, END), pd.Timestamp("2010-03-21"))
        assert (help.text, quarrel.text) == ("", "")


@pytest.mark.parametrize(
    ("value", "words"), [(0.14, "one in seven"), (0.5, "half"), (0.66, "two in three"), (0.0, "hardly")]
)
def test_a_share_in_words_is_the_nearest_fraction(value: float, words: str) -> None:
    said = findings.Statement("figures.share_says", {"now": 0.1, "usual": value}).text
    assert words in said


def test_fractions_in_words_are_near_enough() -> None:
    levels = [level for level, *_ in PARTS]
    assert levels == sorted(levels)
    assert max(b - a for a, b in itertools.pairwise(levels)) <= 0.15 + 1e-9


def test_a_thin_record_has_a_short_page() -> None:
    rel = relationship(days(1, "2010-09-01"), END)
    line = findings.bottom_line(rel, kit.level(1, 1, 1))
    assert line.lead is not None
    assert line.lead.text.startswith("One act between Aland and Beland is recorded up to 1 January 2011")
    assert line.items == ()
    assert findings.figures(rel, kit.level(1, 1, 1)).frame.empty


def test_a_record_that_begins_after_the_last_briefing_has_no_index_on_page_one() -> None:
    line = findings.bottom_line(relationship(days(12, "2010-09-01"), END), kit.level(0.7, 0.5, 0.9), then="2010-08-01")
    assert line.lead is not None
    assert line.lead.text == (
        "→ Nothing was recorded by 1 August 2010 to compare with: by weight, about two acts in three were hostile."
    )


def test_fewer_are_named_where_numbers_would_be_too_many() -> None:
    rows: list[dict[str, Any]] = [
        {**row, "title": f"Act with {n} and {n + 100} and {n + 200} dollars"}
        for n, row in enumerate(days(12, "2010-02-01", step=31, scores=(8.0, -8.0)), 10)
    ]
    rel = relationship(rows, END)
    assert (rel.events["title"].str.startswith("Act with")).all()
    line = findings.bottom_line(rel, kit.level(0.5, 0.4, 0.6))
    assert 0 < len(numbers(" ".join(item.text for item in (line.lead, *line.items) if item))) <= NUMBERS


def test_every_key_that_page_one_uses_has_a_text() -> None:
    for place in ("below", "near", "above"):
        assert {f"title.{place}", *(f"title.{place}.{moved}" for moved in ("rose", "fell", "unclear"))} <= set(TEXTS)


@pytest.mark.parametrize("day", DAYS[:-1])
def test_no_page_of_a_later_day_is_cited(day: str) -> None:
    rel = an.load("russia-belarus", day)
    line = findings.bottom_line(rel, an.tension(rel.events, start=rel.cutoff, end=rel.cutoff, draws=100))
    shown = [line.lead, *line.items, findings.background(rel, rel.cutoff - pd.DateOffset(years=1)), findings.turn(rel)]
    tables = [listings.due_indicators(rel), listings.open_forecasts(rel)]
    cited = {key for one in shown if one for key in one.sources}
    cited |= {key for table in tables for keys in table.sources or () for key in keys}
    published = rel.sources.set_index("source_id")["published_start"].reindex(sorted(cited))
    assert len(published) > 3
    assert not (published > rel.cutoff).any()


def test_a_figure_whose_only_page_is_later_says_so() -> None:
    rel = an.load("russia-belarus", "2023-04-06")
    table = findings.figures(rel, an.tension(rel.events, start=rel.cutoff, end=rel.cutoff, draws=100))
    rows = dict(
        zip(table.frame["Measure"], zip(table.frame["How sure"], table.sources or (), strict=True), strict=True)
    )
    assert rows["Russia in Belarus arms imports, percent"] == ("Computed; page of a later day", ())
    assert rows["Russia in Belarus exports, percent"][1]


def test_the_cover_says_what_the_record_does_not_know() -> None:
    assert known(an.load("russia-belarus")).text.endswith("is recorded; that is silence, not calm.")
    cut = known(an.load("russia-belarus", "2020-09-14")).text
    assert cut == (
        "Newest act 14 September 2020, newest figure January to May 2020; what happened up to 14 September 2020 and was told "
        "later is not in it."
    )
    assert known(relationship(days(3), END)).text.startswith("Nothing after 1 January 2011")


class TestBackground:
    @pytest.mark.parametrize("day", DAYS)
    def test_it_is_short_and_of_the_time_before(self, day: str | None) -> None:
        rel = an.load("russia-belarus", day)
        before = rel.cutoff - pd.DateOffset(years=1)
        said = findings.background(rel, before)
        assert 0 < len(said.text.split()) <= 120
        named = rel.events[[title in said.text for title in rel.events["title"]]]
        assert (named["end"] <= before).all()

    def test_few_acts_have_none(self) -> None:
        assert findings.background(relationship(days(9), END), END).text == ""
        assert findings.background(relationship(days(10), END), END).text


class TestTurn:
    def test_so_many_acts_bring_the_share_back_and_one_fewer_does_not(self) -> None:
        for day in ("2010-07-01", "2019-06-30", "2023-04-06"):
            rel = an.load("russia-belarus", day)
            (said,) = findings.turn(rel).statements
            weights = {
                name: an.explain(rel.events, rel.cutoff, measure=name)["contribution"].sum()
                for name in ("conflict", "cooperation")
            }
            (heavy,) = rel.events.loc["events:" + rel.events["event_id"] == said.records[0], "goldstein"]
            usual = long_run(rel.events)
            above = [self.hostile(weights, heavy, n) > usual for n in (said.facts["n"] - 1, said.facts["n"])]
            assert above == ([False, True] if said.key == "watch.turn_up" else [True, False]), day

    @staticmethod
    def hostile(weights: dict[str, float], score: float, n: int) -> float:
        conflict, cooperation = weights["conflict"] + n * max(-score, 0), weights["cooperation"] + n * max(score, 0)
        return conflict / (conflict + cooperation)


def test_one_question_of_one_organisation_is_one_row_with_its_history() -> None:
    table = measure_kit.forecasts((0.2, 0.45, "open"), (0.05, 0.2, "open"), (0.4, 0.5, "open")).assign(
        proposition=["It comes (by 2012).", "It comes.", "It comes."], organisation=["I", "I", "J"], assessor=None,
        deadline_end=pd.to_datetime(["2011-12-31", "2012-12-31", "2011-06-01"]), deadline_basis="stated",
        made_on=pd.to_datetime(["2010-03-01", "2010-12-01", "2010-05-01"]), assessment_id="a",
    )  # fmt: skip
    made = measure_kit.assessments(
        ("2010-03", "I", "autonomy", 0), ("2010-12-01", "I", "autonomy", 0), ("2010-05-01", "J", "autonomy", 0)
    )
    made = made.assign(assessment_id=["a0", "a1", "a2"], precision=["month", "day", "day"], approximate=False)
    rel = relationship(days(3), END, forecasts=table.assign(assessment_id=["a0", "a1", "a2"]), assessments=made)
    frame = listings.open_forecasts(rel).frame
    assert frame["Probability (said on)"].tolist() == [
        "40–50% (1 May 2010)",
        "5–20% (1 Dec 2010), before 20–45% (Mar 2010)",
    ]


@pytest.mark.parametrize("month", ["May", "Jun", "June", "Jul", "Sep", "September"])
def test_a_day_is_no_number_however_its_month_is_written(month: str) -> None:
    assert numbers(f"To 10 {month} 2024 it was 5%") == ["5"]


@pytest.mark.parametrize(("deadline", "watched"), [("2010-12-31", False), ("2011-01-01", True)])
def test_what_has_passed_undecided_is_not_waited_for(deadline: str, watched: bool) -> None:
    table = measure_kit.forecasts((0.55, 0.8, "open")).assign(
        term_basis="icd203:likely",
        deadline_basis="stated",
        proposition="p",
        deadline_end=pd.Timestamp(deadline),
        made_on=pd.Timestamp("2010-05-01"),
    )
    rel = relationship(days(20), pd.Timestamp("2011-01-01"), forecasts=table)
    assert (findings.watch(rel).text != "") == watched


def test_fewer_acts_are_named_where_there_would_be_one_number_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    rel = an.load("russia-belarus", as_of="2023-04-06")
    share = an.tension(rel.events, freq="M", draws=20)

    def text() -> str:
        return " ".join(item.text for item in findings.bottom_line(rel, share).items)

    whole = text()
    count = len(numbers(whole)) + len(numbers(findings.bottom_line(rel, share).lead.text))
    for most, same in ((count, True), (count - 1, False)):
        monkeypatch.setattr("analysis.findings.summary.NUMBERS", most)
        assert (text() == whole) == same


@pytest.mark.parametrize(("publishers", "named"), [(1, False), (2, True)])
def test_what_stood_around_is_told_from_two_publishers_on(publishers: int, named: bool) -> None:
    rel = relationship(days(20), "2011-01-01")
    other = rel.events.tail(1).assign(dyad=False, publishers=publishers, title="A third acts", event_id="other")
    rel = replace(rel, events=pd.concat([rel.events, other], ignore_index=True))
    assert ("A third acts" in around(rel, pd.Timestamp("2010-01-01")).text) == named


@pytest.mark.parametrize(("score", "told"), [(7.5, False), (8.0, True)])
def test_an_act_is_heavy_from_eight_points_on(score: float, told: bool) -> None:
    for sign, key in ((1, "watch.turn_up"), (-1, "watch.turn_down")):
        # Of each kind alike until the last half-year, which is of one kind alone and of light acts.
        acts = days(20, scores=(-score, score)) + days(20, first="2010-08-01", step=6, scores=(2.0 * sign,))
        said = turn(relationship(acts, "2010-12-15"))
        assert [one.key for one in said.statements] == ([key] if told else [])


def test_of_forecasts_those_of_the_next_year_come_first_its_last_day_included() -> None:
    table = measure_kit.forecasts((0.55, 0.8, "open"), (0.55, 0.8, "open")).assign(
        deadline_basis=["imputed", "stated"],
        term_basis="icd203:likely",
        proposition=["soon", "late"],
        subject=["autonomy", "trade"],
        deadline_end=pd.to_datetime(["2012-01-01", "2012-01-02"]),
        made_on=pd.Timestamp("2010-05-01"),
    )
    said = findings.watch(relationship(days(20), "2011-01-01", forecasts=table), 1)
    assert said.text.startswith("To watch: Soon")


def test_a_share_is_told_for_five_years_and_set_beside_a_period_that_had_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    rel = an.load("russia-belarus", as_of="2023-04-06")
    rows = shares.chosen(rel)
    oldest = rows.loc[rows["age_days"].idxmax()]
    for fresh, told in ((oldest["age_days"], True), (oldest["age_days"] - 1, False)):
        monkeypatch.setattr(shares, "FRESH", fresh)
        assert (oldest["indicator"] in set(shares.chosen(rel)["indicator"])) == told
    monkeypatch.undo()
    first = rows[rows["value_before"].notna()].iloc[0]
    meets = (rel.indicators["indicator"] == first["indicator"]) & (rel.indicators["end"] == first["end_before"])
    assert meets.sum() == 1
    for end, kept in ((first["start"] - pd.Timedelta(days=1), True), (first["start"], False)):
        moved = replace(rel, indicators=rel.indicators.assign(end=rel.indicators["end"].mask(meets, end)))
        again = shares.chosen(moved).set_index("indicator").loc[first["indicator"]]
        assert (again["period_before"] == first["period_before"]) == kept
