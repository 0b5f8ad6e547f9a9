"""What to watch: the open forecasts that are due next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.findings.basis import finding, keys
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.findings.texts import TERMS

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def watch(rel: Relationship, most: int = 3) -> Finding:
    """Say what to watch and by when: the open forecasts that are due next, one of each subject.

    Those of the next year come first, of them those with a deadline of their author's. Empty where none is open.

    Examples
    --------
    >>> import analysis as an
    >>> an.findings.watch(an.load("russia-belarus", as_of="2023-04-06")).statements[0].key
    'watch.next'
    """
    from analysis.measures.forecasts import open_forecasts

    if rel.forecasts.empty:
        return Finding("")
    held = rel.forecasts.set_index("forecast_id")
    rows = open_forecasts(rel.forecasts, on=rel.cutoff)
    rows = rows.assign(
        subject=held["subject"].reindex(rows["forecast_id"]).to_numpy(),
        far=rows["date"] > rel.cutoff + pd.DateOffset(years=1),
        ours=rows["deadline_basis"] != "stated",
    )
    rows = rows.sort_values(["far", "ours", "date"], kind="stable").drop_duplicates("subject").head(most)
    named = [_forecast(row, held.at[row.forecast_id, "term_basis"]) for row in rows.itertuples()]
    made = keys("assessments", held["assessment_id"].reindex(rows["forecast_id"]))
    return finding(rel, [Statement("watch.next", {"named": tuple(named)}, made)] if named else [])


def _forecast(row: Any, basis: object) -> str:
    """Name a forecast: what it says, whose it is, in the author's word of probability, and by when."""
    said = re.sub(r"\s*\([^()]*\)$", "", str(row.proposition).rstrip("."))
    term = "" if pd.isna(basis) else str(basis).partition(":")[2]  # type: ignore[call-overload]
    facts = {"said": said, "who": row.organisation, "term": TERMS.get(term, term), "day": row.date}
    return Statement("watch.one", facts).text
