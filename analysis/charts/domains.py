"""Where the quarrel is: how tense each domain was, on the time axis of the tension chart.

Domains are rows and half-years are cells (quarters of a short period, years in a column), coloured by the tension share
at their end, brown above the usual level and blue below it; a brown cell has a dot as well, so that it holds in grey. A
cell is empty where no act of the domain was recorded in it: the measure goes on remembering, the record does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import LABEL, Box, Sheet, Words
from analysis.charts.labels import REACH
from analysis.charts.scaffold import House, Page, chart, few, limits, named, spoken
from analysis.charts.text_metrics import width
from analysis.charts.title import Title
from analysis.findings import wording

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap

_ROW, _KEY, _TICKS = 0.17, 0.24, 0.24
_SHORT = 4 * 366  # days
LEAST = 10
"""A domain with acts in fewer half-years than this is not compared in the title."""


@chart(
    "domains",
    "date",
    "value",
    "domain",
    "events",
    note="A domain with few acts is drawn towards the long-run share of the whole record. Empty is not calm: nothing "
    "was recorded.",
)
def domains(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    prior: float | None = None,
    **house: Unpack[House],
) -> Page:
    """Draw the tension of each domain at the end of each half-year, or quarter of a period under four years.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `tension` with `by="domain"`, on any grid: `date`, `measure`, `value`, `events`,
        `domain`. Of each half-year the last row is drawn, if it has an act of that domain.
    events : DataFrame, optional
        For the counts of the source line and the long-run share.
    prior : float, optional
        The share at which the two colours meet; from `events` when absent, else 0.5.
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
    >>> share = an.tension(rel.events, by="domain", start="2014-01-01", end=rel.cutoff, band=None)
    >>> acts = rel.events[rel.events["dyad"]]
    >>> chart = an.charts.domains(share, acts, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    rows = frames.shares(frame, house.get("period"))
    if rows["events"].sum() == 0 or rows["value"].notna().sum() == 0:
        return Page(rows, "No act between the two sides is recorded in this period", counted=events)
    if sentence := few(rows, events, "a picture"):
        return sentence
    span = limits(rows, house)
    days = span[1] - span[0]
    # Quarters of a short period, half-years of a long one, years where those would be hairlines.
    months = 3 if days < _SHORT else 6 if design.form().panel * 183 / days > 0.05 else 12
    known = frames.usual(events, prior)
    middle = 0.5 if known is None else min(max(known, 0.01), 0.99)
    cells = _cells(rows, months, middle)
    counts = _counts(cells)
    unit = {3: "quarter", 6: "half-year", 12: "year"}[months]
    return Page(
        cells,
        title_text(title_data(cells), unit),
        f"Hostile part of {named(house, events)} by domain, at the end of each {unit}, {spoken(rows)}",
        f"Brown with a dot: tenser than {wording.percent(middle)}, the usual level; blue: calmer. Empty: no act. At "
        f"the right: {unit}s that were tenser, of those with acts.",
        (
            f"Grid of domains by {unit}, coloured by tension share",
            "Tenser: "
            + wording.listed([f"{name} in {row.tenser} of {row.cells}" for name, row in counts.iterrows()])
            + ".",
        ),
        lambda words: _draw(words, cells, counts, middle, span),
        events,
    )


def _cells(rows: pd.DataFrame, months: int, middle: float) -> pd.DataFrame:
    """Return one row a domain and part of a year with an act: its first day and the day after its last one, the last
    value in it, the number of acts, and whether it is tenser than usual.
    """
    month = (rows["date"].dt.month - 1) // months * months + 1
    start = pd.to_datetime({"year": rows["date"].dt.year, "month": month, "day": 1})
    dated = rows.assign(start=start).sort_values("date", kind="stable")
    keys = ["domain", "start"]
    table = dated.groupby(keys, sort=True).agg(value=("value", "last"), events=("events", "sum")).reset_index()
    table = table[(table["events"] > 0) & table["value"].notna()].reset_index(drop=True)
    end = table["start"] + pd.DateOffset(months=months)
    return table.assign(end=end, tenser=table["value"].astype(float) > middle)


def _counts(cells: pd.DataFrame) -> pd.DataFrame:
    """Return for each domain the tenser cells, all cells and acts, those with most acts first."""
    table = cells.groupby("domain", sort=True).agg(
        tenser=("tenser", "sum"), cells=("tenser", "size"), events=("events", "sum")
    )
    return table.sort_values("events", ascending=False, kind="stable")


def title_data(cells: pd.DataFrame) -> Title:
    """Return what is said of the domains: the one that was tenser than usual most often, by its share of cells.

    Keys: "few" (no domain has acts in ten cells), "none", "most".
    """
    counts = _counts(cells)
    enough = counts[counts["cells"] >= LEAST]
    if enough.empty:
        return Title("few", {"domains": len(counts)})
    share = (enough["tenser"] / enough["cells"]).sort_values(ascending=False, kind="stable")
    if share.iloc[0] == 0:
        return Title("none", {"domains": len(enough)})
    most = enough.loc[share.index[0]]
    return Title("most", {"domain": str(share.index[0]), "tenser": int(most["tenser"]), "of": int(most["cells"])})


def title_text(title: Title, unit: str = "half-year") -> str:
    """Write the title."""
    said = title.numbers
    if title.key == "few":
        return f"Acts of {wording.count(said['domains'], 'domain')} recorded, too few to compare"
    if title.key == "none":
        return f"No domain tenser than usual at the end of any {unit}"
    return f"{said['domain'].capitalize()} tenser than usual most often: in {said['tenser']} of {said['of']} {unit}s"


def _draw(words: Words, cells: pd.DataFrame, counts: pd.DataFrame, middle: float, limits: tuple[float, float]) -> Sheet:
    own = design.form()
    names = [str(name) for name in counts.index]
    sheet = design.sheet(words, _KEY + _ROW * len(names) + _TICKS)
    box = sheet.body.inset(left=own.left, right=own.right, top=_KEY, bottom=_TICKS)
    panel = sheet.axes(box, x=limits, y=(len(names) - 0.5, -0.5))
    axes.set_time(panel, box.width)
    shade = _shade(middle)
    left = axes.days(cells["start"]).clip(limits[0], limits[1])
    right = axes.days(cells["end"]).clip(limits[0], limits[1])
    level = [names.index(name) for name in cells["domain"]]
    air = (limits[1] - limits[0]) / box.width * 0.006
    boxes = [Box(a + air, y - 0.42, b - a - 2 * air, 0.84) for a, b, y in zip(left, right, level, strict=True)]
    design.cells(panel, boxes, [shade(float(value)) for value in cells["value"]])
    tense = cells["tenser"].to_numpy(dtype=bool)
    places: dict[str, Any] = {"color": design.INK, "markersize": 1.3, "clip_on": True}
    panel.plot(
        ((left + right) / 2)[tense],
        [y for y, yes in zip(level, tense, strict=True) if yes],
        "o",
        gid="tenser",
        **places,
    )
    for i, (name, row) in enumerate(counts.iterrows()):
        y = box.top - (i + 0.5) * _ROW - 0.04
        count = f" {row['tenser']}/{row['cells']}" if own.width > 4 else ""
        sheet.text(box.right + REACH - 0.04, y, f"{name}{count}", color=design.SOFT)
    _draw_key(sheet, Box(box.x, box.top + 0.07, min(1.5, box.width * 0.4), 0.09), shade)
    return sheet


def _shade(middle: float) -> LinearSegmentedColormap:
    from matplotlib.colors import LinearSegmentedColormap

    stops = [(0.0, design.COOPERATION), (middle / 2, design.COOPERATION_TINT), (middle, "#F7F7F7")]
    stops += [((1 + middle) / 2, design.CONFLICT_TINT), (1.0, design.CONFLICT)]
    return LinearSegmentedColormap.from_list("tension", stops)


def _draw_key(sheet: Sheet, box: Box, shade: LinearSegmentedColormap) -> None:
    """Draw the scale of colours with its ends in words."""
    left, right = "calmer 0%", "100% tenser"
    bar = Box(box.x + width(left, LABEL) + 0.05, box.y, box.width, box.height)
    panel = sheet.axes(bar, x=(0, 1), y=(0, 1))
    steps = [i / 40 for i in range(40)]
    design.cells(panel, [Box(step, 0, 0.0255, 1) for step in steps], [shade(step + 0.0125) for step in steps])
    sheet.text(bar.x - 0.05, bar.y, left, ha="right", color=design.SOFT)
    sheet.text(bar.right + 0.05, bar.y, right, color=design.SOFT)
