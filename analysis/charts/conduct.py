"""Words against deeds, on one scale.

Rhetoric and conduct are drawn in one panel because they have one unit, told apart by line style as well as by shade.
Only where the band of their gap leaves zero, and recent acts stand behind both, is there a gap to speak of: such
stretches have a bar along the top.
"""

from __future__ import annotations

from typing import Any, Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet, Words
from analysis.charts.labels import End
from analysis.charts.scaffold import House, Page, chart, limits, marks, named, spoken
from analysis.charts.stack import Plan, stack
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.measures.options import FEW_ACTS

_NAMES = {"verbal": "words", "material": "deeds"}
_STYLES: dict[str, tuple[str, Any]] = {"verbal": (design.GREY, (0, (3, 1.2))), "material": (design.INK, "-")}


@chart(
    "conduct",
    "date",
    "measure",
    "value",
    note="Words and deeds have different usual levels: a sharp word is scored milder than a sharp deed. A gap is a "
    "distance between two shares, not a sign of intent.",
)
def conduct(frame: pd.DataFrame, events: pd.DataFrame | None = None, **house: Unpack[House]) -> Page:
    """Draw the tension of words and of deeds, and where they are clearly apart.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `conduct`: `date`, `measure` ("verbal", "material", "gap"), `value`, `low`, `high`;
        uses `state`, `acts`, `events`, `scheme`.
    events : DataFrame, optional
        For the counts of the source line.
    house
        As every chart, see `analysis.charts.scaffold.House`.

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
    rows = frames.within(frame, house.get("period"))
    parts = {name: frames.series(rows, name) for name in ("verbal", "material", "gap")}
    if any(one["value"].notna().sum() == 0 for one in parts.values()):
        lacking = "Words and deeds cannot be set against each other: one of them is not recorded"
        return Page(rows, lacking, counted=events)
    said = title_data(parts)
    if said.key == "few":
        return Page(rows, title_text(said), counted=events)
    scheme = str(rows["scheme"].iloc[0]) if "scheme" in rows else ""
    apart = float(_clear(parts["gap"]).ne(0).mean())
    return Page(
        rows,
        title_text(said),
        f"Hostile part of words and of deeds, percent of weight: {named(house, events)}, {spoken(rows)}",
        wording.subtitle(
            f"Words are verbal acts, deeds material ones{f' (quad classes by {scheme})' if scheme else ''}",
            "Bar at the top: clearly apart" if apart else "",
            marks(rows, band=frames.has_band(parts["gap"])),
        ),
        (
            "Line chart of the tension of words and of deeds",
            f"The gap’s band leaves zero on {wording.percent(apart)} of the days drawn.",
        ),
        lambda words: _draw(words, parts, limits(rows, house)),
        events,
    )


def _clear(gap: pd.DataFrame) -> pd.Series[int]:
    """Mark the days on which both parts rest on recent acts and the gap's band leaves zero: 1 above it, -1 below."""
    sign = (gap["low"] > 0).astype(int) - (gap["high"] < 0).astype(int)
    return sign.where(~frames.silent(gap), 0)


def title_data(parts: dict[str, pd.DataFrame]) -> Title:
    """Return what is said of words and deeds: the longest stretch on which they are clearly apart.

    Keys: "few" (a part rests on too few acts for its band to mean anything), "no clear gap", "clear gap", "gap"
    (without a band: the last day).
    """
    if "events" in parts["verbal"]:
        counts = {name: _placed(parts[name]) for name in ("verbal", "material")}
        if min(counts.values()) < FEW_ACTS:
            return Title("few", counts)
    gap = parts["gap"]
    last = gap[gap["value"].notna()].iloc[-1]
    if not frames.has_band(gap):
        return Title("gap", {"gap": float(last["value"]), "day": last["date"]}, _tenser(last["value"]))
    runs = frames.runs(gap, _clear(gap))
    if not runs:
        return Title("no clear gap", {"first": gap["date"].iloc[0], "last": last["date"]})
    longest = max(runs, key=lambda run: run["date"].iloc[-1] - run["date"].iloc[0])
    stretch = {"first": longest["date"].iloc[0], "last": longest["date"].iloc[-1]}
    return Title("clear gap", stretch, _tenser(longest["value"].mean()))


def _tenser(gap: float) -> str:
    return "words" if gap > 0 else "deeds"


def _placed(part: pd.DataFrame) -> int:
    """Return how many acts of a part lie behind the last day: from `acts`, or those of the period in an older frame."""
    return int(part["acts"].iloc[-1]) if "acts" in part else int(part["events"].sum())


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    if title.key == "few":
        verbal, material = (wording.count(said[kind], f"{kind} act") for kind in ("verbal", "material"))
        return f"Only {verbal} and {material}: no gap can be told"
    other = "deeds" if title.direction == "words" else "words"
    if title.key == "gap":
        points = wording.number(100 * abs(said["gap"]), 0)
        return f"On {wording.day(said['day'])} {title.direction} were tenser than {other} by {points} points"
    when = wording.period(said["first"], said["last"])
    if title.key == "no clear gap":
        return f"No clear gap between words and deeds, {when}"
    return f"{title.direction.capitalize()} clearly tenser than {other}, {when}"


def _draw(words: Words, parts: dict[str, pd.DataFrame], limits: tuple[float, float]) -> Sheet:
    ends = [
        End(float(last["value"]), f"{_NAMES[name]} {wording.percent(last['value'])}", _STYLES[name][0])
        for name in _NAMES
        if (last := frames.last_recent(parts[name])) is not None
    ]
    ticks, labels = axes.share_ticks()
    sheet, panels, _ = stack(words, limits, [Plan(1.75, ticks, labels, up="tenser", down="calmer", ends=ends)])
    panel = panels[0][0]
    for name, (color, style) in _STYLES.items():
        frames.draw_recent(panel, parts[name], color, style=style, gid=name)
    frames.draw_runs(panel, frames.runs(parts["gap"], _clear(parts["gap"])))
    return sheet
