"""What is drawn is what is in the frame: values, bands, gaps, withheld spans; the same bytes every time; nothing is changed."""

from __future__ import annotations

import subprocess
import sys

import charts_kit as kit
import numpy as np
import pandas as pd
import pytest
from charts_kit import marks
from matplotlib.axes import Axes

from analysis import charts
from analysis.charts import axes, design
from analysis.findings.display import Chart
from analysis.measures.forecasts import open_forecasts
from analysis.measures.indicators import indicator_series
from analysis.measures.tension import sensitivity, tension


def line(chart: Chart, gid: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of the one line with this id."""
    found = [one for panel in chart.figure.axes for one in panel.lines if one.get_gid() == gid]
    assert len(found) == 1, gid
    x, y = found[0].get_data()
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    return kit.events(200, 12)


@pytest.fixture(scope="module")
def frame(events: pd.DataFrame) -> pd.DataFrame:
    return tension(events, draws=20, sources_of_error=("events",))


def test_tension_draws_every_value_of_the_share_on_an_axis_of_0_to_100_percent(
    events: pd.DataFrame, frame: pd.DataFrame
) -> None:
    chart = charts.tension(frame, events)
    share = frame[frame["measure"] == "tension_share"].dropna(subset="value")
    x, y = line(chart, "tension_share")
    np.testing.assert_array_equal(x, axes.days(share["date"]))
    np.testing.assert_array_equal(y, share["value"])
    pd.testing.assert_frame_equal(chart.data.reset_index(drop=True), share.reset_index(drop=True))
    assert chart.figure.axes[0].get_ylim() == (0, 1)


def test_tension_draws_no_line_where_acts_are_not_recent_and_no_end_of_a_silent_line(frame: pd.DataFrame) -> None:
    share = frame[frame["measure"] == "tension_share"].reset_index(drop=True)
    silent = share.assign(state=["no events" if 10 <= i < 20 else "observed" for i in range(len(share))])
    chart = charts.tension(silent, prior=0.4)
    _, drawn = line(chart, "tension_share")
    np.testing.assert_array_equal(np.isnan(drawn), silent["state"].eq("no events"))
    days = axes.days(silent["date"])
    for gid in ("tenser", "calmer"):
        corners = np.concatenate([path.vertices[:, 0] for one in marks(chart, gid) for path in one.get_paths()])  # type: ignore[attr-defined]
        assert not ((corners > days[10] + 1) & (corners < days[19] - 1)).any()
    ended = charts.tension(share.assign(state=["observed"] * (len(share) - 1) + ["no events"]))
    assert not marks(ended, "tension_share-end")
    assert "now" not in " ".join(text.get_text() for text, _ in kit.texts(ended))


def test_a_band_is_a_stroke_on_the_last_day_and_at_peaks_and_nowhere_else(frame: pd.DataFrame) -> None:
    share = frame[frame["measure"] == "tension_share"].reset_index(drop=True)
    top = share.iloc[[int(share["value"].argmax())]].assign(agreement=0.9, short="An act", act_date=pd.NaT)
    chart = charts.tension(share, peaks=top)
    for gid, row in (("tension_share-band", share.iloc[-1]), ("peak-band", top.iloc[0])):
        (stroke,) = marks(chart, gid)
        ((x, low), (_, high)) = stroke.get_segments()[0]  # type: ignore[attr-defined]
        assert (x, low, high) == (axes.at(row["date"]), row["low"], row["high"])


def test_bars_under_the_line_count_every_act_once(events: pd.DataFrame, frame: pd.DataFrame) -> None:
    many = kit.events(3000, 20)
    for acts, table in ((events, frame), (many, tension(many, band=None))):
        chart = charts.tension(table, acts)
        tall = {
            side: sum(bar.get_height() for one in marks(chart, f"rug-{side}") for bar in [one])  # type: ignore[attr-defined]
            for side in ("hostile", "friendly")
        }
        assert tall == {"hostile": (acts["goldstein"] < 0).sum(), "friendly": -(acts["goldstein"] > 0).sum()}


def test_fewer_than_ten_acts_are_a_sentence_and_ten_a_picture(frame: pd.DataFrame, events: pd.DataFrame) -> None:
    few = charts.tension(frame, events.tail(9))
    assert (few.title, few.drawn) == ("Only 9 acts recorded in this period: too few for a line", False)
    assert charts.tension(frame, events.tail(10)).drawn
    domains = pd.DataFrame(
        {"date": pd.date_range("2020-01-31", periods=10, freq="ME"), "value": 0.5, "domain": "trade"}
    )
    for name, column in (("domains", "domain"), ("direction", "direction"), ("sensitivity", "half_life")):
        table = domains.assign(direction="AAA>BBB", half_life="90D", events=1)
        assert getattr(charts, name)(table).drawn, column
        assert getattr(charts, name)(table.head(9)).title.startswith("Only 9 acts recorded in this period: too few")


def test_period_cuts_what_is_drawn(frame: pd.DataFrame) -> None:
    chart = charts.tension(frame, period=("2020-01-01", "2020-12-31"))
    assert set(chart.data["date"].dt.year) == {2020}


def test_timeline_draws_days_as_dots_and_spans_as_bars_of_their_length(events: pd.DataFrame) -> None:
    chart = charts.timeline(events, top=60)
    spans = chart.data[chart.data["start"] != chart.data["end"]]
    assert len(marks(chart, "day")) == len(chart.data) - len(spans)
    panel = chart.figure.axes[0]
    shortest = 0.09 / (panel.get_position().width * design.FORMS["page"].width) * np.ptp(panel.get_xlim())
    drawn = sorted(bar.get_width() for bar in marks(chart, "span"))  # type: ignore[attr-defined]
    days = np.sort(np.maximum((spans["end"] - spans["start"]).dt.days, shortest))
    np.testing.assert_allclose(drawn, days)


def test_timeline_takes_the_weightiest_acts(events: pd.DataFrame) -> None:
    weight = events["goldstein"].abs() * events["sources"] ** 0.5
    assert charts.timeline(events, top=7).data["weight"].min() >= weight.sort_values(ascending=False).iloc[6] - 1e-12


def withheld_years() -> pd.DataFrame:
    return indicator_series(kit.indicators(20))


def test_indicators_hatch_what_is_withheld_and_say_so() -> None:
    chart = charts.indicators(withheld_years())
    (span,) = marks(chart, "withheld")
    left, width = span.get_x(), span.get_width()  # type: ignore[attr-defined]
    assert (left, left + width) == (axes.at("2022-01-01"), axes.at("2024-12-31"))
    assert any(text.get_text() == "withheld" for text, _ in kit.texts(chart))


def test_indicators_draw_a_dot_for_each_figure_and_none_for_a_gap() -> None:
    series = withheld_years()
    chart = charts.indicators(series)
    dots = sum(len(mark.get_xdata()) for mark in marks(chart, "dots"))  # type: ignore[attr-defined]
    assert dots == series["value"].notna().sum()


def test_indicators_join_no_part_of_a_year_and_no_sparse_series() -> None:
    chart = charts.indicators(withheld_years(), ["price", "debt"])
    joined = [one.get_xydata() for one in marks(chart, "indicator")]  # type: ignore[attr-defined]
    parts = {axes.at(f"{year}-04-01") for year in range(2005, 2025, 5)}
    drawn = {x for piece in joined for x, _ in piece}
    assert drawn
    assert not any(abs(x - part) < 3 for x in drawn for part in parts)
    # Price has four whole years between each two half years; debt, with a figure every sixth year, has no line at all.
    assert {len(piece) for piece in joined} == {4}


def test_direction_keeps_the_colours_of_the_sides(events: pd.DataFrame) -> None:
    table = tension(events, by="direction", band=None, actors=("AAA", "BBB"))
    for sides, first in ((kit.SIDES, "AAA>BBB"), (kit.SIDES[::-1], "BBB>AAA")):
        chart = charts.direction(table, sides=sides)
        (drawn,) = marks(chart, first)
        assert drawn.get_color() == design.SIDE_A  # type: ignore[attr-defined]


def test_open_forecasts_bars_are_the_declared_ranges() -> None:
    table = open_forecasts(kit.forecasts(20), on="2024-12-31")
    chart = charts.open_forecasts(table, top=5)
    drawn = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in marks(chart, "range")]  # type: ignore[attr-defined]
    expected = list(zip(table["low"].head(5), table["high"].head(5), strict=True))
    np.testing.assert_allclose(drawn, expected)
    assert "the next 5 of 10" in chart.subtitle


def test_sensitivity_draws_a_strip_for_each_half_life(events: pd.DataFrame) -> None:
    table = sensitivity(events, ("60D", "365D"))
    chart = charts.sensitivity(table, events)
    for life in ("60D", "365D"):
        own = table[(table["half_life"] == life) & (table["measure"] == "tension_share")]
        np.testing.assert_array_equal(line(chart, f"share-{life}")[1], own["value"])


def test_an_empty_frame_is_a_chart_that_says_so(frame: pd.DataFrame) -> None:
    chart = charts.tension(frame.iloc[:0])
    assert chart.title == "No act between the two sides is recorded in this period"
    assert chart.figure.axes == []


def test_the_same_frame_gives_the_same_bytes(events: pd.DataFrame, frame: pd.DataFrame) -> None:
    first, second = (charts.tension(frame, events, sides=kit.SIDES) for _ in range(2))
    assert first.svg() == second.svg()
    assert first.png() == second.png()


def test_words_stay_text_in_svg_and_signs_start_no_formula(events: pd.DataFrame) -> None:
    svg = charts.timeline(events, top=30).svg()
    assert "Loan of $500 million, then $250 million" in svg
    assert "&lt;b&gt;in principle&lt;/b&gt;" in svg
    assert "<b>" not in svg


def test_thousands_of_acts_are_one_mark_in_the_file() -> None:
    many = kit.events(5000, 30)
    assert len(charts.tension(tension(many, band=None, freq="M"), many).svg()) < 600_000


def test_drawing_changes_neither_the_frames_nor_the_settings(events: pd.DataFrame, frame: pd.DataFrame) -> None:
    import matplotlib as mpl

    before, acts, settings = frame.copy(), events.copy(), dict(mpl.rcParams)
    charts.tension(frame, events)
    charts.timeline(events)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(events, acts)
    assert dict(mpl.rcParams) == settings


def test_a_notebook_style_does_not_change_a_chart(events: pd.DataFrame) -> None:
    import matplotlib as mpl

    plain = charts.timeline(events).png()
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.grid": True, "text.usetex": False}):
        styled = charts.timeline(events)
    assert styled.png() == plain


def test_colours_are_those_of_the_palette(events: pd.DataFrame, frame: pd.DataFrame) -> None:
    from matplotlib.colors import to_hex

    allowed = {str(one).lower() for name, one in vars(design).items() if name.isupper() and str(one).startswith("#")}
    for chart in (charts.tension(frame, events), charts.timeline(events)):
        lines = [one for panel in chart.figure.axes if isinstance(panel, Axes) for one in panel.lines]
        assert {to_hex(one.get_color()) for one in lines} <= allowed


def contrast(color: str) -> float:
    """Return the WCAG 2 contrast of a colour with white."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (float(np.dot([0.2126, 0.7152, 0.0722], linear)) + 0.05)


def test_words_are_dark_enough_to_read_on_white(events: pd.DataFrame) -> None:
    from matplotlib.colors import to_hex

    table = tension(events, by="direction", band=None, actors=("AAA", "BBB"))
    for chart in (charts.direction(table, sides=kit.SIDES), charts.timeline(events)):
        assert min(contrast(to_hex(text.get_color())) for text, _ in kit.texts(chart)) >= 4.5


def test_importing_charts_does_not_import_matplotlib() -> None:
    code = "import sys, analysis.charts as c, analysis.charts.tension; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_drawing_does_not_use_pyplot() -> None:
    code = (
        "import sys, pandas as pd; from analysis import charts;"
        "charts.meetings(pd.DataFrame({'year': [2001], 'value': [1.0]})).png();"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_chart_is_offered_by_name() -> None:
    assert all(callable(getattr(charts, name)) for name in charts.__all__)
    assert set(dir(charts)) == set(charts.__all__)
