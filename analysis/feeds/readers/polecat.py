"""POLECAT, the successor of ICEWS, coded in PLOVER.

PLOVER has types instead of CAMEO codes and its own scores, which differ much from Goldstein's, so a POLECAT series has
another level than a CAMEO one and must not be spliced to it. Score and quad class come from the row. A cell may name
several countries: each pair becomes a row. Where several actors and no recipient are given the act is reciprocal, one
row for each pair of them. There is no story id; publisher, day of publication, people and places of the story together
stand for the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.feed import Feed, words
from analysis.record.codebook import QUAD_CLASSES

if TYPE_CHECKING:
    from ibis.expr.types import Table

# Types of an older draft of PLOVER that early files still have.
OLD_TYPES = ("DEMAND", "DISAPPROVE", "INVESTIGATE", "CRIME")
_DOMAINS = {"SANCTION": "trade", "MOBILIZE": "military", "ASSAULT": "military", "PROTEST": "domestic"}


def read(table: Table) -> dict[str, Any]:
    """Return the columns of a POLECAT row, one for each pair of countries."""
    kind = table["event_type"].upper()
    source, target = in_alpha3(table["pair_source"], "name"), in_alpha3(table["pair_target"], "name")
    story = [table[name].fill_null("") for name in ("publication_date", "story_people", "story_locations")]
    publisher = table["source"]
    quad = table["quad_code"].lower().re_replace("[ _-]+", "_")
    return {
        "event_id": "polecat:" + table["event_id"] + ":" + source.fill_null("") + ">" + target.fill_null(""),
        "start": col.day(table["event_date"]),
        "source_actor": source,
        "target_actor": target,
        "reciprocal": table["pair_joint"],
        "root": kind,
        "quad_class": col.lookup(quad, {one: one for one in QUAD_CLASSES}),
        "goldstein": col.number(table["intensity"]),
        "scheme": "plover",
        "domain": col.lookup(kind, _DOMAINS).fill_null("diplomatic"),
        "added": col.day(table["publication_date"]),
        "text": publisher.fill_null("") + "|" + story[0] + "|" + story[1] + "|" + story[2],
        "publisher": publisher,
        "place": in_alpha3(table["country"], "name"),
        "known": kind.isin([*(row["type"] for row in col.codes("plover")), *OLD_TYPES]),
    }


_NEEDED = words("event_id event_date event_type intensity quad_code actor_country recipient_country")
FEEDS = (
    Feed(
        "polecat",
        words("""
            event_id event_date event_type event_mode intensity quad_code contexts actor_name actor_country actor_cow
            primary_actor_sector actor_sectors actor_title actor_name_raw wikipedia_actor_id recipient_name
            recipient_country recipient_cow primary_recipient_sector recipient_sectors recipient_title
            recipient_name_raw wikipedia_recipient_id placename city district province country latitude longitude
            geonames_id raw_placename feature_type source publication_date story_people story_organizations
            story_locations language version
        """),
        _NEEDED,
        (*_NEEDED, *words("event_mode country source publication_date story_people story_locations")),
        ("actor_country", "recipient_country"),
        "name",
        ("event_date", "publication_date"),
        read,
        splitter=";",
        aliases=(("event_intensity", "intensity"), ("quad_class", "quad_code"), ("event_quad_code", "quad_code")),
    ),
)
