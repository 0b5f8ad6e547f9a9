"""Were they right? Forecasts against what happened.

A forecast's probability is the middle of the range that the author's own word stands for (codebook `estimative.csv`,
ICD 203 and PHIA), and its score is the Brier score (p - o)^2 with o = 1 for true and 0 for false: 0 is perfect, 0.25
is what "fifty-fifty" always earns. Because a word is a range and not a number, every mean score is accompanied by the
best and the worst that any choice of numbers inside the ranges could have given.

Five judgement calls. *Partly* fulfilled propositions are left out and counted: the Brier score is made for what
happens or does not, and an outcome of one half would pay those who never commit themselves; `partly="half"` scores
them as 0.5. *Open* ones are left out and counted. *Deadlines* that the coder had to set are kept apart from those the
author stated, since a kind horizon makes a prophet: the stated ones come first, and the two are pooled in the rows
"all" alone, which no headline reads. *Selection*: whoever chose the propositions after the outcomes were known chose
among the outcomes as well; `foreseen` counts the propositions that were entered before theirs was decided, by the
column `entered` where a record has one. *Small numbers*: below `min_n` a mean is shown, but gets neither
interval nor rank; and since everyone answered other questions, a rank says who scored better on what he chose to say,
not who would do so on the same questions.

`false` often vindicates an author: one who called a thing unlikely is right when it does not come.

References
----------
Brier (1950), Monthly Weather Review 78(1). Intervals: percentile bootstrap over forecasts, those of one assessment
together (Bradley, Schwartz, Hashino 2008, Weather and Forecasting 23, on sampling uncertainty of Brier scores).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import Fault, RecordError
from analysis.measures._frames import require
from analysis.measures._sampling import Ints, bootstrap_sums, clusters, fraction
from analysis.measures.options import check_option
from analysis.measures.positions import voices

Partly = Literal["leave out", "half"]
By = Literal["organisation", "subject", "assessor", "term_basis"]

BASES = ("stated", "imputed", "all")
_OUTCOMES = {"true": 1.0, "false": 0.0}
_COLUMNS = ["measure", "group", "deadline_basis", "value", "low", "high", "range_low", "range_high"]
_COLUMNS += ["n", "partly", "open", "base_rate", "foreseen", "state"]
_OPEN_KEYS = ["forecast_id", "proposition", "assessor", "organisation", "subject", "deadline_basis"]


def resolve(forecasts: pd.DataFrame, *, partly: Partly = "leave out") -> pd.DataFrame:
    """Keep the forecasts that can be scored, and score them.

    Parameters
    ----------
    forecasts : DataFrame
        Needs `forecast_id`, `probability_low`, `probability_high`, `outcome` (true, false, partly, open, void),
        `deadline_basis`.
    partly : {"leave out", "half"}
        Whether an outcome "partly" is left out or taken as 0.5.

    Returns
    -------
    DataFrame
        The scored rows, sorted by `forecast_id`, with all their columns and: `probability` (middle of the range, 0-1),
        `observed` (0, 0.5 or 1), `score` ((probability - observed)^2, 0-1), `score_best`, `score_worst` (smallest and
        largest score for any number in the range).

    Raises
    ------
    RecordError
        If a range is missing, outside 0..1 or the wrong way round, or an outcome is not one of the five; every such
        forecast is named.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> rows = an.resolve(rel.forecasts)
    >>> len(rows) <= len(rel.forecasts)
    True
    """
    require(forecasts, ["forecast_id", "probability_low", "probability_high", "outcome", "deadline_basis"], "forecasts")
    check_option("forecasts", "partly", partly, ["leave out", "half"])
    _refuse(forecasts)
    observed = (
        forecasts["outcome"].map({**_OUTCOMES, "partly": 0.5} if partly == "half" else _OUTCOMES).astype("float64")
    )
    rows = forecasts.assign(observed=observed)[observed.notna()]
    low, high = rows["probability_low"].astype("float64"), rows["probability_high"].astype("float64")
    rows["probability"] = (low + high) / 2
    rows["score"] = (rows["probability"] - rows["observed"]) ** 2
    rows["score_best"] = (rows["observed"].clip(low, high) - rows["observed"]) ** 2
    rows["score_worst"] = np.maximum((low - rows["observed"]) ** 2, (high - rows["observed"]) ** 2)
    return rows.sort_values("forecast_id", kind="stable").reset_index(drop=True)


def _refuse(forecasts: pd.DataFrame) -> None:
    low, high = (forecasts[name].astype("float64") for name in ("probability_low", "probability_high"))
    ordered = (low >= 0) & (high <= 1) & (low <= high)
    known = forecasts["outcome"].isin([*_OUTCOMES, "partly", "open", "void"])
    faults = []
    for row, fits, decided in zip(forecasts.itertuples(), ordered, known, strict=True):
        if not fits:
            got = f"{row.probability_low} to {row.probability_high}"
            faults.append(
                Fault(f"forecast {row.forecast_id}", "probability_low", "the lower end of a range in 0..1", got)
            )
        if not decided:
            outcomes = "one of true, false, partly, open, void"
            faults.append(Fault(f"forecast {row.forecast_id}", "outcome", outcomes, str(row.outcome)))
    if faults:
        raise RecordError(faults, record="forecasts")


def by_basis(scored: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the forecasts with stated deadlines, those with imputed ones, and all together."""
    for basis in BASES:
        kept = scored if basis == "all" else scored[scored["deadline_basis"] == basis]
        yield basis, kept.reset_index(drop=True)


