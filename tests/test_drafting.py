"""From a saved page to rows that somebody has reviewed: what is taken from it, what is offered, what is dropped."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from record_kit import ROWS, write_record

import analysis as an
from analysis.curate import draft_codes, draft_model, sourcing
from analysis.curate.commands import import_
from analysis.curate.draft_commands import draft, source
from analysis.curate.draft_dates import date_of
from analysis.curate.draft_model import Question, ask
from analysis.curate.drafting import Drafts, by_rules, checked, phrase_at
from analysis.curate.texts import Copy, Passage, read_copy
from analysis.errors import OptionError

HEAD = """<html lang="en-GB"><head><title>Gas talks end | The Celand Post</title>
<meta property="og:site_name" content="The Celand Post"><meta name="author" content="Ada Roe">
<link rel="canonical" href="https://example.org/gas-talks?utm_source=x">
<meta property="article:published_time" content="2024-03-15T08:30:00Z"></head>"""
TEXT = """<nav><p>Home</p></nav><article>
<p>Aland and Beland signed a contract on gas on Thursday, March 14, after the row of 2019.</p>
<p>Beland had cut off gas to Aland on February 1 over unpaid bills. Mr. Roe said nothing.</p>
<p>“The contract ties Aland to one supplier for years,” said Carla Dee of the Celand Institute.</p>
<p>Aland will likely buy most of its gas from Beland in 2026.</p>
</article>"""
ID = "celand-post-2024-gas-talks-end"


def run(command: object, record: Path, *arguments: str) -> Result:
    return CliRunner().invoke(command, [*arguments, "-r", str(record)])  # type: ignore[arg-type]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "saved.html"
    path.write_text(f"{HEAD}<body>{TEXT}</body></html>", encoding="utf-8")
    return path


# The page


def test_page_becomes_a_source_with_a_copy_that_no_package_holds(record: Path, page: Path) -> None:
    assert run(source, record, str(page)).exit_code == 0
    assert not (record / "copies").exists()
    said = run(source, record, str(page), "--apply")

    assert said.exit_code == 0, said.output
    row = an.load(record).sources.set_index("source_id").loc[ID]
    assert row[["title", "publisher", "author", "published", "url", "language", "reliability"]].tolist() == [
        "Gas talks end",
        "The Celand Post",
        "Ada Roe",
        "2024-03-15",
        "https://example.org/gas-talks?utm_source=x",
        "en-GB",
        "F",
    ]
    assert (record / "copies" / f"{ID}.html").read_bytes() == page.read_bytes()
    assert (record / "copies" / ".gitignore").read_text() == "*\n"
    again = run(source, record, str(page), "--apply")
    assert "1 unchanged" in again.output
    page.write_text(
        page.read_text().replace("gas-talks?", "other-page?").replace("Ada Roe", "Bo Doe"), encoding="utf-8"
    )
    assert f"added {ID}-2" in run(source, record, str(page), "--apply").output
    assert an.load(record).sources.set_index("source_id").loc[ID, "author"] == "Ada Roe"


@pytest.mark.parametrize(
    ("head", "published"),
    [
        ("", ""),
        ('<meta name="citation_publication_date" content="2024/03/05">', "2024-03-05"),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2024-03-05"}</script>',
            "2024-03-05",
        ),
        ('<script type="application/ld+json">{"@type": "NewsArticle", </script>', ""),
        ('<meta name="date" content="3/1/2024">', ""),
    ],
)
def test_day_comes_from_metadata_only_and_what_is_missing_is_asked(
    record: Path, tmp_path: Path, head: str, published: str
) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<title>T</title>{head}<p>On 3 May 2019 they met.</p>", encoding="utf-8")
    row, _ = sourcing.read(path, {})

    assert row["published"] == published
    said = run(source, record, str(path))
    assert ("does not say its day of publication; give it with --published" in said.output) == (not published)
    assert "does not say its publisher" in said.output
    assert "published: 2001-05" in run(source, record, str(path), "--published", "2001-05").output


def test_page_of_another_kind_or_without_text_is_refused(record: Path, tmp_path: Path) -> None:
    (tmp_path / "a.epub").write_text("x")
    (tmp_path / "a.txt").write_text(" \n")
    for name, words in (("a.epub", "Save the page as HTML"), ("a.txt", "a file with text"), ("b.txt", "a file")):
        said = run(source, record, str(tmp_path / name))
        assert said.exit_code == 2
        assert words in said.output


# Dates and codes


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("They met on Thursday, April 6.", "2023-04-06"),  # the weekday proves the year
        ("They met on Friday, April 6.", "2023-04-06~"),
        ("They met on 5 May.", "2022-05-05~"),
        ("They met on 5 May 2021.", "2021-05-05"),
        ("They met in May 2021.", "2021-05"),
        ("They met in 2021.", "2021"),
        ("They met on Monday.", "2023-04-03~"),
        ("They met on Thursday.", "2023-04-06~"),
        ("They met yesterday.", "2023-04-05~"),
        ("They met last month.", "2023-03~"),
        ("They met.", "2023-04-06~"),
    ],
)
def test_day_of_a_sentence_says_what_was_inferred(sentence: str, day: str) -> None:
    assert date_of(sentence, "2023-04-06") == day


def test_without_the_day_of_the_page_nothing_is_counted_from_it() -> None:
    assert [date_of(one, "2023-04") for one in ("They met on Monday.", "They met on 5 May.", "They met in 2021.")] == [
        "",
        "",
        "2021",
    ]


def test_every_code_that_is_offered_is_one_of_the_codebook() -> None:
    known = set(an.codebook.cameo()["code"])
    assert {code for _, codes in draft_codes._VERBS for code in codes.split()} <= known
    codes, _ = draft_codes.candidates("They refused to sign.")
    assert codes[0] == "120"
    assert "120 Reject, general (-4.0)" in draft_codes.worded(codes)
    assert draft_codes.candidates("A quiet day.") == ([], (0, 0))


# Rules


def drafted(*texts: str) -> Drafts:
    copy = Copy(Path("x.txt"), tuple(Passage("para", number, text) for number, text in enumerate(texts, start=1)))
    return by_rules(copy, {**ROWS["sources"][0], "published": "2024-03-15"}, ROWS["actors"])


def test_rules_offer_acts_opinions_and_forecasts_with_their_words_and_paragraph(page: Path) -> None:
    copy = read_copy(page)
    found = by_rules(copy, {**ROWS["sources"][0], "published": "2024-03-15"}, ROWS["actors"])

    acts = [[row[name] for name in ("date", "source_actor", "target_actor", "locator")] for row in found.rows["events"]]
    assert acts == [["2024-03-14", "AAA+BBB", "AAA+BBB", "para 1"], ["2024-02-01~", "BBB", "AAA", "para 2"]]
    assert found.rows["events"][1]["candidates"].startswith("163 ")
    assert all(row["cameo"] == row["title"] == "" for row in found.rows["events"])
    assert [row["assessor"] for row in found.rows["assessments"]] == ["Carla Dee", ""]
    forecast = found.rows["forecasts"][0]
    assert [forecast[name] for name in ("term_basis", "probability_low", "locator")] == [
        "icd203:likely",
        "0.55",
        "para 4",
    ]
    texts = {one.place: one.text for one in copy.passages}
    for row in (row for rows in found.rows.values() for row in rows):
        assert row["cited_phrase"] in texts[row["locator"]]
        assert len(row["cited_phrase"].split()) <= 8
        assert row["drafted_by"] == "rules"
    assert found.sentences == 5
    assert found.dropped == {}


def test_persons_and_aliases_stand_for_their_state() -> None:
    actors = [{**row, "aliases": "Alandia" if row["actor_id"] == "AAA" else ""} for row in ROWS["actors"]]
    copy = Copy(Path("x.txt"), (Passage("para", 1, "Anna praised Beland. Alandia threatened Beland. Anna met Anna."),))
    rows = by_rules(copy, {**ROWS["sources"][0], "published": ""}, actors).rows["events"]

    assert [(row["source_actor"], row["persons"]) for row in rows] == [("AAA", "anna"), ("AAA", "")]


def test_sentence_with_one_side_or_without_a_verb_of_the_list_gives_nothing() -> None:
    assert drafted("Beland slept.", "Aland and Beland.", "Aland signed it.").rows["events"] == []


def test_passive_turns_the_sides_round() -> None:
    row = drafted("Aland was threatened by Beland.").rows["events"][0]
    assert (row["source_actor"], row["target_actor"]) == ("BBB", "AAA")


@pytest.mark.parametrize(
    ("phrase", "place", "kept"),
    [
        ("signed 28 treaties", "para 1", True),
        ("signed 30 treaties", "para 1", False),
        ("would leave", "para 1", False),  # a dropped "never"
        ("Signed 28 treaties", "para 1", False),  # evidence forgives capitals; a draft has no excuse for them
        ("igned 28", "para 1", False),
        ("signed 28 treaties", "para 2", False),
        ("", "para 1", False),
        ("they signed 28 treaties and would never leave it", "para 1", False),
    ],
)
def test_row_whose_words_do_not_stand_there_is_dropped_and_counted(phrase: str, place: str, kept: bool) -> None:
    copy = Copy(Path("x.txt"), (Passage("para", 1, "And they signed 28 treaties and would never leave it."),))
    drafts = Drafts(rows={"events": [{"cited_phrase": phrase, "locator": place}], "assessments": [], "forecasts": []})
    found = checked(drafts, copy)
    assert (len(found.rows["events"]), sum(found.dropped.values())) == ((1, 0) if kept else (0, 1))


def test_phrase_is_words_of_the_text_as_they_stand() -> None:
    text = "one two, three four five six seven eight nine ten"
    assert phrase_at(text, (text.index("four"), 20)) == "two, three four five six seven eight nine"
    assert phrase_at("one two", (4, 7)) == "one two"


# Review


def test_draft_enters_the_record_when_somebody_has_reviewed_it(record: Path, page: Path) -> None:
    run(source, record, str(page), "--apply")
    said = run(draft, record, ID)
    assert "2 events, 2 assessments, 1 forecasts offered from 5 sentences." in said.output
    file = record / "copies" / f"{ID}.drafts.xlsx"
    index = json.loads(file.with_suffix(".index.json").read_text(encoding="utf-8"))
    assert len(index[0]["after"]) == 30

    book = openpyxl.load_workbook(file)
    sheet = book["events"]
    names = {cell.value: cell.column for cell in sheet[1]}
    filled = {"title": "Contract on gas", "summary": "Signed.", "cameo": "057", "dependence": "1"}
    for name, text in filled.items():
        sheet.cell(2, names[name]).value = text
    book.save(file)
    unread = run(import_, record, "events", str(file))
    assert "`reviewed_by` must be who has read this draft" in unread.output
    assert unread.exit_code == 1

    sheet.cell(2, names["reviewed_by"]).value = "B. Doe"
    book.save(file)
    done = run(import_, record, "events", str(file), "--skip-refused", "--apply")
    assert done.exit_code == 0, done.output
    event = an.load(record).events.set_index("title").loc["Contract on gas"]
    assert event["notes"] == "Drafted by rules, reviewed by B. Doe; codes were shown before."
    cited = an.load(record).citations
    assert cited[cited["source_id"] == ID]["locator"].tolist() == ["para 1"]
    assert len(an.load(record).events) == len(ROWS["events"]) + 1


def test_draft_without_a_copy_or_of_no_source_is_refused(record: Path) -> None:
    assert "`workbook source PAGE --apply` puts it" in run(draft, record, "blog").output
    assert run(draft, record, "blgo").exit_code == 2


# A model


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A server in a process of its own, and the file into which it writes what it was sent."""
    seen = tmp_path_factory.mktemp("model") / "seen.json"
    script = Path(__file__).with_name("model_server.py")
    process = subprocess.Popen([sys.executable, str(script), str(seen)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}/v1", seen
    process.terminate()
    process.wait()


def question(url: str, name: str) -> Question:
    texts = ("They signed a contract for 28 months.", "And would never leave it.")
    copy = Copy(Path("x.txt"), tuple(Passage("para", number, text) for number, text in enumerate(texts, start=1)))
    return Question(url, name, copy, ROWS["sources"][0], ROWS["actors"])


def test_answer_of_a_model_is_an_offer_like_that_of_the_rules(
    endpoint: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(draft_model.KEY, "secret")
    found = ask(question(endpoint[0], "good"))

    row = found.rows["events"][0]
    assert (row["drafted_by"], row["reviewed_by"], row["cameo"], row["locator"]) == ("good", "", "", "para 1")
    assert row["candidates"].startswith("057 ")
    assert "999" not in row["candidates"]
    sent = json.loads(endpoint[1].read_text(encoding="utf-8"))
    assert sent["key"] == "Bearer secret"
    assert "[para 2] And would never leave it." in sent["body"]["messages"][1]["content"]
    schema = sent["body"]["response_format"]["json_schema"]["schema"]["properties"]["events"]["items"]
    assert schema["properties"]["domain"]["enum"] == list(an.record.tables.DOMAINS)


def test_invented_phrases_are_dropped_and_counted(endpoint: tuple[str, Path]) -> None:
    found = ask(question(endpoint[0], "invents"))
    assert len(found.rows["events"]) == 1
    assert found.dropped == {"not found": 4, "without a phrase": 1}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("long", "ended of itself, not \"finish_reason 'length'\""),
        ("cut", "whole answer"),
        ("text", "an answer in JSON"),
        ("page", "must be JSON"),
        ("empty", "with a choice"),
        ("list", "with the lists events, assessments"),
        ("columns", "events with the fields date"),
        ("values", "a `domain` of the schema in row 1 of events"),
        ("refuses", "401"),
        ("slow", "an answer within 0.5 seconds"),
    ],
)
def test_answer_that_is_cut_off_or_malformed_is_a_failure(endpoint: tuple[str, Path], name: str, words: str) -> None:
    with pytest.raises(OptionError) as error:
        ask(question(endpoint[0], name), timeout=0.5 if name == "slow" else 20)
    assert words in str(error.value)


