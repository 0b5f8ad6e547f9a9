"""What each chart's title says, by branch and on both sides of each threshold: statement, numbers, direction; one text."""

from __future__ import annotations

import math
import re
from typing import Any

import charts_kit as kit
import pandas as pd
import pytest
from charts_kit import marks

from analysis import charts
from analysis.charts import design
from analysis.findings import wording

NAN = math.nan
# A package gives the function of a name; the titles are in the modules.
change_steps, conduct, direction_chart, domains, event_dependence, meetings, open_forecasts, positions, sensitivity = (
    kit.module(name)
    for name in (
        *("change_steps", "conduct", "direction", "domains", "event_dependence", "meetings", "open_forecasts"),
        *("positions", "sensitivity"),
    )
)
tension, timeline = kit.module("tension"), kit.module("timeline")


def yearly(*rows: tuple[int, float, float, float], **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["year", "value", "low", "high"])
    return frame.assign(date=pd.to_datetime([f"{year}-07-02" for year in frame["year"]]), **columns)


@pytest.mark.parametrize(
    ("a", "b", "together"),
    [
        ((0.1, 0.2), (0.2, 0.3), True),  # bands that touch are not apart
        ((0.1, 0.2), (0.21, 0.3), False),
        ((0.2, 0.3), (0.1, 0.2), True),
        ((0.21, 0.3), (0.1, 0.2), False),
        ((0.1, NAN), (0.5, 0.6), True),
    ],
)
def test_bands_overlap(a: tuple[float, float], b: tuple[float, float], together: bool) -> None:
    assert wording.overlap(a, b) == together


@pytest.mark.parametrize(
    ("value", "low", "high", "events", "key", "direction", "text"),
    [
        (7.0, 1.0, 9.0, 10, "direction", "more", "Coded shifts add up to +7 by 2020: Aland more dependent"),
        (-7.0, -9.0, -1.0, 10, "direction", "less", "Coded shifts add up to −7 by 2020: Aland less dependent"),
        (7.0, 0.0, 9.0, 10, "no clear direction", "", "Coded shifts add up to +7 by 2020: no clear direction"),
        (7.0, 0.1, 9.0, 10, "direction", "more", None),
        (-7.0, -9.0, 0.0, 10, "no clear direction", "", None),
        (0.0, NAN, NAN, 10, "no clear direction", "", "Coded shifts add up to 0 by 2020: no clear direction"),
    ],
)
def test_event_dependence(
    value: float, low: float, high: float, events: int, key: str, direction: str, text: str | None
) -> None:
    frame = yearly((2020, value, low, high), events=events, measure="event_dependence")
    data = event_dependence.title_data({"": frame})
    assert (data.key, data.direction) == (key, direction)
    if text:
        assert (
            event_dependence.title_text(data, "Aland") == text == charts.event_dependence(frame, sides=kit.SIDES).title
        )


@pytest.mark.parametrize(("low", "domains", "told"), [(1.0, 1, True), (NAN, 1, False), (1.0, 2, False)])
def test_the_stroke_of_coded_shifts_is_told_where_it_is_drawn(low: float, domains: int, told: bool) -> None:
    rows = [(2019, 6.0, low, 9.0), (2020, 7.0, low, 9.0)] * domains
    frame = yearly(*rows, events=10, measure="event_dependence")
    if domains > 1:
        frame["domain"] = ["energy", "energy", "trade", "trade"]
    drawn = charts.event_dependence(frame, sides=kit.SIDES)
    assert ("Upright stroke" in drawn.how) == told


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (0.2, 0.01, 0.4, "Words clearly tenser than deeds, July 2019 – July 2020"),
        (0.2, 0.0, 0.4, "No clear gap between words and deeds, July 2019 – July 2020"),
        (-0.2, -0.4, -0.01, "Deeds clearly tenser than words, July 2019 – July 2020"),
        (-0.2, -0.4, 0.0, "No clear gap between words and deeds, July 2019 – July 2020"),
        (0.2, NAN, NAN, "On 2 July 2020 words were tenser than deeds by 20 points"),
        (-0.2, NAN, NAN, "On 2 July 2020 deeds were tenser than words by 20 points"),
    ],
)
def test_conduct(value: float, low: float, high: float, text: str) -> None:
    gap = yearly((2019, value, low, high), (2020, value, low, high), events=5)
    said = {
        "verbal": yearly((2020, 0.4, 0, 1), events=10),
        "material": yearly((2020, 0.2, 0, 1), events=10),
        "gap": gap,
    }
    assert conduct.title_text(conduct.title_data(said)) == text
    few = {**said, "material": yearly((2020, 0.2, 0, 1), events=9)}
    assert conduct.title_text(conduct.title_data(few)) == "Only 10 verbal acts and 9 material acts: no gap can be told"


