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
        from analysis.codebook import cameo

        codes = cameo()
    fr.require(codes, ["root", "goldstein"], "codes")
    roots = acts.table["root"] if "root" in acts.table else acts.table["cameo"].astype("str").str[:2]
    numbers, names = pd.factorize(roots)
    lower, upper = acts.score.copy(), acts.score.copy()
    for index, name in enumerate(names):
        rows = numbers == index
        scale = np.unique(codes.loc[codes["root"] == name, "goldstein"].to_numpy(dtype=np.float64))
        lower[rows], upper[rows] = neighbours(acts.score[rows], scale)
    reach = np.where(upper > lower, upper - lower, 1.0)
    return np.stack([lower, upper, chance * (upper - acts.score) / reach, chance * (acts.score - lower) / reach])


def neighbours(score: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """Find the next lower and next higher value of an ascending scale; the module says what stands beyond its ends."""
    padded = np.concatenate([[np.nan], scale, [np.nan]])
    lower = padded[np.searchsorted(scale, score, side="left")]
    upper = padded[np.searchsorted(scale, score, side="right") + 1]
    low = np.where(np.isnan(lower), 2.0 * score - upper, lower)
    high = np.where(np.isnan(upper), 2.0 * score - lower, upper)
    alone = np.isnan(lower) & np.isnan(upper)
    return np.where(alone, score, np.maximum(low, -10.0)), np.where(alone, score, np.minimum(high, 10.0))
