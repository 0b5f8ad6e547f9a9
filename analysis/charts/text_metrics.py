"""Text that is measured before it is set: fonts, widths, wrapped lines.

A title that runs off the figure or a label that lies on another is the commonest fault of charts made by a program,
and both come from guessing how wide a text is. Here every text is measured in its own font, without a renderer and
without hinting, so that the same words have the same width for SVG, PDF and PNG, and on every machine: the font files
come with a package, never from the system.

Matplotlib is imported inside the functions; importing this module costs nothing.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.ft2font import FT2Font

FAMILY = ("Source Sans Pro", "DejaVu Sans")
"""The house font; the second is matplotlib's own and stands in only for signs that the first lacks."""

REGULAR, BOLD = 400, 700
LEADING = 1.22
"""Line pitch as a multiple of the type size."""

_HINTING = 1.05
"""Allowance for PNG, where glyphs are fitted to the pixels: a line grows by up to 2.6% at 144 dpi and 5% at 110
(measured on 150 titles).
"""

_MEASURED = 100.0
"""Type size at which a glyph is measured."""

_NO_GLYPH = 1.2
"""Advance of the frame that stands for what no font has."""


@functools.cache
def register() -> None:
    """Make the house font known to matplotlib in this process."""
    from pathlib import Path

    import font_source_sans_pro
    from matplotlib.font_manager import fontManager

    folder = Path(str(font_source_sans_pro.font_directory))
    for weight in ("Regular", "Bold"):
        fontManager.addfont(folder / f"SourceSansPro-{weight}.ttf")


@functools.cache
def font(size: float, weight: int = REGULAR) -> FontProperties:
    """Return the house font in `size` points; shared, so not to be changed."""
    from matplotlib.font_manager import FontProperties

    register()
    return FontProperties(family=list(FAMILY), size=size, weight=weight)


def width(text: str, size: float, weight: int = REGULAR) -> float:
    """Return the width of one line of text in inches: the sum of its glyphs' advances.

    Kerning is left out; with it a line is at most 2% narrower (measured on the 775 texts of a briefing). Laying each
    trial line out in full would take a third of the time of a chart.
    """
    return sum(_advance(letter, weight) for letter in text) * size / 72 * _HINTING


@functools.lru_cache(maxsize=4096)
def _advance(letter: str, weight: int) -> float:
    """Return how far a glyph moves the pen, in units of the type size."""
    from matplotlib.ft2font import LoadFlags

    for face in _faces(weight):
        if index := face.get_char_index(ord(letter)):
            face.set_size(_MEASURED, 72)
            return float(face.load_glyph(index, flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / _MEASURED
    return _NO_GLYPH


@functools.cache
def _faces(weight: int) -> list[FT2Font]:
    from matplotlib.font_manager import FontProperties, fontManager, get_font

    register()
    return [get_font(fontManager.findfont(FontProperties(family=family, weight=weight))) for family in FAMILY]


def height(lines: int, size: float) -> float:
    """Return the height in inches that `lines` lines of `size` points take, one leading each."""
    return lines * size * LEADING / 72


def wrap(text: str, room: float, size: float, weight: int = REGULAR, max_lines: int | None = None) -> list[str]:
    """Break text into lines no wider than `room` inches, by measure.

    A word that is wider than a line by itself is broken between letters. Where `max_lines` cuts the text, the last
    line ends in an ellipsis, so that a reader sees that there is more.
    """
    lines: list[str] = []
    current = ""
    for word in _pieces(" ".join(str(text).split()), room, size, weight):
        trial = f"{current} {word}" if current else word
        if current and width(trial, size, weight) > room:
            lines.append(current)
            current = word
        else:
            current = trial
    lines.append(current)
    if max_lines is None or len(lines) <= max_lines:
        return lines
    return [*lines[: max_lines - 1], _shorten(" ".join(lines[max_lines - 1 :]), room, size, weight)]


def _pieces(text: str, room: float, size: float, weight: int) -> list[str]:
    """Split at spaces, and inside any word that no line could hold."""
    pieces: list[str] = []
    for word in text.split(" "):
        rest = word
        while width(rest, size, weight) > room and len(rest) > 1:
            cut = next((n for n in range(len(rest) - 1, 1, -1) if width(rest[:n], size, weight) <= room), 1)
            pieces.append(rest[:cut])
            rest = rest[cut:]
        pieces.append(rest)
    return pieces


def _shorten(text: str, room: float, size: float, weight: int) -> str:
    words = text.split(" ")
    while len(words) > 1 and width(" ".join(words).rstrip(",;:") + "…", size, weight) > room:
        words.pop()
    return " ".join(words).rstrip(",;:") + "…"
