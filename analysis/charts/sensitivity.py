"""How much depends on the half-life: the same record, four memories, one strip each.

The strips share one scale and one line of reference, the record's long-run share. What is above it is filled as
tenser, what is below as calmer, so that the eye compares shapes. What all strips show does not depend on the choice;
what only the shortest shows does.
"""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from analysis.charts import axes, design, frames
from analysis.charts.design import Sheet, Words
from analysis.charts.labels import End
from analysis.charts.scaffold import House, Page, chart, few, limits, named, spoken
from analysis.charts.stack import Plan, stack
from analysis.charts.tension import fill_around
from analysis.charts.title import Title
from analysis.findings import wording


@chart(
    "sensitivity",
    "date",
    "value",
    "half_life",
    note="A turn that all strips show does not hang on the half-life; one that only the shortest shows does.",
)
def sensitivity(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    *,
    prior: float | None = None,
    **house: Unpack[House],
) -> Page:
    """Draw the tension share under several half-lives, one strip each.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `sensitivity`: `date`, `measure`, `value`, `half_life`.
    events : DataFrame, optional
        For the counts of the source line.
    prior : float, optional
        The long-run share, the line of reference; from `events` when absent, else the median of the values drawn.
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
    >>> lines = an.sensitivity(rel.events, ("90D", "180D"), start="2014-01-01", end=rel.cutoff)
    >>> chart = an.charts.sensitivity(lines, sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    rows = frames.shares(frame, house.get("period"))
    rows = rows[rows["value"].notna()].reset_index(drop=True)
    if rows.empty:
        return Page(rows, "No act between the two sides is recorded in this period", counted=events)
    if sentence := few(rows[rows["half_life"] == rows["half_life"].iloc[0]], events):
        return sentence
    known = frames.usual(events, prior)
    level = float(rows["value"].median()) if known is None else known
    series = {
        life: frames.series(rows[rows["half_life"] == life], "tension_share")
        for life in dict.fromkeys(rows["half_life"])
    }
    peaks = [
        f"{_spoken(life)}: peak {wording.month(_peak(one))}, last {wording.percent(one['value'].iloc[-1])}"
        for life, one in series.items()
    ]
    return Page(
        rows,
        title_text(title_data(series)),
        f"Hostile part of {named(house, events)}, percent of weight, by half-life, {spoken(rows)}",
        f"Filled from the {'median' if known is None else 'usual level'}, {wording.percent(level)}: brown tenser, blue "
        "calmer. Dot: the highest point drawn.",
        ("Strips of the tension share, one for each half-life", f"{'; '.join(peaks)}."),
        lambda words: _draw(words, series, level, limits(rows, house)),
        events,
    )


def _spoken(life: str) -> str:
    return f"{life[:-1]} days" if life.endswith("D") and life[:-1].isdigit() else str(life)


def _peak(rows: pd.DataFrame) -> pd.Timestamp:
    return pd.Timestamp(rows["date"].iloc[int(rows["value"].astype(float).argmax())])


def title_data(series: dict[str, pd.DataFrame]) -> Title:
    """Return what is said of the strips: the years of their peaks, and the range of their last values.

    Keys: "one", "same year" (all strips peak in one year), "other years".
    """
    lasts = [float(one["value"].iloc[-1]) for one in series.values()]
    years = sorted({_peak(one).year for one in series.values()})
    day = max(one["date"].iloc[-1] for one in series.values())
    numbers = {"first": years[0], "last": years[-1], "low": min(lasts), "high": max(lasts), "day": day}
    return Title("one" if len(series) == 1 else "same year" if len(years) == 1 else "other years", numbers)


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    low, high, day = wording.percent(said["low"]), wording.percent(said["high"]), wording.day(said["day"])
    if title.key == "one":
        return f"Tension {low} on {day}; peak in {said['first']}"
    level = f"{low} to {high} on {day}" if low != high else f"{low} on {day}"
    if title.key == "same year":
        return f"All half-lives peak in {said['first']}; {level}"
    return f"Peak moves with the half-life, {said['first']} to {said['last']}; {level}"


def _draw(words: Words, series: dict[str, pd.DataFrame], level: float, limits: tuple[float, float]) -> Sheet:
    plans = [
        Plan(
            0.62,
            [0, 1],
            ["0", "100%"],
            head=f"Half-life {_spoken(life)}",
            ends=[
                End(
                    float(one["value"].iloc[-1]),
                    wording.percent(one["value"].iloc[-1]),
                    design.INK,
                    f"peak {_peak(one).year}",
                )
            ],
        )
        for life, one in series.items()
    ]
    sheet, panels, _ = stack(words, limits, plans)
    for (panel, _), (life, one) in zip(panels, series.items(), strict=True):
        x, y = axes.days(one["date"]), one["value"].astype(float).to_numpy()
        fill_around(panel, x, y, level)
        panel.plot(x, y, color=design.INK, linewidth=0.9, marker="o" if len(x) == 1 else None, gid=f"share-{life}")
        top = int(y.argmax())
        panel.plot([x[top]], [y[top]], "o", color=design.INK, markersize=3.5, clip_on=False, gid="peak")
    return sheet
