"""Is it getting tenser? The tension share with its named peaks, the eras, and the acts beneath.

The share runs from 0 percent (all recorded weight is friendly) to 100 (all is hostile), and so does the axis. The line
is filled towards the usual level, the long-run share: a share has no natural middle. There is no line before the first
act, nor where the newest one is older than a half-life. How sure a level is stands where it is asked: at the named
peaks and at the end, as the 90% whisker of that day. Each named peak bears the act that raised it most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from analysis.charts import axes, context, design, frames, rug
from analysis.charts.design import LABEL, Box, Sheet, Words
from analysis.charts.labels import End, ends_slack, set_ends, spread
from analysis.charts.scaffold import House, Page, chart, few, limits, marks, named, spoken
from analysis.charts.text_metrics import BOLD, height, width, wrap
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.measures.options import length
from analysis.measures.peak import SURE
from analysis.measures.robustness import place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_PANEL, _RUG, _TICKS = 1.9, 0.5, 0.24
_LABELS = 0.15  # inches over the panel for the numbers of peaks that reach its top


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What goes on the sheet: the share, the acts below it, its named peaks, the usual level, the time axis."""

    share: pd.DataFrame
    acts: pd.DataFrame | None
    peaks: pd.DataFrame
    usual: float | None
    limits: tuple[float, float]
    eras: pd.DataFrame | None


@chart(
    "tension",
    "date",
    "value",
    note="The share tells how hostile the recorded acts are, not how many there were. It sees nothing between two "
    "acts and nothing that no source reported.",
)
def tension(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    peaks: pd.DataFrame | None = None,
    *,
    eras: pd.DataFrame | None = None,
    half_life: str = "",
    prior: float | None = None,
    **house: Unpack[House],
) -> Page:
    """Draw the tension share over time.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `tension`: `date`, `measure`, `value`, `low`, `high`, `state`. Only the rows of
        `tension_share` are drawn; a frame without `measure` is taken to hold the share.
    events : DataFrame, optional
        The events behind the share, counted under it: `start`, `end`, `goldstein`; `dyad` marks those that count.
        Fewer than ten in the period are a sentence, no picture.
    peaks : DataFrame, optional
        The frame of the measure `peaks` for the same period: each is marked, and named by the act that raised it.
    eras : DataFrame, optional
        The record's eras: `label`, `from`, `to`, `kind`, `side`.
    half_life : str
        As given to the measure, for the words: "180D".
    prior : float, optional
        The long-run share, the usual level; from `events` when absent.
    house
        As every chart, see `analysis.charts.scaffold.House`.

    Raises
    ------
    ColumnError
        If `frame` lacks `date` or `value`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> acts = rel.events[rel.events["dyad"]]
    >>> chart = an.charts.tension(share, acts, sides=rel.sides, cutoff=rel.cutoff, half_life="180D")
    >>> chart.name
    'tension'
    """
    share = frames.within(frames.series(frame, "tension_share"), house.get("period"))
    share = share[share["value"].notna()].reset_index(drop=True)
    if share.empty:
        return Page(share, "No act between the two sides is recorded in this period", counted=events)
    acts = rug.acts_of(events, share)
    if acts is not None and (sentence := few(share, events, acts=len(acts))):
        return sentence
    span = limits(share, house)
    drawn = _Drawn(share, acts, _inside(peaks, share), frames.usual(events, prior), span, eras)
    heading = title_text(title_data(drawn.share, drawn.peaks, drawn.usual))
    whose = named(house, events)
    life = length(half_life, "charts.tension", "half_life").days if half_life else 0
    how = wording.subtitle(
        "Filled from the usual level, the long-run share: brown tenser, blue calmer" if drawn.usual is not None else "",
        f"An act fades by half in {life} days" if life else "",
        marks(share, band=frames.has_band(share)),
        f"Bars: acts a {'month' if span[1] - span[0] < 4 * 366 else 'quarter'}" if acts is not None else "",
    )
    return Page(
        share,
        heading,
        f"Hostile part of {whose}, in percent of their weight, {spoken(share)}",
        how,
        (f"Line chart of the tension share of {whose}", _alt(drawn)),
        lambda words: _lay_out(words, drawn),
        events,
    )


def _inside(peaks: pd.DataFrame | None, share: pd.DataFrame) -> pd.DataFrame:
    """Return the peaks of the span drawn, fewer in a column: those that more redrawn records agree on."""
    if peaks is None or peaks.empty:
        return pd.DataFrame(columns=["date", "value", "low", "high", "agreement", "short", "act_date", "since"])
    frames.require(peaks, "charts.tension, peaks", "date", "value", "agreement")
    rows = peaks[peaks["date"].between(share["date"].iloc[0], share["date"].iloc[-1])]
    most = 4 if design.form().width > 4 else 3
    rows = rows.sort_values("value", ascending=False, kind="stable").head(most).sort_values("date", kind="stable")
    return rows.reindex(columns=list(dict.fromkeys([*rows.columns, "low", "high", "short", "act_date"]))).reset_index(
        drop=True
    )


