"""What assessors hold: every score over time, their middle, and the organisations they come from.

The scale has five steps, so the dots of one step and season are set side by side instead of on top of each other;
only the step is read from the height. The line is the median over organisations, each with one voice, drawn only for
years with enough of them. Below stand the numbers: judgements a year, and for the organisations with most of them how
often each step was given, since a median over ten institutes says nothing about the tenth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Box, Sheet
from analysis.charts.labels import REACH, End
from analysis.charts.stack import Plan, stack
from analysis.charts.text_metrics import BOLD, height, wrap
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart
from analysis.measures.positions import LEVELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_WORDS = {
    "tension": ("−2 much calmer", "−1", "0", "+1", "+2 much tenser"),
    "subordination": ("−2 autonomous", "−1", "0", "+1", "+2 subordinate"),
}
_ORGANISATIONS = 8
_ROW = 0.21
_COUNTS = 0.5
_NOTE = "Scores were read out of texts; a difference of one step is within reach of another reader."


@design.drawn
def positions(
    frame: pd.DataFrame,
    trend: pd.DataFrame | None = None,
    *,
    scale: str = "tension",
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
) -> Chart:
    """Draw assessors' positions over time.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `positions`: `date`, `measure` ("tension", "subordination"), `value` (-2 to 2),
        `organisation` or `voice`.
    trend : DataFrame, optional
        The frame of `position_trend` for the same scale: `date`, `start`, `end`, `value`, `low`, `high`, `voices`,
        `state`.
    scale : {"tension", "subordination"}
        Which score.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> scores = an.positions(rel.assessments)
    >>> chart = an.charts.positions(scores, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.positions", "date", "measure", "value")
    rows = frames.within(frame[frame["measure"] == scale], period).reset_index(drop=True)
    foot = wording.source_line(None, source, cutoff)
    if rows.empty:
        return design.nothing("positions", f"No judgement on {scale} is recorded in this period", rows, foot)
    voice = "voice" if "voice" in rows else "organisation" if "organisation" in rows else None
    line = None if trend is None else frames.within(frames.series(trend, f"position_{scale}"), period)
    heading = title_text(title_data(rows, line, voice), scale)
    under = wording.subtitle(
        f"{wording.count(len(rows), 'judgement')} on {scale} between {wording.dyad(sides)}, "
        f"{wording.period(rows['date'].min(), rows['date'].max())}",
        "Dot: one judgement; height within a step has no meaning",
        "Line: median of a year to the last day, one voice an organisation; its 90% band where three or more spoke"
        if line is not None
        else "",
    )
    sheet = _draw((heading, under, foot), rows, line, scale, voice)
    counts = rows["value"].astype(int).value_counts()
    spread = wording.listed([f"{int(counts.get(level, 0))} at {wording.signed(level, 0)}" for level in LEVELS])
    alt = f"Dot chart of {wording.count(len(rows), 'judgement')} on {scale}. {heading}. Scores: {spread}."
    return Chart(sheet.figure, "positions", heading, under, foot, alt, rows, _NOTE)


def title_data(rows: pd.DataFrame, line: pd.DataFrame | None, voice: str | None) -> Title:
    """Return what is said of the judgements: the last median against that of four years before, or the commonest step.

    Keys: "commonest", "median", "no clear change", "change".
    """
    known = line[line["value"].notna()] if line is not None else rows.iloc[:0]
    if "state" in known:
        known = known[known["state"].eq("scored")]
    if known.empty:
        voices = rows[voice].nunique() if voice else 0
        level = int(rows["value"].astype(int).mode().iloc[0])
        return Title("commonest", {"judgements": len(rows), "voices": voices, "level": level})
    last = known.iloc[-1]
    numbers = {"now": float(last["value"]), "day": last["date"]}
    before = known[known["date"] <= last["date"] - pd.DateOffset(years=4)]
    if before.empty:
        return Title("median", numbers)
    then = before.iloc[-1]
    numbers |= {"then": float(then["value"]), "since": int(then["date"].year)}
    if wording.overlap(frames.band_of(then), frames.band_of(last)):
        return Title("no clear change", numbers)
    return Title("change", numbers, "up" if last["value"] > then["value"] else "down")


def title_text(title: Title, scale: str) -> str:
    """Write the title."""
    said = title.numbers
    if title.key == "commonest":
        who = f" by {wording.count(said['voices'], 'voice')}" if said["voices"] else ""
        return f"{wording.count(said['judgements'], 'judgement')} on {scale}{who}; most often {_signed(said['level'])}"
    last = said["day"]
    when = f"in {last.year}" if (last.month, last.day) == (12, 31) else f"in the year to {wording.day(last)}"
    now = f"median {scale} {_signed(said['now'])} {when}"
    tail = ""
    if title.key == "no clear change":
        tail = f"; no clear change since {said['since']}"
    elif title.key != "median":
        tail = f", {title.direction} from {_signed(said['then'])} in {said['since']}"
    return wording.title(f"Assessors’ {now}{tail}", f"{now[0].upper()}{now[1:]}{tail}")


def _signed(value: float) -> str:
    return wording.signed(value, 0 if value == int(value) else 1)


def _draw(
    texts: tuple[str, str, str], rows: pd.DataFrame, line: pd.DataFrame | None, scale: str, voice: str | None
) -> Sheet:
    limits = axes.time_limits(f"{rows['date'].min().year}-01-01", f"{rows['date'].max().year}-12-31", 366)
    scored = None if line is None else line[line["state"].eq("scored")] if "state" in line else line
    known = None if scored is None else frames.last_known(scored)
    ends = [End(float(known["value"]), f"median {_signed(known['value'])}", design.INK)] if known is not None else []
    plan = Plan(1.9, LEVELS, _WORDS[scale], ends=ends, span=(-2.5, 2.5))
    named = [] if voice is None else _most_named(rows, voice)
    below = _COUNTS + (height(1, design.LABEL) + 0.3 + _ROW * len(named) if named else 0.0)
    sheet, panels, room = stack(texts, limits, [plan], below=below, least_right=0.75)
    panel, box = panels[0]
    x = axes.days(rows["date"])
    y = rows["value"].astype(float).to_numpy() + _swarm(
        x, rows["value"].to_numpy(), (limits[1] - limits[0]) / box.width
    )
    style: dict[str, Any] = {"color": design.GREY, "alpha": 0.75, "markeredgewidth": 0, "clip_on": False}
    panel.plot(x, y, "o", markersize=3.2 if len(rows) < 600 else 2, gid="positions", **style)
    if line is not None:
        _draw_trend(panel, line)
    _draw_counts(sheet, Box(room.x, room.top - _COUNTS, room.width, _COUNTS - 0.16), limits, rows)
    if named:
        _draw_named(
            sheet,
            Box(sheet.body.x, sheet.body.y, sheet.body.width, below - _COUNTS - 0.1),
            rows,
            str(voice),
            named,
            scale,
        )
    return sheet


def _swarm(x: NDArray[np.float64], step: NDArray[Any], per_inch: float) -> NDArray[np.float64]:
    """Return how far each dot is moved off its step: dots closer than a dot's width alternate upwards and downwards."""
    moved = np.zeros(len(x))
    wide = 0.05 * per_inch
    frame = pd.DataFrame({"x": x, "step": step})
    for _, one in frame.groupby("step", sort=True):
        cell = np.floor(one["x"] / wide)
        place = one.groupby(cell).cumcount().to_numpy()
        most = max(int(place.max()), 1)
        size = np.minimum(0.1, 0.7 / most) * ((place + 1) // 2)
        moved[one.index] = np.where(place % 2 == 1, size, -size)
    return moved


def _draw_trend(panel: Axes, line: pd.DataFrame) -> None:
    """Draw each window's median as a level over the window, its band behind it; windows with too few voices are
    dotted.
    """
    for row in line[line["value"].notna()].to_dict("records"):
        left, right = axes.at(row["start"]), axes.at(row["end"])
        if not pd.isna(row["low"]):
            low, high = float(row["low"]) - 0.06, float(row["high"]) + 0.06
            panel.fill_between([left, right], low, high, color=design.INK, alpha=0.13, linewidth=0, gid="trend-band")
        style = ":" if row.get("state") == "too few" else "-"
        level = [float(row["value"])] * 2
        panel.plot(
            [left, right],
            level,
            color=design.INK,
            linewidth=1.4 if style == ":" else 2.0,
            linestyle=style,
            solid_capstyle="butt",
            gid="trend",
        )


def _draw_counts(sheet: Sheet, box: Box, limits: tuple[float, float], rows: pd.DataFrame) -> None:
    years = rows["date"].dt.year.value_counts().sort_index()
    panel = sheet.axes(box, x=limits, y=(0, int(years.max())))
    starts = [axes.at(f"{year}-01-01") for year in years.index]
    panel.bar(starts, years.to_numpy(), width=330, align="edge", color="#BDBDBD", gid="counts")
    most = int(years.idxmax())
    peak = [f"most: {int(years.max())}", f"({most})"]
    sheet.lines(box.right + REACH, box.y + 0.3, peak, color=design.GREY)
    sheet.lines(sheet.body.x, box.y + 0.3, ["judgements", "a year"], color=design.GREY)


def _most_named(rows: pd.DataFrame, voice: str) -> list[str]:
    counts = rows[voice].value_counts()
    order = pd.DataFrame({"n": counts, "name": counts.index}).sort_values(["n", "name"], ascending=[False, True])
    return [str(name) for name in order["name"].head(_ORGANISATIONS)]


def _draw_named(sheet: Sheet, room: Box, rows: pd.DataFrame, voice: str, named: Sequence[str], scale: str) -> None:
    """Write for each organisation how often it gave each step, the cell shaded by the share of its judgements."""
    names = {name: wrap(name, 3.0, design.LABEL, max_lines=1)[0] for name in named}
    counts = [str(int((rows[voice] == name).sum())) for name in named]
    left, right = design.label_width(list(names.values())) + 0.3, design.label_width([*counts, "n"], weight=BOLD) + 0.2
    box = Box(room.x + left, room.y + 0.16, room.width - left - right, _ROW * len(named))
    panel = sheet.axes(box, x=(-2.5, 2.5), y=(0, len(named)))
    axes.label_x(panel, LEVELS, _WORDS[scale])
    sheet.lines(room.x, room.top, ["Organisations with most judgements"], weight=BOLD, color=design.SOFT)
    sheet.lines(room.right, room.top, ["n"], weight=BOLD, color=design.SOFT, ha="right")
    boxes, colors = [], []
    for i, name in enumerate(named):
        own = rows.loc[rows[voice] == name, "value"].astype(int).value_counts().sort_index()
        level = len(named) - 0.5 - i
        for step, n in zip(own.index.astype(int), own.astype(int), strict=True):
            shade = 0.08 + 0.30 * n / int(own.sum())
            boxes.append(Box(step - 0.48, level - 0.43, 0.96, 0.86))
            colors.append((design.INK, shade))
            x = box.x + (step + 2.5) / 5 * box.width
            sheet.text(x, box.y + level * _ROW - 0.04, str(n), ha="center", weight=BOLD)
        y = box.y + level * _ROW - 0.04
        sheet.text(room.x, y, names[name], color=design.SOFT)
        sheet.text(room.right, y, counts[i], ha="right", color=design.SOFT)
    design.cells(panel, boxes, colors)
