"""The web: the tree as one HTML file that needs no other.

Pictures and the look are in the file; there is no script in it and nothing is loaded from anywhere. Charts stay
vector pictures; a browser runs no script and opens no address in a picture that is embedded as an image.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from analysis.export import pandoc, tables
from analysis.export.assemble import Body
from analysis.export.cover import facts, line, over
from analysis.export.html_fonts import in_picture, style
from analysis.export.notebook import Attachment, Contents
from analysis.export.pandoc_tree import Node, attr, captioned, raw, raw_inline, rows_of, text_of, walk, words
from analysis.export.pictures import Gallery

_TEMPLATE = Path(__file__).with_name("briefing.html")
_FACES = ("Regular", "Semibold")
_LEFTWARD = ("ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi")
_SCROLLS = re.compile(rb"<(pre|table)\b")
_EMPTY_HEAD = re.compile(rb"<th((?: [^>]*)?)>(?:&nbsp;|\xc2\xa0|\s)*</th>")
_TYPES = {"svg": "svg+xml", "png": "png", "jpg": "jpeg", "gif": "gif", "webp": "webp"}


def to_html(body: Body, contents: Contents, gallery: Gallery, folder: Path, **_: Any) -> bytes:
    """Return a body as an HTML page; `folder` is an empty one for this run. Paper and fonts are the reader's own."""
    cover = contents.cover
    lines = [
        {"t": "MetaMap", "c": {"label": _meta(label), "value": _meta(value)}}
        for label, value in facts(cover, contents.authors)
    ]
    meta = {
        "title": _meta(body.title),
        "lang": _meta(contents.language),
        **({"dir": _meta("rtl")} if contents.language.split("-")[0].lower() in _LEFTWARD else {}),
        "over": _meta(" · ".join(over(cover, body.kicker))),
        "handling": _meta(line(cover, "handling")),
        "facts": {"t": "MetaList", "c": lines},
        "fonts": {"t": "MetaInlines", "c": [raw_inline("html", style(body.title + text_of(body.blocks), _FACES))]},
    }
    blocks = [*_for_web(body.blocks, gallery), *_carried(body.attachments)]
    tree = pandoc.document(blocks, meta)
    made = pandoc.write(tree, "html5", "--mathml", "--section-divs", "--template", str(_TEMPLATE), cwd=folder)
    # What scrolls can be reached by keyboard; a head without words is none.
    return _EMPTY_HEAD.sub(rb"<td\1></td>", _SCROLLS.sub(rb'<\1 tabindex="0"', made))


def _meta(text: str) -> dict[str, Any]:
    return {"t": "MetaInlines", "c": words(text)}


def _for_web(blocks: list[Node], gallery: Gallery) -> list[Node]:
    """Return blocks in which pictures hold their bytes and captions their numbers."""
    vectors = {name: data for name, data in gallery.files.items() if name.endswith(".svg")}
    letters = "".join(data.decode("utf-8", "ignore") for data in vectors.values())
    files = {**gallery.files, **{name: in_picture(data, letters) for name, data in vectors.items()}}

    def address(name: str) -> str:
        data = base64.b64encode(files[name]).decode("ascii")
        return f"data:image/{_TYPES[name.rsplit('.', 1)[1]]};base64,{data}"

    return for_files(blocks, address)


def for_files(blocks: list[Node], address: Callable[[str], str] = str) -> list[Node]:
    """Return blocks as HTML shows them: pictures at their address, colours as CSS, captions with their numbers."""
    counts: dict[str, int] = {}

    def visit(node: Node) -> list[Node]:
        kind = node["t"]
        if kind == "RawBlock":
            return []
        if kind == "Image":
            (_, _, pairs), alt, (name, _) = node["c"]
            return [{"t": "Image", "c": [_wide(dict(pairs).get("width", "")), alt, [address(name), ""]]}]
        if kind == "Table":
            for cell in (cell for row in rows_of(node) for cell in row[1]):
                styled = tables.styled(cell)
                cell[0] = attr(style=_look(styled)) if styled else cell[0]
        return [captioned(node, counts)]

    made: list[Node] = walk(blocks, visit, "RawBlock", "Image", "Figure", "Table")
    return made


def _look(styled: Mapping[str, str]) -> str:
    """Return a cell's colours and weight as CSS; every part of them was checked before."""
    rules = []
    if "fill" in styled:
        rules.append(f"background: #{styled['fill']}")
    if "bar" in styled:
        colour, start, end = styled["bar"].split()
        ends = f"transparent {start}%, #{colour} {start}%, #{colour} {end}%, transparent {end}%"
        rules.append(f"background: linear-gradient(90deg, {ends})")
    if "ink" in styled:
        rules.append(f"color: #{styled['ink']}")
    if "weight" in styled:
        rules.append("font-weight: bold")
    return "; ".join(rules)


def _carried(attachments: Sequence[Attachment]) -> list[Node]:
    """Return links by which the page gives out tables that it shows in part."""
    made = []
    for table in attachments:
        data = base64.b64encode(table.csv.encode("utf-8")).decode("ascii")
        name, words_of = escape(f"{table.name}.csv", quote=True), escape(table.description)
        made.append(raw("html", f'<p><a download="{name}" href="data:text/csv;base64,{data}">{words_of}</a></p>'))
    return made


def _wide(width: str) -> list[Any]:
    """Return attributes for the width that a picture gets: pixels, or a class of the style sheet."""
    return attr(style=f"width: {width}px") if re.fullmatch(r"[\d.]+", width) else attr(classes=[width])
