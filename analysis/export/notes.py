"""Citations and numbered notes.

Citeproc numbers the sources in the order in which they are first cited and words each note by a CSL style. Around
it two things are secured. What a title holds stays text: citeproc would read `<i>` in it as italics, so such fields
pass through it under a token that is exchanged afterwards. And only an address on the web becomes a link; any other
is printed with the note.

A key that the notebook's bibliography does not know is no citation. In prose it stays the text it was; where this
package's own objects cite it, the source has been lost between record and page, and the export is refused.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import PublishError
from analysis.export import pandoc
from analysis.export.notebook import Piece
from analysis.export.pandoc_tree import Node, attr, div, each, text_of, walk, words
from analysis.export.terminal_text import one_line

_CSL = Path(__file__).with_name("briefing.csl")
_WEB = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_VERBATIM = {"id", "type", "language", "URL", "DOI"}


def uncited(content: list[Any], piece: Piece, known: set[str]) -> list[Node] | None:
    """Return the text of a citation whose source the notebook does not carry; None keeps one that has its source.

    Raises
    ------
    PublishError
        If an output of this library cites a source that the notebook does not carry.
    """
    missing = [part["citationId"] for part in content[0] if part["citationId"] not in known]
    if missing and piece.kind == "markdown" and "@{" in text_of(content[1]):
        raise PublishError(
            f"{piece.where}: the source {missing[0]!r} is cited but is not in the notebook's bibliography. "
            "Show an `analysis.Bibliography` that holds it."
        )
    return list(content[1]) if missing else None


def number(blocks: list[Node], references: Sequence[Mapping[str, Any]], folder: Path, language: str) -> list[Node]:
    """Return blocks with citations numbered and linked, and the notes in the division `refs`."""
    # The token must not be found in anything that is printed; the first of these that is not, is taken.
    everything = json.dumps([blocks, list(references)])
    mark = next(mark for number in itertools.count() if (mark := f"zq{number}q") not in everything)
    items, texts = _items(references, mark)
    source = folder / "references.json"
    source.write_text(json.dumps(items), encoding="utf-8")
    meta: dict[str, Any] = {"link-citations": {"t": "MetaBool", "c": True}}
    if language.split("-")[0].lower() != "en":
        meta["lang"] = {"t": "MetaString", "c": language}
    made = pandoc.cite(pandoc.document(blocks, meta), _CSL, source)
    numbered: list[Node] = walk(_restored(made["blocks"], texts, mark), _as_list, "Div")
    return numbered


def _items(references: Sequence[Mapping[str, Any]], mark: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the items for citeproc, and the texts that its tokens stand for."""
    texts: list[str] = []

    def guarded(value: Any, key: str = "") -> Any:
        if isinstance(value, Mapping):
            return {name: guarded(part, name) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [guarded(part, key) for part in value]
        if not isinstance(value, str) or key in _VERBATIM:
            return value
        text = one_line(value)
        # Citeproc reads `<i>` and its like everywhere, and "name: value" in a note as a field of its own.
        if not (set(text) & set('<>&"\\$*_`^~[]{}|')) and key != "note":
            return text
        texts.append(text)
        return f"{mark}{len(texts) - 1}z"

    items = []
    for reference in references:
        item = dict(reference)
        address = one_line(str(item.get("URL", "")))
        if address and not _WEB.fullmatch(address):
            item["note"] = f"{address}. {item.get('note', '')}".rstrip(". ")
            del item["URL"]
        items.append(guarded(item))
    return items, texts


def _restored(blocks: list[Node], texts: list[str], mark: str) -> list[Node]:
    token = re.compile(rf"{mark}(\d+)z")

    def visit(node: Node) -> list[Node] | None:
        if node["t"] == "Cite":
            return list(node["c"][1])
        if mark not in node["c"]:
            return None
        return words(token.sub(lambda match: texts[int(match[1])], node["c"]))

    restored: list[Node] = walk(blocks, visit, "Cite", "Str")
    return restored


def _as_list(node: Node) -> list[Node] | None:
    """Turn citeproc's entries into one numbered list, whose items are the targets of the citations."""
    if node["c"][0][0] != "refs":
        return None
    entries = [entry for entry in node["c"][1] if entry["t"] == "Div"]
    items = [_entry(entry) for entry in entries]
    if all(numbered for numbered, _ in items):
        listed: list[Node] = [
            {"t": "OrderedList", "c": [[1, {"t": "Decimal"}, {"t": "Period"}], [[item] for _, item in items]]}
        ]
    else:
        listed = [{"t": "Para", "c": item["c"]} for _, item in items]
    return [div(listed, "notes")]


def _entry(entry: Node) -> tuple[bool, Node]:
    """Return whether a style numbered the entry, and its text behind an anchor."""
    anchor: Node = {"t": "Span", "c": [attr(entry["c"][0][0]), []]}
    inlines: list[Node] = []
    numbered = False
    for block in entry["c"][1]:
        for inline in block["c"]:
            if inline["t"] == "Span" and "csl-left-margin" in inline["c"][0][1]:
                numbered = True
            elif inline["t"] == "Span" and "csl-right-inline" in inline["c"][0][1]:
                inlines += inline["c"][1]
            else:
                inlines.append(inline)
    return numbered, {"t": "Plain", "c": [anchor, *inlines]}


def cited(blocks: list[Node]) -> bool:
    """Tell whether anything is cited."""
    return next(iter(each(blocks, "Cite")), None) is not None