@pytest.mark.parametrize(
    ("url", "name", "words"),
    [
        ("http://127.0.0.1:9/v1", "m", "an endpoint that can be reached"),
        ("localhost:8080", "m", "begins with https"),
        ("http://127.0.0.1:9/v1", "", "--name"),
        ("", "m", "--model"),
    ],
)
def test_address_that_is_none_is_refused(url: str, name: str, words: str) -> None:
    with pytest.raises(OptionError, match=words):
        ask(question(url, name))


def test_dry_run_shows_what_would_be_sent_and_sends_nothing(
    record: Path, page: Path, endpoint: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(draft_model.KEY, "secret")
    run(source, record, str(page), "--apply")
    endpoint[1].unlink(missing_ok=True)
    said = run(draft, record, ID, "--model", endpoint[0], "--name", "good", "--dry-run")

    assert f"POST {endpoint[0]}/chat/completions, with the key in {draft_model.KEY}" in said.output
    assert "[para 4] Aland will likely buy" in said.output
    assert "secret" not in said.output
    assert not endpoint[1].exists()
    assert not list((record / "copies").glob("*.xlsx"))


def test_record_without_aliases_is_enough(tmp_path: Path) -> None:
    write_record(tmp_path / "r")
    assert by_rules(Copy(Path("x.txt"), ()), ROWS["sources"][0], ROWS["actors"]).sentences == 0
