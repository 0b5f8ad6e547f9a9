"""What dependence is in percent: the finding that names one share of each domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.basis import finding
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.findings.wording import covered, in_words

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

DOMAINS = ("trade", "finance", "military", "energy")  # in the order in which they are told
FRESH = 5 * 365  # days: an older figure is no present one


def chosen(rel: Relationship, most: int = 3) -> pd.DataFrame:
    """Return a share of each domain for side A: the highest of those whose newest figure is at most five years old.

    Rows of `analysis.profile` with `before` and `period_before`: the newest figure of a period that had ended before.
    """
    from analysis.measures.profile import profile

    table = profile(rel) if len(rel.catalogue) else pd.DataFrame(columns=["value", "age_days", "domain", "indicator"])
    table = table[table["value"].notna() & (table["age_days"] <= FRESH) & table["domain"].isin(DOMAINS)]
    table = table.sort_values(["value", "indicator"], ascending=[False, True]).drop_duplicates("domain")
    table = table.sort_values("domain", key=lambda names: names.map(DOMAINS.index)).head(most)
    known, before = rel.indicators[rel.indicators["value"].notna()], []
    for row in table.itertuples():
        earlier = known[(known["indicator"] == row.indicator) & (known["end"] < row.start)].sort_values("end").tail(1)
        before.append(earlier.iloc[0][["value", "start", "end", "period"]] if len(earlier) else pd.Series(dtype=object))
    then = pd.DataFrame(before, index=table.index).reindex(columns=["value", "start", "end", "period"])
    return table.join(then.add_suffix("_before"))


def shares(rel: Relationship, most: int = 3) -> Finding:
    """Say what part of its trade, its debt and its arms side A has with side B, in percent; empty where none is known.

    Examples
    --------
    >>> import analysis as an
    >>> an.findings.shares(an.load("russia-belarus", as_of="2023-04-06")).statements[0].key
    'shares.now'
    """
    figures, records = [], []
    for place, (_, row) in enumerate(chosen(rel, most).iterrows()):
        day = in_words(covered(row["start"], row["end"]))
        day = Statement("shares.estimate", {"day": day}).text if row["basis"] == "estimate" else day
        facts = {"name": row["name"], "value": row["value"], "day": day}
        records.append(f"indicator:{row['indicator']}@{row['period']}")
        key = "shares.one"
        if place == 0 and pd.notna(row["value_before"]):
            key, day = "shares.first", in_words(covered(row["start_before"], row["end_before"]))
            facts |= {"before": row["value_before"], "day_before": day}
            records.append(f"indicator:{row['indicator']}@{row['period_before']}")
        figures.append(Statement(key, facts).text)
    facts = {"a": rel.side_a.name, "b": rel.side_b.name, "figures": tuple(figures)}
    return finding(rel, [Statement("shares.now", facts, tuple(records))] if figures else [])
