"""From pieces to one tree: parsed apart, made safe, joined in reading order.

Every piece is parsed alone, so an unclosed fence in one cell ends with the cell. Headings are brought to levels
without gaps, as the standard for accessible documents asks.

The tree is the same for paper, Word and the web; `picture`, `bottom-line`, `failure`, `notes` and `sized` mark what
each of them sets in its own way.
"""

from __future__ import annotations

import itertools
import json
import re
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.export import pandoc, tables
from analysis.export.formulas import Macros, known_to_pandoc
from analysis.export.markdown import prepared
from analysis.export.notebook import Attachment, Contents, Piece
from analysis.export.notes import cited
from analysis.export.pandoc_tree import Node, attr, div, each, header, link, para, raw, text_of, verbatim, walk, words
from analysis.export.pictures import Gallery, size
from analysis.export.sanitize import figure, safe, wrapped
from analysis.export.terminal_text import one_line

# Pandoc's Markdown, without what a notebook does not know and with the ease that it has.
_MARKDOWN = {
    **dict.fromkeys(["lists_without_preceding_blankline", "autolink_bare_uris", "alerts"], True),
    **dict.fromkeys(["tex_math_double_backslash"], True),
    **dict.fromkeys(["raw_attribute", "implicit_figures", "yaml_metadata_block", "pandoc_title_block"], False),
    **dict.fromkeys(["example_lists", "fancy_lists", "subscript", "superscript"], False),
    **dict.fromkeys(["blank_before_header", "blank_before_blockquote"], False),
    **dict.fromkeys(["native_divs", "native_spans", "latex_macros"], False),
}
FORMATS: Mapping[str, pandoc.Format] = {
    "prose": {"format": "markdown", "extensions": _MARKDOWN},
    "markdown": {
        "format": "markdown",
        "extensions": {**_MARKDOWN, "raw_tex": False, "tex_math_double_backslash": False},
    },
    "latex": {"format": "latex", "extensions": {}},
    "html": {"format": "html", "extensions": {}},
}
# What of a page's machinery would be taken for its content: buttons with their icons, and icons that refer to others.
_CONTROLS = re.compile(
    r"<button\b.*?</button>|<select\b.*?</select>|<svg\b(?:(?!</svg>).)*?<use\b.*?</svg>"
    r"|<svg\b[^>]*width:\s*0[^>]*>.*?</svg>",
    re.DOTALL | re.IGNORECASE,
)


@dataclass
class Body:
    """The document's tree, with what its first heading gave.

    Parameters
    ----------
    title : str
        The document's title; never empty.
    kicker : str
        A line over the title: the notebook's own heading, where a cover holds the title.
    blocks : list of nodes
        The text in reading order.
    attachments : tuple of Attachment
        The whole of tables that were shortened.
    """

    title: str
    kicker: str
    blocks: list[Node]
    attachments: tuple[Attachment, ...] = ()


def build(contents: Contents, gallery: Gallery, *, rows: int, toc: bool = False) -> Body:
    """Return the body of a document; tables have at most `rows` rows.

    Raises
    ------
    PublishError
        If a piece cannot be read; the message names its cell.
    """
    boxed: list[Node] = []
    blocks: list[Node] = []
    has_place = False
    attachments: list[Attachment] = []
    parsed = _parsed(contents, gallery, rows, attachments)
    _formulas(parsed, contents.pieces, gallery)
    for piece, made in zip(contents.pieces, parsed, strict=True):
        into = boxed if piece.boxed else blocks
        if piece.kind == "notes":
            # Directly under a section's heading the author wants the notes there; under the title it is set-up.
            told = [block for block in into if block["t"] != "RawBlock"]
            if not has_place and len(told) > 1 and told[-1]["t"] == "Header":
                into.append(div([], identifier="refs"))
                has_place = True
            continue
        if made:
            into += [_mark(piece.where), *made, _mark("")]
    title, kicker, blocks = _heading(contents, blocks)
    top = min((heading["c"][0] for heading in each([boxed, blocks], "Header")), default=1)
    if boxed:
        blocks = [_box(boxed, top), *blocks]
    blocks = [*_unfinished(contents, gallery), *blocks]
    if cited(blocks) and not has_place:
        blocks += [header("Notes", top), div([], identifier="refs")]
    levelled = _notes_once(_levels(blocks, gallery))
    return Body(title, kicker, [*(_table_of_contents(levelled) if toc else []), *levelled], tuple(attachments))


