"""Is tension rising or falling? Conflict and cooperation over time, from any table of coded events.

Every act between the two sides carries a Goldstein score g, from -10 (conflict) to 10 (cooperation). An act is
remembered for a while: its weight halves with each half-life h. With t_i the point day of act i (see `_frames`) and
all times in whole days,

    conflict       T(t) = sum over t_i <= t of max(-g_i, 0) * 2 ** (-(t - t_i) / h)
    cooperation    C(t) = sum over t_i <= t of max( g_i, 0) * 2 ** (-(t - t_i) / h)
    tension share  S(t) = (T + k * p0) / (T + C + k)

Three judgement calls are made here. *The share is what is shown*, because a sum rises merely when a period is
recorded more densely: if every act of some years is recorded twice, T and C double there and T / (T + C) stays. *Thin
periods are drawn towards the long-run share* p0 = sum of max(-g, 0) / sum of |g| over all chosen acts of the table,
with the force of k Goldstein points: one unfriendly remark after two silent years is not a crisis. Doubling therefore
moves S by the shrinkage alone: S2 - S = k * (T - p0 * (T + C)) / ((2 * (T + C) + k) * (T + C + k)) at unchanged p0,
and nothing at all with `shrinkage=0`. *p0 is that of the whole table*, also for one domain or direction: a thin part
is drawn towards the relationship, not towards itself.

What it does not do: it does not correct for what the press leaves out, it does not see anything between two events,
and a half-life is a convention, which is why `sensitivity` draws the same record with four of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures import bands
from analysis.measures import options as opt
from analysis.measures._decay import Decay, decay, decayed_sums, long_run_share
from analysis.measures._frames import Acts, Context, Floats, Freq, Grid
from analysis.measures._redraw import Cluster, SourceOfError
from analysis.measures._series import KEYS, By, Series, split, states

MEASURES = ("conflict", "cooperation", "tension_share")


def tension(
    events: pd.DataFrame,
    *,
    half_life: str | pd.Timedelta = "180D",
    freq: Freq = "W",
    start: object = None,
    end: object = None,
    domains: Sequence[str] | None = None,
    direction: str | None = None,
    by: By | None = None,
    shrinkage: float = 10.0,
    prior: float | None = None,
    band: float | None = 0.9,
    draws: int = 500,
    sources_of_error: Sequence[SourceOfError] | None = None,
    coding_error: float | pd.DataFrame = bands.CODING_ERROR,
    codes: pd.DataFrame | None = None,
    seed: int = 0,
    cluster: Cluster | None = "quarter",
    context: Context = "dyad",
    actors: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Follow conflict, cooperation and the tension share over time.

    A row is one measure of one series at one day. The formulas are in the module's docstring.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end` (dates, both inclusive) and `goldstein`; `domain`, `direction` (or `source_actor` and
        `target_actor`) and `quad_class` where asked for. Rows outside the dyad stay out: by the column `dyad`, or by
        `actors`.
    half_life : str or Timedelta
        Time after which an act counts half.
    freq : {"D", "W", "M", "Q"}
        Grid of days or of period ends; weeks end on Sunday. The last point is `end` itself.
    start, end : day, optional
        First and last day asked about; default the first chosen act's point day and the last day any chosen act may
        have ended. Acts before `start` still count, acts placed after `end` do not.
    domains : sequence of str, optional
        Only acts of these domains enter T and C. The prior stays that of all domains.
    direction : str, optional
        `A>B`, `B>A` or `joint`. A joint act belongs to both directions, so the two do not add up to the whole.
    by : {"domain", "direction", "quad_class"}, optional
        One series for each value; the result gains a column of that name.
    shrinkage : float
        k, in Goldstein points at full weight.
    prior : float, optional
        p0, from 0 to 1; default the long-run share of the chosen table.
    band : float or None
        Nominal probability of the band; None leaves `low` and `high` missing.
    draws, sources_of_error, coding_error, codes, seed, cluster
        How the band is drawn, see `analysis.measures.bands`. By default all of "events", "dates" and, where the table
        has `cameo` or `root`, "coding".
        Acts of one sign in one `cluster` of the calendar ("month", "quarter", "year") share their weight, since they
        come in bursts; None draws each by itself.
    context : {"dyad", "all", "third party"}
        Which rows are the chosen table: the dyad's acts, all, or only the acts that involve others.
    actors : pair of str, optional
        The two sides, for a table without the column `dyad`; overrides that column where both are there.

    Returns
    -------
    DataFrame
        Sorted by key, `date`, `measure`: `date` (datetime64), `measure` ("conflict", "cooperation": Goldstein points,
        from 0 up; "tension_share": 0 to 1, higher is tenser), `value`, `low`, `high` (missing where not covered, or
        where nothing and no prior tells), the key column if `by`, `events` (number of the series' acts placed in the
        period that ends at `date`; 0 is a period that was covered and had none) and `state`: "observed" (the newest
        act is younger than one half-life, so that something counts more than half), "no events" (covered, but all
        that is known is older: the value is memory), "not covered" (before the chosen table's first act).

    Raises
    ------
    ColumnError
        If a needed column is absent.
    OptionError
        If an option is not allowed, or a row lacks a day or a score; the message names the events.

    References
    ----------
    Goldstein (1992), Journal of Conflict Resolution 36(2). Rubin (1981), Annals of Statistics 9(1), for the band.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> bool(share.query("measure == 'tension_share'")["value"].between(0, 1).all())
    True
    """
    where = "tension"
    if by is not None:
        opt.check_option(where, "by", by, KEYS)
    acts = fr.read_acts(events, where, actors=actors, context=context, columns=_columns(by, domains))
    model = decay(acts, half_life, shrinkage, prior, where)
    grid = fr.read_grid(acts, freq, start, end, where)
    series = split(acts, where, by=by, domains=domains, direction=direction, actors=actors)
    limits: list[Floats] | None = None
    if band is not None:
        plan = bands.plan(acts, where, band, draws, sources_of_error, coding_error, codes, seed, cluster)
        limits = bands.limits(acts, [one.rows for one in series], grid.days, model, plan) if len(acts) else None
    parts = [_one_series(acts, one, grid, model, limits[index] if limits else None) for index, one in enumerate(series)]
    return _tidy(parts, series, by)


