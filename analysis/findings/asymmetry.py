"""How unequal are the two sides' shares in each other's trade? The finding beside the chart of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.display import Finding
from analysis.findings.basis import finding, sides
from analysis.findings.statement import Statement

if TYPE_CHECKING:
    from analysis.relationship import Relationship


def asymmetry(rel: Relationship, shares: pd.DataFrame) -> Finding:
    """Say how unequal the two sides' trade with each other is, in the last whole year for which both are known.

    Empty where there is no such year.
    """
    ratio = shares[(shares["measure"] == "asymmetry") & shares["value"].notna() & ~shares["part_year"].eq(True)]
    if ratio.empty:
        return Finding("")
    last = ratio.iloc[-1]
    same = (shares["measure"] == "share") & (shares["date"] == last["date"])
    of = shares[same].set_index("of")["value"]
    series = rel.indicators["indicator"].str.contains("trade_share")
    rows = rel.indicators[series & (rel.indicators["start"].dt.year == last["date"].year)]
    facts = {
        **sides(rel),
        "year": last["date"].year,
        "share_a": of[rel.side_a.id],
        "share_b": of[rel.side_b.id],
        "times": last["value"],
        "definition": last["definition"],
    }
    records = tuple(f"indicator:{row.indicator}@{row.period}" for row in rows.itertuples())
    return finding(rel, [Statement("asymmetry", facts, records)])
