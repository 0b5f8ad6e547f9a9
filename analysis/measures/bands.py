"""How far could the index be off? Bands for measures made of decayed sums, by redrawing the record.

Each draw makes another record that could as well have been written down, and computes the measure from it:

* *events*: each act gets a weight drawn from the exponential distribution with mean 1. Divided by their sum such
  weights are Rubin's Bayesian bootstrap; left undivided they also carry the chance in the number of acts. A resampled
  record can hold only what was recorded, which makes a plain bootstrap far too sure where little is. So what was not
  seen has a part in each draw: the k points that shrink the share are redrawn as the acts they stand for (k / a acts
  of mean size a: two gamma variates of shape k p0 / a and k (1 - p0) / a, times a; the bootstrap with a prior of
  Muliere and Secchi), and each raw sum gets half an act of its own mean size (a gamma variate of shape 1/2, which for
  acts of one size is the Jeffreys interval of a Poisson mean).
  Acts that come in bursts are fewer observations than they are rows. So the acts of conflict of one calendar quarter
  (`cluster`: month, year) get one weight, those of cooperation another; None draws each act by itself. The prior's
  points stay acts, since as clusters they would make the level's band too wide.
* *dates*: each act's day is drawn evenly from `start`..`end`, both included. Acts dated to the day do not move.
* *coding*: with probability `coding_error` (0.2 unless told; a declared assumption, not an estimate) a score moves to
  a neighbouring score of its CAMEO root, by the rule of `_coding`, which leaves the expected score as recorded. Where
  a record has a second coding, its confusion matrix (`analysis.measures.reliability.confusion`) takes the place of the
  assumption: an act gets another coder's score with the chance that two coders of its root differed, sign included.

The prior p0 is computed anew in each draw, unless the caller gave it. Each source of error has its own stream of
random numbers from the one seed: switching one off leaves the others as they were, and the order of rows does not
matter, because acts are sorted first.

The band is the central interval of the draws, day by day: it speaks of one day, not of the whole path. Where the
point estimate falls outside (a single act of uncertain date, on the day on which the point estimate places it in
full; a score at the edge of its scale in a record of many thousand acts) the nearer bound is moved out to the point
estimate; bounds are never moved in. What no band here holds: events that no source reported, and errors that all
sources share. Nor can a record without any conflict say how much there might be: its share is 0 with a band of 0,
unless a `prior` is given.

How often such bands hold the truth of simulated records, those like the shipped one among them, docs/methods.md tells.

References: Rubin (1981), Annals of Statistics 9(1). Muliere, Secchi (1996), Annals of the Institute of Statistical
Mathematics 48(4).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from analysis.errors import ColumnError, OptionError
from analysis.measures import _coding
from analysis.measures import options as opt
from analysis.measures._decay import Decay, share
from analysis.measures._frames import Acts, Days, Floats, Mask
from analysis.measures._redraw import SOURCES, Cluster, Draws, Plan, SourceOfError, redraw, stream

CODING_ERROR = 0.2
_CELLS_AT_ONCE = 32_000_000  # sums held at a time: 256 MB each for conflict and for cooperation


def plan(
    acts: Acts,
    where: str,
    band: float,
    draws: int,
    sources_of_error: Sequence[SourceOfError] | None,
    coding_error: float | pd.DataFrame,
    codes: pd.DataFrame | None,
    seed: int,
    cluster: Cluster | None,
) -> Plan:
    """Check the options and look up each score's neighbours.

    Parameters
    ----------
    acts : Acts
        The chosen acts.
    band : float
        Nominal probability, above 0 and below 1.
    draws : int
        At least 20; 500 puts the Monte Carlo error of a 90% bound near 0.03 of the band's width.
    sources_of_error : sequence of {"events", "dates", "coding"} or None
        None means all; "coding" only where the table has `cameo` or `root`.
    coding_error : float or DataFrame
        Probability that a score is one step off, 0 to 1; or what another coder did, as `confusion` returns it.
    codes : DataFrame or None
        Columns `root` and `goldstein`, one row a code; default the shipped CAMEO table.
    seed : int
        Same seed, same band.
    cluster : {"month", "quarter", "year"} or None
        Acts of one sign in one such part of the calendar share their weight; None draws each by itself.
    """
    opt.check_draws(where, band, draws)
    opt.check_cluster(where, cluster)
    confused = isinstance(coding_error, pd.DataFrame)
    if not isinstance(coding_error, pd.DataFrame):
        opt.check_between(where, "coding_error", coding_error, 0.0, 1.0)
    coded = _coding.coded(acts)
    if sources_of_error is None:
        sources = tuple(one for one in SOURCES if one != "coding" or coded)
    else:
        for one in sources_of_error:
            opt.check_option(where, "sources_of_error", one, SOURCES)
        sources = tuple(one for one in SOURCES if one in sources_of_error)
    if not sources:
        raise OptionError(
            where, "sources_of_error", "at least one of events, dates, coding", "none of them", "Use band=None."
        )
    if "coding" in sources and not coded:
        raise ColumnError(where, ["root"], acts.table.columns)
    step = np.empty((0, len(acts)))
    if "coding" in sources and isinstance(coding_error, pd.DataFrame):
        step = _coding.confused(acts, coding_error)
    elif "coding" in sources and not isinstance(coding_error, pd.DataFrame):
        step = _coding.steps(acts, codes, coding_error)
    return Plan(band, draws, sources, step, seed, confused, cluster)


def limits(acts: Acts, series: Sequence[Mask], days: Days, model: Decay, drawn: Plan) -> list[Floats]:
    """Return for each series an array day x (conflict, cooperation, share) x (low, high)."""
    result: list[Floats] = []
    for block in _blocks(series, len(days) * drawn.draws):
        redrawn = redraw(acts, block, days, model.half_life, drawn)
        for index, rows in enumerate(block):
            sums = redrawn.sums[:, :, index] + unseen(acts.keep(rows), drawn)
            shares = redrawn_shares(acts, model, redrawn, drawn, index)
            result.append(np.concatenate([interval(sums, drawn.band), interval(shares, drawn.band)[:, None]], axis=1))
    return result


def redrawn_shares(acts: Acts, model: Decay, redrawn: Draws, drawn: Plan, series: int = 0) -> Floats:
    """Return the tension share of one of the redrawn series, day x draw; `acts` are all those the prior rests on."""
    prior = np.full(drawn.draws, model.prior) if model.given else redrawn.long_run()
    evidence = prior_evidence(acts, model.shrinkage, prior, drawn)
    sums = redrawn.sums[:, :, series]
    return share(sums[:, 0] + evidence[0], sums[:, 1] + evidence[1], 0.0, 0.0)


def prior_evidence(acts: Acts, shrinkage: float, prior: Floats, drawn: Plan, series: int = 0) -> Floats:
    """Redraw the k points that shrink a share towards `prior` (one value a draw): conflict and cooperation by draw."""
    points = shrinkage * np.stack([prior, 1.0 - prior])
    size = float(np.abs(acts.score).mean()) if len(acts) else 0.0
    if "events" not in drawn.sources or not size or np.isnan(points).any():
        return points
    drawn_points: Floats = stream(drawn, 3, series).standard_gamma(points / size) * size
    return drawn_points


def unseen(acts: Acts, drawn: Plan) -> Floats:
    """Draw half an act of the mean size of those recorded: conflict and cooperation by draw."""
    sizes = [part[part > 0] for part in (acts.conflict, acts.cooperation)]
    mean = np.array([part.mean() if len(part) else 0.0 for part in sizes])
    if "events" not in drawn.sources:
        return np.zeros((2, drawn.draws))
    half: Floats = stream(drawn, 4, 0).standard_gamma(0.5, (2, drawn.draws)) * mean[:, None]
    return half


def interval(values: Floats, band: float) -> Floats:
    """Return the central interval of draws, which are the last axis, as (low, high) in their place.

    Draws in which the measure is not defined are left out; where it is defined in none, both bounds are missing.
    """
    edges = [(1.0 - band) / 2.0, (1.0 + band) / 2.0]
    result = np.moveaxis(np.quantile(values, edges, axis=-1), 0, -1)
    gaps = np.isnan(values).any(axis=-1) & ~np.isnan(values).all(axis=-1)
    if gaps.any():
        result[gaps] = np.nanquantile(values[gaps], edges, axis=-1).T
    return result


def widen(value: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Move a bound out to the point estimate where the point lies beyond it; no bounds without a point."""
    known = ~np.isnan(value)
    return np.where(known, np.fmin(low, value), np.nan), np.where(known, np.fmax(high, value), np.nan)


def _blocks(series: Sequence[Mask], cells: int) -> Iterator[list[Mask]]:
    """Group neighbouring series into blocks that share no act and stay within memory."""
    block: list[Mask] = []
    for rows in series:
        if block and (len(block) * cells > _CELLS_AT_ONCE or any((rows & other).any() for other in block)):
            yield block
            block = []
        block.append(rows)
    if block:
        yield block
