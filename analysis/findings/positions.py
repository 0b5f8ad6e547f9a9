"""Findings from series and judgements: dependence, asymmetry, what assessors hold, how forecasts fared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.display import Finding
from analysis.findings.basis import acts_of, composite_of, finding, keys
from analysis.wording import count, day_text, interval, signed

if TYPE_CHECKING:
    from analysis.relationship import Relationship


def dependence(rel: Relationship, composite: pd.DataFrame) -> Finding:
    """Say where the composite of dependence stands, against five years before, with the coded events beside it."""
    whole = composite_of(composite)
    name, other = rel.side_a.name, rel.side_b.name
    if len(whole) < 2:
        return Finding(f"The record holds too few series to follow {name}'s dependence on {other}.")
    last, before = whole.iloc[-1], whole.iloc[-6:-1]
    base, lowest = before.iloc[0], before.iloc[int(before["value"].argmin())]
    year, since = int(last["date"].year), int(lowest["date"].year)
    rose, fell = last["low"] > base["high"], last["high"] < base["low"]
    verb = "rose to" if rose else "fell to" if fell else "shows no clear change at"
    acts = acts_of(rel)
    shifts = acts.loc[acts["end"].dt.year > since, "dependence"]
    text = (
        f"{name}'s dependence on {other} {verb} {last['value']:.2f} in {year} from {base['value']:.2f} in "
        f"{base['date'].year}, {_rank(whole, last)} (0 to 1 on the scale of its own history; {last['low']:.2f} to "
        f"{last['high']:.2f} when one series is left out). Since its low of {lowest['value']:.2f} in {since}, "
        f"{count(int((shifts > 0).sum()), 'coded event')} point to more dependence and "
        f"{int((shifts < 0).sum())} to less."
    )
    return finding(rel, text, _observations(rel, composite, year), most=2)


def asymmetry(rel: Relationship, shares: pd.DataFrame) -> Finding:
    """Say how unequal the two sides' trade with each other is, in the last year for which both are known."""
    ratio = shares[(shares["measure"] == "asymmetry") & shares["value"].notna()]
    if ratio.empty:
        return Finding("No year has both sides' share of trade, so the asymmetry cannot be given.")
    last = ratio.iloc[-1]
    same = (shares["measure"] == "share") & (shares["date"] == last["date"])
    of = shares[same].set_index("of")["value"]
    a, b = rel.side_a, rel.side_b
    text = (
        f"In {'part of ' if last['part_year'] else ''}{last['date'].year} {b.name} took {of[a.id]:.0f} % of {a.name}'s "
        f"trade and {a.name} {of[b.id]:.0f} % of {b.name}'s: {last['value']:.0f} times as much ({last['definition']})."
    )
    series = rel.indicators["indicator"].str.contains("trade_share")
    rows = rel.indicators[series & (rel.indicators["start"].dt.year == last["date"].year)]
    return finding(rel, text, [f"indicator:{row.indicator}@{row.period}" for row in rows.itertuples()])


def assessors(rel: Relationship, window: str = "365D") -> Finding:
    """Say what assessors held in the time up to the cut-off: the middle view on subordination and on tension."""
    from analysis.measures.positions import position_trend

    recent = rel.assessments[rel.assessments["start"] > rel.cutoff - pd.Timedelta(window)]
    scored = recent[recent["subordination"].notna()]
    span = f"In the {pd.Timedelta(window).days} days to {day_text(rel.cutoff)}"
    if scored.empty:
        return Finding(f"{span} no assessment of {rel.side_a.name}'s subordination is recorded.")
    subject = position_trend(recent, scale="subordination", window=window, end=rel.cutoff).iloc[-1]
    tone = position_trend(recent, scale="tension", window=window, end=rel.cutoff)
    see, apart = int((scored["subordination"] > 0).sum()), int((scored["subordination"] < 0).sum())
    text = (
        f"{span} {see} of {count(len(scored), 'assessment')} ({count(int(subject['voices']), 'organisation')}) see "
        f"{rel.side_a.name} as subordinate to {rel.side_b.name}, {apart} as autonomous; the middle view is "
        f"{signed(subject['value'], 1)} on a scale from −2 to +2{interval(subject, 1)}."
    )
    if len(tone) and tone["value"].iloc[-1] == tone["value"].iloc[-1]:
        text += f" On tension the middle view is {signed(tone['value'].iloc[-1], 1)}{interval(tone.iloc[-1], 1)}."
    order = scored.sort_values(["subordination", "end", "assessment_id"], ascending=[False, False, True])
    return finding(rel, text, keys("assessments", order["assessment_id"]), most=3)


def forecasts(rel: Relationship) -> Finding:
    """Say how past forecasts fared against always naming the base rate, and how many are open."""
    from analysis.measures.forecasts import brier, open_forecasts
    from analysis.measures.skill import skill

    waiting = len(open_forecasts(rel.forecasts, on=rel.cutoff))
    tail = f" {count(waiting, 'forecast')} {'is' if waiting == 1 else 'are'} open." if waiting else ""
    overall = brier(rel.forecasts).iloc[0] if len(rel.forecasts) else None
    if overall is None or overall["state"] != "scored":
        return Finding(f"Too few forecasts have been decided by {day_text(rel.cutoff)} to score them.{tail}")
    beat = skill(rel.forecasts).iloc[0]
    clear = beat["state"] == "scored" and not beat["low"] <= 0 <= beat["high"]
    verdict = f"{'better' if beat['value'] > 0 else 'worse'} than that" if clear else "no clear skill"
    text = (
        f"{int(overall['n'])} forecasts with a deadline that the author stated, decided by {day_text(rel.cutoff)}, "
        f"have a mean Brier score of "
        f"{overall['value']:.2f} (90 % interval {overall['low']:.2f} to {overall['high']:.2f}; 0 is perfect). Always "
        f"naming the base rate ({overall['base_rate']:.0%} came true) would have scored "
        f"{beat['reference_score']:.2f}: {verdict}."
    )
    decided = rel.forecasts[rel.forecasts["outcome"].isin(["true", "false"])]
    newest = decided.sort_values(["resolved_on", "forecast_id"], ascending=[False, True])
    return finding(rel, text + tail, keys("forecasts", newest["forecast_id"]), most=2)


def _observations(rel: Relationship, composite: pd.DataFrame, year: int) -> list[str]:
    own = composite["measure"].str.startswith("part:") & (composite["state"] == "observed")
    parts = composite[own & (composite["date"].dt.year == year)]
    names = parts.sort_values(["weight", "measure"], ascending=[False, True])["measure"].str.removeprefix("part:")
    found = rel.indicators[(rel.indicators["start"].dt.year == year) & rel.indicators["value"].notna()]
    periods = found.drop_duplicates("indicator").set_index("indicator")["period"]
    return [f"indicator:{name}@{periods[name]}" for name in names if name in periods.index]


def _rank(whole: pd.DataFrame, last: pd.Series) -> str:
    above = int((whole["value"] > last["value"]).sum())
    if above == 0:
        return f"the highest of the {len(whole)} years that can be compared"
    return f"with {count(above, 'higher year')} among the {len(whole)} that can be compared"
