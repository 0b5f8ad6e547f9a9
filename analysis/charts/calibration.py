"""Forecasts that can be scored: what was said beside what came true.

A list, one row a range of probability, since the ranges that authors' words stand for overlap, and a diagram of
crossing intervals hides how few forecasts there are. The grey bar is what was said; the dot is the share that came
true, with its interval, and beside it the count. Deadlines that the coder set are kept apart from those the author
stated: a kind horizon makes a prophet.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Box, Sheet
from analysis.charts.text_metrics import BOLD, height
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW = 0.23
_TICKS = 0.22
_BASES = {"all": "All deadlines", "stated": "Deadline stated by the author", "imputed": "Deadline set by the coder"}
_NOTE = "The intervals treat forecasts as independent; those about one event are not, so the truth is wider."


@design.drawn
def calibration(
    frame: pd.DataFrame, *, sides: wording.Sides | None = None, source: str | None = None, cutoff: Any = None
) -> Chart:
    """Draw for each range of probability the share of forecasts that came true.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `calibration`: `deadline_basis` (all, stated, imputed), `band_low`, `band_high`,
        `value`, `low`, `high`, `n`, `hits`, `state`.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> chart = an.charts.calibration(an.calibration(rel.forecasts), sides=rel.sides)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.calibration", "deadline_basis", "band_low", "band_high", "value", "low", "high", "n")
    foot = wording.source_line(None, source, cutoff)
    if frame.empty:
        return design.nothing("calibration", "No forecast has been resolved yet", frame, foot)
    bands = sorted({(float(low), float(high)) for low, high in zip(frame["band_low"], frame["band_high"], strict=True)})
    kinds = set(frame["deadline_basis"])
    bases = [one for one in ("stated", "imputed") if one in kinds] or ["all"]
    whole = frame[frame["deadline_basis"] == "all"] if "all" in kinds else frame
    heading = title_text(title_data(whole))
    under = wording.subtitle(
        f"Share of {wording.count(int(whole['n'].sum()), 'resolved forecast')} that came true, "
        "by the range that the wording stands for",
        "Grey bar: the range. Dot and line: share that came true and its 90% interval",
        "Open dot: too few to judge" if "state" in frame and frame["state"].eq("too few").any() else "",
    )
    sheet = _draw_calibration((heading, under, foot), frame, bands, bases)
    rows = [
        f"{wording.chance(row['band_low'], row['band_high'])}: {_counted(row)}"
        for row in whole.sort_values(["band_low", "band_high"], kind="stable").to_dict("records")
    ]
    alt = f"Dot chart of what was said and what came true. {heading}. {'; '.join(rows)}."
    return Chart(sheet.figure, "calibration", heading, under, foot, alt, frame, _NOTE)


def _counted(row: dict[Any, Any]) -> str:
    return f"{wording.significant(round(float(row['value']) * int(row['n']), 6))} of {int(row['n'])}"


def title_data(whole: pd.DataFrame) -> Title:
    """Return what is said of the range with most forecasts.

    Keys: "too few", "no clear difference", "difference".
    """
    row = whole.sort_values(["n", "band_high"], ascending=False, kind="stable").iloc[0].to_dict()
    said = (float(row["band_low"]), float(row["band_high"]))
    numbers = {"low": said[0], "high": said[1], "counted": _counted(row)}
    if row.get("state") == "too few":
        return Title("too few", numbers)
    if wording.overlap((row["low"], row["high"]), said):
        return Title("no clear difference", numbers)
    return Title("difference", numbers, "more" if row["value"] > said[1] else "less")


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    start = f"Of forecasts put at {wording.chance(said['low'], said['high'])}, {said['counted']} came true"
    if title.key == "too few":
        return f"{start}: too few to judge"
    return f"{start}: clearly {title.direction} often" if title.direction else f"{start}; no clear difference"


def _draw_calibration(
    texts: tuple[str, str, str], frame: pd.DataFrame, bands: Sequence[tuple[float, float]], bases: Sequence[str]
) -> Sheet:
    terms = [wording.estimate(*band) for band in bands]
    ranges = [wording.chance(*band) for band in bands]
    first = design.label_width(ranges, weight=BOLD) + 0.1
    left = first + design.label_width(terms) + 0.14
    counts = design.label_width([_counted(row) for row in frame.to_dict("records")]) + 0.1
    sheet = design.sheet(*texts, height(1, design.LABEL) + 0.08 + _ROW * len(bands) + _TICKS)
    wide = (sheet.body.width - left) / len(bases)
    tall = _ROW * len(bands)
    for i, (band, term) in enumerate(zip(ranges, terms, strict=True)):
        y = sheet.body.y + _TICKS + tall - _ROW * (i + 0.5) - 0.04
        sheet.text(sheet.body.x, y, band, weight=BOLD)
        sheet.text(sheet.body.x + first, y, term, color=design.SOFT)
    for j, basis in enumerate(bases):
        box = Box(sheet.body.x + left + j * wide, sheet.body.y + _TICKS, wide - counts - 0.2, tall)
        sheet.lines(box.x, sheet.body.top, [_BASES.get(basis, basis)], weight=BOLD, color=design.SOFT)
        panel = _percent_panel(sheet, box, len(bands))
        rows = frame[frame["deadline_basis"] == basis]
        for row in rows.to_dict("records"):
            level = len(bands) - 0.5 - bands.index((float(row["band_low"]), float(row["band_high"])))
            _draw_band(panel, row, level)
            y = box.y + level / len(bands) * tall - 0.04
            sheet.text(box.right + 0.1, y, _counted(row), color=design.SOFT)
    return sheet


def _percent_panel(sheet: Sheet, box: Box, rows: int) -> Axes:
    panel = sheet.axes(box, x=(0, 1), y=(0, rows))
    axes.label_x(panel, [0, 0.5, 1], ["0", "50", "100%"])
    axes.rule_x(panel, [0, 0.5, 1])
    return panel


def _draw_band(panel: Axes, row: dict[Any, Any], level: float) -> None:
    panel.barh(
        [level],
        [max(float(row["band_high"]) - float(row["band_low"]), 0.01)],
        left=[float(row["band_low"])],
        height=0.62,
        color="#D9D9D9",
        gid="said",
    )
    if not pd.isna(row["low"]):
        panel.plot([row["low"], row["high"]], [level, level], color=design.INK, linewidth=1.2, gid="interval")
    fill = "white" if row.get("state") == "too few" else design.INK
    style: dict[str, Any] = {"color": design.INK, "markerfacecolor": fill, "clip_on": False, "zorder": 3}
    panel.plot([row["value"]], [level], "o", markersize=5, gid="came-true", **style)
