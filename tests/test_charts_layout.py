"""No text of any chart lies on another or leaves the sheet, from one act to five thousand, from a year to thirty-five."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import charts_kit as kit
import pandas as pd
import pytest

from analysis import charts
from analysis.charts import axes, design
from analysis.findings.display import Chart
from analysis.findings.wording import TITLE_WORDS
from analysis.measures.asymmetry import asymmetry
from analysis.measures.change_steps import change_steps
from analysis.measures.conduct import conduct
from analysis.measures.event_dependence import event_dependence
from analysis.measures.forecasts import open_forecasts
from analysis.measures.indicators import indicator_series
from analysis.measures.meetings import meetings_held, meetings_per_year
from analysis.measures.peak import peaks
from analysis.measures.positions import positions
from analysis.measures.profile import profile
from analysis.measures.tension import sensitivity, tension

DRAWS = {"draws": 20, "sources_of_error": ("events", "dates")}
CUT = "2024-12-31"
PAGE_HEIGHT = 9.9
"""Of the text on an A4 page with 2.25 cm margins, in inches."""


ERAS = pd.DataFrame(
    {
        "label": [
            "Andersen",
            "Bergström-Karlsson of Aland",
            "War in a place with a long name",
            "Election of the assembly",
        ],
        "from": ["1994-07-10", "2015-01-01", "2022-02-24", "2021-08-09"],
        "to": ["2014-12-31", "", "", "2021-08-09"],
        "kind": ["term", "term", "war", "election"],
        "side": ["AAA", "BBB", "", "AAA"],
    }
)


def on_events(events: pd.DataFrame, width: str) -> dict[str, Callable[[], Chart]]:
    shown = {"sides": kit.SIDES, "cutoff": CUT, "width": width}
    share, high = tension(events, **DRAWS), peaks(events, draws=20)
    first = events["start"].min()
    days = {"actors": None, "start": first, "end": CUT}
    return {
        "tension": lambda: charts.tension(share, events, high, eras=ERAS, half_life="180 days", **shown),
        "tension alone": lambda: charts.tension(share, width=width),
        "sensitivity": lambda: charts.sensitivity(sensitivity(events), events, **shown),
        "conduct": lambda: charts.conduct(conduct(events, **DRAWS), events, **shown),
        "direction": lambda: charts.direction(
            tension(events, by="direction", actors=("AAA", "BBB"), **DRAWS), events, **shown
        ),
        "domains": lambda: charts.domains(tension(events, by="domain", freq="Q", band=None), events, **shown),
        "steps": lambda: charts.change_steps(
            change_steps(events, max(first, pd.Timestamp(CUT) - pd.Timedelta("200D")), CUT, draws=20), events, **shown
        ),
        "meetings": lambda: charts.meetings(
            meetings_per_year(events, ("anna", "boris"), **days),
            meetings_held(events, ("anna", "boris"), **days),
            **shown,
        ),
        "shifts": lambda: charts.event_dependence(event_dependence(events, draws=20), **shown),
        "shifts by domain": lambda: charts.event_dependence(event_dependence(events, by="domain", draws=20), **shown),
        "timeline": lambda: charts.timeline(events, **shown),
    }


def on_rest(years: int, judgements: int, held: int, width: str) -> dict[str, Callable[[], Chart]]:
    shown = {"sides": kit.SIDES, "cutoff": CUT, "width": width}
    figures = kit.indicators(years)
    texts, forecasts = kit.assessments(judgements, years), kit.forecasts(held)
    return {
        "indicators": lambda: charts.indicators(indicator_series(figures), **shown),
        "one indicator": lambda: charts.indicators(indicator_series(figures), ["soldiers"], **shown),
        "profile": lambda: charts.profile(kit.profile(figures), figures, asymmetry(figures, "AAA", "BBB"), **shown),
        "positions": lambda: charts.positions(positions(texts), scale="subordination", eras=ERAS, **shown),
        "positions alone": lambda: charts.positions(positions(texts), width=width),
        "track record": lambda: charts.track_record(forecasts, **shown),
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


WIDTHS = ["page", "column"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("n", "years"), [(1, 1), (3, 35), (60, 1), (400, 35), (5000, 35)])
def test_no_text_of_a_chart_of_events_overlaps_or_leaves_the_sheet(n: int, years: int, width: str) -> None:
    for name, draw in on_events(kit.events(n, years), width).items():
        try:
            check(draw())
        except AssertionError as fault:
            raise AssertionError(f"{name}, {n} acts in {years} years: {fault}") from fault


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("years", "judgements", "held"), [(1, 1, 2), (2, 3, 3), (10, 60, 40), (35, 900, 400)])
def test_no_text_of_the_other_charts_overlaps_or_leaves_the_sheet(
    years: int, judgements: int, held: int, width: str
) -> None:
    for name, draw in on_rest(years, judgements, held, width).items():
        try:
            check(draw())
        except AssertionError as fault:
            raise AssertionError(f"{name}, {years} years: {fault}") from fault


def test_charts_over_time_of_one_width_share_edges_period_and_ticks() -> None:
    events = kit.events(300, 20)
    period = ("2008-01-01", "2024-12-31")
    shown = {"sides": kit.SIDES, "period": period}
    for width in WIDTHS:
        house = {**shown, "width": width}
        drawn = [
            charts.tension(tension(events, band=None, freq="M"), events, **house),
            charts.domains(tension(events, by="domain", band=None, freq="M"), events, **house),
            charts.conduct(conduct(events, **DRAWS), events, **house),
            charts.direction(tension(events, by="direction", actors=("AAA", "BBB"), **DRAWS), events, **house),
            charts.sensitivity(sensitivity(events, ("90D", "180D")), events, **house),
            charts.event_dependence(event_dependence(events, draws=20), **house),
            charts.timeline(events, **house),
        ]
        edges = set()
        for chart in drawn:
            inches = chart.figure.get_size_inches()[0]
            panel = next(one for one in chart.figure.axes if one.get_xlim()[0] > 1000)
            place = panel.get_position()
            assert panel.get_xlim() == (axes.at(period[0]), axes.at(period[1])), chart.name
            edges.add((round(place.x0 * inches, 6), round(place.x1 * inches, 6)))
            years = [text.get_text() for text, _ in kit.texts(chart) if text.get_text() in {"2010", "2015", "2020"}]
            assert set(years) <= {"2010", "2015", "2020"}
            assert "2010" in years, chart.name
        assert len(edges) == 1


@pytest.mark.parametrize(("as_of", "width"), [(None, "page"), ("2023-04-06", "column"), ("2008-01-01", "page")])
def test_no_text_overlaps_on_the_shipped_record(as_of: str | None, width: str) -> None:
    from analysis.record.relationship import load

    folder = Path(__file__).parents[1] / "data" / "russia-belarus"
    if not folder.exists():
        pytest.skip("the shipped record is not here")
    rel = load(folder, as_of=as_of)
    shown = {"sides": rel.sides, "cutoff": rel.cutoff, "width": width}
    drawn = [
        charts.tension(
            tension(rel.events, end=rel.cutoff, **DRAWS),
            rel.events,
            peaks(rel.events, draws=20),
            eras=rel.eras,
            **shown,
        ),
        charts.timeline(rel.events, **shown),
        charts.conduct(conduct(rel.events, end=rel.cutoff, **DRAWS), **shown),
        charts.domains(tension(rel.events, by="domain", freq="Q", end=rel.cutoff, band=None), **shown),
        charts.indicators(indicator_series(rel.indicators), **shown),
        charts.profile(profile(rel), rel.indicators, asymmetry(rel.indicators, rel.side_a.id, rel.side_b.id), **shown),
        charts.change_steps(
            change_steps(rel.events, rel.cutoff - pd.DateOffset(years=1), rel.cutoff, draws=20), **shown
        ),
        charts.positions(positions(rel.assessments), scale="subordination", eras=rel.eras, **shown),
        charts.track_record(rel.forecasts, **shown),
        charts.open_forecasts(open_forecasts(rel.forecasts, on=rel.cutoff), **shown),
    ]
    for chart in drawn:
        check(chart)


def test_the_check_finds_a_text_that_lies_on_another() -> None:
    with design.drawing():
        sheet = design.sheet(design.Words("A title"), 1.0)
        sheet.text(1.0, 0.8, "one label")
        sheet.text(1.1, 0.82, "another")
        sheet.text(6.4, 0.3, "beyond the edge")
    chart = Chart(sheet.figure, "x", "A title", "", "", "", pd.DataFrame())
    assert len(kit.faults(chart, kit.texts(chart))) == 2
