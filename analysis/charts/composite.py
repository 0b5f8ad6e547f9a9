"""A composite of dependence, never without its parts.

Under the composite each part is a row of cells, dark where that part says "more dependent". Carried, withheld and
missing years are told apart by form and not by shade alone: a low cell, a hatched one, none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Box, Sheet
from analysis.charts.labels import End
from analysis.charts.stack import Plan, stack
from analysis.charts.text_metrics import wrap
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 0.2
_NOTE = (
    "Each part is ranked within its own record: the composite compares years, not countries, and a "
    "longer record changes past values."
)


@design.drawn
def composite(
    frame: pd.DataFrame,
    *,
    names: Mapping[str, str] | None = None,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
) -> Chart:
    """Draw the composite of dependence with its leave-one-out band, and its parts as rows of cells below.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `composite`: `date`, `measure` ("composite", "part:<indicator>"), `value` (0 to 1),
        `low`, `high`, `state`.
    names : mapping of str to str, optional
        Indicator id to the name to print; the id in words by default.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> composite = an.composite(rel.indicators, of=rel.side_a.id)
    >>> chart = an.charts.composite(composite, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.composite", "date", "measure", "value")
    rows = frames.within(frame, period)
    whole = frames.series(rows, "composite")
    foot = wording.source_line(None, source, cutoff, coding=False)
    if whole["value"].notna().sum() == 0:
        return design.nothing("composite", "Too few indicators for a composite in this period", rows, foot)
    parts = rows[rows["measure"].str.startswith("part:")]
    states = set(parts["state"]) if "state" in parts else set()
    who = sides[0].name if sides else "side A"
    heading = title_text(title_data(whole), who)
    under = wording.subtitle(
        f"Composite dependence of {who}{f' on {sides[1].name}' if sides else ''}, by year: "
        "0 least, 1 most dependent of its own record",
        "Band: with any one part left out" if frames.has_band(whole) else "",
        "Cells: its parts, darker is more dependent",
        "Low cell: carried from an earlier year" if "carried" in states else "",
        "Hatched: withheld" if "withheld" in states else "",
    )
    sheet = _draw_composite((heading, under, foot), whole, parts, names or {})
    counted = wording.count(parts["measure"].nunique(), "part")
    alt = f"Line chart of composite dependence from {counted}, with a row of cells for each. {heading}."
    return Chart(sheet.figure, "composite", heading, under, foot, alt, rows, _NOTE)


def title_data(whole: pd.DataFrame) -> Title:
    """Return what is said of the composite: its last value against that of five years before, or the first one.

    Keys: "one year", "no clear change", "change".
    """
    known = whole[whole["value"].notna()].reset_index(drop=True)
    last = known.iloc[-1]
    before = known[known["date"] <= last["date"] - pd.DateOffset(years=5) + pd.Timedelta("3D")]
    then = known.iloc[0] if before.empty else before.iloc[-1]
    numbers = {"now": float(last["value"]), "year": int(last["date"].year)}
    if len(known) == 1:
        return Title("one year", numbers)
    numbers |= {"then": float(then["value"]), "since": int(then["date"].year)}
    touching = frames.has_band(known) and wording.overlap(frames.band_of(then), frames.band_of(last))
    if touching or last["value"] == then["value"]:
        return Title("no clear change", numbers)
    return Title("change", numbers, "rose" if last["value"] > then["value"] else "fell")


def title_text(title: Title, who: str) -> str:
    """Write the title; `who` is the side whose dependence it is."""
    said = title.numbers
    now = f"{wording.number(said['now'])} in {said['year']}"
    if title.key == "one year":
        text = f"was {now}"
    elif title.key == "no clear change":
        text = f"was {now}; no clear change since {said['since']}"
    else:
        text = f"{title.direction} from {wording.number(said['then'])} in {said['since']} to {now}"
    return wording.title(f"Composite dependence of {who} {text}", f"Composite dependence {text}")


def _draw_composite(
    texts: tuple[str, str, str], whole: pd.DataFrame, parts: pd.DataFrame, names: Mapping[str, str]
) -> Sheet:
    ids = [str(name) for name in parts["measure"].unique()]
    printed = {one: names.get(one.removeprefix("part:"), one.removeprefix("part:").replace("_", " ")) for one in ids}
    lines = {one: wrap(printed[one], 1.55, design.LABEL) for one in ids}
    heights = [max(_ROW, 0.145 * len(lines[one]) + 0.05) for one in ids]
    left = max([design.label_width(one) for one in lines.values()], default=0.0) + 0.1
    known = whole[whole["value"].notna()]
    last = known.iloc[-1]
    detail = "" if pd.isna(last["low"]) else f"{last['low']:.2f} to {last['high']:.2f}"
    end = End(float(last["value"]), f"{last['value']:.2f}", design.INK, detail)
    first = min(known["date"].min(), *parts.loc[parts["value"].notna(), "date"]) if len(parts) else known["date"].min()
    limits = axes.time_limits(f"{first.year}-01-01", f"{known['date'].max().year}-12-31", 366)
    plan = Plan(1.6, [0, 0.25, 0.5, 0.75, 1], up="more dependent", down="less dependent", ends=[end])
    sheet, panels, room = stack(texts, limits, [plan], below=sum(heights) + 0.06, least_left=left)
    frames.draw_years(panels[0][0], whole, design.INK, gid="composite")
    if ids:
        panel = sheet.axes(room, x=limits, y=(0, room.height))
    for one, box in zip(ids, Box(room.x, room.y, room.width, room.height - 0.06).rows(heights), strict=True):
        _cells(panel, box.y - room.y, box.top - room.y, parts[parts["measure"] == one])
        top = box.y + box.height / 2 + 0.145 * len(lines[one]) / 2
        sheet.lines(sheet.body.x, top, lines[one], color=design.SOFT)
    return sheet


def _cells(panel: Axes, low: float, high: float, rows: pd.DataFrame) -> None:
    """Draw one part's years as cells between two heights: full where observed, low where carried, hatched where
    withheld, none where missing.
    """
    from matplotlib.colors import LinearSegmentedColormap

    shade = LinearSegmentedColormap.from_list("dependence", ["#EDEDED", "#262626"])
    boxes, colors = [], []
    for row in rows.to_dict("records"):
        left, right = axes.at(f"{row['date'].year}-01-01") + 12, axes.at(f"{row['date'].year}-12-31") - 12
        if row.get("state") == "withheld":
            design.hatched(panel, left, right, low, high)
        elif not pd.isna(row["value"]):
            middle, height = (low + high) / 2, (high - low) * (0.24 if row.get("state") == "carried" else 0.76)
            boxes.append(Box(left, middle - height / 2, right - left, height))
            colors.append(shade(float(row["value"])))
    design.cells(panel, boxes, colors)
