"""Courses of events that are known day by day, and records of them.

A world says for each day of twenty years how many acts come (on average) and how likely each is to be one of
conflict. From that follow the truth, which is an expectation, and any number of records: acts arrive by a Poisson
process, carry the CAMEO codes listed here with equal chance, are miscoded by one step in one case of five (the rule
of `_coding`, turned round) and dated to a span of 7, 31 or 61 days in one case of five.

The bands assume nearly that. Four ways in which real records differ are there to be tried: `followers` lets each act
be followed by others of its own sign within thirty days, so that acts come in clusters; `bursts` lets an act of conflict
bring others within days, and these others again, as `burstiness` finds it; `unseen` leaves a part of the cooperation out
of the record, as a press does that goes where the quarrel is; and `turned` codes a part of the acts with the other sign.
`LIKE` and `LIKEST` are worlds with the density and the bursts of the shipped record, the second with all that is known
to be wrong with such records.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.measures import _coding, _frames
from analysis.measures._frames import Days, Floats
from analysis.record.codebook import cameo

CONFLICT = ("111", "112", "120", "130", "138", "163", "172", "190")
COOPERATION = ("036", "040", "042", "051", "057", "061", "070", "072")
FIRST = pd.Timestamp("2001-01-01")
DAYS: Days = np.arange(20 * 365, dtype=np.int64)
MISCODED = 0.2
_LOOSE = 0.2
_SPANS = (6, 30, 60)
_REACH = 30
_BURST = 5.0  # days after which an act of conflict has brought most of what it brings


@dataclass(frozen=True)
class World:
    """A known course of events.

    Parameters
    ----------
    rate : array
        Acts a day, by day.
    hostile : array
        Chance of an act to be one of conflict, by day.
    followers : float
        Acts of the same sign that follow an act within thirty days, on average; the rate counts them in.
    unseen : float or array
        Part of the acts of cooperation that nobody records, 0 to 1, always or by day.
    bursts : float
        Acts of conflict that an act of conflict brings, those brought by the brought left out; the rate counts all in.
    turned : float
        Part of the acts that is coded with the other sign.
    """

    rate: Floats
    hostile: Floats
    followers: float = 0.0
    unseen: float | Floats = 0.0
    bursts: float = 0.0
    turned: float = 0.0


def world(per_year: float | tuple[float, float], hostile: float | Floats, **ways: Any) -> World:
    """Return a world with one rate, or with one in its first and one in its second decade."""
    early, late = per_year if isinstance(per_year, tuple) else (per_year, per_year)
    rate = np.where(len(DAYS) / 2 > DAYS, early, late) / 365.0
    return World(rate, np.broadcast_to(np.asarray(hostile, dtype=np.float64), rate.shape), **ways)


def wave(middle: float = 0.28, swing: float = 0.18) -> Floats:
    """Return a chance of conflict that rises and falls twice in the twenty years."""
    result: Floats = middle + swing * np.sin(DAYS / len(DAYS) * 4 * np.pi)
    return result


def crises(hostile: Floats) -> Floats:
    """Return what nobody records of the cooperation: half of it in the third of days with the most conflict."""
    return np.where(hostile > np.quantile(hostile, 2 / 3), 0.5, 0.0)


def sizes(codes: tuple[str, ...]) -> Floats:
    """Return the Goldstein scores of codes."""
    scores: Floats = cameo().set_index("code").loc[list(codes), "goldstein"].to_numpy(dtype=np.float64)
    return scores


def truth(one: World, days: Days, half_life: float = 180.0, shrinkage: float = 10.0) -> pd.DataFrame:
    """Return the expected conflict and cooperation at `days`, and the tension share that these make.

    Returns
    -------
    DataFrame
        Indexed by day: `conflict`, `cooperation` (Goldstein points), `tension_share` (shrunk towards the true
        long-run share, as the measure is). What is not recorded counts all the same; that what is brought comes some
        days later does not count.
    """
    kernel = np.append(1.0, np.full(_REACH, one.followers / _REACH)) / (1.0 + one.followers)
    coming = [
        np.convolve(one.rate * chance, kernel)[: len(DAYS)] * np.abs(sizes(codes)).mean()
        for chance, codes in ((one.hostile, CONFLICT), (1.0 - one.hostile, COOPERATION))
    ]
    prior = coming[0].sum() / (coming[0].sum() + coming[1].sum())
    fade = np.where(days[:, None] >= DAYS, np.exp2(-(days[:, None] - DAYS) / half_life), 0.0)
    conflict, cooperation = fade @ coming[0], fade @ coming[1]
    share = (conflict + shrinkage * prior) / (conflict + cooperation + shrinkage)
    return pd.DataFrame({"conflict": conflict, "cooperation": cooperation, "tension_share": share}, index=days)


def record(one: World, rng: np.random.Generator, *, exact: bool = False) -> pd.DataFrame:
    """Write a world down, once.

    Parameters
    ----------
    one : World
        What there is to be recorded.
    rng : Generator
        The chance in it.
    exact : bool
        Whether all dates are days and all codes right.

    Returns
    -------
    DataFrame
        One row an act: `start`, `end`, `goldstein`, `root`, `event_id`; by day.
    """
    day, minus = _arrivals(one, rng)
    seen = minus | (rng.random(len(day)) >= np.broadcast_to(one.unseen, DAYS.shape)[day])
    day, minus = day[seen], minus[seen]
    if one.turned:
        minus = minus ^ (rng.random(len(day)) < one.turned)
    code = np.where(minus, rng.choice(CONFLICT, len(day)), rng.choice(COOPERATION, len(day)))
    span = np.where(rng.random(len(day)) < _LOOSE * (not exact), rng.choice(_SPANS, len(day)), 0)
    start = day - (rng.random(len(day)) * (span + 1)).astype(np.int64)
    known = cameo().set_index("code").loc[code]
    table = pd.DataFrame(
        {
            "start": _dates(start),
            "end": _dates(start + span),
            "goldstein": known["goldstein"].to_numpy(),
            "root": known["root"].to_numpy(),
            "event_id": [f"e{number:06d}" for number in range(len(day))],
        }
    )
    return table if exact else table.assign(goldstein=_miscoded(table, rng))


def _arrivals(one: World, rng: np.random.Generator) -> tuple[Days, npt.NDArray[np.bool_]]:
    day = np.repeat(DAYS, rng.poisson(one.rate / (1.0 + one.followers) * (1.0 - one.bursts * one.hostile)))
    minus = rng.random(len(day)) < (1.0 - one.bursts) * one.hostile[day] / (1.0 - one.bursts * one.hostile[day])
    brought = day[minus] if one.bursts else day[:0]
    while len(brought):
        brought = np.repeat(brought, rng.poisson(one.bursts, len(brought)))
        brought = brought + 1 + rng.exponential(_BURST, len(brought)).astype(np.int64)
        day, minus = np.append(day, brought), np.append(minus, np.ones(len(brought), dtype=bool))
    if one.followers:
        count = rng.poisson(one.followers, len(day))
        later = np.repeat(day, count) + rng.integers(1, _REACH + 1, count.sum())
        day, minus = np.append(day, later), np.append(minus, np.repeat(minus, count))
    inside = day < len(DAYS)
    order = np.argsort(day[inside], kind="stable")
    return day[inside][order], minus[inside][order]


def _miscoded(table: pd.DataFrame, rng: np.random.Generator) -> Floats:
    acts = _frames.read_acts(table, "worlds")
    lower, upper, down, up = _coding.steps(acts, None, MISCODED)
    chance = rng.random(len(table))
    return np.where(chance < up, upper, np.where(chance >= 1.0 - down, lower, acts.score))


def days_since(dates: pd.DatetimeIndex | pd.Series) -> Days:
    """Count days from the first day of every world."""
    days: Days = ((pd.DatetimeIndex(dates) - FIRST) // pd.Timedelta(days=1)).to_numpy(dtype=np.int64)
    return days


def _dates(days: Days) -> pd.Series:
    first = FIRST.to_datetime64().astype("datetime64[D]")
    return pd.Series((first + days.astype("timedelta64[D]")).astype("datetime64[us]"))


LIKE = world(15, wave(), bursts=0.25)
LIKEST = world(15, wave(), bursts=0.25, turned=0.05, unseen=crises(wave()))
