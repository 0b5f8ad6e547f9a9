"""All dyads at once: month by month, conflict, cooperation and share; and where one dyad stands among them.

A rise of the dyad's conflict is news only if that of the others did not rise too: coverage grew by orders of magnitude
in these feeds. So the scan counts every pair of states in one pass, by the same guards and the same acts as a single
dyad, and gives the dyad's share of all acts of the month. `standing` then says above how many other dyads it lies and
which ones are most like it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.feeds import countries, engines
from analysis.feeds.columns import events
from analysis.feeds.feed import Feed
from analysis.feeds.funnel import Counts, Funnel, assemble
from analysis.feeds.parts import Scan, opened
from analysis.feeds.repairs import REPAIRS
from analysis.feeds.steps import Guards, acts, between, guarded

if TYPE_CHECKING:
    from ibis.expr.types import Table

LEAST_ACTS = 20


def monthly(rows: Table, feed: Feed, guards: Guards | None = None) -> Table:
    """Sum the acts of every pair of states by month, as one expression for any engine.

    Parameters
    ----------
    rows : ibis Table
        Events as `columns.events` gives them, of all dyads.
    feed : Feed
        Whose rows they are.
    guards : Guards, optional
        Which guards stand; all of them by default.

    Returns
    -------
    ibis Table
        One row a month and pair with an act: `month` (its first day), `actor_low`, `actor_high` (alpha-3 in the order
        of the alphabet), `conflict`, `cooperation` (Goldstein points, from 0 up), `tension_share` (conflict over both,
        0 to 1; missing where both are 0), `acts`, `rows`, `share_of_acts` (of all acts of
        the month between states, 0 to 1).
    """
    import ibis

    found = acts(guarded(between(rows, None), guards or Guards(), feed))
    low = ibis.least(found["source_actor"], found["target_actor"])
    high = ibis.greatest(found["source_actor"], found["target_actor"])
    keyed = found.mutate(
        month=found["start"].truncate("M").cast("date"),
        actor_low=low,
        actor_high=high,
        hundredths=(found["goldstein"].cast("float64") * 100).round().cast("int64"),
    )
    score = keyed["hundredths"]
    summed = keyed.group_by(["month", "actor_low", "actor_high"]).aggregate(
        against=ibis.ifelse(score < 0, -score, 0).sum(),
        along=ibis.ifelse(score > 0, score, 0).sum(),
        acts=keyed.count(),
        rows=keyed["rows"].sum(),
    )
    both = summed["against"] + summed["along"]
    # Conflict and cooperation are whole hundredths until here, so the sums are the same on every engine.
    return summed.select(
        "month",
        "actor_low",
        "actor_high",
        conflict=summed["against"].cast("float64") / 100,
        cooperation=summed["along"].cast("float64") / 100,
        tension_share=summed["against"].cast("float64") / both.nullif(0),
        acts=summed["acts"].cast("int64"),
        rows=summed["rows"].cast("int64"),
        share_of_acts=summed["acts"].cast("float64") / summed["acts"].sum().over(ibis.window(group_by=summed["month"])),
    )


def world(path: str | os.PathLike[str], *, guards: Guards | None = None, engine: Any = "duckdb") -> pd.DataFrame:
    """Count all dyads of a scan.

    Parameters
    ----------
    path : path
        The folder of a scan that was made without a dyad.
    guards, engine
        As for `read`.

    Returns
    -------
    DataFrame
        As `monthly`, sorted by month and pair.

    Raises
    ------
    OptionError
        When there is no such scan, or it holds one dyad only.
    """
    rows, scan = _opened(path, engine)
    table = engines.frame(monthly(rows, scan.feed, guards))
    pairs = table[["actor_low", "actor_high"]].drop_duplicates()
    if len(pairs) == 1:
        # As an earlier scan of one dyad is, that was written as one file and scanned again.
        got = f"rows of {' and '.join(pairs.iloc[0])} alone"
        raise OptionError("world", "path", "a scan of all dyads", got, "Scan the feed's archives without --dyad.")
    return table.sort_values(["month", "actor_low", "actor_high"], kind="stable", ignore_index=True)


def world_funnel(path: str | os.PathLike[str], *, guards: Guards | None = None, engine: Any = "duckdb") -> Funnel:
    """Count from the rows of all dyads to their acts, texts and publishers; arguments as for `world`."""
    rows, scan = _opened(path, engine)
    table = guarded(between(rows, None), guards or Guards(), scan.feed)
    counted = engines.frame(
        table.group_by("aside").aggregate(
            rows=table.count(),
            unknown=table["text"].isnull().sum(),
            texts=table["text"].nunique(),
            publishers=table["publisher"].nunique(),
        )
    ).set_index("aside")
    # The one group without a name is that of the rows that count.
    behind = counted[counted.index.isna()].sum()
    aside = {str(name): int(count) for name, count in counted.loc[counted.index.notna(), "rows"].items()}
    found = engines.frame(acts(table).aggregate(lambda one: one.count().name("acts")))
    mended = engines.frame(
        table.aggregate(
            **{f"m{place}": table["repaired"].contains(f"{one.name};").sum() for place, one in enumerate(REPAIRS)}
        )
    )
    repaired = {one.name: int(mended[f"m{place}"].fillna(0).iloc[0]) for place, one in enumerate(REPAIRS)}
    texts = None if behind["unknown"] > 0 else int(behind["texts"])
    total, publishers = int(counted["rows"].sum()), int(behind["publishers"])
    lines = sum(one.lines for one in scan.files)
    counts = Counts(lines, None, total, aside, int(found["acts"].iloc[0]), texts, publishers, repaired=repaired)
    return assemble(counts, what="all dyads", feed=scan.feed.name)


def _opened(path: str | os.PathLike[str], engine: Any) -> tuple[Table, Scan]:
    """Return the events of a scan of all dyads, and the scan."""
    scan = opened(path)
    if scan.dyad is not None:
        raise OptionError(
            "world", "path", "a scan of all dyads", f"{path}, of {' and '.join(scan.dyad)}", "Scan without --dyad."
        )
    return events(engines.raw_table(engines.connect(engine), scan), scan.feed), scan


def totals(table: pd.DataFrame) -> pd.DataFrame:
    """Sum the months: one row a pair, with `conflict`, `cooperation`, `tension_share`, `acts`, `share_of_acts`."""
    summed = table.groupby(["actor_low", "actor_high"], sort=True)[["conflict", "cooperation", "acts"]].sum()
    both = summed["conflict"] + summed["cooperation"]
    share = summed["conflict"] / both.where(both > 0)
    return summed.assign(tension_share=share, share_of_acts=summed["acts"] / summed["acts"].sum()).reset_index()


def standing(table: pd.DataFrame, dyad: Sequence[str], *, least_acts: int = LEAST_ACTS) -> pd.DataFrame:
    """Tell where a dyad stands among all.

    Parameters
    ----------
    table : DataFrame
        As from `world`.
    dyad : pair of str
        Two alpha-3 codes.
    least_acts : int
        Dyads with fewer acts are left out of the comparison; a share of three acts says nothing.

    Returns
    -------
    DataFrame
        One row a measure ("conflict", "cooperation", "tension_share", "acts"): `measure`, `value`, `percentile` (of the
        other dyads, how many in 100 lie below it, ties by half; missing without others), `dyads` (others compared).

    Raises
    ------
    OptionError
        When the dyad has fewer acts than that.
    """
    chosen, others = _apart(table, dyad, least_acts)
    rows = []
    for name in ("conflict", "cooperation", "tension_share", "acts"):
        rest = others[name].dropna().to_numpy(dtype=np.float64)
        value = float(chosen[name])
        below = float(np.mean(rest < value) + np.mean(rest == value) / 2) if len(rest) else float("nan")
        rows.append({"measure": name, "value": value, "percentile": 100 * below, "dyads": len(rest)})
    return pd.DataFrame(rows)


def neighbours(
    table: pd.DataFrame, dyad: Sequence[str], *, count: int = 5, least_acts: int = LEAST_ACTS
) -> pd.DataFrame:
    """List the dyads most like a dyad in how much they deal with each other and how tense that is.

    Distance is Euclidean over three ranks among all dyads (each 0 to 1): acts, tension share, and the spread of the
    monthly tension share.

    Returns
    -------
    DataFrame
        Nearest first: `actor_low`, `actor_high`, `acts`, `tension_share`, `distance` (0 is alike, at most 1.73).
    """
    _apart(table, dyad, least_acts)
    all_dyads = totals(table)
    spread = table.groupby(["actor_low", "actor_high"])["tension_share"].std().rename("spread").reset_index()
    held = all_dyads.merge(spread, on=["actor_low", "actor_high"])
    held = held[held["acts"] >= least_acts].fillna({"tension_share": 0.5, "spread": 0.0})
    ranks = held[["acts", "tension_share", "spread"]].rank(pct=True).to_numpy()
    low, high = sorted(dyad)
    own = ((held["actor_low"] == low) & (held["actor_high"] == high)).to_numpy()
    distance = np.sqrt(((ranks - ranks[own]) ** 2).sum(axis=1))
    ranked = held.assign(distance=distance)[~own].sort_values(["distance", "actor_low", "actor_high"], kind="stable")
    columns = ["actor_low", "actor_high", "acts", "tension_share", "distance"]
    return ranked[columns].head(count).reset_index(drop=True)


def _apart(table: pd.DataFrame, dyad: Sequence[str], least_acts: int) -> tuple[pd.Series[Any], pd.DataFrame]:
    low, high = sorted(countries.dyad(dyad))
    held = totals(table)
    own = (held["actor_low"] == low) & (held["actor_high"] == high)
    acts_of = int(held.loc[own, "acts"].sum())
    if acts_of < least_acts:
        raise OptionError("standing", "dyad", f"a pair with {least_acts} acts or more", f"{low} and {high} ({acts_of})")
    return held[own].iloc[0], held[~own & (held["acts"] >= least_acts)]
