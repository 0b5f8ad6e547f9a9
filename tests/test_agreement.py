"""Krippendorff's alpha over organisations, and assessors beside the event index."""

from __future__ import annotations

import itertools

import krippendorff
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_kit import assessments
from scipy.stats import spearmanr

from analysis.errors import OptionError
from analysis.measures.agreement import agreement, alpha, assessors_vs_events, units

NAN = float("nan")
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability: four observers, twelve units, values 1 to 5.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
)


def counts_of(data: np.ndarray) -> np.ndarray:
    return np.array([[(column == level).sum() for level in range(1, 6)] for column in data.T])


def by_hand(counts: np.ndarray) -> float:
    """Ordinal alpha as defined: pairs of values within units against pairs of all values, by double loops."""
    held = [[level for level, times in enumerate(unit) for _ in range(times)] for unit in counts if unit.sum() > 1]
    every = [value for unit in held for value in unit]
    often = [every.count(level) for level in range(5)]

    def distance(a: int, b: int) -> float:
        a, b = sorted((a, b))
        return (sum(often[a : b + 1]) - (often[a] + often[b]) / 2) ** 2

    observed = sum(distance(a, b) / (len(unit) - 1) for unit in held for a, b in itertools.permutations(unit, 2))
    expected = sum(distance(a, b) for a, b in itertools.permutations(every, 2)) / (len(every) - 1)
    return 1 - observed / expected


def panel(data: np.ndarray) -> pd.DataFrame:
    """One assessment for each value: units are years, observers are organisations."""
    rows = [
        (f"{2001 + unit}-06-01", f"Observer {observer}", "autonomy", int(data[observer, unit]) - 3)
        for unit, observer in itertools.product(range(data.shape[1]), range(data.shape[0]))
        if not np.isnan(data[observer, unit])
    ]
    return assessments(*rows)


class TestAlpha:
    def test_the_published_example(self) -> None:
        assert alpha(counts_of(PUBLISHED)) == pytest.approx(0.815, abs=0.0005)

    def test_the_published_example_through_assessments(self) -> None:
        row = agreement(panel(PUBLISHED)).iloc[0]
        assert row["value"] == pytest.approx(0.815, abs=0.0005)
        assert (row["units"], row["voices"], row["state"]) == (11, 4, "scored")
        assert row["low"] < row["value"] <= row["high"]

    def test_the_example_of_the_package(self) -> None:
        data = [
            [NAN, NAN, NAN, NAN, NAN, 3, 4, 1, 2, 1, 1, 3, 3, NAN, 3],
            [1, NAN, 2, 1, 3, 3, 4, 3, NAN, NAN, NAN, NAN, NAN, NAN, NAN],
            [NAN, NAN, 2, 1, 3, 4, 4, NAN, 2, 1, 1, 3, 3, NAN, 4],
        ]
        assert krippendorff.alpha(data, level_of_measurement="interval") == pytest.approx(0.810845, abs=1e-6)
        own = krippendorff.alpha(data, level_of_measurement="ordinal")
        assert alpha(counts_of(np.array(data))) == pytest.approx(own)

    @settings(max_examples=60)
    @given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=4), min_size=2, max_size=8))
    def test_it_is_the_definition(self, held: list[list[int]]) -> None:
        counts = np.array([[unit.count(level) for level in range(5)] for unit in held])
        paired = [value for unit in held if len(unit) > 1 for value in unit]
        if len(set(paired)) < 2:
            assert np.isnan(alpha(counts))
        else:
            assert alpha(counts) == pytest.approx(by_hand(counts))


class TestUnits:
    HELD = assessments(
        ("2001-02", "Institute", "autonomy", 2),
        ("2001-09", "Institute", "autonomy", -1),  # the later one is what it held at the end of the year
        ("2001-05", "Centre", "autonomy", 0),
        ("2001-05", "Centre", "nuclear", 2),  # alone on its subject
        ("2002-01", "Centre", "autonomy", 1),  # alone in its year
    )

    def test_the_last_word_of_each_voice_on_a_subject_in_a_window(self) -> None:
        table = units(self.HELD)
        assert table[["subject", "voice", "value"]].to_numpy().tolist() == [
            ["autonomy", "Centre", 0],
            ["autonomy", "Institute", -1],
        ]

    def test_windows_of_a_length_start_on_the_first_of_january(self) -> None:
        table = units(self.HELD, window="730D")
        assert table["window"].astype("str").unique().tolist() == ["2001-01-01"]
        assert table["value"].tolist() == [1, -1]

    def test_few_units_give_no_alpha_but_the_plain_share(self) -> None:
        table = agreement(self.HELD)
        assert table[["subject", "units", "pairs", "within_one", "state"]].to_numpy().tolist() == [
            ["all", 1, 1, 1.0, "too few"],
            ["autonomy", 1, 1, 1.0, "too few"],
        ]
        assert table["value"].isna().all()

    def test_pairs_within_one_step_are_counted(self) -> None:
        held = [("2001", name, "autonomy", value) for name, value in zip("ABCD", [-2, -1, 0, 0], strict=True)]
        row = agreement(assessments(*held)).iloc[0]
        # Of six pairs, (-2, 0) twice lies further apart.
        assert (row["pairs"], row["within_one"]) == (6, pytest.approx(4 / 6))

    def test_nobody_and_one_voice_have_no_units(self) -> None:
        for frame in (self.HELD.head(0), self.HELD.head(1)):
            table = agreement(frame)
            assert table[["subject", "units", "state"]].to_numpy().tolist() == [["all", 0, "too few"]]


