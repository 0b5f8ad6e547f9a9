"""What is done to a feed's rows before anything is counted, step by step, in one fixed order.

First come the repairs (`repairs`), then the guards: each sets rows aside that must not be counted; the row stays in
`reading.rows` with the guard's name. A guard is one class: its name, what it is for, which columns it needs, and what
it takes. How many rows each step has touched is in the funnel. Rows are counted by the first guard that takes them.

What is left becomes acts: one for each day, pair (with direction unless mirrored) and root. An act carries the mean
score of its rows, and how many rows, independent texts and publishers stand behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from analysis.errors import OptionError, nearest, one_of
from analysis.feeds import countries
from analysis.feeds.feed import Feed, words
from analysis.feeds.few import ops

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, Table

# Part of a scan's identity: a scan that was made by other rules is made again.
RULES = 1
# Exactly a week, a month, a year, ten years (with the leap days that these may hold).
LAGS = (7, 30, 365, 3650, 3651, 3652, 3653)
MUTUAL = ("04", "CONSULT")
OPINION = (
    r"/(op-?eds?|opinions?|editorials?|columns?|columnists?|commentar(y|ies)|blogs?|letters?|history|"
    r"on-this-day|this-day-in-history|analysis|essays?|perspectives?|viewpoints?)([/_.-]|$)"
    r"|^[a-z]+://(blogs?|opinion)\."
)
Mirrors = Literal["mutual", "all", "keep"]


@dataclass(frozen=True)
class Guards:
    """Which of the guards that can be switched off stand.

    Parameters
    ----------
    anniversaries, opinions, repeats : bool
        Whether to set such rows aside.
    mirrors : {"mutual", "all", "keep"}
        For which roots a pair has no direction.
    """

    anniversaries: bool = True
    opinions: bool = True
    repeats: bool = True
    mirrors: Mirrors = "mutual"

    def __post_init__(self) -> None:
        """Refuse an unknown way with mirrors."""
        allowed = ("mutual", "all", "keep")
        if self.mirrors not in allowed:
            hint = nearest(str(self.mirrors), allowed)
            raise OptionError("guards", "mirrors", one_of(allowed), self.mirrors, hint)


class Guard:
    """A step that sets rows aside. `same` are the columns in which rows must agree of which only the first counts."""

    name, loses, purpose = "", True, ""
    needs: tuple[str, ...] = ()
    same: tuple[str, ...] = ()

    def stands(self, guards: Guards) -> bool:
        """Tell whether it is switched on."""
        return bool(getattr(guards, self.name, True))

    def takes(self, table: Table, feed: Feed) -> BooleanValue:
        """Tell which rows it takes."""
        ibis = ops(table)
        order = [table["event_id"], table["feed_file"], table["feed_line"]]
        window = ibis.window(group_by=[table[name] for name in self.same], order_by=order)
        return ibis.row_number().over(window) > 0


class Unreadable(Guard):
    """No day, no code of the scheme, or no score."""

    name, needs = "unreadable", ("fault",)
    purpose = "rows without a day, without a code of the scheme (`---`, `X`), or without a score from -10 to 10"

    def takes(self, table: Table, feed: Feed) -> BooleanValue:
        """Rows with a fault."""
        return table["fault"].notnull()


class TooEarly(Guard):
    """Further back than the feed ever looks."""

    name, needs = "too early", ("lag",)
    purpose = "rows dated further before the day they were added than the feed allows"

    def takes(self, table: Table, feed: Feed) -> BooleanValue:
        """Rows with a longer lag."""
        if feed.longest_lag is None:
            return ops(table).literal(False)
        return (table["lag"] > feed.longest_lag).fill_null(False)


class Twins(Guard):
    """One row in two files."""

    name, needs = "twins", ("event_id",)
    purpose = "rows whose id has come before, in another file or in the same"
    same = ("aside", "event_id")

    def takes(self, table: Table, feed: Feed) -> BooleanValue:
        """All but the first with an id."""
        return table["aside"].isnull() & table["event_id"].notnull() & super().takes(table, feed)


class Anniversaries(Guard):
    """ "A year ago" in a text becomes an act of that day."""

    name, needs = "anniversaries", ("lag",)
    purpose = "rows dated exactly 7, 30 or 365 days, or ten years, before they were added; some of them are true"

    def takes(self, table: Table, feed: Feed) -> BooleanValue:
        """Rows with one of these lags."""
        return table["lag"].isin(LAGS).fill_null(False)


class Opinions(Guard):
    """One person's view of many acts, often old ones."""

    name, needs = "opinions", ("url",)
    purpose = "rows whose address says opinion, editorial, column, blog, analysis or history"

    def takes(self, table: Table, feed: Feed) -> BooleanValue:
        """Rows with such an address."""
        return table["url"].lower().re_search(OPINION).fill_null(False)


class Repeats(Guard):
    """One text gives a row for each sentence and place."""

    name, needs = "repeats", ("text",)
    purpose = "all but one row of a text with the same day, direction and root"
    same = ("aside", "text", "start", "source_actor", "target_actor", "root")

    def takes(self, table: Table, feed: Feed) -> BooleanValue:
        """All but the first of a known text."""
        return table["text"].notnull() & super().takes(table, feed)


