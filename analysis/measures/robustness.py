"""Would other choices have said the same? Level and change of the tension share, read in other ways.

Each row reads the record once more with one choice changed: another half-life, every act weighed alike (its sign and
the mean size of all), or only acts with two publishers or more. The words are those of the sentences, by the same
rules, and `place` and `moved` are these rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures import options as opt
from analysis.measures.difference import WORD_BAND, difference
from analysis.measures.tension import long_run, tension

HALF_LIVES = (60, 90, 180, 365)
Place = Literal["above", "near", "below"]
Moved = Literal["higher", "lower", "no clear change"]


def place(value: float, low: float, high: float, usual: float) -> Place:
    """Say on which side of the usual level a value lies: near it where its band holds that level, or where both are
    printed as one number."""
    if round(value, 2) == round(usual, 2):
        return "near"
    return "below" if high < usual else "above" if low > usual else "near"


def moved(change: pd.Series) -> Moved:
    """Say of a row of `difference` whether its band leaves zero; no clear change where both days are printed alike."""
    if not change["clear"] or round(change["then"], 2) == round(change["now"], 2):
        return "no clear change"
    return "higher" if change["value"] > 0 else "lower"


def robustness(
    events: pd.DataFrame, then: object, now: object, *, half_life: str | pd.Timedelta = "180D", draws: int = 500
) -> pd.DataFrame:
    """Read level and change of the tension share again with one choice changed at a time.

    Parameters
    ----------
    events : DataFrame
        As for `tension`; uses `publishers` where it is there.
    then, now : day
        As for `difference`.
    half_life, draws
        As for `tension`; the choice that the others are set beside.

    Returns
    -------
    DataFrame
        One row a choice, that of the caller first: `choice` ("as shown", "60 days" and the like for other half-lives,
        "signs only", "two publishers or more"), `acts`, `value`, `low`, `high` (tension share on `now`, 0 to 1),
        `usual` (long-run share), `level` ("above", "near", "below"), `change`, `change_low`, `change_high` (with the
        band that words ask for), `moved` ("higher", "lower", "no clear change"). With fewer than ten acts, of one sign
        alone or none by `then`, numbers are missing and both words are "too few acts".

    Raises
    ------
    ColumnError, OptionError
        As in `tension`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.robustness(rel.events, "2022-04-06", rel.cutoff, draws=50)["choice"].iloc[0]
    'as shown'
    """
    rows = []
    for choice, table, days in _choices(events, opt.half_life_days(half_life, "robustness")):
        acts = fr.read_acts(table, "robustness")
        row: dict[str, object] = {"choice": choice, "acts": len(acts), "level": "too few acts", "moved": "too few acts"}
        placed = len(acts) >= opt.FEW_ACTS and acts.point.min() <= opt.day_number(then, "robustness", "then")
        if placed and np.unique(np.sign(acts.score[acts.score != 0])).size == 2:
            length = f"{days:.15g}D"
            last = tension(table, start=now, end=now, half_life=length, draws=draws).iloc[-1]
            change = difference(table, then, now, half_life=length, band=WORD_BAND, draws=draws).iloc[0]
            usual = long_run(table)
            row |= {**last[["value", "low", "high"]], "usual": usual}
            row |= {"level": place(last["value"], last["low"], last["high"], usual), "moved": moved(change)}
            row |= {"change": change["value"], "change_low": change["low"], "change_high": change["high"]}
        rows.append(row)
    names = ["choice", "acts", "value", "low", "high", "usual", "level", "change", "change_low", "change_high", "moved"]
    return pd.DataFrame(rows).reindex(columns=names)


def _choices(events: pd.DataFrame, days: float) -> Iterator[tuple[str, pd.DataFrame, float]]:
    yield "as shown", events, days
    for other in HALF_LIVES:
        if other != days:
            yield f"{other} days", events, other
    size = fr.read_acts(events, "robustness").score
    alike = np.sign(events["goldstein"]) * (float(np.abs(size).mean()) if len(size) else 0.0)
    # Without a code there is no step of coding to draw.
    yield "signs only", events.assign(goldstein=alike).drop(columns=["root", "cameo"], errors="ignore"), days
    if "publishers" in events:
        yield "two publishers or more", events[events["publishers"] >= 2], days
