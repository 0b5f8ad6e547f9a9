"""One side's acts against the other's.

Each direction is a line in the colour that its side has in every chart, told apart by line style as well. Joint acts
belong to both, so the two lines share them and do not add up to the whole.
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

_NOTE = (
    "Each line holds the acts of one side towards the other and the joint acts. The chart does not tell "
    "who answered whom."
)


@design.drawn
def direction(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
    acts: str = "",
) -> Chart:
    """Draw the tension of one side's acts towards the other beside that of the other's.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `tension` with `by="direction"`: `date`, `measure`, `value`, `low`, `high`,
        `direction` ("A>B").
    events : DataFrame, optional
        For the counts of the source line.
    sides : pair, optional
        Side A first; it decides colours and names. By default the ids of the rows in the order of the alphabet.

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
    frames.require(frame, "charts.direction", "date", "value", "direction")
    rows = frames.within(frame, period)
    rows = rows[rows["measure"] == "tension_share"] if "measure" in rows else rows
    rows = rows[rows["direction"].str.contains(">", regex=False)].reset_index(drop=True)
    foot = wording.source_line(events, source, cutoff)
    if rows["value"].notna().sum() == 0:
        return design.nothing(
            "direction", "No directed act between the two sides is recorded in this period", rows, foot
        )
    ways = _ways(rows, sides)
    names = {side.id: side.name for side in sides or ()}
    series = {
        way: one for way in ways if not (one := frames.series(rows[rows["direction"] == way], "tension_share")).empty
    }
    heading = title_text(title_data(series, names))
    under = wording.subtitle(
        f"Tension share by direction of the act{f', {acts}' if acts else ''}, "
        f"{wording.period(rows['date'].min(), rows['date'].max())}: 0 all cooperation, 1 all conflict",
        "Joint acts count in both directions",
        "Dotted: no recent act" if frames.silent(rows).any() else "",
        "Bands: 90% of draws" if any(frames.has_band(one) for one in series.values()) else "",
    )
    sheet = _draw_direction((heading, under, foot), series, ways, names)
    alt = f"Line chart of tension by direction. {heading}."
    return Chart(sheet.figure, "direction", heading, under, foot, alt, rows, _NOTE)


def _ways(rows: pd.DataFrame, sides: wording.Sides | None) -> list[str]:
    if sides is not None:
        a, b = sides[0].id, sides[1].id
        return [f"{a}>{b}", f"{b}>{a}"]
    return sorted({str(way) for way in rows["direction"]})[:2]


def _way(way: str, names: dict[str, str]) -> str:
    start, end = way.split(">")
    return f"{names.get(start, start)} to {names.get(end, end)}"


def title_data(series: dict[str, pd.DataFrame], names: dict[str, str]) -> Title:
    """Return what is said of both directions on the last day; `names` are those of the sides by their ids.

    Keys: "one direction", "no clear difference", "tenser".
    """
    lasts = {way: last for way, one in series.items() if (last := frames.last_known(one)) is not None}
    (way, first), *rest = lasts.items()
    a, b = (names.get(one, one) for one in way.split(">"))
    numbers = {"a": a, "b": b, "day": first["date"], "value": float(first["value"])}
    if not rest:
        return Title("one direction", numbers)
    ((_, second),) = rest
    numbers["other"] = float(second["value"])
    if wording.overlap(frames.band_of(first), frames.band_of(second)):
        return Title("no clear difference", numbers)
    return Title("tenser", numbers, "a" if first["value"] > second["value"] else "b")


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    a, b, day, value = said["a"], said["b"], wording.day(said["day"]), wording.number(said["value"])
    if title.key == "one direction":
        rest = f"tension {value} on {day}"
        return wording.title(f"{a} to {b}: {rest}", f"One direction recorded: {rest}")
    other = wording.number(said["other"])
    if title.key == "no clear difference":
        return wording.title(
            f"No clear difference between {a} and {b} on {day}: {value} and {other}",
            f"No clear difference between the directions on {day}: {value} and {other}",
        )
    tenser, calmer, high, low = (a, b, value, other) if title.direction == "a" else (b, a, other, value)
    return wording.title(
        f"{tenser} towards {calmer} {high}, the reverse {low}, on {day}",
        f"{tenser} the tenser side on {day}: {high} against {low}",
        f"One side tenser than the other on {day}: {high} against {low}",
    )


def _draw_direction(
    texts: tuple[str, str, str], series: dict[str, pd.DataFrame], ways: list[str], names: dict[str, str]
) -> Sheet:
    colors = dict(zip(ways, (design.SIDE_A, design.SIDE_B), strict=False))
    rows = pd.concat(list(series.values()))
    limits = axes.time_limits(rows["date"].min(), rows["date"].max())
    ends = [
        End(float(last["value"]), _way(way, names), colors[way], f"{last['value']:.2f}")
        for way, one in series.items()
        if (last := frames.last_known(one)) is not None
    ]
    ticks = axes.value_ticks(0, min(1.0, max(0.5, frames.extent(rows)[1])))
    sheet, panels, _ = stack(texts, limits, [Plan(2.25, ticks, up="tenser", down="calmer", ends=ends)])
    for i, (way, one) in enumerate(series.items()):
        frames.draw_remembered(panels[0][0], one, colors[way], style="-" if i == 0 else (0, (5, 1)), gid=way)
    return sheet
