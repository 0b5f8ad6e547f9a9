"""Figures drawn: matplotlib's Agg and SVG, with each text laid out once.

Matplotlib lays a text out for each format, in Agg twice, once to know its size and once to draw it, and hints and
renders every glyph by itself; that is most of the time of a chart, and hinted words are up to 5% wider than those of
the SVG beside them. Here a text is laid out once, unhinted as on paper. In SVG it stays text; for pixels it is filled
as one path made of the outlines of its glyphs, which are kept. What needs more than one glyph for each letter (accents
set as marks, scripts whose letters join or run from right to left), letters that no font has, and formulas are left to
matplotlib.
"""

from __future__ import annotations

import contextlib
import functools
import io
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font
    from numpy.typing import NDArray

_SIZE = 100.0  # points, at 72 dpi, at which a text is laid out
_RIGHT_TO_LEFT_BEGINS = "\u0590"
_SIGNS = ("\u1e00", "\u2bff")  # further Latin and Greek, punctuation, arrows, mathematical and other signs
_Face = tuple[int, tuple[str, ...], str, str, int | str, int | str]


@dataclass(frozen=True)
class _Line:
    """A laid-out text: its outlines, and its size, all at `_SIZE`."""

    path: Path
    width: float
    height: float
    descent: float


def to_pixels(figure: Figure, dpi: float) -> NDArray[np.uint8]:
    """Return a figure drawn at `dpi`: rows of pixels of red, green, blue and opacity, 0 to 255 each."""
    with _at(figure, dpi):
        renderer: Any = _Pixels(*figure.bbox.size, dpi)  # type: ignore[no-untyped-call]
        figure.draw(renderer)
        pixels: NDArray[np.uint8] = np.asarray(renderer.buffer_rgba())
    return pixels


def to_svg(figure: Figure, metadata: Mapping[str, Any]) -> str:
    """Return a figure as SVG with `metadata` in it; how texts and ids are written is for `rcParams` to say."""
    written = io.StringIO()
    with _at(figure, 72):
        renderer: Any = _Vectors(*figure.bbox.size, written, metadata=dict(metadata))  # type: ignore[no-untyped-call]
        figure.draw(renderer)
        renderer.finalize()
    return written.getvalue()


@contextlib.contextmanager
def _at(figure: Figure, dpi: float) -> Iterator[None]:
    before = figure.dpi
    figure.set_dpi(dpi)
    try:
        yield
    finally:
        figure.set_dpi(before)


class _Measured:
    """A renderer that knows the sizes of texts from how they are laid out here."""

    dpi: float = 72

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Return the size of a text in pixels."""
        line = None if ismath else _line(s, *_face(prop))
        if line is None:
            # Of matplotlib's own renderer, which stands behind this class.
            size: tuple[float, float, float] = super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[misc]
            return size
        scale = self._scale(prop)
        return line.width * scale, line.height * scale, line.descent * scale

    def _scale(self, prop: FontProperties) -> float:
        return float(prop.get_size_in_points() / _SIZE * self.dpi / 72)


class _Vectors(_Measured, RendererSVG):
    """SVG."""


class _Pixels(_Measured, RendererAgg):
    """Agg, with texts as outlines."""

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        """Fill a text whose base line begins at x, y; y counts downwards."""
        line = None if ismath else _line(s, *_face(prop))
        if line is None:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]
            return
        place = Affine2D().scale(self._scale(prop)).rotate_deg(angle).translate(x, self.height - y)
        gc.set_linewidth(0.0)
        self.draw_path(gc, line.path, place, gc.get_rgb())  # type: ignore[no-untyped-call]


def _face(prop: FontProperties) -> _Face:
    # What is kept of a font holds as long as no other becomes known.
    known, family = len(fontManager.ttflist), tuple(prop.get_family())
    return known, family, prop.get_style(), prop.get_variant(), prop.get_weight(), prop.get_stretch()


def _simple(text: str) -> bool:
    """Tell whether each letter of a text is one glyph, set after the last."""
    return all(
        (letter < _RIGHT_TO_LEFT_BEGINS or _SIGNS[0] <= letter <= _SIGNS[1])
        and unicodedata.category(letter) not in {"Mn", "Mc", "Me", "Cf", "Cc"}
        for letter in text
    )


@functools.lru_cache(4096)
def _line(text: str, *face: Any) -> _Line | None:
    """Lay a text out; None where its glyphs are not its letters."""
    if not _simple(text):
        return None
    paths = _font_files(*face)
    outlines = [_outline(letter, paths) for letter in text]
    drawn = [outline for outline in outlines if outline]
    if len(drawn) < len(text):
        return None
    font = get_font(paths)
    font.clear()
    font.set_size(_SIZE, 72)
    # The stubs know a tuple of one feature only.
    features: Any = ("-liga", "-clig")
    places = font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING, features=features)
    if len(places) != len(text):
        return None
    wide, high = font.get_width_height()
    vertices = [outline + place / 64 for (outline, _), place in zip(drawn, places, strict=True)]
    path = Path(
        np.concatenate([np.empty((0, 2)), *vertices]),
        np.concatenate([np.empty(0, np.uint8), *(codes for _, codes in drawn)]),
    )
    return _Line(path, wide / 64, high / 64, font.get_descent() / 64)


@functools.lru_cache(4096)
def _outline(letter: str, paths: tuple[str, ...]) -> tuple[NDArray[np.float64], NDArray[np.uint8]] | tuple[()]:
    """Return the outline of a letter in the first font that has it; an empty tuple where none has."""
    faces: list[FT2Font] = [get_font([path]) for path in paths]
    face = next((one for one in faces if one.get_char_index(ord(letter))), None)
    if face is None:
        return ()
    face.set_size(_SIZE, 72)
    face.load_char(ord(letter), flags=LoadFlags.NO_HINTING)
    outline, codes = face.get_path()
    return np.asarray(outline, dtype=np.float64).reshape(-1, 2), np.asarray(codes, dtype=np.uint8)


@functools.cache
def _font_files(
    known: int, family: tuple[str, ...], style: str, variant: str, weight: int | str, stretch: int | str
) -> Any:
    """Return the files of a font, and of those that stand in for what it lacks, among so many known ones."""
    options: dict[str, Any] = {"style": style, "variant": variant, "weight": weight, "stretch": stretch}
    return tuple(fontManager.findfont(FontProperties(family=name, **options)) for name in family)
