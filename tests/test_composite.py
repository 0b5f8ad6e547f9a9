"""The composite of dependence: its parts, its arithmetic, its band."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_kit import BOTH, OWN, RELIEF, indicators, series
from scipy.stats import rankdata

from analysis.errors import OptionError
from analysis.measures.composite import composite, decompose
from analysis.measures.composite_parts import default_parts
from analysis.measures.profile import profile

YEARS = range(2001, 2011)
EXPORT = series("export", {year: [50, 45, 40, 42, 44, 46, 55, 60, 62, 70][year - 2001] for year in YEARS})
IMPORT = series("import", {year: 60 - (year - 2001) for year in YEARS})
GAS = series(
    "gas_ratio", {year: [4, 3, 5, 2, 1, 1, 2, 3, 6, 9][year - 2001] for year in YEARS}, unit="ratio", domain="energy"
)
DEBT = series("debt", {year: year - 2000 for year in YEARS}, domain="finance", unit="percent of GDP", direction=RELIEF)
FRAME = indicators(EXPORT, IMPORT, GAS, DEBT)


def values(table: pd.DataFrame, measure: str = "composite") -> pd.Series:
    rows = table[table["measure"] == measure]
    return rows.set_index(rows["date"].dt.year)["value"]


def by_hand(columns: dict[str, list[float]], domains: dict[str, list[str]], minus: set[str]) -> np.ndarray:
    """The same sum in numpy: midranks, mean in a domain, mean of domains."""
    score = {name: (rankdata(column) - 0.5) / len(column) for name, column in columns.items()}
    score = {name: 1 - column if name in minus else column for name, column in score.items()}
    return np.mean([np.mean([score[name] for name in members], axis=0) for members in domains.values()], axis=0)


COLUMNS = {row[0]["indicator"]: [each["value"] for each in row] for row in (EXPORT, IMPORT, GAS, DEBT)}
DOMAINS = {"trade": ["export", "import"], "energy": ["gas_ratio"], "finance": ["debt"]}


class TestArithmetic:
    def test_it_is_the_mean_of_domains_of_midranks(self) -> None:
        np.testing.assert_allclose(values(composite(FRAME)), by_hand(COLUMNS, DOMAINS, {"debt"}))

    def test_the_band_is_the_range_of_leaving_one_part_out(self) -> None:
        rows = composite(FRAME).query("measure == 'composite'")
        without = []
        for part in COLUMNS:
            domains = {name: [each for each in members if each != part] for name, members in DOMAINS.items()}
            without.append(by_hand(COLUMNS, {name: members for name, members in domains.items() if members}, {"debt"}))
        np.testing.assert_allclose(rows["low"], np.min(without, axis=0))
        np.testing.assert_allclose(rows["high"], np.max(without, axis=0))
        swing = np.abs(np.array(without) - rows["value"].to_numpy())
        named = [list(COLUMNS).index(part) for part in rows["hinges_on"]]
        np.testing.assert_allclose(swing[named, range(10)], swing.max(axis=0))

    def test_range_keeps_the_size_of_a_change(self) -> None:
        gas = np.array(COLUMNS["gas_ratio"])
        expected = (gas - gas.min()) / (gas.max() - gas.min())
        np.testing.assert_allclose(values(composite(FRAME, scale="range"), "part:gas_ratio"), expected)

    def test_weights_of_parts_and_of_domains_add_up_to_one(self) -> None:
        table = composite(FRAME, weights={"trade": 3})
        kind = table["measure"].str.split(":").str[0]
        for name in ("part", "domain"):
            total = table[kind == name].groupby("date")["weight"].sum()
            np.testing.assert_allclose(total, 1)
        assert table.loc[table["measure"] == "domain:trade", "weight"].unique().tolist() == [0.6]

    def test_value_is_the_weighted_sum_of_its_parts(self) -> None:
        table = composite(FRAME, weights={"energy": 0.5})
        parts = table[table["measure"].str.startswith("part:")]
        total = (parts["value"] * parts["weight"]).groupby(parts["date"]).sum()
        np.testing.assert_allclose(total, values(table))

    def test_a_part_that_never_moves_stands_in_the_middle(self) -> None:
        flat = series("flat", dict.fromkeys(YEARS, 7), domain="energy")
        for scale in ("rank", "range"):
            table = composite(indicators(EXPORT, DEBT, flat), scale=scale)  # type: ignore[arg-type]
            assert set(values(table, "part:flat")) == {0.5}

    @settings(max_examples=20)
    @given(st.randoms(use_true_random=False))
    def test_the_order_of_rows_does_not_matter(self, random: object) -> None:
        mixed = FRAME.sample(frac=1, random_state=random.randint(0, 9999))  # type: ignore[attr-defined]
        pd.testing.assert_frame_equal(composite(FRAME), composite(mixed))

    @settings(max_examples=20)
    @given(st.floats(0.1, 50), st.floats(-20, 20))
    def test_ranks_do_not_depend_on_unit_or_base(self, scale: float, base: float) -> None:
        other = FRAME.assign(value=FRAME["value"].where(FRAME["indicator"] != "export", FRAME["value"] * scale + base))
        np.testing.assert_allclose(values(composite(other)), values(composite(FRAME)))

    @settings(max_examples=20)
    @given(st.lists(st.floats(0, 100), min_size=10, max_size=10))
    def test_it_lies_between_its_leave_one_out_values_and_in_the_unit_interval(self, export: list[float]) -> None:
        rows = composite(indicators(series("export", dict(zip(YEARS, export, strict=True))), IMPORT, GAS, DEBT))
        rows = rows[rows["measure"] == "composite"]
        assert (rows["low"] <= rows["value"] + 1e-12).all()
        assert (rows["value"] <= rows["high"] + 1e-12).all()
        assert rows["value"].between(0, 1).all()

    def test_the_frame_is_not_changed(self) -> None:
        before = FRAME.copy()
        composite(FRAME)
        pd.testing.assert_frame_equal(FRAME, before)


class TestYears:
    def test_a_figure_is_carried_for_the_stated_years_and_no_longer(self) -> None:
        short = [row for row in GAS if row["period"] <= "2007"]
        table = composite(indicators(EXPORT, IMPORT, short, DEBT), min_years=5, carry=2)
        part = table[table["measure"] == "part:gas_ratio"]
        assert part["state"].tolist() == ["observed"] * 7 + ["carried", "carried", "missing"]
        assert part["carried_years"].fillna(-1).tolist() == [0] * 7 + [1, 2, -1]
        whole = table[table["measure"] == "composite"]
        assert whole["state"].tolist() == ["observed"] * 9 + ["too few parts"]
        assert whole["value"].isna().tolist() == [False] * 9 + [True]

    def test_a_lower_coverage_lets_a_domain_drop_out(self) -> None:
        short = [row for row in GAS if row["period"] <= "2007"]
        frame = indicators(EXPORT, IMPORT, short, DEBT)
        table = composite(frame, min_years=5, coverage=0.6, min_domains=2)
        assert values(table).notna().all()

    def test_withheld_is_told_from_missing(self) -> None:
        kept = {year: (None if year > 2007 else 5 + year % 3) for year in YEARS if year != 2003}
        hidden = series("gas_ratio", kept, unit="ratio", domain="energy")
        part = composite(indicators(EXPORT, DEBT, hidden), min_years=5, carry=0).query("measure == 'part:gas_ratio'")
        states = dict(zip(part["date"].dt.year, part["state"], strict=True))
        assert (states[2003], states[2008]) == ("missing", "withheld")
        assert part["withheld"].sum() == 3

    def test_a_year_of_carried_figures_alone_has_no_value(self) -> None:
        part_year = series("gas_price_note", {"2012": None}, domain="energy", unit="ratio")
        longer = [*GAS, *series("gas_ratio", {"2011": None, "2012": None}, unit="ratio", domain="energy")]
        table = composite(indicators(EXPORT, IMPORT, longer, DEBT, part_year))
        assert table.query("measure == 'composite'").tail(2)["state"].tolist() == ["too few parts"] * 2

    def test_a_cut_of_the_record_moves_past_values(self) -> None:
        early = FRAME[FRAME["end"] <= "2008-12-31"]
        assert values(composite(early))[2001] != pytest.approx(values(composite(FRAME))[2001])


class TestParts:
    def test_each_indicator_is_taken_or_left_out_with_its_reason(self) -> None:
        frame = indicators(
            EXPORT,
            series("votes", dict.fromkeys(YEARS, 1), direction=BOTH, domain="diplomatic"),
            series(
                "b_share",
                dict.fromkeys(YEARS, 1),
                of="BBB",
                direction="side_a_dependence:-1;side_b_dependence:+1;tension:0",
            ),
            series("loans", dict.fromkeys(YEARS, 1), unit="billion USD"),
            series("poll", dict.fromkeys(YEARS, 1), unit="percent of respondents"),
            series("rare", {2001: 1, 2002: 2}),
            series(
                "size",
                dict.fromkeys(YEARS, 1),
                unit="ratio",
                of="AAA+BBB",
                direction="side_a_dependence:+1;side_b_dependence:-1;tension:0",
            ),
            series("context", dict.fromkeys(YEARS, 1), direction="side_a_dependence:0;side_b_dependence:0;tension:0"),
        )
        table = default_parts(frame).set_index("indicator")
        assert table.index[table["taken"]].tolist() == ["export", "size"]
        assert table.loc["votes", "reason"] == "moves both sides the same way"
        assert table.loc["b_share", "reason"] == "describes the other side"
        assert table.loc["loans", "reason"].startswith("unit is not")
        assert table.loc["poll", "reason"].startswith("unit is not")
        assert table.loc["rare", "reason"] == "fewer than 8 years"
        assert "context" not in table.index

    def test_parts_can_be_named(self) -> None:
        loans = series("loans", dict.fromkeys(YEARS, 1) | {2001: 5}, unit="billion USD", direction=OWN)
        table = composite(indicators(EXPORT, loans), parts=["loans"], min_domains=1)
        assert table["measure"].unique().tolist() == ["composite", "domain:trade", "part:loans"]
        assert table.query("measure == 'composite'")["low"].isna().all()

    def test_a_part_without_a_sign_is_refused(self) -> None:
        context = series(
            "context", dict.fromkeys(YEARS, 1), direction="side_a_dependence:0;side_b_dependence:0;tension:0"
        )
        with pytest.raises(OptionError, match="direction for this side"):
            composite(indicators(EXPORT, context), parts=["context"])

    @pytest.mark.parametrize("weights", [{"trad": 1.0}, {"trade": -1.0}, {"trade": 0.0, "energy": 0.0, "finance": 0.0}])
    def test_impossible_weights_are_refused(self, weights: dict[str, float]) -> None:
        with pytest.raises(OptionError, match="weights"):
            composite(FRAME, weights=weights)

    def test_no_part_gives_an_empty_table_with_its_columns(self) -> None:
        for frame in (FRAME.head(0), indicators(series("rare", {2001: 1}))):
            table = composite(frame)
            assert table.empty
            assert {"date", "measure", "value", "low", "high", "state"} <= set(table.columns)

    def test_the_other_side_has_a_composite_too(self) -> None:
        swapped = FRAME.assign(
            of="BBB",
            direction=FRAME["direction"]
            .str.replace("side_a", "side_x")
            .str.replace("side_b", "side_a")
            .str.replace("side_x", "side_b"),
        )
        np.testing.assert_allclose(values(composite(swapped, side="side_b")), values(composite(FRAME)))


ARMS = series("arms", {2003: 90, 2005: 80}, domain="military")
OWED = series("owed", {2003: 30, 2004: 40, 2005: 50}, domain="finance")
SHARES = indicators(EXPORT, IMPORT, GAS, DEBT, ARMS, OWED)


class TestShares:
    def test_it_is_the_mean_of_domains_of_shares_in_years_with_three_domains(self) -> None:
        told = values(composite(SHARES, scale="share")).dropna()
        assert told.to_dict() == {
            2003: pytest.approx(((40 + 58) / 2 + 90 + 30) / 3),
            2005: pytest.approx(((44 + 56) / 2 + 80 + 50) / 3),
        }

    def test_ratios_and_percent_of_gdp_are_no_parts_and_nothing_is_carried_on(self) -> None:
        frame = composite(SHARES, scale="share", carry=5)
        assert {name for name in frame["measure"] if name.startswith("part:")} == {
            "part:export",
            "part:import",
            "part:arms",
            "part:owed",
        }
        assert not frame["state"].eq("carried").any()

    def test_the_catalogue_decides_where_it_says(self) -> None:
        said = SHARES.assign(bilateral=np.where(SHARES["indicator"].isin(["export", "arms", "owed"]), "yes", ""))
        told = values(composite(said, scale="share")).dropna()
        assert told[2003] == pytest.approx((40 + 90 + 30) / 3)

    def test_without_three_domains_there_is_none(self) -> None:
        assert values(composite(indicators(EXPORT, OWED), scale="share")).isna().all()


class TestDecompose:
    @pytest.mark.parametrize("scale", ["rank", "range", "share"])
    def test_the_parts_add_up_to_the_change(self, scale: str) -> None:
        frame = composite(SHARES, scale=scale)  # type: ignore[arg-type]
        told = values(frame).dropna()
        first, last = int(told.index[0]), int(told.index[-1])
        table = decompose(frame, first, last)
        assert table["contribution"].sum() == pytest.approx(told[last] - told[first])
        assert table["contribution"].abs().round(9).is_monotonic_decreasing

    def test_a_part_that_came_adds_what_it_lies_above_the_rest(self) -> None:
        more = indicators(EXPORT, ARMS, OWED, series("oil", {2005: 100}, domain="energy"))
        table = decompose(composite(more, scale="share"), 2003, 2005).set_index("part")
        then, now = (40 + 90 + 30) / 3, (44 + 80 + 50 + 100) / 4
        assert table.loc["oil", "state"] == "came"
        assert table.loc["oil", "contribution"] == pytest.approx((100 - (then + now) / 2) / 4)
        assert table["contribution"].sum() == pytest.approx(now - then)

    def test_a_year_without_composite_is_refused_with_those_that_have_one(self) -> None:
        with pytest.raises(OptionError, match="2003, 2005"):
            decompose(composite(SHARES, scale="share"), 2003, 2004)


class TestProfile:
    def frame(self, rows: pd.DataFrame) -> pd.DataFrame:
        catalogue = rows.drop_duplicates("indicator")
        side = SimpleNamespace(id="AAA")
        return profile(
            SimpleNamespace(indicators=rows, catalogue=catalogue, side_a=side, cutoff=pd.Timestamp("2012-12-31"))
        )

    def test_each_share_stands_with_its_newest_figure_and_its_age(self) -> None:
        table = self.frame(indicators(EXPORT, GAS, DEBT, OWED)).set_index("indicator")
        assert set(table.index) == {"export", "owed"}
        assert table.loc["export", ["value", "year", "age_days", "state"]].tolist() == [70, 2010, 731, "observed"]

    def test_a_later_withheld_entry_is_told_and_the_figure_stays(self) -> None:
        table = self.frame(indicators(series("export", {2009: 50, 2010: 60, 2011: None}), series("oil", {2011: None})))
        rows = table.set_index("indicator")
        assert rows.loc["export", ["value", "state"]].tolist() == [60, "withheld"]
        assert rows.loc["oil", "state"] == "withheld"
        assert np.isnan(rows.loc["oil", "value"])

    def test_the_trend_is_the_median_slope_of_its_years(self) -> None:
        row = self.frame(indicators(EXPORT)).iloc[0]
        last = {2005: 44, 2006: 46, 2007: 55, 2008: 60, 2009: 62, 2010: 70}
        slopes = [(last[b] - last[a]) / (b - a) for a in last for b in last if b > a]
        assert row["trend_5"] == pytest.approx(np.median(slopes))
        assert np.isnan(self.frame(indicators(series("export", {2009: 50, 2010: 60}))).iloc[0]["trend_10"])
