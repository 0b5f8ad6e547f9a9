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


def peak(day: str, value: float, low: float, high: float, agreement: float) -> pd.DataFrame:
    row = {"date": pd.Timestamp(day), "since": pd.Timestamp("2009-01-04"), "value": value, "low": low, "high": high}
    return pd.DataFrame([{**row, "agreement": agreement}])


LAST = ("2023-04-06", 0.18, 0.1, 0.25)
SURE = peak(*PEAK, 0.5)
TITLES = {
    "a peak that half of the redrawn records agree on": (
        LAST,
        SURE,
        0.4,
        "Tension peaked at 0.62 in August 2010; 0.18 on 6 April 2023",
    ),
    "a peak that fewer agree on": (
        LAST,
        peak(*PEAK, 0.49),
        0.4,
        "Tension below its long-run level on 6 April 2023: 0.18 against 0.40",
    ),
    "bands that meet": (
        ("2023-04-06", 0.50, 0.40, 0.56),
        SURE,
        0.4,
        "Tension peaked at 0.62 in August 2010; 0.50 on 6 April 2023, no clear change",
    ),
    "bands that do not quite meet": (
        ("2023-04-06", 0.50, 0.40, 0.549),
        SURE,
        0.4,
        "Tension peaked at 0.62 in August 2010; 0.50 on 6 April 2023",
    ),
    "a peak on the last day": (
        ("2023-04-06", 0.70, 0.6, 0.8),
        peak("2023-04-06", 0.70, 0.6, 0.8, 0.9),
        0.4,
        "Tension at its highest since 4 January 2009: share 0.70",
    ),
    "no peak asked for, below": (
        LAST,
        None,
        0.26,
        "Tension below its long-run level on 6 April 2023: 0.18 against 0.26",
    ),
    "no peak asked for, the band holds the level": (
        LAST,
        None,
        0.25,
        "Tension near its long-run level on 6 April 2023: 0.18 against 0.25",
    ),
    "no peak asked for, above": (
        LAST,
        None,
        0.09,
        "Tension above its long-run level on 6 April 2023: 0.18 against 0.09",
    ),
    "two numbers that are printed alike": (
        ("2023-04-06", 0.176, 0.1, 0.18),
        None,
        0.1801,
        "Tension near its long-run level on 6 April 2023: 0.18 against 0.18",
    ),
    "no level known": (LAST, None, None, "Tension share 0.18 on 6 April 2023"),
}


@pytest.mark.parametrize("case", TITLES)
def test_the_title_of_the_tension_chart(case: str) -> None:
    last, top, prior, wanted = TITLES[case]
    chart = charts.tension(share(("2009-01-04", 0.30, 0.2, 0.4), PEAK, last), peak=top, prior=prior)
    assert chart.title == wanted
    assert chart.title in chart.alt
    named = [line for line in chart.figure.findobj() if getattr(line, "get_gid", lambda: None)() == "peak"]
    assert bool(named) == ("peaked" in wanted or "highest" in wanted)


def test_the_title_of_few_acts_says_how_few_and_no_level() -> None:
    chart = charts.tension(share(PEAK, ("2025-04-06", 0.1, 0.05, 0.2)), kit.events(3, 1), peak=SURE)
    assert chart.title == "Only 3 acts recorded in this period"


def test_the_title_of_a_silent_end_says_that_the_line_is_memory() -> None:
    frame = share(PEAK, LAST).assign(state=["observed", "no events"])
    assert charts.tension(frame, peak=SURE).title == "No act recorded shortly before 6 April 2023; the line is memory"


def test_a_part_of_the_acts_is_named_in_subtitle_and_alternative_text() -> None:
    chart = charts.tension(share(PEAK, LAST), acts="nuclear acts between Aland and Beland")
    assert "nuclear acts between Aland and Beland" in chart.subtitle
    assert "nuclear acts between Aland and Beland" in chart.alt


def test_subtitle_and_source_carry_dyad_period_half_life_and_cut_off() -> None:
    events = kit.events(60, 15)
    frame = share(PEAK, ("2023-04-06", 0.18, 0.1, 0.25))
    chart = charts.tension(frame, events, sides=kit.SIDES, half_life="180 days", cutoff="2023-04-06")
    assert "Aland and The Confederation of Beland, 2010–2023" in chart.subtitle
    assert "Half-life 180 days" in chart.subtitle
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


def test_shares_below_zero_overlap_is_not_called_a_gap() -> None:
    # Ninety days of words and deeds whose gap has zero in its band.
    days = pd.date_range("2020-01-05", periods=13, freq="W")
    rows = [
        pd.DataFrame({"date": days, "measure": name, "value": value, "low": low, "high": high, "events": 2})
        for name, value, low, high in (("verbal", 0.5, 0.4, 0.6), ("material", 0.4, 0.3, 0.5), ("gap", 0.1, -0.1, 0.3))
    ]
    frame = pd.concat(rows)
    assert charts.conduct(frame).title == "No clear gap between words and deeds on 29 March 2020"
    apart = frame.assign(low=frame["low"].where(frame["measure"] != "gap", 0.05))
    assert charts.conduct(apart).title == "Words clearly tenser than deeds on 29 March 2020: gap 0.10"
    few = apart.assign(events=0)
    assert charts.conduct(few).title == "Only 0 verbal acts and 0 material acts: no gap can be told"


def test_calibration_says_too_few_no_clear_difference_or_clearly() -> None:
    row = {"deadline_basis": "all", "band_low": 0.8, "band_high": 0.95, "n": 19, "hits": 13.0, "state": "scored"}
    frame = pd.DataFrame([{**row, "value": 13 / 19, "low": 0.50, "high": 0.83, "measure": "observed_share"}])
    assert charts.calibration(frame).title == "Of forecasts put at 80–95%, 13 of 19 came true; no clear difference"
    assert charts.calibration(frame.assign(high=0.75)).title.endswith("13 of 19 came true: clearly less often")
    assert charts.calibration(frame.assign(state="too few")).title.endswith("too few to judge")


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
