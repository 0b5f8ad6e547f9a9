"""The columns that every feed comes to, and the small expressions that all readers share.

One row of an events table is one row of the feed (for POLECAT and UCDP, one for each pair of countries in it). All of
this is ibis: nothing is computed here, an expression is built that DuckDB, Spark or BigQuery then runs. So only
functions that mean the same on all three are used: fixed slices, anchored patterns without look-around, casts that give
missing instead of an error.

event_id      text, the feed's name and its own id
start, end    days, both included
source_actor, target_actor   ISO 3166-1 alpha-3; missing where the actor is no country
reciprocal    both act together, neither towards the other
cameo, root   the code as text and its root; for POLECAT the PLOVER type is the root and there is no CAMEO code
quad_class, goldstein, scheme   from the row where it has them; `scheme` says whose values these are
domain        from the code, coarse; `diplomatic` where the code does not say what the act was about
added, lag    day on which the feed took the row in, and days since the event; missing where the feed does not say
text, publisher, url   what makes two rows one text; who published it; where
mentions, place        as the feed has them; place as alpha-3
fault         why the row cannot be used: `date`, `score`, `code`; missing for a good row
feed, feed_file, feed_line   where it stood
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from analysis import codebook
from analysis.feeds.formats import BLANK

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, DateValue, StringValue, Table, Value

TYPES = {
    "event_id": "string",
    "start": "date",
    "end": "date",
    "source_actor": "string",
    "target_actor": "string",
    "reciprocal": "boolean",
    "cameo": "string",
    "root": "string",
    "quad_class": "string",
    "goldstein": "float64",
    "scheme": "string",
    "domain": "string",
    "added": "date",
    "lag": "int64",
    "text": "string",
    "publisher": "string",
    "url": "string",
    "mentions": "int64",
    "place": "string",
    "fault": "string",
    "feed": "string",
    "feed_file": "string",
    "feed_line": "int64",
}
_EXTENSION = r"\.(s?html?|php[0-9]?|aspx?|cms|ece|amp|story)$"
# What an act is about, as far as the words of its CAMEO label say it; the first that fits.
_ABOUT = (
    ("nuclear", ("mass-destruction",)),
    ("finance", ("aid: economic", "economic aid")),
    ("trade", ("economic", "embargo", "sanction", "boycott", "blockade")),
    ("military", ("militar", "peacekeep", "weapon", "armed", "attack", "occupation")),
    ("information", ("intelligence",)),
    ("domestic", ("judicial", "curbs", "dissent")),
)
_ROOTS = {"14": "domestic", "15": "military", "18": "military", "19": "military", "20": "military"}


def texts(raw: Table, names: Sequence[str]) -> Table:
    """Return raw columns as text, missing for each of the words that stand for missing; missing if there is none.

    The place of each row comes along. A reader works on this table, so that what it repeats is a name, not an
    expression.
    """
    import ibis

    held = {column.lower(): column for column in raw.columns}
    made = {}
    for name in (*names, "feed_file"):
        value = raw[held[name]].cast("string").strip() if name in held else ibis.null("string")
        for word in BLANK:
            value = value.nullif(word)
        made[name] = value
    line = raw[held["feed_line"]].cast("int64") if "feed_line" in held else ibis.null("int64")
    return raw.select(**made, feed_line=line)


def compact_day(value: StringValue) -> DateValue:
    """Read YYYYMMDD, with or without a time behind it; missing where it is no day."""
    return _day(value[0:4] + "-" + value[4:6] + "-" + value[6:8])


def any_day(value: StringValue) -> DateValue:
    """Read YYYY-MM-DD, with or without a time behind it, or M/D/YYYY; missing where it is no day."""
    import ibis

    american = r"^([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})"
    parts = [value.re_extract(american, place) for place in (1, 2, 3)]
    turned = parts[2] + "-" + parts[0].lpad(2, "0") + "-" + parts[1].lpad(2, "0")
    return _day(ibis.ifelse(value.re_search(american), turned, value[0:10]))


def _day(value: StringValue) -> DateValue:
    import ibis

    # Engines differ in what else they take for a day, so the form is checked first.
    good = value.re_search(r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
    return ibis.ifelse(good, value, ibis.null("string")).try_cast("date")


def number(value: StringValue) -> Any:
    """Read a number; missing where it is none."""
    import ibis

    good = value.re_search(r"^-?[0-9]+(\.[0-9]+)?$")
    return ibis.ifelse(good, value, ibis.null("string")).try_cast("float64")


def quad_of_root(root: StringValue) -> StringValue:
    """Return the quad class of a CAMEO root in the workbook's scheme."""
    table = codebook.cameo()[["root", "quad_class"]].drop_duplicates()
    return lookup(root, dict(zip(table["root"], table["quad_class"], strict=True)))


