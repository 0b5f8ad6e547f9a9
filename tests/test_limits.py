"""What stands behind a document is counted in the record at hand: pages, publishers, languages, years."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from record_kit import ROWS, write_record

import analysis as an
from analysis import findings, listings


def facts(rel: an.Relationship) -> dict[str, str]:
    return dict(listings.evidence(rel).frame.itertuples(index=False))


def changed(tmp_path: Path, **tables: list[dict[str, str]]) -> an.Relationship:
    return an.load(write_record(tmp_path / "aland-beland", {**ROWS, **tables}))


PAGES = "Pages cited; publishers"
LATER = "Rows that rest only on pages published after the cut-off"


def test_pages_that_nothing_cites_are_not_counted_and_unknown_is_no_publisher(tmp_path: Path) -> None:
    spare = [
        {**ROWS["sources"][0], "source_id": f"spare-{n}", "publisher": f"P{n}", "url": f"https://example.org/spare/{n}"}
        for n in range(5)
    ]
    assert facts(changed(tmp_path, sources=[*ROWS["sources"], *spare]))[PAGES] == "3; 2"


def test_pages_published_later_are_the_same_with_and_without_the_day(tmp_path: Path) -> None:
    late = [{**row, "published": "2009"} if row["source_id"] == "times-2001" else row for row in ROWS["sources"]]
    rel = changed(tmp_path, sources=late)
    # the agreement, Anna's praise and the assessment rest on the page of 2009 alone, 2002 on a blog of 2005
    assert facts(rel)[LATER] == facts(rel.as_of_day(rel.cutoff))[LATER]
    assert facts(rel)[LATER].startswith("4 of ")


@pytest.mark.parametrize("day", [None, "2026-05-24"])
def test_the_shipped_record_says_what_is_cited(day: str | None) -> None:
    rel = an.load("russia-belarus", day)
    cited = rel.sources[rel.sources["source_id"].isin(rel.citations["source_id"])]
    names = cited.loc[cited["publisher"] != "unknown", "publisher"]
    assert facts(rel)[PAGES] == f"{len(cited)}; {names.nunique()}"


@pytest.mark.parametrize(
    ("publishers", "graded"),
    [
        (("One", "Two", "Three"), (3, 1)),
        (("One", "Two"), (2, 2)),
        (("One", "one "), (1, 3)),
        (("One", "unknown"), (1, 3)),
        (("unknown", "Unknown", "UNKNOWN"), (0, 6)),
        (("One", "Two", "unknown"), (2, 2)),
        (("One", "Two", "Three", "Four"), (4, 1)),
    ],
)
def test_credibility_counts_publishers_that_are_known(
    tmp_path: Path, publishers: tuple[str, ...], graded: tuple[int, int]
) -> None:
    pages = [
        {**ROWS["sources"][0], "source_id": f"p{n}", "publisher": name, "url": f"https://example.org/p/{n}"}
        for n, name in enumerate(publishers)
    ]
    others = [row for row in ROWS["citations"] if row["record"] != "events:2001-06-agreement"]
    cited = [{"record": "events:2001-06-agreement", "source_id": page["source_id"]} for page in pages]
    rel = changed(tmp_path, sources=[*ROWS["sources"], *pages], citations=[*others, *cited])
    row = rel.events.set_index("event_id").loc["2001-06-agreement"]
    assert (row["publishers"], row["credibility"]) == graded


def many(tmp_path: Path, years: list[int], languages: list[str]) -> str:
    """The sentence on a record with one act in each of the years and a page in each of the languages."""
    events = [{**ROWS["events"][0], "event_id": f"act-{n}", "date": f"{year}-03-04"} for n, year in enumerate(years)]
    pages = [
        {**ROWS["sources"][0], "source_id": f"p{n}", "url": f"https://example.org/p/{n}", "language": language}
        for n, language in enumerate(languages)
    ]
    citations = [{"record": f"events:act-{n}", "source_id": f"p{n % len(pages)}"} for n in range(len(events))]
    citations += [{"record": "events:act-0", "source_id": page["source_id"]} for page in pages[len(events) :]]
    kept = {name: ROWS[name] for name in ("actors", "indicator_catalogue")}
    folder = write_record(tmp_path / "many", {**kept, "sources": pages, "events": events, "citations": citations})
    return findings.limits(an.load(folder)).text


def test_a_small_record_says_only_that_it_holds_what_was_found(record: Path) -> None:
    assert findings.limits(an.load(record)).text == "The record holds what was found, not all that happened."


def test_languages_are_those_of_the_cited_pages(tmp_path: Path) -> None:
    years = list(range(2001, 2011))
    assert "Of 10 cited pages, 6 (60%) are in English, the others in two other languages." in many(
        tmp_path, years, ["en"] * 5 + ["en-GB"] + ["hy"] * 3 + ["ru"]
    )
    assert "All 10 cited pages are in English." in many(tmp_path, years, ["en"] * 10)
    assert "0 (0%) are in English, the others in one other language." in many(tmp_path, years, ["hy"] * 10)
    assert "English" not in many(tmp_path, years, [""] * 12)
    assert "English" not in many(tmp_path, years, ["en"] * 9 + [""])
    assert "Of 11 cited pages" not in many(tmp_path, [*years, 2011], ["en"] * 10 + [""])
    assert "10 cited pages whose language is stated" in many(tmp_path, [*years, 2011], ["en"] * 10 + [""])


def test_years_are_told_where_half_of_the_acts_lie_in_less_than_half_of_them(tmp_path: Path) -> None:
    pages = ["en"]
    dense = many(tmp_path, [1991, 1995, 2000, 2004, *[2008] * 3, *[2010] * 3], pages)
    assert "It is denser in later years: 6 of 10 acts (60%) are from 2008 on" in dense
    assert "of a record that begins in 1991." in dense
    assert "denser" not in many(tmp_path, list(range(2001, 2011)), pages)
    assert "denser" not in many(tmp_path, [1991, 1995, 2000, *[2008] * 3, *[2010] * 3], pages)
    assert "denser" not in many(tmp_path, [*[1991] * 6, 2000, 2004, 2008, 2010], pages)


def test_the_sentence_counts_single_publishers(tmp_path: Path) -> None:
    assert many(tmp_path, list(range(2001, 2011)), ["en"]).endswith(
        "10 of 10 acts rest on one publisher that can be judged, or on none."
    )


def test_the_shipped_record_is_told_up_to_the_day() -> None:
    early, late = (findings.limits(an.load("russia-belarus", day)).text for day in ("2005-01-01", "2026-05-24"))
    acts = an.load("russia-belarus", "2026-05-24").events
    assert f"of {int(acts['dyad'].sum())} acts" in late
    assert early != late
    assert isinstance(acts["end"].max(), pd.Timestamp)
