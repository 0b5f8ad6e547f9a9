"""What assessors hold: the finding beside the chart of their positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.findings.basis import finding, keys, last_days, sides
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.measures.options import length

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

FEW_VOICES = 3  # fewer have no middle worth the name


def assessors(rel: Relationship, window: str = "365D") -> Finding:
    """Say what assessors held in the time up to the cut-off: how many see what, and the middle of their views.

    Empty when no assessment of that time scores subordination. The middle is said from three organisations on; its
    interval from five, as in `analysis.position_trend`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.assessors(rel).statements[0].key
    'positions.views'
    """
    from analysis.measures.positions import position_trend

    days = length(window, "assessors", "window").days
    recent = last_days(rel.assessments, rel.cutoff, days)
    scored = recent[recent["subordination"].notna()]
    if scored.empty:
        return Finding("")
    window = f"{days}D"
    middle = {
        scale: position_trend(rel.assessments, scale=scale, window=window, end=rel.cutoff).iloc[-1]
        for scale in ("subordination", "tension")
        if rel.assessments[scale].notna().any()
    }
    see, apart = int((scored["subordination"] > 0).sum()), int((scored["subordination"] < 0).sum())
    facts = {**sides(rel), "days": days, "day": rel.cutoff, "n": len(scored), "see": see, "apart": apart}
    facts |= {"between": len(scored) - see - apart, "voices": int(middle["subordination"]["voices"])}
    order = scored.sort_values(["subordination", "end", "assessment_id"], ascending=[False, False, True])
    said = [Statement("positions.views", facts, keys("assessments", order["assessment_id"]))]
    for scale, key in (("subordination", "positions.middle"), ("tension", "positions.tension")):
        row: Any = middle.get(scale)
        if row is not None and row["voices"] >= FEW_VOICES:
            said.append(Statement(key, {"value": row["value"], "band": (row["low"], row["high"])}))
    return finding(rel, said, most=3)
