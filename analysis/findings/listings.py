"""Tables to be read: a few rows of the record or of a measure, in words, with their sources.

Each function chooses and words rows and returns a `Table`; what is computed comes from the measures.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.basis import last_days
from analysis.findings.citing import ranked_sources
from analysis.findings.display import Table
from analysis.findings.wording import (
    chance,
    count,
    day_text,
    number,
    percent,
    printed_difference,
    short_day,
    signed,
    significant,
    when,
)
from analysis.measures.options import length
from analysis.record.pages import UNKNOWN

if TYPE_CHECKING:
    from analysis.measures.changes import Changes
    from analysis.record.relationship import Relationship

MEASURES = {
    "conflict": "Conflict, decayed Goldstein points",
    "cooperation": "Cooperation, decayed Goldstein points",
    "tension_share": "Tension share, 0 to 1",
    "composite": "Dependence composite, 0 to 1",
    "event_dependence": "Coded dependence shifts, cumulated",
    "position_tension": "Assessors on tension, −2 to 2",
    "position_subordination": "Assessors on subordination, −2 to 2",
    "brier": "Brier score of forecasts with a stated deadline, 0 to 1",
}


def weighty_acts(rel: Relationship, half_life: str = "180D", top: int = 8) -> Table:
    """Return the acts that move the tension share most on the cut-off day, the largest effect first."""
    from analysis.measures.explain import explain

    columns = ["Date", "Act", "Who", "Goldstein", "Effect on share", "Grade"]
    days = length(half_life, "weighty_acts", "half_life").days
    caption = (
        f"The {rel.acts_between} that move the tension share most on {day_text(rel.cutoff)}, half-life {days} days"
    )
    if not rel.events["dyad"].any():
        return Table(pd.DataFrame(columns=columns), caption, "weighty-acts", [])
    rows = explain(rel.events, rel.cutoff, half_life=half_life, top=top)
    details = rel.events[["event_id", "start", "end", "precision", "approximate", "grade", "direction"]]
    rows = rows[rows["kind"] == "event"].merge(details, on="event_id")
    cells = [
        [
            when(row),
            row.title,
            _who(rel, str(row.direction)),
            signed(row.goldstein, 1),
            signed(row.contribution, 3),
            row.grade,
        ]
        for row in rows.itertuples()
    ]
    frame = pd.DataFrame(cells, columns=columns)
    return Table(frame, caption, "weighty-acts", _cited(rel, "events", rows["event_id"], 2), (14, 40, 18, 11, 9, 12))


def assessments(rel: Relationship, window: str = "365D", top: int = 10) -> Table:
    """Return the latest assessments up to the cut-off, one for each organisation, newest first."""
    days = length(window, "assessments", "window").days
    recent = last_days(rel.assessments, rel.cutoff, days)
    ordered = recent.sort_values(["end", "assessment_id"], ascending=[False, True])
    newest = ordered.drop_duplicates("organisation").head(top)
    cells = [
        [when(row), _held_by(row), row.claim, _score(row.tension), _score(row.subordination)]
        for row in newest.itertuples()
    ]
    frame = pd.DataFrame(cells, columns=["Date", "Who", "Holds", "Tension", "Subordination"])
    caption = (
        f"What assessors held in the {days} days to {day_text(rel.cutoff)}: the newest of each "
        "organisation, scores from −2 to +2"
    )
    sources = _cited(rel, "assessments", newest["assessment_id"])
    return Table(frame, caption, "assessments", sources, (13, 22, 43, 9, 14))


def open_forecasts(rel: Relationship, top: int = 12) -> Table:
    """Return the open forecasts by deadline, with the probability range that the author's word stands for."""
    from analysis.measures.forecasts import open_forecasts as waiting

    rows = waiting(rel.forecasts, on=rel.cutoff).head(top)
    cells = [
        [
            f"{short_day(row.date)}{'' if row.deadline_basis == 'stated' else ' (ours)'}",
            row.proposition,
            _held_by(row),
            chance(row.low, row.high),
        ]
        for row in rows.itertuples()
    ]
    frame = pd.DataFrame(cells, columns=["Deadline", "Proposition", "Held by", "Probability"])
    caption = f"Forecasts open on {day_text(rel.cutoff)}, next deadline first; (ours): a horizon that we set"
    return Table(
        frame,
        caption,
        "open-forecasts",
        _cited(rel, "assessments", _made_in(rel, rows["forecast_id"])),
        (16, 46, 24, 14),
    )


