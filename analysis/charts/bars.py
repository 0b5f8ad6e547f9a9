"""How often the leaders met, year by year.

Meetings are bars from zero; a year that the record does not cover has no bar but a hatched field, since none is not
unknown. Where a date is so uncertain that a meeting may belong to another year, a line shows the counts it allows.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.charts import axes, frames, house, words
from analysis.charts.house import Sheet
from analysis.charts.type import BOLD, height
from analysis.display import Chart

_WIDEST = 0.6
"""Room for one year in inches; a record of two years is not two slabs."""
_NOTE = "Counted are meetings in the record; what no source in it reports is not counted."


@house.drawn
def meetings(
    frame: pd.DataFrame,
    *,
    sides: words.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
) -> Chart:
    """Draw the number of leaders' meetings a year.

    Parameters
    ----------
    frame : DataFrame
        One row a year: `year` (or `date`), `value` (missing where the record does not cover the year); uses `state`.

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
    foot = words.source_line(None, source, cutoff)
    if rows["value"].notna().sum() == 0:
        return house.nothing("meetings", "No year in this period is covered for meetings", rows, foot)
    known = rows[rows["value"].notna()]
    heading = _meetings_title(known, cutoff)
    gaps = bool(rows["value"].isna().any())
    under = words.subtitle(
        f"Recorded meetings of the leaders of {words.dyad(sides)} a year, "
        f"{words.years(known['year'].min(), known['year'].max())}",
        "Hatched: year not covered" if gaps else "",
        f"{known['year'].max()} is covered in part" if _partial(known.iloc[-1], cutoff) else "",
        "Line: the count that the uncertain dates allow" if _ranged(known).any() else "",
    )
    sheet = _draw_meetings((heading, under, foot), rows)
    figures = ", ".join(f"{int(row['year'])}: {words.significant(row['value'])}" for row in known.to_dict("records"))
    return Chart(
        sheet.figure,
        "meetings",
        heading,
        under,
        foot,
        f"Bar chart of meetings a year. {heading}. {figures}.",
        rows,
        _NOTE,
    )


def _meetings_title(known: pd.DataFrame, cutoff: Any) -> str:
    most = known["value"].max()
    years = [int(year) for year in known.loc[known["value"] == most, "year"]]
    last = known.iloc[-1]
    if most == 0:
        return f"No meeting of the leaders recorded, {words.years(known['year'].iloc[0], last['year'])}"
    meetings = f"{words.count(int(most), 'recorded meeting')} of the leaders"
    if len(known) == 1:
        return f"{meetings} in {years[0]}"
    when = f"in {words.listed([str(y) for y in years])}" if len(years) < 4 else "in the busiest years"
    partial = " so far" if _partial(last, cutoff) else ""
    now = "" if int(last["year"]) in years else f"; {words.significant(last['value'])} in {int(last['year'])}{partial}"
    return words.title(f"{meetings} {when}, more than in any other year{now}", f"{meetings} {when}{now}")


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
    sheet = house.sheet(*texts, 1.9 + height(1, house.LABEL) + 0.24)
    left = house.label_width(axes.value_labels(ticks)) + 0.08
    spare = max(0.0, sheet.body.width - left - _WIDEST * (last - first + 1))
    box = sheet.body.inset(left=left, right=spare, top=height(1, house.LABEL), bottom=0.24)
    top = max(ticks[-1], most)
    panel = sheet.axes(box, x=limits, y=(0, top))
    axes.set_values(panel, ticks)
    axes.set_years(panel, first, last, box.width)
    for missing in rows.loc[rows["value"].isna(), "year"]:
        house.hatched(panel, missing - 0.5, missing + 0.5, gid="not-covered")
    known = rows[rows["value"].notna()]
    colors = [house.INK if value == known["value"].max() else "#A6A6A6" for value in known["value"]]
    panel.bar(known["year"], known["value"].astype(float), width=0.72, color=colors, gid="meetings")
    doubt = known[_ranged(known)]
    if len(doubt):
        panel.vlines(
            doubt["year"],
            doubt["low"].astype(float),
            doubt["high"].astype(float),
            color=house.CONFLICT_TINT,
            linewidth=1.4,
            gid="range",
        )
    tops = known[["value", "high"]].max(axis=1) if len(doubt) else known["value"]
    room = box.width / (limits[1] - limits[0])
    labels = [words.significant(value) for value in known["value"]]
    if house.label_width(labels, weight=BOLD) + 0.04 <= room:
        for year, value, label in zip(known["year"], tops, labels, strict=True):
            x = box.x + (year - limits[0]) * room
            sheet.text(
                x, box.y + float(value) / top * box.height + 0.03, label, ha="center", weight=BOLD, color=house.SOFT
            )
    return sheet
