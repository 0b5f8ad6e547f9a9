"""Invented events tables for the tests of the event measures: AAA and BBB, with CCC as a third party."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

DEFAULTS = {
    "source_actor": "AAA",
    "target_actor": "BBB",
    "domain": "trade",
    "form": "action",
    "persons": "",
    "quad_class": "material_conflict",
    "root": "16",
}
# Score -> root and quad class of a shipped code that carries it.
CODES = {
    -10.0: ("19", "material_conflict"),
    -8.0: ("16", "material_conflict"),
    -5.0: ("12", "verbal_conflict"),
    -2.0: ("11", "verbal_conflict"),
    0.0: ("01", "verbal_cooperation"),
    3.4: ("01", "verbal_cooperation"),
    4.0: ("03", "verbal_cooperation"),
    7.0: ("07", "material_cooperation"),
    8.0: ("05", "verbal_cooperation"),
}
TEXTS = (
    "event_id",
    "title",
    "domain",
    "form",
    "persons",
    "quad_class",
    "root",
    "source_actor",
    "target_actor",
    "direction",
)


def events(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Build an events table from rows with `day` (or `start` and `end`) and `g`; the rest has defaults."""
    table = pd.DataFrame(
        [
            {
                **DEFAULTS,
                **dict(
                    zip(("root", "quad_class"), CODES.get(float(row["g"]), ("16", "material_conflict")), strict=True)
                ),
                "event_id": f"e{number:03d}",
                "title": f"Event {number}",
                "start": row.get("start", row.get("day")),
                "end": row.get("end", row.get("day")),
                "goldstein": float(row["g"]),
                **{key: value for key, value in row.items() if key not in ("day", "start", "end", "g")},
            }
            for number, row in enumerate(rows)
        ],
        columns=None if rows else ["start", "end", "goldstein", *TEXTS],
    )
    return finish(table)


def finish(table: pd.DataFrame) -> pd.DataFrame:
    """Add direction and dyad as `load` does, and the dtypes."""
    table = table.assign(start=table["start"].astype("datetime64[us]"), end=table["end"].astype("datetime64[us]"))
    sides = {"AAA", "BBB", "AAA+BBB"}
    ways = []
    for source, target in zip(table["source_actor"], table["target_actor"], strict=True):
        if not {source, target} <= sides:
            ways.append("third party")
        elif "AAA+BBB" in (source, target):
            ways.append("joint")
        else:
            ways.append("internal" if source == target else f"{source}>{target}")
    table = table.assign(direction=ways, dyad=[way in ("AAA>BBB", "BBB>AAA", "joint") for way in ways])
    table["dyad"] = table["dyad"].astype(bool)
    return table.astype({**dict.fromkeys(TEXTS, "str"), "goldstein": "float64"})


def random_events(
    count: int, seed: int, *, years: int = 10, loose: float = 0.2, scores: Sequence[float] = tuple(CODES)
) -> pd.DataFrame:
    """Build `count` events with scores, actors and domains at random; a part `loose` is dated to a span of up to 60 days."""
    rng = np.random.default_rng(seed)
    first = rng.integers(0, 365 * years, count)
    span = np.where(rng.random(count) < loose, rng.integers(1, 60, count), 0)
    score = rng.choice(np.array(scores), count)
    pairs = [("AAA", "BBB"), ("BBB", "AAA"), ("AAA+BBB", "AAA+BBB")]
    pair = rng.choice(3, count, p=[0.4, 0.4, 0.2])
    base = np.datetime64("2001-01-01")
    table = pd.DataFrame(
        {
            **DEFAULTS,
            "start": base + first.astype("timedelta64[D]"),
            "end": base + (first + span).astype("timedelta64[D]"),
            "goldstein": score,
            "root": [CODES[one][0] for one in score],
            "quad_class": [CODES[one][1] for one in score],
            "source_actor": [pairs[one][0] for one in pair],
            "target_actor": [pairs[one][1] for one in pair],
            "domain": rng.choice(["energy", "trade", "military"], count),
            "event_id": [f"e{number:06d}" for number in range(count)],
            "title": [f"Event {number}" for number in range(count)],
        }
    )
    return finish(table)


@st.composite
def records(draw: st.DrawFn, least: int = 1, most: int = 25) -> pd.DataFrame:
    """Draw a small record: any days within four years, any of the known scores, any of the three ways to act."""
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 1400),
                st.integers(0, 90),
                st.sampled_from(sorted(CODES)),
                st.sampled_from([("AAA", "BBB"), ("BBB", "AAA"), ("AAA+BBB", "AAA+BBB"), ("AAA", "CCC")]),
                st.sampled_from(["energy", "trade"]),
            ),
            min_size=least,
            max_size=most,
        )
    )
    base = pd.Timestamp("2001-01-01")
    return events(
        [
            {
                "start": base + pd.Timedelta(days=first),
                "end": base + pd.Timedelta(days=first + span),
                "g": score,
                "source_actor": actors[0],
                "target_actor": actors[1],
                "domain": domain,
            }
            for first, span, score, actors, domain in rows
        ]
    )


def share_of(frame: pd.DataFrame, measure: str = "tension_share", **keys: str) -> pd.DataFrame:
    """Pick one measure of a tidy frame, indexed by date."""
    rows = frame[frame["measure"] == measure]
    for name, value in keys.items():
        rows = rows[rows[name] == value]
    return rows.set_index("date")
