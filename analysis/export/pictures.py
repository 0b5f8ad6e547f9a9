"""Pictures: their bytes, and the words for who cannot see them.

A picture without a description is refused by name of its cell, because a reader of the page could not repair it.
The description is looked for where notebooks keep it: in the output's metadata (`alt`, as the charts of this
package and nbconvert have it), in the cell's metadata, and last in the plain text of the output, if that says more
than the type of the object.

Nothing is fetched. A Markdown cell may show a file that lies in the notebook's own folder, a picture attached to
the cell, or one written into it; an address on the network becomes a link.
"""

from __future__ import annotations

import base64
import binascii
import re
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import PublishError
from analysis.export.notebook import Piece, joined
from analysis.export.terminal_text import one_line

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif"}
_OBJECT = re.compile(r"<[^<>]*(?:<[^<>]*>[^<>]*)*>")
_MISSING = (
    "{where}: the picture has no description. Set `alt` in the cell's metadata, or in the output's, or go on without "
    "one by missing_alt='placeholder' (in nbconvert: --BriefingExporter.missing_alt=placeholder)."
)


@dataclass
class Gallery:
    """The pictures of one document, by file name.

    Parameters
    ----------
    folder : Path or None
        The notebook's folder; without it no file is read.
    missing_alt : {"refuse", "placeholder"}
        What to do with a picture that nobody described.
    """

    folder: Path | None
    missing_alt: str
    files: dict[str, bytes] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)

    def keep(self, data: bytes, where: str) -> str:
        """Keep a picture and return its file name."""
        suffix = _suffix(data)
        if not suffix:
            raise PublishError(
                f"{where}: the picture is damaged or not of a kind that can be set (SVG, PNG, JPEG, GIF, WebP)."
            )
        name = f"picture-{len(self.files) + 1}.{suffix}"
        self.files[name], self.origin[name] = data, where
        return name

    def output(self, piece: Piece) -> tuple[str, str]:
        """Keep an output's picture; return its file name and description."""
        if piece.mime == "image/svg+xml":
            data = piece.text.encode("utf-8", "replace")
        else:
            data = _decoded(piece.text, piece.where)
        return self.keep(data, piece.where), self.describe(
            piece, str(piece.metadata.get("alt", "")), piece.alt, piece.plain
        )

    def describe(self, piece: Piece, *candidates: str) -> str:
        """Return the first candidate that says something.

        Raises
        ------
        PublishError
            If none does, and pictures without a description are refused.
        """
        for candidate in map(one_line, candidates):
            if candidate and not _OBJECT.fullmatch(candidate):
                return candidate
        if self.missing_alt == "placeholder":
            return f"Picture without description ({piece.where.split(' (')[0]})"
        raise PublishError(_MISSING.format(where=piece.where))

    def width(self, name: str) -> str:
        """Return the width in pixels of a PNG without a resolution, as a browser shows it; else "natural"."""
        data = self.files[name]
        told = b"pHYs" in data[:1024]
        return str(int.from_bytes(data[16:20])) if name.endswith(".png") and not told and len(data) > 24 else "natural"

    def referred(self, target: str, piece: Piece) -> str | None:
        """Keep the picture that a text refers to; return its file name, or None for an address that is not read."""
        target = target.strip()
        if target.startswith("attachment:"):
            bundle = piece.attachments.get(urllib.parse.unquote(target[11:]), {})
            if not bundle:
                raise PublishError(f"{piece.where}: the cell carries no attachment named {target[11:]!r}.")
            kind = next(iter(bundle))
            text = joined(bundle[kind])
            return self.keep(text.encode() if kind == "image/svg+xml" else _decoded(text, piece.where), piece.where)
        if target.startswith("data:"):
            head, _, body = target.partition(",")
            text = urllib.parse.unquote(body)
            data = _decoded(text, piece.where) if head.endswith(";base64") else text.encode()
            return self.keep(data, piece.where)
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", target) or piece.kind != "prose" or not target:
            return None
        return self.keep(self._local(target, piece.where), piece.where)

    def _local(self, target: str, where: str) -> bytes:
        if self.folder is None:
            raise PublishError(
                f"{where}: the picture {target!r} is not found: the notebook has no folder. Attach it to its cell."
            )
        base = self.folder.resolve()
        path = (base / urllib.parse.unquote(target.partition("#")[0])).resolve()
        if not path.is_relative_to(base):
            raise PublishError(
                f"{where}: the picture {target!r} lies outside the notebook's folder. Attach it to the cell."
            )
        try:
            return path.read_bytes()
        except OSError as error:
            raise PublishError(
                f"{where}: the picture {target!r} cannot be read ({error.strerror or error})."
            ) from error


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PublishError(f"{where}: the picture is damaged ({error}).") from error


def _suffix(data: bytes) -> str:
    for signature, suffix in _SIGNATURES.items():
        if data.startswith(signature):
            return suffix
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return "svg" if b"<svg" in data[:4096] else ""


def size(told: Any) -> float | None:
    """Return the width in pixels that an output's metadata asks for, or None."""
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) and 0 < told < 10_000 else None
