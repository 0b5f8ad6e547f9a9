"""The explorer without a browser: what a choice shows, what stands behind it, and what is saved."""

from __future__ import annotations

import dataclasses
import datetime
import html
import json
import re
import shlex
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import analysis as an
from analysis import explore
from analysis.errors import OptionError, PublishError
from analysis.explore.drawing import chart_of
from analysis.explore.evidence import behind, value_of
from analysis.explore.marks import places
from analysis.explore.view import View, ready


@pytest.fixture(scope="module")
def rel() -> an.Relationship:
    return an.load("russia-belarus")


def share_of(chart: an.Chart) -> pd.DataFrame:
    rows = chart.data
    return rows[rows["measure"] == "tension_share"].reset_index(drop=True)


# What is drawn


def test_the_opening_chart_is_the_one_of_the_notebooks(rel):
    acts = rel.events[rel.events["dyad"]]
    first = acts["start"].min()
    own = an.tension(rel.events, freq="M", start=first, end=rel.cutoff, half_life="180D")
    chart = explore.drawn(rel, View())
    wanted = own[(own["measure"] == "tension_share") & own["value"].notna()].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        share_of(chart)[["date", "value", "low", "high"]], wanted[["date", "value", "low", "high"]]
    )
    house = {"sides": rel.sides, "cutoff": rel.cutoff, "half_life": "180D"}
    high = an.peaks(rel.events, start=first, end=rel.cutoff, half_life="180D")
    told = an.charts.tension(own, acts, high, eras=rel.eras, **house)
    assert (chart.title, chart.subtitle, chart.alt, chart.source) == (told.title, told.subtitle, told.alt, told.source)


@pytest.mark.parametrize(
    ("chosen", "ways"),
    [
        ({"domains": ("energy",)}, None),
        ({"domains": ("energy", "trade")}, None),
        ({"direction": "side_a"}, ("{a}>{b}", "joint")),
        ({"direction": "side_b", "domains": ("trade",)}, ("{b}>{a}", "joint")),
        ({"direction": "joint"}, ("joint",)),
        ({"quad_classes": ("verbal_conflict", "verbal_cooperation")}, None),
    ],
)
def test_a_part_of_the_acts_is_measured_for_itself(rel, chosen, ways):
    acts = rel.events[rel.events["dyad"]]
    for column, name in (("domain", "domains"), ("quad_class", "quad_classes")):
        acts = acts[acts[column].isin(chosen[name])] if name in chosen else acts
    if ways is not None:
        acts = acts[acts["direction"].isin([way.format(a=rel.side_a.id, b=rel.side_b.id) for way in ways])]
    view = View(start="2015-01-01", end="2020-12-31", half_life="90D", **chosen)
    own = an.tension(acts, start="2015-01-01", end="2020-12-31", half_life="90D")
    wanted = own[(own["measure"] == "tension_share") & own["value"].notna()].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        share_of(explore.drawn(rel, view))[["date", "value", "low", "high"]], wanted[["date", "value", "low", "high"]]
    )


def test_quad_classes_are_the_ones_that_the_measure_divides_by(rel):
    own = an.conduct(rel.events, start="2015-01-01", end="2020-12-31", band=None)
    for part, rows in own[own["measure"] != "gap"].groupby("measure"):
        classes = (f"{part}_conflict", f"{part}_cooperation")
        shown = share_of(explore.drawn(rel, View(start="2015-01-01", end="2020-12-31", quad_classes=classes)))
        assert shown["value"].tolist() == pytest.approx(rows["value"].dropna().tolist())


def test_a_chart_of_a_part_says_so_in_picture_and_words(rel):
    for chart in ("tension", "conduct", "timeline"):
        drawn = explore.drawn(rel, View(chart=chart, domains=("energy",), direction="side_a"))
        only = f"Only energy acts by {rel.side_a.name} towards {rel.side_b.name} (joint ones included)."
        assert only in drawn.alt
        assert only in drawn.source
        assert "Only energy acts" in "".join(ElementTree.fromstring(drawn.svg()).itertext())
        assert "Only" not in explore.drawn(rel, View(chart=chart)).alt


def test_nothing_later_than_the_cut_off_is_shown(rel):
    whole, asked = ready(rel, View()), ready(rel, View(as_of="2020-09-30"))
    assert asked.end == pd.Timestamp("2020-09-30")
    assert asked.acts["end"].max() <= asked.end < whole.acts["end"].max()
    for chart in ("tension", "conduct", "timeline"):
        drawn = chart_of(dataclasses.replace(asked, view=View(chart=chart, as_of="2020-09-30")))
        assert "Data to 30 September 2020" in drawn.source
        dates = drawn.data["date" if "date" in drawn.data else "end"]
        assert dates.max() <= asked.end


