"""One side's share of a flow beside the other side's share of it.

Dependence is unequal when the same flow is much of one side's total and little of the other's (Hirschman). Two
definitions are in use and can point in opposite directions, since a share of trade falls where a country is open and a
share of GDP rises: the definition is therefore a column of the result.

Nothing here knows a country. The parts are found by the names of indicators, built from the two actor ids in lower
case: `{a}_trade_share_{b}` is a's share of trade with b; `{a}_gdp` and `trade_turnover` in one unit give trade over
GDP. The catalogue cannot do it alone: export, import and trade shares have domain, unit, side and direction in common,
so a naming rule is the least that works.

References
----------
Hirschman (1945), National Power and the Structure of Foreign Trade. Gartzke, Li (2003), Journal of Peace Research
40(5), on shares of trade against shares of GDP.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures.indicators import yearly
from analysis.measures.options import check_option
from analysis.record.dates import midpoint, year_days

OWN_TRADE: Final = "trade over own trade"
OWN_GDP: Final = "trade over own GDP"
_VALUES, _DAYS = ["value", "low", "high"], ["start", "end"]
_MARKS = ["part_year", "estimate", "withheld", "year_withheld"]
Definition = Literal["trade over own trade", "trade over own GDP"]


def asymmetry(
    indicators: pd.DataFrame,
    side_a: str,
    side_b: str,
    definition: Definition = OWN_TRADE,
    *,
    flow: str = "trade",
) -> pd.DataFrame:
    """Set A's share of a flow with B beside B's share of it with A, by year.

    Parameters
    ----------
    indicators : DataFrame
        Needs `indicator`, `start`, `end`, `value`, `basis`.
    side_a, side_b : str
        Actor ids.
    definition : {"trade over own trade", "trade over own GDP"}
        With the first the shares are the indicators `{a}_{flow}_share_{b}` and `{b}_{flow}_share_{a}` (percent). With
        the second they are 100 times `trade_turnover` over `{a}_gdp` and over `{b}_gdp`. The turnover cancels in their
        ratio, which is B's GDP over A's: where the two GDP series are not in the record the ratio alone is taken from
        `gdp_ratio_{b}_to_{a}`, and the shares stay out.
    flow : str
        trade, export or import, for the first definition.

    Returns
    -------
    DataFrame
        `date` (middle of the year), `start`, `end` (the days that the figure covers: less than the year where only a
        part of it is known), `measure`: "share" (percent, 0-100) or "asymmetry" (A's share divided by B's; above 1: A
        depends more on B than B on A), `value`, `low`, `high` (missing where the record gives no range; the ratio's
        range divides the ends crosswise), `of` (actor whose share, "A/B" for the ratio), `unit`, `definition`,
        `state`: observed, withheld or missing; `part_year`, `estimate` (bool), `year_withheld` (bool: the year's own
        figure is withheld, also where a part of it is known). Years in which one share is known have a row for each
        share and no ratio: a ratio needs both, and B's share must not be 0.

    Raises
    ------
    OptionError
        If the definition or flow is not one of those named, or both sides are the same.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> shares = an.asymmetry(rel.indicators, rel.side_a.id, rel.side_b.id)
    >>> sorted(shares["measure"].unique())
    ['asymmetry', 'share']
    """
    check_option("asymmetry", "definition", definition, [OWN_TRADE, OWN_GDP])
    check_option("asymmetry", "flow", flow, ["trade", "export", "import"])
    if side_a == side_b:
        raise OptionError("asymmetry", "side_b", f"another actor than {side_a}", side_b)
    years = yearly(indicators)
    a, b = side_a.lower(), side_b.lower()
    if definition == OWN_TRADE:
        left, right = _of(years, f"{a}_{flow}_share_{b}"), _of(years, f"{b}_{flow}_share_{a}")
        wording = OWN_TRADE if flow == "trade" else f"{flow}s over own {flow}s"
    else:
        left, right = _over_gdp(years, a), _over_gdp(years, b)
        wording = OWN_GDP
    ratio = _ratio(left, right)
    if definition == OWN_GDP and ratio.empty:
        ratio = _of(years, f"gdp_ratio_{b}_to_{a}")
    every = left.index.union(right.index)
    parts = [
        _rows(left.reindex(every), "share", side_a, "percent"),
        _rows(right.reindex(every), "share", side_b, "percent"),
        _rows(ratio, "asymmetry", f"{side_a}/{side_b}", "ratio"),
    ]
    table = pd.concat(parts, ignore_index=True).assign(definition=wording)
    return table.sort_values(["measure", "of", "date"], kind="stable").reset_index(drop=True)


def _of(years: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return years[years["indicator"] == indicator].set_index("year")[[*_VALUES, *_DAYS, *_MARKS]]


def _over_gdp(years: pd.DataFrame, actor: str) -> pd.DataFrame:
    trade, gdp = _of(years, "trade_turnover"), _of(years, f"{actor}_gdp")
    both = trade.index.intersection(gdp.index)
    trade, gdp = trade.loc[both], gdp.loc[both]
    share = trade.assign(value=100 * trade["value"] / gdp["value"])
    share["low"], share["high"] = 100 * trade["low"] / gdp["value"], 100 * trade["high"] / gdp["value"]
    return _joined(share, trade, gdp)


def _joined(values: pd.DataFrame, one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Give figures made of two the days and the marks of both: the days that either covers, a mark that either has."""
    days = {"start": np.maximum(one["start"], other["start"]), "end": np.minimum(one["end"], other["end"])}
    marks = {name: one[name].astype(bool) | other[name].astype(bool) for name in _MARKS}
    return values[_VALUES].assign(**days, **marks)


def _ratio(left: pd.DataFrame, right: pd.DataFrame) -> pd.DataFrame:
    """Divide where both are known; a side without a range enters its value, and a ratio of two bare values has no
    range."""
    both = left.index.intersection(right.index)
    a, b = left.loc[both], right.loc[both]
    known = a["value"].notna() & b["value"].gt(0)
    a, b = a[known], b[known]
    ranged = a[["low", "high"]].notna().any(axis=1) | b[["low", "high"]].notna().any(axis=1)
    ends = {
        "low": a["low"].fillna(a["value"]) / b["high"].fillna(b["value"]),
        "high": a["high"].fillna(a["value"]) / b["low"].fillna(b["value"]).where(lambda low: low > 0),
    }
    out = pd.DataFrame(
        {"value": a["value"] / b["value"], **{end: series.where(ranged) for end, series in ends.items()}}
    )
    return _joined(out, a, b).assign(withheld=False)


def _rows(part: pd.DataFrame, measure: str, of: str, unit: str) -> pd.DataFrame:
    start, end = year_days(part.index.to_series().astype("int64"))
    middle = midpoint(start, end)
    known = part["value"].notna()
    withheld = part["withheld"].eq(True)
    return pd.DataFrame(
        {
            "date": middle,
            "start": part["start"].where(known, start),
            "end": part["end"].where(known, end),
            "measure": measure,
            "value": part["value"].astype("float64"),
            "low": part["low"].astype("float64"),
            "high": part["high"].astype("float64"),
            "of": of,
            "unit": unit,
            "state": np.select([withheld, part["value"].isna()], ["withheld", "missing"], "observed"),
            **{name: part[name].eq(True) for name in ("part_year", "estimate", "year_withheld")},
        }
    ).reset_index(drop=True)
