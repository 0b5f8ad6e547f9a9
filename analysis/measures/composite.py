"""A composite of dependence with its parts in sight.

No single figure says how far one side depends on the other, and every way of adding figures up is a choice. This
module makes each choice in the open:

*Parts.* By default every indicator that (1) the catalogue says moves with side A's dependence, (2) does not move both
sides' dependence the same way (trade volume, common votes and joint exercises tell how close the two are, not who
leans on whom), (3) describes side A or the pair, (4) is free of size: a share or ratio of quantities, whose unit is
one of `composite_parts.UNITS` (dollars, tonnes and soldiers grow with prices and with the economy; "percent of
respondents" is an attitude), and (5) has at least `min_years` years with a figure. `parts` replaces the rule by a
list.

*Scale.* Each part is turned into a midrank among its own observed years, (rank - 1/2) / n, in 0..1, and reversed where
the catalogue's sign is minus. Ranks carry no outlier over from one part to the composite; what is lost is the size of
a change, which `normalise="range"` (0 = the part's lowest year, 1 = its highest) keeps. Either way a year's value
depends on the other years of the record, later ones included. That is no hindsight only because `as_of` cuts the
record before the measure sees it: a briefing as of a day and one of today give different values for the same past
year.

*Sum.* Mean of the parts in a domain, then weighted mean of the domains, equal weights unless given. A part counts in a
year if it has a figure then or had one at most `carry` years before; a year counts if every domain stands in it
(`coverage`, `min_domains`) and one figure at least is of that very year. Within a domain parts may still come and go:
`parts` counts them.

*Band.* Lowest and highest value with any one part left out: how far the result hangs on a single series. It is no
interval of sampling.

References
----------
OECD, JRC (2008), Handbook on Constructing Composite Indicators. Keohane, Nye (1977), Power and Interdependence, for
asymmetry against closeness.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.dates import midpoint
from analysis.measures._options import check_option
from analysis.measures.composite_parts import Normalise, Side, asked_parts, default_parts, domain_weights, part_cells

_TYPES = {
    "date": "datetime64[us]",
    "measure": "str",
    "value": "float64",
    "low": "float64",
    "high": "float64",
    "state": "str",
    "raw": "float64",
    "parts": "Int64",
    "domains": "Int64",
    "carried_years": "Int64",
    "withheld": "boolean",
    "hinges_on": "str",
    "weight": "float64",
}
_COLUMNS = list(_TYPES)


def composite(
    indicators: pd.DataFrame,
    *,
    side: Side = "side_a",
    of: str | None = None,
    parts: Sequence[str] | None = None,
    weights: Mapping[str, float] | None = None,
    normalise: Normalise = "rank",
    carry: int = 2,
    min_years: int = 8,
    min_domains: int = 3,
    coverage: float = 1.0,
) -> pd.DataFrame:
    """Add up a side's dependence from its indicators, year by year, with every part in the result.

    Parameters
    ----------
    indicators : DataFrame
        Needs `indicator`, `start`, `end`, `value`, `basis`, `unit`, `domain`, `of`, `direction`. Values are reduced to
        years by `yearly`.
    side, of, min_years
        As in `default_parts`.
    parts : sequence of str, optional
        Indicator ids to use instead of the default rule; each needs a sign for this side in the catalogue and two
        years with a figure.
    weights : mapping of domain to float, optional
        0 or more; domains that are not named weigh 1.
    normalise : {"rank", "range"}
        Midrank among the part's own years, or distance between its lowest and highest year; 0.5 where a part never
        moves.
    carry : int
        Years that a figure stays in use after its own.
    min_domains : int
        Domains that must stand in a year: two figures are not yet a picture of dependence.
    coverage : float
        Share of the domains' total weight (0 to 1) that must be in use for a year to count. At 1 every domain that has
        parts must stand in it; otherwise a year would move merely because a domain drops out. At least one part must
        have a figure of that very year.

    Returns
    -------
    DataFrame
        One row per year and measure, from the first to the last year with any figure in use: `date` (middle of the
        year), `measure`: "composite", "domain:<domain>" or "part:<indicator>"; `value` (0 to 1, higher: more
        dependent; missing where nothing is in use); `low`, `high` (leave-one-part-out, on the composite; missing
        elsewhere and where one part is all there is); `state`: of a part observed, carried, withheld (nothing
        in use and withheld that year) or missing; of a domain observed if one of its parts is, else carried or missing;
        of the composite observed or "too few parts" (then no value);
        `raw` (a part's figure in its own unit); `parts`, `domains` (number in use); `carried_years` (of a part);
        `withheld` (bool: a part withheld that year, whether or not an older figure is in use); `hinges_on` (the part
        whose leaving out moves the composite most); `weight` (of a domain or part in that year's composite, adding up
        to 1). Sorted by measure and date. No rows when no part qualifies.

    Raises
    ------
    OptionError
        If a part is unknown, has no sign or fewer than two years, or a weight is negative or names no domain of the
        parts.
    """
    check_option("composite", "normalise", normalise, ["rank", "range"])
    listed = default_parts(indicators, side=side, of=of, min_years=min_years)
    chosen = listed[listed["taken"]] if parts is None else asked_parts(listed, parts)
    chosen = chosen.sort_values(["domain", "indicator"], kind="stable").reset_index(drop=True)
    weight = domain_weights(chosen, weights)
    cells = part_cells(indicators, chosen, normalise, carry)
    if cells.empty:
        return _empty()
    scores = cells.pivot(index="year", columns="indicator", values="value")[list(chosen["indicator"])]
    domain = chosen.set_index("indicator")["domain"]
    observed = cells.pivot(index="year", columns="indicator", values="state")[list(chosen["indicator"])] == "observed"
    whole = _whole(scores, observed, domain, weight, (min_domains, coverage))
    tables = [
        _composite_rows(whole),
        _domain_rows(scores, observed, domain, weight),
        _part_rows(cells, scores, domain, weight),
    ]
    table = pd.concat([one for one in tables if len(one)], ignore_index=True)
    year = table["year"].astype("str")
    days = pd.to_datetime(year + "-01-01"), pd.to_datetime(year + "-12-31")
    table["date"] = midpoint(*days).astype("datetime64[us]")
    return (
        table.reindex(columns=_COLUMNS)
        .astype(_TYPES)
        .sort_values(["measure", "date"], kind="stable")
        .reset_index(drop=True)
    )


def _shares(scores: pd.DataFrame, domain: pd.Series, weight: Mapping[str, float]) -> pd.DataFrame:
    """Return the weight of each part in each year's composite: its domain's weight over those in use, over the
    domain's parts in use."""
    inuse = scores.notna()
    within = inuse.T.groupby(domain).transform("sum").T
    share = inuse.div(within.where(within > 0)) * domain.map(weight)
    return share.div(share.sum(axis=1).where(lambda total: total > 0), axis=0).fillna(0.0)


def _value(scores: pd.DataFrame, domain: pd.Series, weight: Mapping[str, float]) -> pd.Series:
    share = _shares(scores, domain, weight)
    return (scores.fillna(0.0) * share).sum(axis=1).where(share.sum(axis=1) > 0)


def _whole(
    scores: pd.DataFrame,
    observed: pd.DataFrame,
    domain: pd.Series,
    weight: Mapping[str, float],
    least: tuple[int, float],
) -> pd.DataFrame:
    """Return the composite of each year with its leave-one-out band, what it hinges on, and whether enough stands in
    it."""
    inuse = scores.notna()
    by_domain = inuse.T.groupby(domain).any().T
    table = pd.DataFrame({"value": _value(scores, domain, weight)})
    without = pd.DataFrame(
        {part: _value(scores.drop(columns=part), domain.drop(part), weight).where(inuse[part]) for part in scores}
    )
    table["low"], table["high"] = without.min(axis=1), without.max(axis=1)
    swing = without.sub(table["value"], axis=0).abs().dropna(how="all")
    table["hinges_on"] = (swing.round(12).idxmax(axis=1) if len(swing) else pd.Series(dtype="str")).reindex(table.index)
    table["parts"], table["domains"] = inuse.sum(axis=1), by_domain.sum(axis=1)
    covered = by_domain.mul(pd.Series(weight)).sum(axis=1) / sum(weight.values())
    enough = (table["domains"] >= least[0]) & (covered >= least[1] - 1e-9)
    table["enough"] = enough & observed.any(axis=1) & table["value"].notna()
    table[["value", "low", "high"]] = table[["value", "low", "high"]].where(table["enough"])
    table["hinges_on"] = table["hinges_on"].where(table["enough"])
    return table


def _composite_rows(whole: pd.DataFrame) -> pd.DataFrame:
    state = np.where(whole["enough"], "observed", "too few parts")
    return whole.drop(columns="enough").assign(measure="composite", state=state, weight=1.0).reset_index()


def _domain_rows(
    scores: pd.DataFrame, observed: pd.DataFrame, domain: pd.Series, weight: Mapping[str, float]
) -> pd.DataFrame:
    share = _shares(scores, domain, weight)
    rows = []
    for name in weight:
        members = domain.index[domain == name]
        inuse = scores[members].notna().sum(axis=1)
        state = np.select([observed[members].any(axis=1), inuse > 0], ["observed", "carried"], "missing")
        total = share[members].sum(axis=1)
        rows.append(
            pd.DataFrame(
                {
                    "value": scores[members].mean(axis=1),
                    "state": state,
                    "parts": inuse,
                    "weight": total,
                    "measure": f"domain:{name}",
                }
            ).reset_index()
        )
    return pd.concat(rows, ignore_index=True)


def _part_rows(
    cells: pd.DataFrame, scores: pd.DataFrame, domain: pd.Series, weight: Mapping[str, float]
) -> pd.DataFrame:
    share = _shares(scores, domain, weight).stack().reset_index()
    share.columns = pd.Index(["year", "indicator", "weight"])
    return cells.merge(share, on=["year", "indicator"], how="left").assign(
        measure=lambda rows: "part:" + rows["indicator"]
    )


def _empty() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=_TYPES.get(name, "float64")) for name in _COLUMNS})
