"""Tests that need a part which pip does not bring: Chromium, Java.

Such a test bears the marker `chromium` or `java`. Where the part is absent it is skipped, and the last lines of the run
name it with what brings the part. With WORKBOOK_ALL_PARTS=1, as in `.ci/run`, it is an error instead: a run in which
everything should be there must not pass without it. Benchmarks are deselected: they are not tests that did not run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

REQUIRED = "WORKBOOK_ALL_PARTS"
WAYS = {
    "chromium": "Chromium and its driver: apt-get install chromium chromium-driver",
    "java": "a Java runtime and pyspark: apt-get install default-jre-headless; pip install --editable '.[spark]'",
}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")


def present(part: str) -> bool:
    """Return whether a part is on this machine."""
    if part == "chromium":
        return bool(CHROMIUM and DRIVER)
    return bool(shutil.which("java") and importlib.util.find_spec("pyspark"))


def pytest_configure(config: pytest.Config) -> None:
    for part, way in WAYS.items():
        config.addinivalue_line("markers", f"{part}: needs {way}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--benchmark-only", default=False):
        return
    apart = [item for item in items if "benchmarks" in Path(item.path).parts]
    if apart:
        config.hook.pytest_deselected(items=apart)
        items[:] = [item for item in items if item not in set(apart)]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for part, way in WAYS.items():
        if item.get_closest_marker(part) and not present(part):
            if os.environ.get(REQUIRED):
                pytest.fail(f"{REQUIRED} is set, and this is not here: {way}", pytrace=False)
            pytest.skip(f"needs {way}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for part, way in WAYS.items():
        names = [report.nodeid for report in skipped if part in report.keywords and not present(part)]
        if names:
            files = ", ".join(sorted({name.split("::")[0] for name in names}))
            terminalreporter.write_line(f"Not run: {len(names)} test{'s' * (len(names) != 1)} ({files}). Needed: {way}")
