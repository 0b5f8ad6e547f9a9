"""Who acts first, what follows, and how often the leaders meet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from event_kit import events, finish, random_events
from pandas.testing import assert_frame_equal

from analysis.errors import OptionError
from analysis.measures.interplay import initiative, response
from analysis.measures.meetings import holders, meetings_per_year

A, B, JOINT = (
    {"source_actor": one, "target_actor": other}
    for one, other in (("AAA", "BBB"), ("BBB", "AAA"), ("AAA+BBB", "AAA+BBB"))
)


# --- initiative ------------------------------------------------------------------------------------------------------


def test_initiative_divides_conflict_and_cooperation_by_who_acted():
    table = events(
        [
            {"day": "2001-01-01", "g": -8, **A},
            {"day": "2001-01-02", "g": -2, **B},
            {"day": "2001-01-03", "g": 4, **B},
            {"day": "2001-01-04", "g": 4, **JOINT},
            {"day": "2001-01-05", "g": -10, "source_actor": "AAA", "target_actor": "CCC"},
        ]
    )
    frame = initiative(table).set_index(["measure", "actor"])
    assert frame["value"].to_dict() == pytest.approx(
        {
            ("conflict", "AAA"): 0.8,
            ("conflict", "BBB"): 0.2,
            ("conflict", "joint"): 0.0,
            ("cooperation", "AAA"): 0.0,
            ("cooperation", "BBB"): 0.5,
            ("cooperation", "joint"): 0.5,
        }
    )
    assert frame.loc[("conflict", "AAA"), ["events", "total"]].tolist() == [1, 2]
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()


def test_initiative_sums_to_one_and_swaps_with_the_actors():
    table = random_events(150, seed=1)
    frame = initiative(table)
    np.testing.assert_allclose(frame.groupby("measure")["value"].sum(), 1.0)
    other = {"AAA": "BBB", "BBB": "AAA"}
    swapped = finish(
        table.assign(
            source_actor=table["source_actor"].replace(other), target_actor=table["target_actor"].replace(other)
        )
    )
    mirrored = initiative(swapped).assign(actor=lambda t: t["actor"].replace(other)).set_index(["measure", "actor"])
    assert mirrored["value"].to_dict() == pytest.approx(frame.set_index(["measure", "actor"])["value"].to_dict())


def test_an_interval_of_initiative_holds_a_known_share_about_as_often_as_it_says():
    held = []
    for seed in range(150):
        frame = initiative(random_events(60, seed=seed), draws=300, seed=seed).set_index(["measure", "actor"])
        row = frame.loc[("conflict", "AAA")]  # 40 of 100 acts of every score are by AAA
        held.append(row["low"] <= 0.4 <= row["high"])
    assert 0.8 <= np.mean(held) <= 0.96


def test_initiative_within_a_period():
    table = events([{"day": "2001-01-01", "g": -8, **A}, {"day": "2002-01-01", "g": -8, **B}])
    frame = initiative(table, start="2002-01-01").set_index(["measure", "actor"])
    assert frame["value"]["conflict"].tolist() == [0.0, 1.0, 0.0]


def test_initiative_without_conflict_is_missing_there():
    frame = initiative(events([{"day": "2001-01-01", "g": 4, **A}, {"day": "2001-01-01", "g": 4, **B}]))
    assert frame.loc[frame["measure"] == "conflict", "value"].isna().all()


# --- response --------------------------------------------------------------------------------------------------------


def by_hand(
    table: pd.DataFrame, actor: str, other: str, window: int, first: pd.Timestamp, last: pd.Timestamp
) -> tuple[float, float]:
    """Count windows one by one: share after a conflict act of `actor` with a conflict act of `other`, and the same-years base."""
    acts = table[(table["end"] - table["start"]).dt.days * 2 <= window]
    middle = acts["start"] + pd.to_timedelta((acts["end"] - acts["start"]).dt.days // 2, unit="D")
    theirs = set(middle[(acts["direction"] == f"{other}>{actor}") & (acts["goldstein"] < 0)])
    days = pd.date_range(first, last - pd.Timedelta(days=window))

    def followed(day: pd.Timestamp) -> bool:
        return any(day < one <= day + pd.Timedelta(days=window) for one in theirs)

    triggers = sorted(set(middle[(acts["direction"] == f"{actor}>{other}") & (acts["goldstein"] < 0)]) & set(days))
    rate = pd.Series([followed(day) for day in days], index=days).groupby(days.year).mean()
    return float(np.mean([followed(day) for day in triggers])), float(np.mean([rate[day.year] for day in triggers]))


@pytest.mark.parametrize("window", [30, 90])
def test_response_equals_a_count_of_windows_one_by_one(window):
    table = random_events(120, seed=11, years=6)
    frame = response(table, (window,)).query("outcome == 'conflict'").set_index(["actor", "measure"])
    middle = table["start"] + pd.to_timedelta((table["end"] - table["start"]).dt.days // 2, unit="D")
    for actor, other in (("AAA", "BBB"), ("BBB", "AAA")):
        after, base = by_hand(table, actor, other, window, middle.min(), table["end"].max())
        assert frame.loc[(actor, "after"), "value"] == pytest.approx(after)
        assert frame.loc[(actor, "base"), "value"] == pytest.approx(base)
        assert frame.loc[(actor, "difference"), "value"] == pytest.approx(after - base)


def answering(rng: np.random.Generator, answers: float) -> pd.DataFrame:
    """Write down 12 years in which BBB answers a hostile act of AAA within 20 days with a known chance, beside acts of its own."""
    start = np.sort(rng.integers(0, 365 * 12, 60))
    rows = [{"day": day, "g": -5, **A} for day in start]
    rows += [{"day": day + int(rng.integers(1, 20)), "g": -5, **B} for day in start if rng.random() < answers]
    rows += [{"day": day, "g": -5, **B} for day in rng.integers(0, 365 * 12, 25)]
    base = pd.Timestamp("2001-01-01")
    return events([{**row, "day": base + pd.Timedelta(days=int(row["day"]))} for row in rows])


def test_an_answer_that_is_there_is_found():
    frame = response(answering(np.random.default_rng(0), 0.6), (30,)).set_index(["actor", "outcome", "measure"])
    row = frame.loc[("AAA", "conflict", "difference")]
    assert row["low"] > 0
    assert row["state"] == "observed"


def test_no_answer_is_seldom_taken_for_one():
    clear = []
    for seed in range(100):
        frame = response(answering(np.random.default_rng(seed), 0.0), (30,), draws=300, seed=seed)
        row = frame.set_index(["actor", "outcome", "measure"]).loc[("AAA", "conflict", "difference")]
        clear.append(not row["low"] <= 0 <= row["high"])
    assert np.mean(clear) <= 0.2  # nominal 10 %


def test_dense_years_do_not_look_like_answers_when_the_base_is_that_of_the_same_years():
    """Ten times the acts in every third year, at random days: against all days they seem to follow each other."""
    seeming = {"same years": [], "all days": []}
    for seed in range(15):
        rng = np.random.default_rng(seed)
        rows = [
            {"day": f"{year}-01-01", "offset": int(rng.integers(0, 365)), "g": -5, **side}
            for year in range(2001, 2013)
            for side in (A, B)
            for _ in range(20 if year % 3 == 0 else 2)
        ]
        table = events(
            [{**row, "day": pd.Timestamp(row["day"]) + pd.Timedelta(days=row.pop("offset"))} for row in rows]
        )
        for base, gaps in seeming.items():
            frame = response(table, (30,), base=base, draws=50).set_index(["actor", "outcome", "measure"])
            gaps.append(frame.loc[("AAA", "conflict", "difference"), "value"])
    assert np.mean(seeming["all days"]) > 0.2
    assert abs(np.mean(seeming["same years"])) < 0.05


def test_acts_dated_too_coarsely_are_left_out_and_counted():
    rows = [
        {"start": "2001-01-01", "end": "2001-12-31", "g": -5, **A},
        {"day": "2001-02-01", "g": -5, **A},
        {"day": "2002-12-31", "g": 4, **B},
    ]
    row = response(events(rows), (30,)).set_index(["actor", "outcome", "measure"]).loc[("AAA", "conflict", "after")]
    assert (row["triggers"], row["left_out"]) == (1, 1)


def test_too_few_years_give_no_interval():
    rows = [
        {"day": "2001-02-01", "g": -5, **A},
        {"day": "2001-02-11", "g": -5, **B},
        {"day": "2002-12-31", "g": 4, **B},
    ]
    frame = response(events(rows)).set_index(["actor", "outcome", "window", "measure"])
    row = frame.loc[("AAA", "conflict", 30, "after")]
    assert row["value"] == 1.0
    assert row["state"] == "too few"
    assert np.isnan(row["low"])


def test_the_order_of_rows_changes_no_response():
    table = random_events(120, seed=11)
    assert_frame_equal(response(table), response(table.sample(frac=1, random_state=2)))
    assert_frame_equal(initiative(table), initiative(table.sample(frac=1, random_state=2)))


def test_no_events_give_empty_frames_with_their_columns():
    assert {"actor", "other", "outcome", "window", "measure", "value"} <= set(response(events([])).columns)
    assert response(events([])).empty
    assert initiative(events([]))["value"].isna().all()


@pytest.mark.parametrize(
    ("field", "options"),
    [("windows", {"windows": (0,)}), ("base", {"base": "always"}), ("band", {"band": 2}), ("draws", {"draws": 0})],
)
def test_options_that_are_not_allowed_are_refused_by_name(field, options):
    with pytest.raises(OptionError) as refused:
        response(random_events(20, seed=0), **options)
    assert refused.value.field == field


# --- meetings --------------------------------------------------------------------------------------------------------


def test_meetings_are_counted_by_year_with_zero_and_not_covered_apart():
    met = {"g": 4, "form": "meeting", "persons": "anna;bert", **JOINT}
    table = events(
        [
            {"day": "2001-03-01", "g": 4},  # the record begins
            {"day": "2001-05-01", **met},
            {"day": "2001-06-01", **met, "persons": "anna"},  # not both
            {"day": "2001-07-01", **met, "form": "statement"},  # not a meeting
            {"start": "2003-12-20", "end": "2004-01-10", **met},  # either year; its middle lies in 2003
            {"day": "2004-06-01", **met, "target_actor": "CCC"},  # on a third party's ground
        ]
    )
    frame = meetings_per_year(table, ("bert", "anna"), start="2000-01-01")
    assert frame["year"].tolist() == [2000, 2001, 2002, 2003, 2004]
    assert frame["date"].dt.year.tolist() == frame["year"].tolist()
    nan = np.nan
    counts = {
        "value": [nan, 1.0, nan, 1.0, 1.0],  # 2002 holds no act at all: nothing shows that anybody looked
        "recorded": [nan, 1.0, nan, 1.0, 1.0],
        "low": [nan, 1.0, nan, 0.0, 1.0],
        "high": [nan, 1.0, nan, 1.0, 2.0],
        "covered_days": [0, 306, 365, 365, 10],
    }
    for column, expected in counts.items():
        np.testing.assert_array_equal(frame[column], expected, err_msg=column)
    assert frame["state"].tolist() == ["not covered", "observed", "not covered", "observed", "observed"]
    assert set(frame["basis"]) == {"recorded"}


MET = {"g": 4, "form": "meeting", **JOINT}
SIGNED = {"g": 4, "form": "agreement", **JOINT}


@pytest.mark.parametrize(
    ("row", "value", "high"),
    [
        ({**MET, "persons": "anna;bert"}, 1, 1),
        ({**MET, "persons": "bert;anna;carl"}, 1, 1),
        ({**MET, "persons": "carl;anna;bert"}, 0, 1),  # others met; the two may have been there
        ({**SIGNED, "persons": "anna;bert"}, 1, 1),
        ({**SIGNED, "persons": "carl;anna;bert"}, 0, 1),
        ({**SIGNED, "persons": "anna;bert", "summary": "Signed at a video session."}, 0, 0),
        ({**SIGNED, "persons": "anna;bert", "summary": "Agreed by telephone."}, 0, 0),
        ({**SIGNED, "persons": "anna;bert", "summary": "Signed in Minsk."}, 1, 1),
        ({**MET, "persons": "anna;bert", "form": "statement"}, 0, 0),
    ],
)
def test_an_agreement_signed_in_person_is_a_meeting(row, value, high):
    table = events([{"day": "2001-01-10", "g": 4}, {"day": "2001-06-01", **row}, {"day": "2001-12-01", "g": 4}])
    year = meetings_per_year(table, ("anna", "bert")).iloc[0]
    assert (year["value"], year["high"]) == (value, high)


def test_rows_of_one_day_are_one_meeting():
    both = [{"day": "2001-06-01", **kind, "persons": "anna;bert"} for kind in (MET, SIGNED)]
    assert meetings_per_year(events(both), ("anna", "bert"))["value"].tolist() == [1.0]


@pytest.mark.parametrize(("end", "value"), [("2001-06-30", 1.0), ("2001-07-02", 0.0)])
def test_a_row_that_runs_for_more_than_a_month_is_no_single_meeting(end, value):
    table = events([{"start": "2001-06-01", "end": end, **MET, "persons": "anna;bert"}])
    frame = meetings_per_year(table.assign(precision="interval"), ("anna", "bert"))
    assert frame[["value", "high"]].to_numpy().tolist() == [[value, 1.0]]


ACTORS = pd.DataFrame(
    [
        ("anna", "Anna", "AAA", "president of Aland", "2001", None),
        ("old", "Old Bert", "BBB", "president of Beland", "1990", "2002"),
        ("bert", "Bert", "BBB", "president of Beland; prime minister 2004-2006", "2002", None),
        ("carl", "Carl", "BBB", "President of Beland, then prime minister", "2004", None),
        ("dora", "Dora", "BBB", "prime minister of Beland", "1990", None),
    ],
    columns=["actor_id", "name", "country", "role", "active_from", "active_to"],
)


def test_who_held_the_office_then_counts():
    assert holders("bert", ACTORS, range(2000, 2009)) == [
        ("old",),
        ("old",),
        ("old", "bert"),  # terms are known to the year
        ("bert",),
        ("bert", "carl"),
        ("carl",),
        ("carl", "bert"),  # the role tells when he came back, and nothing when the other left
        ("bert",),
        ("bert",),
    ]
    assert holders("anna", None, [1990]) == [("anna",)]


def test_meetings_are_those_of_the_leaders_in_office():
    named = {"2000": "anna;old", "2003": "anna;bert", "2005": "anna;carl", "2007": "anna;carl"}
    table = events([{"day": f"{year}-06-01", **MET, "persons": pair} for year, pair in named.items()])
    frame = meetings_per_year(table, ("anna", "bert"), actors=ACTORS).set_index("year")
    assert frame["value"].dropna().to_dict() == {2003: 1.0, 2005: 1.0, 2007: 0.0}  # in 2000 Anna was not in office
    assert frame.loc[2005, ["leaders_a", "leaders_b"]].tolist() == ["Anna", "Carl"]
    assert meetings_per_year(table, ("anna", "bert"))["value"].sum() == 1


@pytest.mark.parametrize(
    ("period", "published", "value", "basis"),
    [
        (("2001-01-01", "2001-12-31"), 3.0, 3.0, "published"),
        (("2001-01-01", "2001-09-30"), 3.0, 3.0, "published for part of the year"),
        (("2001-01-01", "2001-12-31"), 1.0, 1.0, "recorded"),
        (("2001-01-01", "2001-12-31"), 0.0, 1.0, "recorded"),
        (("2001-01-01", "2002-12-31"), 3.0, 1.0, "recorded"),
    ],
)
def test_a_published_count_is_told_where_it_is_higher(period, published, value, basis):
    counts = pd.DataFrame(
        {
            "indicator": "leader_meetings_per_year",
            "start": pd.to_datetime([period[0]]),
            "end": pd.to_datetime([period[1]]),
            "value": [published],
        }
    )
    table = events([{"day": "2001-05-01", **MET, "persons": "anna;bert"}])
    year = meetings_per_year(table, ("anna", "bert"), indicators=counts).iloc[0]
    assert (year["value"], year["basis"], year["recorded"]) == (value, basis, 1.0)


def test_a_name_within_another_name_is_not_the_person():
    table = events([{"day": "2001-05-01", "g": 4, "form": "meeting", "persons": "anna-maria;bert", **JOINT}])
    assert meetings_per_year(table, ("anna", "bert"))["value"].tolist() == [0.0]


def test_meetings_of_no_record():
    assert meetings_per_year(events([]), ("anna", "bert")).empty
