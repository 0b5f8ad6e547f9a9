"""The sans of the page, inside the page.

A chart is drawn for the widths of its face; in another face its labels run over the edge. So each vector picture
carries the letters that the pictures use, and the page those of its own words: subsets of Source Sans Pro, of some
ten kilobytes each.
"""

from __future__ import annotations

import base64
import functools
import io
import re
from collections.abc import Iterable

from analysis.export.engine import font_file

FAMILY = "Source Sans Pro"
# Face of the package -> what a style sheet calls it.
_FACES = {
    "Regular": "font-weight: 400; font-style: normal",
    "Semibold": "font-weight: 600; font-style: normal",
    "Bold": "font-weight: 700; font-style: normal",
    "It": "font-weight: 400; font-style: italic",
}
_ROOT = re.compile(rb"<svg\b[^>]*>")


def style(text: str, faces: Iterable[str]) -> str:
    """Return a style sheet's rules with the letters of `text` in these faces."""
    letters = "".join(sorted(set(text)))
    rules = []
    for face in faces:
        source = f"url(data:font/woff;base64,{_subset(face, letters)})"
        rules.append(f"@font-face {{ font-family: '{FAMILY}'; {_FACES[face]}; src: {source} }}")
    return "\n".join(rules)


def in_picture(svg: bytes, letters: str) -> bytes:
    """Return a vector picture that carries the faces it asks for; one drawn in another face is returned as it is."""
    if FAMILY.encode() not in svg:
        return svg
    asked = {"Regular": b"", "Semibold": b"600", "Bold": b"bold", "It": b"italic"}
    faces = [face for face, sign in asked.items() if sign in svg or (face == "Bold" and b"700" in svg)]
    rules = f"<style>{style(letters, faces)}</style>".encode()
    return _ROOT.sub(lambda root: root[0] + rules, svg, count=1)


@functools.lru_cache(maxsize=16)
def _subset(face: str, letters: str) -> str:
    """Return a face with these letters only, as WOFF in base64; the same bytes for the same letters."""
    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options(flavor="woff", layout_features=["kern", "liga", "tnum", "lnum", "mark", "ccmp"])
    font = subset.load_font(str(font_file("font_source_sans_pro", f"SourceSansPro-{face}.ttf")), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    made = io.BytesIO()
    subset.save_font(font, made, options)
    return base64.b64encode(made.getvalue()).decode("ascii")
