"""Labels that never overlap, at the ends of lines and over the days they name.

Labels want to stand at given places on a line, each takes up a known length, and none may
overlap; the least movement (in squares) that achieves this is an isotonic regression of the places less the lengths
before them, which `scipy.optimize.isotonic_regression` solves exactly. Force-based placement (adjustText and the
like) was weighed and not taken: it moves labels until a clock or a count stops it and promises nothing, while the
order, the fit and the bytes of the outcome are sure here.

Order is kept, so no two leaders cross. A label that had to leave the height of its line is joined to it by a thin
rule.

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


Block = tuple[list[str], list[str]]


def _blocks(ends: Sequence[End]) -> tuple[list[Block], list[float]]:
    """Return the lines of each label, wrapped to the margin, and its height."""
    most = design.form().right - REACH
    blocks = [(wrap(end.name, most, LABEL, BOLD), wrap(end.detail, most, LABEL) if end.detail else []) for end in ends]
    return blocks, [height(len(name) + len(detail), LABEL) + 0.02 for name, detail in blocks]


def ends_slack(ends: Sequence[End], tall: float) -> float:
    """Return how far the labels of a panel `tall` inches high reach above and below it, in inches."""
    return max(0.0, sum(_blocks(ends)[1]) - tall) / 2


def set_ends(sheet: Sheet, box: Box, limits: tuple[float, float], ends: Sequence[End]) -> None:
    """Write the labels to the right of a panel, each level with the end of its line as far as the others allow."""
    blocks, sizes = _blocks(ends)
    low, high = limits
    places = [box.y + (end.value - low) / (high - low) * box.height for end in ends]
    slack = max(0.0, sum(sizes) - box.height)
    centres = spread(places, sizes, box.y - slack / 2 - 0.05, box.top + slack / 2 + 0.05)
    for end, (name, detail), size, place, centre in zip(ends, blocks, sizes, places, centres, strict=True):
        top = sheet.lines(box.right + REACH, centre + size / 2, name, weight=BOLD, color=end.color)
        sheet.lines(box.right + REACH, top, detail, color=end.color)
        if abs(centre - place) > 0.04:
            _rule(sheet, [(box.right + 0.01, place), (box.right + REACH - 0.015, centre)], end.color)


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