def test_conduct_tells_of_the_longest_stretch_with_recent_acts_only() -> None:
    rows = [
        (year, 0.2 if year < 2006 else -0.2, *((0.1, 0.3) if year < 2006 else (-0.3, -0.1)))
        for year in range(2001, 2012)
    ]
    part = yearly(*((year, 0.4, 0, 1) for year in range(2001, 2012)), events=5)
    gap = yearly(*rows).assign(state=["no events"] * 4 + ["observed"] * 7)
    said = conduct.title_data({"verbal": part, "material": part, "gap": gap})
    assert conduct.title_text(said) == "Deeds clearly tenser than words, 2006–2011"


@pytest.mark.parametrize(
    ("first", "second", "key", "direction", "text"),
    [
        (
            (0.5, 0.4, 0.6),
            (0.3, 0.2, 0.39),
            "tenser",
            "a",
            "Aland clearly tenser towards Beland than the reverse, July 2019 – July 2020",
        ),
        (
            (0.3, 0.2, 0.39),
            (0.5, 0.4, 0.6),
            "tenser",
            "b",
            "Beland clearly tenser towards Aland than the reverse, July 2019 – July 2020",
        ),
        (
            (0.5, 0.4, 0.6),
            (0.3, 0.2, 0.4),
            "no clear difference",
            "",
            "No clear difference between Aland and Beland, July 2019 – July 2020",
        ),
        ((0.5, 0.4, 0.6), None, "one direction", "", "Aland to Beland: 50% hostile on 2 July 2020"),
    ],
)
def test_direction(first: Any, second: Any, key: str, direction: str, text: str) -> None:
    series = {"A>B": yearly((2019, *first), (2020, *first))}
    if second:
        series["B>A"] = yearly((2019, *second), (2020, *second))
    data = direction_title(series)
    assert (data.key, data.direction) == (key, direction)
    assert direction_chart.title_text(data) == text


def direction_title(series: dict[str, pd.DataFrame]) -> Any:
    return direction_chart.title_data(series, {"A": "Aland", "B": "Beland"})


@pytest.mark.parametrize(
    ("tenser", "key", "text"),
    [
        ({"energy": "1" * 9, "trade": "1"}, "few", "Acts of 2 domains recorded, too few to compare"),
        (
            {"energy": "11" + "0" * 8, "trade": "1" + "0" * 9},
            "most",
            "Energy tenser than usual most often: in 2 of 10 half-years",
        ),
        (
            {"energy": "11" + "0" * 9, "trade": "11" + "0" * 8},
            "most",
            "Trade tenser than usual most often: in 2 of 10 half-years",
        ),
        ({"energy": "0" * 10, "trade": "1" * 9}, "none", "No domain tenser than usual at the end of any half-year"),
    ],
)
def test_domains(tenser: dict[str, str], key: str, text: str) -> None:
    rows = [(name, mark == "1", 1) for name, said in tenser.items() for mark in said]
    data = domains.title_data(pd.DataFrame(rows, columns=["domain", "tenser", "events"]))
    assert data.key == key
    assert domains.title_text(data) == text


def judged(*parts: tuple[str, str]) -> pd.DataFrame:
    """Return judgements: for each day, one score a letter-named voice."""
    rows = [
        (pd.Timestamp(day), "subordination", int(score), f"v{i}")
        for day, scores in parts
        for i, score in enumerate(scores.split())
    ]
    return pd.DataFrame(rows, columns=["date", "measure", "value", "voice"])


