"""What lies over a chart so that its marks answer: each act as a link with its words, each day with its value.

The chart stays the picture that it is in a document. Over it lies a transparent drawing of the same size, worked out
from the figure's own axes; it is found by the names (`gid`) that charts give to what they draw, so a chart whose marks
have no names just does not answer. Its links have titles, which a browser shows and a screen reader tells without any
script; `live.js` adds the rest.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes
from analysis.findings.wording import day_text, event_date, number, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from analysis.explore.view import Ready
    from analysis.findings.display import Chart

_NAMES = {"tension_share": "tension share", "verbal": "words", "material": "deeds", "gap": "gap"}


@dataclass(frozen=True)
class Place:
    """Where a mark is, in points from the upper left corner: its box, and the act that it stands for with its words."""

    event_id: str
    words: str
    x: float
    y: float
    width: float
    height: float


def over(chart: Chart, asked: Ready) -> str:
    """Return the drawing that lies over a chart, as SVG."""
    wide, high = (72 * float(one) for one in chart.figure.get_size_inches())
    links = "".join(
        f'<a href="#act" tabindex="{-1 if number else 0}" data-act="{html.escape(one.event_id, quote=True)}">'
        f'<rect x="{one.x:.1f}" y="{one.y:.1f}" width="{one.width:.1f}" height="{one.height:.1f}"/>'
        f"<title>{html.escape(one.words)}</title></a>"
        for number, one in enumerate(places(chart, asked))
    )
    days = ""
    for panel, points in _days(chart):
        x, y, width, height = _box(panel, chart)
        last = points[-1][2] if points else ""
        told = html.escape(json.dumps(points, ensure_ascii=False, separators=(",", ":")), quote=True)
        days += (
            f'<g class="days" role="slider" tabindex="0" aria-label="Day" aria-valuemin="0" '
            f'aria-valuemax="{len(points) - 1}" aria-valuenow="{len(points) - 1}" '
            f'aria-valuetext="{html.escape(last, quote=True)}" data-days="{told}">'
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
            f'<path d="M0 {y:.1f}v{height:.1f}" visibility="hidden"/></g>'
        )
    return (
        f'<svg class="over" viewBox="0 0 {wide:.1f} {high:.1f}" role="group" '
        f'aria-label="Marks of the chart: arrow keys move, Enter opens">{days}<g class="acts">{links}</g></svg>'
    )


def places(chart: Chart, asked: Ready) -> list[Place]:
    """Return the marks of acts, the earliest first."""
    acts = asked.shown.sort_values(["start", "event_id"], kind="stable")
    rows = acts.set_index("event_id", drop=False)
    found: list[Place] = []
    for panel in chart.figure.axes:
        names = {str(one.get_gid()) for one in panel.get_children()}
        if any(name.startswith("rug-") for name in names):
            found += _strokes(panel, chart, acts)
        if {"day", "span"} & names and "event_id" in chart.data:
            found += _rows(panel, chart, rows)
    return found


def _strokes(panel: Axes, chart: Chart, acts: pd.DataFrame) -> Iterator[Place]:
    """Give each act its half of the strip under an index: conflict the upper one, cooperation the lower."""
    left, top, width, height = _box(panel, chart)
    low, high = panel.get_xlim()
    middle = acts["start"] + ((acts["end"] - acts["start"]) / 2).dt.floor("D")
    for act, day in zip(acts.to_dict("records"), axes.days(middle), strict=True):
        if low <= day <= high:
            x = left + (float(day) - low) / (high - low) * width
            upper = float(act["goldstein"]) < 0
            yield Place(str(act["event_id"]), words(act), x - 1, top if upper else top + height / 2, 2, height / 2)


def _rows(panel: Axes, chart: Chart, acts: pd.DataFrame) -> Iterator[Place]:
    """Give each act of a timeline the mark that was drawn for it: a dot for a day, a bar for a span."""
    dots = iter([one for one in panel.lines if one.get_gid() == "day"])
    bars = iter([one for one in panel.patches if one.get_gid() == "span"])
    scale, high = 72 / chart.figure.dpi, 72 * float(chart.figure.get_size_inches()[1])
    for row in chart.data.to_dict("records"):
        mark: Any = next(dots if row["start"] == row["end"] else bars)
        box = mark.get_window_extent()
        x, y, width, height = box.x0 * scale - 3, high - box.y1 * scale - 3, box.width * scale + 6, box.height * scale
        yield Place(str(row["event_id"]), words(acts.loc[row["event_id"]].to_dict()), x, y, width, height + 6)


def words(act: dict[Any, Any]) -> str:
    """Say what an act is: title, day, score, grade."""
    when = event_date(act["start"], act["end"], str(act["precision"]), bool(act["approximate"]))
    return f"{act['title']}. {when}, score {signed(act['goldstein'], 1)}, grade {act['grade']}"


def _days(chart: Chart) -> Iterator[tuple[Axes, list[tuple[float, str, str]]]]:
    """Give each panel with a line of days its days: place, ISO day, and the value in words."""
    if "date" not in chart.data or "value" not in chart.data:
        return
    for panel in chart.figure.axes:
        drawn = {str(one.get_gid()) for one in panel.get_children()}
        rows = chart.data[chart.data["measure"].isin(drawn & set(_NAMES)) & chart.data["value"].notna()]
        if rows.empty:
            continue
        left, _, width, _ = _box(panel, chart)
        low, high = panel.get_xlim()
        points = [
            (round(left + (float(x) - low) / (high - low) * width, 1), f"{day:%Y-%m-%d}", _valued(day, part))
            for (day, part), x in zip(
                rows.groupby("date", sort=True), axes.days(rows["date"].drop_duplicates().sort_values()), strict=True
            )
        ]
        yield panel, points


def _valued(day: Any, rows: pd.DataFrame) -> str:
    parts = []
    for row in rows.to_dict("records"):
        band = "" if pd.isna(row["low"]) else f" (band {number(row['low'], 2)} to {number(row['high'], 2)})"
        parts.append(f"{_NAMES[str(row['measure'])]} {number(row['value'], 2)}{band}")
    return f"{day_text(day)}: {', '.join(parts)}"


def _box(panel: Axes, chart: Chart) -> tuple[float, float, float, float]:
    """Return where a panel is: left, top, width and height in points from the upper left corner."""
    wide, high = (72 * float(one) for one in chart.figure.get_size_inches())
    box = panel.get_position()
    return box.x0 * wide, (1 - box.y1) * high, box.width * wide, box.height * high