class MirroredTalks(Guard):
    """Talks of A with B are also talks of B with A."""

    name, needs = "mirrors", ("text",)
    purpose = "the second direction of a mutual act in one text"
    same = ("aside", "text", "start", "pair_low", "pair_high", "root", "undirected")

    def takes(self, table: Table, feed: Feed) -> BooleanValue:
        """Rows of an undirected root whose direction is not that of the first of their text."""
        ibis = ops(table)
        order = [table["event_id"], table["feed_file"], table["feed_line"]]
        window = ibis.window(group_by=[table[name] for name in self.same], order_by=order)
        first = table["source_actor"].first().over(window)
        return table["text"].notnull() & table["undirected"] & (table["source_actor"] != first)


GUARDS: tuple[Guard, ...] = (
    Unreadable(),
    TooEarly(),
    Anniversaries(),
    Opinions(),
    Twins(),
    Repeats(),
    MirroredTalks(),
)


def between(events: Table, dyad: Sequence[str] | None) -> Table:
    """Keep the rows between the two sides; without a dyad, those between any two different countries."""
    source, target = events["source_actor"], events["target_actor"]
    if dyad is None:
        return events.filter(source.notnull() & target.notnull() & (source != target))
    sides = list(countries.dyad(dyad))
    return events.filter(source.isin(sides) & target.isin(sides) & (source != target))


def guarded(rows: Table, guards: Guards, feed: Feed) -> Table:
    """Add `aside`: the first guard that took a row; missing for a row that counts. Nothing is dropped.

    Added too: `pair_low`, `pair_high` (the pair in the order of the alphabet) and `undirected`.
    """
    ibis = ops(rows)
    mutual = {"all": ibis.literal(True), "keep": ibis.literal(False), "mutual": rows["root"].isin(MUTUAL)}
    table = rows.mutate(
        pair_low=ibis.least(rows["source_actor"], rows["target_actor"]),
        pair_high=ibis.greatest(rows["source_actor"], rows["target_actor"]),
        undirected=rows["reciprocal"] | mutual[guards.mirrors].fill_null(False),
        aside=ibis.null("string"),
    )
    standing = [guard for guard in GUARDS if guard.stands(guards)]
    # Those that look at one row are one select; those that compare rows need what the ones before have left.
    for alone, some in groupby(standing, key=lambda guard: not guard.same):
        for part in [list(some)] if alone else [[guard] for guard in some]:
            taken = ibis.cases(*((guard.takes(table, feed), guard.name) for guard in part), else_=ibis.null("string"))
            table = table.mutate(aside=table["aside"].fill_null(taken))
    return table


def acts(rows: Table) -> Table:
    """Join guarded rows to acts.

    Returns
    -------
    Table
        One row an act: `event_id` (of its first row by id, file and line), `start`, `end`, `source_actor`,
        `target_actor`, `reciprocal`, `cameo`, `root`, `quad_class`, `goldstein` (mean of the rows, to a hundredth),
        `scheme`, `domain`, `url`, `publisher`, `place`, `feed` (of the first row), `rows`, `texts`, `publishers`,
        `mentions` (sum).
    """
    ibis = ops(rows)
    good = rows.filter(rows["aside"].isnull())
    forward = ibis.ifelse(good["undirected"], ibis.null("boolean"), good["source_actor"] == good["pair_low"])
    # Whole hundredths add up to the same sum in any order, which a distributed engine does not keep.
    keyed = good.mutate(forward=forward, hundredths=(good["goldstein"].cast("float64") * 100).round().cast("int64"))
    # Ids may be missing; file and line tell such rows apart. No text has a character below the one between them.
    line = (keyed["feed_line"] + 10**15).cast("string")
    first_of = keyed["event_id"].fill_null("") + "\x01" + keyed["feed_file"].fill_null("") + "\x01" + line.fill_null("")
    keyed = keyed.mutate(first_of=first_of)
    first = words("cameo quad_class scheme domain url publisher place feed source_actor target_actor")
    grouped = keyed.group_by(["start", "end", "pair_low", "pair_high", "undirected", "forward", "root"]).aggregate(
        event_id=keyed["event_id"].min(),
        **{f"first_{name}": keyed[name].argmin(keyed["first_of"]) for name in first},
        score=keyed["hundredths"].sum(),
        rows=keyed.count(),
        texts=keyed["text"].nunique(),
        publishers=keyed["publisher"].nunique(),
        mentions=keyed["mentions"].sum(),
    )
    mean = ((grouped["score"].cast("float64") / grouped["rows"]) + 0.5).floor() / 100
    own = {name: grouped[f"first_{name}"] for name in first[:-2]}
    return grouped.select(
        "event_id",
        "start",
        "end",
        source_actor=ibis.ifelse(grouped["undirected"], grouped["pair_low"], grouped["first_source_actor"]),
        target_actor=ibis.ifelse(grouped["undirected"], grouped["pair_high"], grouped["first_target_actor"]),
        reciprocal=grouped["undirected"],
        cameo=own.pop("cameo"),
        root=grouped["root"],
        quad_class=own.pop("quad_class"),
        goldstein=mean,
        **own,
        **{name: grouped[name] for name in ("rows", "texts", "publishers", "mentions")},
    )