def long_run(events: pd.DataFrame, *, context: Context = "dyad", actors: Sequence[str] | None = None) -> float:
    """Return the long-run tension share p0: the part of conflict in all that the acts weigh, each at full weight.

    Parameters
    ----------
    events, context, actors
        As for `tension`.

    Returns
    -------
    float
        0 to 1; missing when the acts weigh nothing.

    Examples
    --------
    >>> import analysis as an
    >>> 0 < an.long_run(an.load("russia-belarus").events) < 1
    True
    """
    return long_run_share(fr.read_acts(events, "long_run", context=context, actors=actors))


def sensitivity(
    events: pd.DataFrame,
    half_lives: Sequence[str] = ("60D", "90D", "180D", "365D"),
    *,
    band: float | None = None,
    **options: object,
) -> pd.DataFrame:
    """Follow the same record with several half-lives, to show what depends on that choice.

    Parameters
    ----------
    events : DataFrame
        As for `tension`.
    half_lives : sequence of str
        Each becomes one set of series, in the order given.
    band, **options
        Passed to `tension`; no band by default.

    Returns
    -------
    DataFrame
        The frame of `tension` with the key `half_life` (text, as given).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> lines = an.sensitivity(rel.events, ("90D", "180D"), start="2014-01-01")
    >>> sorted(lines["half_life"].unique())
    ['180D', '90D']
    """
    frames = [tension(events, half_life=one, band=band, **options).assign(half_life=one) for one in half_lives]  # type: ignore[arg-type]
    return pd.concat(frames, ignore_index=True)


def _columns(by: By | None, domains: Sequence[str] | None) -> list[str]:
    return [*(["domain"] if domains is not None else []), *([by] if by in ("domain", "quad_class") else [])]


def _one_series(acts: Acts, one: Series, grid: Grid, model: Decay, limits: Floats | None) -> pd.DataFrame:
    """Lay out one series: measure by measure, day by day."""
    own = acts.keep(one.rows)
    conflict, cooperation = decayed_sums(own, grid.days, model.half_life)
    counts, fresh = states(acts, own, grid, model.half_life)
    covered = fresh != "not covered"
    value = np.stack([conflict, cooperation, model.share(conflict, cooperation)])
    low, high = (
        bands.widen(value, *limits.transpose(2, 1, 0)) if limits is not None else np.full((2, *value.shape), np.nan)
    )
    return pd.DataFrame(
        {
            "date": np.tile(fr.timestamps(grid.days), len(MEASURES)),
            "measure": np.repeat(np.array(MEASURES, dtype=object), len(grid)),
            **{
                name: np.where(covered, one, np.nan).ravel()
                for name, one in (("value", value), ("low", low), ("high", high))
            },
            "events": np.tile(counts, len(MEASURES)),
            "state": np.tile(fresh, len(MEASURES)),
        }
    ).astype({"measure": "str", "state": "str"})


def _tidy(parts: list[pd.DataFrame], series: list[Series], by: By | None) -> pd.DataFrame:
    """Put the series under each other with their key."""
    if by is None:
        return parts[0].sort_values(["date", "measure"], kind="stable", ignore_index=True)
    keyed = [
        part.assign(**{by: pd.Series(one.key, part.index, dtype="str")})
        for part, one in zip(parts, series, strict=True)
    ]
    whole = pd.concat(keyed, ignore_index=True)
    whole = whole[whole[by] != ""]  # no acts, no keys: an empty frame, with its columns
    order = ["date", "measure", "value", "low", "high", by, "events", "state"]
    return whole[order].sort_values([by, "date", "measure"], kind="stable", ignore_index=True)