def lookup(value: StringValue, known: dict[str, Any]) -> Any:
    """Return what a value stands for; missing where it is unknown."""
    import ibis

    grouped = {to: [key for key in known if known[key] == to] for to in sorted(set(known.values()))}
    return ibis.cases(*((value.isin(keys), to) for to, keys in grouped.items()), else_=None)


def domain_of(code: StringValue) -> StringValue:
    """Return the domain that a CAMEO code tells of."""
    return lookup(code, _domains()).fill_null("diplomatic")


@cache
def _domains() -> dict[str, str]:
    found = {}
    for code, label in codebook.cameo()[["code", "label"]].itertuples(index=False):
        words = [name for name, signs in _ABOUT if any(sign in label.lower() for sign in signs)]
        name = words[0] if words else _ROOTS.get(code[:2], "diplomatic")
        if name != "diplomatic":
            found[code] = name
    return found


def web_address(url: StringValue) -> StringValue:
    """Return an address without scheme, `www.` and what follows a question mark, in small letters."""
    return url.lower().re_replace(r"[?#].*$", "").re_replace(r"/+$", "").re_replace(r"^[a-z]+://(www\.)?", "")


def web_words(address: StringValue) -> StringValue:
    """Return the words of the last part of an address, numbers left out, joined by `-`."""
    last = address.re_extract(r"([^/]+)$", 1).re_replace(_EXTENSION, "").re_replace(r"[0-9_.+%-]+", "-")
    return last.re_replace(r"^-+", "").re_replace(r"-+$", "")


def finish(table: Table, feed: str, columns: dict[str, Value], *, known: BooleanValue, web: bool = False) -> Table:
    """Bring a reader's columns to `TYPES`.

    Parameters
    ----------
    table : Table
        What the columns are built on, with the place of each row.
    feed : str
        Its feed.
    columns : dict
        The columns that the reader has; the others are missing.
    known : expression
        Whether the code is one of the feed's scheme.
    web : bool
        Whether text and publisher follow from `url`. Copies of a text on other sites keep the words of its address: an
        address whose last part has four words or more is taken to be named after its headline and stands for that text
        on every site; any other stands for itself.
    """
    import ibis

    base = {name: ibis.null(kind) for name, kind in TYPES.items() if name not in ("lag", "fault")}
    base |= {"end": columns["start"], "reciprocal": ibis.literal(False), "feed": ibis.literal(feed)}
    base |= {name: table[name] for name in ("feed_file", "feed_line")} | columns
    made = table.select(**{name: value.cast(TYPES[name]) for name, value in base.items()}, known=known)
    if web:
        made = made.mutate(address=web_address(made["url"]), publisher=web_publisher(made["url"]))
        made = made.mutate(words=web_words(made["address"]))
        headline = made["words"].re_search(r"^[^-]+(-[^-]+){3,}$")
        made = made.mutate(text=ibis.ifelse(headline, made["words"], made["address"]))
    fault = ibis.cases(
        (made["start"].isnull() | made["end"].isnull(), "date"),
        (~made["known"].fill_null(False), "code"),
        (~made["goldstein"].between(-10, 10).fill_null(False), "score"),
        else_=ibis.null("string"),
    )
    made = made.mutate(lag=made["added"].delta(made["start"], unit="day").cast("int64"), fault=fault)
    return made.select(*TYPES)


def web_publisher(url: StringValue) -> StringValue:
    """Return the host of an address without `www.`; the value itself where it is no address."""
    import ibis

    host = url.lower().re_extract(r"^[a-z]+://(www\.)?([^/:?#]+)", 2)
    return ibis.ifelse(url.lower().re_search(r"^[a-z]+://"), host, url)
