"""How far do the shipped record's numbers hang on choices that could have been made otherwise?

Every function measures the record twice: as a user gets it, and with one choice changed. Shares are compared at the
ends of months, from the first act to the cut-off: their rank correlation (Spearman) says whether the course is the
same, the largest difference where it is not. Neighbouring months share most of their acts, so a rank correlation here
describes and does not test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.findings.wording import signed
from analysis.measures._sampling import rank_correlation
from analysis.measures.tension import sensitivity, tension
from analysis.measures.turning_points import turning_points
from analysis.record import places
from analysis.record.codebook import SCHEME

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

HALF_LIVES = ("60D", "90D", "180D", "365D")
ERRORS = ("events", "dates", "coding")
_COARSE = pd.Timedelta(days=30)


def months(rel: Relationship, **options: Any) -> pd.DataFrame:
    """Return the tension share at the ends of months: `value`, `low`, `high` by date, where the record covers them."""
    acts = rel.events[rel.events["dyad"]]
    options = {"start": acts["start"].min(), "end": rel.cutoff, **options}
    frame = tension(options.pop("events", rel.events), freq="M", **options)
    return frame[frame["measure"] == "tension_share"].set_index("date")[["value", "low", "high"]].dropna(how="all")


def half_lives(rel: Relationship) -> pd.DataFrame:
    """Correlate the monthly shares of every half-life with those of every other.

    Returns
    -------
    DataFrame
        One row and one column a half-life: Spearman's rho.
    """
    acts = rel.events[rel.events["dyad"]]
    frame = sensitivity(rel.events, HALF_LIVES, freq="M", start=acts["start"].min(), end=rel.cutoff)
    wide = frame[frame["measure"] == "tension_share"].pivot(index="date", columns="half_life", values="value").dropna()
    wide = wide[list(HALF_LIVES)]
    return wide.apply(lambda one: wide.apply(lambda other: rank_correlation(one.to_numpy(), other.to_numpy())))


def choices(rel: Relationship) -> pd.DataFrame:
    """Compare the monthly share with what other choices would have given.

    Returns
    -------
    DataFrame
        One row a choice: `kind` (half-life, shrinkage, scores, acts), `choice`, `changed` (acts whose score differs, or
        that are left out or entered twice), `unscored` (acts to which another table gives no score; ours then stands),
        `rank_correlation`, `largest` (difference, other less ours), `month` of it, `outside` (months in which the other
        lies outside our 90% band), `months` (compared).
    """
    base = months(rel)
    rows = [
        {"kind": kind, "choice": name, "changed": changed, "unscored": unscored, **_against(base, months(rel, **given))}
        for kind, name, changed, unscored, given in [*_parameters(), *_scores(rel), *_acts(rel)]
    ]
    return pd.DataFrame(rows)


def _against(base: pd.DataFrame, other: pd.DataFrame) -> dict[str, object]:
    both = base.join(other["value"].rename("other"), how="inner").dropna(subset=["value", "other"])
    apart = both["other"] - both["value"]
    month = pd.Timestamp(apart.abs().idxmax())  # type: ignore[arg-type]
    return {
        "rank_correlation": rank_correlation(both["value"].to_numpy(), both["other"].to_numpy()),
        "largest": float(apart[month]),
        "month": f"{month:%Y-%m}",
        "outside": int(((both["other"] < both["low"]) | (both["other"] > both["high"])).sum()),
        "months": len(both),
    }


def _parameters() -> list[tuple[str, str, int, int, dict[str, Any]]]:
    fades = [("half-life", f"{one[:-1]} days", 0, 0, {"half_life": one, "band": None}) for one in HALF_LIVES]
    pulls = [("shrinkage", f"k = {k:g}", 0, 0, {"shrinkage": k, "band": None}) for k in (0.0, 5.0, 20.0)]
    return [one for one in fades if one[1] != "180 days"] + pulls


def _scores(rel: Relationship) -> list[tuple[str, str, int, int, dict[str, Any]]]:
    """Score the acts by the other published tables, and by the sign alone."""
    acts = rel.events["dyad"]
    ours = rel.events["goldstein"]
    tables = pd.read_csv(places.codebook() / "cameo_variants.csv", dtype={"code": "str"}).set_index("code")
    size = float(ours[acts].abs().mean())
    other = {str(name): rel.events["cameo"].map(tables[name]) for name in tables if name != SCHEME}
    other["sign only"] = (ours > 0) * size - (ours < 0) * size
    rows = []
    for name, scores in other.items():
        filled = scores.fillna(ours).astype("float64")
        changed, unscored = int((filled != ours)[acts].sum()), int(scores.isna()[acts].sum())
        rows.append(("scores", name, changed, unscored, {"events": rel.events.assign(goldstein=filled), "band": None}))
    return rows


def _acts(rel: Relationship) -> list[tuple[str, str, int, int, dict[str, Any]]]:
    """Leave out kinds of acts, and enter those of the recent years twice."""
    events = rel.events
    length = events["end"] - events["start"]
    left_out = {
        "without acts of a single publisher or none": events["publishers"] <= 1,
        "without acts whose best source is graded D or worse": events["reliability"] >= "D",
        "without acts dated to more than 31 days": length > _COARSE,
        "without statements": events["form"] == "statement",
    }
    rows = [
        ("acts", name, int((gone & events["dyad"]).sum()), 0, {"events": events[~gone], "band": None})
        for name, gone in left_out.items()
    ]
    recent = events[events["start"] >= pd.Timestamp("2020-01-01")]
    twice = {"events": pd.concat([events, recent], ignore_index=True), "band": None}
    return [*rows, ("acts", "every act from 2020 on entered twice", int(recent["dyad"].sum()), 0, twice)]


def sources_of_error(rel: Relationship) -> pd.DataFrame:
    """Take the band apart: its mean width with one source of error at a time, and with all.

    Returns
    -------
    DataFrame
        One row a source: `source` ("events", "dates", "coding", "all"), `width` (mean over the months), `widest`,
        `month` (of the widest).
    """
    rows = []
    for name in (*ERRORS, "all"):
        band = months(rel, sources_of_error=None if name == "all" else (name,))
        width = band["high"] - band["low"]
        rows.append((name, float(width.mean()), float(width.max()), f"{width.idxmax():%Y-%m}"))
    return pd.DataFrame(rows, columns=["source", "width", "widest", "month"])


def turning_point_choices(rel: Relationship) -> pd.DataFrame:
    """Look for turning points with other periods and penalties.

    Returns
    -------
    DataFrame
        One row a choice: `choice`, `penalty`, `found` (number), `dates` (with the sign of the change).
    """
    usual = turning_points(rel.events, draws=20)
    options: dict[str, dict[str, Any]] = {
        "weeks, as by default": {},
        "months": {"freq": "M"},
        "quarters": {"freq": "Q"},
    }
    if len(usual):
        cost = float(usual["penalty"].iloc[0])
        options |= {
            f"weeks, {factor:g} times the penalty": {"penalty": factor * cost} for factor in (0.5, 0.75, 1.5, 2)
        }
    rows = []
    for name, given in options.items():
        frame = turning_points(rel.events, draws=20, **given)
        dates = [f"{row.date:%Y-%m} ({signed(row.value, 1)})" for row in frame.itertuples()]
        penalty = float(frame["penalty"].iloc[0]) if len(frame) else given.get("penalty", float("nan"))
        rows.append((name, penalty, len(frame), ", ".join(dates) or "none"))
    return pd.DataFrame(rows, columns=["choice", "penalty", "found", "dates"])
