"""The record, written down again and again: decayed sums of redrawn weights, days and scores.

What is redrawn and why is told in `bands`; here is how. Draws are made in batches of a fixed amount of random
numbers, so memory does not grow with the number of draws times the number of acts. Each batch is binned to the grid
at once, and the fading memory is carried along the grid once for all draws. Each source of error reads its own stream
of random numbers, in the order of draws, so that neither the size of a batch nor another source changes what it
yields.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from analysis.measures import _coding
from analysis.measures._decay import carry, grid_cells, share
from analysis.measures._frames import Acts, Days, Floats, Mask

SourceOfError = Literal["events", "dates", "coding"]
SOURCES: tuple[SourceOfError, ...] = ("events", "dates", "coding")
Cluster = Literal["month", "quarter", "year"]
MONTHS: dict[str, int] = {"month": 1, "quarter": 3, "year": 12}
_NUMBERS_AT_ONCE = 2_000_000  # random numbers held at a time: 16 MB each, whatever the size of the record


@dataclass(frozen=True)
class Plan:
    """What is drawn, how often and from which seed; `step` is that of `_coding.steps`, or of `_coding.confused`
    where a confusion matrix was given; empty where not drawn. Acts of one sign in one
    `cluster` of the calendar share their weight; None draws each act by itself."""

    band: float
    draws: int
    sources: tuple[SourceOfError, ...]
    step: Floats
    seed: int
    confused: bool = False
    cluster: Cluster | None = None


@dataclass(frozen=True)
class Draws:
    """Redrawn sums: `sums` is day x (conflict, cooperation) x series x draw.

    `totals` is (conflict, cooperation) x series x draw at full weight, with the sums over all acts as its last series.
    """

    sums: Floats
    totals: Floats

    def long_run(self, series: int = -1) -> Floats:
        """Return the long-run share of one series in each draw; of all acts by default."""
        conflict, cooperation = self.totals[:, series]
        return share(conflict, cooperation, 0.0, 0.0)


def redraw(acts: Acts, series: Sequence[Mask], days: Days, half_life: float, drawn: Plan) -> Draws:
    """Redraw the decayed sums of series that share no act; of no acts, they are none in every draw."""
    if not len(acts):
        shapes = (len(days), 2, len(series), drawn.draws), (2, len(series) + 1, drawn.draws)
        return Draws(*(np.zeros(shape) for shape in shapes))
    order = _canonical_order(acts, drawn)
    acts, step = acts.take(order), drawn.step[:, order]
    group = np.full(len(acts), len(series), dtype=np.int64)
    for index, rows in enumerate(series):
        group[rows[order]] = index
    first = int(acts.start.min())
    cell, weight = grid_cells(first, int(acts.end.max()) - first + 1, days, half_life)
    kinds, width = len(series) + 1, len(days) + 1
    sums = np.empty((len(days), 2, len(series), drawn.draws))
    totals = np.empty((2, kinds, drawn.draws))
    done = 0
    for size, day, score in _records(acts, step, drawn, kinds * width):
        count, spot = len(size), day - first
        part = (2 * np.arange(count)[:, None] + (score > 0)) * kinds + group
        size *= np.abs(score)
        whole = np.bincount(part.ravel(), size.ravel(), minlength=2 * count * kinds).reshape(count, 2, kinds)
        size *= weight[spot]
        part *= width
        part += cell[spot]
        flat = np.bincount(part.ravel(), size.ravel(), minlength=2 * count * kinds * width)
        binned = flat.reshape(count, 2, kinds, width)[:, :, :-1, :-1]
        sums[..., done : done + count] = binned.transpose(3, 1, 2, 0)
        totals[..., done : done + count] = whole.transpose(1, 2, 0)
        done += count
    totals[:, -1] = totals.sum(axis=1)
    return Draws(carry(sums, days, half_life), totals)


def _records(acts: Acts, step: Floats, drawn: Plan, cells: int) -> Iterator[tuple[Floats, Days, Floats]]:
    """Yield redrawn records in batches: weights, days and scores, draw x act; one row where all draws share it."""
    streams = [stream(drawn, number, 0) for number in range(len(SOURCES))]
    member = clusters(acts, drawn.cluster)
    number = int(member.max()) + 1
    loose = np.flatnonzero(acts.end > acts.start)
    length = (acts.end - acts.start + 1)[loose]
    batch = max(1, min(_NUMBERS_AT_ONCE // max(len(acts), 2 * cells), drawn.draws))
    for done in range(0, drawn.draws, batch):
        shape = (min(batch, drawn.draws - done), len(acts))
        size = np.ones(shape)
        if "events" in drawn.sources:
            weight = streams[0].standard_exponential((shape[0], number))
            size = weight if drawn.cluster is None else weight[:, member]
        day = acts.point[None]
        if "dates" in drawn.sources and len(loose):
            day = np.repeat(day, shape[0], axis=0)
            day[:, loose] = acts.start[loose] + (streams[1].random((shape[0], len(loose))) * length).astype(np.int64)
        score = acts.score[None]
        if "coding" in drawn.sources:
            chance = streams[2].random(shape)
            if drawn.confused:
                score = _coding.another(step, acts.score, chance)
            else:
                lower, upper, down, up = step
                score = np.where(chance < up, upper, np.where(chance >= 1.0 - down, lower, score))
        yield size, day, score


def clusters(acts: Acts, cluster: Cluster | None) -> Days:
    """Number the clusters: acts of one sign whose point days lie in one part of the calendar."""
    if cluster is None:
        return np.arange(len(acts))
    months = acts.point.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.unique(months // MONTHS[cluster] * 2 + (acts.score < 0), return_inverse=True)[1]


def stream(drawn: Plan, purpose: int, number: int) -> np.random.Generator:
    """Return the random numbers kept for one purpose."""
    return np.random.default_rng(np.random.SeedSequence(drawn.seed, spawn_key=(purpose, number)))


def _canonical_order(acts: Acts, drawn: Plan) -> Days:
    """Sort acts by all that a measure can see of them, so that the order of rows decides nothing."""
    labels = ["domain", "direction", "quad_class", "source_actor", "target_actor"]
    ranks = [pd.factorize(acts.table[name], sort=True)[0] for name in labels if name in acts.table]
    return np.lexsort([*ranks, *drawn.step, acts.score, acts.end, acts.start])
