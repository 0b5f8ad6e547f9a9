"""What happened since the last briefing: the weightiest acts by name, towards and away from each other, and what stood
around them.

An act's weight is the size of its Goldstein score, halved with every half-life that has passed since. Acts of one
domain and one sign within thirty days of each other are one episode, told by its largest (of equals the earliest, which
began it) and by the next, where that is no trifle beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.findings.basis import acts_of, finding, keys
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.findings.wording import listed, told_date
from analysis.measures.options import half_life_days
from analysis.record.dates import midpoint, spans

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

EPISODE = pd.Timedelta(days=30)
SLIGHT = 1.0  # Goldstein points; what is smaller is a remark
BESIDE = 0.4  # of the largest act's size, above which a second one is told with it
AROUND = ("war", "election")  # kinds of eras that are told


def weighed(rel: Relationship, since: pd.Timestamp, half_life: str = "180D") -> pd.DataFrame:
    """Return the acts that ended after `since`, with their `middle` day and their `weight` on the last day."""
    acts = acts_of(rel)
    acts = acts[acts["end"] > since]
    middle = midpoint(acts["start"], acts["end"])
    age = (rel.cutoff - middle).dt.days / half_life_days(half_life, "findings")
    return acts.assign(middle=middle, size=acts["goldstein"].abs(), weight=acts["goldstein"].abs() * np.exp2(-age))


def episodes(acts: pd.DataFrame, most: int) -> list[pd.DataFrame]:
    """Return the weightiest episodes, each as the one or two rows by which it is told."""
    found: list[pd.DataFrame] = []
    left = acts.sort_values(["weight", "start", "event_id"], ascending=[False, True, True])
    while len(left) and len(found) < most:
        first = left.iloc[0]
        one = left[(left["domain"] == first["domain"]) & ((left["middle"] - first["middle"]).abs() <= EPISODE)]
        told = one.sort_values(["size", "start", "event_id"], ascending=[False, True, True]).head(2)
        found.append(told[told["size"] > BESIDE * told["size"].iloc[0]])
        left = left.drop(one.index)
    return found


def happened(
    rel: Relationship, since: str | pd.Timestamp, half_life: str = "180D", *, most: int = 3, told: Iterable[str] = ()
) -> tuple[Finding, Finding]:
    """Name the weightiest acts since the last briefing: those of help and agreement, and those of quarrel and refusal.

    Each finding is of one sentence with `most` episodes (of quarrel two) and, where it is of that kind, the newest
    act; empty where there is none. Acts in `told` (event ids) are named elsewhere.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> kind, unkind = an.findings.happened(rel, "2022-04-06")
    >>> kind.statements[0].key, unkind.statements[0].key
    ('acts.help', 'acts.quarrel')
    """
    since = pd.Timestamp(since)
    acts = weighed(rel, since, half_life)
    acts = acts[(acts["size"] >= SLIGHT) & ~acts["event_id"].isin(set(told))]
    newest = acts.sort_values(["end", "start", "event_id"]).tail(1)
    made = []
    for kind, sign in (("help", 1), ("quarrel", -1)):
        own = acts[np.sign(acts["goldstein"]) == sign]
        shown = episodes(own, most if sign > 0 else min(most, 2))
        if np.sign(newest["goldstein"]).eq(sign).any() and not any(newest.index[0] in part.index for part in shown):
            shown.append(newest)
        rows = pd.concat(shown) if shown else own
        named = tuple(listed([act(rel, row) for row in part.itertuples()]) for part in shown)
        facts = {"since": since, "named": named}
        said = [Statement(f"acts.{kind}", facts, keys("events", rows["event_id"]))] if shown else []
        made.append(finding(rel, said, most=2 * most))
    return made[0], made[1]


def around(rel: Relationship, since: pd.Timestamp) -> Finding:
    """Name what stood around the acts: wars and elections of that time, and the newest thing that two publishers report
    and that is no act of either side towards the other. Empty where there is none.
    """
    records, named = eras(rel, AROUND, since)
    others = rel.events[~rel.events["dyad"] & (rel.events["end"] > since) & (rel.events["end"] <= rel.cutoff)]
    others = others[others["publishers"] >= 2].sort_values(["end", "start", "event_id"]).tail(1)
    named += [act(rel, row) for row in others.itertuples()]
    records += keys("events", others["event_id"])
    said = [Statement("acts.around", {"named": tuple(named)}, tuple(records))] if named else []
    return finding(rel, said)


def eras(
    rel: Relationship, kinds: Collection[str] = (), since: pd.Timestamp | None = None
) -> tuple[list[str], list[str]]:
    """Return the keys of eras of some kinds (of all where none is given) that lasted beyond `since`, and what is said
    of each: its label and its days, or since when it lasts. In the order in which they began.
    """
    keys, said = [], []
    for row in rel.eras.sort_values(["from", "era_id"]).to_dict("records") if len(rel.eras) else []:
        begun, over = (spans(pd.Series([row[name]], dtype="str")).iloc[0] for name in ("from", "to"))
        ended = not pd.isna(over["end"])
        if (kinds and row["kind"] not in kinds) or (since is not None and ended and over["end"] <= since):
            continue
        days = {"start": begun["start"], "end": over["end"] if ended else begun["end"]}
        precision = begun["precision"] if begun["end"] == days["end"] else "interval"
        day = told_date(pd.Series({**days, "precision": precision}), rel.cutoff.year)
        keys.append(f"eras:{row['era_id']}")
        said.append(Statement("around.on" if ended else "around.since", {"label": row["label"], "day": day}).text)
    return keys, said


def act(rel: Relationship, row: Any) -> str:
    """Name an act: its title and its date, without the year of the cut-off."""
    return f"{row.title} ({told_date(row, rel.cutoff.year)})"
