"""Who depends on whom, and in what: each bilateral share on one axis from 0 to 100 percent.

A row is a share: a pale bar from its lowest to its highest figure, a diamond where it stood at least five years before,
a dot at the newest figure, its percent and its period in words. The dot is full where a whole year is reported, hollow
where the figure is an estimate or for part of a year, grey where it is more than three years old. What the producer has
since withheld is hatched. Below a rule stands what the other side has with this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import LABEL, Box, Sheet, Words
from analysis.charts.scaffold import House, Page, chart
from analysis.charts.text_metrics import BOLD, height, wrap
from analysis.charts.title import Title
from analysis.findings import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

OLD = 1096
"""Days after which a figure is no present one."""
APART = 5  # years
_TICKS = 0.22
_KIND = {"observed": design.INK, "old": "#8C8C8C"}


@dataclass(frozen=True, eq=False)
class _Share:
    """One row of the chart: its words, figures in percent, and how it is drawn."""

    name: str
    under: str
    value: float
    when: str
    ends: tuple[float, float]
    then: float
    hollow: bool
    old: bool
    withheld: bool
    other: bool


@chart(
    "profile",
    "indicator",
    "name",
    "value",
    "start",
    "end",
    "basis",
    "state",
    "age_days",
    coding=False,
    note="Shares of different totals: they can be set beside each other, not added. A figure is as old as it says.",
)
def profile(
    frame: pd.DataFrame,
    history: pd.DataFrame | None = None,
    reverse: pd.DataFrame | None = None,
    **house: Unpack[House],
) -> Page:
    """Draw one side's bilateral shares: the newest figure of each, its year and age, and where it came from.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `profile`: `indicator`, `name`, `value` (percent), `start`, `end`, `basis`, `state`,
        `age_days`; uses `low`, `high`.
    history : DataFrame, optional
        The indicators of the record: `indicator`, `start`, `end`, `value`, `basis`; for the range of each share, where
        it stood five years before, and since when it is withheld.
    reverse : DataFrame, optional
        The frame of the measure `asymmetry`: the other side's newest share is the last row.
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
    >>> chart = an.charts.profile(an.profile(rel), rel.indicators, sides=rel.sides, cutoff=rel.cutoff)
    >>> chart.name
    'profile'
    """
    known = frame[frame["value"].notna()]
    sides = house.get("sides")
    if known.empty:
        return Page(frame, "No share of one side’s total that is with the other is recorded")
    shares = [_share(row, history) for row in known.to_dict("records")]
    shares.sort(key=lambda one: -one.value)
    if reverse is not None:
        shares += _reverse(reverse, sides, house.get("cutoff"))
    a, b = (side.name for side in sides) if sides else ("side A", "side B")
    marks = [
        "Dot: newest figure",
        "hollow, an estimate or part of a year" if any(one.hollow for one in shares) else "",
        "grey, over three years old" if any(one.old for one in shares) else "",
    ]
    how = wording.subtitle(
        ", ".join(mark for mark in marks if mark),
        "Diamond: the latest whole year at least five years earlier"
        if any(one.then == one.then for one in shares)
        else "",
        "Bar: lowest to highest figure" if history is not None else "",
        "Hatched: withheld since" if any(one.withheld for one in shares) else "",
    )
    listed = [
        f"{one.name}: {wording.significant(one.value)}% ({one.when}){'; ' + one.under if one.under else ''}"
        for one in shares
    ]
    return Page(
        frame,
        title_text(title_data(shares)),
        f"Part of each total of {a} that is with {b}, percent",
        how,
        ("Dot chart of bilateral shares", f"{'. '.join(listed)}."),
        lambda words: _draw(words, shares),
    )


def _share(row: dict[Any, Any], history: pd.DataFrame | None) -> _Share:
    value = float(row["value"])
    ends, then, notes = (value, value), float("nan"), []
    if history is not None:
        own = history[history["indicator"].eq(row["indicator"])]
        figures = own[own["value"].notna() & own["basis"].ne("withheld")]
        ends = (float(figures["value"].min()), float(figures["value"].max()))
        days = (figures["end"] - figures["start"]).dt.days + 1
        whole = figures[days.between(360, 370) & figures["basis"].ne("estimate")].sort_values("end", kind="stable")
        before = whole[whole["end"].dt.year <= row["end"].year - APART]
        if len(before):
            then = float(before["value"].iloc[-1])
            notes.append(f"{before['end'].iloc[-1].year}: {wording.significant(then)}%")
        since = _withheld_since(own)
        if row["state"] == "withheld" and since:
            notes.append(f"withheld since {since}")
    elif row["state"] == "withheld":
        notes.append("withheld since")
    length = (row["end"] - row["start"]).days + 1
    estimate, part = row["basis"] == "estimate", 1 < length < 360
    when = _period(row, estimate)
    old = bool(row["age_days"] > OLD) if not pd.isna(row["age_days"]) else False
    return _Share(
        str(row["name"]),
        "; ".join(notes),
        value,
        when,
        ends,
        then,
        estimate or part,
        old,
        row["state"] == "withheld",
        False,
    )


def _period(row: Any, estimate: bool) -> str:
    """Write the period of a figure so that it can be broken between its months."""
    spoken = wording.covered(row["start"], row["end"])
    spoken = spoken if spoken.replace("–", "").isdigit() else spoken.replace("–", " – ")
    return f"{spoken}{', estimate' if estimate else ''}"


def _withheld_since(own: pd.DataFrame) -> int | None:
    """Return the first year of the run of withheld years that reaches the latest one."""
    years = sorted(set(own.loc[own["basis"].eq("withheld"), "end"].dt.year), reverse=True)
    first = None
    for year in years:
        if first is not None and year < first - 1:
            break
        first = int(year)
    return first


def _reverse(shares: pd.DataFrame, sides: wording.Sides | None, cutoff: Any) -> list[_Share]:
    """Return the other side's newest share of the same flow."""
    frames.require(shares, "charts.profile, reverse", "measure", "of", "value", "start", "end", "definition")
    ids = [str(name) for name in shares["of"].unique() if "/" not in str(name)]
    other = sides[1].id if sides else ids[-1] if len(ids) > 1 else ""
    rows = shares[(shares["measure"] == "share") & shares["of"].eq(other) & shares["value"].notna()]
    if rows.empty:
        return []
    row = rows.sort_values("end", kind="stable").iloc[-1]
    flow = str(row["definition"]).split(" over ", maxsplit=1)[0]
    name = f"{sides[0].name} in {sides[1].name}’s {flow}" if sides else f"The reverse, {flow}"
    values = rows["value"].astype(float)
    estimate, part = bool(row.get("estimate", False)), bool(row.get("part_year", False))
    when = _period(row, estimate)
    old = cutoff is not None and (pd.Timestamp(cutoff) - row["end"]).days > OLD
    ends = (float(values.min()), float(values.max()))
    return [_Share(name, "", float(row["value"]), when, ends, float("nan"), estimate or part, bool(old), False, True)]


