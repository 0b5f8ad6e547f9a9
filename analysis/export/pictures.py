"""Pictures: their bytes, and the words for who cannot see them.

In a document with a cover a picture without a description is refused by name of its cell, because a reader of the page
could not repair it; elsewhere a placeholder takes its place and the missing ones are counted. A picture that cannot be
read leaves its place marked, and a notice. The description is looked for where notebooks keep it: in the output's
metadata (`alt`, as the charts of this package and nbconvert have it), in the cell's metadata, and last in the plain
text of the output, if that says more than the type of the object.

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
from analysis.export.notices import Notices
from analysis.export.terminal_text import one_line

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF87a": "gif", b"GIF89a": "gif"}
_EMPTY = re.compile(rb"""<svg\b[^>]*\s(?:width|height)\s*=\s*["']0(?:\.0*)?(?:px|pt|mm|cm|in|em)?["']""")
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
    notices: Notices = field(default_factory=Notices)
    files: dict[str, bytes] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)

    def keep(self, data: bytes, where: str) -> str | None:
        """Keep a picture and return its file name; None for one that cannot be set, which is reported."""
        suffix = _suffix(data)
        if not suffix or (suffix == "png" and b"IDAT" not in data):
            return self.lost(
                where, "the picture is damaged or not of a kind that can be set (SVG, PNG, JPEG, GIF, WebP)"
            )
        if suffix == "svg" and _EMPTY.search(data[:4096]):
            return self.lost(where, "the picture has no size")
        name = f"picture-{len(self.files) + 1}.{suffix}"
        self.files[name], self.origin[name] = data, where
        return name

    def lost(self, where: str, reason: str) -> str | None:
        """Report a picture that is not shown; there is no file name to return."""
        self.notices.add(where, f"{reason}; its place is marked.")
        return None

    def output(self, piece: Piece) -> tuple[str | None, str]:
        """Keep an output's picture; return its file name, or None, and its description."""
        if piece.mime == "image/svg+xml":
            name = self.keep(piece.text.encode("utf-8", "replace"), piece.where)
        else:
            name = self._decoded(piece.text, piece.where)
        if name is None:
            return None, ""
        return name, self.describe(piece, str(piece.metadata.get("alt", "")), piece.alt, piece.described)

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
            self.notices.undescribed[piece.where] = self.notices.undescribed.get(piece.where, 0) + 1
            return f"Picture without description ({piece.where.split(' (')[0]})"
        raise PublishError(_MISSING.format(where=piece.where))

    def width(self, name: str) -> str:
        """Return the width in pixels of a PNG without a resolution, as a browser shows it; else "natural"."""
        data = self.files[name]
        told = b"pHYs" in data[:1024]
        return str(int.from_bytes(data[16:20])) if name.endswith(".png") and not told and len(data) > 24 else "natural"

    def referred(self, target: str, piece: Piece) -> str | None:
        """Keep the picture that a text refers to; return its file name, or None for one that is not read."""
        target = target.strip()
        if target.startswith("attachment:"):
            name = urllib.parse.unquote(target[11:])
            bundle = piece.attachments.get(name) or piece.attachments.get(target[11:]) or {}
            if not bundle:
                return self.lost(piece.where, f"the cell carries no attachment named {name!r}")
            text = joined(next(iter(bundle.values())))
            # An attachment is base64 by the format; some programs store a vector picture as it is.
            return self.keep(text.encode(), piece.where) if "<svg" in text else self._decoded(text, piece.where)
        if target.startswith("data:"):
            head, _, body = target.partition(",")
            text = urllib.parse.unquote(body)
            return (
                self._decoded(text, piece.where) if head.endswith(";base64") else self.keep(text.encode(), piece.where)
            )
        if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:|//", target) or piece.kind != "prose" or not target:
            return self.lost(
                piece.where, f"the picture {target[:200]!r} is not in the notebook, and nothing is fetched"
            )
        return self._local(target, piece.where)

    def _decoded(self, text: str, where: str) -> str | None:
        try:
            return self.keep(base64.b64decode("".join(text.split()), validate=True), where)
        except (binascii.Error, ValueError) as error:
            return self.lost(where, f"the picture is damaged ({error})")

    def _local(self, target: str, where: str) -> str | None:
        if self.folder is None:
            return self.lost(where, f"the picture {target!r} is not found, because the notebook has no folder")
        base = self.folder.resolve()
        try:
            path = (base / urllib.parse.unquote(re.split("[#?]", target)[0])).resolve()
            if not path.is_relative_to(base):
                return self.lost(where, f"the picture {target!r} lies outside the notebook's folder")
            return self.keep(path.read_bytes(), where)
        except OSError as error:
            return self.lost(where, f"the picture {target!r} cannot be read ({error.strerror or error})")
        except ValueError as error:
            return self.lost(where, f"the picture {target!r} has no address that can be read ({error})")


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
