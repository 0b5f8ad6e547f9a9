"""How often is something found where there is nothing, and how often is found what is there?

Turning points in records whose level never changes, answers where no side answers the other; and the same measures on
records in which a change or an answer was put. A row of a result is one world (`worlds`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from analysis.measures._frames import Days, Floats
from analysis.measures.interplay import response
from analysis.measures.turning_points import turning_points

from .worlds import DAYS, FIRST, World, days_since, record, world


def _steps(*levels: float) -> Floats:
    result: Floats = np.repeat(levels, -(-len(DAYS) // len(levels)))[: len(DAYS)]
    return result


STEADY: Mapping[str, World] = {
    "12 acts a year": world(12, 0.3),
    "50 acts a year": world(50, 0.3),
    "20 acts a year, in clusters": world(20, 0.3, followers=1.0),
}
STEPPED: Mapping[str, World] = {
    "one change, 15 to 65% hostile, 20 acts a year": world(20, _steps(0.15, 0.65)),
    "one change, 15 to 65% hostile, 8 acts a year": world(8, _steps(0.15, 0.65)),
    "one change, 20 to 45% hostile, 20 acts a year": world(20, _steps(0.2, 0.45)),
    "two changes, 10 to 70 to 10% hostile, 30 acts a year": world(30, _steps(0.1, 0.7, 0.1)),
}


def false_alarms(repeats: int = 300, seed: int = 77) -> pd.DataFrame:
    """Count the records without a change in which `turning_points` finds one.

    Returns
    -------
    DataFrame
        One row a world: `world`, `alarms` (part of the records with at least one turning point, 0 to 1).
    """
    rows = []
    for name, one in STEADY.items():
        rng = np.random.default_rng(seed)
        found = [len(turning_points(record(one, rng, exact=True), draws=20)) > 0 for _ in range(repeats)]
        rows.append((name, float(np.mean(found))))
    return pd.DataFrame(rows, columns=["world", "alarms"])


def recovery(repeats: int = 100, seed: int = 5) -> pd.DataFrame:
    """Count the records with known changes in which `turning_points` finds just these.

    Returns
    -------
    DataFrame
        One row a world: `world`, `fewer`, `right`, `more` (parts of the records by number of turning points found),
        and of those with the right number: `apart` (median distance in days to the true day) and `held` (part of the
        true days inside the date's 90% interval, give or take the week over which acts are averaged).
    """
    rows = []
    for name, one in STEPPED.items():
        rng = np.random.default_rng(seed)
        true = np.flatnonzero(np.diff(one.hostile)) + 1
        counts, apart, held = [], [], []
        for number in range(repeats):
            frame = turning_points(record(one, rng, exact=True), draws=60, seed=number)
            counts.append(len(frame) - len(true))
            if len(frame) != len(true):
                continue
            date, low, high = (days_since(frame[column]) for column in ("date", "date_low", "date_high"))
            apart += list(np.abs(date - true))
            held += list((low - 6 <= true) & (true <= high + 6))
        sign = np.sign(counts)
        parts = [float((sign == side).mean()) for side in (-1, 0, 1)]
        rows.append((name, *parts, float(np.median(apart)), float(np.mean(held))))
    return pd.DataFrame(rows, columns=["world", "fewer", "right", "more", "apart", "held"])


_YEARS = 12
_ACTS, _OWN = 60, 25


def _alone(rng: np.random.Generator) -> tuple[Days, Days]:
    """Hostile acts of both sides on days that have nothing to do with each other."""
    return rng.integers(0, 365 * _YEARS, _ACTS), rng.integers(0, 365 * _YEARS, _OWN)


def _answered(part: float) -> Callable[[np.random.Generator], tuple[Days, Days]]:
    def days(rng: np.random.Generator) -> tuple[Days, Days]:
        first, own = _alone(rng)
        answers = first[rng.random(_ACTS) < part]
        return first, np.append(own, answers + rng.integers(1, 20, len(answers)))

    return days


def _same_crises(rng: np.random.Generator) -> tuple[Days, Days]:
    """Half of all hostile acts of both sides fall into the same eight stretches of ninety days."""
    opens = rng.integers(0, 365 * _YEARS - 90, 8)
    sides = []
    for count in (_ACTS, _OWN):
        inside = rng.choice(opens, count // 2) + rng.integers(0, 90, count // 2)
        sides.append(np.append(inside, rng.integers(0, 365 * _YEARS, count - count // 2)))
    return sides[0], sides[1]


def _dense_years(rng: np.random.Generator) -> tuple[Days, Days]:
    """Every third year holds ten times as many acts of both sides, on days that have nothing to do with each other."""
    weight = np.repeat([10 if year % 3 == 0 else 1 for year in range(_YEARS)], 365) / (365 * _YEARS * 4.0)
    first, own = (np.flatnonzero(rng.poisson(weight * count)) for count in (_ACTS, _OWN))
    return first, own


SIDES: Mapping[str, tuple[Callable[[np.random.Generator], tuple[Days, Days]], Literal["same years", "all days"]]] = {
    "no answers": (_alone, "same years"),
    "3 of 10 acts answered within 20 days": (_answered(0.3), "same years"),
    "6 of 10 acts answered within 20 days": (_answered(0.6), "same years"),
    "no answers, some years recorded ten times as densely": (_dense_years, "same years"),
    "the same, against all days": (_dense_years, "all days"),
    "no answers, both sides hostile in the same crises": (_same_crises, "same years"),
}


def answers(repeats: int = 100, seed: int = 0) -> pd.DataFrame:
    """Count the records in which `response` sets a 90% interval clear of zero, where there are answers and where not.

    Returns
    -------
    DataFrame
        One row a world: `world`, `base` (the base rate used), `difference` (mean over the records: share of 30-day
        windows after a hostile act of AAA with one of BBB, less the base rate), `clear` (part of the records whose
        interval leaves out 0, to either side).
    """
    rows = []
    for name, (draw, base) in SIDES.items():
        rng, kept = np.random.default_rng(seed), []
        for number in range(repeats):
            frame = response(_hostile(*draw(rng)), (30,), base=base, draws=300, seed=number, actors=("AAA", "BBB"))
            row = frame[(frame["actor"] == "AAA") & (frame["outcome"] == "conflict")].iloc[2]
            kept.append((row["value"], row["low"] > 0 or row["high"] < 0))
        rows.append((name, base, *np.mean(kept, axis=0)))
    return pd.DataFrame(rows, columns=["world", "base", "difference", "clear"])


def _hostile(first: Days, second: Days) -> pd.DataFrame:
    day = FIRST + pd.to_timedelta(np.append(first, second), unit="D")
    one = np.repeat([True, False], [len(first), len(second)])
    actors = {"source_actor": np.where(one, "AAA", "BBB"), "target_actor": np.where(one, "BBB", "AAA")}
    return pd.DataFrame({"start": day, "end": day, "goldstein": -5.0, **actors}).astype(
        {"start": "datetime64[us]", "end": "datetime64[us]"}
    )
