"""Bursts are found where there are any, with their size and time scale, and not where there are none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import analysis as an

YEARS = 25


def table(days: np.ndarray, score: float = -5.0, span: int = 0) -> pd.DataFrame:
    start = pd.Series(np.datetime64("2000-01-01") + days.astype("timedelta64[D]")).astype("datetime64[us]")
    return pd.DataFrame({"start": start, "end": start + pd.Timedelta(days=span), "goldstein": score})


def record(rng: np.random.Generator, per_year: float, branching: float, scale: float) -> pd.DataFrame:
    """Acts of which each brings others, after days that have an exponential distribution."""
    days = list(rng.uniform(0, 365 * YEARS, rng.poisson(per_year * YEARS * (1 - branching))))
    for day in days:  # the list grows while it is read: followers have followers
        days += list(day + rng.exponential(scale, rng.poisson(branching)))
    return table(np.floor([day for day in days if day < 365 * YEARS]))


def conflict(frame: pd.DataFrame) -> pd.Series:
    return frame.set_index("measure").loc["conflict"]


def test_bursts_are_found_with_their_size_and_scale():
    rng = np.random.default_rng(1)
    rows = [conflict(an.burstiness(record(rng, 20, 0.4, 6))) for _ in range(6)]
    # A little lower than the true 0.4: what follows on the very day is not counted.
    assert 0.25 <= np.mean([row["value"] for row in rows]) <= 0.45
    assert 3 <= np.median([row["days"] for row in rows]) <= 12
    assert min(row["likelihood_ratio"] for row in rows) > 15
    assert sum(row["low"] <= 0.38 <= row["high"] for row in rows) >= 4


def test_independent_acts_show_none_also_where_the_record_grows_denser():
    rng = np.random.default_rng(2)
    even = [conflict(an.burstiness(record(rng, 10, 0.0, 1))) for _ in range(12)]
    growing = table(np.floor(365 * YEARS * np.sqrt(rng.random(400))))
    assert sum(row["likelihood_ratio"] > 5 for row in even) <= 2
    assert all(row["low"] == 0 for row in even if row["likelihood_ratio"] < 2.7)
    assert conflict(an.burstiness(growing))["value"] < 0.1


def test_conflict_and_cooperation_are_kept_apart_and_what_is_left_out_is_counted():
    rng = np.random.default_rng(3)
    bursts = record(rng, 15, 0.5, 4)
    calm = table(np.floor(rng.uniform(0, 365 * YEARS, 300)), score=4.0)
    loose = table(np.array([100, 5000]), span=30)
    frame = an.burstiness(pd.concat([bursts, calm, loose, loose.assign(goldstein=0.0)], ignore_index=True))
    rows = frame.set_index("measure")
    assert rows.loc["conflict", "value"] > 0.3 > 0.1 > rows.loc["cooperation", "value"]
    assert rows["left_out"].tolist() == [2, 0]
    assert rows["events"].tolist() == [len(bursts), 300]


def test_only_the_period_asked_about_counts():
    rng = np.random.default_rng(4)
    bursts = record(rng, 15, 0.5, 4)
    part = an.burstiness(bursts, start="2010-01-01", end="2014-12-31")
    assert conflict(part)["events"] == bursts["start"].between("2010-01-01", "2014-12-31").sum()


@pytest.mark.parametrize(("count", "known"), [(0, False), (9, False), (10, True)])
def test_from_a_handful_of_acts_nothing_is_said(count, known):
    row = conflict(an.burstiness(table(np.arange(count) * 50)))
    assert row["events"] == count
    assert np.isfinite(row["value"]) == known
