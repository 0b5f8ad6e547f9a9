"""UCDP GED: organised violence with deaths, one row a battle or attack.

States are Gleditsch-Ward numbers, several in one cell for a coalition; each pair becomes a row. A row has a first and a
last day. There is no score: state-based and non-state fighting stands for CAMEO 190, one-sided violence for 180. As
with ACLED, most pairs of states have no row here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.feed import Feed, words

if TYPE_CHECKING:
    from ibis.expr.types import Table

CODES = {"1": "190", "2": "190", "3": "180"}


def read(table: Table) -> dict[str, Any]:
    """Return the columns of a UCDP GED row, one for each pair of states."""
    code = col.lookup(table["type_of_violence"], CODES)
    scores = col.scores()
    source, target = in_alpha3(table["pair_source"], "gw"), in_alpha3(table["pair_target"], "gw")
    return {
        "event_id": "ucdp:" + table["id"] + ":" + source.fill_null("") + ">" + target.fill_null(""),
        "start": col.day(table["date_start"]),
        "end": col.day(table["date_end"]),
        "source_actor": source,
        "target_actor": target,
        "reciprocal": table["pair_joint"],
        "cameo": code,
        "goldstein": col.lookup(code, {one: scores[one] for one in set(CODES.values())}),
        "scheme": "gdelt, by type of violence",
        "domain": "military",
        "text": table["source_article"],
        "publisher": table["source_office"],
        "place": in_alpha3(table["country"], "name"),
    }


_NEEDED = words("id type_of_violence gwnoa gwnob date_start date_end")
FEEDS = (
    Feed(
        "ucdp",
        words("""
            id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name
            dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b
            number_of_sources source_article source_office source_date source_headline source_original where_prec
            where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id
            region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best
            high low gwnoa gwnob
        """),
        _NEEDED,
        (*_NEEDED, *words("side_a side_b country source_article source_office source_date date_prec")),
        ("gwnoa", "gwnob"),
        "gw",
        ("date_start", "date_end"),
        read,
        whole=words("id type_of_violence gwnoa gwnob"),
        splitter=",",
        delimiter=",",
        widths=(49,),
    ),
)
