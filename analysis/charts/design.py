"""The house style: one sheet for every chart, with its title, subtitle and source line set by measure.

A chart of this workbook is a *sheet*: the finding at the top, flush with the left edge; below it, smaller, what is
plotted; the panels; at the foot the source. Everything is placed in inches. The sheet grows with its title, the
panels keep their height, so nothing is ever clipped and nothing is shrunk to fit. The width is that of the text on an
A4 page with 2.25 cm margins.

Colours are the Okabe-Ito set less its pale members (STYLE 3.9). Both sides of the relationship keep their colour in
every chart. Conflict and cooperation have their own pair, a hue for the side of the scale and depth for the deed.
What the title does not name is grey.

Axes are plain: no box, light horizontal rules, ticks chosen so that their labels fit, words in place of a bare scale.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from analysis.charts import text_metrics as set_type
from analysis.charts.text_metrics import BOLD, REGULAR, height, width, wrap

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from analysis.findings.display import Chart

SIDE_A, SIDE_B = "#D55E00", "#0072B2"
THIRD = "#009E73"
_INKS = {SIDE_A: "#B85000", THIRD: "#007F5C"}
"""Marks need a contrast of 3 with the paper, words 4.5: the darker twin of a colour, for words."""
INK, SOFT, GREY, RULE, PALE = "#1A1A1A", "#4D4D4D", "#737373", "#E3E3E3", "#F2F2F2"
CONFLICT, CONFLICT_TINT = "#993404", "#E8872E"
COOPERATION, COOPERATION_TINT = "#08519C", "#6BAED6"

PAGE_WIDTH = 6.5
MOST_BODY = 8.6
"""Height in inches that a list may take, so that the sheet with its words stays on one page."""
TITLE, SUBTITLE, LABEL, SOURCE = 11.5, 9.0, 8.5, 7.5
"""Type sizes in points; nothing is set smaller than the last."""

EDGE = 0.02
"""Air at the left and right edge of a sheet, in inches."""

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Box:
    """A rectangle on the sheet, in inches from its lower left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.height

    def inset(self, *, left: float = 0, right: float = 0, top: float = 0, bottom: float = 0) -> Box:
        """Return the rectangle with margins taken off."""
        return Box(self.x + left, self.y + bottom, self.width - left - right, self.height - top - bottom)

    def rows(self, heights: Sequence[float], gap: float = 0.0) -> list[Box]:
        """Cut into rows from the top, of these heights, a gap between."""
        boxes, top = [], self.top
        for row in heights:
            boxes.append(Box(self.x, top - row, self.width, row))
            top -= row + gap
        return boxes


@dataclass(frozen=True, eq=False)
class Sheet:
    """A figure with its words in place and the room that is left for panels."""

    figure: Figure
    body: Box

    def axes(self, box: Box, *, x: tuple[float, float], y: tuple[float, float]) -> Axes:
        """Add a plain panel in `box` with fixed limits: no frame, no ticks yet."""
        wide, high = self.figure.get_size_inches()
        panel = self.figure.add_axes((box.x / wide, box.y / high, box.width / wide, box.height / high))
        panel.set(xlim=x, ylim=y, facecolor="none")
        panel.spines[:].set_visible(False)
        # What is written beside a panel is set by `analysis.charts.axes`: a tick of matplotlib is five artists, of
        # which a chart would show one or two.
        panel.xaxis.set_visible(False)
        panel.yaxis.set_visible(False)
        return panel

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = LABEL,
        weight: int = REGULAR,
        color: str = INK,
        ha: str = "left",
        va: str = "baseline",
        **options: Any,
    ) -> Text:
        """Set words at a place in inches. Their signs are taken as they are: a dollar sign starts no formula."""
        wide, high = self.figure.get_size_inches()
        return self.figure.text(
            x / wide,
            y / high,
            words,
            fontproperties=set_type.font(size, weight),
            color=color,
            ha=ha,
            va=va,
            parse_math=False,
            **options,
        )

    def lines(self, x: float, top: float, lines: Sequence[str], *, size: float = LABEL, **options: Any) -> float:
        """Set lines downwards from `top` and return where they end."""
        for line in lines:
            top -= height(1, size)
            self.text(x, top + 0.26 * size / 72, line, size=size, **options)
        return top


