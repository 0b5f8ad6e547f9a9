"""How unequal are the two sides' shares in each other's trade? The finding beside the chart of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.basis import finding, sides
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.findings.wording import covered

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def asymmetry(rel: Relationship, shares: pd.DataFrame) -> Finding:
    """Say how unequal the two sides' trade with each other is: in the newest year for which both shares are known for
    the whole of it, and in a newer one where they are known for a part or as an estimate.

    Empty where no year has both shares.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> trade = an.asymmetry(rel.indicators, rel.side_a.id, rel.side_b.id)
    >>> bool(an.findings.asymmetry(rel, trade).sources)
    True
    """
    ratio = shares[(shares["measure"] == "asymmetry") & shares["value"].notna()]
    weak = ratio["part_year"] | ratio["estimate"]
    statements = []
    for row in pd.concat([ratio[~weak].tail(1), ratio.tail(1)]).drop_duplicates("date").to_dict("records"):
        own = shares[(shares["measure"] == "share") & (shares["date"] == row["date"])].set_index("of")
        a, b = rel.side_a.id, rel.side_b.id
        if not {a, b} <= set(own.index):
            continue
        firm, year = not (row["part_year"] or row["estimate"]), row["date"].year
        facts = {
            **sides(rel),
            "year": year,
            "share_a": own.loc[a, "value"],
            "share_b": own.loc[b, "value"],
            "kind_a": _kind(own.loc[a]),
            "kind_b": _kind(own.loc[b]),
            "times": row["value"],
            "definition": row["definition"],
        }
        series = [f"{a.lower()}_trade_share_{b.lower()}", f"{b.lower()}_trade_share_{a.lower()}"]
        known = rel.indicators["indicator"].isin(series) & rel.indicators["value"].notna()
        rows = rel.indicators[known & (rel.indicators["start"].dt.year == year)]
        records = tuple(f"indicator:{found.indicator}@{found.period}" for found in rows.itertuples())
        statements.append(Statement("asymmetry.whole" if firm else "asymmetry.weak", facts, records))
    return finding(rel, statements)


def _kind(share: pd.Series) -> str:
    """Say in brackets that a figure is for a part of its year, or an estimate; nothing where it is neither."""
    part = covered(share["start"], share["end"]) if share["part_year"] else ""
    kinds = [kind for kind in (part, "estimate" if share["estimate"] else "") if kind]
    return f" ({', '.join(kinds)})" if kinds else ""
