"""Dependence as coders read it from events: the shifts added up.

The sum has no unit and no zero point, so its axis is bare of words for levels: up means "more dependent", and only
direction and turns are to be read. Years that are recorded more densely move it more.
"""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet, Words
from analysis.charts.labels import End
from analysis.charts.scaffold import House, Page, chart, few, limits, spoken
from analysis.charts.stack import Plan, stack
from analysis.charts.title import Title
from analysis.findings import wording

_MOST_LINES = 8


@chart(
    "event-dependence",
    "date",
    "value",
    note="The sum moves more in years that are recorded more densely, and no coder saw the whole.",
)
def event_dependence(frame: pd.DataFrame, **house: Unpack[House]) -> Page:
    """Draw the cumulated dependence shifts of events.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `event_dependence`: `date`, `value`, `low`, `high`, `events`; with a column `domain`,
        one line each, the eight that moved most.
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
    >>> total = an.event_dependence(rel.events, draws=50)
    >>> chart = an.charts.event_dependence(total, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    sides = house.get("sides")
    rows = frames.within(frame, house.get("period"))
    if rows["value"].notna().sum() == 0:
        return Page(rows, "No shift of dependence is coded in this period")
    if sentence := few(rows):
        return sentence
    who = sides[0].name if sides else "side A"
    lines = _lines(rows)
    heading = title_text(title_data(lines), who)
    counted = f" of {wording.count(int(rows['events'].sum()), 'event')}" if "events" in rows else ""
    return Page(
        rows,
        heading,
        f"Coded shifts{counted} in the dependence of {who}{f' on {sides[1].name}' if sides else ''}, added up, "
        f"{spoken(rows)}",
        wording.subtitle(
            "No unit and no zero point: read direction and turns",
            "Upright stroke: 90% of redrawn records" if len(lines) == 1 and frames.has_band(rows) else "",
        ),
        ("Step chart of coded shifts", ""),
        lambda words: _draw(words, lines, limits(rows, house)),
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

    Keys: "domain", "no clear direction", "direction".
    """
    (name, first), *_ = lines.items()
    last = first.iloc[-1]
    numbers = {"total": float(last["value"]), "year": int(last["date"].year)}
    if name:
        return Title("domain", {"domain": name, **numbers})
    if last["value"] == 0 or (frames.has_band(first) and float(last["low"]) <= 0 <= float(last["high"])):
        return Title("no clear direction", numbers)
    return Title("direction", numbers, "more" if last["value"] > 0 else "less")


def title_text(title: Title, who: str) -> str:
    """Write the title; `who` is the side whose dependence it is."""
    said = title.numbers
    total = f"add up to {wording.signed(said['total'], 0)} by {said['year']}"
    if title.key == "domain":
        return f"{said['domain'].capitalize()} moved most: coded shifts {total}"
    if title.key == "no clear direction":
        return f"Coded shifts {total}: no clear direction"
    way = f"{title.direction} dependent"
    return wording.title(f"Coded shifts {total}: {who} {way}", f"Coded shifts {total}: {way}")


def _draw(words: Words, lines: dict[str, pd.DataFrame], limits: tuple[float, float]) -> Sheet:
    rows = pd.concat(list(lines.values()))
    colors = {name: design.INK if i == 0 else design.GREY for i, name in enumerate(lines)}
    ends = [
        End(value, f"{name} {wording.signed(value, 0)}".strip(), colors[name])
        for name, one in lines.items()
        for value in [float(one["value"].iloc[-1])]
    ]
    bounds = frames.extent(rows.tail(1)) if len(lines) == 1 else (0.0, 1.0)
    low, high = frames.extent(rows, ("value",))
    ticks = axes.value_ticks(min(low, bounds[0], 0), max(high, bounds[1], 1))
    sheet, panels, _ = stack(words, limits, [Plan(1.9, ticks, up="more", down="less", ends=ends)])
    panel = panels[0][0]
    for name, one in lines.items():
        x, y = axes.days(one["date"]), one["value"].astype(float)
        panel.plot(x, y, color=colors[name], linewidth=1.3, drawstyle="steps-post", gid=f"shifts-{name}")
        last = one.tail(1) if len(lines) == 1 else one.tail(1).assign(low=float("nan"))
        frames.draw_whisker(panel, last.iloc[0], colors[name], gid="shifts")
    return sheet
