"""What a foreign text could smuggle in is taken away, and what it shows is kept.

Raw HTML, TeX and Typst, attributes (pandoc hands some of them to Typst as code), pictures from the network and
links that are no links do not get past this module. It works on the parsed tree, where markup and text can no
longer be confused. What a style says of a table's cells (colour, weight) is read, checked and written anew; of all
other attributes nothing stays but anchors.
"""

from __future__ import annotations

import re
from typing import Any

from analysis.export import tables
from analysis.export.markdown import ADMONITIONS
from analysis.export.notebook import Piece
from analysis.export.notes import uncited
from analysis.export.pandoc_tree import Node, attr, link, para, text_of, verbatim, walk, words
from analysis.export.pictures import Gallery
from analysis.export.terminal_text import breakable, one_line

_MATHS = re.compile(
    r"\s*\\begin\{(align|equation|gather|eqnarray|multline|aligned|alignat|displaymath|math|array|cases|split|[bpvV]?matrix)\*?\}"
)
_PLAIN_MATHS = re.compile(r"\\(begin|end)\{(equation|displaymath|math)\*?\}")
_MACRO = re.compile(r"\\(?:(?:re|provide)?newcommand|DeclareMathOperator|def|let)(?![A-Za-z])")
_LINKS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_VISITED = (
    "RawInline",
    "RawBlock",
    "Image",
    "Link",
    "Str",
    "Code",
    "CodeBlock",
    "Para",
    "Plain",
    "Table",
    "Div",
    "Span",
    "Cite",
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PROSE_WORD = 42
_LINE = 88


def figure(name: str, alt: str, caption: str, width: str) -> Node:
    """Return a kept picture as a figure; `width` is "full", "natural" or a number of pixels."""
    picture = {"t": "Image", "c": [attr(classes=["plate"], width=width), words(alt), [name, ""]]}
    told = [None, [{"t": "Plain", "c": words(caption)}] if caption else []]
    return {"t": "Figure", "c": [attr(classes=["picture"]), told, [{"t": "Plain", "c": [picture]}]]}


def safe(blocks: list[Node], piece: Piece, gallery: Gallery, known: set[str]) -> list[Node]:
    """Return parsed blocks without anything that could act; `known` are the sources that may be cited."""
    _bare(blocks)

    def visit(node: Node) -> list[Node] | None:
        kind, content = node["t"], node["c"]
        if kind == "Str":
            if len(content) > _PROSE_WORD:
                node["c"] = breakable(content, _PROSE_WORD)
            return None
        if kind == "RawInline":
            return [] if content[0] == "html" else [_formula(content[1])]
        if kind == "RawBlock":
            return _raw_block(content, piece, gallery)
        if kind == "Image":
            target, title = content[2]
            return [_image(text_of(content[1]), target, title, piece, gallery)]
        if kind == "Link":
            target = content[2][0]
            if _LINKS.fullmatch(target) or target.startswith("#"):
                return [link(content[1], target)]
            gallery.notices.add(piece.where, "a link to what is not on the web is set as text.")
            return list(content[1])
        if kind == "CodeBlock":
            content[1] = wrapped(content[1].strip("\n"))
            return None
        if kind == "Table":
            return tables.aligned(node)
        if kind in {"Div", "Span"}:
            if "admonition" in content[0][1] and content[1][:1] and "title" in _classes(content[1][0]):
                content[1][0] = para([{"t": "Strong", "c": words(text_of(content[1][0]))}])
            return [] if "hidden" in content[0][1] else None
        if kind == "Cite":
            return uncited(content, piece, known)
        if kind in {"Para", "Plain"} and len(content) == 1 and content[0]["t"] == "Image":
            _, alt, (name, title) = content[0]["c"]
            return [figure(name, text_of(alt), title, gallery.width(name))]
        return None

    made: list[Node] = walk(blocks, visit, *_VISITED)
    return made


def _classes(node: Node) -> list[str]:
    return list(node["c"][0][1]) if node["t"] == "Div" else []


def _bare(node: Any, code: bool = False) -> None:
    """Leave of attributes only anchors, the language of code, and what this module has understood and written anew."""
    if isinstance(node, dict):
        inner = node.get("c") if "t" in node else list(node.values())
        if isinstance(inner, list):
            _bare(inner, node.get("t") in {"CodeBlock", "Code"})
    elif isinstance(node, list):
        if len(node) == 3 and isinstance(node[0], str) and isinstance(node[1], list) and isinstance(node[2], list):
            node[:] = _attributes(node[0], node[1], node[2], code)
            return
        for item in node:
            if isinstance(item, list | dict):
                _bare(item, code)


def _attributes(anchor: str, classes: list[str], pairs: list[list[str]], code: bool) -> list[Any]:
    kept = anchor if re.fullmatch(r"[^\W_][\w.-]*", anchor) and not anchor.startswith("ref") else ""
    if not classes and not pairs:
        return [kept, [], []]
    if code:
        return [kept, [name for name in classes[:1] if re.fullmatch(r"[a-z][a-z0-9+-]*", name)], []]
    told = dict(pairs)
    styled = tables.style_of(told.get("style", ""))
    names = {name.removeprefix("callout-").removeprefix("alert-") for name in classes}
    marks = ["admonition"] if names & set(ADMONITIONS) else ["title"] if classes == ["title"] else []
    if _HIDDEN.search(told.get("style", "")) or "hidden" in told:
        marks = ["hidden"]
    return [kept, marks, [[key, value] for key, value in styled.items()]]


def _raw_block(content: list[Any], piece: Piece, gallery: Gallery) -> list[Node]:
    form, text = content
    if form == "html":
        return []
    formula = _formula(text)
    if formula["t"] == "Math":
        return [para([formula])]
    if not _MACRO.match(text.strip()):
        gallery.notices.add(piece.where, f"TeX that is not mathematics is set as its source: {one_line(text)[:40]}")
    return [verbatim(wrapped(text))]


def _formula(text: str) -> Node:
    """Return TeX that stands bare in Markdown: an environment of mathematics as a formula, else the text it is."""
    if not _MATHS.match(text):
        return {"t": "Str", "c": text}
    return {"t": "Math", "c": [{"t": "DisplayMath"}, _PLAIN_MATHS.sub("", text).strip()]}


def _image(alt: str, target: str, title: str, piece: Piece, gallery: Gallery) -> Node:
    """Return a kept picture, or the words and the address of one that is not read."""
    name = gallery.referred(target, piece)
    if name is None:
        told = words(one_line(alt) or one_line(target)[:200] or "picture")
        return link(told, target) if _LINKS.fullmatch(target) else {"t": "Span", "c": [attr(), told]}
    description = gallery.describe(piece, alt, title, piece.alt, piece.described)
    return {
        "t": "Image",
        "c": [attr(classes=["picture"], width=gallery.width(name)), words(description), [name, one_line(title)]],
    }


def wrapped(text: str) -> str:
    """Return verbatim text whose unbroken runs are no longer than a line."""
    return "\n".join(breakable(line.expandtabs(), _LINE) for line in text.split("\n"))
