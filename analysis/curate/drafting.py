"""Rows offered from the copy of a source: what its sentences may hold, each tied to words that stand there.

By rules: a sentence that names both sides is an event, with its day, three codes to choose from and the words around
its verb; what somebody is quoted with is an assessment; a probability word about what is to come is a forecast. Rules
read no meaning: who acted upon whom is the order of names, titles are the sentence's own first words, and irony,
hearsay and denial look like acts. A draft therefore leaves empty what only a reader can say, and enters no record
before somebody has reviewed it. Whoever drafts, rules or a model: a row whose phrase is not found word for word in the
copy, at its paragraph, is dropped and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from analysis.curate import draft_codes, ids
from analysis.curate.draft_dates import date_of
from analysis.curate.evidence import look_up, read_words
from analysis.curate.merging import range_of
from analysis.curate.table_format import Row
from analysis.curate.texts import Copy
from analysis.record import codebook
from analysis.record.schema import PHRASE_WORDS

RULES = "rules"
# Columns of a draft that are not of the record.
DRAFT_COLUMNS = ("drafted_by", "reviewed_by", "candidates", "before", "after")
_AROUND = 30
_SENTENCE = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-ZА-ЯЁ0-9])")
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Gen|Col|Lt|St|No|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|vs|approx)|\b[A-Z])\.$"
)
_QUOTE = re.compile(r"[“\"„«]([^”\"“»]{8,400})[”\"“»]")
_NAME = r"(?:[A-Z][\w’'-]+ ){0,3}[A-Z][\w’'-]+"
_SAYS = r"(?:said|says|told|added|argued|argues|wrote|writes|believes|believed|warned|warns|noted|notes|according to)"
_SPEAKER = re.compile(rf"\b{_SAYS} (?:\w+ ){{0,2}}?({_NAME})|({_NAME})(?:, [^,.]{{3,90}},)?,? (?:who )?{_SAYS}\b")
_COMING = re.compile(
    r"\b(?:will|would|could|may|might|likely|unlikely|expect\w*|to come|next|future|going to|risk)\b", re.I
)
_DOMAINS = {
    "energy": r"\b(?:gas|oil|pipelines?|refiner\w+|electricity|energy)\b",
    "military": r"\b(?:troops|army|arms|weapons?|military|missiles?|drills?|exercises?|defen[cs]e)\b",
    "nuclear": r"\bnuclear\b",
    "finance": r"\b(?:loans?|debts?|credit|bank|bonds?|currency|roubles?|rubles?)\b",
    "trade": r"\b(?:trade|tariffs?|export\w*|import\w*|customs|dut(?:y|ies)|goods)\b",
    "integration": r"\b(?:union|integration|merger|common market)\b",
    "information": r"\b(?:media|broadcast\w*|propaganda|television)\b",
}
_SUBJECTS = {
    "energy_dependence": _DOMAINS["energy"],
    "nuclear": _DOMAINS["nuclear"],
    "military_dependence": _DOMAINS["military"],
    "economic_dependence": rf"{_DOMAINS['finance']}|{_DOMAINS['trade']}",
    "integration": _DOMAINS["integration"],
    "succession": r"\bsuccess(?:ion|or)\b",
    "personal_rapport": r"\b(?:friends?|personal|rapport|trust|dislikes?)\b",
}


@dataclass(frozen=True)
class Side:
    """A side of the relationship: its id, and every name that stands for it (its persons' names too), by actor id."""

    actor: str
    names: dict[str, str]

    def mentions(self, sentence: str) -> list[tuple[int, str]]:
        """Return where a sentence names this side, and by which actor."""
        found = []
        for name, actor in self.names.items():
            found += [(at.start(), actor) for at in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", sentence)]
        return sorted(found)


@dataclass
class Drafts:
    """Rows offered, by table; how many sentences were read, and how many rows were dropped and why."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {"events": [], "assessments": [], "forecasts": []})
    sentences: int = 0
    dropped: dict[str, int] = field(default_factory=dict)


def sides(actors: Sequence[Row]) -> tuple[Side, Side, str]:
    """Return both sides with all their names, and the id of the two together."""
    made = []
    for role in ("side_a", "side_b"):
        own = next(row for row in actors if row["role"] == role)
        names: dict[str, str] = {}
        for row in actors:
            if row is own or (row.get("country") == own["actor_id"] and row["kind"] != "dyad"):
                spelt = [row["name"], *row.get("aliases", "").split(";")]
                if row["kind"] == "person":
                    spelt.append(row["name"].split()[-1])
                names |= {name.strip(): row["actor_id"] for name in spelt if name.strip()}
        made.append(Side(own["actor_id"], names))
    joint = next((row["actor_id"] for row in actors if row["kind"] == "dyad"), "")
    return made[0], made[1], joint


def sentences(copy: Copy) -> Iterator[tuple[str, str]]:
    """Return each sentence of a copy with the place of its paragraph or page."""
    for passage in copy.passages:
        if passage.kind not in {"para", "page"}:
            continue
        start = ""
        for part in _SENTENCE.split(" ".join(passage.text.split())):
            whole = f"{start} {part}".strip()
            if _ABBREVIATED.search(whole):
                start = whole
                continue
            start = ""
            yield whole, passage.place
        if start:
            yield start, passage.place


def by_rules(copy: Copy, source: Row, actors: Sequence[Row]) -> Drafts:
    """Return rows that the rules offer from a copy; all of them unreviewed.

    Parameters
    ----------
    copy : Copy
        The text, with its paragraphs.
    source : dict
        Its row of `sources.csv`; `published` is the day from which others are counted.
    actors : sequence of dict
        Rows of `actors.csv`; names and aliases tell who is meant.
    """
    a, b, joint = sides(actors)
    states = {row["actor_id"]: row for row in actors}
    drafts = Drafts()
    terms = sorted(codebook.estimative()["term"], key=len, reverse=True)
    for sentence, place in sentences(copy):
        drafts.sentences += 1
        base = {"source_id": source["source_id"], "locator": place, "drafted_by": RULES, "reviewed_by": ""}
        date = date_of(sentence, source.get("published", ""))
        both = [side.mentions(sentence) for side in (a, b)]
        quote, speaker = _QUOTE.search(sentence), _speaker(sentence)
        if all(both) and not (quote and speaker):
            codes, verb = draft_codes.candidates(sentence)
            if codes:
                drafts.rows["events"].append(base | _event(sentence, date, codes, verb, both, (a, b, joint), states))
        term = next((one for one in terms if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", sentence, re.IGNORECASE)), "")
        coming = bool(term) and (any(both) or _COMING.search(sentence) is not None)
        if (quote and speaker) or (coming and (speaker or any(both)) and _COMING.search(sentence)):
            words = quote.group(1) if quote else sentence
            at = words.casefold().find(term) if coming and term in words.casefold() else 0
            row = base | _assessment(sentence, source, speaker, term if coming else "", phrase_at(words, (at, at + 1)))
            number = sum(one["assessment_id"].startswith(row["assessment_id"]) for one in drafts.rows["assessments"])
            row["assessment_id"] += f"-{number + 1}" if number else ""
            drafts.rows["assessments"].append(row)
            if coming:
                drafts.rows["forecasts"].append(
                    base
                    | {"assessment_id": row["assessment_id"], "cited_phrase": row["cited_phrase"]}
                    | {"proposition": "", "deadline": "", "deadline_basis": "", "outcome": "open"}
                    | range_of(term)
                )
    return checked(drafts, copy)


def _event(
    sentence: str,
    date: str,
    codes: list[str],
    verb: tuple[int, int],
    both: list[list[tuple[int, str]]],
    ends: tuple[Side, Side, str],
    actors: dict[str, Row],
) -> Row:
    a, b, joint = ends
    first, second = (a, b) if both[0][0] < both[1][0] else (b, a)
    after = [[at for at, _ in found if at > verb[0]] for found in both]
    together = not any(after) and joint and codes[0] in {"057", "046"}
    passive = re.search(r"\bby\s+(?:\w+\s+)?$", sentence[: max(both[0][0][0], both[1][0][0])])
    if passive:
        first, second = second, first
    people = [actor for found in both for _, actor in found if actors.get(actor, {}).get("kind") == "person"]
    form = {"057": "agreement", "046": "meeting", "042": "meeting", "041": "meeting"}.get(codes[0], "")
    verbal = str(codebook.cameo().set_index("code").loc[codes[0], "quad_class"]).startswith("verbal")
    return {
        "date": date,
        "title": "",
        "summary": "",
        "source_actor": joint if together else first.actor,
        "target_actor": joint if together else second.actor,
        "persons": ";".join(dict.fromkeys(people)),
        "domain": _kind(sentence, _DOMAINS, "diplomatic"),
        "form": form or ("statement" if verbal else "action"),
        "cameo": "",
        "dependence": "",
        "cited_phrase": phrase_at(sentence, verb),
        "candidates": draft_codes.worded(codes),
    }


def _assessment(sentence: str, source: Row, speaker: str, term: str, phrase: str) -> Row:
    subject = _kind(sentence, _SUBJECTS, "autonomy")
    by = speaker or source.get("author", "")
    date = source.get("published", "")
    return {
        "assessment_id": ids.assessment_id(date, by, source["publisher"], subject),
        "date": date,
        "assessor": by,
        "assessor_kind": "expert" if speaker else "journalist",
        "organisation": source["publisher"],
        "subject": subject,
        "claim": "",
        "tension": "",
        "subordination": "",
        "estimative_term": term,
        "cited_phrase": phrase,
    }


def _kind(sentence: str, patterns: dict[str, str], otherwise: str) -> str:
    counts = {name: len(re.findall(pattern, sentence, re.IGNORECASE)) for name, pattern in patterns.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else otherwise


def _speaker(sentence: str) -> str:
    found = _SPEAKER.search(_QUOTE.sub("“…”", sentence))
    name = next(filter(None, found.groups()), "") if found else ""
    return "" if name in {"He", "She", "It", "They", "But", "The", "We", "I"} else name


def phrase_at(text: str, span: tuple[int, int]) -> str:
    """Return at most eight words of a text, as they stand there, around a stretch of it."""
    words = list(re.finditer(r"\S+", text))
    at = next((number for number, word in enumerate(words) if word.end() > span[0]), 0)
    start = max(0, min(at - 2, len(words) - PHRASE_WORDS))
    chosen = words[start : start + PHRASE_WORDS]
    return text[chosen[0].start() : chosen[-1].end()].strip(" ,.;:!?“”\"'()[]") if chosen else ""


def checked(drafts: Drafts, copy: Copy) -> Drafts:
    """Return the drafts whose phrase stands word for word at its place; the others are dropped and counted."""
    words = read_words(copy)
    texts = {one.place: " ".join(one.text.split()) for one in copy.passages}
    kept = Drafts(sentences=drafts.sentences, dropped=dict(drafts.dropped))
    for table, rows in drafts.rows.items():
        for row in rows:
            reason = _fault(row, copy, texts) or (
                "" if look_up(row["cited_phrase"], row["locator"], copy, words)["status"] == "found" else "not found"
            )
            if reason:
                kept.dropped[reason] = kept.dropped.get(reason, 0) + 1
            else:
                kept.rows[table].append(row | _around(row["cited_phrase"], texts[row["locator"]]))
    held = {row["assessment_id"] for row in kept.rows["assessments"]}
    forecasts = [row for row in kept.rows["forecasts"] if row["assessment_id"] in held]
    if len(forecasts) < len(kept.rows["forecasts"]):
        lost = "of an assessment that was dropped"
        kept.dropped[lost] = len(kept.rows["forecasts"]) - len(forecasts)
        kept.rows["forecasts"] = forecasts
    return kept


def _fault(row: Row, copy: Copy, texts: dict[str, str]) -> str:
    phrase = " ".join(row.get("cited_phrase", "").split())
    if not phrase:
        return "without a phrase"
    if len(phrase.split()) > PHRASE_WORDS:
        return f"with a phrase of more than {PHRASE_WORDS} words"
    if row["locator"] not in texts:
        return "at a place that the copy does not have"
    # `evidence` forgives capitals and punctuation; what is drafted has no excuse for them.
    return "" if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", texts[row["locator"]]) else "not found"


def _around(phrase: str, text: str) -> Row:
    at = text.index(" ".join(phrase.split()))
    end = at + len(phrase)
    return {"before": text[max(0, at - _AROUND) : at], "after": text[end : end + _AROUND]}
