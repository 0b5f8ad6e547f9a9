"""The words on a chart are those of its frame, and say "no clear change" where the bands do not part."""

from __future__ import annotations

import math

import charts_kit as kit
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import charts
from analysis.errors import ColumnError
from analysis.findings import wording as words


def share(*rows: tuple[str, float, float, float]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "value", "low", "high"])
    return frame.assign(date=pd.to_datetime(frame["date"]), measure="tension_share", state="observed")


PEAK = ("2010-08-15", 0.62, 0.55, 0.70)
LAST = ("2023-04-06", 0.18, 0.1, 0.25)


def test_a_part_of_the_acts_is_named_in_subtitle_and_alternative_text() -> None:
    chart = charts.tension(share(PEAK, LAST), acts="nuclear acts between Aland and Beland")
    assert "nuclear acts between Aland and Beland" in chart.subtitle
    assert "nuclear acts between Aland and Beland" in chart.alt


def test_subtitle_and_source_carry_dyad_period_half_life_and_cut_off() -> None:
    events = kit.events(60, 15)
    frame = share(PEAK, ("2023-04-06", 0.18, 0.1, 0.25))
    chart = charts.tension(frame, events, sides=kit.SIDES, half_life="180 days", cutoff="2023-04-06")
    assert chart.subtitle == (
        "Hostile part of acts between Aland and The Confederation of Beland, in percent of their weight, 2010–2023"
    )
    assert "fades by half in 180 days" in chart.how
    assert chart.source == (
        f"Source: workbook record, 60 events, {int(events['sources'].sum())} citations; authors’ coding. "
        "Data to 6 April 2023."
    )


def test_sides_come_from_the_data_where_no_names_are_given() -> None:
    assert "AAA and BBB" in charts.timeline(kit.events(60, 15)).subtitle


def test_a_source_line_of_the_caller_is_kept() -> None:
    assert words.source_line(None, "Belstat, 2021", None) == "Source: Belstat, 2021."


def test_alt_text_and_title_are_what_the_figure_shows() -> None:
    chart = charts.timeline(kit.events(60, 15), sides=kit.SIDES)
    drawn = " ".join(text.get_text() for text, _ in kit.texts(chart))
    assert chart.title in drawn
    assert chart.title in chart.alt


@pytest.mark.parametrize(
    ("date", "text"),
    [
        (("2007-01-14", "2007-01-14", "day", False), "14 January 2007"),
        (("2014-03-01", "2014-03-31", "month", False), "March 2014"),
        (("1997-01-01", "1997-12-31", "year", True), "about 1997"),
        (("2004-02-18", "2004-02-19", "interval", False), "18–19 February 2004"),
        (("2016-07-01", "2016-09-30", "interval", False), "1 Jul – 30 Sep 2016"),
        (("2020-09-01", "2023-03-31", "interval", False), "1 Sep 2020 – 31 Mar 2023"),
        (("1990-01-01", "1999-12-31", "decade", False), "1990s"),
        (("2013-12-30", "2014-01-02", "interval", False), "30 Dec 2013 – 2 Jan 2014"),
    ],
)
def test_event_dates_are_written_as_exactly_as_they_are_known(date: tuple[str, str, str, bool], text: str) -> None:
    assert words.event_date(*date) == text


def test_numbers_have_a_true_minus_and_no_minus_zero() -> None:
    assert words.number(-1234.5, 1) == "−1,234.5"
    assert words.number(-0.0001, 2) == "0.00"
    assert words.significant(0.16449) == "0.164"
    assert words.significant(46.0) == "46"
    assert words.significant(1439.6) == "1,440"


@given(st.floats(-1e9, 1e9, allow_nan=False))
def test_significant_stays_within_half_a_unit_of_its_third_figure(value: float) -> None:
    read = float(words.significant(value).replace(",", "").replace("−", "-"))
    assert math.isclose(read, value, rel_tol=0.006, abs_tol=0.0006)


@given(st.tuples(*[st.floats(0, 1)] * 4))
def test_overlap_does_not_depend_on_which_band_comes_first(ends: tuple[float, float, float, float]) -> None:
    one, other = tuple(sorted(ends[:2])), tuple(sorted(ends[2:]))
    assert words.overlap(one, other) == words.overlap(other, one)


def test_a_missing_band_proves_no_change() -> None:
    assert words.overlap((math.nan, 0.2), (0.5, 0.6))


@pytest.mark.parametrize("name", charts.__all__)
def test_a_frame_without_the_columns_is_refused_by_name(name: str) -> None:
    with pytest.raises(ColumnError, match=f"charts.{name}"):
        getattr(charts, name)(pd.DataFrame({"other": [1]}))


@pytest.mark.parametrize(("state", "told"), [("observed", True), ("no events", False)])
def test_a_year_earlier_is_told_where_something_was_known_then(state: str, told: bool) -> None:
    days = pd.to_datetime(["2019-01-01", "2020-01-01", "2021-01-01"])
    frame = pd.DataFrame({"date": days, "measure": "tension_share", "value": [0.2, 0.3, 0.4], "low": 0.1, "high": 0.5})
    chart = charts.tension(frame.assign(state=["observed", state, "observed"]), sides=kit.SIDES)
    assert ("A year earlier it was 30%." in chart.alt) == told
