"""What changed since the last briefing: the steps from one level to the other, as a waterfall.

The upper bar is the share then, the lower one the share now, each with its 90% bracket; between them stand what
fading did to the older acts, the new acts that lowered the share most, the others that did, and those that raised it.
The steps add up exactly: where each bar ends the next begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import pandas as pd

from analysis.charts import design
from analysis.charts.design import LABEL, Box, Sheet, Words
from analysis.charts.scaffold import House, Page, chart, named
from analysis.charts.text_metrics import BOLD, height, wrap
from analysis.charts.title import Title
from analysis.findings import wording
from analysis.measures.options import FEW_ACTS
from analysis.measures.robustness import moved

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BAR = 0.11


@chart(
    "change-steps",
    "kind",
    "value",
    "acts",
    "short",
    "date",
    note="Without new acts the share drifts towards its usual level: fading moves it though nothing happens.",
)
def change_steps(frame: pd.DataFrame, events: pd.DataFrame | None = None, **house: Unpack[House]) -> Page:
    """Draw the change of the tension share between two days as steps that add up.

    Parameters
    ----------
    frame : DataFrame
        The frame of the measure `change_steps`: `kind`, `date`, `value`, `low`, `high`, `short`, `acts`, `clear`.
    events : DataFrame, optional
        For the counts of the source line.
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
    >>> steps = an.change_steps(rel.events, "2022-04-06", rel.cutoff, draws=50)
    >>> an.charts.change_steps(steps, rel.events, sides=rel.sides, cutoff=rel.cutoff).name
    'change-steps'
    """
    now = frame[frame["kind"].eq("now")]
    if now.empty or now["value"].isna().any():
        return Page(frame, "Nothing to compare: no act is recorded before the last briefing", counted=events)
    if (acts := int(now["acts"].iloc[0])) < FEW_ACTS:
        few = f"Only {wording.count(acts, 'act')} recorded: too few for a change to be taken apart"
        return Page(frame, few, counted=events)
    rows = frame.reset_index(drop=True)
    listed = [f"{_label(row)} {_number(row)}" for row in rows.to_dict("records")]
    return Page(
        rows,
        title_text(title_data(rows)),
        f"Hostile part of {named(house, events)}, percent of weight, and the steps between in points",
        "Blue lowers, brown raises; each bar begins where the last one ended. Bracket: 90% of redrawn records. "
        "The steps add up exactly, differences by rounding.",
        ("Waterfall chart of the change of the tension share", f"{'; '.join(listed)}."),
        lambda words: _draw(words, rows),
        events,
    )


def title_data(rows: pd.DataFrame) -> Title:
    """Return what is said of the change, by the rule of sentences (`moved`). Keys: "clear", "unclear", "same"."""
    first, last = rows.iloc[0], rows.iloc[-1]
    then, now = float(first["value"]), float(last["value"])
    numbers = {"then": then, "now": now, "since": first["date"]}
    if _share(then) == _share(now):
        return Title("same", numbers)
    word = moved(pd.Series({"then": then, "now": now, "value": now - then, "clear": bool(rows["clear"].iloc[0])}))
    return Title("unclear" if word == "no clear change" else "clear", numbers, "up" if now > then else "down")


def title_text(title: Title) -> str:
    """Write the title."""
    said = title.numbers
    since, then, now = wording.day(said["since"]), _share(said["then"]), _share(said["now"])
    if title.key == "same":
        return f"Tension at {now}, as on {since}"
    if title.key == "unclear":
        return f"Tension {title.direction} from {then} to {now} since {since}: too little to be sure"
    return f"Tension {'rose' if title.direction == 'up' else 'fell'} from {then} to {now} since {since}"


def _share(value: float) -> str:
    return wording.percent(value, 1)


def _number(row: dict[Any, Any]) -> str:
    return _share(row["value"]) if row["kind"] in ("then", "now") else wording.signed(100 * row["value"], 1)


def _label(row: dict[Any, Any]) -> str:
    """Word a step; a named act bears its day."""
    kind, acts = str(row["kind"]), int(row["acts"])
    if kind in ("then", "now"):
        return wording.day(row["date"])
    if kind == "fade":
        return "Older act fades" if acts == 1 else f"{acts:,} older acts fade"
    if kind.endswith("others"):
        way = "friendly" if kind.startswith("lower") else "hostile"
        return wording.count(acts, f"other new {way} act")
    return f"{row['short']} ({wording.short_day(row['date'])})"


def _draw(words: Words, rows: pd.DataFrame) -> Sheet:
    own = design.form()
    left = own.room * (0.44 if own.width > 4 else 0.5)
    right = 0.45
    records = rows.to_dict("records")
    labels = [wrap(_label(row), left - 0.12, LABEL, max_lines=3 if own.width > 4 else 5) for row in records]
    heights = [
        height(len(label), LABEL) + (0.16 if row["kind"] in ("then", "now") else 0.06)
        for label, row in zip(labels, records, strict=True)
    ]
    sheet = design.sheet(words, sum(heights))
    body = sheet.body
    box = Box(body.x + left, body.y, own.room - left - right, sum(heights))
    ends = _ends(rows)
    highest = max(max(pair) for pair in [*ends, *rows[["high"]].fillna(0).to_numpy().tolist()])
    panel = sheet.axes(box, x=(0, max(highest, 0.01)), y=(0, box.height))
    panel.axvline(0, color=design.GREY, linewidth=0.7)
    top, before = body.top, None
    for row, label, tall, (start, end) in zip(records, labels, heights, ends, strict=True):
        level = top - height(1, LABEL) * 0.75 - box.y
        color, weight = _ink(row), BOLD if row["kind"] in ("then", "now") else 400
        panel.barh(
            [level], [end - start], left=[start], height=_BAR, color=color, linewidth=0, gid=f"step-{row['kind']}"
        )
        if before is not None:
            panel.vlines(
                [start if row["kind"] != "now" else end],
                level,
                before,
                color=design.GREY,
                linewidth=0.6,
                gid="connector",
            )
        if row["kind"] in ("then", "now"):
            _bracket(panel, row, level - 0.1)
        sheet.lines(body.x, top, label, weight=weight)
        place = box.x + max(start, end, 0.0) / panel.get_xlim()[1] * box.width
        sheet.lines(
            place + 0.05, top, [_number(row)], weight=BOLD, color=color if row["kind"] != "then" else design.SOFT
        )
        before, top = level, top - tall
    return sheet


def _ends(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """Return where each bar starts and ends."""
    ends, level = [], 0.0
    for kind, value in zip(rows["kind"], rows["value"].astype(float), strict=True):
        if kind in ("then", "now"):
            ends.append((0.0, value))
            level = value
        else:
            ends.append((level, level + value))
            level += value
    return ends


def _ink(row: dict[Any, Any]) -> str:
    if row["kind"] in ("then", "now"):
        return design.GREY if row["kind"] == "then" else design.INK
    return design.COOPERATION if row["value"] < 0 else design.CONFLICT


def _bracket(panel: Axes, row: dict[Any, Any], level: float) -> None:
    if pd.isna(row["low"]):
        return
    panel.plot(
        [row["low"], row["high"]],
        [level, level],
        color=design.SOFT,
        linewidth=0.9,
        marker="|",
        markersize=4,
        gid="bracket",
    )
