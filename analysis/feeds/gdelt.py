"""GDELT 1.0 and 2.0 events.

The same columns in both, but for the address of the text (from April 2013 on) and one part of each place. Score and
quad class come from the row. Countries of actors are CAMEO codes, countries of places FIPS. The column names are those
of the public BigQuery tables in lower case, so the expression runs there unchanged.

Known faults that the reader does not mend but the guards deal with (see `guards`): a text that speaks of "last week" or
"a year ago" becomes an act dated exactly 7, 30 or 365 days back; one text gives several rows; acts appear twice, once
in each direction; op-eds and history are coded as acts of the day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import codebook
from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.formats import named

if TYPE_CHECKING:
    from ibis.expr.types import Table

QUADS = dict(zip("1234", codebook.QUAD_CLASSES, strict=True))


def events(raw: Table, feed: str) -> Table:
    """Return the events of a raw GDELT table; columns as in `columns`."""
    import ibis

    table = col.texts(raw, named(feed).used)
    code = table["eventcode"]
    root = code[0:2]
    url = table["sourceurl"]
    return col.finish(
        table,
        feed,
        {
            "event_id": "gdelt:" + table["globaleventid"],
            "start": col.compact_day(table["sqldate"]),
            "source_actor": in_alpha3(table["actor1countrycode"], "cameo"),
            "target_actor": in_alpha3(table["actor2countrycode"], "cameo"),
            "cameo": code,
            "root": root,
            "quad_class": col.lookup(table["quadclass"], QUADS).fill_null(col.quad_of_root(root)),
            "goldstein": col.number(table["goldsteinscale"]),
            "scheme": ibis.literal("gdelt"),
            "domain": col.domain_of(code),
            "added": col.compact_day(table["dateadded"]),
            "url": url,
            "mentions": col.number(table["nummentions"]),
            "place": in_alpha3(table["actiongeo_countrycode"], "fips"),
        },
        known=root.isin(sorted(set(codebook.cameo()["root"]))),
        web=True,
    )
