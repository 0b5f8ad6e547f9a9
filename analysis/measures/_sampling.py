"""Resampling and rank correlation, as the measures of dependence and judgement use them.

Every interval in the measures of dependence and judgement is a percentile interval over resamples of *clusters*: rows
that stand or fall together (one assessment, one organisation, one calendar year) are drawn together, since a text that
yields two rows is still one text. With one row a cluster this is the ordinary bootstrap. Draws are seeded and clusters
are sorted by their label before they are drawn, so the order of rows never matters.

References
----------
Efron, Tibshirani (1993), An Introduction to the Bootstrap, chapters 8 and 13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.errors import OptionError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# At least this share of resamples must yield a number before an interval is given.
_USABLE = 0.5
# Statistics that take all resamples in one call.
_AT_ONCE = (np.mean, np.median)


def fraction(value: float, where: str, field: str) -> None:
    """Raise OptionError when `value` is not strictly between 0 and 1."""
    if not 0 < value < 1:
        raise OptionError(where, field, "a number between 0 and 1", value, "Write 0.9 for a 90% interval.")


def clusters(labels: pd.Series) -> list[Ints]:
    """Return the row numbers of each cluster, clusters in the order of their labels; a row without label is a cluster
    of its own."""
    codes, names = pd.factorize(labels.astype("str").where(labels.notna(), None), sort=True)
    sizes = np.bincount(codes + 1, minlength=len(names) + 1)
    unnamed, *named = np.split(np.argsort(codes, kind="stable"), np.cumsum(sizes)[:-1])
    return [*named, *unnamed[:, None]]


def alone(count: int) -> list[Ints]:
    """Return clusters of one row each, in the order that `clusters` gives to labels that are the rows' numbers."""
    return [np.array([row]) for row in sorted(range(count), key=str)]


def resamples(groups: list[Ints], draws: int, seed: int | list[int]) -> Iterator[Ints]:
    """Yield the row numbers of `draws` samples of whole clusters, as many clusters each time as there are."""
    chosen = _chosen(groups, draws, seed)
    if all(len(group) == 1 for group in groups):
        yield from np.concatenate(groups)[chosen] if groups else chosen
        return
    for sample in chosen:
        yield np.concatenate([groups[index] for index in sample])


def _chosen(groups: list[Ints], draws: int, seed: int | list[int]) -> Ints:
    """Return which clusters each resample is made of."""
    return np.random.default_rng(seed).integers(0, len(groups), size=(draws, len(groups)))


def interval(values: Iterable[float], confidence: float) -> tuple[float, float]:
    """Return the central percentile interval; missing where more than half of the resamples yield no number."""
    drawn = np.asarray(list(values), dtype=np.float64)
    usable = drawn[np.isfinite(drawn)]
    if len(drawn) == 0 or len(usable) < _USABLE * len(drawn):
        return float("nan"), float("nan")
    low, high = np.quantile(usable, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def bootstrap(
    statistic: Callable[..., float],
    columns: Sequence[NDArray[Any]],
    groups: list[Ints],
    *,
    confidence: float,
    draws: int,
    seed: int | list[int],
) -> tuple[float, float]:
    """Return the percentile interval of `statistic(*columns)` over resamples of clusters of rows; missing with one
    cluster."""
    if len(groups) < 2:
        return float("nan"), float("nan")
    if statistic in _AT_ONCE and all(len(group) == 1 for group in groups):
        rows = np.concatenate(groups)[_chosen(groups, draws, seed)]
        at_once: Callable[..., Any] = statistic
        return interval(at_once(*(column[rows] for column in columns), axis=1), confidence)
    drawn = resamples(groups, draws, seed)
    return interval((float(statistic(*(column[rows] for column in columns))) for rows in drawn), confidence)


def bootstrap_sums(
    statistic: Callable[..., Floats],
    columns: Sequence[Floats],
    groups: list[Ints],
    *,
    confidence: float,
    draws: int,
    seed: int | list[int],
) -> tuple[float, float]:
    """Return the interval of `bootstrap`, from the same resamples, for a statistic of sums.

    `statistic` is called once, with the number of rows and the sum of each column in every resample. As sums over
    clusters add up, no resample has to be written out.
    """
    if len(groups) < 2:
        return float("nan"), float("nan")
    chosen = _chosen(groups, draws, seed)
    sizes = np.array([len(group) for group in groups])
    rows, starts = np.concatenate(groups), np.cumsum(sizes) - sizes
    sums = (np.add.reduceat(column[rows], starts)[chosen].sum(axis=1) for column in columns)
    return interval(statistic(sizes[chosen].sum(axis=1), *sums), confidence)


def rank_correlation(x: Floats, y: Floats) -> float:
    """Return Spearman's rho with midranks for ties; missing when one side does not vary or fewer than three pairs
    exist."""
    if len(x) < 3:
        return float("nan")
    a, b = (pd.Series(side).rank().to_numpy() for side in (x, y))
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else float("nan")
