"""The explorer: controls, the chart they ask for, the evidence of an act, what makes a day's value, and saving.

Every change of a control draws the chart anew, from the record, in the kernel. A choice that cannot be met is answered
in words where the chart was: an old chart beside new choices would be a wrong chart.
"""

from __future__ import annotations

import html
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.errors import WorkbookError
from analysis.explore import controls as make
from analysis.explore.drawing import chart_of, picture
from analysis.explore.evidence import behind, value_of
from analysis.explore.saving import save
from analysis.explore.view import Ready, View, ready

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
    chart, evidence, explanation, message : HTML widgets
        What they make: the picture; the chosen act; the chosen day; what was refused or saved.
    event, day, name, save : widgets
        The list of acts, the day to explain, the name to save under, the button that saves.
    """

    def __init__(self, rel: Relationship, view: View, folder: str | os.PathLike[str], name: str) -> None:
        import ipywidgets as w

        self._rel, self._folder, self._listed = rel, folder, [("", "")]
        self.controls = make.controls(rel, view)
        self.message, self.chart, self.evidence, self.explanation = (w.HTML() for _ in range(4))
        for text in (self.evidence, self.explanation):
            text.add_class("jp-RenderedHTMLCommon")  # JupyterLab's own look for links and tables
        self.event = w.Select(rows=12, layout={"width": "auto"}, description="Act", style={"description_width": "3em"})
        self.day = make.day("On", None, "Day whose value is taken apart; empty for the last day shown")
        self.name = make.own(w.Text, "Save as", value=name)
        self.save = w.Button(description="Save view", tooltip="Write SVG, PNG, alt text and parameters")
        self.box = self._lay_out()
        for one in self.controls.widgets:
            one.observe(self._redraw, "value")
        self.event.observe(self._show_event, "value")
        self.day.observe(self._show_day, "value")
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
        self.message.value = ""
        try:
            asked = ready(self._rel, self.view)
        except WorkbookError as refusal:
            self.chart.value, self.explanation.value = _refused(refusal), ""
            self._list([])
            return
        self.chart.value = _tried(lambda: picture(chart_of(asked)))
        self._list([(_label(row), str(row.event_id)) for row in asked.shown.itertuples()], asked)
        self._show_day(asked=asked)

    def _list(self, acts: list[tuple[str, str]], asked: Ready | None = None) -> None:
        """Offer these acts; the one chosen stays chosen where it is among them."""
        if acts != self._listed:
            self._listed, chosen = acts, self.event.value
            ids = [event_id for _, event_id in acts]
            self.event.unobserve(self._show_event, "value")
            self.event.options = acts
            self.event.value = chosen if chosen in ids else (ids[0] if ids else None)
            self.event.observe(self._show_event, "value")
        self._show_event(asked=asked)

    def _show_event(self, change: object = None, *, asked: Ready | None = None) -> None:
        chosen = self.event.value
        self.evidence.value = _tried(lambda: behind(asked or ready(self._rel, self.view), chosen)) if chosen else ""

    def _show_day(self, change: object = None, *, asked: Ready | None = None) -> None:
        self.explanation.value = _tried(
            lambda: value_of(asked or ready(self._rel, self.view), make.chosen_day(self.day)).html()
        )

    def _save(self, button: object) -> None:
        def written() -> str:
            files = save(self._rel, self.view, self._folder, self.name.value)
            names = ", ".join(html.escape(path.name) for path in files)
            return f'<p role="status">Saved in {html.escape(str(Path(self._folder)))}: {names}.</p>'

        self.message.value = _tried(written)

    def _lay_out(self) -> Any:
        import ipywidgets as w

        chart, *choices = self.controls.widgets
        left = w.VBox([*choices, self.name, self.save], layout={"width": "24em", "flex": "0 0 auto"})
        right = w.VBox([chart, self.message, self.chart], layout={"flex": "1 1 40em", "min_width": "0"})
        half = {"flex": "1 1 28em", "min_width": "0"}
        acts = w.VBox([_head("The evidence of an act"), self.event, self.evidence], layout=half)
        value = w.VBox([_head("What makes the value"), self.day, self.explanation], layout=half)
        rows = [w.HBox(parts, layout={"flex_flow": "row wrap"}) for parts in ([left, right], [acts, value])]
        return w.VBox(rows)


def _tried(act: Callable[[], str]) -> str:
    """Return what is made, or why it is refused: never what stood there before."""
    try:
        return act()
    except WorkbookError as refusal:
        return _refused(refusal)


def _refused(refusal: WorkbookError) -> str:
    return f'<p role="alert"><strong>{html.escape(str(refusal))}</strong></p>'


def _head(words: str) -> Any:
    import ipywidgets as w

    return w.HTML(f"<h3>{words}</h3>")


def _label(row: Any) -> str:
    return f"{row.start:%Y-%m-%d}  {'−' if row.goldstein < 0 else '+'}{abs(row.goldstein):.1f}  {row.title}"
