"""How long the explorer takes to redraw after one change of a control: in the processor, without browser and server.

pytest tests/benchmarks/test_explorer_speed.py --benchmark-only
"""

from __future__ import annotations

import datetime
import itertools
from typing import Any

import pytest

import analysis as an
from analysis import explore
from analysis.explore.view import View

CHANGES: dict[str, tuple[Any, Any]] = {
    "half_life": ("90", "200"),
    "domains": (("energy",), ()),
    "as_of": (datetime.date(2024, 9, 30), None),
}


@pytest.mark.benchmark(group="the explorer redraws")
@pytest.mark.parametrize("chart", ["tension", "conduct", "timeline"])
@pytest.mark.parametrize("start", [None, "2014-06-01"], ids=["whole record", "twelve years by week"])
@pytest.mark.parametrize("control", CHANGES)
def test_a_change_is_redrawn(benchmark: Any, chart: str, start: str | None, control: str) -> None:
    opened = explore.explorer(an.load("russia-belarus"), View(chart=chart, start=start))
    values = itertools.cycle(CHANGES[control])

    def change() -> None:
        getattr(opened.controls, control).value = next(values)

    benchmark.pedantic(change, rounds=6, warmup_rounds=1)
    assert "<img" in opened.chart.value
