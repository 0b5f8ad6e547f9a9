"""Tables: their colours, their length, and how they stay on the page.

A table that a frame shows may be longer than anyone reads and wider than any paper. Of a long one the first and last
rows are kept, with a count between them, as pandas does. On paper, and only there, a wide one is first set smaller;
where even the smallest readable size would not hold it, it is parted into tables that follow each other, its row labels
repeated and the columns counted in the caption. A table that states its own widths fills the line and is left as it is.
"""

from __future__ import annotations

import copy
import csv
import html as entities
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analysis.export.notices import Notices
from analysis.export.pandoc_tree import Node, attr, div, rows_of, text_of, walk, words
from analysis.export.terminal_text import breakable, clean, one_line

# Characters of the sans that fit a line of text at each size, measured on A4 with digits and lower case.
CAPACITY: Sequence[tuple[str, int]] = (("9pt", 92), ("8pt", 104), ("7pt", 120))
_WORD = 14
_GAP = 3
_NUMBER = re.compile(
    r"[-+−–]?[\d., \u00a0\u202f]*\d[\d., \u00a0\u202f]*(?:[eE][-+]?\d+)?\s?%?|nan|NaN|<NA>|NaT|inf|-inf|None|–|—|"
)

# Colours


_SHEET = re.compile(r"<style\b[^>]*>(.*?)</style>", re.DOTALL | re.IGNORECASE)
_RULES = re.compile(r"([^{}]+)\{([^{}]*)\}")
_COLOUR = r"(#[0-9a-fA-F]{3,8}\b|rgba?\([^()]*\)|[a-zA-Z]+)"
_BAR = re.compile(r"linear-gradient\(\s*90deg\s*,(.*)\)\s*$")
_INK, _PAPER, _ENOUGH = "1a1a1a", "ffffff", 4.5


def with_styles(html: str) -> str:
    """Return HTML in which what a style sheet says of single cells, as pandas' Styler does, stands in the cells."""
    told: dict[str, str] = {}
    for sheet in _SHEET.findall(html):
        for selectors, rule in _RULES.findall(sheet):
            for selector in selectors.split(","):
                if re.fullmatch(r"\s*#[\w-]+\s*", selector):
                    name = selector.strip()[1:]
                    told[name] = f"{told.get(name, '')};{' '.join(rule.split())}"
    if not told:
        return html

    def put(found: re.Match[str]) -> str:
        rule = told.get(found[2], "")
        return f'{found[0]} style="{entities.escape(rule)}"' if rule else found[0]

    return re.sub(r"""\bid=(["']?)([\w-]+)\1""", put, _SHEET.sub("", html))


def style_of(style: str) -> dict[str, str]:
    """Return what a cell's style says of colour and weight: `fill`, `ink`, `bar` (colour and ends), `weight`."""
    if ":" not in style:
        return {}
    rules = dict(re.findall(r"([a-z-]+)\s*:\s*([^;]+)", style.lower()))
    ground = rules.get("background-color") or rules.get("background") or ""
    made: dict[str, str] = {}
    if bar := _bar(rules.get("background", "") + rules.get("background-image", "")):
        # Text runs over the bar and beside it, so the bar is made light enough for dark letters.
        colour, _, ends = bar.partition(" ")
        while contrast(_INK, colour) < _ENOUGH:
            colour = "".join(f"{(int(colour[i : i + 2], 16) + 256) // 2:02x}" for i in (0, 2, 4))
        made["bar"] = f"{colour} {ends}"
    elif fill := _hex(ground):
        made["fill"] = fill
    if (ink := _hex(rules.get("color", ""))) or "fill" in made:
        made["ink"] = legible(ink or _INK, made.get("fill", _PAPER))
    if "bar" in made or (made.get("ink") == _INK and "fill" not in made):
        made.pop("ink", None)
    if re.match(r"bold|[6-9]00", rules.get("font-weight", "")):
        made["weight"] = "bold"
    return made


