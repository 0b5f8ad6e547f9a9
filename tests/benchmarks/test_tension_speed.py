"""How long the tension index takes for 1,000, 100,000 and 1,000,000 acts, beside two other ways to compute it, in one run.

    pytest tests/benchmarks/test_tension_speed.py --benchmark-only --benchmark-group-by=group

`workbook` is the point estimate on a weekly grid over 35 years, with all its checks and its tidy frame. `pandas ewm`
gives the bare share alone, as the ratio of two time-aware exponential means, read off at the same weeks.
`groupby-apply` is the straightforward form: for each week, weigh every act before it; it is timed only where it ends
within seconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.measures.tension import tension
from analysis.record.codebook import cameo

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1_000, 100_000, 1_000_000)
SPAN = 35 * 365
GIB = 2**30


def record(count: int) -> pd.DataFrame:
    """Make `count` acts with real codes, one in ten dated to a month."""
    rng = np.random.default_rng(0)
    codes = cameo()
    pick = rng.integers(0, len(codes), count)
    start = np.datetime64("1991-01-01") + np.sort(rng.integers(0, SPAN, count)).astype("timedelta64[D]")
    end = start + np.where(rng.random(count) < 0.1, 30, 0).astype("timedelta64[D]")
    table = {"start": start, "end": end, "goldstein": codes["goldstein"].to_numpy()[pick], "dyad": True}
    root = codes["root"].to_numpy(dtype=object)[pick]
    return pd.DataFrame({**table, "root": root}).astype(
        {"start": "datetime64[us]", "end": "datetime64[us]", "root": "str"}
    )


@pytest.fixture(scope="module")
def records() -> dict[int, pd.DataFrame]:
    return {count: record(count) for count in SIZES}


def by_workbook(table: pd.DataFrame) -> pd.Series:
    frame = tension(table, shrinkage=0, band=None)
    return frame[frame["measure"] == "tension_share"].set_index("date")["value"]


def by_ewm(table: pd.DataFrame) -> pd.Series:
    times = (table["start"] + (table["end"] - table["start"]) // 2).dt.floor("D")
    score = table["goldstein"].set_axis(times).sort_index()
    parts = [part.ewm(halflife="180D", times=score.index).mean() for part in (score.clip(upper=0).abs(), score.abs())]
    share = (parts[0] / parts[1]).groupby(level=0).last()
    weeks = pd.date_range(times.min(), table["end"].max() + pd.Timedelta(days=6), freq="W-SUN")
    return share.reindex(weeks, method="ffill")


def by_groupby(table: pd.DataFrame) -> pd.Series:
    times = (table["start"] + (table["end"] - table["start"]) // 2).dt.floor("D")
    score = table["goldstein"]
    weeks = pd.Series(pd.date_range(times.min(), table["end"].max() + pd.Timedelta(days=6), freq="W-SUN"))

    def share(week: pd.Series) -> float:
        past = times <= week.iloc[0]
        weight = 2 ** (-(week.iloc[0] - times[past]).dt.days / 180)
        conflict, cooperation = ((weight * (sign * score[past]).clip(lower=0)).sum() for sign in (-1, 1))
        return float(conflict / (conflict + cooperation))

    return weeks.groupby(weeks).apply(share)


@pytest.mark.parametrize("count", SIZES)
def test_workbook(benchmark: Any, count: int, records: dict[int, pd.DataFrame]) -> None:
    benchmark.group = f"tension of {count:,} acts"
    share = benchmark.pedantic(by_workbook, (records[count],), rounds=5, warmup_rounds=1)
    assert len(share) > 1800
    if count == 1_000_000:
        assert benchmark.stats.stats.min < 0.3


@pytest.mark.parametrize("count", SIZES)
def test_pandas_ewm(benchmark: Any, count: int, records: dict[int, pd.DataFrame]) -> None:
    benchmark.group = f"tension of {count:,} acts"
    share = benchmark.pedantic(by_ewm, (records[count],), rounds=3, warmup_rounds=1)
    mine = by_workbook(records[count])
    both = mine.index.intersection(share.index)
    np.testing.assert_allclose(mine[both], share[both], rtol=1e-8)


@pytest.mark.parametrize("count", SIZES[:2])
def test_groupby_apply(benchmark: Any, count: int, records: dict[int, pd.DataFrame]) -> None:
    benchmark.group = f"tension of {count:,} acts"
    share = benchmark.pedantic(by_groupby, (records[count],), rounds=1)
    mine = by_workbook(records[count])
    both = mine.index.intersection(share.index)
    np.testing.assert_allclose(mine[both], share[both], rtol=1e-8)


def test_a_hundred_times_faster_than_the_straightforward_form(benchmark: Any, records: dict[int, pd.DataFrame]) -> None:
    benchmark.group = "ratio at 100,000 acts"
    benchmark.pedantic(by_workbook, (records[100_000],), rounds=5, warmup_rounds=1)
    began = time.perf_counter()
    by_groupby(records[100_000])
    benchmark.extra_info["times faster"] = (time.perf_counter() - began) / benchmark.stats.stats.median
    assert benchmark.extra_info["times faster"] > 100


def test_the_cost_grows_linearly(benchmark: Any, records: dict[int, pd.DataFrame]) -> None:
    benchmark.group = "growth"
    benchmark.pedantic(by_workbook, (records[1_000_000],), rounds=5, warmup_rounds=1)
    took = []
    for _ in range(5):
        began = time.perf_counter()
        by_workbook(records[100_000])
        took.append(time.perf_counter() - began)
    benchmark.extra_info["times dearer for ten times the acts"] = benchmark.stats.stats.min / min(took)
    assert benchmark.extra_info["times dearer for ten times the acts"] < 15


BAND = """
import resource, sys
sys.path.insert(0, "tests/benchmarks")
from test_tension_speed import record
from analysis.measures.tension import tension
table = record(1_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
frame = tension(table, draws=500)
assert frame["low"].notna().all()
print(before * 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


def test_a_band_of_500_draws_over_a_million_acts(benchmark: Any) -> None:
    """Time the band in a process of its own, start-up included, and report its peak memory."""
    benchmark.group = "band of 1,000,000 acts, 500 draws"
    run = [sys.executable, "-c", BAND]
    done = benchmark.pedantic(
        subprocess.run, (run,), {"capture_output": True, "text": True, "cwd": ROOT, "check": True}, rounds=1
    )
    before, peak = (float(number) for number in done.stdout.split())
    benchmark.extra_info |= {"peak memory, GiB": round(peak / GIB, 2), "before the band, GiB": round(before / GIB, 2)}
    assert peak < 2 * GIB
