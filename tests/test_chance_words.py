"""The one sentence with a word of probability: when it is said, which word, and which number stands without one."""

from __future__ import annotations

import pandas as pd
import pytest

import analysis as an
from analysis import findings

DAY, THEN = pd.Timestamp("2020-09-30"), pd.Timestamp("2019-09-30")


@pytest.fixture(scope="module")
def rel():
    return an.load("russia-belarus", as_of=DAY)


def said(rel, monkeypatch, higher: float, then: float = 0.2, now: float = 0.3, events: int = 100):
    row = {"probability_higher": higher, "then": then, "now": now, "events": events}
    monkeypatch.setattr("analysis.measures.propensity.propensity_change", lambda *_: pd.DataFrame([row]))
    return findings.tension_chance(rel, THEN)


def test_word_and_numbers_are_those_of_the_measure(rel):
    row = an.propensity_change(rel.events, THEN, DAY).iloc[0]
    (statement,) = findings.tension_chance(rel, THEN).statements
    assert statement.facts["probability"] == 1 - row["probability_higher"] > 0.55
    assert statement.text == (
        f"It is likely ({100 * (1 - row['probability_higher']):.0f}%) that acts between Belarus and Russia are less often of "
        f"conflict than on 30 September 2019: counted by signs alone, the chance that one is of conflict is estimated at "
        f"{100 * row['now']:.0f}%, and at {100 * row['then']:.0f}% then."
    )
    newest = an.influence(rel.events, DAY)["event_id"].head(len(statement.records))
    assert statement.records == tuple(f"events:{one}" for one in newest)


@pytest.mark.parametrize(
    ("higher", "key"), [(0.551, "tension.chance"), (0.8, "tension.chance"), (0.801, "tension.chance_plain")]
)
def test_a_word_is_printed_up_to_where_it_came_true(rel, monkeypatch, higher, key):
    finding = said(rel, monkeypatch, higher)
    assert [one.key for one in finding.statements] == [key]
    assert ("likely (" in finding.text) == (key == "tension.chance")
    assert f"{100 * higher:.0f}%" in finding.text


@pytest.mark.parametrize(
    "row",
    [
        {"higher": 0.5},
        {"higher": 0.549},
        {"higher": 0.451, "then": 0.3, "now": 0.2},
        {"higher": 0.7, "events": 9},
        {"higher": 0.7, "then": 0.201, "now": 0.204},  # printed alike
        {"higher": 0.7, "then": 0.3, "now": 0.2},  # the means say the opposite
    ],
)
def test_nothing_is_said_of_an_even_chance_of_few_acts_or_of_what_is_printed_alike(rel, monkeypatch, row):
    assert said(rel, monkeypatch, **row).text == ""


def test_nothing_is_said_of_a_day_before_the_first_act(rel):
    assert findings.tension_chance(rel, "1990-01-01").text == ""


def test_turning_points_by_weeks_and_by_months_are_one_answer_or_both(monkeypatch, rel):
    def points(*days: str, value: float = 3.0) -> pd.DataFrame:
        return pd.DataFrame({"date": pd.to_datetime(list(days)), "value": value})

    found = {"W": points("2002-06-11"), "M": points("2002-06-02")}
    monkeypatch.setattr("analysis.measures.turning_points.turning_points", lambda _, freq, draws: found[freq])
    text = "By weeks and by months the same turning points are found: June 2002 (tenser)."
    assert findings.turning_points(rel).text == text
    found["M"] = points()
    assert findings.turning_points(rel).text == "By weeks the turning points are June 2002 (tenser); by months, none."
    found["W"] = points()
    assert findings.turning_points(rel).statements[0].key == "turns.none"
    found |= {"W": points("2002-06-11", value=-3.0), "M": points("2002-06-02")}
    assert findings.turning_points(rel).statements[0].key == "turns.apart"
