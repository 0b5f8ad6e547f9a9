"""How tense each domain was, year by year.

Domains are rows of a grid and years its columns; a cell is coloured by the tension share at the year's end, brown
above the middle of the scale and blue below it, and left empty when no act of that domain is recorded in the year:
the measure goes on remembering, the record does not.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Box, Sheet
from analysis.charts.text_metrics import width
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap

_ROW = 0.24
_KEY = 0.34
_WIDEST = 0.6
"""Room for one year in inches; a record of two years is not two slabs."""
_NOTE = (
    "A domain with few acts is drawn towards the long-run share of the whole record. Empty is not calm: "
    "nothing was recorded."
)


@design.drawn
def domains(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
    acts: str = "",
    prior: float | None = None,
) -> Chart:
    """Draw the tension of each domain at the end of each year.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `tension` with `by="domain"`, on any grid: `date`, `measure`, `value`, `events`,
        `domain`. Of each year the last row is drawn, if the year has an act of that domain.
    events : DataFrame, optional
        For the counts of the source line and the long-run share.
    prior : float, optional
        The share at which the two colours meet; from `events` when absent, else 0.5.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, by="domain", start="2014-01-01", end=rel.cutoff, band=None)
    >>> acts = rel.events[rel.events["dyad"]]
    >>> chart = an.charts.domains(share, acts, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.domains", "date", "value", "domain", "events")
    rows = frames.within(frame, period)
    cells = _cells(rows[rows["measure"] == "tension_share"] if "measure" in rows else rows)
    foot = wording.source_line(events, source, cutoff)
    if cells.empty:
        return design.nothing("domains", "No act between the two sides is recorded in this period", cells, foot)
    known = frames.usual(events, prior)
    middle = 0.5 if known is None else min(max(known, 0.01), 0.99)
    heading = title_text(title_data(cells))
    under = wording.subtitle(
        f"Tension share at the end of each year by domain, {wording.acts_between(acts, sides, events)}, "
        f"{wording.years(cells['year'].min(), cells['year'].max())}",
        "Empty: no act of that domain recorded in the year",
        "At the right: number of acts",
    )
    sheet = _draw_domains((heading, under, foot), cells, middle)
    last = cells[cells["year"] == cells["year"].max()].sort_values("value", ascending=False, kind="stable")
    listed = wording.listed([f"{row['domain']} {row['value']:.2f}" for row in last.to_dict("records")])
    alt = f"Grid of domains by year, coloured by tension share. {heading}. In {cells['year'].max()}: {listed}."
    return Chart(sheet.figure, "domains", heading, under, foot, alt, cells, _NOTE)


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a domain and year with an act: the last value of the year and the number of acts."""
    dated = rows.assign(year=rows["date"].dt.year).sort_values("date", kind="stable")
    for bound in ("low", "high"):
        if bound not in dated:
            dated[bound] = np.nan
    keys = ["domain", "year"]
    last = dated.groupby(keys, sort=True)[["value", "low", "high"]].last()
    table = last.assign(events=dated.groupby(keys, sort=True)["events"].sum()).reset_index()
    return table[(table["events"] > 0) & table["value"].notna()].reset_index(drop=True)


def title_data(cells: pd.DataFrame) -> Title:
    """Return what is said of the last year: its tensest and its calmest domain, where their bands part.

    Keys: "only", "no clear difference", "apart".
    """
    year = int(cells["year"].max())
    last = cells[cells["year"] == year].sort_values(["value", "domain"], ascending=False, kind="stable")
    top, low = last.iloc[0], last.iloc[-1]
    numbers = {"year": year, "high": float(top["value"]), "low": float(low["value"])}
    names = {"tensest": str(top["domain"]), "calmest": str(low["domain"])}
    if len(last) == 1:
        return Title("only", {**numbers, **names})
    if wording.overlap(frames.band_of(top), frames.band_of(low)):
        return Title("no clear difference", numbers)
    return Title("apart", {**numbers, **names})


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    high, low = wording.number(said["high"]), wording.number(said["low"])
    if title.key == "only":
        return f"Only {said['tensest']} has acts recorded in {said['year']}: share {high}"
    if title.key == "no clear difference":
        return f"No clear difference between domains in {said['year']}: {low} to {high}"
    return f"{said['tensest'].capitalize()} tensest in {said['year']} ({high}), {said['calmest']} calmest ({low})"


def _draw_domains(texts: tuple[str, str, str], cells: pd.DataFrame, middle: float) -> Sheet:
    totals = cells.groupby("domain", sort=True)["events"].sum().sort_values(ascending=False, kind="stable")
    names = [str(name) for name in totals.index]
    numbers = [wording.number(total, 0) for total in totals]
    left, right = design.label_width(names) + 0.1, design.label_width(numbers) + 0.12
    sheet = design.sheet(*texts, _KEY + _ROW * len(names) + 0.24)
    first, last = int(cells["year"].min()), int(cells["year"].max())
    spare = max(0.0, sheet.body.width - left - right - _WIDEST * (last - first + 1))
    box = sheet.body.inset(left=left, right=right + spare, top=_KEY, bottom=0.24)
    panel = sheet.axes(box, x=(first - 0.5, last + 0.5), y=(len(names) - 0.5, -0.5))
    axes.set_years(panel, first, last, box.width)
    shade = _shade(middle)
    for row in cells.to_dict("records"):
        level = names.index(row["domain"])
        panel.barh(
            [level],
            [0.94],
            left=[row["year"] - 0.47],
            height=0.86,
            color=shade(float(row["value"])),
            linewidth=0,
            gid="cell",
        )
    for i, (name, number) in enumerate(zip(names, numbers, strict=True)):
        y = box.top - (i + 0.5) * _ROW - 0.04
        sheet.text(sheet.body.x, y, name, color=design.SOFT)
        sheet.text(box.right + right, y, number, ha="right", color=design.SOFT)
    _draw_key(sheet, Box(box.x, box.top + 0.1, 1.5, 0.11), middle, shade)
    return sheet


def _shade(middle: float) -> LinearSegmentedColormap:
    from matplotlib.colors import LinearSegmentedColormap

    stops = [(0.0, design.COOPERATION), (middle / 2, design.COOPERATION_TINT), (middle, "#F2F2F2")]
    stops += [((1 + middle) / 2, design.CONFLICT_TINT), (1.0, design.CONFLICT)]
    return LinearSegmentedColormap.from_list("tension", stops)


def _draw_key(sheet: Sheet, box: Box, middle: float, shade: LinearSegmentedColormap) -> None:
    """Draw the scale of colours with its ends in words and its middle in figures."""
    left, right = "calmer 0", "1 tenser"
    bar = Box(box.x + width(left, design.LABEL) + 0.06, box.y, box.width, box.height)
    panel = sheet.axes(bar, x=(0, 1), y=(0, 1))
    steps = np.linspace(0, 1, 41)
    for low, high in itertools.pairwise(steps):
        panel.axvspan(low, high, color=shade((low + high) / 2), linewidth=0, gid="key")
    panel.axvline(middle, color=design.INK, linewidth=0.8)
    sheet.text(bar.x - 0.06, bar.y + 0.015, left, ha="right", color=design.SOFT)
    sheet.text(bar.right + 0.06, bar.y + 0.015, f"{right}; line: long-run share {middle:.2f}", color=design.SOFT)
