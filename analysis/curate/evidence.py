"""Do the quoted phrases stand where the record says?

Each citation with a key phrase is looked up in the analyst's own copy of its source. Copies are never part of the
record; they are matched by file name (the source's id), by the address inside them, by title, and at last by the
phrases themselves: a file that holds three or more phrases of a source, and at least half of them, is a copy of it.

Phrase and text are compared word by word, after Unicode compatibility forms, upper case, quotation marks, dashes and
other punctuation are out of the way. A phrase that is found outside the paragraph or page that the locator names has
moved; one that is not found at all is reported with the passage that resembles it most.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.curate.texts import Copy, Passage, read_copies, read_copy
from analysis.errors import OptionError, nearest
from analysis.record.pages import page_keys

Status = Literal["found", "elsewhere", "not found", "no copy"]
_LEAST_PHRASES = 3
_ALIKE_TITLE = 92.0


@dataclass(frozen=True)
class Words:
    """A copy as a sequence of comparable words, each with the number of its passage."""

    words: list[str]
    passage: list[int]


def words_of(text: str) -> list[str]:
    """Return the comparable words of a text: letters and digits only, in one case and one form."""
    plain = unicodedata.normalize("NFKC", text).replace("\u00ad", "").replace("\u200b", "").casefold()
    plain = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    return re.findall(r"[^\W_]+", plain)


def evidence(
    citations: pd.DataFrame, sources: pd.DataFrame, texts: Path, *, given: Mapping[str, Path] | None = None
) -> pd.DataFrame:
    """Look every key phrase up in the local copies.

    Parameters
    ----------
    citations, sources : DataFrame
        Of a loaded relationship.
    texts : Path
        Folder with copies (`.txt`, `.html`, `.pdf`, `.docx`), subfolders included.
    given : mapping of source id to Path, optional
        Copies named by hand; they go before any that is matched.

    Returns
    -------
    DataFrame
        One row a citation with a key phrase, in the record's order: `record`, `source_id`, `locator`, `key_phrase`,
        `status`: found (at the stated place, or anywhere where none is stated), elsewhere, not found or no copy;
        `place` (where it was found, or where the closest passage is), `closest` (words of that passage), `score`
        (resemblance, 0 to 100; 100 where found, missing without a copy), `file`, `matched` (how the file was matched).

    Raises
    ------
    OptionError
        When the folder or a given file does not exist or a given source id is not in the record.
    """
    if not texts.is_dir():
        raise OptionError("evidence", "texts", "a folder with copies of sources", str(texts))
    rows = citations[citations["key_phrase"].notna()]
    copies = read_copies(texts)
    matched = _given(given or {}, sources) | match(copies, rows, sources, taken=set(given or {}))
    words = {source: read_words(copy) for source, (copy, _) in matched.items()}
    results = []
    for row in rows.fillna("").itertuples():
        source = str(row.source_id)
        base = {name: getattr(row, name) for name in ("record", "source_id", "locator", "key_phrase")}
        if source not in matched:
            results.append({**base, "status": "no copy"})
            continue
        copy, how = matched[source]
        found = look_up(str(row.key_phrase), str(row.locator), copy, words[source])
        results.append({**base, **found, "file": copy.path.name, "matched": how})
    names = ["record", "source_id", "locator", "key_phrase", "status", "place", "closest", "score", "file", "matched"]
    return pd.DataFrame(results).reindex(columns=names)


def read_words(copy: Copy) -> Words:
    """Return the words of a copy with the passage that each stands in."""
    pairs = [(word, number) for number, one in enumerate(copy.passages) for word in words_of(one.text)]
    return Words([word for word, _ in pairs], [number for _, number in pairs])


def look_up(phrase: str, locator: str, copy: Copy, words: Words) -> dict[str, object]:
    """Return status, place, closest words and score of a phrase in a copy."""
    wanted = words_of(phrase)
    spots = _spots(wanted, words.words)
    if not spots:
        return _closest(" ".join(wanted), copy, words)
    spans = [_passages(copy, words, spot, len(wanted)) for spot in spots]
    stated = _stated(locator, copy)
    here = next((span for span in spans if stated is None or stated in [one.place for one in span]), None)
    place = (stated or here[0].place) if here else spans[0][0].place
    return {"status": "found" if here else "elsewhere", "place": place, "closest": "", "score": 100.0}


def _spots(wanted: Sequence[str], words: Sequence[str]) -> list[int]:
    if not wanted:
        return []
    size = len(wanted)
    return [at for at, word in enumerate(words) if word == wanted[0] and list(words[at : at + size]) == list(wanted)]


def _passages(copy: Copy, words: Words, spot: int, size: int) -> list[Passage]:
    numbers = dict.fromkeys(words.passage[spot : spot + size])
    return [copy.passages[number] for number in numbers]


def _stated(locator: str, copy: Copy) -> str | None:
    """Return the place that a locator names in this copy's terms; None where it names none or the copy has no such."""
    match = re.fullmatch(r"(para(?:graph)?|page|pp?)\.? ?(\d+)", locator.strip().lower())
    if match is None:
        return None
    kind = "para" if match.group(1).startswith("para") else "page"
    return f"{kind} {match.group(2)}" if any(one.kind == kind for one in copy.passages) else None


