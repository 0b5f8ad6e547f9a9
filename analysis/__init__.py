"""A workbook for the record of a bilateral relationship: cited tables in, measures, charts and briefings out.

    import analysis as an

    rel = an.load("russia-belarus", as_of="2023-04-06")
    an.charts.tension(an.tension(rel.events, half_life="180D"), rel.events)

Names are loaded when they are first used, so that the command line answers at once and a notebook pays only for what it
calls. Measures live in `analysis.measures`; a module there never has the name under which its function is offered here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from analysis.lazy import offered

if TYPE_CHECKING:
    from analysis import charts as charts
    from analysis import codebook as codebook
    from analysis import coverage as coverage
    from analysis import explore as explore
    from analysis import export as export
    from analysis import feeds as feeds
    from analysis import findings as findings
    from analysis import listings as listings
    from analysis import runs as runs
    from analysis.citing import bibliography as bibliography
    from analysis.citing import cover as cover
    from analysis.display import Chart as Chart
    from analysis.display import Finding as Finding
    from analysis.display import Findings as Findings
    from analysis.display import Table as Table
    from analysis.document import Bibliography as Bibliography
    from analysis.document import Cover as Cover
    from analysis.errors import WorkbookError as WorkbookError
    from analysis.measures.agreement import agreement as agreement
    from analysis.measures.agreement import assessors_vs_events as assessors_vs_events
    from analysis.measures.asymmetry import asymmetry as asymmetry
    from analysis.measures.burstiness import burstiness as burstiness
    from analysis.measures.calibration import calibration as calibration
    from analysis.measures.calibration import murphy as murphy
    from analysis.measures.changes import changes as changes
    from analysis.measures.comparison import difference as difference
    from analysis.measures.composite import composite as composite
    from analysis.measures.composite import decompose as decompose
    from analysis.measures.conduct import conduct as conduct
    from analysis.measures.conduct import conduct_periods as conduct_periods
    from analysis.measures.dependence import indicator_series as indicator_series
    from analysis.measures.event_dependence import dependence_check as dependence_check
    from analysis.measures.event_dependence import event_dependence as event_dependence
    from analysis.measures.explain import events_near as events_near
    from analysis.measures.explain import explain as explain
    from analysis.measures.forecasts import brier as brier
    from analysis.measures.forecasts import open_forecasts as open_forecasts
    from analysis.measures.forecasts import resolve as resolve
    from analysis.measures.headline import headline as headline
    from analysis.measures.interplay import initiative as initiative
    from analysis.measures.interplay import response as response
    from analysis.measures.meetings import meetings_per_year as meetings_per_year
    from analysis.measures.positions import position_trend as position_trend
    from analysis.measures.positions import positions as positions
    from analysis.measures.profile import profile as profile
    from analysis.measures.propensity import influence as influence
    from analysis.measures.propensity import propensity as propensity
    from analysis.measures.propensity import propensity_change as propensity_change
    from analysis.measures.reliability import confusion as confusion
    from analysis.measures.reliability import disputes as disputes
    from analysis.measures.reliability import reliability as reliability
    from analysis.measures.skill import skill as skill
    from analysis.measures.tension import sensitivity as sensitivity
    from analysis.measures.tension import tension as tension
    from analysis.measures.turning_points import turning_points as turning_points
    from analysis.relationship import Relationship as Relationship
    from analysis.relationship import load as load

__version__ = "0.1.0"

# Module -> the public names that it defines.
_OFFERED = {
    "citing": ("bibliography", "cover"),
    "display": ("Chart", "Finding", "Findings", "Table"),
    "document": ("Bibliography", "Cover"),
    "errors": ("WorkbookError",),
    "measures.agreement": ("agreement", "assessors_vs_events"),
    "measures.asymmetry": ("asymmetry",),
    "measures.burstiness": ("burstiness",),
    "measures.calibration": ("calibration", "murphy"),
    "measures.changes": ("changes",),
    "measures.comparison": ("difference",),
    "measures.composite": ("composite", "decompose"),
    "measures.conduct": ("conduct", "conduct_periods"),
    "measures.dependence": ("indicator_series",),
    "measures.event_dependence": ("dependence_check", "event_dependence"),
    "measures.explain": ("events_near", "explain"),
    "measures.forecasts": ("brier", "open_forecasts", "resolve"),
    "measures.headline": ("headline",),
    "measures.interplay": ("initiative", "response"),
    "measures.meetings": ("meetings_per_year",),
    "measures.positions": ("position_trend", "positions"),
    "measures.profile": ("profile",),
    "measures.propensity": ("influence", "propensity", "propensity_change"),
    "measures.reliability": ("confusion", "disputes", "reliability"),
    "measures.skill": ("skill",),
    "measures.tension": ("sensitivity", "tension"),
    "measures.turning_points": ("turning_points",),
    "relationship": ("Relationship", "load"),
}
_HOMES = {name: module for module, names in _OFFERED.items() for name in names}
_MODULES = {"charts", "codebook", "coverage", "explore", "export", "feeds", "findings", "listings", "runs"}

__all__ = ["__version__", *sorted([*_HOMES, *_MODULES])]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"analysis.{name}")
    return offered(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return __all__
