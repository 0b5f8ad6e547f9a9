"""Which indicators make up a composite of dependence, and each of them on a common scale.

The rule of choice and the scale are argued in `analysis.measures.composite`; this module applies them, part by part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import OptionError, nearest, one_of
from analysis.measures._frames import require
from analysis.measures.indicators import yearly
from analysis.measures.options import check_option

UNITS = ("percent", "percent of GDP", "ratio")

Scale = Literal["rank", "range", "share"]
Side = Literal["side_a", "side_b"]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def signs(direction: pd.Series) -> pd.DataFrame:
    """Read the catalogue's `direction` (`key:+1|0|-1`, joined by `;`) into a column for each key; a key that is not
    named is 0."""
    pairs = [dict(part.split(":") for part in str(text).split(";") if ":" in part) for text in direction.fillna("")]
    keys = ["side_a_dependence", "side_b_dependence", "tension"]
    return pd.DataFrame(
        [[int(pair.get(key, 0)) for key in keys] for pair in pairs], columns=keys, index=direction.index
    )


def default_parts(
    indicators: pd.DataFrame,
    *,
    side: Side = "side_a",
    of: str | None = None,
    min_years: int = 8,
    years: pd.DataFrame | None = None,
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
    years : DataFrame, optional
        Result of `yearly` for these indicators, where the caller has it already.

    Returns
    -------
    DataFrame
        `indicator`, `domain`, `unit`, `sign` (+1 or -1), `years` (with a figure), `taken` (bool), `reason` (empty
        where taken; else the first rule that leaves it out). Sorted by domain and indicator.
    """
    check_option("composite", "side", side, ["side_a", "side_b"])
    require(indicators, ["indicator", "unit", "domain", "of", "direction"], "composite")
    catalogue = indicators[["indicator", "unit", "domain", "of", "direction"]].drop_duplicates(
        "indicator", ignore_index=True
    )
    own, other, single = _signs_of(catalogue, side)
    actor = of if of is not None else _own(catalogue, side)
    years = yearly(indicators) if years is None else years
    figures = years.loc[years["value"].notna(), "indicator"].value_counts()
    counts = catalogue["indicator"].map(figures).fillna(0).astype("int64")
    reasons = [
        (own == other, "moves both sides the same way"),
        (single & (catalogue["of"] != actor), "describes the other side"),
        (~catalogue["unit"].isin(UNITS), f"unit is not one of {', '.join(UNITS)}"),
        (counts < min_years, f"fewer than {min_years} years"),
    ]
    why = np.select([test.to_numpy() for test, _ in reasons], [word for _, word in reasons], "")
    table = catalogue[["indicator", "domain", "unit"]].assign(sign=own, years=counts, taken=why == "", reason=why)
    return table[own != 0].sort_values(["domain", "indicator"], kind="stable").reset_index(drop=True)


