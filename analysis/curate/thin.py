"""Where a record is thin: what a reader should doubt, and what its keeper should look for next.

`coverage` counts what is there. Here each table lists what is wanting, so an empty table is good news. A year is thin
beside the record's own usual year, since how much happens between two sides differs from pair to pair; a year without
an entry means that nobody wrote anything down, not that nothing happened.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

import pandas as pd

from analysis.record.pages import UNKNOWN

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

# A year is thin with less than this share of the record's median year.
THIN_YEAR = 1 / 3
# A direction is thin in a domain where it has less than this share of the one-sided acts.
THIN_DIRECTION = 1 / 5
_LEAST_ACTS = 5
# Roots whose acts point ahead: intent, demand, threat.
_PROMISES = ("03", "10", "13")


def years(rel: Relationship) -> pd.DataFrame:
    """List thin years: `year`, `between_sides` (acts of that year), `usual` (median of the record's years)."""
    from analysis.curate.coverage import by_year

    table = by_year(rel)[["year", "between_sides"]]
    usual = float(table["between_sides"].median()) if len(table) else 0.0
    thin = table[table["between_sides"] < usual * THIN_YEAR]
    return thin.assign(usual=usual).reset_index(drop=True)


def domains(rel: Relationship) -> pd.DataFrame:
    """List domains without any act of a quad class: `domain`, `acts` (between the sides), `none_of`."""
    from analysis.record.codebook import QUAD_CLASSES
    from analysis.record.tables import DOMAINS

    acts = rel.events[rel.events["dyad"]]
    counts = pd.crosstab(acts["domain"], acts["quad_class"]).reindex(DOMAINS, columns=list(QUAD_CLASSES), fill_value=0)
    rows = [
        {"domain": domain, "acts": int(row.sum()), "none_of": ", ".join(row.index[row == 0]).replace("_", " ")}
        for domain, row in counts.iterrows()
        if (row == 0).any()
    ]
    return pd.DataFrame(rows, columns=["domain", "acts", "none_of"]).sort_values(
        ["acts", "domain"], kind="stable", ignore_index=True
    )


def directions(rel: Relationship) -> pd.DataFrame:
    """List domains in which one side hardly acts: `domain`, `thin` (that direction), `its_acts`, `other_acts`.

    Only domains with five one-sided acts or more, since fewer say nothing.
    """
    a, b = rel.side_a.id, rel.side_b.id
    ways = (f"{a}>{b}", f"{b}>{a}")
    acts = rel.events[rel.events["direction"].isin(ways)]
    counts = pd.crosstab(acts["domain"], acts["direction"]).reindex(columns=list(ways), fill_value=0)
    rows = []
    for domain, row in counts.iterrows():
        for way, other in (ways, ways[::-1]):
            if row.sum() >= _LEAST_ACTS and row[way] < THIN_DIRECTION * row.sum():
                rows.append({"domain": domain, "thin": way, "its_acts": int(row[way]), "other_acts": int(row[other])})
    return pd.DataFrame(rows, columns=["domain", "thin", "its_acts", "other_acts"])


def near_publishers(rel: Relationship) -> pd.DataFrame:
    """List publishers whose names may mean one: `publisher`, `like`, `pages` (of each, joined by `;`).

    Grades hang on counting publishers. Two names are near when one holds all words of the other from its first on, or
    beside a slash, or when they differ in one letter.
    """
    from rapidfuzz.distance import OSA

    pages = rel.sources.loc[rel.sources["publisher"] != UNKNOWN, "publisher"].value_counts()
    plain = {
        name: re.sub(r"^the |[^\w/ ]", "", re.sub(r"\(.*?\)", "", str(name).casefold())).strip() for name in pages.index
    }
    rows = []
    for one, other in itertools.combinations(sorted(plain, key=lambda name: (len(plain[name]), name)), 2):
        short, long = plain[one], plain[other]
        parts = [part.strip() for part in re.split(r" / ", long)]
        slips = len(short) > 6 and abs(len(long) - len(short)) < 3 and OSA.distance(short, long, score_cutoff=1) <= 1
        if short and (long == short or long.startswith(f"{short} ") or short in parts or slips):
            rows.append({"publisher": other, "like": one, "pages": f"{pages[other]};{pages[one]}"})
    return pd.DataFrame(rows, columns=["publisher", "like", "pages"])


def dead_ends(rel: Relationship) -> pd.DataFrame:
    """List what leads nowhere: `what`, `key`, `why`.

    Sources that nothing cites, sources without a date, actors that no row names, indicators without an observation,
    events whose only sources cannot be judged, and forecasts that are open after their deadline.
    """
    cited = set(rel.citations["source_id"])
    named = {
        *rel.events["source_actor"],
        *rel.events["target_actor"],
        *rel.catalogue["of"],
        rel.side_a.id,
        rel.side_b.id,
    }
    named |= {person for cell in rel.events["persons"].dropna() for person in str(cell).split(";")}
    people = rel.actors[(rel.actors["kind"] != "dyad") & ~rel.actors["actor_id"].isin(named)]
    late = rel.forecasts[(rel.forecasts["outcome"] == "open") & (rel.forecasts["deadline_end"] < rel.cutoff)]
    series = rel.catalogue[~rel.catalogue["indicator"].isin(rel.indicators["indicator"])]
    found = [
        ("source", rel.sources.loc[~rel.sources["source_id"].isin(cited), "source_id"], "no row cites it"),
        ("source", rel.sources.loc[rel.sources["published"].isna(), "source_id"], "it has no date"),
        ("actor", people["actor_id"], "no event or indicator names it"),
        ("indicator", series["indicator"], "it has no observation"),
        ("event", rel.events.loc[rel.events["publishers"] == 0, "event_id"], "no source of it can be judged"),
        ("forecast", late["forecast_id"], "it is open after its deadline"),
    ]
    rows = [{"what": what, "key": key, "why": why} for what, keys, why in found for key in keys]
    return pd.DataFrame(rows, columns=["what", "key", "why"])


def places_stated(rel: Relationship) -> tuple[int, int, int]:
    """Count citations: all, those with a place in the source, those with a key phrase to find it by."""
    rows = rel.citations
    return len(rows), int(rows["locator"].notna().sum()), int(rows["key_phrase"].notna().sum())


def work_list(rel: Relationship) -> pd.DataFrame:
    """List what to mend first: `weakness`, `record` (its key in `citations.csv`), `detail`; worst first.

    Weaknesses, from worst to least: events whose best source has grade D or worse; forecasts that nobody has decided
    though their deadline is past; events and assessments of one publisher; scores of assessments that rest on the
    rationale alone (no key phrase in the row or in a citation of it); days that were inferred; promises, plans and
    threats of side A or B without a sequel. Within each the worse grade, then the older row comes first.
    """
    events = rel.events.assign(record="events:" + rel.events["event_id"])
    judged = rel.assessments.assign(record="assessments:" + rel.assessments["assessment_id"])
    quoted = set(rel.citations.loc[rel.citations["key_phrase"].notna(), "record"])
    scored = judged["tension"].notna() | judged["subordination"].notna()
    late = rel.forecasts[(rel.forecasts["outcome"] == "open") & (rel.forecasts["deadline_end"] < rel.cutoff)]
    late = late.assign(record="forecasts:" + late["forecast_id"], start=late["deadline_end"], reliability="")
    promised = events["dyad"] & events["root"].isin(_PROMISES) & events["sequel"].isna()
    found = [
        ("grade D or worse", events[events["reliability"] >= "D"], "grade"),
        ("open after its deadline", late, "deadline"),
        ("one publisher", events[events["publishers"] <= 1], "publishers"),
        ("one publisher", judged[judged["publishers"] <= 1], "publishers"),
        (
            "scored without a quotation",
            judged[scored & judged["key_phrase"].isna() & ~judged["record"].isin(quoted)],
            "rationale",
        ),
        ("day inferred", events[events["approximate"]], "date"),
        ("no ending told", events[promised], "title"),
    ]
    parts = [
        rows.sort_values(["reliability", "start"], ascending=[False, True], kind="stable").assign(
            weakness=weakness, detail=rows[detail].astype("str")
        )[["weakness", "record", "detail"]]
        for weakness, rows, detail in found
    ]
    return pd.concat(parts, ignore_index=True)
