"""What a notebook says, without how it was computed: from cells to pieces.

Inputs are left out unless they are asked for. Of each output the richest form that paper can hold is taken, in the
order of `_ranked`; what a widget or a plotting library cannot put on paper falls back on its plain text. The cover and
the bibliography are outputs like any other, told by their types; they are lifted out of the flow. A piece knows its
cell, so that every later notice or refusal can name it.

Cell tags are honoured: `remove-cell` leaves the cell out, `remove-output` its outputs, `full-only` leaves it out of a
document whose cover says that its version is brief or flash, `not-flash` out of a flash, and `bottom-line` lifts it
into the box under the title.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from analysis.errors import PublishError
from analysis.export.notices import Notices
from analysis.export.terminal_text import clean, one_line, terminal

# What makes a document of a notebook, by the types of its outputs; the record's side writes them.
COVER_MIME = "application/vnd.bilateral-workbook.cover+json"
BIBLIOGRAPHY_MIME = "application/vnd.citationstyles.csl+json"
EMPTY_MIME = "application/vnd.bilateral-workbook.empty+json"  # an output with nothing in it

Kind = Literal["prose", "markdown", "latex", "html", "plain", "failure", "picture", "notes", "code"]

FORMS: Mapping[str, Kind] = {
    "image/svg+xml": "picture",
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/webp": "picture",
    "image/gif": "picture",
    "text/html": "html",
    "text/markdown": "markdown",
    "text/latex": "latex",
    "text/plain": "plain",
}
TEXT_LIMIT = 200_000  # characters of one output that a document shows: some forty pages
HTML_LIMIT = 2_000_000  # characters of one table
# What is not shown on the screen either, or is the plain text itself.
_NOT_RICHER = re.compile(r"text/(plain|csv)|application/(vnd\.bilateral-workbook|papermill|scrapbook)")
_CUT = "; the notebook has the whole.]"
_MATHS = re.compile(
    r"\s*(?:\$|\\\[|\\\(|\\begin\{(?!tabular|table|longtable|document|center|itemize|enumerate|verbatim|figure))"
)


@dataclass(frozen=True)
class Piece:
    """One thing to be set: a cell's prose or one of its outputs.

    Parameters
    ----------
    kind : str
        How `text` is to be read; a picture's bytes are in `text` as the notebook holds them.
    where : str
        The cell, as its author would look for it.
    text : str
        Source of the piece; for a failure the traceback.
    title : str
        Name and message of an error.
    plain : str
        The output's plain text, for what turns out to be empty.
    mime, metadata : str, mapping
        The form that was taken, and what the output says about it.
    alt : str
        The description in the cell's metadata.
    attachments : mapping
        Pictures carried by a Markdown cell.
    boxed : bool
        Whether the cell belongs to the bottom line.
    """

    kind: Kind
    where: str
    text: str = ""
    title: str = ""
    plain: str = ""
    mime: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    alt: str = ""
    attachments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    boxed: bool = False

    @property
    def described(self) -> str:
        """Return the plain text where it can be a description: a drawing in letters has several lines."""
        return "" if "\n" in self.plain.strip() else self.plain


@dataclass(frozen=True)
class Attachment:
    """The rows behind a chart or a table."""

    name: str
    description: str
    csv: str


@dataclass(frozen=True)
class Contents:
    """Everything that an export needs from a notebook."""

    name: str
    folder: Path | None
    cover: Mapping[str, Any]
    references: tuple[Mapping[str, Any], ...]
    pieces: tuple[Piece, ...]
    attachments: tuple[Attachment, ...]
    language: str
    title: str
    authors: tuple[str, ...] = ()


def read(notebook: str | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a notebook of format 4 from a file or as given; older formats are brought up to it.

    Raises
    ------
    PublishError
        If there is no such file, or it holds no notebook.
    """
    if isinstance(notebook, Mapping):
        return _whole(notebook)
    path = Path(notebook)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PublishError(f"{path}: the notebook cannot be read ({error.strerror or error}).") from error
    except (ValueError, RecursionError) as error:
        raise PublishError(f"{path}: this is not a notebook: {error}.") from error
    if not isinstance(found, dict) or "nbformat" not in found:
        raise PublishError(f"{path}: this is not a notebook: it has no `nbformat`.")
    if found["nbformat"] != 4:
        import nbformat

        try:
            found = nbformat.reads(json.dumps(found), as_version=4)  # type: ignore[no-untyped-call]
        except Exception as error:
            words = f"{type(error).__name__}: {one_line(str(error))}"
            raise PublishError(f"{path}: a notebook of format {found['nbformat']} cannot be read ({words}).") from error
    return _whole(found)