def test_timeline_keeps_to_the_period(rel):
    drawn = explore.drawn(rel, View(chart="timeline", start="2014-01-01", end="2015-12-31"))
    assert len(drawn.data) > 5
    assert drawn.data["end"].min() >= pd.Timestamp("2014-01-01")
    assert drawn.data["start"].max() <= pd.Timestamp("2015-12-31")


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"chart": "pie"}, "chart"),
        ({"domains": ("enrgy",)}, "domains"),
        ({"direction": "sideways"}, "direction"),
        ({"quad_classes": ("verbal",)}, "quad_classes"),
        ({"half_life": "long"}, "half_life"),
        ({"half_life": "-5D"}, "half_life"),
        ({"half_life": "36h"}, "half_life"),
        ({"start": "2021-01-01", "end": "2020-01-01"}, "start"),
        ({"end": "2019-01-01", "as_of": "2018-01-01"}, "end"),
        ({"end": "1950-01-01", "start": "1949-01-01"}, "end"),
        ({"as_of": "1950-01-01"}, "as_of"),
        ({"as_of": "2126-01-01"}, "as_of"),
        ({"start": "2020"}, "start"),
        ({"chart": "conduct", "quad_classes": ("verbal_conflict", "verbal_cooperation")}, "quad_classes"),
    ],
)
def test_what_cannot_be_shown_is_refused(rel, chosen, field):
    with pytest.raises(OptionError) as refusal:
        explore.drawn(rel, View(**chosen))
    assert refusal.value.field == field


def test_choices_that_no_act_fits_are_said_in_words(rel):
    asked = ready(rel, View())
    none = dataclasses.replace(asked, part=dataclasses.replace(rel, events=rel.events.head(0)))
    assert chart_of(none).title == "No act fits these choices"
    assert value_of(none).frame.empty


def test_a_record_without_acts_is_refused_in_words(tmp_path):
    from analysis.curate.new import new

    empty = an.load(new("aland-beland", ["AAA", "BBB"], root=tmp_path))
    with pytest.raises(OptionError, match="an act between the sides is recorded"):
        explore.explorer(empty)


# What stands behind it


def test_an_act_is_shown_with_every_citation_and_live_links(rel):
    asked = ready(rel, View())
    for event_id in asked.shown["event_id"].head(40):
        shown = behind(asked, event_id)
        cited = rel.citations[rel.citations["record"] == f"events:{event_id}"]
        assert shown.count("<li>") == len(cited)
        urls = set(rel.sources.set_index("source_id").loc[cited["source_id"], "url"])
        assert {url.replace("&amp;", "&") for url in re.findall(r'href="([^"]+)"', shown)} == urls
        assert re.findall(r"\b(nan|NaT|None|&lt;NA&gt;)\b", shown) == []


def test_texts_of_the_record_stay_texts(rel):
    events = rel.events.assign(title="<script>alert(1)</script>", summary='"><img src=x onerror=alert(1)>')
    sources = rel.sources.assign(url="javascript:alert(1)", title="<b>bold</b>")
    hostile = dataclasses.replace(rel, events=events, sources=sources)
    asked = ready(hostile, View())
    event_id = asked.shown["event_id"].iloc[0]
    shown = behind(asked, event_id) + value_of(asked).html() + explore.explorer(hostile).chart.value
    assert "<script" not in shown
    assert "<img src=x" not in shown
    assert "href" not in shown.replace('href="#act"', "")
    assert "<b>" not in shown


@pytest.mark.parametrize(("day", "told"), [("2018-03-13", False), ("2018-03-14", True), (None, True)])
def test_what_followed_an_act_stands_there_from_its_day_on(rel, day, told):
    shown = behind(ready(rel, View(as_of=day)), "2018-02-22-milk-ban-announced")
    assert ("the ban was called off" in shown) == told
    assert "put off to 6 March" in shown


def test_an_unknown_act_is_refused(rel):
    later = rel.events.loc[rel.events["start"] > pd.Timestamp("2021-01-01"), "event_id"].iloc[0]
    with pytest.raises(OptionError, match="event"):
        behind(ready(rel, View(as_of="2020-09-30")), later)


