"""Any point of the index, taken apart: the parts sum to it, and each is an event that one can look up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from event_kit import events, random_events, records, share_of
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.errors import ColumnError, OptionError
from analysis.measures.explain import explain
from analysis.measures.tension import tension

SMALL = [
    {"day": "2001-01-01", "g": 8, "domain": "trade"},
    {"day": "2001-01-31", "g": -8, "domain": "energy", "source_actor": "BBB", "target_actor": "AAA"},
    {"day": "2001-02-10", "g": -10, "target_actor": "CCC"},
]


@given(
    records(),
    st.sampled_from(["conflict", "cooperation", "tension_share"]),
    st.sampled_from([0.0, 10.0]),
    st.integers(0, 1600),
)
@settings(max_examples=60)
def test_the_contributions_sum_to_the_value_on_any_day(table, measure, k, later):
    assume(table["dyad"].any())
    day = table["end"].min() + pd.Timedelta(days=later)
    value = share_of(tension(table, freq="D", start=day, end=day, shrinkage=k, band=None), measure)["value"].iloc[0]
    assume(not np.isnan(value))
    for top in (None, 1, 3):
        assert explain(table, day, measure=measure, shrinkage=k, top=top)["contribution"].sum() == pytest.approx(
            value, abs=1e-9
        )


@pytest.mark.parametrize(
    "options", [{"domains": ["energy"]}, {"direction": "AAA>BBB"}, {"prior": 0.9}, {"half_life": "60D"}]
)
def test_a_part_of_the_record_is_explained_like_the_whole(options):
    table, day = random_events(120, seed=4), "2006-06-30"
    value = share_of(tension(table, freq="D", start=day, end=day, band=None, **options))["value"].iloc[0]
    assert explain(table, day, **options)["contribution"].sum() == pytest.approx(value)


def test_two_acts_and_the_prior_by_hand():
    frame = explain(events(SMALL), "2001-03-02", half_life="30D", shrinkage=10)
    # Weights 2 ** -2 and 2 ** -1: T = 4, C = 2, p0 = 1/2. Conflict pushes up by 4 * 1/2 / 16, cooperation down by 2 * 1/2 / 16.
    assert frame["kind"].tolist() == ["event", "event", "prior"]
    assert frame["event_id"].tolist() == ["e001", "e000", ""]
    assert frame["age_days"].tolist()[:2] == [30, 60]
    assert frame["weight"].tolist()[:2] == [0.5, 0.25]
    assert frame["contribution"].tolist() == pytest.approx([0.125, -0.0625, 0.5])
    assert frame["share"].sum() == pytest.approx(1.0)


def test_acts_after_the_day_and_acts_of_others_have_no_part():
    assert explain(events(SMALL), "2001-01-15")["event_id"].tolist() == ["e000", ""]


def test_what_is_not_listed_is_summed_in_one_row():
    table = random_events(50, seed=1)
    full, short = explain(table, "2010-12-31"), explain(table, "2010-12-31", top=5)
    assert short["kind"].tolist() == ["event"] * 5 + ["other events", "prior"]
    assert short["event_id"].tolist()[:5] == full["event_id"].tolist()[:5]
    assert short.loc[5, "contribution"] == pytest.approx(full["contribution"].iloc[5:-1].sum())
    sizes = full.loc[full["kind"] == "event", "contribution"].abs()
    assert sizes.is_monotonic_decreasing


def test_citations_lead_to_the_sources_without_changing_the_sum():
    cited = pd.DataFrame(
        {
            "record": ["events:e001", "events:e001", "events:e000", "assessments:e001"],
            "source_id": ["times", "post", "post", "blog"],
        }
    )
    frame = explain(events(SMALL), "2001-03-02", citations=cited)
    assert dict(zip(frame["event_id"], frame["source_ids"], strict=True)) == {
        "e001": "post;times",
        "e000": "post",
        "": "",
    }
    assert frame["contribution"].sum() == pytest.approx(explain(events(SMALL), "2001-03-02")["contribution"].sum())


def test_a_day_before_the_record_is_refused():
    with pytest.raises(OptionError, match="2001-01-01") as refused:
        explain(events(SMALL), "2000-12-31")
    assert refused.value.field == "date"


def test_no_events_are_refused():
    with pytest.raises(OptionError):
        explain(events([]), "2001-01-01")


@pytest.mark.parametrize(
    ("field", "options"), [("measure", {"measure": "share"}), ("top", {"top": 0}), ("date", {"date": "soon"})]
)
def test_options_that_are_not_allowed_are_refused_by_name(field, options):
    with pytest.raises(OptionError) as refused:
        explain(events(SMALL), **{"date": "2001-03-02", **options})
    assert refused.value.field == field


def test_citations_need_their_columns():
    with pytest.raises(ColumnError):
        explain(events(SMALL), "2001-03-02", citations=pd.DataFrame({"record": ["events:e001"]}))
