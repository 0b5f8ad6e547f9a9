"""Is it getting tenser? The tension share with its band, its turning points, and the events beneath.

The share runs from 0 (all recorded weight is cooperation) to 1 (all is conflict), so the axis starts at zero and
higher is tenser. The long-run share is drawn as the line of reference: a share has no natural middle. Where no act
was recent enough to count more than half, the line is dotted: it is memory there. The events stand under the line as
a rug, conflict upwards and cooperation downwards, each as tall as its Goldstein score: a reader sees at once whether
a stretch of line rests on many acts or few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.charts import axes, design, frames, rug
from analysis.charts.design import Box, Sheet
from analysis.charts.labels import REACH, Callout, End, callouts_height, ends_width, set_callouts, set_ends
from analysis.findings import wording as words
from analysis.findings.display import Chart
from analysis.measures.options import length
from analysis.measures.peak import SURE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PANEL, _RUG, _TICKS = 1.95, 0.46, 0.24
_MOST_TURNS = 5
_FEW_EVENTS = 10
_SURE_DAYS = 31
_NOTE = (
    "The share tells how conflictual the recorded acts are, not how many there were. It sees nothing "
    "between two acts and nothing that no source reported."
)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """What goes on the sheet: the share, the acts below it, the turns above it, the line of reference, the peak."""

    share: pd.DataFrame
    acts: pd.DataFrame | None
    turns: pd.DataFrame
    prior: float | None
    peak: pd.Series | None


@design.drawn
def tension(
    frame: pd.DataFrame,
    events: pd.DataFrame | None = None,
    turning_points: pd.DataFrame | None = None,
    *,
    sides: words.Sides | None = None,
    source: str | None = None,
    cutoff: Any = None,
    period: tuple[Any, Any] | None = None,
    half_life: str = "",
    prior: float | None = None,
    peak: pd.DataFrame | None = None,
    acts: str = "",
) -> Chart:
    """Draw the tension share over time.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `tension`: `date`, `measure`, `value`, `low`, `high`, `state`. Only the rows of
        `tension_share` are drawn; a frame without `measure` is taken to hold the share.
    events : DataFrame, optional
        The events behind the share, drawn as a rug: `start`, `end`, `goldstein`; `dyad` marks those that count.
    turning_points : DataFrame, optional
        The frame of the measure `turning_points`: `date`; uses `date_low`, `date_high`, `value`, `title`. At most
        five are annotated, those with the largest change.
    sides, source, cutoff
        Names of both sides; the source line, by default counted from `events`; the last day known about.
    period : pair of days, optional
        Draw only this span.
    half_life : str
        As given to the measure, for the subtitle: "180 days".
    prior : float, optional
        The long-run share, the line of reference; from `events` when absent.
    peak : DataFrame, optional
        The frame of the measure `peak` for the same period. The title names a highest point only from it, and only
        where half of the redrawn records agree on it.
    acts : str
        Which acts these are, in words, such as `Relationship.acts_between` gives; "acts between" the sides when empty.

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
    frames.require(frame, "charts.tension", "date", "value")
    share = frames.within(frames.series(frame, "tension_share"), period)
    share = share[share["value"].notna()].reset_index(drop=True)
    foot = words.source_line(events, source, cutoff)
    if share.empty:
        return design.nothing("tension", "No act between the two sides is recorded in this period", share, foot)
    strokes = rug.acts_of(events, share)
    usual = frames.usual(events, prior)
    top = None if peak is None or peak.empty else peak.iloc[0]
    drawn = _Drawn(share, strokes, _turns(turning_points, share), usual, top)
    heading, named = _title(drawn), words.acts_between(acts, sides, events)
    under = words.subtitle(
        f"Tension share of {named}, "
        f"{words.period(share['date'].iloc[0], share['date'].iloc[-1])}: 0 all cooperation, 1 all conflict",
        f"Half-life {length(half_life, 'charts.tension', 'half_life').days} days" if half_life else "",
        "Band: 90% of draws" if frames.has_band(share) else "",
        "Dotted: no recent act, memory only" if frames.silent(share).any() else "",
        "Bar at the top: interval of a turning point" if drawn.turns["since"].notna().any() else "",
        "No turning point found" if turning_points is not None and turning_points.empty else "",
        rug.legend(strokes),
    )
    sheet = _lay_out(heading, under, foot, drawn)
    return Chart(sheet.figure, "tension", heading, under, foot, _alt(heading, drawn, named), share, _NOTE)


