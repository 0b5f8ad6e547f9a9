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
from analysis.record.dates import dated_parts, spans
from analysis.record.pages import UNKNOWN

if TYPE_CHECKING:
    from analysis.measures.changes import Changes
    from analysis.record.relationship import Relationship


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
    """Return the open forecasts by deadline, with the probability range that the author's word stands for.

    What one organisation has said more than once in the same words is one row, the newest range first.
    """
    from analysis.measures.forecasts import open_forecasts as waiting

    rows = waiting(rel.forecasts, on=rel.cutoff)
    rows["made_on"] = rel.forecasts.set_index("forecast_id")["made_on"].reindex(rows["forecast_id"]).to_numpy()
    said_on = {row.assessment_id: when(row) for row in rel.assessments.itertuples()}
    rows["said_on"] = _made_in(rel, rows["forecast_id"]).map(said_on).to_numpy()
    question = rows["proposition"].str.replace(r"\s*\([^()]*\)\.?$|\.$", "", regex=True).str.lower()
    cells, newest = [], []
    for _, part in rows.groupby([rows["organisation"], question], sort=False):
        said = part.sort_values(["made_on", "forecast_id"], ascending=[False, True])
        row = next(said.itertuples())
        newest.append(row.forecast_id)
        cells.append(
            [
                f"{short_day(row.date)}{'' if row.deadline_basis == 'stated' else ' (ours)'}",
                row.proposition,
                _held_by(row),
                ", before ".join(f"{chance(each.low, each.high)} ({each.said_on})" for each in said.itertuples()),
            ]
        )
    frame = pd.DataFrame(cells[:top], columns=["Deadline", "Proposition", "Held by", "Probability (said on)"])
    caption = f"Forecasts open on {day_text(rel.cutoff)}, next deadline first; (ours): a horizon that we set"
    sources = _cited(rel, "assessments", _made_in(rel, pd.Series(newest[:top], dtype="str")))
    return Table(frame, caption, "open-forecasts", sources, (14, 44, 24, 18))


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
    from analysis.measures.changes import APART_RATE
    from analysis.measures.difference import WORD_RATE
    from analysis.measures.headline import MEASURES
    from analysis.measures.tension import MEASURES as TENSION

    words = {True: "yes", False: "no"}
    cells = [
        [
            MEASURES[str(row.measure)].label,
            number(row.then),
            number(row.now),
            printed_difference(row.then, row.now),
            "no band" if row.clear is pd.NA else words[bool(row.clear) and number(row.then) != number(row.now)],
        ]
        for row in changes.measures.itertuples()
    ]
    days = [day_text(changes.since), day_text(changes.until)]
    frame = pd.DataFrame(cells, columns=["Measure", *days, "Change", "Clear"])
    banded = changes.measures.loc[changes.measures["clear"].notna(), "measure"]
    drawn = [name for name in banded if MEASURES[str(name)].band == "resampled"]
    by_chance = sum(WORD_RATE if name in TENSION else APART_RATE for name in drawn)
    said = f". Had nothing changed, about {number(by_chance, 1)} of the {len(drawn)} rows with a drawn band would be "
    caption = (
        f"What each measure did between {' and '.join(days)}. Tension of both days by the record as it is now, the "
        "rest as it was known on each day; a change is clear where its band leaves zero, or where the bands of both "
        f"days do not overlap{f'{said}called clear' if len(drawn) > 1 else ''}"
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


def sequels(rel: Relationship, since: pd.Timestamp, top: int = 8) -> Table:
    """Return what followed earlier acts between the sides: the newest parts of `sequel` dated after `since` and not
    after the cut-off, each with a page that is not older than it; a part that no such page tells of is left out."""
    parts = [
        {"event_id": act.event_id, "title": act.title, "act": when(act), "date": date, "words": words}
        for act in rel.events[rel.events["dyad"] & rel.events["sequel"].notna()].itertuples()
        for date, words in dated_parts(act.sequel)
    ]
    rows = pd.DataFrame(parts, columns=["event_id", "title", "act", "date", "words"])
    rows = rows.join(spans(rows["date"].astype("str")))
    rows = rows[(rows["end"] > since) & (rows["end"] <= rel.cutoff)]
    pages = rel.citations[["key", "source_id", "known_on"]].rename(columns={"key": "event_id"})
    cited = rows.reset_index().merge(pages[rel.citations["table"] == "events"], on="event_id")
    fresh = cited[cited["known_on"] >= cited["start"]].groupby("index")["source_id"].agg(set)
    newest = rows.loc[rows.index.isin(fresh.index)].sort_values(
        ["end", "start", "event_id"], ascending=[False, False, True], kind="stable"
    )
    newest = newest.head(top)
    cells = [[row.act, row.title, f"{when(row)}: {row.words}"] for row in newest.itertuples()]
    caption = (
        f"What followed earlier acts between {day_text(since)} and {day_text(rel.cutoff)}, the newest first, where a "
        "page of that time or later tells of it"
    )
    frame = pd.DataFrame(cells, columns=["Date", "Act", "What followed"])
    ranked = _cited(rel, "events", newest["event_id"], len(pages))
    sources = [
        tuple(page for page in order if page in fresh[at])[:1] for at, order in zip(newest.index, ranked, strict=True)
    ]
    return Table(frame, caption, "sequels", sources, (16, 36, 48))


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


def measured(frame: pd.DataFrame, caption: str, name: str, *, digits: int = 2, bands: float | None = None) -> Table:
    """Return a measure's rows as a table: numbers rounded to `digits`, days as ISO text, column names in words.

    With `bands`, the nominal probability of `low` and `high`, the caption says how many would miss by chance alone.
    """
    if bands is not None and (count_of := int(frame["low"].notna().sum())) > 1:
        caption += f"; of {count_of} {percent(bands)} bands {number(count_of * (1 - bands), 1)} miss by chance alone"
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
