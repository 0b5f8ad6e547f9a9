"""Bands that take acts of one sign in one quarter as one observation: what they share, and what they hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from event_kit import random_events, share_of

import analysis as an
from analysis.errors import OptionError
from analysis.measures._frames import read_acts
from analysis.measures._redraw import clusters

RECORD = random_events(250, seed=8)


def table(*rows: tuple[str, float]) -> pd.DataFrame:
    day = pd.to_datetime([date for date, _ in rows]).astype("datetime64[us]")
    return pd.DataFrame({"start": day, "end": day, "goldstein": [score for _, score in rows], "root": "11"})


@pytest.mark.parametrize(("cluster", "expected"), [(None, 5), ("month", 5), ("quarter", 4), ("year", 3)])
def test_acts_of_one_sign_in_one_part_of_the_calendar_are_one_cluster(cluster, expected):
    acts = read_acts(
        table(("2020-01-01", -5), ("2020-03-31", -2), ("2020-03-31", 4), ("2020-04-01", -5), ("2021-01-01", -5)), "x"
    )
    assert len(np.unique(clusters(acts.point, acts.score < 0, cluster))) == expected


def test_acts_in_separate_quarters_have_the_band_of_independent_draws():
    apart = table(
        *(
            (f"{year}-{month}-15", score)
            for year in range(2010, 2020)
            for month, score in (("02", -5.0), ("05", 4.0), ("08", -3.0), ("11", 6.0))
        )
    )
    options = {"sources_of_error": ("events",), "freq": "Q", "draws": 100}
    pd.testing.assert_frame_equal(an.tension(apart, cluster=None, **options), an.tension(apart, **options))


def test_a_burst_counts_as_one_act_of_its_size():
    calm = [(f"20{year:02d}-05-15", 4.0) for year in range(10, 20)]
    burst = table(*calm, *((f"2019-08-{day:02d}", -2.0) for day in range(10, 15)))
    single = table(*calm, ("2019-08-12", -10.0))
    options = {
        "sources_of_error": ("events",),
        "start": "2019-12-31",
        "end": "2019-12-31",
        "shrinkage": 0,
        "draws": 4000,
    }
    wide = [
        float((row["high"] - row["low"]).iloc[0])
        for row in (
            share_of(an.tension(burst, **options)),
            share_of(an.tension(single, cluster=None, **options)),
            share_of(an.tension(burst, cluster=None, **options)),
        )
    ]
    assert wide[0] == pytest.approx(wide[1], rel=0.05)
    assert wide[0] > 1.3 * wide[2]


def test_the_order_of_rows_and_what_is_not_drawn_change_nothing():
    turned = RECORD.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(an.tension(RECORD, cluster="quarter"), an.tension(turned, cluster="quarter"))
    exact = {"sources_of_error": ("dates",)}
    pd.testing.assert_frame_equal(an.tension(RECORD, cluster=None, **exact), an.tension(RECORD, **exact))


def test_the_difference_of_two_days_takes_the_same_clusters():
    days = RECORD["start"].quantile([0.5, 0.8]).dt.normalize().tolist()
    alone, crowd = (an.difference(RECORD, *days, cluster=cluster, draws=1000).iloc[0] for cluster in (None, "year"))
    assert crowd["value"] == alone["value"]
    assert crowd["high"] - crowd["low"] > 1.1 * (alone["high"] - alone["low"])


def test_a_cluster_that_is_none_is_refused():
    with pytest.raises(OptionError, match="cluster"):
        an.tension(RECORD, cluster="week")


@pytest.mark.parametrize("measure", ["tension", "conduct", "peak"])
def test_quarters_are_the_default(measure):
    events = RECORD.assign(title="")
    pd.testing.assert_frame_equal(getattr(an, measure)(events), getattr(an, measure)(events, cluster="quarter"))
    assert not getattr(an, measure)(events).equals(getattr(an, measure)(events, cluster=None))


def shifts(*rows: tuple[str, int]) -> pd.DataFrame:
    table_ = table(*((day, 1.0) for day, _ in rows))
    return table_.assign(event_id=[f"e{i}" for i in range(len(rows))], dependence=[step for _, step in rows])


def test_shifts_of_one_quarter_rise_and_fall_together():
    crowd = shifts(*((f"2020-02-{day:02d}", 1) for day in range(1, 10)))
    alone, together = (
        an.event_dependence(crowd, cluster=cluster, draws=4000).iloc[-1] for cluster in (None, "quarter")
    )
    assert alone["value"] == together["value"] == 9
    # nine weights of one act against one weight of nine: standard deviations of 3 and of 9
    assert together["high"] - together["low"] > 2.4 * (alone["high"] - alone["low"])
    apart = shifts(*((f"{2010 + year}-02-01", 1) for year in range(9)))
    pd.testing.assert_frame_equal(an.event_dependence(apart), an.event_dependence(apart, cluster=None))


def test_whose_acts_they_are_is_drawn_by_quarters_whatever_the_order_of_rows():
    crowd = RECORD.assign(source_actor=["AAA", "BBB"] * 125, target_actor=["BBB", "AAA"] * 125)
    options = {"actors": ("AAA", "BBB"), "draws": 400}
    mine = an.initiative(crowd, **options)
    pd.testing.assert_frame_equal(mine, an.initiative(crowd.sample(frac=1, random_state=2), **options))
    pd.testing.assert_frame_equal(mine, an.initiative(crowd, cluster="quarter", **options))
    pd.testing.assert_series_equal(mine["value"], an.initiative(crowd, cluster=None, **options)["value"])
    burst = pd.concat([crowd.iloc[:1]] * 40 + [crowd.iloc[1:]], ignore_index=True).assign(goldstein=-5.0)
    wide = [an.initiative(burst, cluster=cluster, **options).iloc[0] for cluster in ("quarter", None)]
    assert wide[0]["high"] - wide[0]["low"] > 1.5 * (wide[1]["high"] - wide[1]["low"])


@pytest.mark.parametrize("call", ["event_dependence", "initiative", "difference", "conduct", "peak"])
def test_a_cluster_that_is_none_is_refused_everywhere(call):
    events = RECORD.assign(event_id="e", dependence=1)
    days = ("2010-01-01", "2012-01-01") if call == "difference" else ()
    with pytest.raises(OptionError, match="cluster"):
        getattr(an, call)(events, *days, cluster="week")


def test_the_difference_of_two_days_takes_what_another_coder_did():
    alike = table(
        *((f"20{year:02d}-0{month}-01", 4.0) for year in range(10, 20) for month in (2, 5, 8)), ("2010-01-01", -4.0)
    )
    turned = pd.DataFrame({"root": ["11"], "goldstein": [-5.0], "chance": [0.5]})
    plain, wild = (
        an.difference(alike, "2012-01-01", "2019-12-31", coding_error=error).iloc[0] for error in (0.0, turned)
    )
    assert plain["value"] == wild["value"]
    assert wild["now_high"] > plain["now_high"] + 0.2
