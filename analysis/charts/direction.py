"""One side's acts against the other's.

Each direction is a line in the ink and style that its side has in every chart. Joint acts belong to both, so the two
lines share them and do not add up to the whole. A bar along the top marks where the bands of the two are apart.
"""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet, Words
from analysis.charts.labels import End
from analysis.charts.scaffold import House, Page, chart, few, limits, marks, spoken
from analysis.charts.stack import Plan, stack
from analysis.charts.title import Title
from analysis.findings import wording


@chart(
    "direction",
    "date",
    "value",
    "direction",
    note="Each line holds the acts of one side towards the other and the joint acts. The chart does not tell who "
    "answered whom.",
)
def direction(frame: pd.DataFrame, events: pd.DataFrame | None = None, **house: Unpack[House]) -> Page:
    """Draw the tension of one side's acts towards the other beside that of the other's.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `tension` with `by="direction"`: `date`, `measure`, `value`, `low`, `high`,
        `direction` ("A>B").
    events : DataFrame, optional
        For the counts of the source line.
    house
        As every chart, see `analysis.charts.scaffold.House`. Without `sides`, the ids of the rows in the order of the
        alphabet.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, by="direction", start="2014-01-01", end=rel.cutoff, draws=50)
    >>> chart = an.charts.direction(share, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    sides, acts = house.get("sides"), house.get("acts", "")
    rows = frames.shares(frame, house.get("period"))
    rows = rows[rows["direction"].str.contains(">", regex=False)].reset_index(drop=True)
    if rows["value"].notna().sum() == 0:
        return Page(rows, "No directed act between the two sides is recorded in this period", counted=events)
    if sentence := few(rows, events):
        return sentence
    ways = _ways(rows, sides)
    names = {side.id: side.name for side in sides or ()}
    series = {way: frames.series(rows[rows["direction"] == way], "tension_share") for way in ways}
    series = {way: one for way, one in series.items() if one["value"].notna().any()}
    return Page(
        rows,
        title_text(title_data(series, names)),
        f"Hostile part of each side’s acts towards the other, percent of weight{f', {acts}' if acts else ''}, "
        f"{spoken(rows)}",
        wording.subtitle(
            "Joint acts count in both directions",
            "Bar at the top: clearly apart" if len(series) == 2 and _apart(series).any() else "",
            marks(rows, band=any(map(frames.has_band, series.values()))),
        ),
        ("Line chart of tension by direction", ""),
        lambda words: _draw(words, series, ways, names, limits(rows, house)),
        events,
    )


def _ways(rows: pd.DataFrame, sides: wording.Sides | None) -> list[str]:
    if sides is not None:
        a, b = sides[0].id, sides[1].id
        return [f"{a}>{b}", f"{b}>{a}"]
    return sorted({str(way) for way in rows["direction"]})[:2]


def _way(way: str, names: dict[str, str]) -> str:
    start, end = way.split(">")
    return f"{names.get(start, start)} to {names.get(end, end)}"


def _apart(series: dict[str, pd.DataFrame]) -> pd.Series[int]:
    """Mark the rows of the first direction on which both rest on recent acts and their bands do not meet: 1 where the
    first is tenser, -1 where the other is.
    """
    first, second = series.values()
    other = second.set_index("date").reindex(first["date"]).reset_index()
    sign = (first["low"] > other["high"]).astype(int) - (first["high"] < other["low"]).astype(int)
    return sign.where(~frames.silent(first) & ~frames.silent(other), 0)


def title_data(series: dict[str, pd.DataFrame], names: dict[str, str]) -> Title:
    """Return what is said of both directions: the longest stretch on which their bands are apart, else the last day.

    Keys: "one direction", "no clear difference", "tenser".
    """
    (way, first), *rest = series.items()
    a, b = (names.get(one, one) for one in way.split(">"))
    last = first[first["value"].notna()].iloc[-1]
    numbers = {"a": a, "b": b, "day": last["date"], "value": float(last["value"])}
    if not rest:
        return Title("one direction", numbers)
    sign = _apart(series)
    runs = frames.runs(first.assign(sign=sign), sign)
    if not runs:
        return Title("no clear difference", {**numbers, "first": first["date"].iloc[0]})
    longest = max(runs, key=lambda run: run["date"].iloc[-1] - run["date"].iloc[0])
    stretch = {"a": a, "b": b, "first": longest["date"].iloc[0], "last": longest["date"].iloc[-1]}
    return Title("tenser", stretch, "a" if longest["sign"].iloc[0] > 0 else "b")


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    a, b = said["a"], said["b"]
    if title.key == "one direction":
        rest = f"{wording.percent(said['value'])} hostile on {wording.day(said['day'])}"
        return wording.title(f"{a} to {b}: {rest}", f"One direction recorded: {rest}")
    when = wording.period(said["first"], said["day"] if title.key == "no clear difference" else said["last"])
    if title.key == "no clear difference":
        return wording.title(
            f"No clear difference between {a} and {b}, {when}", f"No clear difference between the directions, {when}"
        )
    tenser, calmer = (a, b) if title.direction == "a" else (b, a)
    return wording.title(
        f"{tenser} clearly tenser towards {calmer} than the reverse, {when}",
        f"{tenser} clearly the tenser side, {when}",
        f"One side clearly tenser than the other, {when}",
    )


def _draw(
    words: Words,
    series: dict[str, pd.DataFrame],
    ways: list[str],
    names: dict[str, str],
    limits: tuple[float, float],
) -> Sheet:
    inks = dict(zip(ways, zip((design.SIDE_A, design.SIDE_B), design.SIDE_STYLES, strict=True), strict=False))
    ends = [
        End(float(last["value"]), _way(way, names), inks[way][0], wording.percent(last["value"]))
        for way, one in series.items()
        if (last := frames.last_recent(one)) is not None
    ]
    ticks, labels = axes.share_ticks()
    sheet, panels, _ = stack(words, limits, [Plan(1.9, ticks, labels, up="tenser", down="calmer", ends=ends)])
    panel = panels[0][0]
    for way, one in series.items():
        frames.draw_recent(panel, one, inks[way][0], style=inks[way][1], gid=way)
    if len(series) == 2:
        frames.draw_runs(panel, frames.runs(next(iter(series.values())), _apart(series)))
    return sheet
