"""Do words and deeds agree? The finding beside the chart of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.findings.basis import acts_of, finding, keys
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.measures.conduct import gap_on_last_day

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def words_and_deeds(rel: Relationship, gap: pd.DataFrame) -> Finding:
    """Say whether words or deeds are the tenser on the last day; empty where too little of one of them is recorded.

    Parameters
    ----------
    rel : Relationship
        The record.
    gap : DataFrame
        What `analysis.conduct` returned.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> gap = an.conduct(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> an.findings.words_and_deeds(rel, gap).statements[0].key
    'conduct.unclear'
    """
    now: dict[str, Any] = gap_on_last_day(gap)
    if now["state"] not in ("unclear", "words tenser", "deeds tenser"):
        return Finding("")
    row = now["gap"]
    facts = {"day": row["date"], "gap": row["value"], "low": row["low"], "high": row["high"]}
    facts |= {"verbal": now["verbal"]["value"], "material": now["material"]["value"], "band": (row["low"], row["high"])}
    if now["state"] != "unclear":
        tenser = now["state"].split()[0]
        facts |= {"tenser": tenser, "calmer": "deeds" if tenser == "words" else "words"}
    acts = acts_of(rel)
    telling = acts[acts["quad_class"].isin(["material_conflict", "verbal_cooperation"])]
    newest = telling.sort_values(["end", "event_id"]).groupby("quad_class").tail(1)
    key = "conduct.unclear" if now["state"] == "unclear" else "conduct.apart"
    return finding(rel, [Statement(key, facts, keys("events", newest["event_id"]))])
