"""The highest point of a period: a known answer, no grid, and how far redrawn records agree."""

from __future__ import annotations

import pandas as pd
import pytest
from event_kit import events, random_events, records, share_of
from hypothesis import given, settings

import analysis as an


@settings(max_examples=40)
@given(table=records(least=2))
def test_it_is_the_largest_value_of_the_daily_series(table: pd.DataFrame) -> None:
    found = an.peak(table, draws=20)
    daily = share_of(an.tension(table, freq="D", band=None))["value"].dropna()
    if daily.empty:
        assert found.empty
        return
    assert found["value"].iloc[0] == pytest.approx(daily.max())
    assert found["value"].iloc[0] == pytest.approx(daily[found["date"].iloc[0]])


@pytest.mark.parametrize("freq", ["D", "W", "M", "Q"])
def test_no_drawn_grid_exceeds_it(freq: str) -> None:
    table = random_events(200, 3)
    drawn = share_of(an.tension(table, freq=freq, band=None, start="2003-01-01"))["value"]
    assert drawn.max() <= an.peak(table, start="2003-01-01", draws=20)["value"].iloc[0] + 1e-12


def test_the_shipped_record_has_one_highest_point_whatever_is_drawn() -> None:
    rel = an.load("russia-belarus")
    whole = an.peak(rel.events, end=rel.cutoff, draws=50).iloc[0]
    part = an.peak(rel.events, start=whole["date"] - pd.Timedelta(days=400), end=rel.cutoff, draws=50).iloc[0]
    assert (whole["date"], whole["value"]) == (part["date"], pytest.approx(part["value"]))


def test_the_act_that_pushes_most_is_named_and_agreement_is_a_share() -> None:
    table = events(
        [{"day": f"2001-0{month}-01", "g": 4.0} for month in range(1, 7)] + [{"day": "2001-08-01", "g": -10.0}]
    )
    row = an.peak(table, end="2002-08-01").iloc[0]
    assert (row["date"], row["event_id"]) == (pd.Timestamp("2001-08-01"), "e006")
    assert row["agreement"] > 0.5  # there is only one act of conflict
    assert row["low"] <= row["value"] <= row["high"]


def test_two_quarrels_of_one_size_divide_the_redrawn_records() -> None:
    calm = [{"day": f"{year}-01-01", "g": 3.0} for year in range(2001, 2012)]
    table = events([*calm, {"day": "2003-06-01", "g": -8.0}, {"day": "2008-06-01", "g": -8.0}])
    assert an.peak(table, draws=400)["agreement"].iloc[0] == pytest.approx(0.5, abs=0.15)


def test_nothing_covered_gives_no_row() -> None:
    assert an.peak(events([])).empty
    assert an.peak(events([{"day": "2001-01-01", "g": 0.0}])).empty


def quarrels(*days: str, size: float = -9.0) -> pd.DataFrame:
    calm = [{"day": f"{year}-{month:02d}-01", "g": 3.0} for year in range(2001, 2012) for month in (1, 4, 7, 10)]
    return events([*calm, *({"day": day, "g": size} for day in days)])


def test_peaks_are_the_marked_high_points_in_the_order_of_days_with_their_acts() -> None:
    table = quarrels("2003-06-01", "2003-06-02", "2007-06-01", "2007-06-02", "2007-06-03", "2010-06-01")
    found = an.peaks(table, most=2, draws=50)
    assert found["date"].tolist() == list(pd.to_datetime(["2003-06-02", "2007-06-03"]))
    assert found["act_date"].tolist() == found["date"].tolist()
    assert found["value"].max() == an.peak(table, draws=50)["value"].iloc[0]
    assert len(an.peaks(table, draws=50)) == 3
    assert (found["low"] <= found["value"]).all()
    assert found["agreement"].between(0, 1).all()


def test_peaks_need_prominence_distance_and_a_level_above_the_usual_one() -> None:
    near = quarrels("2003-06-01", "2003-06-02", "2004-09-01", "2004-09-02")  # 457 days apart
    assert len(an.peaks(near, draws=20)) == 1
    apart = quarrels("2003-06-01", "2003-06-02", "2004-11-01", "2004-11-02")  # 518 days
    assert len(an.peaks(apart, draws=20)) == 2
    assert len(an.peaks(apart, draws=20, prominence=0.9)) == 1  # the highest is always named


def test_a_peak_bears_the_short_title_where_the_record_has_one() -> None:
    table = quarrels("2003-06-01", "2003-06-02")
    named = table.assign(short=["" if g > 0 else "Gas cut" for g in table["goldstein"]])
    assert an.peaks(named, draws=20)["short"].tolist() == ["Gas cut"]
    assert an.peaks(table, draws=20)["short"].tolist() == an.peaks(table, draws=20)["title"].tolist()
    assert an.peaks(events([])).empty
