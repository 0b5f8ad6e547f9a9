"""The widgets of the coding form, made from the data dictionary.

A column becomes the input that suits it: a list where its values are listed, else a line or a block of text; its
meaning is the tooltip, and under it stands what is wrong or how it was understood. A `Picker` is a search line over a
list, for the codes and pages that are too many to scroll through. All of it is reached by keyboard in reading order.
Text from the record or the analyst is escaped wherever it becomes HTML.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from typing import Any

from analysis.record.schema import Column

Options = Sequence[tuple[str, str]]
_LONG = frozenset(
    (
        "summary",
        "claim",
        "rationale",
        "notes",
        "dependence_note",
        "proposition",
        "resolution_note",
        "sequel",
        "rule",
        "caveats",
    )
)
_WIDE = {"width": "98%"}
_LABEL = {"description_width": "11em"}


class Field:
    """One column's input with the line under it.

    Parameters
    ----------
    column : Column
        Of the data dictionary.
    options : sequence of (shown, value), optional
        The values to choose from; those that the dictionary lists when absent.
    several : bool
        Whether several of them may be chosen; the cell joins them by `;`.
    default : str
        What it holds at first and after a save.
    """

    def __init__(
        self, column: Column, options: Options | None = None, *, several: bool = False, default: str = ""
    ) -> None:
        import ipywidgets as w

        self.column, self.several, self.default = column, several, default
        listed = options if options is not None else _listed(column)
        shared = {
            "description": column.name.replace("_", " ") + (" *" if column.required else ""),
            "tooltip": column.meaning,
            "style": _LABEL,
            "layout": _WIDE,
        }
        if several:
            self.input = w.SelectMultiple(options=list(listed), rows=4, **shared)
        elif listed:
            self.input = w.Dropdown(options=[("", ""), *listed], value="", **shared)
        elif column.name in _LONG:
            self.input = w.Textarea(placeholder=column.meaning, rows=2, **shared)
        else:
            self.input = w.Text(placeholder=column.meaning, **shared)
        self.input.add_class(f"coding-{column.name}")
        self.line = w.HTML()
        self.box = w.VBox([self.input, self.line])
        self.set(default)

    @property
    def text(self) -> str:
        """The cell as it would stand in the record."""
        value = self.input.value
        return ";".join(value) if self.several else str(value)

    def set(self, text: str) -> None:
        """Fill the cell."""
        self.input.value = tuple(part for part in text.split(";") if part) if self.several else text

    def say(self, words: str, *, good: bool = False) -> None:
        """Put words under the input; an empty text clears them."""
        self.line.value = said(words, "good" if good else "bad", indent=True)

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a function after each change."""
        self.input.observe(lambda _: changed(), "value")


class Picker:
    """A search line over a list of which one is chosen; a choice stays until another is made.

    Parameters
    ----------
    label, hint : str
        What is chosen, and what to search by.
    find : callable
        From a query to the options (shown, value) that it finds.
    name : str
        Of its CSS class.
    default : str
        The value chosen at first; empty for none.
    """

    def __init__(self, label: str, hint: str, find: Callable[[str], Options], name: str, default: str = "") -> None:
        import ipywidgets as w

        self._find, self._default, self._filling = find, default, False
        self._changed: list[Callable[[], None]] = []
        self.text, self.shown = "", ""
        self.search = w.Text(description=label, placeholder=hint, style=_LABEL, layout=_WIDE)
        self.list = w.Select(options=[], rows=6, description=" ", style=_LABEL, layout=_WIDE)
        self.line = w.HTML()
        self.search.add_class(f"coding-{name}-search")
        self.list.add_class(f"coding-{name}-list")
        self.box = w.VBox([self.search, self.list, self.line])
        self.search.observe(lambda _: self.refresh(), "value")
        self.list.observe(lambda change: self._choose(change["new"]), "value")
        self.set(default)

    def set(self, value: str) -> None:
        """Choose a value and clear the search; an empty text chooses none."""
        self.text = value
        self.search.value = ""
        self.refresh()
        self._choose(value)

    def clear(self) -> None:
        """Go back to what was chosen at first."""
        self.set(self._default)

    def refresh(self) -> None:
        """Show what the search finds now; what is chosen stays chosen, listed or not."""
        found = list(self._find(self.search.value))
        self._filling = True
        self.list.options = found
        self.list.value = self.text if self.text in [value for _, value in found] else None
        self._filling = False

    def watch(self, changed: Callable[[], None]) -> None:
        """Call a function after each choice."""
        self._changed.append(changed)

    def _choose(self, value: str | None) -> None:
        if self._filling:
            return
        self.text = value or ""
        self.shown = next((shown for shown, one in self._find("") if one == self.text), self.text)
        self.line.value = said(f"Chosen: {self.shown}" if self.shown else "None chosen yet.", "good", indent=True)
        for changed in self._changed:
            changed()


def said(words: str, tone: str, *, indent: bool = False) -> str:
    """Return words as HTML, each line of its own; red with a sign where the tone is bad, so not by colour alone."""
    if not words:
        return ""
    style = {"bad": "color:#a11", "warn": "color:#7a4b00", "good": "color:#25603b"}.get(tone, "")
    sign = {"bad": "✗ ", "warn": "⚠ "}.get(tone, "")
    inset = "margin-left:11.5em;" if indent else ""
    lines = "<br>".join(f"{sign}{html.escape(line)}" for line in words.split("\n"))
    return f'<div style="{inset}line-height:1.35;{style}">{lines}</div>'


def row_table(rows: dict[str, dict[str, str]]) -> str:
    """Return the rows of an entry as an HTML table of their filled cells, the table's name before each."""
    cells = [
        f"<tr><th style='text-align:left;padding-right:1em'>{html.escape(f'{table}.{name}')}</th>"
        f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
        for table, row in rows.items()
        for name, text in row.items()
        if text
    ]
    return f"<table style='line-height:1.3'>{''.join(cells)}</table>"


def fields(columns: Sequence[Column], skip: Sequence[str] = (), **options: Any) -> dict[str, Field]:
    """Return a field for each column but those to skip; `options` gives lists by column."""
    return {
        column.name: Field(column, options.get(column.name), several=column.name == "persons")
        for column in columns
        if column.name not in skip
    }


def _listed(column: Column) -> Options:
    if column.allowed:
        return [(value.replace("_", " "), value) for value in column.allowed]
    if column.kind == "integer" and column.low is not None and column.high is not None:
        return [(f"{value:+d}" if column.low < 0 else str(value), str(value)) for value in _whole(column)]
    return []


def _whole(column: Column) -> range:
    return range(int(column.low or 0), int(column.high or 0) + 1)
