"""Do assessors agree, and does what they say move with events?

`agreement` is Krippendorff's alpha for ordinal scores. A unit is one subject in one window of time; its coders are the
voices (organisations, see `analysis.measures.positions`) that judged it there, each with its last score in the window.
Units judged by one voice say nothing about agreement and are left out. Alpha is 1 for perfect agreement, 0 for what
chance would give, negative for systematic disagreement. Assessors write about different facets of a subject and at
different months of a window, so alpha here is a floor for what a common questionnaire would show.

`assessors_vs_events` asks whether the assessors' tension goes with the event index of the same day or of some time
before. Both were read from much the same news, so a correlation shows that they hang together, not that either is
right. A decayed index remembers, so it follows events by about its half-life while an assessor reads the news at once:
a correlation that is highest at lag 0, or with the index of some time later (a negative lag), is what to expect and no
sign of foresight.

References
----------
Krippendorff (2011), Computing Krippendorff's alpha-reliability; (2019), Content Analysis, chapter 12. Spearman (1904),
American Journal of Psychology 15(1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import OptionError
from analysis.measures._frames import Floats, require
from analysis.measures._sampling import alone, bootstrap, clusters, fraction, rank_correlation
from analysis.measures.options import check_option, length
from analysis.measures.positions import LEVELS, SCALES, Scale, positions

Counts = NDArray[np.int64]


def agreement(
    assessments: pd.DataFrame,
    *,
    scale: Scale = "tension",
    window: str = "year",
    min_units: int = 10,
    min_pairs: int = 20,
    confidence: float = 0.9,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how far organisations agree on the same subject in the same window.

    Parameters
    ----------
    assessments : DataFrame
        As for `positions`, with `subject`.
    scale : {"tension", "subordination"}
        Which score.
    window : str
        "year" for calendar years, or a length such as "365D": then windows follow one another from 1 January of the
        first assessment's year (and drift against the calendar by the leap days).
    min_units, min_pairs : int
        Below either number the state is "too few" and no alpha is given.
    confidence, draws, seed
        Percentile bootstrap over units. Resamples without any variation have no alpha and are left out.

    Returns
    -------
    DataFrame
        One row for all subjects together (`subject` "all", first) and one per subject: `period` (days of the first and
        last score used), `subject`, `measure` ("alpha_tension" or "alpha_subordination"), `value` (up to 1), `low`,
        `high`, `units` (with two voices or more), `pairs` (of voices within units), `voices` (distinct), `within_one`
        (share of pairs at most one step apart, 0 to 1; missing without pairs), `state`: scored, too few, or "no
        variation" (all scores are the same: alpha is 0/0).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> frame = an.agreement(rel.assessments, draws=50)
    >>> frame.loc[0, ["subject", "state"]].tolist()
    ['all', 'scored']
    """
    check_option("agreement", "scale", scale, SCALES)
    fraction(confidence, "agreement", "confidence")
    require(assessments, ["subject"], "agreement")
    table = units(assessments, scale=scale, window=window)
    subjects = ["all", *sorted(table["subject"].unique())]
    rows = []
    for subject in subjects:
        part = table if subject == "all" else table[table["subject"] == subject]
        counts = _counts(part)
        pairs = int((counts.sum(axis=1) * (counts.sum(axis=1) - 1) // 2).sum())
        state = "too few" if len(counts) < min_units or pairs < min_pairs else "scored"
        if state == "scored" and (counts.sum(axis=0) > 0).sum() < 2:
            state = "no variation"
        value = low = high = float("nan")
        if state == "scored":
            value = alpha(counts)
            groups = alone(len(counts))
            low, high = bootstrap(alpha, (counts,), groups, confidence=confidence, draws=draws, seed=seed)
        period = f"{part['date'].min():%Y-%m-%d}/{part['date'].max():%Y-%m-%d}" if len(part) else ""
        row = {
            "period": period,
            "subject": subject,
            "measure": f"alpha_{scale}",
            "value": value,
            "low": low,
            "high": high,
        }
        within = _within_one(counts)
        voices_ = part["voice"].nunique()
        rows.append(
            {**row, "units": len(counts), "pairs": pairs, "voices": voices_, "within_one": within, "state": state}
        )
    return pd.DataFrame(rows)


def units(assessments: pd.DataFrame, *, scale: Scale = "tension", window: str = "year") -> pd.DataFrame:
    """List the scores that enter `agreement`.

    Returns
    -------
    DataFrame
        One row per voice in a unit with two voices or more: `subject`, `window`, `until` (first and last day),
        `voice`, `value`, `date` (of the voice's last assessment in the window; among several of one day the last by
        id).
    """
    scores = positions(assessments)
    scores = scores[scores["measure"] == scale].sort_values(["date", "assessment_id"], kind="stable")
    if scores.empty:
        return scores.assign(window=scores["date"], until=scores["date"])[
            ["subject", "window", "until", "voice", "value", "date"]
        ]
    if window == "year":
        calendar = scores["date"].dt.to_period("Y").dt
        scores["window"], scores["until"] = calendar.start_time, calendar.end_time.dt.normalize()
    else:
        span = length(window, "agreement", "window").floor("D")
        origin = pd.Timestamp(scores["date"].min().year, 1, 1)
        scores["window"] = origin + (scores["date"] - origin) // span * span
        scores["until"] = scores["window"] + span - pd.Timedelta(days=1)
    last = scores.groupby(["subject", "window", "voice"], sort=True).last().reset_index()
    several = last.groupby(["subject", "window"])["voice"].transform("size") > 1
    return last.loc[several, ["subject", "window", "until", "voice", "value", "date"]].reset_index(drop=True)


def alpha(counts: Counts, level: str = "ordinal", values: Floats | None = None) -> float:
    """Return Krippendorff's alpha.

    Pairs of values within units are compared with pairs of all values. The ordinal distance of two levels is the
    squared difference of their midranks: the values from the one to the other, both ends counted half. The nominal one
    is 1 for different levels; that of an interval scale is the squared difference of `values`.

    Parameters
    ----------
    counts : array of int, units by levels
        How many voices gave each level in each unit; units of fewer than two voices are left out.
    level : {"ordinal", "nominal", "interval"}
        Of the scale.
    values : array of float, optional
        What the levels stand for, on an interval scale.

    Returns
    -------
    float
        Up to 1; missing when the values do not vary.
    """
    pairable = counts[counts.sum(axis=1) > 1].astype("float64")
    levels = pairable.sum(axis=0)
    if (levels > 0).sum() < 2:
        return float("nan")
    weighted = pairable / (pairable.sum(axis=1, keepdims=True) - 1)
    observed = pairable.T @ weighted - np.diag(weighted.sum(axis=0))
    place = levels.cumsum() - levels / 2 if values is None else values
    distance = (place[:, None] - place) ** 2
    if level == "nominal":
        distance = (distance > 0).astype("float64")
    return float(1 - (levels.sum() - 1) * (observed * distance).sum() / (levels @ distance @ levels))


def _counts(table: pd.DataFrame) -> Counts:
    levels = table["value"].astype("int64").to_numpy() - LEVELS[0]
    unit = table.groupby(["subject", "window"], sort=True).ngroup().to_numpy()
    counts = np.zeros((unit.max() + 1 if len(unit) else 0, len(LEVELS)), dtype=np.int64)
    np.add.at(counts, (unit, levels), 1)
    return counts


def _within_one(counts: Counts) -> float:
    total = counts.sum(axis=1)
    pairs = (total * (total - 1) / 2).sum()
    same = (counts * (counts - 1) / 2).sum()
    neighbours = (counts[:, :-1] * counts[:, 1:]).sum()
    return float((same + neighbours) / pairs) if pairs else float("nan")


def assessors_vs_events(
    assessments: pd.DataFrame,
    share: pd.DataFrame,
    *,
    lags: Sequence[int] = (0, 30, 90, 180),
    min_n: int = 20,
    min_blocks: int = 5,
    confidence: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Correlate assessors' tension with the event index on the same day and before.

    Parameters
    ----------
    assessments : DataFrame
        As for `positions`.
    share : DataFrame
        Result of `tension` for the whole dyad: `date`, `measure`, `value`; the rows with measure "tension_share" are
        used, and each date must stand there once.
    lags : sequence of int
        Days before (below 0: after) the assessment's middle day at which the index is read (its last point on or
        before that day). Assessments from before the index begins are left out.
    min_n, min_blocks : int
        Fewer assessments, or calendar years with any, give the state "too few" and no value.
    confidence, draws, seed
        Percentile bootstrap over calendar years: the index is smooth, so assessments of one year share its level.

    Returns
    -------
    DataFrame
        One row per lag: `period` (first/last assessment used), `measure` ("rank_correlation"), `value` (Spearman's
        rho, -1 to 1), `low`, `high`, `lag_days`, `n` (assessments), `voices`, `years`, `state`: scored or too few.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, freq="D", band=None)
    >>> an.assessors_vs_events(rel.assessments, share, draws=50)["lag_days"].tolist()
    [0, 30, 90, 180]
    """
    require(share, ["date", "measure", "value"], "assessors_vs_events")
    fraction(confidence, "assessors_vs_events", "confidence")
    index = share[(share["measure"] == "tension_share") & share["value"].notna()].sort_values("date", kind="stable")
    if index["date"].duplicated().any():
        raise OptionError("assessors_vs_events", "share", "one series", "several values of one day", "Choose one key.")
    scores = positions(assessments)
    scores = scores[scores["measure"] == "tension"].reset_index(drop=True)
    rows = []
    for lag in lags:
        place = np.searchsorted(index["date"], scores["date"] - pd.Timedelta(days=int(lag)), side="right") - 1
        used = scores[place >= 0].reset_index(drop=True)
        x = used["value"].to_numpy(dtype=np.float64)
        y = index["value"].to_numpy(dtype=np.float64)[place[place >= 0]]
        years = used["date"].dt.year
        scored = len(used) >= min_n and years.nunique() >= min_blocks
        value = low = high = float("nan")
        if scored:
            value = rank_correlation(x, y)
            groups = clusters(years)
            low, high = bootstrap(rank_correlation, (x, y), groups, confidence=confidence, draws=draws, seed=seed)
        period = f"{used['date'].min():%Y-%m-%d}/{used['date'].max():%Y-%m-%d}" if len(used) else ""
        row = {
            "period": period,
            "measure": "rank_correlation",
            "value": value,
            "low": low,
            "high": high,
            "lag_days": int(lag),
        }
        counts = {"n": len(used), "voices": used["voice"].nunique(), "years": years.nunique()}
        rows.append({**row, **counts, "state": "scored" if scored else "too few"})
    return pd.DataFrame(rows)
