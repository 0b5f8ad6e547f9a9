"""What the record is made of, so that a reader knows what it cannot show: languages, years, single publishers.

Every number is counted in the record at hand; what a record does not say of itself is left out, not assumed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.basis import acts_of, finding
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.findings.wording import covered, in_words, percent

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

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

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.limits(rel).statements[0].text
    'The record holds what was found, not all that happened.'
    """
    acts = acts_of(rel)
    return finding(rel, [Statement("limits.found"), *_languages(rel), *_years(rel, acts), *_publishers(acts)])


def known(rel: Relationship) -> Statement:
    """Say what the record does not know of its own time: a cut one what was told later, a whole one what came after.

    Examples
    --------
    >>> import analysis as an
    >>> from analysis.findings.limits import known
    >>> known(an.load("russia-belarus")).text
    'Nothing after 27 June 2026 is recorded; that is silence, not calm.'
    """
    if rel.as_of is None:
        return Statement("limits.end", {"day": rel.cutoff})
    acts, facts = acts_of(rel), {"day": rel.cutoff}
    figures = rel.indicators[rel.indicators["value"].notna()]
    if acts.empty or figures.empty:
        return Statement("limits.cut", facts)
    newest = figures.sort_values(["end", "start"]).iloc[-1]
    figure = in_words(covered(newest["start"], newest["end"]))
    return Statement("limits.lag", {**facts, "act": acts["end"].max(), "figure": figure})


def _languages(rel: Relationship) -> list[Statement]:
    cited = rel.sources[rel.sources["source_id"].isin(rel.citations["source_id"])]
    stated = cited["language"].dropna().str.split("-").str[0]
    if len(stated) < LEAST:
        return []
    counts = stated.value_counts()
    english, others = int(counts.get("en", 0)), int((counts.index != "en").sum())
    pages = f"{len(stated):,} cited pages" + ("" if len(stated) == len(cited) else " whose language is stated")
    if not others:
        return [Statement("limits.all_english", {"pages": pages})]
    facts = {"pages": pages, "english": english, "part": _percent(english, len(stated)), "others": others}
    return [Statement("limits.english", facts)]


def _years(rel: Relationship, acts: pd.DataFrame) -> list[Statement]:
    if len(acts) < LEAST:
        return []
    years = acts["end"].dt.year.sort_values(ascending=False)
    first, since = int(years.iloc[-1]), int(years.iloc[(len(years) - 1) // 2])
    last = rel.cutoff.year
    held = int((years >= since).sum())
    if last - since + 1 >= (last - first + 1) / 2:
        return []
    facts = {"held": held, "n": len(years), "part": _percent(held, len(years)), "since": since, "first": first}
    return [Statement("limits.denser", facts)]


def _publishers(acts: pd.DataFrame) -> list[Statement]:
    lone = int((acts["publishers"] <= 1).sum())
    return [Statement("limits.lone", {"lone": lone, "n": len(acts)})] if lone and len(acts) >= LEAST else []


def _percent(part: int, whole: int) -> str:
    """Word a share so that none reads as all or nothing unless it is."""
    share = part / whole
    return "below 1%" if 0 < share < 0.01 else "above 99%" if 0.99 < share < 1 else percent(share)
