"""Paper: the tree as Typst.

The document's words come to the template `briefing.typ` as strings and as what pandoc writes; nothing of a notebook
is ever Typst code. The file is PDF/UA-1: tagged, with title, language, bookmarks and descriptions, and compiled
with that check on. PDF/UA-1 allows attached files, so the tables behind the charts are in it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.export import pandoc
from analysis.export.assemble import Body
from analysis.export.cover import day, facts, line, over
from analysis.export.engine import literal, pdf
from analysis.export.notebook import Attachment, Contents
from analysis.export.pandoc_tree import Node, raw, raw_inline, text_of, walk
from analysis.export.pictures import Gallery
from analysis.export.terminal_text import one_line

_TEMPLATE = Path(__file__).with_name("briefing.typ")
_CALLED = ("Str", "Math", "Table", "Span", "Div")
# What Typst would set as a dash, an ellipsis, a soft hyphen or a minus sign.
_SHORTHAND = re.compile(r"--|\.\.\.|-\?|-\d")


def to_pdf(body: Body, contents: Contents, gallery: Gallery, folder: Path, *, paper: str) -> bytes:
    """Typeset a body and return the PDF; `folder` is an empty one for this run.

    Raises
    ------
    PublishError
        If Typst refuses it; the message names the cell.
    """
    for name, data in gallery.files.items():
        (folder / name).write_bytes(data)
    shutil.copyfile(_TEMPLATE, folder / "briefing.typ")
    return pdf(source_of(body, contents, folder, paper=paper), gallery, folder)


def source_of(body: Body, contents: Contents, folder: Path, *, paper: str) -> str:
    """Return the whole document in Typst; attached tables are written to `folder`."""
    text = pandoc.to_text(pandoc.document(_for_typst(body.blocks)), "typst-smart")
    return "\n".join([_head(body, contents, paper), text, *_attached(contents.attachments, folder)])


def _head(body: Body, contents: Contents, paper: str) -> str:
    cover = contents.cover
    date = day(line(cover, "as_of"))
    under = dict(facts(cover))
    language, _, region = contents.language.partition("-")
    told = {
        "title": literal(body.title),
        "over": _tuple(literal(text) for text in over(cover, body.kicker)),
        "facts": _tuple(f"({literal(label)}, {literal(value)})" for label, value in under.items()),
        "handling": literal(line(cover, "handling")),
        "cutoff": literal(under.get("As of", "")),
        "paper": literal(paper),
        "lang": literal(language if re.fullmatch("[A-Za-z]{2,3}", language) else "en"),
        "region": literal(region) if re.fullmatch("[A-Za-z]{2}", region) else "none",
        "date": f"datetime(year: {date.year}, month: {date.month}, day: {date.day})" if date else "none",
    }
    arguments = ", ".join(f"{key}: {value}" for key, value in told.items())
    return f'#import "briefing.typ": *\n#show: briefing.with({arguments})\n'


def _tuple(items: Iterable[str]) -> str:
    return f"({''.join(f'{item}, ' for item in items)})"


def _for_typst(blocks: list[Node]) -> list[Node]:
    """Return blocks in which marked parts call the template's functions."""
    made: list[Node] = walk(walk(blocks, _picture_call, "Figure", "Image", "RawBlock"), _call, *_CALLED)
    return made


def _picture_call(node: Node) -> list[Node] | None:
    kind: str = node["t"]
    content: Any = node.get("c")
    if kind == "RawBlock":
        return [raw("typst", f"// {one_line(content[1])}")]
    if "picture" not in content[0][1]:
        return None
    if kind == "Figure":
        return [raw("typst", _figure(content))]
    (_, _, pairs), alt, (name, _) = content
    return [raw_inline("typst", f"#box(picture({_image(name, alt)}, {_width(dict(pairs))}));")]


def _call(node: Node) -> list[Node] | None:
    kind: str = node["t"]
    content: Any = node.get("c")
    if kind == "Str" and _SHORTHAND.search(content):
        return [raw_inline("typst", f"#{literal(content)};")]
    if kind == "Math":
        return [raw_inline("typst", f"#formula({literal(one_line(content[1]))})["), node, raw_inline("typst", "];")]
    if kind == "Table":
        return [{"t": "Table", "c": [*content[:3], walk(content[3], _as_head, "Plain", "Para"), *content[4:]]}]
    if kind == "Span" and content[0][0] and not content[1]:
        return [raw_inline("typst", f"#[#metadata(none)#label({literal(content[0][0])})];")]
    return _part(content) if kind == "Div" else None


def _as_head(node: Node) -> list[Node]:
    """Set the text of a table's head as such: Typst gives a rule no other way to tell it from the rows."""
    return [{"t": node["t"], "c": [raw_inline("typst", "#head["), *node["c"], raw_inline("typst", "];")]}]


def _part(content: list[Any]) -> list[Node] | None:
    (anchor, classes, pairs), blocks = content
    if "sized" in classes:
        return [raw("typst", f"#sized({dict(pairs)['size']})["), *blocks, raw("typst", "]")]
    for name in ("bottom-line", "failure", "notes"):
        if name in classes:
            return [raw("typst", f"#{name}["), *blocks, raw("typst", "]")]
    return None if anchor else list(blocks)


def _figure(content: list[Any]) -> str:
    _, (_, caption), blocks = content
    (_, _, pairs), alt, (name, _) = _only_image(blocks)["c"]
    told = f"caption: [#{literal(text_of(caption))}]" if caption else "caption: none"
    return f"#chart({_image(name, alt)}, {_width(dict(pairs))}, {told})"


def _image(name: str, alt: list[Node]) -> str:
    return f"image({literal(name)}, alt: {literal(text_of(alt))})"


def _only_image(blocks: list[Node]) -> Node:
    image: Node = next(inline for block in blocks for inline in block["c"] if inline["t"] == "Image")
    return image


def _width(pairs: Mapping[str, str]) -> str:
    """Return the width for Typst: a word, or points for the pixels that were asked for."""
    told = pairs.get("width", "natural")
    return f"{float(told) * 0.75:g}pt" if re.fullmatch(r"[\d.]+", told) else literal(told)


def _attached(attachments: Sequence[Attachment], folder: Path) -> list[str]:
    """Write the tables to attach and return the lines that attach them."""
    taken: set[str] = set()
    lines = []
    for number, table in enumerate(attachments, 1):
        stem = re.sub(r"[^\w.-]+", "-", table.name).strip("-.")[:80] or f"table-{number}"
        name = stem if stem not in taken else f"{stem}-{number}"
        taken.add(name)
        (folder / f"table-{number}.csv").write_text(table.csv, encoding="utf-8", newline="")
        told = f'description: {literal(table.description)}, mime-type: "text/csv", relationship: "data"'
        lines.append(f'#pdf.attach({literal(f"{name}.csv")}, read("table-{number}.csv", encoding: none), {told})')
    return lines