ELECTION = pd.DataFrame(
    {"label": ["Election"], "from": ["2020-08-09"], "to": ["2020-08-09"], "kind": ["election"], "side": [""]}
)


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("-1 -1 -1 -1 1 1", "1 1 2 2 1 1", "Subordinate in 2 of 6 judgements before August 2020, in 6 of 6 since"),
        ("1 1 1 1 1 1", "-1 0 0 0 -1 -1", "Subordinate in 6 of 6 judgements before August 2020, in 0 of 6 since"),
        ("-1 1 1 1 1 1", "1 1 2 2 1 1", "Judged subordinate by 6 of 6 organisations, Aug 2020 – Mar 2022"),
        ("-1 -1 -1 1", "1 1 2 1 1", "Judged subordinate by 5 of 5 organisations, Aug 2020 – Mar 2022"),
        ("-1 -1 1", "1 1 1 1", "7 judgements on subordination, too few in any period to compare"),
    ],
)
def test_positions(before: str, after: str, text: str) -> None:
    rows = judged(("2018-05-01", before), ("2022-03-01", after))
    chart = charts.positions(rows, scale="subordination", eras=ELECTION)
    assert chart.title == text
    drawn = sum(len(one.get_xdata()) for one in marks(chart, "positions"))  # type: ignore[attr-defined]
    assert drawn == len(rows)
    assert len(marks(chart, "cut")) == 1


def test_positions_give_each_voice_one_dot_a_period_its_last() -> None:
    rows = pd.concat([judged(("2021-01-01", "-2 -2 -2")), judged(("2021-06-01", "2 2 2"))])
    (era,) = positions.cut_eras(rows, "voice", None)
    assert era.scores == (2, 2, 2)
    long = positions.cut_eras(judged(("2001-03-01", "1"), ("2024-03-01", "1")), "voice", None)
    assert [era.first.year for era in long] == [2001, 2007, 2013, 2019]
    assert [len(era.scores) for era in long] == [1, 0, 0, 1]


@pytest.mark.parametrize(
    ("outcomes", "chance", "text"),
    [
        ("true true true true", (0.6, 0.9), "Of what was called likely, 4 of 4 came true: too few to judge"),
        ("true true true true false", (0.6, 0.9), "Of what was called likely, 4 of 5 came true, as said"),
        (
            "false false false false true",
            (0.6, 0.9),
            "Of what was called likely, 1 of 5 came true: clearly less often than said",
        ),
        (
            "true true true true true",
            (0.1, 0.3),
            "Of what was called unlikely, 5 of 5 came true: clearly more often than said",
        ),
        ("true true true true partly", (0.6, 0.9), "Of what was called likely, 4 of 4 came true: too few to judge"),
        (
            "true true true true true",
            (0.4, 0.8),
            "Of what was called about even, 5 of 5 came true: clearly more often than said",
        ),
    ],
)
def test_track_record(outcomes: str, chance: tuple[float, float], text: str) -> None:
    named = outcomes.split()
    frame = pd.DataFrame(
        {"proposition": "A thing happens", "outcome": [*named, "open", "void"], "deadline_basis": "stated"}
    )
    frame = frame.assign(probability_low=chance[0], probability_high=chance[1], deadline_end=pd.Timestamp("2020-01-01"))
    chart = charts.track_record(frame)
    assert chart.title == text
    drawn = {kind: len(marks(chart, f"outcome-{kind}")) for kind in ("true", "false", "partly")}
    assert drawn == {kind: named.count(kind) for kind in drawn}
    assert f"{len(named)} settled forecasts" in chart.subtitle


