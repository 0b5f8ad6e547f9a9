"""The one number of each measure on the last day of a record.

A briefing opens with them and a comparison of two states of the record sets them side by side. Each is read off the
measure of that name on the record's cut-off; nothing new is computed here. The bands are not of one kind: resampled
ones say how far the number hangs on single events or judgements, the composite's says how far it hangs on a single
indicator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.measures.composite import composite
from analysis.measures.event_dependence import event_dependence
from analysis.measures.forecasts import brier
from analysis.measures.positions import SCALES, Scale, position_trend
from analysis.measures.tension import tension

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

_COLUMNS = ["date", "measure", "value", "low", "high", "band"]


def headline(
    rel: Relationship,
    *,
    half_life: str = "180D",
    confidence: float = 0.9,
    draws: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Read every measure on the record's cut-off.

    Parameters
    ----------
    rel : Relationship
        As loaded, cut or not.
    half_life : str
        Of the tension measures.
    confidence, draws, seed
        Of all resampled bands.

    Returns
    -------
    DataFrame
        One row per measure: `date`, `measure`, `value`, `low`, `high` (missing where there is none) and `band` (what
        `low` and `high` are). Measures: "conflict", "cooperation" (Goldstein points) and "tension_share" (0-1) on the
        cut-off; "composite" (0-1, of the last year that has one) and "event_dependence" (cumulated shifts, on the day
        of the last coded event); "position_tension" and "position_subordination" (median voice of the 365 days up to
        the cut-off, -2 to 2); "brier" (mean score of the forecasts decided by then whose author stated the deadline,
        0-1).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> figures = an.headline(rel, draws=50)
    >>> bool((figures["low"].dropna() <= figures["high"].dropna()).all())
    True
    """
    resampled = f"{confidence * 100:g} % interval, resampled"
    day = rel.cutoff
    index = tension(rel.events, start=day, end=day, half_life=half_life, band=confidence, draws=draws, seed=seed)
    whole = composite(rel.indicators, of=rel.side_a.id)
    shifts = event_dependence(rel.events, end=day, band=confidence, draws=draws, seed=seed)
    parts = [
        index.assign(band=resampled),
        whole[(whole["measure"] == "composite") & whole["value"].notna()].tail(1).assign(band="leaving out one part"),
        shifts.tail(1).assign(band=resampled),
        *(_position(rel.assessments, scale, day, confidence, draws, seed).assign(band=resampled) for scale in SCALES),
        _brier(rel, confidence, draws, seed).assign(date=day, band=resampled),
    ]
    table = pd.concat([part.reindex(columns=_COLUMNS) for part in parts if len(part)], ignore_index=True)
    return table[table["value"].notna()].reset_index(drop=True)


def _brier(rel: Relationship, confidence: float, draws: int, seed: int) -> pd.DataFrame:
    scores = brier(rel.forecasts, confidence=confidence, draws=draws, seed=seed)
    return scores[scores["deadline_basis"] == "stated"].head(1)


def _position(
    assessments: pd.DataFrame, scale: Scale, day: pd.Timestamp, confidence: float, draws: int, seed: int
) -> pd.DataFrame:
    trend = position_trend(
        assessments, scale=scale, window="365D", end=day, confidence=confidence, draws=draws, seed=seed
    )
    return trend.tail(1)