def title_data(shares: Sequence[_Share]) -> Title:
    """Return what is said: the largest move over five years or more to a figure that is no older than three, else the
    largest share.

    Keys: "moved", "largest".
    """
    own = [one for one in shares if not one.other]
    moved = [one for one in own if one.then == one.then and not one.old and abs(one.value - one.then) > 2]
    if moved:
        top = max(moved, key=lambda one: abs(one.value - one.then))
        year = int(top.under.split(":", maxsplit=1)[0])
        numbers = {"name": top.name, "value": top.value, "when": top.when, "then": top.then, "year": year}
        return Title("moved", numbers, "up" if top.value > top.then else "down")
    top = max(own, key=lambda one: one.value)
    return Title("largest", {"name": top.name, "value": top.value, "when": top.when})


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    now = f"{wording.significant(said['value'])}% ({said['when']})"
    if title.key == "largest":
        return wording.title(f"Largest share: {said['name']}, {now}", f"Largest share {now}")
    from_then = f"{title.direction} from {wording.significant(said['then'])}% ({said['year']})"
    return wording.title(f"{said['name']}: {now}, {from_then}", f"Largest move: {now}, {from_then}")


def _draw(words: Words, shares: Sequence[_Share]) -> Sheet:
    own = design.form()
    left, right = own.room * 0.34, 0.92 if own.width > 4 else 0.72
    names = [wrap(one.name, left - 0.1, LABEL) for one in shares]
    unders = [wrap(one.under, left - 0.1, LABEL) if one.under else [] for one in shares]
    whens = [wrap(one.when, right - 0.12, LABEL) for one in shares]
    heights = [
        height(max(len(name) + len(under), len(when) + 1), LABEL) + 0.07
        for name, under, when in zip(names, unders, whens, strict=True)
    ]
    gap = 0.1 if any(one.other for one in shares) else 0.0
    sheet = design.sheet(words, sum(heights) + gap + _TICKS)
    body = sheet.body
    box = Box(body.x + left, body.y + _TICKS, own.room - left - right, sum(heights) + gap)
    panel = sheet.axes(box, x=(0, 100), y=(0, box.height))
    axes.label_x(panel, [0, 50, 100], ["0", "50", "100%"])
    axes.rule_x(panel, [0, 25, 50, 75, 100])
    top = body.top
    for i, (one, tall) in enumerate(zip(shares, heights, strict=True)):
        if one.other:
            y = (top - gap / 2 - box.y) / box.height
            panel.axhline(y * box.height, color=design.GREY, linewidth=0.7, gid="rule")
            top -= gap
        end = sheet.lines(body.x, top, names[i])
        sheet.lines(body.x, end, unders[i], color=design.GREY)
        level = top - height(1, LABEL) * 0.75 - box.y
        _mark(panel, one, level)
        color = design.SIDE_B if one.other else design.SOFT
        end = sheet.lines(box.right + 0.1, top, [f"{wording.significant(one.value)}%"], weight=BOLD, color=color)
        sheet.lines(box.right + 0.1, end, whens[i], color=design.SOFT)
        top -= tall
    return sheet


def _mark(panel: Axes, one: _Share, level: float) -> None:
    low, high = one.ends
    wide = max(high - low, 0.4)
    if one.withheld:
        bar: dict[str, Any] = {"facecolor": design.PALE, "edgecolor": "#B5B5B5", "hatch": "////", "gid": "withheld"}
    else:
        bar = {"facecolor": "#DDDDDD", "gid": "range"}
    panel.barh([level], [wide], left=[low], height=0.085, linewidth=0, **bar)
    color = design.SIDE_B if one.other else _KIND["old" if one.old else "observed"]
    style: dict[str, Any] = {"color": color, "clip_on": False, "zorder": 3}
    if one.then == one.then:
        panel.plot([one.then], [level], "D", markersize=4, gid="then", **style | {"color": design.INK})
        if abs(one.value - one.then) > 2 and not one.old:
            panel.annotate(
                "",
                (one.value, level),
                (one.then, level),
                arrowprops={"arrowstyle": "-|>", "color": design.INK, "linewidth": 0.9, "shrinkB": 4, "shrinkA": 2},
            )
    fill = "white" if one.hollow else color
    panel.plot([one.value], [level], "o", markersize=7, markerfacecolor=fill, gid="newest", **style)