@pytest.mark.parametrize(
    ("then", "now", "clear", "text"),
    [
        (0.4, 0.2, True, "Tension fell from 40.0% to 20.0% since 1 May 2019"),
        (0.2, 0.4, True, "Tension rose from 20.0% to 40.0% since 1 May 2019"),
        (0.4, 0.2, False, "Tension down from 40.0% to 20.0% since 1 May 2019: too little to be sure"),
        (0.2, 0.4, False, "Tension up from 20.0% to 40.0% since 1 May 2019: too little to be sure"),
        (0.2, 0.2004, True, "Tension at 20.0%, as on 1 May 2019"),
    ],
)
def test_change_steps(then: float, now: float, clear: bool, text: str) -> None:
    rows = pd.DataFrame(
        {"kind": ["then", "now"], "value": [then, now], "clear": clear, "date": pd.Timestamp("2019-05-01")}
    )
    assert change_steps.title_text(change_steps.title_data(rows)) == text


def test_open_forecasts() -> None:
    frame = pd.DataFrame({"date": pd.to_datetime(["2020-03-01", "2020-05-01"]), "state": ["overdue", "open"]})
    said = [
        open_forecasts.title_text(open_forecasts.title_data(rows)) for rows in (frame, frame.tail(1), frame.head(1))
    ]
    assert said == [
        "2 forecasts open; next deadline 1 May 2020, 1 overdue",
        "1 forecast open; next deadline 1 May 2020",
        "1 forecast open, 1 overdue",
    ]


@pytest.mark.parametrize(
    ("peaks", "key", "text"),
    [
        ((2013, 2019), "other years", "Peak moves with the half-life, 2013 to 2019; 10% on 2 July 2020"),
        ((2013, 2013), "same year", "All half-lives peak in 2013; 10% on 2 July 2020"),
        ((2013,), "one", "Tension 10% on 2 July 2020; peak in 2013"),
    ],
)
def test_sensitivity(peaks: tuple[int, ...], key: str, text: str) -> None:
    series = {f"{i}D": yearly((year, 0.6, NAN, NAN), (2020, 0.1, NAN, NAN)) for i, year in enumerate(peaks)}
    data = sensitivity.title_data(series)
    assert data.key == key
    assert sensitivity.title_text(data) == text


@pytest.mark.parametrize(
    ("years", "scores", "text"),
    [
        ([2020], [1], "One act recorded: 1 May 2020"),
        ([2019, 2020], [-1, 1], "Last main hostile act in May 2019, last friendly one in May 2020"),
        ([2019, 2020], [1, 1], "All 2 main acts were friendly, the last in May 2020"),
        ([2019, 2020], [-1, -1], "All 2 main acts were hostile, the last in May 2020"),
    ],
)
def test_timeline(years: list[int], scores: list[float], text: str) -> None:
    days = pd.to_datetime([f"{year}-05-01" for year in years])
    frame = pd.DataFrame({"start": days, "end": days, "goldstein": scores})
    assert timeline.title_text(timeline.title_data(frame)) == text


@pytest.mark.parametrize(
    ("values", "cutoff", "key", "text"),
    [
        ([0, 0], None, "none", "No meeting of the leaders recorded, 2001–2002"),
        ([1], None, "one year", "1 meeting of the leaders counted in 2001"),
        ([1, 3], None, "most", "3 meetings of the leaders counted in 2002"),
        ([3, 1], None, "most and last", "3 meetings of the leaders counted in 2001; 1 in 2002"),
        ([3, 1], "2002-12-24", "most and last", "3 meetings of the leaders counted in 2001; 1 in 2002 so far"),
        ([3, 1], "2002-12-26", "most and last", "3 meetings of the leaders counted in 2001; 1 in 2002"),
    ],
)
def test_meetings(values: list[float], cutoff: str | None, key: str, text: str) -> None:
    frame = pd.DataFrame({"year": range(2001, 2001 + len(values)), "value": values})
    data = meetings.title_data(frame, cutoff)
    assert data.key == key
    assert meetings.title_text(data) == text


