"""Bibliographies to rows of `sources.csv`: CSL-JSON (Zotero's export), BibTeX and RIS.

A page that the record has already is found by its DOI or by its address, however either is written (`record.pages`),
a work in print by its words; it keeps its id, and only its empty cells are filled, since what stands there was looked
at by somebody. An entry that shares its page with another of another title is named in the notes; chapters of one
publication may share one. A new page gets an id made of publisher, year and title. Its reliability is the one that all
pages of its publisher have in the record, and otherwise F, which means "cannot be judged" and lends an event no
credibility: a grade is for the analyst to give.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.curate import bib_entries, ids
from analysis.curate.bib_dates import from_csl
from analysis.curate.bib_entries import Entry
from analysis.curate.citing import reference_keys
from analysis.curate.spreadsheets import Incoming
from analysis.curate.table_format import Row
from analysis.record.pages import UNKNOWN, address, is_part_of_one, page_keys

_PAPERS = {"article-journal", "article-magazine", "article-newspaper", "chapter", "post-weblog", "webpage", "broadcast"}


def is_bibliography(path: Path) -> bool:
    """Return whether a file is one that this module reads, by its ending."""
    return path.suffix.lower() in bib_entries.KINDS


def read(path: Path, existing: Sequence[Row]) -> Incoming:
    """Read a bibliography as rows for `sources.csv`; entries that cannot be taken are rows that are refused.

    Parameters
    ----------
    path : Path
        A `.json` (CSL), `.bib` or `.ris` file.
    existing : sequence of dict
        The rows of the record's `sources.csv`.

    Raises
    ------
    OptionError
        When the file is missing or holds no entry.
    """
    entries, notes = bib_entries.read(path)
    known: dict[str, list[Row]] = {}
    for row in existing:
        for key in _keys(row):
            known.setdefault(key, []).append(row)
    by_id = {row["source_id"]: row for row in existing}
    grades = _grades(existing)
    taken = set(by_id)
    incoming = Incoming("sources", [], [], notes=notes)
    for entry in entries:
        row = _row(entry, incoming.notes) if not entry.fault else {}
        reason = entry.fault or ("" if row["title"] else "it has no title")
        if reason:
            words = f"{entry.place}: it must be an entry that can be read; {reason.rstrip('.')}."
            incoming.refused[len(incoming.rows)] = [f"{words} Mend it there, or leave it out with --skip-refused."]
            incoming.rows.append({**row, "entry": entry.text})
            incoming.places.append(entry.place)
            continue
        doi = _text(entry.item, "DOI")
        there = _others(row, doi, known)
        if there and doi and not _same_work(there[0], row) and row["url"] != address(doi):
            # Two works with numbers of their own under one address, such as that of their publisher.
            row["url"] = address(doi)
            there = _others(row, "", known)
        held = by_id.get(entry.key) or next(iter(there), None)
        if held is None:
            row["source_id"] = ids.free(ids.source_id(row["publisher"], row["published"], row["title"]), taken)
            row["reliability"] = grades.get(row["publisher"], "F")
            taken.add(row["source_id"])
            for key in _keys(row, doi):
                known.setdefault(key, []).append(row)
        else:
            if not _same_work(held, row) or held["source_id"] not in by_id:
                words = f"is the page of {held['source_id']} ({held['title']}) and fills in its empty cells"
                incoming.notes.append(
                    f"{entry.place} ({row['title']}) {words}; give it its own address if it is another."
                )
            row = {**row, **{name: value for name, value in held.items() if value or name not in row}}
        for reference in reference_keys(entry.key, doi):
            incoming.refs.setdefault(reference, row["source_id"])
        if held is not None and held["source_id"] not in by_id:
            held.update(row)
            continue
        incoming.rows.append(row)
        incoming.places.append(entry.place)
    fresh = [
        row["source_id"]
        for row in incoming.rows
        if row.get("source_id", "") not in {"", *by_id} and row["reliability"] == "F"
    ]
    if fresh:
        words = f"{len(fresh)} new sources have reliability F (cannot be judged) until you grade them."
        incoming.notes.insert(0, words)
    return incoming


def _keys(row: Row, doi: str = "") -> list[str]:
    """Return what a source is known by: its page, or what is printed on a work that has none."""
    pages = page_keys(row["url"], doi)
    by, title = (" ".join(row.get(name, "").casefold().split()) for name in ("publisher", "title"))
    return pages or [f"print:{by}|{row['published'][:4]}|{title}|{row['author'].casefold()}"]


def _others(row: Row, doi: str, known: dict[str, list[Row]]) -> list[Row]:
    return [one for key in _keys(row, doi) for one in known.get(key, ()) if not is_part_of_one(one, row)]


def _same_work(one: Row, other: Row) -> bool:
    return one["title"].casefold() == other["title"].casefold()


def _row(entry: Entry, notes: list[str]) -> Row:
    item = entry.item
    doi, links = _text(item, "DOI"), _text(item, "URL")
    url, *more = re.split(r"[;\s]+(?=https?://)", links) if links else [address(doi) if doi else ""]
    url = f"https://{url}" if url.startswith("www.") else url
    if url and not re.match(r"https?://", address(url)):
        notes.append(f"{entry.place}: {url!r} is no web address and was left out.")
        url = address(doi) if doi else ""
    kind = str(item.get("type") or ("webpage" if url else "document"))
    container, publisher = _text(item, "container-title"), _text(item, "publisher")
    by = (container or publisher) if kind in _PAPERS else (publisher or container)
    published, unread = entry.published
    accessed, unread_access = from_csl(item.get("accessed"))
    for name, written in (("date", unread), ("day of access", unread_access)):
        if written:
            notes.append(f"{entry.place}: its {name}, {written!r}, could not be read and is left empty.")
    if more:
        notes.append(f"{entry.place}: of its {1 + len(more)} addresses the first was taken, {url}.")
    archive = [_plain(_text(item, name)) for name in ("archive", "archive_location", "archive-place")]
    kept_at = re.match(r"https?://\S+", archive[1] or archive[0])
    held = ", ".join(part for part in archive if part and not part.startswith("http"))
    language = _text(item, "language")
    return {
        "type": kind,
        "title": _plain(_text(item, "title")),
        "publisher": _plain(by) or UNKNOWN,
        "author": "; ".join(filter(None, (_name(one) for one in item.get("author") or [] if one))),
        "published": published,
        "url": address(url),
        "language": language if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", language) else "",
        "notes": f"Archive: {held}." if held else "",
        "accessed": accessed,
        "archive_url": kept_at.group() if kept_at else "",
    }


def _text(item: dict[str, Any], name: str) -> str:
    """Return a field as text; Crossref writes some as lists, and what is not known as null."""
    value = item.get(name)
    value = value[0] if isinstance(value, list) and value else value
    return "" if value is None or value == [] else str(value).strip()


def _plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"</?(?:i|b|sub|sup|span|em|strong)\b[^>]*>", "", text)).split())


def _name(name: Any) -> str:
    """Return a person's name in reading order; a particle that stands in the family name as well is printed once."""
    if not isinstance(name, dict):
        return str(name)
    texts = {part: " ".join(str(text).split()) for part, text in name.items() if text}
    family, before = texts.get("family", ""), []
    for part in ("dropping-particle", "non-dropping-particle"):
        particle = texts.get(part, "")
        if particle and not f"{family} ".casefold().startswith(f"{particle} ".casefold()):
            before.append(particle)
    given = texts.get("given", "")
    for particle in before[:1]:
        given = given.removesuffix(f" {particle}")
    parts = [given, *before, family, texts.get("suffix", "")]
    return texts.get("literal", "") or " ".join(part for part in parts if part)


def _grades(existing: Sequence[Row]) -> dict[str, str]:
    held: dict[str, set[str]] = {}
    for row in existing:
        held.setdefault(row["publisher"], set()).add(row["reliability"])
    return {publisher: min(grades) for publisher, grades in held.items() if len(grades) == 1 and publisher != UNKNOWN}
