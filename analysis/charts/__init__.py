"""Charts: one function a question. A tidy frame goes in, a `Chart` comes out, with its title computed from the frame.

    an.charts.tension(an.tension(rel.events), rel.events, sides=rel.sides)

Names are loaded when they are first used, and matplotlib when the first chart is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.lazy import offered

if TYPE_CHECKING:
    from analysis.charts.bars import meetings as meetings
    from analysis.charts.chronicle import timeline as timeline
    from analysis.charts.contrast import conduct as conduct
    from analysis.charts.grid import domains as domains
    from analysis.charts.judgement import positions as positions
    from analysis.charts.ledger import open_forecasts as open_forecasts
    from analysis.charts.parts import composite as composite
    from analysis.charts.reliability import calibration as calibration
    from analysis.charts.series import indicators as indicators
    from analysis.charts.shares import asymmetry as asymmetry
    from analysis.charts.shifts import event_dependence as event_dependence
    from analysis.charts.sides import direction as direction
    from analysis.charts.strips import sensitivity as sensitivity
    from analysis.charts.trend import tension as tension

# Chart function -> module that defines it. Modules are not named like functions, so that neither hides the other.
_HOMES = {
    "asymmetry": "shares",
    "calibration": "reliability",
    "composite": "parts",
    "conduct": "contrast",
    "direction": "sides",
    "domains": "grid",
    "event_dependence": "shifts",
    "indicators": "series",
    "meetings": "bars",
    "open_forecasts": "ledger",
    "positions": "judgement",
    "sensitivity": "strips",
    "tension": "trend",
    "timeline": "chronicle",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    return offered(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return __all__
