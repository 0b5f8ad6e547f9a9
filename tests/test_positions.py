"""What assessors hold, as listed and as a trend with one voice an organisation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_kit import assessments

from analysis.errors import OptionError
from analysis.measures.positions import position_trend, positions, voices

HELD = assessments(
    ("2001-03", "Institute", "autonomy", 1),
    ("2001-05-10", "Institute", "autonomy", 1),
    ("2001-06", "Institute", "autonomy", 2),
    ("2001", "Centre", "autonomy", -1),
    ("2001-09-01", "Academy", "nuclear", 0),
    ("2003-02", "Centre", "autonomy", None),
    ("2003-02", "Academy", "autonomy", -2),
)


class TestList:
    def test_each_score_is_a_row_on_the_middle_day(self) -> None:
        table = positions(HELD)
        assert len(table) == 12
        first = table.iloc[0]
        assert (str(first["date"].date()), first["measure"], first["value"]) == ("2001-03-16", "subordination", -1)
        assert table["low"].isna().all()

    def test_a_score_not_given_has_no_row(self) -> None:
        assert "a005" not in set(positions(HELD)["assessment_id"])

    def test_a_score_off_the_scale_is_refused_by_name(self) -> None:
        with pytest.raises(OptionError, match="a002") as refusal:
            positions(HELD.assign(tension=HELD["tension"].where(HELD["assessment_id"] != "a002", 3)))
        assert refusal.value.field == "tension"

    @pytest.mark.parametrize("name", ["independent", "Independent analyst, Minsk", None, "", "institution not shown"])
    def test_who_has_no_organisation_speaks_for_himself(self, name: str | None) -> None:
        assert voices(assessments(("2001", name, "autonomy", 0))).tolist() == ["Writer 0"]

    def test_an_organisation_that_merely_has_the_word_keeps_its_name(self) -> None:
        assert voices(assessments(("2001", "The Independent", "autonomy", 0))).tolist() == ["The Independent"]

    def test_two_anonymous_judgements_are_two_voices(self) -> None:
        frame = assessments(("2001", None, "autonomy", 0), ("2001", None, "autonomy", 0)).assign(assessor=None)
        assert voices(frame).nunique() == 2

    def test_nobody_gives_an_empty_table(self) -> None:
        assert positions(HELD.head(0)).empty


class TestTrend:
    def test_every_organisation_has_one_voice(self) -> None:
        # Institute holds 1, 1, 2: its voice is 1. The voices 1, -1 and 0 have the median 0; the five scores would have 1.
        row = position_trend(HELD, min_voices=3).iloc[0]
        assert (row["value"], row["assessments"], row["voices"], row["state"]) == (0, 5, 3, "scored")
        assert row["low"] <= row["value"] <= row["high"]
        assert position_trend(HELD, min_voices=3, statistic="mean")["value"].iloc[0] == 0

    def test_years_without_judgement_and_with_few_are_told_apart(self) -> None:
        table = position_trend(HELD, min_voices=3, end="2003-12-31")
        assert table["state"].tolist() == ["scored", "none", "too few"]
        assert table["value"].isna().tolist() == [False, True, False]
        assert table["low"].isna().tolist() == [False, True, True]

    def test_the_last_window_ends_on_the_day_asked_for(self) -> None:
        assert position_trend(HELD, end="2003-04-06")["date"].iloc[-1] == pd.Timestamp("2003-04-06")

    def test_years_end_on_the_day_and_month_of_the_last_day_so_that_year_and_window_agree(self) -> None:
        years = position_trend(HELD, min_voices=3, end="2003-03-31")
        assert years["date"].dt.strftime("%m-%d").unique().tolist() == ["03-31"]
        assert years["start"].iloc[-1] == pd.Timestamp("2002-04-01")
        window = position_trend(HELD, min_voices=3, window="365D", end="2003-03-31").iloc[-1]
        assert years["value"].iloc[-1] == window["value"] == -2

    def test_a_rolling_window_looks_back_its_length(self) -> None:
        row = position_trend(HELD, window="365D", end="2001-12-31").iloc[-1]
        assert (str(row["start"].date()), row["assessments"]) == ("2001-01-01", 5)

    def test_the_mean_takes_the_steps_for_equal(self) -> None:
        held = assessments(
            *[("2001", f"O{number}", "autonomy", value) for number, value in enumerate([2, 2, 2, -2, -1])]
        )
        row = position_trend(held, statistic="mean").iloc[0]
        assert row["value"] == pytest.approx(0.6)

    def test_the_interval_is_that_of_a_plain_bootstrap(self) -> None:
        held = [2, 1, 1, 0, -1, 2, 1, 0, 0, 1, -2, 1]
        frame = assessments(*[("2001", f"O{number:02d}", "autonomy", value) for number, value in enumerate(held)])
        row = position_trend(frame, statistic="mean", draws=8000).iloc[0]
        drawn = np.random.default_rng(99).choice(held, size=(8000, 12)).mean(axis=1)
        assert [row["low"], row["high"]] == pytest.approx(np.quantile(drawn, [0.05, 0.95]), abs=0.09)

    def test_saying_it_twice_changes_nothing(self) -> None:
        twice = pd.concat([HELD, HELD.assign(assessment_id=HELD["assessment_id"] + "x")], ignore_index=True)
        once, double = position_trend(HELD), position_trend(twice)
        pd.testing.assert_frame_equal(once.drop(columns="assessments"), double.drop(columns="assessments"))

    @settings(max_examples=15)
    @given(st.permutations(range(7)))
    def test_the_order_of_rows_does_not_matter(self, order: list[int]) -> None:
        mixed = HELD.iloc[order]
        pd.testing.assert_frame_equal(position_trend(HELD, min_voices=2), position_trend(mixed, min_voices=2))
        pd.testing.assert_frame_equal(positions(HELD), positions(mixed))

    def test_nobody_gives_an_empty_table(self) -> None:
        assert position_trend(HELD.head(0)).empty

    def test_a_window_that_is_no_length_is_refused(self) -> None:
        with pytest.raises(OptionError, match="a length of time of a day or more"):
            position_trend(HELD, window="a year")
