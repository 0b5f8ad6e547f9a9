"""A saved page to a row of `sources.csv` and a copy beside the record, from which phrases are cited.

Title, author, publisher, day, address and language are taken from what the page says of itself in its metadata, never
from its text: a date in a sentence is not the day of publication. What it does not say is asked of the analyst. The
copy lies in `copies/`, which tells git to ignore it and is no part of the record or its package.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.curate import ids
from analysis.curate.bib_dates import edtf
from analysis.curate.importing import Plan, plan_rows
from analysis.curate.spreadsheets import Incoming
from analysis.curate.table_format import Row, read_texts, rows_of
from analysis.curate.texts import KINDS, Copy, read_copy, soup_of
from analysis.errors import OptionError, one_of
from analysis.record.pages import UNKNOWN, address, page_keys

COPIES = "copies"
# What may be asked for, in words.
ASKED = {
    "title": "title",
    "publisher": "publisher",
    "author": "author",
    "published": "day of publication",
    "url": "address",
    "language": "language",
}
# Names of metadata in the order of trust: Open Graph, Highwire (Google Scholar), Dublin Core, common others.
_META = {
    "title": ("citation_title", "og:title", "dc.title", "twitter:title"),
    "publisher": ("og:site_name", "citation_publisher", "citation_journal_title", "dc.publisher", "application-name"),
    "author": ("citation_author", "author", "article:author", "dc.creator", "parsely-author"),
    "published": (
        "article:published_time",
        "citation_publication_date",
        "citation_date",
        "dc.date.issued",
        "dc.date",
        "datepublished",
        "parsely-pub-date",
        "pubdate",
        "date",
    ),
    "url": ("og:url",),
    "language": ("og:locale", "content-language"),
}
_LINKED = {"title": "headline", "publisher": "publisher", "author": "author", "published": "datePublished"}


def metadata(copy: Copy) -> Row:
    """Return what a copy says of itself, by column of `sources.csv`; empty where it says nothing."""
    kind = copy.path.suffix.lower()
    found = dict.fromkeys(ASKED, "")
    if kind in {".html", ".htm"}:
        found |= _of_page(copy.path)
    elif kind == ".pdf":
        import pypdf

        held = pypdf.PdfReader(copy.path).metadata
        found["author"] = str(held.author or "") if held else ""
    found["url"] = found["url"] or next((url for url in copy.urls if page_keys(url)), "")
    found["title"] = found["title"] or copy.title
    found["url"] = address(found["url"])
    # A page's title often carries its site's name behind the headline.
    head, _, tail = re.sub(r"\s+[|–—-]\s+(?=[^|–—]*$)", "\n", found["title"]).partition("\n")
    if tail and tail.casefold() in found["publisher"].casefold():
        found["title"] = head
    return {name: " ".join(text.split()) for name, text in found.items()}


def _of_page(path: Path) -> Row:
    page = soup_of(path)
    held: dict[str, str] = {}
    for meta in page.find_all("meta"):
        name = str(meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv") or "")
        held.setdefault(name.casefold(), str(meta.get("content") or "").strip())
    linked = list(_linked(page))
    found = {}
    for column, names in _META.items():
        texts = [held[name] for name in names if held.get(name)]
        texts += [text for one in linked if column in _LINKED for text in [_words(one.get(_LINKED[column]))] if text]
        if column == "published":
            times = page.find_all("time", attrs={"pubdate": True}) + page.find_all("time", itemprop="datePublished")
            texts += [str(one.get("datetime") or "") for one in times]
            texts = [day for day in map(edtf, texts) if day]
        if column == "author":
            texts = [text for text in texts if not text.startswith("http")]
        found[column] = texts[0] if texts else ""
    root = page.find("html")
    language = str(root.get("lang") or "") if root else ""
    tag = (language or found["language"]).replace("_", "-")
    found["language"] = tag if re.fullmatch(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]+)*", tag) else ""
    canonical = page.find("link", rel="canonical")
    urls = [str(canonical.get("href") or "") if canonical else "", found["url"]]
    found["url"] = next((url for url in urls if url.startswith(("http://", "https://"))), "")
    return found


def _linked(page: Any) -> Iterator[dict[str, Any]]:
    """Return the articles that a page describes as JSON-LD."""
    for script in page.find_all("script", type="application/ld+json"):
        try:
            data = json.loads(script.get_text())
        except ValueError:
            continue
        items = data if isinstance(data, list) else data.get("@graph", [data]) if isinstance(data, dict) else []
        yield from (one for one in items if isinstance(one, dict) and "Article" in str(one.get("@type")))


def _words(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    return str(value.get("name") or "") if isinstance(value, dict) else str(value or "")


def read(page: Path, given: Mapping[str, str]) -> tuple[Row, Copy]:
    """Return the row of `sources.csv` that a page makes, and its text.

    Parameters
    ----------
    page : Path
        A `.html`, `.pdf`, `.docx` or `.txt` file.
    given : mapping of str to str
        What the analyst says; it goes before what the page says.

    Raises
    ------
    OptionError
        When the page is missing, of another kind, or has no readable text.
    """
    if not page.is_file():
        raise OptionError("source", "page", "a file", str(page))
    if page.suffix.lower() not in KINDS:
        raise OptionError("source", "page", one_of(KINDS), page.name, "Save the page as HTML or text.")
    copy = read_copy(page)
    if not copy.passages:
        hint = "A scanned page needs text recognition first."
        raise OptionError("source", "page", "a file with text", copy.unreadable or "none", hint)
    row = metadata(copy) | {name: text for name, text in given.items() if text}
    kind = row.get("type") or ("webpage" if row["url"] else "document")
    return {**row, "type": kind, "publisher": row["publisher"] or UNKNOWN}, copy


def plan(folder: Path, row: Row, place: str) -> tuple[Plan, str]:
    """Return the plan by which a page enters a record, and its id there."""
    held = rows_of(read_texts(folder)["sources"])
    keys = {key: one["source_id"] for one in held for key in page_keys(one["url"])}
    known = next((keys[key] for key in page_keys(row["url"]) if key in keys), "")
    made = known or ids.source_id(row["publisher"], row.get("published", ""), row["title"])
    if not known and any(one["source_id"] == made and one["url"] and row["url"] for one in held):
        # Another page of that name: the first words of a title are often the same.
        made = ids.free(made, {one["source_id"] for one in held})
    # What stands in the record was looked at by somebody; a page fills in its empty cells only.
    old = next((one for one in held if one["source_id"] == made), {})
    row = {**row, **{name: text for name, text in old.items() if text or name not in row}, "source_id": made}
    return plan_rows(folder, [Incoming("sources", [row], [place])]), made


def keep(folder: Path, page: Path, source: str) -> Path:
    """Put a copy of a page beside the record, under its source's id, and return where."""
    copies = folder / COPIES
    copies.mkdir(exist_ok=True)
    (copies / ".gitignore").write_text("*\n", encoding="utf-8")
    target = copies / f"{source}{page.suffix.lower()}"
    if page.resolve() != target.resolve():
        shutil.copyfile(page, target)
    return target
