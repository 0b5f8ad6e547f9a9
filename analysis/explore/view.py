"""What is asked of the record: a period, a part of the acts, a half-life, and what may be known.

A view is a value. It says nothing of how it is drawn and holds no table, so it can be compared, saved as parameters
and asked of another record. `ready` takes it to a record: the record is cut to what was known on `as_of`, the part of
the acts is marked, and every choice that cannot be met is refused before anything is drawn.

The part is a record with no other acts between the sides, as a briefing of the same choices has it: level, long-run
share and counts all speak of the chosen acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.errors import OptionError
from analysis.measures import options as opt
from analysis.record import codebook
from analysis.record.relationship import as_day, last_day_words
from analysis.record.selection import DIRECTIONS

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

CHARTS = ("tension", "conduct", "timeline")
_WHERE = "explorer"


@dataclass(frozen=True)
class View:
    """What a reader has chosen.

    Parameters
    ----------
    chart : {"tension", "conduct", "timeline"}
        Which chart answers.
    as_of : str, optional
        Last day that may be known about (ISO day); the whole record when absent.
    start, end : str, optional
        First and last day shown; default the first act between the sides, which is also the earliest, and the last day
        known about.
    domains : tuple of str
        Only acts of these domains; all when empty.
    direction : {"all", "side_a", "side_b", "joint"}
        Only acts of one side towards the other, with the joint ones, which belong to both; or only the joint ones.
    quad_classes : tuple of str
        Only acts of these quad classes; all when empty.
    half_life : str
        Time after which an act counts half.
    seed : int
        Of the bands.
    """

    chart: str = "tension"
    as_of: str | None = None
    start: str | None = None
    end: str | None = None
    domains: tuple[str, ...] = ()
    direction: str = "all"
    quad_classes: tuple[str, ...] = ()
    half_life: str = "180D"
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Ready:
    """A view that the record can answer.

    Attributes
    ----------
    view : View
        What was asked.
    known : Relationship
        The record as it was known.
    start, end : Timestamp
        The period.
    part : Relationship
        The same, with none but the acts asked for, in whatever period.
    """

    view: View
    known: Relationship
    start: pd.Timestamp
    end: pd.Timestamp
    part: Relationship

    @property
    def acts(self) -> pd.DataFrame:
        """The acts asked for, in whatever period."""
        return self.part.events[self.part.events["dyad"]]

    @property
    def only(self) -> str:
        """In words, what the acts are limited to; empty when to nothing."""
        return f"Only {self.part.acts_between}." if self.part.only_acts else ""

    @property
    def shown(self) -> pd.DataFrame:
        """The acts asked for that touch the period, the latest first."""
        acts = self.acts
        inside = acts[(acts["end"] >= self.start) & (acts["start"] <= self.end)]
        return inside.sort_values(["start", "event_id"], ascending=[False, True], kind="stable")


def ready(rel: Relationship, view: View) -> Ready:
    """Take a view to a record.

    Raises
    ------
    OptionError
        When a choice is not one of those allowed, a day lies where nothing is known, or the record has no act between
        its sides by then.
    """
    _check(rel, view)
    known = rel if view.as_of is None else rel.as_of_day(view.as_of)
    start, end = _period(known, view)
    part = known.only(domains=view.domains, direction=view.direction, quad_classes=view.quad_classes)
    return Ready(view, known, start, end, part)


def domains(rel: Relationship) -> tuple[str, ...]:
    """Return the domains of the acts between the sides, sorted."""
    return tuple(sorted(rel.events.loc[rel.events["dyad"].astype(bool), "domain"].dropna().unique()))


def direction_names(rel: Relationship) -> dict[str, str]:
    """Return the directions in words."""
    a, b = rel.side_a.name, rel.side_b.name
    return {"all": "both sides", "side_a": f"{a} to {b}", "side_b": f"{b} to {a}", "joint": "joint acts"}


def _check(rel: Relationship, view: View) -> None:
    """Refuse what no record could answer."""
    for field, got, allowed in (
        ("chart", view.chart, CHARTS),
        ("direction", view.direction, DIRECTIONS),
        *(("quad_classes", name, codebook.QUAD_CLASSES) for name in view.quad_classes),
        *(("domains", name, domains(rel)) for name in view.domains),
    ):
        opt.check_option(_WHERE, field, got, allowed)
    if opt.half_life_days(view.half_life, _WHERE) % 1:
        raise OptionError(_WHERE, "half_life", "a number of whole days, such as '180D'", view.half_life)
    if view.as_of is not None and as_day(view.as_of, _WHERE, "as_of") > rel.cutoff:
        raise OptionError(_WHERE, "as_of", last_day_words(rel.name, rel.cutoff), view.as_of)


def _period(known: Relationship, view: View) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day shown."""
    acts, last = known.events[known.events["dyad"].astype(bool)], f"{known.cutoff:%Y-%m-%d}"
    if acts.empty:
        raise OptionError(_WHERE, "as_of", "a day by which an act between the sides is recorded", last)
    first = acts["start"].min()
    end = known.cutoff if view.end is None else as_day(view.end, _WHERE, "end")
    start = first if view.start is None else max(as_day(view.start, _WHERE, "start"), first)
    if end > known.cutoff:
        raise OptionError(_WHERE, "end", f"a day up to the last one known about, {last}", f"{end:%Y-%m-%d}")
    if end <= first:
        raise OptionError(_WHERE, "end", f"a day after the first act, {first:%Y-%m-%d}", f"{end:%Y-%m-%d}")
    if start >= end:
        raise OptionError(_WHERE, "start", f"a day before the last one shown, {end:%Y-%m-%d}", f"{start:%Y-%m-%d}")
    return start, end
