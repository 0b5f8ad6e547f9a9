"""The controls of the explorer: one widget a choice, each with its label, all reachable and usable by keyboard.

Tab moves from one to the next; arrow keys move a list or the choice of chart; a day can be typed. Lists with nothing
marked mean all. The half-life is one of the usual steps or any number of days. Under each control is room for what it
wants when its choice cannot be met, said in the control's own name.
"""

from __future__ import annotations

import datetime
import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.errors import OptionError
from analysis.explore import view as choices
from analysis.explore.view import View
from analysis.measures.options import length
from analysis.record import codebook

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

_STYLE = {"description_width": "5.6em"}
_WIDE = "17em"
_STEPS = (30, 60, 90, 180, 365, 730, 1825)
FIRST_YEAR = 1000  # before it a year is still being typed: a browser tells 0002, 0020 and 0202 on the way to 2020
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
    wrong: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make room for a remark under each control."""
        import ipywidgets as w

        self.wrong.update({name: w.HTML() for name, one in vars(self).items() if hasattr(one, "description")})

    @property
    def half_typed(self) -> bool:
        """Whether a day is still being typed."""
        days = (self.as_of.value, self.start.value, self.end.value)
        return any(day is not None and day.year < FIRST_YEAR for day in days)

    def follow(self) -> None:
        """Let the last day shown go no further than the last day that may be known about."""
        if self.as_of.value and self.end.value and self.end.value > self.as_of.value:
            self.end.value = self.as_of.value

    def refuse(self, refusal: OptionError | None) -> bool:
        """Say under the control that is meant what it wants, and return whether there is one; None clears all."""
        for remark in self.wrong.values():
            remark.value = ""
        if refusal is None or refusal.field not in self.wrong:
            return False
        label = getattr(self, refusal.field).description or "Chart"
        words = html.escape(in_words(label, refusal))
        self.wrong[refusal.field].value = f'<p role="alert" style="line-height:1.3"><strong>{words}</strong></p>'
        return True

    @property
    def boxes(self) -> list[Any]:
        """The controls but the choice of chart, each with the room under it, in the order of `widgets`."""
        import ipywidgets as w

        names = {id(one): name for name, one in vars(self).items()}
        return [w.VBox([one, self.wrong[names[id(one)]]]) for one in self.widgets[1:]]

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
            half_life=f"{text}D" if (text := self.half_life.value.strip()).isdigit() else text,
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
        domains=_many("Domains", choices.domains(rel), view.domains, 5),
        direction=own(w.Dropdown, "Acts of", options=ways, value=view.direction),
        quad_classes=_many("Quad class", kinds, view.quad_classes, 4),
        half_life=own(
            w.Combobox,
            "Half-life",
            value=str(days),
            options=list(map(str, _STEPS)),
            continuous_update=False,
            tooltip="Days after which an act counts half: a step, or any number",
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


def in_words(label: str, refusal: OptionError) -> str:
    """Return a refusal in the name of a control."""
    got = f", not {refusal.got}" if str(refusal.got) else ""
    return f"{label} must be {refusal.expected}{got}. {refusal.fault.hint}".strip()


def own(kind: Any, label: str, **options: Any) -> Any:
    """Make a control with its label, as wide as the others."""
    return kind(description=label, style=_STYLE, layout={"width": _WIDE}, **options)


def _many(label: str, options: Any, value: tuple[str, ...], rows: int) -> Any:
    import ipywidgets as w

    hint = "None marked: all. Ctrl or Shift marks several"
    return own(w.SelectMultiple, label, options=options, value=value, rows=rows, tooltip=hint)


def _iso(value: datetime.date | None) -> str | None:
    return None if value is None else value.isoformat()
