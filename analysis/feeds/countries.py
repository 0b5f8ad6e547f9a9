"""One mapping for the five ways in which feeds name a country.

The codes contradict each other: `BO` is Belarus in FIPS 10-4 (GDELT's places) and Bolivia in ISO, `RS` is Russia in
FIPS and Serbia in ISO, `UP` is Ukraine in FIPS and nothing in ISO. A code without its scheme means nothing, so every
call names one:

`cameo`  alpha-3 as GDELT's actors have it; a few old codes differ from ISO (ROM, TMP, ZAR), regions (AFR, EUR) are none
`iso3`, `iso2`  ISO 3166-1
`fips`   FIPS 10-4, GDELT's places
`gw`     Gleditsch-Ward state numbers, UCDP
`name`   English names, also alpha-3, as ICEWS, POLECAT and ACLED print them

The table is `countries.csv` beside this module. Matching is exact: a feed is written by a machine, and a near match
would hide its next fault. What is no country gives missing, never a guess.
"""

from __future__ import annotations

import contextlib
import csv
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from analysis.errors import OptionError, nearest, one_of
from analysis.feeds.few import Value

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

Scheme = Literal["cameo", "iso3", "iso2", "fips", "gw", "name"]
SCHEMES: tuple[Scheme, ...] = ("cameo", "iso3", "iso2", "fips", "gw", "name")

_COLUMNS = {"iso3": (), "iso2": ("alpha2",), "fips": ("fips",), "gw": ("gw",)}


@cache
def _rows() -> tuple[dict[str, str], ...]:
    with (Path(__file__).parent / "countries.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def table(scheme: Scheme) -> dict[str, str]:
    """Return every spelling of a scheme with its ISO 3166-1 alpha-3 code."""
    if scheme not in SCHEMES:
        raise OptionError("countries", "scheme", one_of(SCHEMES), scheme, nearest(scheme, SCHEMES))
    found: dict[str, str] = {}
    for row in _rows():
        found |= dict.fromkeys(_spellings(row, scheme), row["alpha3"])
    return found


def alpha3(value: str | None, scheme: Scheme) -> str | None:
    """Return the alpha-3 code of one value, or None where it is no country of that scheme."""
    return table(scheme).get((value or "").strip())


def spellings(code: str, scheme: Scheme) -> list[str]:
    """Return how a country is written in a scheme, the usual one first.

    Raises
    ------
    OptionError
        When `code` is no alpha-3 code of the table.
    """
    for row in _rows():
        if row["alpha3"] == code:
            return _spellings(row, scheme)
    known = [row["alpha3"] for row in _rows()]
    hint = table("iso2").get(code) or table("name").get(code)
    way_out = f"Did you mean {hint!r}?" if hint else nearest(code, known)
    raise OptionError("dyad", "country", "an ISO 3166-1 alpha-3 code such as DEU", code, way_out)


def dyad(codes: Sequence[str]) -> tuple[str, str]:
    """Return two different countries, checked, as given.

    Raises
    ------
    OptionError
        When they are not two, not different, or not alpha-3 codes.
    """
    if isinstance(codes, str) or len(codes) != 2 or codes[0] == codes[1]:
        raise OptionError("dyad", "dyad", "two different alpha-3 codes such as DEU FRA", codes)
    for code in codes:
        spellings(code, "iso3")
    return codes[0], codes[1]


_ONLY: ContextVar[tuple[str, ...]] = ContextVar("only", default=())


@contextlib.contextmanager
def only(codes: Sequence[str] | None) -> Iterator[None]:
    """Let the expressions that are built within know these countries only, so that a dyad's SQL is short."""
    before = _ONLY.set(tuple(codes or ()))
    try:
        yield
    finally:
        _ONLY.reset(before)


def in_alpha3(column: StringValue, scheme: Scheme) -> StringValue:
    """Return the ibis expression that maps a column of a scheme to alpha-3; missing where it is no country."""
    # A CASE of some 450 branches takes planners minutes. All codes have three letters, so one text of
    # ";spelling=ABC" pairs, searched and sliced, does it on every engine.
    known = {text: code for text, code in table(scheme).items() if not _ONLY.get() or code in _ONLY.get()}
    if isinstance(column, Value):
        return column.map(known)
    import ibis

    book = ibis.literal("".join(f";{spelling}={code}" for spelling, code in known.items()) + ";")
    sure = ibis.ifelse(column.re_search("[;=]"), ibis.null("string"), column)
    # The place counts from 0 and is -1 where nothing is found.
    place = book.find(";" + sure + "=").nullif(-1)
    return book.substr(place + column.length() + 2, 3)


def _spellings(row: dict[str, str], scheme: Scheme) -> list[str]:
    if scheme == "name":
        return [row["name"], row["alpha3"], *_parts(row["names"])]
    if scheme == "cameo":
        return [row["alpha3"], *_parts(row["cameo"])]
    return [row["alpha3"]] if scheme == "iso3" else _parts(row[_COLUMNS[scheme][0]])


def _parts(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]
