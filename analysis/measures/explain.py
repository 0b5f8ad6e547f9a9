"""Which acts made this number? Any point of the index, act by act, summing to the value.

For conflict and cooperation an act's contribution is its term of the sum. The tension share is a ratio, and a ratio
can be taken apart in many ways; this one starts from what would be shown without any act, the prior p0, and lets each
act push from there:

    S(t) = p0 + sum over i of w_i * (max(-g_i, 0) * (1 - p0) - max(g_i, 0) * p0) / (T(t) + C(t) + k),    w_i = 2 **
    (-(t - t_i) / h)

which is an identity, for k = 0 too. An act of conflict pushes up, an act of cooperation down, the more so the more
surprising it is against the long run; the prior has a row of its own. The contributions sum to the value that
`tension` gives for that day, but they are no statement of cause: they say what the number is made of, not why things
happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures import _frames as fr
from analysis.measures import options as opt
from analysis.measures._decay import Decay, decay
from analysis.measures._frames import Acts, Context, Floats
from analysis.measures._series import split

Measure = Literal["conflict", "cooperation", "tension_share"]
_TEXTS = ("event_id", "title")


def explain(
    events: pd.DataFrame,
    date: object,
    *,
    measure: Measure = "tension_share",
    half_life: str | pd.Timedelta = "180D",
    domains: Sequence[str] | None = None,
    direction: str | None = None,
    shrinkage: float = 10.0,
    prior: float | None = None,
    top: int | None = None,
    citations: pd.DataFrame | None = None,
    context: Context = "dyad",
    actors: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Take one value of the index apart into the acts that made it.

    A row is an act, the prior, or all acts not listed.

    Parameters
    ----------
    events : DataFrame
        As for `tension`; `event_id` and `title` are shown where the table has them.
    date : day
        The day of the value; any day, not only one of a grid.
    measure : {"conflict", "cooperation", "tension_share"}
        Which value.
    half_life, domains, direction, shrinkage, prior, context, actors
        As in `tension`; give the same ones.
    top : int, optional
        List only so many acts, the largest contributions first; the others are summed in one row.
    citations : DataFrame, optional
        Columns `record` ("events:ID") and `source_id`: adds `source_ids`, the sources of each act joined by ";".

    Returns
    -------
    DataFrame
        Largest contribution (by size) first, then the other acts, then the prior: `kind` ("event", "other events",
        "prior"), `event_id`, `title`, `date` (point day; missing but for events), `goldstein`, `age_days` (from the
        point day to `date`), `weight` (2 ** (-age / half-life), 0 to 1), `contribution` (in units of the measure; the
        column sums to the value), `share` (the row's part of the summed sizes of all contributions, 0 to 1) and, with
        `citations`, `source_ids`.

    Raises
    ------
    ColumnError
        If a needed column is absent.
    OptionError
        If an option is not allowed, or the day is not covered: nothing had been recorded by then.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> why = an.explain(rel.events, rel.cutoff)
    >>> share = an.tension(rel.events, end=rel.cutoff, band=None)
    >>> last = share.loc[share["measure"] == "tension_share", "value"].iloc[-1]
    >>> bool(abs(why["contribution"].sum() - last) < 1e-9)
    True
    """
    where = "explain"
    opt.check_option(where, "measure", measure, get_args(Measure))
    if top is not None and top < 1:
        raise OptionError(where, "top", "a whole number from 1 up, or None", top)
    acts = fr.read_acts(
        events, where, actors=actors, context=context, columns=["domain"] if domains is not None else []
    )
    model = decay(acts, half_life, shrinkage, prior, where)
    day = opt.day_number(date, where, "date")
    if not len(acts) or day < int(acts.point.min()):
        first = fr.iso_day(int(acts.point.min())) if len(acts) else "which the table lacks"
        raise OptionError(
            where, "date", f"on or after the first act, {first}", fr.iso_day(day), "Nothing is covered then."
        )
    own = acts.keep(
        split(acts, where, domains=domains, direction=direction, actors=actors)[0].rows & (acts.point <= day)
    )
    table = _contributions(own, day, measure, model)
    if citations is not None:
        table = _with_sources(table, citations, where)
    return _shorten(table, top)


