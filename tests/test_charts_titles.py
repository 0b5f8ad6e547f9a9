"""What each chart's title says, by branch and on both sides of each threshold: statement, numbers, direction; one text."""

from __future__ import annotations

import importlib
import math
from typing import Any

import charts_kit as kit
import numpy as np
import pandas as pd
import pytest
from charts_kit import marks

from analysis import charts
from analysis.findings import wording

NAN = math.nan
MODULES = {name: importlib.import_module(f"analysis.charts.{name}") for name in charts.__all__}


def yearly(*rows: tuple[int, float, float, float], **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["year", "value", "low", "high"])
    return frame.assign(date=pd.to_datetime([f"{year}-07-02" for year in frame["year"]]), **columns)


@pytest.mark.parametrize(
    ("a", "b", "together"),
    [
        ((0.1, 0.2), (0.2, 0.3), True),  # bands that touch are not apart
        ((0.1, 0.2), (0.21, 0.3), False),
        ((0.2, 0.3), (0.1, 0.2), True),
        ((0.21, 0.3), (0.1, 0.2), False),
        ((0.1, NAN), (0.5, 0.6), True),
    ],
)
def test_bands_overlap(a: tuple[float, float], b: tuple[float, float], together: bool) -> None:
    assert wording.overlap(a, b) == together


@pytest.mark.parametrize(
    ("rows", "key", "direction", "text"),
    [
        ([(2020, 0.4, 0.3, 0.5)], "one year", "", "Composite dependence of Aland was 0.40 in 2020"),
        (
            [(2015, 0.4, 0.3, 0.5), (2020, 0.7, 0.51, 0.8)],
            "change",
            "rose",
            "Composite dependence of Aland rose from 0.40 in 2015 to 0.70 in 2020",
        ),
        (
            [(2015, 0.4, 0.3, 0.5), (2020, 0.7, 0.5, 0.8)],
            "no clear change",
            "",
            "Composite dependence of Aland was 0.70 in 2020; no clear change since 2015",
        ),
        ([(2015, 0.7, 0.6, 0.8), (2020, 0.4, 0.3, 0.5)], "change", "fell", None),
        ([(2015, 0.7, NAN, NAN), (2020, 0.4, NAN, NAN)], "change", "fell", None),
        ([(2015, 0.4, NAN, NAN), (2020, 0.4, NAN, NAN)], "no clear change", "", None),
        ([(2014, 0.1, 0, 0.2), (2015, 0.4, 0.3, 0.5), (2020, 0.45, 0.4, 0.5)], "no clear change", "", None),
    ],
)
def test_composite(rows: list[tuple[int, float, float, float]], key: str, direction: str, text: str | None) -> None:
    data = MODULES["composite"].title_data(yearly(*rows))
    assert (data.key, data.direction) == (key, direction)
    if text:
        assert MODULES["composite"].title_text(data, "Aland") == text


@pytest.mark.parametrize(
    ("value", "low", "high", "events", "key", "direction", "text"),
    [
        (7.0, 1.0, 9.0, 10, "direction", "more", "Coded shifts add up to +7 by 2020: Aland more dependent"),
        (-7.0, -9.0, -1.0, 10, "direction", "less", "Coded shifts add up to −7 by 2020: Aland less dependent"),
        (7.0, 0.0, 9.0, 10, "no clear direction", "", "Coded shifts add up to +7 by 2020: no clear direction"),
        (7.0, 0.1, 9.0, 10, "direction", "more", None),
        (-7.0, -9.0, 0.0, 10, "no clear direction", "", None),
        (7.0, 1.0, 9.0, 9, "few", "", "Only 9 events coded; shifts add up to +7 by 2020"),
        (0.0, NAN, NAN, 10, "no clear direction", "", "Coded shifts add up to 0 by 2020: no clear direction"),
    ],
)
def test_event_dependence(
    value: float, low: float, high: float, events: int, key: str, direction: str, text: str | None
) -> None:
    frame = yearly((2020, value, low, high), events=events, measure="event_dependence")
    data = MODULES["event_dependence"].title_data({"": frame})
    assert (data.key, data.direction) == (key, direction)
    if text:
        assert (
            MODULES["event_dependence"].title_text(data, "Aland")
            == text
            == charts.event_dependence(frame, sides=kit.SIDES).title
        )


