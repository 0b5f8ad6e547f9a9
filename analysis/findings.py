"""Sentences computed from measures, each with the records and sources it rests on.

No number here is written by hand, and no sentence says more than its band allows: where the band of a change includes
zero the words are "no clear change". Words of probability are those of ICD 203, from the share of redrawn records in
which a thing holds. Confidence is a statement about the evidence, by the rule of `confidence`, and has a sentence of
its own. Nothing here says why anything happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import codebook
from analysis.citing import best_sources, links
from analysis.display import Finding, Findings
from analysis.wording import count, day_text, interval, signed

if TYPE_CHECKING:
    from analysis.relationship import Relationship

PRESSURE = -4.0  # Goldstein points: from refusals and threats downwards


def finding(rel: Relationship, text: str, records: list[str], *, most: int = 4) -> Finding:
    """Return a finding with the best source of each of its records, `most` of them."""
    keys = best_sources(rel, records, most=most)
    return Finding(text, keys, tuple(records), links(rel, keys))


def confidence(rel: Relationship, half_life: str = "180D") -> str:
    """Say how well the present reading of the event index is supported, and why.

    High: at least ten acts between the sides within the last half-life, four in five of them with two publishers or
    more. Low: fewer than three such acts. Moderate: anything between.
    """
    acts = _acts(rel)
    recent = acts[acts["end"] > rel.cutoff - pd.Timedelta(half_life)]
    backed = int((recent["publishers"] >= 2).sum())
    high = len(recent) >= 10 and backed >= 0.8 * len(recent)
    level = "low" if len(recent) < 3 else "high" if high else "moderate"
    days = pd.Timedelta(half_life).days
    return (
        f"Confidence in this reading is {level}: {count(len(recent), 'act')} in the last {days} days, "
        f"{backed} with two publishers or more."
    )


def tension_level(rel: Relationship, share: pd.DataFrame, half_life: str = "180D") -> Finding:
    """Say where the tension share stands, against its long-run level and its peak in the period shown.

    Parameters
    ----------
    rel : Relationship
        The record.
    share : DataFrame
        What `analysis.tension` returned for the period shown.
    half_life : str
        As given to it.
    """
    series = _share_of(share)
    if series.empty:
        return Finding(f"No act between {rel.side_a.name} and {rel.side_b.name} is recorded.")
    last, peak = series.iloc[-1], series.iloc[int(series["value"].argmax())]
    usual = long_run(rel)
    band = f" (90 % band {last['low']:.2f} to {last['high']:.2f})" if last["low"] == last["low"] else ""
    text = (
        f"The tension share stood at {last['value']:.2f}{band} on {day_text(last['date'])}, "
        f"{_against(last, usual)} the record's long-run level of {usual:.2f}; its highest point since "
        f"{day_text(series['date'].iloc[0])} was {peak['value']:.2f} on {day_text(peak['date'])}."
    )
    return finding(rel, f"{text} {confidence(rel, half_life)}", _heaviest(rel, half_life), most=2)


def tension_change(rel: Relationship, then: str | pd.Timestamp, half_life: str = "180D") -> Finding:
    """Say whether tension is higher or lower than on an earlier day, and how likely that is."""
    from analysis.measures.comparison import difference

    row = difference(rel.events, then, rel.cutoff, half_life=half_life).iloc[0]
    fell = row["value"] < 0
    chance = 1 - row["probability_higher"] if fell else row["probability_higher"]
    band = f"{signed(row['value'])}, 90 % band {signed(row['low'])} to {signed(row['high'])}"
    days = f"between {day_text(row['then_date'])} and {day_text(row['now_date'])}"
    clear = not row["low"] <= 0 <= row["high"]
    text = f"Tension {'fell' if fell else 'rose'} {days} ({band})."
    text = text if clear else f"There is no clear change in tension {days} ({band})."
    word = codebook.likelihood_word(chance)
    if word != "roughly even":
        text += f" It is {word} that it is {'lower' if fell else 'higher'} now ({chance:.0%} of redrawn records)."
    return finding(rel, text, _heaviest(rel, half_life), most=2)


def quarrels(rel: Relationship, start: str | pd.Timestamp | None = None) -> Finding:
    """Say how often one side put pressure on the other, and name heavy acts from the whole time."""
    acts = _acts(rel)
    acts = acts if start is None else acts[acts["end"] >= pd.Timestamp(start)]
    heavy = acts[acts["goldstein"] <= PRESSURE].sort_values(["goldstein", "start", "event_id"])
    if heavy.empty:
        return Finding("No act of pressure is recorded in the period shown.")
    first, years = int(acts["start"].dt.year.min()), heavy["end"].dt.year.nunique()
    worst = heavy.head(max(4, len(heavy) // 5)).sort_values(["start", "event_id"])
    shown = worst.iloc[sorted({round(step * (len(worst) - 1) / 3) for step in range(4)})]
    listed = "; ".join(f"{row.title} ({row.start:%B %Y})" for row in shown.itertuples())
    text = (
        f"Quarrels recur: {count(len(heavy), 'act')} of pressure (Goldstein {signed(PRESSURE, 0)} or lower) in {years} "
        f"of the {rel.cutoff.year - first + 1} years {first}-{rel.cutoff.year}. Among the heaviest: {listed}."
    )
    return finding(rel, text, _keys("events", shown["event_id"]))


def words_and_deeds(rel: Relationship, gap: pd.DataFrame) -> Finding:
    """Say whether words are warmer or colder than deeds, over the record and now.

    Parameters
    ----------
    rel : Relationship
        The record.
    gap : DataFrame
        What `analysis.conduct` returned.
    """
    known = gap[gap["value"].notna()]
    if not (known["measure"] == "gap").any():
        return Finding("Words and deeds cannot be compared: one of the two is not in the record.")
    verbal, material, now = (known[known["measure"] == name].iloc[-1] for name in ("verbal", "material", "gap"))
    warmer = "warmer" if verbal["usual"] < material["usual"] else "colder"
    clear = not now["low"] <= 0 <= now["high"]
    state = f"words are {'colder' if now['value'] > 0 else 'warmer'} than deeds" if clear else "no clear difference"
    text = (
        f"Words have been {warmer} than deeds: over the whole record the share of conflict is {verbal['usual']:.2f} in "
        f"words and {material['usual']:.2f} in deeds. On {day_text(now['date'])} words stood at {verbal['value']:.2f} "
        f"and deeds at {material['value']:.2f}: {state} (gap {signed(now['value'])}, 90 % band {signed(now['low'])} to "
        f"{signed(now['high'])})."
    )
    acts = _acts(rel)
    telling = acts[acts["quad_class"].isin(["material_conflict", "verbal_cooperation"])].sort_values(
        ["end", "event_id"]
    )
    return finding(rel, text, _keys("events", telling.groupby("quad_class").tail(1)["event_id"]))


def dependence(rel: Relationship, composite: pd.DataFrame) -> Finding:
    """Say where the composite of dependence stands, against five years before, with the coded events beside it."""
    whole = _composite_of(composite)
    name, other = rel.side_a.name, rel.side_b.name
    if len(whole) < 2:
        return Finding(f"The record holds too few series to follow {name}'s dependence on {other}.")
    last, before = whole.iloc[-1], whole.iloc[-6:-1]
    base, lowest = before.iloc[0], before.iloc[int(before["value"].argmin())]
    year, since = int(last["date"].year), int(lowest["date"].year)
    rose, fell = last["low"] > base["high"], last["high"] < base["low"]
    verb = "rose to" if rose else "fell to" if fell else "shows no clear change at"
    acts = _acts(rel)
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
    return finding(rel, text, _keys("assessments", order["assessment_id"]), most=3)


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
        f"{int(overall['n'])} forecasts decided by {day_text(rel.cutoff)} have a mean Brier score of "
        f"{overall['value']:.2f} (90 % interval {overall['low']:.2f} to {overall['high']:.2f}; 0 is perfect). Always "
        f"naming the base rate ({overall['base_rate']:.0%} came true) would have scored "
        f"{beat['reference_score']:.2f}: {verdict}."
    )
    decided = rel.forecasts[rel.forecasts["outcome"].isin(["true", "false"])]
    newest = decided.sort_values(["resolved_on", "forecast_id"], ascending=[False, True])
    return finding(rel, text + tail, _keys("forecasts", newest["forecast_id"]), most=2)


def bottom_line(
    rel: Relationship,
    share: pd.DataFrame,
    gap: pd.DataFrame,
    composite: pd.DataFrame,
    *,
    then: str | pd.Timestamp | None = None,
    half_life: str = "180D",
) -> Findings:
    """Return the key judgements: tension, its change since `then`, words and deeds, dependence, what assessors hold."""
    acts = _acts(rel)
    level = tension_level(rel, share, half_life)
    if acts.empty:
        return Findings((level,))
    earlier = pd.Timestamp(then) if then else rel.cutoff - pd.DateOffset(years=1)
    covered = acts["start"].min() < earlier < rel.cutoff
    change = (tension_change(rel, earlier, half_life),) if covered else ()
    return Findings((level, *change, words_and_deeds(rel, gap), dependence(rel, composite), assessors(rel)))


def title(rel: Relationship, share: pd.DataFrame, composite: pd.DataFrame) -> str:
    """Return a document's title: tension against its long-run level, and where dependence stands."""
    series = _share_of(share)
    if series.empty:
        return f"{rel.title}: nothing recorded"
    last, usual = series.iloc[-1], long_run(rel)
    tension = f"Tension {_against(last, usual)} its long-run level ({last['value']:.2f} against {usual:.2f})"
    whole = _composite_of(composite)
    if len(whole) < 5:
        return tension
    now, first = whole.iloc[-1], int(whole["date"].iloc[0].year)
    highest = now["value"] >= whole["value"].max()
    place = f"at its highest since {first}" if highest else f"at {now['value']:.2f} in {now['date'].year}"
    return f"{tension}; {rel.side_a.name}'s dependence {place}"


