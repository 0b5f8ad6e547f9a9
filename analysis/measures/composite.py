"""A composite of dependence with its parts in sight.

No single figure says how far one side depends on the other, and every way of adding figures up is a choice. This
module makes each choice in the open:

*Parts.* By default every indicator that (1) the catalogue says moves with side A's dependence, (2) does not move both
sides' dependence the same way (trade volume, common votes and joint exercises tell how close the two are, not who
leans on whom), (3) describes side A or the pair, (4) is free of size: a share or ratio of quantities, whose unit is
one of `composite_parts.UNITS` (dollars, tonnes and soldiers grow with prices and with the economy; "percent of
respondents" is an attitude), and (5) has at least `min_years` years with a figure. `parts` replaces the rule by a
list.

*Shares.* With `scale="share"` the parts are the bilateral shares alone: what part of a total of side A's (its exports,
its imports, its debt, its oil, its arms) is with side B. They have a scale of their own, 0 to 100 percent, and need no
other; the composite is the mean over domains of the mean of each domain's shares, in percent. Only figures of the very
year count, and only years with three domains or more. Prices, capabilities and ratios of GDP stand beside it as
context. Since parts come and go from year to year, a change is to be read with `decompose`.

*Scale.* In the other forms each part is turned into a midrank among its own observed years, (rank - 1/2) / n, in
0..1, and reversed where the catalogue's sign is minus. Ranks carry no outlier over from one part to the composite;
what is lost is the size of a change, which `scale="range"` (0 = the part's lowest year, 1 = its highest) keeps. Either
way a year's value depends on the other years of the record, later ones included. That is no hindsight only because
`as_of` cuts the record before the measure sees it: a briefing as of a day and one of today give different values for
the same past year.

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

from analysis.errors import OptionError
from analysis.measures._frames import require
from analysis.measures.composite_parts import (
    Cells,
    Floats,
    Mask,
    Members,
    Scale,
    Side,
    asked_parts,
    default_parts,
    domain_weights,
    part_cells,
    share_parts,
)
from analysis.measures.indicators import yearly
from analysis.measures.options import check_option
from analysis.record.dates import midpoint, year_days

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
    scale: Scale = "rank",
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
    scale : {"rank", "range", "share"}
        Midrank among the part's own years, or distance between its lowest and highest year (0.5 where a part never
        moves), or the shares themselves, in percent; then the parts are the bilateral shares.
    carry : int
        Years that a figure stays in use after its own; shares are never carried on.
    min_domains : int
        Domains that must stand in a year: two figures are not yet a picture of dependence.
    coverage : float
        Share of the domains' total weight (0 to 1) that must be in use for a year to count. At 1 every domain that has
        parts must stand in it; otherwise a year would move merely because a domain drops out. At least one part must
        have a figure of that very year. Of shares `min_domains` alone is asked.

    Returns
    -------
    DataFrame
        One row per year and measure, from the first to the last year with any figure in use: `date` (middle of the
        year), `measure`: "composite", "domain:<domain>" or "part:<indicator>"; `value` (0 to 1, of shares percent;
        higher: more dependent; missing where nothing is in use); `low`, `high` (leave-one-part-out, on the composite;
        missing elsewhere and where one part is all there is); `state`: of a part observed, carried, withheld (nothing
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

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> composite = an.composite(rel.indicators, of="BLR")
    >>> bool(composite["value"].dropna().between(0, 1).all())
    True
    """
    check_option("composite", "scale", scale, ["rank", "range", "share"])
    years, shares = yearly(indicators), scale == "share"
    if shares:
        carry, coverage = 0, 0.0
        listed = share_parts(indicators, side, of, years)
    else:
        listed = default_parts(indicators, side=side, of=of, min_years=min_years, years=years)
    chosen = listed[listed["taken"]] if parts is None else asked_parts(listed, parts)
    chosen = chosen.sort_values(["domain", "indicator"], kind="stable").reset_index(drop=True)
    weight = domain_weights(chosen, weights)
    cells = part_cells(years, chosen, scale, carry)
    if cells is None:
        return _empty()
    members = Members.of(chosen, weight)
    tables = [
        _composite_rows(cells, members, (min_domains, coverage)),
        _domain_rows(cells, members),
        _part_rows(cells, members),
    ]
    table = pd.concat(tables, ignore_index=True)
    table["date"] = midpoint(*year_days(table["year"]))
    return (
        table.reindex(columns=_COLUMNS)
        .astype(_TYPES)
        .sort_values(["measure", "date"], kind="stable")
        .reset_index(drop=True)
    )


def _value(scores: Floats, inuse: Mask, members: Members) -> Floats:
    share = members.shares(inuse)
    return np.where(share.any(axis=-1), (np.where(inuse, scores, 0) * share).sum(axis=-1), np.nan)


