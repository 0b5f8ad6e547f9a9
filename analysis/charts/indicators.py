"""The indicators as they are: small multiples, each in its own unit and with its own axis.

Nothing is rescaled to meet anything else. A line joins figures of neighbouring periods only; where years are missing
there is a gap, and a series with figures for fewer than three in five of its years is points throughout. What the
producer withholds is a hatched span with the word on it, since withheld, missing and zero are three states. Estimates
are open dots. A last figure that is a record of its whole series, whatever part of it is drawn, is ringed. A figure
for a longer period than a year is a bar as long as the period, one for part of a year in a series of years a diamond
that no line touches: half a year's flow is no fall.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Box, Sheet, Words
from analysis.charts.indicator_marks import Panel, draw_panel, part_of_year
from analysis.charts.scaffold import House, Page, chart
from analysis.charts.text_metrics import BOLD, width, wrap
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.wording import short_month

_NEEDED = ("date", "start", "end", "measure", "value", "unit", "state", "record", "since")
_COLUMNS = 3
_PANEL, _TICKS, _GAP, _ROW_GAP = 0.85, 0.2, 0.22, 0.14


@chart(
    "indicators",
    *_NEEDED,
    coding=False,
    note="Every figure keeps its unit and its producer’s definition; levels cannot be compared between panels.",
)
def indicators(frame: pd.DataFrame, names: Sequence[str] | None = None, **house: Unpack[House]) -> Page:
    """Draw indicators as small multiples, twelve at most, five in a column.

    Parameters
    ----------
    frame : DataFrame
        The frame of `indicator_series`: `date`, `start`, `end`, `measure` (indicator id), `value`, `unit`, `state`,
        `record`, `since`; uses `low`, `high`, `name`, `basis`.
    names : sequence of str, optional
        Indicator ids in the order wanted. By default those with the most figures, in the order of the frame.
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
    >>> series = an.indicator_series(rel.indicators, start="2010-01-01")
    >>> chart = an.charts.indicators(series, sorted(series["measure"].unique())[:4], sides=rel.sides)
    >>> len(chart.data) > 0
    True
    """
    period, sides = house.get("period"), house.get("sides")
    rows = frames.within(frame, period)
    chosen = _chosen(rows, names)
    rows = rows[rows["measure"].isin(chosen)].reset_index(drop=True)
    chosen = [name for name in chosen if rows["measure"].eq(name).any()]
    if rows.empty:
        return Page(rows, "No indicator is recorded in this period")
    heading = title_text(title_data(rows))
    total = frame["measure"].nunique()
    return Page(
        rows,
        heading,
        f"{wording.count(len(chosen), 'indicator')}{f' of {total}' if total > len(chosen) else ''}"
        f"{f', {wording.dyad(sides)}' if sides else ''}, {wording.period(rows['start'].min(), rows['end'].max())}, "
        "each in its own unit",
        wording.subtitle(
            "Open dot: estimate" if "basis" in rows and rows["basis"].eq("estimate").any() else "",
            "Diamond: part of a year" if _any_part(rows) else "",
            "Gap: no figure recorded",
            "Ringed: a record of the whole series; an estimate or part of a year sets none"
            if _any_record(rows)
            else "",
            "Hatched: withheld by the producer" if rows["state"].eq("withheld").any() else "",
        ),
        (f"Small line charts of {wording.count(len(chosen), 'indicator')}", _alt(rows, chosen)),
        lambda words: _draw(
            words, rows, chosen, axes.time_limits(rows["start"].min(), rows["end"].max(), 366, period=period)
        ),
    )


def _any_part(rows: pd.DataFrame) -> bool:
    known = rows[rows["value"].notna()]
    return any(bool(part_of_year(one).any()) for _, one in known.groupby("measure", sort=True))


def _chosen(rows: pd.DataFrame, names: Sequence[str] | None) -> list[str]:
    most = 12 if design.form().width > 4 else 5
    if names is not None:
        return list(names)[:most]
    order = list(dict.fromkeys(rows["measure"]))
    known = rows[rows["value"].notna()].groupby("measure", sort=False).size()
    best = known.sort_values(ascending=False, kind="stable").index[:most]
    return [name for name in order if name in set(best)]


def title_data(rows: pd.DataFrame) -> Title:
    """Return what is said of the indicators drawn: of one its last figure, of several how many last figures are
    records of their whole series.

    Keys: "one", "nothing of one", "records", "no records".
    """
    lasts = {name: last for name, one in rows.groupby("measure", sort=False) if (last := _last(one)) is not None}
    n = rows["measure"].nunique()
    withheld = rows.loc[rows["state"] == "withheld", "measure"].nunique()
    if n == 1:
        name = _name(rows)
        if not lasts:
            return Title("nothing of one", {"name": name, "withheld": withheld})
        (last,) = lasts.values()
        figure = {"value": float(last["value"]), "period": wording.covered(last["start"], last["end"])}
        return Title("one", {"name": name, **figure, "withheld": withheld, "since": int(last["since"])}, _record(last))
    kinds = [_record(last) for last in lasts.values()]
    counts = {"n": n, "high": kinds.count("high"), "low": kinds.count("low"), "withheld": withheld}
    return Title("records" if counts["high"] or counts["low"] else "no records", counts)


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    if title.key in ("one", "nothing of one"):
        tail = "; withheld in part" if said["withheld"] else ""
        if title.key == "nothing of one":
            return f"{said['name']}: no figure{tail}"
        figure = f": {wording.significant(said['value'])} in {said['period']}"
        record = f", a record {title.direction} since {said['since']}" if title.direction else ""
        return wording.title(
            f"{said['name']}{figure}{record}{tail}", f"One indicator{figure}{record}{tail}", f"One indicator{figure}"
        )
    tail = f"; {said['withheld']} withheld" if said["withheld"] else ""
    if title.key == "no records":
        return f"No record high or low among the last figures of {said['n']} indicators{tail}"
    kinds = [f"{kind} in {said[kind]}" for kind in ("high", "low") if said[kind]]
    return f"Last figures of {said['n']} indicators: record {', record '.join(kinds)}{tail}"


def _last(one: pd.DataFrame) -> pd.Series | None:
    return frames.last_known(one.sort_values(["start", "end"], kind="stable"))


def _record(figure: pd.Series) -> str:
    """Return "high" or "low" where a figure is a record of its whole series, else nothing."""
    return str(figure["record"])


def _any_record(rows: pd.DataFrame) -> bool:
    lasts = [_last(one) for _, one in rows.groupby("measure", sort=False)]
    return any(_record(last) for last in lasts if last is not None)


def _alt(rows: pd.DataFrame, chosen: Sequence[str]) -> str:
    lasts = []
    for name in chosen:
        one = rows[rows["measure"] == name]
        last = _last(one)
        if last is not None:
            kind = ", estimate" if last.get("basis") == "estimate" else ""
            record = f", record {_record(last)} since {last['since']}" if _record(last) else ""
            when = wording.covered(last["start"], last["end"])
            lasts.append(f"{_name(one)} {wording.significant(last['value'])} ({last['unit']}, {when}{kind}{record})")
    return f"Each: {'; '.join(lasts)}." if lasts else ""


def _name(one: pd.DataFrame) -> str:
    return str(one["name"].iloc[0]) if "name" in one else str(one["measure"].iloc[0]).replace("_", " ")


def _draw(words: Words, rows: pd.DataFrame, chosen: Sequence[str], limits: tuple[float, float]) -> Sheet:
    room = design.form().room
    across = min(_COLUMNS if room > 4 else 1, len(chosen))
    wide = (room - _GAP * (across - 1)) / across
    panels = [
        _panel(rows[rows["measure"] == name].sort_values(["start", "end"], kind="stable"), wide) for name in chosen
    ]
    grid = [panels[i : i + across] for i in range(0, len(panels), across)]
    tops = [max(panel.above for panel in line) for line in grid]
    tall = _PANEL if len(chosen) > 1 else 1.9
    sheet = design.sheet(words, sum(tops) + len(grid) * (tall + _TICKS + _ROW_GAP) - _ROW_GAP)
    margins = [_margins(panels[i::across]) for i in range(across)]
    top = sheet.body.top
    for line, above in zip(grid, tops, strict=True):
        for i, panel in enumerate(line):
            x = sheet.body.x + i * (wide + _GAP)
            end = sheet.lines(x, top, panel.head, weight=BOLD)
            sheet.lines(x, end, panel.unit, color=design.GREY)
            left, right = margins[i]
            draw_panel(sheet, Box(x + left, top - above - tall, wide - left - right, tall), limits, panel)
        top -= above + tall + _TICKS + _ROW_GAP
    return sheet


def _margins(column: Sequence[Panel]) -> tuple[float, float]:
    """Return the room that tick labels and last figures take in a column of panels."""
    left = max(design.label_width(axes.value_labels(panel.ticks)) for panel in column) + 0.06
    right = max(max(width(panel.last, design.LABEL, BOLD), width(panel.when, design.LABEL)) for panel in column)
    return left, right + 0.1


def _panel(rows: pd.DataFrame, wide: float) -> Panel:
    low, high = frames.extent(rows)
    if 0 <= low < 0.6 * high or low == high:
        low = min(0.0, low)
    last = frames.last_known(rows)
    record = [] if last is None or not _record(last) else [f"record {_record(last)} since {last['since']}"]
    return Panel(
        wrap(_name(rows), wide, design.LABEL, BOLD, max_lines=3),
        [*wrap(str(rows["unit"].iloc[0]), wide, design.LABEL, max_lines=2), *record],
        rows.reset_index(drop=True),
        axes.value_ticks(low, high, 3),
        "" if last is None else wording.significant(last["value"]),
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
