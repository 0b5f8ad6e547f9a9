"""What `load` adds to the tables of a record: days, scores, directions and grades; and how a cut-off takes rows away.

events: the file's columns, then `start`, `end` (datetime64[us], days, both included), `precision`, `approximate`,
`uncertain`, `root`, `label`, `quad_class`, `goldstein` (-10..10) from the CAMEO code; `direction`: "A>B", "B>A",
"joint" (both sides together), "internal" (one side towards itself or its own) or "third party"; `dyad`: whether it is
an act between the sides (the first three); `sources`, `publishers`, `reliability`, `credibility`, `grade`.
assessments: days and grades likewise. forecasts: `made_on`, `deadline_end`, `resolved_end`, `probability` (middle of
the range), assessor, organisation, subject. indicators: days, `sources`, and the catalogue's columns.

Grades. `sources` counts distinct sources, `publishers` distinct publishers whose reliability can be judged (A-E),
whatever the capitals; `unknown` is none.
`reliability` is that of the best source. `credibility` is 1 (confirmed) with three or more such publishers, 2 with
two, 3 with one, 6 (cannot be judged) with none, unless the row says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import codebook
from analysis.check import record_keys
from analysis.dates import spans
from analysis.pages import UNKNOWN

_DAYS = ["start", "end", "precision", "approximate", "uncertain"]


def link(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tidy tables of a valid record, by the names of `Relationship`'s attributes."""
    keys = record_keys(tables)
    grades = _grades(tables["citations"], tables["sources"])
    events = _dated(tables["events"], "date").join(_of(grades, keys["events"]))
    events = events.drop(columns="credibility").assign(credibility=_credibility(tables["events"], events))
    events = _coded(events, tables["actors"])
    assessments = _dated(tables["assessments"], "date").join(_of(grades, keys["assessments"]))
    assessments = assessments.drop(columns="credibility").assign(
        credibility=_credibility(tables["assessments"], assessments)
    )
    indicators = _dated(tables["indicators"], "period").join(_of(grades, keys["indicators"])[["sources"]])
    catalogue = tables["indicator_catalogue"]
    return {
        "actors": tables["actors"],
        "sources": _published(tables["sources"]),
        "events": _ordered(_graded(events), "event_id"),
        "assessments": _ordered(_graded(assessments), "assessment_id"),
        "forecasts": _forecasts(tables["forecasts"], assessments),
        "indicators": indicators.merge(catalogue, on="indicator", how="left").sort_values(
            ["indicator", "start", "end"], ignore_index=True
        ),
        "catalogue": catalogue,
        "citations": _citations(tables["citations"]),
    }


def cut(tables: Mapping[str, pd.DataFrame], day: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Return the tables that change when linked tables are cut at the end of `day`."""
    events, assessments, indicators = (
        tables[name][tables[name]["end"] <= day].reset_index(drop=True)
        for name in ("events", "assessments", "indicators")
    )
    held = tables["forecasts"]["assessment_id"].isin(assessments["assessment_id"])
    forecasts = tables["forecasts"][held].reset_index(drop=True)
    undecided = (forecasts["outcome"] == "open") | (forecasts["resolved_end"] > day)
    for column, masked in (("outcome", "open"), ("resolved_on", None), ("resolution_note", None)):
        forecasts[column] = forecasts[column].mask(undecided, masked).astype("str")
    forecasts["resolved_end"] = forecasts["resolved_end"].mask(undecided)
    kept = {"events": events, "assessments": assessments, "forecasts": forecasts, "indicators": indicators}
    keys = pd.concat(record_keys(kept), ignore_index=True)
    citations = tables["citations"][_among(tables["citations"]["record"], keys)].reset_index(drop=True)
    citations["later"] = _later(citations, tables["sources"], day)
    sources = tables["sources"][_among(tables["sources"]["source_id"], citations["source_id"])].reset_index(drop=True)
    return {**kept, "citations": citations, "sources": sources}


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

    What is recorded has happened: a row dated "2026" in a record that ends in May 2026 happened by then. So the record
    without a cut-off says what it says as of its last day, and pages published after that day are marked alike.
    """
    ended = {name: tables[name].assign(end=_until(tables[name]["end"], day)) for name in ("events", "assessments")}
    forecasts = tables["forecasts"].assign(resolved_end=_until(tables["forecasts"]["resolved_end"], day))
    citations = tables["citations"].assign(later=_later(tables["citations"], tables["sources"], day))
    ordered = {name: _ordered(table, f"{name[:-1]}_id") for name, table in ended.items()}
    return {**tables, **ordered, "forecasts": forecasts, "citations": citations}


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


def _of(grades: pd.DataFrame, keys: pd.Series) -> pd.DataFrame:
    return grades.reindex(keys.to_numpy()).set_axis(keys.index)


def _credibility(table: pd.DataFrame, graded: pd.DataFrame) -> pd.Series:
    publishers = graded["publishers"].to_numpy()
    derived = np.select([publishers >= 3, publishers == 2, publishers == 1], [1, 2, 3], default=6)
    return table["credibility"].astype("float64").fillna(pd.Series(derived, index=table.index)).astype("int64")


def _graded(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(grade=table["reliability"] + table["credibility"].astype("str"))


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
    table["resolved_end"] = spans(table["resolved_on"])["end"]
    table["probability"] = (table["probability_low"] + table["probability_high"]) / 2
    return table.sort_values(["deadline_end", "forecast_id"], ignore_index=True)


def _published(sources: pd.DataFrame) -> pd.DataFrame:
    days = spans(sources["published"])
    return sources.assign(published_start=days["start"], published_end=days["end"])


def _citations(citations: pd.DataFrame) -> pd.DataFrame:
    parts = citations["record"].str.split(":", n=1)
    table = parts.str[0].replace("indicator", "indicators")
    return citations.assign(table=table.astype("str"), key=parts.str[1].astype("str"), later=False)
