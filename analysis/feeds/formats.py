"""The feeds' formats: their columns, which of them matter, and how cells and countries are written.

Column names are those of the feed, in small letters with `_` for blanks; for GDELT they are the names of the public
BigQuery tables in small letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from analysis.errors import OptionError, nearest, one_of
from analysis.feeds.countries import Scheme

# What the feeds write where they have nothing.
BLANK = ("", "NA", "NULL", "None")
Feed = Literal["gdelt1", "gdelt2", "icews", "polecat", "acled", "ucdp"]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ACTOR = _names(
    "code name countrycode knowngroupcode ethniccode religion1code religion2code type1code type2code type3code"
)
_GEO = _names("type fullname countrycode adm1code adm2code lat long featureid")
_GDELT_HEAD = (
    *_names("globaleventid sqldate monthyear year fractiondate"),
    *(f"actor{side}{part}" for side in (1, 2) for part in _ACTOR),
    *_names("isrootevent eventcode eventbasecode eventrootcode quadclass goldsteinscale"),
    *_names("nummentions numsources numarticles avgtone"),
)
_PLACES = ("actor1geo", "actor2geo", "actiongeo")
_GDELT2 = [*_GDELT_HEAD, *(f"{place}_{part}" for place in _PLACES for part in _GEO), "dateadded", "sourceurl"]
_GDELT1 = [name for name in _GDELT2 if not name.endswith("_adm2code")]
_ICEWS = _names("""
    event_id event_date source_name source_sectors source_country event_text cameo_code intensity target_name
    target_sectors target_country story_id sentence_number publisher city district province country latitude
    longitude
""")
_POLECAT = _names("""
    event_id event_date event_type event_mode intensity quad_code contexts actor_name actor_country actor_cow
    primary_actor_sector actor_sectors actor_title actor_name_raw wikipedia_actor_id recipient_name
    recipient_country recipient_cow primary_recipient_sector recipient_sectors recipient_title
    recipient_name_raw wikipedia_recipient_id placename city district province country latitude longitude
    geonames_id raw_placename feature_type source publication_date story_people story_organizations
    story_locations language version
""")
_ACLED = _names("""
    event_id_cnty event_date year time_precision disorder_type event_type sub_event_type actor1 assoc_actor_1
    inter1 actor2 assoc_actor_2 inter2 interaction civilian_targeting iso region country admin1 admin2 admin3
    location latitude longitude geo_precision source source_scale notes fatalities tags timestamp
""")
_UCDP = _names("""
    id relid year active_year code_status type_of_violence conflict_dset_id conflict_new_id conflict_name
    dyad_dset_id dyad_new_id dyad_name side_a_dset_id side_a_new_id side_a side_b_dset_id side_b_new_id side_b
    number_of_sources source_article source_office source_date source_headline source_original where_prec
    where_coordinates where_description adm_1 adm_2 latitude longitude geom_wkt priogrid_gid country country_id
    region event_clarity date_prec date_start date_end deaths_a deaths_b deaths_civilians deaths_unknown best
    high low gwnoa gwnob
