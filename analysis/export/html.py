"""The web: the tree as one HTML file that needs no other.

Pictures and the look are in the file; there is no script in it and nothing is loaded from anywhere. Charts stay
vector pictures; a browser runs no script and opens no address in a picture that is embedded as an image.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

from analysis.export import pandoc
from analysis.export.assemble import Body
from analysis.export.cover import facts, line, over
from analysis.export.html_fonts import in_picture, style
from analysis.export.notebook import Contents
from analysis.export.pandoc_tree import Node, attr, captioned, raw_inline, text_of, walk, words
from analysis.export.pictures import Gallery

_TEMPLATE = Path(__file__).with_name("briefing.html")
_FACES = ("Regular", "Semibold")
_TYPES = {"svg": "svg+xml", "png": "png", "jpg": "jpeg", "gif": "gif", "webp": "webp"}


def to_html(body: Body, contents: Contents, gallery: Gallery, folder: Path) -> bytes:
    """Return a body as an HTML page; `folder` is an empty one for this run."""
    cover = contents.cover
    lines = [{"t": "MetaMap", "c": {"label": _meta(label), "value": _meta(value)}} for label, value in facts(cover)]
    meta = {
        "title": _meta(body.title),
        "lang": _meta(contents.language),
        "over": _meta(" · ".join(over(cover, body.kicker))),
        "handling": _meta(line(cover, "handling")),
        "facts": {"t": "MetaList", "c": lines},
        "fonts": {"t": "MetaInlines", "c": [raw_inline("html", style(body.title + text_of(body.blocks), _FACES))]},
    }
    tree = pandoc.document(_for_web(body.blocks, gallery), meta)
    return pandoc.write(tree, "html5", "--mathml", "--section-divs", "--template", str(_TEMPLATE), cwd=folder)


def _meta(text: str) -> dict[str, Any]:
    return {"t": "MetaInlines", "c": words(text)}


def _for_web(blocks: list[Node], gallery: Gallery) -> list[Node]:
    """Return blocks in which pictures hold their bytes and captions their numbers."""
    counts: dict[str, int] = {}
    vectors = {name: data for name, data in gallery.files.items() if name.endswith(".svg")}
    letters = "".join(data.decode("utf-8", "ignore") for data in vectors.values())
    files = {**gallery.files, **{name: in_picture(data, letters) for name, data in vectors.items()}}

    def visit(node: Node) -> list[Node]:
        kind = node["t"]
        if kind == "RawBlock":
            return []
        if kind == "Image":
            (_, _, pairs), alt, (name, _) = node["c"]
            data = base64.b64encode(files[name]).decode("ascii")
            address = f"data:image/{_TYPES[name.rsplit('.', 1)[1]]};base64,{data}"
            return [{"t": "Image", "c": [_wide(dict(pairs).get("width", "")), alt, [address, ""]]}]
        return [captioned(node, counts)]

    made: list[Node] = walk(blocks, visit, "RawBlock", "Image", "Figure", "Table")
    return made


def _wide(width: str) -> list[Any]:
    """Return attributes for the width that a picture gets: pixels, or a class of the style sheet."""
    return attr(style=f"width: {width}px") if re.fullmatch(r"[\d.]+", width) else attr(classes=[width])
