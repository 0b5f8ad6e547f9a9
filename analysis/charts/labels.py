"""Labels that never overlap: at the ends of lines, and above the turns they name.

Both are one problem. Labels want to stand at given places on a line, each takes up a known length, and none may
overlap; the least movement (in squares) that achieves this is an isotonic regression of the places less the lengths
before them, which `scipy.optimize.isotonic_regression` solves exactly. Force-based placement (adjustText and the
like) was weighed and not taken: it moves labels until a clock or a count stops it and promises nothing, while the
order, the fit and the bytes of the outcome are sure here.

Labels at line ends spread upwards and downwards; callouts stand in a band of their own above the panel, spread
sideways, and a thin rule leads from each to its day. Order is kept, so no two rules cross. A label that had to leave
the height of its line is joined to it in the same way.

References
----------
Best, M. J. and Chakravarti, N. (1990). Active set algorithms for isotonic regression. Mathematical Programming 47,
425-439.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.charts import design
from analysis.charts.design import LABEL, Box, Sheet
from analysis.charts.text_metrics import BOLD, height, wrap

REACH = 0.1
"""Room between a panel and its end labels, in inches; a leader crosses it."""


def spread(places: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Return centres nearest to `places` such that spans of `sizes` neither overlap nor leave [low, high].

    Where the spans together are longer than the room they stay in order and start at `low`; callers make room first.
    """
    from scipy.optimize import isotonic_regression

    if not len(places):
        return []
    order = np.argsort(np.asarray(places, dtype=float), kind="stable")
    wanted, lengths = np.asarray(places, dtype=float)[order], np.asarray(sizes, dtype=float)[order]
    before = np.concatenate([[0.0], np.cumsum(lengths)[:-1]]) + lengths / 2
    starts = isotonic_regression(wanted - before).x
    starts = np.clip(starts, low, max(low, high - float(lengths.sum())))
    centres = np.empty_like(starts)
    centres[order] = starts + before
    return [float(centre) for centre in centres]


@dataclass(frozen=True)
class End:
    """What is written at the end of a line: its name, and a lighter second line."""

    value: float
    name: str
    color: str
    detail: str = ""


def ends_width(ends: Sequence[End], most: float = 1.5) -> float:
    """Return the room in inches that end labels take, their air included."""
    names = [piece for end in ends for piece in wrap(end.name, most, LABEL, BOLD)]
    details = [piece for end in ends for piece in (wrap(end.detail, most, LABEL) if end.detail else [])]
    return max(design.label_width(names, LABEL, BOLD), design.label_width(details)) + REACH + 0.03 if ends else 0.0


def set_ends(sheet: Sheet, box: Box, limits: tuple[float, float], ends: Sequence[End], most: float = 1.5) -> None:
    """Write the labels to the right of a panel, each level with the end of its line as far as the others allow."""
    blocks = [(wrap(end.name, most, LABEL, BOLD), wrap(end.detail, most, LABEL) if end.detail else []) for end in ends]
    sizes = [height(len(name) + len(detail), LABEL) + 0.02 for name, detail in blocks]
    low, high = limits
    places = [box.y + (end.value - low) / (high - low) * box.height for end in ends]
    slack = max(0.0, sum(sizes) - box.height)
    centres = spread(places, sizes, box.y - slack / 2 - 0.05, box.top + slack / 2 + 0.05)
    for end, (name, detail), size, place, centre in zip(ends, blocks, sizes, places, centres, strict=True):
        top = sheet.lines(box.right + REACH, centre + size / 2, name, weight=BOLD, color=design.ink(end.color))
        sheet.lines(box.right + REACH, top, detail, color=design.ink(end.color))
        if abs(centre - place) > 0.04:
            _rule(sheet, [(box.right + 0.01, place), (box.right + REACH - 0.015, centre)], end.color)


@dataclass(frozen=True)
class Callout:
    """A note on one day: a bold first line (the date) and the words below it. `place` is in inches across the sheet."""

    place: float
    head: str
    words: str


def callouts_height(callouts: Sequence[Callout], room: float) -> float:
    """Return the height of the band that the callouts need above a panel `room` inches wide."""
    if not callouts:
        return 0.0
    wide = _callout_width(len(callouts), room)
    most = max(len(head) + len(words) for head, words in (_callout_lines(one, wide) for one in callouts))
    return height(most, LABEL) + 0.22


def set_callouts(sheet: Sheet, band: Box, callouts: Sequence[Callout], tips: Sequence[float]) -> None:
    """Write callouts in `band` and lead a thin rule from each to its tip (inches from the foot of the sheet)."""
    blocks = [_callout_lines(one, _callout_width(len(callouts), band.width)) for one in callouts]
    wides = [max(design.label_width(head, LABEL, BOLD), design.label_width(words)) for head, words in blocks]
    wanted = [one.place + wide / 2 for one, wide in zip(callouts, wides, strict=True)]
    air = 0.14
    centres = spread(wanted, [wide + air for wide in wides], band.x - air / 2, band.right + air / 2)
    for one, (head, words), wide, centre, tip in zip(callouts, blocks, wides, centres, tips, strict=True):
        left = centre - wide / 2
        end = sheet.lines(left, band.y + 0.20 + height(len(head) + len(words), LABEL), head, weight=BOLD)
        end = sheet.lines(left, end, words)
        knee = min(max(one.place, left), left + wide)
        _rule(sheet, [(knee, end - 0.02), (knee, band.y + 0.14), (one.place, band.y), (one.place, tip)])


def _callout_width(n: int, room: float) -> float:
    return min(1.9, room / max(n, 1) - 0.14)


def _callout_lines(one: Callout, wide: float) -> tuple[list[str], list[str]]:
    head = wrap(one.head, wide, LABEL, BOLD)
    return head, wrap(one.words, wide, LABEL, max_lines=5) if one.words else []


def _rule(sheet: Sheet, points: Sequence[tuple[float, float]], color: str = design.GREY) -> None:
    from matplotlib.lines import Line2D

    wide, high = sheet.figure.get_size_inches()
    line = Line2D(
        [x / wide for x, _ in points],
        [y / high for _, y in points],
        transform=sheet.figure.transFigure,
        color=color,
        linewidth=0.6,
        gid="leader",
    )
    sheet.figure.add_artist(line)
