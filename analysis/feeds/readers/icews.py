"""ICEWS weekly and yearly event files (the project ended on 11 April 2023).

Countries are English names, the score (`Intensity`) is in the row, its quad class is not: it follows from the root in
the workbook's scheme, since packages for ICEWS differ in where they put roots 09 and 14. An id is unique only together
with its day. Dates of the 2017 file are written the American way, and one vintage of it has no code; there the words of
the event tell it (`icews_texts.csv`). A story has an id, which stands for the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.feed import Feed, words

if TYPE_CHECKING:
    from ibis.expr.types import Table


def read(table: Table) -> dict[str, Any]:
    """Return the columns of an ICEWS row."""
    day = col.day(table["event_date"])
    return {
        "event_id": "icews:" + table["event_id"] + ":" + day.cast("string"),
        "start": day,
        "source_actor": in_alpha3(table["source_country"], "name"),
        "target_actor": in_alpha3(table["target_country"], "name"),
        "cameo": table["cameo_code"],
        "goldstein": col.number(table["intensity"]),
        "scheme": "icews",
        "text": table["story_id"],
        "publisher": table["publisher"],
        "place": in_alpha3(table["country"], "name"),
    }


_NEEDED = words("event_id event_date source_country target_country cameo_code intensity")
FEEDS = (
    Feed(
        "icews",
        words("""
            event_id event_date source_name source_sectors source_country event_text cameo_code intensity target_name
            target_sectors target_country story_id sentence_number publisher city district province country latitude
            longitude
        """),
        _NEEDED,
        (*_NEEDED, *words("event_text story_id publisher country")),
        ("source_country", "target_country"),
        "name",
        ("event_date",),
        read,
        code="cameo_code",
        label="event_text",
        whole=words("event_id cameo_code story_id"),
        day_order="month-first",
        scores="icews",
    ),
)
