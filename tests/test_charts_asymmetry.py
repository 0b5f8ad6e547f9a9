"""What `charts.asymmetry` and the sentence beside it say of whole years, parts of years and estimates."""

from __future__ import annotations

import charts_kit as kit
import numpy as np
import pandas as pd
import pytest
from charts_kit import marks
from measure_kit import indicators, series

from analysis import charts
from analysis.charts import axes
from analysis.charts.asymmetry import title_data
from analysis.charts.title import Title
from analysis.measures.asymmetry import asymmetry

B = {"2017": 5.2, "2023": 6.5}
HALF = "2023-01/2023-06"


def shares(a: dict[str, float | None], b: dict[str, float | None], estimates: tuple[str, ...] = ()) -> pd.DataFrame:
    rows = indicators(series("aaa_trade_share_bbb", a), series("bbb_trade_share_aaa", b, of="BBB"))
    rows.loc[rows["period"].isin(estimates), "basis"] = "estimate"
    return asymmetry(rows, "AAA", "BBB")


@pytest.mark.parametrize(
    ("a", "estimates", "data"),
    [
        ({"2017": 50.9, "2023": 60}, (), Title("both", {"a": 60.0, "b": 6.5, "year": 2023})),
        ({"2017": 50.9, HALF: 70, "2023": None}, (HALF,), Title("both", {"a": 50.9, "b": 5.2, "year": 2017})),
        ({"2017": 50.9, HALF: 70}, (), Title("both", {"a": 50.9, "b": 5.2, "year": 2017})),
        ({"2017": 50.9, "2023": 70}, ("2023",), Title("both", {"a": 50.9, "b": 5.2, "year": 2017})),
        (
            {HALF: 70},
            (HALF,),
            Title("both in part", {"a": 70.0, "b": 6.5, "year": 2023, "kinds": ["January–June 2023, estimate"]}),
        ),
        ({"2021": 49}, (), Title("one side")),
    ],
)
def test_the_title_takes_the_newest_year_with_both_shares_whole(
    a: dict[str, float | None], estimates: tuple[str, ...], data: Title
) -> None:
    assert title_data(shares(a, B, estimates)) == data


def test_a_part_of_a_withheld_year_is_an_open_mark_on_its_days_and_the_hatching_stays() -> None:
    table = shares({"2017": 50.9, "2022": None, HALF: 70, "2023": None}, B, (HALF,))
    chart = charts.asymmetry(table, sides=kit.SIDES)
    (span,) = marks(chart, "share-AAA-span")
    assert list(span.get_xdata()) == [axes.at("2023-01-01"), axes.at("2023-06-30")]  # type: ignore[attr-defined]
    (mark,) = marks(chart, "share-AAA-open")
    assert mark.get_markerfacecolor() == "white"  # type: ignore[attr-defined]
    lines = [value for one in marks(chart, "share-AAA") for value in one.get_ydata()]  # type: ignore[attr-defined]
    assert 70 not in lines
    assert 50.9 in lines
    years = sorted(pd.Timestamp(one.get_x(), unit="D").year for one in marks(chart, "withheld"))  # type: ignore[attr-defined]
    assert years == [2022, 2023]
    assert "Open mark: an estimate, or part of the year" in chart.subtitle
    assert "2017 is the last year with both shares whole" in chart.subtitle
    assert len(marks(chart, "asymmetry-open")) == 1


def test_a_whole_estimated_year_is_an_open_dot_and_a_whole_year_is_not() -> None:
    estimated = charts.asymmetry(shares({"2017": 50.9, "2023": 70}, B, ("2023",)))
    assert [one.get_marker() for one in marks(estimated, "share-AAA-open")] == ["o"]  # type: ignore[attr-defined]
    firm = charts.asymmetry(shares({"2017": 50.9, "2023": 70}, B))
    assert not marks(firm, "share-AAA-open")
    assert "Open mark" not in firm.subtitle


def test_title_label_and_alt_text_round_alike_and_say_whose_trade() -> None:
    chart = charts.asymmetry(shares({"2017": 50.94, "2023": 60.0}, B), sides=kit.SIDES)
    assert chart.title == "Aland’s trade 60% with The Confederation of Beland, the reverse 6.5% (2023)"
    drawn = " ".join(text.get_text() for text, _ in kit.texts(chart))
    assert "in Aland’s trade" in drawn
    assert "6.5%" in drawn
    assert chart.alt == (
        "Line chart of shares by year. Aland’s trade 60% with The Confederation of Beland, the reverse 6.5% (2023). "
        "The Confederation of Beland in Aland’s trade: 60% (2023). "
        "Aland in The Confederation of Beland’s trade: 6.5% (2023). "
        "Aland’s share was 9.8 times The Confederation of Beland’s in 2017 and 9.23 times in 2023."
    )


def test_a_ratio_alone_is_told_as_such() -> None:
    rows = indicators(series("gdp_ratio_bbb_to_aaa", {"2001": 25}, unit="ratio", of="AAA+BBB"))
    table = asymmetry(rows, "AAA", "BBB", "trade over own GDP")
    assert title_data(table) == Title("ratio", {"ratio": 25.0, "year": 2001})
    assert charts.asymmetry(table, sides=kit.SIDES).title.startswith("Aland’s share 25 times")


def test_the_days_and_marks_of_the_measure_are_those_of_its_figures() -> None:
    table = shares({HALF: 70, "2023": None, "2024": None}, {"2023": 6.5}, (HALF,)).query("of == 'AAA'")
    assert table["part_year"].tolist() == [True, False]
    assert table["estimate"].tolist() == [True, False]
    assert table["year_withheld"].tolist() == [True, True]
    assert table["state"].tolist() == ["observed", "withheld"]
    assert table["end"].dt.month.tolist() == [6, 12]
    assert np.isnan(table["value"].iloc[1])