def _closest(wanted: str, copy: Copy, words: Words) -> dict[str, object]:
    from rapidfuzz import fuzz

    text = " ".join(words.words)
    best = fuzz.partial_ratio_alignment(wanted, text) if text and wanted else None
    if best is None or best.dest_end <= best.dest_start:
        return {"status": "not found", "place": "", "closest": "", "score": 0.0}
    # Whole words only: from the space before the passage to the space after it.
    start = text.rfind(" ", 0, best.dest_start + 1) + 1
    end = text.find(" ", max(best.dest_end - 1, start))
    passage = copy.passages[words.passage[text.count(" ", 0, start)]]
    closest = text[start : end if end >= 0 else len(text)].strip()
    return {"status": "not found", "place": passage.place, "closest": closest, "score": round(best.score, 1)}


def _given(given: Mapping[str, Path], sources: pd.DataFrame) -> dict[str, tuple[Copy, str]]:
    known = set(sources["source_id"])
    for source, path in given.items():
        if source not in known:
            raise OptionError("evidence", "text", "a source of sources.csv", source, nearest(source, known))
        if not path.is_file():
            raise OptionError("evidence", "text", "a file", str(path))
    return {source: (read_copy(path), "hand") for source, path in given.items()}


def match(
    copies: Sequence[Copy], citations: pd.DataFrame, sources: pd.DataFrame, *, taken: set[str] | None = None
) -> dict[str, tuple[Copy, str]]:
    """Match copies to sources.

    Returns
    -------
    dict of str to (Copy, str)
        By source id; how it was matched: "name", "address", "title" or "phrases", the surest way first.
    """
    cited = sources[sources["source_id"].isin(citations["source_id"])].fillna("")
    matched: dict[str, tuple[Copy, str]] = {}
    ways = (("name", _by_name), ("address", _by_address), ("title", _by_title))
    rest = [copy for copy in copies if copy.passages]
    for how, way in ways:
        for copy in list(rest):
            source = way(copy, cited)
            if source and source not in matched and source not in (taken or set()):
                matched[source] = (copy, how)
                rest.remove(copy)
    for copy in rest:
        left = citations[~citations["source_id"].isin([*matched, *(taken or set())])]
        source = _by_phrases(read_words(copy), left)
        if source:
            matched[source] = (copy, "phrases")
    return matched


def _by_name(copy: Copy, sources: pd.DataFrame) -> str:
    return next((one for one in sources["source_id"] if one.lower() == copy.path.stem.lower()), "")


def _by_address(copy: Copy, sources: pd.DataFrame) -> str:
    held = {key for url in copy.urls for key in page_keys(url)}
    rows = zip(sources["source_id"], sources["url"], strict=True)
    return next((source for source, url in rows if held & set(page_keys(url))), "")


def _by_title(copy: Copy, sources: pd.DataFrame) -> str:
    from rapidfuzz import fuzz

    names = [" ".join(words_of(text)) for text in (copy.title, copy.path.stem.replace("_", " "))]
    scores = []
    for source, title in zip(sources["source_id"], sources["title"], strict=True):
        wanted = " ".join(words_of(title))
        # A page's title often carries its site's name behind the headline, which a longer text may not count against.
        alike = max(fuzz.ratio(wanted, name[: len(wanted) + 1].strip()) for name in names)
        scores.append((alike if len(wanted.split()) > 2 else 0.0, source))
    best = sorted(scores, reverse=True)[:2]
    sure = best and best[0][0] >= _ALIKE_TITLE and (len(best) < 2 or best[1][0] < best[0][0])
    return str(best[0][1]) if sure else ""


def _by_phrases(words: Words, citations: pd.DataFrame) -> str:
    best, share = "", 0.0
    for source, rows in citations.groupby("source_id"):
        phrases = rows["key_phrase"].dropna().unique()
        hits = sum(bool(_spots(words_of(phrase), words.words)) for phrase in phrases)
        if hits >= _LEAST_PHRASES and hits >= len(phrases) / 2 and hits > share * len(phrases):
            best, share = str(source), hits / len(phrases)
    return best