def _hex(text: str) -> str:
    """Return a colour of CSS as six digits on white, or an empty text for none."""
    found = re.match(_COLOUR, text.strip())
    if not found:
        return ""
    told = found[1].lower()
    if told.startswith("rgb"):
        parts = [float(part) for part in re.findall(r"[\d.]+", told)][:4]
        if len(parts) < 3:
            return ""
        share = parts[3] if len(parts) == 4 else 1.0
        channels = [round(min(255.0, part) * share + 255 * (1 - share)) for part in parts[:3]]
        return "" if share == 0 else "".join(f"{channel:02x}" for channel in channels)
    if told.startswith("#"):
        digits = told[1:]
        digits = "".join(2 * digit for digit in digits) if len(digits) in {3, 4} else digits
        return digits[:6] if len(digits) in {6, 8} and digits[6:] != "00" else ""
    from PIL import ImageColor

    try:
        return "".join(f"{channel:02x}" for channel in ImageColor.getrgb(told)[:3])
    except ValueError:
        return ""  # such as `inherit`


def _bar(text: str) -> str:
    """Return a bar drawn by a gradient as "colour from to", the ends in per cent, or an empty text for none."""
    found = _BAR.search(text)
    stops = re.findall(rf"{_COLOUR}\s+([\d.]+)%", found[1]) if found else []
    shown = [(_hex(colour), float(end)) for colour, end in stops]
    for index, (colour, end) in enumerate(shown):
        if not colour:
            continue
        own = [float(stop) for name, stop in shown[index:] if name == colour]
        before = shown[index - 1][1] if index else 0.0
        start = end if len(own) > 1 else before
        return f"{colour} {max(0.0, start):g} {min(100.0, max(own)):g}"
    return ""


def legible(ink: str, fill: str) -> str:
    """Return the colour of text on a ground: the one asked for where it can be read, else dark or white."""
    return (
        ink if contrast(ink, fill) >= _ENOUGH else max((_INK, "ffffff", "000000"), key=lambda one: contrast(one, fill))
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2)."""

    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


# Length


_ROW = re.compile(r"<tr\b.*?(?=<tr\b|</tbody|</table|$)", re.DOTALL | re.IGNORECASE)
_BODY = re.compile(r"(<tbody\b[^>]*>)(.*?)(?=</tbody|</table|$)", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b([^>]*)>(.*?)(?=<t[dh]\b|</t[dhr]|$)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Cut:
    """A table that was shortened: how many rows it had and keeps, and all of it as CSV."""

    rows: int
    kept: int
    csv: str


def shortened(html: str, most: int) -> tuple[str, list[Cut]]:
    """Return HTML whose tables have at most `most` rows, the first and the last, and what was cut."""
    cuts: list[Cut] = []
    if html.lower().count("<tr") <= most:
        return html, cuts

    def cut(found: re.Match[str]) -> str:
        rows = _ROW.findall(found[2])
        first, last = _ends(rows, most)
        if first is None or last is None:
            return found[0]
        width = sum(_span(told, "col") for told, _ in _CELL.findall(rows[0]))
        gone = len(rows) - first - last
        kept = len(rows) - gone
        cuts.append(Cut(len(rows), kept, _csv(rows)))
        note = f'<tr><td colspan="{width}">… {gone:,} of {len(rows):,} rows are left out here …</td></tr>'
        return found[1] + "".join([*rows[:first], note, *rows[len(rows) - last :]])

    bodies = (
        _BODY
        if re.search("<tbody", html, re.IGNORECASE)
        else re.compile(_BODY.pattern.replace("tbody\\b", "table\\b", 1), _BODY.flags)
    )
    return bodies.sub(cut, html), cuts


def _ends(rows: list[str], most: int) -> tuple[int | None, int | None]:
    """Return how many rows to keep at the top and at the end, so that no cell that spans rows is cut."""
    if len(rows) <= most:
        return None, None
    open_rows, whole = 0, [True]
    for row in rows:
        open_rows = max(open_rows - 1, *(_span(told, "row") - 1 for told, _ in _CELL.findall(row)), 0)
        whole.append(open_rows <= 0)
    half = most // 2
    first = next((count for count in range(half, 0, -1) if whole[count]), None)
    last = next((count for count in range(half, 0, -1) if whole[len(rows) - count]), None)
    return first, last


def _span(told: str, kind: str) -> int:
    found = re.search(rf"\b{kind}span\s*=\s*[\"']?(\d+)", told)
    return max(1, int(found[1])) if found else 1


def _csv(rows: list[str]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    for row in rows:
        texts = [one_line(entities.unescape(re.sub(r"<[^>]+>", " ", cell))) for _, cell in _CELL.findall(row)]
        # What a spreadsheet would run is text; a number is a number.
        writer.writerow(
            [f"'{text}" if text[:1] in set("=+-@") and not _NUMBER.fullmatch(text) else text for text in texts]
        )
    return clean(made.getvalue())


# Width


@dataclass(frozen=True)
class Grid:
    """A table with its spans laid out: each row has a cell, a list of blocks with its attributes, in every column."""

    head: list[list[tuple[Any, list[Node]]]]
    rows: list[list[tuple[Any, list[Node]]]]

    @property
    def width(self) -> int:
        """Count the columns."""
        return len((self.head + self.rows)[0]) if self.head or self.rows else 0

    def column(self, index: int) -> list[str]:
        """Return a column's texts, heads first."""
        return [text_of(row[index][1]) for row in self.head + self.rows]


