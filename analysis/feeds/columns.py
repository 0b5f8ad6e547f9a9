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
repaired      which repairs were made to the row (`repairs.REPAIRS`), each followed by `;`; a scan keeps the file's cell
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from analysis.feeds.few import Value, ops
from analysis.record import codebook, places

if TYPE_CHECKING:
    from ibis.expr.types import DateValue, StringValue, Table

    from analysis.feeds.feed import Feed

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
    "repaired": "string",
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
    """Return raw columns as text, as they stand; missing if there is none.

    The place of each row comes along, and `repaired`, the names of the repairs made to it, each followed by `;`. A
    reader works on this table, so that what it repeats is a name, not an expression.
    """
    ibis = ops(raw)
    held = {column.lower(): column for column in raw.columns}
    made = {}
    for name in (*names, "feed_file"):
        made[name] = raw[held[name]].cast("string") if name in held else ibis.null("string")
    line = raw[held["feed_line"]].cast("int64") if "feed_line" in held else ibis.null("int64")
    return raw.select(**made, feed_line=line, repaired=ibis.literal(""))


def day(value: StringValue) -> DateValue:
    """Read YYYYMMDD or YYYY-MM-DD, with or without a time behind it; missing where it is no day.

    Days that are written in another way were brought to this one by the scan of their file (`days`).
    """
    ibis = ops(value)
    digits = value.replace("-", "")
    text = digits[0:4] + "-" + digits[4:6] + "-" + digits[6:8]
    # Engines differ in what else they take for a day, so the form is checked first.
    good = text.re_search(r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$")
    return ibis.ifelse(good, text, ibis.null("string")).try_cast("date")


def number(value: StringValue) -> Any:
    """Read a number; missing where it is none."""
    ibis = ops(value)
    good = value.re_search(r"^-?[0-9]+(\.[0-9]+)?$")
    return ibis.ifelse(good, value, ibis.null("string")).try_cast("float64")


@cache
def codes(name: str = "cameo") -> tuple[dict[str, str], ...]:
    """Return the rows of a table of the codebook, without loading pandas for them."""
    with (places.codebook() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def scores() -> dict[str, float]:
    """Return the Goldstein score of each CAMEO code of the codebook, for feeds that have none of their own."""
    return {row["code"]: float(row["goldstein"]) for row in codes()}


def roots() -> list[str]:
    """Return the roots of CAMEO."""
    return sorted({row["root"] for row in codes()})


def quad_of_number(value: StringValue) -> StringValue:
    """Return the quad class of its number, 1 to 4, as GDELT has it."""
    return lookup(value, dict(zip("1234", codebook.QUAD_CLASSES, strict=True)))


def quad_of_root(root: StringValue) -> StringValue:
    """Return the quad class of a CAMEO root in the workbook's scheme."""
    return lookup(root, {row["root"]: row["quad_class"] for row in codes()})


def lookup(value: StringValue, known: dict[str, Any]) -> Any:
    """Return what a value stands for; missing where it is unknown."""
    if isinstance(value, Value):
        return value.map(known)
    import ibis

    grouped = {to: [key for key in known if known[key] == to] for to in sorted(set(known.values()))}
    # Without the type DuckDB takes -10.0 for a decimal of one place.
    kind = "float64" if all(isinstance(to, float) for to in grouped) and grouped else None
    found = ((value.isin(keys), ibis.literal(to, type=kind)) for to, keys in grouped.items())
    return ibis.cases(*found, else_=None)


def domain_of(code: StringValue) -> StringValue:
    """Return the domain that a CAMEO code tells of."""
    return lookup(code, _domains()).fill_null("diplomatic")


@cache
def _domains() -> dict[str, str]:
    found = {}
    for row in codes():
        words = [name for name, signs in _ABOUT if any(sign in row["label"].lower() for sign in signs)]
        found[row["code"]] = words[0] if words else _ROOTS.get(row["code"][:2], "diplomatic")
    return {code: name for code, name in found.items() if name != "diplomatic"}


def web_address(url: StringValue) -> StringValue:
    """Return an address without scheme, `www.` and what follows a question mark, in small letters."""
    return url.lower().re_replace(r"[?#].*$", "").re_replace(r"/+$", "").re_replace(r"^[a-z]+://(www\.)?", "")


def web_words(address: StringValue) -> StringValue:
    """Return the words of the last part of an address, numbers left out, joined by `-`."""
    last = address.re_extract(r"([^/]+)$", 1).re_replace(_EXTENSION, "").re_replace(r"[0-9_.+%-]+", "-")
    return last.re_replace(r"^-+", "").re_replace(r"-+$", "")


def pairs(table: Table, feed: Feed) -> Table:
    """Give a row for each pair of names in the two cells of a feed, as `pair_source`, `pair_target`, `pair_joint`.

    Several names on the first side and none on the second act together: each pair of them once, in the order of the
    alphabet, and `pair_joint` holds.
    """
    ibis = ops(table)
    by, to, splitter = table[feed.sides[0]], table[feed.sides[1]], feed.splitter
    joint = to.isnull() & by.contains(splitter).fill_null(False)
    wide = table.mutate(pair_joint=joint, by_names=by.fill_null(""), to_names=ibis.ifelse(joint, by, to.fill_null("")))
    first = wide.mutate(pair_source=wide["by_names"].split(splitter).unique().unnest())
    second = first.mutate(pair_target=first["to_names"].split(splitter).unique().unnest())
    stripped = second.mutate(pair_source=second["pair_source"].strip(), pair_target=second["pair_target"].strip())
    if feed.whole:
        stripped = stripped.mutate(
            pair_source=whole(stripped["pair_source"]), pair_target=whole(stripped["pair_target"])
        )
    return stripped.filter(~stripped["pair_joint"] | (stripped["pair_source"] < stripped["pair_target"]))


def whole(value: StringValue) -> StringValue:
    """Return a whole number without the `.0` that a spreadsheet or a data frame has put behind it."""
    return ops(value).ifelse(value.re_search(r"^-?[0-9]+\.0+$"), value.re_extract(r"^(-?[0-9]+)", 1), value)


def events(raw: Table, feed: Feed) -> Table:
    """Return the events of a raw table as one expression; the columns are those of `TYPES`.

    Parameters
    ----------
    raw : ibis Table
        A feed's own columns, of any type, on any engine.
    feed : Feed
        Which feed.
    """
    from analysis.feeds.repairs import repair

    ibis = ops(raw)

    table = repair(texts(raw, feed.used), feed)
    table = pairs(table, feed) if feed.splitter else table
    columns = feed.read(table)
    if "cameo" in columns:
        root = columns["cameo"][0:2]
        columns = {"root": root, "known": root.isin(roots()), "domain": domain_of(columns["cameo"])} | columns
        own = columns.get("quad_class")
        columns["quad_class"] = quad_of_root(root) if own is None else own.fill_null(quad_of_root(root))
    columns = {name: ibis.literal(value) if isinstance(value, str) else value for name, value in columns.items()}
    known = columns.pop("known")
    base = {name: ibis.null(kind) for name, kind in TYPES.items() if name not in ("lag", "fault")}
    base |= {"end": columns["start"], "reciprocal": ibis.literal(False), "feed": ibis.literal(feed.name)}
    base |= {name: table[name] for name in ("feed_file", "feed_line", "repaired")} | columns
    made = table.select(**{name: value.cast(TYPES[name]) for name, value in base.items()}, known=known)
    if feed.web:
        # Copies of a text on other sites keep the words of its address: an address whose last part has four words or
        # more is taken to be named after its headline and stands for that text on every site.
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
    host = url.lower().re_extract(r"^[a-z]+://(www\.)?([^/:?#]+)", 2)
    return ops(url).ifelse(url.lower().re_search(r"^[a-z]+://"), host, url)
