"""The shipped record: valid for us and for the reference validator, complete, documented, and free of other people's sentences."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path

import frictionless
import pandas as pd
import pytest

import analysis as an
from analysis import codebook, dictionary
from analysis.relationship import Relationship, read
from analysis.schema import PHRASE_WORDS
from analysis.tables import TABLES

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
RECORD = DATA / "russia-belarus"
SHARED = ROOT.parent / "shared"
SEED = "seed-2023-04-putin-lukashenko"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the raw material is not here")


@pytest.fixture(scope="module")
def rel() -> Relationship:
    return an.load("russia-belarus")


def test_no_fault() -> None:
    assert read(RECORD)[1] == []


def test_the_reference_validator_accepts_the_package() -> None:
    report = frictionless.validate(str(RECORD / "datapackage.json"))
    assert report.valid, report.flatten(["type", "note"])[:5]


def test_the_reference_validator_reads_every_table_and_finds_a_planted_fault(tmp_path: Path) -> None:
    for file in RECORD.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    events = tmp_path / "events.csv"
    events.write_text(events.read_text(encoding="utf-8").replace(",BLR,RUS,", ",BLR,XXX,", 1), encoding="utf-8")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert {task.name for task in report.tasks} == {table.name for table in TABLES}
    assert report.flatten(["type"]) == [["foreign-key"]]


def test_datapackage_and_dictionary_are_those_of_the_schema(rel: Relationship) -> None:
    kept = json.loads((RECORD / "datapackage.json").read_text(encoding="utf-8"))
    assert kept == dictionary.datapackage(kept["name"], kept["title"], kept["description"])
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    made = dictionary.made_anew(readme, "dictionary", dictionary.dictionary())
    assert readme == dictionary.made_anew(made, "coverage", dictionary.coverage([RECORD])), (
        "run python -m analysis.dictionary"
    )


def test_every_column_is_documented() -> None:
    assert [column.name for table in TABLES for column in table.columns if len(column.meaning) < 3] == []


def test_files_are_in_house_form() -> None:
    for table in TABLES:
        data = (RECORD / table.file).read_bytes()
        frame = pd.read_csv(RECORD / table.file, dtype="str", keep_default_na=False)
        keys = frame[list(table.key)].apply(tuple, axis=1).tolist()
        assert keys == sorted(keys), table.file
        assert b"\r" not in data
        assert not data.startswith(b"\xef\xbb\xbf")
        text = data.decode("utf-8")
        assert unicodedata.is_normalized("NFC", text)
        assert "\ufffd" not in text


def test_the_worked_example_of_the_data_readme_is_true(rel: Relationship) -> None:
    row = rel.events.set_index("event_id").loc["2014-03-23-crimea-bad-precedent"]
    assert row[
        ["source_actor", "target_actor", "form", "cameo", "quad_class", "dependence", "publishers", "grade"]
    ].tolist() == ["BLR", "RUS", "statement", "111", "verbal_conflict", -1, 3, "B1"]


def test_both_sides_act_in_every_quad_class(rel: Relationship) -> None:
    acts = rel.events[rel.events["dyad"] & (rel.events["direction"] != "joint")]
    assert acts.groupby("direction")["quad_class"].nunique().to_dict() == {"BLR>RUS": 4, "RUS>BLR": 4}


def test_quoted_phrases_are_short(rel: Relationship) -> None:
    for table in (rel.events, rel.assessments, rel.citations):
        assert table["key_phrase"].dropna().str.split().str.len().max() <= PHRASE_WORDS


def test_forecast_ranges_follow_from_the_authors_words(rel: Relationship) -> None:
    bands = {(row.term_basis, row.probability_low, row.probability_high) for row in codebook.bands().itertuples()}
    ranges = rel.forecasts[["term_basis", "probability_low", "probability_high"]].itertuples(index=False, name=None)
    assert [each for each in ranges if each not in bands and each[0] != "numeric"] == []


def test_codebook_scores_are_one_scheme_with_quad_classes_by_root() -> None:
    table = codebook.cameo()
    assert table["scheme"].unique().tolist() == ["gdelt"]
    assert (table["root"] == table["code"].str[:2]).all()
    by_root = table["root"].astype(int)
    limits = pd.cut(
        by_root,
        [0, 5, 9, 14, 20],
        labels=["verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict"],
    )
    assert (limits.astype("str") == table["quad_class"]).all()
    assert table["goldstein"].between(-10, 10).all()


@needs_shared
def test_every_row_of_the_raw_material_is_in_the_record(rel: Relationship) -> None:
    facts = SHARED / "facts"
    raw = [
        json.loads(line)
        for path in sorted(facts.glob("events_*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    urls = dict(zip(rel.sources["source_id"], rel.sources["url"], strict=True))
    cited = rel.citations.assign(url=rel.citations["source_id"].map(urls))
    by_record = cited.groupby("record")["url"].agg(lambda found: {plain(url) for url in found})
    events = [by_record[f"events:{key}"] for key in rel.events["event_id"]]
    # An event of the raw material is found again by all of its pages standing behind one row.
    lost = [
        event["title"]
        for event in raw
        if not any({plain(c["url"]) for c in event["citations"]} <= row for row in events)
    ]
    assert lost == []
    observations = {
        (row["indicator"], row["period"])
        for row in map(json.loads, (facts / "indicators.jsonl").read_text(encoding="utf-8").splitlines())
    }
    assert observations <= set(zip(rel.indicators["indicator"], rel.indicators["period"], strict=True))
    assessments = [json.loads(line) for line in (facts / "assessments.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rel.assessments) >= len(assessments)
    assert len(rel.forecasts) == sum(row["forecast"] is not None for row in assessments)


def plain(url: str) -> str:
    """Strip what does not tell two pages apart."""
    return re.sub(r"^https?://(www\.)?", "", url).split("?m=1")[0].split("#")[0].rstrip("/").lower()


@needs_shared
def test_every_paragraph_of_the_seed_article_is_cited_and_its_phrases_stand_there(rel: Relationship) -> None:
    (article,) = sorted((SHARED / "seeds").glob("*.txt"))
    paragraphs = article.read_text(encoding="utf-8").splitlines()
    cited = rel.citations[rel.citations["source_id"] == SEED]
    numbers = cited["locator"].str.removeprefix("para ").astype(int)
    covered = {
        int(match)
        for match in re.findall(
            r"^\| (\d+) \| \d+\w \|", (SHARED / "facts/seed_coverage.md").read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    assert covered <= set(numbers)
    for number, phrase in zip(numbers, cited["key_phrase"], strict=True):
        assert pd.isna(phrase) or phrase in paragraphs[number - 1]


@needs_shared
def test_no_sentence_of_the_seed_article_is_in_the_tree() -> None:
    (article,) = sorted((SHARED / "seeds").glob("*.txt"))
    words = re.findall(r"\w+", article.read_text(encoding="utf-8").lower())
    runs = {" ".join(words[i : i + PHRASE_WORDS + 1]) for i in range(len(words) - PHRASE_WORDS)}
    for path in [
        *RECORD.glob("*.csv"),
        *DATA.glob("codebook/*.csv"),
        *ROOT.glob("*.md"),
        *DATA.glob("*.md"),
        *ROOT.glob("notebooks/*.ipynb"),
    ]:
        found = re.findall(r"\w+", path.read_text(encoding="utf-8").lower())
        assert runs.isdisjoint(" ".join(found[i : i + PHRASE_WORDS + 1]) for i in range(len(found) - PHRASE_WORDS)), (
            path.name
        )
