"""The same with other choices: each row is what the measures say of that choice, and its words follow the rules."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import analysis as an
from analysis.measures.robustness import moved, place, robustness

THEN, NOW = "2022-04-06", "2023-04-06"


@pytest.fixture(scope="module")
def rel():
    return an.load("russia-belarus", as_of=NOW)


@pytest.fixture(scope="module")
def frame(rel):
    return robustness(rel.events, THEN, NOW)


def test_every_choice_is_there_once(frame):
    choices = ["as shown", "60 days", "90 days", "365 days", "signs only", "two publishers or more"]
    assert frame["choice"].tolist() == choices


def test_a_half_life_of_the_caller_is_not_repeated(rel):
    choices = robustness(rel.events, THEN, NOW, half_life="60D", draws=20)["choice"].tolist()
    assert choices[:4] == ["as shown", "90 days", "180 days", "365 days"]


@pytest.mark.parametrize(("row", "half_life"), [(0, "180D"), (1, "60D"), (3, "365D")])
def test_a_row_is_what_the_measures_say_with_that_half_life(rel, frame, row, half_life):
    last = an.tension(rel.events, start=NOW, end=NOW, half_life=half_life).query("measure == 'tension_share'").iloc[0]
    change = an.difference(rel.events, THEN, NOW, half_life=half_life).iloc[0]
    assert frame.loc[row, ["value", "low", "high"]].tolist() == last[["value", "low", "high"]].tolist()
    assert frame.loc[row, "change"] == change["value"]


def test_signs_only_gives_every_act_one_size(rel, frame):
    acts = rel.events[rel.events["dyad"]]
    alike = acts.assign(goldstein=np.sign(acts["goldstein"]) * acts["goldstein"].abs().mean())
    share = an.tension(alike, start=NOW, end=NOW, band=None).iloc[-1]
    assert frame.loc[4, "value"] == pytest.approx(share["value"])
    assert frame.loc[4, "usual"] == pytest.approx((acts["goldstein"] < 0).sum() / (acts["goldstein"] != 0).sum())


def test_rows_of_lone_publishers_are_left_out(rel, frame):
    acts = rel.events[rel.events["dyad"]]
    assert frame.loc[5, "acts"] == (acts["publishers"] >= 2).sum() < frame.loc[0, "acts"]


def test_too_few_acts_are_said_to_be(rel):
    few = robustness(rel.events.assign(publishers=1), THEN, NOW, draws=20).iloc[-1]
    assert (few["level"], few["moved"], few["acts"]) == ("too few acts", "too few acts", 0)
    assert pd.isna(few["value"])


@pytest.mark.parametrize(
    ("value", "low", "high", "usual", "word"),
    [
        (0.1, 0.05, 0.29, 0.3, "below"),
        (0.1, 0.05, 0.3, 0.3, "near"),
        (0.5, 0.31, 0.6, 0.3, "above"),
        (0.5, 0.3, 0.6, 0.3, "near"),
        (0.301, 0.3008, 0.302, 0.3, "near"),
    ],
)
def test_a_level_is_beside_the_usual_one_when_its_band_is(value, low, high, usual, word):
    assert place(value, low, high, usual) == word


@pytest.mark.parametrize(
    ("then", "now", "clear", "word"),
    [
        (0.1, 0.3, True, "higher"),
        (0.3, 0.1, True, "lower"),
        (0.1, 0.3, False, "no clear change"),
        (0.301, 0.304, True, "no clear change"),
    ],
)
def test_a_change_is_told_when_its_band_leaves_zero_and_the_numbers_differ(then, now, clear, word):
    assert moved(pd.Series({"then": then, "now": now, "value": now - then, "clear": clear})) == word


def test_the_sentence_names_the_choices_that_say_otherwise(rel, frame):
    text = an.findings.other_choices(rel, THEN).text
    shown = frame.iloc[0]
    for row in frame.iloc[1:].itertuples():
        said = (row.level, row.moved) == (shown["level"], shown["moved"])
        assert (row.choice in text.partition(", except: ")[2]) != said


def test_nothing_is_said_where_no_level_is(rel):
    silent = an.load("russia-belarus", as_of="1991-12-20")
    assert an.findings.other_choices(silent, "1991-12-10").text == ""
