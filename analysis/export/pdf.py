"""Paper: the tree as Typst.

The document's words come to the template `briefing.typ` as strings and as what pandoc writes; nothing of a notebook
is ever Typst code. The file is PDF/UA-1: tagged, with title, language, bookmarks and descriptions, and compiled
with that check on. PDF/UA-1 allows attached files, so the tables behind the charts are in it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import Any

from analysis.errors import PublishError
from analysis.export import pandoc, tables
from analysis.export.assemble import Body
from analysis.export.cover import day, facts, line, over
from analysis.export.engine import Refused, families, literal, pdf, without_glyph
from analysis.export.formulas import for_typst
from analysis.export.notebook import Attachment, Contents, version
from analysis.export.pandoc_tree import Node, each, raw, raw_inline, rows_of, text_of, walk
from analysis.export.pictures import Gallery
from analysis.export.terminal_text import one_line

MANIFEST = "manifest.json"
_TEMPLATE = Path(__file__).with_name("briefing.typ")
_HERE = "here"
_CALLED = ("Str", "Math", "Table", "Span", "Div")
# What Typst would set as a dash, an ellipsis, a soft hyphen or a minus sign.
_SHORTHAND = re.compile(r"--|\.\.\.|-\?|-\d")
_CELL, _END = "// cell ", "// end"
_TRIES = 500
_WHOLE = 1500  # letters of a cell, up to which its row is kept whole


@dataclass
class Source:
    """A document in Typst, with what is needed to go on when Typst refuses a part of it.

    Parameters
    ----------
    text : str
        The document.
    formulas : list of str
        Its formulas, in a file of their own, one a line: a fault is at the line of its formula.
    tex : list of (str, str, bool)
        For each formula its cell, its TeX, and whether it is displayed.
    """

    text: str = ""
    formulas: list[str] = field(default_factory=list)
    tex: list[tuple[str, str, bool]] = field(default_factory=list)

    def write(self, folder: Path) -> str:
        """Write the formulas beside the document and return its text."""
        lines = [f"#let formula-{number} = {text}" for number, text in enumerate(self.formulas, 1)]
        (folder / "formulas.typ").write_text("\n".join(lines), encoding="utf-8")
        return self.text

    def mend(self, refused: Refused, contents: Contents, gallery: Gallery) -> bool:
        """Replace what Typst refuses by what is behind it, and report it; return whether anything was replaced."""
        before = (self.text, list(self.formulas))
        for file, number in refused.places if not refused.pictures else []:
            if file == "formulas" and number <= len(self.formulas):
                where, tex, _ = self.tex[number - 1]
                self.formulas[number - 1] = f"raw({literal(tex)})"
                gallery.notices.add(
                    where, f"a formula cannot be set ({refused}) and is shown as its source: {tex[:60]}"
                )
        for name in refused.pictures:
            shown = re.compile(rf'image\("{re.escape(name)}", alt: ("(?:[^"\\]|\\.)*")\)')
            self.text = shown.sub(r"unseen(\1)", self.text)
            gallery.lost(gallery.origin.get(name, "the document"), f"the picture cannot be set ({refused})")
        if before == (self.text, self.formulas):
            lines = self.text.split("\n")
            # From the end, so that the numbers of the lines before stay what they are.
            for number in sorted((number for file, number in refused.places if file == "document"), reverse=True):
                self._mend_piece(lines, number, refused, contents, gallery)
            self.text = "\n".join(lines)
        return before != (self.text, self.formulas)

    def _mend_piece(
        self, lines: list[str], number: int, refused: Refused, contents: Contents, gallery: Gallery
    ) -> None:
        first = next((i for i in range(min(number, len(lines)) - 1, -1, -1) if lines[i].startswith("// ")), -1)
        last = next((i for i in range(number, len(lines)) if lines[i].startswith(_END)), -1)
        if first < 0 or last < 0 or not lines[first].startswith(_CELL):
            return
        where = lines[first][3:]
        texts = [piece.text for piece in contents.pieces if one_line(piece.where) == where]
        lines[first:last] = [f"#raw(block: true, {literal(texts[0] if texts else '')})"]
        gallery.notices.add(where, f"it cannot be set ({refused}) and is shown as its source.")


def to_pdf(
    body: Body, contents: Contents, gallery: Gallery, folder: Path, *, paper: str, fonts: Path | None = None
) -> bytes:
    """Typeset a body and return the PDF; `folder` is an empty one for this run, `fonts` one with further fonts.

    What Typst refuses is replaced by its source and reported, until the rest can be set.

    Raises
    ------
    PublishError
        If Typst refuses what no cell has brought in.
    """
    for name, data in gallery.files.items():
        (folder / name).write_bytes(data)
    shutil.copyfile(_TEMPLATE, folder / "briefing.typ")
    (folder / "faces.typ").write_text(f"#let more = {_tuple(map(literal, families(fonts)))}", encoding="utf-8")
    _report_letters(body.blocks, gallery, fonts)
    source = source_of(body, contents, gallery, folder, paper=paper)
    for _ in range(_TRIES):
        try:
            return pdf(source.write(folder), folder, fonts)
        except Refused as refused:
            if not source.mend(refused, contents, gallery) and not _without_panic(
                source, refused, gallery, folder, fonts
            ):
                raise PublishError(f"the document: it cannot be set ({refused}).") from refused
    raise PublishError(f"the document: it cannot be set, after {_TRIES} parts of it were replaced.")


def _without_panic(source: Source, refused: Refused, gallery: Gallery, folder: Path, fonts: Path | None) -> bool:
    """Replace each picture at which Typst stops without saying where; return whether there was one."""
    from analysis.export.engine import draw

    names = [name for name in gallery.files if name in source.text]
    drawn = draw(names, folder, 20, fonts) if str(refused).startswith("Typst stopped") else []
    bad = [name for name, data in zip(names, drawn, strict=False) if data is None]
    if not bad:
        return False
    refused.pictures = bad
    return source.mend(refused, Contents("", None, {}, (), (), (), "", ""), gallery)


def _report_letters(blocks: list[Node], gallery: Gallery, fonts: Path | None) -> None:
    """Report, by cell, the letters that no font of the page has."""
    where = "the document"
    for block in blocks:
        if block["t"] == "RawBlock":
            where = block["c"][1] or where
        elif block["t"] == "Div" and "bottom-line" in block["c"][0][1]:
            _report_letters(block["c"][1], gallery, fonts)
        else:
            text = text_of(block)
            for script, letters in ({} if text.isascii() else without_glyph(set(text), fonts)).items():
                gallery.notices.add(
                    where,
                    f"the fonts of the page have no letters for {script} ({letters[:6]}); frames stand for them. Give "
                    "a folder with a font that has them by `fonts`.",
                )


def source_of(body: Body, contents: Contents, gallery: Gallery, folder: Path, *, paper: str) -> Source:
    """Return the whole document in Typst; attached tables are written to `folder`."""
    source = Source()
    tables_behind = _named([*contents.attachments, *body.attachments])
    attached = _attached(tables_behind, folder)
    attached += _manifest(body, contents, tables_behind, folder) if contents.cover else []
    text = pandoc.to_text(pandoc.document(_for_typst(body.blocks, source, gallery)), "typst-smart")
    written = pandoc.formulas([(tex, display) for _, tex, display in source.tex])
    source.formulas = [" ".join(for_typst(text).split()) or "[]" for text in written]
    source.text = "\n".join([_head(body, contents, paper), text, *attached])
    return source


def _head(body: Body, contents: Contents, paper: str) -> str:
    cover = contents.cover
    date = day(line(cover, "as_of"))
    under = dict(facts(cover, contents.authors))
    language, _, region = contents.language.partition("-")
    told = {
        "title": literal(body.title),
        "over": _tuple(literal(text) for text in over(cover, body.kicker)),
        "facts": _tuple(f"({literal(label)}, {literal(value)})" for label, value in under.items()),
        "handling": literal(line(cover, "handling")),
        "compact": str(version(cover) in {"brief", "flash"}).lower(),
        "cutoff": literal(under.get("As of", "")),
        "paper": literal(paper),
        "lang": literal(language if re.fullmatch("[A-Za-z]{2,3}", language) else "en"),
        "region": literal(region) if re.fullmatch("[A-Za-z]{2}", region) else "none",
        "date": f"datetime(year: {date.year}, month: {date.month}, day: {date.day})" if date else "none",
    }
    arguments = ", ".join(f"{key}: {value}" for key, value in told.items())
    # The charts of a briefing stand at the foot of a page, so that none leaves the page before it half empty; those of
    # other notebooks stay where their author has put them.
    floats = "#let chart = chart.with(placement: bottom)\n" if cover else ""
    return f'#import "briefing.typ": *\n#import "formulas.typ": *\n{floats}#show: briefing.with({arguments})\n'


def _tuple(items: Iterable[str]) -> str:
    return f"({''.join(f'{item}, ' for item in items)})"


def _for_typst(blocks: list[Node], source: Source, gallery: Gallery) -> list[Node]:
    """Return blocks in which marked parts call the template's functions; formulas are listed in `source`."""
    where = "the document"

    def fitted(node: Node) -> list[Node] | None:
        nonlocal where
        if node["t"] == "Table":
            return tables.fit(node, where, gallery.notices)
        where = node["c"][1] or where
        return None

    def called(node: Node) -> list[Node] | None:
        nonlocal where
        if node["t"] == "RawBlock":
            where = node["c"][1][3:] if node["c"][1].startswith(_CELL) else where
            return None
        if node["t"] == "Math":
            kind, tex = node["c"]
            source.tex.append((where, tex, kind["t"] == "DisplayMath"))
            return [raw_inline("typst", f"#formula({literal(one_line(tex))}, formula-{len(source.tex)});")]
        return _call(node)

    walk(blocks, fitted, "Table", "RawBlock")
    _keep_with_heads([node for node in blocks if node["t"] != "RawBlock"])
    walk(blocks, _picture_call, "Figure", "Image", "RawBlock")
    made: list[Node] = walk(blocks, called, "RawBlock", *_CALLED)
    return made


