"""What assessors hold, and where their middle lies.

An assessment scores how tense the relationship is and how far side A is subordinated to side B, each on an ordinal
scale from -2 to 2. The scores were read out of texts, so a difference of one step is within reach of another reader.
`positions` lists them as they are.

`position_trend` takes the middle of what is held in a year or a rolling window. Organisations publish unevenly, and
one institute with a daily update would otherwise be the trend; so every organisation has one voice: the median of its
scores in the window, and the trend is the median of these. The interval comes from resampling the voices. It says how
far the middle depends on who happens to be in the record, not how right they are.

A voice is an organisation; where none is given, or the text says only that the author is independent, it is the
assessor; a judgement with neither name is a voice of its own.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures._frames import require
from analysis.measures._sampling import Floats, Ints, alone, bootstrap, fraction
from analysis.measures.options import check_option, length
from analysis.record.dates import midpoint

Scale = Literal["tension", "subordination"]
SCALES: tuple[Scale, ...] = ("tension", "subordination")
LEVELS = (-2, -1, 0, 1, 2)

_NO_ORGANISATION = r"^(?:independent|institution not shown|unknown|anonymous)\b"
_KEYS = ["assessment_id", "assessor", "organisation", "assessor_kind", "subject", "grade"]


def voices(assessments: pd.DataFrame) -> pd.Series:
    """Name the voice behind each assessment; see the module's docstring."""
    organisation = assessments["organisation"].astype("str").str.strip()
    organisation = organisation.mask(organisation.str.contains(_NO_ORGANISATION, case=False, na=True))
    assessor = (
        assessments["assessor"].astype("str").str.strip().replace("", None) if "assessor" in assessments else None
    )
    named = organisation.replace("", None)
    if assessor is not None:
        named = named.fillna(assessor)
    return named.fillna("anonymous: " + assessments["assessment_id"].astype("str"))


def positions(assessments: pd.DataFrame) -> pd.DataFrame:
    """List every score of every assessment.

    Parameters
    ----------
    assessments : DataFrame
        Needs `assessment_id`, `start`, `end`, `organisation`, `tension`, `subordination`; the other keys below where
        present.

    Returns
    -------
    DataFrame
        One row per score: `date` (middle day of the assessment's date), `start`, `end`, `measure` ("tension",
        "subordination"), `value` (-2, -1, 0, 1 or 2: higher is tenser, more subordinated), `low`, `high` (missing: a
        single judgement has no band), `voice`, and `assessment_id`, `assessor`, `organisation`, `assessor_kind`,
        `subject`, `grade` where the table has them. A score that was not given has no row. Sorted by date, assessment
        and measure.

    Raises
    ------
    OptionError
        If a score is none of -2, -1, 0, 1, 2; the message names the assessment.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> scores = an.positions(rel.assessments)
    >>> sorted(scores["measure"].unique())
    ['subordination', 'tension']
    """
    require(assessments, ["assessment_id", "start", "end", "organisation", *SCALES], "positions")
    base = assessments.assign(date=midpoint(assessments["start"], assessments["end"]), voice=voices(assessments))
    keys = [name for name in _KEYS if name in base]
    parts = []
    for scale in SCALES:
        scored = base[base[scale].notna()]
        columns = scored[["date", "start", "end", "voice", *keys]]
        parts.append(columns.assign(measure=scale, value=_scores(scored, scale), low=np.nan, high=np.nan))
    table = pd.concat(parts, ignore_index=True).sort_values(["date", "assessment_id", "measure"], kind="stable")
    return table[["date", "start", "end", "measure", "value", "low", "high", "voice", *keys]].reset_index(drop=True)


def _scores(scored: pd.DataFrame, scale: Scale) -> pd.Series:
    """Return the scores of rows that have one, each found on the scale."""
    value = scored[scale].astype("float64")
    wrong = (~value.isin(LEVELS)).to_numpy()
    if wrong.any():
        name = scored["assessment_id"].to_numpy()[wrong][0]
        raise OptionError(f"assessment {name}", scale, "-2, -1, 0, 1 or 2", value.to_numpy()[wrong][0])
    return value


