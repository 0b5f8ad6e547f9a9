"""Benchmarks are run by `make bench` alone; everywhere else they are left out before anything of them is set up."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("benchmark_only"):
        return
    here = Path(__file__).parent
    timed = [item for item in items if here in item.path.parents]
    if timed:
        config.hook.pytest_deselected(items=timed)
        items[:] = [item for item in items if item not in timed]
