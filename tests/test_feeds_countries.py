"""The five ways of naming a country lead to one code, and a code of one scheme is not read in another."""

from __future__ import annotations

import pytest

from analysis.errors import OptionError
from analysis.feeds import countries


@pytest.mark.parametrize(
    ("value", "scheme", "code"),
    [
        ("BO", "fips", "BLR"),
        ("BO", "iso2", "BOL"),
        ("BY", "iso2", "BLR"),
        ("BY", "fips", "BDI"),
        ("RS", "fips", "RUS"),
        ("RS", "iso2", "SRB"),
        ("RU", "iso2", "RUS"),
        ("UP", "fips", "UKR"),
        ("UP", "iso2", None),
        ("UA", "iso2", "UKR"),
        ("GM", "fips", "DEU"),
        ("GM", "iso2", "GMB"),
        ("BLR", "cameo", "BLR"),
        ("ROM", "cameo", "ROU"),
        ("EUR", "cameo", None),
        ("AFR", "cameo", None),
        ("NAM", "cameo", "NAM"),
        ("365", "gw", "RUS"),
        ("370", "gw", "BLR"),
        ("369", "gw", "UKR"),
        ("Russian Federation", "name", "RUS"),
        ("Moldova, Republic of", "name", "MDA"),
        ("Congo", "name", "COG"),
        ("Democratic Republic of Congo", "name", "COD"),
        ("russia", "name", None),
        ("", "name", None),
        (None, "fips", None),
    ],
)
def test_one_value_of_each_scheme(value, scheme, code):
    assert countries.alpha3(value, scheme) == code


def test_the_column_expression_agrees_with_the_table_for_every_spelling_of_every_scheme():
    import ibis

    con = ibis.duckdb.connect()
    for scheme in countries.SCHEMES:
        known = countries.table(scheme)
        values = [*known, "XX", "RUS;BLR", "RUS=RUS", "=", ";", "a" * 50]
        table = ibis.memtable({"value": values})
        found = con.to_pyarrow(countries.in_alpha3(table["value"], scheme)).to_pylist()
        assert found == [known.get(value) for value in values]


def test_no_spelling_stands_for_two_countries():
    rows = countries._rows()
    for scheme in ("iso3", "iso2", "fips", "gw", "cameo", "name"):
        spelled = [spelling for row in rows for spelling in set(countries._spellings(row, scheme))]
        assert len(spelled) == len(set(spelled)), scheme


def test_every_country_has_three_letters_as_the_expression_needs():
    assert {len(row["alpha3"]) for row in countries._rows()} == {3}


@pytest.mark.parametrize(
    ("dyad", "hint"),
    [
        (("RU", "BLR"), "'RUS'"),
        (("BLR", "BLR"), ""),
        (("Russian Federation", "BLR"), "'RUS'"),
        (("RUSS", "BLR"), "'RUS'"),
        ("RUS", ""),
    ],
)
def test_a_dyad_that_is_none_is_refused_with_the_nearest(dyad, hint):
    with pytest.raises(OptionError) as caught:
        countries.dyad(dyad)
    assert hint in str(caught.value)
