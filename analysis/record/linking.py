"""What `load` adds to the tables of a record: days, scores, directions and grades; and how a cut-off takes rows away.

events: the file's columns, then `start`, `end` (datetime64[us], days, both included), `precision`, `approximate`,
`uncertain`, `root`, `label`, `quad_class`, `goldstein` (-10..10) from the CAMEO code; `direction`: "A>B", "B>A",
"joint" (both sides together), "internal" (one side towards itself or its own) or "third party"; `dyad`: whether it is
an act between the sides (the first three); `sources`, `publishers`, `reliability`, `credibility`, `grade`.
assessments: days and grades likewise. forecasts: `made_on`, `deadline_end`, `probability` (middle of the
range), assessor, organisation, subject. indicators: days, `sources`, and the catalogue's columns.

Known. A page tells of a row from the day on which it was published: the last day that its date allows, or the row's own
last day where the page may be of that time. `known_on` of a citation is that day (missing for a page without a date).
A row's `known_on` is the earliest of its citations, for an observation no later than the end of its period and the
`lag` of its series, and the row's own last day where no page has a date; the column `known` overrides it. That of a
forecast is the day on which its outcome was known.

Grades. `sources` counts distinct sources, `publishers` distinct publishers whose reliability can be judged (A-E),
whatever the capitals; `unknown` is none. `reliability` is that of the best source. `credibility` is 1 (confirmed) with
three or more such publishers, 2 with two, 3 with one, 6 (cannot be judged) with none, unless the row says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.record import codebook
from analysis.record.check import record_keys
from analysis.record.dates import dated_parts, spans
from analysis.record.pages import UNKNOWN

_DAYS = ["start", "end", "precision", "approximate", "uncertain"]


def link(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tidy tables of a valid record, by the names of `Relationship`'s attributes."""
    sources, catalogue = _published(tables["sources"]), tables["indicator_catalogue"]
    dated = {
        "events": _dated(tables["events"], "date"),
        "assessments": _dated(tables["assessments"], "date"),
        "indicators": _dated(tables["indicators"], "period").merge(catalogue, on="indicator", how="left"),
        "forecasts": tables["forecasts"].assign(end=spans(tables["forecasts"]["resolved_on"])["end"], known=None),
        "eras": tables["eras"].assign(end=spans(tables["eras"]["from"])["end"], known=None),
    }
    keys = record_keys(dated)
    citations = _citations(tables["citations"], _ends(dated, keys), sources)
    known = {name: table.assign(known_on=_known_on(table, keys[name], citations)) for name, table in dated.items()}
    given = {
        name: known[name].rename(columns={"credibility": "credibility_given"}) for name in ("events", "assessments")
    }
    graded = _regraded({**given, "indicators": known["indicators"]}, keys, citations, sources)
    return {
        "actors": tables["actors"],
        "sources": sources,
        "events": _ordered(_coded(graded["events"], tables["actors"]), "event_id"),
        "assessments": _ordered(graded["assessments"], "assessment_id"),
        "forecasts": _forecasts(known["forecasts"].drop(columns=["end", "known"]), graded["assessments"]),
        "indicators": graded["indicators"].sort_values(["indicator", "start", "end"], ignore_index=True),
        "catalogue": catalogue,
        "citations": citations,
        "second_coding": tables["second_coding"],
        "eras": known["eras"].drop(columns=["end", "known"]),
    }


