"""Annotations that a reader made elsewhere, to drafts: quotation to phrase, page to locator, tag to kind of row.

Read are the JSON of Hypothes.is and that of Zotero's items with their annotations (Better BibTeX JSON), and Zotero's
notes as Markdown. A source is found by its address, its DOI or its title; a quotation longer than a phrase may be is
cut to its first words, which find the place as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.curate.citing import Sources
from analysis.curate.drafting import Drafts, phrase_at
from analysis.curate.encodings import decoded
from analysis.curate.table_format import Row
from analysis.errors import OptionError

# What a tag must hold to name a table; anything else is an event.
_KINDS = {"assess": "assessments", "opinion": "assessments", "judg": "assessments", "forecast": "forecasts"}
_NOTE = re.compile(
    r"[“\"](?P<quote>[^”\"]+)[”\"]\s*\(\[?(?P<work>[^\]()]*?)(?:, p\.? ?(?P<page>[\w-]+))?\]?(?:\([^)]*\))?\)"
)


@dataclass
class Annotation:
    """One quotation: its words, page, tags, the reader's comment, and what names its source."""

    quote: str
    page: str = ""
    comment: str = ""
    tags: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    title: str = ""


def read(path: Path) -> list[Annotation]:
    """Return the annotations of a file.

    Raises
    ------
    OptionError
        When the file is missing or holds none that is understood.
    """
    if not path.is_file():
        raise OptionError("annotations", "file", "a file", str(path))
    text, _ = decoded(path.read_bytes(), path.name)
    if path.suffix.lower() in {".md", ".txt"}:
        title = next((line.lstrip("# ") for line in text.splitlines() if line.startswith("#")), "")
        found = [
            Annotation(one["quote"], one["page"] or "", sources=[], title=re.sub(r"^Annotations\W*", "", title))
            for one in _NOTE.finditer(text)
        ]
    else:
        try:
            data = json.loads(text)
        except ValueError as error:
            raise OptionError(path.name, "", "JSON of Hypothes.is or Zotero, or a note as Markdown", error) from None
        try:
            found = [*_hypothesis(data), *_zotero(data)]
        except (AttributeError, KeyError, TypeError) as error:
            raise OptionError(path.name, "", "JSON of Hypothes.is or Zotero", error) from None
    if not found:
        raise OptionError(path.name, "", "annotations of Hypothes.is or Zotero", "a file without one")
    return found


def _hypothesis(data: Any) -> Iterator[Annotation]:
    rows = (data.get("rows") or data.get("annotations") or []) if isinstance(data, dict) else data
    for row in rows if isinstance(rows, list) else []:
        targets = row.get("target", []) if isinstance(row, dict) else []
        selectors = [one for target in targets for one in target.get("selector", [])]
        quote = next((one["exact"] for one in selectors if one.get("type") == "TextQuoteSelector"), "")
        page = next((str(one.get("label") or "") for one in selectors if one.get("type") == "PageSelector"), "")
        titles = (row.get("document") or {}).get("title") or [""] if isinstance(row, dict) else [""]
        if quote:
            yield Annotation(
                quote, page, row.get("text") or "", row.get("tags") or [], [row.get("uri") or ""], titles[0]
            )


def _zotero(data: Any) -> Iterator[Annotation]:
    items = data.get("items", []) if isinstance(data, dict) else data
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        names = [str(item.get(name) or "") for name in ("itemKey", "key", "citationKey", "DOI", "url")]
        for attachment in item.get("attachments") or []:
            for one in attachment.get("annotations") or []:
                tags = [tag.get("tag", "") if isinstance(tag, dict) else str(tag) for tag in one.get("tags") or []]
                quote, comment = (str(one.get(f"annotation{name}") or "") for name in ("Text", "Comment"))
                page, title = str(one.get("annotationPageLabel") or ""), str(item.get("title") or "")
                if quote:
                    yield Annotation(quote, page, comment, tags, names, title)


def drafts(annotations: Sequence[Annotation], sources: Sequence[Row], by: str) -> Drafts:
    """Return a row for each quotation whose source the record has; the others are counted.

    Parameters
    ----------
    annotations : sequence of Annotation
        What was read.
    sources : sequence of dict
        Rows of `sources.csv`.
    by : str
        Who made them: the name of the file.
    """
    known, made = Sources(sources, {}), Drafts()
    titles = {" ".join(row["title"].casefold().split()): row["source_id"] for row in sources}
    for one in annotations:
        named = [known.find(name) for name in one.sources if name]
        source = next((found for found, fault in named if not fault and found in known.rows), "")
        source = source or titles.get(" ".join(one.title.casefold().split()), "")
        if not source:
            reason = "of a page that sources.csv does not have"
            made.dropped[reason] = made.dropped.get(reason, 0) + 1
            continue
        tag = " ".join(one.tags).casefold()
        table = next((name for part, name in _KINDS.items() if part in tag), "events")
        quote = " ".join(one.quote.split())
        row = {"source_id": source, "locator": f"page {one.page}" if one.page else "", "drafted_by": by}
        row |= {"reviewed_by": "", "cited_phrase": phrase_at(quote, (0, 1)), "supports": one.comment}
        made.rows[table].append(row)
    return made
