"""Invented records for the tests: two states that do not exist, so that no test says anything false of real ones."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from analysis.record.tables import BY_NAME

# Each row is there for a reason, given beside it.
ROWS: dict[str, list[dict[str, str]]] = {
    "actors": [
        {"actor_id": "AAA", "name": "Aland", "kind": "state", "country": "AAA", "role": "side_a"},
        {"actor_id": "BBB", "name": "Beland", "kind": "state", "country": "BBB", "role": "side_b"},
        {"actor_id": "AAA+BBB", "name": "Aland and Beland", "kind": "dyad", "role": "joint"},
        {"actor_id": "CCC", "name": "Celand", "kind": "state", "country": "CCC", "role": "third party"},
        {
            "actor_id": "anna",
            "name": "Anna",
            "kind": "person",
            "country": "AAA",
            "role": "president",
            "active_from": "2001",
        },
    ],
    "sources": [
        {
            "source_id": "times-2001",
            "type": "article-newspaper",
            "title": "A dispute",
            "publisher": "The Times of Celand",
            "published": "2001-03-05",
            "url": "https://example.org/a",
            "language": "en",
            "reliability": "B",
        },
        {
            "source_id": "post-2001",
            "type": "article-newspaper",
            "title": "Same dispute",
            "publisher": "Celand Post",
            "published": "2001-03-06",
            "url": "https://example.org/b",
            "language": "en",
            "reliability": "C",
        },
        {
            "source_id": "blog",
            "type": "post-weblog",
            "title": "A blog",
            "publisher": "unknown",
            "published": "2005",
            "url": "https://example.org/c",
            "language": "en",
            "reliability": "F",
        },
    ],
    "events": [
        # a threat, two publishers: credibility 2
        {
            "event_id": "2001-03-04-threat",
            "date": "2001-03-04",
            "title": "Beland threatens to cut gas",
            "summary": "Beland said it would.",
            "source_actor": "BBB",
            "target_actor": "AAA",
            "persons": "anna",
            "domain": "energy",
            "form": "statement",
            "cameo": "130",
            "dependence": "0",
        },
        # a joint agreement, dated to the month, one publisher: credibility 3
        {
            "event_id": "2001-06-agreement",
            "date": "2001-06",
            "title": "Gas agreement signed",
            "summary": "Both signed.",
            "source_actor": "AAA+BBB",
            "target_actor": "AAA+BBB",
            "domain": "energy",
            "form": "agreement",
            "cameo": "057",
            "dependence": "1",
        },
        # an act towards a third party: outside the dyad, and only an unjudged source: credibility 6
        {
            "event_id": "2002-third",
            "date": "2002~",
            "title": "Aland trades with Celand",
            "summary": "It did.",
            "source_actor": "AAA",
            "target_actor": "CCC",
            "domain": "trade",
            "form": "action",
            "cameo": "061",
            "dependence": "-1",
        },
        # an act of a person stands for the person's state; credibility overridden
        {
            "event_id": "2003-01-01-anna",
            "date": "2003-01-01/2003-01-05",
            "title": "Anna praises Beland",
            "summary": "She did.",
            "source_actor": "anna",
            "target_actor": "BBB",
            "domain": "diplomatic",
            "form": "statement",
            "cameo": "051",
            "dependence": "0",
            "credibility": "5",
        },
    ],
    "assessments": [
        {
            "assessment_id": "2002-05-times",
            "date": "2002-05",
            "assessor": "B. Writer",
            "assessor_kind": "journalist",
            "organisation": "The Times of Celand",
            "subject": "autonomy",
            "claim": "Aland will stay apart.",
            "tension": "1",
            "subordination": "-1",
            "estimative_term": "likely",
        },
    ],
    "forecasts": [
        {
            "forecast_id": "2002-05-times-f1",
            "assessment_id": "2002-05-times",
            "proposition": "Aland leaves the union by 2003.",
            "deadline": "2003-12-31",
            "probability_low": "0.55",
            "probability_high": "0.8",
            "term_basis": "icd203:likely",
            "deadline_basis": "stated",
            "outcome": "false",
            "resolved_on": "2003-12-31",
            "resolution_note": "It stayed.",
        },
    ],
    "indicators": [
        {"indicator": "gas_price", "period": "2001", "value": "40", "basis": "reported"},
        {"indicator": "gas_price", "period": "2002", "basis": "withheld"},
        {"indicator": "gas_price", "period": "2003", "value": "0", "low": "0", "high": "5", "basis": "estimate"},
    ],
    "indicator_catalogue": [
        {
            "indicator": "gas_price",
            "name": "Gas price",
            "unit": "USD per 1000 m3",
            "domain": "energy",
            "of": "AAA",
            "direction": "side_a_dependence:-1;side_b_dependence:0;tension:0",
        },
    ],
    "citations": [
        {
            "record": "events:2001-03-04-threat",
            "source_id": "times-2001",
            "locator": "para 2",
            "supports": "the threat",
        },
        {"record": "events:2001-03-04-threat", "source_id": "post-2001", "supports": "the threat"},
        {"record": "events:2001-06-agreement", "source_id": "times-2001"},
        {"record": "events:2002-third", "source_id": "blog"},
        {"record": "events:2003-01-01-anna", "source_id": "times-2001"},
        {"record": "assessments:2002-05-times", "source_id": "times-2001"},
        {"record": "indicator:gas_price@2001", "source_id": "post-2001"},
        {"record": "indicator:gas_price@2002", "source_id": "post-2001"},
        {"record": "indicator:gas_price@2003", "source_id": "post-2001"},
    ],
}


def write_record(folder: Path, rows: dict[str, list[dict[str, str]]] = ROWS) -> Path:
    """Write the rows as a record's tables."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in BY_NAME.items():
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, [column.name for column in schema.columns], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows.get(name, []))
        (folder / schema.file).write_text(buffer.getvalue(), encoding="utf-8")
    return folder
