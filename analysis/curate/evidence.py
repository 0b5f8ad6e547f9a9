"""Do the quoted phrases stand where the record says?

Each citation with a key phrase is looked up in the analyst's own copy of its source. Copies are never part of the
record; they are matched by file name (the source's id), by the address inside them, by title, and at last by the
phrases themselves: a file that holds three or more phrases of a source, and at least half of them, is a copy of it.

Phrase and text are compared word by word, after Unicode compatibility forms, upper case, quotation marks, dashes and
other punctuation are out of the way; a word that a hyphen divides at the end of a line is one word, `1,200` is 1200,
and the parts of a phrase around an ellipsis must follow one another. A phrase that is found outside the paragraph or
page that the locator names has moved; one whose locator is not understood is told apart, since nothing was checked
there; one that is not found at all is reported with the passage that resembles it most. Several copies of a source are
all read, and the best finding counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.curate.texts import Copy, read_copies, read_copy
from analysis.errors import OptionError, nearest
from analysis.record.pages import page_keys

Status = Literal["found", "unplaced", "elsewhere", "not found", "no copy"]
STATUSES: tuple[Status, ...] = ("found", "unplaced", "elsewhere", "not found", "no copy")
_LEAST_PHRASES = 3
_ALIKE_TITLE = 92.0
# So many words may stand between the parts of a phrase with an ellipsis.
_MOST_LEFT_OUT = 60
_THOUSANDS = re.compile(r"(?<![\d,])\d{1,3}(?:[,\u00a0\u2009\u202f'’]\d{3})+(?![\d])")
_DIVIDED = re.compile(r"(?<=[^\W\d_])[-\u2010\u00ad]\s+(?=[^\W\d_])")
_ELLIPSIS = re.compile(r"\s*[\[(]?(?:\.\s?\.\s?\.|…)[\])]?\s*")
# What a locator may call a paragraph or a page.
_PLACE = re.compile(
    r"(paragraphs?|paras?|pars?|¶+|§+|abs(?:atz|\.)?|pages?|pp?|s(?:eite)?)\.? ?([\d ,;&–—-]+|\d+ (?:and|to) \d+)"
)


@dataclass(frozen=True)
class Words:
    """A copy as comparable words in one text, with blanks between and around them, and the passage of each word.

    `joined` is the same with the words that a hyphen divides at the end of a line put together.
    """

    text: str
    passage: list[int]
    joined: Words | None = None


def words_of(text: str) -> list[str]:
    """Return the comparable words of a text: letters and digits only, in one case and one form."""
    text = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found.group()), text)
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
        `status`: found (at the stated place, or anywhere where none is stated), unplaced (found, but the locator is not
        understood), elsewhere, not found or no copy;
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
    words = {copy.path: read_words(copy) for held in matched.values() for copy, _ in held}
    results = []
    for row in rows.fillna("").itertuples():
        base = {name: getattr(row, name) for name in ("record", "source_id", "locator", "key_phrase")}
        tried = [
            {**base, **look_up(str(row.key_phrase), str(row.locator), copy, words[copy.path])}
            | {"file": copy.path.name, "matched": how}
            for copy, how in matched.get(str(row.source_id), [])
        ]
        results.append(min(tried, key=_worse) if tried else {**base, "status": "no copy"})
    names = ["record", "source_id", "locator", "key_phrase", "status", "place", "closest", "score", "file", "matched"]
    return pd.DataFrame(results).reindex(columns=names)


def _worse(result: dict[str, object]) -> tuple[int, float]:
    return [*map(str, STATUSES)].index(str(result["status"])), -float(str(result["score"]))


def read_words(copy: Copy) -> Words:
    """Return the words of a copy with the passage that each stands in."""
    plain, joined = [], []
    glued = ""
    for number, one in enumerate(copy.passages):
        plain += [(word, number) for word in words_of(one.text)]
        text = glued + one.text.strip()
        # A word may be divided between two passages: lines of a text file, pages.
        last = re.search(r"(?<=\s)[^\W\d_]+[-\u2010]$", text) if number + 1 < len(copy.passages) else None
        glued = last.group()[:-1] if last else ""
        joined += [(word, number) for word in words_of(_DIVIDED.sub("", text[: last.start()] if last else text))]
    pairs = [_joined(plain), _joined(joined)] if joined != plain else [_joined(plain)]
    return Words(*pairs[0], joined=Words(*pairs[1]) if len(pairs) > 1 else None)


def _joined(pairs: Sequence[tuple[str, int]]) -> tuple[str, list[int]]:
    return f" {' '.join(word for word, _ in pairs)} ", [number for _, number in pairs]


def look_up(phrase: str, locator: str, copy: Copy, words: Words) -> dict[str, object]:
    """Return status, place, closest words and score of a phrase in a copy."""
    wanted = [part for part in map(words_of, _ELLIPSIS.split(phrase)) if part]
    spans = [
        [copy.passages[number] for number in dict.fromkeys(one.passage[start:end])]
        for one in (words, words.joined)
        if one is not None
        for start, end in _spots(wanted, one.text)
    ]
    if not spans:
        return _closest(" ".join(word for part in wanted for word in part), copy, words)
    stated = _stated(locator, copy)
    here = next((span for span in spans if not stated or stated & {one.place for one in span}), None)
    # A locator that is not understood cannot be right or wrong.
    status = "unplaced" if stated is None else "found" if here else "elsewhere"
    span = here or spans[0]
    places = [one.place for one in span]
    place = (
        min(stated & set(places), key=places.index)
        if here and stated
        else " to ".join(dict.fromkeys([places[0], places[-1]]))
    )
    return {"status": status, "place": place, "closest": "", "score": 100.0}


def _spots(wanted: Sequence[Sequence[str]], text: str) -> list[tuple[int, int]]:
    """Return first and last word (one beyond) of each place where the parts of a phrase follow one another."""
    found: list[tuple[int, int]] = []
    if not wanted:
        return found
    first, *others = [f" {' '.join(part)} " for part in wanted]
    at = text.find(first)
    while at >= 0:
        end = at + len(first) - 1
        for part in others:
            to = text.find(part, end)
            end = to + len(part) - 1 if to >= 0 and text.count(" ", end, to) <= _MOST_LEFT_OUT else -1
            if end < 0:
                break
        if end >= 0:
            found.append((text.count(" ", 0, at), text.count(" ", 0, end)))
        at = text.find(first, at + 1)
    return found


def _stated(locator: str, copy: Copy) -> set[str] | None:
    """Return the places that a locator names in this copy's terms: none where it names none or the copy has no such.

    None where the locator is not understood.
    """
    text = locator.strip().lower()
    if not text:
        return set()
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    kind = "page" if re.match(r"p(?:p|ages?)?(?:$|\.)|s", match.group(1)) else "para"
    numbers: set[int] = set()
    for part in re.split(r"\s*(?:[,;&]|\band\b)\s*", re.sub(r"\bto\b|[–—]", "-", match.group(2))):
        ends = [int(one) for one in re.findall(r"\d+", part)]
        numbers |= set(range(ends[0], min(ends[-1], ends[0] + 500) + 1)) if ends else set()
    if not numbers:
        return None
    return {f"{kind} {number}" for number in numbers} if any(one.kind == kind for one in copy.passages) else set()


def _closest(wanted: str, copy: Copy, words: Words) -> dict[str, object]:
    from rapidfuzz import fuzz

    text = words.text.strip()
    best = fuzz.partial_ratio_alignment(wanted, text) if text and wanted else None
    if best is None or best.dest_end <= best.dest_start:
        return {"status": "not found", "place": "", "closest": "", "score": 0.0}
    # Whole words only: from the space before the passage to the space after it.
    start = text.rfind(" ", 0, best.dest_start + 1) + 1
    end = text.find(" ", max(best.dest_end - 1, start))
    passage = copy.passages[words.passage[text.count(" ", 0, start)]]
    closest = text[start : end if end >= 0 else len(text)].strip()
    return {"status": "not found", "place": passage.place, "closest": closest, "score": round(best.score, 1)}


def _given(given: Mapping[str, Path], sources: pd.DataFrame) -> dict[str, list[tuple[Copy, str]]]:
    known = set(sources["source_id"])
    for source, path in given.items():
        if source not in known:
            raise OptionError("evidence", "text", "a source of sources.csv", source, nearest(source, known))
        if not path.is_file():
            raise OptionError("evidence", "text", "a file", str(path))
    return {source: [(read_copy(path), "hand")] for source, path in given.items()}


def match(
    copies: Sequence[Copy], citations: pd.DataFrame, sources: pd.DataFrame, *, taken: set[str] | None = None
) -> dict[str, list[tuple[Copy, str]]]:
    """Match copies to sources; a source may have several.

    Returns
    -------
    dict of str to list of (Copy, str)
        By source id; how each was matched: "name", "address", "title" or "phrases", the surest way first.
    """
    cited = sources[sources["source_id"].isin(citations["source_id"])].fillna("")
    cited = cited[~cited["source_id"].isin(taken or set())]
    matched: dict[str, list[tuple[Copy, str]]] = {}
    rest = [copy for copy in copies if copy.passages]
    for how, ways in (("name", _by_name), ("address", _by_address), ("title", _by_title)):
        way = ways(cited)
        for copy in list(rest):
            source = way(copy)
            if source:
                matched.setdefault(source, []).append((copy, how))
                rest.remove(copy)
    held = citations[citations["key_phrase"].notna() & ~citations["source_id"].isin({*matched, *(taken or set())})]
    phrases = {
        str(source): [
            [part for part in map(words_of, _ELLIPSIS.split(one)) if part] for one in rows["key_phrase"].unique()
        ]
        for source, rows in held.groupby("source_id")
    }
    for copy in rest:
        source = _by_phrases(read_words(copy), phrases)
        if source:
            matched.setdefault(source, []).append((copy, "phrases"))
    return matched


def _by_name(sources: pd.DataFrame) -> Callable[[Copy], str]:
    ids = {source.lower(): source for source in sources["source_id"]}
    return lambda copy: ids.get(copy.path.stem.lower(), "")


def _by_address(sources: pd.DataFrame) -> Callable[[Copy], str]:
    keys = {
        key: source
        for source, url in zip(sources["source_id"][::-1], sources["url"][::-1], strict=True)
        for key in page_keys(url)
    }
    return lambda copy: next((keys[key] for url in copy.urls for key in page_keys(url) if key in keys), "")


def _by_title(sources: pd.DataFrame) -> Callable[[Copy], str]:
    from rapidfuzz import fuzz, process

    titles = {
        source: " ".join(words_of(title)) for source, title in zip(sources["source_id"], sources["title"], strict=True)
    }
    titles = {source: title for source, title in titles.items() if len(title.split()) > 2}

    def way(copy: Copy) -> str:
        # A page's title often carries its site's name behind the headline; a longer headline is another one.
        parts = re.split(r"\s+[|–—·:-]+\s+|\s*\|\s*", copy.title)
        names = [" - ".join(parts[:number]) for number in range(1, len(parts) + 1)]
        best: dict[str, float] = {}
        for name in dict.fromkeys(" ".join(words_of(one)) for one in (*names, copy.path.stem.replace("_", " "))):
            for _, score, source in process.extract(
                name, titles, scorer=fuzz.ratio, score_cutoff=_ALIKE_TITLE, limit=2
            ):
                best[source] = max(score, best.get(source, 0.0))
        first, second = (*sorted(best.values(), reverse=True), 0.0, 0.0)[:2]
        return max(best, key=lambda source: best[source]) if first > second else ""

    return way


def _by_phrases(words: Words, phrases: Mapping[str, Sequence[Sequence[Sequence[str]]]]) -> str:
    best, share = "", 0.0
    for source, wanted in phrases.items():
        hits = sum(bool(_spots(one, words.text)) for one in wanted)
        if hits >= _LEAST_PHRASES and hits >= len(wanted) / 2 and hits > share * len(wanted):
            best, share = source, hits / len(wanted)
    return best
