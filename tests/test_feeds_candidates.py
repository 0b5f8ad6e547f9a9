"""What a feed reports and the record does not hold yet: found, matched, ranked, and ready for import."""

from __future__ import annotations

import datetime as dt
import zipfile
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from feeds import kit
from feeds.measured import END, START, measure

import analysis as an
from analysis import feeds
from analysis.errors import OptionError
from analysis.feeds.candidate_list import NEAR, candidates, write
from analysis.feeds.import_sheets import normal_address, sheets
from analysis.feeds.reading import read
from analysis.feeds.synthetic import write_zip

PAIR = ("RUS", "BLR")
HEAD = "https://{}.example.org/{}/minsk-moscow-{}"


@pytest.fixture(scope="module")
def rel():
    return an.load("russia-belarus")


def happening(number, day, words, sites=("one", "two"), section="news", **row):
    """Rows of one text on several sites."""
    return [
        {"number": number * 10 + place, "day": day, "added": day, "url": HEAD.format(site, section, words), **row}
        for place, site in enumerate(sites)
    ]


def listed(tmp_path, rel, *rows, **options):
    path = write_zip(tmp_path / "20200304.export.CSV.zip", kit.gdelt2(*rows))
    return candidates(read(path, PAIR), rel, **options)


def quiet_day(rel) -> dt.date:
    """A day with no act of the record within three weeks."""
    acts = rel.events[rel.events["dyad"]]
    for day in pd.date_range("2003-01-01", rel.cutoff - pd.Timedelta(days=30)):
        edge = pd.Timedelta(days=21)
        if not ((acts["start"] <= day + edge) & (acts["end"] >= day - edge)).any():
            return day.date()
    raise AssertionError("no such day")


def known_act(rel):
    """An act of one direction, dated to the day, with no other act of the record near."""
    acts = rel.events[rel.events["dyad"]]
    for act in acts[(acts["precision"] == "day") & (acts["direction"] == "RUS>BLR")].itertuples():
        edge = pd.Timedelta(days=8)
        near = (acts["start"] <= act.end + edge) & (acts["end"] >= act.start - edge)
        if near.sum() == 1:
            return act
    raise AssertionError("no such act")


def test_copies_and_retellings_are_one_happening_and_others_are_not(tmp_path, rel):
    day = quiet_day(rel)
    got = listed(
        tmp_path,
        rel,
        *happening(1, day, "gas-price-talks-fail-again", code="130"),
        *happening(2, day + dt.timedelta(days=2), "gas-price-talks-resume", ("three",), source="RUS", target="BLR"),
        *happening(3, day + dt.timedelta(days=1), "joint-harvest-festival-opens", ("four", "five"), code="057"),
        *happening(4, day + dt.timedelta(days=9), "gas-price-talks-fail-again", ("six",), code="130"),
    )
    assert got["state"].tolist() == ["new"] * 3
    talks = got[got["headline"].str.contains("gas price") & (got["start"] == pd.Timestamp(day))].iloc[0]
    assert (talks["publishers"], talks["direction"]) == (3, "joint")
    assert len(got[got["headline"].str.contains("gas price")]) == 2, "nine days later it is another"
    assert got["rank"].tolist() == [1, 2, 3]
    assert got["mark"].tolist()[-1] == "one publisher"


def test_states_follow_day_direction_quad_class_and_address(tmp_path, rel):
    act = known_act(rel)
    source, target = act.source_actor, act.target_actor
    good = {"source": source, "target": target, "code": act.cameo}
    day = act.start.date()
    (same,) = listed(tmp_path, rel, *happening(1, day, "a-b-c-d", **good)).to_dict("records")
    assert (same["state"], same["record"]) == ("held", act.event_id)
    turned = {**good, "source": target, "target": source}
    (other,) = listed(tmp_path, rel, *happening(1, day, "a-b-c-d", **turned)).to_dict("records")
    if act.cameo[:2] != "04":
        assert (other["state"], other["record"]) == ("perhaps", act.event_id)
        assert "another direction" in other["why"]
    later = act.end.date() + NEAR.to_pytimedelta()
    (near,) = listed(tmp_path, rel, *happening(1, later, "a-b-c-d", **good)).to_dict("records")
    assert (near["state"], "another day" in near["why"]) == ("perhaps", True)
    (far,) = listed(tmp_path, rel, *happening(1, later + dt.timedelta(days=1), "a-b-c-d", **good)).to_dict("records")
    assert far["state"] == "new"


def test_an_address_that_the_record_cites_is_held_whatever_the_day(tmp_path, rel):
    day = quiet_day(rel)
    cited = rel.citations[rel.citations["record"].str.startswith("events:")].iloc[0]
    url = rel.sources.set_index("source_id")["url"][cited["source_id"]]
    event = cited["record"].removeprefix("events:")
    got = listed(tmp_path, rel, {"day": day, "added": day, "url": f"{url}?utm_source=feed"})
    if event in set(rel.events.loc[rel.events["dyad"], "event_id"]):
        assert got["state"].tolist() == ["held"]
        assert event in got["record"].tolist()[0].split(";")


