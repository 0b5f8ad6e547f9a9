"""What the coding form says while somebody types: is the cell right, which code fits, is the fact there already?

Each answer comes at once and from the record in memory. The rules of a single cell are those of the data dictionary
(`analysis.record.schema`), applied to one text; rules that need the whole record are left to the plan behind *Save*. A
likeness of titles is a hint and never a refusal: two acts of one day may well sound alike, and only a reader can tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from analysis.errors import Fault, nearest
from analysis.findings.wording import day_text
from analysis.record import codebook
from analysis.record.dates import parse
from analysis.record.schema import SLUG, Column

# The further apart two dates are, the more alike two titles must be: days between the intervals, likeness (0 to 100).
_NEAR = ((3, 60.0), (31, 80.0), (366, 92.0))
# From this likeness on a word is taken for a misspelt one.
_MISSPELT = 75.0


def problem(column: Column, text: str, place: str = "form") -> str:
    """Return what is wrong with a cell by the rules of its own column, as `record.schema` would; empty if nothing.

    Parameters
    ----------
    column : Column
        Of the data dictionary.
    text : str
        The cell; empty where nothing was entered.
    place : str
        Where the reader finds it.
    """
    text = text.strip()
    if not text:
        meaning = f"It holds {column.meaning[0].lower()}{column.meaning[1:]}"
        return str(Fault(place, column.name, "filled in", "", meaning)) if column.required else ""
    right, hint = _holds(column, text)
    return "" if right else str(Fault(place, column.name, column.expected, text, hint))


def date_words(text: str) -> str:
    """Word the days that an EDTF text allows: `2014-03` is "month: 1 March 2014 to 31 March 2014".

    Raises
    ------
    ValueError
        When the text is no such date.
    """
    span = parse(text.strip())
    days = day_text(span.start) + (f" to {day_text(span.end)}" if span.end != span.start else "")
    marks = [word for word, on in (("approximate", span.approximate), ("uncertain", span.uncertain)) if on]
    return ", ".join([f"{span.precision}: {days}", *marks])


def codes(query: str = "", most: int = 60) -> list[tuple[str, str]]:
    """Return the CAMEO codes that a search finds: how each is shown, and the code.

    A number finds the codes that begin with it. Words find labels that hold all of them or, where none does, those
    that come near, for a misspelt word. Without a query all codes are given in their order.

    Parameters
    ----------
    query : str
        A code's first digits, or words of its label or quad class.
    most : int
        Codes given at most for a query.
    """
    table = codebook.cameo()
    wanted = query.strip().lower()
    if not wanted:
        return [(code_words(row), str(row.code)) for row in table.itertuples()]
    if wanted.isdigit():
        table = table[table["code"].str.startswith(wanted)]
    else:
        spoken = table["label"] + " " + table["quad_class"].str.replace("_", " ")
        whole = pd.Series([all(word in text.lower() for word in wanted.split()) for text in spoken], table.index)
        likeness = pd.Series([_nearness(wanted, text) for text in spoken], table.index)
        found = table.assign(likeness=likeness)[whole if whole.any() else likeness >= _MISSPELT]
        table = found.sort_values(["likeness", "code"], ascending=[False, True], kind="stable")
    return [(code_words(row), str(row.code)) for row in table.head(most).itertuples()]


def code_words(row: object) -> str:
    """Word a CAMEO code with what it brings: `057 Sign formal agreement (+8.0, verbal cooperation)`."""
    score, quad = float(row.goldstein), str(row.quad_class).replace("_", " ")  # type: ignore[attr-defined]
    return f"{row.code} {row.label} ({f'{score:+.1f}'.replace('-', '−')}, {quad})"  # type: ignore[attr-defined]


def event_words(row: Mapping[str, str]) -> str:
    """Word when an event was, who acted towards whom, and what its code brings; a code that is none stands alone."""
    table = codebook.cameo()
    found = [code_words(one) for one in table[table["code"] == row["cameo"]].itertuples()]
    return f"{row['date']}, {row['source_actor']} to {row['target_actor']}: {(found or [row['cameo']])[0]}"


def alike(table: pd.DataFrame, date: str, words: str, *, key: str, column: str, most: int = 5) -> pd.DataFrame:
    """Return the rows that may be the same fact: near in time and alike in words.

    Parameters
    ----------
    table : DataFrame
        Linked events or assessments: `start`, `end`, the key and the column of words.
    date, words : str
        Of the new row; nothing is alike while either is missing or the date cannot be read.
    key, column : str
        Columns of the table: its id, and the words to compare with.
    most : int
        Rows at most.

    Returns
    -------
    DataFrame
        The likest first: `id`, `date`, `words`, `apart` (days between the two intervals, 0 where they touch),
        `likeness` (0 to 100).
    """
    from rapidfuzz import fuzz, utils

    try:
        span = parse(date.strip())
    except ValueError:
        return pd.DataFrame(columns=["id", "date", "words", "apart", "likeness"])
    first, last = pd.Timestamp(span.start), pd.Timestamp(span.end)
    gaps = pd.concat([table["start"] - last, first - table["end"]], axis=1).max(axis=1).dt.days.clip(lower=0)
    scores = [fuzz.token_sort_ratio(words, one, processor=utils.default_process) for one in table[column]]
    sets = [fuzz.token_set_ratio(words, one, processor=utils.default_process) for one in table[column]]
    # A shared name alone makes a full set ratio, so both likenesses count.
    likeness = (pd.Series(scores, table.index, "float64") + pd.Series(sets, table.index, "float64")) / 2
    found = pd.DataFrame({"id": table[key], "date": table["date"], "words": table[column]})
    found = found.assign(apart=gaps, likeness=likeness)
    near = pd.Series(False, table.index)
    for days, least in _NEAR:
        near |= (gaps <= days) & (likeness >= least)
    ordered = found[near].sort_values(["likeness", "apart", "id"], ascending=[False, True, True], kind="stable")
    return ordered.head(most).reset_index(drop=True)


def _nearness(query: str, text: str) -> float:
    """Return how near the words of a query come to those of a text, 0 to 100, in the mean of its words."""
    from rapidfuzz import fuzz

    held = re.findall(r"\w+", text.lower())
    scores = [max(fuzz.ratio(word, one) for one in held) for word in re.findall(r"\w+", query)]
    return float(sum(scores) / len(scores)) if scores else 0.0


def _holds(column: Column, text: str) -> tuple[bool, str]:
    """Return whether a filled cell obeys its column, and the way out if not."""
    if column.kind in {"integer", "number"}:
        value = pd.to_numeric(text, errors="coerce")
        if not abs(value) < float("inf"):
            return False, ""
        whole = column.kind == "number" or value % 1 == 0
        low = -float("inf") if column.low is None else column.low
        high = float("inf") if column.high is None else column.high
        return bool(whole and low <= value <= high), ""
    if column.kind == "edtf":
        try:
            parse(text)
        except ValueError as error:
            said = str(error)
            return False, "" if said == "not EDTF" else f"{said[0].upper()}{said[1:]}."
        return True, ""
    if column.letters and len(text) > column.letters:
        return False, ""
    if column.pattern and not re.match(rf"^{column.pattern}$", text):
        return False, ""
    if column.allowed:
        return text in column.allowed, nearest(text, column.allowed)
    if column.kind == "slug":
        return re.fullmatch(SLUG, text) is not None, ""
    if column.kind == "url":
        return re.fullmatch(r"https?://\S+", text) is not None, ""
    return column.words is None or len(text.split()) <= column.words, ""
