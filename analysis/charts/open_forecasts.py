"""The ledger of open forecasts: who said what, by when, and how likely.

A list by deadline. The bar is the range of probability that the author's own word stands for, the ICD 203 term beside
it where the range is one of the seven. A deadline that the coder had to set says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd

from analysis.charts import axes, design
from analysis.charts.design import Box, Sheet, Words
from analysis.charts.scaffold import House, Page, chart
from analysis.charts.text_metrics import BOLD, height, wrap
from analysis.charts.title import Title
from analysis.findings import wording

_TICKS = 0.22


@chart(
    "open-forecasts",
    "date",
    "low",
    "high",
    "proposition",
    note="The bar is the range that the author’s own wording stands for, not an estimate of this workbook.",
)
def open_forecasts(frame: pd.DataFrame, *, top: int = 12, **house: Unpack[House]) -> Page:
    """Draw the open forecasts as a list, the next deadline first, each with the range of its probability as a bar.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `open_forecasts`: `date` (deadline), `low`, `high`, `proposition`; uses
        `organisation`, `assessor`, `deadline_basis`, `state`.
    top : int
        Number of rows drawn, fewer where they would not fit on a page; those ahead come before those overdue.
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
    >>> waiting = an.open_forecasts(rel.forecasts, on=rel.cutoff)
    >>> chart = an.charts.open_forecasts(waiting, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    if frame.empty:
        return Page(frame, "No forecast is open")
    order = frame.assign(_late=_late(frame)).sort_values(["_late", "date"], kind="stable")
    rows = _page(order.drop(columns="_late").head(top).reset_index(drop=True))
    first = rows.iloc[0]
    return Page(
        rows,
        title_text(title_data(frame)),
        f"Open forecasts about {wording.dyad(house.get('sides'), default='the relationship')} by deadline"
        f"{f', the next {len(rows)} of {len(frame)}' if len(rows) < len(frame) else ''}",
        "Bar: the range of probability that the author’s wording stands for.",
        (
            "List of open forecasts with bars of probability",
            f"The first: {str(first['proposition']).rstrip('.')}, {wording.chance(first['low'], first['high'])}, by "
            f"{wording.day(first['date'])}.",
        ),
        lambda words: _draw(words, rows),
    )


def title_data(frame: pd.DataFrame) -> Title:
    """Return what is said of the open forecasts. Keys: "ahead", "ahead and overdue", "overdue"."""
    late = _late(frame)
    numbers: dict[str, Any] = {"open": len(frame), "overdue": int(late.sum())}
    if late.all():
        return Title("overdue", numbers)
    return Title("ahead and overdue" if late.any() else "ahead", {**numbers, "next": frame.loc[~late, "date"].min()})


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    ahead = f"; next deadline {wording.day(said['next'])}" if "next" in said else ""
    overdue = f", {said['overdue']} overdue" if said["overdue"] else ""
    return f"{wording.count(said['open'], 'forecast')} open{ahead}{overdue}"


def _late(frame: pd.DataFrame) -> pd.Series[bool]:
    return frame["state"].eq("overdue") if "state" in frame else pd.Series(False, index=frame.index)


@dataclass(frozen=True)
class _Layout:
    """The cells of the list, line by line, and where its columns stand, in inches."""

    dates: list[list[str]]
    claims: list[tuple[list[str], list[str]]]
    chances: list[tuple[str, str]]
    left: float
    right: float

    @property
    def heights(self) -> list[float]:
        """Height of each row."""
        counts = [max(len(date), len(text) + len(by)) for date, (text, by) in zip(self.dates, self.claims, strict=True)]
        return [height(count, design.LABEL) + 0.1 for count in counts]


def _layout(rows: pd.DataFrame) -> _Layout:
    records = rows.to_dict("records")
    wide = design.form().width > 4
    days = [wording.day(row["date"]) if wide else wording.short_month(row["date"]) for row in records]
    dates = [
        [line for part in (day, *_remarks(row)) for line in wrap(part, 1.2 if wide else 0.55, design.LABEL)]
        for day, row in zip(days, records, strict=True)
    ]
    terms = [wording.estimate(row["low"], row["high"]) if wide else "" for row in records]
    chances = [(wording.chance(row["low"], row["high"]), term) for row, term in zip(records, terms, strict=True)]
    left = design.label_width([line for date in dates for line in date]) + 0.14
    right = max(
        design.label_width([pair[0] for pair in chances], weight=BOLD), design.label_width([p[1] for p in chances])
    )
    room = design.form().room - left - right - 0.1 - _bar() - 0.2
    claims = [
        (wrap(row["proposition"], room, design.LABEL), wrap(_held_by(row), room, design.LABEL)) for row in records
    ]
    return _Layout(dates, claims, chances, left, right + 0.1)


def _page(rows: pd.DataFrame) -> pd.DataFrame:
    """Return as many rows as fit on a page."""
    fits = np.cumsum(_layout(rows).heights) <= design.MOST_BODY
    return rows.head(max(1, int(fits.sum())))


def _bar() -> float:
    return 1.2 if design.form().width > 4 else 0.45


def _draw(words: Words, rows: pd.DataFrame) -> Sheet:
    cells = _layout(rows)
    heights = cells.heights
    sheet = design.sheet(words, sum(heights) + _TICKS)
    body = sheet.body
    box = Box(body.right - cells.right - _bar(), body.y + _TICKS, _bar(), sum(heights))
    panel = sheet.axes(box, x=(0, 1), y=(0, box.height))
    ticks = {0: "0", 0.5: "50", 1: "100%"} if _bar() > 1 else {0: "0", 1: "100%"}
    axes.label_x(panel, list(ticks), list(ticks.values()))
    axes.rule_x(panel, [0, 0.5, 1])
    top = body.top
    for i, (low, high) in enumerate(zip(rows["low"].astype(float), rows["high"].astype(float), strict=True)):
        (text, by), (chance, term) = cells.claims[i], cells.chances[i]
        sheet.lines(body.x, top, cells.dates[i], color=design.SOFT)
        end = sheet.lines(body.x + cells.left, top, text)
        sheet.lines(body.x + cells.left, end, by, color=design.GREY)
        level = top - height(1, design.LABEL) / 2 - box.y
        panel.plot([0, 1], [level, level], color=design.RULE, linewidth=0.7, zorder=0.5, gid="track")
        panel.barh([level], [max(high - low, 0.015)], left=[low], height=0.1, color=design.INK, gid="range")
        end = sheet.lines(box.right + 0.1, top, [chance], weight=BOLD)
        sheet.lines(box.right + 0.1, end, [term] if term else [], color=design.SOFT)
        top -= heights[i]
    return sheet


def _held_by(row: dict[Any, Any]) -> str:
    names = [str(row[key]) for key in ("assessor", "organisation") if isinstance(row.get(key), str) and row[key]]
    return ", ".join(dict.fromkeys(names)) or "author not named"


def _remarks(row: dict[Any, Any]) -> list[str]:
    remarks = ["set by the coder"] if row.get("deadline_basis") == "imputed" else []
    return [*remarks, "overdue"] if row.get("state") == "overdue" else remarks
