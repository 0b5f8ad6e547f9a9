"""Words against deeds, on one scale.

Rhetoric and conduct are drawn in one panel because they have one unit, told apart by line style as well as by colour,
and their gap in a panel of its own below, with its band: only where the band leaves zero, and recent acts stand
behind it, is there a gap to speak of, and only such stretches are shaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, frames, house, words
from analysis.charts.house import Sheet
from analysis.charts.labels import End
from analysis.charts.stack import Plan, stack
from analysis.display import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FEW_EVENTS = 10
_NAMES = {"verbal": "words", "material": "deeds"}
_COLORS = {"verbal": house.THIRD, "material": house.INK}
_NOTE = (
    "Words and deeds have different usual levels: a sharp word is scored milder than a sharp deed. A gap "
    "is a distance between two shares, not a sign of intent."
)


@house.drawn
def conduct(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    sides: words.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
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
    foot = words.source_line(events, source, cutoff)
    if any(one["value"].notna().sum() == 0 for one in parts.values()):
        return house.nothing(
            "conduct", "Words and deeds cannot be set against each other: one of them is not recorded", rows, foot
        )
    few = _few(parts)
    heading = few or _conduct_title(parts["gap"])
    scheme = str(rows["scheme"].iloc[0]) if "scheme" in rows else ""
    under = words.subtitle(
        f"Tension share of words (verbal acts) and of deeds (material acts) between {words.dyad(sides, events)}, "
        f"{words.period(rows['date'].min(), rows['date'].max())}",
        f"Quad classes by {scheme}" if scheme else "",
        "Dotted: no recent act" if any(frames.silent(one).any() for one in parts.values()) else "",
        "Bands: 90% of draws; shaded where the gap’s band leaves zero" if frames.has_band(parts["gap"]) else "",
    )
    sheet = _draw_conduct((heading, under, foot), parts, shade=not few)
    apart = _clear_share(parts["gap"])
    alt = (
        f"Line chart of the tension of words and of deeds. {heading}. "
        f"The gap’s band leaves zero on {apart:.0%} of the days drawn."
    )
    return Chart(sheet.figure, "conduct", heading, under, foot, alt, rows, _NOTE)


def _few(parts: dict[str, pd.DataFrame]) -> str:
    """Return a title that says so when a part rests on too few acts for its band to mean anything; else nothing."""
    if "events" not in parts["verbal"]:
        return ""
    said, done = (int(parts[name]["events"].sum()) for name in ("verbal", "material"))
    if min(said, done) >= _FEW_EVENTS:
        return ""
    return f"Only {words.count(said, 'verbal act')} and {words.count(done, 'material act')}: no gap can be told"


def _clear(gap: pd.DataFrame) -> pd.Series[bool]:
    """Mark the days on which both parts rest on recent acts and the gap's band leaves zero."""
    return ((gap["low"] > 0) | (gap["high"] < 0)) & ~frames.silent(gap)


def _clear_share(gap: pd.DataFrame) -> float:
    return float(_clear(gap).mean())


def _conduct_title(gap: pd.DataFrame) -> str:
    last = gap[gap["value"].notna()].iloc[-1]
    day = words.day(last["date"])
    if not frames.has_band(gap):
        tenser, other = ("words", "deeds") if last["value"] > 0 else ("deeds", "words")
        return f"On {day} {tenser} were tenser than {other} by {abs(last['value']):.2f}"
    if not bool(_clear(gap.loc[[last.name]]).iloc[0]):
        return f"No clear gap between words and deeds on {day}"
    tenser, other = ("Words", "deeds") if last["value"] > 0 else ("Deeds", "words")
    return f"{tenser} clearly tenser than {other} on {day}: gap {words.number(abs(last['value']), 2)}"


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
            ends=[End(float(last["value"]), f"gap {words.number(last['value'], 2)}", house.INK)],
        ),
    ]
    sheet, panels, _ = stack(texts, limits, plans)
    for name, style in (("verbal", (0, (3, 1.2))), ("material", "-")):
        frames.draw_remembered(panels[0][0], parts[name], _COLORS[name], style=style, gid=name)
    frames.draw_remembered(panels[1][0], gap, house.INK, gid="gap")
    panels[1][0].axhline(0, color=house.GREY, linewidth=0.9, gid="zero")
    if shade:
        _shade_clear(panels[1][0], gap)
    return sheet


def _shade_clear(panel: Axes, gap: pd.DataFrame) -> None:
    clear = _clear(gap)
    for _, run in gap[clear].groupby((clear != clear.shift()).cumsum()[clear], sort=True):
        color = house.CONFLICT_TINT if run["value"].iloc[0] > 0 else house.COOPERATION_TINT
        left, right = axes.at(run["date"].iloc[0]) - 3.5, axes.at(run["date"].iloc[-1]) + 3.5
        panel.axvspan(left, right, color=color, alpha=0.35, linewidth=0, zorder=0.4, gid="clear")