def test_meetings_tell_the_record_from_what_others_counted_none_from_not_covered_and_name_the_leaders() -> None:
    frame = pd.DataFrame(
        {
            "year": [2001, 2002, 2003, 2004],
            "value": [10.0, 7.0, math.nan, 0.0],
            "recorded": [2.0, 5.0, math.nan, 0.0],
            "basis": ["published", "published for part of the year", "recorded", "recorded"],
            "leaders_a": ["Anna", "Anna", "Anna", "Anna"],
            "leaders_b": ["Bert", "Bert;Carl", "Carl", "Carl"],
        }
    )
    days = pd.to_datetime(["2001-02-03", "2001-05-01", "2002-07-04"])
    held = pd.DataFrame(
        {"year": [2001, 2001, 2002], "start": days, "end": days + pd.to_timedelta([0, 30, 1], unit="D")}
    )
    chart = charts.meetings(frame, held, sides=kit.SIDES)
    assert [len(marks(chart, gid)) for gid in ("day", "span", "not-covered", "year")] == [2, 1, 1, 3]
    drawn = {text.get_text() for text, _ in kit.texts(chart)}
    assert {"2 of 10", "5 of 7 in part", "0"} <= drawn
    assert "Anna with Bert and Carl" in chart.subtitle
    assert chart.title == "10 meetings of the leaders counted in 2001 by others; 0 in 2004"
    assert chart.alt.endswith("2001: 10 by others, 2002: 7 by others for part of the year, 2004: 0.")


def shares(**columns: Any) -> pd.DataFrame:
    row = {
        "indicator": "exports",
        "name": "Beland in exports",
        "basis": "reported",
        "state": "observed",
        "age_days": 100,
    }
    days = {"start": pd.Timestamp("2024-01-01"), "end": pd.Timestamp("2024-12-31"), "value": 67.0}
    return pd.DataFrame([{**row, **days, **columns}])


def history(*figures: tuple[int, float, str]) -> pd.DataFrame:
    frame = pd.DataFrame(figures, columns=["year", "value", "basis"]).assign(indicator="exports")
    return frame.assign(
        start=pd.to_datetime([f"{year}-01-01" for year in frame["year"]]),
        end=pd.to_datetime([f"{year}-12-31" for year in frame["year"]]),
    )


@pytest.mark.parametrize(
    ("columns", "past", "text"),
    [
        ({}, [(2019, 41.0, "reported")], "Beland in exports: 67% (2024), up from 41% (2019)"),
        ({"value": 30.0}, [(2019, 41.0, "reported")], "Beland in exports: 30% (2024), down from 41% (2019)"),
        ({"value": 43.0}, [(2019, 41.0, "reported")], "Largest share: Beland in exports, 43% (2024)"),
        ({"value": 43.1}, [(2019, 41.0, "reported")], "Beland in exports: 43.1% (2024), up from 41% (2019)"),
        ({}, [(2020, 41.0, "reported")], "Largest share: Beland in exports, 67% (2024)"),
        ({}, [(2019, 41.0, "estimate")], "Largest share: Beland in exports, 67% (2024)"),
        ({"age_days": 1097}, [(2019, 41.0, "reported")], "Largest share: Beland in exports, 67% (2024)"),
        (
            {"end": pd.Timestamp("2024-06-30"), "basis": "estimate"},
            [(2019, 41.0, "reported")],
            "Beland in exports: 67% (January – June 2024, estimate), up from 41% (2019)",
        ),
    ],
)
def test_profile(columns: dict[str, Any], past: list[tuple[int, float, str]], text: str) -> None:
    chart = charts.profile(shares(**columns), history(*past), sides=kit.SIDES)
    assert chart.title == text
    (dot,) = marks(chart, "newest")
    hollow = "basis" in columns
    assert (dot.get_markerfacecolor() == "white") == hollow  # type: ignore[attr-defined]
    assert list(dot.get_xdata()) == [columns.get("value", 67.0)]  # type: ignore[attr-defined]
    drawn = " ".join(word.get_text() for word, _ in kit.texts(chart))
    for number in ("67%", "41%") if "up from 41%" in text and "43" not in text else ():
        assert number in drawn.replace(text, "")
    assert chart.figure.axes[0].get_xlim() == (0, 100)