def _turns(points: pd.DataFrame | None, share: pd.DataFrame) -> pd.DataFrame:
    """Return up to five turning points inside the span, the largest first chosen: day, interval, the share then,
    words.
    """
    columns = ["date", "since", "until", "value", "words"]
    if points is None or points.empty:
        return pd.DataFrame(columns=columns)
    frames.require(points, "charts.tension, turning_points", "date")
    rows = points[(points["date"] >= share["date"].iloc[0]) & (points["date"] <= share["date"].iloc[-1])]
    if "value" in rows:
        rows = rows.iloc[rows["value"].astype(float).abs().argsort(kind="stable")[::-1]]
    rows = rows.head(_MOST_TURNS).sort_values("date", kind="stable").reset_index(drop=True)
    level = np.interp(axes.days(rows["date"]), axes.days(share["date"]), share["value"].astype(float))
    named = rows["title"].fillna("").astype("str") if "title" in rows else ""
    since, until = (rows.get(name, pd.Series(pd.NaT, index=rows.index)) for name in ("date_low", "date_high"))
    turns = pd.DataFrame({"date": rows["date"], "since": since, "until": until, "value": level, "words": named})
    return turns[columns]


def _title(drawn: _Drawn) -> str:
    """Say where the share stands against its long-run level; with a peak that can be named, how high it was."""
    share, acts, peak = drawn.share, drawn.acts, drawn.peak
    last = share.iloc[-1]
    now, day = words.number(last["value"], 2), words.day(last["date"])
    if acts is not None and len(acts) < _FEW_EVENTS:
        return f"Only {words.count(len(acts), 'act')} recorded in this period"
    if "state" in share and last["state"] == "no events":
        return f"No act recorded shortly before {day}; the line is memory"
    if peak is not None and peak["agreement"] >= SURE:
        if peak["date"] == last["date"]:
            return f"Tension at its highest since {words.day(peak['since'])}: share {now}"
        high = f"Tension peaked at {words.number(peak['value'], 2)} in {words.month(peak['date'])}"
        unclear = words.overlap(frames.band_of(peak), frames.band_of(last))
        return f"{high}; {now} on {day}{', no clear change' if unclear else ''}"
    usual = drawn.prior
    if usual is None:
        return f"Tension share {now} on {day}"
    place = "near"
    if words.number(usual, 2) != now and not pd.isna(last["low"]):
        place = "below" if last["high"] < usual else "above" if last["low"] > usual else "near"
    return f"Tension {place} its long-run level on {day}: {now} against {words.number(usual, 2)}"


def _alt(heading: str, drawn: _Drawn, named: str) -> str:
    share = drawn.share
    last = share.iloc[-1]
    parts = [
        f"Line chart of the tension share of {named}, {words.period(share['date'].iloc[0], last['date'])}. {heading}."
    ]
    if not pd.isna(last["low"]):
        parts.append(f"The last value, {last['value']:.2f}, has a band from {last['low']:.2f} to {last['high']:.2f}.")
    before = share[share["date"] <= last["date"] - pd.DateOffset(years=1)]
    if not before.empty:
        year_ago = before.iloc[-1]
        clear = "" if not words.overlap(frames.band_of(year_ago), frames.band_of(last)) else ", no clear change"
        parts.append(f"A year earlier it was {year_ago['value']:.2f}{clear}.")
    if len(drawn.turns):
        turns = [f"{words.day(turn['date'])}" for turn in drawn.turns.to_dict("records")]
        parts.append(f"Turning points: {words.listed(turns)}.")
    return " ".join(parts)


