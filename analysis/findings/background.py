"""Background for readers who come new, from the record: what holds between the two, and the heaviest acts so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.findings.basis import acts_of, finding, keys, sides
from analysis.findings.display import Finding
from analysis.findings.happened import act, eras
from analysis.findings.statement import Statement, say
from analysis.measures.options import FEW_ACTS

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

WORDS = 120


def background(rel: Relationship, before: str | pd.Timestamp) -> Finding:
    """Say in at most 120 words what holds between the two, and name the heaviest acts before a day.

    Of hostile and of friendly acts the heaviest in turn, of equals the later one. Empty where fewer than ten acts are
    recorded by that day.

    Examples
    --------
    >>> import analysis as an
    >>> said = an.findings.background(an.load("russia-belarus", as_of="2023-04-06"), "2022-04-06")
    >>> len(said.text.split()) <= 120
    True
    """
    acts = acts_of(rel)
    old = acts[acts["end"] <= pd.Timestamp(before)].assign(size=acts["goldstein"].abs())
    if len(old) < FEW_ACTS:
        return Finding("")
    held, agreed = eras(rel, since=pd.Timestamp(before))
    facts: dict[str, Any] = {**sides(rel), "n": len(acts), "conflict": int((acts["goldstein"] < 0).sum())}
    facts["first"] = int(acts["start"].dt.year.min())
    ranked = old.sort_values(["size", "end", "event_id"], ascending=[False, False, True])
    for most in (3, 2, 1):
        rows = pd.concat([ranked[ranked["goldstein"] < 0].head(most), ranked[ranked["goldstein"] > 0].head(most)])
        rows = rows.sort_values(["start", "event_id"])
        named = tuple(act(rel, row) for row in rows.itertuples())
        made = [Statement("background.acts", {**facts, "named": named}, keys("events", rows["event_id"]))]
        if held:
            made.insert(0, Statement("background.eras", {"named": tuple(agreed)}, tuple(held)))
        if len(say(made).split()) <= WORDS:
            return finding(rel, made, most=8)
    return finding(rel, made[-1:], most=8)
