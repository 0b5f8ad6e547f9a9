"""The explorer without a browser: what a choice shows, what stands behind it, and what is saved."""

from __future__ import annotations

import dataclasses
import datetime
import re
import shlex
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

import analysis as an
from analysis import explore
from analysis.errors import OptionError, PublishError
from analysis.explore.drawing import chart_of
from analysis.explore.evidence import behind, value_of
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
    assert "href" not in shown
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
        (c.half_life, 60), (c.start, datetime.date(2014, 1, 1)), (c.end, datetime.date(2019, 12, 31)), (c.as_of, datetime.date(2020, 9, 30)),
        (c.domains, ("energy",)), (c.direction, "side_b"), (c.quad_classes, ("verbal_conflict",)), (c.chart, "timeline"),
    ]  # fmt: skip
    seen = {opened.chart.value}
    for widget, value in changes:
        widget.value = value
        assert opened.chart.value.startswith("<img alt=")
        assert opened.chart.value not in seen
        seen.add(opened.chart.value)
    assert {key for _, key in opened.event.options} == set(ready(rel, opened.view).shown["event_id"])


def test_a_refused_choice_leaves_no_old_chart_standing(rel):
    opened = explore.explorer(rel)
    opened.controls.start.value = datetime.date(2090, 1, 1)
    assert "<img" not in opened.chart.value
    assert 'role="alert"' in opened.chart.value
    assert opened.explanation.value == opened.evidence.value == ""
    assert not opened.event.options
    opened.controls.start.value = None
    assert "<img" in opened.chart.value
    assert "<li>" in opened.evidence.value
    opened.controls.quad_classes.value = ("verbal_conflict",)
    opened.controls.chart.value = "conduct"
    assert "<img" not in opened.chart.value
    assert "words and deeds both" in opened.chart.value


@pytest.mark.parametrize("year", [1, 2, 20, 202, 9999])
def test_a_year_half_typed_is_answered_in_words(rel, year):
    # A browser reports 0002, 0020 and 0202 while 2020 is typed.
    opened = explore.explorer(rel)
    typed = datetime.date(year, 9, 30)
    for field in (opened.controls.start, opened.controls.end, opened.controls.as_of, opened.day):
        field.value = typed
        assert ("<img" in opened.chart.value) != ("alert" in opened.chart.value)
        field.value = None
        assert "<img" in opened.chart.value


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


@pytest.mark.parametrize("view", [View(), dataclasses.replace(FULL, end=None)])
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
    assert (tmp_path / "views" / "mine.txt").read_text(encoding="utf-8").strip() in opened.chart.value.replace(
        "&#x27;", "'"
    ).replace("&quot;", '"')


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
