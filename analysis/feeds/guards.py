"""Rows are not events. From the rows of a feed to acts, with every step counted.

In two real quarter-hours of GDELT all eight rows between Russia and Belarus came from one text each. Four guards take
rows out before anything is counted, each can be switched off, and each says how many it took:

anniversaries   A text that says "a year ago" becomes an act dated exactly that far back. Rows whose day lies exactly
                7, 30 or 365 days, or ten years, before the feed took them in are set aside. Some of them are true.
opinions        An op-ed is one person's view of many acts, often old ones. Rows whose address says opinion, editorial,
                column, blog or history are set aside.
repeats         One text gives a row for each sentence and place. One row stays for each text, day, direction and root.
mirrors         Talks of A with B are also talks of B with A. For roots that are mutual by nature (consultation, and
                CONSULT) the pair is taken without direction. "all" does so for every root.

What is left becomes acts: one for each day, pair (with direction unless mirrored) and root. An act carries the mean
score of its rows, and how many rows, independent texts and publishers stand behind it. Texts are independent when their
addresses differ in more than the site (see `columns.web_text`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from analysis.errors import OptionError, nearest, one_of
from analysis.feeds import countries

if TYPE_CHECKING:
    from ibis.expr.types import Table

# Exactly a week, a month, a year, ten years (with the leap days that these may hold).
LAGS = (7, 30, 365, 3650, 3651, 3652, 3653)
MUTUAL = ("04", "CONSULT")
_OPINION = (
    r"/(op-?eds?|opinions?|editorials?|columns?|columnists?|commentar(y|ies)|blogs?|letters?|history|"
    r"on-this-day|this-day-in-history|analysis|essays?|perspectives?|viewpoints?)([/_.-]|$)"
    r"|^[a-z]+://(blogs?|opinion)\."
)
Mirrors = Literal["mutual", "all", "keep"]


@dataclass(frozen=True)
class Guards:
    """Which guards stand.

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


def between(events: Table, dyad: Sequence[str] | None) -> Table:
    """Keep the rows between the two sides; without a dyad, those between any two different countries."""
    source, target = events["source_actor"], events["target_actor"]
    if dyad is None:
        return events.filter(source.notnull() & target.notnull() & (source != target))
    sides = list(countries.dyad(dyad))
    return events.filter(source.isin(sides) & target.isin(sides) & (source != target))


def guarded(rows: Table, guards: Guards) -> Table:
    """Add `aside`: which guard set a row aside, or `unreadable`; missing for a row that counts. Nothing is dropped.

    The guards stand in the order of the module's text, and a row is counted by the first that takes it. Added too:
    `pair_low`, `pair_high` (the pair in the order of the alphabet) and `undirected`.
    """
    import ibis

    mutual = {"all": ibis.literal(True), "keep": ibis.literal(False), "mutual": rows["root"].isin(MUTUAL)}
    table = rows.mutate(
        pair_low=ibis.least(rows["source_actor"], rows["target_actor"]),
        pair_high=ibis.greatest(rows["source_actor"], rows["target_actor"]),
        undirected=rows["reciprocal"] | mutual[guards.mirrors].fill_null(False),
        aside=ibis.cases(
            (rows["fault"].notnull(), "unreadable"),
            (ibis.literal(guards.anniversaries) & rows["lag"].isin(LAGS).fill_null(False), "anniversaries"),
            (
                ibis.literal(guards.opinions) & rows["url"].lower().re_search(_OPINION).fill_null(False),
                "opinions",
            ),
            else_=ibis.null("string"),
        ),
    )
    if guards.repeats:
        same = ["aside", "text", "start", "source_actor", "target_actor", "root"]
        table = _mark(table, same, "repeats")
    same = ["aside", "text", "start", "pair_low", "pair_high", "root", "undirected"]
    return _mark(table, same, "mirrors", turned=True)


def _mark(table: Table, same: list[str], name: str, *, turned: bool = False) -> Table:
    """Set aside all but the first row among those that are the same in these columns and have a known text.

    With `turned`, only rows of undirected roots whose direction is not that of the first.
    """
    import ibis

    order = ibis.window(group_by=[table[column] for column in same], order_by=[table["event_id"], table["feed_line"]])
    place = ibis.row_number().over(order)
    taken = table["aside"].isnull() & table["text"].notnull() & (place > 0)
    if turned:
        first = table["source_actor"].first().over(order)
        taken = taken & table["undirected"] & (table["source_actor"] != first)
    return table.mutate(aside=ibis.ifelse(taken, ibis.literal(name), table["aside"]))


def acts(rows: Table) -> Table:
    """Join guarded rows to acts.

    Returns
    -------
    Table
        One row an act: `event_id` (of its first row by id), `start`, `end`, `source_actor`, `target_actor`,
        `reciprocal`, `cameo`, `root`, `quad_class`, `goldstein` (mean of the rows, to a hundredth), `scheme`, `domain`,
        `url`, `publisher`, `place`, `feed` (of the first row), `rows`, `texts`, `publishers`, `mentions` (sum).
    """
    import ibis

    good = rows.filter(rows["aside"].isnull())
    forward = ibis.ifelse(good["undirected"], ibis.null("boolean"), good["source_actor"] == good["pair_low"])
    # Whole hundredths add up to the same sum in any order, which a distributed engine does not keep.
    keyed = good.mutate(forward=forward, hundredths=(good["goldstein"] * 100).round().cast("int64"))
    first = (
        "cameo",
        "quad_class",
        "scheme",
        "domain",
        "url",
        "publisher",
        "place",
        "feed",
        "source_actor",
        "target_actor",
    )
    grouped = keyed.group_by(["start", "end", "pair_low", "pair_high", "undirected", "forward", "root"]).aggregate(
        event_id=keyed["event_id"].min(),
        **{f"first_{name}": keyed[name].argmin(keyed["event_id"]) for name in first},
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
