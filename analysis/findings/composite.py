"""Does one side depend more on the other than it did? The finding beside the composite of dependence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.basis import composite_of, finding, sides
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.findings.wording import number

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

YEARS = 5  # between the two years that are compared


def dependence(rel: Relationship, composite: pd.DataFrame) -> Finding:
    """Say where the composite of dependence stands, against the newest year at least five years before.

    Empty where no two such years can be compared. "Rose" and "fell" are said when the spans that leaving one series
    out gives do not overlap; "the highest" of all years that can be compared, of which the number is told.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.dependence(rel, an.composite(rel.indicators, of=rel.side_a.id)).statements[0].facts["a"]
    'Belarus'
    """
    whole = composite_of(composite)
    last = whole.iloc[-1] if len(whole) else None
    earlier = whole[whole["date"].dt.year <= last["date"].year - YEARS] if last is not None else whole
    if last is None or earlier.empty:
        return Finding("")
    base, year = earlier.iloc[-1], int(last["date"].year)
    rose, fell = last["low"] > base["high"], last["high"] < base["low"]
    moved = (rose or fell) and number(last["value"]) != number(base["value"])
    above = int((whole["value"] > last["value"]).sum())
    below = int((whole["value"] < last["value"]).sum())
    place = "highest" if not above else "lowest" if not below else ""
    facts = {
        **sides(rel),
        "then": base["value"],
        "since": int(base["date"].year),
        "now": last["value"],
        "year": year,
        **{name: last[name] for name in ("low", "high")},
        "years": len(whole),
        "place": place,
        "rank": f", the {place} of the {len(whole)} years that can be compared" if place else "",
    }
    facts |= {"direction": "rose" if rose else "fell"} if moved else {}
    key = "composite.moved" if moved else "composite.unclear"
    return finding(rel, [Statement(key, facts, _observations(rel, composite, year))], most=2)


def _observations(rel: Relationship, composite: pd.DataFrame, year: int) -> tuple[str, ...]:
    """Return the figures of that very year that enter the composite, those of most weight first."""
    own = composite["measure"].str.startswith("part:") & (composite["state"] == "observed")
    parts = composite[own & (composite["date"].dt.year == year)]
    names = parts.sort_values(["weight", "measure"], ascending=[False, True])["measure"].str.removeprefix("part:")
    found = rel.indicators[(rel.indicators["start"].dt.year == year) & rel.indicators["value"].notna()]
    periods = found.drop_duplicates("indicator").set_index("indicator")["period"]
    return tuple(f"indicator:{name}@{periods[name]}" for name in names if name in periods.index)
