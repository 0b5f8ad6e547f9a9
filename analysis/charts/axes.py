"""Axes: where time and value fall, which ticks fit, and what is written beside them.

Time is counted in days, so that what is drawn can be read back from the artists and compared with the frame. Ticks
are the densest of a fixed list of steps whose labels, measured, leave air between them; that is what lets one
function serve a fortnight and forty years.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from analysis.charts import design
from analysis.charts.text_metrics import font, width
from analysis.findings.wording import MONTHS, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

Alignment = Literal["left", "center", "right"]
_Span = tuple[float, float, Alignment]

_AIR = 0.14
_PAD = 3  # points between a panel and its labels
_DOWN = 3  # matplotlib's marker of a tick that points downwards
_BELOW = 0.6  # over hatched spans, under the data
_STEPS = ("1D", "2D", "7D", "14D", "1M", "2M", "3M", "6M", "12M", "24M", "60M", "120M", "240M")


def days(dates: Any) -> NDArray[np.float64]:
    """Return dates as days since 1970; missing stays missing."""
    stamps = pd.DatetimeIndex(dates)
    return np.asarray((stamps - pd.Timestamp("1970-01-01")) / pd.Timedelta("1D"), dtype=float)


def at(moment: Any) -> float:
    """Return one moment as days since 1970."""
    return float((pd.Timestamp(moment) - pd.Timestamp("1970-01-01")) / pd.Timedelta("1D"))


def time_limits(start: Any, end: Any, least: float = 28, period: tuple[Any, Any] | None = None) -> tuple[float, float]:
    """Return limits for a time axis: those of the period asked for, else as given, but at least `least` days wide, so
    that a single day can be drawn.
    """
    low, high = (at(one) for one in period or (start, end))
    missing = max(0.0, least - (high - low))
    return low - missing / 2, high + missing / 2


def time_ticks(limits: tuple[float, float], room: float) -> tuple[list[float], list[str]]:
    """Return tick places and labels that fit into `room` inches; the densest step of the list that does.

    Years stand alone when the step is a year or more; otherwise the first tick and each January carry the year.
    """
    low, high = limits
    for step in _STEPS:
        places = _grid(low, high, step)
        if not 1 <= len(places) <= 40:
            continue
        labels = _labels(places, step)
        spans = _spans([(at(place) - low) / (high - low) * room for place in places], labels, room)
        if all(right + _AIR <= left for (_, right, _), (left, _, _) in itertools.pairwise(spans)):
            return [at(place) for place in places], labels
    return [], []


def _spans(centres: Sequence[float], labels: Sequence[str], room: float) -> list[_Span]:
    """Return what each tick label covers, in inches, and its alignment: centred, but inside the panel at its ends."""
    spans: list[_Span] = []
    for centre, label in zip(centres, labels, strict=True):
        wide = width(label, design.LABEL)
        side: Alignment = "left" if centre < wide / 2 else "right" if room - centre < wide / 2 else "center"
        left = centre - {"left": 0.0, "center": wide / 2, "right": wide}[side]
        spans.append((left, left + wide, side))
    return spans


def label_x(
    panel: Axes,
    places: Sequence[float],
    labels: Sequence[str],
    sides: Sequence[Alignment] | None = None,
    *,
    mark: float = 0.0,
) -> None:
    """Write labels under a panel, each under its place, below marks `mark` points long."""
    at_foot, va, centred = panel.get_xaxis_text1_transform(_PAD + mark)
    for place, label, ha in zip(places, labels, sides or [centred] * len(places), strict=True):
        _write(panel, place, 0, label, transform=at_foot, ha=ha, va=va)
    if mark:
        style: dict[str, Any] = {"color": design.GREY, "markersize": mark, "markeredgewidth": 0.7, "clip_on": False}
        foot = panel.get_xaxis_transform()
        panel.plot(places, [0] * len(places), linestyle="", marker=_DOWN, transform=foot, zorder=_BELOW, **style)


def label_y(panel: Axes, places: Sequence[float], labels: Sequence[str]) -> None:
    """Write labels on the left of a panel, each beside its place."""
    at_left, va, ha = panel.get_yaxis_text1_transform(_PAD)
    for place, label in zip(places, labels, strict=True):
        _write(panel, 0, place, label, transform=at_left, ha=ha, va=va)


def _write(panel: Axes, x: float, y: float, words: str, **options: Any) -> None:
    panel.text(
        x, y, words, fontproperties=font(design.LABEL), color=design.SOFT, parse_math=False, zorder=_BELOW, **options
    )


def rule_x(panel: Axes, places: Sequence[float]) -> None:
    """Draw light upright rules across a panel."""
    across = panel.get_xaxis_transform()
    panel.vlines(places, 0, 1, transform=across, color=design.RULE, linewidth=0.7, zorder=_BELOW, gid="rules")


def rule_y(panel: Axes, places: Sequence[float]) -> None:
    """Draw light level rules across a panel."""
    across = panel.get_yaxis_transform()
    panel.hlines(places, 0, 1, transform=across, color=design.RULE, linewidth=0.7, zorder=_BELOW, gid="rules")


def _set_ticks(panel: Axes, places: Sequence[float], labels: Sequence[str], room: float, *, mark: float = 0.0) -> None:
    low, high = panel.get_xlim()
    spans = _spans([(place - low) / (high - low) * room for place in places], labels, room)
    label_x(panel, places, labels, [side for _, _, side in spans], mark=mark)


def _grid(low: float, high: float, step: str) -> list[pd.Timestamp]:
    first, last = (pd.Timestamp("1970-01-01") + pd.Timedelta(days=value) for value in (low, high))
    size = int(step[:-1])
    if step.endswith("D"):
        if high - low > 45 * size:
            return []
        begin = pd.Timestamp(math.ceil(low), unit="D")
        return [stamp for stamp in pd.date_range(begin, last, freq=f"{size}D") if stamp >= first]
    if high - low > 45 * 31 * size:
        return []
    index = range(first.year * 12, last.year * 12 + 12, 1)
    starts = [pd.Timestamp(year=n // 12, month=n % 12 + 1, day=1) for n in index if n % size == 0]
    return [stamp for stamp in starts if first <= stamp <= last]


def _labels(places: Sequence[pd.Timestamp], step: str) -> list[str]:
    if step.endswith("M") and int(step[:-1]) >= 12:
        return [str(place.year) for place in places]
    short = [MONTHS[place.month - 1][:3] if len(places) > 6 else MONTHS[place.month - 1] for place in places]
    if step.endswith("D"):
        names = [f"{place.day} {name}" for place, name in zip(places, short, strict=True)]
        return [f"{name} {p.year}" if i == 0 else name for i, (name, p) in enumerate(zip(names, places, strict=True))]
    return [
        f"{name} {place.year}" if i == 0 or place.month == 1 else name
        for i, (name, place) in enumerate(zip(short, places, strict=True))
    ]


def set_time(panel: Axes, room: float, *, rules: bool = False) -> None:
    """Put time ticks under a panel `room` inches wide, with upright rules where wanted."""
    low, high = panel.get_xlim()
    places, names = time_ticks((low, high), room)
    _set_ticks(panel, places, names, room, mark=3.0)
    panel.spines["bottom"].set(visible=True, color=design.GREY, linewidth=0.7)
    if rules:
        rule_x(panel, places)


def value_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round tick values that span `low` to `high`."""
    from matplotlib.ticker import MaxNLocator

    if low == high:
        low, high = (low - 1, high + 1) if low else (0.0, 1.0)
    locator = MaxNLocator(nbins=most, steps=[1, 2, 2.5, 5, 10])
    return [round(float(tick), 10) for tick in locator.tick_values(low, high)]


