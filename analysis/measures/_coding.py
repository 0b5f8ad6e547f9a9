"""One step of coding error: which scores stand next to a recorded one, and how likely the true code was theirs.

The step stays within the CAMEO root, because that is where coders differ: what was done is clear, how strongly is
not. With probability `chance` a score moves to the next lower or the next higher distinct score among the codes of
its root. The two chances are inverse to the two distances, so the expected score is the recorded one and a band made
this way does not lean. At the top or the bottom of its root a score's missing neighbour stands as far away as the
other one, kept within -10..10. A root whose codes all have one score has no step.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures import _frames as fr
from analysis.measures._frames import Acts, Floats


def coded(acts: Acts) -> bool:
    """Say whether the table tells the root of each act's code."""
    return "root" in acts.table or "cameo" in acts.table


def steps(acts: Acts, codes: pd.DataFrame | None, chance: float) -> Floats:
    """Return lower neighbour, upper neighbour, chance to move down and chance to move up, each by act.

    Parameters
    ----------
    acts : Acts
        With the column `root`, or `cameo`, whose first two digits are the root.
    codes : DataFrame or None
        One row a code: `root`, `goldstein`. Default the shipped CAMEO table.
    chance : float
        Probability that a score is one step off.
    """
    if codes is None:
        from analysis.record.codebook import cameo

        codes = cameo()
    fr.require(codes, ["root", "goldstein"], "codes")
    numbers, names = pd.factorize(_roots(acts))
    lower, upper = acts.score.copy(), acts.score.copy()
    for index, name in enumerate(names):
        rows = numbers == index
        scale = np.unique(codes.loc[codes["root"] == name, "goldstein"].to_numpy(dtype=np.float64))
        lower[rows], upper[rows] = neighbours(acts.score[rows], scale)
    reach = np.where(upper > lower, upper - lower, 1.0)
    return np.stack([lower, upper, chance * (upper - acts.score) / reach, chance * (acts.score - lower) / reach])


def confused(acts: Acts, matrix: pd.DataFrame) -> Floats:
    """Return the scores that another coder may have given each act and, below them, their chances summed up: two rows a
    score, one column an act.

    Parameters
    ----------
    acts : Acts
        With the column `root`, or `cameo`.
    matrix : DataFrame
        As `analysis.measures.reliability.confusion` returns it: `root`, `goldstein`, `chance`.
    """
    fr.require(matrix, ["root", "goldstein", "chance"], "coding_error")
    parts = dict(list(matrix.sort_values(["root", "goldstein"]).groupby("root")))
    most = max((len(part) for part in parts.values()), default=1)
    score, chance = np.zeros((most, len(acts))), np.zeros((most, len(acts)))
    roots = _roots(acts)
    for name, part in parts.items():
        rows = (roots == name).to_numpy()
        score[: len(part), rows] = part["goldstein"].to_numpy(dtype=np.float64)[:, None]
        chance[: len(part), rows] = part["chance"].to_numpy(dtype=np.float64)[:, None]
    summed = np.cumsum(chance, axis=0)
    if not ((chance >= 0).all() and (summed <= 1 + 1e-9).all()):
        raise OptionError(
            "coding_error", "chance", "chances that add up to at most 1 in each root", float(summed.max())
        )
    return np.concatenate([score, summed])


def another(step: Floats, own: Floats, chance: Floats) -> Floats:
    """Choose from what `confused` returned, draw x act: the first score whose summed chance is above the random number,
    else the act's own."""
    scores, summed = np.split(step, 2)
    place = np.zeros(chance.shape, dtype=np.int64)
    for row in summed:
        place += chance >= row
    return np.take_along_axis(np.vstack([scores, own]), place.reshape(-1, len(own)), axis=0)


def _roots(acts: Acts) -> pd.Series:
    return acts.table["root"] if "root" in acts.table else acts.table["cameo"].astype("str").str[:2]


def neighbours(score: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Find the next lower and next higher value of an ascending scale; the module says what stands beyond its ends."""
    padded = np.concatenate([[np.nan], scale, [np.nan]])
    lower = padded[np.searchsorted(scale, score, side="left")]
    upper = padded[np.searchsorted(scale, score, side="right") + 1]
    low = np.where(np.isnan(lower), 2.0 * score - upper, lower)
    high = np.where(np.isnan(upper), 2.0 * score - lower, upper)
    alone = np.isnan(lower) & np.isnan(upper)
    return np.where(alone, score, np.maximum(low, -10.0)), np.where(alone, score, np.minimum(high, 10.0))
