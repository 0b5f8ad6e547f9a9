"""The list of measures: every headline and table reads it, its ranges hold, and its methods are explained."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import analysis as an
from analysis.measures.headline import MEASURES, Measure

METHODS = (Path(__file__).resolve().parents[1] / "docs" / "methods.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rel():
    return an.load("russia-belarus", as_of="2023-04-06")


def test_the_headline_has_the_measures_that_can_be_read_in_their_order(rel):
    known = [name for name, one in MEASURES.items() if one.read]
    assert an.headline(rel, draws=50)["measure"].tolist() == known


def frames(rel):
    yield an.headline(rel, draws=50)
    yield an.tension(rel.events, draws=50, freq="Q")
    yield an.conduct(rel.events, draws=50, freq="Q")
    yield an.propensity(rel.events, freq="Q")
    yield an.propensity_change(rel.events, "2022-04-06", "2023-04-06")
    yield an.peak(rel.events, draws=50)
    yield an.turning_points(rel.events, draws=20)
    yield an.meetings_per_year(rel.events, rel.leaders)


def test_every_value_and_bound_lies_in_its_range(rel):
    seen = set()
    for frame in frames(rel):
        for name, rows in frame.groupby("measure"):
            one, numbers = MEASURES[name], rows[["value", "low", "high"]].to_numpy(dtype=float)
            numbers = numbers[np.isfinite(numbers)]
            assert ((numbers >= one.low - 1e-12) & (numbers <= one.high + 1e-12)).all(), name
            seen.add(name)
    assert seen == set(MEASURES)


def test_every_method_is_a_heading_of_the_page():
    titles = re.findall(r"^#+ (.+)$", METHODS, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert {one.method for one in MEASURES.values()} <= anchors


def test_a_new_measure_in_what_changed_is_one_entry(rel, monkeypatch):
    def read(record, **_):
        return (
            an.tension(record.events, start=record.cutoff, end=record.cutoff, draws=20).tail(1).assign(measure="acts")
        )

    entry = Measure("Acts, a trial", "acts", 0, 1, "more", "resampled", "headline", read)
    monkeypatch.setattr("analysis.measures.headline.MEASURES", {**MEASURES, "acts": entry})
    moved = an.changes(rel, "2022-04-06", draws=50)
    assert "Acts, a trial" in set(an.listings.changed_measures(moved).frame["Measure"])
