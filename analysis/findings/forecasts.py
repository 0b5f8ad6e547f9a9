"""Were they right? The finding beside the charts of forecasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.findings.basis import finding, keys
from analysis.findings.display import Finding
from analysis.findings.statement import Statement

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def forecasts(rel: Relationship) -> Finding:
    """Say how forecasts with a deadline of their author's fared against always naming the base rate; how many are open.

    Forecasts whose deadline was set for the record, by people who knew the outcome, are not pooled with them. Empty
    when none is recorded.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> bool(an.findings.forecasts(rel).sources)
    True
    """
    from analysis.measures.forecasts import brier, open_forecasts
    from analysis.measures.skill import skill

    if rel.forecasts.empty:
        return Finding("")
    waiting = len(open_forecasts(rel.forecasts, on=rel.cutoff))
    tail = [Statement("forecasts.open", {"n": waiting})] if waiting else []
    table, beaten = (measure(rel.forecasts).query("deadline_basis == 'stated'").iloc[0] for measure in (brier, skill))
    decided = rel.forecasts[rel.forecasts["outcome"].isin(["true", "false"])]
    decided = decided[decided["deadline_basis"] == "stated"]
    if table["state"] != "scored":
        few = Statement("forecasts.few", {"day": rel.cutoff, "n": len(decided)})
        return finding(rel, [few, *tail])
    known = beaten["state"] == "scored" and not beaten["low"] <= 0 <= beaten["high"]
    verdict = "no clear skill" if not known else "better than that" if beaten["value"] > 0 else "worse than that"
    facts = {
        "n": int(table["n"]),
        "day": rel.cutoff,
        "score": table["value"],
        **{name: table[name] for name in ("low", "high")},
        "base": table["base_rate"],
        "reference": beaten["reference_score"],
        "verdict": verdict,
    }
    newest = decided.sort_values(["resolved_on", "forecast_id"], ascending=[False, True])
    return finding(
        rel,
        [
            Statement(
                "forecasts.scored",
                facts,
                (*keys("forecasts", newest["forecast_id"]), *keys("assessments", newest["assessment_id"])),
            ),
            *tail,
        ],
        most=2,
    )