def sheet(title: str, subtitle: str, source: str, body: float) -> Sheet:
    """Lay out a sheet with `body` inches for the panels.

    Parameters
    ----------
    title, subtitle, source : str
        Wrapped to the width of the page.
    body : float
        Height of the panels with their tick labels, in inches.
    """
    from matplotlib.figure import Figure

    room = PAGE_WIDTH - 2 * EDGE
    head = wrap(title, room, TITLE, BOLD)
    under = wrap(subtitle, room, SUBTITLE) if subtitle else []
    foot = wrap(source, room, SOURCE) if source else []
    above = 0.04 + height(len(head), TITLE) + 0.03 + height(len(under), SUBTITLE) + 0.12
    below = 0.10 + height(len(foot), SOURCE) + 0.04
    total = above + body + below
    figure = Figure(figsize=(PAGE_WIDTH, total), facecolor="white")
    made = Sheet(figure, Box(EDGE, below, room, body))
    end = made.lines(EDGE, total - 0.04, head, size=TITLE, weight=BOLD)
    made.lines(EDGE, end - 0.03, under, size=SUBTITLE, color=SOFT)
    made.lines(EDGE, below - 0.10, foot, size=SOURCE, color=GREY)
    return made


@contextmanager
def drawing() -> Iterator[None]:
    """Build a figure under the house settings, whatever a notebook's own style is."""
    import matplotlib as mpl

    set_type.register()
    settings: dict[Any, Any] = {
        "font.family": list(set_type.FAMILY),
        "text.parse_math": False,
        "axes.unicode_minus": True,
        "lines.solid_capstyle": "round",
        "hatch.linewidth": 0.6,
        "path.simplify": False,
    }
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(settings)
        yield


def drawn(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap a chart function so that it draws under the house settings."""
    import functools

    @functools.wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with drawing():
            return function(*args, **kwargs)

    return inner


def ink(color: str) -> str:
    """Return the colour for words that name a mark of this colour."""
    return _INKS.get(color, color)


def label_width(labels: Sequence[str], size: float = LABEL, weight: int = REGULAR) -> float:
    """Return the width of the widest label in inches; 0 for none."""
    return max((width(label, size, weight) for label in labels), default=0.0)


def cells(panel: Axes, boxes: Sequence[Box], colors: Sequence[Any]) -> None:
    """Fill rectangles of a panel, each in its colour, as one artist: one a cell would take most of a chart's time."""
    from matplotlib.collections import PolyCollection

    corners = [[(box.x, box.y), (box.x, box.top), (box.right, box.top), (box.right, box.y)] for box in boxes]
    made = PolyCollection(corners, facecolors=list(colors), edgecolors="none", linewidths=0, zorder=1, gid="cells")
    panel.add_collection(made, autolim=False)


def hatched(
    panel: Axes,
    left: float,
    right: float,
    low: float | None = None,
    high: float | None = None,
    *,
    gid: str = "withheld",
) -> None:
    """Mark a span of a panel as withheld: slanted strokes, over its whole height where none is given."""
    floor, ceiling = panel.get_ylim()
    ends = (
        (one - floor) / (ceiling - floor) for one in (floor if low is None else low, ceiling if high is None else high)
    )
    panel.axvspan(
        left, right, *ends, facecolor=PALE, edgecolor="#B5B5B5", hatch="////", linewidth=0, zorder=0.5, gid=gid
    )


def nothing(name: str, title: str, data: pd.DataFrame, source: str = "") -> Chart:
    """Return a chart that says in words that there is nothing to draw; an empty panel would look like calm."""
    from analysis.findings.display import Chart

    made = sheet(title, "", source, 0.6)
    made.text(made.body.x, made.body.y + 0.35, "Nothing to draw.", color=GREY)
    return Chart(made.figure, name, title, "", source, f"{title}. Nothing is drawn.", data, drawn=False)
