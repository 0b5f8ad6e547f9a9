"""Words against deeds, on one scale.

Rhetoric and conduct are drawn in one panel because they have one unit, told apart by line style as well as by colour,
and their gap in a panel of its own below, with its band: only where the band leaves zero, and recent acts stand
behind it, is there a gap to speak of, and only such stretches are shaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet
from analysis.charts.labels import End
from analysis.charts.stack import Plan, stack
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart
from analysis.measures.conduct import FEW_ACTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NAMES = {"verbal": "words", "material": "deeds"}
_COLORS = {"verbal": design.THIRD, "material": design.INK}
_NOTE = (
    "Words and deeds have different usual levels: a sharp word is scored milder than a sharp deed. A gap "
    "is a distance between two shares, not a sign of intent."
)


@design.drawn
def conduct(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
    acts: str = "",
) -> Chart:
    """Draw the tension of words and of deeds, and the gap between them.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `conduct`: `date`, `measure` ("verbal", "material", "gap"), `value`, `low`, `high`;
        uses `usual`, `scheme`.
    events : DataFrame, optional
        For the counts of the source line.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> gap = an.conduct(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> chart = an.charts.conduct(gap, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.conduct", "date", "measure", "value")
    rows = frames.within(frame, period)
    parts = {name: frames.series(rows, name) for name in ("verbal", "material", "gap")}
    foot = wording.source_line(events, source, cutoff)
    if any(one["value"].notna().sum() == 0 for one in parts.values()):
        return design.nothing(
            "conduct", "Words and deeds cannot be set against each other: one of them is not recorded", rows, foot
        )
    said = title_data(parts)
    heading = title_text(said)
    scheme = str(rows["scheme"].iloc[0]) if "scheme" in rows else ""
    under = wording.subtitle(
        f"Tension share of words (verbal acts) and of deeds (material acts): "
        f"{wording.acts_between(acts, sides, events)}, {wording.period(rows['date'].min(), rows['date'].max())}",
        f"Quad classes by {scheme}" if scheme else "",
        "Dotted: no recent act" if any(frames.silent(one).any() for one in parts.values()) else "",
        "Bands: 90% of draws; shaded where the gap’s band leaves zero" if frames.has_band(parts["gap"]) else "",
    )
    sheet = _draw_conduct((heading, under, foot), parts, shade=said.key != "few")
    apart = _clear_share(parts["gap"])
    alt = (
        f"Line chart of the tension of words and of deeds. {heading}. "
        f"The gap’s band leaves zero on {wording.percent(apart)} of the days drawn."
    )
    return Chart(sheet.figure, "conduct", heading, under, foot, alt, rows, _NOTE)


def _clear(gap: pd.DataFrame) -> pd.Series[bool]:
    """Mark the days on which both parts rest on recent acts and the gap's band leaves zero."""
    return ((gap["low"] > 0) | (gap["high"] < 0)) & ~frames.silent(gap)


def _clear_share(gap: pd.DataFrame) -> float:
    return float(_clear(gap).mean())


def title_data(parts: dict[str, pd.DataFrame]) -> Title:
    """Return what is said of words and deeds on the last day.

    Keys: "few" (a part rests on too few acts for its band to mean anything), "no clear gap", "clear gap", "gap"
    (without a band).
    """
    if "events" in parts["verbal"]:
        counts = {name: _placed(parts[name]) for name in ("verbal", "material")}
        if min(counts.values()) < FEW_ACTS:
            return Title("few", counts)
    gap = parts["gap"]
    last = gap[gap["value"].notna()].iloc[-1]
    numbers = {"gap": float(last["value"]), "day": last["date"]}
    tenser = "words" if last["value"] > 0 else "deeds"
    if not frames.has_band(gap):
        return Title("gap", numbers, tenser)
    if not bool(_clear(gap.loc[[last.name]]).iloc[0]):
        return Title("no clear gap", numbers)
    return Title("clear gap", numbers, tenser)


def _placed(part: pd.DataFrame) -> int:
    """Return how many acts of a part lie behind the last day: from `acts`, or those of the period in an older frame."""
    return int(part["acts"].iloc[-1]) if "acts" in part else int(part["events"].sum())


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    if title.key == "few":
        verbal, material = (wording.count(said[kind], f"{kind} act") for kind in ("verbal", "material"))
        return f"Only {verbal} and {material}: no gap can be told"
    day = wording.day(said["day"])
    if title.key == "no clear gap":
        return f"No clear gap between words and deeds on {day}"
    other, gap = "deeds" if title.direction == "words" else "words", wording.number(abs(said["gap"]))
    if title.key == "gap":
        return f"On {day} {title.direction} were tenser than {other} by {gap}"
    return f"{title.direction.capitalize()} clearly tenser than {other} on {day}: gap {gap}"


def _draw_conduct(texts: tuple[str, str, str], parts: dict[str, pd.DataFrame], *, shade: bool) -> Sheet:
    gap = parts["gap"]
    limits = axes.time_limits(gap["date"].min(), gap["date"].max())
    ends = [
        End(float(last["value"]), f"{_NAMES[name]} {last['value']:.2f}", _COLORS[name])
        for name in _NAMES
        if (last := frames.last_known(parts[name])) is not None
    ]
    both = pd.concat([parts["verbal"], parts["material"]])
    last = gap[gap["value"].notna()].iloc[-1]
    low, high = frames.extent(gap)
    plans = [
        Plan(
            1.75, axes.value_ticks(0, min(1.0, max(0.5, frames.extent(both)[1]))), up="tenser", down="calmer", ends=ends
        ),
        Plan(
            1.0,
            axes.value_ticks(min(low, -0.1), max(high, 0.1)),
            head="Gap: words less deeds (above zero: words tenser)",
            ends=[End(float(last["value"]), f"gap {wording.number(last['value'], 2)}", design.INK)],
        ),
    ]
    sheet, panels, _ = stack(texts, limits, plans)
    for name, style in (("verbal", (0, (3, 1.2))), ("material", "-")):
        frames.draw_remembered(panels[0][0], parts[name], _COLORS[name], style=style, gid=name)
    frames.draw_remembered(panels[1][0], gap, design.INK, gid="gap")
    panels[1][0].axhline(0, color=design.GREY, linewidth=0.9, gid="zero")
    if shade:
        _shade_clear(panels[1][0], gap)
    return sheet


def _shade_clear(panel: Axes, gap: pd.DataFrame) -> None:
    clear = _clear(gap)
    for _, run in gap[clear].groupby((clear != clear.shift()).cumsum()[clear], sort=True):
        color = design.CONFLICT_TINT if run["value"].iloc[0] > 0 else design.COOPERATION_TINT
        left, right = axes.at(run["date"].iloc[0]) - 3.5, axes.at(run["date"].iloc[-1]) + 3.5
        panel.axvspan(left, right, color=color, alpha=0.35, linewidth=0, zorder=0.4, gid="clear")
