"""The figures of one indicator in one small panel: what is joined, what is a gap, what is hidden.

A line joins figures of neighbouring periods only; where years are missing there is a gap, and a series with figures
for fewer than three in five of its years is points throughout. What the producer withholds is a hatched span with the
word on it, since withheld, missing and zero are three states. Estimates are open dots. A figure for a longer period
than a year is a bar as long as the period, one for part of a year in a series of whole years a diamond that no line
touches: half a year's flow is no fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Box, Sheet
from analysis.charts.text_metrics import BOLD, height, width
from analysis.measures.indicators import unusual_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SPARSE = 0.6


@dataclass(frozen=True, eq=False)
class Panel:
    """One indicator ready to be placed: its words, rows, ticks and the label of its last figure."""

    head: list[str]
    unit: list[str]
    rows: pd.DataFrame
    ticks: list[float]
    last: str
    when: str

    @property
    def above(self) -> float:
        """Height of its heading in inches, with a line for the word "withheld" where that is needed."""
        word = height(1, design.LABEL) if self.rows["state"].eq("withheld").any() else 0.0
        return height(len(self.head) + len(self.unit), design.LABEL) + 0.06 + word


def draw_panel(sheet: Sheet, box: Box, limits: tuple[float, float], panel: Panel) -> None:
    """Draw one indicator in its box: ticks, what is withheld, lines, dots and the last figure."""
    plot = sheet.axes(box, x=limits, y=(panel.ticks[0], panel.ticks[-1]))
    axes.set_values(plot, panel.ticks)
    axes.set_time(plot, box.width)
    _draw_withheld(sheet, plot, box, limits, panel.rows)
    for piece in _joined(panel.rows):
        figures = piece["value"].astype(float)
        plot.plot(axes.days(piece["date"]), figures, color=design.INK, linewidth=1.3, clip_on=False, gid="indicator")
    known = panel.rows[panel.rows["value"].notna()]
    _draw_dots(plot, known)
    last = frames.last_known(known)
    if last is not None:
        if last["record"]:
            style: dict[str, Any] = {"markerfacecolor": "none", "color": design.INK, "clip_on": False}
            plot.plot(axes.days([last["date"]]), [float(last["value"])], "o", markersize=8, gid="record", **style)
        low, high = panel.ticks[0], panel.ticks[-1]
        y = box.y + (float(last["value"]) - low) / (high - low) * box.height
        both = height(2, design.LABEL)
        top = min(max(y + both / 2, box.y + both - 0.05), box.top + 0.05)
        end = sheet.lines(box.right + 0.07, top, [panel.last], weight=BOLD)
        sheet.lines(box.right + 0.07, end, [panel.when], color=design.GREY)


def _draw_dots(plot: Axes, known: pd.DataFrame) -> None:
    guess = known["basis"].eq("estimate") if "basis" in known else pd.Series(False, index=known.index)
    odd = part_of_year(known)
    size = 3.4 if len(known) <= 20 else 2.4
    for estimated in (False, True):
        for partial, mark in ((False, "o"), (True, "D")):
            chosen = known[(guess == estimated) & (odd == partial)]
            x, y = axes.days(chosen["date"]), chosen["value"].astype(float)
            fill = "white" if estimated else design.INK
            style: dict[str, Any] = {
                "color": design.INK,
                "markerfacecolor": fill,
                "markeredgewidth": 0.8,
                "clip_on": False,
            }
            plot.plot(x, y, mark, markersize=size, gid="dots", **style)
    long = known[(known["end"] - known["start"]).dt.days > 400]
    starts, ends = axes.days(long["start"]), axes.days(long["end"])
    plot.hlines(long["value"].astype(float), starts, ends, color=design.INK, linewidth=1.1, gid="period")
    if {"low", "high"} <= set(known.columns):
        ranged = known[known["low"].notna() & known["high"].notna()]
        low, high = ranged["low"].astype(float), ranged["high"].astype(float)
        plot.vlines(axes.days(ranged["date"]), low, high, color=design.INK, linewidth=0.8, gid="range")


def _joined(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the runs of figures that a line may join: neighbouring periods of the series' usual length, if it is not
    sparse.
    """
    years = {
        year
        for first, last in zip(rows["start"].dt.year, rows["end"].dt.year, strict=True)
        for year in range(first, last + 1)
    }
    known = rows[rows["value"].notna() & ~unusual_length(rows)]
    filled = known["date"].dt.year.nunique()
    if filled < 3 or filled < _SPARSE * len(years):
        return []
    broken = ~(known["start"] - known["end"].shift()).dt.days.between(0, 31)
    return [piece for _, piece in known.groupby(broken.cumsum(), sort=True) if len(piece) > 1]


def part_of_year(known: pd.DataFrame) -> pd.Series[bool]:
    """Mark the figures for part of a year in a series of whole years."""
    days = (known["end"] - known["start"]).dt.days + 1
    return days.lt(360) & bool(days.median() >= 360)


def _draw_withheld(sheet: Sheet, plot: Axes, box: Box, limits: tuple[float, float], rows: pd.DataFrame) -> None:
    """Hatch the spans that are withheld and write the word once, over the longest of them."""
    withheld = rows[rows["state"] == "withheld"]
    if withheld.empty:
        return
    runs = (withheld["start"] - withheld["end"].shift()).dt.days.gt(1).cumsum()
    spans = [(axes.at(run["start"].min()), axes.at(run["end"].max())) for _, run in withheld.groupby(runs, sort=True)]
    for left, right in spans:
        design.hatched(plot, left, right)
    left, right = max(spans, key=lambda span: span[1] - span[0])
    word = width("withheld", design.LABEL)
    scale = box.width / (limits[1] - limits[0])
    centre = box.x + ((left + right) / 2 - limits[0]) * scale
    x = min(max(centre - word / 2, box.x), box.right - word)
    sheet.text(x, box.top + 0.03, "withheld", color=design.GREY)
