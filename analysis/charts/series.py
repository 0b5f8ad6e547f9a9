"""The indicators as they are: small multiples, each in its own unit and with its own axis.

Nothing is rescaled to meet anything else. A line joins figures of neighbouring periods only; where years are missing
there is a gap, and a series with figures for fewer than three in five of its years is points throughout. What the
producer withholds is a hatched span with the word on it, since withheld, missing and zero are three states. Estimates
are open dots. A figure for a longer period than a year is a bar as long as the period, one for part of a year in a
series of years a diamond that no line touches: half a year's flow is no fall.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.charts import axes, frames, house, words
from analysis.charts.house import Box, Sheet
from analysis.charts.observations import Panel, draw_panel, part_of_year
from analysis.charts.type import BOLD, width, wrap
from analysis.days import short_month
from analysis.display import Chart

_COLUMNS = 3
_MOST = 12
_PANEL, _TICKS, _GAP, _ROW_GAP = 0.85, 0.2, 0.22, 0.14
_NOTE = "Every figure keeps its unit and its producer’s definition; levels cannot be compared between panels."


@house.drawn
def indicators(
    frame: pd.DataFrame,
    names: Sequence[str] | None = None,
    *,
    sides: words.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
) -> Chart:
    """Draw indicators as small multiples, twelve at most.

    Parameters
    ----------
    frame : DataFrame
        The frame of `indicator_series`: `date`, `start`, `end`, `measure` (indicator id), `value`, `unit`, `state`;
        uses `low`, `high`, `name`, `basis`.
    names : sequence of str, optional
        Indicator ids in the order wanted. By default those with the most figures, in the order of the frame.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> series = an.indicator_series(rel.indicators, start="2010-01-01")
    >>> chart = an.charts.indicators(series, sorted(series["measure"].unique())[:4], sides=rel.sides)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.indicators", "date", "start", "end", "measure", "value", "unit", "state")
    rows = frames.within(frame, period)
    chosen = _chosen(rows, names)
    rows = rows[rows["measure"].isin(chosen)].reset_index(drop=True)
    foot = words.source_line(None, source, cutoff, coding=False)
    if rows.empty:
        return house.nothing("indicators", "No indicator is recorded in this period", rows, foot)
    heading = _title(rows)
    total = frame["measure"].nunique()
    under = words.subtitle(
        f"{words.count(len(chosen), 'indicator')}{f' of {total}' if total > len(chosen) else ''}"
        f"{f', {words.dyad(sides)}' if sides else ''}, {words.period(rows['start'].min(), rows['end'].max())}, "
        "each in its own unit",
        "Open dot: estimate" if "basis" in rows and rows["basis"].eq("estimate").any() else "",
        "Diamond: part of a year" if _any_part(rows) else "",
        "Gap: no figure recorded",
        "Hatched: withheld by the producer" if rows["state"].eq("withheld").any() else "",
    )
    sheet = _draw((heading, under, foot), rows, chosen)
    return Chart(sheet.figure, "indicators", heading, under, foot, _alt(heading, rows, chosen), rows, _NOTE)


def _any_part(rows: pd.DataFrame) -> bool:
    known = rows[rows["value"].notna()]
    return any(bool(part_of_year(one).any()) for _, one in known.groupby("measure", sort=True))


def _chosen(rows: pd.DataFrame, names: Sequence[str] | None) -> list[str]:
    if names is not None:
        return list(names)[:_MOST]
    order = list(dict.fromkeys(rows["measure"]))
    known = rows[rows["value"].notna()].groupby("measure", sort=False).size()
    best = known.sort_values(ascending=False, kind="stable").index[:_MOST]
    return [name for name in order if name in set(best)]


