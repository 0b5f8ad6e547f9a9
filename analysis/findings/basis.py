"""What every finding is made with: the rows it speaks of, and the sources of the records behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.citing import best_sources, links
from analysis.display import Finding

if TYPE_CHECKING:
    from analysis.relationship import Relationship


def finding(rel: Relationship, text: str, records: list[str], *, most: int = 4) -> Finding:
    """Return a finding with the best source of each of its records, `most` of them.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> first = rel.events["event_id"].iloc[0]
    >>> an.findings.finding(rel, "It began there.", [f"events:{first}"]).records == (f"events:{first}",)
    True
    """
    sources = best_sources(rel, records, most=most)
    return Finding(text, sources, tuple(records), links(rel, sources))


def acts_of(rel: Relationship) -> pd.DataFrame:
    """Return the acts between the sides up to the cut-off."""
    return rel.events[rel.events["dyad"] & (rel.events["end"] <= rel.cutoff)]


def share_of(share: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the tension share that have a value."""
    return share[(share["measure"] == "tension_share") & share["value"].notna()]


def composite_of(composite: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the composite that have a value."""
    return composite[(composite["measure"] == "composite") & composite["value"].notna()]


def keys(table: str, ids: pd.Series) -> list[str]:
    """Return the keys of records of a table, as in `citations.csv`."""
    return [f"{table}:{key}" for key in ids]


def heaviest(rel: Relationship, half_life: str, top: int = 3) -> list[str]:
    """Return the keys of the acts that weigh most on the day of the cut-off."""
    from analysis.measures.explain import explain

    rows = explain(rel.events, rel.cutoff, half_life=half_life, top=top)
    return keys("events", rows.loc[rows["kind"] == "event", "event_id"])