def due_indicators(rel: Relationship, top: int = 8) -> Table:
    """Return the series of dependence whose next figure is due, those with the newest figures first.

    A series is due when as much time has passed since its last period as usually lies between two of its figures.
    """
    known = rel.indicators[rel.indicators["value"].notna()]
    known = known[~known["direction"].str.contains("side_a_dependence:0")].sort_values(["end", "start"])
    named = known.groupby("name")
    pace = known["end"].groupby(known["name"]).diff().groupby(known["name"]).median()
    last = named.tail(1).assign(due=lambda rows: rows["end"] + pace.reindex(rows["name"]).to_numpy())
    last = last[named["value"].size().reindex(last["name"]).to_numpy() >= 5]
    last = last.sort_values(["end", "name"], ascending=[False, True]).head(top)
    rows = [row for _, row in last.iterrows()]
    cells = [
        [row["name"], f"{significant(row['value'])} {row['unit']}", row["period"], short_day(row["due"])]
        for row in rows
    ]
    frame = pd.DataFrame(cells, columns=["Series", "Last value", "For", "Next period ends"])
    sources = _cited(rel, "indicator", [f"{row['indicator']}@{row['period']}" for row in rows])
    caption = (
        "Series of dependence to watch: the newest figure, and when the next period ends at the series' usual pace"
    )
    return Table(frame, caption, "due-indicators", sources, (42, 22, 12, 24))


def changed_measures(changes: Changes) -> Table:
    """Return each measure then and now, with its change as printed and whether that is clear."""
    words = {True: "yes", False: "no"}
    cells = [
        [
            MEASURES.get(str(row.measure), row.measure),
            number(row.then),
            number(row.now),
            printed_difference(row.then, row.now),
            "no band" if row.clear is pd.NA else words[bool(row.clear) and number(row.then) != number(row.now)],
        ]
        for row in changes.measures.itertuples()
    ]
    days = [day_text(changes.since), day_text(changes.until)]
    frame = pd.DataFrame(cells, columns=["Measure", *days, "Change", "Clear"])
    caption = (
        f"What each measure did between {' and '.join(days)}. Tension of both days by the record as it is now, the "
        "rest as it was known on each day; a change is clear where its band leaves zero, or each value lies outside "
        "the other's band"
    )
    return Table(frame, caption, "changed-measures", None, (36, 18, 18, 10, 18))


def new_acts(rel: Relationship, changes: Changes, top: int = 8) -> Table:
    """Return the weightiest of the acts that came to be known since the last briefing, in the order of their ends."""
    acts = changes.events[changes.events["dyad"]]
    sized = acts.assign(size=acts["goldstein"].abs())
    heaviest = sized.sort_values(["size", "end", "event_id"], ascending=[False, False, True]).head(top)
    rows = heaviest.sort_values(["end", "start", "event_id"])
    cells = [[when(row), row.title, signed(row.goldstein, 1), row.grade] for row in rows.itertuples()]
    frame = pd.DataFrame(cells, columns=["Date", "Act", "Goldstein", "Grade"])
    caption = (
        f"The weightiest of {count(len(acts), 'act')} that were not known yet on {day_text(changes.since)}, by the "
        "last day that their date allows"
    )
    return Table(frame, caption, "new-acts", _cited(rel, "events", rows["event_id"]), (20, 54, 12, 14))


