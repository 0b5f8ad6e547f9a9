"""What a row of a spreadsheet may name a source by: its id, its address, its DOI, or its key in a bibliography.

The key in a bibliography (Zotero's eight letters, a citation key) is known where that bibliography is imported along.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from analysis.curate.table_format import Row
from analysis.record.pages import page_keys

_ZOTERO = re.compile(r"(?:^|/items?/|@)([A-Z0-9]{8})$")


def reference_keys(key: str, doi: str = "") -> list[str]:
    """Return what an entry of a bibliography may be called by: its key, the Zotero key within it, its DOI."""
    zotero = _ZOTERO.search(key)
    return [key, *([zotero.group(1)] if zotero else []), *(page_keys("", doi) if doi else [])]


class Sources:
    """The sources of a record as it would be, found by whatever names one of them."""

    def __init__(self, rows: Iterable[Row], refs: Mapping[str, str]) -> None:
        self.rows = {row["source_id"]: row for row in rows}
        self.refs = refs
        self.pages: dict[str, list[str]] = {}
        for source, row in self.rows.items():
            for key in page_keys(row["url"]):
                self.pages.setdefault(key, []).append(source)

    def find(self, reference: str) -> tuple[str, str]:
        """Return the id of the source that is meant, and what is wrong where there is not exactly one."""
        text = reference.strip()
        if not text or text in self.rows:
            return text, ""
        named = [self.refs[key] for key in reference_keys(text) if key in self.refs]
        keys = page_keys(text, text)
        paged = [source for key in keys for source in self.pages.get(key, ())]
        found = list(dict.fromkeys(named or paged or [self.refs[key] for key in keys if key in self.refs]))
        if len(found) == 1:
            return found[0], ""
        if found:
            return text, f"the page of one source, not of {len(found)} ({', '.join(found)}); write the id of one"
        if re.match(r"https?://|doi:|10\.\d{4}", text, re.IGNORECASE):
            return text, f"the page of a source, not {text!r}; import that source along with it, or first"
        return text, ""
