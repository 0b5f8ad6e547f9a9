"""Pictures of charts: texts of the size and in the place that matplotlib gives them, whatever their script."""

from __future__ import annotations

import io
from pathlib import Path

import charts_kit as kit
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from PIL import Image

from analysis import charts
from analysis.charts.text_metrics import FAMILY, font, register
from analysis.findings import rendering
from analysis.measures.indicators import indicator_series

# Latin, Greek and Cyrillic letters, digits, punctuation and signs, as charts of the record use them.
WORDS = st.text(
    st.characters(categories=["Lu", "Ll", "Nd", "Po", "Pd", "Sm", "Sc"], max_codepoint=0x2212).filter(str.isprintable),
    max_size=30,
)


def drawn(words: str, angle: float = 0, **options: object) -> Figure:
    figure = Figure(figsize=(4, 1))
    figure.text(0.5, 0.5, words, rotation=angle, fontproperties=font(11), parse_math=False, **options)
    return figure


def by_matplotlib(figure: Figure, dpi: float) -> np.ndarray:
    figure.set_dpi(dpi)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]


def inked(pixels: np.ndarray) -> tuple[float, float, float, float, float]:
    """Return the bounds of what is dark, and how much ink there is."""
    ink = (255.0 - pixels[..., :3].astype(float)).mean(axis=2) / 255
    rows, columns = np.nonzero(ink > 0.2)
    return columns.min(), columns.max(), rows.min(), rows.max(), ink.sum()


@pytest.mark.filterwarnings("ignore:Glyph")
@given(WORDS, st.floats(5, 40), st.sampled_from([400, 700]))
def test_a_text_has_the_size_that_matplotlib_measures_without_hinting(words: str, size: float, weight: int) -> None:
    register()
    prop = FontProperties(family=list(FAMILY), size=size, weight=weight)
    line = rendering._line(words, *rendering._face(prop))
    if line is None:
        return
    expected = TextToPath().get_text_width_height_descent(words, prop, False)  # type: ignore[no-untyped-call]
    got = [one * size / 100 for one in (line.width, line.height, line.descent)]
    # Ligatures, which are not set here, may be narrower.
    assert got == pytest.approx(expected, abs=0.02 * size + 0.01 * expected[0])


@pytest.mark.parametrize("angle", [0, 90, 37])
@pytest.mark.parametrize(("ha", "va"), [("left", "baseline"), ("right", "top"), ("center", "center")])
@pytest.mark.parametrize("words", ["Tension 0.43, up from 0.22", "Łukašenka → Путин −1", "j"])
def test_a_text_stands_where_matplotlib_sets_it(words: str, angle: float, ha: str, va: str) -> None:
    ours = inked(rendering.to_pixels(drawn(words, angle, ha=ha, va=va), 200))
    theirs = inked(by_matplotlib(drawn(words, angle, ha=ha, va=va), 200))
    # Hinting moves what it fits to the pixels, and widens a line by up to 5 %.
    wide = 0.05 * (theirs[1] - theirs[0] + theirs[3] - theirs[2])
    assert ours[:4] == pytest.approx(theirs[:4], abs=3 + wide)
    assert ours[4] == pytest.approx(theirs[4], rel=0.15)


@pytest.mark.parametrize("words", ["مينسك", "e\u0301te\u0301", "מינסק", "soft\u00adhyphen", "$x^2$"])
def test_what_is_more_than_letters_in_a_row_is_left_to_matplotlib(words: str) -> None:
    figure = drawn(words)
    figure.texts[0].set_parse_math(True)
    ours, theirs = rendering.to_pixels(figure, 144), by_matplotlib(figure, 144)
    assert (ours == theirs).all()


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize("words", ["", " ", "明斯克", "\U0001f600", "\ue123", "a" * 400])
def test_any_text_is_drawn(words: str) -> None:
    assert rendering.to_pixels(drawn(words), 144).shape == (144, 576, 4)
    assert "<svg" in rendering.to_svg(drawn(words), {"Date": None})


def test_a_figure_keeps_its_resolution_and_may_be_transparent() -> None:
    figure = drawn("words", color="red", alpha=0.5)
    figure.set_facecolor("none")
    figure.set_dpi(77)
    pixels = rendering.to_pixels(figure, 144)
    assert figure.dpi == 77
    assert pixels[0, 0, 3] == 0
    most = pixels[pixels[..., 3] == pixels[..., 3].max()][0]
    assert most[0] > 250
    assert most[3] == pytest.approx(128, abs=2)
    rendering.to_svg(figure, {})
    assert figure.dpi == 77


def test_saved_pictures_are_those_that_a_notebook_shows(tmp_path: Path) -> None:
    chart = charts.indicators(indicator_series(kit.indicators(20)))
    for form in ("png", "svg", "pdf"):
        chart.save(tmp_path / f"c.{form}")
    assert (tmp_path / "c.png").read_bytes() == chart.png()
    assert (tmp_path / "c.svg").read_text(encoding="utf-8") == chart.svg()
    assert (tmp_path / "c.pdf").read_bytes().startswith(b"%PDF")


def test_colours_of_a_picture_are_kept_to_within_a_few_levels() -> None:
    chart = charts.indicators(indicator_series(kit.indicators(20)))
    whole = rendering.to_pixels(chart.figure, 144)[..., :3].astype(int)
    few = np.asarray(Image.open(io.BytesIO(chart.png())).convert("RGB")).astype(int)
    assert np.abs(whole - few).max() <= 12
    assert (few[whole.min(axis=2) == 255] == 255).all()
