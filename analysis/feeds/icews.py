"""ICEWS weekly and yearly event files (the project ended on 11 April 2023).

Countries are English names, the score (`Intensity`) is in the row, its quad class is not: it follows from the root in
the workbook's scheme, since packages for ICEWS differ in where they put roots 09 and 14. An id is unique only together
with its day. Dates of the 2017 file are written the American way. A story has an id, which stands for the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis import codebook
from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.formats import named

if TYPE_CHECKING:
    from ibis.expr.types import Table


def events(raw: Table, feed: str = "icews") -> Table:
    """Return the events of a raw ICEWS table; columns as in `columns`."""
    import ibis

    table = col.texts(raw, named(feed).used)
    code = table["cameo_code"]
    root = code[0:2]
    day = col.any_day(table["event_date"])
    return col.finish(
        table,
        feed,
        {
            "event_id": "icews:" + table["event_id"] + ":" + day.cast("string"),
            "start": day,
            "source_actor": in_alpha3(table["source_country"], "name"),
            "target_actor": in_alpha3(table["target_country"], "name"),
            "cameo": code,
            "root": root,
            "quad_class": col.quad_of_root(root),
            "goldstein": col.number(table["intensity"]),
            "scheme": ibis.literal("icews"),
            "domain": col.domain_of(code),
            "text": table["story_id"],
            "publisher": table["publisher"],
            "place": in_alpha3(table["country"], "name"),
        },
        known=root.isin(sorted(set(codebook.cameo()["root"]))),
    )
