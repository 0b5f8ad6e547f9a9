"""Coders who agree, who differ within a root and who turn a sign: what is measured, listed and drawn."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import analysis as an
from analysis.errors import ColumnError, OptionError
from analysis.record.codebook import cameo

CODES = ["111", "112", "042", "057", "163", "111", "112", "042", "057", "163"] * 3
KEYS = [f"e{number:02d}" for number in range(len(CODES))]


def events(codes: list[str]) -> pd.DataFrame:
    book = cameo().set_index("code")
    day = (pd.Timestamp("2020-01-01") + pd.to_timedelta(np.arange(len(codes)) * 20, unit="D")).astype("datetime64[us]")
    table = pd.DataFrame({"event_id": KEYS, "cameo": codes, "start": day, "end": day, "dependence": 0})
    return table.assign(goldstein=table["cameo"].map(book["goldstein"]), root=table["cameo"].str[:2])


def record(codes: list[str] = CODES) -> SimpleNamespace:
    empty = pd.DataFrame({"assessment_id": [], "forecast_id": []}, dtype="str")
    return SimpleNamespace(events=events(codes), assessments=empty, forecasts=empty)


def coding(coder: str, codes: list[str], column: str = "cameo", prefix: str = "events:") -> pd.DataFrame:
    return pd.DataFrame({"record": [prefix + key for key in KEYS], "coder": coder, "column": column, "value": codes})


def alpha_by_hand(one: list[str], other: list[str]) -> float:
    """Nominal alpha: one less observed over expected disagreement, from the coincidences."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True)] + [(b, a) for a, b in zip(one, other, strict=True)]
    pool = [a for a, _ in pairs]
    observed = sum(a != b for a, b in pairs) / len(pairs)
    expected = sum(a != b for i, a in enumerate(pool) for j, b in enumerate(pool) if i != j) / (
        len(pool) * (len(pool) - 1)
    )
    return 1 - observed / expected


def test_two_codings_alike_agree_wholly_and_a_column_that_never_varies_says_nothing():
    second = pd.concat([coding("B", CODES), coding("B", ["0"] * len(CODES), "dependence")])
    table = an.reliability(record(), second).set_index("column")
    assert table.loc[["cameo", "root", "sign", "goldstein"], "value"].tolist() == [1.0] * 4
    assert table.loc["dependence", "state"] == "no variation"
    assert an.disputes(record(), second).empty


def test_alpha_is_that_of_the_definition_and_pairs_are_told_apart():
    other = ["112" if code == "111" else code for code in CODES]
    third = ["112", *CODES[1:]]
    table = an.reliability(record(), pd.concat([coding("B", other), coding("C", third, prefix="")]))
    rows = table[table["column"] == "cameo"].set_index("pair")
    assert list(rows.index) == ["record-B", "record-C", "B-C"]
    assert rows.loc["record-B", "value"] == pytest.approx(alpha_by_hand(CODES, other))
    assert rows.loc["B-C", "value"] == pytest.approx(alpha_by_hand(other, third))
    assert rows["low"].le(rows["value"]).all()
    assert (table[table["column"] == "root"]["value"] == 1.0).all()


def test_sign_turns_come_first_among_the_disputes():
    other = ["112" if key == "e00" else "057" if key == "e04" else code for key, code in zip(KEYS, CODES, strict=True)]
    table = an.disputes(record(), coding("B", other))
    assert table["record"].tolist() == ["e04", "e00"]
    assert table["sign_turns"].tolist() == [True, False]
    assert (table["ours"].iloc[0], table["theirs"].iloc[0]) == ("163", "057")


@pytest.mark.parametrize(("count", "state"), [(9, "too few"), (10, "scored")])
def test_few_rows_have_no_alpha(count, state):
    rows = an.reliability(record(), coding("B", CODES).head(count)).set_index("column")
    assert rows.loc["cameo", "state"] == state
    assert rows.loc["cameo", "units"] == count


def test_the_matrix_holds_the_chances_by_root():
    other = ["057" if key in ("e04", "e09") else code for key, code in zip(KEYS, CODES, strict=True)]
    matrix = an.confusion(record(), coding("B", other))
    # Each pair is read both ways: ten codes of root 16, two of which differ; four differ of all 60.
    row = matrix[matrix["root"] == "16"].iloc[0]
    usual = 4 / 60
    assert row["goldstein"] == cameo().set_index("code").loc["057", "goldstein"]
    assert row["chance"] == pytest.approx((2 + 5 * usual) / (10 + 5))
    assert set(matrix["root"]) == {"16", "05"}


def test_of_several_pairs_the_one_that_agrees_least_is_taken_unless_another_is_named():
    near, far = ["112", *CODES[1:]], ["057" if code == "163" else code for code in CODES]
    second = pd.concat([coding("B", near), coding("C", far)])
    assert set(an.confusion(record(), second)["between"]) <= {"record-C", "B-C"}
    assert set(an.confusion(record(), second, pair=("record", "B"))["between"]) == {"record-B"}
    with pytest.raises(OptionError, match="pair"):
        an.confusion(record(), second, pair=("B", "D"))


def test_a_matrix_in_place_of_a_rate_turns_signs_in_the_band():
    table, day = events(CODES), "2021-09-01"
    always = pd.DataFrame({"root": ["16"], "goldstein": [8.0], "chance": [1.0]})
    never = always.assign(chance=0.0)
    options = {"start": day, "end": day, "sources_of_error": ("coding",), "draws": 50}
    share = [
        an.tension(table, coding_error=one, **options).set_index("measure").loc["tension_share"]
        for one in (always, never)
    ]
    turned = an.tension(
        table.assign(goldstein=table["goldstein"].where(table["root"] != "16", 8.0)), band=None, start=day, end=day
    )
    expected = turned.set_index("measure").loc["tension_share", "value"]
    assert share[0]["low"] == pytest.approx(expected)
    assert (share[1]["low"], share[1]["high"]) == (pytest.approx(share[1]["value"]), pytest.approx(share[1]["value"]))
    half = (
        an.tension(table, coding_error=always.assign(chance=0.3), **options).set_index("measure").loc["tension_share"]
    )
    assert expected < half["high"] <= share[1]["value"]
    with pytest.raises(OptionError, match="at most 1"):
        an.tension(table, coding_error=pd.concat([always, always]), **options)


def test_a_record_without_second_coding_says_nothing_and_a_wrong_one_is_refused():
    assert an.reliability(record()).empty
    assert an.confusion(record()).empty
    assert an.disputes(record()).empty
    with pytest.raises(ColumnError):
        an.reliability(record(), pd.DataFrame({"record": ["e00"]}))
    with pytest.raises(OptionError, match="id of a row"):
        an.reliability(record(), coding("B", CODES, prefix="").assign(record="nobody"))
