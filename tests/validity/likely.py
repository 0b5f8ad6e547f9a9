"""How often is it so, when a word of probability says that it is likely?

The level of each record is a path of its own: log-odds that wander and come back (an Ornstein-Uhlenbeck process), by the
worlds as far and as long as the shipped record's seem to, or less. On three days of twenty years `propensity_change` says
how likely the chance of an act of conflict is higher, or lower, than a year before; the path knows. The worlds go from
what the model takes for granted to what is known to be wrong with such records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.measures._frames import Floats
from analysis.measures.propensity import propensity_change
from analysis.record.codebook import icd203, likelihood_word

from . import tables
from .worlds import DAYS, FIRST, crises, record, world

ASKED = (2700, 4900, 7200)  # days of the path, counted from its first
_MIDDLE, _AGO = -1.0, 365
WORLDS: Mapping[str, tuple[float, float, dict[str, Any]]] = {
    "nothing changes, in bursts as recorded": (0.0, 150.0, {"bursts": 0.25}),
    "wandering as estimated, acts independent": (1.1, 150.0, {}),
    "wandering less and longer, acts independent": (0.6, 400.0, {}),
    "as estimated, in bursts as recorded": (1.1, 150.0, {"bursts": 0.25}),
    "the same, with wrong signs and cooperation unrecorded in crises": (1.1, 150.0, {"bursts": 0.25, "turned": 0.05}),
}


def path(rng: np.random.Generator, spread: float, memory: float) -> Floats:
    """Return the chance of conflict day by day."""
    keep = np.exp(-1.0 / memory)
    level = np.empty(len(DAYS))
    steps = rng.standard_normal(len(DAYS)) * np.sqrt(1.0 - keep**2)
    level[0] = rng.standard_normal()
    for day in range(1, len(DAYS)):
        level[day] = keep * level[day - 1] + steps[day]
    chance: Floats = 1.0 / (1.0 + np.exp(-(_MIDDLE + spread * level)))
    return chance


def said(records: int = 20, seed: int = 4) -> pd.DataFrame:
    """Ask of many records whether the chance of conflict is higher than a year ago.

    Returns
    -------
    DataFrame
        One row a record and day: `world`, `probability` (of the direction that is said), `word` (of ICD 203), `so` (0 or 1;
        missing where nothing changes).
    """
    rows = []
    for name, (spread, memory, ways) in WORLDS.items():
        rng = np.random.default_rng(seed)
        for _ in range(records):
            chance = path(rng, spread, memory)
            unseen = {"unseen": crises(chance)} if "turned" in ways else {}
            events = record(world(15, chance, **ways, **unseen), rng)
            for day in ASKED:
                now = FIRST + pd.Timedelta(days=day)
                higher = propensity_change(events, now - pd.Timedelta(days=_AGO), now)["probability_higher"].iloc[0]
                probability = max(higher, 1.0 - higher)
                so = float((chance[day] > chance[day - _AGO]) == (higher > 0.5)) if spread else np.nan
                rows.append((name, probability, likelihood_word(probability), so))
    return pd.DataFrame(rows, columns=["world", "probability", "word", "so"])


def block(records: int = 20) -> str:
    """Return the table for docs/methods.md: by world and word, how often it was said, and how often it was so."""
    frame = said(records)
    words = [word for word in icd203()["band"] if word in set(frame["word"])]
    rows = []
    for name, part in [*frame.groupby("world", sort=False), ("all that change", frame.dropna())]:
        row: dict[str, object] = {"world": name}
        for word in words:
            chosen = part[part["word"] == word]
            row[word] = f"{tables.cases(chosen['so'].mean()) or '–'} ({len(chosen)})" if len(chosen) else "–"
        rows.append(row)
    means = frame.dropna().groupby("word")["probability"].mean()
    told = ", ".join(f"{word} {tables.cases(means[word])}" for word in words if word in means)
    sentence = (
        f"{records} records a world, three days each: of 100 times that a word was said, how often it was so (in "
        f"brackets, how often it was said). What the probabilities were on average: {told}."
    )
    columns = {"world": ("world", tables.text), **{word: (word, tables.text) for word in words}}
    return tables.block(sentence, tables.table(pd.DataFrame(rows), columns))
