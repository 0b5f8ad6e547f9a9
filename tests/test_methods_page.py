"""The methods page: its figures are those of a fresh run, it speaks of every measure, and its checks can fail."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import inspect
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from validity import found, held, likely, page, record, simulated_blocks, worlds

import analysis as an
from analysis.errors import OptionError
from analysis.measures.tension import tension
from analysis.record.places import SHIPPED

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "docs" / "methods.md"
TEXT = FILE.read_text(encoding="utf-8")
MEASURES = [
    name for name in an.__all__ if getattr(getattr(an, name), "__module__", "").startswith("analysis.measures.")
]


def sections() -> dict[str, str]:
    parts = re.split(r"^## (.+)$", TEXT, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def section_of(measure: str) -> str:
    return next((body for title, body in sections().items() if f"`{measure}`" in title), "")


@pytest.fixture(scope="module")
def rel():
    return an.load(SHIPPED)


# --- complete --------------------------------------------------------------------------------------------------------


def test_there_are_measures_to_speak_of():
    assert len(MEASURES) > 20
    assert {"tension", "composite", "brier"} <= set(MEASURES)


@pytest.mark.parametrize("name", MEASURES)
def test_every_public_measure_has_a_section_with_its_parts(name):
    body = section_of(name)
    assert body, f"no section of docs/methods.md names `{name}` in its title"
    for part in ("**Question", "**Formula", "**Range", "**Reference", "**Can show**", "**Cannot show**"):
        assert part.rstrip("*") in body or (part == "**Range" and "range.**" in body), part


@pytest.mark.parametrize("name", MEASURES)
def test_every_parameter_is_named_in_the_section_or_among_the_shared_ones(name):
    known = section_of(name) + sections()["Parameters that measures share"]
    if "as in `tension`" in known:
        known += section_of("tension")
    missing = [one for one in inspect.signature(getattr(an, name)).parameters if f"`{one}`" not in known]
    assert missing == []


def test_every_link_within_the_page_and_to_other_pages_leads_somewhere():
    def anchors(text: str) -> set[str]:
        titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
        return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}

    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        file, _, anchor = target.partition("#")
        other = (FILE.parent / file).resolve() if file else FILE
        assert other.is_file(), target
        assert not anchor or anchor in anchors(other.read_text(encoding="utf-8")), target


def test_every_reference_named_in_the_text_is_listed():
    listed = sections()["References"]
    named = re.findall(r"([A-Z][\w’'š]+)(?:,? (?:and )?[A-Z][\w’']+)* \((1[89]\d\d|20\d\d)", TEXT)
    assert len(named) > 20
    for author, year in named:
        assert re.search(rf"{author}\b[^·]*\({year}", listed) or re.search(rf"{author}\b[^·]*{year}", listed), (
            author,
            year,
        )


def test_no_causal_words():
    # What the measures say, not what they deny: sentences that begin with "Cannot" may name it.
    said = re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", TEXT)  # names of functions are no words
    said = re.sub(r"\*\*Cannot show\*\*[^\n]*(\n[^\n*<#]+)*", "", said)
    assert not re.search(r"\b(caus\w+|driv(es|en) by|leads? to|due to|results? in|impact|influenc\w+)\b", said, re.I)


# --- exact enough ----------------------------------------------------------------------------------------------------


def rows(*path: str) -> list[dict[str, str]]:
    with (ROOT / "data").joinpath(*path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def possible_days(text: str) -> tuple[dt.date, dt.date]:
    ends = []
    for part in text.split("/"):
        year, month, day = ([int(one) for one in part.rstrip("?~%").split("-")] + [0, 0])[:3]
        if month > 20:
            month, last = {21: (3, 5), 22: (6, 8), 23: (9, 11), 24: (12, 12)}[month]
        else:
            month, last = (month, month) if month else (1, 12)
        ends.append((dt.date(year, month, day or 1), dt.date(year, last, day or calendar.monthrange(year, last)[1])))
    return ends[0][0], ends[-1][1]


@pytest.mark.parametrize("day", ["1998-12-31", "2010-06-30", "2023-04-06"])
def test_a_stranger_can_recompute_the_share_from_the_files_and_the_page(day):
    actors = rows("russia-belarus", "actors.csv")
    sides = {row["actor_id"]: row["role"] for row in actors if row["role"] in ("side_a", "side_b")}
    stands_for = {row["actor_id"]: {row["country"]} for row in actors if row["country"] in sides}
    stands_for |= {one: {one} for one in sides}
    stands_for |= {row["actor_id"]: set(sides) for row in actors if row["kind"] == "dyad"}
    score = {row["code"]: float(row["goldstein"]) for row in rows("codebook", "cameo.csv")}
    published = {row["source_id"]: row["published"] for row in rows("russia-belarus", "sources.csv")}
    pages = {}
    for row in rows("russia-belarus", "citations.csv"):
        pages.setdefault(row["record"], []).append(published[row["source_id"]])
    as_of, acts = dt.date.fromisoformat(day), []
    for row in rows("russia-belarus", "events.csv"):
        by, to = (stands_for.get(row[name], set()) for name in ("source_actor", "target_actor"))
        start, end = possible_days(row["date"])
        told = [possible_days(page) for page in pages[f"events:{row['event_id']}"] if page]
        known = min((end if first <= end else last for first, last in told), default=end)
        known = possible_days(row["known"])[1] if row["known"] else known
        if by and to and len(by | to) == 2 and end <= as_of and known <= as_of:
            acts.append((score[row["cameo"]], (as_of - start).days - (end - start).days // 2))
    prior = sum(max(-g, 0) for g, _ in acts) / sum(abs(g) for g, _ in acts)
    conflict, cooperation = (sum(max(sign * g, 0) * 2 ** (-age / 180) for g, age in acts) for sign in (-1, 1))
    frame = tension(an.load("russia-belarus", as_of=day).events, freq="D", start=day, end=day, band=None)
    mine = frame.set_index("measure")["value"]
    assert mine["conflict"] == pytest.approx(conflict)
    assert mine["cooperation"] == pytest.approx(cooperation)
    assert mine["tension_share"] == pytest.approx((conflict + 10 * prior) / (conflict + cooperation + 10))


def test_a_stranger_can_recompute_the_brier_score_from_the_file():
    decided = [row for row in rows("russia-belarus", "forecasts.csv") if row["outcome"] in ("true", "false")]
    scores = [
        ((float(row["probability_low"]) + float(row["probability_high"])) / 2 - (row["outcome"] == "true")) ** 2
        for row in decided
    ]
    table = an.brier(an.load("russia-belarus").forecasts)
    mine = table[table["deadline_basis"] == "all"].iloc[0]
    assert (mine["value"], mine["n"]) == (pytest.approx(sum(scores) / len(scores)), len(scores))


# --- fresh -----------------------------------------------------------------------------------------------------------


def test_every_block_has_its_one_place_and_is_filled():
    begun = re.findall(r"<!-- ([\w -]+): made by `python -m tests\.validity docs/methods\.md`, do not edit -->", TEXT)
    assert sorted(begun) == sorted(page.NAMES)
    assert sorted(re.findall(r"<!-- end of ([\w -]+) -->", TEXT)) == sorted(page.NAMES)
    for name in page.NAMES:
        inside = TEXT.partition(page.BEGIN.format(name=name))[2].partition(page.END.format(name=name))[0]
        assert inside.count("\n|") >= 3, name


def test_blocks_of_the_record_are_those_of_a_fresh_run():
    assert page.put(TEXT, page.made(page.RECORD_BLOCKS)) == TEXT, "run python -m tests.validity docs/methods.md"


def test_the_command_mends_a_block_and_leaves_the_rest(tmp_path):
    copy = tmp_path / "methods.md"
    copy.write_text(page.put(TEXT, {"meetings": "nonsense", "agreement": "kept as it is"}), encoding="utf-8")
    assert page.main(str(copy), "meetings") == 0
    assert copy.read_text(encoding="utf-8") == page.put(TEXT, {"agreement": "kept as it is"})


def test_a_page_without_a_place_and_a_block_that_is_none_are_refused(tmp_path):
    with pytest.raises(OptionError):
        page.put("# Methods\n", {"meetings": "x"})
    with pytest.raises(OptionError, match="Did you mean 'meetings'"):
        page.main(str(tmp_path / "none.md"), "meeting")


# --- the record's checks can see what they look for ------------------------------------------------------------------


def test_leaving_nothing_out_and_the_same_choice_move_nothing(rel):
    base = record.months(rel)
    same = record._against(base, record.months(rel, half_life="180D", band=None))
    assert same["rank_correlation"] == pytest.approx(1.0)
    assert (same["largest"], same["outside"], same["months"]) == (0.0, 0, len(base))


def test_a_choice_that_turns_every_score_round_is_seen(rel):
    turned = rel.events.assign(goldstein=-rel.events["goldstein"])
    other = record._against(record.months(rel), record.months(rel, events=turned, band=None))
    assert other["rank_correlation"] == pytest.approx(-1.0)
    assert other["outside"] > 0.6 * other["months"]


def test_the_largest_difference_is_that_of_its_month(rel):
    row = record.choices(rel).set_index("choice").loc["60 days"]
    day = pd.Period(row["month"], "M").end_time.normalize()
    ours, other = (
        tension(rel.events, half_life=h, freq="D", start=day, end=day, band=None).set_index("measure")["value"]
        for h in ("180D", "60D")
    )
    assert other["tension_share"] - ours["tension_share"] == pytest.approx(row["largest"])


# --- the worlds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ways", [{}, {"followers": 1.0}, {"bursts": 0.5}])
def test_records_of_a_world_scatter_about_its_truth(ways):
    one, rng = worlds.world(40, worlds.wave(), **ways), np.random.default_rng(1)
    days = worlds.days_since(held.ASKED)
    sums = []
    for _ in range(60):
        frame = tension(worlds.record(one, rng), freq="Q", start=worlds.FIRST, end=held.ASKED[-1], band=None)
        wide = frame[frame["date"].isin(held.ASKED)].pivot(index="date", columns="measure", values="value")
        sums.append(wide[["conflict", "cooperation", "tension_share"]].to_numpy())
    error = np.std(sums, axis=0, ddof=1) / np.sqrt(len(sums))
    assert (np.abs(np.mean(sums, axis=0) - worlds.truth(one, days).to_numpy()) < 4 * error + 0.02).all()


def test_what_is_unseen_is_missing_from_the_record_and_not_from_the_truth():
    one, deaf = worlds.world(200, 0.3), worlds.world(200, 0.3, unseen=0.5)
    counts = [(worlds.record(each, np.random.default_rng(0))["goldstein"] > 0).sum() for each in (one, deaf)]
    assert counts[1] == pytest.approx(0.5 * counts[0], rel=0.1)
    days = worlds.days_since(held.ASKED)
    pd.testing.assert_frame_equal(worlds.truth(one, days), worlds.truth(deaf, days))


def test_acts_of_conflict_come_in_bursts_and_signs_are_wrong_as_often_as_the_world_says():
    rng = np.random.default_rng(3)
    many = worlds.world(300, 0.4, bursts=0.5)
    fit = an.burstiness(worlds.record(many, rng, exact=True)).set_index("measure")["value"]
    assert fit["conflict"] == pytest.approx(0.5, abs=0.12)
    assert fit["cooperation"] < 0.1
    calm, turned = (worlds.world(300, 0.0, turned=part) for part in (0.0, 0.1))
    shares = [(worlds.record(one, rng)["goldstein"] < 0).mean() for one in (calm, turned)]
    assert shares == pytest.approx([0.0, 0.1], abs=0.02)
    crises = worlds.crises(worlds.wave())
    assert set(crises) == {0.0, 0.5}
    assert (crises > 0).mean() == pytest.approx(1 / 3, abs=0.01)


def test_a_record_is_dated_and_coded_as_well_as_it_says():
    one = worlds.world(100, 0.4)
    loose, exact = (worlds.record(one, np.random.default_rng(4), exact=sure) for sure in (False, True))
    known = set(worlds.sizes((*worlds.CONFLICT, *worlds.COOPERATION)))
    assert set(exact["goldstein"]) == known
    assert (exact["start"] == exact["end"]).all()
    assert 0.05 < (~loose["goldstein"].isin(known)).mean() < 0.2  # some steps land on another listed score
    assert (loose["start"] < loose["end"]).mean() == pytest.approx(0.2, abs=0.03)


# --- the simulated checks, with few repeats --------------------------------------------------------------------------


def test_bands_hold_fairly_and_fail_where_they_must():
    frame = held.tension_bands(repeats=6)
    alone, frame = (
        frame[frame["cluster"].isna()].set_index("world"),
        frame.dropna(subset=["cluster"]).set_index("world"),
    )
    fair = frame.loc[["12 acts a year", "50 acts a year"], ["tension_share", "conflict", "cooperation"]]
    assert fair.stack().between(0.75, 1.0).all()
    assert (alone["tension_share"] < frame.loc[alone.index, "tension_share"] - 0.05).all()
    assert alone["difference"].mean() < frame.loc[alone.index, "difference"].mean() - 0.05
    assert frame.loc["20 acts a year, half of the cooperation unrecorded", "lean"] > 0.08
    assert frame["width"].iloc[0] > 1.2 * frame.loc["200 acts a year", "width"]


def test_words_of_probability_come_true_where_the_level_wanders():
    frame = likely.said(records=2)
    assert set(frame["world"]) >= set(likely.WORLDS)
    sure = frame[(frame["probability"] > 0.65) & frame["so"].notna()]
    assert sure["so"].mean() > 0.6
    assert (frame["probability"] >= 0.5).all()


def test_density_moves_the_sum_and_not_the_share():
    frame = held.denser_years(repeats=60).set_index(["world", "measure"])
    dense = frame.loc["12, in the second decade 24"]
    assert dense.loc["conflict", "change"] > 5 * dense.loc["conflict", "error"]
    assert abs(dense.loc["tension_share", "change"]) < 3 * dense.loc["tension_share", "error"]


def test_the_gap_and_the_parts_of_initiative_are_held():
    assert held.conduct_bands(repeats=8)["gap"].between(0.7, 1.0).all()
    assert held.initiative_bands(repeats=40)["held"].between(0.75, 1.0).all()


def test_few_false_turning_points_and_most_true_ones():
    alarms = found.false_alarms(repeats=40).set_index("world")["alarms"]
    assert alarms["50 acts a year"] <= 0.1
    assert alarms["20 acts a year, in clusters"] < 0.5
    row = found.recovery(repeats=8).iloc[-1]
    assert row[["fewer", "right", "more"]].sum() == pytest.approx(1.0)
    assert row["right"] >= 0.6
    assert row["apart"] < 120


def test_answers_are_found_where_there_are_any():
    frame = found.answers(repeats=25).set_index("world")
    assert frame["clear"].iloc[0] <= 0.4
    assert frame.loc["6 of 10 acts answered within 20 days", "clear"] >= 0.9
    assert abs(frame["difference"].iloc[0]) < 0.05


def test_calibrated_forecasts_look_calibrated_once_corrected(rel):
    row = held.forecast_bands(rel.forecasts, repeats=200).iloc[0]
    assert row["corrected"] < row["reliability"]
    assert abs(row["corrected"]) < 0.02
    assert 0.75 <= row["held"] <= 1.0


def test_a_simulated_block_is_a_table_and_a_sentence_and_the_same_each_time():
    one, two = simulated_blocks.initiative(20), simulated_blocks.initiative(20)
    assert one == two
    assert one.startswith("| world |")
    assert one.rstrip().endswith(").")