def _ends(drawn: _Drawn) -> list[End]:
    last = drawn.share.iloc[-1]
    detail = "" if pd.isna(last["low"]) else f"{last['low']:.2f} to {last['high']:.2f}"
    ends = [End(float(last["value"]), f"{last['value']:.2f}", design.INK, detail)]
    if drawn.prior is not None:
        ends.append(End(drawn.prior, "", design.GREY, f"long run {words.number(drawn.prior, 2)}"))
    return ends


def _lay_out(heading: str, under: str, foot: str, drawn: _Drawn) -> Sheet:
    share, ends = drawn.share, _ends(drawn)
    highest = max(frames.extent(share)[1], 0.0 if drawn.peak is None else float(drawn.peak["value"]))
    ticks = axes.value_ticks(0, max(0.5, min(1.0, highest)))
    high = ticks[-1]
    left = design.label_width([*axes.value_labels(ticks), "tenser", "calmer"]) + 0.08
    right = max(ends_width(ends), design.label_width(["cooperation"]) + REACH + 0.03)
    room = design.PAGE_WIDTH - 2 * design.EDGE - left - right
    points = [] if drawn.acts is None else list(drawn.acts["point"])
    limits = axes.time_limits(min([share["date"].iloc[0], *points]), share["date"].iloc[-1])
    notes = [_callout(turn, limits, design.EDGE + left, room) for turn in drawn.turns.to_dict("records")]
    above, below = callouts_height(notes, room), _RUG if drawn.acts is not None else 0.0
    sheet = design.sheet(heading, under, foot, above + _PANEL + below + _TICKS)
    box = sheet.body.inset(left=left, right=right, top=above, bottom=below + _TICKS)
    panel = sheet.axes(box, x=limits, y=(0, high))
    axes.set_values(panel, ticks)
    axes.set_words(sheet, box, "tenser", "calmer")
    _draw_share(panel, drawn)
    set_ends(sheet, box, (0, high), ends)
    tips = [box.y + turn["value"] / high * box.height for turn in drawn.turns.to_dict("records")]
    set_callouts(sheet, Box(box.x, box.top, box.width, above), notes, tips)
    if drawn.acts is None:
        axes.set_time(panel, box.width)
    else:
        rug.draw(sheet, Box(box.x, box.y - below, box.width, below - 0.08), limits, drawn.acts)
    return sheet


def _callout(turn: dict[Any, Any], limits: tuple[float, float], left: float, room: float) -> Callout:
    place = left + (axes.at(turn["date"]) - limits[0]) / (limits[1] - limits[0]) * room
    wide = not pd.isna(turn["since"]) and (turn["until"] - turn["since"]).days > _SURE_DAYS
    doubt = f"Interval {_years(turn['since'], turn['until'])}. " if wide else ""
    return Callout(place, words.day(turn["date"]), f"{doubt}Nearest: {turn['words']}" if turn["words"] else doubt)


def _years(since: pd.Timestamp, until: pd.Timestamp) -> str:
    return f"{since.year}–{until.year}" if since.year != until.year else f"within {since.year}"


def _draw_share(panel: Axes, drawn: _Drawn) -> None:
    share = drawn.share
    if drawn.prior is not None:
        panel.axhline(drawn.prior, color=design.GREY, linewidth=0.9, linestyle=(0, (4, 3)), gid="reference")
    frames.draw_remembered(panel, share, design.INK, width=1.5, gid="tension_share")
    for turn in drawn.turns[drawn.turns["since"].notna()].to_dict("records"):
        span = [max(axes.at(turn["since"]), panel.get_xlim()[0]), min(axes.at(turn["until"]), panel.get_xlim()[1])]
        panel.plot(span, [panel.get_ylim()[1]] * 2, color=design.INK, linewidth=2.2, clip_on=False, gid="turn-interval")
    ends = pd.concat([share.iloc[[-1]], drawn.turns], ignore_index=True)
    if drawn.peak is not None and drawn.peak["agreement"] >= SURE:
        panel.plot(
            [axes.at(drawn.peak["date"])], [drawn.peak["value"]], "o", color=design.INK, markersize=4, gid="peak"
        )
    panel.plot(axes.days(ends["date"]), ends["value"], "o", color=design.INK, markersize=4, clip_on=False, gid="marks")
