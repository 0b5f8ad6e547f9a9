"""The date of a publication as people, reference managers and databases write it, to EDTF.

What is read keeps its doubt: `c. 1997` is `1997~`, `1997?` stays, a season and a span stay what they are. What cannot
be read for sure (`in press`, an open end, `3/1/2014` that may be March or January) gives nothing, and the caller says
that a date was there.
"""

from __future__ import annotations

import re
from typing import Any

from analysis.record.dates import parse

# The first letters that tell a month apart, in the languages that reference managers print: en, de, fr, es, it, ru.
_MONTHS = (
    "jan|jän|ene|gen|янв",
    "feb|fév|fev|фев",
    "mar(?!di)|mär|mrz|мар",
    "apr|avr|abr|апр",
    "may|mai|mag|май|мая",
    "jun|juin|giu|июн",
    "jul|juil|lug|июл",
    "aug|aoû|aou|ago|авг",
    "sep|set|сен",
    "oct|okt|ott|окт",
    "nov|ноя",
    "dec|dez|déc|dic|дек",
)
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_ABOUT = re.compile(r"^(?:circa|about|approx(?:imately)?\.?|ca?\.?(?=\s*\d)|um(?=\s*\d)|около)\s*", re.IGNORECASE)
_WEEKDAY = re.compile(r"^(?:mon|tues|wednes|thurs|fri|satur|sun)day\b[\s,]*", re.IGNORECASE)
_NONE = re.compile(r"^\W*(?:n\.? ?d\.?|no date|undated|s\.? ?d\.?|o\. ?j\.?|null)?\W*$", re.IGNORECASE)


def is_no_date(text: str) -> bool:
    """Return whether a text says that there is no date, or nothing: `n.d.`, `[s.d.]`, empty."""
    return bool(_NONE.match(text))


def edtf(text: str) -> str:
    """Return a date as EDTF, or an empty text where it cannot be read for sure.

    >>> [edtf(one) for one in ("5 March 2014", "2014/03//", "circa 2019", "June 18--23, 2017", "1829--1830")]
    ['2014-03-05', '2014-03', '2019~', '2017-06-18/2017-06-23', '1829/1830']
    >>> edtf("3/1/2014")
    ''
    """
    plain = " ".join(re.sub(r"[{}\[\]()]", "", text).replace("\\", " ").split())
    plain = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|\bde\b|\s*(?:г\.|года?)$", "", plain, flags=re.IGNORECASE)
    about, plain = bool(_ABOUT.match(plain)), _WEEKDAY.sub("", _ABOUT.sub("", plain)).strip(" ,.;")
    mark = re.search(r"[?~%]$", plain)
    found = _read(plain[:-1].strip() if mark and "/" not in plain else plain)
    doubt = "~" if about else mark.group() if mark and found and "/" not in plain else ""
    doubt = "%" if about and mark and mark.group() == "?" else doubt
    made = "/".join(
        f"{part}{doubt}" if not part.endswith(("?", "~", "%")) else part for part in found.split("/") if part
    )
    try:
        parse(made)
    except ValueError:
        return ""
    return made


def _read(text: str) -> str:
    """Return the EDTF of a date or span without a mark of doubt; unchecked."""
    slashed = re.fullmatch(r"(\d{4})/(\d{0,2})/(\d{0,2})(?:/(.*))?", text) or re.fullmatch(
        r"(\d{4})/(1[0-2]|0?[1-9])()()", text
    )
    if slashed:
        # RIS: year/month/day/words, of which all but the year may be empty.
        year, month, day, words = ("" if part in {None, "0", "00"} else part for part in slashed.groups())
        season = _SEASONS.get(words.strip().casefold()) if not month else None
        return _joined(year, season or month, day if month else "")
    text = re.sub(r"(\d{4}-\d\d-\d\d)[T ]\d\d[:\d.]*(?:Z|[+-]\d\d:?\d\d)?", r"\1", text)
    if re.fullmatch(r"\d{1,2}/\d{4}", text):
        return _single(text)
    span = [
        part.strip() for part in re.split(r"\s*(?:--+|[–—]|/|\bto\b|(?<!\d)-|-(?!\d)|(?<=\d{4})-(?=\d{4}$))\s*", text)
    ]
    if len(span) == 2 and all(span):
        return _span(*span)
    return _single(text)