def key_figures(share: pd.DataFrame, composite: pd.DataFrame) -> dict[str, float]:
    """Return the last tension share and the last value of the dependence composite, where there are any."""
    series = {"tension_share": _share_of(share), "dependence": _composite_of(composite)}
    return {name: round(float(rows["value"].iloc[-1]), 3) for name, rows in series.items() if len(rows)}


def long_run(rel: Relationship) -> float:
    """Return the record's long-run tension share: the part of conflict in all that the acts between its sides weigh."""
    scores = rel.events.loc[rel.events["dyad"], "goldstein"]
    total = float(scores.abs().sum())
    return float(scores.clip(upper=0).abs().sum()) / total if total else float("nan")


def _acts(rel: Relationship) -> pd.DataFrame:
    return rel.events[rel.events["dyad"] & (rel.events["end"] <= rel.cutoff)]


def _share_of(share: pd.DataFrame) -> pd.DataFrame:
    return share[(share["measure"] == "tension_share") & share["value"].notna()]


def _composite_of(composite: pd.DataFrame) -> pd.DataFrame:
    return composite[(composite["measure"] == "composite") & composite["value"].notna()]


def _keys(table: str, ids: pd.Series) -> list[str]:
    return [f"{table}:{key}" for key in ids]


def _heaviest(rel: Relationship, half_life: str, top: int = 3) -> list[str]:
    from analysis.measures.explain import explain

    rows = explain(rel.events, rel.cutoff, half_life=half_life, top=top)
    return _keys("events", rows.loc[rows["kind"] == "event", "event_id"])


def _observations(rel: Relationship, composite: pd.DataFrame, year: int) -> list[str]:
    own = composite["measure"].str.startswith("part:") & (composite["state"] == "observed")
    parts = composite[own & (composite["date"].dt.year == year)]
    names = parts.sort_values(["weight", "measure"], ascending=[False, True])["measure"].str.removeprefix("part:")
    found = rel.indicators[(rel.indicators["start"].dt.year == year) & rel.indicators["value"].notna()]
    periods = found.drop_duplicates("indicator").set_index("indicator")["period"]
    return [f"indicator:{name}@{periods[name]}" for name in names if name in periods.index]


def _against(last: pd.Series, usual: float) -> str:
    return "below" if last["high"] < usual else "above" if last["low"] > usual else "near"


def _rank(whole: pd.DataFrame, last: pd.Series) -> str:
    above = int((whole["value"] > last["value"]).sum())
    if above == 0:
        return f"the highest of the {len(whole)} years that can be compared"
    return f"with {count(above, 'higher year')} among the {len(whole)} that can be compared"
