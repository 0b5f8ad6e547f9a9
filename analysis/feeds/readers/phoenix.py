"""Phoenix, the event data of the Open Event Data Alliance: CAMEO, coded by PETRARCH, one file a day.

Tab-separated, 26 columns from EventID to NewsSources, without a header. The countries of an actor are CAMEO codes. The
feed's own PentaClass puts roots 01 and 02 into a class of their own, so the quad class follows from the root in the
workbook's scheme; the score is the row's. Addresses and publishers may be several in a cell: the first stands for the
text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.feed import Feed, words

if TYPE_CHECKING:
    from ibis.expr.types import Table


def read(table: Table) -> dict[str, Any]:
    """Return the columns of a Phoenix row."""
    return {
        "event_id": "phoenix:" + table["eventid"],
        "start": col.day(table["date"]),
        "source_actor": in_alpha3(table["sourceactorentity"], "cameo"),
        "target_actor": in_alpha3(table["targetactorentity"], "cameo"),
        "cameo": table["eventcode"],
        "goldstein": col.number(table["goldsteinscore"]),
        "scheme": "phoenix",
        "url": table["urls"].re_extract("^([^;]*)", 1),
        "place": in_alpha3(table["countrycode"], "cameo"),
    }


_NEEDED = words("eventid date sourceactorentity targetactorentity eventcode goldsteinscore")
FEEDS = (
    Feed(
        "phoenix",
        words("""
            eventid date year month day sourceactorfull sourceactorentity sourceactorrole sourceactorattribute
            targetactorfull targetactorentity targetactorrole targetactorattribute eventcode eventrootcode pentaclass
            goldsteinscore issues lat lon locationname statename countrycode sentenceid urls newssources
        """),
        _NEEDED,
        (*_NEEDED, *words("eventrootcode pentaclass countrycode urls newssources")),
        ("sourceactorentity", "targetactorentity"),
        "cameo",
        ("date",),
        read,
        code="eventcode",
        root="eventrootcode",
        whole=words("date eventcode eventrootcode"),
        widths=(26,),
        web=True,
        periods=((r"(\d{8})(?!\d)", "%Y%m%d", "D"),),
    ),
)
