"""GDELT 1.0 and 2.0 events.

The same columns in both, but for the address of the text (from April 2013 on) and one part of each place. Score and
quad class come from the row. Countries of actors are CAMEO codes, countries of places FIPS. The column names are those
of the public BigQuery tables in lower case, so the expression runs there unchanged.

Known faults, and the step that deals with each (`steps`): a text that speaks of "last week" or "a year ago" becomes an
act dated exactly 7, 30 or 365 days back; one text gives several rows; acts appear twice, once in each direction; op-eds
and history are coded as acts of the day; rows added from 31 December 2019 to 5 January 2020 are dated 1920.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.feeds import columns as col
from analysis.feeds.countries import in_alpha3
from analysis.feeds.feed import Feed, words

if TYPE_CHECKING:
    from ibis.expr.types import Table

_ACTOR = words(
    "code name countrycode knowngroupcode ethniccode religion1code religion2code type1code type2code type3code"
)
_GEO = words("type fullname countrycode adm1code adm2code lat long featureid")
_HEAD = (
    *words("globaleventid sqldate monthyear year fractiondate"),
    *(f"actor{side}{part}" for side in (1, 2) for part in _ACTOR),
    *words("isrootevent eventcode eventbasecode eventrootcode quadclass goldsteinscale"),
    *words("nummentions numsources numarticles avgtone"),
)
_PLACES = ("actor1geo", "actor2geo", "actiongeo")
_SECOND = (*_HEAD, *(f"{place}_{part}" for place in _PLACES for part in _GEO), "dateadded", "sourceurl")
_FIRST = tuple(name for name in _SECOND if not name.endswith("_adm2code"))
_NEEDED = words("globaleventid sqldate actor1countrycode actor2countrycode eventcode goldsteinscale")
_USED = words("eventrootcode quadclass isrootevent nummentions actiongeo_countrycode dateadded sourceurl")
_PERIODS = (
    (r"^(\d{14})(?!\d).*export", "%Y%m%d%H%M%S", "15min"),
    (r"^(\d{8})(?!\d).*export", "%Y%m%d", "D"),
    (r"^(\d{6})\.(?:zip|csv|gz|bz2|xz|zst)", "%Y%m", "M"),
    (r"^(\d{4})\.(?:zip|csv|gz|bz2|xz|zst)", "%Y", "Y"),
)


def read(table: Table) -> dict[str, Any]:
    """Return the columns of a GDELT row."""
    return {
        "event_id": "gdelt:" + table["globaleventid"],
        "start": col.day(table["sqldate"]),
        "source_actor": in_alpha3(table["actor1countrycode"], "cameo"),
        "target_actor": in_alpha3(table["actor2countrycode"], "cameo"),
        "cameo": table["eventcode"],
        "quad_class": col.quad_of_number(table["quadclass"]),
        "goldstein": col.number(table["goldsteinscale"]),
        "scheme": "gdelt",
        "added": col.day(table["dateadded"]),
        "url": table["sourceurl"],
        "mentions": col.number(table["nummentions"]),
        "place": in_alpha3(table["actiongeo_countrycode"], "fips"),
    }


def _feed(name: str, columns: tuple[str, ...], widths: tuple[int, ...], bigquery: str) -> Feed:
    return Feed(
        name,
        columns,
        _NEEDED,
        (*_NEEDED, *_USED),
        ("actor1countrycode", "actor2countrycode"),
        "cameo",
        ("sqldate", "dateadded"),
        read,
        code="eventcode",
        root="eventrootcode",
        whole=words("globaleventid sqldate dateadded eventcode eventrootcode quadclass nummentions"),
        widths=widths,
        relatives=(_FIRST[:57], _FIRST, _SECOND),
        periods=_PERIODS,
        # "Ten years ago" is the furthest that a row of GDELT looks back.
        longest_lag=3653,
        scores="gdelt",
        web=True,
        bigquery=bigquery,
    )


# The newer one first: where the columns do not tell, as in a query's result, it is the more usual.
FEEDS = (
    _feed("gdelt2", _SECOND, (61,), "gdelt-bq.gdeltv2.events_partitioned"),
    _feed("gdelt1", _FIRST, (57, 58), "gdelt-bq.full.events"),
)
