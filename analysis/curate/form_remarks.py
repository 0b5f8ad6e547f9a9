"""What the form remarks on an entry beside its faults: the fact may be there already; what it would do to the index.

Both are read from the record as it was last loaded, so that a remark comes with each key and not after a pause.
"""

from __future__ import annotations

from collections.abc import Sequence

from analysis.curate.form_effect import effect
from analysis.curate.form_hints import alike
from analysis.curate.form_rows import Entry
from analysis.curate.table_format import Row
from analysis.record.pages import UNKNOWN, page_keys
from analysis.record.relationship import Relationship

_WORDS = {"event": ("events", "event_id", "title"), "assessment": ("assessments", "assessment_id", "claim")}


class Remarks:
    """Remarks on entries, as of one state of the record.

    Parameters
    ----------
    rel : Relationship
        The record, loaded.
    sources : sequence of dict
        Its sources as texts.
    as_of, half_life : str
        How the effect on the index is read.
    """

    def __init__(
        self, rel: Relationship, sources: Sequence[Row], *, as_of: str | None = None, half_life: str = "180D"
    ) -> None:
        self._rel, self._as_of, self._half_life = rel, as_of, half_life
        self._pages = {key: row["source_id"] for row in sources for key in page_keys(row["url"])}
        self._grades = {row["publisher"]: row["reliability"] for row in sources if row["publisher"] != UNKNOWN}

    def held(self, entry: Entry) -> list[str]:
        """Say what the record has that may be the page or the fact of an entry; empty where nothing comes near."""
        found = []
        if not entry.source_id and entry.kind not in ("series", "actor"):
            keys = page_keys(entry.source.get("url", ""))
            page = next((self._pages[key] for key in keys if key in self._pages), "")
            publisher = entry.source.get("publisher", "").strip()
            found += [f"The record has this page as {page}; choose it in the list."] if page else []
            if publisher in self._grades and not entry.source.get("reliability"):
                found.append(f"Another page of {publisher} has reliability {self._grades[publisher]}.")
        if entry.kind in _WORDS:
            table, key, column = _WORDS[entry.kind]
            words, date = entry.fact.get(column, ""), entry.fact.get("date", "")
            found += [
                f"Perhaps the same ({row.likeness:.0f} of 100 alike): {row.date} {row.words} [{row.id}]"
                for row in alike(getattr(self._rel, table), date, words, key=key, column=column).itertuples()
            ]
        return found

    def index(self, entry: Entry) -> str:
        """Say what an entry would do to the tension index."""
        if entry.kind == "assessment":
            return "An assessment moves no index; it is compared with them."
        if entry.kind != "event":
            return ""
        found = effect(self._rel, entry.fact, half_life=self._half_life, as_of=self._as_of)
        if found is None:
            return "With date, both actors and a CAMEO code the effect on the tension index stands here."
        return found.words(self._half_life)