@pytest.mark.parametrize(
    ("value", "low", "high", "key", "direction"),
    [
        (0.2, 0.01, 0.4, "clear gap", "words"),
        (0.2, 0.0, 0.4, "no clear gap", ""),
        (-0.2, -0.4, -0.01, "clear gap", "deeds"),
        (-0.2, -0.4, 0.0, "no clear gap", ""),
        (0.2, NAN, NAN, "gap", "words"),
        (-0.2, NAN, NAN, "gap", "deeds"),
    ],
)
def test_conduct(value: float, low: float, high: float, key: str, direction: str) -> None:
    gap = yearly((2020, value, low, high), events=5)
    said = {
        "verbal": yearly((2020, 0.4, 0, 1), events=10),
        "material": yearly((2020, 0.2, 0, 1), events=10),
        "gap": gap,
    }
    data = MODULES["conduct"].title_data(said)
    assert (data.key, data.direction) == (key, direction)
    few = {**said, "material": yearly((2020, 0.2, 0, 1), events=9)}
    assert (
        MODULES["conduct"].title_text(MODULES["conduct"].title_data(few))
        == "Only 10 verbal acts and 9 material acts: no gap can be told"
    )


@pytest.mark.parametrize(
    ("first", "second", "key", "direction", "text"),
    [
        (
            (0.5, 0.4, 0.6),
            (0.3, 0.2, 0.39),
            "tenser",
            "a",
            "Aland towards Beland 0.50, the reverse 0.30, on 2 July 2020",
        ),
        (
            (0.3, 0.2, 0.39),
            (0.5, 0.4, 0.6),
            "tenser",
            "b",
            "Beland towards Aland 0.50, the reverse 0.30, on 2 July 2020",
        ),
        (
            (0.5, 0.4, 0.6),
            (0.3, 0.2, 0.4),
            "no clear difference",
            "",
            "No clear difference between Aland and Beland on 2 July 2020: 0.50 and 0.30",
        ),
        ((0.5, 0.4, 0.6), None, "one direction", "", "Aland to Beland: tension 0.50 on 2 July 2020"),
    ],
)
def test_direction(first: Any, second: Any, key: str, direction: str, text: str) -> None:
    series = {"A>B": yearly((2020, *first))}
    if second:
        series["B>A"] = yearly((2020, *second))
    data = MODULES["direction"].title_data(series, {"A": "Aland", "B": "Beland"})
    assert (data.key, data.direction) == (key, direction)
    assert MODULES["direction"].title_text(data) == text


@pytest.mark.parametrize(
    ("rows", "key", "text"),
    [
        ([("energy", 0.5, 0.4, 0.6)], "only", "Only energy has acts recorded in 2020: share 0.50"),
        (
            [("energy", 0.5, 0.4, 0.6), ("trade", 0.1, 0.0, 0.39)],
            "apart",
            "Energy tensest in 2020 (0.50), trade calmest (0.10)",
        ),
        (
            [("energy", 0.5, 0.4, 0.6), ("trade", 0.1, 0.0, 0.4)],
            "no clear difference",
            "No clear difference between domains in 2020: 0.10 to 0.50",
        ),
        ([("energy", 0.5, NAN, NAN), ("trade", 0.1, NAN, NAN)], "no clear difference", None),
    ],
)
def test_domains(rows: list[tuple[str, float, float, float]], key: str, text: str | None) -> None:
    frame = pd.DataFrame(rows, columns=["domain", "value", "low", "high"]).assign(year=2020, events=3)
    data = MODULES["domains"].title_data(frame)
    assert data.key == key
    if text:
        assert MODULES["domains"].title_text(data) == text


