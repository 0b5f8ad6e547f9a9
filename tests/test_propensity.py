"""The propensity: the same as another computation of the model, exact in what it leaves out, blind to the future."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import analysis as an
from analysis.errors import ColumnError, OptionError
from analysis.measures import _latent
from analysis.record.places import SHIPPED


def acts(*rows: tuple[str, float]) -> pd.DataFrame:
    day = pd.to_datetime([date for date, _ in rows]).astype("datetime64[us]")
    table = {"start": day, "end": day, "goldstein": [float(score) for _, score in rows]}
    return pd.DataFrame({"event_id": [f"e{number}" for number in range(len(rows))], "title": "an act", **table})


FEW = acts(
    ("2020-01-10", -5), ("2020-01-12", -4), ("2020-05-01", 3), ("2020-05-01", 6), ("2020-11-20", -2), ("2021-06-01", 7)
)


def value(events: pd.DataFrame, day: str, **options: object) -> float:
    return float(an.propensity(events, start=day, end=day, **options)["value"].iloc[0])


@pytest.fixture(scope="module")
def rel():
    return an.load(SHIPPED, as_of="2023-04-06")


# --- known answers ---------------------------------------------------------------------------------------------------


def test_it_is_what_weighted_random_paths_of_the_process_give():
    """Paths drawn from the priors and weighed by the acts: the model without grid of levels, without any recursion."""
    rng = np.random.default_rng(0)
    grid, size = _latent.nodes(), 400_000
    weight = np.exp(grid.log_weight)
    pick = rng.choice(len(weight), size, p=weight / weight.sum())
    mean, spread, memory = grid.mean[pick], grid.spread[pick], grid.memory[pick]
    days = np.array([0, 2, 112, 112, 315, 508, 600])  # the last one is asked about
    conflict = [1, 1, 0, 0, 1, 0]
    z, likely, paths = rng.standard_normal(size), np.ones(size), []
    for index, step in enumerate(np.diff(days, prepend=0)):
        stay = np.exp(-step / memory)
        z = stay * z + np.sqrt(1 - stay**2) * rng.standard_normal(size)
        chance = 1 / (1 + np.exp(-mean - spread * z))
        paths.append(chance)
        if index < len(conflict):
            likely *= chance if conflict[index] else 1 - chance
    likely /= likely.sum()
    for place, day in ((6, "2021-09-01"), (4, "2020-11-20")):
        frame = an.propensity(FEW, freq="D", start=day, end="2021-09-01").iloc[0]
        order = np.argsort(paths[place])
        low, high = np.interp([0.05, 0.95], np.cumsum(likely[order]), paths[place][order])
        assert frame["value"] == pytest.approx(likely @ paths[place], abs=0.01)
        assert (frame["low"], frame["high"]) == (pytest.approx(low, abs=0.025), pytest.approx(high, abs=0.025))
    change = an.propensity_change(FEW, "2020-11-20", "2021-09-01").iloc[0]
    assert change["probability_higher"] == pytest.approx(likely @ (paths[6] > paths[4]), abs=0.01)
    order = np.argsort(paths[6] - paths[4])
    low, high = np.interp([0.05, 0.95], np.cumsum(likely[order]), (paths[6] - paths[4])[order])
    assert (change["low"], change["high"]) == (pytest.approx(low, abs=0.03), pytest.approx(high, abs=0.03))


def test_without_acts_it_is_what_is_known_beforehand():
    frame = an.propensity(FEW.head(0), start="2020-01-01", end="2020-03-31", freq="M")
    assert frame["value"].tolist() == pytest.approx([0.5] * 3)
    assert (frame["low"] < 0.1).all()
    assert (frame["high"] > 0.9).all()
    change = an.propensity_change(FEW.head(0), "2020-01-01", "2020-06-01").iloc[0]
    assert (change["value"], change["probability_higher"]) == (pytest.approx(0.0), pytest.approx(0.5))


def test_turning_every_score_round_turns_the_value_round():
    turned = FEW.assign(goldstein=-FEW["goldstein"])
    assert value(turned, "2021-01-01") == pytest.approx(1 - value(FEW, "2021-01-01"))


def test_sizes_and_neutral_acts_play_no_part():
    louder = FEW.assign(goldstein=np.sign(FEW["goldstein"]) * 10)
    more = pd.concat([FEW, acts(("2021-03-01", 0))], ignore_index=True)
    assert value(louder, "2021-07-01") == value(more, "2021-07-01") == value(FEW, "2021-07-01")


def test_the_grid_is_fine_enough(rel, monkeypatch):
    coarse = an.propensity(rel.events, freq="Q", start="2010-01-01")
    monkeypatch.setattr(_latent, "MEANS", np.linspace(-4.2, 4.2, 25))
    monkeypatch.setattr(_latent, "SPREADS", np.linspace(0.2, 2.4, 12))
    monkeypatch.setattr(_latent, "MEMORIES", np.geomspace(25, 1200, 12))
    fine = an.propensity(rel.events, freq="Q", start="2010-01-01")
    assert (coarse["value"] - fine["value"]).abs().max() < 0.02
    assert (coarse["high"] - fine["high"]).abs().max() < 0.05


# --- what must hold --------------------------------------------------------------------------------------------------


def test_what_it_says_on_a_day_does_not_change_when_more_comes_to_be_known(rel):
    later = an.propensity(rel.events, given="day", freq="Q")
    day = pd.Timestamp("2014-03-31")
    cut = an.propensity(rel.events[rel.events["end"] <= day], given="day", start=day, end=day).iloc[0]
    row = later[later["date"] == day].iloc[0]
    # Acts of uncertain date, whose middle day lies before and whose end lies after, are the one difference.
    loose = rel.events[(rel.events["end"] > day) & (rel.events["start"] <= day) & rel.events["dyad"]]
    assert loose.empty
    assert row[["value", "low", "high"]].tolist() == pytest.approx(cut[["value", "low", "high"]].tolist())


def test_on_the_last_day_both_ways_are_the_same(rel):
    day = rel.cutoff
    smooth, filtered = (an.propensity(rel.events, start=day, end=day, given=given) for given in ("record", "day"))
    pd.testing.assert_frame_equal(smooth, filtered, rtol=0, atol=0.003)


def test_the_days_asked_about_change_nothing():
    daily = an.propensity(FEW, freq="D").set_index("date")
    monthly = an.propensity(FEW, freq="M").set_index("date")
    assert daily.loc[monthly.index, "value"].to_numpy() == pytest.approx(monthly["value"].to_numpy())
    assert daily["events"].sum() == monthly["events"].sum() == len(FEW)
    assert daily["value"].between(daily["low"], daily["high"]).all()


def test_the_interval_widens_where_nothing_is_recorded():
    frame = an.propensity(pd.concat([FEW] * 5), freq="Q", end="2026-12-31")
    width = (frame["high"] - frame["low"]).to_numpy()
    assert width[-1] > width[6]


def test_rows_in_another_order_give_the_same_bytes(rel):
    turned = rel.events.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(an.propensity(turned, freq="Q"), an.propensity(rel.events, freq="Q"))
    pd.testing.assert_frame_equal(an.influence(turned, rel.cutoff), an.influence(rel.events, rel.cutoff))


def test_a_change_speaks_of_the_values_of_its_two_days_as_known_on_the_later(rel):
    change = an.propensity_change(rel.events, "2020-08-09", "2022-02-24").iloc[0]
    frame = an.propensity(rel.events, freq="D", start="2020-08-09", end="2022-02-24")["value"]
    assert (change["then"], change["now"]) == (pytest.approx(frame.iloc[0]), pytest.approx(frame.iloc[-1]))
    assert change["value"] == pytest.approx(change["now"] - change["then"])
    assert change["low"] < change["value"] < change["high"]


def test_the_joint_distribution_knows_that_near_days_are_alike(rel):
    near = an.propensity_change(rel.events, "2022-02-20", "2022-02-23").iloc[0]
    far = an.propensity_change(rel.events, "2012-02-20", "2022-02-23").iloc[0]
    assert near["high"] - near["low"] < 0.5 * (far["high"] - far["low"])


# --- what made a value -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(len(FEW)))
def test_what_is_said_to_follow_from_leaving_an_act_out_does(number):
    table = an.influence(FEW, "2021-07-01").set_index("event_id")
    gone = value(FEW.drop(index=number), "2021-07-01")
    assert table.loc[f"e{number}", "without"] == pytest.approx(gone, abs=0.002)
    assert table["influence"].to_numpy() == pytest.approx((table["value"] - table["without"]).to_numpy())


def test_an_act_of_conflict_raises_the_value_and_one_of_cooperation_lowers_it(rel):
    table = an.influence(rel.events, rel.cutoff, window="365D")
    assert (np.sign(table["influence"]) == -np.sign(table["goldstein"])).all()
    assert (table["age_days"] < 365).all()
    assert table["influence"].abs().is_monotonic_decreasing
    assert set(table["event_id"]) <= set(rel.events.loc[rel.events["dyad"], "event_id"])


# --- refusals and limits ---------------------------------------------------------------------------------------------


def test_what_cannot_be_asked_is_refused():
    with pytest.raises(OptionError, match="given"):
        an.propensity(FEW, given="past")
    with pytest.raises(OptionError, match="band"):
        an.propensity(FEW, band=90)
    with pytest.raises(OptionError, match="then"):
        an.propensity_change(FEW, "2021-01-01", "2021-01-01")
    with pytest.raises(OptionError, match="window"):
        an.influence(FEW, "2021-01-01", window="a while")
    with pytest.raises(ColumnError):
        an.propensity(FEW.drop(columns="goldstein"))
    with pytest.raises(OptionError, match="goldstein"):
        an.propensity(FEW.assign(goldstein=np.nan))


def test_a_day_of_ten_thousand_acts_and_a_record_of_one_sign_stay_numbers():
    crowd = pd.concat([acts(("2020-01-01", -5))] * 10_000 + [FEW], ignore_index=True)
    for table in (crowd, crowd[crowd["goldstein"] < 0]):
        frame = an.propensity(table, freq="Q")
        assert frame[["value", "low", "high"]].stack().between(0, 1).all()
    assert value(crowd, "2020-01-01") > 0.95


def test_the_work_grows_with_the_days_of_acts_and_not_faster():
    def cost(count: int) -> float:
        day = pd.Timestamp("1900-01-01") + pd.to_timedelta(np.arange(count) * 3, unit="D")
        table = pd.DataFrame({"start": day, "end": day}).astype("datetime64[us]")
        table["goldstein"] = np.where(np.arange(count) % 3, 4.0, -4.0)
        begin = time.process_time()
        an.propensity(table, start=day[-1], end=day[-1])
        return time.process_time() - begin

    cost(50)
    assert cost(3200) < 8 * 2 * cost(400)
