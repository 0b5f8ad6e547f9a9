"""Word: the tree as a DOCX file.

Pandoc writes it after a reference document (see `word_reference`). Older versions of Word show no vector pictures,
so those are drawn as PNG by Typst, with the same fonts as on paper.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from analysis.export import pandoc
from analysis.export.assemble import Body
from analysis.export.cover import clock, facts, line, over
from analysis.export.docx_reference import reference
from analysis.export.engine import draw
from analysis.export.notebook import Contents
from analysis.export.pandoc_tree import Node, attr, captioned, div, para, walk, words
from analysis.export.pictures import Gallery

_PPI = 220
_STYLES = {"bottom-line": "Bottom Line", "failure": "Failure", "notes": "Notes"}
_MEASURE = 6.2

Drawn = dict[str, tuple[str, float | None]]


def to_docx(body: Body, contents: Contents, gallery: Gallery, folder: Path, *, paper: str) -> bytes:
    """Return a body as a Word document; `folder` is an empty one for this run."""
    cover = contents.cover
    under = facts(cover)
    drawn = _drawn(gallery, folder)
    after = folder / "reference.docx"
    after.write_bytes(reference(dict(under).get("As of", ""), line(cover, "handling"), paper))
    if handling := line(cover, "handling"):
        under = [*under, ("Handling", handling)]
    lead = [div([para(words(f"{label} {value}"))], **{"custom-style": "Facts"}) for label, value in under]
    meta: dict[str, Any] = {
        "title": {"t": "MetaInlines", "c": words(body.title)},
        "subtitle": {"t": "MetaInlines", "c": words(" · ".join(over(cover, body.kicker)))},
        "lang": {"t": "MetaString", "c": contents.language},
    }
    tree = pandoc.document(
        [*lead, *_for_word(body.blocks, drawn)], {key: told for key, told in meta.items() if told["c"]}
    )
    # Pandoc reads pictures by name only outside its sandbox. Every picture left in the tree is one of this folder.
    options = ["--resource-path", str(folder), "--reference-doc", str(after)]
    return pandoc.write(tree, "docx", *options, cwd=folder, clock=clock(cover), sandbox=False)


def _drawn(gallery: Gallery, folder: Path) -> Drawn:
    """Write the pictures; return for each the file to use, and its width in inches if it was drawn here."""
    vectors = [name for name in gallery.files if not name.endswith((".png", ".jpg", ".gif"))]
    names: Drawn = {name: (name, None) for name in gallery.files}
    for name, data in gallery.files.items():
        (folder / name).write_bytes(data)
    for name, data in zip(vectors, draw(vectors, gallery, folder, _PPI), strict=True):
        (folder / f"{name}.png").write_bytes(data)
        names[name] = (f"{name}.png", int.from_bytes(data[16:20]) / _PPI)
    return names


def _for_word(blocks: list[Node], drawn: Drawn) -> list[Node]:
    """Return blocks in which marked parts have Word styles and pictures their files."""
    counts: dict[str, int] = {}

    def visit(node: Node) -> list[Node]:
        kind = node["t"]
        if kind == "RawBlock":
            return []
        if kind == "Image":
            (_, _, pairs), alt, (name, _) = node["c"]
            file, inches = drawn[name]
            return [{"t": "Image", "c": [attr(**_wide(dict(pairs).get("width", ""), inches)), alt, [file, ""]]}]
        if kind in {"Figure", "Table"}:
            return [captioned(node, counts)]
        style = next((_STYLES[name] for name in node["c"][0][1] if name in _STYLES), "")
        return [div(walk(node["c"][1], _loose, "Plain"), **{"custom-style": style})] if style else list(node["c"][1])

    made: list[Node] = walk(blocks, visit, "RawBlock", "Image", "Figure", "Table", "Div")
    return made


def _loose(node: Node) -> list[Node]:
    """Make paragraphs of list items: to those of a tight list pandoc gives a style of its own, not the part's."""
    return [para(node["c"])]


def _wide(told: str, inches: float | None) -> dict[str, str]:
    """Return the width that a picture gets, no wider than the text."""
    if told == "full":
        return {"width": "100%"}
    wanted = float(told) / 96 if re.fullmatch(r"[\d.]+", told) else inches
    return {} if wanted is None else {"width": f"{min(wanted, _MEASURE):.3f}in"}
