"""What happened: the main events in order, each where it falls in time, as exactly as it is known.

Each event has a row of its own, so no label can meet another however close the days lie. A known day is a dot; a date
that is known only as a span (a month, a year, first to last day) is an open bar as long as the span. A span too short
to be seen at this scale is drawn at the least visible length; its date is in words at the left either way.

Main events are those with the greatest weight: the size of the Goldstein score times the square root of the number of
sources, so that a strong act which several publications report comes before one that a single page mentions. Among
equals the later one comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.text_metrics import BOLD, height, width, wrap
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICKS = 0.24
_LEAST_BAR = 0.09
_AIR = 0.09
_LEAST_ROOM = 1.8
_NOTE = "Weight decides which acts are shown; it is no judgement of their consequence."


@dataclass(frozen=True, eq=False)
class _Row:
    """One event on the sheet: its mark and its title, in inches into the panel.

    The title stands after the mark, before it, or under it (`skip` is then 1) where a long span leaves no room beside.
    """

    event: dict[Any, Any]
    left: float
    right: float
    lines: list[str]
    place: float
    align: str
    skip: int = 0

    @property
    def height(self) -> float:
        """Height of the row in inches."""
        return height(len(self.lines) + self.skip, design.LABEL) + 0.055


@design.drawn
def timeline(
    events: pd.DataFrame,
    top: int = 20,
    *,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
    acts: str = "",
) -> Chart:
    """Draw the main events as a list on a time axis.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end`, `title`, `goldstein`; uses `precision`, `approximate`, `sources`, `dyad`. Only acts
        between the two sides are taken where `dyad` is given.
    top : int
        Number of events, the greatest weights first; fewer where they would not fit on a page.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> acts = rel.events[rel.events["dyad"]]
    >>> chart = an.charts.timeline(acts, top=10, sides=rel.sides, cutoff=rel.cutoff)
    >>> chart.name
    'timeline'
    """
    frames.require(events, "charts.timeline", "start", "end", "title", "goldstein")
    pool = events[events["dyad"].astype(bool)] if "dyad" in events else events
    if period is not None:
        pool = pool[(pool["end"] >= pd.Timestamp(period[0])) & (pool["start"] <= pd.Timestamp(period[1]))]
    chosen = _main(pool, top)
    while len(chosen) > 1 and sum(row.height for row in _laid_out(chosen)[0]) > design.MOST_BODY:
        chosen = _main(pool, len(chosen) - 1)
    foot = wording.source_line(events, source, cutoff)
    if chosen.empty:
        return design.nothing("timeline", "No act between the two sides is recorded in this period", chosen, foot)
    heading = title_text(title_data(chosen, len(pool)))
    whole = len(chosen) == len(pool)
    spans = bool((chosen["start"] != chosen["end"]).any())
    under = wording.subtitle(
        f"{_counted(len(chosen), whole)}: {wording.acts_between(acts, sides, pool)}, "
        f"{wording.period(chosen['start'].min(), chosen['end'].max())}",
        "Brown: conflict; blue: cooperation",
        f"Dot: known day{'; open bar: within this span' if spans else ''}",
        "At the right: the score",
    )
    figure = _draw(heading, under, foot, chosen)
    alt = _alt(heading, chosen, wording.acts_between(acts, sides, pool))
    return Chart(figure, "timeline", heading, under, foot, alt, chosen, _NOTE)


def _counted(n: int, whole: bool) -> str:
    if whole:
        return "The only act" if n == 1 else f"All {n} acts"
    return f"The {wording.count(n, 'act')} with the greatest weight (Goldstein score by root of sources)"


def _main(pool: pd.DataFrame, top: int) -> pd.DataFrame:
    sources = pool["sources"].astype(float).clip(lower=1) if "sources" in pool else 1.0
    ranked = pool.assign(weight=pool["goldstein"].astype(float).abs() * sources**0.5)
    ranked = ranked.sort_values(["weight", "start"], ascending=False, kind="stable").head(top)
    keep = ["event_id", "start", "end", "precision", "approximate", "title", "goldstein", "sources", "weight"]
    chosen = ranked.sort_values(["start", "end"], kind="stable").reset_index(drop=True)
    return chosen[[name for name in keep if name in chosen]]


def title_data(chosen: pd.DataFrame, pool: int) -> Title:
    """Return what is said of the acts drawn, out of `pool` acts.

    Keys: "one", "kinds", "busiest year" (at least three of a choice fell in one year).
    """
    if len(chosen) == 1:
        return Title("one", {"date": wording.event_date(*_when(chosen.iloc[0].to_dict()))})
    hostile = int((chosen["goldstein"].astype(float) < 0).sum())
    busiest = chosen["start"].dt.year.value_counts().sort_index()
    year, n = int(busiest.idxmax()), int(busiest.max())
    numbers = {"acts": len(chosen), "conflict": hostile, "cooperation": len(chosen) - hostile}
    if len(chosen) == pool or n < 3 or n == len(chosen):
        return Title("kinds", numbers)
    return Title("busiest year", {**numbers, "in year": n, "year": year})


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    if title.key == "one":
        return f"One act recorded: {said['date']}"
    kinds = f"{said['conflict']} conflict, {said['cooperation']} cooperation"
    if title.key == "kinds":
        return f"{said['acts']} main acts: {kinds}"
    return f"Of {said['acts']} main acts ({kinds}), {said['in year']} fell in {said['year']}"


def _alt(heading: str, chosen: pd.DataFrame, named: str) -> str:
    lowest = chosen.iloc[int(chosen["goldstein"].astype(float).argmin())].to_dict()
    return (
        f"Timeline of {wording.count(len(chosen), 'main act')} of the {named}. {heading}. The lowest score, "
        f"{_score(lowest)}, is that of {wording.event_date(*_when(lowest))}: {lowest['title']}."
    )


def _when(event: dict[Any, Any]) -> tuple[Any, Any, str, bool]:
    return event["start"], event["end"], str(event.get("precision", "day")), bool(event.get("approximate", False))


def _draw(heading: str, under: str, foot: str, chosen: pd.DataFrame) -> Any:
    rows, limits, left, right = _laid_out(chosen)
    room = design.PAGE_WIDTH - 2 * design.EDGE - left - right
    sheet = design.sheet(heading, under, foot, sum(row.height for row in rows) + _TICKS)
    box = sheet.body.inset(left=left, right=right, bottom=_TICKS)
    panel = sheet.axes(box, x=limits, y=(0, box.height))
    axes.set_time(panel, room, rules=True)
    top = box.top
    line = height(1, design.LABEL)
    for row in rows:
        _mark(panel, row, top - line / 2 - box.y, limits, room)
        sheet.lines(box.x - 0.12, top, [wording.event_date(*_when(row.event))], ha="right", color=design.SOFT)
        sheet.lines(sheet.body.right, top, [_score(row.event)], ha="right", weight=BOLD, color=_color(row.event))
        sheet.lines(box.x + row.place, top - line * row.skip, row.lines, ha=row.align)
        top -= row.height
    return sheet.figure


def _laid_out(chosen: pd.DataFrame) -> tuple[list[_Row], tuple[float, float], float, float]:
    """Return the rows, the limits of the time axis, and the margins for dates and scores."""
    events = chosen.to_dict("records")
    left = design.label_width([wording.event_date(*_when(event)) for event in events]) + 0.12
    right = design.label_width([_score(event) for event in events], weight=BOLD) + 0.12
    room = design.PAGE_WIDTH - 2 * design.EDGE - left - right
    first, last = axes.time_limits(chosen["start"].min(), chosen["end"].max())
    margin = (last - first) * 0.02
    limits = (first - margin, last + margin)
    return [_row(event, limits, room) for event in events], limits, left, right


def _row(event: dict[Any, Any], limits: tuple[float, float], room: float) -> _Row:
    scale = room / (limits[1] - limits[0])
    left, right = ((axes.at(event[end]) - limits[0]) * scale for end in ("start", "end"))
    if event["start"] != event["end"] and right - left < _LEAST_BAR:
        left, right = (left + right - _LEAST_BAR) / 2, (left + right + _LEAST_BAR) / 2
    title = str(event["title"])
    after, before, wide = room - right - _AIR, left - _AIR, width(title, design.LABEL)
    if max(after, before) < min(wide, _LEAST_ROOM):
        return _Row(event, left, right, wrap(title, room, design.LABEL), 0.0, "left", skip=1)
    if wide <= after or after >= before:
        return _Row(event, left, right, wrap(title, after, design.LABEL), right + _AIR, "left")
    return _Row(event, left, right, wrap(title, before, design.LABEL), left - _AIR, "right")


def _mark(panel: Axes, row: _Row, level: float, limits: tuple[float, float], room: float) -> None:
    color = _color(row.event)
    scale = (limits[1] - limits[0]) / room
    left, right = limits[0] + row.left * scale, limits[0] + row.right * scale
    if row.event["start"] == row.event["end"]:
        panel.plot([left], [level], "o", color=color, markersize=5, gid="day")
    else:
        panel.barh(
            [level],
            [right - left],
            left=[left],
            height=0.07,
            facecolor="white",
            edgecolor=color,
            linewidth=1.1,
            gid="span",
        )


def _color(event: dict[Any, Any]) -> str:
    return design.CONFLICT if float(event["goldstein"]) < 0 else design.COOPERATION


def _score(event: dict[Any, Any]) -> str:
    return wording.signed(event["goldstein"], 1)
