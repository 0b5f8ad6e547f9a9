"""What the record is made of, so that a reader knows what it cannot show: languages, years, single publishers.

Every number is counted in the record at hand; what a record does not say of itself is left out, not assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.display import Finding
from analysis.findings.basis import acts_of, finding

if TYPE_CHECKING:
    from analysis.relationship import Relationship

# Fewer acts or pages have no distribution worth a sentence.
LEAST = 10


def limits(rel: Relationship) -> Finding:
    """Return what limits the record up to its cut-off.

    Languages of the cited pages that state one, from `LEAST` such pages on; the latest years that hold half of the acts
    between the sides, where that is less than half of the years recorded, from `LEAST` acts on; and how many of these
    acts rest on one publisher or none.

    Parameters
    ----------
    rel : Relationship
        The record, whole or cut.

    Returns
    -------
    Finding
        Without sources, since it speaks of the record itself.
    """
    acts = acts_of(rel)
    sentences = ["The record holds what was found, not all that happened.", _languages(rel), _years(rel, acts)]
    return finding(rel, " ".join(filter(None, [*sentences, _publishers(acts)])), [])


def _languages(rel: Relationship) -> str:
    cited = rel.sources[rel.sources["source_id"].isin(rel.citations["source_id"])]
    stated = cited["language"].dropna().str.split("-").str[0]
    if len(stated) < LEAST:
        return ""
    counts = stated.value_counts()
    english, others = int(counts.get("en", 0)), int((counts.index != "en").sum())
    total = f"{len(stated):,} cited pages" + ("" if len(stated) == len(cited) else " whose language is stated")
    if not others:
        return f"All {total} are in English."
    in_others = f"the others in {others} other language{'s' if others > 1 else ''}"
    return f"Of {total}, {english:,} ({_percent(english, len(stated))}) are in English, {in_others}."


def _years(rel: Relationship, acts: pd.DataFrame) -> str:
    if len(acts) < LEAST:
        return ""
    years = acts["end"].dt.year.sort_values(ascending=False)
    first, since = int(years.iloc[-1]), int(years.iloc[(len(years) - 1) // 2])
    last = rel.cutoff.year
    held = int((years >= since).sum())
    if last - since + 1 >= (last - first + 1) / 2:
        return ""
    return (
        f"It is denser in later years: {held:,} of {len(years):,} acts between the sides "
        f"({_percent(held, len(years))}) are from {since} on, of a record that begins in {first}."
    )


def _publishers(acts: pd.DataFrame) -> str:
    if len(acts) < LEAST:
        return ""
    lone = int((acts["publishers"] <= 1).sum())
    return f"{lone:,} of {len(acts):,} acts rest on one publisher that can be judged, or on none." if lone else ""


def _percent(part: int, whole: int) -> str:
    """Word a share so that none reads as all or nothing unless it is."""
    share = 100 * part / whole
    if 0 < share < 1 or 99 < share < 100:
        return "below 1%" if share < 1 else "above 99%"
    return f"{share:.0f}%"
