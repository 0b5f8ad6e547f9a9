"""The acts under an index: how many there are, and when.

Hostile acts stand upwards and friendly ones downwards, as many as were recorded in each quarter, or month where the
period is short; so a reader sees at once whether a stretch of line rests on many acts or few.
"""

from __future__ import annotations

import pandas as pd

from analysis.charts import axes, design
from analysis.charts.design import Box, Sheet
from analysis.charts.labels import REACH

_SHORT = 4 * 366  # days


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


def counts(acts: pd.DataFrame, limits: tuple[float, float]) -> pd.DataFrame:
    """Count hostile and friendly acts by quarter, or by month of a short period: `left`, `right`, `hostile`,
    `friendly`.
    """
    score = acts["goldstein"].astype(float)
    when = acts["point"].dt.to_period("M" if limits[1] - limits[0] < _SHORT else "Q")
    table = pd.DataFrame({"hostile": (score < 0).groupby(when).sum(), "friendly": (score > 0).groupby(when).sum()})
    index = pd.PeriodIndex(table.index)
    return table.assign(left=axes.days(index.start_time), right=axes.days(index.end_time.normalize()) + 1)


def draw(sheet: Sheet, box: Box, limits: tuple[float, float], acts: pd.DataFrame) -> None:
    """Draw the counts as bars from the middle of a panel with ticks of time, and the largest count beside them."""
    table = counts(acts, limits)
    top = max(1, *table["hostile"], *table["friendly"])
    panel = sheet.axes(box, x=limits, y=(-top, top))
    panel.axhline(0, color=design.RULE, linewidth=0.7)
    wide = (table["right"] - table["left"]) * 0.86
    for name, sign, color in (("hostile", 1, design.CONFLICT), ("friendly", -1, design.COOPERATION)):
        panel.bar(table["left"], sign * table[name], wide, align="edge", color=color, linewidth=0, gid=f"rug-{name}")
        sheet.text(box.right + REACH, box.y + box.height * (0.5 + sign * 0.3), name, va="center", color=color)
        sheet.text(
            box.x - 0.045,
            box.y + box.height * (0.5 + sign * 0.35),
            f"{int(table[name].max())}" if table[name].max() else "",
            va="center",
            ha="right",
            color=design.GREY,
        )
    axes.set_time(panel, box.width)
