"""No text of any chart lies on another or leaves the sheet, from one act to five thousand, from a year to thirty-five."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import charts_kit as kit
import numpy as np
import pandas as pd
import pytest

from analysis import charts
from analysis.charts import design
from analysis.findings.display import Chart
from analysis.findings.wording import TITLE_WORDS
from analysis.measures.asymmetry import asymmetry
from analysis.measures.calibration import calibration
from analysis.measures.composite import composite
from analysis.measures.conduct import conduct
from analysis.measures.event_dependence import event_dependence
from analysis.measures.forecasts import open_forecasts
from analysis.measures.indicators import indicator_series
from analysis.measures.meetings import meetings_per_year
from analysis.measures.positions import position_trend, positions
from analysis.measures.tension import sensitivity, tension

DRAWS = {"draws": 20, "sources_of_error": ("events", "dates")}
CUT = "2024-12-31"
PAGE_HEIGHT = 9.9
"""Of the text on an A4 page with 2.25 cm margins, in inches."""


def turns(n: int, years: int) -> pd.DataFrame:
    """Return turning points crowded into the last fifth of the period, with long titles: the hardest case for callouts."""
    days = pd.date_range(end=CUT, periods=n, freq=f"{max(1, years * 12)}D").astype("datetime64[us]")
    low, high = days - pd.Timedelta("200D"), days + pd.Timedelta("20D")
    titles = [kit.TITLES[i % len(kit.TITLES)] for i in range(n)]
    return pd.DataFrame(
        {"date": days, "date_low": low, "date_high": high, "value": np.arange(n) - 3.5, "title": titles}
    )


def on_events(events: pd.DataFrame, years: int) -> dict[str, Callable[[], Chart]]:
    shown = {"sides": kit.SIDES, "cutoff": CUT}
    share = tension(events, **DRAWS)
    return {
        "tension": lambda: charts.tension(share, events, turns(7, years), half_life="180 days", **shown),
        "tension alone": lambda: charts.tension(share),
        "sensitivity": lambda: charts.sensitivity(sensitivity(events), events, **shown),
        "conduct": lambda: charts.conduct(conduct(events, **DRAWS), events, **shown),
        "direction": lambda: charts.direction(
            tension(events, by="direction", actors=("AAA", "BBB"), **DRAWS), events, **shown
        ),
        "domains": lambda: charts.domains(tension(events, by="domain", freq="Q", **DRAWS), events, **shown),
        "meetings": lambda: charts.meetings(meetings_per_year(events, ("anna", "boris")), **shown),
        "shifts": lambda: charts.event_dependence(event_dependence(events, draws=20), **shown),
        "shifts by domain": lambda: charts.event_dependence(event_dependence(events, by="domain", draws=20), **shown),
        "timeline": lambda: charts.timeline(events, **shown),
        "long timeline": lambda: charts.timeline(events, top=40),
    }


def on_rest(years: int, judgements: int, held: int) -> dict[str, Callable[[], Chart]]:
    shown = {"sides": kit.SIDES, "cutoff": CUT}
    figures = kit.indicators(years)
    texts, forecasts = kit.assessments(judgements, years), kit.forecasts(held)
    names = dict(zip(figures["indicator"], figures["name"], strict=True))
    return {
        "indicators": lambda: charts.indicators(indicator_series(figures), **shown),
        "one indicator": lambda: charts.indicators(indicator_series(figures), ["soldiers"], **shown),
        "asymmetry": lambda: charts.asymmetry(asymmetry(figures, "AAA", "BBB"), **shown),
        "composite": lambda: charts.composite(composite(figures, of="AAA", min_years=1), names=names, **shown),
        "positions": lambda: charts.positions(positions(texts), position_trend(texts), **shown),
        "positions alone": lambda: charts.positions(positions(texts), scale="subordination"),
        "calibration": lambda: charts.calibration(calibration(forecasts), **shown),
        "open": lambda: charts.open_forecasts(open_forecasts(forecasts, on=CUT), **shown),
    }


def check(chart: Chart) -> None:
    found = kit.texts(chart)
    assert kit.faults(chart, found) == []
    assert min(text.get_fontsize() for text, _ in found) >= design.SOURCE
    assert {text.get_fontfamily()[0] for text, _ in found} == {"Source Sans Pro"}
    assert {text.get_rotation() for text, _ in found} == {0.0}
    assert chart.figure.get_size_inches()[1] <= PAGE_HEIGHT
    assert len(chart.title.split()) <= TITLE_WORDS
    assert not chart.title.endswith(".")
    assert all(axes.get_legend() is None for axes in chart.figure.axes)


@pytest.mark.parametrize(("n", "years"), [(1, 1), (1, 35), (3, 1), (3, 35), (60, 1), (400, 35), (5000, 1), (5000, 35)])
def test_no_text_of_a_chart_of_events_overlaps_or_leaves_the_sheet(n: int, years: int) -> None:
    for name, draw in on_events(kit.events(n, years), years).items():
        try:
            check(draw())
        except AssertionError as fault:
            raise AssertionError(f"{name}, {n} acts in {years} years: {fault}") from fault


@pytest.mark.parametrize(("years", "judgements", "held"), [(1, 1, 2), (2, 3, 3), (10, 60, 40), (35, 900, 400)])
def test_no_text_of_the_other_charts_overlaps_or_leaves_the_sheet(years: int, judgements: int, held: int) -> None:
    for name, draw in on_rest(years, judgements, held).items():
        try:
            check(draw())
        except AssertionError as fault:
            raise AssertionError(f"{name}, {years} years: {fault}") from fault


@pytest.mark.parametrize("as_of", [None, "2023-04-06", "2008-01-01"])
def test_no_text_overlaps_on_the_shipped_record(as_of: str | None) -> None:
    from analysis.record.relationship import load

    folder = Path(__file__).parents[1] / "data" / "russia-belarus"
    if not folder.exists():
        pytest.skip("the shipped record is not here")
    rel = load(folder, as_of=as_of)
    shown = {"sides": rel.sides, "cutoff": rel.cutoff}
    scores = positions(rel.assessments)
    drawn = [
        charts.tension(tension(rel.events, end=rel.cutoff, **DRAWS), rel.events, turns(5, 20), **shown),
        charts.timeline(rel.events, **shown),
        charts.conduct(conduct(rel.events, end=rel.cutoff, **DRAWS), **shown),
        charts.domains(tension(rel.events, by="domain", freq="Q", end=rel.cutoff, **DRAWS), **shown),
        charts.indicators(indicator_series(rel.indicators), **shown),
        charts.asymmetry(asymmetry(rel.indicators, rel.side_a.id, rel.side_b.id), **shown),
        charts.composite(composite(rel.indicators), **shown),
        charts.event_dependence(event_dependence(rel.events, draws=20), composite(rel.indicators), **shown),
        charts.positions(scores, position_trend(rel.assessments), **shown),
        charts.calibration(calibration(rel.forecasts), **shown),
        charts.open_forecasts(open_forecasts(rel.forecasts, on=rel.cutoff), **shown),
    ]
    for chart in drawn:
        check(chart)


def test_the_check_finds_a_text_that_lies_on_another() -> None:
    with design.drawing():
        sheet = design.sheet("A title", "", "", 1.0)
        sheet.text(1.0, 0.8, "one label")
        sheet.text(1.1, 0.82, "another")
        sheet.text(6.4, 0.3, "beyond the edge")
    chart = Chart(sheet.figure, "x", "A title", "", "", "", pd.DataFrame())
    assert len(kit.faults(chart, kit.texts(chart))) == 2
