"""One meaning a colour: sides, scale and neutral inks are apart for every reader, in grey and on a dark page."""

from __future__ import annotations

import itertools

import charts_kit as kit
import numpy as np
import pandas as pd
import pytest

from analysis import charts
from analysis.charts import design
from analysis.findings.display import DARK

SIDES = (design.SIDE_A, design.SIDE_B)
SCALE = (design.CONFLICT, design.CONFLICT_TINT, design.COOPERATION, design.COOPERATION_TINT)
SEEING = ("full", *kit.DEFICIENCIES)


def lightness(color: str) -> float:
    return float(kit.lab(kit.as_seen(kit.rgb(color), "grey"))[0])


@pytest.mark.parametrize("seeing", SEEING)
def test_no_scale_uses_the_ink_of_a_side(seeing: str) -> None:
    assert min(kit.distance(a, b, seeing) for a, b in itertools.product(SIDES, SCALE)) >= 18
    assert kit.distance(*SIDES, seeing) >= 18


@pytest.mark.parametrize("seeing", SEEING)
def test_conflict_and_cooperation_are_apart_for_every_reader(seeing: str) -> None:
    assert kit.distance(design.CONFLICT, design.COOPERATION, seeing) >= 40
    assert kit.distance(design.CONFLICT_TINT, design.COOPERATION_TINT, seeing) >= 40


def test_conflict_and_cooperation_differ_in_grey_by_twenty_steps() -> None:
    assert abs(lightness(design.CONFLICT) - lightness(design.COOPERATION)) >= 20
    assert abs(lightness(design.CONFLICT_TINT) - lightness(design.COOPERATION_TINT)) >= 20


def test_sides_differ_by_line_style_too() -> None:
    frame = pd.DataFrame(
        {
            "date": pd.date_range("2020-01-05", periods=60, freq="W"),
            "value": 0.5,
            "low": 0.4,
            "high": 0.6,
            "measure": "tension_share",
        }
    )
    both = pd.concat([frame.assign(direction=way) for way in ("AAA>BBB", "BBB>AAA")])
    chart = charts.direction(both, sides=kit.SIDES)
    styles = [kit.marks(chart, way)[0].get_linestyle() for way in ("AAA>BBB", "BBB>AAA")]  # type: ignore[attr-defined]
    assert styles == ["-", "--"]


def filtered(color: str) -> np.ndarray:
    """Return a colour after the CSS filter of the dark form, from 0 to 1."""
    assert DARK == "invert(.93) hue-rotate(180deg)"
    part = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    turned = part * (1 - 0.93) + (1 - part) * 0.93
    weights = np.array([0.213, 0.715, 0.072])
    # The matrix of hue-rotate at 180 degrees: twice the luminance less the colour.
    return np.clip(2 * (turned @ weights) - turned, 0, 1)


@pytest.mark.parametrize("color", [design.INK, design.SOFT, design.GREY, *SIDES, design.CONFLICT, design.COOPERATION])
def test_words_can_be_read_on_paper_and_on_a_dark_page(color: str) -> None:
    luminance = np.array([0.2126, 0.7152, 0.0722])
    for paper, word in (
        (kit.rgb("#FFFFFF"), kit.rgb(color)),
        (kit.linear(filtered("#FFFFFF")), kit.linear(filtered(color))),
    ):
        light, dark = sorted((float(luminance @ paper), float(luminance @ word)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_screen_form_follows_the_theme_of_the_page_and_the_width_of_the_cell() -> None:
    page = charts.timeline(kit.events(20, 3))._repr_mimebundle_()[0]["text/html"]
    assert "@media (prefers-color-scheme:dark)" in page
    assert '[data-jp-theme-light="false"]' in page
    assert "width:100%" in page
    assert "max-width:624px" in page
    small = charts.timeline(kit.events(20, 3), width="column")._repr_mimebundle_()[0]["text/html"]
    assert "max-width:302px" in small
