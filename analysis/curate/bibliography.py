"""Bibliographies to rows of `sources.csv`: CSL-JSON (Zotero's export), BibTeX and RIS, read by pandoc.

A page that the record has already is found by its DOI or by its address, however either is written (`record.pages`),
and keeps its id; only its empty cells are filled, since what stands there was looked at by somebody. An entry that
shares its page with another of another title is named in the notes; chapters of one publication may share one. A new
page gets an id made of publisher, year and title. Its reliability is the one that all pages of its publisher have in
the record, and otherwise F, which means "cannot be judged" and lends an event no credibility: a grade is for the
analyst to give.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.curate import ids
from analysis.curate.spreadsheets import Incoming
from analysis.curate.table_format import Row
from analysis.errors import OptionError
from analysis.record.pages import UNKNOWN, address, is_part_of_one, page_keys

FORMATS = {".json": "csljson", ".bib": "biblatex", ".ris": "ris"}
# English BibTeX titles are put into sentence case, which takes the capital off every name without braces. An entry that
# names another language is left alone; this one is taken out again.
_NO_LANGUAGE = "latin"
_PAPERS = {"article-journal", "article-magazine", "article-newspaper", "chapter", "post-weblog", "webpage", "broadcast"}


def is_bibliography(path: Path) -> bool:
    """Return whether a file is one that this module reads, by its ending."""
    return path.suffix.lower() in FORMATS


def read(path: Path, existing: Sequence[Row]) -> Incoming:
    """Read a bibliography as rows for `sources.csv`.

    Parameters
    ----------
    path : Path
        A `.json` (CSL), `.bib` or `.ris` file.
    existing : sequence of dict
        The rows of the record's `sources.csv`.

    Raises
    ------
    OptionError
        When the file is missing or pandoc cannot read it.
    """
    items = _items(path)
    known: dict[str, list[Row]] = {}
    for row in existing:
        for key in page_keys(row["url"]):
            known.setdefault(key, []).append(row)
    by_id = {row["source_id"]: row for row in existing}
    grades = _grades(existing)
    taken = set(by_id)
    incoming = Incoming("sources", [], [])
    for item in items:
        row, place = _row(item), f"{path.name}, {item.get('id', 'item')}"
        keys = page_keys(row["url"], str(item.get("DOI", "")))
        there = [one for key in keys for one in known.get(key, ()) if not is_part_of_one(one, row)]
        held = by_id.get(str(item.get("id"))) or next(iter(there), None)
        if held is None:
            row["source_id"] = ids.free(ids.source_id(row["publisher"], row["published"], row["title"]), taken)
            row["reliability"] = grades.get(row["publisher"], "F")
            taken.add(row["source_id"])
            for key in keys:
                known.setdefault(key, []).append(row)
        else:
            if held["title"].casefold() != row["title"].casefold() or held["source_id"] not in by_id:
                words = f"is the page of {held['source_id']} ({held['title']}) and fills in its empty cells"
                incoming.notes.append(f"{place} ({row['title']}) {words}; give it its own address if it is another.")
            row = {**row, **{name: value for name, value in held.items() if value or name not in row}}
            if held["source_id"] not in by_id:
                held.update(row)
                continue
        incoming.rows.append(row)
        incoming.places.append(place)
    fresh = [row["source_id"] for row in incoming.rows if row["source_id"] not in by_id and row["reliability"] == "F"]
    if fresh:
        words = f"{len(fresh)} new sources have reliability F (cannot be judged) until you grade them."
        incoming.notes.insert(0, words)
    return incoming


def _items(path: Path) -> list[dict[str, Any]]:
    import pypandoc

    if not path.is_file():
        raise OptionError(str(path), "", "a file", "missing")
    text = path.read_text(encoding="utf-8-sig")
    kind = FORMATS[path.suffix.lower()]
    if kind == "biblatex":
        text = re.sub(
            r"(?m)^(\s*@(?!string|comment|preamble)\w+\s*\{[^,\s]+,)",
            rf"\1 langid = {{{_NO_LANGUAGE}}},",
            text,
            flags=re.I,
        )
    try:
        items: list[dict[str, Any]] = json.loads(pypandoc.convert_text(text, "csljson", format=kind))
    except (RuntimeError, ValueError) as error:
        said = str(error).strip().splitlines()[-1] if str(error).strip() else "nothing"
        raise OptionError(path.name, "", f"a bibliography ({kind}) that pandoc can read", said) from None
    if kind == "biblatex":
        items = [{name: item[name] for name in item if (name, item[name]) != ("language", "la")} for item in items]
    if kind == "ris":
        days = [re.search(r"(?m)^DA  - (\d{4})/(\d\d)/(\d\d)", one) for one in re.split(r"(?m)^ER  -.*$", text)]
        for item, day in zip(items, days, strict=False):
            _give_day(item, day)
    return items


def _give_day(item: dict[str, Any], day: re.Match[str] | None) -> None:
    # pandoc reads only the year of a RIS entry; its own line with the day agrees with that year or is left alone.
    parts = item.get("issued", {}).get("date-parts", [[]])
    if day and len(parts) == 1 and [str(part) for part in parts[0]] == [day.group(1)]:
        item["issued"]["date-parts"] = [[int(part) for part in day.groups()]]


def _row(item: dict[str, Any]) -> Row:
    kind = str(item.get("type") or "webpage")
    container, publisher = str(item.get("container-title", "")), str(item.get("publisher", ""))
    by = (container or publisher) if kind in _PAPERS else (publisher or container)
    doi = str(item.get("DOI", "")).strip()
    url = str(item.get("URL", "")).strip() or (f"https://doi.org/{doi}" if doi else "")
    language = str(item.get("language", ""))
    return {
        "type": kind,
        "title": _plain(str(item.get("title", ""))),
        "publisher": _plain(by) or UNKNOWN,
        "author": "; ".join(filter(None, (_name(one) for one in item.get("author", [])))),
        "published": _edtf(item.get("issued", {})),
        "url": address(url),
        "language": language if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", language) else "",
    }


def _plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"</?(?:i|b|sub|sup|span|em|strong)\b[^>]*>", "", text)).split())


def _name(name: dict[str, str]) -> str:
    parts = [name.get(part, "") for part in ("given", "non-dropping-particle", "dropping-particle", "family", "suffix")]
    return name.get("literal", "") or " ".join(part for part in parts if part)


def _edtf(issued: dict[str, Any]) -> str:
    texts = []
    for parts in issued.get("date-parts", []):
        year, *rest = (int(part) for part in parts)
        # CSL counts seasons as months 13 to 16, EDTF as 21 to 24.
        rest = [rest[0] + 8] if rest and rest[0] > 12 else rest
        texts.append("-".join([f"{year:04d}", *(f"{part:02d}" for part in rest)]))
    mark = "~" if issued.get("circa") else ""
    return "/".join(f"{text}{mark}" for text in texts[:2])


def _grades(existing: Sequence[Row]) -> dict[str, str]:
    held: dict[str, set[str]] = {}
    for row in existing:
        held.setdefault(row["publisher"], set()).add(row["reliability"])
    return {publisher: min(grades) for publisher, grades in held.items() if len(grades) == 1 and publisher != UNKNOWN}
