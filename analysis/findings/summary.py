"""What stands at the head of a document: its title, its bottom line, its key figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.basis import composite_of, share_of
from analysis.findings.composite import dependence
from analysis.findings.conduct import words_and_deeds
from analysis.findings.display import Findings
from analysis.findings.positions import assessors
from analysis.findings.statement import Statement
from analysis.findings.tension import other_choices, standing, tension_chance, tension_change, tension_level

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def bottom_line(
    rel: Relationship,
    share: pd.DataFrame,
    gap: pd.DataFrame,
    composite: pd.DataFrame,
    *,
    then: str | pd.Timestamp | None = None,
    half_life: str = "180D",
    peak: pd.DataFrame | None = None,
) -> Findings:
    """Return the key judgements: tension, its change since `then` and whether other choices say the same, words and
    deeds, dependence, what assessors hold.

    A judgement for which too little is recorded is left out.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> gap = an.conduct(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> line = an.findings.bottom_line(rel, share, gap, an.composite(rel.indicators, of=rel.side_a.id))
    >>> all(item.sources for item in line.items if item.records)
    True
    """
    earlier = pd.Timestamp(then) if then else rel.cutoff - pd.DateOffset(years=1)
    judgements = (
        tension_level(rel, share, half_life, peak),
        tension_change(rel, earlier, half_life),
        tension_chance(rel, earlier, half_life),
        other_choices(rel, earlier, half_life),
        words_and_deeds(rel, gap),
        dependence(rel, composite),
        assessors(rel),
    )
    return Findings(tuple(judgement for judgement in judgements if judgement.text))


def title(rel: Relationship, share: pd.DataFrame, half_life: str = "180D") -> str:
    """Return a document's title: where tension stands against its long-run level, or how little is recorded.

    A document on a part of the acts says so first.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2022-01-01", end=rel.cutoff, draws=50)
    >>> an.findings.title(rel, share).startswith("Tension ")
    True
    """
    level = standing(rel, share, half_life)
    key = level.key.replace("tension.", "title.")
    return Statement(f"{key}_of_part" if rel.only_acts and key == "title.level" else key, level.facts).text


def key_figures(share: pd.DataFrame, composite: pd.DataFrame) -> dict[str, float]:
    """Return the last tension share and the last value of the dependence composite, as the document prints them.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> composite = an.composite(rel.indicators, of=rel.side_a.id)
    >>> all(isinstance(figure, float) for figure in an.findings.key_figures(share, composite).values())
    True
    """
    series = {"tension_share": share_of(share), "dependence": composite_of(composite)}
    return {name: round(float(rows["value"].iloc[-1]), 2) for name, rows in series.items() if len(rows)}
