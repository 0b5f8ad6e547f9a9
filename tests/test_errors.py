"""What a refusal advises: a suggestion mends a slip and never says something else than was meant."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import codebook
from analysis.errors import nearest

CODES = list(codebook.cameo()["code"])
TERMS = {str(row.term): (row.probability_low, row.probability_high) for row in codebook.estimative().itertuples()}
SIDES = ["BLR", "RUS", "BLR+RUS", "POL", "GEO", "AUS"]


def suggested(got: str, allowed: list[str], meaning: dict[str, object] | None = None) -> str:
    words = nearest(got, allowed, meaning)
    return str(ast.literal_eval(words.removeprefix("Did you mean ").removesuffix("?"))) if words else ""


@pytest.mark.parametrize(
    ("got", "right"),
    [("61", "061"), ("57", "057"), ("30", "030"), ("43", "043"), ("231", "0231"), ("311", "0311"), ("1", "01")],
)
def test_a_code_is_given_its_zero_back(got: str, right: str) -> None:
    assert suggested(got, CODES) == right


@pytest.mark.parametrize("got", ["99", "999", "1611", "2044"])
def test_a_code_is_never_turned_into_another(got: str) -> None:
    assert suggested(got, CODES) == ""


@given(st.sampled_from(CODES), st.sampled_from("0123456789"), st.integers(0, 3))
def test_whatever_digit_is_mistyped_no_other_code_is_offered(code: str, digit: str, place: int) -> None:
    typed = code[:place] + digit + code[place + 1 :]
    offered = suggested(typed, [one for one in CODES if one != typed])
    assert offered == "" or int(offered) == int(typed)


@pytest.mark.parametrize("got", ["will be no", "clearly", "very inlikely", "no", "will be not"])
def test_an_estimative_word_of_another_range_is_not_offered(got: str) -> None:
    assert suggested(got, list(TERMS), TERMS) == ""


@pytest.mark.parametrize(
    ("got", "right"),
    [
        ("unlikly", "unlikely"),
        ("likly", "likely"),
        ("almost certainty", "almost certainly"),
        ("inlikely", "unlikely"),
        ("incertain", "uncertain"),
    ],
)
def test_a_misspelt_estimative_word_is_mended(got: str, right: str) -> None:
    assert suggested(got, list(TERMS), TERMS) == right


@given(st.sampled_from(sorted(TERMS)), st.integers(0, 30), st.sampled_from("abcdefghijklmnopqrstuvwxyz "))
def test_a_slip_never_moves_a_term_to_another_range(term: str, place: int, letter: str) -> None:
    typed = term[:place] + letter + term[place + 1 :]
    offered = suggested(typed, list(TERMS), TERMS)
    assert offered == "" or TERMS[offered] == TERMS.get(typed, TERMS[term])


def test_a_joint_id_is_turned_round_and_never_made_one_side() -> None:
    assert suggested("RUS+BLR", SIDES) == "BLR+RUS"
    assert suggested("rus+blr", SIDES) == "BLR+RUS"
    assert suggested("RUS+POL", SIDES) == ""
    assert suggested("BLR+RU", SIDES) == ""
    assert suggested("BLR+RUS", ["BLR", "RUS"]) == ""
    assert suggested("BLR", ["RUS+BLR", "RUS"]) == ""


@pytest.mark.parametrize("got", ["GER", "AUT", "BLA", "RU"])
def test_another_state_is_not_offered_for_a_code(got: str) -> None:
    assert suggested(got, SIDES) == ""


@pytest.mark.parametrize(
    ("got", "allowed", "right"),
    [
        ("confidence", ["dependence", "domain", "date"], ""),
        ("enregy", ["energy", "trade"], "energy"),
        ("Energy", ["energy", "trade"], "energy"),
        ("as-of", ["as_of", "start"], "as_of"),
        ("russia", ["russia-belarus", "finland-russia"], "russia-belarus"),
        ("side_c", ["side_a", "side_b"], ""),
        ("likely", ["unlikely"], ""),
        ("unlikley", ["likely"], ""),
        ("stable", ["unstable"], ""),
        ("times-2002", ["times-2001"], ""),
        ("gas@2020", ["gas@2021", "gas@2019"], ""),
        ("events:2020-8-9-protest", ["events:2020-08-09-protest"], "events:2020-08-09-protest"),
        ("gaz", ["gas", "oil"], "gas"),
        ("", ["energy"], ""),
    ],
)
def test_a_slip_is_mended_and_a_number_kept(got: str, allowed: list[str], right: str) -> None:
    assert suggested(got, allowed) == right