def title_data(share: pd.DataFrame, peaks: pd.DataFrame, usual: float | None) -> Title:
    """Return what is said of the share: the largest fall from a peak that the uncertainty supports, else its level.

    A peak is spoken of where half of the redrawn records have it there, and a fall where both bands are apart. Keys:
    "memory" (no recent act), "highest" (the last day is a peak), "fell", "level" (against the usual one),
    "level alone".
    """
    last = share.iloc[-1]
    numbers = {"now": float(last["value"]), "day": last["date"]}
    if frames.silent(share.tail(1)).any():
        return Title("memory", {"day": last["date"]})
    sure = peaks[peaks["agreement"] >= SURE]
    newest = sure[sure["date"] == last["date"]]
    if len(newest) and "since" in newest and newest["value"].iloc[0] >= peaks["value"].max():
        return Title("highest", {**numbers, "since": newest["since"].iloc[0]})
    falls = [row for row in sure.to_dict("records") if not wording.overlap(_band(row), frames.band_of(last))]
    if falls:
        top = max(falls, key=lambda row: float(row["value"]))
        if top["value"] > last["value"]:
            return Title("fell", {**numbers, "then": float(top["value"]), "peak": top["date"]}, "down")
    if usual is None:
        return Title("level alone", numbers)
    return Title("level", {**numbers, "usual": usual}, place(last["value"], last["low"], last["high"], usual))


def _band(row: dict[Any, Any]) -> tuple[float, float]:
    return float(row["low"]), float(row["high"])


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    day = wording.day(said["day"])
    if title.key == "memory":
        return f"No act recorded in the half-life before {day}: no level can be given"
    now = wording.percent(said["now"])
    if title.key == "highest":
        return f"Tension at its highest since {wording.month(said['since'])}: {now}"
    if title.key == "fell":
        then = f"{wording.percent(said['then'])} in {wording.month(said['peak'])}"
        return f"Tension fell from {then} to {now} on {day}"
    if title.key == "level alone":
        return f"Tension at {now} on {day}"
    return f"Tension {title.direction} its usual level on {day}: {now} against {wording.percent(said['usual'])}"


def _alt(drawn: _Drawn) -> str:
    share = drawn.share
    last = share.iloc[-1]
    parts = []
    if not pd.isna(last["low"]) and not frames.silent(share.tail(1)).any():
        band = f"{wording.percent(last['low'])} to {wording.percent(last['high'])}"
        parts.append(f"The last value, {wording.percent(last['value'])}, has a band from {band}.")
    before = share[share["date"] <= last["date"] - pd.DateOffset(years=1)]
    if not before.empty and not frames.silent(before.tail(1)).any():
        parts.append(f"A year earlier it was {wording.percent(before['value'].iloc[-1])}.")
    parts += [f"Peak: {' '.join(_named(row))}." for row in drawn.peaks.to_dict("records")]
    return " ".join(parts)


def _named(peak: dict[Any, Any]) -> tuple[str, str]:
    """Word a peak: when and how high, and the act that raised it with its own month where that is another."""
    when = f"{wording.month(peak['date'])}, {wording.percent(peak['value'])}:"
    act: Any = peak.get("short")
    day: Any = peak.get("act_date")
    if not isinstance(act, str) or not act:
        return when, "no single act"
    same = not isinstance(day, pd.Timestamp) or wording.month(day) == wording.month(peak["date"])
    own = "" if same else wording.short_month(day)
    return when, f"{act}{f' ({own})' if own else ''}"


def _lay_out(words: Words, drawn: _Drawn) -> Sheet:
    own, share = design.form(), drawn.share
    found = context.context(drawn.eras, drawn.limits)
    ends = _ends(drawn)
    key = _key(drawn.peaks)
    slack = ends_slack(ends, _PANEL)
    above = max(_LABELS + found.height, slack)
    under = (_RUG if drawn.acts is not None else 0.0) + _TICKS
    sheet = design.sheet(
        words, above + _PANEL + max(under, slack) + (height(key_height(key), LABEL) + 0.08 if key else 0)
    )
    box = Box(sheet.body.x + own.left, sheet.body.top - above - _PANEL, own.panel, _PANEL)
    panel = sheet.axes(box, x=drawn.limits, y=(0, 1))
    ticks, labels = axes.share_ticks()
    axes.set_values(panel, ticks, labels)
    context.draw(sheet, panel, Box(box.x, box.y, box.width, box.height + _LABELS), found)
    _draw_share(panel, share, drawn.usual, drawn.peaks)
    _draw_peaks(sheet, panel, box, drawn.peaks)
    set_ends(sheet, box, (0, 1), ends)
    if drawn.acts is None:
        axes.set_time(panel, own.panel)
    else:
        rug.draw(sheet, Box(box.x, box.y - _RUG + 0.02, box.width, _RUG - 0.08), drawn.limits, drawn.acts)
    top = sheet.body.y + (height(key_height(key), LABEL) if key else 0)
    for column in key:
        y = top
        for x, mark, lines in column:
            sheet.lines(x, y, [mark], weight=BOLD, color=design.CONFLICT)
            y = sheet.lines(x + 0.16, y, lines)
    return sheet