@pytest.mark.parametrize("chosen", [{}, {"domains": ("energy",)}, {"direction": "side_b", "half_life": "60D"}])
@pytest.mark.parametrize("day", ["2007-01-15", "2019-06-30"])
def test_what_makes_a_value_adds_up_to_the_chart(rel, chosen, day):
    view = View(end=day, **chosen)
    shown = share_of(explore.drawn(rel, view))["value"].iloc[-1]
    table = explore.explained(rel, view, day)
    parts = [float(cell.replace("−", "-")) for cell in table.frame["Adds to the share"]]
    assert f"tension share of {shown:.3f} on" in table.caption
    assert sum(parts) == pytest.approx(shown, abs=0.0005 * (len(parts) + 1))


def test_a_day_that_is_not_known_about_is_not_explained(rel):
    with pytest.raises(OptionError, match="day to explain"):
        explore.explained(rel, View(as_of="2020-09-30"), "2021-01-01")
    with pytest.raises(OptionError, match="first act"):
        explore.explained(rel, View(), "1950-01-01")


# The controls


def test_controls_begin_at_the_view_and_give_it_back(rel):
    view = View(
        "timeline",
        "2020-09-30",
        "2014-01-01",
        "2019-12-31",
        ("energy", "trade"),
        "side_b",
        ("verbal_conflict",),
        "90D",
        3,
    )
    assert explore.explorer(rel, view).view == view
    assert explore.explorer(rel).view == View()


def test_every_control_has_a_label(rel):
    opened = explore.explorer(rel)
    buttons, *others = opened.controls.widgets
    for one in (*others, opened.event, opened.day, opened.name, opened.save):
        assert one.description
    assert all(buttons.tooltips)


def test_each_control_changes_what_is_shown(rel):
    opened = explore.explorer(rel)
    c = opened.controls
    changes = [
        (c.half_life, "60"), (c.start, datetime.date(2014, 1, 1)), (c.end, datetime.date(2019, 12, 31)), (c.as_of, datetime.date(2020, 9, 30)),
        (c.domains, ("energy",)), (c.direction, "side_b"), (c.quad_classes, ("verbal_conflict",)), (c.chart, "timeline"),
    ]  # fmt: skip
    seen = {opened.chart.value}
    for widget, value in changes:
        widget.value = value
        assert opened.chart.value.startswith('<div class="live"><img alt=')
        assert opened.chart.value not in seen
        seen.add(opened.chart.value)
    assert {key for _, key in opened.event.options} == set(ready(rel, opened.view).shown["event_id"])


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("start", datetime.date(2090, 1, 1), "From must be a day before the last one shown"),
        ("end", datetime.date(2090, 1, 1), "To must be a day up to the last one known about"),
        ("as_of", datetime.date(9999, 9, 30), "Known by must be"),
        ("half_life", "6M", "Half-life must be"),
        ("half_life", "", "Half-life must be"),
        ("half_life", "0", "Half-life must be"),
    ],
)
def test_a_choice_that_cannot_be_met_keeps_the_chart_and_is_answered_under_its_control(rel, name, value, words):
    opened = explore.explorer(rel)
    drawn, acts, evidence = opened.chart.value, opened.event.options, opened.evidence.value
    field = getattr(opened.controls, name)
    before = field.value
    field.value = value
    assert opened.chart.value == drawn.replace('class="live"', 'class="live old"')
    assert (opened.event.options, opened.evidence.value) == (acts, evidence)
    said = {key: remark.value for key, remark in opened.controls.wrong.items() if remark.value}
    assert list(said) == [name]
    assert words in said[name]
    assert "`" not in said[name].split("must be")[0]
    assert "still that of the choices before" in opened.message.value
    field.value = before
    assert opened.chart.value == drawn
    assert not any(remark.value for remark in opened.controls.wrong.values())
    assert opened.message.value == ""


def test_words_and_deeds_of_one_of_them_is_answered_under_the_quad_classes(rel):
    opened = explore.explorer(rel)
    opened.controls.quad_classes.value = ("verbal_conflict",)
    opened.controls.chart.value = "conduct"
    assert "Quad class must be words and deeds both" in opened.controls.wrong["quad_classes"].value


@pytest.mark.parametrize("year", [1, 2, 20, 202])
def test_a_year_half_typed_changes_nothing(rel, year):
    # A browser reports 0002, 0020 and 0202 while 2020 is typed.
    opened = explore.explorer(rel)
    drawn, explained = opened.chart.value, opened.explanation.value
    typed = datetime.date(year, 9, 30)
    for field in (opened.controls.start, opened.controls.end, opened.controls.as_of, opened.day):
        field.value = typed
        assert (opened.chart.value, opened.explanation.value) == (drawn, explained)
        assert not any(remark.value for remark in opened.controls.wrong.values())
        field.value = None


