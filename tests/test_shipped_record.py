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
from analysis import codebook
from analysis.curate import dictionary
from analysis.record.dates import dated_parts, parse, spans
from analysis.record.relationship import Relationship, read
from analysis.record.schema import PHRASE_WORDS
from analysis.record.tables import TABLES

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
        "run python -m analysis.curate.dictionary"
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
    ].tolist() == ["BLR", "RUS", "statement", "111", "verbal_conflict", 0, 4, "B1"]


DAYS = (
    "1999-12-31",
    "2002-09-01",
    "2004-02-19",
    "2007-01-10",
    "2010-07-01",
    "2014-02-01",
    "2016-12-31",
    "2018-02-28",
    "2020-09-30",
    "2022-03-01",
    "2023-04-06",
    "2025-12-31",
)


@pytest.mark.parametrize("text", DAYS)
def test_nothing_of_a_day_comes_from_a_page_or_a_period_that_was_known_later(rel: Relationship, text: str) -> None:
    day, known = pd.Timestamp(text), rel.as_of_day(text)
    for table in (known.events, known.assessments, known.indicators):
        assert (table[["end", "known_on"]] <= day).all(axis=None)
    assert (known.eras["known_on"] <= day).all()
    assert (spans(known.eras["to"].dropna())["end"] <= day).all()
    decided = known.forecasts[known.forecasts["outcome"] != "open"]
    assert (decided["known_on"] <= day).all()
    # A page of a later day is cited only for a figure of a series that is published year by year.
    later = known.citations[known.citations["known_on"] > day]
    assert later["later"].all()
    assert set(later["table"]) <= {"indicators"}
    figures = known.indicators.assign(
        record="indicator:" + known.indicators["indicator"] + "@" + known.indicators["period"]
    )
    assert figures.loc[figures["record"].isin(later["record"]), "lag"].notna().all()
    assert set(known.sources["source_id"]) == set(known.citations["source_id"])
    told = [part for text in known.events["sequel"] for part, _ in dated_parts(text)]
    assert all(pd.Timestamp(parse(part).end) <= day for part in told)


def test_the_figures_of_6_april_2023_are_those_of_that_day(rel: Relationship) -> None:
    known = rel.as_of_day("2023-04-06")
    newest = known.indicators.groupby("indicator")["end"].max().dt.year
    # Trade, debt and growth of 2022 were first published later in 2023; the capability index ends seven years back.
    assert newest["capability_ratio_rus_to_blr"] == 2015
    assert "capability_ratio_rus_to_blr_from_2016" not in newest
    assert newest["gdp_ratio_rus_to_blr"] == 2021
    assert newest["debt_to_russia_world_bank"] == 2021
    whole = an.composite(known.indicators)
    last = whole[(whole["measure"] == "composite") & whole["value"].notna()].tail(1)
    assert (last["date"].dt.year <= 2018).all()


def test_titles_do_not_tell_what_came_after(rel: Relationship) -> None:
    last = rel.events["end"].dt.year
    titles = rel.events["title"].str.findall(r"\b(?:19|20)\d\d\b")
    ahead = [
        title
        for title, years, year in zip(rel.events["title"], titles, last, strict=True)
        if any(int(each) > year for each in years)
        # A plan, a price or a contract may be for a coming year.
        and not re.search(
            r"\b(?:for|from|March|in|by|over|sign|adopts|firm|ties|half of) (?:the )?(?:half of )?\d{4}", title
        )
    ]
    assert ahead == []
    assert not rel.events["title"].str.contains("then drops|opening the|for a day|briefly").any()


def test_computed_series_are_what_their_parts_give(rel: Relationship) -> None:
    values = rel.indicators.set_index(["indicator", "period"])["value"]

    def series(name: str) -> pd.Series:
        return values.xs(name).dropna()

    ratio = series("gas_price_ratio_europe_to_blr")
    expected = (series("gas_price_europe") / series("gas_price_blr")).reindex(ratio.index)
    pd.testing.assert_series_equal(ratio, expected, check_names=False, atol=0.006, rtol=0)
    lent = series("russian_net_lending")
    expected = (series("russian_loans_drawn") - series("russian_loans_repaid")).reindex(lent.index)
    pd.testing.assert_series_equal(lent, expected, check_names=False, atol=0.001, rtol=0)
    asymmetry = series("trade_share_asymmetry")
    expected = (series("blr_trade_share_rus") / series("rus_trade_share_blr")).reindex(asymmetry.index)
    pd.testing.assert_series_equal(asymmetry, expected, check_names=False, rtol=0.02)


