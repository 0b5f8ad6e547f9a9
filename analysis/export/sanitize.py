"""What a foreign text could smuggle in is taken away, and what it shows is kept.

Raw HTML, TeX and Typst, attributes (pandoc hands some of them to Typst as code), pictures from the network and
links that are no links do not get past this module. It works on the parsed tree, where markup and text can no
longer be confused.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from analysis.export import fit_table
from analysis.export.notebook import Piece
from analysis.export.pandoc_tree import Node, attr, link, para, text_of, verbatim, walk, words
from analysis.export.pictures import Gallery
from analysis.export.terminal_text import breakable, one_line

_MATHS = re.compile(r"\s*\\begin\{(align|equation|gather|eqnarray|multline|aligned|alignat|displaymath|math)\*?\}")
_LINKS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_VISITED = ("RawInline", "RawBlock", "Image", "Link", "Str", "CodeBlock", "Para", "Plain", "Table")
_PROSE_WORD = 42
_LINE = 88


def figure(name: str, alt: str, caption: str, width: str) -> Node:
    """Return a kept picture as a figure; `width` is "full", "natural" or a number of pixels."""
    picture = {"t": "Image", "c": [attr(classes=["plate"], width=width), words(alt), [name, ""]]}
    told = [None, [{"t": "Plain", "c": words(caption)}] if caption else []]
    return {"t": "Figure", "c": [attr(classes=["picture"]), told, [{"t": "Plain", "c": [picture]}]]}


def safe(blocks: list[Node], piece: Piece, gallery: Gallery) -> list[Node]:
    """Return parsed blocks without anything that could act."""

    def visit(node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind == "RawInline":
            return _tag(node, piece, gallery) if node["c"][0] == "html" else [_formula(node["c"][1])]
        if kind == "RawBlock":
            return _raw_block(node, piece, gallery)
        if kind == "Image":
            target, title = node["c"][2]
            return [_image(text_of(node["c"][1]), target, title, piece, gallery)]
        if kind == "Link":
            target = node["c"][2][0]
            safe = _LINKS.fullmatch(target) or target.startswith("#")
            return [link(node["c"][1], target)] if safe else node["c"][1]
        if kind == "Str":
            return [{"t": "Str", "c": breakable(node["c"], _PROSE_WORD)}]
        if kind == "CodeBlock":
            return [{"t": "CodeBlock", "c": [node["c"][0], wrapped(node["c"][1])]}]
        if kind == "Table":
            return fit_table.fit(node)
        if len(node["c"]) == 1 and node["c"][0]["t"] == "Image":
            _, alt, (name, title) = node["c"][0]["c"]
            return [figure(name, text_of(alt), title, gallery.width(name))]
        return None

    safe: list[Node] = walk(_bare(blocks), visit, *_VISITED)
    return safe


def _bare(node: Any, code: bool = False) -> Any:
    """Return a tree whose attributes hold nothing but anchors, and the language of code."""
    if isinstance(node, list):
        if len(node) == 3 and isinstance(node[0], str) and isinstance(node[1], list) and isinstance(node[2], list):
            anchor = node[0] if re.fullmatch(r"[^\W_][\w.-]*", node[0]) and not node[0].startswith("ref") else ""
            classes = [name for name in node[1][:1] if code and re.fullmatch(r"[a-z][a-z0-9+-]*", name)]
            return [anchor, classes, []]
        return [_bare(item, code) for item in node]
    if isinstance(node, dict):
        return {key: _bare(value, node.get("t") == "CodeBlock") for key, value in node.items()}
    return node


def _raw_block(node: Node, piece: Piece, gallery: Gallery) -> list[Node]:
    form, text = node["c"]
    if form == "html":
        inlines = _tag(node, piece, gallery)
        return [para(inlines)] if inlines else []
    formula = _formula(text)
    return [para([formula])] if formula["t"] == "Math" else [verbatim(wrapped(text))]


def _formula(text: str) -> Node:
    """Return TeX that stands bare in Markdown: an environment of mathematics as a formula, else the text it is."""
    if not _MATHS.match(text):
        return {"t": "Str", "c": text}
    inner = re.sub(r"\\(begin|end)\{(equation|displaymath|math)\*?\}", "", text).strip()
    return {"t": "Math", "c": [{"t": "DisplayMath"}, inner]}


class _Pictures(HTMLParser):
    """Finds the pictures and line breaks in a scrap of HTML; all else in it is dropped."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"img", "br"}:
            self.found.append((tag, {key: value or "" for key, value in attrs}))


def _tag(node: Node, piece: Piece, gallery: Gallery) -> list[Node]:
    parser = _Pictures()
    parser.feed(node["c"][1])
    return [
        {"t": "LineBreak"}
        if tag == "br"
        else _image(told.get("alt", ""), told.get("src", ""), told.get("title", ""), piece, gallery)
        for tag, told in parser.found
    ]


def _image(alt: str, target: str, title: str, piece: Piece, gallery: Gallery) -> Node:
    """Return a kept picture, or the words and the address of one that is not read."""
    name = gallery.referred(target, piece)
    if name is None:
        told = words(one_line(alt) or one_line(target) or "picture")
        return link(told, target) if _LINKS.fullmatch(target) else {"t": "Span", "c": [attr(), told]}
    description = gallery.describe(piece, alt, title, piece.alt, piece.plain)
    return {
        "t": "Image",
        "c": [attr(classes=["picture"], width=gallery.width(name)), words(description), [name, one_line(title)]],
    }


def wrapped(text: str) -> str:
    """Return verbatim text whose unbroken runs are no longer than a line."""
    return "\n".join(breakable(line.expandtabs(), _LINE) for line in text.split("\n"))
