"""Which indicators make up a composite of dependence, and each of them on a common scale.

The rule of choice and the scale are argued in `analysis.measures.composite`; this module applies them, part by part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import OptionError, nearest, one_of
from analysis.measures._frames import require
from analysis.measures._options import check_option
from analysis.measures.dependence import yearly

UNITS = ("percent", "percent of GDP", "ratio")

Normalise = Literal["rank", "range"]
Side = Literal["side_a", "side_b"]


def signs(direction: pd.Series) -> pd.DataFrame:
    """Read the catalogue's `direction` (`key:+1|0|-1`, joined by `;`) into a column for each key; a key that is not
    named is 0."""
    pairs = [dict(part.split(":") for part in str(text).split(";") if ":" in part) for text in direction.fillna("")]
    keys = ["side_a_dependence", "side_b_dependence", "tension"]
    return pd.DataFrame(
        [[int(pair.get(key, 0)) for key in keys] for pair in pairs], columns=keys, index=direction.index
    )


def default_parts(
    indicators: pd.DataFrame, *, side: Side = "side_a", of: str | None = None, min_years: int = 8
) -> pd.DataFrame:
    """List the indicators that the catalogue ties to a side's dependence, and say of each why it is taken into the
    composite or not.

    Parameters
    ----------
    indicators : DataFrame
        Needs `indicator`, `start`, `end`, `value`, `basis`, `unit`, `domain`, `of`, `direction`.
    side : {"side_a", "side_b"}
        Whose dependence.
    of : str, optional
        That side's actor id. When absent it is read off the catalogue: the single actor with most indicators that move
        this side's dependence and not the other's.
    min_years : int
        Years with a figure that an indicator must have.

    Returns
    -------
    DataFrame
        `indicator`, `domain`, `unit`, `sign` (+1 or -1), `years` (with a figure), `taken` (bool), `reason` (empty
        where taken; else the first rule that leaves it out). Sorted by domain and indicator.
    """
    check_option("composite", "side", side, ["side_a", "side_b"])
    require(indicators, ["indicator", "unit", "domain", "of", "direction"], "composite")
    catalogue = indicators.drop_duplicates("indicator").reset_index(drop=True)
    sign = signs(catalogue["direction"])
    own, other = sign[f"{side}_dependence"], sign["side_b_dependence" if side == "side_a" else "side_a_dependence"]
    single = ~catalogue["of"].str.contains("+", regex=False)
    actor = of if of is not None else _most(catalogue.loc[single & (own != 0) & (other == 0), "of"])
    years = yearly(indicators).dropna(subset=["value"]).groupby("indicator")["year"].nunique()
    counts = catalogue["indicator"].map(years).fillna(0).astype("int64")
    reasons = [
        (own == other, "moves both sides the same way"),
        (single & (catalogue["of"] != actor), "describes the other side"),
        (~catalogue["unit"].isin(UNITS), f"unit is not one of {', '.join(UNITS)}"),
        (counts < min_years, f"fewer than {min_years} years"),
    ]
    why = np.select([test.to_numpy() for test, _ in reasons], [word for _, word in reasons], "")
    table = catalogue[["indicator", "domain", "unit"]].assign(sign=own, years=counts, taken=why == "", reason=why)
    return table[own != 0].sort_values(["domain", "indicator"], kind="stable").reset_index(drop=True)


def _most(actors: pd.Series) -> str:
    """Return the most frequent actor, the first by name among equals; empty for none."""
    counts = actors.value_counts().sort_index()
    return str(counts.idxmax()) if len(counts) else ""


def asked_parts(listed: pd.DataFrame, parts: Sequence[str]) -> pd.DataFrame:
    """Keep the parts asked for, refusing one that cannot be scaled."""
    known = listed.loc[listed["years"] >= 2, "indicator"].tolist()
    for name in parts:
        if name not in known:
            hint = (
                nearest(name, known)
                or "It needs a direction for this side in the catalogue and two years with a figure."
            )
            raise OptionError("composite", "parts", one_of(known), name, hint)
    return listed[listed["indicator"].isin(parts)]


def domain_weights(chosen: pd.DataFrame, weights: Mapping[str, float] | None) -> dict[str, float]:
    """Return the weight of every domain of the parts: as given, else 1."""
    domains = sorted(chosen["domain"].unique())
    for domain, weight in (weights or {}).items():
        if domain not in domains:
            raise OptionError("composite", "weights", one_of(domains), domain, nearest(domain, domains))
        if not weight >= 0:
            raise OptionError("composite", f"weights[{domain}]", "0 or more", weight)
    table = {domain: float((weights or {}).get(domain, 1.0)) for domain in domains}
    if domains and not sum(table.values()) > 0:
        raise OptionError("composite", "weights", "above 0 for one domain at least", weights)
    return table


def part_cells(indicators: pd.DataFrame, chosen: pd.DataFrame, normalise: Normalise, carry: int) -> pd.DataFrame:
    """Return indicator, year, value (0..1 or missing), raw, state, carried_years, withheld for every part and every
    year of the whole span."""
    years = yearly(indicators[indicators["indicator"].isin(chosen["indicator"])])
    known = years.dropna(subset=["value"])
    if known.empty:
        return pd.DataFrame()
    last = max(int(years["year"].max()), int(known["year"].max()))
    span = pd.RangeIndex(int(known["year"].min()), last + 1, name="year")
    frames = []
    for indicator, sign in zip(chosen["indicator"], chosen["sign"], strict=True):
        raw = known[known["indicator"] == indicator].set_index("year")["value"].reindex(span)
        hidden = pd.Series(
            span.isin(years.loc[(years["indicator"] == indicator) & years["withheld"], "year"]), index=span
        )
        score = _scaled(raw, int(sign), normalise)
        seen = pd.Series(np.where(raw.notna(), span, np.nan), index=span).ffill()
        age = (pd.Series(span, index=span) - seen).where(lambda gap: gap <= carry)
        state = np.select([age == 0, age > 0, hidden], ["observed", "carried", "withheld"], "missing")
        inuse = age.notna()
        frames.append(
            pd.DataFrame(
                {
                    "indicator": indicator,
                    "year": span,
                    "value": score.ffill().where(inuse).to_numpy(),
                    "raw": raw.ffill().where(inuse).to_numpy(),
                    "state": state,
                    "carried_years": age.to_numpy(),
                    "withheld": hidden.to_numpy(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _scaled(raw: pd.Series, sign: int, normalise: Normalise) -> pd.Series:
    known = raw.dropna()
    spread = known.max() - known.min()
    if normalise == "rank":
        score = (known.rank(method="average") - 0.5) / len(known)
    else:
        score = (known - known.min()) / spread if spread > 0 else known * 0 + 0.5
    return (score if sign > 0 else 1 - score).reindex(raw.index)
