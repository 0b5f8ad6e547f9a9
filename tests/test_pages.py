"""One page is one source: the addresses that lead to it have one key, and a record holds it once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import analysis as an
from analysis.errors import RecordError
from analysis.record.pages import address, page_keys

PAGE = "https://x.org/a"


@pytest.mark.parametrize(
    "other",
    [
        "http://x.org/a",
        "https://www.x.org/a",
        "https://x.org/a/",
        "https://X.ORG/a",
        "https://x.org:443/a",
        "http://x.org:80/a/",
        "https://x.org./a",
        "https://x.org/a?utm_source=z&utm_campaign=q",
        "https://www.x.org/a/?fbclid=1",
        "https://x.org/a?gclid=1&yclid=2#top",
        "https://x.org/a#section-2",
        " https://x.org/a ",
        r"https://x.org/{a}",
        "https://x.org/%61",
    ],
)
def test_what_does_not_change_the_page_does_not_change_its_key(other: str) -> None:
    assert page_keys(other) == page_keys(PAGE)


@pytest.mark.parametrize(
    "other",
    [
        "https://x.org/b",
        "https://x.org/A",
        "https://news.x.org/a",
        "https://x.org/a?id=2",
        "https://x.org/a/2",
        "https://x.org/#!/a",
        "https://x.org:8080/a",
    ],
)
def test_another_page_has_another_key(other: str) -> None:
    assert not set(page_keys(other)) & set(page_keys(PAGE))


def test_a_page_chosen_behind_the_hash_is_told_apart() -> None:
    assert page_keys("https://x.org/#/a") != page_keys("https://x.org/#/b")


@pytest.mark.parametrize(
    "written",
    [
        "https://doi.org/10.1234/ABC.6",
        "http://dx.doi.org/10.1234/abc.6",
        "https://www.doi.org/10.1234/abc.6",
        "https://doi.org/https://doi.org/10.1234/ABC.6",
        "https://doi.org/doi:10.1234/abc.6",
        "doi:10.1234/abc.6",
        "doi: 10.1234/abc.6",
        "DOI:10.1234/ABC.6",
        "10.1234/abc.6",
        "https://doi.org/10.1234%2Fabc.6",
        "info:doi/10.1234/abc.6",
    ],
)
def test_a_doi_is_one_page_however_it_is_written(written: str) -> None:
    assert page_keys(written) == ["doi:10.1234/abc.6"]
    assert page_keys("", written) == ["doi:10.1234/abc.6"]
    assert page_keys(address(written)) == ["doi:10.1234/abc.6"]
    assert address(written).count("doi.org/") == 1


@pytest.mark.parametrize(
    ("written", "right"),
    [
        (r"http://www.ex.org/a{\_}b?x=1{\&}y=2", "http://www.ex.org/a_b?x=1&y=2"),
        (r"http://www.ex.org/a\_b\%20c\#d", "http://www.ex.org/a_b%20c#d"),
        (r"http://www.ex.org/\textasciitilde{}ann", "http://www.ex.org/~ann"),
        (r"\url{http://www.ex.org/a}", "http://www.ex.org/a"),
        ("https://doi.org/10.1234/ABC.6", "https://doi.org/10.1234/ABC.6"),
        ("http://dx.doi.org/10.1234/ABC.6", "http://dx.doi.org/10.1234/ABC.6"),
        ("https://x.org/doi.org/10.1", "https://x.org/doi.org/10.1"),
        ("", ""),
    ],
)
def test_an_address_is_written_as_a_browser_takes_it(written: str, right: str) -> None:
    assert address(written) == right
    assert address(right) == right


@given(st.text(max_size=60))
@example("0\r{")
@example("\\\\{&")
def test_no_text_makes_the_key_fail(text: str) -> None:
    assert address(address(text)) == address(text)
    page_keys(text)
    page_keys(f"https://x.org/{text}", text)


def faults(folder: Path) -> list[str]:
    with pytest.raises(RecordError) as refused:
        an.load(folder)
    return [str(fault) for fault in refused.value.faults]


def test_a_record_with_one_page_twice_is_refused(change: Callable[..., Path]) -> None:
    said = faults(change("sources", 1, url="http://www.example.org/a/?utm_source=z"))
    assert len(said) == 1
    assert said[0].startswith("sources.csv, line 3: `url` must be the address of a page that no other source has")
    assert "times-2001 has it (https://example.org/a)." in said[0]


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        ({"type": "chapter", "publisher": "The Times of Celand"}, True),
        ({"type": "paper-conference", "publisher": "The Times of Celand"}, True),
        # one page by two publishers would count twice
        ({"type": "chapter"}, False),
        ({"type": "webpage", "publisher": "The Times of Celand"}, False),
        ({"type": "chapter", "publisher": "The Times of Celand", "title": "A Dispute"}, False),
    ],
)
def test_different_chapters_of_one_publisher_may_share_a_page(
    change: Callable[..., Path], cells: dict[str, str], right: bool
) -> None:
    folder = change("sources", 1, url="https://example.org/a#two", **cells)
    first = (folder / "sources.csv").read_text()
    (folder / "sources.csv").write_text(first.replace("times-2001,article-newspaper", "times-2001,chapter"))
    assert (len(an.load(folder).sources) == 3) if right else ("no other source has" in faults(folder)[0])


def test_an_address_with_tex_in_it_is_refused_with_the_right_one(change: Callable[..., Path]) -> None:
    said = faults(change("sources", 1, url=r"https://example.org/a{\_}b"))
    assert said == [
        "sources.csv, line 3: `url` must be `https://example.org/a_b`, not 'https://example.org/a{\\\\_}b'. "
        "What TeX or a second prefix left in it is no part of the address."
    ]
