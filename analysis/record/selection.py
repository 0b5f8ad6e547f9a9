"""A part of the acts, chosen once for everything that is said of it.

`choose` marks the acts asked for, `only` gives a relationship that holds no other, so that every level, long-run
share, count, list and sentence made from it speaks of the same acts; `words` says what the part is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import OptionError, nearest, one_of
from analysis.record import codebook

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

DIRECTIONS = ("all", "side_a", "side_b", "joint")


def choose(
    rel: Relationship,
    *,
    domains: Sequence[str] = (),
    direction: str = "all",
    quad_classes: Sequence[str] = (),
    where: str = "only",
) -> pd.Series[bool]:
    """Mark the acts between the sides that are asked for; all of them when nothing is.

    Parameters
    ----------
    rel : Relationship
        The record.
    domains, quad_classes : sequence of str
        Only acts of these; all when empty. A domain without any act yet marks none.
    direction : {"all", "side_a", "side_b", "joint"}
        Only acts of one side towards the other, with the joint ones, which belong to both; or only the joint ones.

    Raises
    ------
    OptionError
        When a choice is not one of those allowed; `where` names the caller.
    """
    for field, values, allowed in (
        ("domains", domains, tuple(codebook.domains()["domain"])),
        ("direction", (direction,), DIRECTIONS),
        ("quad_classes", quad_classes, codebook.QUAD_CLASSES),
    ):
        for value in values:
            if value not in allowed:
                raise OptionError(where, field, one_of(allowed), value, nearest(str(value), allowed))
    events = rel.events
    kept = events["dyad"].astype(bool)
    if domains:
        kept &= events["domain"].isin(list(domains))
    if quad_classes:
        kept &= events["quad_class"].isin(list(quad_classes))
    if direction != "all":
        a, b = rel.side_a.id, rel.side_b.id
        way = {"side_a": f"{a}>{b}", "side_b": f"{b}>{a}"}.get(direction, "joint")
        kept &= events["direction"].isin([way, "joint"])
    return kept


def words(
    rel: Relationship, *, domains: Sequence[str] = (), direction: str = "all", quad_classes: Sequence[str] = ()
) -> str:
    """Say what the acts are limited to, such as "nuclear acts" or "acts of verbal conflict by Russia towards Belarus".

    Acts of one side stand with the joint ones, and that is said.
    """
    if not (domains or quad_classes or direction != "all"):
        return ""
    named = f"{_listed(domains)} acts" if domains else "acts"
    classes = f" of {_listed([name.replace('_', ' ') for name in quad_classes])}" if quad_classes else ""
    a, b = rel.side_a.name, rel.side_b.name
    ways = {"side_a": (a, b), "side_b": (b, a)}
    by = f" by {ways[direction][0]} towards {ways[direction][1]} (joint ones included)" if direction in ways else ""
    return f"{'joint ' if direction == 'joint' else ''}{named}{classes}{by}"


def only(
    rel: Relationship, *, domains: Sequence[str] = (), direction: str = "all", quad_classes: Sequence[str] = ()
) -> Relationship:
    """Return the relationship with none but the acts asked for; its other tables, and its days, stay as they are."""
    part = {"domains": domains, "direction": direction, "quad_classes": quad_classes}
    limited = words(rel, **part)  # type: ignore[arg-type]
    kept = choose(rel, **part)  # type: ignore[arg-type]
    if not limited:
        return rel
    events = rel.events[kept].reset_index(drop=True)
    dropped = ~rel.citations["record"].isin("events:" + events["event_id"]) & (rel.citations["table"] == "events")
    return replace(
        rel,
        events=events,
        citations=rel.citations[~dropped].reset_index(drop=True),
        only_acts=limited,
        one_way=direction in ("side_a", "side_b"),
    )


def _listed(items: Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0]
