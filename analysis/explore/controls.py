"""The controls of the explorer: one widget a choice, each with its label, all reachable and usable by keyboard.

Tab moves from one to the next; arrow keys move a slider, a list or the choice of chart; a day can be typed. Lists with
nothing marked mean all. The slider tells its value when it is let go, so that a drag asks for one chart, not for
fifty.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analysis.explore import view as choices
from analysis.explore.view import View
from analysis.measures.options import length
from analysis.record import codebook

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

_STYLE = {"description_width": "7.5em"}
_WIDE = "22em"
_LONGEST = 1825
_CHART_NAMES = {"tension": "Tension", "conduct": "Words and deeds", "timeline": "Timeline"}


@dataclass(frozen=True, eq=False)
class Controls:
    """The widgets that make a view, by the field that each of them sets."""

    chart: Any
    as_of: Any
    start: Any
    end: Any
    domains: Any
    direction: Any
    quad_classes: Any
    half_life: Any
    seed: int

    @property
    def widgets(self) -> list[Any]:
        """All of them, in the order in which Tab reaches them; the choice of chart first."""
        periods = [self.start, self.end, self.as_of]
        return [self.chart, *periods, self.half_life, self.direction, self.domains, self.quad_classes]

    def view(self) -> View:
        """Return what is chosen now."""
        return View(
            chart=self.chart.value,
            as_of=_iso(self.as_of.value),
            start=_iso(self.start.value),
            end=_iso(self.end.value),
            domains=tuple(self.domains.value),
            direction=self.direction.value,
            quad_classes=tuple(self.quad_classes.value),
            half_life=f"{self.half_life.value}D",
            seed=self.seed,
        )


def controls(rel: Relationship, view: View) -> Controls:
    """Make the controls, set to a view.

    Parameters
    ----------
    rel : Relationship
        Whose sides and domains are offered.
    view : View
        One that `analysis.explore.view.ready` takes.
    """
    import ipywidgets as w

    days = max(1, length(view.half_life, "explorer", "half_life").days)
    ways = [(words, name) for name, words in choices.direction_names(rel).items()]
    kinds = [(name.replace("_", " "), name) for name in codebook.QUAD_CLASSES]
    named = [(_CHART_NAMES[name], name) for name in choices.CHARTS]
    return Controls(
        chart=w.ToggleButtons(options=named, value=view.chart, tooltips=[f"Show: {words}" for words, _ in named]),
        as_of=day("Known by", view.as_of, "Last day that may be known about; empty for the whole record"),
        start=day("From", view.start, "First day shown; empty for the first act"),
        end=day("To", view.end, "Last day shown; empty for the last one known about"),
        domains=_many("Domains", choices.domains(rel), view.domains, 6),
        direction=own(w.Dropdown, "Acts of", options=ways, value=view.direction),
        quad_classes=_many("Quad class", kinds, view.quad_classes, 4),
        half_life=own(
            w.IntSlider, "Half-life, days", value=days, min=1, max=max(_LONGEST, days), continuous_update=False
        ),
        seed=view.seed,
    )


def day(label: str, iso: str | None, tooltip: str) -> Any:
    """Make a field for a day, which may be empty."""
    import ipywidgets as w

    value = datetime.date.fromisoformat(iso) if iso else None
    return own(w.DatePicker, label, value=value, tooltip=tooltip)


def chosen_day(widget: Any) -> str | None:
    """Return the day in a field as ISO text; None when it is empty."""
    return _iso(widget.value)


def own(kind: Any, label: str, **options: Any) -> Any:
    """Make a control with its label, as wide as the others."""
    return kind(description=label, style=_STYLE, layout={"width": _WIDE}, **options)


def _many(label: str, options: Any, value: tuple[str, ...], rows: int) -> Any:
    import ipywidgets as w

    hint = "None marked: all. Ctrl or Shift marks several"
    return own(w.SelectMultiple, label, options=options, value=value, rows=rows, tooltip=hint)


def _iso(value: datetime.date | None) -> str | None:
    return None if value is None else value.isoformat()
