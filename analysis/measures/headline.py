"""Every measure that has one number a day, in one list; and the numbers of a record's last day.

`MEASURES` says of each what it is called, in which unit and range, which way is up, and where its method stands; tables
and documents read it. A measure with `read` stands in every headline and in every table of what changed: a new one is
its module and its entry here. The bands are not of one kind: resampled ones say how far the number hangs on single
events or judgements, the composite's how far it hangs on a single indicator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from analysis.measures.composite import composite
from analysis.measures.event_dependence import event_dependence
from analysis.measures.forecasts import brier
from analysis.measures.positions import SCALES, Scale, position_trend
from analysis.measures.tension import tension

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

_COLUMNS = ["date", "measure", "value", "low", "high", "band"]
Band = Literal["resampled", "posterior", "one out", "none"]


@dataclass(frozen=True)
class Measure:
    """One measure.

    Parameters
    ----------
    label : str
        As a table names it, with its range.
    unit : str
        Of its values.
    low, high : float
        Its range; infinite where there is no bound.
    upwards : str
        What a higher value means.
    band : {"resampled", "posterior", "one out", "none"}
        What `low` and `high` of its rows are; "one out" is lowest and highest value with one part left out.
    method : str
        The heading of docs/methods.md that explains it, as a link has it.
    read : function, optional
        Reads it, and those that share the function, off a record on its last day, from the record, `half_life`,
        `confidence`, `draws` and `seed`: rows of the measure's own frame.
    """

    label: str
    unit: str
    low: float
    high: float
    upwards: str
    band: Band
    method: str
    read: Callable[..., pd.DataFrame] | None = None


def _index(rel: Relationship, half_life: str, confidence: float, **drawn: Any) -> pd.DataFrame:
    return tension(rel.events, start=rel.cutoff, end=rel.cutoff, half_life=half_life, band=confidence, **drawn)


def _composite(rel: Relationship, **_: object) -> pd.DataFrame:
    whole = composite(rel.indicators, of=rel.side_a.id)
    return whole[(whole["measure"] == "composite") & whole["value"].notna()].tail(1)


def _shifts(rel: Relationship, half_life: str, confidence: float, **drawn: Any) -> pd.DataFrame:
    return event_dependence(rel.events, end=rel.cutoff, band=confidence, **drawn).tail(1)


def _position(rel: Relationship, half_life: str, scale: Scale, **drawn: Any) -> pd.DataFrame:
    return position_trend(rel.assessments, scale=scale, window="365D", end=rel.cutoff, **drawn).tail(1)


def _brier(rel: Relationship, half_life: str, **drawn: Any) -> pd.DataFrame:
    scores = brier(rel.forecasts, **drawn)
    return scores[scores["deadline_basis"] == "stated"].head(1).assign(date=rel.cutoff)


_INF, _TENSER, _POINTS, _DRAWN = float("inf"), "tenser", "Goldstein points", "resampled"
_TENSION = "tension-tension-long_run-sensitivity"
_PEAK, _TURNS = "the-highest-points-of-a-period-peak-peaks", "turning-points-turning_points"
_CHANCE = "propensity-propensity-propensity_change-influence"
_CONDUCT = "rhetoric-against-conduct-conduct-conduct_periods"
_COMPOSITE = "composite-of-dependence-composite-decompose"
_SHIFT = "Coded dependence shifts, cumulated"
_SHIFTS = "event-coded-dependence-event_dependence-dependence_check"
_VIEWS, _MEET = "positions-positions-position_trend", "meetings-meetings_per_year-meetings_held"
_SCORES = "forecasts-resolve-brier-open_forecasts"
_WARM, _UNDER = (partial(_position, scale=scale) for scale in SCALES)
_RANK, _BRIER = "Assessors on subordination, −2 to 2", "Brier score of forecasts with a stated deadline, 0 to 1"

# label, unit, range, what a higher value means, band, method, read
_ROWS: Mapping[str, tuple[Any, ...]] = {
    "conflict": ("Conflict, decayed Goldstein points", _POINTS, 0, _INF, _TENSER, _DRAWN, _TENSION, _index),
    "cooperation": ("Cooperation, decayed Goldstein points", _POINTS, 0, _INF, "calmer", _DRAWN, _TENSION, _index),
    "tension_share": ("Tension share, 0 to 1", "share", 0, 1, _TENSER, _DRAWN, _TENSION, _index),
    "composite": ("Dependence composite, 0 to 1", "rank", 0, 1, "dependent", "one out", _COMPOSITE, _composite),
    "event_dependence": (_SHIFT, "step", -_INF, _INF, "dependent", _DRAWN, _SHIFTS, _shifts),
    "position_tension": ("Assessors on tension, −2 to 2", "step", -2, 2, _TENSER, _DRAWN, _VIEWS, _WARM),
    "position_subordination": (_RANK, "step", -2, 2, "subordinate", _DRAWN, _VIEWS, _UNDER),
    "brier": (_BRIER, "score", 0, 1, "worse", _DRAWN, _SCORES, _brier),
    "tension_peak": ("Highest tension share, 0 to 1", "share", 0, 1, _TENSER, _DRAWN, _PEAK),
    "propensity": ("Chance that an act is of conflict, 0 to 1", "chance", 0, 1, _TENSER, "posterior", _CHANCE),
    "propensity_change": ("Change of that chance, −1 to 1", "chance", -1, 1, _TENSER, "posterior", _CHANCE),
    "verbal": ("Tension share of words, 0 to 1", "share", 0, 1, _TENSER, _DRAWN, _CONDUCT),
    "material": ("Tension share of deeds, 0 to 1", "share", 0, 1, _TENSER, _DRAWN, _CONDUCT),
    "gap": ("Tension share of words less deeds, −1 to 1", "share", -1, 1, "words tenser", _DRAWN, _CONDUCT),
    "meetings": ("Meetings of the leaders, a year", "meetings", 0, _INF, "more meetings", "none", _MEET),
    "turning_point": ("Change of the mean score, −20 to 20", _POINTS, -20, 20, _TENSER, _DRAWN, _TURNS),
}
MEASURES: Mapping[str, Measure] = {name: Measure(*row) for name, row in _ROWS.items()}


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
        `low` and `high` are), in the order of `analysis.MEASURES`: "conflict", "cooperation" (Goldstein points) and
        "tension_share" (0-1) on the cut-off; "composite" (0-1, of the last year that has one) and "event_dependence"
        (cumulated shifts, on the day of the last coded event); "position_tension" and "position_subordination" (median
        voice of the 365 days up to the cut-off, -2 to 2); "brier" (mean score of the forecasts decided by then whose
        author stated the deadline, 0-1).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> figures = an.headline(rel, draws=50)
    >>> bool((figures["low"].dropna() <= figures["high"].dropna()).all())
    True
    """
    asked = {"half_life": half_life, "confidence": confidence, "draws": draws, "seed": seed}
    parts = [read(rel, **asked) for read in dict.fromkeys(one.read for one in MEASURES.values()) if read]
    table = pd.concat([part.reindex(columns=_COLUMNS) for part in parts if len(part)], ignore_index=True)
    kinds = {"resampled": f"{confidence * 100:g}% interval, resampled", "one out": "leaving out one part"}
    table["band"] = [kinds.get(one := MEASURES[name].band, one) for name in table["measure"]]
    return table[table["value"].notna()].reset_index(drop=True)