def test_known_by_pulls_the_last_day_shown_along(rel):
    opened = explore.explorer(rel, View(end="2022-06-30"))
    opened.controls.as_of.value = datetime.date(2020, 9, 30)
    assert opened.controls.end.value == datetime.date(2020, 9, 30)
    assert opened.view.end == "2020-09-30"
    opened.controls.as_of.value = datetime.date(2021, 9, 30)
    assert opened.controls.end.value == datetime.date(2020, 9, 30)


# The marks of the chart


class Marks(HTMLParser):
    """The links and days that lie over a chart, with all that was escaped brought back."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.acts: dict[str, str] = {}
        self.days: list[list[list]] = []
        self.act = self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if "data-act" in held:
            self.act = str(held["data-act"])
        self.inside = tag
        if "data-days" in held:
            self.days.append(json.loads(str(held["data-days"])))

    def handle_data(self, data: str) -> None:
        if self.inside == "title":
            self.acts[self.act] = self.acts.get(self.act, "") + data

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


def test_every_act_of_the_period_has_a_mark_with_its_title_day_score_and_grade(rel):
    opened = explore.explorer(rel, View(start="2014-01-01"))
    marks = Marks(opened.chart.value)
    shown = ready(rel, opened.view).shown.set_index("event_id")
    assert set(marks.acts) == set(shown.index)
    for event_id, words in marks.acts.items():
        act = shown.loc[event_id]
        assert words.startswith(f"{act['title']}. ")
        assert words.endswith(
            f"score {'+' if act['goldstein'] > 0 else '−' if act['goldstein'] < 0 else ''}{abs(act['goldstein']):.1f}, grade {act['grade']}"
        )
        assert str(act["start"].year) in words


@pytest.mark.parametrize(("chart", "panels"), [("tension", 1), ("conduct", 1)])
def test_every_day_drawn_tells_its_value(rel, chart, panels):
    opened = explore.explorer(rel, View(chart=chart, start="2014-01-01"))
    marks = Marks(opened.chart.value)
    rows = explore.drawn(rel, opened.view).data
    assert len(marks.days) == panels
    days = marks.days[0]
    assert [day for _, day, _ in days] == [
        f"{day:%Y-%m-%d}" for day in rows.loc[rows["value"].notna(), "date"].drop_duplicates()
    ]
    assert [x for x, _, _ in days] == sorted(x for x, _, _ in days)
    last = rows[rows["measure"] == ("tension_share" if chart == "tension" else "verbal")].iloc[-1]
    assert f"{last['value']:.2f} (band {last['low']:.2f} to {last['high']:.2f})" in days[-1][2]


def test_each_line_of_the_timeline_is_a_mark(rel):
    marks = Marks(explore.explorer(rel, View(chart="timeline")).chart.value)
    assert list(marks.acts) == list(explore.drawn(rel, View(chart="timeline")).data["event_id"])


def test_marks_lie_on_their_days(rel):
    chart, asked = explore.drawn(rel, View(start="2014-01-01")), ready(rel, View(start="2014-01-01"))
    found = places(chart, asked)
    strip = next(one for one in chart.figure.axes if any("rug-" in str(each.get_gid()) for each in one.get_children()))
    wide, high = (72 * float(one) for one in chart.figure.get_size_inches())
    middle = dict(
        zip(
            asked.shown["event_id"],
            asked.shown["start"] + ((asked.shown["end"] - asked.shown["start"]) / 2).dt.floor("D"),
            strict=True,
        )
    )
    for one in found:
        inside = strip.transAxes.inverted().transform(
            strip.figure.transFigure.transform(((one.x + 1) / wide, 1 - one.y / high))
        )
        low, far = strip.get_xlim()
        assert low + inside[0] * (far - low) == pytest.approx(
            (middle[one.event_id] - pd.Timestamp("1970-01-01")).days, abs=0.5
        )
        assert 0 <= inside[1] <= 1.001


def test_a_mark_opens_its_evidence_and_a_day_is_taken_apart(rel):
    opened = explore.explorer(rel, View(start="2014-01-01"))
    event_id = opened.event.options[7][1]
    opened.chart.act = event_id
    assert opened.event.value == event_id
    assert opened.evidence.value == behind(ready(rel, opened.view), event_id)
    opened.chart.day = "2019-06-30"
    assert "30 June 2019" in opened.explanation.value
    opened.chart.act = "no such act"
    assert opened.event.value == event_id


def test_the_marks_ask_nothing_of_the_network_and_stay_small(rel):
    from analysis.explore.live import LiveChart

    value = explore.explorer(rel).chart.value
    assert len(re.sub(r'src="data:[^"]*"', "", value)) < 260_000
    assert "http" not in re.sub(r'src="data:[^"]*"', "", value)
    assert "http" not in LiveChart._esm.replace("http://www.w3.org", "")


def test_the_chosen_act_stays_chosen_while_it_is_among_those_shown(rel):
    opened = explore.explorer(rel, View(domains=("energy",)))
    opened.event.value = opened.event.options[5][1]
    chosen = opened.event.value
    opened.controls.domains.value = ("energy", "trade")
    assert opened.event.value == chosen
    assert behind(ready(rel, opened.view), chosen) == opened.evidence.value
    opened.controls.domains.value = ("military",)
    assert opened.event.value != chosen
    assert behind(ready(rel, opened.view), opened.event.value) == opened.evidence.value


def test_a_typed_day_is_explained_and_a_wrong_one_refused(rel):
    opened = explore.explorer(rel)
    opened.day.value = datetime.date(2007, 1, 15)
    assert "15 January 2007" in opened.explanation.value
    opened.day.value = datetime.date(2090, 1, 15)
    assert "<table" not in opened.explanation.value
    assert "alert" in opened.explanation.value


def test_plain_text_of_the_widget_is_the_same_in_every_run(rel):
    first, second = (explore.explorer(rel)._repr_mimebundle_() for _ in range(2))
    assert first["text/plain"] == second["text/plain"]
    assert set(first) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


# Speed: what the kernel does between the change of a control and the picture, with all else that is redrawn. Counted is
# processor time, the best of several, so that a busy machine does not decide; nothing in it waits for anything.


# Saving


def test_a_view_is_saved_as_pictures_words_and_parameters(rel, tmp_path):
    view = View(domains=("energy",), as_of="2020-09-30", half_life="90D", start="2014-01-01")
    files = explore.save(rel, view, tmp_path / "views", "energy-2020")
    assert [path.name for path in files] == [f"energy-2020.{suffix}" for suffix in ("svg", "png", "txt", "toml")]
    svg, png, txt, _ = files
    alt = explore.drawn(rel, view).alt
    assert txt.read_text(encoding="utf-8") == f"{alt}\n"
    root = ElementTree.parse(svg).getroot()
    assert [root.findtext(f"{{http://www.w3.org/2000/svg}}{name}") for name in ("title", "desc")] == [
        explore.drawn(rel, view).title,
        alt,
    ]
    assert png.read_bytes().startswith(b"\x89PNG")
    again = [path.read_bytes() for path in explore.save(rel, view, tmp_path / "views", "energy-2020")]
    assert again == [path.read_bytes() for path in files]


FULL = View(
    "conduct",
    "2020-09-30",
    "2014-01-01",
    "2019-12-31",
    ("energy", "trade"),
    "side_b",
    ("verbal_conflict", "material_conflict"),
    "90D",
    3,
)


@pytest.mark.parametrize(
    "view", [View(), FULL, View(chart="timeline", half_life="365D")], ids=["plain", "full", "some"]
)
def test_batch_takes_the_saved_file(rel, view, tmp_path):
    from analysis.runs.plan import plan

    explorer, *briefings = plan(explore.save(rel, view, tmp_path, "mine")[3]).runs
    # A briefing goes to its cut-off, so of a view that ends before there is none.
    assert [run.notebook.name for run in (explorer, *briefings)] == [
        "explorer.ipynb",
        *([] if view.end else ["briefing.ipynb"]),
    ]
    named = {name: value for name, value in explorer.settings.items() if name not in {"relationship", "folder"}}
    named |= {name: tuple(named[name]) for name in ("domains", "quad_classes")}
    assert View(**named) == view
    for briefing in briefings:
        for name in ("as_of", "start", "half_life", "direction"):
            assert briefing.settings[name] == getattr(view, name)
        for name in ("domains", "quad_classes"):
            assert tuple(briefing.settings[name]) == getattr(view, name)


@pytest.mark.parametrize("view", [View(), dataclasses.replace(FULL, end=None, seed=0)])
def test_brief_takes_the_command_in_the_saved_file(rel, view, tmp_path, monkeypatch):
    from analysis import cli
    from analysis.record.places import notebooks
    from analysis.runs import parameters
    from analysis.runs.briefing import from_file

    text = explore.save(rel, view, tmp_path, "mine")[3].read_text(encoding="utf-8")
    command = next(line for line in text.splitlines() if "workbook brief" in line).lstrip("# ")
    monkeypatch.chdir(tmp_path)
    given = cli.main.commands["brief"].make_context("brief", shlex.split(command)[2:]).params
    held = from_file(given["file"])
    assert held.pop("relationship") == rel.name
    checked = parameters.check(parameters.declared(notebooks() / "briefing.ipynb"), held)
    assert checked.get("as_of") == view.as_of
    assert checked.get("start") == view.start
    assert tuple(checked.get("domains", ())) == view.domains
    assert checked["half_life"] == view.half_life
    assert checked.get("direction", "all") == view.direction
    assert tuple(checked.get("quad_classes", ())) == view.quad_classes


def test_a_view_that_ends_before_its_cut_off_makes_no_briefing_and_that_is_said(rel, tmp_path):
    from analysis.runs.briefing import from_file

    saved = explore.save(rel, FULL, tmp_path, "mine")[3]
    text = saved.read_text(encoding="utf-8")
    comment = " ".join(line for line in text.splitlines() if line.startswith("#"))
    assert "this view ends before, so none is made of it" in comment
    assert [run["notebook"] for run in tomllib.loads(text)["run"]] == ["explorer.ipynb"]
    with pytest.raises(OptionError, match=rf"one that ends on {FULL.end}.*--as-of {FULL.end} instead of --from"):
        from_file(saved)


def test_a_view_of_another_seed_makes_no_briefing_by_itself(rel, tmp_path):
    from analysis.runs.briefing import from_file

    with pytest.raises(OptionError, match="seed 3"):
        from_file(explore.save(rel, View(seed=3), tmp_path, "mine")[3])


@pytest.mark.parametrize("name", ["", "../out", "a/b", ".hidden", "a b", "x" * 90])
def test_a_name_that_is_no_file_name_is_refused_and_nothing_written(rel, name, tmp_path):
    with pytest.raises(OptionError, match="name"):
        explore.save(rel, View(), tmp_path / "views", name)
    assert list(tmp_path.iterdir()) == []
    opened = explore.explorer(rel, folder=tmp_path / "views", name=name)
    opened.save.click()
    assert "alert" in opened.message.value
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_said(rel, tmp_path):
    (tmp_path / "views").write_text("in the way")
    with pytest.raises(PublishError, match="cannot be made"):
        explore.save(rel, View(), tmp_path / "views", "mine")


def test_the_button_saves_what_is_shown(rel, tmp_path):
    opened = explore.explorer(rel, folder=tmp_path / "views", name="mine")
    opened.controls.chart.value = "timeline"
    opened.save.click()
    assert "mine.svg" in opened.message.value
    assert (tmp_path / "views" / "mine.txt").read_text(encoding="utf-8").strip() in html.unescape(opened.chart.value)


# The notebook


def test_the_committed_notebook_is_executed_and_holds_no_widget_state():
    import nbformat

    text = (Path(__file__).parents[1] / "notebooks" / "explorer.ipynb").read_text(encoding="utf-8")
    book = nbformat.reads(text, as_version=4)
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"execute_result"}
    assert len(outputs) == 3
    assert "widget-state" not in text
    assert "widget-view" not in text


# The page of its own


def test_the_page_has_its_own_words_its_record_and_nothing_after_the_explorer(tmp_path):
    from analysis.explore.commands import app

    cells = app(Path("/records/aland-beland"), tmp_path / "views")["cells"]
    kinds = [cell["cell_type"] for cell in cells]
    assert kinds == ["markdown", "code", "code", "code", "code"]
    assert "Run All Cells" not in cells[0]["source"]
    held: dict[str, object] = {}
    exec(cells[1]["source"], held)
    assert (held["relationship"], held["folder"]) == ("/records/aland-beland", str(tmp_path / "views"))
    assert "explore.explorer(" in "".join(cells[-1]["source"])
    assert not any(cell.get("outputs") for cell in cells)
    assert "remove-cell" in cells[-1]["metadata"]["tags"]


def test_without_voila_the_command_says_what_brings_it(monkeypatch):
    from click.testing import CliRunner

    from analysis.cli import main

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = CliRunner().invoke(main, ["explore"])
    assert done.exit_code == 2
    assert "bilateral-workbook[app]" in done.output