def aligned(table: Node) -> list[Node] | None:
    """Set columns of numbers to the right where the table says nothing, and break long words; [] drops an empty one."""
    _, _, specs, head, bodies, foot = table["c"]
    if not specs or not rows_of(table):
        return []
    walk([head, bodies, foot], _broken, "Str")
    if any(spec[1]["t"] != "ColWidthDefault" for spec in specs):
        return None
    if any(spec[0]["t"] == "AlignDefault" for spec in specs):
        grid = _grid(table)
        for index, spec in enumerate(specs):
            texts = [text_of(row[index][1]).strip().replace("\u200b", "") for row in grid.rows]
            numeric = any(texts) and all(_NUMBER.fullmatch(text) for text in texts)
            if spec[0]["t"] == "AlignDefault":
                spec[0] = {"t": "AlignRight" if numeric else "AlignLeft"}
    return None


def fit(table: Node, where: str, notices: Notices) -> list[Node]:
    """Return a table as one or more that fit the line of a page, wrapped in the size to be set in."""
    specs = table["c"][2]
    if any(spec[1]["t"] != "ColWidthDefault" for spec in specs):
        return [table]
    grid = _grid(table)
    needs, wishes = [], []
    for index in range(grid.width):
        texts = grid.column(index)
        needs.append(_need(texts))
        wishes.append(max(map(len, texts), default=0) + _GAP)
    for size, capacity in CAPACITY:
        # A size will do when a moderate wrapping of the longest cells suffices; the smallest, when every word has room.
        if sum(min(wish, max(need, 24)) for need, wish in zip(needs, wishes, strict=True)) <= capacity:
            return [_sized(table, size)]
    if sum(needs) <= CAPACITY[-1][1]:
        return [_sized(table, CAPACITY[-1][0])]
    parts = _parted(table, grid, needs)
    notices.add(where, f"the table is wider than the page and is set in {len(parts)} parts.")
    return parts


def too_wide(table: Node) -> bool:
    """Return whether a table does not fit the line of a page at any size."""
    grid = _grid(table)
    stated = any(spec[1]["t"] != "ColWidthDefault" for spec in table["c"][2])
    return not stated and sum(_need(grid.column(index)) for index in range(grid.width)) > CAPACITY[-1][1]


