"""Record and feed on one axis, and the sentence that says how far they agree.

Two lines of one measure in one panel: the tension share of the curated acts, and of the acts of the feed. Beneath it
the dyad's share of all lines of the feed, so that a reader sees how much of the stream is about the two at all, and
where there is no stream: a month without any archive is hatched, a month with archives and no row lies at zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.labels import End
from analysis.charts.stack import Plan, stack
from analysis.feeds import coverage
from analysis.findings import wording
from analysis.findings.display import Chart, Finding

if TYPE_CHECKING:
    from analysis.charts.design import Sheet

_NOTE = (
    "The levels of the two lines are not comparable: coders and machines score differently. Compare when they rise and "
    "fall. Agreement makes neither true; disagreement says where to read."
)
_COLORS = {"record": design.INK, "feed": design.THIRD}


@design.drawn
def corroboration_chart(
    curated: pd.DataFrame,
    feed: pd.DataFrame,
    periods: pd.DataFrame,
    agreement: pd.DataFrame,
    *,
    name: str,
    sides: wording.Sides | None = None,
    cutoff: Any = None,
) -> Chart:
    """Draw the tension share of a record and of a feed.

    Parameters
    ----------
    curated, feed : DataFrame
        Frames of the measure `tension`.
    periods : DataFrame
        The feed's `coverage`.
    agreement : DataFrame
        The frame of `corroborate`, for the title.
    name : str
        What the feed is called.
    sides, cutoff
        As in every chart.

    Raises
    ------
    ColumnError
        If a needed column is absent.
    """
    for frame in (curated, feed):
        frames.require(frame, "feeds.corroboration_chart", "date", "value")
    parts = {"record": frames.series(curated, "tension_share"), "feed": frames.series(feed, "tension_share")}
    rows = pd.concat([part.assign(series=key) for key, part in parts.items()], ignore_index=True)
    foot = wording.source_line(None, f"workbook record; {name}", cutoff)
    if any(part["value"].notna().sum() == 0 for part in parts.values()):
        return design.nothing("corroboration", f"Nothing to compare: the record or the {name} has no act", rows, foot)
    heading = _title(agreement, name)
    months = coverage.monthly(periods)
    under = wording.subtitle(
        f"Tension share of acts between {wording.dyad(sides)} in the record and in the {name}, "
        f"{wording.period(rows['date'].min(), rows['date'].max())}: 0 all cooperation, 1 all conflict",
        "Below: rows of the dyad in 1,000 lines of the feed, by month; hatched where there is no archive",
        "Dotted: no recent act",
    )
    sheet = _draw((heading, under, foot), parts, months)
    compared = "; ".join(_row(row) for row in agreement.itertuples())
    missing = int((months["state"] != "covered").sum())
    alt = (
        f"Line chart of two tension shares, of the record and of the {name}. {heading}. Rank correlations: {compared}. "
        f"{missing} of {len(months)} months of the feed have no archive."
    )
    return Chart(sheet.figure, "corroboration", heading, under, foot, alt, rows, _NOTE)


def sentence(agreement: pd.DataFrame, name: str) -> Finding:
    """Say how far record and feed agree, from the frame of `corroborate`."""
    return Finding(f"{_title(agreement, name)}. {'; '.join(_row(row) for row in agreement.itertuples())}.")


def _title(agreement: pd.DataFrame, name: str) -> str:
    known = agreement[agreement["state"] == "compared"]
    if known.empty:
        return f"Record and {name} have too little in common to be compared"
    first = known.iloc[0]
    value = wording.number(first["value"], 2)
    if first["low"] <= 0 <= first["high"]:
        return f"Record and {name} do not clearly move together: rank correlation {value}"
    way = "move together" if first["value"] > 0 else "move against each other"
    return f"Record and {name} {way}: rank correlation {value}"


def _row(row: Any) -> str:
    length = {"M": "months", "Q": "quarters", "Y": "years"}[row.freq]
    if row.state != "compared":
        return f"{row.periods} common {length}, {row.state}"
    interval = f"{wording.number(row.low, 2)} to {wording.number(row.high, 2)}"
    return f"{wording.number(row.value, 2)} ({interval}) over {row.periods} {length}"


def _draw(texts: tuple[str, str, str], parts: dict[str, pd.DataFrame], months: pd.DataFrame) -> Sheet:
    first = min(part["date"].min() for part in parts.values())
    last = max(part["date"].max() for part in parts.values())
    limits = axes.time_limits(first, last)
    ends = [
        End(float(known["value"]), f"{key} {known['value']:.2f}", _COLORS[key])
        for key, part in parts.items()
        if (known := frames.last_known(part)) is not None
    ]
    rate = months["share"].fillna(0.0) * 1000
    most = max(float(rate.max()), 0.001) if len(rate) else 1.0
    plans = [
        Plan(1.9, axes.value_ticks(0, 1), up="tenser", down="calmer", ends=ends),
        Plan(0.8, axes.value_ticks(0, most, 3), head="Rows of the dyad in 1,000 lines of the feed"),
    ]
    sheet, panels, _ = stack(texts, limits, plans)
    for key, style in (("feed", "-"), ("record", (0, (3, 1.2)))):
        frames.draw_remembered(panels[0][0], parts[key], _COLORS[key], style=style, gid=key)
    lower = panels[1][0]
    for start, state, value in zip(months["start"], months["state"], rate, strict=True):
        left, right = axes.at(start), axes.at(start + pd.offsets.MonthBegin(1))
        if right < limits[0] or left > limits[1]:
            continue
        if state == "covered":
            lower.bar((left + right) / 2, value, width=(right - left) * 0.8, color=design.THIRD, gid="share")
        else:
            design.hatched(lower, max(left, limits[0]), min(right, limits[1]), gid=state.replace(" ", "-"))
    return sheet