def _parsed(contents: Contents, gallery: Gallery, rows: int, attachments: list[Attachment]) -> list[list[Node]]:
    """Return the blocks of every piece."""
    known = {str(item.get("id", "")) for item in contents.references}
    pieces = prepared(contents.pieces)
    texts = [_html(piece, gallery, rows, attachments) if piece.kind == "html" else piece.text for piece in pieces]
    asked = [
        (text, _format(piece, bool(known))) for text, piece in zip(texts, pieces, strict=True) if piece.kind in FORMATS
    ]
    documents = iter(pandoc.parse(asked))
    made = []
    for piece in pieces:
        if piece.kind not in FORMATS:
            made.append(_simple(piece, gallery))
            continue
        document = next(documents)
        if "error" in document:
            gallery.notices.add(
                piece.where,
                f"the text cannot be read as {piece.kind} and is set as its source: {one_line(document['error'])}",
            )
            made.append([verbatim(wrapped(piece.text))])
            continue
        blocks = safe(document["blocks"], piece, gallery, known)
        if piece.kind == "html" and not any(text_of(blocks).split()) and not any(each(blocks, "Image")):
            gallery.notices.add(piece.where, "an interactive output is replaced by its plain text.")
            blocks = [verbatim(wrapped(piece.plain or "[An interactive output that paper cannot show]"))]
        made.append(blocks)
    return made


def _html(piece: Piece, gallery: Gallery, rows: int, attachments: list[Attachment]) -> str:
    """Return an output's HTML without controls, with the colours of its cells in them, its tables shortened."""
    text = tables.with_styles(_CONTROLS.sub("", piece.text)) if "<" in piece.text else piece.text
    text, cuts = tables.shortened(text, rows)
    for cut in cuts:
        name = f"{piece.where.split(' (')[0].replace(' ', '-')}-table-{len(attachments) + 1}"
        attachments.append(Attachment(name, f"All {cut.rows:,} rows of the table in {piece.where}"[:250], cut.csv))
        gallery.notices.add(
            piece.where,
            f"of {cut.rows:,} rows of the table {cut.kept:,} are shown, the first and the last; the PDF and the page "
            f"carry all of them as {name}.csv. Raise `rows` to show more.",
        )
    return text


def _formulas(parsed: list[list[Node]], pieces: Sequence[Piece], gallery: Gallery) -> None:
    """Bring every formula into what pandoc reads; one that it cannot read becomes its source, and is reported.

    Macros hold for the whole notebook, as on the screen.
    """
    nodes = [(node, piece) for blocks, piece in zip(parsed, pieces, strict=True) for node in each(blocks, "Math")]
    if not nodes:
        return
    macros, sources = Macros(), []
    for node, _ in nodes:
        sources.append(node["c"][1])
        node["c"][1] = macros.collect(node["c"][1])
    ready = [known_to_pandoc(node["c"][1], macros) for node, _ in nodes]
    kinds = [node["c"][0]["t"] == "DisplayMath" for node, _ in nodes]
    written = pandoc.formulas([(tex, display) for (tex, _), display in zip(ready, kinds, strict=True)])
    for (node, piece), (tex, colours), source, made in zip(nodes, ready, sources, written, strict=True):
        if colours:
            gallery.notices.add(piece.where, "a colour in a formula is not shown.")
        if not tex:
            node.update({"t": "Span", "c": [attr(), []]})
        elif made:
            node["c"][1] = tex
        else:
            gallery.notices.add(
                piece.where, f"a formula that cannot be read is set as its source: {one_line(source)[:60]}"
            )
            node.update({"t": "Code", "c": [attr(), one_line(source)]})


def _format(piece: Piece, cites: bool) -> pandoc.Format:
    """Return how a piece is read; where there is no bibliography, nothing is a citation."""
    told = FORMATS[piece.kind]
    if cites or told["format"] != "markdown":
        return told
    return {"format": told["format"], "extensions": {**told["extensions"], "citations": False}}


def _simple(piece: Piece, gallery: Gallery) -> list[Node]:
    """Return a piece that needs no parser."""
    if piece.kind == "picture":
        name, alt = gallery.output(piece)
        if name is None:
            return [para([{"t": "Emph", "c": words("[A picture that cannot be shown]")}])]
        caption = one_line(str(piece.metadata.get("caption", "")))
        # A chart of this package carries its name and is drawn for the full measure; other pictures keep their size.
        wide = "full" if piece.metadata.get("name") else str(size(piece.metadata.get("width")) or gallery.width(name))
        return [figure(name, alt, caption, wide)]
    if piece.kind == "failure":
        trace = [verbatim(wrapped(piece.text))] if piece.text.strip() else []
        return [div([para([{"t": "Strong", "c": words(piece.title)}]), *trace], "failure")]
    return [verbatim(wrapped(piece.text), piece.kind)] if piece.kind in {"plain", "code"} else []


def _unfinished(contents: Contents, gallery: Gallery) -> list[Node]:
    """Return a box that says which cells failed, which nobody meant to; the first thing that is read."""
    failed = {piece.where: piece for piece in contents.pieces if piece.kind == "failure" and not piece.metadata}
    if not failed:
        return []
    first = next(iter(failed.values()))
    counted = "A cell" if len(failed) == 1 else f"{len(failed)} cells, the first of them"
    text = f"{counted} of this notebook failed when it was run: {first.where}, {first.title}."
    gallery.notices.add(first.where, f"{first.title}. What rests on this cell is missing from the document.")
    return [div([para([{"t": "Strong", "c": words(f"{text} What rests on it is missing here.")}])], "failure")]


