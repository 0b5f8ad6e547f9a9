"""Turning points: found where a level changed, dated with an interval, and not found where nothing changed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from event_kit import CODES, events, finish, random_events
from pandas.testing import assert_frame_equal

from analysis.errors import OptionError
from analysis.measures.explain import events_near
from analysis.measures.turning_points import default_penalty, period_means, segment, turning_points

SCORES = np.array([-8.0, -5.0, -2.0, 3.4, 4.0, 7.0])


def record(rng: np.random.Generator, hostile: np.ndarray, per_year: float, cluster: float = 0.0) -> pd.DataFrame:
    """Write down acts of 20 years whose chance of being hostile is known by day; clustered acts repeat the sign of the last one."""
    day = np.flatnonzero(rng.random(len(hostile)) < per_year / 365)
    minus = rng.random(len(day)) < hostile[day]
    for index in range(1, len(day)):
        if rng.random() < cluster:
            minus[index] = minus[index - 1]
    score = np.where(minus, rng.choice(SCORES[:3], len(day)), rng.choice(SCORES[3:], len(day)))
    dates = np.datetime64("2001-01-01") + day.astype("timedelta64[D]")
    table = random_events(len(day), seed=0).assign(start=dates, end=dates, goldstein=score)
    return finish(table.assign(root=[CODES[one][0] for one in score]))


def least_squares_by_hand(values: np.ndarray, penalty: float, min_size: int) -> list[int]:
    """Minimise squares plus penalty over all segmentations, by dynamic programming in plain Python."""
    n = len(values)
    best, last = [0.0] + [np.inf] * n, [0] * (n + 1)
    for right in range(1, n + 1):
        for left in range(right - min_size + 1):
            part = values[left:right]
            cost = best[left] + ((part - part.mean()) ** 2).sum() + (penalty if left else 0.0)
            if cost < best[right] - 1e-9:
                best[right], last[right] = cost, left
    breaks, place = [], n
    while last[place]:
        place = last[place]
        breaks.append(place)
    return breaks[::-1]


# --- found -----------------------------------------------------------------------------------------------------------


def test_two_known_changes_are_found_near_their_dates():
    hostile = np.repeat([0.1, 0.7, 0.1], 365 * 20 // 3 + 1)[: 365 * 20]
    frame = turning_points(record(np.random.default_rng(5), hostile, 30))
    truth = pd.Timestamp("2001-01-01") + pd.to_timedelta([365 * 20 // 3 + 1, 2 * (365 * 20 // 3 + 1)], unit="D")
    assert len(frame) == 2
    assert (np.abs((frame["date"] - truth).dt.days) < 200).all()
    assert (frame["date_low"] <= frame["date"]).all()
    assert (frame["date"] <= frame["date_high"]).all()
    assert np.sign(frame["value"]).tolist() == [1.0, -1.0]
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()
    np.testing.assert_allclose(frame["value"], frame["after"] - frame["before"])
    assert frame["share_before"].iloc[0] < 0.35 < frame["share_after"].iloc[0]


def test_the_interval_of_a_date_holds_the_true_day_about_as_often_as_it_says():
    hostile = np.where(np.arange(365 * 20) < 365 * 10, 0.15, 0.65)
    truth, held, found = pd.Timestamp("2001-01-01") + pd.Timedelta(days=3650), 0, 0
    for seed in range(60):
        frame = turning_points(record(np.random.default_rng(seed), hostile, 20), seed=seed, draws=100)
        if len(frame) == 1:
            found += 1
            held += bool(frame["date_low"].iloc[0] <= truth <= frame["date_high"].iloc[0] + pd.Timedelta(days=30))
    assert found > 50
    assert 0.8 <= held / found <= 1.0


def test_the_search_is_exact():
    rng = np.random.default_rng(0)
    for seed in range(12):
        values = np.concatenate(
            [rng.normal(size=20), rng.normal(1.5, size=int(rng.integers(10, 25))), rng.normal(size=15)]
        )
        for penalty in (2.0, 6.0, 15.0):
            assert segment(values, penalty, 4) == least_squares_by_hand(values, penalty, 4), seed


def test_the_nearest_events_by_weight_are_named():
    day = pd.Timestamp("2001-06-01")
    table = events(
        [
            {"day": day - pd.Timedelta(days=60), "g": -8},  # weighs 8 / 2 with a half-life of 60 days
            {"day": day, "g": 4},  # weighs 4, on the day
            {"day": day + pd.Timedelta(days=120), "g": -10},  # weighs 10 / 4
            {"day": day, "g": -10, "target_actor": "CCC"},  # a third party's
        ]
    )
    frame = events_near(table, [day], half_life="60D")
    assert frame["event_id"].tolist() == ["e000", "e001", "e002"]
    assert frame["weight"].tolist() == [4.0, 4.0, 2.5]
    assert frame["days_apart"].tolist() == [-60, 0, 120]


def test_events_named_with_a_turning_point_are_those_near_it():
    hostile = np.where(np.arange(365 * 20) < 365 * 10, 0.05, 0.8)
    table = record(np.random.default_rng(1), hostile, 25)
    row = turning_points(table, top=2).iloc[0]
    near = events_near(table, [row["date"]], top=2)
    assert row["events"] == ";".join(near["event_id"])
    assert row["title"] == near["title"].iloc[0]


# --- none found ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cluster", "per_year", "most"),
    [(0.0, 12, 0.06), (0.0, 50, 0.06), (0.4, 20, 0.15)],
    ids=["sparse", "dense", "clustered"],
)
def test_a_record_without_a_change_seldom_gives_a_turning_point(cluster, per_year, most):
    rng, flat = np.random.default_rng(77), np.full(365 * 20, 0.3)
    tables = [record(rng, flat, per_year, cluster) for _ in range(150)]
    alarms = [len(_breaks(table)) > 0 for table in tables]
    assert np.mean(alarms) <= most, np.mean(alarms)


def _breaks(table: pd.DataFrame) -> list[int]:
    from analysis.measures import _frames as fr

    acts = fr.read_acts(table, "test")
    _, values = period_means(acts, fr.read_grid(acts, "W", None, None, "test").days)
    return segment(values, default_penalty(values), 5)


def test_none_found_is_an_empty_frame_with_all_its_columns():
    frame = turning_points(random_events(40, seed=2))
    assert frame.empty
    assert frame["date"].dtype == "datetime64[us]"
    assert {"date_low", "date_high", "value", "penalty", "events", "title"} <= set(frame.columns)


@pytest.mark.parametrize(
    "rows", [[], [{"day": "2001-01-01", "g": 4}], [{"day": f"2001-{m:02d}-01", "g": 4} for m in range(1, 13)]]
)
def test_records_with_nothing_to_segment_have_no_turning_point(rows):
    assert turning_points(events(rows)).empty


def test_a_decayed_index_would_alarm_where_the_acts_do_not():
    """Why the acts are segmented and not the index: on unchanged records the index breaks all the time."""
    from analysis.measures.tension import tension

    rng, flat = np.random.default_rng(3), np.full(365 * 20, 0.3)
    alarms = []
    for _ in range(10):
        index = tension(record(rng, flat, 20), band=None).query("measure == 'tension_share'")["value"].to_numpy()
        alarms.append(len(segment(index, 2 * index.var() * np.log(len(index)), 5)) > 0)
    assert np.mean(alarms) > 0.8


# --- stated and stable -----------------------------------------------------------------------------------------------


def test_the_penalty_is_stated_and_is_the_documented_formula():
    hostile = np.where(np.arange(365 * 20) < 365 * 10, 0.05, 0.8)
    table = record(np.random.default_rng(1), hostile, 25)
    weeks = (
        table.assign(week=table["start"].dt.to_period("W-SUN")).groupby("week")["goldstein"].mean().mul(-1).to_numpy()
    )
    one, two = (np.mean((weeks[lag:] - weeks[:-lag]) ** 2) / 2 for lag in (1, 2))
    r = min(max(two / one - 1, 0), 0.9)
    expected = 2 * one / (1 - r) * (1 + r) / (1 - r) * np.log(len(weeks))
    assert turning_points(table)["penalty"].iloc[0] == pytest.approx(expected)
    assert turning_points(table, penalty=123.0)["penalty"].iloc[0] == 123.0
    assert turning_points(table, penalty=1e9).empty


def test_the_same_seed_gives_the_same_frame_in_any_order_of_rows():
    hostile = np.where(np.arange(365 * 20) < 365 * 10, 0.1, 0.7)
    table = record(np.random.default_rng(2), hostile, 25)
    assert_frame_equal(turning_points(table), turning_points(table.sample(frac=1, random_state=1)))


def test_third_party_acts_do_not_take_part():
    hostile = np.where(np.arange(365 * 20) < 365 * 10, 0.1, 0.7)
    table = record(np.random.default_rng(2), hostile, 25)
    others = random_events(50, seed=1).assign(target_actor="CCC", goldstein=-10.0)
    both = pd.concat([table, finish(others)], ignore_index=True)
    assert_frame_equal(turning_points(table), turning_points(both))


@pytest.mark.parametrize(
    ("field", "options"),
    [("min_size", {"min_size": 1}), ("penalty", {"penalty": 0}), ("draws", {"draws": 1}), ("top", {"top": 0})],
)
def test_options_that_are_not_allowed_are_refused_by_name(field, options):
    with pytest.raises(OptionError) as refused:
        turning_points(events([{"day": "2001-01-01", "g": 4}]), **options)
    assert refused.value.field == field