def _title(rows: pd.DataFrame) -> str:
    known = rows[rows["value"].notna()]
    highest = lowest = 0
    for _, one in known.groupby("measure", sort=True):
        if len(one) < 3 or one["value"].nunique() == 1:
            continue
        last = one.sort_values(["start", "end"], kind="stable")["value"].iloc[-1]
        highest, lowest = highest + int(last == one["value"].max()), lowest + int(last == one["value"].min())
    n = rows["measure"].nunique()
    withheld = rows.loc[rows["state"] == "withheld", "measure"].nunique()
    tail = f"; {withheld} withheld" if withheld else ""
    if n == 1:
        name = str(rows["name"].iloc[0] if "name" in rows else rows["measure"].iloc[0])
        last = known.sort_values(["start", "end"], kind="stable").iloc[-1:] if len(known) else known
        figure = f": {words.significant(last['value'].iloc[0])} in {last['date'].iloc[0].year}" if len(last) else ""
        return words.title(f"{name}{figure}{tail}", f"One indicator{figure}{tail}")
    if not highest and not lowest:
        return f"None of {n} indicators at a record high or low{tail}"
    return f"{highest or 'None'} of {n} indicators at a record high, {lowest or 'none'} at a record low{tail}"


def _alt(heading: str, rows: pd.DataFrame, chosen: Sequence[str]) -> str:
    lasts = []
    for name in chosen:
        one = rows[rows["measure"] == name]
        last = frames.last_known(one.sort_values(["start", "end"], kind="stable"))
        if last is not None:
            lasts.append(f"{_name(one)} {words.significant(last['value'])} ({last['unit']}, {last['date'].year})")
    return f"Small line charts of {words.count(len(chosen), 'indicator')}. {heading}. Last figures: {'; '.join(lasts)}."


def _name(one: pd.DataFrame) -> str:
    return str(one["name"].iloc[0]) if "name" in one else str(one["measure"].iloc[0]).replace("_", " ")


def _draw(texts: tuple[str, str, str], rows: pd.DataFrame, chosen: Sequence[str]) -> Sheet:
    across = min(_COLUMNS, len(chosen))
    room = house.PAGE_WIDTH - 2 * house.EDGE
    wide = (room - _GAP * (across - 1)) / across
    panels = [
        _panel(rows[rows["measure"] == name].sort_values(["start", "end"], kind="stable"), wide) for name in chosen
    ]
    grid = [panels[i : i + across] for i in range(0, len(panels), across)]
    tops = [max(panel.above for panel in line) for line in grid]
    tall = _PANEL if across > 1 else 2.0
    sheet = house.sheet(*texts, sum(tops) + len(grid) * (tall + _TICKS + _ROW_GAP) - _ROW_GAP)
    limits = axes.time_limits(rows["start"].min(), rows["end"].max(), 366)
    margins = [_margins(panels[i::across]) for i in range(across)]
    top = sheet.body.top
    for line, above in zip(grid, tops, strict=True):
        for i, panel in enumerate(line):
            x = sheet.body.x + i * (wide + _GAP)
            end = sheet.lines(x, top, panel.head, weight=BOLD)
            sheet.lines(x, end, panel.unit, color=house.GREY)
            left, right = margins[i]
            draw_panel(sheet, Box(x + left, top - above - tall, wide - left - right, tall), limits, panel)
        top -= above + tall + _TICKS + _ROW_GAP
    return sheet


def _margins(column: Sequence[Panel]) -> tuple[float, float]:
    """Return the room that tick labels and last figures take in a column of panels."""
    left = max(house.label_width(axes.value_labels(panel.ticks)) for panel in column) + 0.06
    right = max(max(width(panel.last, house.LABEL, BOLD), width(panel.when, house.LABEL)) for panel in column)
    return left, right + 0.1


def _panel(rows: pd.DataFrame, wide: float) -> Panel:
    low, high = frames.extent(rows)
    if 0 <= low < 0.6 * high or low == high:
        low = min(0.0, low)
    last = frames.last_known(rows)
    return Panel(
        wrap(_name(rows), wide, house.LABEL, BOLD, max_lines=3),
        wrap(str(rows["unit"].iloc[0]), wide, house.LABEL, max_lines=2),
        rows.reset_index(drop=True),
        axes.value_ticks(low, high, 3),
        "" if last is None else words.significant(last["value"]),
        "" if last is None else _when(last),
    )


def _when(row: pd.Series) -> str:
    """Write when the last figure was: the year alone for a whole year, a month alone or a span of years as such, else
    "part of".
    """
    days = (row["end"] - row["start"]).days
    if row["start"].year != row["end"].year:
        return f"{row['start'].year}–{row['end'].year % 100:02d}"
    if days < 31:
        return short_month(row["end"])
    return f"{'' if days > 360 else 'part of '}{row['end'].year}"