def _heading(contents: Contents, blocks: list[Node]) -> tuple[str, str, list[Node]]:
    """Return title, kicker and the blocks without the heading that gave one of them."""
    tops = [index for index, block in enumerate(blocks) if block["t"] == "Header" and block["c"][0] == 1]
    first = next((index for index, block in enumerate(blocks) if block["t"] != "RawBlock"), -1)
    own = one_line(text_of(blocks[first]["c"][2])) if tops and tops[0] == first else ""
    rest = blocks[:first] + blocks[first + 1 :]
    if not contents.title:
        return (own, "", rest) if own else (contents.name, "", blocks)
    if own == contents.title:
        return contents.title, "", rest
    # Where a cover gives the title, the notebook's only chief heading is its name and stands above it.
    return (contents.title, own, rest) if own and contents.cover and len(tops) == 1 else (contents.title, "", blocks)


def _box(blocks: list[Node], level: int) -> Node:
    first = next((block for block in blocks if block["t"] != "RawBlock"), None)
    head = [] if first is None or first["t"] == "Header" else [header("Bottom line", level)]
    return div([*head, *blocks], "bottom-line")


def _levels(blocks: list[Node], gallery: Gallery) -> list[Node]:
    """Return blocks whose headings begin at level 1 and skip none; anchors are unique and links lead somewhere."""
    open_levels: list[int] = []
    anchors: set[str] = set()
    as_on_screen: dict[str, Node] = {}

    def visit(node: Node) -> None:
        content = node["c"]
        place = 1 if node["t"] == "Header" else 0
        if node["t"] == "Header":
            while open_levels and open_levels[-1] >= content[0]:
                open_levels.pop()
            open_levels.append(content[0])
            content[0] = len(open_levels)
            # JupyterLab's name for a heading is its text with hyphens; pandoc's is the one that every form knows.
            shown = "-".join(text_of(content[2]).replace("\u200b", "").split())
            as_on_screen.setdefault(shown, node)
            as_on_screen.setdefault(shown.lower(), node)
        anchor = content[place][0]
        content[place][0] = "" if anchor in anchors else anchor
        if anchor:
            anchors.add(anchor)

    walk(blocks, visit, "Header", "Span", "Div")
    where = ""

    def lead(node: Node) -> list[Node] | None:
        nonlocal where
        if node["t"] == "RawBlock":
            where = node["c"][1] or where
            return None
        target = node["c"][2][0]
        if not target.startswith("#") or target[1:] in anchors:
            return None
        wanted = urllib.parse.unquote(target[1:])
        heading = as_on_screen.get(wanted) or as_on_screen.get(wanted.lower())
        if wanted in anchors or heading:
            return [link(node["c"][1], f"#{wanted if wanted in anchors else _anchor(heading, anchors)}")]
        if wanted:
            gallery.notices.add(where, "a link to a place that is not in the document is set as text.")
        return list(node["c"][1])

    walk(blocks, lead, "RawBlock", "Link")
    return blocks


def _anchor(heading: Node | None, anchors: set[str]) -> str:
    """Return a heading's anchor; one without gets a new one."""
    if heading is None:
        return ""
    place = heading["c"][1]
    if not place[0]:
        place[0] = next(name for number in itertools.count(1) if (name := f"section-{number}") not in anchors)
        anchors.add(place[0])
    return str(place[0])


def _notes_once(blocks: list[Node]) -> list[Node]:
    """Set a footnote that is used twice once; the second mark leads to the first."""
    first: dict[str, int] = {}

    def visit(node: Node) -> list[Node] | None:
        text = json.dumps(node["c"])
        if text in first:
            mark = link(words(str(first[text])), f"#note-mark-{first[text]}")
            return [{"t": "Superscript", "c": [mark]}]
        first[text] = len(first) + 1
        return [{"t": "Span", "c": [attr(f"note-mark-{first[text]}"), []]}, node]

    counted = [json.dumps(note["c"]) for note in each(blocks, "Note")]
    if len(set(counted)) < len(counted):
        walk(blocks, visit, "Note")
    return blocks


def _table_of_contents(blocks: list[Node]) -> list[Node]:
    """Return the headings of the first two levels as a list of links."""
    anchors = {node["c"][1][0] for node in each(blocks, "Header")}
    heads = [node["c"] for node in each(blocks, "Header") if node["c"][0] <= 2 and _anchor(node, anchors)]
    items: list[Any] = []
    for level, (anchor, *_), text in heads:
        entry = {"t": "Plain", "c": [link(words(text_of(text)), f"#{anchor}")]}
        if level == 1 or not items:
            items.append([entry])
        elif len(items[-1]) == 1:
            items[-1].append({"t": "BulletList", "c": [[entry]]})
        else:
            items[-1][1]["c"].append([entry])
    return [header("Contents", 1), {"t": "BulletList", "c": items}] if items else []


def _mark(where: str) -> Node:
    """Return an invisible mark of where a cell begins, or with no words ends, by which a fault is traced back."""
    return raw("mark", where)
