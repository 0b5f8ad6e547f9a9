"""Record and feed on one axis, and the sentence that says how far they agree.

Two lines of one measure in one panel: the tension share of the curated acts, and of the acts of the feed. Beneath it
the dyad's share of all lines of the feed, so that a reader sees how much of the stream is about the two at all, and
where there is no stream: a month without any archive is hatched, a month with archives and no row lies at zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.labels import End
from analysis.charts.scaffold import House, Page, chart
from analysis.charts.stack import Plan, stack
from analysis.feeds import coverage
from analysis.findings import wording
from analysis.findings.display import Finding

if TYPE_CHECKING:
    from analysis.charts.design import Sheet, Words

_NOTE = (
    "The levels of the two lines are not comparable: coders and machines score differently. Compare when they rise and "
    "fall. Agreement makes neither true; disagreement says where to read."
)
_STYLES: dict[str, tuple[str, Any]] = {"record": (design.INK, "-"), "feed": (design.GREY, (0, (3, 1.2)))}


@chart("corroboration", "date", "value", note=_NOTE)
def corroboration_chart(
    curated: pd.DataFrame,
    feed: pd.DataFrame,
    periods: pd.DataFrame,
    agreement: pd.DataFrame,
    *,
    name: str,
    **house: Unpack[House],
) -> Page:
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
    house
        As every chart, see `analysis.charts.scaffold.House`.

    Raises
    ------
    ColumnError
        If a needed column is absent.
    """
    frames.require(feed, "feeds.corroboration_chart", "date", "value")
    period = house.get("period")
    both = {"record": frames.within(curated, period), "feed": frames.within(feed, period)}
    parts = {key: frames.series(one, "tension_share") for key, one in both.items()}
    rows = pd.concat([part.assign(series=key) for key, part in parts.items()], ignore_index=True)
    if any(part["value"].notna().sum() == 0 for part in parts.values()):
        return Page(rows, f"Nothing to compare: the record or the {name} has no act")
    months = coverage.monthly(periods)
    compared = "; ".join(_row(row) for row in agreement.itertuples())
    missing = int((months["state"] != "covered").sum())
    return Page(
        rows,
        _title(agreement, name),
        f"Hostile part of acts between {wording.dyad(house.get('sides'))} in the record and in the {name}, percent of "
        f"weight, {wording.period(rows['date'].min(), rows['date'].max())}",
        "Below: rows of the dyad in 1,000 lines of the feed, by month; hatched where there is no archive. No line: no "
        "act in the last half-life. Upright stroke: 90% of redrawn records.",
        (
            f"Line chart of two tension shares, of the record and of the {name}",
            f"Rank correlations: {compared}. {missing} of {len(months)} months of the feed have no archive.",
        ),
        lambda words: _draw(
            words, parts, months, axes.time_limits(rows["date"].min(), rows["date"].max(), period=period)
        ),
    )


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


def _draw(words: Words, parts: dict[str, pd.DataFrame], months: pd.DataFrame, limits: tuple[float, float]) -> Sheet:
    ends = [
        End(float(known["value"]), f"{key} {wording.percent(known['value'])}", _STYLES[key][0])
        for key, part in parts.items()
        if (known := frames.last_recent(part)) is not None
    ]
    rate = months["share"].fillna(0.0) * 1000
    most = max(float(rate.max()), 0.001) if len(rate) else 1.0
    ticks, labels = axes.share_ticks()
    plans = [
        Plan(1.9, ticks, labels, up="tenser", down="calmer", ends=ends),
        Plan(0.8, axes.value_ticks(0, most, 3), head="Rows of the dyad in 1,000 lines of the feed"),
    ]
    sheet, panels, _ = stack(words, limits, plans)
    for key, (color, style) in _STYLES.items():
        frames.draw_recent(panels[0][0], parts[key], color, style=style, gid=key)
    lower = panels[1][0]
    for start, state, value in zip(months["start"], months["state"], rate, strict=True):
        left, right = axes.at(start), axes.at(start + pd.offsets.MonthBegin(1))
        if right < limits[0] or left > limits[1]:
            continue
        if state == "covered":
            lower.bar((left + right) / 2, value, width=(right - left) * 0.8, color=design.GREY, gid="share")
        else:
            design.hatched(lower, max(left, limits[0]), min(right, limits[1]), gid=state.replace(" ", "-"))
    return sheet