def _signs_of(catalogue: pd.DataFrame, side: Side) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Return how each indicator moves a side's dependence and the other's, and whether it is of one actor."""
    sign = signs(catalogue["direction"])
    other = "side_b_dependence" if side == "side_a" else "side_a_dependence"
    return sign[f"{side}_dependence"], sign[other], ~catalogue["of"].str.contains("+", regex=False)


def _own(catalogue: pd.DataFrame, side: Side) -> str:
    """Return the actor with most indicators that move this side's dependence alone, the first by name among equals;
    empty for none."""
    own, other, single = _signs_of(catalogue, side)
    counts = catalogue.loc[single & (own != 0) & (other == 0), "of"].value_counts().sort_index()
    return str(counts.idxmax()) if len(counts) else ""


def bilateral(catalogue: pd.DataFrame, actor: str) -> pd.Series:
    """Say which indicators are shares of a side's total that is with the other side.

    Parameters
    ----------
    catalogue : DataFrame
        Needs `indicator`, `unit`, `of`, `direction`; the column `bilateral` ("yes" or empty) decides where it is there.
        Without it the rule is: unit percent, of that side alone, and moving its dependence up and no other's.
    actor : str
        The side's actor id.

    Returns
    -------
    Series of bool
        One for each row.
    """
    own = catalogue["of"] == actor
    if "bilateral" in catalogue:
        return own & catalogue["bilateral"].eq("yes")
    sign = signs(catalogue["direction"])
    up = sign[["side_a_dependence", "side_b_dependence"]]
    return own & (catalogue["unit"] == "percent") & (up.sum(axis=1) == 1) & (up.min(axis=1) == 0)


def share_parts(indicators: pd.DataFrame, side: Side, of: str | None, years: pd.DataFrame) -> pd.DataFrame:
    """List the bilateral shares of a side as `default_parts` lists its parts; one year with a figure will do."""
    listed = default_parts(indicators, side=side, of=of, min_years=1, years=years)
    catalogue = indicators.drop_duplicates("indicator")
    actor = of if of is not None else _own(catalogue, side)
    names = catalogue.loc[bilateral(catalogue, actor), "indicator"]
    taken = listed["indicator"].isin(names) & (listed["years"] > 0)
    reason = listed["reason"].where(listed["indicator"].isin(names), "no bilateral share")
    return listed.assign(taken=taken, reason=reason.where(~taken, ""))


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


@dataclass(frozen=True)
class Cells:
    """The parts on a common scale, in arrays of a row a year of the whole span and a column a part.

    `value` (0..1, or percent) and `raw` are the figures in use, carried ones included; `age` counts the years since
    they were observed. All three are missing where nothing is in use. `withheld`: the year's figure is, whatever is in
    use.
    """

    years: Ints
    value: Floats
    raw: Floats
    age: Floats
    withheld: Mask


@dataclass(frozen=True)
class Members:
    """The parts in the order of the cells' columns; `member` has a row a part and a column a domain, 1 where the part
    belongs to it."""

    names: npt.NDArray[np.object_]
    domains: list[str]
    member: Floats
    weight: Floats

    @classmethod
    def of(cls, chosen: pd.DataFrame, weight: Mapping[str, float]) -> Members:
        """Return those of the chosen parts, for the weights of their domains."""
        member = chosen["domain"].to_numpy(dtype=object)[:, None] == np.array(list(weight), dtype=object)
        names = chosen["indicator"].to_numpy(dtype=object)
        return cls(names, list(weight), member.astype(np.float64), np.array(list(weight.values())))

    def shares(self, inuse: Mask) -> Floats:
        """Return the weight of each part in each composite (last axis: parts): its domain's weight over those in use,
        over the domain's parts in use."""
        within = inuse @ self.member @ self.member.T
        share = inuse / np.maximum(within, 1) * (self.member @ self.weight)
        total = share.sum(axis=-1, keepdims=True)
        shares: Floats = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
        return shares


def part_cells(years: pd.DataFrame, chosen: pd.DataFrame, scale: Scale, carry: int) -> Cells | None:
    """Scale the chosen parts from the result of `yearly`; None where no part has a figure."""
    columns = pd.Index(chosen["indicator"])
    years = years[years["indicator"].isin(columns)]
    seen = years.loc[years["value"].notna(), "year"]
    if seen.empty:
        return None
    span = np.arange(seen.min(), years["year"].max() + 1)
    years = years[years["year"] >= span[0]]
    place = (years["year"].to_numpy() - span[0], columns.get_indexer(years["indicator"]))
    raw, withheld = np.full((len(span), len(columns)), np.nan), np.zeros((len(span), len(columns)), dtype=bool)
    raw[place], withheld[place] = years["value"], years["withheld"]
    # The row of the newest figure up to each year, -1 before the first.
    row = np.arange(len(span))[:, None]
    newest = np.maximum.accumulate(np.where(np.isnan(raw), -1, row))
    inuse = (newest >= 0) & (row - newest <= carry)
    score = _scaled(pd.DataFrame(raw), chosen["sign"].to_numpy(), scale).to_numpy()
    value, figure = (np.where(inuse, np.take_along_axis(table, newest, axis=0), np.nan) for table in (score, raw))
    return Cells(span, value, figure, np.where(inuse, row - newest, np.nan), withheld)


def _scaled(raw: pd.DataFrame, sign: Ints, scale: Scale) -> pd.DataFrame:
    if scale == "share":
        return raw
    if scale == "rank":
        score = (raw.rank(method="average") - 0.5) / raw.count()
    else:
        spread = raw.max() - raw.min()
        score = ((raw - raw.min()) / spread.where(spread > 0)).fillna(0.5).where(raw.notna())
    return score * sign + (sign < 0)