def _picture_call(node: Node) -> list[Node] | None:
    kind: str = node["t"]
    content: Any = node.get("c")
    if kind == "RawBlock":
        return [raw("typst", f"// {one_line(content[1]) or 'end'}")]
    if kind == "Figure" and "picture" not in content[0][1]:
        return list(content[2])
    if kind == "Image" and not set(content[0][1]) & {"picture", "plate"}:
        return None
    if kind == "Figure":
        return [raw("typst", _figure(content))]
    if "plate" in content[0][1]:
        return None
    (_, _, pairs), alt, (name, _) = content
    return [raw_inline("typst", f"#box(picture({_image(name, alt)}, {_width(dict(pairs))}));")]


def _call(node: Node) -> list[Node] | None:
    kind: str = node["t"]
    content: Any = node.get("c")
    if kind == "Str":
        return [raw_inline("typst", f"#{literal(content)};")] if _SHORTHAND.search(content) else None
    if kind == "Table":
        walk(content[3], _as_head, "Plain", "Para")
        for row in rows_of(node):
            for cell in row[1]:
                cell[0][2] = _cell_look(tables.styled(cell))
        long = any(len(text_of(cell[4])) > _WHOLE for row in rows_of(node) for cell in row[1])
        return [raw("typst", "#tall["), node, raw("typst", "]")] if long else None
    if kind == "Span" and content[0][0] and not content[1]:
        return [raw_inline("typst", f"#[#metadata(none)#label({literal(content[0][0])})];")]
    return _part(content) if kind == "Div" else None


