"""Rules that hold between the tables of a record.

Each rule is a function from the typed tables to faults. Together with the rules of single columns (`schema`) they say
what a valid record is: every id resolves, every row is cited, every code is in the codebook, no forecast is decided
before it was made, and no probability was read with hindsight.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from analysis.errors import Fault, nearest
from analysis.record import codebook
from analysis.record.dates import dated_parts, spans
from analysis.record.pages import address, is_part_of_one, page_keys
from analysis.record.tables import BY_NAME

Tables = Mapping[str, pd.DataFrame]
Lines = Mapping[str, list[int]]

TWIN = "the address of a page that no other source has"

# Where a record key of `citations.csv` begins with this word, its rest is an id of that table.
RECORD_TABLES = {
    "events": "event_id",
    "assessments": "assessment_id",
    "forecasts": "forecast_id",
    "eras": "era_id",
}


def relations(tables: Tables, lines: Lines) -> list[Fault]:
    """Return the faults between tables; rows that broke a rule of their own column are passed over here."""
    return [fault for rule in _RULES for fault in rule(tables, lines)]


def record_keys(tables: Tables) -> dict[str, pd.Series]:
    """Return for each citable table the key by which `citations.csv` names its rows, on the table's index."""
    keys = {name: f"{name}:" + tables[name][column] for name, column in RECORD_TABLES.items()}
    keys["indicators"] = "indicator:" + tables["indicators"]["indicator"] + "@" + tables["indicators"]["period"]
    return keys


def _sides(tables: Tables, lines: Lines) -> Iterator[Fault]:
    for role in ("side_a", "side_b"):
        count = int((tables["actors"]["role"] == role).sum())
        if count != 1:
            expected = f"`{role}` in exactly one row"
            yield Fault("actors.csv", "role", expected, f"{count} rows", "The two sides are found by their role.")


def _references(tables: Tables, lines: Lines) -> Iterator[Fault]:
    actors = set(tables["actors"]["actor_id"].dropna())
    codes = {str(row.code): row.quad_class for row in codebook.cameo().itertuples()}
    yield from _known(tables, lines, "events", "source_actor", actors, "an actor of actors.csv")
    yield from _known(tables, lines, "events", "target_actor", actors, "an actor of actors.csv")
    yield from _known(tables, lines, "events", "cameo", codes, "a CAMEO code of codebook/cameo.csv")
    yield from _known(tables, lines, "indicator_catalogue", "of", actors, "an actor of actors.csv")
    assessments = set(tables["assessments"]["assessment_id"].dropna())
    yield from _known(tables, lines, "forecasts", "assessment_id", assessments, "an assessment of assessments.csv")
    series = set(tables["indicator_catalogue"]["indicator"].dropna())
    yield from _known(tables, lines, "indicators", "indicator", series, "a series of indicator_catalogue.csv")
    sources = set(tables["sources"]["source_id"].dropna())
    yield from _known(tables, lines, "citations", "source_id", sources, "a source of sources.csv")
    terms = {str(row.term): (row.probability_low, row.probability_high) for row in codebook.estimative().itertuples()}
    yield from _known(tables, lines, "assessments", "estimative_term", terms, "a term of codebook/estimative.csv")
    records = {key for keys in record_keys(tables).values() for key in keys.dropna()}
    yield from _known(
        tables, lines, "citations", "record", records, "a row of the record, as `events:ID` or `indicator:ID@PERIOD`"
    )


def _known(
    tables: Tables, lines: Lines, table: str, column: str, known: set[str] | Mapping[str, object], expected: str
) -> Iterator[Fault]:
    """Yield a fault for each cell that is not known; where `known` says what each means, none of another is offered."""
    meaning = None if isinstance(known, set) else known
    for position, got in enumerate(tables[table][column]):
        if isinstance(got, str) and got not in known:
            yield Fault(_place(table, lines, position), column, expected, got, nearest(got, sorted(known), meaning))


def _lost_zeros(tables: Tables, lines: Lines) -> Iterator[Fault]:
    """Refuse a root code that another code becomes when a spreadsheet takes its zero away: 014 is weighing, 14 protest.

    A root code is what its row says it is, in `notes`, or what a record is coded in throughout; that such a record has
    kept its zeros is seen by a root below 10.
    """
    events = tables["events"]
    codes = codebook.cameo().set_index("code")
    doubtful = {code for code in codes.index if f"0{code}" in codes.index}
    held = set(events["cameo"].dropna())
    if all(len(code) == 2 for code in held) and any(code.startswith("0") for code in held):
        return
    for position, (code, notes) in enumerate(zip(events["cameo"], events["notes"], strict=True)):
        if code in doubtful and not re.search(rf"\broot code {code}\b", str(notes), re.IGNORECASE):
            readings = [f"{one} is {codes['label'][one]} ({codes['goldstein'][one]:+g})" for one in (f"0{code}", code)]
            yield Fault(
                _place("events", lines, position),
                "cameo",
                "a code with its zeros, or a root code that `notes` calls so",
                code,
                f"{'; '.join(readings)}. Write 0{code}, or put `root code {code}` into `notes`.",
            )


