"""Were the forecasts better than knowing nothing?

The skill score is 1 - BS / BS_ref: 1 is perfect, 0 no better than the reference, negative worse. Three references:

*Base rate*: the share that came true is used as the probability of every forecast, BS_ref = mean((o - mean(o))^2). It
knows the answers. *Base rate, leave one out*: for each forecast the share among the others, which a forecaster could
at least have guessed; BS_ref is the former times (n / (n - 1))^2. *Even odds*: 0.5 each time.

The base rate depends on how propositions happen to be worded (that a thing will happen, or that it will not), so skill
against it is a statement about this list of propositions and not about a forecaster. Even odds do not depend on the
wording.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from analysis.measures._sampling import Floats, Ints, bootstrap_sums, fraction
from analysis.measures.forecasts import Partly, by_basis, groups_of, resolve

REFERENCES = ("base rate", "base rate, leave one out", "even odds")


def skill(
    forecasts: pd.DataFrame,
    *,
    min_n: int = 10,
    partly: Partly = "leave out",
    confidence: float = 0.9,
    draws: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the Brier score with what a forecaster without knowledge would have had.

    Parameters
    ----------
    forecasts, min_n, partly, confidence, draws, seed
        As in `brier`.

    Returns
    -------
    DataFrame
        For each `deadline_basis` (stated, imputed, all) and `reference`: `measure` ("skill"), `value` (up to 1;
        missing when too few), `low`, `high`, `reference_score`, `n`, `state`: scored, too few, or "no variation" (all
        outcomes alike: the base rate is then perfect).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> beaten = an.skill(rel.forecasts, draws=50)
    >>> bool((beaten["value"].dropna() <= 1).all())
    True
    """
    fraction(confidence, "skill", "confidence")
    scored = resolve(forecasts, partly=partly)
    rows = []
    for basis, part in by_basis(scored):
        score, observed = part["score"].to_numpy(), part["observed"].to_numpy()
        columns, sample = (score, observed, observed**2), groups_of(part)
        for reference in REFERENCES:
            worth = reference_score(observed, reference)
            state = "too few" if len(part) < min_n else "scored" if worth > 0 else "no variation"
            value = low = high = float("nan")
            if state == "scored":
                value = float(1 - score.mean() / worth)
                against = partial(_skill, reference=reference)
                low, high = bootstrap_sums(against, columns, sample, confidence=confidence, draws=draws, seed=seed)
            row = {"measure": "skill", "deadline_basis": basis, "reference": reference, "value": value}
            rows.append({**row, "low": low, "high": high, "reference_score": worth, "n": len(part), "state": state})
    return pd.DataFrame(rows)


def reference_score(observed: Floats, reference: str) -> float:
    """Return the Brier score of a reference that knows only the outcomes' base rate, or nothing."""
    n = len(observed)
    if reference == "even odds":
        return float(np.mean((0.5 - observed) ** 2)) if n else float("nan")
    if n < 2:
        return float("nan")
    spread = float(np.var(observed))
    return spread if reference == "base rate" else spread * (n / (n - 1)) ** 2


def _skill(n: Ints, score: Floats, observed: Floats, squares: Floats, reference: str) -> Floats:
    """Return the skill in each resample from its number of forecasts and its sums of scores, outcomes and squared
    outcomes; missing where all outcomes are alike, which these sums tell exactly."""
    if reference == "even odds":
        worth = 0.25 + (squares - observed) / n
    else:
        worth = squares / n - (observed / n) ** 2
        worth = worth if reference == "base rate" else worth * (n / (n - 1)) ** 2
    ratio: Floats = np.divide(score / n, worth, out=np.full(len(n), np.nan), where=worth > 0)
    return 1 - ratio