class TestAgreement:
    def test_all_alike_is_not_agreement_beyond_chance(self) -> None:
        row = agreement(panel(np.full((3, 12), 4.0))).iloc[0]
        assert (row["state"], row["within_one"]) == ("no variation", 1.0)
        assert np.isnan(row["value"])

    def test_perfect_agreement_is_one(self) -> None:
        row = agreement(panel(np.tile([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2], (3, 1)).astype(float))).iloc[0]
        assert (row["value"], row["low"], row["high"]) == (1, 1, 1)

    def test_guessing_is_about_zero(self) -> None:
        data = np.random.default_rng(3).integers(1, 6, size=(4, 60)).astype(float)
        row = agreement(panel(data)).iloc[0]
        assert row["low"] < 0 < row["high"]
        assert abs(row["value"]) < 0.12

    def test_a_unit_of_one_voice_changes_nothing(self) -> None:
        frame = panel(PUBLISHED)
        alone = assessments(("1999-01-01", "Somebody", "nuclear", 2)).assign(assessment_id="z")
        more = pd.concat([frame, alone], ignore_index=True)
        pd.testing.assert_frame_equal(agreement(frame), agreement(more))

    def test_the_order_of_rows_does_not_matter(self) -> None:
        frame = panel(PUBLISHED)
        pd.testing.assert_frame_equal(agreement(frame), agreement(frame.sample(frac=1, random_state=4)))

    def test_the_other_scale_with_its_sign_reversed_has_the_same_alpha(self) -> None:
        frame = panel(PUBLISHED)
        assert agreement(frame, scale="subordination")["value"].iloc[0] == pytest.approx(
            agreement(frame)["value"].iloc[0]
        )


class TestAssessorsAndEvents:
    DAYS = pd.date_range("2000-01-02", "2012-12-30", freq="W")
    INDEX = pd.DataFrame(
        {
            "date": DAYS,
            "measure": "tension_share",
            "value": 0.5 + 0.4 * np.sin(np.arange(len(DAYS)) / 40) + 0.01 * np.random.default_rng(0).random(len(DAYS)),
        }
    )

    def held(self, count: int = 80, lag: int = 0) -> pd.DataFrame:
        random = np.random.default_rng(5)
        rows = []
        for day in pd.to_datetime("2001-01-01") + pd.to_timedelta(random.integers(0, 4000, size=count), unit="D"):
            share = self.INDEX.loc[self.INDEX["date"] <= day - pd.Timedelta(days=lag), "value"].iloc[-1]
            score = int(np.clip(round((share - 0.5) * 4 + random.normal(0, 0.7)), -2, 2))
            rows.append((f"{day:%Y-%m-%d}", "Institute", "autonomy", score))
        return assessments(*rows)

    def test_it_is_the_correlation_with_the_last_point_on_or_before_the_lagged_day(self) -> None:
        frame = self.held()
        table = assessors_vs_events(frame, self.INDEX, lags=(0, 90))
        for row in table.itertuples():
            before = [
                self.INDEX.loc[self.INDEX["date"] <= day - pd.Timedelta(days=row.lag_days), "value"].iloc[-1]
                for day in frame["start"]
            ]
            assert row.value == pytest.approx(spearmanr(frame["tension"].astype(int), before).statistic)
            assert row.low < row.value < row.high
        assert table["n"].tolist() == [80, 80]

    def test_the_lag_at_which_they_looked_stands_out(self) -> None:
        table = assessors_vs_events(self.held(300, lag=180), self.INDEX, lags=(0, 180, 360)).set_index("lag_days")
        assert table["value"].idxmax() == 180

    def test_years_are_drawn_whole(self) -> None:
        frame = self.held()
        copies = [frame.assign(assessment_id=frame["assessment_id"] + str(copy)) for copy in range(5)]
        once, often = assessors_vs_events(frame, self.INDEX), assessors_vs_events(pd.concat(copies), self.INDEX)
        columns = ["value", "low", "high"]
        np.testing.assert_allclose(once[columns], often[columns])

    def test_no_link_has_an_interval_over_zero(self) -> None:
        frame = self.held()
        frame["tension"] = np.random.default_rng(8).integers(-2, 3, size=len(frame))
        row = assessors_vs_events(frame, self.INDEX, lags=(0,)).iloc[0]
        assert row["low"] < 0 < row["high"]

    def test_few_assessments_or_years_give_no_number(self) -> None:
        for frame in (self.held(10), self.held(300).query("start < '2004-01-01'"), self.held(1)):
            row = assessors_vs_events(frame, self.INDEX, lags=(0,)).iloc[0]
            assert row["state"] == "too few"
            assert np.isnan(row["value"])

    def test_judgements_from_before_the_index_are_left_out(self) -> None:
        early = assessments(*[("1995-01-01", "Institute", "autonomy", 1)] * 30)
        assert assessors_vs_events(early, self.INDEX)["n"].unique().tolist() == [0]

    def test_several_series_at_once_are_refused(self) -> None:
        twice = pd.concat([self.INDEX, self.INDEX])
        with pytest.raises(OptionError, match="one series"):
            assessors_vs_events(self.held(), twice)

    def test_the_order_of_rows_does_not_matter(self) -> None:
        frame = self.held()
        mixed = assessors_vs_events(frame.sample(frac=1, random_state=1), self.INDEX.sample(frac=1, random_state=2))
        pd.testing.assert_frame_equal(assessors_vs_events(frame, self.INDEX), mixed)