def _addresses(tables: Tables, lines: Lines) -> Iterator[Fault]:
    """Refuse a page that stands in the record twice, and an address that no browser takes."""
    columns = ("source_id", "type", "title", "publisher", "url")
    held: dict[str, list[dict[str, str]]] = {}
    for position, cells in enumerate(zip(*(tables["sources"][name] for name in columns), strict=True)):
        row = dict(zip(columns, cells, strict=True))
        if not isinstance(row["url"], str):
            continue
        if address(row["url"]) != row["url"]:
            hint = "What TeX or a second prefix left in it is no part of the address."
            yield Fault(_place("sources", lines, position), "url", f"`{address(row['url'])}`", row["url"], hint)
        for key in page_keys(row["url"]):
            before = held.setdefault(key, [])
            twin = next((one for one in before if not is_part_of_one(one, row)), None)
            before.append(row)
            if twin is not None:
                yield Fault(
                    _place("sources", lines, position),
                    "url",
                    TWIN,
                    row["url"],
                    f"{twin['source_id']} has it ({twin['url']}). Cite that one and delete this row; chapters of one "
                    "publisher may share a page.",
                )
                break


def _persons(tables: Tables, lines: Lines) -> Iterator[Fault]:
    known = set(tables["actors"]["actor_id"].dropna())
    for position, cell in enumerate(tables["events"]["persons"]):
        for person in str(cell).split(";") if isinstance(cell, str) else []:
            if person not in known:
                place, expected = _place("events", lines, position), "actors of actors.csv, joined by `;`"
                yield Fault(place, "persons", expected, person, nearest(person, known))


def _cited(tables: Tables, lines: Lines) -> Iterator[Fault]:
    cited = set(tables["citations"]["record"].dropna())
    for table, keys in record_keys(tables).items():
        for position, key in enumerate(keys if table != "forecasts" else ()):
            if isinstance(key, str) and key not in cited:
                hint = f"Add a row for {key} to citations.csv."
                yield Fault(_place(table, lines, position), "", "cited by at least one source", key, hint)


def _forecast_dates(tables: Tables, lines: Lines) -> Iterator[Fault]:
    forecasts = tables["forecasts"]
    made = tables["assessments"].set_index("assessment_id")["date"]
    made = forecasts["assessment_id"].map(made[~made.index.duplicated()])
    start, resolved = spans(made)["start"], forecasts["resolved_on"]
    is_open, decided = forecasts["outcome"] == "open", forecasts["outcome"].notna() & (forecasts["outcome"] != "open")
    since = "on or after the day it was made (" + made.astype("str") + ")"
    way_out = "Give the day, or set the outcome to open."
    for column, wrong, expected, hint in (
        ("resolved_on", spans(resolved)["end"] < start, since, ""),
        ("deadline", spans(forecasts["deadline"])["end"] < start, since, ""),
        ("resolved_on", is_open & resolved.notna(), "empty while the outcome is open", ""),
        ("resolved_on", decided & resolved.isna(), "the day on which it was decided", way_out),
    ):
        yield from _wrong(tables, lines, "forecasts", column, wrong, expected, hint)


def _forecast_ranges(tables: Tables, lines: Lines) -> Iterator[Fault]:
    ranges: dict[str, set[tuple[float, float]]] = {}
    for row in codebook.bands().itertuples(index=False):
        ranges.setdefault(str(row[0]), set()).add((float(row[1]), float(row[2])))
    forecasts = tables["forecasts"]
    columns = (forecasts[name] for name in ("probability_low", "probability_high", "term_basis"))
    for position, (low, high, basis) in enumerate(zip(*columns, strict=True)):
        place = _place("forecasts", lines, position)
        if low != low or high != high:
            continue
        if low > high:
            yield Fault(place, "probability_low", f"at most probability_high ({high:g})", f"{low:g}", "Swap the two.")
        elif basis != "numeric" and basis not in ranges:
            expected = "a scheme:band of codebook/estimative.csv, or numeric"
            yield Fault(place, "term_basis", expected, basis, nearest(basis, ranges))
        elif basis != "numeric" and (low, high) not in ranges[basis]:
            allowed = " or ".join(f"{a:g}-{b:g}" for a, b in sorted(ranges[basis]))
            expected = f"the lower end of the range of {basis} ({allowed})"
            hint = "The range follows from the author's word, never from the outcome."
            yield Fault(place, "probability_low", expected, f"{low:g}-{high:g}", hint)


