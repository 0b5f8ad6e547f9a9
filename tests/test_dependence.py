"""Indicators with their gaps, one side's share beside the other's, and shifts cumulated from events."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_kit import dated, indicators, series
from scipy.stats import spearmanr

from analysis.errors import ColumnError, OptionError
from analysis.measures.asymmetry import asymmetry
from analysis.measures.event_dependence import dependence_check, event_dependence
from analysis.measures.indicators import indicator_series, yearly

GAS = series("gas", {"2001": 40, "2002": 0, "2004": None, "2005": 45}, unit="USD")


def shifts(*rows: tuple[str, int | None], **columns: object) -> pd.DataFrame:
    frame = dated(
        [
            {"event_id": f"e{number:04d}", "date": date, "dependence": value}
            for number, (date, value) in enumerate(rows)
        ],
        "date",
    )
    return frame.assign(dependence=frame["dependence"].astype("Int64"), **{"dyad": True, "domain": "energy", **columns})


class TestSeries:
    def test_zero_missing_and_withheld_are_three_states(self) -> None:
        table = indicator_series(indicators(GAS))
        assert table["start"].dt.year.tolist() == [2001, 2002, 2003, 2004, 2005]
        assert table["state"].tolist() == ["observed", "observed", "missing", "withheld", "observed"]
        assert table["value"].iloc[1] == 0
        assert table["value"].isna().tolist() == [False, False, True, True, False]

    def test_a_period_is_placed_on_its_middle_day(self) -> None:
        table = indicator_series(indicators(series("debt", {"2001": 1, "2001-03": 2, "2004/2008": 3})))
        assert table.loc[table["value"].notna(), "date"].astype("str").tolist() == [
            "2001-07-02",
            "2001-03-16",
            "2006-07-02",
        ]

    def test_years_inside_a_long_period_are_not_missing(self) -> None:
        table = indicator_series(indicators(series("arms", {"2001/2004": 1, "2006": 2})))
        assert table.loc[table["state"] == "missing", "start"].dt.year.tolist() == [2005]

    def test_names_choose_and_order(self) -> None:
        frame = indicators(GAS, series("oil", {"2001": 1}))
        assert indicator_series(frame, ["oil", "gas"])["measure"].unique().tolist() == ["oil", "gas"]

    def test_a_wrong_name_is_refused_with_the_nearest(self) -> None:
        with pytest.raises(OptionError, match="Did you mean 'gas'") as refusal:
            indicator_series(indicators(GAS), ["gaz"])
        assert refusal.value.field == "names"

    def test_a_span_keeps_the_periods_that_touch_it(self) -> None:
        table = indicator_series(indicators(GAS), start="2002-06-01", end="2004-01-01")
        assert table["start"].dt.year.tolist() == [2002, 2003, 2004]

    def test_a_missing_column_is_named(self) -> None:
        with pytest.raises(ColumnError, match="`basis`"):
            indicator_series(indicators(GAS).drop(columns="basis"))

    def test_no_observation_gives_no_row(self) -> None:
        assert indicator_series(indicators(GAS).head(0)).empty

    @settings(deadline=None)
    @given(st.permutations(range(4)))
    def test_the_order_of_rows_does_not_matter(self, order: list[int]) -> None:
        frame = indicators(GAS)
        pd.testing.assert_frame_equal(indicator_series(frame), indicator_series(frame.iloc[order]))


class TestYearly:
    def test_whole_years_come_before_parts_and_parts_are_averaged(self) -> None:
        rows = yearly(indicators(series("share", {"2001": 50, "2001-01/2001-06": 90, "2002-01": 10, "2002-07": 30})))
        assert rows[["year", "value", "part_year", "n"]].to_numpy().tolist() == [
            [2001, 50, False, 1],
            [2002, 20, True, 2],
        ]

    def test_a_figure_counts_though_the_year_is_withheld_too(self) -> None:
        rows = yearly(indicators(series("share", {"2001": None, "2001-01/2001-09": 57})))
        assert rows[["value", "withheld"]].to_numpy().tolist() == [[57, False]]

    def test_periods_over_several_years_belong_to_none(self) -> None:
        assert yearly(indicators(series("arms", {"2001/2004": 1}))).empty


class TestAsymmetry:
    A = series("aaa_trade_share_bbb", {"2001": 50, "2002": 60, "2003": None})
    B = series("bbb_trade_share_aaa", {"2001": 5, "2003": 6, "2004": 0}, of="BBB")

    def test_a_ratio_needs_both_sides(self) -> None:
        table = asymmetry(indicators(self.A, self.B), "AAA", "BBB")
        ratio = table[table["measure"] == "asymmetry"]
        assert ratio[["value", "of"]].to_numpy().tolist() == [[10.0, "AAA/BBB"]]
        assert ratio["date"].dt.year.tolist() == [2001]

    def test_shares_say_what_is_withheld_and_what_is_missing(self) -> None:
        table = asymmetry(indicators(self.A, self.B), "AAA", "BBB")
        share = table[table["of"] == "AAA"]
        assert dict(zip(share["date"].dt.year, share["state"], strict=True)) == {
            2001: "observed",
            2002: "observed",
            2003: "withheld",
            2004: "missing",
        }

    def test_no_ratio_over_a_share_of_zero(self) -> None:
        extra = series("aaa_trade_share_bbb", {"2004": 50})
        ratio = asymmetry(indicators(extra, self.B), "AAA", "BBB").query("measure == 'asymmetry'")
        assert ratio.empty

    def test_swapping_the_sides_inverts_the_ratio(self) -> None:
        frame = indicators(self.A, self.B)
        there = asymmetry(frame, "AAA", "BBB").query("measure == 'asymmetry'")["value"].to_numpy()
        back = asymmetry(frame, "BBB", "AAA").query("measure == 'asymmetry'")["value"].to_numpy()
        np.testing.assert_allclose(there * back, 1)

    def test_ranges_divide_crosswise(self) -> None:
        frame = indicators(self.A, self.B)
        frame.loc[frame["period"] == "2001", ["low", "high"]] = [[40, 60], [4, 8]]
        ratio = asymmetry(frame, "AAA", "BBB").query("measure == 'asymmetry'")
        assert ratio[["low", "high"]].to_numpy().tolist() == [[40 / 8, 60 / 4]]

    def test_trade_over_gdp_with_both_gdp_series(self) -> None:
        frame = indicators(
            series("trade_turnover", {"2001": 10, "2002": 12}, unit="billion USD", of="AAA+BBB"),
            series("aaa_gdp", {"2001": 40}, unit="billion USD"),
            series("bbb_gdp", {"2001": 1000}, unit="billion USD", of="BBB"),
            series("gdp_ratio_bbb_to_aaa", {"2001": 99}, unit="ratio"),
        )
        table = asymmetry(frame, "AAA", "BBB", "trade over own GDP")
        assert dict(zip(table["of"], table["value"], strict=True)) == {"AAA": 25.0, "BBB": 1.0, "AAA/BBB": 25.0}
        assert set(table["definition"]) == {"trade over own GDP"}

    def test_trade_over_gdp_is_the_ratio_of_sizes_where_gdp_is_not_in_the_record(self) -> None:
        frame = indicators(series("gdp_ratio_bbb_to_aaa", {"2001": 25}, unit="ratio", of="AAA+BBB"))
        table = asymmetry(frame, "AAA", "BBB", "trade over own GDP")
        assert table[["measure", "value"]].to_numpy().tolist() == [["asymmetry", 25.0]]

    def test_an_unknown_definition_is_refused(self) -> None:
        with pytest.raises(OptionError, match="trade over own GDP"):
            asymmetry(indicators(self.A), "AAA", "BBB", "trade over GDP")  # type: ignore[arg-type]

    def test_nothing_in_the_record_gives_an_empty_table(self) -> None:
        assert asymmetry(indicators(GAS), "AAA", "BBB").empty


class TestEventDependence:
    def test_shifts_are_added_day_by_day(self) -> None:
        table = event_dependence(shifts(("2001-01-01", 2), ("2001-01-01", -1), ("2001-03", 1), ("2002-01-01", None)))
        assert table["date"].astype("str").tolist() == ["2001-01-01", "2001-03-16"]
        assert table[["value", "shift", "events"]].to_numpy().tolist() == [[1, 1, 2], [2, 1, 1]]

    def test_events_placed_after_the_end_stay_out(self) -> None:
        table = event_dependence(shifts(("2001-01-01", 2), ("2001", 1)), end="2001-06-01")
        assert table["value"].tolist() == [2]

    def test_third_parties_stay_out(self) -> None:
        frame = shifts(("2001-01-01", 2), ("2002-01-01", -2))
        frame["dyad"] = [True, False]
        assert event_dependence(frame)["value"].tolist() == [2]

    def test_by_domain_the_series_add_up_to_the_whole(self) -> None:
        frame = shifts(*[(f"20{year:02d}-05-01", year % 3 - 1) for year in range(1, 20)])
        frame["domain"] = ["energy", "trade"] * 9 + ["energy"]
        ends = event_dependence(frame, by="domain").groupby("domain")["value"].last()
        assert ends.sum() == event_dependence(frame)["value"].iloc[-1]

    def test_the_band_is_that_of_exponential_weights(self) -> None:
        frame = shifts(*[("2001-01-01", 1)] * 40)
        row = event_dependence(frame, draws=4000, cluster=None).iloc[0]
        # The sum of 40 standard exponentials is Gamma(40, 1); its 5 % and 95 % points are known.
        assert row["low"] == pytest.approx(30.196, abs=0.6)
        assert row["high"] == pytest.approx(50.940, abs=0.6)

    def test_no_coded_event_gives_an_empty_table_with_its_columns(self) -> None:
        table = event_dependence(shifts(("2001-01-01", None)))
        assert table.empty
        assert {"date", "measure", "value", "low", "high"} <= set(table.columns)

    @settings(max_examples=25)
    @given(st.lists(st.integers(-2, 2), min_size=1, max_size=12), st.randoms(use_true_random=False))
    def test_the_order_of_rows_does_not_matter(self, values: list[int], random: object) -> None:
        frame = shifts(*[(f"2001-01-{day + 1:02d}", value) for day, value in enumerate(values)])
        mixed = frame.sample(frac=1, random_state=random.randint(0, 9999))  # type: ignore[attr-defined]
        pd.testing.assert_frame_equal(event_dependence(frame, draws=20), event_dependence(mixed, draws=20))


class TestCheck:
    @staticmethod
    def composite(values: list[float]) -> pd.DataFrame:
        dates = pd.to_datetime([f"{2001 + number}-07-02" for number in range(len(values))])
        return pd.DataFrame({"date": dates, "measure": "composite", "value": values})

    def test_correlations_are_those_of_scipy(self) -> None:
        random = np.random.default_rng(1)
        values, coded = random.random(15), random.integers(-2, 3, size=15)
        table = dependence_check(
            self.composite(list(values)), shifts(*[(f"{2001 + n}-05-01", int(v)) for n, v in enumerate(coded)])
        )
        got = table.set_index("measure")["value"]
        assert got["rank_correlation_changes"] == pytest.approx(spearmanr(np.diff(values), coded[1:]).statistic)
        assert got["rank_correlation_levels"] == pytest.approx(spearmanr(values, coded.cumsum()).statistic)
        assert (table["low"] <= table["high"]).all()

    def test_a_year_without_a_coded_event_is_no_shift_but_has_no_mean(self) -> None:
        coded = [(f"{year}-05-01", year % 2 + 1) for year in range(2001, 2013) if year != 2006]
        table = dependence_check(self.composite(list(range(12))), shifts(*coded)).set_index("measure")
        assert table.loc["rank_correlation_changes", "n"] == 11
        assert table.loc["rank_correlation_mean_changes", "n"] == 10

    def test_a_gap_in_the_composite_yields_no_change_over_it(self) -> None:
        frame = self.composite(list(range(12))).drop(index=5)
        table = dependence_check(frame, shifts(*[(f"{year}-05-01", 1) for year in range(2001, 2013)])).set_index(
            "measure"
        )
        assert table.loc["rank_correlation_changes", "n"] == 9

    def test_few_years_give_no_number(self) -> None:
        table = dependence_check(self.composite([1, 2, 3]), shifts(("2001-01-01", 1), ("2003-01-01", 1)))
        assert table["state"].unique().tolist() == ["too few"]
        assert table["value"].isna().all()


def test_the_days_and_marks_of_asymmetry_are_those_of_its_figures() -> None:
    half = "2023-01/2023-06"
    rows = indicators(
        series("aaa_trade_share_bbb", {half: 70, "2023": None, "2024": None}),
        series("bbb_trade_share_aaa", {"2023": 6.5}, of="BBB"),
    )
    rows.loc[rows["period"] == half, "basis"] = "estimate"
    table = asymmetry(rows, "AAA", "BBB").query("of == 'AAA'")
    assert table["part_year"].tolist() == [True, False]
    assert table["estimate"].tolist() == [True, False]
    assert table["year_withheld"].tolist() == [True, True]
    assert table["state"].tolist() == ["observed", "withheld"]
    assert table["end"].dt.month.tolist() == [6, 12]
    assert np.isnan(table["value"].iloc[1])
