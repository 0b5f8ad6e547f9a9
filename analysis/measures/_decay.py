"""The arithmetic of a fading memory: bin to days, weigh once, carry along the grid.

The weight of an act halves with each half-life h, so the sum at the next grid day is the present sum times 2 **
(-step / h) plus what happened in between, each act weighted by its distance to that next grid day. Every act is
touched once and every grid day once: the cost is linear in acts plus days, whatever the half-life. The same two
functions serve the point estimate and the draws of a band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.errors import OptionError
from analysis.measures import options as opt
from analysis.measures._frames import Acts, Days, Floats


@dataclass(frozen=True)
class Decay:
    """The parameters of the measure: half-life in days, k in Goldstein points, p0, and whether the caller gave p0."""

    half_life: float
    shrinkage: float
    prior: float
    given: bool

    def share(self, conflict: Floats, cooperation: Floats) -> Floats:
        """Return the tension share; missing where there is nothing to divide by."""
        return share(conflict, cooperation, self.shrinkage, self.prior)


def decay(acts: Acts, half_life: object, shrinkage: float, prior: float | None, where: str) -> Decay:
    """Check the parameters; p0 defaults to the long-run share of the acts, missing when all their scores are zero."""
    days = opt.half_life_days(half_life, where)
    if not (np.isfinite(shrinkage) and shrinkage >= 0):
        raise OptionError(where, "shrinkage", "a number of Goldstein points from 0 up", shrinkage)
    if prior is not None:
        opt.check_between(where, "prior", prior, 0.0, 1.0)
        return Decay(days, shrinkage, float(prior), given=True)
    return Decay(days, shrinkage, long_run_share(acts), given=False)


def long_run_share(acts: Acts) -> float:
    """Return the part of conflict in all that the acts weigh, each at full weight; missing when they weigh nothing."""
    total = float(np.abs(acts.score).sum())
    return float(acts.conflict.sum()) / total if total else float("nan")


def share(conflict: Floats, cooperation: Floats, shrinkage: float, prior: float | Floats) -> Floats:
    """Divide conflict by all, after adding `shrinkage` points of which the part `prior` is conflict."""
    above = conflict + shrinkage * prior if shrinkage else conflict
    below = conflict + cooperation + shrinkage
    shape = np.broadcast_shapes(np.shape(above), np.shape(below))
    result: Floats = np.divide(above, below, out=np.full(shape, np.nan), where=below > 0)
    return result


def grid_cells(first: int, span: int, days: Days, half_life: float) -> tuple[Days, Floats]:
    """Give for each of `span` days from `first` the index of the next grid day and the weight left there.

    A day after the last grid day gets the index `len(days)`, a bin to be thrown away, and the weight 0.
    """
    calendar = np.arange(first, first + span, dtype=np.int64)
    cell = np.searchsorted(days, calendar)
    ahead = np.append(days, np.iinfo(np.int32).max)[cell] - calendar
    return cell, np.where(cell < len(days), np.exp2(-ahead / half_life), 0.0)


def carry(binned: Floats, days: Days, half_life: float) -> Floats:
    """Turn what arrives at each grid day (first axis) into what is remembered there, in place."""
    fade = np.exp2(-np.diff(days) / half_life)
    for index, factor in enumerate(fade, start=1):
        binned[index] += factor * binned[index - 1]
    return binned


def decayed_sums(acts: Acts, days: Days, half_life: float) -> tuple[Floats, Floats]:
    """Return conflict T and cooperation C at each of `days`, from acts whose point day is not later."""
    if not len(days) or not len(acts):
        return np.zeros(len(days)), np.zeros(len(days))
    first = int(acts.point.min())
    span = int(acts.point.max()) - first + 1
    cell, weight = grid_cells(first, span, days, half_life)
    spot = acts.point - first
    binned = np.empty((len(days), 2))
    for column, size in enumerate((acts.conflict, acts.cooperation)):
        daily = np.bincount(spot, weights=size, minlength=span) * weight
        binned[:, column] = np.bincount(cell, weights=daily, minlength=len(days) + 1)[:-1]
    carry(binned, days, half_life)
    return binned[:, 0], binned[:, 1]