def _values(tables: Tables, lines: Lines) -> Iterator[Fault]:
    table = tables["indicators"]
    value, low, high, withheld = table["value"], table["low"], table["high"], table["basis"] == "withheld"
    outside = (low > value) | (high < value) | (low > high)
    texts = [bound.map("{:g}".format).astype("str") for bound in (low, high)]
    between = "between low (" + texts[0] + ") and high (" + texts[1] + ")"
    way_out = "Set the basis to withheld only where the producer keeps it secret."
    for wrong, expected, hint in (
        (withheld & value.notna(), "empty where the basis is withheld", ""),
        (~withheld & value.isna() & table["basis"].notna(), "a number", way_out),
        (outside, between, ""),
    ):
        yield from _wrong(tables, lines, "indicators", "value", wrong, expected, hint)


def _directions(tables: Tables, lines: Lines) -> Iterator[Fault]:
    keys = ("side_a_dependence", "side_b_dependence", "tension")
    allowed = {f"{key}:{sign}" for key in keys for sign in ("-1", "0", "+1")}
    for position, cell in enumerate(tables["indicator_catalogue"]["direction"]):
        parts = str(cell).split(";") if isinstance(cell, str) else []
        if isinstance(cell, str) and (set(parts) - allowed or len(parts) != len(keys)):
            yield Fault(
                _place("indicator_catalogue", lines, position),
                "direction",
                "like side_a_dependence:+1;side_b_dependence:0;tension:-1",
                cell,
            )


def _known_days(tables: Tables, lines: Lines) -> Iterator[Fault]:
    hint = "Nothing is known before it has happened; leave it empty where the sources' dates will do."
    for name, column in (("events", "date"), ("assessments", "date"), ("indicators", "period")):
        table = tables[name]
        early = spans(table["known"])["end"] < spans(table[column])["end"]
        expected = "on or after the last day of the row (" + table[column].astype("str") + ")"
        yield from _wrong(tables, lines, name, "known", early, expected, hint)


def _sequels(tables: Tables, lines: Lines) -> Iterator[Fault]:
    events = tables["events"]
    ends = spans(events["date"])["end"]
    rows = [
        (position, date)
        for position, text in enumerate(events["sequel"])
        for date, _ in dated_parts(text)
        if ends.notna().iloc[position]
    ]
    dates = spans(pd.Series([date for _, date in rows], dtype="str"))["end"]
    for (position, date), end in zip(rows, dates, strict=True):
        place = _place("events", lines, position)
        if pd.isna(end):
            yield Fault(place, "sequel", "parts like `2018-03-14: called off`, joined by `; `", date or "no date")
        elif end <= ends.iloc[position]:
            expected = f"dated after the row's last day ({events['date'].iloc[position]})"
            yield Fault(place, "sequel", expected, date, "What was known by then belongs into the summary.")


def _eras(tables: Tables, lines: Lines) -> Iterator[Fault]:
    eras = tables["eras"]
    early = spans(eras["to"])["end"] < spans(eras["from"])["start"]
    yield from _wrong(tables, lines, "eras", "to", early, "on or after " + eras["from"].astype("str"))
    actors = set(tables["actors"]["actor_id"].dropna())
    yield from _known(tables, lines, "eras", "side", actors, "an actor of actors.csv")


def _second_coding(tables: Tables, lines: Lines) -> Iterator[Fault]:
    coding = tables["second_coding"]
    keys = record_keys(tables)
    known = {key for table in ("events", "assessments") for key in keys[table].dropna()}
    yield from _known(tables, lines, "second_coding", "record", known, "a row of the record, as `events:ID`")
    for position, (record, column) in enumerate(zip(coding["record"], coding["column"], strict=True)):
        table = str(record).partition(":")[0]
        columns = [each.name for each in BY_NAME[table].columns] if table in BY_NAME else []
        if columns and isinstance(column, str) and column not in columns:
            place = _place("second_coding", lines, position)
            yield Fault(place, "column", f"a column of {table}.csv", column, nearest(column, columns))


def _wrong(
    tables: Tables, lines: Lines, table: str, column: str, wrong: pd.Series, expected: str | pd.Series, hint: str = ""
) -> Iterator[Fault]:
    """Yield a fault for each row that is marked; `expected` is one for all of them or one a row."""
    for position in map(int, wrong.to_numpy(dtype=bool, na_value=False).nonzero()[0]):
        cell = tables[table][column].iloc[position]
        words = expected if isinstance(expected, str) else str(expected.iloc[position])
        yield Fault(_place(table, lines, position), column, words, "" if pd.isna(cell) else str(cell), hint)


def _place(table: str, lines: Lines, position: int) -> str:
    return f"{BY_NAME[table].file}, line {lines[table][position]}"


_RULES: tuple[Callable[[Tables, Lines], Iterator[Fault]], ...] = (
    _sides,
    _references,
    _lost_zeros,
    _addresses,
    _persons,
    _cited,
    _forecast_dates,
    _forecast_ranges,
    _values,
    _directions,
    _known_days,
    _sequels,
    _eras,
    _second_coding,
)
