"""What assessors hold, era by era: every voice visible, and the share on the upper half of the scale.

Rows are periods, cut at the record's wars and elections and never longer than six years; columns the five steps of the
scale. Each organisation has one dot a row, its last judgement in the period; dots stand on each other where a step has
many. The triangle is the median. A row with fewer than five voices is drawn hollow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from analysis.charts import axes, context, design, frames
from analysis.charts.design import LABEL, Box, Sheet, Words
from analysis.charts.scaffold import House, Page, chart
from analysis.charts.text_metrics import BOLD, height, wrap
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.measures.positions import LEVELS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ENDS = {"tension": ("much calmer", "much tenser"), "subordination": ("autonomous", "subordinate")}
_UPPER = {"tension": "tenser", "subordination": "subordinate"}
_LONGEST = 6  # years
_FEW = 5
_ACROSS = 9
_COLORS = dict(
    zip(
        LEVELS,
        (design.COOPERATION, "#74AFD9", "#8C8C8C", design.CONFLICT_TINT, design.CONFLICT),
        strict=True,
    )
)


@dataclass(frozen=True, eq=False)
class Era:
    """One row: its first and last day, its name at the break before it, the last score of each voice in it."""

    first: pd.Timestamp
    last: pd.Timestamp
    opened: str
    scores: tuple[int, ...]

    @property
    def upper(self) -> int:
        """Voices on the upper two steps."""
        return sum(score > 0 for score in self.scores)


@chart(
    "positions",
    "date",
    "measure",
    "value",
    note="Scores were read out of texts; a difference of one step is within reach of another reader.",
)
def positions(
    frame: pd.DataFrame,
    *,
    scale: str = "tension",
    eras: pd.DataFrame | None = None,
    **house: Unpack[House],
) -> Page:
    """Draw assessors' positions by era.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `positions`: `date`, `measure` ("tension", "subordination"), `value` (-2 to 2),
        `voice` or `organisation`.
    scale : {"tension", "subordination"}
        Which score.
    eras : DataFrame, optional
        The record's eras: rows are cut where a war or an election begins.
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
    >>> scores = an.positions(rel.assessments)
    >>> chart = an.charts.positions(scores, scale="subordination", sides=rel.sides, cutoff=rel.cutoff)
    >>> len(chart.data) > 0
    True
    """
    period = house.get("period")
    rows = frame[frame["measure"] == scale].sort_values("date", kind="stable").reset_index(drop=True)
    if period is not None:
        rows = frames.within(rows, period)
    voice = next((name for name in ("voice", "organisation") if name in rows), None)
    if rows.empty or voice is None or len(rows) < _FEW:
        few = f"Only {wording.count(len(rows), f'judgement on {scale}', f'judgements on {scale}')} recorded"
        return Page(rows, few if len(rows) else f"No judgement on {scale} is recorded in this period")
    cut = cut_eras(rows, voice, eras)
    spoken = [f"{_years(era)}: {era.upper} of {len(era.scores)}" for era in cut if era.scores]
    return Page(
        rows,
        title_text(title_data(cut, scale)),
        f"{wording.count(len(rows), 'judgement')} on {scale}, {wording.dyad(house.get('sides'))}: the last one of each "
        "organisation in each period",
        "Dot: one organisation. Triangle: median. At the right: share on the two upper steps, of the voices."
        + (" Hollow: fewer than five voices." if any(0 < len(era.scores) < _FEW for era in cut) else ""),
        (
            f"Dot chart of judgements on {scale} by period",
            f"{_UPPER[scale].capitalize()} by period: {'; '.join(spoken)}.",
        ),
        lambda words: _draw(words, cut, scale),
    )


def cut_eras(rows: pd.DataFrame, voice: str, eras: pd.DataFrame | None) -> list[Era]:
    """Cut the judgements into periods; the last judgement of each voice in each."""
    first, last = rows["date"].min(), rows["date"].max()
    known = context.dated(eras)
    breaks = known[known["kind"].isin(["war", "election"]) & known["start"].gt(first) & known["start"].le(last)]
    named = dict(zip(breaks["start"], breaks["label"].astype("str"), strict=True))
    opens = [first.to_period("Y").start_time, *sorted(named)]
    starts: list[pd.Timestamp] = []
    for begin, end in zip(opens, [*opens[1:], last + pd.Timedelta("1D")], strict=True):
        years = end.year - begin.year + (end.month > 1)
        parts = max(1, -(-years // _LONGEST))
        starts.append(begin)
        starts += [pd.Timestamp(begin.year + round(years * i / parts), 1, 1) for i in range(1, parts)]
    found = []
    for begin, after in zip(starts, [*starts[1:], last + pd.Timedelta("1D")], strict=True):
        inside = rows[(rows["date"] >= begin) & (rows["date"] < after)]
        scores = inside.groupby(voice, sort=True)["value"].last().astype(int)
        found.append(Era(begin, after - pd.Timedelta("1D"), named.get(begin, ""), tuple(sorted(scores))))
    return found


def title_data(cut: Sequence[Era], scale: str) -> Title:
    """Return what is said: the break before and after which the shares on the upper steps lie farthest apart, where
    their 90% intervals do not meet; else the last period with enough voices.

    Keys: "break", "level", "few".
    """
    found = []
    for i in range(1, len(cut)):
        (x, n), (y, m) = _pooled(cut[:i]), _pooled(cut[i:])
        if min(n, m) >= _FEW and not wording.overlap(_interval(x, n), _interval(y, m)):
            numbers: dict[str, Any] = {"x": x, "n": n, "y": y, "m": m, "day": cut[i].first}
            found.append((bool(cut[i].opened), abs(x / n - y / m), numbers))
    if found:
        _, _, numbers = max(found, key=lambda one: (one[0], one[1]))
        way = "up" if numbers["y"] / numbers["m"] > numbers["x"] / numbers["n"] else "down"
        return Title("break", {**numbers, "scale": scale}, way)
    enough = [era for era in cut if len(era.scores) >= _FEW]
    if not enough:
        return Title("few", {"voices": sum(len(era.scores) for era in cut), "scale": scale})
    era = enough[-1]
    return Title("level", {"y": era.upper, "m": len(era.scores), "years": _years(era), "scale": scale})


def _pooled(part: Sequence[Era]) -> tuple[int, int]:
    return sum(era.upper for era in part), sum(len(era.scores) for era in part)


def _interval(hits: int, n: int) -> tuple[float, float]:
    """Return Wilson's 90% interval of a share."""
    z = 1.645
    share, spread = hits / n, z**2 / n
    middle, half = share + spread / 2, float(np.sqrt(spread * (share * (1 - share) + spread / 4)))
    return (middle - half) / (1 + spread), (middle + half) / (1 + spread)


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    word = _UPPER[said["scale"]]
    if title.key == "few":
        return f"{wording.count(said['voices'], 'judgement')} on {said['scale']}, too few in any period to compare"
    if title.key == "level":
        return f"Judged {word} by {said['y']} of {said['m']} organisations, {said['years']}"
    before = f"{said['x']} of {said['n']} judgements before {wording.month(said['day'])}"
    return f"{word.capitalize()} in {before}, in {said['y']} of {said['m']} since"