def test_profile_hatches_what_is_withheld_since_when_and_draws_the_reverse_in_the_ink_of_side_b() -> None:
    past = history((2019, 41.0, "reported"), (2022, math.nan, "withheld"), (2023, math.nan, "withheld"))
    back = pd.DataFrame(
        {
            "measure": "share",
            "of": ["AAA", "BBB"],
            "value": [60.0, 6.5],
            "start": pd.Timestamp("2023-01-01"),
            "end": pd.Timestamp("2023-12-31"),
            "definition": "trade over own trade",
        }
    )
    frame = shares(state="withheld", end=pd.Timestamp("2019-12-31"), start=pd.Timestamp("2019-01-01"), value=41.0)
    chart = charts.profile(frame, past, back, sides=kit.SIDES)
    assert len(marks(chart, "withheld")) == 1
    assert "withheld since 2022" in chart.alt
    own, other = marks(chart, "newest")
    assert other.get_color() == design.SIDE_B != own.get_color()  # type: ignore[attr-defined]
    assert list(other.get_xdata()) == [6.5]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("last", "agreement", "usual", "key", "text"),
    [
        ((0.18, 0.1, 0.25), 0.5, 0.4, "fell", "Tension fell from 62% in August 2010 to 18% on 6 April 2023"),
        ((0.18, 0.1, 0.25), 0.49, 0.4, "level", "Tension below its usual level on 6 April 2023: 18% against 40%"),
        ((0.5, 0.4, 0.56), 0.5, 0.5, "level", "Tension near its usual level on 6 April 2023: 50% against 50%"),
        ((0.5, 0.4, 0.549), 0.5, 0.4, "fell", "Tension fell from 62% in August 2010 to 50% on 6 April 2023"),
        ((0.18, 0.1, 0.25), None, 0.26, "level", "Tension below its usual level on 6 April 2023: 18% against 26%"),
        ((0.18, 0.1, 0.25), None, 0.25, "level", "Tension near its usual level on 6 April 2023: 18% against 25%"),
        ((0.18, 0.1, 0.25), None, 0.09, "level", "Tension above its usual level on 6 April 2023: 18% against 9%"),
        ((0.176, 0.1, 0.18), None, 0.1801, "level", "Tension near its usual level on 6 April 2023: 18% against 18%"),
        ((0.18, 0.1, 0.25), None, None, "level alone", "Tension at 18% on 6 April 2023"),
    ],
)
def test_tension(last: Any, agreement: float | None, usual: float | None, key: str, text: str) -> None:
    days = pd.to_datetime(["2009-01-04", "2010-08-15", "2023-04-06"])
    bands = [(0.3, 0.2, 0.4), (0.62, 0.55, 0.7), last]
    share = pd.DataFrame(bands, columns=["value", "low", "high"]).assign(
        date=days, measure="tension_share", state="observed"
    )
    top = share.iloc[[1]].assign(agreement=agreement, since=days[0], short="An act", act_date=days[1])
    marked = top if agreement is not None else top.iloc[:0]
    said = tension.title_data(share, marked, usual)
    assert said.key == key
    chart = charts.tension(share, peaks=marked, prior=usual)
    assert chart.title == text
    # The numbers of the title are written in the picture beside their marks, besides the title itself.
    drawn = [word.get_text() for word, _ in kit.texts(chart) if word.get_text() not in text]
    assert all(any(number in one for one in drawn) for number in re.findall(r"\d+%", text))
    assert len(marks(chart, "peak-end")) == len(marked)


def test_tension_on_a_peak_and_in_silence() -> None:
    days = pd.to_datetime(["2009-01-04", "2023-04-06"])
    share = pd.DataFrame({"date": days, "value": [0.3, 0.7], "low": [0.2, 0.6], "high": [0.4, 0.8]})
    top = share.tail(1).assign(agreement=0.9, since=days[0], short="An act", act_date=days[1])
    highest = "Tension at its highest since January 2009: 70%"
    assert tension.title_text(tension.title_data(share, top, 0.4)) == highest
    silent = share.assign(state=["observed", "no events"])
    assert tension.title_text(tension.title_data(silent, top, 0.4)).startswith(
        "No act recorded in the half-life before"
    )
