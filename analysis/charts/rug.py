"""The acts under an index: how many there are, how strong, and when.

Conflict stands upwards and cooperation downwards, each stroke as tall as the act's Goldstein score. Where strokes
would run into one block a stroke is a month's sum instead, and the subtitle says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.charts import axes, design
from analysis.charts.design import Box, Sheet
from analysis.charts.labels import REACH

MOST_STROKES = 1200
"""More acts than this are summed by month."""


def acts_of(events: pd.DataFrame | None, share: pd.DataFrame) -> pd.DataFrame | None:
    """Return the acts in the span drawn with their point day; the first grid day stands for the step before it."""
    if events is None:
        return None
    kept = events[events["dyad"].astype(bool)] if "dyad" in events else events
    middle = kept["start"] + ((kept["end"] - kept["start"]) / 2).dt.floor("D")
    step = share["date"].diff().median() if len(share) > 1 else pd.Timedelta("7D")
    inside = (middle > share["date"].iloc[0] - step) & (middle <= share["date"].iloc[-1])
    acts: pd.DataFrame = kept.assign(point=middle).loc[inside]
    return acts


def legend(acts: pd.DataFrame | None) -> str:
    """Say in the subtitle what a stroke is; nothing without acts."""
    if acts is None:
        return ""
    return f"Strokes: {'sum of a month’s' if len(acts) > MOST_STROKES else 'acts, as long as their'} Goldstein scores"


def draw(sheet: Sheet, box: Box, limits: tuple[float, float], acts: pd.DataFrame) -> None:
    """Draw one stroke an act, conflict upwards; where strokes would run into one block, one a month instead.

    Each side of the line is one path, so that thousands of acts stay one mark in the file.
    """
    dense = len(acts) > MOST_STROKES
    scores, x = acts["goldstein"].astype(float).to_numpy(), axes.days(acts["point"])
    month = acts["point"].dt.to_period("M").dt.start_time + pd.Timedelta("14D")
    heights = {}
    for name, size in (("conflict", np.maximum(-scores, 0)), ("cooperation", np.maximum(scores, 0))):
        each = pd.Series(size, index=axes.days(month) if dense else x)
        heights[name] = each.groupby(level=0).sum() if dense else each[each > 0]
    top = max([1.0 if dense else 10.0, *(one.max() for one in heights.values() if len(one))])
    panel = sheet.axes(box, x=limits, y=(-top, top))
    panel.axhline(0, color=design.RULE, linewidth=0.7)
    for name, sign, color in (("conflict", 1, design.CONFLICT), ("cooperation", -1, design.COOPERATION)):
        one = heights[name]
        y = np.column_stack([np.zeros(len(one)), sign * one.to_numpy(), np.full(len(one), np.nan)]).ravel()
        places = np.repeat(one.index.to_numpy(), 3)
        panel.plot(places, y, color=color, linewidth=0.9, solid_capstyle="butt", gid=f"rug-{name}")
        level = 0.5 + sign * 0.26
        sheet.text(box.right + REACH, box.y + box.height * level, name, va="center", color=color)
    axes.set_time(panel, box.width)