def position_trend(
    assessments: pd.DataFrame,
    *,
    scale: Scale = "tension",
    window: str = "year",
    statistic: Literal["median", "mean"] = "median",
    end: str | pd.Timestamp | None = None,
    min_voices: int = 5,
    confidence: float = 0.9,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Follow the middle of what assessors hold, one voice an organisation.

    Parameters
    ----------
    assessments : DataFrame
        As for `positions`.
    scale : {"tension", "subordination"}
        Which score.
    window : str
        "year" for years that end on the day and month of the last day, or a length such as "730D": then each quarter's
        end looks back that long. The last window is the year, or the length, up to the last day in both.
    statistic : {"median", "mean"}
        Of the voices; a voice itself is the median of its scores in the window. On five steps the median moves in
        jumps, which the mean does not; the mean takes the steps for equally wide.
    end : day, optional
        Last day; the last assessment's by default. The last window ends there.
    min_voices : int
        With fewer voices the state is "too few" and no interval is given: three voices that happen to agree would look
        certain.
    confidence, draws, seed
        Percentile bootstrap over the voices of each window.

    Returns
    -------
    DataFrame
        `date` (last day of the window), `start`, `end` (of the window), `measure` ("position_tension" or
        "position_subordination"), `value` (-2 to 2, missing without assessments), `low`, `high`, `assessments`,
        `voices` (counts), `state`: scored, too few or none.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> trend = an.position_trend(rel.assessments, end=rel.cutoff, draws=50)
    >>> bool(trend["value"].dropna().between(-2, 2).all())
    True
    """
    check_option("position_trend", "scale", scale, SCALES)
    check_option("position_trend", "statistic", statistic, ["median", "mean"])
    fraction(confidence, "position_trend", "confidence")
    require(assessments, ["assessment_id", "start", "end", "organisation", *SCALES], "position_trend")
    scored = assessments[assessments[scale].notna()]
    days = midpoint(scored["start"], scored["end"])
    # In the order of names: an interval must not depend on the order of rows.
    voice, score = pd.factorize(voices(scored), sort=True)[0], _scores(scored, scale).to_numpy()
    order = np.lexsort((score, voice))
    voice, score, date = voice[order], score[order], days.to_numpy()[order]
    middle = np.median if statistic == "median" else np.mean
    rows = []
    for first, last in _windows(days, window, end):
        inside = (date >= first.to_datetime64()) & (date <= last.to_datetime64())
        held = _held(voice[inside], score[inside])
        value = float(middle(held)) if len(held) else float("nan")
        low = high = float("nan")
        if len(held) >= min_voices:
            told = [seed, last.toordinal()]
            low, high = bootstrap(middle, (held,), alone(len(held)), confidence=confidence, draws=draws, seed=told)
        state = "none" if not len(held) else "scored" if len(held) >= min_voices else "too few"
        rows.append((last, first, last, f"position_{scale}", value, low, high, inside.sum(), len(held), state))
    columns = ["date", "start", "end", "measure", "value", "low", "high", "assessments", "voices", "state"]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"date": "datetime64[us]", "start": "datetime64[us]", "end": "datetime64[us]"})


def _held(voice: Ints, score: Floats) -> Floats:
    """Return the median of each voice's scores; rows are sorted by voice, then score."""
    first = np.flatnonzero(np.diff(voice, prepend=-1))
    count = np.diff(first, append=len(voice))
    middle: Floats = (score[first + (count - 1) // 2] + score[first + count // 2]) / 2
    return middle


def _windows(dates: pd.Series, window: str, end: str | pd.Timestamp | None) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    if dates.empty:
        return []
    last = pd.Timestamp(end) if end is not None else dates.max()
    if window == "year":
        count = max(1, last.year - dates.min().year + 1)
        closing = [last - pd.DateOffset(years=back) for back in range(count, -1, -1)]
        windows = [(since + pd.Timedelta(days=1), until) for since, until in pairwise(closing)]
        return [window for window in windows if window[1] >= dates.min()]
    days = length(window, "position_trend", "window").days
    ends = pd.date_range(dates.min(), last, freq="QE").normalize()
    closing = [*ends, last] if not len(ends) or ends[-1] < last else list(ends)
    return [(day - pd.Timedelta(days=days - 1), day) for day in closing]
