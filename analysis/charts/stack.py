"""One or more panels over one time axis, with a heading, tick words and end labels each.

Two measures with different scales never share a panel: a second y axis would let the eye read a meeting of lines that
is only a choice of scale. They stand one above the other instead, over the same days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from analysis.charts import axes, design
from analysis.charts.design import Box, Sheet, Words
from analysis.charts.labels import End, ends_slack, set_ends
from analysis.charts.text_metrics import BOLD, height, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICKS = 0.24
_GAP = 0.16


@dataclass(frozen=True)
class Plan:
    """What one panel of a stack needs to know before it is placed.

    Parameters
    ----------
    height : float
        Of the panel in inches.
    ticks : sequence of float
        Tick values; the first and last are the limits unless `span` says otherwise.
    labels : sequence of str, optional
        What is written at the ticks; the values by default.
    up, down : str
        Words for above and below, such as "tenser" and "calmer"; empty for none.
    head : str
        A short heading over the panel; empty for none.
    ends : sequence of End
        Labels at the line ends.
    span : pair of float, optional
        Limits that reach beyond the ticks.
    """

    height: float
    ticks: Sequence[float]
    labels: Sequence[str] | None = None
    up: str = ""
    down: str = ""
    head: str = ""
    ends: Sequence[End] = field(default_factory=tuple)
    span: tuple[float, float] | None = None

    @property
    def limits(self) -> tuple[float, float]:
        """The panel's limits."""
        return self.span or (self.ticks[0], self.ticks[-1])

    def tick_labels(self) -> list[str]:
        """What is written at the ticks."""
        return axes.value_labels(self.ticks) if self.labels is None else list(self.labels)


def stack(
    words: Words, limits: tuple[float, float], plans: Sequence[Plan], *, below: float = 0.0
) -> tuple[Sheet, list[tuple[Axes, Box]], Box]:
    """Set panels over one another and return the sheet, each panel with its box, and the room asked for below the
    time axis. Left and right edge are those of the form.

    Parameters
    ----------
    words : Words
        What is written around the panels.
    limits : tuple of float
        Of the time axis, in days.
    plans : sequence of Plan
        From the uppermost panel down.
    below : float
        Height in inches to keep free under the ticks, as wide as the panels.
    """
    own = design.form()
    heads = [wrap(plan.head, own.room, design.LABEL, BOLD) if plan.head else [] for plan in plans]
    # End labels that need more height than their panel reach above and below it by as much.
    slack = [ends_slack(plan.ends, plan.height) for plan in plans]
    tops = [
        height(len(lines), design.LABEL) + max(0.07 if lines else 0.04, over)
        for lines, over in zip(heads, slack, strict=True)
    ]
    gaps = [max(_GAP, over + 0.06) for over in slack]
    total = sum(tops) + sum(plan.height for plan in plans) + sum(gaps[:-1]) + max(_TICKS, slack[-1]) + below
    sheet = design.sheet(words, total)
    made, top = [], sheet.body.top
    for plan, lines, above, gap in zip(plans, heads, tops, gaps, strict=True):
        sheet.lines(sheet.body.x, top, lines, weight=BOLD, color=design.SOFT)
        box = Box(sheet.body.x + own.left, top - above - plan.height, own.panel, plan.height)
        panel = sheet.axes(box, x=limits, y=plan.limits)
        axes.set_values(panel, plan.ticks, plan.tick_labels())
        axes.set_words(sheet, box, plan.up, plan.down)
        set_ends(sheet, box, plan.limits, plan.ends)
        made.append((panel, box))
        top = box.y - gap
    axes.set_time(panel, own.panel)
    return sheet, made, Box(sheet.body.x + own.left, sheet.body.y, own.panel, below)