def groups_of(scored: pd.DataFrame) -> list[Ints]:
    """Return the clusters in which forecasts are resampled: those of one assessment together."""
    label = scored["assessment_id"] if "assessment_id" in scored else scored["forecast_id"]
    return clusters(label)


def brier(
    forecasts: pd.DataFrame,
    *,
    by: By | None = None,
    min_n: int = 10,
    partly: Partly = "leave out",
    confidence: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Average the Brier scores, with an interval for chance and a range for the words.

    Parameters
    ----------
    forecasts : DataFrame
        As for `resolve`, with the column `by`.
    by : {"organisation", "subject", "assessor", "term_basis"}, optional
        One group for each value; all together when absent. Independent authors stand under their own name among the
        organisations (`positions.voices`); other rows without a value stand under "(none)".
    min_n : int
        Smaller groups have the state "too few": their mean is shown, without interval and rank.
    partly : {"leave out", "half"}
        As in `resolve`.
    confidence, draws, seed
        Percentile bootstrap over forecasts; those of one `assessment_id` are drawn together.

    Returns
    -------
    DataFrame
        For each group three rows, `deadline_basis` "stated", "imputed" and "all": `measure` ("brier"), `group` (value
        of `by`, or "all"), `value` (0-1, lower is better; missing when nothing is scored), `low`, `high` (sampling
        interval), `range_low`, `range_high` (mean of the best and of the worst scores that the ranges allow), `n`
        (scored), `partly`, `open` (counts of the group), `base_rate` (share that came true, of those scored),
        `foreseen` (scored propositions that were entered before they were decided; 0 where the record does not say),
        `state`: scored or too few, `rank` (1 = lowest score, among the scored groups of the same `deadline_basis`;
        missing without `by`). Sorted by basis (stated, imputed, all), then `n` downwards, then name: not by score.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> scores = an.brier(rel.forecasts, draws=50)
    >>> bool(scores["value"].dropna().between(0, 1).all())
    True
    """
    fraction(confidence, "brier", "confidence")
    if by is not None:
        check_option("brier", "by", by, ["organisation", "subject", "assessor", "term_basis"])
        require(forecasts, [by], "brier")
    labelled = forecasts.assign(group=_groups(forecasts, by))
    scored = resolve(labelled, partly=partly)
    rows = []
    for (basis, part), (_, every) in zip(by_basis(scored), by_basis(labelled), strict=True):
        for name in sorted(every["group"].unique()) if by else ["all"]:
            mine, whole = part[part["group"] == name], every[every["group"] == name]
            row = {"measure": "brier", "group": name, "deadline_basis": basis}
            rows.append({**row, **_mean_row(mine, whole, min_n, confidence, draws, seed)})
    table = pd.DataFrame(rows, columns=_COLUMNS)
    ranked = table["value"].where((table["state"] == "scored") & (by is not None))
    ranked = ranked.where(ranked.groupby(table["deadline_basis"]).transform("count") > 1)
    table["rank"] = ranked.groupby(table["deadline_basis"]).rank(method="min").astype("Int64")
    place = table["deadline_basis"].map({basis: number for number, basis in enumerate(BASES)})
    order = table.assign(_place=place, _size=-table["n"]).sort_values(["_place", "_size", "group"], kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _groups(forecasts: pd.DataFrame, by: By | None) -> pd.Series | str:
    if by == "organisation":
        return voices(forecasts)
    return "all" if by is None else forecasts[by].astype("object").fillna("(none)")


def _mean_row(
    scored: pd.DataFrame, whole: pd.DataFrame, min_n: int, confidence: float, draws: int, seed: int
) -> dict[str, object]:
    score = scored["score"].to_numpy()
    enough = len(scored) >= min_n
    low = high = float("nan")
    if enough:
        sample = groups_of(scored)
        low, high = bootstrap_sums(
            lambda n, total: total / n, (score,), sample, confidence=confidence, draws=draws, seed=seed
        )
    return {
        "value": scored["score"].mean(),
        "low": low,
        "high": high,
        "range_low": scored["score_best"].mean(),
        "range_high": scored["score_worst"].mean(),
        "n": len(scored),
        "partly": int(whole["outcome"].eq("partly").sum()),
        "open": int(whole["outcome"].eq("open").sum()),
        "base_rate": scored["observed"].mean(),
        "foreseen": int((_days(scored, "entered") < _days(scored, "resolved_on")).sum()),
        "state": "scored" if enough else "too few",
    }


def _days(scored: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of days; missing throughout where the record has none."""
    return pd.to_datetime(scored.get(column, pd.Series(pd.NaT, index=scored.index)), errors="coerce")


def open_forecasts(forecasts: pd.DataFrame, *, on: str | pd.Timestamp | None = None) -> pd.DataFrame:
    """List the forecasts that are still open, the next deadline first.

    Parameters
    ----------
    forecasts : DataFrame
        Needs `forecast_id`, `proposition`, `deadline_end`, `deadline_basis`, `probability_low`, `probability_high`,
        `outcome`; the other columns below where present.
    on : day, optional
        The day of reading.

    Returns
    -------
    DataFrame
        One row per open forecast: `date` (last day of the deadline), `measure` ("open_forecast"), `value` (middle of
        the range, 0-1), `low`, `high` (the range that the author's word stands for, not an interval of sampling),
        `forecast_id`, `proposition`, `assessor`, `organisation`, `subject`, `deadline_basis`, `days_left` (from `on`;
        negative when overdue; missing without `on`), `state`: open, or overdue (the deadline is past and nobody has
        entered the outcome). Sorted by deadline, then id.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> waiting = an.open_forecasts(rel.forecasts, on=rel.cutoff)
    >>> waiting["forecast_id"].is_unique
    True
    """
    needed = [
        "forecast_id",
        "proposition",
        "deadline_end",
        "deadline_basis",
        "probability_low",
        "probability_high",
        "outcome",
    ]
    require(forecasts, needed, "open_forecasts")
    rows = forecasts[forecasts["outcome"] == "open"].sort_values(["deadline_end", "forecast_id"], kind="stable")
    low, high = rows["probability_low"].astype("float64"), rows["probability_high"].astype("float64")
    left = (rows["deadline_end"] - pd.Timestamp(on)).dt.days if on is not None else pd.Series(pd.NA, index=rows.index)
    table = pd.DataFrame(
        {"date": rows["deadline_end"], "measure": "open_forecast", "value": (low + high) / 2, "low": low, "high": high}
    )
    keys = [name for name in _OPEN_KEYS if name in rows]
    table[keys] = rows[keys]
    table["days_left"] = left.astype("Int64")
    table["state"] = np.where(table["days_left"].lt(0).fillna(False), "overdue", "open")
    return table.reset_index(drop=True)
