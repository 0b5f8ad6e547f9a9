"""What stands at the head of a document: its title, its bottom line, its key figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.display import Findings
from analysis.findings.basis import acts_of, composite_of, share_of
from analysis.findings.events import against, long_run, tension_change, tension_level, words_and_deeds
from analysis.findings.positions import assessors, dependence

if TYPE_CHECKING:
    from analysis.relationship import Relationship


def bottom_line(
    rel: Relationship,
    share: pd.DataFrame,
    gap: pd.DataFrame,
    composite: pd.DataFrame,
    *,
    then: str | pd.Timestamp | None = None,
    half_life: str = "180D",
) -> Findings:
    """Return the key judgements: tension, its change since `then`, words and deeds, dependence, what assessors hold.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> gap = an.conduct(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> composite = an.composite(rel.indicators, of=rel.side_a.id)
    >>> said = an.findings.bottom_line(rel, share, gap, composite)
    >>> all(item.sources for item in said.items if item.records)
    True
    """
    acts = acts_of(rel)
    level = tension_level(rel, share, half_life)
    if acts.empty:
        return Findings((level,))
    earlier = pd.Timestamp(then) if then else rel.cutoff - pd.DateOffset(years=1)
    covered = acts["start"].min() < earlier < rel.cutoff
    change = (tension_change(rel, earlier, half_life),) if covered else ()
    return Findings((level, *change, words_and_deeds(rel, gap), dependence(rel, composite), assessors(rel)))


def title(rel: Relationship, share: pd.DataFrame, composite: pd.DataFrame) -> str:
    """Return a document's title: tension against its long-run level, and where dependence stands.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> composite = an.composite(rel.indicators, of=rel.side_a.id)
    >>> isinstance(an.findings.title(rel, share, composite), str)
    True
    """
    series = share_of(share)
    if series.empty:
        return f"{rel.title}: nothing recorded"
    last, usual = series.iloc[-1], long_run(rel)
    tension = f"Tension {against(last, usual)} its long-run level ({last['value']:.2f} against {usual:.2f})"
    whole = composite_of(composite)
    if len(whole) < 5:
        return tension
    now, first = whole.iloc[-1], int(whole["date"].iloc[0].year)
    highest = now["value"] >= whole["value"].max()
    place = f"at its highest since {first}" if highest else f"at {now['value']:.2f} in {now['date'].year}"
    return f"{tension}; {rel.side_a.name}'s dependence {place}"


def key_figures(share: pd.DataFrame, composite: pd.DataFrame) -> dict[str, float]:
    """Return the last tension share and the last value of the dependence composite, where there are any.

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
    return {name: round(float(rows["value"].iloc[-1]), 3) for name, rows in series.items() if len(rows)}
