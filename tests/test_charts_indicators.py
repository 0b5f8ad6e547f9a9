"""What the title, the alt text and the marks of `charts.indicators` say of records, estimates and parts of years."""

from __future__ import annotations

import pandas as pd
import pytest
from charts_kit import marks
from measure_kit import indicators, series

from analysis import charts
from analysis.charts.indicators import title_data, title_text
from analysis.charts.title import Title
from analysis.findings.display import Chart
from analysis.measures.indicators import indicator_series

FALL = {"1998": 66, "2014": 41, "2021": 40, "2022": 57}


def frame(values: dict[str, float | None], start: str | None = None, **cells: object) -> pd.DataFrame:
    """Return the series `share`; `cells` overwrite columns of its last row."""
    table = indicators(series("share", values, unit="percent"))
    for name, value in cells.items():
        table[name] = table.get(name, False)
        table.loc[table.index[-1], name] = value
    return indicator_series(table.assign(name="Share"), start=start)


@pytest.mark.parametrize(
    ("values", "cells", "record"),
    [
        (FALL, {}, ""),  # 66 in 1998 is outside the part that is drawn
        ({**FALL, "2022": 67}, {}, "high"),
        ({**FALL, "2022": 66}, {}, ""),  # equal is no record
        ({**FALL, "2022": 66.1}, {}, "high"),
        ({**FALL, "2022": 39.9}, {}, "low"),
        ({**FALL, "2022": 40}, {}, ""),
        ({**FALL, "2022": 67}, {"basis": "estimate"}, ""),
        ({**FALL, "2022": 67}, {"approximate": True}, ""),
        ({**FALL, "2022-01/2022-09": 67}, {}, ""),  # a part of the year beside 2022 itself
        ({"1998": 66, "2014": 41, "2021": 40, "2022-01/2022-09": 67}, {}, ""),
        ({"2014": 41, "2022": 67}, {}, ""),  # two figures have no record
        ({"2014": 41, "2021": 41, "2022": 67}, {}, "high"),
        ({"2014": 41, "2021": 41, "2022": 41}, {}, ""),
    ],
)
def test_a_record_is_one_of_the_whole_series_and_of_a_firm_figure(
    values: dict[str, float | None], cells: dict[str, object], record: str
) -> None:
    drawn = frame(values, "2014-01-01", **cells)
    assert title_data(drawn).direction == record
    chart = charts.indicators(drawn)
    assert len(marks(chart, "record")) == bool(record)
    assert ("Ringed" in chart.how) == bool(record)
    assert (f"record {record} since" in chart.alt) == bool(record)


def test_a_figure_that_only_an_estimate_exceeds_is_no_record() -> None:
    table = indicators(series("share", {"2014": 41, "2021": 40, "2022": 70, "2023": 60}))
    table.loc[table["period"] == "2022", "basis"] = "estimate"
    assert indicator_series(table)["record"].tolist()[-1] == ""


def test_a_series_of_parts_of_years_compares_like_with_like() -> None:
    halves = {f"{year}-01/{year}-06": float(year - 2000) for year in range(2001, 2005)}
    assert indicator_series(indicators(series("share", halves)))["record"].tolist()[-1] == "high"


def chart(**lasts: float | None) -> Chart:
    """Return the chart of one series a name: 5, 6, 7 and then its last figure, or 2004 withheld."""
    rows = [series(name, {"2001": 5, "2002": 6, "2003": 7, "2004": last}) for name, last in lasts.items()]
    return charts.indicators(indicator_series(indicators(*rows)))


@pytest.mark.parametrize(
    ("lasts", "data", "text"),
    [
        (
            {"a": 8.0, "b": 4.0, "c": 6.5},
            Title("records", {"n": 3, "high": 1, "low": 1, "withheld": 0}),
            "Last figures of 3 indicators: record high in 1, record low in 1",
        ),
        (
            {"a": 8.0, "b": 9.0},
            Title("records", {"n": 2, "high": 2, "low": 0, "withheld": 0}),
            "Last figures of 2 indicators: record high in 2",
        ),
        (
            {"a": 6.0, "b": 7.0},
            Title("no records", {"n": 2, "high": 0, "low": 0, "withheld": 0}),
            "No record high or low among the last figures of 2 indicators",
        ),
        (
            {"a": 4.0, "b": None},
            Title("records", {"n": 2, "high": 1, "low": 1, "withheld": 1}),
            "Last figures of 2 indicators: record high in 1, record low in 1; 1 withheld",
        ),
    ],
)
def test_the_title_of_several_counts_records_each_way(lasts: dict[str, float | None], data: Title, text: str) -> None:
    drawn = chart(**lasts)
    assert title_data(drawn.data) == data
    assert title_text(data) == text == drawn.title


def test_the_title_of_one_indicator_tells_its_last_figure_and_its_period() -> None:
    assert charts.indicators(frame(FALL)).title == "Share: 57 in 2022"
    assert charts.indicators(frame({**FALL, "2022": 67})).title == "Share: 67 in 2022, a record high since 1998"
    part = frame({"1998": 66, "2022-01/2022-09": 57, "2023": None})
    assert charts.indicators(part).title == "Share: 57 in January–September 2022; withheld in part"
    assert charts.indicators(frame({"2022": None}), ["share"]).title == "Share: no figure; withheld in part"


def test_the_alt_text_gives_each_last_figure_with_its_period_and_kind() -> None:
    drawn = charts.indicators(frame({**FALL, "2023-01/2023-06": 70}, basis="estimate"))
    assert drawn.alt == (
        "Small line charts of 1 indicator. Share: 70 in January–June 2023. "
        "Each: Share 70 (percent, January–June 2023, estimate)."
    )


@pytest.mark.parametrize(("filled", "joined"), [(5, False), (6, True)])
def test_a_series_filled_for_fewer_than_three_in_five_years_is_points(filled: int, joined: bool) -> None:
    years = [*range(2001, 2001 + filled - 1), 2010]
    drawn = charts.indicators(frame({str(year): 1.0 + year % 2 for year in years}))
    assert bool(marks(drawn, "indicator")) == joined
