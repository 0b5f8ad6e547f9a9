"""The explorer: controls, the chart they ask for, the evidence of an act, what makes a day's value, and saving.

Every change of a control draws the chart anew, from the record, in the kernel. A choice that cannot be met is answered
in words under its control; the chart of the last choices that could be met stays, pale, and it is said that it is
theirs. While a year is being typed nothing changes.
"""

from __future__ import annotations

import datetime
import html
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import OptionError, WorkbookError
from analysis.explore import controls as make
from analysis.explore.drawing import chart_of, picture
from analysis.explore.evidence import behind, value_of
from analysis.explore.marks import over
from analysis.explore.saving import save
from analysis.explore.view import View, ready

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

_WIDGET = "application/vnd.jupyter.widget-view+json"


def explorer(
    rel: Relationship, view: View | None = None, *, folder: str | os.PathLike[str] = "views", name: str = "view"
) -> Explorer:
    """Open the explorer.

    Parameters
    ----------
    rel : Relationship
        The whole record; the view says what may be known of it.
    view : View, optional
        Where to begin.
    folder : path
        Where *Save* writes; made when something is saved.
    name : str
        The name that *Save* proposes.

    Raises
    ------
    OptionError
        When the record cannot answer the view.
    """
    begin = view or View()
    ready(rel, begin)
    return Explorer(rel, begin, folder, name)