# How each series follows from the published figures in `inputs.csv`, and how far rounding of those may move it.
RECOMPUTED = {
    "gdp_ratio_rus_to_blr": (lambda of, _: of["gdp_rus"] / of["gdp_blr"], 0.1),
    "capability_ratio_rus_to_blr": (lambda of, _: of["cinc_rus"] / of["cinc_blr"], 0.1),
    "capability_ratio_rus_to_blr_from_2016": (lambda of, _: of["cinc_rus"] / of["cinc_blr"], 0.1),
    "gas_price_europe": (lambda of, _: of["gas_europe_per_mmbtu"] * 35.7, 0.06),
    "unga_ideal_point_distance": (lambda of, _: (of["ideal_point_rus"] - of["ideal_point_blr"]).abs(), 0.0011),
    "unga_opposite_votes": (lambda of, _: of["opposite_votes"], 0),
    "unga_vote_agreement": (
        lambda of, values: 100 * (values * of["recorded_votes"] / 100).round() / of["recorded_votes"],
        0.051,
    ),
    "arms_import_share_rus": (lambda of, _: 100 * of["tiv_from_rus"] / of["tiv_all"], 0.05),
    "blr_trade_share_rus": (
        lambda of, _: (
            (of["export_share"] * of["exports_blr"] + of["import_share"] * of["imports_blr"])
            / (of["exports_blr"] + of["imports_blr"])
        ),
        0.05,
    ),
}


@pytest.mark.parametrize("name", [*RECOMPUTED, "unga_vote_agreement_excess", "rus_trade_share_blr"])
def test_series_made_from_data_files_follow_from_the_figures_kept_beside_them(rel: Relationship, name: str) -> None:
    kept = pd.read_csv(RECORD / "inputs.csv")
    figures = kept.pivot(index=["indicator", "period"], columns="input", values="value")
    values = rel.indicators.set_index(["indicator", "period"])["value"]
    if name == "unga_vote_agreement_excess":
        of = figures.xs(name)
        made, near = values.xs("unga_vote_agreement").reindex(of.index) - of["median_agreement"], 0.11
    elif name == "rus_trade_share_blr":
        of = figures.xs("blr_trade_share_rus")
        common = of["export_share"] * of["exports_blr"] + of["import_share"] * of["imports_blr"]
        made, near = common / (of["exports_rus"] + of["imports_rus"]), 0.06
    else:
        rule, near = RECOMPUTED[name]
        of = figures.xs(name)
        made = rule(of, values.xs(name).reindex(of.index))
    pd.testing.assert_series_equal(values.xs(name).reindex(of.index), made, check_names=False, atol=near, rtol=0)


def test_every_figure_kept_beside_the_record_is_cited_by_the_value_that_it_makes(rel: Relationship) -> None:
    kept = pd.read_csv(RECORD / "inputs.csv", dtype={"period": "str"})
    assert not kept.duplicated(["indicator", "period", "input"]).any()
    made = set(zip("indicator:" + kept["indicator"] + "@" + kept["period"], kept["source_id"], strict=True))
    assert made <= set(zip(rel.citations["record"], rel.citations["source_id"], strict=True))
    computed = rel.indicators[rel.indicators["basis"].eq("computed") & rel.indicators["indicator"].isin([*RECOMPUTED])]
    assert set(zip(computed["indicator"], computed["period"], strict=True)) <= set(
        zip(kept["indicator"], kept["period"], strict=True)
    )


def test_second_codings_hold_every_agreement(rel: Relationship) -> None:
    table = rel.second_coding
    codes = table[table["column"] == "dependence"].pivot(index="record", columns="coder", values="value")
    assert codes.notna().all(axis=None)
    assert (codes["B"] == codes["C"]).mean() > 0.95
    assert (codes["A"] == codes["B"]).mean() < 0.65


def test_a_forecast_that_is_open_has_the_rule_that_will_decide_it(rel: Relationship) -> None:
    undecided = rel.forecasts[rel.forecasts["outcome"] == "open"]
    assert undecided["rule"].notna().all()
    assert rel.forecasts["entered"].notna().all()


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
    # An event of the raw material is found again by all of its pages standing behind one row, but for relays that
    # gave way to their origin, and for rows that are no events.
    lost = [
        event["title"]
        for event in raw
        if max(len({plain(c["url"]) for c in event["citations"]} & row) for row in events) * 2 < len(event["citations"])
    ]
    assert sorted(lost) == [
        "ISW expects Kremlin pressure for integration at Moscow talks",
        "Russia-Belarus trade grows by 12% after Western sanctions",
        "Russia-Belarus trade grows slowly to nearly 55 billion dollars",
        "Russia-Belarus trade hits new record in 2023",
    ]
    observations = {
        (SPLIT.get((row["indicator"], row["period"]), row["indicator"]), row["period"])
        for path in sorted(facts.glob("indicators*.jsonl"))
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    }
    assert observations <= set(zip(rel.indicators["indicator"], rel.indicators["period"], strict=True))
    assessments = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in facts.glob("assessments*.jsonl"))
    assert len(rel.assessments) >= assessments


# Observations of one series in the raw material that are series of their own now, by their makers.
SPLIT = {
    ("energy_subsidy_gdp", "2005"): "energy_subsidy_gdp_us_state_department",
    ("energy_subsidy_gdp", "2006"): "energy_subsidy_gdp_rferl",
    ("energy_subsidy_gdp", "2010"): "energy_subsidy_gdp_canada_parliament",
    ("energy_subsidy_gdp", "2018"): "energy_subsidy_gdp_osw",
    **{("capability_ratio_rus_to_blr", str(y)): "capability_ratio_rus_to_blr_from_2016" for y in range(2016, 2023)},
    **{("debt_to_russia", f"{year}-12-31"): "debt_to_russia_world_bank" for year in range(2019, 2024)},
}


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
