"""Each public function has an example in its docstring, and every example runs and prints what it says."""

from __future__ import annotations

import doctest
import inspect
from typing import Any

import pytest

import analysis as an

PACKAGES = {"an": an, "charts": an.charts, "findings": an.findings}
# What is made by the library for its users, or needs no example to be understood.
WITHOUT = {"an.Bibliography", "an.Chart", "an.Cover", "an.Relationship", "an.WorkbookError"}


def offered() -> dict[str, Any]:
    """Return the public functions and classes by name."""
    found = {
        f"{prefix}.{name}": getattr(package, name) for prefix, package in PACKAGES.items() for name in package.__all__
    }
    return {name: value for name, value in found.items() if callable(value) and not inspect.ismodule(value)}


OFFERED = offered()


def test_every_public_function_has_an_example() -> None:
    without = {name for name, value in OFFERED.items() if ">>>" not in (inspect.getdoc(value) or "")}
    assert without <= WITHOUT, sorted(without - WITHOUT)


@pytest.mark.parametrize("name", sorted(set(OFFERED) - WITHOUT))
def test_the_example_runs(name: str) -> None:
    value, said = OFFERED[name], []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    for example in doctest.DocTestFinder(recurse=False).find(value, name, globs={}):
        runner.run(example, out=said.append)
    assert runner.tries, "no example"
    assert not runner.failures, "".join(said)
