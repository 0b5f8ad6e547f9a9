"""How often the words of a briefing speak when nothing has changed: sentences made from records of constant worlds.

In each world the rate of acts and the chance of conflict are the same on every day of twenty years, so "rose", "fell",
"above", "below" and a named highest point are wrong whenever they are said.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

import analysis as an
from analysis import findings
from analysis.record.places import SHIPPED

from . import tables, worlds

RECORDS = 60
WORLDS = {
    "15 acts a year, independent": worlds.world(15, 0.28),
    "5 acts a year, independent": worlds.world(5, 0.28),
    "15 acts a year, in bursts as recorded": worlds.world(15, 0.28, bursts=0.25),
    "15 acts a year, in bursts twice as strong": worlds.world(15, 0.28, bursts=0.5),
}
SAID = ("rose or fell", "above or below", "highest point named", "high", "moderate", "low")


def spoken(world: worlds.World, rng: np.random.Generator) -> list[bool]:
    """Return which of `SAID` the bottom line of one record says."""
    shipped = an.load(SHIPPED)
    events = worlds.record(world, rng).sort_values(["start", "end"], ignore_index=True)
    end = worlds.FIRST + pd.Timedelta(days=len(worlds.DAYS) - 1)
    columns = {"publishers": 2, "precision": "interval", "approximate": False, "dyad": True, "title": "", "grade": "B2"}
    events = events.assign(**columns, event_id=[f"e{number:04d}" for number in range(len(events))])
    events["end"] = events["end"].where(events["end"] <= end, end)
    events["start"] = events["start"].where(events["start"] <= end, end)
    rel = replace(shipped, events=events, cutoff=end, as_of=None)
    seed = int(rng.integers(2**31))
    share = an.tension(events, start=end, end=end, draws=200, seed=seed)
    level = findings.tension_level(rel, share, peak=an.peak(events, end=end, draws=200, seed=seed))
    change = findings.tension_change(rel, end - pd.DateOffset(years=1))
    said = {statement.key: statement.facts for finding in (level, change) for statement in finding.statements}
    place = said.get("tension.level", {}).get("place", "near")
    word = said.get("tension.confidence", {}).get("level", "")
    named = "tension.peak" in said or "tension.peak_now" in said
    return [
        "tension.changed" in said,
        place != "near",
        named,
        *(word == level for level in ("high", "moderate", "low")),
    ]


def rates(records: int = RECORDS) -> pd.DataFrame:
    """Return in how many of 100 records each word is said, world by world."""
    rng = np.random.default_rng(12)
    rows = [np.mean([spoken(world, rng) for _ in range(records)], axis=0) for world in WORLDS.values()]
    return pd.DataFrame(rows, columns=list(SAID)).assign(world=list(WORLDS))


def block() -> str:
    """Return the table for docs/methods.md."""
    frame = rates()
    columns = {"world": ("world in which nothing changes", tables.text)}
    columns |= {word: (word, tables.cases) for word in SAID}
    sentence = (
        f"Of {RECORDS} records of each world, in how many of 100 the bottom line said of a constant course that tension "
        "rose or fell within a year, that it stood above or below its long-run level, or named a highest point; and which "
        f"word of confidence it gave. Rose or fell is said in {tables.range_of(frame['rose or fell'])} of 100."
    )
    return tables.block(sentence, tables.table(frame, columns))
