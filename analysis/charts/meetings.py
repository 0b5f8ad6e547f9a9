"""How often the leaders met, year by year.

Meetings in the record are bars from zero; where others published a higher count, an outline reaches up to it. A year
that the record does not cover, or in which nobody held one of the offices, has no bar but a hatched field, since none
is not unknown. Where a row may or may not be a meeting of the year, a line shows the counts it allows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet
from analysis.charts.text_metrics import BOLD, height
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart
from analysis.measures.meetings import PART

_WIDEST = 0.6
"""Room for one year in inches; a record of two years is not two slabs."""
_NOTE = "Counted are meetings in the record; what no source in it reports is not counted."


@design.drawn
def meetings(
    frame: pd.DataFrame,
    *,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
) -> Chart:
    """Draw the number of leaders' meetings a year.

    Parameters
    ----------
    frame : DataFrame
        The frame of `meetings_per_year`, one row a year: `year` (or `date`), `value` (missing where the record does
        not cover the year); uses `recorded`, `low`, `high`, `basis`, `covered_days`, `leaders_a`, `leaders_b`.

    Raises
    ------
    ColumnError
        If `value`, or both `year` and `date`, are absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> years = an.meetings_per_year(rel.events, rel.leaders)
    >>> chart = an.charts.meetings(years, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.meetings", "value", *([] if "date" in frame else ["year"]))
    year = frame["year"] if "year" in frame else frame["date"].dt.year
    rows = frame.assign(year=year.astype(int)).sort_values("year", kind="stable").reset_index(drop=True)
    if period is not None:
        rows = rows[rows["year"].between(pd.Timestamp(period[0]).year, pd.Timestamp(period[1]).year)].reset_index(
            drop=True
        )
    foot = wording.source_line(None, source, cutoff)
    if rows["value"].notna().sum() == 0:
        return design.nothing("meetings", "No year in this period is covered for meetings", rows, foot)
    known = rows[rows["value"].notna()]
    title = title_data(known, cutoff)
    heading = title_text(title)
    published = _published(known)
    under = wording.subtitle(
        f"Meetings of the leaders{_leaders(known, sides)} a year, "
        f"{wording.years(known['year'].min(), known['year'].max())}: filled, in the record, which holds fewer than "
        "took place",
        f"Outline: counted by others ({wording.listed(published)})" if published else "",
        "Hatched: year not covered" if bool(rows["value"].isna().any()) else "",
        f"{known['year'].max()} is covered in part" if _partial(known.iloc[-1], cutoff) else "",
        "Line: what uncertain rows allow" if _ranged(known).any() else "",
    )
    sheet = _draw_meetings((heading, under, foot), rows)
    figures = ", ".join(
        f"{int(row['year'])}: {wording.significant(row['value'])}{_how(row)}" for row in known.to_dict("records")
    )
    alt = f"Bar chart of meetings a year. {heading}. {figures}."
    return Chart(sheet.figure, "meetings", heading, under, foot, alt, rows, _NOTE)


def title_data(known: pd.DataFrame, cutoff: Any = None) -> Title:
    """Return what is said of the covered years: the largest count, where, and the last year's.

    Keys: "none", "one year", "most" (the last year is among the busiest), "most and last".
    """
    most, last = int(known["value"].max()), known.iloc[-1]
    years = [int(year) for year in known.loc[known["value"] == most, "year"]]
    numbers: dict[str, Any] = {
        "most": most,
        "years": years,
        "counted": _how(known.iloc[int(known["value"].argmax())]).strip(),
    }
    if most == 0:
        return Title("none", {"years": [int(known["year"].iloc[0]), int(last["year"])]})
    if len(known) == 1:
        return Title("one year", numbers)
    if int(last["year"]) in years:
        return Title("most", numbers)
    so_far = _partial(last, cutoff)
    return Title("most and last", {**numbers, "last": int(last["value"]), "year": int(last["year"]), "so far": so_far})


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    if title.key == "none":
        return f"No meeting of the leaders recorded, {wording.years(*said['years'])}"
    how = f" {said['counted']}" if said["counted"] and len(said["years"]) == 1 else ""
    when = (
        f"in {wording.listed([str(year) for year in said['years']])}"
        if len(said["years"]) < 4
        else "in the busiest years"
    )
    meetings = f"{wording.count(said['most'], 'meeting')} of the leaders counted {when}{how}"
    if title.key == "one year":
        return meetings
    now = f"; {said['last']:,} in {said['year']}{' so far' if said['so far'] else ''}" if title.key != "most" else ""
    return f"{meetings}{now}"


def _how(row: Mapping[Any, Any] | pd.Series) -> str:
    """Say where a count comes from when it is not the record's."""
    basis = str(row.get("basis", "recorded"))
    return {"published": " by others", PART: " by others for part of the year"}.get(basis, "")


def _published(known: pd.DataFrame) -> list[str]:
    """Return the years whose count is that of others, each with its kind where it is for a part."""
    if "basis" not in known:
        return []
    rows = known[known["basis"].ne("recorded")]
    return [
        f"{'part of ' if basis == PART else ''}{year}" for year, basis in zip(rows["year"], rows["basis"], strict=True)
    ]


def _leaders(known: pd.DataFrame, sides: wording.Sides | None) -> str:
    """Name who held office: each side's leaders in their order, with "and" between the sides."""
    if not {"leaders_a", "leaders_b"} <= set(known.columns):
        return f" of {wording.dyad(sides)}"
    names = [
        wording.listed(list(dict.fromkeys(";".join(known[side]).split(";")))) for side in ("leaders_a", "leaders_b")
    ]
    return f", {names[0]} with {names[1]},"


def _partial(year: pd.Series, cutoff: Any) -> bool:
    """Tell whether the record covers only a part of the year: by the frame's count of days, or because the cut-off
    falls into it.
    """
    end = None if cutoff is None else pd.Timestamp(cutoff)
    cut = end is not None and end.year == int(year["year"]) and end.day_of_year < 360
    return cut or bool(year.get("covered_days", 366) < 360)


def _ranged(known: pd.DataFrame) -> pd.Series[bool]:
    if not {"low", "high"} <= set(known.columns):
        return pd.Series(False, index=known.index)
    return known["low"].lt(known["high"])


def _draw_meetings(texts: tuple[str, str, str], rows: pd.DataFrame) -> Sheet:
    first, last = int(rows["year"].min()), int(rows["year"].max())
    limits = (first - 0.6, last + 0.6)
    most = float(rows[[name for name in ("value", "high") if name in rows]].max().max())
    ticks = [tick for tick in axes.value_ticks(0, max(most, 1), 4) if tick == int(tick)]
    sheet = design.sheet(*texts, 1.9 + height(1, design.LABEL) + 0.24)
    left = design.label_width(axes.value_labels(ticks)) + 0.08
    spare = max(0.0, sheet.body.width - left - _WIDEST * (last - first + 1))
    box = sheet.body.inset(left=left, right=spare, top=height(1, design.LABEL), bottom=0.24)
    top = max(ticks[-1], most)
    panel = sheet.axes(box, x=limits, y=(0, top))
    axes.set_values(panel, ticks)
    axes.set_years(panel, first, last, box.width)
    for missing in rows.loc[rows["value"].isna(), "year"]:
        design.hatched(panel, missing - 0.5, missing + 0.5, gid="not-covered")
    known = rows[rows["value"].notna()]
    own = known["recorded"] if "recorded" in known else known["value"]
    bars: dict[str, Any] = {"width": 0.72, "edgecolor": design.INK}
    more = known[known["value"] > own]
    panel.bar(more["year"], more["value"].astype(float), linewidth=1.1, facecolor="none", gid="published", **bars)
    panel.bar(known["year"], own.astype(float), linewidth=0, facecolor="#A6A6A6", gid="meetings", **bars)
    doubt = known[_ranged(known)]
    if len(doubt):
        panel.vlines(
            doubt["year"],
            doubt["low"].astype(float),
            doubt["high"].astype(float),
            color=design.INK,
            linewidth=1.4,
            gid="range",
        )
    tops = known[["value", "high"]].max(axis=1) if len(doubt) else known["value"]
    room = box.width / (limits[1] - limits[0])
    labels = [wording.significant(value) for value in known["value"]]
    if design.label_width(labels, weight=BOLD) + 0.04 <= room:
        for year, value, label in zip(known["year"], tops, labels, strict=True):
            x = box.x + (year - limits[0]) * room
            sheet.text(
                x, box.y + float(value) / top * box.height + 0.03, label, ha="center", weight=BOLD, color=design.SOFT
            )
    return sheet
