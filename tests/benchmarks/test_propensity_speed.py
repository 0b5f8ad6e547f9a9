"""How long the propensity and the bands take.

pytest tests/benchmarks/test_propensity_speed.py --benchmark-only
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import analysis as an
from analysis.measures.tension import tension

SIZES = (390, 1_000, 10_000, 100_000)


def record(count: int) -> pd.DataFrame:
    """Make acts of two signs at the density of the shipped record: more acts, more years."""
    rng = np.random.default_rng(1)
    day = np.sort(rng.integers(0, 32 * count, count)).astype("timedelta64[D]")
    start = (np.datetime64("1700-01-01") + day).astype("datetime64[us]")
    score = np.where(rng.random(count) < 0.3, -5.0, 4.0)
    return pd.DataFrame({"start": start, "end": start, "goldstein": score, "root": "11", "dyad": True})


def level(table: pd.DataFrame) -> float:
    last = table["end"].max()
    return float(an.propensity(table, start=last, end=last)["value"].iloc[0])


@pytest.mark.parametrize("count", SIZES)
def test_the_level_of_the_last_day(benchmark: Any, count: int) -> None:
    benchmark.group = "propensity of the last day"
    table = record(count)
    assert 0 < benchmark.pedantic(level, (table,), rounds=1 if count > 10_000 else 3) < 1


def test_the_cost_is_linear(benchmark: Any) -> None:
    benchmark.group = "growth"
    took = []
    for count in (1_000, 10_000):
        table, began = record(count), time.process_time()
        level(table)
        took.append(time.process_time() - began)
    benchmark.pedantic(level, (record(390),), rounds=3)
    benchmark.extra_info["times dearer for ten times the acts"] = took[1] / took[0]
    assert took[1] / took[0] < 15


@pytest.mark.parametrize("count", [390, 100_000])
def test_quarters_cost_no_more_than_single_acts(benchmark: Any, count: int) -> None:
    benchmark.group = f"band of {count:,} acts"
    table = record(count).assign(
        start=lambda rows: pd.Timestamp("1991-01-01") + (rows["start"] - rows["start"].min()) / 9
    )
    table = table.assign(start=table["start"].dt.floor("D").astype("datetime64[us]"))
    table = table[table["start"] < "2027-01-01"].assign(end=lambda rows: rows["start"])
    best = {}
    for cluster in (None, "quarter"):
        took = []
        for _ in range(3):
            began = time.process_time()
            tension(table, freq="Q", draws=200, cluster=cluster)
            took.append(time.process_time() - began)
        best[cluster] = min(took)
    benchmark.pedantic(tension, (table,), {"freq": "Q", "draws": 200}, rounds=1)
    benchmark.extra_info["quarters over single acts"] = best["quarter"] / best[None]
    assert best["quarter"] / best[None] <= 1.3
