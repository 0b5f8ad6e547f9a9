"""What the checks on the shipped record found, as tables with a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.wording import number
from analysis.measures.headline import MEASURES
from analysis.measures.turning_points import turning_points as find

from . import record
from .tables import Cell, block, change, range_of, table, text, three, two

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

_AGAINST: dict[str, tuple[str, Cell]] = {
    "rank_correlation": ("rank correlation", three),
    "largest": ("largest difference", change),
    "month": ("in", text),
    "outside": ("months outside our band", text),
}


def measures(rel: Relationship) -> str:
    """The registry of measures, as a table."""
    rows = pd.DataFrame(
        [
            {
                "measure": f"`{name}`",
                "label": one.label,
                "unit": one.unit,
                "upwards": one.upwards,
                "band": {"one out": "leaving one part out"}.get(one.band, one.band),
                "method": f"[method](#{one.method})",
                "headline": "yes" if one.read else "",
            }
            for name, one in MEASURES.items()
        ]
    )
    return table(rows, {name: (name if name != "upwards" else "a higher value is", text) for name in rows})


def half_life(rel: Relationship) -> str:
    """Rank correlation of monthly shares between half-lives."""
    frame = record.half_lives(rel)
    columns = {name: (f"{name[:-1]} days", three) for name in record.HALF_LIVES}
    rows = frame.reset_index().rename(columns={"half_life": "half-life"})
    rows["half-life"] = [f"{name[:-1]} days" for name in frame.index]
    others = frame["180D"].drop("180D")
    least = str(others.idxmin())
    sentence = (
        f"With half-lives of 60, 90 and 365 days the monthly share keeps a rank correlation of "
        f"{range_of(others, three)} with that of 180 days; the least alike is {least[:-1]} days. Between the shortest "
        f"and the longest it is {three(frame.loc['60D', '365D'])}: no finding on the course from month to month "
        f"should rest on one half-life."
    )
    return block(sentence, table(rows, {"half-life": ("half-life", text), **columns}))


def choices(rel: Relationship) -> str:
    """Monthly shares under other parameters, tables of scores and choices of acts."""
    frame = record.choices(rel)
    parts = []
    for kinds, first in ((("half-life", "shrinkage"), {}), (("scores",), _count("score differs", unscored=True))):
        parts.append(table(frame[frame["kind"].isin(kinds)], {"choice": ("choice", text), **first, **_AGAINST}))
    parts.append(table(frame[frame["kind"] == "acts"], {"choice": ("choice", text), **_count("acts"), **_AGAINST}))
    rows = frame.set_index("choice")
    published = rows.loc[["icews", "schrodt"]]
    single, graded = (rows.loc[name] for name in rows.index[rows.index.str.startswith("without acts")][:2])
    twice = rows.iloc[-1]
    sentence = (
        f"Against the share as it is shipped, over {frame['months'].max()} months. The published tables of ICEWS and "
        f"Schrodt differ from ours in {range_of(published['changed'], text)} acts and move the share by at most "
        f"{two(published['largest'].abs().max())}. Without acts that a single publisher reports the rank correlation "
        f"is {three(single['rank_correlation'])} (largest difference {change(single['largest'])}), without acts whose "
        f"best source is a state or partisan medium or worse {three(graded['rank_correlation'])} "
        f"({change(graded['largest'])}). Entering every act from 2020 on twice moves no month by more than "
        f"{two(abs(twice['largest']))}. Outside our band lie {_most_outside(frame)}."
    )
    return block(sentence, *parts)


def _count(heading: str, *, unscored: bool = False) -> dict[str, tuple[str, Cell]]:
    return {"changed": (heading, text), **({"unscored": ("has no score", text)} if unscored else {})}


def _most_outside(frame: pd.DataFrame) -> str:
    out = frame[frame["outside"] > 0].sort_values("outside", ascending=False, kind="stable")
    named = [f"{row.outside} months with “{row.choice}”" for row in out.itertuples()]
    return ", ".join(named) or "no months at all"


def errors(rel: Relationship) -> str:
    """Width of the band by source of error."""
    frame = record.sources_of_error(rel)
    columns = {
        "source": ("source of error", text),
        "width": ("mean width", three),
        "widest": ("widest", two),
        "month": ("in", text),
    }
    single = frame[frame["source"] != "all"].set_index("source")["width"]
    sentence = (
        f"The 90% band of the monthly share is {two(frame['width'].iloc[-1])} wide on average. Alone, redrawn "
        f"{single.idxmax()} make a band of {three(single.max())}, {single.idxmin()} one of {three(single.min())}; "
        f"widths do not add up."
    )
    return block(sentence, table(frame, columns))


def turning_points(rel: Relationship) -> str:
    """Turning points with other periods and penalties."""
    frame = record.turning_point_choices(rel)
    columns = {
        "choice": ("choice", text),
        "penalty": ("penalty", lambda cost: number(cost, 0) or "–"),
        "found": ("found", text),
        "dates": ("first act of the new level, change in Goldstein points", text),
    }
    usual = frame["found"].iloc[0]
    same = int((frame["found"] == usual).sum()) - 1
    sentence = (
        f"By default {usual or 'none'} found{': ' if usual else ''}{_spans(rel)}. As many are found with {same} of "
        f"the {len(frame) - 1} other choices, and {range_of(frame['found'], text)} over all of them."
    )
    return block(sentence, table(frame, columns))


def _spans(rel: Relationship) -> str:
    points = find(rel.events)
    return ", ".join(
        f"{row.date:%Y-%m} (90% interval {row.date_low:%Y-%m} to {row.date_high:%Y-%m})" for row in points.itertuples()
    )
