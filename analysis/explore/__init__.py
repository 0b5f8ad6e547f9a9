"""Explore a record without writing code: choices on the left, the chart they make on the right, the evidence below.

    from analysis import explore

    explore.explorer(rel, explore.View(half_life="90D"), folder="views")

A `View` is what is asked for; `drawn` is the chart that answers it and needs no browser; `explorer` puts controls
around both. What a reader sees while choosing is the chart of the notebooks, drawn by the same measure with the same
number of draws for its band: nothing is left out for speed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.lazy import offered

if TYPE_CHECKING:
    from analysis.explore.drawing import drawn as drawn
    from analysis.explore.evidence import explained as explained
    from analysis.explore.panel import explorer as explorer
    from analysis.explore.saving import save as save
    from analysis.explore.view import View as View

# Name -> module that defines it: the widgets are imported when the explorer is opened, not before.
_HOMES = {
    "View": "view",
    "drawn": "drawing",
    "explained": "evidence",
    "explorer": "panel",
    "save": "saving",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    return offered(__name__, _HOMES, name)


def __dir__() -> list[str]:
    return __all__
