"""Do measures that rest on different evidence agree, and how good were the forecasts?

Figures against coded events, assessors against the event index, assessors against each other, recorded meetings
against counts that others made, forecasts against what came. Everything here is read off the measures as a user would
call them; only the comparisons are added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.measures._sampling import rank_correlation
from analysis.measures.agreement import agreement, assessors_vs_events
from analysis.measures.calibration import murphy
from analysis.measures.composite import composite
from analysis.measures.event_dependence import dependence_check
from analysis.measures.forecasts import brier
from analysis.measures.meetings import PUBLISHED, meetings_per_year
from analysis.measures.positions import SCALES
from analysis.measures.reliability import confusion, reliability
from analysis.measures.skill import skill
from analysis.measures.tension import tension
from analysis.record.dates import midpoint

from .record import months

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

LAGS = (-180, -90, 0, 30, 90, 180)


def composite_choices(rel: Relationship) -> pd.DataFrame:
    """Compare the composite with what other choices would have given.

    Returns
    -------
    DataFrame
        One row a choice: `choice`, `years` (that both have), `rank_correlation`, `largest` (difference, other less
        ours), `year` of it.
    """
    ours = _composite(rel)
    domains = sorted({name.partition(":")[2] for name in _measures(rel) if name.startswith("domain:")})
    options: dict[str, dict[str, Any]] = {
        "range instead of ranks": {"scale": "range"},
        "nothing carried on": {"carry": 0},
        "carried on for 5 years": {"carry": 5},
        **{f"without {domain}": {"weights": {domain: 0.0}} for domain in domains},
    }
    rows = []
    for name, given in options.items():
        both = pd.concat({"ours": ours, "other": _composite(rel, **given)}, axis=1).dropna()
        apart = both["other"] - both["ours"]
        year = apart.abs().idxmax() if len(both) else None
        rho = rank_correlation(both["ours"].to_numpy(), both["other"].to_numpy())
        rows.append((name, len(both), rho, float(apart.get(year, float("nan"))), "" if year is None else str(year)))
    return pd.DataFrame(rows, columns=["choice", "years", "rank_correlation", "largest", "year"])


def _composite(rel: Relationship, **options: Any) -> pd.Series:
    frame = composite(rel.indicators, of=rel.side_a.id, **options)
    whole = frame[(frame["measure"] == "composite") & frame["value"].notna()]
    return whole.set_index(whole["date"].dt.year)["value"]


def _measures(rel: Relationship) -> list[str]:
    return list(composite(rel.indicators, of=rel.side_a.id)["measure"].unique())


def figures_and_events(rel: Relationship) -> pd.DataFrame:
    """Return `dependence_check` of the shipped record: composite against event-coded dependence."""
    return dependence_check(composite(rel.indicators, of=rel.side_a.id), rel.events)


def assessors_and_index(rel: Relationship) -> pd.DataFrame:
    """Return `assessors_vs_events` of the shipped record at several lags, the index by weeks without a band."""
    index = tension(rel.events, end=rel.cutoff, band=None)
    return assessors_vs_events(rel.assessments, index, lags=LAGS)


def agreements(rel: Relationship) -> pd.DataFrame:
    """Return `agreement` of the shipped record, all subjects together, on both scales."""
    return pd.concat([agreement(rel.assessments, scale=scale).head(1) for scale in SCALES], ignore_index=True)


def meetings(rel: Relationship) -> pd.DataFrame:
    """Set the recorded meetings of the two leaders beside the counts that others published.

    Returns
    -------
    DataFrame
        One row a published count: `period`, `published`, `recorded` (meetings whose middle day lies in the period).
    """
    counts = rel.indicators[(rel.indicators["indicator"] == PUBLISHED) & rel.indicators["value"].notna()]
    day, rows = midpoint(rel.events["start"], rel.events["end"]), []
    for row in counts.itertuples():
        inside = rel.events[(day >= row.start) & (day <= row.end)]
        found = meetings_per_year(inside, rel.leaders, actors=rel.actors)["recorded"].sum()
        rows.append((row.period, row.value, found))
    return pd.DataFrame(rows, columns=["period", "published", "recorded"])


def forecast_scores(rel: Relationship) -> pd.DataFrame:
    """Return the Brier score with its range, and skill, by basis of the deadline.

    Returns
    -------
    DataFrame
        One row a basis: the columns of `brier` and `skill` (against even odds), `skill_low`, `skill_high`.
    """
    even = skill(rel.forecasts).query("reference == 'even odds'").set_index("deadline_basis")
    even = even[["value", "low", "high"]].set_axis(["skill", "skill_low", "skill_high"], axis=1)
    return brier(rel.forecasts).join(even, on="deadline_basis")


def forecast_parts(rel: Relationship) -> pd.DataFrame:
    """Return `murphy` of the shipped record, all scored forecasts, plain and corrected side by side.

    Returns
    -------
    DataFrame
        One row a part: `measure`, `plain`, `corrected`, `low`, `high` (of the corrected), `n`, `bins`, `single_bins`.
    """
    frame = murphy(rel.forecasts)
    frame = frame[frame["deadline_basis"] == "all"].set_index("measure")
    plain, corrected = (frame[frame["form"] == form] for form in ("plain", "corrected"))
    kept = corrected[["value", "low", "high", "n", "bins", "single_bins"]].rename(columns={"value": "corrected"})
    return pd.concat([plain["value"].rename("plain"), kept], axis=1).reset_index()


def coding_errors(rel: Relationship) -> pd.DataFrame:
    """Set the pairs of coders beside each other, and the band of the monthly share drawn with each pair's confusion.

    Returns
    -------
    DataFrame
        One row a pair, that which the draws use first, and the assumed rate last: `pair`, `acts`, alphas of `goldstein`,
        `root` and `sign`, `turned`, `moved` (parts of acts whose sign, score differs), `width` (mean over the months),
        `now` (band on the last day, in words).
    """
    alphas = reliability(rel, draws=20)
    alphas = alphas[alphas["table"] == "events"].set_index(["pair", "column"])
    used = confusion(rel)["between"].iloc[0]
    pairs = sorted(alphas.index.get_level_values("pair").unique(), key=lambda pair: (pair != used, pair))
    rows = []
    for pair in pairs:
        one, other = pair.split("-")
        row = {name: alphas.loc[(pair, name), "value"] for name in ("goldstein", "root", "sign")}
        row |= {"turned": 1 - alphas.loc[(pair, "sign"), "same"], "moved": 1 - alphas.loc[(pair, "goldstein"), "same"]}
        row |= {"pair": pair, "acts": alphas.loc[(pair, "sign"), "units"]}
        rows.append(row | _widths(rel, coding_error=confusion(rel, pair=(one, other))))
    return pd.DataFrame([*rows, {"pair": "assumed: one in five a step off"} | _widths(rel)])


def _widths(rel: Relationship, **options: Any) -> dict[str, object]:
    band = months(rel, **options)
    low, high = band.iloc[-1][["low", "high"]]
    return {"width": float((band["high"] - band["low"]).mean()), "now": f"{low:.2f} to {high:.2f}"}
