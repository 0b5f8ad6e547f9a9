"""What stands at the head of a document: its title, its bottom line, its key figures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.basis import composite_of, finding, last_briefing, share_of
from analysis.findings.display import Findings
from analysis.findings.happened import around, happened
from analysis.findings.outlook import watch
from analysis.findings.positions import assessors
from analysis.findings.shares import shares
from analysis.findings.statement import Statement
from analysis.findings.tension import standing, tension_change
from analysis.findings.wording import MONTHS

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

NUMBERS = 12  # in the bottom line; days and the numbers of types (S-400) are none
_MONTH = "|".join(name if len(name) < 4 else f"{name}|{name[:3]}" for name in MONTHS)
_DAY = re.compile(rf"(\b\d{{1,2}}( to \d{{1,2}})? )?\b({_MONTH})\b( \d{{4}})?|\b(19|20)\d\d\b(?!%)")
_NUMBER = re.compile(r"(?<![\w-])\d[\d,.]*")


def numbers(text: str) -> list[str]:
    """Return the numbers in a text, without its days, months and years.

    >>> numbers("By 6 April 2023 they took 57% after 41.1% in 2021; S-400 and 1.4 billion")
    ['57', '41.1', '1.4']
    """
    return [found.rstrip(".,") for found in _NUMBER.findall(_DAY.sub("", text))]


def bottom_line(
    rel: Relationship,
    share: pd.DataFrame,
    *,
    then: str | pd.Timestamp | None = None,
    half_life: str = "180D",
    most: int = 3,
) -> Findings:
    """Return page one: an arrow with its reason, then what stood around the two, what happened between them, what it
    means for dependence, what assessors hold and what to watch.

    Each point is one sentence; one for which too little is recorded is left out. With more than twelve numbers fewer
    acts, shares and forecasts are named.

    Parameters
    ----------
    rel : Relationship
        The record.
    share : DataFrame
        What `analysis.tension` returned for a period up to the cut-off.
    then : day, optional
        Day of the last briefing; a year before the cut-off when absent.
    half_life : str
        As given to `analysis.tension`.
    most : int
        Episodes of acts and shares that are named at most; of forecasts two.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2022-01-01", end=rel.cutoff, draws=50)
    >>> line = an.findings.bottom_line(rel, share)
    >>> all(item.sources for item in line.items if item.records)
    True
    """
    since = last_briefing(rel, then)
    lead = tension_change(rel, since, half_life)
    if not lead.text:
        level = standing(rel, share, half_life)
        key = "tension.first" if level.key == "tension.level" else level.key
        lead = finding(rel, [Statement(key, {**level.facts, "since": since}, level.records)], most=2)
    told = [record.removeprefix("events:") for record in lead.records]
    points = [around(rel, since), None, None, None, assessors(rel), None]
    for named in range(most, 0, -1):
        points[1:3] = happened(rel, since, half_life, most=named, told=told)
        points[3], points[5] = shares(rel, named), watch(rel, min(named, 2))
        items = tuple(point for point in points if point is not None and point.text)
        if len(numbers(" ".join(item.text for item in (lead, *items)))) <= NUMBERS:
            break
    return Findings(items, lead)


def title(
    rel: Relationship, share: pd.DataFrame, half_life: str = "180D", *, then: str | pd.Timestamp | None = None
) -> str:
    """Return a document's title: how tense it is against usual, and since the last briefing; or how little is recorded.

    A document on a part of the acts says so first.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2022-01-01", end=rel.cutoff, draws=50)
    >>> an.findings.title(rel, share)
    'Belarus and Russia calmer than usual, no clear change since 6 April 2022'
    """
    level, since = standing(rel, share, half_life), last_briefing(rel, then)
    if level.key != "tension.level":
        return Statement(level.key.replace("tension.", "title."), level.facts).text
    moved = [said.key.split(".")[1].split("_")[0] for said in tension_change(rel, since, half_life).statements]
    key = ".".join(["title", level.facts["place"], *(word for word in moved if word != "quiet")])
    whole = Statement(key, {**level.facts, "since": since}).text
    return Statement("title.part", {"part": rel.only_acts, "whole": whole}).text if rel.only_acts else whole


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
