"""UCDP GED: organised violence with deaths, one row a battle or attack.

States are Gleditsch-Ward numbers, several in one cell for a coalition; each pair becomes a row. A row has a first and a
last day. There is no score: state-based and non-state fighting stands for CAMEO 190, one-sided violence for 180. As
with ACLED, most pairs of states have no row here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import codebook
from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.formats import named
from analysis.feeds.polecat import pairs_of

if TYPE_CHECKING:
    from ibis.expr.types import Table

CODES = {"1": "190", "2": "190", "3": "180"}


def events(raw: Table, feed: str = "ucdp") -> Table:
    """Return the events of a raw UCDP GED table; columns as in `columns`."""
    import ibis

    table = pairs_of(col.texts(raw, named("ucdp").used), "gwnoa", "gwnob", ",")
    code = col.lookup(table["type_of_violence"], CODES)
    root = code[0:2]
    source, target = in_alpha3(table["pair_source"], "gw"), in_alpha3(table["pair_target"], "gw")
    scores = dict(zip(codebook.cameo()["code"], codebook.cameo()["goldstein"], strict=True))
    return col.finish(
        table,
        feed,
        {
            "event_id": "ucdp:" + table["id"] + ":" + source.fill_null("") + ">" + target.fill_null(""),
            "start": col.any_day(table["date_start"]),
            "end": col.any_day(table["date_end"]),
            "source_actor": source,
            "target_actor": target,
            "reciprocal": table["pair_joint"],
            "cameo": code,
            "root": root,
            "quad_class": col.quad_of_root(root),
            "goldstein": col.lookup(code, {one: scores[one] for one in set(CODES.values())}),
            "scheme": ibis.literal("gdelt, by type of violence"),
            "domain": ibis.literal("military"),
            "text": table["source_article"],
            "publisher": table["source_office"],
            "place": in_alpha3(table["country"], "name"),
        },
        known=root.notnull(),
    )
