"""A chart in a notebook whose marks answer: a widget that holds a picture and tells which act or day was chosen."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

_HERE = Path(__file__).parent


class LiveChart(anywidget.AnyWidget):
    """A picture with the marks that lie over it.

    Attributes
    ----------
    value : str
        HTML: the picture and, over it, what `analysis.explore.marks` makes.
    act, day : str
        The id of the act, and the ISO day, that was chosen last with pointer or keyboard.
    """

    _esm = (_HERE / "live.js").read_text(encoding="utf-8")
    _css = (_HERE / "live.css").read_text(encoding="utf-8")
    value = traitlets.Unicode().tag(sync=True)
    act = traitlets.Unicode().tag(sync=True)
    day = traitlets.Unicode().tag(sync=True)
