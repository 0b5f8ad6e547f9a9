"""What is asked of the record: a period, a part of the acts, a half-life, and what may be known.

A view is a value. It says nothing of how it is drawn and holds no table, so it can be compared, saved as parameters
and asked of another record. `ready` takes it to a record: the record is cut to what was known on `as_of`, the part of
the acts is marked, and every choice that cannot be met is refused before anything is drawn.

The part is a mark on the acts, not a smaller table. The long-run share towards which a thin period is drawn therefore
stays that of the whole relationship, exactly as when `tension` is asked for one domain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analysis.codebook import QUAD_CLASSES
from analysis.errors import OptionError
from analysis.measures import _options as opt
from analysis.relationship import as_day

if TYPE_CHECKING:
    from analysis.relationship import Relationship

CHARTS = ("tension", "conduct", "timeline")
DIRECTIONS = ("all", "side_a", "side_b", "joint")
_WHERE = "explorer"
_BEYOND = pd.Timedelta(days=3653)


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
    chosen : Series of bool
        Which rows of `known.events` are the acts asked for, in whatever period.
    only : str
        In words, what the acts are limited to; empty when to nothing.
    """

    view: View
    known: Relationship
    start: pd.Timestamp
    end: pd.Timestamp
    chosen: pd.Series[bool]
    only: str

    @property
    def acts(self) -> pd.DataFrame:
        """The acts asked for, in whatever period."""
        return self.known.events[self.chosen]

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
    return Ready(view, known, start, end, _chosen(known, view), ", ".join(_limits(rel, view)))


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
        *(("quad_classes", name, QUAD_CLASSES) for name in view.quad_classes),
        *(("domains", name, domains(rel)) for name in view.domains),
    ):
        opt.check_option(_WHERE, field, got, allowed)
    if opt.half_life_days(view.half_life, _WHERE) % 1:
        raise OptionError(_WHERE, "half_life", "a number of whole days, such as '180D'", view.half_life)
    if view.as_of is not None and as_day(view.as_of) > rel.cutoff + _BEYOND:
        last = f"a day up to {rel.cutoff + _BEYOND:%Y-%m-%d}, ten years after the last one in the record"
        raise OptionError(_WHERE, "as_of", last, view.as_of)


def _period(known: Relationship, view: View) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and the last day shown."""
    acts, last = known.events[known.events["dyad"].astype(bool)], f"{known.cutoff:%Y-%m-%d}"
    if acts.empty:
        raise OptionError(_WHERE, "as_of", "a day by which an act between the sides is recorded", last)
    first = acts["start"].min()
    end = known.cutoff if view.end is None else as_day(view.end)
    start = first if view.start is None else max(as_day(view.start), first)
    if end > known.cutoff:
        raise OptionError(_WHERE, "end", f"a day up to the last one known about, {last}", f"{end:%Y-%m-%d}")
    if end <= first:
        raise OptionError(_WHERE, "end", f"a day after the first act, {first:%Y-%m-%d}", f"{end:%Y-%m-%d}")
    if start >= end:
        raise OptionError(_WHERE, "start", f"a day before the last one shown, {end:%Y-%m-%d}", f"{start:%Y-%m-%d}")
    return start, end


def _chosen(known: Relationship, view: View) -> pd.Series[bool]:
    events = known.events
    kept = events["dyad"].astype(bool)
    if view.domains:
        kept &= events["domain"].isin(view.domains)
    if view.quad_classes:
        kept &= events["quad_class"].isin(view.quad_classes)
    if view.direction != "all":
        a, b = known.side_a.id, known.side_b.id
        way = {"side_a": f"{a}>{b}", "side_b": f"{b}>{a}"}.get(view.direction, "joint")
        kept &= events["direction"].isin([way, "joint"])
    return kept


def _limits(rel: Relationship, view: View) -> list[str]:
    """Word what the acts are limited to."""
    joint = " with joint acts" if view.direction in ("side_a", "side_b") else ""
    return [
        *([" and ".join(view.domains)] if view.domains else []),
        *([f"{direction_names(rel)[view.direction]}{joint}"] if view.direction != "all" else []),
        *([" and ".join(name.replace("_", " ") for name in view.quad_classes)] if view.quad_classes else []),
    ]
