"""Do acts come in bursts? How many further acts of its kind an act brings within days, and how sure that is.

A band of independent draws is too narrow where acts come in bursts, so the measure says how far they do. Acts of
conflict and acts of cooperation are counted by day, apart from each other. On day t their number is Poisson with the
mean

    l(t) = a * b(t) + n * sum over earlier days s of c(s) * (exp(1 / u) - 1) * exp(-(t - s) / u)

c(s) is the number of acts on day s, b(t) the smooth course of the record: the same counts averaged with a normal
kernel of a year's standard deviation, made up for what it misses beyond both ends of the period. n, the branching, is
the mean number of further acts that an act brings, u the time scale of their coming in days, and a what is left to the
smooth course, so that the means add up to the acts recorded. n and u are those of greatest likelihood, n among 0, 0.01
and so on to 0.95, u among a dozen scales from 1 to 60 days. Twice the gain in log-likelihood over n = 0 says how sure
it is; with n at its edge 2.7 would be passed by chance in five records of a hundred, and in some more since u is
chosen. Acts of one day are no burst here: a day is the unit. Acts dated to more than a day are left out and counted.

References
----------
Hawkes (1971), Biometrika 58(1). Veen, Schoenberg (2008), Journal of the American Statistical Association 103(482),
for the fit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures._frames import Floats

SCALES = (1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0, 14.0, 21.0, 30.0, 45.0, 60.0)
BRANCHING = np.linspace(0.0, 0.95, 96)
_COURSE = 365.0  # days; standard deviation of the kernel that makes the smooth course
_NINETY = 2.706  # twice the loss in log-likelihood at which a value leaves the 90% interval


def burstiness(
    events: pd.DataFrame,
    *,
    start: object = None,
    end: object = None,
    actors: tuple[str, str] | None = None,
) -> pd.DataFrame:
    """Measure how far acts of conflict, and of cooperation, come in bursts.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end` (dates) and `goldstein`; rows outside the dyad stay out, as in `tension`.
    start, end : day, optional
        The period, both days included; default the first act's point day and the last day any act may have ended.
    actors : pair of str, optional
        As in `tension`.

    Returns
    -------
    DataFrame
        Two rows: `measure` ("conflict": score below zero, "cooperation": above), `value` (the branching n: further
        acts per act, from 0 up), `low`, `high` (90% interval from the profile of the likelihood), `days` (the time
        scale u), `likelihood_ratio` (twice the gain in log-likelihood over n = 0), `events` (acts used), `left_out`
        (acts dated to more than a day). With fewer than ten acts there is no value.

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.

    Examples
    --------
    >>> import analysis as an
    >>> an.burstiness(an.load("russia-belarus").events)["measure"].tolist()
    ['conflict', 'cooperation']
    """
    where = "burstiness"
    acts = fr.read_acts(events, where, actors=actors)
    first, last = fr.read_period(acts, start, end, where)
    rows = []
    for measure, kind in (("conflict", acts.score < 0), ("cooperation", acts.score > 0)):
        inside = kind & (acts.point >= first) & (acts.point <= last)
        exact = inside & (acts.start == acts.end)
        fitted: tuple[float, ...] = (np.nan,) * 5
        if exact.sum() >= 10:
            fitted = _fit(np.bincount(acts.point[exact] - first, minlength=last - first + 1).astype(np.float64))
        rows.append((measure, *fitted, int(exact.sum()), int(inside.sum() - exact.sum())))
    names = ["measure", "value", "low", "high", "days", "likelihood_ratio", "events", "left_out"]
    return pd.DataFrame(rows, columns=names).astype({"measure": "str"})


def _fit(counts: Floats) -> tuple[float, ...]:
    """Return branching, its interval, the time scale and twice the gain in log-likelihood."""
    course, seen, total = _smooth(counts), counts > 0, counts.sum()
    fits = np.empty((len(SCALES), len(BRANCHING)))
    for index, scale in enumerate(SCALES):
        echo = _echo(counts, scale)
        part = (total - BRANCHING * echo.sum()) / course.sum()
        mean = part[:, None] * course[seen] + BRANCHING[:, None] * echo[seen]
        fits[index] = np.log(mean) @ counts[seen]
    profile = fits.max(axis=0)
    best = int(profile.argmax())
    held = BRANCHING[2.0 * (profile[best] - profile) <= _NINETY]
    scale = SCALES[int(fits[:, best].argmax())] if best else np.nan
    return float(BRANCHING[best]), float(held[0]), float(held[-1]), scale, float(2.0 * (profile[best] - profile[0]))


def _smooth(counts: Floats) -> Floats:
    """Average counts with a normal kernel, making up for what it misses beyond both ends."""
    reach = np.arange(-int(4 * _COURSE), int(4 * _COURSE) + 1)
    kernel = np.exp(-0.5 * (reach / _COURSE) ** 2)
    middle = slice(len(reach) // 2, len(reach) // 2 + len(counts))
    summed, size = (np.convolve(values, kernel)[middle] for values in (counts, np.ones_like(counts)))
    course: Floats = summed / size
    return course


def _echo(counts: Floats, scale: float) -> Floats:
    """Return by day what earlier acts bring, for a branching of 1."""
    fade = np.exp(-1.0 / scale)
    kernel = (1.0 / fade - 1.0) * fade ** np.arange(1, int(20 * scale) + 1)
    result: Floats = np.append(0.0, np.convolve(counts, kernel))[: len(counts)]
    return result