def _whole(notebook: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a notebook whose parts have the types that the format gives them, for programs that write others."""

    def mapping(value: Any) -> dict[str, Any]:
        return {key: part for key, part in value.items() if part is not None} if isinstance(value, Mapping) else {}

    def parts(value: Any) -> list[dict[str, Any]]:
        return [mapping(part) for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []

    cells = []
    for cell in parts(notebook.get("cells")):
        outputs = [
            {**output, **{key: mapping(output.get(key)) for key in ("data", "metadata")}}
            for output in parts(cell.get("outputs"))
        ]
        cells.append({**cell, "metadata": mapping(cell.get("metadata")), "outputs": outputs})
    return {**notebook, "metadata": mapping(notebook.get("metadata")), "cells": cells}


def gather(
    notebook: Mapping[str, Any],
    name: str,
    folder: Path | None,
    *,
    notices: Notices | None = None,
    code: bool = False,
    priority: Sequence[str] = (),
) -> Contents:
    """Return the contents of an executed notebook; nothing is run and no record is read."""
    said = notices or Notices()
    cover: Mapping[str, Any] = {}
    front: dict[str, list[str]] = {}
    references: dict[str, Mapping[str, Any]] = {}
    pieces: list[Piece] = []
    attachments: list[Attachment] = []
    for number, cell in enumerate(notebook.get("cells", []), 1):
        tags = set(cell.get("metadata", {}).get("tags", []))
        if tags & {"remove-cell", *_LEFT_OUT.get(version(cover), ())}:
            continue
        if number == 1 and cell.get("cell_type") in {"raw", "markdown"}:
            front, cell = _front_matter(cell)
        for piece, bundle in _pieces(cell, number, tags, code, priority, said):
            if EMPTY_MIME in bundle:
                continue
            if isinstance(told := bundle.get(COVER_MIME), Mapping):
                cover = cover or told
            for item in bundle.get(BIBLIOGRAPHY_MIME, []):
                references.setdefault(str(item.get("id", "")), item)
            if "text/csv" in bundle:
                attachments.append(_attachment(bundle, piece, number))
            if piece.kind == "plain" and bundle and piece.mime != "text/plain":
                said.add(piece.where, f"an output of a kind that a page cannot show is left out: {piece.title}.")
            elif piece.kind == "plain" and (richer := [mime for mime in bundle if not _NOT_RICHER.match(mime)]):
                said.add(piece.where, f"an output is replaced by its plain text: {', '.join(sorted(richer))}.")
            if piece.text.endswith(_CUT):
                said.add(piece.where, "an output is too long for a document; what is left out is counted there.")
            if COVER_MIME not in bundle:
                pieces.append(piece)
    if cover:
        pieces = _without_empty_sections(pieces)
    metadata = notebook.get("metadata", {})
    listed = metadata.get("authors", [])
    listed = listed if isinstance(listed, list) else [listed]
    names = [one_line(str(each.get("name", "") if isinstance(each, Mapping) else each)) for each in listed]
    return Contents(
        name=name,
        folder=folder,
        cover=cover,
        references=tuple(references.values()),
        pieces=tuple(pieces),
        attachments=tuple(attachments),
        language=str(cover.get("lang") or metadata.get("lang") or (front.get("lang") or ["en"])[0]),
        title=one_line(str(cover.get("title") or metadata.get("title") or " ".join(front.get("title", [])))),
        authors=tuple(filter(None, names or front.get("author", []))),
    )


_HEADING = re.compile(r"\s*(#{1,6})\s+[^\n]+\s*")


def _without_empty_sections(pieces: Sequence[Piece]) -> list[Piece]:
    """Leave out headings that lead to nothing: what a document's own outputs did not fill is no section of it."""
    kept: list[Piece] = []
    next_level = 0  # of the heading that follows; 0 at the end, 7 before anything else
    for piece in reversed(pieces):
        heading = _HEADING.fullmatch(piece.text) if piece.kind == "prose" else None
        level = len(heading[1]) if heading else 7
        if heading and next_level <= level:
            continue
        next_level = level
        kept.append(piece)
    return kept[::-1]


_FRONT = re.compile(r"\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|$)(.*)", re.DOTALL)


def _front_matter(cell: Mapping[str, Any]) -> tuple[dict[str, list[str]], Mapping[str, Any]]:
    """Return title, language and authors that a first cell tells in YAML's simplest form, and the cell without them."""
    found = _FRONT.fullmatch(joined(cell.get("source", "")))
    if not found or not re.search(r"^(?:title|authors?):", found[1], re.MULTILINE):
        return {}, cell
    told: dict[str, list[str]] = {}
    key = ""
    for line in found[1].split("\n"):
        if named := re.fullmatch(r"(title|subtitle|authors?|lang):\s*(.*)", line):
            key = named[1].rstrip("s")
            told.setdefault(key, [])
        item = named[2] if named else line.strip() if line.startswith((" ", "-")) else ""
        key = key if item or named else ""
        item = re.sub(r"^-\s*|^name:\s*|^-\s*name:\s*", "", item)
        parts = item.strip("[]").split(",") if key == "author" else [item]
        told.setdefault(key, []).extend(text for part in parts if (text := one_line(part).strip("'\"")))
    return told, {**cell, "source": found[2]}


def version(cover: Mapping[str, Any]) -> str:
    """Return which of its lengths a document has: full, brief or flash; empty where its cover does not say."""
    parameters = cover.get("parameters")
    return str(parameters.get("version", "")) if isinstance(parameters, Mapping) else ""


# Tags of cells that a document of a length goes without.
_LEFT_OUT = {"brief": {"full-only"}, "flash": {"full-only", "not-flash"}}


def _pieces(
    cell: Mapping[str, Any], number: int, tags: set[str], code: bool, priority: Sequence[str], said: Notices
) -> Iterator[tuple[Piece, Mapping[str, Any]]]:
    """Yield a cell's pieces, each with the bundle it was chosen from."""
    source = joined(cell.get("source", ""))
    metadata = cell.get("metadata", {})
    first = one_line(next((line for line in source.splitlines() if line.strip()), ""))
    where = f"cell {number} ({first[:60]!r})" if first else f"cell {number}"
    common: dict[str, Any] = {
        "where": where,
        "boxed": "bottom-line" in tags,
        "alt": one_line(str(metadata.get("alt", ""))),
    }
    kind = cell.get("cell_type")
    meant = metadata.get("raw_mimetype", metadata.get("format")) if kind == "raw" else None
    if kind == "markdown" or meant == "text/markdown":
        if source.strip():
            yield Piece("prose", text=clean(source), attachments=cell.get("attachments", {}), **common), {}
    elif meant and source.strip():
        said.add(where, f"a raw cell that is meant for {meant} is left out.")
    elif kind != "code" and source.strip():
        # A raw cell that is meant for no other program is on the screen as text, and so is a cell of an unknown type.
        yield Piece("plain", text=clean(source), mime="text/plain", **common), {}
    elif kind == "code":
        if code and source.strip() and "remove-input" not in tags:
            yield Piece("code", text=clean(source), **common), {}
        if "remove-output" not in tags:
            intended = {"intended": True} if "raises-exception" in tags else {}
            for output in _merged(cell.get("outputs", [])):
                yield from _output(output, {**common, "metadata": intended} if _failed(output) else common, priority)


def _merged(outputs: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield outputs, with what was printed in a row to one stream as one text."""
    pending: dict[str, Any] | None = None
    for output in outputs:
        if output.get("output_type") == "stream":
            text = joined(output.get("text", ""))
            if pending and pending["name"] == output.get("name"):
                pending["text"] += text
                continue
            if pending:
                yield pending
            pending = {"output_type": "stream", "name": output.get("name"), "text": text}
            continue
        if pending:
            yield pending
            pending = None
        yield output
    if pending:
        yield pending


def _failed(output: Mapping[str, Any]) -> bool:
    return output.get("output_type") == "error"


def _output(
    output: Mapping[str, Any], common: dict[str, Any], priority: Sequence[str]
) -> Iterator[tuple[Piece, Mapping[str, Any]]]:
    kind = output.get("output_type")
    if kind == "stream":
        if (text := terminal(_bounded(joined(output.get("text", ""))))).strip():
            yield Piece("plain", text=text, **common), {}
    elif kind == "error":
        title = one_line(terminal(f"{output.get('ename', 'Error')}: {output.get('evalue', '')}".rstrip(": ")))
        yield Piece("failure", text=terminal("\n".join(output.get("traceback", []))), title=title, **common), {}
    elif kind in {"display_data", "execute_result"}:
        bundle = output.get("data", {})
        # What has nothing in it is nothing on the screen.
        if any(joined(form).strip() if isinstance(form, str | list) else True for form in bundle.values()):
            yield _chosen(bundle, output.get("metadata", {}), common, priority)


def _chosen(
    bundle: Mapping[str, Any], metadata: Mapping[str, Any], common: dict[str, Any], priority: Sequence[str]
) -> tuple[Piece, Mapping[str, Any]]:
    """Return the richest form of a bundle that paper can hold; a bundle without any says what it holds."""
    plain = terminal(_bounded(joined(bundle.get("text/plain", ""))))
    if BIBLIOGRAPHY_MIME in bundle:
        return Piece("notes", plain=plain, **common), bundle
    for mime in priority or _ranked(bundle, metadata):
        if mime in FORMS and mime in bundle and (text := joined(bundle[mime])).strip():
            kind, told = FORMS[mime], metadata.get(mime, {})
            if kind == "html" and len(text) > HTML_LIMIT and "data:image" not in text:
                # Half a table cannot be shown.
                words = f"[Left out here: a table of {len(text):,} characters{_CUT}"
                return Piece("plain", text=words, mime="text/plain", **common), bundle
            text = text if kind in {"picture", "html"} else _bounded(text)
            ready = terminal(text) if kind == "plain" else text if kind == "picture" else clean(text)
            about = told if isinstance(told, Mapping) else {}
            return Piece(kind, text=ready, plain=plain, mime=mime, metadata=about, **common), bundle
    kinds = ", ".join(sorted(bundle)) or "nothing"
    return Piece("plain", text=f"[An output that paper cannot show: {kinds}]", title=kinds, **common), bundle


def _ranked(bundle: Mapping[str, Any], metadata: Mapping[str, Any]) -> list[str]:
    """Return the types of a bundle in the order in which they are taken.

    As on the screen, HTML comes before LaTeX, of which pandoc drops what it does not know: LaTeX is taken first only
    where it is mathematics. Markdown comes before HTML only where it cites or is described, as this library's own does.
    """
    order = list(FORMS)
    if "text/markdown" in metadata or "[@{" in joined(bundle.get("text/markdown", "")):
        order.insert(order.index("text/html"), "text/markdown")
    if _MATHS.match(latex := joined(bundle.get("text/latex", ""))) and "\\begin{tabular" not in latex:
        order.insert(0, "text/latex")
    return order


def _attachment(bundle: Mapping[str, Any], piece: Piece, number: int) -> Attachment:
    told = piece.metadata
    description = one_line(str(told.get("title") or told.get("caption") or piece.plain))
    return Attachment(str(told.get("name") or f"cell-{number}"), description[:250], joined(bundle["text/csv"]))


def _bounded(text: str) -> str:
    """Return a text that is no longer than a document can hold, with the count of what it was."""
    return text if len(text) <= TEXT_LIMIT else f"{text[:TEXT_LIMIT]}\n[Cut here: {len(text):,} characters{_CUT}"


def joined(text: object) -> str:
    """Return a notebook's text, which files keep as a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text)
