"""What an index would do if another coder's cell took the place of the one in the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from analysis.record.linking import directions

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

# Columns of a linked event that follow from the one that is coded.
_LINKED = {
    "cameo": ["cameo", "root", "label", "quad_class", "goldstein"],
    "date": ["date", "start", "end", "precision", "approximate", "uncertain"],
}
_READ = ("cameo", "date", "source_actor", "target_actor")


def shares(a: pd.DataFrame, b: pd.DataFrame, half_life: str) -> pd.DataFrame:
    """Return the tension share of two events tables on the same days: `date`, `a`, `b`; missing where a table has no
    act between the sides yet."""
    acts = pd.concat([events.loc[events["dyad"], ["start", "end"]] for events in (a, b)])
    days = (acts["start"].min(), acts["end"].max())
    columns = {name: _share(events, days, half_life) for name, events in (("a", a), ("b", b))}
    return pd.DataFrame(columns).rename_axis("date").reset_index()


def _share(events: pd.DataFrame, days: tuple[pd.Timestamp, pd.Timestamp], half_life: str) -> pd.Series:
    from analysis.measures.tension import tension

    if not events["dyad"].any():
        return pd.Series(index=pd.DatetimeIndex([]), dtype="float64")
    table = tension(events, half_life=half_life, band=None, start=days[0], end=days[1])
    return table[table["measure"] == "tension_share"].set_index("date")["value"]


def effect(
    row: Mapping[str, object], a: Relationship, b: Relationship, index: pd.DataFrame, half_life: str
) -> dict[str, object]:
    """Return what one choice would do.

    Parameters
    ----------
    row : mapping
        A disagreement: `table`, `key`, `column`, `a`, `b`.
    a, b : Relationship
        The two codings.
    index : DataFrame
        Their `shares`.
    half_life : str
        Of the tension index.

    Returns
    -------
    dict
        `index`, `last`, `most`, `when`, as in `agree.Agreement`; empty where no index reads the cell.
    """
    if row["table"] != "events":
        return {}
    own = a.events.index[a.events["event_id"] == row["key"]]
    other = b.events[b.events["event_id"] == row["key"]]
    if row["column"] == "dependence":
        moved = _number(row["b"]) - _number(row["a"]) if a.events.loc[own[0], "dyad"] else 0.0
        return {"index": "event_dependence", "last": moved, "most": moved, "when": a.events.loc[own[0], "end"]}
    if row["column"] not in _READ or index.empty:
        return {}
    days = (index["date"].iloc[0], index["date"].iloc[-1])
    tried = _share(_with(a, own, other, b.actors, str(row["column"])), days, half_life)
    change = (tried - index.set_index("date")["a"]).dropna()
    if change.empty:
        return {}
    at = int(change.abs().to_numpy().argmax())
    most = {"most": float(change.iloc[at]), "when": change.index[at]}
    return {"index": "tension_share", "last": float(change.iloc[-1]), **most}


def _with(a: Relationship, own: pd.Index, other: pd.DataFrame, actors: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the first coder's events with one cell, and what follows from it, of the second."""
    events = a.events.copy()
    for name in _LINKED.get(column, [column]):
        events.loc[own, name] = other[name].iloc[0]
    if column in ("source_actor", "target_actor"):
        known = pd.concat([a.actors, actors]).drop_duplicates("actor_id")
        towards = directions(events.loc[own, "source_actor"], events.loc[own, "target_actor"], known)
        events.loc[own, "direction"] = towards
        events.loc[own, "dyad"] = ~towards.isin(["internal", "third party"])
    return events


def _number(cell: object) -> float:
    return 0.0 if cell is None else float(str(cell))
