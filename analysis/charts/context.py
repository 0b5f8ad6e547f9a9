"""What a reader knows of the times: terms of office as strips over a panel, wars and elections as cuts through it.

The record's optional table of eras says what is drawn; without it there is none of this. A cut is dashed over the whole
height of a panel and named above it, at most two on a page and one in a column; a term is a strip as long as the term,
its name in it where it fits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import LABEL, Box, Sheet
from analysis.charts.text_metrics import height, width, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STRIP = 0.15
_SHADES = ("#E3E3E3", "#F2F2F2")
_KINDS = ("war", "election")


@dataclass(frozen=True)
class Context:
    """Strips from the top down, each a list of (first day, last day, name); cuts in order, each (day, name)."""

    strips: list[list[tuple[float, float, str]]] = field(default_factory=list)
    cuts: list[tuple[float, str]] = field(default_factory=list)

    @property
    def height(self) -> float:
        """Inches that the strips and the names of the cuts take above a panel."""
        return (height(_lines(self.cuts), LABEL) + 0.03 if self.cuts else 0.0) + (_STRIP + 0.03) * len(self.strips)


def _lines(cuts: list[tuple[float, str]]) -> int:
    return max((len(wrap(name, _room(), LABEL)) for _, name in cuts), default=0)


def _room() -> float:
    return 0.72 if design.form().width > 4 else design.form().panel / 2 - 0.08


def dated(eras: pd.DataFrame | None) -> pd.DataFrame:
    """Return the eras with first and last day: `label`, `kind`, `side`, `start`, `end` (missing while they last)."""
    from analysis.record.dates import spans

    if eras is None or eras.empty:
        return pd.DataFrame(columns=["label", "kind", "side", "start", "end"])
    frames.require(eras, "charts, eras", "label", "from", "to", "kind")
    begun, ended = (spans(eras[name].fillna("").astype("str")) for name in ("from", "to"))
    return eras.assign(start=begun["start"], end=ended["end"], side=eras.get("side", "")).sort_values(
        ["start", "label"], kind="stable"
    )


def context(eras: pd.DataFrame | None, limits: tuple[float, float]) -> Context:
    """Return the strips and cuts that fall into a panel."""
    rows = dated(eras)
    if rows.empty:
        return Context()
    low, high = limits
    start, end = axes.days(rows["start"]), axes.days(rows["end"])
    rows = rows.assign(left=start.clip(low), right=pd.Series(end, index=rows.index).fillna(high).clip(upper=high))
    terms = rows[rows["kind"].eq("term") & (rows["right"] > rows["left"])]
    strips = [
        [(row["left"], row["right"], str(row["label"])) for row in own.to_dict("records")]
        for _, own in terms.groupby("side", sort=True)
    ]
    inside = rows[rows["kind"].isin(_KINDS) & (start > low + 0.06 * (high - low)) & (start < high)]
    # Wars before elections, the latest first: a reader knows the newest breaks.
    ranked = inside.assign(rank=inside["kind"].map(_KINDS.index)).sort_values(
        ["rank", "start"], ascending=[True, False], kind="stable"
    )
    most = 2 if design.form().width > 4 else 1
    chosen = ranked.head(most).sort_values("start", kind="stable")
    return Context(strips, [(axes.at(row["start"]), str(row["label"])) for row in chosen.to_dict("records")])


def draw(sheet: Sheet, panel: Axes, box: Box, found: Context) -> None:
    """Draw strips and names above a panel, and the cuts through it."""
    low, high = panel.get_xlim()
    top = box.top + found.height
    places = [box.x + (day - low) / (high - low) * box.width for day, _ in found.cuts]
    for i, (place, (day, name)) in enumerate(zip(places, found.cuts, strict=True)):
        panel.axvline(day, color=design.GREY, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.7, gid="cut")
        # The first of two stands left of its line, the second right of it, so that they cannot meet.
        left = box.right - place < _room() if len(found.cuts) == 1 else i == 0
        options: dict[str, Any] = {"ha": "right" if left else "left", "color": design.SOFT}
        sheet.lines(place - 0.03 if left else place + 0.03, top, wrap(name, _room(), LABEL), **options)
    y = box.top + (_STRIP + 0.03) * len(found.strips)
    for strip in found.strips:
        y -= _STRIP + 0.03
        band = sheet.axes(Box(box.x, y + 0.03, box.width, _STRIP), x=(low, high), y=(0, 1))
        for i, (left_day, right_day, name) in enumerate(strip):
            band.axvspan(left_day, right_day, color=_SHADES[i % 2], linewidth=0, gid="term")
            room = (right_day - left_day) / (high - low) * box.width
            if width(name, LABEL) < room - 0.04:
                centre = box.x + ((left_day + right_day) / 2 - low) / (high - low) * box.width
                sheet.text(centre, y + 0.07, name, ha="center", color=design.SOFT)
