"""All dyads at once agree with counting one dyad, and with counting by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from feeds import kit
from feeds.bulk import gdelt2_archives

from analysis.errors import OptionError
from analysis.feeds.all_dyads import neighbours, standing, totals, world, world_funnel
from analysis.feeds.parts import export
from analysis.feeds.reading import read
from analysis.feeds.scans import scan
from analysis.feeds.steps import Guards
from analysis.feeds.synthetic import write_zip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("world")
    gdelt2_archives(place / "in", rows=6000, per_file=1000, dyad=("BLR", "RUS"), one_in=25, seed=5)
    scan(place / "in", None, place / "all")
    return place


@pytest.fixture(scope="module")
def table(folder):
    return world(folder / "all")


def test_a_small_world_by_hand(tmp_path):
    text = kit.gdelt2(
        {"code": "130", "url": "https://example.org/1"},  # BLR-RUS, -4.4
        {"source": "RUS", "target": "BLR", "code": "057", "url": "https://example.org/2"},  # 8.0
        {"source": "USA", "target": "FRA", "code": "040", "url": "https://example.org/3"},  # 1.0
        {"source": "USA", "target": "FRA", "code": "040", "url": "https://example.org/3"},  # the same again
        {"source": "USA", "target": "USA", "code": "040", "url": "https://example.org/4"},  # with itself: no dyad
        {"source": "USA", "target": "EUR", "code": "040", "url": "https://example.org/5"},  # a region: no dyad
    )
    scan(write_zip(tmp_path / "20200304.export.CSV.zip", text), None, tmp_path / "all")
    got = world(tmp_path / "all")
    assert got.drop(columns="month").to_numpy().tolist() == [
        ["BLR", "RUS", 4.4, 8.0, pytest.approx(4.4 / 12.4), 2, 2, pytest.approx(2 / 3)],
        ["FRA", "USA", 0.0, 1.0, 0.0, 1, 1, pytest.approx(1 / 3)],
    ]


def test_the_funnel_of_the_world_adds_up_to_its_table(folder, table):
    steps = world_funnel(folder / "all").frame.set_index("step")["count"]
    assert steps["acts (one a day)"] == table["acts"].sum()
    assert steps["rows that count"] == table["rows"].sum()
    assert steps["lines read"] == 6000
    aside = steps[[name for name in steps.index if name.startswith("set aside")]]
    assert aside.sum() > 0
    assert steps["rows of all dyads"] == aside.sum() + steps["rows that count"]
    assert steps["publishers"] <= steps["independent texts"] <= steps["rows that count"]
    open_ = world_funnel(folder / "all", guards=Guards(False, False, False, "keep"))
    assert open_["rows that count"] == open_["rows of all dyads"] == steps["rows of all dyads"]


def test_the_dyads_rows_of_the_world_are_those_of_its_own_reading(folder, table):
    events = read(folder / "in", ("BLR", "RUS")).events
    month = events["start"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    score = events["goldstein"]
    expected = pd.DataFrame({"conflict": -score.clip(upper=0), "cooperation": score.clip(lower=0), "acts": 1})
    expected = expected.groupby(month.rename("month")).sum()
    own = table[(table["actor_low"] == "BLR") & (table["actor_high"] == "RUS")].set_index("month")
    pd.testing.assert_frame_equal(own[["conflict", "cooperation"]], expected[["conflict", "cooperation"]], atol=1e-6)
    assert own["acts"].tolist() == expected["acts"].tolist()


def test_shares_of_a_month_add_up_and_pairs_are_in_order(table):
    assert table.groupby("month")["share_of_acts"].sum().to_numpy() == pytest.approx(1.0)
    assert (table["actor_low"] < table["actor_high"]).all()
    assert not table.duplicated(["month", "actor_low", "actor_high"]).any()


def test_where_the_dyad_stands(table):
    got = standing(table, ("RUS", "BLR"), least_acts=20).set_index("measure")
    held = totals(table)
    others = held[(held["acts"] >= 20) & ~((held["actor_low"] == "BLR") & (held["actor_high"] == "RUS"))]
    own = held[(held["actor_low"] == "BLR") & (held["actor_high"] == "RUS")].iloc[0]
    for name in ("conflict", "tension_share", "acts"):
        below = (others[name] < own[name]).sum() + (others[name] == own[name]).sum() / 2
        assert got.loc[name, "percentile"] == pytest.approx(100 * below / len(others))
        assert got.loc[name, "dyads"] == len(others)


def test_neighbours_are_others_sorted_by_distance(table):
    got = neighbours(table, ("RUS", "BLR"), count=4, least_acts=20)
    assert len(got) == 4
    assert got["distance"].is_monotonic_increasing
    assert not ((got["actor_low"] == "BLR") & (got["actor_high"] == "RUS")).any()


def test_a_dyad_with_too_few_acts_is_refused(table):
    with pytest.raises(OptionError) as caught:
        standing(table, ("NZL", "PRY"))
    assert "(0)" in str(caught.value)


def test_no_scan_is_refused_with_the_way_out(tmp_path):
    with pytest.raises(OptionError) as caught:
        world(tmp_path / "nothing")
    assert "feed scan" in str(caught.value)


def test_a_scan_of_one_dyad_is_no_world(tmp_path):
    scan(kit.write(tmp_path, "gdelt2"), ("BLR", "RUS"), tmp_path / "one")
    with pytest.raises(OptionError, match="all dyads"):
        world(tmp_path / "one")
    with pytest.raises(OptionError, match="all dyads"):
        world_funnel(tmp_path / "one")


def test_a_file_of_one_dyad_that_was_scanned_again_is_no_world(tmp_path):
    scan(kit.write(tmp_path, "gdelt2"), ("BLR", "RUS"), tmp_path / "one")
    export(tmp_path / "one", tmp_path / "one.csv")
    scan(tmp_path / "one.csv", None, tmp_path / "again")
    with pytest.raises(OptionError, match="BLR and RUS alone"):
        world(tmp_path / "again")