def _cell_look(styled: Mapping[str, str]) -> list[list[str]]:
    """Return a cell's colours and weight as pandoc hands them to Typst; every part of them was checked before."""
    made = []
    if "fill" in styled:
        made.append(["typst:fill", f'rgb("#{styled["fill"]}")'])
    if "bar" in styled:
        colour, start, end = styled["bar"].split()
        none = "white.transparentize(100%)"
        stops = [("0%", none), (f"{start}%", none), (f"{start}%", f'rgb("#{colour}")')]
        stops += [(f"{end}%", f'rgb("#{colour}")'), (f"{end}%", none), ("100%", none)]
        made.append(["typst:fill", f"gradient.linear({', '.join(f'({shade}, {place})' for place, shade in stops)})"])
    if "ink" in styled:
        made.append(["typst:text:fill", f'rgb("#{styled["ink"]}")'])
    if "weight" in styled:
        made.append(["typst:text:weight", '"bold"'])
    return made


def _as_head(node: Node) -> list[Node]:
    """Set the text of a table's head as such: Typst gives a rule no other way to tell it from the rows."""
    return [{"t": node["t"], "c": [raw_inline("typst", "#head["), *node["c"], raw_inline("typst", "];")]}]


def _part(content: list[Any]) -> list[Node] | None:
    (anchor, classes, pairs), blocks = content
    if "sized" in classes:
        return [raw("typst", f"#sized({dict(pairs)['size']})["), *blocks, raw("typst", "]")]
    for name in ("bottom-line", "failure", "notes", "admonition"):
        if name in classes:
            return [raw("typst", f"#{name}["), *blocks, raw("typst", "]")]
    return None if anchor else list(blocks)


