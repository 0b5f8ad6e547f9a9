"""A length of time is read in one way wherever it is given: a bare number is days, and what is no day is refused."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import analysis as an
from analysis import findings, listings
from analysis.cli import main
from analysis.errors import OptionError
from analysis.measures.options import length, length_text
from analysis.runs import parameters
from analysis.runs.plan import plan

SAME = [180, 180.0, "180", " 180 ", "180D", "180d", "180 days", "4320h", np.int64(180), np.timedelta64(180, "D")]
SAME += [pd.Timedelta(days=180), dt.timedelta(180)]


@pytest.mark.parametrize("given", SAME, ids=repr)
def test_a_hundred_and_eighty_days_are_one_length_however_they_are_given(given: object) -> None:
    assert length(given, "x", "half_life") == pd.Timedelta(days=180)
    assert length_text(given, "x", "half_life") == "180D"


@given(st.integers(1, 36500))
def test_a_bare_number_is_days_and_the_printed_text_is_read_back(days: int) -> None:
    assert length(str(days), "x", "window").days == length(days, "x", "window").days == days
    assert length_text(length_text(days, "x", "window"), "x", "window") == f"{days}D"


@pytest.mark.parametrize("given", [1, "1", "24h", "1D", "1.5", "26W", "2 weeks"])
def test_a_day_and_more_is_taken(given: object) -> None:
    assert length(given, "x", "half_life") >= pd.Timedelta(days=1)


@pytest.mark.parametrize(
    "given",
    [0, "0", "0.99", "23h", "180ns", -180, "-180D", "nan", float("inf"), True, None, "", "long", "1e400", 1e300],
)
def test_less_than_a_day_and_what_is_no_length_is_refused(given: object) -> None:
    with pytest.raises(OptionError, match="`half_life` must be a length of time of a day or more"):
        length(given, "x", "half_life")


@pytest.mark.parametrize(
    ("given", "way_out"),
    [("6M", "182D"), ("6m", "182D"), ("1Y", "365D"), ("2 years", "730D"), ("1 month", "30D"), ("P6M", "182D")],
)
def test_months_and_years_are_refused_with_the_days_that_come_nearest(given: str, way_out: str) -> None:
    with pytest.raises(OptionError, match=f"write days: {way_out}"):
        length(given, "x", "half_life")


def test_measures_sentences_and_tables_take_a_bare_number_as_days(record: Path) -> None:
    rel = an.load(record)
    share = an.tension(rel.events, half_life="180D", band=None)
    for typed in ("180", 180):
        pd.testing.assert_frame_equal(an.tension(rel.events, half_life=typed, band=None), share)
        assert findings.tension_level(rel, share, typed) == findings.tension_level(rel, share, "180D")
        assert listings.weighty_acts(rel, typed).caption == listings.weighty_acts(rel, "180D").caption
        assert listings.assessments(rel, typed).caption == listings.assessments(rel, "180D").caption
        assert findings.assessors(rel, typed).text == findings.assessors(rel, "180D").text
    assert "half-life 180 days" in listings.weighty_acts(rel, "180").caption


def test_a_checked_parameter_has_the_text_that_documents_print() -> None:
    declared = [parameters.Parameter("half_life", "str", "180D"), parameters.Parameter("window", "str", "year")]
    for typed in ("90", 90, "90 days", "90D"):
        assert parameters.check(declared, {"half_life": typed}) == {"half_life": "90D"}
    assert parameters.check(declared, {"window": "quarter"}) == {"window": "quarter"}
    with pytest.raises(OptionError, match="182D"):
        parameters.check(declared, {"half_life": "6M"})


def test_a_plan_takes_a_number_and_two_ways_of_one_length_are_one_run(record: Path) -> None:
    runs = plan(
        {
            "notebook": "briefing.ipynb",
            "parameters": {"relationship": str(record)},
            "matrix": {"half_life": ["90D", 90, "90", "180D"]},
        }
    ).runs
    assert [run.settings["half_life"] for run in runs] == ["90D", "180D"]


@pytest.mark.parametrize("given", ["6M", "0.5", "23h"])
def test_a_briefing_refuses_a_wrong_length_in_the_words_of_the_command_line(tmp_path: Path, given: str) -> None:
    result = CliRunner().invoke(main, ["brief", "--half-life", given, "--out", str(tmp_path / "b.pdf")])
    assert result.exit_code == 2
    assert "brief: `--half-life` must be a length of time" in result.output
    assert not list(tmp_path.iterdir())
