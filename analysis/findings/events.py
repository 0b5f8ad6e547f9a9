"""Findings from the acts between the sides: tension, its change, quarrels, words and deeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis import codebook
from analysis.days import month_text
from analysis.display import Finding
from analysis.findings.basis import acts_of, finding, heaviest, keys, share_of
from analysis.wording import count, day_text, signed

if TYPE_CHECKING:
    from analysis.relationship import Relationship

PRESSURE = -4.0  # Goldstein points: from refusals and threats downwards


def confidence(rel: Relationship, half_life: str = "180D") -> str:
    """Say how well the present reading of the event index is supported, and why.

    High: at least ten acts between the sides within the last half-life, four in five of them with two publishers or
    more. Low: fewer than three such acts. Moderate: anything between.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> isinstance(an.findings.confidence(rel), str)
    True
    """
    acts = acts_of(rel)
    recent = acts[acts["end"] > rel.cutoff - pd.Timedelta(half_life)]
    backed = int((recent["publishers"] >= 2).sum())
    high = len(recent) >= 10 and backed >= 0.8 * len(recent)
    level = "low" if len(recent) < 3 else "high" if high else "moderate"
    days = pd.Timedelta(half_life).days
    return (
        f"Confidence in this reading is {level}: {count(len(recent), 'act')} in the last {days} days, "
        f"{backed} with two publishers or more."
    )


def long_run(rel: Relationship) -> float:
    """Return the record's long-run tension share: the part of conflict in all that the acts between its sides weigh.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> 0 < an.findings.long_run(rel) < 1
    True
    """
    scores = rel.events.loc[rel.events["dyad"], "goldstein"]
    total = float(scores.abs().sum())
    return float(scores.clip(upper=0).abs().sum()) / total if total else float("nan")


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

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> said = an.findings.tension_level(rel, share)
    >>> bool(said.sources)
    True
    """
    series = share_of(share)
    if series.empty:
        return Finding(f"No act between {rel.side_a.name} and {rel.side_b.name} is recorded.")
    last, peak = series.iloc[-1], series.iloc[int(series["value"].argmax())]
    usual = long_run(rel)
    band = f" (90 % band {last['low']:.2f} to {last['high']:.2f})" if last["low"] == last["low"] else ""
    text = (
        f"The tension share stood at {last['value']:.2f}{band} on {day_text(last['date'])}, "
        f"{against(last, usual)} the record's long-run level of {usual:.2f}; its highest point since "
        f"{day_text(series['date'].iloc[0])} was {peak['value']:.2f} on {day_text(peak['date'])}."
    )
    return finding(rel, f"{text} {confidence(rel, half_life)}", heaviest(rel, half_life), most=2)


def tension_change(rel: Relationship, then: str | pd.Timestamp, half_life: str = "180D") -> Finding:
    """Say whether tension is higher or lower than on an earlier day, and how likely that is.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> said = an.findings.tension_change(rel, "2022-04-06")
    >>> isinstance(said, an.Finding)
    True
    """
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
    return finding(rel, text, heaviest(rel, half_life), most=2)


def quarrels(rel: Relationship, start: str | pd.Timestamp | None = None) -> Finding:
    """Say how often one side put pressure on the other, and name heavy acts from the whole time.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> isinstance(an.findings.quarrels(rel), an.Finding)
    True
    """
    acts = acts_of(rel)
    acts = acts if start is None else acts[acts["end"] >= pd.Timestamp(start)]
    heavy = acts[acts["goldstein"] <= PRESSURE].sort_values(["goldstein", "start", "event_id"])
    if heavy.empty:
        return Finding("No act of pressure is recorded in the period shown.")
    first, years = int(acts["start"].dt.year.min()), heavy["end"].dt.year.nunique()
    worst = heavy.head(max(4, len(heavy) // 5)).sort_values(["start", "event_id"])
    shown = worst.iloc[sorted({round(step * (len(worst) - 1) / 3) for step in range(4)})]
    listed = "; ".join(
        f"{title} ({month_text(start)})" for title, start in zip(shown["title"], shown["start"], strict=True)
    )
    text = (
        f"Quarrels recur: {count(len(heavy), 'act')} of pressure (Goldstein {signed(PRESSURE, 0)} or lower) in {years} "
        f"of the {rel.cutoff.year - first + 1} years {first}-{rel.cutoff.year}. Among the heaviest: {listed}."
    )
    return finding(rel, text, keys("events", shown["event_id"]))


def words_and_deeds(rel: Relationship, gap: pd.DataFrame) -> Finding:
    """Say whether words are warmer or colder than deeds, over the record and now.

    Parameters
    ----------
    rel : Relationship
        The record.
    gap : DataFrame
        What `analysis.conduct` returned.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> gap = an.conduct(rel.events, start="2014-01-01", end=rel.cutoff, draws=50)
    >>> isinstance(an.findings.words_and_deeds(rel, gap), an.Finding)
    True
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
    acts = acts_of(rel)
    telling = acts[acts["quad_class"].isin(["material_conflict", "verbal_cooperation"])].sort_values(
        ["end", "event_id"]
    )
    return finding(rel, text, keys("events", telling.groupby("quad_class").tail(1)["event_id"]))


def against(last: pd.Series, usual: float) -> str:
    """Say on which side of the long-run level a share lies: near it where its band holds that level."""
    return "below" if last["high"] < usual else "above" if last["low"] > usual else "near"
