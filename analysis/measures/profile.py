"""How much of what one side needs is with the other? Each bilateral share on its own scale, with its age.

A bilateral share says what part of one side's total (its exports, imports, debt, oil, arms) is with the other side. It
lies between 0 and 100 percent whatever is measured, so shares can stand beside each other as they are. Which
indicators are such shares the catalogue says (`bilateral`, see `composite_parts.bilateral`).

What is shown is the newest figure of each, how old it is, and where the producer has since withheld it: an old figure
is no present one, and a withheld one is neither missing nor zero. The trend is Theil's and Sen's: the median of the
slopes between all pairs of figures in the last five and ten years up to the newest, in percentage points a year, from
three figures up.

References
----------
Sen (1968), Journal of the American Statistical Association 63(324).
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.measures.composite_parts import Side, bilateral
from analysis.measures.indicators import yearly
from analysis.record.dates import midpoint

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

TRENDS = (5, 10)
_LEAST = 3
_COLUMNS = ["date", "measure", "value", "low", "high", "indicator", "name", "domain", "period", "start", "end", "year"]
_COLUMNS += ["age_days", "known", "basis", "state", *(f"trend_{years}" for years in TRENDS)]


def profile(rel: Relationship, *, side: Side = "side_a") -> pd.DataFrame:
    """List a side's bilateral shares: the newest figure of each, its age, whether it is withheld now, and its trend.

    Parameters
    ----------
    rel : Relationship
        As loaded, cut or not.
    side : {"side_a", "side_b"}
        Whose shares.

    Returns
    -------
    DataFrame
        One row a share, by domain, then value downwards: `date` (middle of the figure's period), `measure` ("share"),
        `value` (percent, 0 to 100; missing where there is no figure), `low`, `high` (percent; the figure's own range,
        missing where it has none), `indicator`, `name`, `domain`, `period`, `start`, `end`, `year` (of the period's
        last day), `age_days` (from then to the cut-off), `known` (first day on which the figure could be known; missing
        where the record does not say), `basis`, `state`: observed, withheld (an entry after the newest figure says so)
        or missing; `trend_5`, `trend_10` (percentage points a year over the last five and ten years up to the newest
        yearly figure; missing below three).

    Examples
    --------
    >>> import analysis as an
    >>> an.profile(an.load("russia-belarus"))["value"].between(0, 100).all()
    np.True_
    """
    actor = (rel.side_a if side == "side_a" else rel.side_b).id
    catalogue = rel.catalogue[bilateral(rel.catalogue, actor)].set_index("indicator")
    rows = rel.indicators[rel.indicators["indicator"].isin(catalogue.index)]
    rows = rows.assign(date=midpoint(rows["start"], rows["end"])).sort_values(["end", "start", "period"], kind="stable")
    hidden = rows["basis"].eq("withheld")
    figures = rows[rows["value"].notna() & ~hidden]
    newest = figures.drop_duplicates("indicator", keep="last").set_index("indicator")
    withheld = rows[hidden].groupby("indicator")["end"].max().reindex(catalogue.index)
    columns = ["date", "value", "low", "high", "period", "start", "end", "known", "basis"]
    table = catalogue[["name", "domain"]].join(newest.reindex(columns=columns))
    after = withheld.notna() & ~(withheld <= table["end"])
    table["state"] = np.select([after, table["value"].isna()], ["withheld", "missing"], "observed")
    table["year"] = table["end"].dt.year.astype("Int64")
    table["age_days"] = (rel.cutoff - table["end"]).dt.days.astype("Int64")
    years = yearly(rows).dropna(subset=["value"])
    for length in TRENDS:
        table[f"trend_{length}"] = pd.Series(
            {name: _slope(part, length) for name, part in years.groupby("indicator")}, dtype="float64"
        )
    table = table.assign(measure="share").rename_axis("indicator").reset_index()
    order = table.assign(_down=-table["value"]).sort_values(["domain", "_down", "indicator"], kind="stable").index
    return table.loc[order, _COLUMNS].reset_index(drop=True)


def _slope(part: pd.DataFrame, length: int) -> float:
    """Return the median slope between the figures of the last `length` years up to the newest, a year."""
    kept = part[part["year"] > part["year"].max() - length - 1]
    if len(kept) < _LEAST:
        return float("nan")
    pairs = combinations(zip(kept["year"], kept["value"], strict=True), 2)
    return float(np.median([(later[1] - earlier[1]) / (later[0] - earlier[0]) for earlier, later in pairs]))
