"""Word: the tree as a DOCX file.

Pandoc writes it after a reference document (see `word_reference`). Older versions of Word show no vector pictures,
so those are drawn as PNG by Typst, with the same fonts as on paper.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

from analysis.export import pandoc, tables
from analysis.export.assemble import Body
from analysis.export.cover import clock, facts, line, over
from analysis.export.docx_reference import reference
from analysis.export.engine import draw
from analysis.export.notebook import Contents
from analysis.export.pandoc_tree import Node, attr, captioned, div, para, raw_inline, rows_of, walk, words
from analysis.export.pictures import Gallery

_PPI = 220
_STYLES = {"bottom-line": "Bottom Line", "failure": "Failure", "notes": "Notes", "admonition": "Admonition"}
_MEASURE = 6.2

Drawn = dict[str, tuple[str, float | None]]


def to_docx(
    body: Body, contents: Contents, gallery: Gallery, folder: Path, *, paper: str, fonts: Path | None = None
) -> bytes:
    """Return a body as a Word document; `folder` is an empty one for this run."""
    cover = contents.cover
    under = facts(cover, contents.authors)
    drawn = _drawn(gallery, folder, fonts)
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
        [*lead, *_for_word(body.blocks, drawn, gallery)], {key: told for key, told in meta.items() if told["c"]}
    )
    # Pandoc reads pictures by name only outside its sandbox. Every picture left in the tree is one of this folder.
    options = ["--resource-path", str(folder), "--reference-doc", str(after)]
    made = pandoc.write(tree, "docx", *options, cwd=folder, clock=clock(cover), sandbox=False)
    return _coloured(made) if '"look.' in json.dumps(tree).replace("\\", "") else made


def _drawn(gallery: Gallery, folder: Path, fonts: Path | None) -> Drawn:
    """Write the pictures; return for each the file to use, and its width in inches if it was drawn here."""
    vectors = [name for name in gallery.files if not name.endswith((".png", ".jpg", ".gif"))]
    names: Drawn = {name: (name, None) for name in gallery.files}
    for name, data in gallery.files.items():
        (folder / name).write_bytes(data)
    for name, picture in zip(vectors, draw(vectors, folder, _PPI, fonts), strict=True):
        if picture is None:
            gallery.lost(gallery.origin[name], "the picture cannot be drawn")
            del names[name]
            continue
        (folder / f"{name}.png").write_bytes(picture)
        names[name] = (f"{name}.png", int.from_bytes(picture[16:20]) / _PPI)
    return names


def _for_word(blocks: list[Node], drawn: Drawn, gallery: Gallery) -> list[Node]:
    """Return blocks in which marked parts have Word styles and pictures their files."""
    counts: dict[str, int] = {}
    where = "the document"

    def visit(node: Node) -> list[Node]:
        nonlocal where
        kind = node["t"]
        if kind == "RawBlock":
            where = node["c"][1] or where
            return []
        if kind == "Image":
            (_, _, pairs), alt, (name, _) = node["c"]
            if name not in drawn:
                return [{"t": "Emph", "c": [*words("A picture that cannot be shown:"), {"t": "Space"}, *alt]}]
            file, inches = drawn[name]
            return [{"t": "Image", "c": [attr(**_wide(dict(pairs).get("width", ""), inches)), alt, [file, ""]]}]
        if kind == "Table":
            if tables.too_wide(node):
                gallery.notices.add(where, "the table is wider than the page; Word makes its columns narrow.")
            for cell in (cell for row in rows_of(node) for cell in row[1]):
                _mark_look(cell)
        if kind in {"Figure", "Table"}:
            return [captioned(node, counts)]
        style = next((_STYLES[name] for name in node["c"][0][1] if name in _STYLES), "")
        return [div(walk(node["c"][1], _loose, "Plain"), **{"custom-style": style})] if style else list(node["c"][1])

    made: list[Node] = walk(blocks, visit, "RawBlock", "Image", "Figure", "Table", "Div")
    return made


def _mark_look(cell: list[Any]) -> None:
    """Name a cell's colours in a bookmark at its beginning, which `_coloured` turns into what Word knows."""
    styled = tables.styled(cell)
    cell[0] = attr()
    if not styled or not cell[4] or cell[4][0]["t"] not in {"Plain", "Para"}:
        return
    fill = styled.get("fill") or (_lighter(styled["bar"]) if "bar" in styled else "auto")
    name = f"{fill}.{styled.get('ink', 'auto')}.{styled.get('weight', 'normal')}"
    cell[4][0]["c"].insert(0, raw_inline("openxml", f'<w:bookmarkStart w:id="0" w:name="look.{name}"/>'))


def _lighter(bar: str) -> str:
    """Return a bar's colour, the lighter the shorter the bar: Word knows no bar in a cell."""
    colour, start, end = bar.split()
    share = 0.15 + 0.85 * (float(end) - float(start)) / 100
    return "".join(f"{round(int(colour[i : i + 2], 16) * share + 255 * (1 - share)):02x}" for i in (0, 2, 4))


_LOOK = re.compile(r'<w:bookmarkStart w:id="0" w:name="look\.(\w+)\.(\w+)\.(\w+)"\s*/>')
_CELL = re.compile(r"<w:tc>.*?</w:tc>", re.DOTALL)


def _coloured(made: bytes) -> bytes:
    """Return a Word file in which the cells named by `_mark_look` have their colours."""

    def cell(found: re.Match[str]) -> str:
        look = _LOOK.search(found[0])
        if not look:
            return found[0]
        fill, ink, weight = look.groups()
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill.upper()}"/>' if fill != "auto" else ""
        run = ("<w:b/>" if weight == "bold" else "") + (f'<w:color w:val="{ink.upper()}"/>' if ink != "auto" else "")
        text = _LOOK.sub("", found[0])
        text = text.replace("<w:tcPr />", "<w:tcPr></w:tcPr>").replace("<w:tcPr/>", "<w:tcPr></w:tcPr>")
        text = (
            text.replace("</w:tcPr>", f"{shade}</w:tcPr>", 1)
            if "</w:tcPr>" in text
            else text.replace("<w:tc>", f"<w:tc><w:tcPr>{shade}</w:tcPr>", 1)
        )
        return re.sub(r"<w:r>(?!<w:rPr>)", f"<w:r><w:rPr>{run}</w:rPr>", text) if run else text

    new = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as out:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == "word/document.xml":
                data = _CELL.sub(cell, data.decode("utf-8")).encode("utf-8")
            out.writestr(item, data)
    return new.getvalue()


def _loose(node: Node) -> list[Node]:
    """Make paragraphs of list items: to those of a tight list pandoc gives a style of its own, not the part's."""
    return [para(node["c"])]


def _wide(told: str, inches: float | None) -> dict[str, str]:
    """Return the width that a picture gets, no wider than the text."""
    if told == "full":
        return {"width": "100%"}
    wanted = float(told) / 96 if re.fullmatch(r"[\d.]+", told) else inches
    return {} if wanted is None else {"width": f"{min(wanted, _MEASURE):.3f}in"}
