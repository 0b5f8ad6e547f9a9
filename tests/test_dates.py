from __future__ import annotations

import datetime as dt

import edtf
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.record.dates import parse, spans

days = st.dates(dt.date(1000, 1, 1), dt.date(9999, 12, 31))
marks = st.sampled_from(["", "~", "?", "%"])


@st.composite
def singles(draw: st.DrawFn) -> str:
    day = draw(days)
    form = draw(st.sampled_from(["day", "month", "year", "season", "decade", "month XX", "day XX"]))
    text = {
        "day": day.isoformat(),
        "month": f"{day:%Y-%m}",
        "year": f"{day:%Y}",
        "season": f"{day:%Y}-{draw(st.integers(21, 24))}",
        "decade": f"{day.year // 10}X",
        "month XX": f"{day:%Y}-XX",
        "day XX": f"{day:%Y-%m}-XX",
    }[form]
    # The library reads no mark after a season or an X.
    return text + (draw(marks) if form in {"day", "month", "year"} else "")


def library_bounds(text: str) -> tuple[dt.date, dt.date]:
    read = edtf.parse_edtf(text)
    return dt.date(*read.lower_strict()[:3]), dt.date(*read.upper_strict()[:3])


@given(singles())
def test_single_dates_have_the_bounds_of_the_edtf_library(text: str) -> None:
    span = parse(text)
    assert (span.start, span.end) == library_bounds(text)


@given(st.tuples(days, days), marks, marks)
def test_intervals_have_the_bounds_of_the_edtf_library(pair: tuple[dt.date, dt.date], first: str, last: str) -> None:
    text = f"{min(pair).isoformat()}{first}/{max(pair).isoformat()}{last}"
    span = parse(text)
    assert (span.start, span.end) == library_bounds(text)
    assert span.precision == "interval"


@given(singles())
def test_start_is_never_after_end(text: str) -> None:
    assert parse(text).start <= parse(text).end


@given(st.text(max_size=12))
def test_any_text_is_a_span_or_a_refusal(text: str) -> None:
    try:
        span = parse(text)
    except ValueError:
        return
    assert span.start <= span.end


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2014-02-30", "there is no day 30 in 2014-02"),
        ("2014-13", "there is no month 13"),
        ("2014/..", "an open interval"),
        ("2014-05/2014-03", "ends before it starts"),
        ("199X-03", "a decade with a month"),
        ("March 2014", "not EDTF"),
        ("14-03-2014", "not EDTF"),
        ("", "not EDTF"),
        ("２０１４", "not EDTF"),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse(text)


def test_spans_keeps_order_index_and_missing_values() -> None:
    texts = pd.Series(
        ["2014-03", None, "1997~", "nonsense", "2004-02-18/2004-02-19?"], index=[5, 4, 3, 2, 1], dtype="str"
    )
    table = spans(texts)
    expected = pd.DataFrame(
        {
            "start": pd.to_datetime(["2014-03-01", None, "1997-01-01", None, "2004-02-18"]).astype("datetime64[us]"),
            "end": pd.to_datetime(["2014-03-31", None, "1997-12-31", None, "2004-02-19"]).astype("datetime64[us]"),
            "precision": pd.Series(["month", None, "year", None, "interval"], dtype="str"),
            "approximate": [False, False, True, False, False],
            "uncertain": [False, False, False, False, True],
            "problem": pd.Series([None, None, None, "not EDTF", None], dtype="str"),
        }
    ).set_index(texts.index)
    pd.testing.assert_frame_equal(table, expected)
