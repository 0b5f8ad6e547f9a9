"""Where a record is thick and where it is thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.record.pages import UNKNOWN

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def by_year(rel: Relationship) -> pd.DataFrame:
    """Count a record's rows by the year in which they end.

    Returns
    -------
    DataFrame
        One row a year from the first to the last, empty years included: `year`, `events`, `between_sides` (acts of one
        side towards the other or of both), `single_publisher` (events with one publisher or none), `assessments`.
    """
    year = rel.events["end"].dt.year
    counts = {
        "events": year.value_counts(),
        "between_sides": year[rel.events["dyad"]].value_counts(),
        "single_publisher": year[rel.events["publishers"] <= 1].value_counts(),
        "assessments": rel.assessments["end"].dt.year.value_counts(),
    }
    table = pd.DataFrame(counts)
    years = range(int(table.index.min()), int(table.index.max()) + 1) if len(table) else range(0)
    return table.reindex(years).fillna(0).astype("int64").rename_axis("year").reset_index()


def by_domain(rel: Relationship) -> pd.DataFrame:
    """Count events by domain and quad class: `domain`, `events`, then one column a quad class; most events first."""
    from analysis.record.codebook import QUAD_CLASSES

    table = pd.crosstab(rel.events["domain"], rel.events["quad_class"]).reindex(
        columns=list(QUAD_CLASSES), fill_value=0
    )
    table.insert(0, "events", table.sum(axis=1))
    return table.sort_values(["events"], ascending=False, kind="stable").rename_axis(columns=None).reset_index()


def by_publisher(rel: Relationship, top: int = 25) -> pd.DataFrame:
    """Count the records that a publisher is cited for.

    Returns
    -------
    DataFrame
        The `top` most cited first: `publisher`, `reliability` (of most of its pages), `pages`, `records`.
    """
    joined = rel.citations.merge(rel.sources, on="source_id")
    grouped = joined.groupby("publisher")
    table = pd.DataFrame(
        {
            "reliability": grouped["reliability"].agg(lambda grades: grades.mode().iloc[0]),
            "pages": grouped["source_id"].nunique(),
            "records": grouped["record"].nunique(),
        }
    ).reset_index()
    return table.sort_values(["records", "publisher"], ascending=[False, True], ignore_index=True).head(top)


def markdown(rel: Relationship) -> str:
    """Return the three tables as Markdown, for the data README."""
    parts = [
        "By year: rows that end in it; *between sides* are acts of one side towards the other or of both together.",
        "",
        _table(by_year(rel)),
    ]
    parts += ["", "By domain and quad class:", "", _table(by_domain(rel))]
    publishers = int(rel.sources["publisher"][rel.sources["publisher"] != UNKNOWN].nunique())
    parts += ["", f"By publisher, the 25 most cited of {publishers}:", "", _table(by_publisher(rel))]
    return "\n".join(parts)


def _table(frame: pd.DataFrame) -> str:
    heads = [str(name).replace("_", " ") for name in frame.columns]
    rows = [" | ".join(str(cell).replace("|", "\\|") for cell in row) for row in frame.itertuples(index=False)]
    return "\n".join([f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *(f"| {row} |" for row in rows)])
