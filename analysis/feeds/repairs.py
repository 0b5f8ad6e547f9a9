"""Repairs: steps that mend cells of raw text and lose nothing.

The file's own cell stays in the scan, and the row says which repairs were made to it. Each is one class: its name, what
it is for, which columns it needs, and what it does. They follow each other in the order of `REPAIRS`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.feeds import columns as col
from analysis.feeds.feed import BLANK, Feed
from analysis.feeds.few import ops

if TYPE_CHECKING:
    from ibis.expr.types import Table, Value


Cells = Callable[[str], Any]


class Repair:
    """A step that mends cells of raw text."""

    name, loses, purpose = "", False, ""

    def needs(self, feed: Feed) -> tuple[str, ...]:
        """Return the columns that it needs; a feed without them is passed over."""
        raise NotImplementedError

    def mend(self, cells: Cells, feed: Feed) -> dict[str, Value]:
        """Return the mended columns; `cells` gives a column as the steps before have left it."""
        raise NotImplementedError


class Padding(Repair):
    """`" BLR"` is `"BLR"`."""

    name, purpose = "padding", "blanks about a country or a code are taken off"

    def needs(self, feed: Feed) -> tuple[str, ...]:
        """Sides and code."""
        return tuple(one for one in (*feed.sides, feed.code) if one)

    def mend(self, cells: Cells, feed: Feed) -> dict[str, Value]:
        """Strip them."""
        return {name: cells(name).strip() for name in self.needs(feed)}


class WholeNumbers(Repair):
    """`365.0` is `365`."""

    name, purpose = "whole numbers", "`.0` behind a whole number or a code is taken off"

    def needs(self, feed: Feed) -> tuple[str, ...]:
        """The feed's columns of whole numbers."""
        return feed.whole

    def mend(self, cells: Cells, feed: Feed) -> dict[str, Value]:
        """Take it off. Lists of numbers are mended where they are split."""
        return {name: col.whole(cells(name)) for name in feed.whole}


class LeadingZeros(Repair):
    """`10` with root `1`, or with the words of `010`, is `010`."""

    name, purpose = "leading zeros", "a code that lost its first zero gets it back, as root or words of the row tell"

    def needs(self, feed: Feed) -> tuple[str, ...]:
        """The code, and what tells its root."""
        return (feed.code, feed.root or feed.label) if feed.code and (feed.root or feed.label) else ()

    def mend(self, cells: Cells, feed: Feed) -> dict[str, Value]:
        """Put it back where code and root agree only with it."""
        code = cells(feed.code)
        ibis = ops(code)
        if feed.root:
            root = cells(feed.root).strip()
            root = ibis.ifelse(root.length() == 1, "0" + root, root)
            lost = code.re_search("^[0-9]+$") & (code[0:2] != root) & (("0" + code)[0:2] == root)
        else:
            lost = "0" + code == words_code(cells(feed.label))
        return {feed.code: ibis.ifelse(lost.fill_null(False), "0" + code, code)}


class Words(Repair):
    """A vintage of ICEWS has no codes; the words of the event are those of its code."""

    name, purpose = "words", "a code that is missing is told from the words of the event"

    def needs(self, feed: Feed) -> tuple[str, ...]:
        """Code and words."""
        return (feed.code, feed.label) if feed.label else ()

    def mend(self, cells: Cells, feed: Feed) -> dict[str, Value]:
        """Look the words up."""
        return {feed.code: cells(feed.code).fill_null(words_code(cells(feed.label)))}


class Century(Repair):
    """GDELT dated rows 1920 that it added from 31 December 2019 to 5 January 2020."""

    name, purpose = "century", "1920 in rows added from 31 December 2019 to 5 January 2020 becomes 2020"

    def needs(self, feed: Feed) -> tuple[str, ...]:
        """The day, and the day of adding."""
        return ("sqldate", "dateadded") if {"sqldate", "dateadded"} <= set(feed.days) else ()

    def mend(self, cells: Cells, feed: Feed) -> dict[str, Value]:
        """Move by a hundred years."""
        day, added = cells("sqldate"), cells("dateadded").replace("-", "")[0:8]
        ibis = ops(day)
        wrong = (day[0:4] == "1920") & added.between("20191231", "20200105")
        return {"sqldate": ibis.ifelse(wrong.fill_null(False), "2020" + day.substr(4), day)}


# Repairs of one stage are one select: each further one costs the engines' planners more than all the rows of a dyad.
STAGES: tuple[tuple[Repair, ...], ...] = ((Padding(), WholeNumbers()), (Words(),), (LeadingZeros(), Century()))
REPAIRS = tuple(step for stage in STAGES for step in stage)


def repair(table: Table, feed: Feed) -> Table:
    """Mend the raw text of a feed; words that stand for missing become missing."""
    ibis = ops(table)
    for place, stage in enumerate(STAGES):
        held: dict[str, Value] = {}
        noted = table["repaired"]
        for step in stage:
            if not step.needs(feed):
                continue
            cells = partial(_cells, table, held)
            mended = step.mend(cells, feed)
            differs: Any = ibis.literal(False)
            for name, value in mended.items():
                differs = differs | (value.fill_null("") != cells(name).fill_null(""))
            noted = noted + ibis.ifelse(differs, f"{step.name};", "")
            held |= mended
        if not place:
            # After the blanks, so that `" NA"` is missing too, and before the rest, so that nothing is told from "NA".
            held |= {name: _held(_cells(table, held, name).strip()) for name in feed.used}
        if held:
            table = table.mutate(**held, repaired=noted)
    return table


def _cells(table: Table, held: dict[str, Value], name: str) -> Any:
    return held.get(name, table[name])


def _held(value: Any) -> Any:
    for word in BLANK:
        value = value.nullif(word)
    return value


@cache
def _codes() -> dict[str, str]:
    with (Path(__file__).parent / "icews_texts.csv").open(encoding="utf-8", newline="") as file:
        return {row["text"].lower(): row["code"] for row in csv.DictReader(file)}


def words_code(words: Any) -> Any:
    """Return the code that the words of an event stand for; missing where they are unknown."""
    return col.lookup(words.strip().lower(), _codes())
