"""A small relationship of Aland and Beland made in memory, as `load` would give it, for tests of sentences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import event_kit
import measure_kit
import pandas as pd

from analysis.record.relationship import Relationship, Side

SIDES = (Side("AAA", "Aland"), Side("BBB", "Beland"))


def relationship(acts: list[dict[str, Any]], cutoff: str, **tables: pd.DataFrame) -> Relationship:
    """Return a relationship whose acts are rows as `event_kit.events` takes them, each with one citation."""
    events = event_kit.events(acts)
    defaults = {"publishers": 2, "precision": "day", "approximate": False, "grade": "B2", "domain": "trade"}
    for name, value in defaults.items():
        events[name] = events[name].fillna(value) if name in events and len(events) else value
    source = {
        "source_id": "s",
        "publisher": "P",
        "published_start": pd.NaT,
        "published_end": pd.NaT,
        "url": "https://x",
    }
    empty = {
        "assessments": measure_kit.assessments(("2001", "I", "autonomy", 0)).head(0).assign(claim="", grade=""),
        "forecasts": measure_kit.forecasts((0.2, 0.45, "open")).head(0),
        "indicators": measure_kit.indicators(measure_kit.series("x", {2001: 1.0})).head(0),
    }
    citations = pd.DataFrame({"record": [f"events:{key}" for key in events["event_id"]], "source_id": "s"})
    return Relationship(
        name="aland-beland",
        title="Aland and Beland",
        side_a=SIDES[0],
        side_b=SIDES[1],
        path=Path("nowhere"),
        as_of=None,
        cutoff=pd.Timestamp(cutoff),
        record_hash="",
        actors=pd.DataFrame(),
        sources=pd.DataFrame([{**source, "reliability": "B", "language": "en", "title": "T", "published": "2001"}]),
        events=events,
        catalogue=pd.DataFrame(),
        second_coding=pd.DataFrame(),
        eras=pd.DataFrame(),
        citations=citations.assign(later=False, table="events"),
        **{**empty, **tables},
    )


def days(
    count: int, first: str = "2010-01-01", step: int = 10, scores: tuple[float, ...] = (-8.0, 4.0)
) -> list[dict[str, Any]]:
    """Return `count` acts, one every `step` days, their scores in turn."""
    start = pd.Timestamp(first)
    return [{"day": start + pd.Timedelta(days=step * n), "g": scores[n % len(scores)]} for n in range(count)]


def level(value: float, low: float, high: float, day: str = "2011-01-01", state: str = "observed") -> pd.DataFrame:
    """Return a tension frame of one day."""
    row = {"date": pd.Timestamp(day), "measure": "tension_share", "value": value, "low": low, "high": high}
    return pd.DataFrame([{**row, "state": state}])
