"""How much depends on the half-life: the same record, four memories, one strip each.

The strips share one scale and one line of reference, the record's long-run share. What is above it is filled as
conflict, what is below as cooperation, so that the eye compares shapes. What all strips show does not depend on the
choice; what only the shortest shows does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet
from analysis.charts.labels import End
from analysis.charts.stack import Plan, stack
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart

_NOTE = "A turn that all strips show does not hang on the half-life; one that only the shortest shows does."


@design.drawn
def sensitivity(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
    acts: str = "",
    prior: float | None = None,
) -> Chart:
    """Draw the tension share under several half-lives, one strip each.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `sensitivity`: `date`, `measure`, `value`, `half_life`.
    events : DataFrame, optional
        For the counts of the source line.
    prior : float, optional
        The long-run share, the line of reference; from `events` when absent, else the median of the values drawn.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> lines = an.sensitivity(rel.events, ("90D", "180D"), start="2014-01-01", end=rel.cutoff)
    >>> chart = an.charts.sensitivity(lines, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.sensitivity", "date", "value", "half_life")
    rows = frames.within(frame, period)
    rows = rows[rows["measure"] == "tension_share"] if "measure" in rows else rows
    rows = rows[rows["value"].notna()].reset_index(drop=True)
    foot = wording.source_line(events, source, cutoff)
    if rows.empty:
        return design.nothing("sensitivity", "No act between the two sides is recorded in this period", rows, foot)
    lives = list(dict.fromkeys(rows["half_life"]))
    known = frames.usual(events, prior)
    level = float(rows["value"].median()) if known is None else known
    series = {life: frames.series(rows[rows["half_life"] == life], "tension_share") for life in lives}
    heading = title_text(title_data(series))
    under = wording.subtitle(
        f"Tension share of {wording.acts_between(acts, sides, events)} with half-lives of {_together(lives)}, "
        f"{wording.period(rows['date'].min(), rows['date'].max())}",
        f"Filled from the {'median' if known is None else 'long-run share'}, {level:.2f}: brown tenser, blue calmer",
    )
    sheet = _draw((heading, under, foot), series, level)
    peaks = [
        f"{_spoken(life)}: peak {wording.month(_peak(one))}, last {one['value'].iloc[-1]:.2f}"
        for life, one in series.items()
    ]
    alt = f"Strips of the tension share, one for each half-life. {heading}. {'; '.join(peaks)}."
    return Chart(sheet.figure, "sensitivity", heading, under, foot, alt, rows, _NOTE)


def _spoken(life: str) -> str:
    return f"{life[:-1]} days" if life.endswith("D") and life[:-1].isdigit() else str(life)


def _together(lives: list[str]) -> str:
    if all(life.endswith("D") and life[:-1].isdigit() for life in lives):
        return f"{wording.listed([life[:-1] for life in lives])} days"
    return wording.listed([str(life) for life in lives])


def _peak(rows: pd.DataFrame) -> pd.Timestamp:
    return pd.Timestamp(rows["date"].iloc[int(rows["value"].astype(float).argmax())])


def title_data(series: dict[str, pd.DataFrame]) -> Title:
    """Return what is said of the strips: the years of their peaks, and the range of their last values.

    Keys: "one", "same year" (all strips peak in one year), "other years".
    """
    lasts = [float(one["value"].iloc[-1]) for one in series.values()]
    years = sorted({_peak(one).year for one in series.values()})
    day = max(one["date"].iloc[-1] for one in series.values())
    numbers = {"first": years[0], "last": years[-1], "low": min(lasts), "high": max(lasts), "day": day}
    return Title("one" if len(series) == 1 else "same year" if len(years) == 1 else "other years", numbers)


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    low, high, day = wording.number(said["low"]), wording.number(said["high"]), wording.day(said["day"])
    if title.key == "one":
        return f"Tension {low} on {day}; peak in {said['first']}"
    level = f"{low} to {high} on {day}" if low != high else f"{low} on {day}"
    if title.key == "same year":
        return f"All half-lives peak in {said['first']}; {level}"
    return f"Peak moves with the half-life, {said['first']} to {said['last']}; {level}"


def _draw(texts: tuple[str, str, str], series: dict[str, pd.DataFrame], level: float) -> Sheet:
    rows = pd.concat(list(series.values()))
    limits = axes.time_limits(rows["date"].min(), rows["date"].max())
    top = axes.value_ticks(0, min(1.0, max(0.5, float(rows["value"].max()))))[-1]
    plans = [
        Plan(
            0.62,
            [0, top],
            head=f"Half-life {_spoken(life)}",
            ends=[
                End(float(one["value"].iloc[-1]), f"{one['value'].iloc[-1]:.2f}", design.INK, f"peak {_peak(one).year}")
            ],
        )
        for life, one in series.items()
    ]
    sheet, panels, _ = stack(texts, limits, plans)
    for (panel, _), (life, one) in zip(panels, series.items(), strict=True):
        x, y = axes.days(one["date"]), one["value"].astype(float).to_numpy()
        fill: dict[str, Any] = {"linewidth": 0, "interpolate": True}
        panel.fill_between(x, y, level, where=y >= level, color=design.CONFLICT_TINT, alpha=0.7, gid="tenser", **fill)
        panel.fill_between(
            x, y, level, where=y <= level, color=design.COOPERATION_TINT, alpha=0.7, gid="calmer", **fill
        )
        panel.plot(x, y, color=design.INK, linewidth=0.9, marker="o" if len(x) == 1 else None, gid=f"share-{life}")
        panel.axhline(level, color=design.GREY, linewidth=0.7, gid="reference")
        panel.plot([x[int(np.argmax(y))]], [y.max()], "o", color=design.INK, markersize=3.5, clip_on=False, gid="peak")
    return sheet
