"""What happened: the main events in order, each where it falls in time, as exactly as it is known.

Each event has a row of its own, so no label can meet another however close the days lie. A known day is a dot; a date
that is known only as a span (a month, a year, first to last day) is an open bar as long as the span. A span too short
to be seen at this scale is drawn at the least visible length; its date is in words at the right either way.

Main events are those with the greatest weight: the size of the Goldstein score times the square root of the number of
sources, so that a strong act which several publications report comes before one that a single page mentions. Among
equals the later one comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from analysis.charts import axes, design
from analysis.charts.design import LABEL, Words
from analysis.charts.scaffold import House, Page, chart, named
from analysis.charts.text_metrics import BOLD, height, width, wrap
from analysis.charts.title import Title
from analysis.findings import wording

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICKS = 0.24
_LEAST_BAR = 0.09
_AIR = 0.09
_LEAST_ROOM = 1.8


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
    date: list[str]
    skip: int = 0

    @property
    def height(self) -> float:
        """Height of the row in inches."""
        return height(max(len(self.lines) + self.skip, len(self.date)), LABEL) + 0.055


@chart(
    "timeline",
    "start",
    "end",
    "title",
    "goldstein",
    note="Weight decides which acts are shown; it is no judgement of their consequence.",
)
def timeline(events: pd.DataFrame, top: int = 20, **house: Unpack[House]) -> Page:
    """Draw the main events as a list on a time axis.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end`, `title`, `goldstein`; uses `precision`, `approximate`, `sources`, `dyad`. Only acts
        between the two sides are taken where `dyad` is given.
    top : int
        Number of events, the greatest weights first; fewer where they would not fit on a page.
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
    >>> acts = rel.events[rel.events["dyad"]]
    >>> chart = an.charts.timeline(acts, top=10, sides=rel.sides, cutoff=rel.cutoff)
    >>> chart.name
    'timeline'
    """
    period = house.get("period")
    pool = events[events["dyad"].astype(bool)] if "dyad" in events else events
    if period is not None:
        pool = pool[(pool["end"] >= pd.Timestamp(period[0])) & (pool["start"] <= pd.Timestamp(period[1]))]
    chosen = _main(pool, top)
    while len(chosen) > 1 and sum(row.height for row in _laid_out(chosen, period)[0]) > design.MOST_BODY:
        chosen = _main(pool, len(chosen) - 1)
    if chosen.empty:
        return Page(chosen, "No act between the two sides is recorded in this period", counted=events)
    whose = named(house, pool)
    lowest = chosen.iloc[int(chosen["goldstein"].astype(float).argmin())].to_dict()
    return Page(
        chosen,
        title_text(title_data(chosen)),
        f"{_counted(len(chosen), len(chosen) == len(pool))}: {whose}, "
        f"{wording.period(chosen['start'].min(), chosen['end'].max())}",
        wording.subtitle(
            "Brown: hostile; blue: friendly, between the two sides",
            "Weight: the act’s Goldstein score, at the left, by the root of its sources",
            f"Dot: known day{'; open bar: within this span' if (chosen['start'] != chosen['end']).any() else ''}",
        ),
        (
            f"Timeline of {wording.count(len(chosen), 'main act')} of the {whose}",
            f"The lowest score, {_score(lowest)}, is that of {wording.event_date(*_when(lowest))}: {lowest['title']}.",
        ),
        lambda words: _draw(words, chosen, period),
        events,
    )


def _counted(n: int, whole: bool) -> str:
    if whole:
        return "The only act" if n == 1 else f"All {n} acts"
    return f"The {wording.count(n, 'act')} with the greatest weight"


def _main(pool: pd.DataFrame, top: int) -> pd.DataFrame:
    sources = pool["sources"].astype(float).clip(lower=1) if "sources" in pool else 1.0
    ranked = pool.assign(weight=pool["goldstein"].astype(float).abs() * sources**0.5)
    ranked = ranked.sort_values(["weight", "start"], ascending=False, kind="stable").head(top)
    keep = ["event_id", "start", "end", "precision", "approximate", "title", "goldstein", "sources", "weight"]
    chosen = ranked.sort_values(["start", "end"], kind="stable").reset_index(drop=True)
    return chosen[[name for name in keep if name in chosen]]


def title_data(chosen: pd.DataFrame) -> Title:
    """Return what is said of the acts drawn: the newest of each kind; counts of a choice are not news.

    Keys: "one", "both", "one kind".
    """
    last = chosen.iloc[-1]
    if len(chosen) == 1:
        return Title("one", {"date": wording.event_date(*_when(last.to_dict()))})
    hostile = chosen["goldstein"].astype(float) < 0
    if hostile.all() or not hostile.any():
        return Title("one kind", {"acts": len(chosen), "last": last["end"]}, "hostile" if hostile.all() else "friendly")
    newest = {"hostile": chosen.loc[hostile, "end"].max(), "friendly": chosen.loc[~hostile, "end"].max()}
    return Title("both", newest)


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    if title.key == "one":
        return f"One act recorded: {said['date']}"
    if title.key == "one kind":
        return f"All {said['acts']} main acts were {title.direction}, the last in {wording.month(said['last'])}"
    hostile, friendly = wording.month(said["hostile"]), wording.month(said["friendly"])
    return f"Last main hostile act in {hostile}, last friendly one in {friendly}"


def _when(event: dict[Any, Any]) -> tuple[Any, Any, str, bool]:
    return event["start"], event["end"], str(event.get("precision", "day")), bool(event.get("approximate", False))


def _draw(words: Words, chosen: pd.DataFrame, period: tuple[Any, Any] | None) -> design.Sheet:
    own = design.form()
    rows, limits = _laid_out(chosen, period)
    sheet = design.sheet(words, sum(row.height for row in rows) + _TICKS)
    box = sheet.body.inset(left=own.left, right=own.right, bottom=_TICKS)
    panel = sheet.axes(box, x=limits, y=(0, box.height))
    axes.set_time(panel, own.panel, rules=True)
    top = box.top
    line = height(1, LABEL)
    for row in rows:
        _mark(panel, row, top - line / 2 - box.y, limits, own.panel)
        sheet.lines(box.x - 0.08, top, [_score(row.event)], ha="right", weight=BOLD, color=_color(row.event))
        sheet.lines(box.right + 0.08, top, row.date, color=design.SOFT)
        sheet.lines(box.x + row.place, top - line * row.skip, row.lines, ha=row.align)
        top -= row.height
    return sheet


def _laid_out(chosen: pd.DataFrame, period: tuple[Any, Any] | None) -> tuple[list[_Row], tuple[float, float]]:
    """Return the rows and the limits of the time axis."""
    limits = axes.time_limits(chosen["start"].min(), chosen["end"].max(), period=period)
    return [_row(event, limits) for event in chosen.to_dict("records")], limits


def _row(event: dict[Any, Any], limits: tuple[float, float]) -> _Row:
    own = design.form()
    room = own.panel
    scale = room / (limits[1] - limits[0])
    left, right = (min(max((axes.at(event[end]) - limits[0]) * scale, 0), room) for end in ("start", "end"))
    if event["start"] != event["end"] and right - left < _LEAST_BAR:
        left, right = (left + right - _LEAST_BAR) / 2, (left + right + _LEAST_BAR) / 2
    date = wrap(wording.event_date(*_when(event), short=True), own.right - 0.1, LABEL)
    title = str(event["title"])
    after, before, wide = room - right - _AIR, left - _AIR, width(title, LABEL)
    if max(after, before) < min(wide, _LEAST_ROOM):
        return _Row(event, left, right, wrap(title, room, LABEL), 0.0, "left", date, skip=1)
    if wide <= after or after >= before:
        return _Row(event, left, right, wrap(title, after, LABEL), right + _AIR, "left", date)
    return _Row(event, left, right, wrap(title, before, LABEL), left - _AIR, "right", date)


def _mark(panel: Axes, row: _Row, level: float, limits: tuple[float, float], room: float) -> None:
    color = _color(row.event)
    scale = (limits[1] - limits[0]) / room
    left, right = limits[0] + row.left * scale, limits[0] + row.right * scale
    if row.event["start"] == row.event["end"]:
        panel.plot([left], [level], "o", color=color, markersize=5, clip_on=False, gid="day")
    else:
        bar: dict[str, Any] = {"height": 0.07, "facecolor": "white", "edgecolor": color, "linewidth": 1.1}
        panel.barh([level], [right - left], left=[left], clip_on=False, gid="span", **bar)


def _color(event: dict[Any, Any]) -> str:
    return design.CONFLICT if float(event["goldstein"]) < 0 else design.COOPERATION


def _score(event: dict[Any, Any]) -> str:
    return wording.signed(event["goldstein"], 0)