def events_near(
    events: pd.DataFrame,
    days: Sequence[object],
    *,
    top: int = 3,
    half_life: str | pd.Timedelta = "60D",
    context: Context = "dyad",
    actors: Sequence[str] | None = None,
) -> pd.DataFrame:
    """List the acts that weigh most around given days: |g| * 2 ** (-apart / half_life), before and after alike.

    Returns
    -------
    DataFrame
        One row an act and day, in the order of `days`, heaviest first: `near` (the day), `rank` (from 1), `event_id`,
        `title` (empty where the table has none), `date` (its point day), `goldstein`, `days_apart` (below 0:
        earlier), `weight`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> near = an.events_near(rel.events, ["2020-08-09"], top=3)
    >>> len(near)
    3
    """
    where = "events_near"
    acts = fr.read_acts(events, where, actors=actors, context=context)
    fade = opt.half_life_days(half_life, where)
    names = {
        name: acts.table[name].astype("str").to_numpy() if name in acts.table else np.full(len(acts), "")
        for name in _TEXTS
    }
    parts = []
    for day in days:
        apart = acts.point - (day if isinstance(day, int) else opt.day_number(day, where, "days"))
        weight = np.abs(acts.score) * np.exp2(-np.abs(apart) / fade)
        chosen = np.lexsort([names["event_id"], acts.point, -weight])[:top]
        part = {
            "near": fr.timestamps(acts.point[chosen] - apart[chosen]),
            "rank": np.arange(1, len(chosen) + 1),
            **{name: column[chosen] for name, column in names.items()},
            "date": fr.timestamps(acts.point[chosen]),
            "goldstein": acts.score[chosen],
            "days_apart": apart[chosen],
            "weight": weight[chosen],
        }
        parts.append(pd.DataFrame(part).astype(dict.fromkeys(_TEXTS, "str")))
    return pd.concat(parts, ignore_index=True)


def _contributions(acts: Acts, day: int, measure: Measure, model: Decay) -> pd.DataFrame:
    """List every act with its contribution, and the prior last."""
    age = day - acts.point
    weight = np.exp2(-age / model.half_life)
    table = pd.DataFrame(
        {
            "kind": "event",
            **{name: acts.table[name].to_numpy(dtype=object) if name in acts.table else "" for name in _TEXTS},
            "date": fr.timestamps(acts.point),
            "goldstein": acts.score,
            "age_days": age.astype(np.float64),
            "weight": weight,
            "contribution": _terms(acts, weight, measure, model),
        }
    )
    if measure != "tension_share":
        return table
    start = model.prior if len(acts) or model.shrinkage else np.nan
    last = pd.DataFrame({"kind": ["prior"], "event_id": [""], "title": ["long-run share"], "contribution": [start]})
    return pd.concat([table, last], ignore_index=True)


def _terms(acts: Acts, weight: Floats, measure: Measure, model: Decay) -> Floats:
    if measure != "tension_share":
        return weight * (acts.conflict if measure == "conflict" else acts.cooperation)
    below = float((weight * np.abs(acts.score)).sum()) + model.shrinkage
    push = acts.conflict * (1.0 - model.prior) - acts.cooperation * model.prior
    return weight * push / below if below else np.full(len(acts), np.nan)


def _with_sources(table: pd.DataFrame, citations: pd.DataFrame, where: str) -> pd.DataFrame:
    fr.require(citations, ["record", "source_id"], f"{where}, citations")
    of_events = citations[citations["record"].str.startswith("events:")]
    sources = of_events.groupby(of_events["record"].str.removeprefix("events:"))["source_id"].agg(
        lambda ids: ";".join(sorted(set(ids)))
    )
    return table.assign(source_ids=table["event_id"].map(sources).fillna("").astype("str"))


def _shorten(table: pd.DataFrame, top: int | None) -> pd.DataFrame:
    """Sort by size of contribution, sum what is not listed, and add each row's share."""
    size = table["contribution"].abs()
    ranked = table.assign(share=size / size.sum(), size=size, late=table["kind"] == "prior")
    order = ["late", "size", "date", "event_id"]
    ranked = ranked.sort_values(order, ascending=[True, False, False, True], kind="stable", ignore_index=True)
    is_event = ranked["kind"] == "event"
    listed = len(ranked) if top is None else top
    rest = ranked[is_event].iloc[listed:]
    kept = pd.concat([ranked[is_event].iloc[:listed], _rest_row(rest), ranked[~is_event]], ignore_index=True)
    names = ["kind", *_TEXTS, "date", "goldstein", "age_days", "weight", "contribution", "share"]
    names += ["source_ids"] if "source_ids" in table else []
    texts = [name for name in names if name in ("kind", *_TEXTS, "source_ids")]
    return kept[names].astype({**dict.fromkeys(texts, "str"), "date": "datetime64[us]"})


def _rest_row(rest: pd.DataFrame) -> pd.DataFrame:
    if rest.empty:
        return rest
    sums = {name: [rest[name].sum()] for name in ("contribution", "share")}
    title = f"{len(rest)} other event{'s' if len(rest) > 1 else ''}"
    return pd.DataFrame({"kind": ["other events"], "event_id": [""], "title": [title], "source_ids": [""], **sums})
