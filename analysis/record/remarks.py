"""What a record's keeper should look at once more: rows that load, and that the coding rules still speak against.

Each rule is a function from the typed tables to remarks, worded as faults are. They go by words and dates, so a remark
may be mistaken; a fault (`analysis.record.check`) is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from analysis.errors import Fault
from analysis.record import codebook
from analysis.record.check import record_keys
from analysis.record.dates import spans
from analysis.record.tables import BY_NAME

Tables = Mapping[str, pd.DataFrame]

_QUOTES = "\"'“”„‟‘’‚«»‹›"
_DIFFER = re.compile(r"\b(?:differs?|disagrees?|contradicts?)\b")


def remarks(tables: Tables) -> list[Fault]:
    """Return the remarks on the typed tables of a valid record, rule by rule."""
    return [remark for rule in _RULES for remark in rule(tables)]


def forms(events: pd.DataFrame) -> Iterator[Fault]:
    """Yield events whose form their CAMEO code contradicts: words that are coded as deeds, a meeting coded as force."""
    quad = events["cameo"].map(codebook.cameo().set_index("code")["quad_class"])
    words = events["form"].eq("statement") & quad.isin(["material_cooperation", "material_conflict"])
    peace = events["form"].isin(["agreement", "meeting"]) & quad.eq("material_conflict")
    for row in events.assign(quad=quad)[words | peace].to_dict("records"):
        got = f"{row['cameo']}, {str(row['quad']).replace('_', ' ')}"
        fits = f"a code that fits the form {row['form']}"
        yield Fault(f"events: {row['event_id']}", "cameo", fits, got, "Is that the code of the act itself?")


def _coarse_and_inferred(tables: Tables) -> Iterator[Fault]:
    for table in ("events", "assessments"):
        days = spans(tables[table]["date"])
        coarse = days["approximate"] & ~days["precision"].isin(["day", "interval"])
        for key, date in tables[table].loc[coarse, [BY_NAME[table].key[0], "date"]].itertuples(index=False):
            hint = "A month or year says as much; `~` is for a day that was inferred."
            yield Fault(f"{table}: {key}", "date", "without `~` on a month or a year", date, hint)


def _persons_named(tables: Tables) -> Iterator[Fault]:
    actors = tables["actors"]
    names = dict(zip(actors["actor_id"], zip(actors["name"], actors["aliases"], strict=True), strict=True))
    for row in tables["events"].dropna(subset=["persons"]).to_dict("records"):
        text = " ".join(str(row[column]) for column in ("title", "summary", "notes") if isinstance(row[column], str))
        for person in str(row["persons"]).split(";"):
            name, aliases = names.get(person, (person, None))
            spellings = [str(name), *(str(aliases).split(";") if isinstance(aliases, str) else [])]
            if not any(spelling.split()[-1].casefold() in text.casefold() for spelling in spellings):
                hint = "Name them in the summary, or take them out of `persons`."
                yield Fault(f"events: {row['event_id']}", "persons", "people whom the row names", person, hint)


def _phrases_beside_titles(tables: Tables) -> Iterator[Fault]:
    """Yield rows whose phrase is a page's title, unless the title quotes it or a citation found it in the text."""
    titles = tables["sources"].set_index("source_id")["title"]
    cited = tables["citations"].assign(
        title=lambda rows: rows["source_id"].map(titles[~titles.index.duplicated()]).astype("str"),
        found=lambda rows: rows["key_phrase"].fillna("").map(_plain),
    )
    pages = dict(iter(cited.groupby("record")))
    for table, keys in record_keys(tables).items():
        if "key_phrase" not in tables[table]:
            continue
        for key, phrase in zip(keys, tables[table]["key_phrase"], strict=True):
            if not isinstance(phrase, str) or key not in pages or _plain(phrase) in set(pages[key]["found"]):
                continue
            words = r"\W+".join(re.findall(r"\w+", phrase))
            quoted = re.compile(rf"[{_QUOTES}]{words}[{_QUOTES}]", re.IGNORECASE)
            alike = [title for title in pages[key]["title"] if _plain(phrase) in _plain(title)]
            if alike and not any(quoted.search(title) for title in alike):
                hint = "A title is its editor's; quote the text."
                yield Fault(key.replace(":", ": ", 1), "key_phrase", "words of the text", phrase, hint)


def _settled_by_older_pages(tables: Tables) -> Iterator[Fault]:
    forecasts = tables["forecasts"]
    published = spans(tables["sources"]["published"])["end"].set_axis(tables["sources"]["source_id"])
    cited = tables["citations"]
    pages = published[~published.index.duplicated()].reindex(cited["source_id"]).set_axis(cited.index)
    newest = pages.groupby(cited["record"]).max()
    newest = newest.reindex("forecasts:" + forecasts["forecast_id"]).set_axis(forecasts.index)
    decided = ~forecasts["outcome"].isin(["open", "void"])
    older = decided & (newest < spans(forecasts["resolved_on"])["start"])
    for row, page in zip(forecasts[older].itertuples(), newest[older], strict=True):
        hint = "Cite a page of that day or later."
        yield Fault(
            f"forecasts: {row.forecast_id}",
            "resolved_on",
            f"no later than the newest page that is cited ({page:%Y-%m-%d})",
            str(row.resolved_on),
            hint,
        )


def _differing_values(tables: Tables) -> Iterator[Fault]:
    table = tables["indicators"]
    said = table["notes"].fillna("").str.contains(_DIFFER) & table["low"].isna() & table["high"].isna()
    for row in table[said].itertuples():
        hint = "The notes say that sources differ: give their lowest and highest value."
        yield Fault(f"indicators: {row.indicator}@{row.period}", "low", "filled in", "", hint)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


_RULES: tuple[Callable[[Tables], Iterator[Fault]], ...] = (
    _coarse_and_inferred,
    _persons_named,
    _phrases_beside_titles,
    _settled_by_older_pages,
    _differing_values,
    lambda tables: forms(tables["events"]),
)
