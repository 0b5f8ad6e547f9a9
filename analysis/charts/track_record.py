"""Were they right? What was forecast, in three classes, and what came of each forecast.

The classes are what a layman can order: what was called unlikely (below 40 percent), about even (40 to 60), likely
(above 60), by the middle of the range that the author's own word stands for. The dot is the share that came true, with
its interval; the shaded field is where it should lie. Below stand the settled forecasts, newest first: a full square
came true, an open one did not, a half one did in part. Deadlines that the coder set are marked, and never lead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from analysis.charts import axes, design
from analysis.charts.design import LABEL, Box, Sheet, Words
from analysis.charts.scaffold import House, Page, chart
from analysis.charts.text_metrics import BOLD, height, wrap
from analysis.charts.title import Title
from analysis.findings import wording

if TYPE_CHECKING:
    from collections.abc import Sequence
CLASSES = (("likely", 0.6, 1.0), ("about even", 0.4, 0.6), ("unlikely", 0.0, 0.4))
_ROW, _TICKS = 0.24, 0.22
_FEW = 5


@chart(
    "track-record",
    "proposition",
    "probability_low",
    "probability_high",
    "outcome",
    "deadline_basis",
    note="The intervals treat forecasts as independent; those about one event are not, so the truth is wider.",
)
def track_record(frame: pd.DataFrame, *, top: int = 12, **house: Unpack[House]) -> Page:
    """Draw how settled forecasts fared: one panel of three classes, and a list.

    Parameters
    ----------
    frame : DataFrame
        The forecasts of the record: `proposition`, `probability_low`, `probability_high`, `outcome`, `deadline_basis`;
        uses `deadline_end`, `resolved_on`, `organisation`, `assessor`.
    top : int
        Number of settled forecasts listed, newest first; fewer where they would not fit on a page.
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
    >>> an.charts.track_record(rel.forecasts, sides=rel.sides, cutoff=rel.cutoff).name
    'track-record'
    """
    settled = frame[frame["outcome"].isin(["true", "false", "partly"])]
    if settled.empty:
        return Page(settled, "No forecast has been settled yet")
    day = settled["deadline_end"] if "deadline_end" in settled else pd.Series(pd.NaT, index=settled.index)
    middle = (settled["probability_low"].astype(float) + settled["probability_high"].astype(float)) / 2
    rows = settled.assign(day=day, middle=middle, said=[_class(round(value, 6)) for value in middle])
    rows = rows.sort_values("day", ascending=False, kind="stable").reset_index(drop=True)
    table = classes(rows)
    listed = _page(rows.head(top))
    stated = int(rows["deadline_basis"].eq("stated").sum())
    more = f"; the newest {len(listed)} listed" if len(listed) < len(rows) else ""
    marked = listed["deadline_basis"].eq("imputed").any()
    counts = [f"{row['said']}: {int(row['hits'])} of {int(row['n'])}" for row in table.to_dict("records") if row["n"]]
    return Page(
        rows,
        title_text(title_data(table)),
        f"{wording.count(len(rows), 'settled forecast')}, {stated} with a deadline that the author stated{more}",
        "Field: where the share that came true should lie; dot and line: where it lies, with its 90% interval; open "
        "dot: fewer than five. Square: full, came true; open, did not; half, in part."
        + (" *: deadline set by the coder." if marked else ""),
        ("Dot chart of forecasts in three classes and what came true", f"Came true: {'; '.join(counts)}."),
        lambda words: _draw(words, table, listed),
    )


def _class(middle: float) -> str:
    return "likely" if middle > 0.6 else "about even" if middle >= 0.4 else "unlikely"


def classes(rows: pd.DataFrame) -> pd.DataFrame:
    """Count each class: `said`, `low_said`, `high_said`, `n`, `hits` (without those that came true in part), `value`,
    `low`, `high` (Jeffreys' 90% interval).
    """
    from scipy.special import betaincinv

    clear = rows[rows["outcome"] != "partly"]
    table = []
    for name, low, high in CLASSES:
        own = clear[clear["said"] == name]
        n, hits = len(own), int(own["outcome"].eq("true").sum())
        ends = [float(betaincinv(hits + 0.5, n - hits + 0.5, edge)) for edge in (0.05, 0.95)]
        ends = [0.0 if hits == 0 else ends[0], 1.0 if hits == n else ends[1]]
        value = hits / n if n else np.nan
        table.append((name, low, high, n, hits, value, *ends))
    return pd.DataFrame(table, columns=["said", "low_said", "high_said", "n", "hits", "value", "low", "high"])


def title_data(table: pd.DataFrame) -> Title:
    """Return what is said: of the class with most forecasts, how many came true, and whether that is clearly other
    than was said.

    Keys: "too few", "as said", "other".
    """
    row = table.sort_values("n", ascending=False, kind="stable").iloc[0]
    numbers = {"said": str(row["said"]), "hits": int(row["hits"]), "n": int(row["n"])}
    if row["n"] < _FEW:
        return Title("too few", numbers)
    if wording.overlap((row["low"], row["high"]), (row["low_said"], row["high_said"])):
        return Title("as said", numbers)
    return Title("other", numbers, "more" if row["value"] > row["high_said"] else "less")


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    start = f"Of what was called {said['said']}, {said['hits']} of {said['n']} came true"
    if title.key == "too few":
        return f"{start}: too few to judge"
    return f"{start}: clearly {title.direction} often than said" if title.direction else f"{start}, as said"


def _columns() -> tuple[float, float]:
    """Return the widths of the first and the last column of the list."""
    return (0.95, 1.0) if design.form().width > 4 else (0.55, 0.5)


def _cells(row: dict[Any, Any]) -> tuple[list[str], list[str], list[str], list[str]]:
    """Return the lines of one forecast: its deadline, what was said, by whom, and how likely."""
    own = design.form()
    first, last = _columns()
    star = "*" if row["deadline_basis"] == "imputed" else ""
    wide = own.width > 4
    day = "" if pd.isna(row["day"]) else wording.short_day(row["day"]) if wide else wording.short_month(row["day"])
    room = own.room - first - last - 0.3
    by = str(row.get("organisation") or row.get("assessor") or "")
    chance = wording.chance(row["probability_low"], row["probability_high"])
    return (
        wrap(f"{day}{star}", first - 0.08, LABEL),
        wrap(str(row["proposition"]).rstrip("."), room, LABEL, max_lines=3),
        wrap(by, room, LABEL, max_lines=1) if by else [],
        wrap(chance, last - 0.05, LABEL),
    )


def _height(row: dict[Any, Any]) -> float:
    day, text, by, chance = _cells(row)
    return height(max(len(day), len(text) + len(by), len(chance)), LABEL) + 0.07


def _page(rows: pd.DataFrame) -> pd.DataFrame:
    """Return as many rows as fit on a page with the panel."""
    tall = np.cumsum([_height(row) for row in rows.to_dict("records")]) + 1.4
    return rows.head(max(1, int((tall <= design.MOST_BODY).sum())))


def _draw(words: Words, table: pd.DataFrame, listed: pd.DataFrame) -> Sheet:
    own = design.form()
    left, right = 0.78, 0.95
    records: Sequence[dict[Any, Any]] = listed.to_dict("records")
    tall = _ROW * len(table)
    sheet = design.sheet(words, tall + _TICKS + 0.14 + sum(_height(row) for row in records))
    body = sheet.body
    box = Box(body.x + left, body.top - tall, own.room - left - right, tall)
    panel = sheet.axes(box, x=(0, 1), y=(0, len(table)))
    axes.label_x(panel, [0, 0.5, 1], ["0", "50", "100%"])
    axes.rule_x(panel, [0, 0.5, 1])
    for i, row in enumerate(table.to_dict("records")):
        level = len(table) - 0.5 - i
        y = box.y + level / len(table) * tall - 0.04
        sheet.text(body.x, y, str(row["said"]), weight=BOLD)
        said = [row["high_said"] - row["low_said"]]
        panel.barh([level], said, left=[row["low_said"]], height=0.7, color=design.RULE, linewidth=0, gid="said")
        counted = f"{row['hits']} of {row['n']}" if row["n"] else "none"
        sheet.text(box.right + 0.1, y, counted, color=design.SOFT, weight=BOLD)
        if row["n"]:
            panel.plot([row["low"], row["high"]], [level] * 2, color=design.INK, linewidth=1.1, gid="interval")
            fill = "white" if row["n"] < _FEW else design.INK
            style: dict[str, Any] = {"color": design.INK, "markerfacecolor": fill, "clip_on": False, "zorder": 3}
            panel.plot([row["value"]], [level], "o", markersize=5.5, gid="came-true", **style)
    first, _ = _columns()
    top = box.y - _TICKS - 0.14
    area = sheet.axes(Box(body.x, body.y, own.room, top - body.y), x=(0, own.room), y=(0, max(top - body.y, 0.01)))
    for row in records:
        day, text, by, chance = _cells(row)
        sheet.lines(body.x, top, day, color=design.SOFT)
        _square(area, str(row["outcome"]), first + 0.06, top - body.y - height(1, LABEL) * 0.66)
        end = sheet.lines(body.x + first + 0.2, top, text)
        sheet.lines(body.x + first + 0.2, end, by, color=design.GREY)
        sheet.lines(body.right, top, chance, ha="right", weight=BOLD, color=design.SOFT)
        top -= _height(row)
    return sheet


def _square(area: Any, outcome: str, x: float, y: float) -> None:
    fill = {"true": "full", "false": "none", "partly": "left"}[outcome]
    style: dict[str, Any] = {"color": design.INK, "markerfacecoloralt": "white", "markeredgewidth": 0.9}
    area.plot([x], [y], "s", markersize=6, fillstyle=fill, clip_on=False, gid=f"outcome-{outcome}", **style)
