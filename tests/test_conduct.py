"""Rhetoric against conduct: words and deeds on one scale, their gap, and when they point in opposite directions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from event_kit import events, random_events, share_of
from pandas.testing import assert_frame_equal

from analysis.errors import OptionError
from analysis.measures.conduct import conduct, conduct_periods
from analysis.measures.tension import tension
from analysis.record.codebook import cameo

# Warm words over a cold deed: the usual run of both, then a year in which they part.
PARTING = [
    *({"day": f"200{year}-0{month}-01", "g": g} for year in (1, 2, 3) for month in (2, 5, 8) for g in (-5, 4, -8, 7)),
    *({"day": f"2004-0{month}-01", "g": g} for month in (2, 5, 8) for g in (4, 4, 4, -8, -8, -8)),
]


def test_words_and_deeds_are_the_tension_share_of_their_part_towards_its_own_long_run_level():
    table = random_events(200, seed=3)
    frame = conduct(table, freq="M", band=None)
    for part, classes in {"verbal": ("verbal_",), "material": ("material_",)}.items():
        own = table[table["quad_class"].str.startswith(classes)]
        alone = share_of(tension(own, freq="M", start=table["start"].min(), end=table["end"].max(), band=None))
        mine = share_of(frame, part).reindex(alone.index)
        known = alone["value"].notna()
        np.testing.assert_allclose(mine["value"][known], alone["value"][known])
        score = own["goldstein"]
        assert mine["usual"].iloc[-1] == pytest.approx(-score[score < 0].sum() / score.abs().sum())


def test_the_gap_is_words_minus_deeds():
    frame = conduct(random_events(100, seed=5))
    verbal, material, gap = (share_of(frame, name) for name in ("verbal", "material", "gap"))
    np.testing.assert_allclose(gap["value"], verbal["value"] - material["value"])
    np.testing.assert_allclose(gap["usual"], verbal["usual"] - material["usual"])
    assert (gap["events"] == verbal["events"] + material["events"]).all()


def test_the_band_of_the_gap_is_wider_than_either_and_holds_the_point():
    frame = conduct(random_events(200, seed=6), freq="M")
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()
    width = {name: (rows["high"] - rows["low"]).mean() for name, rows in frame.groupby("measure")}
    assert width["gap"] > max(width["verbal"], width["material"])


def test_in_silence_each_band_settles_about_its_own_usual_level():
    acts = [{"day": f"2001-{month:02d}-01", "g": g} for month in range(1, 13) for g in (4, 4, 4, 8, -8, -8, -8, 7)]
    quiet = conduct(events(acts), end="2005-12-31", freq="Q", half_life="60D").tail(3).set_index("measure")
    middle = (quiet["low"] + quiet["high"]) / 2
    assert quiet.loc["verbal", "usual"] == 0.0
    assert quiet.loc["verbal", "high"] == pytest.approx(0.0, abs=1e-6)
    assert middle["material"] > 0.5


def test_a_nominal_90_percent_band_holds_a_known_gap_about_that_often():
    held = []
    for seed in range(80):
        table = random_events(400, seed=seed, scores=(-5.0, 4.0, -8.0, 7.0))  # each as likely: shares 5/9 and 8/15
        row = share_of(conduct(table, freq="Q", end="2009-12-31", draws=200, seed=seed), "gap").iloc[-1]
        held.append(row["low"] <= 5 / 9 - 8 / 15 <= row["high"])
    assert 0.8 <= np.mean(held) <= 0.98


def test_warm_words_over_cold_deeds_are_listed_as_a_period():
    table = events(PARTING)
    periods = conduct_periods(conduct(table, freq="M", half_life="90D", end="2004-12-31", cluster=None))
    last = periods.iloc[-1]
    assert last["kind"] == "verbal calmer, material tenser"
    assert last["start"] == pd.Timestamp("2004-02-29")
    assert last["end"] == pd.Timestamp("2004-12-31")
    assert last["points"] == 11
    assert last["value"] < 0
    assert 0 < last["clear"] <= 1


def test_periods_without_bands_cannot_say_how_clear_they_are():
    periods = conduct_periods(conduct(events(PARTING), freq="M", band=None))
    assert len(periods) > 0
    assert periods["clear"].isna().all()


def test_periods_never_overlap_and_their_points_add_up():
    frame = conduct(random_events(300, seed=9))
    wide = frame.pivot(index="date", columns="measure", values="value") - frame.pivot(
        index="date", columns="measure", values="usual"
    )
    periods = conduct_periods(frame)
    assert (periods["start"].iloc[1:].to_numpy() > periods["end"].iloc[:-1].to_numpy()).all()
    assert periods["points"].sum() == ((wide["verbal"] * wide["material"]) < 0).sum()


def test_the_scheme_named_is_the_one_the_codebook_uses():
    frame = conduct(events(PARTING))
    assert set(frame["scheme"]) == {"gdelt: roots 01-05, 06-09, 10-14, 15-20"}
    roots = cameo()["root"].astype(int)
    expected = pd.cut(
        roots,
        [0, 5, 9, 14, 20],
        labels=["verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict"],
    )
    assert (cameo()["quad_class"] == expected.astype(str)).all()


def test_a_record_of_words_alone_has_no_deeds_and_no_gap():
    frame = conduct(events([{"day": "2001-01-01", "g": -5}, {"day": "2001-03-01", "g": 4}]))
    assert share_of(frame, "verbal")["value"].notna().all()
    assert share_of(frame, "material")["value"].isna().all()
    assert share_of(frame, "gap")["value"].isna().all()
    assert conduct_periods(frame).empty


def test_no_events_give_an_empty_frame_and_no_periods():
    frame = conduct(events([]))
    assert list(frame.columns) == [
        "date",
        "measure",
        "value",
        "low",
        "high",
        "usual",
        "events",
        "acts",
        "state",
        "scheme",
    ]
    assert frame.empty
    assert conduct_periods(frame).empty


def test_the_order_of_rows_changes_nothing():
    table = random_events(120, seed=2)
    one, two = conduct(table), conduct(table.sample(frac=1, random_state=5))
    numbers = ["value", "low", "high"]
    np.testing.assert_allclose(one[numbers], two[numbers], rtol=1e-9)
    assert_frame_equal(one.drop(columns=numbers), two.drop(columns=numbers))


def test_an_unknown_quad_class_is_refused():
    table = events(PARTING).assign(quad_class="verbal conflict")
    with pytest.raises(OptionError, match="Did you mean 'verbal_conflict'") as refused:
        conduct(table)
    assert refused.value.field == "quad_class"