def cut(tables: Mapping[str, pd.DataFrame], day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the tables that change when linked tables are cut at the end of `day`.

    A row stays when its last day and its `known_on` are not later. Pages that told of it later are not cited, and it is
    graded by those that remain. Where a row was known without any page of the record (a series that is published year
    by year, cited in a later edition; an override), its earliest page stays and is marked `later`.
    """
    kept = {
        name: tables[name][(tables[name]["end"] <= day) & (tables[name]["known_on"] <= day)].reset_index(drop=True)
        for name in ("events", "assessments", "indicators")
    }
    kept["events"]["sequel"] = _sequels(kept["events"]["sequel"], day)
    kept["forecasts"] = _undecided(tables["forecasts"], kept["assessments"], day)
    kept["eras"] = _begun(tables["eras"], day)
    keys = record_keys(kept)
    citations = _known_citations(tables["citations"], keys, day)
    sources = tables["sources"][_among(tables["sources"]["source_id"], citations["source_id"])].reset_index(drop=True)
    coding = tables["second_coding"]
    coding = coding[_among(coding["record"], pd.concat(keys, ignore_index=True))].reset_index(drop=True)
    graded = _regraded({name: kept[name] for name in ("events", "assessments", "indicators")}, keys, citations, sources)
    return {**kept, **graded, "citations": citations, "sources": sources, "second_coding": coding}


def _sequels(texts: pd.Series, day: pd.Timestamp) -> pd.Series:
    """Return what of each `sequel` had happened by `day`."""
    parts = [dated_parts(text) for text in texts]
    dates = pd.Series(sorted({date for each in parts for date, _ in each}), dtype="str")
    past = set(dates[spans(dates)["end"] <= day])
    kept = ["; ".join(f"{date}: {words}" for date, words in each if date in past) or None for each in parts]
    return pd.Series(kept, index=texts.index, dtype="str")


def _undecided(forecasts: pd.DataFrame, assessments: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the forecasts of these assessments, open again where the outcome was not known yet."""
    held = forecasts["assessment_id"].isin(assessments["assessment_id"])
    table = forecasts[held].reset_index(drop=True)
    undecided = (table["outcome"] == "open") | ~(table["known_on"] <= day)
    for column, masked in (("outcome", "open"), ("resolved_on", None), ("resolution_note", None)):
        table[column] = table[column].mask(undecided, masked).astype("str")
    return table.assign(known_on=table["known_on"].mask(undecided))


def _begun(eras: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the eras that were known to have begun, without ends that lie ahead."""
    table = eras[eras["known_on"] <= day].reset_index(drop=True)
    return table.assign(to=table["to"].mask(spans(table["to"])["end"] > day).astype("str"))


def _known_citations(citations: pd.DataFrame, keys: Mapping[str, pd.Series], day: pd.Timestamp) -> pd.DataFrame:
    held = citations[_among(citations["record"], pd.concat(keys, ignore_index=True))]
    later = held["known_on"] > day
    without = later & ~_among(held["record"], held.loc[~later, "record"]) & (held["table"] != "forecasts")
    earliest = held["known_on"] == held.groupby("record")["known_on"].transform("min")
    return held.assign(later=later)[~later | without & earliest].reset_index(drop=True)


def _ends(tables: Mapping[str, pd.DataFrame], keys: Mapping[str, pd.Series]) -> pd.Series:
    """Return the last possible day of every row that can be cited, by its key."""
    return pd.concat([pd.Series(tables[name]["end"].to_numpy(), index=key) for name, key in keys.items()])


def _known_on(table: pd.DataFrame, keys: pd.Series, citations: pd.DataFrame) -> pd.Series:
    known = pd.Series(citations.groupby("record")["known_on"].min().reindex(keys).to_numpy(), index=table.index)
    if "lag" in table:
        known = pd.concat([known, _lagged(table["end"], table["lag"])], axis=1).min(axis=1)
    return spans(table["known"].astype("str"))["end"].fillna(known).fillna(table["end"])


def _lagged(ends: pd.Series, lags: pd.Series) -> pd.Series:
    days = pd.Series(pd.NaT, index=ends.index, dtype="datetime64[us]")
    for lag, rows in ends.groupby(lags):
        days[rows.index] = rows + duration(str(lag))
    return days


def duration(text: str) -> pd.DateOffset:
    """Read an ISO 8601 duration of years, months, weeks and days, such as `P1Y6M`."""
    parts = {unit: int(number) for number, unit in re.findall(r"(\d+)([YMWD])", text)}
    years, months, weeks, days = (parts.get(unit, 0) for unit in "YMWD")
    return pd.DateOffset(years=years, months=months, weeks=weeks, days=days)


def _regraded(
    tables: Mapping[str, pd.DataFrame],
    keys: Mapping[str, pd.Series],
    citations: pd.DataFrame,
    sources: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    """Return tables with the grades that follow from these citations."""
    grades, found = _grades(citations, sources), {}
    for name, table in tables.items():
        own = grades.reindex(keys[name].to_numpy()).set_axis(table.index)
        if name == "indicators":
            found[name] = table.assign(sources=own["sources"])
            continue
        table = table.assign(**{column: own[column] for column in grades.columns})
        credibility = _credibility(table)
        grade = table["reliability"] + credibility.astype("str")
        found[name] = table.assign(credibility=credibility, grade=grade)
    return found


def _among(texts: pd.Series, known: pd.Series) -> NDArray[np.bool_]:
    """Return where a text is one of those known; on texts `isin` takes ten times as long."""
    found: NDArray[np.bool_] = pd.Index(known.unique()).get_indexer(texts) >= 0
    return found


def last_day(*tables: pd.DataFrame) -> pd.Timestamp:
    """Return the last day of a record: of the latest row dated to within a month.

    The tables are the `start` and `end` of its events, its assessments and the decisions of its forecasts.

    A coarser date may reach into what has not been seen yet, so of such a row only the first day counts; and today
    would be the wrong answer: a record ends where it ends, on whatever day it is read. Without any row the answer is
    1 January 1900, which no text prints.
    """
    dated = pd.concat([table[["start", "end"]] for table in tables])
    close = dated["end"] - dated["start"] <= pd.Timedelta(days=31)
    last = dated["end"].where(close, dated["start"]).max()
    return pd.Timestamp("1900-01-01") if pd.isna(last) else pd.Timestamp(last)


def end_at(tables: Mapping[str, pd.DataFrame], day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return linked tables in which no event, assessment or decision reaches beyond the record's last day.

    What is recorded has happened, and was known: a row dated "2026" in a record that ends in May 2026 happened by then.
    So the record without a cut-off says what it says as of its last day, and pages published after it are marked alike.
    """
    names = ("events", "assessments", "forecasts", "eras")
    ended = {name: tables[name].assign(known_on=_until(tables[name]["known_on"], day)) for name in names}
    for name in ("events", "assessments"):
        ended[name] = _ordered(ended[name].assign(end=_until(ended[name]["end"], day)), f"{name[:-1]}_id")
    later = _later(tables["citations"], tables["sources"], day)
    known = tables["citations"]["known_on"]
    citations = tables["citations"].assign(later=later, known_on=known.where(later, _until(known, day)))
    return {**tables, **ended, "citations": citations}


def _until(days: pd.Series, last: pd.Timestamp) -> pd.Series:
    return days.mask(days > last, last)


def _later(citations: pd.DataFrame, sources: pd.DataFrame, day: pd.Timestamp) -> NDArray[np.bool_]:
    published = sources.set_index("source_id")["published_start"]
    return published.reindex(citations["source_id"]).gt(day).to_numpy(dtype=bool)


def _dated(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.join(spans(table[column])[_DAYS])


def _ordered(table: pd.DataFrame, key: str) -> pd.DataFrame:
    return table.sort_values(["start", "end", key], ignore_index=True)


def _grades(citations: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    joined = citations[["record", "source_id"]].drop_duplicates()
    joined = joined.merge(sources[["source_id", "publisher", "reliability"]], on="source_id")
    by = joined["publisher"].str.strip().str.casefold()
    judged = joined.assign(publisher=by)[(joined["reliability"] != "F") & (by != UNKNOWN)]
    grouped = joined.groupby("record")
    return (
        pd.DataFrame(
            {
                "sources": grouped["source_id"].nunique(),
                "publishers": judged.groupby("record")["publisher"].nunique(),
                "reliability": grouped["reliability"].min(),
            }
        )
        .fillna({"publishers": 0})
        .astype({"sources": "int64", "publishers": "int64", "reliability": "str"})
    )


def _credibility(table: pd.DataFrame) -> pd.Series:
    publishers = table["publishers"].to_numpy()
    derived = np.select([publishers >= 3, publishers == 2, publishers == 1], [1, 2, 3], default=6)
    given = table["credibility_given"].astype("float64")
    return given.fillna(pd.Series(derived, index=table.index)).astype("int64")


def _coded(events: pd.DataFrame, actors: pd.DataFrame) -> pd.DataFrame:
    codes = codebook.cameo().rename(columns={"code": "cameo"})[["cameo", "root", "label", "quad_class", "goldstein"]]
    events = events.merge(codes, on="cameo", how="left", validate="many_to_one")
    direction = directions(events["source_actor"], events["target_actor"], actors)
    return events.assign(direction=direction, dyad=~direction.isin(["internal", "third party"]))


def directions(source: pd.Series, target: pd.Series, actors: pd.DataFrame) -> pd.Series:
    """Return who acted towards whom, in terms of the two sides.

    A person or organisation of a side's country acts for that side. An act of one side towards both is one towards the
    other side.
    """
    roles = actors.set_index("role")["actor_id"]
    a, b = str(roles["side_a"]), str(roles["side_b"])
    side = {row.actor_id: row.country for row in actors.itertuples() if row.country in {a, b}} | {a: a, b: b}
    side |= dict.fromkeys(actors.loc[actors["kind"] == "dyad", "actor_id"], "both")
    by, to = source.map(side), target.map(side)
    outside = by.isna() | to.isna()
    a_acts = (by == a) & to.isin([b, "both"]) | (by == "both") & (to == b)
    b_acts = (by == b) & to.isin([a, "both"]) | (by == "both") & (to == a)
    values = np.select(
        [outside, (by == "both") & (to == "both"), a_acts, b_acts],
        ["third party", "joint", f"{a}>{b}", f"{b}>{a}"],
        default="internal",
    )
    return pd.Series(values, index=source.index, dtype="str")


def _forecasts(forecasts: pd.DataFrame, assessments: pd.DataFrame) -> pd.DataFrame:
    held = assessments[["assessment_id", "start", "assessor", "organisation", "subject"]].rename(
        columns={"start": "made_on"}
    )
    table = forecasts.merge(held, on="assessment_id", how="left")
    table["deadline_end"] = spans(table["deadline"])["end"]
    table["probability"] = (table["probability_low"] + table["probability_high"]) / 2
    return table.sort_values(["deadline_end", "forecast_id"], ignore_index=True)


def _published(sources: pd.DataFrame) -> pd.DataFrame:
    days = spans(sources["published"])
    return sources.assign(published_start=days["start"], published_end=days["end"])


def _citations(citations: pd.DataFrame, ends: pd.Series, sources: pd.DataFrame) -> pd.DataFrame:
    parts = citations["record"].str.split(":", n=1)
    table = parts.str[0].replace("indicator", "indicators")
    page = sources.set_index("source_id")[["published_start", "published_end"]].reindex(citations["source_id"])
    page, end = page.set_axis(citations.index), pd.Series(ends.reindex(citations["record"]).to_numpy(), citations.index)
    of_that_time = page["published_start"] <= end
    return citations.assign(
        table=table.astype("str"),
        key=parts.str[1].astype("str"),
        later=False,
        known_on=end.where(of_that_time, page["published_end"]),
    )
