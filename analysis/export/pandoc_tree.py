"""Pandoc's document tree: the few nodes that are built here, and one way to walk it.

A node is the JSON that pandoc reads and writes: `{"t": kind, "c": content}`. Only what this package makes has a
function; everything else passes through untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Node = dict[str, Any]
Visit = Callable[[Node], "list[Node] | None"]


def attr(identifier: str = "", classes: Iterable[str] = (), **pairs: str) -> list[Any]:
    """Return an attribute triple."""
    return [identifier, list(classes), [[key, value] for key, value in pairs.items()]]


def words(text: str) -> list[Node]:
    """Return plain text as inlines, spaces apart."""
    nodes: list[Node] = []
    for part in text.split():
        nodes += [{"t": "Space"}, {"t": "Str", "c": part}]
    return nodes[1:]


def plain(text: str) -> Node:
    """Return one line of text as a block that is no paragraph of its own."""
    return {"t": "Plain", "c": words(text)}


def para(inlines: list[Node]) -> Node:
    """Return a paragraph."""
    return {"t": "Para", "c": inlines}


def header(text: str, level: int = 1) -> Node:
    """Return a heading without an identifier."""
    return {"t": "Header", "c": [level, attr(), words(text)]}


def verbatim(text: str, kind: str = "output") -> Node:
    """Return text to be set as it stands."""
    return {"t": "CodeBlock", "c": [attr(classes=[kind]), text]}


def div(blocks: list[Node], *classes: str, identifier: str = "", **pairs: str) -> Node:
    """Return a division."""
    return {"t": "Div", "c": [attr(identifier, classes, **pairs), blocks]}


def link(text: list[Node], target: str) -> Node:
    """Return a link without a title."""
    return {"t": "Link", "c": [attr(), text, [target, ""]]}


def raw(form: str, text: str) -> Node:
    """Return a block in the language of the output."""
    return {"t": "RawBlock", "c": [form, text]}


def raw_inline(form: str, text: str) -> Node:
    """Return an inline in the language of the output."""
    return {"t": "RawInline", "c": [form, text]}


def captioned(node: Node, counts: dict[str, int]) -> Node:
    """Return a figure or table whose caption begins with its number; `counts` goes on counting."""
    kind: str = node["t"]
    place: list[Any] = node["c"][1]
    if not place[1]:
        return node
    counts[kind] = counts.get(kind, 0) + 1
    label = {"t": "Strong", "c": words(f"{kind} {counts[kind]}.")}
    told = {"t": "Plain", "c": [label, {"t": "Space"}, *words(text_of(place[1]))]}
    return {"t": kind, "c": [node["c"][0], [None, [told]], *node["c"][2:]]}


def text_of(node: Any) -> str:
    """Return the text under a node as it would be read aloud."""
    if isinstance(node, list):
        return "".join(text_of(item) for item in node)
    if not isinstance(node, dict):
        return ""
    kind = node.get("t")
    content: Any = node.get("c")
    if kind == "Str":
        return str(content)
    if kind in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    if kind in {"Code", "Math", "CodeBlock"}:
        return str(content[-1])
    if kind in {"RawInline", "RawBlock", "Note"}:
        return ""
    if kind == "Table":
        return " ".join(text_of(cell[4]) for row in rows_of(node) for cell in row[1])
    return text_of(content)


def walk(node: Any, visit: Visit, *kinds: str) -> Any:
    """Replace nodes of some kinds where they lie, from the leaves up, and return `node`.

    `visit` is called with every node of one of `kinds` and returns what takes its place; None keeps it.
    """
    if isinstance(node, dict):
        for value in [node["c"]] if "c" in node else node.values():
            if isinstance(value, list | dict):
                walk(value, visit, *kinds)
        return node
    changed: list[Any] | None = None
    for index, item in enumerate(node):
        if isinstance(item, list):
            walk(item, visit, *kinds)
        elif isinstance(item, dict):
            # A leaf holds nothing, or a string; a document is mostly leaves.
            content = item.get("c")
            if "t" not in item or isinstance(content, list | dict):
                walk(item, visit, *kinds)
            if item.get("t") in kinds and (replaced := visit(item)) is not None:
                changed = list(node[:index]) if changed is None else changed
                changed += replaced
                continue
        if changed is not None:
            changed.append(item)
    if changed is not None:
        node[:] = changed
    return node


def rows_of(table: Node) -> list[Any]:
    """Return all rows of a table, those of its head and foot included."""
    _, _, _, head, bodies, foot = table["c"]
    return [*head[1], *(row for body in bodies for part in body[2:] for row in part), *foot[1]]


def each(node: Any, kind: str) -> Iterable[Node]:
    """Yield every node of a kind in reading order."""
    if isinstance(node, list):
        for item in node:
            yield from each(item, kind)
    elif isinstance(node, dict):
        if node.get("t") == kind:
            yield node
        for value in node.values():
            yield from each(value, kind)
