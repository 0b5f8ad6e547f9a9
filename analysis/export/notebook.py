"""What a notebook says, without how it was computed: from cells to pieces.

Inputs are left out. Of each output the richest form that paper can hold is taken, in the order of `FORMS`; what a
widget or a plotting library cannot put on paper falls back on its plain text. The cover and the bibliography are
outputs like any other, told by their types; they are lifted out of the flow. A piece knows its cell, so that every
later refusal can name it.

Cell tags are honoured: `remove-cell` leaves the cell out, `remove-output` its outputs, `full-only` leaves it out of a
document whose cover says that its version is brief, and `bottom-line` lifts it into the box under the title.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from analysis.document import BIBLIOGRAPHY_MIME, COVER_MIME
from analysis.errors import PublishError
from analysis.export.terminal_text import clean, one_line, terminal

Kind = Literal["prose", "markdown", "latex", "html", "plain", "failure", "picture", "notes"]

FORMS: Mapping[str, Kind] = {
    "image/svg+xml": "picture",
    "image/png": "picture",
    "image/jpeg": "picture",
    "image/webp": "picture",
    "image/gif": "picture",
    "text/markdown": "markdown",
    "text/latex": "latex",
    "text/html": "html",
    "text/plain": "plain",
}


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


def read(notebook: str | Path | Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a notebook of format 4 from a file or as given; older formats are brought up to it.

    Raises
    ------
    PublishError
        If there is no such file, or it holds no notebook.
    """
    if isinstance(notebook, Mapping):
        return notebook
    path = Path(notebook)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PublishError(f"{path}: the notebook cannot be read ({error.strerror or error}).") from error
    except ValueError as error:
        raise PublishError(f"{path}: this is not a notebook: {error}.") from error
    if not isinstance(found, dict) or "nbformat" not in found:
        raise PublishError(f"{path}: this is not a notebook: it has no `nbformat`.")
    if found["nbformat"] != 4:
        import nbformat

        upgraded: Mapping[str, Any] = nbformat.reads(json.dumps(found), as_version=4)  # type: ignore[no-untyped-call]
        return upgraded
    return found


def gather(notebook: Mapping[str, Any], name: str, folder: Path | None) -> Contents:
    """Return the contents of an executed notebook; nothing is run and no record is read."""
    cover: Mapping[str, Any] = {}
    references: dict[str, Mapping[str, Any]] = {}
    pieces: list[Piece] = []
    attachments: list[Attachment] = []
    for number, cell in enumerate(notebook.get("cells", []), 1):
        tags = set(cell.get("metadata", {}).get("tags", []))
        if "remove-cell" in tags or ("full-only" in tags and _short(cover)):
            continue
        for piece, bundle in _pieces(cell, number, tags):
            cover = cover or bundle.get(COVER_MIME) or {}
            for item in bundle.get(BIBLIOGRAPHY_MIME, []):
                references.setdefault(str(item.get("id", "")), item)
            if "text/csv" in bundle:
                attachments.append(_attachment(bundle, piece, number))
            if COVER_MIME not in bundle:
                pieces.append(piece)
    metadata = notebook.get("metadata", {})
    return Contents(
        name=name,
        folder=folder,
        cover=cover,
        references=tuple(references.values()),
        pieces=tuple(pieces),
        attachments=tuple(attachments),
        language=str(cover.get("lang") or metadata.get("lang") or "en"),
        title=one_line(str(cover.get("title") or metadata.get("title") or "")),
    )


def _short(cover: Mapping[str, Any]) -> bool:
    parameters = cover.get("parameters")
    return isinstance(parameters, Mapping) and parameters.get("version") == "brief"


def _pieces(cell: Mapping[str, Any], number: int, tags: set[str]) -> Iterator[tuple[Piece, Mapping[str, Any]]]:
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
    if kind == "markdown" or (
        kind == "raw" and metadata.get("raw_mimetype", metadata.get("format")) == "text/markdown"
    ):
        if source.strip():
            yield Piece("prose", text=clean(source), attachments=cell.get("attachments", {}), **common), {}
    elif kind == "code" and "remove-output" not in tags:
        for output in _merged(cell.get("outputs", [])):
            yield from _output(output, common)


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


def _output(output: Mapping[str, Any], common: dict[str, Any]) -> Iterator[tuple[Piece, Mapping[str, Any]]]:
    kind = output.get("output_type")
    if kind == "stream":
        if (text := terminal(joined(output.get("text", "")))).strip():
            yield Piece("plain", text=text, **common), {}
    elif kind == "error":
        title = one_line(terminal(f"{output.get('ename', 'Error')}: {output.get('evalue', '')}".rstrip(": ")))
        yield Piece("failure", text=terminal("\n".join(output.get("traceback", []))), title=title, **common), {}
    elif kind in {"display_data", "execute_result"}:
        yield _chosen(output.get("data", {}), output.get("metadata", {}), common)


def _chosen(
    bundle: Mapping[str, Any], metadata: Mapping[str, Any], common: dict[str, Any]
) -> tuple[Piece, Mapping[str, Any]]:
    """Return the richest form of a bundle that paper can hold; a bundle without any says what it holds."""
    plain = terminal(joined(bundle.get("text/plain", "")))
    if BIBLIOGRAPHY_MIME in bundle:
        return Piece("notes", plain=plain, **common), bundle
    for mime, kind in FORMS.items():
        if mime in bundle and (text := joined(bundle[mime])).strip():
            told = metadata.get(mime, {})
            ready = terminal(text) if kind == "plain" else text if kind == "picture" else clean(text)
            about = told if isinstance(told, Mapping) else {}
            return Piece(kind, text=ready, plain=plain, mime=mime, metadata=about, **common), bundle
    kinds = ", ".join(sorted(bundle)) or "nothing"
    return Piece("plain", text=f"[An output that paper cannot show: {kinds}]", **common), bundle


def _attachment(bundle: Mapping[str, Any], piece: Piece, number: int) -> Attachment:
    told = piece.metadata
    description = one_line(str(told.get("title") or told.get("caption") or piece.plain))
    return Attachment(str(told.get("name") or f"cell-{number}"), description[:250], joined(bundle["text/csv"]))


def joined(text: object) -> str:
    """Return a notebook's text, which files keep as a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text)
