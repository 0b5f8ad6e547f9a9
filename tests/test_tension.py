"""The tension index: what a reader of the CSV files would compute by hand, and what must not change it."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from event_kit import events, random_events, records, share_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from analysis.errors import ColumnError, OptionError
from analysis.measures.tension import sensitivity, tension

# A cut-off of hostile and friendly acts, dated to the day, with a third party's act and a joint one among them.
SMALL = [
    {"day": "2001-01-01", "g": 4, "domain": "trade"},
    {"day": "2001-01-31", "g": -8, "domain": "energy", "source_actor": "BBB", "target_actor": "AAA"},
    {"day": "2001-02-10", "g": -10, "source_actor": "AAA", "target_actor": "CCC"},
    {"day": "2001-03-02", "g": 8, "domain": "energy", "source_actor": "AAA+BBB", "target_actor": "AAA+BBB"},
]


def by_double_loop(table: pd.DataFrame, dates: pd.Series, half_life: float, k: float) -> pd.DataFrame:
    """Recompute the index act by act and day by day, in plain Python."""
    rows = [row for row in table.itertuples() if row.dyad]
    middle = [row.start + pd.Timedelta(days=(row.end - row.start).days // 2) for row in rows]
    conflict = [max(-row.goldstein, 0.0) for row in rows]
    cooperation = [max(row.goldstein, 0.0) for row in rows]
    prior = sum(conflict) / (sum(conflict) + sum(cooperation)) if sum(conflict) + sum(cooperation) else math.nan
    out = []
    for date in dates:
        t = c = 0.0
        for day, minus, plus in zip(middle, conflict, cooperation, strict=True):
            if day <= date:
                weight = 2 ** (-(date - day).days / half_life)
                t, c = t + minus * weight, c + plus * weight
        share = (t + k * prior) / (t + c + k) if t + c + k else math.nan
        out.append({"conflict": t, "cooperation": c, "tension_share": share})
    return pd.DataFrame(out, index=pd.DatetimeIndex(dates))


# --- the numbers -----------------------------------------------------------------------------------------------------


def test_tension_of_a_small_record_is_what_one_computes_by_hand():
    frame = tension(events(SMALL), half_life="30D", freq="M", shrinkage=10, band=None)
    # p0 = 8 / 20. On 31 January: T = 8, C = 4 / 2. Four weeks on, and at the end: decayed by 28 and 30 days.
    fade = 2 ** (-28 / 30)
    expected = pd.DataFrame(
        {
            "date": pd.to_datetime(["2001-01-31"] * 3 + ["2001-02-28"] * 3 + ["2001-03-02"] * 3).astype(
                "datetime64[us]"
            ),
            "measure": ["conflict", "cooperation", "tension_share"] * 3,
            "value": [
                *(8, 2, (8 + 4) / 20),
                *(8 * fade, 2 * fade, (8 * fade + 4) / (10 * fade + 10)),
                *(4, 9, (4 + 4) / (13 + 10)),
            ],
            "low": np.nan,
            "high": np.nan,
            "events": [2, 2, 2, 0, 0, 0, 1, 1, 1],
            "state": "observed",
        }
    ).astype({"measure": "str", "state": "str"})
    assert_frame_equal(frame, expected)


@given(records(), st.sampled_from("DWMQ"), st.sampled_from([30, 180, 365]), st.sampled_from([0.0, 10.0]))
@settings(max_examples=40)
def test_tension_equals_a_direct_double_loop(table, freq, days, k):
    assume(table["dyad"].any())
    frame = tension(table, half_life=f"{days}D", freq=freq, shrinkage=k, band=None)
    dates = frame.loc[frame["measure"] == "conflict", "date"]
    direct = by_double_loop(table, dates, days, k)
    wide = frame.pivot(index="date", columns="measure", values="value")
    covered = frame.pivot(index="date", columns="measure", values="state")["conflict"] != "not covered"
    np.testing.assert_allclose(wide[covered], direct[covered.to_numpy()][wide.columns], rtol=1e-9, atol=1e-9)
    assert wide[~covered].isna().all(axis=None)


def test_tension_share_equals_a_ratio_of_pandas_exponential_means():
    table = random_events(200, seed=3, loose=0.0).drop_duplicates("start").sort_values("start", ignore_index=True)
    frame = share_of(tension(table, half_life="90D", freq="D", shrinkage=0, band=None))
    times = table["start"]
    conflict, weight = table["goldstein"].clip(upper=0).abs(), table["goldstein"].abs()
    above, below = (part.ewm(halflife="90D", times=times).mean() for part in (conflict, weight))
    known = below > 0
    mine = frame["value"].reindex(pd.DatetimeIndex(times[known]))
    np.testing.assert_allclose(mine, (above / below)[known], rtol=1e-9)


def test_an_act_of_uncertain_date_stands_in_the_middle_of_its_span_rounded_down():
    table = events([{"start": "2001-01-01", "end": "2001-01-04", "g": -8}])
    frame = share_of(tension(table, freq="D", start="2000-12-31", end="2001-01-03", band=None), "conflict")
    assert frame["value"].isna().tolist() == [True, True, False, False]
    assert frame["value"].iloc[2] == 8.0


def test_acts_before_the_start_still_count_and_acts_after_the_end_do_not():
    table = events([{"day": "2001-01-01", "g": -8}, {"day": "2001-03-01", "g": -8}])
    frame = share_of(
        tension(table, half_life="10D", freq="D", start="2001-01-11", end="2001-01-12", band=None), "conflict"
    )
    np.testing.assert_allclose(frame["value"], [4.0, 8 * 2**-1.1])


# --- the grid and the three states -----------------------------------------------------------------------------------


def test_weeks_end_on_sunday_and_the_last_point_is_the_end_itself():
    table = events([{"day": "2001-01-03", "g": 4}])
    frame = share_of(tension(table, end="2001-01-17", band=None))
    assert [str(day.date()) for day in frame.index] == ["2001-01-07", "2001-01-14", "2001-01-17"]


@pytest.mark.parametrize(("freq", "days"), [("M", ["2001-01-31", "2001-02-10"]), ("Q", ["2001-02-10"])])
def test_months_and_quarters_are_cut_at_the_end(freq, days):
    table = events([{"day": "2001-01-03", "g": 4}])
    frame = share_of(tension(table, freq=freq, end="2001-02-10", band=None))
    assert [str(day.date()) for day in frame.index] == days


def test_not_covered_no_events_and_observed_are_three_states():
    table = events([{"day": "2001-02-01", "g": -8}])
    frame = share_of(
        tension(table, half_life="30D", freq="M", start="2001-01-01", end="2001-04-30", band=None), "conflict"
    )
    assert frame["state"].tolist() == ["not covered", "observed", "no events", "no events"]
    assert frame["events"].tolist() == [0, 1, 0, 0]
    assert frame["value"].isna().tolist() == [True, False, False, False]


def test_a_domain_without_acts_so_far_is_covered_and_empty_once_the_record_begins():
    frame = tension(events(SMALL), by="domain", freq="M", band=None)
    energy = share_of(tension(events(SMALL), by="domain", freq="D", band=None), domain="energy")
    assert sorted(set(frame["domain"])) == ["energy", "trade"]
    assert energy["state"].iloc[0] == "no events"
    assert energy["value"].iloc[0] == pytest.approx(8 / 20)  # nothing known: the long-run share of the whole dyad


# --- which acts count ------------------------------------------------------------------------------------------------


@given(records())
@settings(max_examples=25)
def test_third_party_acts_never_enter_the_index(table):
    assume(table["dyad"].any())
    without = table[table["dyad"]].reset_index(drop=True)
    assert_frame_equal(tension(table, band=None), tension(without, band=None))


def test_third_party_acts_are_available_as_context():
    frame = share_of(tension(events(SMALL), context="third party", band=None), "conflict")
    assert frame["value"].iloc[0] == 10.0  # 10 February, the last day of the third-party acts
    both = share_of(tension(events(SMALL), context="all", freq="M", band=None), "conflict")
    assert both["value"].iloc[1] == pytest.approx(8 * 2 ** (-28 / 180) + 10 * 2 ** (-18 / 180))


@given(records())
@settings(max_examples=25)
def test_naming_the_actors_finds_the_same_acts_as_the_dyad_column(table):
    assume(table["dyad"].any())
    bare = table.drop(columns=["dyad", "direction"])
    assert_frame_equal(tension(bare, actors=("BBB", "AAA"), band=None), tension(table, band=None))
    directed = tension(bare, actors=("AAA", "BBB"), by="direction", band=None)
    if {"AAA>BBB", "BBB>AAA"} <= set(table["direction"]):
        assert_frame_equal(directed, tension(table, by="direction", band=None))


def test_a_joint_act_counts_once_in_the_whole_and_once_in_each_direction():
    table = events(SMALL)
    whole = share_of(tension(table, half_life="30D", band=None), "cooperation")["value"].iloc[-1]
    ways = share_of(tension(table, half_life="30D", by="direction", band=None), "cooperation").loc["2001-03-02"]
    assert whole == pytest.approx(8 + 4 * 2 ** (-60 / 30))
    assert dict(zip(ways["direction"], ways["value"], strict=True)) == pytest.approx({"AAA>BBB": 9.0, "BBB>AAA": 8.0})
    joint = share_of(tension(table, direction="joint", band=None), "cooperation")["value"].iloc[-1]
    assert joint == 8.0


@given(records())
@settings(max_examples=25)
def test_domains_add_up_to_the_whole_and_equal_their_own_selection(table):
    assume(table["dyad"].any())
    whole, parts = tension(table, band=None), tension(table, by="domain", band=None)
    sums = parts[parts["measure"] != "tension_share"].groupby(["date", "measure"])["value"].sum(min_count=1)
    direct = whole[whole["measure"] != "tension_share"].set_index(["date", "measure"])["value"]
    np.testing.assert_allclose(sums.sort_index(), direct.sort_index(), atol=1e-9)
    for name in set(parts["domain"]):
        alone = tension(table, domains=[name], band=None)
        same = parts[parts["domain"] == name].drop(columns="domain").reset_index(drop=True)
        assert_frame_equal(alone, same)


def test_named_actors_act_in_the_directions_that_a_record_gives_them():
    from analysis.measures._frames import between
    from analysis.record.linking import directions

    ids = ["AAA", "BBB", "AAA+BBB", "CCC"]
    actors = pd.DataFrame(
        {
            "actor_id": ids,
            "country": ["AAA", "BBB", None, "CCC"],
            "role": ["side_a", "side_b", None, None],
            "kind": ["state", "state", "dyad", "state"],
        }
    )
    acts = pd.DataFrame(itertools.product(ids, ids), columns=["source_actor", "target_actor"])
    linked = directions(acts["source_actor"], acts["target_actor"], actors)
    masks = dict(zip(("AAA>BBB", "BBB>AAA", "joint"), between(acts, "AAA", "BBB"), strict=True))
    for way, mask in masks.items():
        assert (linked == way).tolist() == mask.tolist(), way
    assert sum(mask.sum() for mask in masks.values()) == 7


def test_swapping_the_actors_swaps_the_directions():
    table = random_events(60, seed=1)
    other = {"AAA": "BBB", "BBB": "AAA"}
    swapped = table.assign(
        source_actor=table["source_actor"].replace(other), target_actor=table["target_actor"].replace(other)
    ).drop(columns=["direction"])
    one = share_of(tension(table, direction="AAA>BBB", band=None))["value"]
    two = share_of(tension(swapped, direction="BBB>AAA", actors=("AAA", "BBB"), band=None))["value"]
    assert_series_equal(one, two)


# --- what must not change the index ----------------------------------------------------------------------------------


@given(records(), st.randoms(use_true_random=False))
@settings(max_examples=25)
def test_the_order_of_rows_changes_nothing(table, random):
    assume(table["dyad"].any())
    order = list(range(len(table)))
    random.shuffle(order)
    one, two = tension(table, band=None), tension(table.iloc[order], band=None)
    np.testing.assert_allclose(one["value"], two["value"], rtol=1e-12)
    assert_frame_equal(one.drop(columns="value"), two.drop(columns="value"))


@given(records(), st.integers(2, 4))
@settings(max_examples=25)
def test_recording_everything_several_times_leaves_the_share(table, times):
    assume(table["dyad"].any())
    again = pd.concat([table] * times, ignore_index=True)
    for k in (0.0, 10.0):
        one, many = tension(table, shrinkage=k, band=None), tension(again, shrinkage=k * times, band=None)
        np.testing.assert_allclose(share_of(one)["value"], share_of(many)["value"], rtol=1e-9)
        np.testing.assert_allclose(
            share_of(one, "conflict")["value"] * times, share_of(many, "conflict")["value"], rtol=1e-9
        )


def test_recording_recent_years_twice_moves_the_share_by_the_shrinkage_alone():
    table = random_events(300, seed=4, years=10)
    recent = table[table["start"] >= "2006-01-01"]
    again = pd.concat([table, recent], ignore_index=True)
    at, k, p0 = "2010-12-31", 10.0, 0.4
    options = {"start": at, "end": at, "freq": "D", "band": None, "prior": p0, "half_life": "180D"}
    once, twice = tension(table, **options), tension(again, **options)
    t, c = (share_of(once, name)["value"].iloc[0] for name in ("conflict", "cooperation"))
    t2, c2 = (share_of(twice, name)["value"].iloc[0] for name in ("conflict", "cooperation"))
    assert (t2, c2) == pytest.approx((2 * t, 2 * c), rel=1e-2)  # sums double: density alone
    moved = share_of(twice)["value"].iloc[0] - share_of(once)["value"].iloc[0]
    assert moved == pytest.approx(k * (t - p0 * (t + c)) / ((2 * (t + c) + k) * (t + c + k)), rel=2e-2)
    without = [share_of(tension(one, **{**options, "shrinkage": 0}))["value"].iloc[0] for one in (table, again)]
    assert without[0] == pytest.approx(without[1], abs=1e-4)  # acts of before 2006 weigh 2 ** -10 at most


def test_a_share_lies_between_the_prior_and_the_bare_ratio():
    table = random_events(100, seed=5)
    bare, shrunk = (share_of(tension(table, shrinkage=k, prior=0.3, band=None))["value"] for k in (0, 10))
    assert ((shrunk - 0.3) * (bare - 0.3) >= -1e-12).all()
    assert ((shrunk - 0.3).abs() <= (bare - 0.3).abs() + 1e-12).all()


def test_the_input_is_left_as_it_was():
    table = events(SMALL)
    before = table.copy(deep=True)
    tension(table, by="domain")
    assert_frame_equal(table, before)


def test_several_half_lives_give_one_set_of_series_each():
    frame = sensitivity(events(SMALL), ("30D", "60D"), freq="M")
    assert frame["half_life"].drop_duplicates().tolist() == ["30D", "60D"]
    alone = tension(events(SMALL), half_life="60D", freq="M", band=None)
    assert_frame_equal(frame[frame["half_life"] == "60D"].drop(columns="half_life").reset_index(drop=True), alone)


# --- degenerate records ----------------------------------------------------------------------------------------------


def test_no_events_give_an_empty_frame_with_its_columns():
    frame = tension(events([]))
    assert frame.empty
    assert list(frame.columns) == ["date", "measure", "value", "low", "high", "events", "state"]
    assert frame["date"].dtype == "datetime64[us]"


def test_no_events_in_a_period_asked_about_are_not_covered():
    frame = tension(events([]), start="2001-01-01", end="2001-01-31")
    assert set(frame["state"]) == {"not covered"}
    assert frame["value"].isna().all()


@pytest.mark.parametrize("by", ["domain", "direction", "quad_class"])
def test_no_events_have_no_series(by):
    frame = tension(events([]), by=by, start="2001-01-01", end="2001-12-31")
    assert frame.empty
    assert list(frame.columns) == ["date", "measure", "value", "low", "high", by, "events", "state"]


def test_a_record_of_joint_acts_alone_still_knows_its_two_sides():
    both = {"source_actor": "AAA+BBB", "target_actor": "AAA+BBB"}
    frame = tension(events([{"day": "2001-01-01", "g": 4, **both}]), by="direction", freq="D", band=None)
    assert frame["direction"].drop_duplicates().tolist() == ["AAA>BBB", "BBB>AAA"]
    assert share_of(frame, "cooperation")["value"].tolist() == [4.0, 4.0]


def test_one_event_is_enough():
    frame = share_of(tension(events([{"day": "2001-01-01", "g": -8}]), freq="D"))
    assert frame["value"].tolist() == [1.0]


def test_all_on_one_day():
    frame = tension(events([{"day": "2001-01-01", "g": g} for g in (-8, 4, 4)]), freq="D", band=None)
    assert frame["value"].tolist() == [8.0, 8.0, 0.5]


def test_scores_of_zero_alone_have_no_share_unless_a_prior_is_given():
    table = events([{"day": "2001-01-01", "g": 0}])
    assert share_of(tension(table))["value"].isna().all()
    assert share_of(tension(table, prior=0.3))["value"].tolist() == [0.3]


def test_nothing_to_divide_by_is_missing_without_shrinkage():
    energy = share_of(tension(events(SMALL), domains=["energy"], freq="D", shrinkage=0))
    assert energy["value"].isna().sum() == 30  # from 1 to 30 January, before the first energy act


# --- refusals --------------------------------------------------------------------------------------------------------


def test_a_missing_score_is_refused_and_the_event_is_named():
    table = events(SMALL)
    table.loc[1, "goldstein"] = np.nan
    with pytest.raises(OptionError, match="e001") as refused:
        tension(table)
    assert refused.value.field == "goldstein"


def test_a_missing_score_outside_the_dyad_does_not_matter():
    table = events(SMALL)
    table.loc[2, "goldstein"] = np.nan
    assert len(tension(table, band=None)) > 0


@pytest.mark.parametrize(
    ("field", "options"),
    [
        ("freq", {"freq": "Y"}),
        ("half_life", {"half_life": "0D"}),
        ("half_life", {"half_life": "soon"}),
        ("shrinkage", {"shrinkage": -1}),
        ("shrinkage", {"shrinkage": math.nan}),
        ("prior", {"prior": 1.2}),
        ("band", {"band": 90}),
        ("draws", {"draws": 3}),
        ("domains", {"domains": ["enrgy"]}),
        ("direction", {"direction": "AAA>CCC"}),
        ("by", {"by": "root"}),
        ("context", {"context": "everything"}),
        ("end", {"end": "1999-01-01"}),
        ("start", {"start": "yesterday-ish"}),
        ("sources_of_error", {"sources_of_error": ("weather",)}),
        ("sources_of_error", {"sources_of_error": ()}),
        ("actors", {"actors": ("AAA", "AAA")}),
    ],
)
def test_options_that_are_not_allowed_are_refused_by_name(field, options):
    with pytest.raises(OptionError) as refused:
        tension(events(SMALL), **options)
    assert refused.value.field == field


def test_a_near_miss_is_answered_with_the_word_meant():
    with pytest.raises(OptionError, match="Did you mean 'energy'"):
        tension(events(SMALL), domains=["enrgy"])


@pytest.mark.parametrize("column", ["start", "end", "goldstein"])
def test_a_table_without_a_needed_column_is_refused(column):
    with pytest.raises(ColumnError) as refused:
        tension(events(SMALL).drop(columns=column))
    assert refused.value.missing == [column]


def test_an_event_that_ends_before_it_starts_is_refused():
    table = events([{"start": "2001-01-02", "end": "2001-01-01", "g": 4}])
    with pytest.raises(OptionError, match="e000"):
        tension(table)