def _span(first: str, last: str) -> str:
    """Return a span; what its first part leaves out (`June 18`, 2017) is taken from its last."""
    if re.fullmatch(r"\d{4}", first) and re.fullmatch(r"\d{2}", last) and int(last) > int(first[2:]):
        last = first[:2] + last
    end = _single(last)
    if not end and re.search(r"\d{4}", last):
        month = _month(first)
        end = _single(f"{last} {first.split()[0]}") if month and re.match(r"\d{1,2}\W+\d{4}$", last) else ""
    start = _single(first)
    if not start and end:
        year = end[:4]
        start = _single(f"{first} {year}") or (
            f"{end[:8]}{int(first):02d}" if first.isdigit() and len(end) == 10 else ""
        )
    return f"{start}/{end}" if start and end else ""


def _single(text: str) -> str:
    marked = re.fullmatch(r"([^?~%]+)([?~%])", text)
    if marked:
        inner = _single(marked.group(1).strip())
        return f"{inner}{marked.group(2)}" if inner else ""
    if re.fullmatch(r"\d{3}[\dX](?:-\d\d(?:-\d\d)?)?", text):
        return text
    if decade := re.fullmatch(r"(\d{3})0['’]?s", text):
        return f"{decade.group(1)}X"
    if short := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", text):
        return _joined(*(part or "" for part in short.groups()))
    if solid := re.fullmatch(r"((?:19|20)\d\d)([01]\d)([0-3]\d)", text):
        return _joined(*solid.groups())
    if numbers := re.fullmatch(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})", text):
        return _numbers(*numbers.groups())
    if numbers := re.fullmatch(r"(\d{1,2})[./](\d{4})", text):
        return _joined(numbers.group(2), numbers.group(1), "")
    years, month = re.findall(r"(?<!\d)\d{4}(?!\d)", text), _month(text)
    if len(years) != 1 or not month:
        return ""
    days = re.findall(r"(?<!\d)\d{1,2}(?!\d)", text.replace(years[0], ""))
    words = re.findall(r"[^\W\d_]+", text)
    return "" if len(days) > 1 or len(words) > 1 else _joined(years[0], month, days[0] if days else "")


def _numbers(first: str, between: str, second: str, year: str) -> str:
    """Return day, month and year in figures; with slashes only where one of the two can be no month."""
    a, b = int(first), int(second)
    if between == "." or a > 12 or a == b:
        return _joined(year, second, first)
    return _joined(year, first, second) if b > 12 else ""


def _month(text: str) -> str:
    word = re.search(r"[^\W\d_]+", text)
    name = word.group().casefold() if word else ""
    season = _SEASONS.get(name)
    numbers = [at for at, names in enumerate(_MONTHS, start=1) if re.match(names, name)]
    return str(season or (numbers[0] if len(numbers) == 1 else ""))


def _joined(year: str, month: str | int, day: str | int) -> str:
    parts = [f"{int(part):02d}" for part in (month, day) if str(part)]
    return "-".join([year, *parts])


def from_csl(issued: Any) -> tuple[str, str]:
    """Return a date of the Citation Style Language as EDTF, and as it was written where it could not be read."""
    if not isinstance(issued, dict):
        written = str(issued or "")
        return edtf(written), "" if edtf(written) or is_no_date(written) else written
    texts = []
    for parts in issued.get("date-parts") or []:
        numbers = [
            str(part).strip() for part in (parts if isinstance(parts, list) else [parts]) if part not in (None, "")
        ]
        if not numbers:
            continue
        if len(numbers) == 1 and issued.get("season"):
            season = str(issued["season"]).casefold()
            numbers.append(str(_SEASONS.get(season) or (int(season) + 20 if season in "1234" else season)))
        # CSL counts seasons as months 13 to 16 or 21 to 24, EDTF as 21 to 24.
        if len(numbers) > 1 and numbers[1] in {"13", "14", "15", "16"}:
            numbers[1] = str(int(numbers[1]) + 8)
        texts.append("-".join(number.zfill(2) if at else number.zfill(4) for at, number in enumerate(numbers)))
    words = " ".join(str(issued.get(name) or "") for name in ("raw", "literal")).strip()
    # A circa of CSL is a truth value, a number or, from some programs, the text of one.
    mark = "~" if str(issued.get("circa") or "").casefold() not in {"", "0", "false"} else ""
    made = edtf("/".join(texts[:2])) if texts else edtf(words)
    if made and mark:
        made = "/".join(f"{part}{mark}" for part in made.split("/") if not part.endswith("~"))
    written = "/".join(texts) or words
    return made, "" if made or is_no_date(written) else written