@pytest.mark.parametrize(
    ("rows", "state", "key", "direction", "text"),
    [
        (
            [(2016, -1, -1.5, -0.5), (2020, 1, 0, 2)],
            "scored",
            "change",
            "up",
            "+1 in the year to 2 July 2020, up from −1 in 2016",
        ),
        (
            [(2016, 1, 0.5, 1.5), (2020, -1, -2, 0)],
            "scored",
            "change",
            "down",
            "−1 in the year to 2 July 2020, down from +1 in 2016",
        ),
        ([(2016, -1, -1.5, 0), (2020, 1, 0, 2)], "scored", "no clear change", "", "no clear change since 2016"),
        (
            [(2017, -1, -1.5, -0.5), (2020, 1.5, 0, 2)],
            "scored",
            "median",
            "",
            "median tension +1.5 in the year to 2 July 2020",
        ),
        ([(2016, -1, -1.5, -0.5), (2020, 1, 0, 2)], "too few", "commonest", "", "most often −1"),
    ],
)
def test_positions(rows: Any, state: str, key: str, direction: str, text: str) -> None:
    judged = pd.DataFrame({"value": [-1, -1, 2], "voice": ["a", "b", "a"]})
    data = MODULES["positions"].title_data(judged, yearly(*rows, state=state), "voice")
    assert (data.key, data.direction) == (key, direction)
    assert MODULES["positions"].title_text(data, "tension").endswith(text)


@pytest.mark.parametrize(
    ("low", "high", "value", "key", "direction"),
    [
        (0.5, 0.80, 0.6, "no clear difference", ""),
        (0.5, 0.79, 0.6, "difference", "less"),
        (0.95, 0.99, 0.97, "no clear difference", ""),
        (0.96, 0.99, 0.97, "difference", "more"),
    ],
)
def test_calibration(low: float, high: float, value: float, key: str, direction: str) -> None:
    row = {"band_low": 0.8, "band_high": 0.95, "n": 10, "value": value, "low": low, "high": high, "state": "scored"}
    data = MODULES["calibration"].title_data(pd.DataFrame([row]))
    assert (data.key, data.direction) == (key, direction)
    assert MODULES["calibration"].title_data(pd.DataFrame([{**row, "state": "too few"}])).key == "too few"


def test_open_forecasts() -> None:
    frame = pd.DataFrame({"date": pd.to_datetime(["2020-03-01", "2020-05-01"]), "state": ["overdue", "open"]})
    said = [
        MODULES["open_forecasts"].title_text(MODULES["open_forecasts"].title_data(rows))
        for rows in (frame, frame.tail(1), frame.head(1))
    ]
    assert said == [
        "2 forecasts open; next deadline 1 May 2020, 1 overdue",
        "1 forecast open; next deadline 1 May 2020",
        "1 forecast open, 1 overdue",
    ]


@pytest.mark.parametrize(
    ("peaks", "key", "text"),
    [
        ((2013, 2019), "other years", "Peak moves with the half-life, 2013 to 2019; 0.10 on 2 July 2020"),
        ((2013, 2013), "same year", "All half-lives peak in 2013; 0.10 on 2 July 2020"),
        ((2013,), "one", "Tension 0.10 on 2 July 2020; peak in 2013"),
    ],
)
def test_sensitivity(peaks: tuple[int, ...], key: str, text: str) -> None:
    series = {f"{i}D": yearly((year, 0.6, NAN, NAN), (2020, 0.1, NAN, NAN)) for i, year in enumerate(peaks)}
    data = MODULES["sensitivity"].title_data(series)
    assert data.key == key
    assert MODULES["sensitivity"].title_text(data) == text


