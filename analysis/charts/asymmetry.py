"""Both sides' shares of one flow, and how many times the one is the other.

The shares stand in one panel because they have one unit; their ratio stands below, in its own. A line joins whole-year
figures of neighbouring years only. An estimate, or a figure for part of a year, is an open mark on the days it is for,
and no line touches it. Years that a producer withholds are hatched, also where a part of them is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet
from analysis.charts.labels import End
from analysis.charts.stack import Plan, stack
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.findings.display import Chart

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NOTE = "The definition matters: a share of trade falls where a country is open to the world, a share of GDP rises."


@design.drawn
def asymmetry(
    frame: pd.DataFrame,
    *,
    sides: wording.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
) -> Chart:
    """Draw one side's share of a flow beside the other's, and their ratio below.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `asymmetry`: `date`, `start`, `end`, `measure` ("share" or "asymmetry"), `value`, `of`,
        `definition`; uses `part_year`, `estimate`, `year_withheld`.

    Raises
    ------
    ColumnError
        If a needed column is absent.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> trade = an.asymmetry(rel.indicators, rel.side_a.id, rel.side_b.id)
    >>> chart = an.charts.asymmetry(trade, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    frames.require(frame, "charts.asymmetry", "date", "start", "end", "measure", "value", "of", "definition")
    rows = frames.within(frame.sort_values("date", kind="stable"), period)
    foot = wording.source_line(None, source, cutoff, coding=False)
    if rows["value"].notna().sum() == 0:
        return design.nothing("asymmetry", "No share of either side is recorded in this period", rows, foot)
    ids = _pair(rows)
    names = dict(zip(ids, [side.name for side in sides] if sides else ids, strict=True))
    ratio = frames.series(rows, "asymmetry")
    shares = {side: frames.series(rows[rows["of"] == side], "share") for side in ids}
    definition = str(rows["definition"].iloc[0])
    said = title_data(rows)
    heading = title_text(said, names, definition)
    newer = (~firm(rows) & rows["value"].notna()).any()
    under = wording.subtitle(
        f"Share of each side, in percent, by year ({definition}), "
        f"{wording.period(rows['date'].iloc[0], rows['date'].iloc[-1])}",
        f"{said.numbers['year']} is the last year with both shares whole" if said.key == "both" else "",
        "Ratio: the one share divided by the other" if ratio["value"].notna().any() else "",
        "Open mark: an estimate, or part of the year" if newer else "",
        "Gap: no figure recorded" if any(_gappy(one) for one in shares.values()) else "",
        "Hatched: withheld by the producer" if _withheld(rows) else "",
    )
    sheet = _draw_asymmetry((heading, under, foot), rows, ratio, shares, names)
    alt = " ".join(["Line chart of shares by year.", f"{heading}.", *_alt(shares, ratio, names, definition)])
    return Chart(sheet.figure, "asymmetry", heading, under, foot, alt, rows, _NOTE)


def _pair(rows: pd.DataFrame) -> tuple[str, str]:
    """Return the two actor ids, side A first: as the ratio names them, else in the order of the rows."""
    ratio = rows.loc[rows["measure"] == "asymmetry", "of"]
    if len(ratio):
        a, b = str(ratio.iloc[0]).split("/")
        return a, b
    ids = [str(name) for name in rows["of"].unique()]
    return ids[0], ids[-1]


def _gappy(rows: pd.DataFrame) -> bool:
    return bool(rows["value"].isna().any())


def _withheld(rows: pd.DataFrame) -> list[int]:
    """Return the years in which one side's share is withheld."""
    if "state" not in rows:
        return []
    hidden = rows["year_withheld"] if "year_withheld" in rows else rows["state"].eq("withheld")
    return sorted({int(year) for year in rows.loc[(rows["measure"] == "share") & hidden, "date"].dt.year})


def title_data(rows: pd.DataFrame) -> Title:
    """Return what is said of both shares in the newest year for which both are known for the whole of it.

    Keys: "both", "both in part" (no year has both whole: the newest with both), "ratio" (only the ratio is known),
    "one side".
    """
    known = rows[rows["value"].notna()].assign(firm=firm(rows))
    shares = known[known["measure"] == "share"].assign(year=known["date"].dt.year)
    a, b = ({int(row["year"]): row for row in shares[shares["of"] == side].to_dict("records")} for side in _pair(rows))
    years = sorted(a.keys() & b.keys())
    whole = [year for year in years if a[year]["firm"] and b[year]["firm"]]
    if years:
        year = (whole or years)[-1]
        numbers = {"a": float(a[year]["value"]), "b": float(b[year]["value"]), "year": year}
        if whole:
            return Title("both", numbers)
        kinds = list(dict.fromkeys(kind_of(side[year]) for side in (a, b) if not side[year]["firm"]))
        return Title("both in part", {**numbers, "kinds": kinds})
    last = frames.last_known(frames.series(known, "asymmetry"))
    if last is None:
        return Title("one side")
    return Title("ratio", {"ratio": float(last["value"]), "year": int(last["date"].year)})


def title_text(title: Title, names: Mapping[str, str], definition: str) -> str:
    """Write the title; `names` are those of side A and side B by their ids."""
    a, b = names.values()
    said = title.numbers
    if title.key == "one side":
        return "Shares of one side only are recorded; no ratio can be given"
    if title.key == "ratio":
        times, year = wording.significant(said["ratio"]), said["year"]
        return wording.title(
            f"{a}’s share {times} times {b}’s in {year}", f"One side’s share {times} times the other’s in {year}"
        )
    x, y = (wording.significant(said[side]) for side in ("a", "b"))
    when = str(said["year"])
    if title.key == "both in part":
        when = wording.listed(said["kinds"])
    if "GDP" in definition:
        return wording.title(
            f"In {when} trade was {x}% of {a}’s GDP, {y}% of {b}’s",
            f"In {when} trade was {x}% of one side’s GDP, {y}% of the other’s",
        )
    flow = definition.split(" over ", maxsplit=1)[0]
    return wording.title(
        f"{b} had {x}% of {a}’s {flow}, {a} {y}% of {b}’s ({when})",
        f"{a}’s {flow} {x}% with {b}, the reverse {y}% ({when})",
        f"One side had {x}% of the other’s {flow}, the reverse {y}% ({when})",
    )


def firm(rows: pd.DataFrame) -> pd.Series[bool]:
    """Mark the figures that are neither estimates nor for part of a year."""
    weak = pd.Series(False, index=rows.index)
    for name in ("part_year", "estimate"):
        weak |= rows[name].astype(bool) if name in rows else False
    return ~weak


def kind_of(row: Mapping[Any, Any] | pd.Series) -> str:
    """Say which days a figure is for and whether it is an estimate: 2017; January–June 2023, estimate."""
    part = wording.covered(row["start"], row["end"]) if row.get("part_year") else str(row["date"].year)
    return f"{part}{', estimate' if row.get('estimate') else ''}"


def _alt(
    shares: Mapping[str, pd.DataFrame], ratio: pd.DataFrame, names: Mapping[str, str], definition: str
) -> Iterator[str]:
    """Write each share's newest figure, and the ratio's first and last whole-year one."""
    for side, one in shares.items():
        last = frames.last_known(one)
        if last is not None:
            yield f"{_label(side, names, definition)}: {wording.significant(last['value'])}% ({kind_of(last)})."
    known = ratio[ratio["value"].notna() & firm(ratio)]
    if len(known):
        first, last = known.iloc[0], known.iloc[-1]
        a, b = names.values()
        start = f"{a}’s share was {wording.significant(first['value'])} times {b}’s in {first['date'].year}"
        then = f" and {wording.significant(last['value'])} times in {last['date'].year}" if len(known) > 1 else ""
        yield f"{start}{then}."


def _label(side: str, names: Mapping[str, str], definition: str) -> str:
    """Name a share by whose it is and of what: Beland in Aland’s trade."""
    other = next(name for key, name in names.items() if key != side)
    if "GDP" in definition:
        return f"Trade over {names[side]}’s GDP"
    return f"{other} in {names[side]}’s {definition.split(' over ', maxsplit=1)[0]}"


def _draw_asymmetry(
    texts: tuple[str, str, str],
    rows: pd.DataFrame,
    ratio: pd.DataFrame,
    shares: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
) -> Sheet:
    limits = axes.time_limits(rows.get("start", rows["date"]).min(), rows["date"].max(), 366)
    colors = dict(zip(names, (design.SIDE_A, design.SIDE_B), strict=True))
    drawn = pd.concat(list(shares.values()))
    ends = [
        End(
            float(last["value"]),
            f"{_label(side, names, str(rows['definition'].iloc[0]))} {wording.significant(last['value'])}%",
            colors[side],
            kind_of(last),
        )
        for side, one in shares.items()
        if (last := frames.last_known(one)) is not None
    ]
    plans = []
    if ends:
        ticks = axes.value_ticks(0, max(1.0, frames.extent(drawn)[1]))
        plans.append(Plan(1.4, ticks, head="Share, percent", ends=ends))
    if ratio["value"].notna().any():
        last = ratio[ratio["value"].notna()].iloc[-1]
        end = End(float(last["value"]), f"{wording.significant(last['value'])} times", design.INK, kind_of(last))
        ticks = axes.value_ticks(0, max(1.0, frames.extent(ratio)[1]), 3)
        equal = End(1.0, "", design.GREY, "1: equal")
        plans.append(Plan(0.7, ticks, head="{}’s share divided by {}’s".format(*names.values()), ends=[end, equal]))
    sheet, panels, _ = stack(texts, limits, plans)
    if ends:
        for side, one in shares.items():
            _draw_figures(panels[0][0], one, colors[side], f"share-{side}")
        for year in _withheld(rows):
            design.hatched(panels[0][0], axes.at(f"{year}-01-01"), axes.at(f"{year}-12-31"))
    if ratio["value"].notna().any():
        _draw_figures(panels[-1][0], ratio, design.INK, "asymmetry")
        panels[-1][0].axhline(1, color=design.GREY, linewidth=0.9, linestyle=(0, (4, 3)), gid="reference")
    return sheet


def _draw_figures(panel: Axes, rows: pd.DataFrame, color: str, gid: str) -> None:
    """Draw whole-year figures as joined dots, the others as open marks with the span of days that they are for."""
    sure = firm(rows)
    frames.draw_years(panel, rows.assign(value=rows["value"].where(sure)), color, gid=gid)
    for row in rows[rows["value"].notna() & ~sure].to_dict("records"):
        days, value = [axes.at(row["start"]), axes.at(row["end"])], float(row["value"])
        if not pd.isna(row["low"]):
            panel.vlines(
                [sum(days) / 2], float(row["low"]), float(row["high"]), color=color, linewidth=0.8, gid="range"
            )
        style: dict[str, Any] = {"color": color, "linewidth": 1.2, "clip_on": False}
        panel.plot(days, [value] * 2, gid=f"{gid}-span", **style)
        style |= {"markerfacecolor": "white", "markersize": 4.5}
        panel.plot([sum(days) / 2], [value], "D" if row.get("part_year") else "o", gid=f"{gid}-open", **style)
