"""How long the propensity and the bands take, and whether another library's model of the same level gives the same.

    pytest tests/benchmarks/test_propensity_speed.py --benchmark-only

`statsmodels` (where it is installed; nothing here needs it) filters the same Ornstein-Uhlenbeck level on the same parameters
by Kalman's recursions about the mode of the acts (Durbin and Koopman's approximation), so small differences are its own.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas as pd
import pytest

import analysis as an
from analysis.measures._frames import read_acts
from analysis.measures._latent import Counts, nodes, normal
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


def by_statsmodels(events: pd.DataFrame) -> float:
    """The chance of conflict on the day of the newest act, from statsmodels' Kalman filter on every parameter."""
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

    counts, grid = Counts.of(read_acts(events, "benchmark")), nodes()
    number, gap = counts.conflict + counts.cooperation, np.append(np.diff(counts.days), 1.0)
    log_weight, value = np.empty(len(grid.mean)), np.empty(len(grid.mean))
    nodes_x, nodes_w = np.polynomial.hermite_e.hermegauss(31)
    for index, (mean, spread, memory) in enumerate(zip(grid.mean, grid.spread, grid.memory, strict=True)):
        keep = np.exp(-gap / memory)
        model = KalmanSmoother(k_endog=1, k_states=1, loglikelihood_burn=0)
        model.bind(np.zeros((len(number), 1)))
        model["design"], model["selection"] = [[spread]], [[1.0]]
        model["transition"], model["state_cov"] = keep[None, None, :], (1 - keep**2)[None, None, :]
        model["obs_intercept"] = np.full((1, len(number)), mean)
        model.initialize_known(np.zeros(1), np.eye(1))
        odds = np.full(len(number), mean)
        for _ in range(100):
            chance = 1 / (1 + np.exp(-odds))
            scatter = 1 / (number * chance * (1 - chance))
            seen = odds + (counts.conflict - number * chance) * scatter
            model.bind(seen[:, None])
            model["obs_cov"] = scatter[None, None, :]
            smoothed = model.smooth()
            step = mean + spread * smoothed.smoothed_state[0] - odds
            odds = np.clip(odds + np.clip(step, -0.7, 0.7), -12.0, 12.0)
            if np.abs(step).max() < 1e-8:
                break
        chance = 1 / (1 + np.exp(-odds))
        exact = counts.conflict * np.log(chance) + counts.cooperation * np.log1p(-chance)
        about = -0.5 * (np.log(2 * np.pi * scatter) + (seen - odds) ** 2 / scatter)
        settled = np.abs(step).max() < 1e-6  # a mode that is not found says nothing
        log_weight[index] = grid.log_weight[index] + smoothed.llf + (exact - about).sum() if settled else -np.inf
        last = odds[-1] + spread * np.sqrt(smoothed.smoothed_state_cov[0, 0, -1]) * nodes_x
        value[index] = (nodes_w / nodes_w.sum()) @ (1 / (1 + np.exp(-last)))
    return float(normal(log_weight) @ value)


def test_statsmodels_gives_the_same_level(benchmark: Any) -> None:
    pytest.importorskip("statsmodels")
    benchmark.group = "the same model in statsmodels"
    events = an.load("russia-belarus").events
    acts = events[events["dyad"] & (events["goldstein"] != 0)]
    point = acts["start"] + (acts["end"] - acts["start"]) // 2
    day = point.max().floor("D")
    mine = float(an.propensity(acts, start=day, end=acts["end"].max(), freq="D").iloc[0]["value"])
    other = benchmark.pedantic(by_statsmodels, (acts,), rounds=1)
    benchmark.extra_info |= {"ours": mine, "statsmodels": other}
    assert abs(mine - other) < 0.03
