"""When the leaders met: one row a year, a dot on the day of each recorded meeting.

A full dot is a known day, an open bar a span within which it fell. At the right stands how many are in the record, and
where others published a higher count, of how many. A year that the record does not cover, or in which nobody held one
of the offices, is hatched, since none is not unknown. The shade of a row changes with the persons who held office.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import LABEL, Sheet, Words
from analysis.charts.scaffold import House, Page, chart
from analysis.charts.text_metrics import BOLD, height
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.measures.meetings import PART

_ROW, _TICKS = 0.165, 0.24
_WEEK = 7
_SHADES = ("#F2F2F2", "#E3E3E3")


@chart(
    "meetings",
    "value",
    note="Counted are meetings in the record; what no source in it reports is not counted.",
)
def meetings(frame: pd.DataFrame, held: pd.DataFrame | None = None, **house: Unpack[House]) -> Page:
    """Draw a calendar of the leaders' meetings, one row a year.

    Parameters
    ----------
    frame : DataFrame
        The frame of `meetings_per_year`, one row a year: `year` (or `date`), `value` (missing where the record does
        not cover the year); uses `recorded`, `basis`, `covered_days`, `leaders_a`, `leaders_b`.
    held : DataFrame, optional
        The frame of `meetings_held`: `year`, `start`, `end`. Without it, years have counts and no dots.
    house
        As every chart, see `analysis.charts.scaffold.House`.

    Raises
    ------
    ColumnError
        If `value`, or both `year` and `date`, are absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> years = an.meetings_per_year(rel.events, rel.leaders)
    >>> chart = an.charts.meetings(years, an.meetings_held(rel.events, rel.leaders), sides=rel.sides)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.meetings", *([] if "date" in frame else ["year"]))
    year = frame["year"] if "year" in frame else frame["date"].dt.year
    rows = frame.assign(year=year.astype(int)).sort_values("year", kind="stable").reset_index(drop=True)
    period = house.get("period")
    if period is not None:
        first, last = (pd.Timestamp(one).year for one in period)
        rows = rows[rows["year"].between(first, last)].reset_index(drop=True)
    known = rows[rows["value"].notna()]
    if known.empty:
        return Page(rows, "No year in this period is covered for meetings")
    # Years before the first that is covered, and after the last one, say nothing.
    rows = rows[rows["year"].between(known["year"].min(), known["year"].max())].reset_index(drop=True)
    cutoff = house.get("cutoff")
    days = pd.DataFrame(columns=["year", "start", "end"]) if held is None else held
    days = days[days["year"].isin(known["year"])]
    published = _published(known)
    figures = ", ".join(
        f"{int(row['year'])}: {wording.significant(row['value'])}{_how(row)}" for row in known.to_dict("records")
    )
    return Page(
        rows,
        title_text(title_data(known, cutoff)),
        f"Meetings of the leaders{_leaders(known, house.get('sides'))}, "
        f"{wording.years(known['year'].min(), known['year'].max())}",
        wording.subtitle(
            "Dot: day of a meeting in the record, which holds fewer than took place" if held is not None else "",
            "Open bar: within this span" if len(days) and ((days["end"] - days["start"]).dt.days > _WEEK).any() else "",
            f"At the right: in the record{', of those counted by others' if published else ''}",
            "Hatched: year not covered" if bool(rows["value"].isna().any()) else "",
            f"{known['year'].max()} is covered in part" if _partial(known.iloc[-1], cutoff) else "",
        ),
        ("Calendar of meetings, one row a year", f"{figures}."),
        lambda words: _draw(words, rows, days),
    )


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


def _published(known: pd.DataFrame) -> bool:
    return bool("basis" in known and known["basis"].ne("recorded").any())


def _leaders(known: pd.DataFrame, sides: wording.Sides | None) -> str:
    """Name who held office: each side's leaders in their order, with "and" between the sides."""
    if not {"leaders_a", "leaders_b"} <= set(known.columns):
        return f" of {wording.dyad(sides)}"
    names = [
        wording.listed(list(dict.fromkeys(";".join(known[side]).split(";")))) for side in ("leaders_a", "leaders_b")
    ]
    return f", {names[0]} with {names[1]}"


def _partial(year: pd.Series, cutoff: Any) -> bool:
    """Tell whether the record covers only a part of the year: by the frame's count of days, or because the cut-off
    falls into it.
    """
    end = None if cutoff is None else pd.Timestamp(cutoff)
    cut = end is not None and end.year == int(year["year"]) and end.day_of_year < 360
    return cut or bool(year.get("covered_days", 366) < 360)


def _count(row: dict[Any, Any]) -> str:
    """Write a year's count: those in the record, of those counted by others."""
    if pd.isna(row["value"]):
        return ""
    own, value = row.get("recorded", row["value"]), row["value"]
    part = " in part" if row.get("basis") == PART else ""
    return f"{own:.0f} of {value:.0f}{part}" if value > own else wording.significant(value)


def _draw(words: Words, rows: pd.DataFrame, days: pd.DataFrame) -> Sheet:
    own = design.form()
    tall = max(_ROW, height(1, LABEL) + 0.01)
    sheet = design.sheet(words, tall * len(rows) + _TICKS)
    box = sheet.body.inset(left=own.left, right=own.right, bottom=_TICKS)
    panel = sheet.axes(box, x=(0, 366), y=(len(rows), 0))
    months = (1, 4, 7, 10) if own.width > 4 else (1, 7)
    places = [pd.Timestamp(2024, month, 1).day_of_year - 1 for month in months]
    axes.label_x(panel, places, [wording.MONTHS[month - 1][:3] for month in months], ["left"] * len(months))
    names = [name for name in ("leaders_a", "leaders_b") if name in rows]
    who = rows[names].astype("str").agg(";".join, axis=1) if names else rows["year"] * 0
    shade = (who != who.shift()).cumsum() % 2
    for i, row in enumerate(rows.to_dict("records")):
        y = box.top - (i + 1) * tall + 0.035
        sheet.text(box.x - 0.08, y, str(row["year"]), ha="right", color=design.SOFT)
        if pd.isna(row["value"]):
            panel.barh(
                [i + 0.5],
                [366],
                height=0.8,
                facecolor=design.PALE,
                edgecolor="#B5B5B5",
                hatch="////",
                linewidth=0,
                gid="not-covered",
            )
            continue
        panel.barh(
            [i + 0.5], [366], height=0.86, color=_SHADES[int(shade.iloc[i])], linewidth=0, zorder=0.5, gid="year"
        )
        sheet.text(box.right + 0.08, y, _count(row), weight=BOLD, color=design.SOFT)
        for start, end in days.loc[days["year"] == row["year"], ["start", "end"]].itertuples(index=False):
            _mark(panel, i + 0.5, int(row["year"]), start, end)
    return sheet


def _mark(panel: Any, level: float, year: int, start: pd.Timestamp, end: pd.Timestamp) -> None:
    """Draw one meeting: a dot on its day, or an open bar over a span of more than a week."""
    begin, finish = (min(max(axes.at(day) - axes.at(f"{year}-01-01"), 0), 365) for day in (start, end))
    if finish - begin > _WEEK:
        panel.barh(
            [level],
            [finish - begin],
            left=[begin],
            height=0.4,
            facecolor="white",
            edgecolor=design.INK,
            linewidth=0.9,
            gid="span",
        )
    else:
        panel.plot([(begin + finish) / 2], [level], "o", color=design.INK, markersize=4.5, clip_on=False, gid="day")
