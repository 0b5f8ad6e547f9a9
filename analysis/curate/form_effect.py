"""What an event would do to the indices, before it is saved.

Both values are read on one day: the day asked for, or the record's last day, or the event's own where that comes later,
since the record would then end there. `before` is the record as it is, `after` the record with the event; the prior of
the tension share moves too, as it does after a save. The band stands beside it, so that nobody takes a step within it
for news.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.wording import day_text, number, signed
from analysis.measures.options import half_life_days, length_text
from analysis.record import codebook
from analysis.record.dates import midpoint, spans
from analysis.record.linking import directions

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

_NEEDED = ("date", "cameo", "source_actor", "target_actor")


@dataclass(frozen=True)
class Effect:
    """The indices on `day` without and with an event; values are missing where no act is known by then.

    `low` and `high` are the 90% band of the share before; `weight` is what is left of the event's score on the day,
    0 to 1; `dependence` are the sums of the coded shifts before and after; `inside` is False for an event that no index
    reads, as it is no act between the sides; `late` is True where it ends after the day.
    """

    day: pd.Timestamp
    before: float
    after: float
    low: float
    high: float
    weight: float
    dependence: tuple[int, int]
    inside: bool
    late: bool

    def words(self, half_life: str) -> str:
        """Say it in a sentence or two."""
        where = f"Tension share on {day_text(self.day)} (half-life {length_text(half_life, 'effect', 'half_life')})"
        was = number(self.before, 3) or "none, as no act is known"
        band = f" (90% band {number(self.low)} to {number(self.high)})" if self.low == self.low else ""
        if not self.inside:
            return f"{where}: {was}{band}, as before. This is no act between the sides, so no index reads it."
        if self.late:
            return f"{where}: {was}{band}, as before. The event ends later, so nothing of it is known on that day."
        moved = f" ({signed(self.after - self.before, 3)})" if self.before == self.before else ""
        before, after = self.dependence
        return (
            f"{where}: {was}{band} → {number(self.after, 3)}{moved}. On that day {self.weight:.0%} of the event's "
            f"score is left. Sum of coded dependence: {signed(before, 0) or '0'} → {signed(after, 0) or '0'}."
        )


def effect(
    rel: Relationship, event: Mapping[str, str], *, half_life: str = "180D", as_of: str | None = None
) -> Effect | None:
    """Return what an event would do to the indices.

    Parameters
    ----------
    rel : Relationship
        The whole record.
    event : mapping of str to str
        Cells of `events`: `date`, `cameo`, both actors, and `dependence` where coded.
    half_life : str
        Of the tension share.
    as_of : str, optional
        Day on which it is read.

    Returns
    -------
    Effect or None
        None while a cell that is needed is missing or cannot be read.
    """
    row = _linked(event, rel.actors)
    if row is None:
        return None
    known = rel if as_of is None else rel.as_of_day(as_of)
    day = max(rel.cutoff, row["end"].iloc[0]) if as_of is None else known.cutoff
    events = known.events[list(row.columns)]
    inside, late = bool(row["dyad"].iloc[0]), bool(row["end"].iloc[0] > day)
    before = _share(events, day, half_life, band=0.9)
    after, sums = before, (_sum(events), _sum(events))
    weight = 0.0
    if inside and not late:
        joined = pd.concat([events, row.astype(events.dtypes.to_dict())], ignore_index=True)
        after, sums = _share(joined, day, half_life, band=None), (sums[0], _sum(joined))
        days = (day - midpoint(row["start"], row["end"]).iloc[0]).days
        weight = float(2 ** (-days / half_life_days(half_life, "effect")))
    return Effect(day, before[0], after[0], before[1], before[2], weight, sums, inside, late)


def _linked(event: Mapping[str, str], actors: pd.DataFrame) -> pd.DataFrame | None:
    """Return the columns that the indices read, as `record.linking` makes them; None where a cell cannot be read."""
    cells = {name: event.get(name, "").strip() for name in (*_NEEDED, "dependence")}
    days = spans(pd.Series([cells["date"] or None], dtype="str"))
    code = codebook.cameo().set_index("code")["goldstein"].get(cells["cameo"])
    known = set(actors["actor_id"])
    if code is None or days["start"].isna().any() or not {cells["source_actor"], cells["target_actor"]} <= known:
        return None
    by, to = (pd.Series([cells[name]], dtype="str") for name in ("source_actor", "target_actor"))
    towards = directions(by, to, actors)
    shift = pd.to_numeric(pd.Series([cells["dependence"] or None]), errors="coerce").astype("Int64")
    return days[["start", "end"]].assign(
        goldstein=float(code), dyad=~towards.isin(["internal", "third party"]), dependence=shift
    )


def _share(events: pd.DataFrame, day: pd.Timestamp, half_life: str, band: float | None) -> tuple[float, float, float]:
    from analysis.measures.tension import tension

    nothing = (float("nan"), float("nan"), float("nan"))
    if not events["dyad"].any():
        return nothing
    table = tension(events, half_life=half_life, band=band, start=day, end=day)
    row = table[table["measure"] == "tension_share"]
    return (float(row["value"].iloc[0]), float(row["low"].iloc[0]), float(row["high"].iloc[0])) if len(row) else nothing


def _sum(events: pd.DataFrame) -> int:
    return int(events.loc[events["dyad"].astype(bool), "dependence"].sum())
