"""What assessors hold: the finding beside the chart of their positions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.findings.basis import finding, keys, last_days, sides
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.findings.wording import told_date
from analysis.measures.options import length

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

FEW_VOICES = 3  # fewer have no middle worth the name


def assessors(rel: Relationship, window: str = "365D") -> Finding:
    """Say what assessors held in the time up to the cut-off: how many see what, and the two judgements furthest apart.

    Of judgements with the same score the one with the best source is told, of those the one that is told shortest.
    Empty when no assessment of that time scores subordination; no two are told where none differs in sign or degree.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.assessors(rel).statements[0].key
    'positions.apart'
    """
    days = length(window, "assessors", "window").days
    recent = last_days(rel.assessments, rel.cutoff, days)
    scored = recent[recent["subordination"].notna()]
    if scored.empty:
        return Finding("")
    see, apart = int((scored["subordination"] > 0).sum()), int((scored["subordination"] < 0).sum())
    facts: dict[str, Any] = {**sides(rel), "since": rel.cutoff - pd.Timedelta(days=days), "n": len(scored)}
    facts |= {"see": see, "apart": apart, "between": len(scored) - see - apart}
    facts |= {"voices": scored["organisation"].nunique()}
    order = scored.assign(length=scored["claim"].str.split("; ").str[0].str.len())
    order = order.sort_values(["subordination", "reliability", "length", "assessment_id"])
    least, level = order.iloc[0], order["subordination"].max()
    most = order[order["subordination"] == level].iloc[0]
    only = "subordinate" if see else "autonomous" if apart else "between"
    views = f"positions.only_{only}" if len(scored) == 1 else "positions.views"
    key = "positions.apart" if level > least["subordination"] else views
    facts |= {"most": _told(rel, most), "least": _told(rel, least)}
    first = [most["assessment_id"], least["assessment_id"]]
    rest = scored.loc[~scored["assessment_id"].isin(first), "assessment_id"]
    return finding(rel, [Statement(key, facts, keys("assessments", pd.Series([*first, *rest])))], most=2)


def _told(rel: Relationship, row: pd.Series) -> str:
    """Tell a judgement: the first clause of its claim, whose it is, and when."""
    claim = str(row["claim"]).split("; ")[0].rstrip(".")
    facts = {"claim": claim, "who": row["organisation"], "day": told_date(row, rel.cutoff.year)}
    return Statement("positions.one", facts).text
