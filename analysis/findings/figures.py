"""Key figures, the table under page one: each measure with its band, its value before, how sure it is, what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.findings.basis import last_briefing
from analysis.findings.citing import best_sources
from analysis.findings.display import Table
from analysis.findings.positions import FEW_VOICES
from analysis.findings.shares import chosen
from analysis.findings.statement import Statement
from analysis.findings.tension import confidence, standing, tension_change
from analysis.findings.wording import covered, in_words, missing, number, signed, significant

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

COLUMNS = ("measure", "value", "band", "before", "sure", "says")


def figures(
    rel: Relationship, share: pd.DataFrame, *, then: str | pd.Timestamp | None = None, half_life: str = "180D"
) -> Table:
    """Return the key figures: tension, one share of each domain, assessors; those for which enough is recorded.

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

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2022-01-01", end=rel.cutoff, draws=50)
    >>> an.findings.figures(rel, share).frame.shape[1]
    6
    """
    since = last_briefing(rel, then)
    rows = [*_tension(rel, share, since, half_life), *_shares(rel), *_positions(rel, since)]
    frame = pd.DataFrame([cells for cells, _ in rows], columns=[_text(f"figures.{name}") for name in COLUMNS])
    caption = _text("figures.caption", day=rel.cutoff, since=since)
    sources = [best_sources(rel, records, most=1) for _, records in rows]
    return Table(frame, caption, "key-figures", sources, (29, 8, 14, 9, 22, 38))


def _text(key: str, **facts: Any) -> str:
    return Statement(key, facts).text


def _range(low: Any, high: Any, word: Any) -> str:
    return "" if missing(low) or missing(high) else _text("figures.range", low=word(low), high=word(high))


def _tension(rel: Relationship, share: pd.DataFrame, since: pd.Timestamp, half_life: str) -> list[Any]:
    level = standing(rel, share, half_life)
    if level.key != "tension.level":
        return []
    sure, moved = confidence(rel, share, half_life), tension_change(rel, since, half_life).statements
    cells = [
        _text("figures.share"),
        number(level.facts["value"]),
        _range(level.facts["band"][0], level.facts["band"][1], number),
        number(moved[0].facts["then"]) if moved else "",
        _text("figures.share_sure", **sure.facts),
        _text("figures.share_says", now=level.facts["value"], usual=level.facts["usual"]),
    ]
    return [(cells, level.records)]


def _shares(rel: Relationship) -> list[Any]:
    rows = []
    for _, row in chosen(rel).iterrows():
        before, key = not missing(row["value_before"]), (f"indicator:{row['indicator']}@{row['period']}",)
        facts = {"day": in_words(covered(row["start"], row["end"]))}
        facts |= {"day_before": in_words(covered(row["start_before"], row["end_before"]))} if before else {}
        cells = [
            _text("figures.bilateral", name=row["name"]),
            significant(row["value"]),
            _range(row["low"], row["high"], significant),
            significant(row["value_before"]) if before else "",
            _text(f"figures.{row['state'] if best_sources(rel, key) else 'unpaged'}", basis=row["basis"]),
            _text("figures.bilateral_says_before" if before else "figures.bilateral_says", **facts),
        ]
        rows.append((cells, key))
    return rows


def _positions(rel: Relationship, since: pd.Timestamp) -> list[Any]:
    from analysis.measures.positions import SCALES, position_trend

    rows = []
    for scale in reversed(SCALES):
        if not rel.assessments[scale].notna().any():
            continue
        now, then = (
            position_trend(rel.assessments, scale=scale, window="365D", end=day).iloc[-1:].to_dict("records")
            for day in (rel.cutoff, max(since, rel.assessments["end"].min()))
        )
        if not now or now[0]["voices"] < FEW_VOICES:
            continue
        cells = [
            _text(f"figures.{scale}", a=rel.side_a.name),
            signed(now[0]["value"], 1),
            _range(now[0]["low"], now[0]["high"], lambda bound: signed(bound, 1)),
            signed(then[0]["value"], 1) if then and then[0]["voices"] >= FEW_VOICES else "",
            _text("figures.voices", voices=int(now[0]["voices"])),
            _text("figures.position_says"),
        ]
        rows.append((cells, ()))
    return rows