def evidence(rel: Relationship) -> Table:
    """Return what stands behind a document: rows, sources, grades, what rests on one publisher or on later pages."""
    acts = rel.events[rel.events["dyad"]]
    grades = acts["reliability"].value_counts().sort_index()
    sources = rel.sources[rel.sources["source_id"].isin(rel.citations["source_id"])]
    publishers = sources["publisher"][sources["publisher"] != UNKNOWN].nunique()
    # Of the rows up to the cut-off, so that it is one number whether or not that day was given as `as_of`.
    later = rel.as_of_day(rel.cutoff).citations.groupby("record")["later"].all()
    lone, values = int((acts["publishers"] <= 1).sum()), int(rel.indicators["value"].notna().sum())
    facts = {
        "Events up to the cut-off": f"{len(rel.events)}, of them {len(acts)} between the sides",
        "Assessments; forecasts; indicator values": f"{len(rel.assessments)}; {len(rel.forecasts)}; {values}",
        "Pages cited; publishers": f"{len(sources)}; {publishers}",
        "Acts between the sides by best source": ", ".join(f"{grade} {total}" for grade, total in grades.items()),
        "Acts between the sides with one publisher or none": f"{lone} ({percent(lone / max(1, len(acts)))})",
        "Rows that rest only on pages published after the cut-off": f"{int(later.sum())} of {len(later)}",
        "Indicator values withheld by their producers": f"{int((rel.indicators['basis'] == 'withheld').sum())}",
    }
    return _facts(facts, "The evidence behind this document", "evidence")


def measured(frame: pd.DataFrame, caption: str, name: str, *, digits: int = 2) -> Table:
    """Return a measure's rows as a table: numbers rounded to `digits`, days as ISO text, names in words."""
    shown = frame.copy()
    for column in shown.columns:
        if shown[column].dtype.kind == "f":
            shown[column] = [number(value, digits) for value in shown[column]]
        elif shown[column].dtype.kind == "M":
            shown[column] = shown[column].dt.strftime("%Y-%m-%d")
        else:
            # Names such as `no_events`, where a column holds nothing else.
            held = [cell for cell in shown[column].dropna() if isinstance(cell, str)]
            if held and all(re.fullmatch("[a-z0-9]+(_[a-z0-9]+)*", name) for name in held):
                shown[column] = [cell.replace("_", " ") if isinstance(cell, str) else cell for cell in shown[column]]
    return Table(shown.rename(columns=lambda label: str(label).replace("_", " ")), caption, name)


def run(rel: Relationship, parameters: dict[str, object]) -> Table:
    """Return what a run was made with: parameters, record and versions."""
    from analysis.findings.citing import versions

    facts = {
        "Relationship": rel.name,
        "Cut-off": f"{rel.cutoff:%Y-%m-%d}",
        "Record": rel.record_hash[:12],
        **{f"Parameter {name}": str(value) for name, value in parameters.items()},
        **versions(),
    }
    return _facts(facts, "This run", "run")


def _facts(facts: dict[str, str], caption: str, name: str) -> Table:
    return Table(pd.DataFrame({"What": list(facts), "How much": list(facts.values())}), caption, name, None, (55, 45))


def _cited(rel: Relationship, table: str, ids: Iterable[str], each: int = 1) -> list[tuple[str, ...]]:
    records = [f"{table}:{key}" for key in ids]
    found = ranked_sources(rel, records)
    return [tuple(found.get(record, [])[:each]) for record in records]


def _made_in(rel: Relationship, forecasts: pd.Series) -> pd.Series:
    """Return the assessments in which forecasts were made: the pages to cite for what was said."""
    return rel.forecasts.set_index("forecast_id")["assessment_id"].reindex(forecasts)


def _held_by(row: object) -> str:
    assessor, organisation = row.assessor, row.organisation  # type: ignore[attr-defined]
    return f"{assessor}, {organisation}" if isinstance(assessor, str) else str(organisation)


def _score(score: object) -> str:
    return "" if pd.isna(score) else signed(float(score), 0)  # type: ignore[call-overload, arg-type]


def _who(rel: Relationship, direction: str) -> str:
    names = {side.id: side.name for side in rel.sides}
    source, _, target = direction.partition(">")
    return f"{names.get(source, source)} to {names.get(target, target)}" if target else "both"
