"""Dependence as coders read it from events: the shifts added up, beside the composite of indicators where it is given.

The sum has no unit and no zero point, so its axis is bare of words for levels: up means "more dependent", and only
direction and turns are to be read. The composite stands below in its own panel, over the same years, as a check of
one against the other.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet
from analysis.charts.labels import End
from analysis.charts.stack import Plan, stack
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart

_MOST_LINES = 8
_FEW_EVENTS = 10
_NOTE = "The sum moves more in years that are recorded more densely, and no coder saw the whole."


@design.drawn
def event_dependence(
    frame: pd.DataFrame,
    composite: pd.DataFrame | None = None,
    *,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
) -> Chart:
    """Draw the cumulated dependence shifts of events.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `event_dependence`: `date`, `value`, `low`, `high`, `events`; with a column `domain`,
        one line each, the eight that moved most.
    composite : DataFrame, optional
        The frame of the measure `composite`, drawn below.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> total = an.event_dependence(rel.events, draws=50)
    >>> chart = an.charts.event_dependence(total, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.event_dependence", "date", "value")
    rows = frames.within(frame, period)
    foot = wording.source_line(None, source, cutoff)
    if rows["value"].notna().sum() == 0:
        return design.nothing("event-dependence", "No shift of dependence is coded in this period", rows, foot)
    who = sides[0].name if sides else "side A"
    lines = _lines(rows)
    whole = None if composite is None else frames.within(frames.series(composite, "composite"), period)
    heading = title_text(title_data(lines), who)
    counted = f" of {wording.count(int(rows['events'].sum()), 'event')}" if "events" in rows else ""
    under = wording.subtitle(
        f"Coded shifts{counted} in the dependence of {who}{f' on {sides[1].name}' if sides else ''}, added up, "
        f"{wording.period(rows['date'].min(), rows['date'].max())}",
        "No unit and no zero point: read direction and turns",
        "Band: how far it rests on single events, 90% of draws" if len(lines) == 1 and frames.has_band(rows) else "",
    )
    sheet = _draw((heading, under, foot), lines, whole)
    return Chart(
        sheet.figure, "event-dependence", heading, under, foot, f"Step chart of coded shifts. {heading}.", rows, _NOTE
    )


def _lines(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the lines to draw: the whole, or the domains that moved most."""
    if "domain" not in rows:
        return {"": frames.series(rows, "event_dependence")}
    every = {str(name): frames.series(one, "event_dependence") for name, one in rows.groupby("domain", sort=True)}
    moved = sorted(every, key=lambda name: -abs(float(every[name]["value"].iloc[-1])))
    return {name: every[name] for name in moved[:_MOST_LINES]}


def title_data(lines: dict[str, pd.DataFrame]) -> Title:
    """Return what is said of the first line: its sum, and its direction where enough events and their band bear one.

    Keys: "domain", "few", "no clear direction", "direction".
    """
    (name, first), *_ = lines.items()
    last = first.iloc[-1]
    numbers = {"total": float(last["value"]), "year": int(last["date"].year)}
    if name:
        return Title("domain", {"domain": name, **numbers})
    counted = int(first["events"].sum()) if "events" in first else _FEW_EVENTS
    if counted < _FEW_EVENTS:
        return Title("few", {"events": counted, **numbers})
    if last["value"] == 0 or (frames.has_band(first) and float(last["low"]) <= 0 <= float(last["high"])):
        return Title("no clear direction", numbers)
    return Title("direction", numbers, "more" if last["value"] > 0 else "less")


def title_text(title: Title, who: str) -> str:
    """Write the title; `who` is the side whose dependence it is."""
    said = title.numbers
    total = f"add up to {wording.signed(said['total'], 0)} by {said['year']}"
    if title.key == "domain":
        return f"{said['domain'].capitalize()} moved most: coded shifts {total}"
    if title.key == "few":
        return f"Only {wording.count(said['events'], 'event')} coded; shifts {total}"
    if title.key == "no clear direction":
        return f"Coded shifts {total}: no clear direction"
    way = f"{title.direction} dependent"
    return wording.title(f"Coded shifts {total}: {who} {way}", f"Coded shifts {total}: {way}")


def _draw(texts: tuple[str, str, str], lines: dict[str, pd.DataFrame], whole: pd.DataFrame | None) -> Sheet:
    rows = pd.concat(list(lines.values()))
    limits = axes.time_limits(rows["date"].min(), rows["date"].max())
    shown = whole is not None and bool(whole["value"].notna().any())
    colors = {name: design.INK if i == 0 else design.GREY for i, name in enumerate(lines)}
    ends = [
        End(value, f"{name} {wording.signed(value, 0)}".strip(), colors[name])
        for name, one in lines.items()
        for value in [float(one["value"].iloc[-1])]
    ]
    columns = ("value", "low", "high") if len(lines) == 1 else ("value",)
    low, high = frames.extent(rows, columns)
    ticks = axes.value_ticks(min(low, 0), max(high, 1))
    plans = [Plan(2.0, ticks, up="more", down="less", head="Coded shifts, added up" if shown else "", ends=ends)]
    if whole is not None and shown:
        last = whole[whole["value"].notna()].iloc[-1]
        end = End(float(last["value"]), f"{last['value']:.2f}", design.INK, str(last["date"].year))
        plans.append(Plan(0.9, [0, 0.5, 1], up="more", down="less", head="Composite of indicators, 0 to 1", ends=[end]))
    sheet, panels, _ = stack(texts, limits, plans)
    for name, one in lines.items():
        panel = panels[0][0]
        if len(lines) == 1:
            frames.draw_band(panel, one, design.INK, gid="event_dependence")
        x, y = axes.days(one["date"]), one["value"].astype(float)
        alone = "o" if len(one) == 1 else None
        held = [x[-1], limits[1]], [y.iloc[-1]] * 2
        panel.plot(*held, color=colors[name], linewidth=0.7, linestyle=":", gid="held")
        panel.plot(
            x,
            y,
            color=colors[name],
            linewidth=1.3,
            drawstyle="steps-post",
            marker=alone,
            markersize=4,
            gid=f"shifts-{name}",
        )
    if whole is not None and shown:
        frames.draw_series(panels[1][0], whole, design.INK, gid="composite")
    return sheet