def labels(table: Node) -> int:
    """Return how many first columns hold the labels of rows; at least one."""
    counts: list[int] = [body[1] for body in table["c"][4]]
    return max([1, *counts])


def _parted(table: Node, grid: Grid, needs: list[int]) -> list[Node]:
    """Return the table in parts, each with the labels of its rows and as many other columns as fit."""
    size, capacity = CAPACITY[-1]
    first = min(labels(table), grid.width - 1)
    left = capacity - sum(needs[:first])
    groups: list[list[int]] = [[]]
    for index in range(first, grid.width):
        if groups[-1] and sum(needs[i] for i in groups[-1]) + needs[index] > left:
            groups.append([])
        groups[-1].append(index)
    if len(groups) > 1 and len(groups[-1]) == 1 and len(groups[-2]) > 2:
        groups[-1].insert(0, groups[-2].pop())
    own = text_of(table["c"][1])
    parts = []
    for group in groups:
        columns = [*range(first), *group]
        part = Grid(*([[row[i] for i in columns] for row in rows] for rows in (grid.head, grid.rows)))
        which = f"columns {group[0] + 1} to {group[-1] + 1}" if len(group) > 1 else f"column {group[0] + 1}"
        caption = f"{own} ({which} of {grid.width})" if own else f"{which.capitalize()} of {grid.width}"
        parts.append(_sized(_table(part, [table["c"][2][i] for i in columns], caption, first), size))
    return parts


def _grid(table: Node) -> Grid:
    """Lay out a table's cells, repeating what spans columns or rows."""
    columns = len(table["c"][2])
    head = _laid(table["c"][3][1], columns)
    rows: list[list[tuple[Any, list[Node]]]] = []
    for body in table["c"][4]:
        rows += _laid(body[2], columns) + _laid(body[3], columns)
    return Grid(head, rows + _laid(table["c"][5][1], columns))


def _laid(rows: list[Any], columns: int) -> list[list[tuple[Any, list[Node]]]]:
    laid: list[list[tuple[Any, list[Node]]]] = []
    open_rows = [0] * columns
    for row in rows:
        above = laid[-1] if laid else []
        cells = [above[i] if open_rows[i] else (attr(), []) for i in range(columns)]
        index = 0
        for place, _, down, across, blocks in row[1]:
            while index < columns and open_rows[index]:
                index += 1
            for offset in range(index, min(index + across, columns)):
                cells[offset], open_rows[offset] = (place, blocks), down
            index += across
        open_rows = [max(0, left - 1) for left in open_rows]
        laid.append(cells)
    return laid


def _table(grid: Grid, specs: list[Any], caption: str, first: int) -> Node:
    def row(cells: list[tuple[Any, list[Node]]]) -> list[Any]:
        made = [[place, {"t": "AlignDefault"}, 1, 1, blocks] for place, blocks in cells]
        return [attr(), copy.deepcopy(made)]

    head = [attr(), [row(cells) for cells in grid.head]]
    body = [attr(), first, [], [row(cells) for cells in grid.rows]]
    told = [None, [{"t": "Plain", "c": words(caption)}]]
    return {"t": "Table", "c": [attr(), told, copy.deepcopy(specs), head, [body], [attr(), []]]}


def _broken(node: Node) -> None:
    """Give long words in cells places to break."""
    if len(node["c"]) > _WORD:
        node["c"] = breakable(node["c"].replace("\u200b", ""), _WORD)


def _sized(table: Node, size: str) -> Node:
    return div([table], "sized", size=size)


def _need(texts: list[str]) -> int:
    longest = max((len(word) for text in texts for word in text.replace("\u200b", " ").split()), default=0)
    return min(longest, _WORD) + _GAP


def styled(cell: list[Any]) -> dict[str, str]:
    """Return what `style_of` has left in a cell's attributes."""
    return {key: value for key, value in cell[0][2] if key in {"fill", "ink", "bar", "weight"}}