class Explorer:
    """An open explorer; shown as a widget in JupyterLab, as a sentence where there are no widgets.

    Attributes
    ----------
    controls : Controls
        The widgets of the choices.
    chart : LiveChart
        The picture, with its marks: hover tells an act or a day's value, a click opens what is behind it.
    evidence, explanation, message : HTML widgets
        The chosen act; the chosen day; what was refused or saved.
    event, day, name, save : widgets
        The list of acts, the day to explain, the name to save under, the button that saves.
    """

    def __init__(self, rel: Relationship, view: View, folder: str | os.PathLike[str], name: str) -> None:
        import ipywidgets as w

        from analysis.explore.live import LiveChart

        self._rel, self._folder, self._listed = rel, folder, [("", "")]
        self._asked = ready(rel, view)
        self.controls, self.chart = make.controls(rel, view), LiveChart()
        self.message, self.evidence, self.explanation = (w.HTML() for _ in range(3))
        for text in (self.evidence, self.explanation):
            text.add_class("jp-RenderedHTMLCommon")  # JupyterLab's own look for links and tables
        self.event = w.Dropdown(layout={"width": "auto"}, description="Act", style={"description_width": "3em"})
        self.day = make.day("On", None, "Day whose value is taken apart; empty for the last day shown")
        self.name = make.own(w.Text, "Save as", value=name)
        self.save = w.Button(description="Save view", tooltip="Write SVG, PNG, alt text and parameters")
        self.box = self._lay_out()
        for one in self.controls.widgets:
            one.observe(self._redraw, "value")
        self.event.observe(self._show_event, "value")
        self.day.observe(self._show_day, "value")
        self.chart.observe(self._open_act, "act")
        self.chart.observe(self._open_day, "day")
        self.save.on_click(self._save)
        self._redraw()

    @property
    def view(self) -> View:
        """What is chosen now."""
        return self.controls.view()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        shown: dict[str, Any] = self.box._repr_mimebundle_(**options) or {}
        words = f"Explorer of {self._rel.title}. Run the notebook in JupyterLab to open it."
        return {"text/plain": words, **{kind: data for kind, data in shown.items() if kind == _WIDGET}}

    def _redraw(self, change: object = None) -> None:
        """Answer the choices: the chart, the acts to choose from, the day's value."""
        if self.controls.half_typed:
            return
        self.message.value = ""
        self.controls.follow()
        try:
            asked = ready(self._rel, self.view)
            drawn = chart_of(asked)
        except OptionError as refusal:
            self.chart.value = self.chart.value.replace('class="live"', 'class="live old"')
            if not self.controls.refuse(refusal):
                self.message.value = _refused(refusal)
            elif self.chart.value:
                self.message.value = "<p>The chart is still that of the choices before.</p>"
            return
        self.controls.refuse(None)
        self._asked = asked
        self.chart.value = f'<div class="live">{picture(drawn)}{over(drawn, asked)}</div>'
        self._list([(_label(row), str(row.event_id)) for row in asked.shown.itertuples()])
        self._show_day()

    def _open_act(self, change: object = None) -> None:
        """Show the evidence of the act whose mark was chosen."""
        if self.chart.act in {event_id for _, event_id in self._listed}:
            self.event.value = self.chart.act

    def _open_day(self, change: object = None) -> None:
        """Take apart the value of the day that was chosen in the chart."""
        self.day.value = datetime.date.fromisoformat(self.chart.day)

    def _list(self, acts: list[tuple[str, str]]) -> None:
        """Offer these acts; the one chosen stays chosen where it is among them."""
        if acts != self._listed:
            self._listed, chosen = acts, self.event.value
            ids = [event_id for _, event_id in acts]
            self.event.unobserve(self._show_event, "value")
            self.event.options = acts
            self.event.value = chosen if chosen in ids else (ids[0] if ids else None)
            self.event.observe(self._show_event, "value")
        self._show_event()

    def _show_event(self, change: object = None) -> None:
        chosen = self.event.value
        self.evidence.value = _tried(lambda: behind(self._asked, chosen)) if chosen else ""

    def _show_day(self, change: object = None) -> None:
        day = self.day.value
        if day is None or day.year >= make.FIRST_YEAR:
            self.explanation.value = _tried(lambda: value_of(self._asked, make.chosen_day(self.day)).html(), "On")

    def _save(self, button: object) -> None:
        def written() -> str:
            files = save(self._rel, self.view, self._folder, self.name.value)
            names = ", ".join(html.escape(path.name) for path in files)
            return f'<p role="status">Saved in {html.escape(str(Path(self._folder)))}: {names}.</p>'

        self.message.value = _tried(written)

    def _lay_out(self) -> Any:
        import ipywidgets as w

        part = {"flex": "1 1 16em", "min_width": "0"}
        scrolled = w.Layout(max_height="15em", overflow="auto")
        self.evidence.layout = self.explanation.layout = scrolled
        acts = w.VBox([_head("The evidence of an act"), self.event, self.evidence], layout=part)
        value = w.VBox([_head("What makes the value"), self.day, self.explanation], layout=part)
        left = w.VBox(self.controls.boxes, layout={"width": "18em", "flex": "0 0 auto"})
        middle = w.VBox([self.message, self.chart], layout={"flex": "0 1 640px", "min_width": "0"})
        # Beside the chart where there is room, else below it; both without scrolling on a screen of 1280 by 800.
        behind = w.HBox(
            [acts, value], layout={"flex_flow": "row wrap", "flex": "1 1 20em", "align_content": "flex-start"}
        )
        both = w.HBox([left, middle, behind], layout={"flex_flow": "row wrap"})
        saving = w.HBox([self.name, self.save])
        return w.VBox([self.controls.chart, self.controls.wrong["chart"], both, saving])


def _tried(act: Callable[[], str], label: str = "") -> str:
    """Return what is made, or why it is refused: never what stood there before."""
    try:
        return act()
    except WorkbookError as refusal:
        return _refused(refusal, label)


def _refused(refusal: WorkbookError, label: str = "") -> str:
    named = label and isinstance(refusal, OptionError)
    words = make.in_words(label, refusal) if named and isinstance(refusal, OptionError) else str(refusal)
    return f'<p role="alert"><strong>{html.escape(words)}</strong></p>'


def _head(words: str) -> Any:
    import ipywidgets as w

    return w.HTML(f'<h3 style="margin:.2em 0">{words}</h3>')


def _label(row: Any) -> str:
    return f"{row.start:%Y-%m-%d}  {'−' if row.goldstein < 0 else '+'}{abs(row.goldstein):.1f}  {row.title}"
