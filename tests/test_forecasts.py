"""Brier scores, skill, Murphy's parts, calibration and the ledger of open forecasts, against figures worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure_kit import forecasts
from scipy.stats import beta

from analysis.errors import OptionError, RecordError
from analysis.measures._sampling import alone, bootstrap, bootstrap_sums, clusters
from analysis.measures.calibration import binned, calibration, murphy, murphy_parts
from analysis.measures.forecasts import brier, open_forecasts, resolve
from analysis.measures.skill import skill

# Middles 0.7, 0.2, 0.5; scores 0.09, 0.04, 0.25.
THREE = forecasts((0.55, 0.85, "true"), (0.1, 0.3, "false"), (0.45, 0.55, "true"))
# Two bins: at 0.2 one of four came true, at 0.8 four of six.
TEN = forecasts(
    *[(0.1, 0.3, "true" if n == 0 else "false") for n in range(4)],
    *[(0.7, 0.9, "true" if n < 4 else "false") for n in range(6)],
)

RANGES = [(0.01, 0.05), (0.05, 0.2), (0.2, 0.45), (0.4, 0.5), (0.45, 0.55), (0.55, 0.8), (0.8, 0.95), (0.95, 0.99)]
RECORDS = st.lists(st.tuples(st.sampled_from(RANGES), st.sampled_from(["true", "false"])), min_size=1, max_size=40)


def made(record: list[tuple[tuple[float, float], str]]) -> pd.DataFrame:
    return forecasts(*[(low, high, outcome) for (low, high), outcome in record])


class TestResolve:
    def test_the_middle_of_the_range_is_scored(self) -> None:
        table = resolve(THREE)
        np.testing.assert_allclose(table["score"], [0.09, 0.04, 0.25])
        np.testing.assert_allclose(table["score_best"], [0.15**2, 0.1**2, 0.45**2])
        np.testing.assert_allclose(table["score_worst"], [0.45**2, 0.3**2, 0.55**2])

    def test_open_and_partly_are_left_out(self) -> None:
        frame = forecasts((0.1, 0.3, "open"), (0.1, 0.3, "partly"), (0.1, 0.3, "false"))
        assert resolve(frame)["forecast_id"].tolist() == ["f002"]

    def test_partly_can_count_as_a_half(self) -> None:
        frame = forecasts((0.1, 0.3, "partly"), (0.4, 0.6, "partly"))
        table = resolve(frame, partly="half")
        np.testing.assert_allclose(table["score"], [0.09, 0])
        np.testing.assert_allclose(table["score_best"], [0.04, 0])
        np.testing.assert_allclose(table["score_worst"], [0.16, 0.01])

    def test_impossible_ranges_and_outcomes_are_all_named(self) -> None:
        frame = forecasts((0.3, 0.1, "true"), (0.1, 0.3, "true"), (0.5, 1.2, "perhaps"))
        with pytest.raises(RecordError) as refusal:
            resolve(frame)
        assert [(fault.where, fault.field) for fault in refusal.value.faults] == [
            ("forecast f000", "probability_low"),
            ("forecast f002", "probability_low"),
            ("forecast f002", "outcome"),
        ]

    @given(RECORDS)
    def test_scores_lie_between_best_and_worst(self, record: list[tuple[tuple[float, float], str]]) -> None:
        table = resolve(made(record))
        assert (table["score_best"] <= table["score"]).all()
        assert (table["score"] <= table["score_worst"]).all()
        assert table["score_worst"].between(0, 1).all()


class TestBrier:
    def test_the_mean_by_hand(self) -> None:
        row = brier(THREE, min_n=1).iloc[0]
        assert row["value"] == pytest.approx(0.38 / 3)
        assert row["range_low"] == pytest.approx((0.15**2 + 0.1**2 + 0.45**2) / 3)
        assert row["range_high"] == pytest.approx((0.45**2 + 0.3**2 + 0.55**2) / 3)
        assert (row["n"], row["base_rate"], row["state"]) == (3, pytest.approx(2 / 3), "scored")

    def test_stated_and_imputed_deadlines_are_kept_apart(self) -> None:
        table = brier(THREE.assign(deadline_basis=["stated", "imputed", "imputed"])).set_index("deadline_basis")
        assert table["n"].to_dict() == {"all": 3, "stated": 1, "imputed": 2}
        assert table["value"].to_dict() == pytest.approx({"all": 0.38 / 3, "stated": 0.09, "imputed": 0.145})

    def test_too_few_have_a_mean_but_neither_interval_nor_rank(self) -> None:
        frame = pd.concat([TEN, THREE.assign(organisation="Centre", forecast_id=["x", "y", "z"])], ignore_index=True)
        table = brier(frame, by="organisation").query("deadline_basis == 'all'").set_index("group")
        assert table.loc["Centre", "state"] == "too few"
        assert table.loc["Centre", "value"] == pytest.approx(0.38 / 3)
        assert np.isnan(table.loc["Centre", "low"])
        # One scored group alone is not ranked either.
        assert table["rank"].isna().all()

    def test_scored_groups_are_ranked_and_listed_by_size(self) -> None:
        worse = TEN.assign(
            organisation="Centre", forecast_id=[f"x{n}" for n in range(10)], probability_low=0.4, probability_high=0.6
        )
        more = TEN.head(1).assign(organisation="Centre", forecast_id="y")
        table = brier(pd.concat([TEN, worse, more]), by="organisation").query("deadline_basis == 'all'")
        assert table[["group", "n", "rank"]].to_numpy().tolist() == [["Centre", 11, 2], ["Institute", 10, 1]]

    def test_partly_and_open_are_counted_in_their_group(self) -> None:
        frame = forecasts((0.1, 0.3, "open"), (0.1, 0.3, "partly"), (0.1, 0.3, "false"), subject=["a", "b", "b"])
        table = brier(frame, by="subject").query("deadline_basis == 'all'").set_index("group")
        assert table[["n", "partly", "open"]].to_numpy().tolist() == [[1, 1, 0], [0, 0, 1]]
        assert table["value"].isna().tolist() == [False, True]

    def test_nothing_decided_gives_no_number(self) -> None:
        for frame in (forecasts((0.1, 0.3, "open")), THREE.head(0)):
            table = brier(frame)
            assert table["n"].tolist() == [0, 0, 0]
            assert table["value"].isna().all()

    def test_a_constant_half_scores_a_quarter(self) -> None:
        frame = TEN.assign(probability_low=0.4, probability_high=0.6)
        row = brier(frame).iloc[0]
        assert (row["value"], row["low"], row["high"]) == pytest.approx((0.25, 0.25, 0.25))

    def test_forecasts_of_one_assessment_are_drawn_together(self) -> None:
        alone = brier(TEN).iloc[0]
        together = brier(TEN.assign(assessment_id=["a"] * 5 + ["b"] * 5)).iloc[0]
        assert together["value"] == alone["value"]
        assert together["high"] - together["low"] != pytest.approx(alone["high"] - alone["low"])

    @settings(max_examples=20)
    @given(RECORDS)
    def test_turning_every_proposition_round_changes_nothing(
        self, record: list[tuple[tuple[float, float], str]]
    ) -> None:
        other = {"true": "false", "false": "true"}
        turned = [((1 - high, 1 - low), other[outcome]) for (low, high), outcome in record]
        assert brier(made(turned), draws=50)["value"].iloc[0] == pytest.approx(
            brier(made(record), draws=50)["value"].iloc[0]
        )

    def test_the_order_of_rows_does_not_matter(self) -> None:
        mixed = TEN.sample(frac=1, random_state=3)
        for measure in (brier, skill, murphy, calibration):
            pd.testing.assert_frame_equal(measure(TEN), measure(mixed))

    def test_the_interval_covers_a_known_mean(self) -> None:
        # 300 records of 60 forecasts of 0.7 that come true with 0.7: the expected score is 0.7 * 0.3 = 0.21.
        random = np.random.default_rng(11)
        groups = clusters(pd.Series(range(60)))
        covered = 0
        for run in range(300):
            score = (0.7 - (random.random(60) < 0.7)) ** 2
            low, high = bootstrap(np.mean, (score,), groups, confidence=0.9, draws=300, seed=run)
            covered += low <= 0.21 <= high
        assert 0.84 <= covered / 300 <= 0.96

    def test_sums_over_clusters_give_the_interval_of_the_resamples_written_out(self) -> None:
        random = np.random.default_rng(5)
        score, labels = random.random(40), pd.Series(random.integers(0, 9, 40))
        how = {"confidence": 0.9, "draws": 200, "seed": 4}
        for groups in (clusters(labels), clusters(labels.where(labels > 2)), clusters(pd.Series(range(40)))):
            by_sums = bootstrap_sums(lambda n, total: total / n, (score,), groups, **how)
            written_out = bootstrap(lambda rows: float(rows.mean()), (score,), groups, **how)
            np.testing.assert_allclose(by_sums, written_out, rtol=1e-12)

    def test_rows_alone_are_drawn_in_the_order_of_their_labels(self) -> None:
        for count in (0, 1, 12, 105):
            labelled = [rows.tolist() for rows in clusters(pd.Series(range(count), dtype="int64"))]
            assert [rows.tolist() for rows in alone(count)] == labelled


class TestSkill:
    def test_by_hand(self) -> None:
        table = skill(TEN).query("deadline_basis == 'all'").set_index("reference")
        # BS = 0.22; base rate 0.5: references 0.25, 0.25 * (10 / 9)^2 and 0.25.
        assert table["value"].to_dict() == pytest.approx(
            {"base rate": 0.12, "base rate, leave one out": 1 - 0.22 / (0.25 * 100 / 81), "even odds": 0.12}
        )

    def test_leave_one_out_is_the_score_of_the_others_share(self) -> None:
        observed = resolve(TEN)["observed"].to_numpy()
        others = [(np.delete(observed, place).mean() - observed[place]) ** 2 for place in range(10)]
        row = skill(TEN).set_index("reference").loc["base rate, leave one out"].iloc[0]
        assert row["reference_score"] == pytest.approx(np.mean(others))

    def test_all_outcomes_alike_have_no_base_rate_to_beat(self) -> None:
        table = skill(TEN.assign(outcome="true")).query("deadline_basis == 'all'").set_index("reference")
        assert table["state"].to_dict() == {
            "base rate": "no variation",
            "base rate, leave one out": "no variation",
            "even odds": "scored",
        }

    def test_few_have_none(self) -> None:
        assert set(skill(THREE)["state"]) == {"too few"}


class TestMurphy:
    def test_both_forms_by_hand(self) -> None:
        table = murphy(TEN, min_n=10).query("deadline_basis == 'all'").set_index(["form", "measure"])["value"]
        noise, scatter = 0.4 * 0.25 * 0.75 / 3 + 0.6 * (2 / 3) * (1 / 3) / 5, 0.25 / 9
        reliability, resolution = 0.4 * 0.05**2 + 0.6 * (0.8 - 2 / 3) ** 2, 0.4 * 0.25**2 + 0.6 * (1 / 6) ** 2
        assert table["plain"].to_dict() == pytest.approx(
            {"reliability": reliability, "resolution": resolution, "uncertainty": 0.25, "within_bin": 0, "brier": 0.22}
        )
        assert table["corrected"].to_dict() == pytest.approx(
            {
                "reliability": reliability - noise,
                "resolution": resolution - noise + scatter,
                "uncertainty": 0.25 + scatter,
                "within_bin": 0,
                "brier": 0.22,
            }
        )
        assert table["corrected", "reliability"] == pytest.approx(-0.04)

    @settings(max_examples=80)
    @given(RECORDS, st.sampled_from(["declared", "icd203", (0, 0.3, 1), (0, 1)]))
    def test_the_parts_add_up_in_both_forms(self, record: list[tuple[tuple[float, float], str]], bins: object) -> None:
        scored = binned(resolve(made(record)), bins)  # type: ignore[arg-type]
        band = scored["band_low"].to_numpy() * 10 + scored["band_high"].to_numpy()
        for reliability, resolution, uncertainty, within, score in murphy_parts(
            scored["probability"].to_numpy(), scored["observed"].to_numpy(), band
        ):
            assert reliability - resolution + uncertainty + within == pytest.approx(score, abs=1e-12)
            assert score == pytest.approx(scored["score"].mean())

    def test_the_corrected_form_is_nearer_the_truth(self) -> None:
        # Perfectly reliable forecasters: REL = 0, UNC = 0.25, RES = 0.3^2 = 0.09. The plain form sees 0.016 of unreliability in twenty.
        random = np.random.default_rng(2)
        p = np.repeat([0.2, 0.8], 10)
        runs = [murphy_parts(p, (random.random(20) < p).astype(float), p) for _ in range(4000)]
        plain, corrected = np.mean(runs, axis=0)
        assert plain[0] == pytest.approx(0.016, abs=0.001)
        assert corrected[0] == pytest.approx(0, abs=0.001)
        # Within each bin the number of forecasts is fixed here, so UNC is not that of a simple random sample; its bias stays below 0.005.
        assert abs(corrected[2] - 0.25) < abs(plain[2] - 0.25) + 0.005
        assert corrected[1] == pytest.approx(0.09, abs=0.006)

    def test_bins_of_one_forecast_are_counted(self) -> None:
        row = murphy(pd.concat([TEN, THREE.head(1).assign(forecast_id="x")]), min_n=5).iloc[0]
        assert (row["bins"], row["single_bins"]) == (3, 1)

    def test_intervals_hold_their_value(self) -> None:
        frame = forecasts(
            *[(low, high, "true" if n % 10 < 10 * low else "false") for low, high in RANGES for n in range(10)]
        )
        table = murphy(frame)
        table = table[table["state"] == "scored"]
        assert (table["low"] <= table["value"] + 1e-12).all()
        assert (table["value"] <= table["high"] + 1e-12).all()

    def test_few_have_no_parts(self) -> None:
        table = murphy(TEN)
        assert set(table["state"]) == {"too few"}
        assert table["value"].isna().all()

    def test_limits_must_rise_from_zero_to_one(self) -> None:
        for bins in ((0.1, 1), (0, 0.5), (0, 0.6, 0.5, 1), "deciles"):
            with pytest.raises(OptionError, match="bins"):
                murphy(TEN, bins=bins)  # type: ignore[arg-type]


class TestCalibration:
    def test_counts_shares_and_jeffreys_limits(self) -> None:
        table = calibration(TEN).query("deadline_basis == 'all'")
        assert table[["band_low", "band_high", "n", "hits", "state"]].to_numpy().tolist() == [
            [0.1, 0.3, 4, 1, "too few"],
            [0.7, 0.9, 6, 4, "scored"],
        ]
        np.testing.assert_allclose(table["value"], [0.25, 4 / 6])
        np.testing.assert_allclose(table["low"], [beta(1.5, 3.5).ppf(0.05), beta(4.5, 2.5).ppf(0.05)])
        np.testing.assert_allclose(table["high"], [beta(1.5, 3.5).ppf(0.95), beta(4.5, 2.5).ppf(0.95)])

    def test_wilson_limits_solve_their_equation(self) -> None:
        # The limits p satisfy |share - p| = z * sqrt(p (1 - p) / n).
        row = calibration(TEN, interval="wilson").iloc[1]
        for limit in (row["low"], row["high"]):
            assert abs(row["value"] - limit) == pytest.approx(1.6448536 * np.sqrt(limit * (1 - limit) / 6))

    def test_none_and_all_reach_the_ends(self) -> None:
        frame = forecasts(*[(0.1, 0.3, "false")] * 5, *[(0.7, 0.9, "true")] * 5)
        table = calibration(frame).query("deadline_basis == 'all'")
        assert table["low"].iloc[0] == 0
        assert table["high"].iloc[1] == 1

    def test_icd203_limits_take_a_probability_on_a_limit_upwards(self) -> None:
        frame = forecasts((0.4, 0.5, "true"), (0.45, 0.55, "true"), (0.5, 0.6, "false"), (1, 1, "true"))
        table = calibration(frame, bins="icd203").query("deadline_basis == 'all'")
        assert table[["band_low", "band_high", "n"]].to_numpy().tolist() == [
            [0.45, 0.55, 2],
            [0.55, 0.8, 1],
            [0.95, 1, 1],
        ]

    def test_no_forecast_has_no_band(self) -> None:
        assert calibration(TEN.head(0)).empty


class TestOpen:
    FRAME = forecasts(
        (0.4, 0.5, "open"),
        (0.8, 0.95, "open"),
        (0.1, 0.3, "true"),
        proposition=["It will rain.", "It will snow.", "It will hail."],
        deadline_end=pd.to_datetime(["2005-12-31", "2004-06-30", "2003-01-01"]),
    )

    def test_the_next_deadline_comes_first(self) -> None:
        table = open_forecasts(self.FRAME, on="2004-12-31")
        assert table[["forecast_id", "days_left", "state"]].to_numpy().tolist() == [
            ["f001", -184, "overdue"],
            ["f000", 365, "open"],
        ]
        np.testing.assert_allclose(table[["value", "low", "high"]], [[0.875, 0.8, 0.95], [0.45, 0.4, 0.5]])

    def test_without_a_day_nothing_is_overdue(self) -> None:
        table = open_forecasts(self.FRAME)
        assert table["days_left"].isna().all()
        assert set(table["state"]) == {"open"}

    def test_none_open_gives_an_empty_table(self) -> None:
        assert open_forecasts(self.FRAME.tail(1), on="2004-12-31").empty


def test_stated_deadlines_lead_and_what_was_chosen_before_the_outcome_is_counted() -> None:
    rows = THREE.assign(entered=["2019-01-01", "2022-01-01", None], resolved_on=pd.Timestamp("2020-06-30"))
    table = brier(rows)
    assert table["deadline_basis"].tolist() == ["stated", "imputed", "all"]
    assert table.set_index("deadline_basis").loc["all", "foreseen"] == 1
    assert brier(THREE)["foreseen"].eq(0).all()
    assert skill(THREE)["deadline_basis"].drop_duplicates().tolist() == ["stated", "imputed", "all"]
