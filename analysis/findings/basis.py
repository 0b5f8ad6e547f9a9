"""What findings are made with: the acts they speak of, the part of a record that is new enough, and their sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.citing import best_sources, links
from analysis.findings.display import Finding
from analysis.findings.statement import Statement, say
from analysis.record.dates import midpoint

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def finding(rel: Relationship, statements: Sequence[Statement], *, most: int = 4) -> Finding:
    """Return a finding of some sentences, with the best source of each record that they rest on, `most` of them.

    Without a sentence the finding is empty, and a document leaves it out.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.finding(rel, [an.findings.Statement("limits.found")]).text
    'The record holds what was found, not all that happened.'
    """
    records = list(dict.fromkeys(record for statement in statements for record in statement.records))
    sources = best_sources(rel, records, most=most)
    return Finding(say(statements), sources, tuple(records), links(rel, sources), tuple(statements))


def sides(rel: Relationship) -> dict[str, str]:
    """Return the facts that name both sides and the acts that are spoken of."""
    return {"a": rel.side_a.name, "b": rel.side_b.name, "acts": rel.acts_between, "part": rel.only_acts}


def last_briefing(rel: Relationship, then: str | pd.Timestamp | None) -> pd.Timestamp:
    """Return the day of the last briefing: `then`, or a year before the cut-off."""
    return pd.Timestamp(then) if then else rel.cutoff - pd.DateOffset(years=1)


def acts_of(rel: Relationship) -> pd.DataFrame:
    """Return the acts between the sides up to the cut-off."""
    return rel.events[rel.events["dyad"] & (rel.events["end"] <= rel.cutoff)]


def last_days(rows: pd.DataFrame, day: pd.Timestamp, days: float) -> pd.DataFrame:
    """Return the rows of the last `days` days up to `day`: by their middle day, which places them in every measure."""
    middle = midpoint(rows["start"], rows["end"])
    return rows[(middle > day - pd.Timedelta(days=days)) & (middle <= day)]


def share_of(share: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the tension share that have a value."""
    return share[(share["measure"] == "tension_share") & share["value"].notna()]


def composite_of(composite: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the composite that have a value."""
    return composite[(composite["measure"] == "composite") & composite["value"].notna()]


def keys(table: str, ids: pd.Series) -> tuple[str, ...]:
    """Return the keys of records of a table, as in `citations.csv`."""
    return tuple(f"{table}:{key}" for key in ids)


def heaviest(rel: Relationship, half_life: str, top: int = 3) -> tuple[str, ...]:
    """Return the keys of the acts that move the tension share most on the day of the cut-off."""
    from analysis.measures.explain import explain

    rows = explain(rel.events, rel.cutoff, half_life=half_life, top=top)
    return keys("events", rows.loc[rows["kind"] == "event", "event_id"])
