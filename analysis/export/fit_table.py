"""Tables that stay on the page.

A frame shown by pandas may be wider than any paper. It is first set smaller; where even the smallest readable size
would not hold it, it is parted into tables that follow each other, the first column repeated and the columns
counted in the caption. Nothing is left out. A table that states its own widths fills the line and is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.export.pandoc_tree import Node, attr, div, text_of, walk, words
from analysis.export.terminal_text import breakable

# Characters of the sans that fit a line of text at each size, measured on A4 with digits and lower case.
CAPACITY: Sequence[tuple[str, int]] = (("9pt", 92), ("8pt", 104), ("7pt", 120))
_WORD = 14
_GAP = 3
_NUMBER = re.compile(
    r"[-+−–]?[\d., \u00a0\u202f]*\d[\d., \u00a0\u202f]*(?:[eE][-+]?\d+)?\s?%?|nan|NaN|<NA>|NaT|inf|-inf|None|–|—|"
)


@dataclass(frozen=True)
class Grid:
    """A table with its spans laid out: each row has a cell, a list of blocks, in every column."""

    head: list[list[list[Node]]]
    rows: list[list[list[Node]]]

    @property
    def width(self) -> int:
        """Count the columns."""
        return len((self.head + self.rows)[0]) if self.head or self.rows else 0

    def column(self, index: int) -> list[str]:
        """Return a column's texts, heads first."""
        return [text_of(row[index]) for row in self.head + self.rows]


def fit(table: Node) -> list[Node]:
    """Return a table as one or more that fit the line, wrapped in the size to be set in."""
    specs = table["c"][2]
    if any(spec[1]["t"] != "ColWidthDefault" for spec in specs):
        return [_broken(table)]
    grid = _grid(table)
    if not grid.width:
        return []
    needs = [_need(grid.column(index)) for index in range(grid.width)]
    wishes = [_wish(grid.column(index)) for index in range(grid.width)]
    for size, capacity in CAPACITY:
        # A size will do when a moderate wrapping of the longest cells suffices; the smallest, when every word has room.
        if sum(min(wish, max(need, 24)) for need, wish in zip(needs, wishes, strict=True)) <= capacity:
            return [_sized(_aligned(_broken(table), grid), size)]
    if sum(needs) <= CAPACITY[-1][1]:
        return [_sized(_aligned(_broken(table), grid), CAPACITY[-1][0])]
    return _parted(table, grid, needs)


def _parted(table: Node, grid: Grid, needs: list[int]) -> list[Node]:
    """Return the table in parts, each with the first column and as many others as fit."""
    size, capacity = CAPACITY[-1]
    groups: list[list[int]] = [[]]
    for index in range(1, grid.width):
        if groups[-1] and needs[0] + sum(needs[i] for i in groups[-1]) + needs[index] > capacity:
            groups.append([])
        groups[-1].append(index)
    parts = []
    for group in groups:
        columns = [0, *group]
        part = Grid(*([[row[i] for i in columns] for row in rows] for rows in (grid.head, grid.rows)))
        which = f"columns {group[0] + 1} to {group[-1] + 1}" if len(group) > 1 else f"column {group[0] + 1}"
        own = text_of(table["c"][1])
        caption = f"{own} ({which} of {grid.width})" if own else f"{which.capitalize()} of {grid.width}"
        made = _table(part, [table["c"][2][i] for i in columns], caption)
        parts.append(_sized(_aligned(_broken(made), part), size))
    return parts


def _grid(table: Node) -> Grid:
    """Lay out a table's cells, repeating what spans columns and leaving open what spans rows."""
    columns = len(table["c"][2])
    head = _laid(table["c"][3][1], columns)
    rows: list[list[list[Node]]] = []
    for body in table["c"][4]:
        rows += _laid(body[2], columns) + _laid(body[3], columns)
    return Grid(head, rows + _laid(table["c"][5][1], columns))


def _laid(rows: list[Any], columns: int) -> list[list[list[Node]]]:
    laid: list[list[list[Node]]] = []
    open_rows = [0] * columns
    for row in rows:
        cells: list[list[Node]] = [[] for _ in range(columns)]
        index = 0
        for _, _, down, across, blocks in row[1]:
            while index < columns and open_rows[index]:
                index += 1
            for offset in range(index, min(index + across, columns)):
                cells[offset], open_rows[offset] = blocks, down
            index += across
        open_rows = [max(0, left - 1) for left in open_rows]
        laid.append(cells)
    return laid


def _table(grid: Grid, specs: list[Any], caption: str) -> Node:
    def row(cells: list[list[Node]]) -> list[Any]:
        return [attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, blocks] for blocks in cells]]

    head = [attr(), [row(cells) for cells in grid.head]]
    body = [attr(), 1, [], [row(cells) for cells in grid.rows]]
    told = [None, [{"t": "Plain", "c": words(caption)}]]
    return {"t": "Table", "c": [attr(), told, specs, head, [body], [attr(), []]]}


def _aligned(table: Node, grid: Grid) -> Node:
    """Set columns of numbers to the right where the table says nothing."""
    attribute, caption, specs, head, bodies, foot = table["c"]
    made = []
    for index, (align, width) in enumerate(specs):
        texts = [text_of(row[index]).strip() for row in grid.rows]
        numeric = any(texts) and all(_NUMBER.fullmatch(text) for text in texts)
        made.append([{"t": "AlignRight" if numeric else "AlignLeft"} if align["t"] == "AlignDefault" else align, width])
    return {"t": "Table", "c": [attribute, caption, made, head, bodies, foot]}


def _broken(table: Node) -> Node:
    """Give long words in cells places to break."""

    def visit(node: Node) -> list[Node]:
        return [{"t": "Str", "c": breakable(node["c"], _WORD)}]

    content = table["c"]
    return {"t": "Table", "c": [*content[:3], *walk(content[3:], visit, "Str")]}


def _sized(table: Node, size: str) -> Node:
    return div([table], "sized", size=size)


def _need(texts: list[str]) -> int:
    longest = max((len(word) for text in texts for word in text.split()), default=0)
    return min(longest, _WORD) + _GAP


def _wish(texts: list[str]) -> int:
    return max(map(len, texts), default=0) + _GAP