def _years(era: Era) -> str:
    """Name a period by its years, by months where it does not begin and end with one."""
    first, last = era.first, era.last
    start = str(first.year) if (first.month, first.day) == (1, 1) else wording.short_month(first)
    end = str(last.year) if (last.month, last.day) == (12, 31) else wording.short_month(last)
    if start.isdigit() and end.isdigit():
        return wording.years(first.year, last.year)
    return start if start == end else f"{start} – {end}"


def _count(era: Era) -> list[str]:
    """Write the share on the upper steps and of how many, in one line or, in a column, two."""
    if not era.scores:
        return ["no voice"]
    share, of = wording.percent(era.upper / len(era.scores)), f"of {len(era.scores)}"
    return [f"{share} {of}"] if design.form().width > 4 else [share, of]


def _draw(words: Words, cut: Sequence[Era], scale: str) -> Sheet:
    own = design.form()
    left, right = (1.05, 1.0) if own.width > 4 else (0.62, 0.62)
    wide = own.room - left - right
    dot = min(0.085, wide / 5 / (_ACROSS + 1.5))
    across = min(_ACROSS, int(wide / 5 / dot) - 1)
    tall = [max([-(-era.scores.count(level) // across) for level in LEVELS] + [1]) * dot for era in cut]
    names = [wrap(_years(era), left - 0.08, LABEL) for era in cut]
    broken = [wrap(era.opened, own.room, LABEL) if era.opened else [] for era in cut]
    counts = [_count(era) for era in cut]
    heights = [
        max(rows + 0.17, height(max(len(name), len(count)), LABEL) + 0.06) + height(len(rule), LABEL)
        for rows, name, count, rule in zip(tall, names, counts, broken, strict=True)
    ]
    head = height(1, LABEL) + 0.06
    sheet = design.sheet(words, head + sum(heights) + 0.24)
    box = Box(sheet.body.x + left, sheet.body.y + 0.24, wide, sum(heights))
    panel = sheet.axes(box, x=(-2.5, 2.5), y=(0, box.height))
    axes.label_x(panel, LEVELS, [wording.signed(level, 0) for level in LEVELS])
    low, high = _ENDS[scale]
    sheet.text(box.x, sheet.body.top - 0.12, f"← {low}" if own.width > 4 else low, color=design.GREY)
    sheet.text(box.right, sheet.body.top - 0.12, f"{high} →" if own.width > 4 else high, ha="right", color=design.GREY)
    top = box.top
    for era, high_, name, count, rule in zip(cut, heights, names, counts, broken, strict=True):
        if rule:
            level = top - box.y
            panel.axhline(level, color=design.GREY, linewidth=0.8, linestyle=(0, (4, 3)), gid="cut")
            sheet.lines(sheet.body.x, top, rule, color=design.GREY)
        base = top - high_ - box.y + 0.14
        _voices(panel, era, base, dot * 5 / wide, dot, across)
        y = top - height(len(rule), LABEL)
        sheet.lines(sheet.body.x, y, name)
        sheet.lines(box.right + 0.08, y, count, weight=BOLD if era.scores else 400, color=design.SOFT)
        top -= high_
    return sheet


def _voices(panel: Axes, era: Era, base: float, step: float, tall: float, across: int) -> None:
    """Stack one dot a voice on the row's line, so many abreast, and mark the median under it."""
    panel.axhline(base - tall * 0.6, color=design.RULE, linewidth=0.7)
    hollow = len(era.scores) < _FEW
    for level in LEVELS:
        n = era.scores.count(level)
        places = np.arange(n)
        row, column = places // across, places % across
        width = np.minimum(n - row * across, across)
        x, y = level + (column - (width - 1) / 2) * step, base + row * tall
        fill = {"markerfacecolor": "white" if hollow else _COLORS[level]}
        style: dict[str, Any] = {
            "color": _COLORS[level],
            "markersize": tall * 72 * 0.82,
            "markeredgewidth": 0.8,
            **fill,
        }
        panel.plot(x, y, "o", linestyle="", gid="positions", **style)
    if era.scores:
        panel.plot(
            [float(np.median(era.scores))], [base - tall * 1.05], "^", color=design.INK, markersize=4, gid="median"
        )
