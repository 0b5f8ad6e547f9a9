"""Addresses of pages: one way to write one, and the key by which two addresses are the same page.

The grade of a row hangs on how many publishers stand behind it, so one page must not stand in a record twice under two
addresses. What does not change which page a browser shows is left out of the key: the scheme, `www.`, the usual port,
a closing slash, the mark of a campaign, the order of the query, a place within the page, the capitals of the host. A
DOI is one page however it is written.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

# A publisher that is not known is none: it cannot confirm what another one says.
UNKNOWN = "unknown"
# Types of the Citation Style Language that are a part of something larger, so that several may share its page.
PARTS = frozenset({"chapter", "entry", "entry-dictionary", "entry-encyclopedia", "paper-conference"})

_TRACKING = re.compile(
    r"utm_.*|(?:fb|g|dc|y|ms|tw|ttc|wbra|gbra|s)clid|gbraid|wbraid|mc_[ce]id|igshid|_ga|_gl|ref_src|cmpid|at_campaign|at_medium|__twitter_impression",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.\d{4,9}/[^\s?#\"<>]+")
# `https://doi.org/`, `dx.doi.org/` or `doi:`, once or several times before the number itself.
_DOI_BEFORE = re.compile(
    r"^(?:(?:https?:/{0,2})?(?:www\.|dx\.)*doi\.org/+|(?:https?:/{0,2})?doi:\s*/*|info:doi/)+(?=10\.)", re.IGNORECASE
)
_TEX = (
    (re.compile(r"\\(?:textasciitilde|sim|~)(?:\{\})?"), "~"),
    (re.compile(r"\\textunderscore(?:\{\})?"), "_"),
    (re.compile(r"\{?\\([_&%#$~{}])(?:\{\})?\}?"), r"\1"),
    (re.compile(r"^\\(?:url|href)\{(.*)\}$"), r"\1"),
    (re.compile(r"[{}]"), ""),
)


def address(text: str) -> str:
    """Return an address as a browser takes it: without TeX's escapes, and a DOI behind one `https://doi.org/`.

    >>> address(r"http://www.ex.org/a{\\_}b?x=1{\\&}y=2")
    'http://www.ex.org/a_b?x=1&y=2'
    >>> address("https://doi.org/doi:10.1234/ABC.6")
    'https://doi.org/10.1234/ABC.6'
    """
    plain, before = text.strip(), ""
    # An escape taken out can leave another one, or a blank at the end.
    while plain != before and ("\\" in plain or "{" in plain):
        before = plain
        for pattern, letter in _TEX:
            plain = pattern.sub(letter, plain)
        plain = plain.strip()
    bare, found = _DOI_BEFORE.subn("", plain)
    if found or re.fullmatch(_DOI, plain):
        usual = re.fullmatch(r"https?://(?:dx\.)?doi\.org/10\..*", plain)
        return plain if usual else f"https://doi.org/{bare}"
    return plain


def page_keys(url: str, doi: str = "") -> list[str]:
    """Return the keys by which two sources are the same page: its DOI, and its address without what does not matter."""
    keys = []
    plain = address(url)
    bare = _DOI_BEFORE.sub("", plain)
    numbers = [_DOI_BEFORE.sub("", address(doi)), bare if bare != plain else ""]
    number = next(filter(None, (_DOI.match(unquote(one)) for one in numbers)), None)
    if number:
        keys.append(f"doi:{number.group().rstrip('.,;)').lower()}")
    try:
        parts = urlsplit(plain)
    except ValueError:
        return keys  # brackets that are no address of version 6
    if parts.netloc and bare == plain:
        host = parts.netloc.rpartition("@")[2].lower().removesuffix(":443").removesuffix(":80").rstrip(".")
        pairs = sorted(
            pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])
        )
        # What follows `#!` or `#/` is read by the page's own program and chooses what it shows.
        inside = f"#{parts.fragment}" if parts.fragment[:1] in {"!", "/"} else ""
        path = quote(unquote(parts.path), safe="/").rstrip("/")
        keys.append(f"{host.removeprefix('www.')}{path}{'?' if pairs else ''}{urlencode(pairs)}{inside}")
    return keys


def is_part_of_one(one: dict[str, str], other: dict[str, str]) -> bool:
    """Return whether two sources are different parts, such as chapters, of one publication, which may share its page.

    Both are of a type in `PARTS`, with one publisher, so that they count as one, and with different titles.
    """
    by, title = (
        [str(row.get(name) or "").strip().casefold() for row in (one, other)] for name in ("publisher", "title")
    )
    return {one.get("type"), other.get("type")} <= PARTS and by[0] == by[1] and title[0] != title[1]
