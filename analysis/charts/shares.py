"""Both sides' shares of one flow, and how many times the one is the other.

The shares stand in one panel because they have one unit; their ratio stands below, in its own. A line joins figures of
neighbouring years only; years that a producer withholds are hatched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.charts import axes, frames, house, words
from analysis.charts.house import Sheet
from analysis.charts.labels import End
from analysis.charts.stack import Plan, stack
from analysis.display import Chart

_NOTE = "The definition matters: a share of trade falls where a country is open to the world, a share of GDP rises."


@house.drawn
def asymmetry(
    frame: pd.DataFrame,
    *,
    sides: words.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
) -> Chart:
    """Draw one side's share of a flow beside the other's, and their ratio below.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `asymmetry`: `date`, `measure` ("share" or "asymmetry"), `value`, `of`, `definition`,
        `state`.

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
    frames.require(frame, "charts.asymmetry", "date", "measure", "value", "of", "definition")
    rows = frames.within(frame.sort_values("date", kind="stable"), period)
    foot = words.source_line(None, source, cutoff, coding=False)
    if rows["value"].notna().sum() == 0:
        return house.nothing("asymmetry", "No share of either side is recorded in this period", rows, foot)
    ids = _pair(rows)
    names = dict(zip(ids, [side.name for side in sides] if sides else ids, strict=True))
    ratio = frames.series(rows, "asymmetry")
    shares = {side: frames.series(rows[rows["of"] == side], "share") for side in ids}
    heading = _asymmetry_title(ratio, shares, names, str(rows["definition"].iloc[0]))
    under = words.subtitle(
        f"Share of each side, in percent, by year ({rows['definition'].iloc[0]}), "
        f"{words.period(rows['date'].iloc[0], rows['date'].iloc[-1])}",
        "Ratio: the one share divided by the other" if ratio["value"].notna().any() else "",
        "Gap: no figure recorded" if any(_gappy(one) for one in shares.values()) else "",
        "Hatched: withheld by the producer" if _withheld(rows) else "",
    )
    sheet = _draw_asymmetry((heading, under, foot), rows, ratio, shares, names)
    alt = f"Line chart of shares by year. {heading}. {_asymmetry_words(ratio, names)}".strip()
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
    hidden = rows[(rows["measure"] == "share") & (rows["state"] == "withheld") & rows["value"].isna()]
    return sorted({int(year) for year in hidden["date"].dt.year})


def _asymmetry_title(
    ratio: pd.DataFrame, shares: Mapping[str, pd.DataFrame], names: Mapping[str, str], definition: str
) -> str:
    (a, left), (b, right) = shares.items()
    both = left.merge(right, on="date", suffixes=("_a", "_b")).dropna(subset=["value_a", "value_b"])
    if both.empty:
        last = frames.last_known(ratio)
        if last is None:
            return "Shares of one side only are recorded; no ratio can be given"
        times = f"{words.significant(last['value'])} times"
        return words.title(
            f"{names[a]}’s share {times} {names[b]}’s in {last['date'].year}",
            f"One side’s share {times} the other’s in {last['date'].year}",
        )
    last = both.iloc[-1]
    x, y, year = words.significant(last["value_a"]), words.significant(last["value_b"]), last["date"].year
    if "GDP" in definition:
        return words.title(
            f"In {year} trade was {x}% of {names[a]}’s GDP, {y}% of {names[b]}’s",
            f"In {year} trade was {x}% of one side’s GDP, {y}% of the other’s",
        )
    flow = definition.split(" over ", maxsplit=1)[0]
    return words.title(
        f"{names[b]} had {x}% of {names[a]}’s {flow}, {names[a]} {y}% of {names[b]}’s ({year})",
        f"{names[a]}’s {flow} {x}% with {names[b]}, the reverse {y}% ({year})",
        f"One side had {x}% of the other’s {flow}, the reverse {y}% ({year})",
    )


def _asymmetry_words(ratio: pd.DataFrame, names: Mapping[str, str]) -> str:
    known = ratio[ratio["value"].notna()]
    if known.empty:
        return ""
    first, last = known.iloc[0], known.iloc[-1]
    a, b = names.values()
    return (
        f"{a}’s share was {words.significant(first['value'])} times {b}’s in {first['date'].year} "
        f"and {words.significant(last['value'])} times in {last['date'].year}."
    )


def _draw_asymmetry(
    texts: tuple[str, str, str],
    rows: pd.DataFrame,
    ratio: pd.DataFrame,
    shares: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
) -> Sheet:
    limits = axes.time_limits(rows.get("start", rows["date"]).min(), rows["date"].max(), 366)
    colors = dict(zip(names, (house.SIDE_A, house.SIDE_B), strict=True))
    drawn = pd.concat(list(shares.values()))
    ends = [
        End(
            float(last["value"]),
            f"{names[side]} {words.significant(last['value'])}%",
            colors[side],
            str(last["date"].year),
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
        end = End(float(last["value"]), f"{words.significant(last['value'])} times", house.INK, str(last["date"].year))
        ticks = axes.value_ticks(0, max(1.0, frames.extent(ratio)[1]), 3)
        equal = End(1.0, "", house.GREY, "1: equal")
        plans.append(Plan(0.7, ticks, head="{}’s share divided by {}’s".format(*names.values()), ends=[end, equal]))
    sheet, panels, _ = stack(texts, limits, plans)
    if ends:
        for side, one in shares.items():
            frames.draw_years(panels[0][0], one, colors[side], gid=f"share-{side}")
        for year in _withheld(rows):
            house.hatched(panels[0][0], axes.at(f"{year}-01-01"), axes.at(f"{year}-12-31"))
    if ratio["value"].notna().any():
        frames.draw_years(panels[-1][0], ratio, house.INK, gid="asymmetry")
        panels[-1][0].axhline(1, color=house.GREY, linewidth=0.9, linestyle=(0, (4, 3)), gid="reference")
    return sheet
