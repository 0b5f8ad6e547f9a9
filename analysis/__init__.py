"""A workbook for the record of a bilateral relationship: cited tables in, measures, charts and briefings out.

    import analysis as an

    rel = an.load("russia-belarus", as_of="2023-04-06")
    an.charts.tension(an.tension(rel.events, half_life="180D"), rel.events)

Names are loaded when they are first used, so that the command line answers at once and a notebook pays only for what
it calls.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis import charts as charts
    from analysis import findings as findings
    from analysis import publish as publish
    from analysis.display import Bibliography as Bibliography
    from analysis.display import Chart as Chart
    from analysis.display import Cover as Cover
    from analysis.display import Finding as Finding
    from analysis.display import Findings as Findings
    from analysis.display import Table as Table
    from analysis.errors import WorkbookError as WorkbookError
    from analysis.measures.tension import tension as tension
    from analysis.relationship import Relationship as Relationship
    from analysis.relationship import load as load

__version__ = "0.1.0"

# Public name -> module that defines it; a module's own name stands for the module.
_HOMES = {
    "load": "analysis.relationship",
    "Relationship": "analysis.relationship",
    "WorkbookError": "analysis.errors",
    **dict.fromkeys(["Bibliography", "Chart", "Cover", "Finding", "Findings", "Table"], "analysis.display"),
    "tension": "analysis.measures.tension",
}
_MODULES = {"charts", "findings", "publish"}

__all__ = ["__version__", *sorted([*_HOMES, *_MODULES])]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"analysis.{name}")
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'analysis' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
