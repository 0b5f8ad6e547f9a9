"""The house style: one sheet for every chart, with its title, subtitle and source line set by measure.

A chart of this workbook is a *sheet*: the finding at the top, flush with the left edge; below it, smaller, what is
plotted; the panels; at the foot the source. Everything is placed in inches. The sheet grows with its title, the
panels keep their height, so nothing is ever clipped and nothing is shrunk to fit. There are two forms, each laid out
for itself: the width of the text on an A4 page with 2.25 cm margins, and 8 cm for columns and telephones. The left and
right edge of a panel over time are those of its form, in every chart, so that charts set under one another can be read
downwards.

Both sides of the relationship keep their ink in every chart, side A whole and side B dashed, and no scale uses either.
Conflict and cooperation have their own pair, which differs in lightness as well as in hue, so that it holds in grey.
What the title does not name is grey.

Axes are plain: no box, light horizontal rules, ticks chosen so that their labels fit, words in place of a bare scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from analysis.charts import text_metrics as set_type
from analysis.charts.text_metrics import BOLD, REGULAR, height, width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

INK, SOFT, GREY, RULE, PALE = "#1A1A1A", "#4D4D4D", "#737373", "#E3E3E3", "#F2F2F2"
SIDE_A, SIDE_B = INK, "#8A1C7C"
SIDE_STYLES: tuple[Any, Any] = ("-", (0, (5, 1.5)))
CONFLICT, CONFLICT_TINT = "#7A2000", "#E0803C"
COOPERATION, COOPERATION_TINT = "#3178C6", "#B5D8F0"

MOST_BODY = 8.2
"""Height in inches that a list may take, so that the sheet with its words stays on one page."""
LABEL, SOURCE = 8.0, 7.0
"""Type sizes in points; nothing is set smaller than the last."""

EDGE = 0.02
"""Air at the left and right edge of a sheet, in inches."""


class Words(NamedTuple):
    """What is written around the panels: the finding, what is measured, how to read it, where it comes from."""

    title: str
    subtitle: str = ""
    how: str = ""
    source: str = ""


@dataclass(frozen=True)
class Form:
    """A width with what depends on it, in inches and points: `left` and `right` of every panel over time."""

    width: float
    title: float
    subtitle: float
    left: float
    right: float

    @property
    def room(self) -> float:
        """What lies between the edges of the sheet."""
        return self.width - 2 * EDGE

    @property
    def panel(self) -> float:
        """The width of a panel over time."""
        return self.room - self.left - self.right


FORMS = {"page": Form(6.5, 11.5, 9.0, 0.46, 1.06), "column": Form(3.15, 9.5, 8.0, 0.42, 0.74)}
_FORM: ContextVar[Form] = ContextVar("form", default=FORMS["page"])


def form() -> Form:
    """Return the form that is being drawn."""
    return _FORM.get()


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


def sheet(words: Words, body: float) -> Sheet:
    """Lay out a sheet with `body` inches for the panels and their tick labels; all words are wrapped to its width."""
    from matplotlib.figure import Figure

    own = form()
    head = wrap(words.title, own.room, own.title, BOLD)
    under = wrap(words.subtitle, own.room, own.subtitle) if words.subtitle else []
    foot = [line for part in (words.how, words.source) if part for line in wrap(part, own.room, SOURCE)]
    above = 0.04 + height(len(head), own.title) + 0.03 + height(len(under), own.subtitle) + 0.12
    below = 0.10 + height(len(foot), SOURCE) + 0.04
    total = above + body + below
    figure = Figure(figsize=(own.width, total), facecolor="white")
    made = Sheet(figure, Box(EDGE, below, own.room, body))
    end = made.lines(EDGE, total - 0.04, head, size=own.title, weight=BOLD)
    made.lines(EDGE, end - 0.03, under, size=own.subtitle, color=SOFT)
    made.lines(EDGE, below - 0.10, foot, size=SOURCE, color=GREY)
    return made


@contextmanager
def drawing(own: Form = FORMS["page"]) -> Iterator[None]:
    """Build a figure of this form under the house settings, whatever a notebook's own style is."""
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
        token = _FORM.set(own)
        try:
            yield
        finally:
            _FORM.reset(token)


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
