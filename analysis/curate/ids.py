"""Readable ids made from what a row says.

The same facts give the same id on every machine and every day, so that importing a file twice changes nothing. An id
once in the record is never changed: whoever finds a row again (by its address, or by its date and words) uses the id
that it has.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from anyascii import anyascii

_LATIN = "a b v g g d e ie e zh z i i i i k l m n o p r s t u u f kh ts ch sh shch  y  e iu ia"
_TABLE = str.maketrans(dict(zip("абвгґдеєёжзиіїйклмнопрстуўфхцчшщъыьэюя", re.split(" ", _LATIN), strict=True)))
# Combining marks fall away before letters are spelt out, as they do in ids that were made earlier.
_MARKS = dict.fromkeys(range(768, 880))
_SMALL = frozenset(
    re.findall(
        r"\w+",
        "a an and as at by for from in into is it its of on or over than that the this to was were will with "
        "i v na s po iz za k o ob der die das und la le les de du des el los y et",
    )
)


def slug(text: str, words: int = 5) -> str:
    """Return the first telling words of a text in lower-case ASCII, joined by hyphens; empty when none remain.

    Letters of any script are spelt out in Latin ones.

    >>> slug("Łukaszenka"), slug("Հայաստան"), slug("白俄罗斯")
    ('lukaszenka', 'hayastan', 'baieluosi')
    """
    plain = unicodedata.normalize("NFC", text).lower().replace("'", "").replace("’", "").translate(_TABLE)
    plain = anyascii(unicodedata.normalize("NFKD", plain).translate(_MARKS)).lower()
    every = re.findall(r"[a-z0-9]+(?:\.[0-9]+)?", plain)
    telling = [word for word in every if word not in _SMALL] or every
    return "-".join(telling[:words])


def source_id(publisher: str, published: str, title: str) -> str:
    """Return the id of a source: publisher, year and words of its title."""
    by = slug(publisher, 3) if publisher and publisher != "unknown" else ""
    year = published[:4] if re.match("[0-9]{4}", published) else "undated"
    return "-".join(part for part in (by or "unknown", year, slug(title.strip("[]"), 4)) if part)


def event_id(date: str, title: str) -> str:
    """Return the id of an event: the day it starts, at the precision of its date, and words of its title."""
    return "-".join(part for part in (start_text(date), slug(title, 5)) if part)


def assessment_id(date: str, assessor: str, organisation: str, subject: str) -> str:
    """Return the id of an assessment: date, the assessor's last name or else the organisation, and the subject."""
    who = slug(assessor.split(";")[0].split()[-1], 1) if assessor.strip() else slug(organisation, 3)
    return "-".join(part for part in (start_text(date), who, slug(subject.replace("_", " "), 4)) if part)


def forecast_id(assessment: str, taken: Container[str]) -> str:
    """Return the next free id for a forecast of an assessment: `ASSESSMENT-f1`, `-f2` ..."""
    number = 1
    while f"{assessment}-f{number}" in taken:
        number += 1
    return f"{assessment}-f{number}"


def free(wanted: str, taken: Container[str]) -> str:
    """Return the id itself, or with the first number from 2 that is not taken."""
    number, one = 1, wanted
    while one in taken:
        number += 1
        one = f"{wanted}-{number}"
    return one


def start_text(date: str) -> str:
    """Return the first part of an EDTF date without its marks: `2004-02-18?/2004-02-19` gives `2004-02-18`."""
    plain = date.partition("/")[0].rstrip("?~%").replace("-XX", "").lower()
    # A date that is refused for its form is not refused once more for the id made of it.
    return re.sub(r"[^a-z0-9.]+", "-", plain, flags=re.ASCII).strip("-")
