"""What to watch: the open forecasts that are due next, and what would change the picture."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.findings.basis import acts_of, finding, keys
from analysis.findings.display import Finding
from analysis.findings.happened import act
from analysis.findings.statement import Statement
from analysis.findings.tension import told
from analysis.findings.texts import TERMS

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

HEAVY = 8.0  # Goldstein points: supplies cut off, a treaty signed


def watch(rel: Relationship, most: int = 3) -> Finding:
    """Say what to watch and by when: the open forecasts that are due next, one of each subject.

    Those of the next year come first, of them those with a deadline of their author's. One whose deadline has passed
    undecided is nothing to wait for. Empty where none is open.

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
    rows = (
        rows[rows["date"] >= rel.cutoff]
        .sort_values(["far", "ours", "date"], kind="stable")
        .drop_duplicates("subject")
        .head(most)
    )
    named = [_forecast(row, held.at[row.forecast_id, "term_basis"]) for row in rows.itertuples()]
    made = keys("assessments", held["assessment_id"].reindex(rows["forecast_id"]))
    return finding(rel, [Statement("watch.next", {"named": tuple(named)}, made)] if named else [])


def turn(rel: Relationship, half_life: str = "180D") -> Finding:
    """Say how many acts as heavy as the newest heavy one would bring tension back to its long-run level on that day.

    An act is heavy from 8 Goldstein points. Empty where nothing can be told of the present, or it is at that level.

    Examples
    --------
    >>> import analysis as an
    >>> an.findings.turn(an.load("russia-belarus", as_of="2023-04-06")).statements[0].facts["n"]
    3
    """
    from analysis.measures.explain import explain
    from analysis.measures.tension import long_run

    if told(rel, half_life) != "level":
        return Finding("")
    hostile, friendly = (
        float(explain(rel.events, rel.cutoff, measure=name, half_life=half_life)["contribution"].sum())
        for name in ("conflict", "cooperation")
    )
    usual, acts = long_run(rel.events), acts_of(rel)
    # Of all weight as much is to be hostile as in the long run; an act of the missing kind adds its whole size.
    short = usual * friendly - (1 - usual) * hostile
    heavy = acts[acts["goldstein"] <= -HEAVY] if short > 0 else acts[acts["goldstein"] >= HEAVY]
    if heavy.empty or not short:
        return Finding("")
    newest = heavy.sort_values(["end", "start", "event_id"]).iloc[-1]
    n = math.ceil(abs(short) / (abs(newest["goldstein"]) * (1 - usual if short > 0 else usual)))
    facts = {"n": n, "named": act(rel, newest)}
    record = keys("events", pd.Series([newest["event_id"]]))
    return finding(rel, [Statement("watch.turn_up" if short > 0 else "watch.turn_down", facts, record)])


def _forecast(row: Any, basis: object) -> str:
    """Name a forecast: what it says, whose it is, in the author's word of probability, and by when."""
    said = re.sub(r"\s*\([^()]*\)$", "", str(row.proposition).rstrip("."))
    term = "" if pd.isna(basis) else str(basis).partition(":")[2]  # type: ignore[call-overload]
    facts = {"said": said, "who": row.organisation, "term": TERMS.get(term, term), "day": row.date}
    return Statement("watch.one", facts).text
