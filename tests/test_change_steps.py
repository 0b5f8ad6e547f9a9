"""The steps from one level to another: they add up exactly, and the chart begins each where the last one ended."""

from __future__ import annotations

import importlib

import charts_kit as kit
import numpy as np
import pandas as pd
import pytest
from event_kit import events, records, share_of
from hypothesis import given, settings

import analysis as an
from analysis import charts
from analysis.charts import design


def levels(table: pd.DataFrame, *days: pd.Timestamp) -> list[float]:
    return [share_of(an.tension(table, start=day, end=day, freq="D", band=None))["value"].iloc[-1] for day in days]


@settings(max_examples=30)
@given(table=records(least=2))
def test_steps_add_up_to_the_difference(table: pd.DataFrame) -> None:
    middle = table["start"] + ((table["end"] - table["start"]) / 2).dt.floor("D")
    then, now = middle.min(), max(middle.max(), table["end"].max()) + pd.Timedelta("90D")
    steps = an.change_steps(table, then, now, draws=20, lowering=1, raising=1)
    inner = steps["value"].iloc[1:-1].sum()
    first, last = levels(table, then, now)
    if np.isnan(first):
        return
    assert steps["value"].iloc[[0, -1]].tolist() == pytest.approx([first, last])
    assert inner == pytest.approx(last - first, abs=1e-9)
    assert steps["acts"].iloc[1:-1].sum() <= steps["acts"].iloc[-1]  # an act that moves nothing is no step


TABLE = events(
    [{"day": f"2001-0{month}-01", "g": -4.0 if month % 2 else 5.0} for month in range(1, 7)]
    + [{"day": "2001-08-01", "g": 8.0}, {"day": "2001-09-01", "g": 1.0}, {"day": "2001-09-02", "g": -9.0}]
    + [{"day": "2001-09-03", "g": 2.0}]
)


def test_new_acts_are_named_largest_first_and_the_rest_summed() -> None:
    steps = an.change_steps(TABLE, "2001-07-01", "2001-10-01", lowering=1, draws=20)
    assert steps["kind"].tolist() == ["then", "fade", "lower", "lower, others", "raise", "now"]
    assert steps["event_id"].tolist() == ["", "", "e006", "", "e008", ""]
    assert steps["acts"].tolist() == [6, 6, 1, 2, 1, 10]
    assert (steps.loc[steps["kind"].str.startswith("lower"), "value"] < 0).all()
    assert (steps.loc[steps["kind"] == "raise", "value"] > 0).all()


def test_nothing_recorded_by_then_gives_no_row_and_a_sentence() -> None:
    for then in ("2000-01-01", "2000-12-31"):
        steps = an.change_steps(TABLE, then, "2001-10-01", draws=20)
        assert steps.empty
        assert not charts.change_steps(steps).drawn
    assert len(an.change_steps(TABLE, "2001-01-01", "2001-10-01", draws=20)) > 2


def test_each_bar_begins_where_the_last_one_ended_and_numbers_are_the_steps() -> None:
    steps = an.change_steps(TABLE, "2001-07-01", "2001-10-01", lowering=1, draws=20)
    chart = charts.change_steps(steps, sides=kit.SIDES)
    bars = [bar for kind in steps["kind"] for bar in kit.marks(chart, f"step-{kind}")]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars]  # type: ignore[attr-defined]
    assert ends[0] == (0, pytest.approx(steps["value"].iloc[0]))
    for (_, before), (start, end), step in zip(ends, ends[1:-1], steps["value"].iloc[1:-1], strict=False):
        assert start == pytest.approx(before)
        assert end - start == pytest.approx(step)
    assert ends[-2][1] == pytest.approx(ends[-1][1]) == pytest.approx(steps["value"].iloc[-1])
    # Each connector goes up from a bar to where the one before it ended.
    joined = [line.get_segments()[0][0][0] for line in kit.marks(chart, "connector")]  # type: ignore[attr-defined]
    assert joined == pytest.approx([ends[0][1], *(end for _, end in ends[1:-1])])
    drawn = {text.get_text() for text, _ in kit.texts(chart)}
    assert f"{100 * steps['value'].iloc[-1]:.1f}%" in drawn
    lowered = kit.marks(chart, "step-lower")[0].get_facecolor()  # type: ignore[attr-defined]
    from matplotlib.colors import to_hex

    assert to_hex(lowered) == design.COOPERATION.lower()


@pytest.mark.parametrize(
    ("now", "clear", "key"),
    [(0.051, True, "unclear"), (0.061, True, "clear"), (0.061, False, "unclear"), (0.047, True, "same")],
)
def test_a_change_is_called_clear_by_the_rule_of_sentences(now: float, clear: bool, key: str) -> None:
    # 0.047 and 0.051 are both printed 0.05 in the sentence, which then tells no change.
    rows = pd.DataFrame({"value": [0.047, now], "clear": clear, "date": pd.Timestamp("2020-01-01")})
    title_data = importlib.import_module("analysis.charts.change_steps").title_data
    assert title_data(rows).key == key


def test_nine_acts_are_a_sentence() -> None:
    few = an.change_steps(TABLE.head(9), "2001-07-01", "2001-10-01", draws=20)
    assert charts.change_steps(few).title == "Only 9 acts recorded: too few for a change to be taken apart"
    assert charts.change_steps(an.change_steps(TABLE, "2001-07-01", "2001-10-01", draws=20)).drawn
