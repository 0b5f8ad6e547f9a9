"""POLECAT, the successor of ICEWS, coded in PLOVER.

PLOVER has types instead of CAMEO codes and its own scores, which differ much from Goldstein's, so a POLECAT series has
another level than a CAMEO one and must not be spliced to it. Score and quad class come from the row. A cell may name
several countries: each pair becomes a row. Where several actors and no recipient are given the act is reciprocal, one
row for each pair of them. There is no story id; publisher, day of publication, people and places of the story together
stand for the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import codebook
from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.formats import named

if TYPE_CHECKING:
    from ibis.expr.types import Table

# Types of an older draft of PLOVER that early files still have.
OLD_TYPES = ("DEMAND", "DISAPPROVE", "INVESTIGATE", "CRIME")
_DOMAINS = {
    "SANCTION": "trade",
    "MOBILIZE": "military",
    "ASSAULT": "military",
    "PROTEST": "domestic",
}


def events(raw: Table, feed: str = "polecat") -> Table:
    """Return the events of a raw POLECAT table; columns as in `columns`."""
    import ibis

    table = pairs_of(col.texts(raw, named("polecat").used), "actor_country", "recipient_country", ";")
    kind = table["event_type"].upper()
    source, target = in_alpha3(table["pair_source"], "name"), in_alpha3(table["pair_target"], "name")
    story = [table[name].fill_null("") for name in ("publication_date", "story_people", "story_locations")]
    publisher = table["source"]
    quad = table["quad_code"].lower().re_replace("[ _-]+", "_")
    return col.finish(
        table,
        feed,
        {
            "event_id": "polecat:" + table["event_id"] + ":" + source.fill_null("") + ">" + target.fill_null(""),
            "start": col.any_day(table["event_date"]),
            "source_actor": source,
            "target_actor": target,
            "reciprocal": table["pair_joint"],
            "root": kind,
            "quad_class": ibis.ifelse(quad.isin(codebook.QUAD_CLASSES), quad, ibis.null("string")),
            "goldstein": col.number(table["intensity"]),
            "scheme": ibis.literal("plover"),
            "domain": col.lookup(kind, _DOMAINS).fill_null("diplomatic"),
            "added": col.any_day(table["publication_date"]),
            "text": publisher.fill_null("") + "|" + story[0] + "|" + story[1] + "|" + story[2],
            "publisher": publisher,
            "place": in_alpha3(table["country"], "name"),
        },
        known=kind.isin([*codebook.plover()["type"], *OLD_TYPES]),
    )


def pairs_of(table: Table, source: str, target: str, splitter: str) -> Table:
    """Give a row for each pair of names in two cells, as `pair_source`, `pair_target`, `pair_joint`.

    Several names on the first side and none on the second act together: each pair of them once, in the order of the
    alphabet, and `pair_joint` holds.
    """
    import ibis

    by, to = table[source], table[target]
    joint = to.isnull() & by.contains(splitter).fill_null(False)
    wide = table.mutate(pair_joint=joint, by_names=by.fill_null(""), to_names=ibis.ifelse(joint, by, to.fill_null("")))
    first = wide.mutate(pair_source=wide["by_names"].split(splitter).unique().unnest())
    second = first.mutate(pair_target=first["to_names"].split(splitter).unique().unnest())
    stripped = second.mutate(pair_source=second["pair_source"].strip(), pair_target=second["pair_target"].strip())
    return stripped.filter(~stripped["pair_joint"] | (stripped["pair_source"] < stripped["pair_target"]))