_Entry = tuple[float, str, list[str]]


def _key(peaks: pd.DataFrame) -> list[list[_Entry]]:
    """Return the columns of the key: where each entry starts, its number, its lines."""
    own = design.form()
    n = 2 if own.width > 4 and len(peaks) > 1 else 1
    room = (own.room - 0.2 * (n - 1)) / n
    rows = [
        (str(i + 1), wrap(" ".join(_named(row)), room - 0.16, LABEL, max_lines=3))
        for i, row in enumerate(peaks.to_dict("records"))
    ]
    tall = -(-len(rows) // n) if rows else 0
    return [
        [(design.EDGE + i * (room + 0.2), mark, lines) for mark, lines in rows[i * tall : (i + 1) * tall]]
        for i in range(n if rows else 0)
    ]


def key_height(key: Sequence[list[_Entry]]) -> int:
    """Return the lines of the longest column of a key."""
    return max((sum(len(lines) for _, _, lines in column) for column in key), default=0)


def _ends(drawn: _Drawn) -> list[End]:
    last = drawn.share.iloc[-1]
    ends = []
    if not frames.silent(drawn.share.tail(1)).any():
        band = "" if pd.isna(last["low"]) else f"{wording.percent(last['low'])[:-1]}–{wording.percent(last['high'])}"
        ends.append(End(float(last["value"]), f"now {wording.percent(last['value'])}", design.INK, band))
    if drawn.usual is not None:
        ends.append(End(drawn.usual, "", design.GREY, f"usual {wording.percent(drawn.usual)}"))
    return ends


def _draw_share(panel: Axes, share: pd.DataFrame, usual: float | None, peaks: pd.DataFrame) -> None:
    # A peak is a day, the grid a month in a long record: the line passes through both.
    rows = pd.concat([share, peaks[["date", "value"]]]) if len(peaks) else share
    rows = rows.sort_values("date", kind="stable").drop_duplicates("date").reset_index(drop=True)
    recent = rows["value"].astype(float).where(~frames.silent(rows)).to_numpy()
    if usual is not None:
        fill_around(panel, axes.days(rows["date"]), recent, usual)
    frames.draw_recent(panel, rows, design.INK, width=1.1, gid="tension_share")


def fill_around(panel: Axes, x: Any, y: Any, level: float) -> None:
    """Fill between a line and a level, tenser above and calmer below, and draw the level."""
    fill: dict[str, Any] = {"linewidth": 0, "interpolate": True, "alpha": 0.75}
    with np.errstate(invalid="ignore"):
        panel.fill_between(x, y, level, where=y >= level, color=design.CONFLICT_TINT, gid="tenser", **fill)
        panel.fill_between(x, y, level, where=y <= level, color=design.COOPERATION_TINT, gid="calmer", **fill)
    panel.axhline(level, color=design.GREY, linewidth=0.7, gid="reference")


def _draw_peaks(sheet: Sheet, panel: Axes, box: Box, peaks: pd.DataFrame) -> None:
    """Mark each peak with its whisker, and number it with its height, as in the key."""
    if peaks.empty:
        return
    low, high = panel.get_xlim()
    marks = [f"{i + 1}  {wording.percent(value)}" for i, value in enumerate(peaks["value"])]
    wides = [width(mark, LABEL, BOLD) + 0.06 for mark in marks]
    places = [box.x + (axes.at(day) - low) / (high - low) * box.width for day in peaks["date"]]
    centres = spread(places, wides, box.x, box.right)
    for (_, row), mark, centre in zip(peaks.iterrows(), marks, centres, strict=True):
        frames.draw_whisker(panel, row, design.CONFLICT, gid="peak")
        top = float(row["value"]) if pd.isna(row["high"]) else float(row["high"])
        sheet.text(
            centre, box.y + min(top, 1.0) * box.height + 0.035, mark, ha="center", weight=BOLD, color=design.CONFLICT
        )