""")


@dataclass(frozen=True)
class Format:
    """One feed's file format.

    Parameters
    ----------
    feed : str
        Its name here.
    columns : sequence of str
        Canonical names of the columns in the file's order.
    needed : sequence of str
        Those that the reader cannot do without.
    used : sequence of str
        Those that the reader uses; a lake keeps only these.
    sides : pair of str
        Columns that name the countries of the one who acts and of the one acted upon; empty where that needs parsing.
    scheme : str
        How these columns write a country.
    splitter : str
        What separates several countries in one cell; empty where there is only one.
    delimiter, quoted
        How cells are separated, and whether cells may be quoted (and then hold line breaks).
    widths : sequence of int
        Widths by which a file without header is known; the columns are then the first so many.
    aliases : tuple of pairs
        Other names of a column in some vintages.
    day : str
        The column of the event's day, by which a lake is partitioned.
    """

    feed: Feed
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    used: tuple[str, ...]
    sides: tuple[str, str] | tuple[()]
    scheme: Scheme
    day: str
    splitter: str = ""
    delimiter: str = "\t"
    quoted: bool = False
    widths: tuple[int, ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()


def _gdelt(feed: Feed, columns: Sequence[str], widths: tuple[int, ...]) -> Format:
    needed = ("globaleventid", "sqldate", "actor1countrycode", "actor2countrycode", "eventcode", "goldsteinscale")
    used = (*needed, "eventrootcode", "quadclass", "isrootevent", "nummentions", "actiongeo_countrycode", "dateadded")
    sides = ("actor1countrycode", "actor2countrycode")
    return Format(feed, tuple(columns), needed, (*used, "sourceurl"), sides, "cameo", "sqldate", widths=widths)


FORMATS: dict[Feed, Format] = {
    "gdelt1": _gdelt("gdelt1", _GDELT1, (57, 58)),
    "gdelt2": _gdelt("gdelt2", _GDELT2, (61,)),
    "icews": Format(
        "icews",
        _ICEWS,
        ("event_id", "event_date", "source_country", "target_country", "cameo_code", "intensity"),
        (
            *("event_id", "event_date", "source_country", "target_country", "cameo_code", "intensity"),
            *("event_text", "story_id", "publisher", "country"),
        ),
        ("source_country", "target_country"),
        "name",
        "event_date",
    ),
    "polecat": Format(
        "polecat",
        _POLECAT,
        ("event_id", "event_date", "event_type", "intensity", "quad_code", "actor_country", "recipient_country"),
        (
            *("event_id", "event_date", "event_type", "intensity", "quad_code", "actor_country", "recipient_country"),
            *("event_mode", "country", "source", "publication_date", "story_people", "story_locations"),
        ),
        ("actor_country", "recipient_country"),
        "name",
        "event_date",
        splitter=";",
        aliases=(("event_intensity", "intensity"), ("quad_class", "quad_code"), ("event_quad_code", "quad_code")),
    ),
    "acled": Format(
        "acled",
        _ACLED,
        ("event_id_cnty", "event_date", "sub_event_type", "actor1", "actor2"),
        ("event_id_cnty", "event_date", "event_type", "sub_event_type", "actor1", "actor2", "country", "source"),
        (),
        "name",
        "event_date",
        delimiter=",",
        quoted=True,
        aliases=(("data_id", "event_id_cnty"),),
    ),
    "ucdp": Format(
        "ucdp",
        _UCDP,
        ("id", "type_of_violence", "gwnoa", "gwnob", "date_start", "date_end"),
        (
            *("id", "type_of_violence", "gwnoa", "gwnob", "date_start", "date_end", "side_a", "side_b", "country"),
            *("source_article", "source_office", "source_date", "date_prec"),
        ),
        ("gwnoa", "gwnob"),
        "gw",
        "date_start",
        splitter=",",
        delimiter=",",
        quoted=True,
        widths=(49,),
    ),
}
FEEDS: tuple[Feed, ...] = tuple(FORMATS)


def named(feed: str) -> Format:
    """Return a format by its name; OptionError when there is none."""
    for one in FORMATS.values():
        if one.feed == feed:
            return one
    raise OptionError("feed", "feed", one_of(FEEDS), feed, nearest(feed, FEEDS))


@lru_cache(4096)
def plain(name: str) -> str:
    """Return a column name without case, blanks and punctuation."""
    return re.sub("[^a-z0-9]", "", name.lower())


@cache
def _known(form: Format) -> dict[str, str]:
    return {plain(name): name for name in form.columns} | {plain(old): new for old, new in form.aliases}


def canonical(names: Sequence[str], form: Format) -> tuple[str, ...]:
    """Return the canonical names of a header's cells; a cell that is unknown keeps its own plain name."""
    known = _known(form)
    return tuple(known.get(plain(name), plain(name)) for name in names)