def _composite_rows(cells: Cells, members: Members, least: tuple[int, float]) -> pd.DataFrame:
    """Return the composite of each year with its leave-one-out band, what it hinges on, and whether enough stands in
    it."""
    inuse = ~np.isnan(cells.value)
    by_domain = inuse @ members.member > 0
    value = _value(cells.value, inuse, members)
    # First axis: the part left out. A part that is not in use cannot be.
    others = ~np.eye(len(members.names), dtype=bool)[:, None, :]
    without = np.where(inuse.T, _value(cells.value, inuse & others, members), np.nan)
    swing = np.abs(without - value).round(12)
    hinge = members.names[np.where(np.isnan(swing), -1, swing).argmax(axis=0)]
    covered = by_domain @ members.weight / members.weight.sum()
    enough = (by_domain.sum(axis=1) >= least[0]) & (covered >= least[1] - 1e-9)
    enough &= (cells.age == 0).any(axis=1) & ~np.isnan(value)
    return pd.DataFrame(
        {
            "year": cells.years,
            "measure": "composite",
            "value": np.where(enough, value, np.nan),
            "low": np.where(enough, np.fmin.reduce(without), np.nan),
            "high": np.where(enough, np.fmax.reduce(without), np.nan),
            "state": np.where(enough, "observed", "too few parts"),
            "parts": inuse.sum(axis=1),
            "domains": by_domain.sum(axis=1),
            "hinges_on": np.where(enough & ~np.isnan(swing).all(axis=0), hinge, None),
            "weight": 1.0,
        }
    )


def _domain_rows(cells: Cells, members: Members) -> pd.DataFrame:
    inuse = ~np.isnan(cells.value)
    count = inuse @ members.member
    total = np.where(inuse, cells.value, 0) @ members.member
    observed = (cells.age == 0) @ members.member > 0
    return pd.DataFrame(
        {
            "year": np.repeat(cells.years, len(members.domains)),
            "measure": np.tile([f"domain:{name}" for name in members.domains], len(cells.years)),
            "value": np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0).ravel(),
            "state": np.select([observed, count > 0], ["observed", "carried"], "missing").ravel(),
            "parts": count.ravel(),
            "weight": (members.shares(inuse) @ members.member).ravel(),
        }
    )


def _part_rows(cells: Cells, members: Members) -> pd.DataFrame:
    states = np.select([cells.age == 0, cells.age > 0, cells.withheld], ["observed", "carried", "withheld"], "missing")
    return pd.DataFrame(
        {
            "year": np.repeat(cells.years, len(members.names)),
            "measure": np.tile("part:" + members.names, len(cells.years)),
            "value": cells.value.ravel(),
            "state": states.ravel(),
            "raw": cells.raw.ravel(),
            "carried_years": cells.age.ravel(),
            "withheld": cells.withheld.ravel(),
            "weight": members.shares(~np.isnan(cells.value)).ravel(),
        }
    )


def _empty() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=_TYPES.get(name, "float64")) for name in _COLUMNS})


def decompose(frame: pd.DataFrame, then: int, now: int) -> pd.DataFrame:
    """Take the change of a composite between two years apart into the parts that made it.

    With v a part's value, w its weight in the year's composite and c the mean of the two composites, a part that has a
    figure in both years adds (w_then + w_now) / 2 * (v_now - v_then) by its figure and (v_then + v_now) / 2 - c times
    (w_now - w_then) by its weight; one that came adds w_now * (v_now - c), one that left -w_then * (v_then - c). The
    sum is the change, exactly.

    Parameters
    ----------
    frame : DataFrame
        Result of `composite`.
    then, now : int
        The two years; both must have a composite.

    Returns
    -------
    DataFrame
        One row a part in either year, the largest contribution (by size) first: `part`, `state` ("in both", "came",
        "left"), `then`, `now` (its values), `by_figure`, `by_weight` (the latter holds what coming and leaving did) and
        `contribution` (their sum; the column adds up to the change).

    Raises
    ------
    OptionError
        If a year has no composite; the message says which years have.

    References
    ----------
    Shapley (1953), Contributions to the Theory of Games II, for the even division of a product's change.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus")
    >>> frame = an.composite(rel.indicators, of=rel.side_a.id, scale="share")
    >>> years = frame.loc[(frame["measure"] == "composite") & frame["value"].notna(), "date"].dt.year
    >>> an.decompose(frame, years.iloc[0], years.iloc[-1]).columns[-1]
    'contribution'
    """
    require(frame, ["date", "measure", "value", "weight"], "decompose")
    year = frame["date"].dt.year
    whole = frame[frame["measure"] == "composite"].set_index(year[frame["measure"] == "composite"])["value"].dropna()
    for field, asked in (("then", then), ("now", now)):
        if asked not in whole.index:
            known = ", ".join(str(one) for one in whole.index) or "none"
            raise OptionError("decompose", field, f"a year with a composite ({known})", asked)
    parts = frame[frame["measure"].str.startswith("part:")].assign(year=year)
    wide = parts.pivot(index="measure", columns="year", values=["value", "weight"])
    v0, v1 = wide["value"][then], wide["value"][now]
    w0, w1 = (wide["weight"][one].fillna(0.0) for one in (then, now))
    middle = (whole[then] + whole[now]) / 2.0
    both, usual = v0.notna() & v1.notna(), (v0.fillna(v1) + v1.fillna(v0)) / 2.0
    table = pd.DataFrame(
        {
            "part": wide.index.str.removeprefix("part:"),
            "state": np.select([both, v0.isna()], ["in both", "came"], "left"),
            "then": v0,
            "now": v1,
            "by_figure": ((w0 + w1) / 2.0 * (v1 - v0)).where(both, 0.0),
            "by_weight": (usual - middle) * (w1 - w0),
        }
    ).assign(contribution=lambda one: one["by_figure"] + one["by_weight"])
    table = table[(v0.notna() | v1.notna()) & (w0 + w1 > 0)]
    size = -table["contribution"].abs().round(12)
    order = table.assign(_size=size).sort_values(["_size", "part"], kind="stable").index
    ordered: pd.DataFrame = table.loc[order].reset_index(drop=True)
    return ordered