def value_labels(ticks: Sequence[float]) -> list[str]:
    """Write tick values with just the decimals that their step needs."""
    step = min((b - a for a, b in itertools.pairwise(ticks)), default=1.0)
    digits = next((n for n in range(7) if abs(round(step, n) - step) < 1e-9 * max(1.0, abs(step))), 6)
    return [number(tick, digits) for tick in ticks]


def set_values(panel: Axes, ticks: Sequence[float], labels: Sequence[str] | None = None) -> None:
    """Put value ticks with light horizontal rules; the limits stay."""
    low, high = sorted(panel.get_ylim())
    seen = [place for place in ticks if low <= place <= high]
    written = dict(zip(ticks, value_labels(ticks) if labels is None else labels, strict=True))
    label_y(panel, seen, [written[place] for place in seen])
    rule_y(panel, seen)


def set_words(sheet: design.Sheet, box: design.Box, up: str, down: str) -> None:
    """Say what up and down mean, beside the axis: just under the uppermost and just above the lowest tick label."""
    options: dict[str, Any] = {"size": design.LABEL, "color": design.GREY, "ha": "right"}
    sheet.text(box.x - 0.045, box.top - 0.11, up, va="top", **options)
    sheet.text(box.x - 0.045, box.y + 0.09, down, va="bottom", **options)


def share_ticks() -> tuple[list[float], list[str]]:
    """Return the ticks of a share: its axis is always 0 to 100 percent."""
    return [0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100%"]
