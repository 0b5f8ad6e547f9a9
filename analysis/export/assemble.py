"""From pieces to one tree: parsed apart, made safe, joined in reading order.

Every piece is parsed alone, so an unclosed fence in one cell ends with the cell. Headings are brought to levels
without gaps, as the standard for accessible documents asks.

The tree is the same for paper, Word and the web; `picture`, `bottom-line`, `failure`, `notes` and `sized` mark what
each of them sets in its own way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from analysis.errors import PublishError
from analysis.export import pandoc
from analysis.export.notebook import Contents, Piece
from analysis.export.notes import cited, keep_known
from analysis.export.pandoc_tree import Node, div, each, header, para, raw, text_of, verbatim, walk, words
from analysis.export.pictures import Gallery, size
from analysis.export.sanitize import figure, safe, wrapped
from analysis.export.terminal_text import one_line

# Pandoc's Markdown, without what a notebook does not know and with the ease that it has.
_MARKDOWN = {
    **dict.fromkeys(["lists_without_preceding_blankline", "autolink_bare_uris"], True),
    **dict.fromkeys(["raw_attribute", "implicit_figures", "yaml_metadata_block", "pandoc_title_block"], False),
    **dict.fromkeys(["example_lists", "fancy_lists", "subscript", "superscript"], False),
    **dict.fromkeys(["blank_before_header", "blank_before_blockquote"], False),
}
FORMATS: Mapping[str, pandoc.Format] = {
    "prose": {"format": "markdown", "extensions": _MARKDOWN},
    "markdown": {"format": "markdown", "extensions": {**_MARKDOWN, "raw_tex": False}},
    "latex": {"format": "latex", "extensions": {}},
    "html": {"format": "html", "extensions": {}},
}


@dataclass(frozen=True)
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
    """

    title: str
    kicker: str
    blocks: list[Node]


def build(contents: Contents, gallery: Gallery) -> Body:
    """Return the body of a document.

    Raises
    ------
    PublishError
        If a piece cannot be read or shown; the message names its cell.
    """
    boxed: list[Node] = []
    blocks: list[Node] = []
    has_place = False
    for piece, made in zip(contents.pieces, _parsed(contents, gallery), strict=True):
        into = boxed if piece.boxed else blocks
        if piece.kind == "notes":
            # Directly under a section's heading the author wants the notes there; under the title it is set-up.
            told = [block for block in into if block["t"] != "RawBlock"]
            if not has_place and len(told) > 1 and told[-1]["t"] == "Header":
                into.append(div([], identifier="refs"))
                has_place = True
            continue
        if made:
            into += [_mark(piece), *made]
    title, kicker, blocks = _heading(contents, blocks)
    top = min((heading["c"][0] for heading in each([boxed, blocks], "Header")), default=1)
    if boxed:
        blocks = [_box(boxed, top), *blocks]
    if cited(blocks) and not has_place:
        blocks += [header("Notes", top), div([], identifier="refs")]
    return Body(title, kicker, _levels(blocks))


def _parsed(contents: Contents, gallery: Gallery) -> list[list[Node]]:
    """Return the blocks of every piece."""
    known = {str(item.get("id", "")) for item in contents.references}
    parsable = [piece for piece in contents.pieces if piece.kind in FORMATS]
    documents = iter(pandoc.parse([(piece.text, _format(piece, bool(known))) for piece in parsable]))
    made = []
    for piece in contents.pieces:
        if piece.kind not in FORMATS:
            made.append(_simple(piece, gallery))
            continue
        document = next(documents)
        if "error" in document:
            raise PublishError(
                f"{piece.where}: the text cannot be read as {piece.kind}: {one_line(document['error'])}."
            )
        blocks = keep_known(safe(document["blocks"], piece, gallery), piece, known)
        empty = piece.kind == "html" and not any(text_of(blocks).split()) and not any(each(blocks, "Image"))
        made.append(
            [verbatim(wrapped(piece.plain or "[An interactive output that paper cannot show]"))] if empty else blocks
        )
    return made


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
        caption = one_line(str(piece.metadata.get("caption", "")))
        # A chart of this package carries its name and is drawn for the full measure; other pictures keep their size.
        wide = "full" if piece.metadata.get("name") else str(size(piece.metadata.get("width")) or gallery.width(name))
        return [figure(name, alt, caption, wide)]
    if piece.kind == "failure":
        trace = [verbatim(wrapped(piece.text))] if piece.text.strip() else []
        return [div([para([{"t": "Strong", "c": words(piece.title)}]), *trace], "failure")]
    return [verbatim(wrapped(piece.text))] if piece.kind == "plain" else []


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


def _levels(blocks: list[Node]) -> list[Node]:
    """Return blocks whose headings begin at level 1 and skip none; anchors are unique and links lead somewhere."""
    open_levels: list[int] = []
    anchors: set[str] = set()

    def visit(node: Node) -> list[Node]:
        content = list(node["c"])
        place = 1 if node["t"] == "Header" else 0
        if node["t"] == "Header":
            while open_levels and open_levels[-1] >= content[0]:
                open_levels.pop()
            open_levels.append(content[0])
            content[0] = len(open_levels)
        anchor, *told = content[place]
        content[place] = ["" if anchor in anchors else anchor, *told]
        anchors.add(anchor)
        return [{"t": node["t"], "c": content}]

    levelled = walk(blocks, visit, "Header", "Span", "Div")

    def dead(node: Node) -> list[Node] | None:
        if node["c"][2][0].startswith("#") and node["c"][2][0][1:] not in anchors:
            return list(node["c"][1])
        return None

    linked: list[Node] = walk(levelled, dead, "Link")
    return linked


def _mark(piece: Piece) -> Node:
    """Return an invisible mark of the cell, by which an error in the typesetting is traced back."""
    return raw("mark", piece.where)