@pytest.mark.parametrize(
    ("years", "pool", "key", "text"),
    [
        ([2020], 1, "one", "One act recorded: 1 May 2020"),
        ([2019, 2020], 2, "kinds", "2 main acts: 1 conflict, 1 cooperation"),
        ([2019, 2020, 2020], 9, "kinds", "3 main acts: 1 conflict, 2 cooperation"),
        ([2019, 2020, 2020, 2020], 9, "busiest year", "Of 4 main acts (1 conflict, 3 cooperation), 3 fell in 2020"),
        ([2020, 2020, 2020], 9, "kinds", "3 main acts: 1 conflict, 2 cooperation"),
    ],
)
def test_timeline(years: list[int], pool: int, key: str, text: str) -> None:
    days = pd.to_datetime([f"{year}-05-01" for year in years])
    frame = pd.DataFrame({"start": days, "end": days, "goldstein": [-1.0] + [1.0] * (len(years) - 1)})
    data = MODULES["timeline"].title_data(frame, pool)
    assert data.key == key
    assert MODULES["timeline"].title_text(data) == text


@pytest.mark.parametrize(
    ("values", "cutoff", "key", "text"),
    [
        ([0, 0], None, "none", "No meeting of the leaders recorded, 2001–2002"),
        ([1], None, "one year", "1 meeting of the leaders counted in 2001"),
        ([1, 3], None, "most", "3 meetings of the leaders counted in 2002"),
        ([3, 1], None, "most and last", "3 meetings of the leaders counted in 2001; 1 in 2002"),
        ([3, 1], "2002-12-24", "most and last", "3 meetings of the leaders counted in 2001; 1 in 2002 so far"),
        ([3, 1], "2002-12-26", "most and last", "3 meetings of the leaders counted in 2001; 1 in 2002"),
    ],
)
def test_meetings(values: list[float], cutoff: str | None, key: str, text: str) -> None:
    frame = pd.DataFrame({"year": range(2001, 2001 + len(values)), "value": values})
    data = MODULES["meetings"].title_data(frame, cutoff)
    assert data.key == key
    assert MODULES["meetings"].title_text(data) == text


def test_meetings_draw_what_others_counted_and_name_the_leaders() -> None:
    frame = pd.DataFrame(
        {
            "year": [2001, 2002, 2003],
            "value": [10.0, 7.0, 2.0],
            "recorded": [3.0, 5.0, 2.0],
            "basis": ["published", "published for part of the year", "recorded"],
            "leaders_a": ["Anna", "Anna", "Anna"],
            "leaders_b": ["Bert", "Bert;Carl", "Carl"],
        }
    )
    chart = charts.meetings(frame, sides=kit.SIDES)
    heights = {gid: [bar.get_height() for bar in marks(chart, gid)] for gid in ("meetings", "published")}  # type: ignore[attr-defined]
    assert heights == {"meetings": [3.0, 5.0, 2.0], "published": [10.0, 7.0]}
    assert "Anna with Bert and Carl" in chart.subtitle
    assert "Outline: counted by others (2001 and part of 2002)" in chart.subtitle
    assert chart.title == "10 meetings of the leaders counted in 2001 by others; 2 in 2003"
    assert chart.alt.endswith("2001: 10 by others, 2002: 7 by others for part of the year, 2003: 2.")


def test_a_carried_year_is_a_low_cell_and_an_observed_one_a_full_one() -> None:
    rows = [("composite", 0.5, "observed"), ("part:a", 0.5, "observed"), ("part:b", 0.5, "carried")]
    frame = pd.DataFrame(rows, columns=["measure", "value", "state"]).assign(
        date=pd.Timestamp("2020-07-01"), low=np.nan, high=np.nan
    )
    chart = charts.composite(frame)
    heights = [
        path.vertices[:, 1].max() - path.vertices[:, 1].min()
        for cells in marks(chart, "cells")
        for path in cells.get_paths()  # type: ignore[attr-defined]
    ]
    assert len(heights) == 2
    assert heights[1] < 0.5 * heights[0]
    assert "Low cell: carried" in chart.subtitle