def test_opinions_and_anniversaries_are_marked_and_stand_behind(tmp_path, rel):
    day = quiet_day(rel)
    got = listed(
        tmp_path,
        rel,
        *happening(1, day, "why-everything-will-end-badly", ("one", "two", "three"), "opinion", code="190"),
        *happening(2, day, "small-but-real-agreement-reached", code="030"),
    )
    assert got["mark"].tolist() == ["", "opinion"]


def test_nothing_after_the_day_that_may_be_known_about(tmp_path, rel):
    day = quiet_day(rel)
    cut = an.load("russia-belarus", as_of=f"{day + dt.timedelta(days=1)}")
    rows = [
        *happening(1, day, "known-on-that-very-day"),
        *happening(2, day + dt.timedelta(days=2), "something-else-happened-later"),
        {**happening(3, day, "reported-only-much-too-late", ("x",))[0], "added": day + dt.timedelta(days=3)},
    ]
    assert listed(tmp_path, cut, *rows)["headline"].tolist() == ["minsk moscow known on that very day"]
    assert listed(tmp_path, rel, *rows, since=f"{day + dt.timedelta(days=1)}")["headline"].str.contains("later").all()


def test_rejected_ones_do_not_come_back_and_ids_stay_when_copies_are_added(tmp_path, rel):
    day = quiet_day(rel)
    first = listed(tmp_path, rel, *happening(1, day, "a-long-headline-here"))
    (tmp_path / "no.csv").write_text("candidate,reason\n" + f"{first['candidate'][0]},not news\n")
    more = happening(1, day, "a-long-headline-here", ("one", "two", "three"))
    again = listed(tmp_path, rel, *more, rejected=tmp_path / "no.csv")
    assert again["state"].tolist() == ["rejected"]
    (tmp_path / "bad.csv").write_text("id\n1\n")
    for wrong in ("bad.csv", "absent.csv"):
        with pytest.raises(OptionError):
            listed(tmp_path, rel, *more, rejected=tmp_path / wrong)
    with pytest.raises(OptionError):
        listed(tmp_path, rel, *more, since="soon")


def test_the_sheets_are_taken_by_import_once_title_and_summary_are_written(tmp_path, rel):
    from openpyxl import load_workbook

    from analysis.curate.importing import plan
    from analysis.record.places import relationship

    day = quiet_day(rel)
    got = listed(tmp_path, rel, *happening(1, day, "gas-price-talks-fail-again", code="130"))
    write(got, PAIR, tmp_path / "found.xlsx")
    book = load_workbook(tmp_path / "found.xlsx")
    assert book.sheetnames == ["candidates", "events", "sources", "citations"]
    made = sheets(got, PAIR)
    made["events"] = made["events"].assign(
        title="Talks fail", summary="Talks on the price failed.", form="statement", dependence="0"
    )
    made["sources"] = made["sources"].assign(
        type="article-newspaper", title=["Talks fail one", "Talks fail two"], language="en", reliability="C"
    )
    made["citations"] = made["citations"].assign(supports="the failure")
    files = []
    for name, table in made.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
        files.append((name, tmp_path / f"{name}.csv"))
    change = plan(relationship("russia-belarus"), files)
    assert change.sound, [reason for one in change.changes for reason in one.reasons] + change.others
    assert (change.count("events", "added"), change.count("sources", "added"), change.count("citations", "added")) == (
        1,
        2,
        2,
    )


def test_the_excel_file_has_no_formula_and_a_name_of_its_kind(tmp_path, rel):
    day = quiet_day(rel)
    got = listed(tmp_path, rel, *happening(1, day, "gas-price-talks-fail-again"))
    write(got.assign(headline="=1+1"), PAIR, tmp_path / "found.xlsx")
    with zipfile.ZipFile(tmp_path / "found.xlsx") as held:
        assert b"<f>" not in held.read("xl/worksheets/sheet1.xml")
    with pytest.raises(OptionError):
        write(got, PAIR, tmp_path / "found.csv")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.example.org/a/", "http://example.org/a#x", True),
        ("https://example.org/a?utm_source=y", "https://example.org/a", True),
        ("https://example.org/a?id=1", "https://example.org/a?id=2", False),
        ("https://example.org/A", "https://example.org/a", False),
    ],
)
def test_addresses_of_one_page(one, other, same):
    assert (normal_address(one) == normal_address(other)) == same


def test_planted_acts_are_offered_and_known_ones_recognised(tmp_path, rel):
    """As docs/feeds.md has it for the whole record, here of its last years."""
    found = measure(replace(rel, events=rel.events[rel.events["start"] >= "2020-06-01"]), tmp_path, 1)
    assert found["planted"] >= 8
    assert found["known"] >= 25
    assert found["planted offered"] >= 0.7 * found["planted"]
    assert found["known new"] <= 0.05 * found["known"]
    assert found["held right"] >= 0.9 * found["held"]
    assert found["new right"] >= 0.95 * found["new"]


def test_the_page_has_the_figures_that_were_measured():
    page = (Path(__file__).parents[1] / "docs" / "feeds.md").read_text(encoding="utf-8")
    block = page.partition(START)[2].partition(END)[0]
    assert block.count(" of ") > 8, "python -m tests.feeds.measured docs/feeds.md"


def test_the_function_is_offered_by_the_package():
    assert feeds.candidates is candidates