def _keep_with_heads(blocks: list[Node]) -> None:
    """Mark a figure that is all of its section: at the foot of a page it would leave its heading with nothing below."""
    kinds = ["Header", *(node["t"] for node in blocks), "Header"]
    for at, node in enumerate(blocks):
        if kinds[at : at + 3] == ["Header", "Figure", "Header"]:
            node["c"][0][1].append(_HERE)


def _figure(content: list[Any]) -> str:
    (_, classes, _), (_, caption), blocks = content
    (_, _, pairs), alt, (name, _) = _only_image(blocks)["c"]
    told = f"caption: [#{literal(text_of(caption))}]" if caption else "caption: none"
    place = ", placement: none" if _HERE in classes else ""
    return f"#chart({_image(name, alt)}, {_width(dict(pairs))}, {told}{place})"


def _image(name: str, alt: list[Node]) -> str:
    return f"image({literal(name)}, alt: {literal(text_of(alt))})"


def _only_image(blocks: list[Node]) -> Node:
    image: Node = next(inline for block in blocks for inline in block["c"] if inline["t"] == "Image")
    return image


def _width(pairs: Mapping[str, str]) -> str:
    """Return the width for Typst: a word, or points for the pixels that were asked for."""
    told = pairs.get("width", "natural")
    return f"{float(told) * 0.75:g}pt" if re.fullmatch(r"[\d.]+", told) else literal(told)


def _attached(attachments: Mapping[str, Attachment], folder: Path) -> list[str]:
    """Write the tables to attach and return the lines that attach them."""
    lines = []
    for number, (name, table) in enumerate(attachments.items(), 1):
        (folder / f"table-{number}.csv").write_text(table.csv, encoding="utf-8", newline="")
        told = f'description: {literal(table.description)}, mime-type: "text/csv", relationship: "data"'
        lines.append(f'#pdf.attach({literal(name)}, read("table-{number}.csv", encoding: none), {told})')
    return lines


def _named(attachments: Sequence[Attachment]) -> dict[str, Attachment]:
    """Give each table the name of its file, no two the same."""
    named: dict[str, Attachment] = {}
    for number, table in enumerate(attachments, 1):
        stem = re.sub(r"[^\w.-]+", "-", table.name).strip("-.")[:80] or f"table-{number}"
        named[f"{stem}.csv" if f"{stem}.csv" not in named else f"{stem}-{number}.csv"] = table
    return named


def _manifest(body: Body, contents: Contents, attached: Mapping[str, Attachment], folder: Path) -> list[str]:
    """Write what a reader needs to make the same briefing again, and return the line that attaches it.

    Record, parameters and versions as on the cover; the sentences of page one; the hash of every attached table.
    """
    cover = {name: contents.cover.get(name) for name in ("record", "as_of", "handling", "paper", "parameters")}
    boxes = [block for block in body.blocks if block["t"] == "Div" and "bottom-line" in block["c"][0][1]]
    points = [point for box in boxes for kind in ("Para", "Plain") for point in each(box["c"][1], kind)]
    made_with = {name: metadata.version(name) for name in ("typst", "font-source-sans-pro", "pypandoc-binary")}
    held = {
        **cover,
        "versions": {**(contents.cover.get("versions") or {}), **made_with},
        "title": body.title,
        "sentences": [re.sub(r"\s*\[[^\[\]]*\]$", "", one_line(text_of(point))) for point in points],
        "attachments": {name: sha256(table.csv.encode("utf-8")).hexdigest() for name, table in attached.items()},
    }
    (folder / MANIFEST).write_text(json.dumps(held, ensure_ascii=False, indent=1, sort_keys=True), encoding="utf-8")
    told = 'description: "How this briefing was made; workbook verify makes it again", mime-type: "application/json"'
    return [f'#pdf.attach("{MANIFEST}", read("{MANIFEST}", encoding: none), {told}, relationship: "supplement")']
