"""When did the level change for good? By weeks and by months: one answer, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from analysis.findings.basis import acts_of, finding
from analysis.findings.display import Finding
from analysis.findings.statement import Statement
from analysis.findings.wording import listed, month_text

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship


def turning_points(rel: Relationship, start: str | pd.Timestamp | None = None) -> Finding:
    """Name the turning points found by weeks and by months: once where both name the same months and directions.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.turning_points(rel).statements[0].key in ("turns.none", "turns.same", "turns.apart")
    True
    """
    from analysis.measures.turning_points import turning_points as find

    acts = acts_of(rel)
    acts = acts if start is None else acts[acts["end"] >= pd.Timestamp(start)]
    found: dict[str, list[str]] = {}
    freqs: tuple[tuple[str, Literal["W", "M"]], ...] = (("weeks", "W"), ("months", "M"))
    for name, freq in freqs:
        points = find(acts, freq=freq, draws=20)
        ways = np.where(points["value"] > 0, "tenser", "calmer")
        found[name] = [f"{month_text(day)} ({way})" for day, way in zip(points["date"], ways, strict=True)]
    facts = {name: listed(points) or "none" for name, points in found.items()}
    same = found["weeks"] == found["months"]
    key = "turns.apart" if not same else "turns.same" if found["weeks"] else "turns.none"
    return finding(rel, [Statement(key, facts)])
