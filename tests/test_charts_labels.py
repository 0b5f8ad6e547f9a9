"""Labels move as little as they can and never onto one another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.charts import axes, design
from analysis.charts import text_metrics as set_type
from analysis.charts.labels import End, ends_slack, spread

SIZES = st.lists(st.floats(0.05, 0.4), min_size=1, max_size=12)


@given(SIZES, st.data())
def test_spread_keeps_labels_apart_inside_and_in_order(sizes: list[float], data: st.DataObject) -> None:
    places = data.draw(st.lists(st.floats(-1, 6), min_size=len(sizes), max_size=len(sizes)))
    centres = spread(places, sizes, 0.0, 5.0)
    order = np.argsort(places, kind="stable")
    spans = [(centres[i] - sizes[i] / 2, centres[i] + sizes[i] / 2) for i in order]
    assert all(right <= left + 1e-9 for (_, right), (left, _) in itertools.pairwise(spans))
    assert spans[0][0] >= -1e-9
    assert spans[-1][1] <= 5.0 + 1e-9


def test_spread_leaves_labels_that_do_not_meet_where_they_are() -> None:
    assert spread([1.0, 3.0, 2.0], [0.2, 0.2, 0.2], 0.0, 5.0) == pytest.approx([1.0, 3.0, 2.0])


def test_spread_moves_two_that_meet_by_the_same_way() -> None:
    # Both want 1.0 and are 0.4 high: half of the way each is the least sum of squares.
    assert spread([1.0, 1.0], [0.4, 0.4], 0.0, 5.0) == pytest.approx([0.8, 1.2])


def test_spread_has_the_least_movement_of_all_placements() -> None:
    places, sizes = [0.5, 0.55, 0.6, 2.0], [0.3, 0.2, 0.3, 0.2]
    best = sum((a - b) ** 2 for a, b in zip(places, spread(places, sizes, 0.0, 3.0), strict=True))
    grid = np.linspace(0.15, 1.5, 55)
    tried = ((a, b, c) for a, b, c in itertools.product(grid, grid, grid) if b - a >= 0.25 and c - b >= 0.25)
    assert best <= min((a - 0.5) ** 2 + (b - 0.55) ** 2 + (c - 0.6) ** 2 for a, b, c in tried) + 1e-3


def test_spread_of_nothing_is_nothing() -> None:
    assert spread([], [], 0.0, 1.0) == []


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x17F), max_size=120), st.floats(0.5, 6))
def test_wrap_loses_no_word_and_no_line_is_too_wide(text: str, room: float) -> None:
    lines = set_type.wrap(text, room, design.LABEL)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(set_type.width(line, design.LABEL) <= room or len(line) == 1 for line in lines)


def test_wrap_shows_that_it_cut() -> None:
    lines = set_type.wrap("one two three four five six seven eight", 0.8, design.LABEL, max_lines=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")


def test_width_does_not_depend_on_a_font_that_the_machine_has() -> None:
    # A capital M of Source Sans Pro is 727 of 1000 units wide; the allowance for hinting is 5 %.
    assert set_type.width("M" * 10, 72.0) == pytest.approx(10 * 0.727 * 1.05, rel=1e-3)


def test_end_labels_ask_for_height_where_they_are_taller_than_their_panel() -> None:
    label = End(0.0, "a label that takes two lines of the margin", design.INK)
    assert ends_slack([label], 2.0) == 0
    assert ends_slack([label] * 8, 0.6) > ends_slack([label] * 6, 0.6) > 0


@given(st.integers(1, 20_000), st.floats(0.8, 6), st.integers(-7000, 20_000))
def test_time_ticks_fit_and_lie_inside(days: int, room: float, first: int) -> None:
    low, high = float(first), float(first + max(days, 28))
    places, labels = axes.time_ticks((low, high), room)
    assert all(low <= place <= high for place in places)
    assert sum(set_type.width(label, design.LABEL) for label in labels) <= room + 1.0
    assert len(places) == len(labels) == len(set(places))


def test_time_ticks_of_a_generation_are_years_and_of_a_month_are_days() -> None:
    years = axes.time_ticks((axes.at("1991-01-01"), axes.at("2026-01-01")), 5.0)[1]
    days = axes.time_ticks((axes.at("2023-03-06"), axes.at("2023-04-06")), 5.0)[1]
    assert years == [str(year) for year in range(1995, 2026, 5)]
    assert days[0].endswith("2023")
    assert all("2023" not in label for label in days[1:])
