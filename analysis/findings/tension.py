"""Findings from the acts between the sides: how tense it is, how sure that is, what changed, how often they quarrel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from analysis.findings.basis import acts_of, finding, heaviest, keys, last_days, share_of, sides
from analysis.findings.display import Finding
from analysis.findings.happened import act
from analysis.findings.statement import Statement
from analysis.findings.wording import listed, percent, when
from analysis.measures.options import FEW_ACTS, half_life_days
from analysis.measures.peak import SURE
from analysis.measures.robustness import place
from analysis.measures.tension import long_run

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

SHARP = -4.0  # Goldstein points: from refusals and threats downwards
RECUR_ACTS, RECUR_YEARS = 5, 3  # sharp acts, in so many years, before quarrels are said to recur
NAMED = 4
MUCH = 0.2  # of the share, from which a clear change is a sharp one
HIGH_ACTS, HIGH_BACKED, HIGH_WIDTH = 10, 8, 0.2
LOW_ACTS, LOW_WIDTH = 3, 0.4
EVEN, SAID_UP_TO = "roughly even", 0.8


def confidence(rel: Relationship, share: pd.DataFrame, half_life: str = "180D") -> Statement:
    """Say how well the present reading of the tension share is supported, and why.

    The acts are those of the last half-life, and the width is that of the band on the last day. High: ten acts or more,
    eight of them with two publishers or more, and a band at most 0.20 wide. Low: fewer than three acts, or a band more
    than 0.40 wide. Moderate: anything between. Another act, or another publisher, never lowers the word.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2022-01-01", end=rel.cutoff, draws=50)
    >>> an.findings.confidence(rel, share).facts["days"]
    180
    """
    days = half_life_days(half_life, "confidence")
    recent = last_days(acts_of(rel), rel.cutoff, days)
    backed = int((recent["publishers"] >= 2).sum())
    last = share_of(share).iloc[-1]
    width = float(last["high"] - last["low"])
    high = len(recent) >= HIGH_ACTS and backed >= HIGH_BACKED and width <= HIGH_WIDTH
    low = len(recent) < LOW_ACTS or not width <= LOW_WIDTH
    level = "low" if low else "high" if high else "moderate"
    facts = {"level": level, "days": round(days), "n": len(recent), "backed": backed, "width": width}
    return Statement("tension.confidence", facts, keys("events", recent["event_id"]))


def told(rel: Relationship, half_life: str = "180D") -> str:
    """Say what can be told of the present: "level", or why not.

    Returns
    -------
    str
        "none" (no act is recorded), "few" (fewer than ten), "one_sided" (none of them of conflict, or none of
        cooperation), "memory" (none within the last half-life); else "level".
    """
    acts = acts_of(rel)
    if len(acts) < FEW_ACTS:
        return "few" if len(acts) else "none"
    if not (acts["goldstein"] < 0).any() or not (acts["goldstein"] > 0).any():
        return "one_sided"
    return "memory" if last_days(acts, rel.cutoff, half_life_days(half_life, "findings")).empty else "level"


def comparable(rel: Relationship, earlier: pd.Timestamp, half_life: str) -> bool:
    """Say whether the present has a level (see `told`) that can be set beside an earlier day with acts before it."""
    return told(rel, half_life) == "level" and bool(acts_of(rel)["end"].min() <= earlier < rel.cutoff)


def standing(rel: Relationship, share: pd.DataFrame, half_life: str = "180D") -> Statement:
    """Say where the tension share stands on the last day; where too little is recorded for that, how little."""
    acts, state = acts_of(rel), told(rel, half_life)
    facts = {**sides(rel), "n": len(acts), "n_acts": (len(acts), rel.acts_between), "day": rel.cutoff}
    if state == "none":
        return Statement("tension.none", facts)
    newest = acts.sort_values(["end", "start", "event_id"])
    facts |= {"title": newest["title"].iloc[-1], "when": when(newest.iloc[-1])}
    facts |= {"days": round(half_life_days(half_life, "tension_level"))}
    if state == "level":
        last, usual = share_of(share).iloc[-1], long_run(rel.events)
        facts |= {"value": last["value"], "band": (last["low"], last["high"]), "day": last["date"]}
        return Statement(
            "tension.level",
            facts | {"usual": usual, "place": place(last["value"], last["low"], last["high"], usual)},
            heaviest(rel, half_life),
        )
    conflict, cooperation = int((acts["goldstein"] < 0).sum()), int((acts["goldstein"] > 0).sum())
    facts |= {
        "conflict": conflict,
        "cooperation": cooperation,
        "missing": "conflict" if not conflict else "cooperation",
    }
    return Statement(f"tension.{state}", facts, keys("events", newest["event_id"].tail(NAMED)[::-1]))


def tension_level(
    rel: Relationship, share: pd.DataFrame, half_life: str = "180D", peak: pd.DataFrame | None = None
) -> Finding:
    """Say where the tension share stands, against its long-run level and its highest point in the period shown.

    Parameters
    ----------
    rel : Relationship
        The record.
    share : DataFrame
        What `analysis.tension` returned for the period shown.
    half_life : str
        As given to it.
    peak : DataFrame, optional
        What `analysis.peak` returned for the same period; without it nothing is said of a highest point.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> share = an.tension(rel.events, start="2022-01-01", end=rel.cutoff, draws=50)
    >>> an.findings.tension_level(rel, share).statements[0].key
    'tension.level'
    """
    level = standing(rel, share, half_life)
    if level.key != "tension.level":
        return finding(rel, [level], most=2)
    top = [] if peak is None or peak.empty else [highest(peak.iloc[0], level.facts["day"])]
    return finding(rel, [level, *top, confidence(rel, share, half_life)], most=2)


def highest(peak: pd.Series, day: pd.Timestamp) -> Statement:
    """Say when the share was highest; that no day can be named, where fewer than half of the redrawn records agree."""
    facts = {"since": peak["since"], "day": peak["date"], "value": peak["value"], "agreement": peak["agreement"]}
    records = (f"events:{peak['event_id']}",) if peak["event_id"] else ()
    if peak["agreement"] < SURE:
        return Statement("tension.no_peak", facts)
    return Statement("tension.peak_now" if peak["date"] == day else "tension.peak", facts, records)


def tension_change(rel: Relationship, then: str | pd.Timestamp, half_life: str = "180D") -> Finding:
    """Say whether tension is higher or lower than on an earlier day, and which act since then pushed it most.

    Both days are told by the record as it is known on the last day. Empty where nothing can be told of the present (see
    `told`), or nothing was recorded by the earlier day.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.tension_change(rel, "2022-04-06").statements[0].key
    'tension.unclear'
    """
    from analysis.measures.difference import WORD_BAND, difference
    from analysis.measures.explain import explain
    from analysis.measures.robustness import moved

    earlier = pd.Timestamp(then)
    if not comparable(rel, earlier, half_life):
        return Finding("")
    row = difference(rel.events, earlier, rel.cutoff, half_life=half_life, band=WORD_BAND).iloc[0]
    names = ("then", "now", "value", "low", "high")
    facts = {"since": earlier, "day": rel.cutoff, "usual": long_run(rel.events), **{name: row[name] for name in names}}
    clear = (word := moved(row)) != "no clear change"
    key = change_key(word, row["value"])
    acts = acts_of(rel)
    pushes = explain(rel.events, rel.cutoff, half_life=half_life).set_index("event_id")["contribution"]
    pushes = pushes[pushes.index.isin(acts.loc[acts["end"] > earlier, "event_id"])]
    if pushes.empty:
        return finding(rel, [Statement("tension.quiet", facts, heaviest(rel, half_life))], most=2)
    sizes = pushes.abs() if not clear else pushes * (1 if row["value"] > 0 else -1)
    most = acts[acts["event_id"] == sizes.idxmax()].iloc[0]
    facts |= {"push": act(rel, most), "event_id": most["event_id"]}
    return finding(rel, [Statement(f"tension.{key}", facts, keys("events", pd.Series([most["event_id"]])))], most=2)


def change_key(word: str, value: float) -> str:
    """Return which sentence tells a change: of a clear one its direction, and whether it is a sharp one."""
    way = {"higher": "rose", "lower": "fell"}.get(word, "")
    return f"{way}_much" if way and abs(value) >= MUCH else way or "unclear"


def tension_chance(rel: Relationship, then: str | pd.Timestamp, half_life: str = "180D") -> Finding:
    """Say how likely it is that acts are now more often, or less often, of conflict than on an earlier day.

    The one place where a word of probability is printed: by `propensity_change`, in the terms of ICD 203, and only
    where these came true as often as they say in simulated records (docs/methods.md): up to `SAID_UP_TO`, above which
    the number stands without a word. Empty at an even chance, where both days would be printed alike, and where nothing
    can be told of the present (see `told`).

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2020-09-30")
    >>> an.findings.tension_chance(rel, "2019-09-30").statements[0].facts["word"]
    'likely'
    """
    from analysis.measures.propensity import influence, propensity_change
    from analysis.record.codebook import likelihood_word

    earlier = pd.Timestamp(then)
    if not comparable(rel, earlier, half_life):
        return Finding("")
    row = propensity_change(rel.events, earlier, rel.cutoff).iloc[0]
    more = row["probability_higher"] > 0.5
    probability = max(row["probability_higher"], 1.0 - row["probability_higher"])
    word = likelihood_word(probability)
    # Of a skewed distribution the mean can rise while most of it falls: then one sentence cannot say both.
    unsaid = word == EVEN or (row["now"] > row["then"]) != more
    if unsaid or row["events"] < FEW_ACTS or percent(row["then"]) == percent(row["now"]):
        return Finding("")
    facts = {**sides(rel), "since": earlier, "word": word, "probability": probability, **row[["then", "now"]]}
    facts |= {"direction": "more" if more else "less"}
    acts = influence(rel.events, rel.cutoff)["event_id"].head(NAMED)
    key = "tension.chance" if probability <= SAID_UP_TO else "tension.chance_plain"
    return finding(rel, [Statement(key, facts, keys("events", acts))], most=2)


def other_choices(rel: Relationship, then: str | pd.Timestamp, half_life: str = "180D") -> Finding:
    """Say whether level and change are the same with other half-lives, by signs only, and without lone publishers.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.other_choices(rel, "2022-04-06").statements[0].key in ("tension.sturdy", "tension.hangs")
    True
    """
    from analysis.measures.robustness import robustness

    earlier = pd.Timestamp(then)
    if not comparable(rel, earlier, half_life):
        return Finding("")
    frame = robustness(rel.events, earlier, rel.cutoff, half_life=half_life)
    shown, others = frame.iloc[0], frame.iloc[1:]
    apart: dict[str, list[str]] = {}
    for choice, level, moved in zip(others["choice"], others["level"], others["moved"], strict=True):
        for word in _apart(level, moved, shown["level"], shown["moved"]):
            apart.setdefault(word, []).append(choice)
    lives = [choice.removesuffix(" days") for choice in others["choice"] if choice.endswith(" days")]
    rest = [choice for choice in others["choice"] if not choice.endswith(" days")]
    facts = {
        "choices": ", ".join([f"half-lives of {listed(lives)} days", *rest]),
        "apart": tuple(f"{word} with {listed(choices)}" for word, choices in apart.items()),
    }
    return finding(rel, [Statement("tension.hangs" if apart else "tension.sturdy", facts)])


def _apart(level: str, moved: str, usual_level: str, usual_moved: str) -> list[str]:
    if level == "too few acts":
        return [level]
    words = [f"{level} the long-run level"] if level != usual_level else []
    return words + ([moved if moved == "no clear change" else f"{moved} than then"] if moved != usual_moved else [])


def quarrels(rel: Relationship, start: str | pd.Timestamp | None = None) -> Finding:
    """Say how often there was sharp conflict, and name heavy acts from the whole time; empty where there was none.

    Quarrels are said to recur from five sharp acts in three years on.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> an.findings.quarrels(rel).statements[0].key
    'quarrels.recur'
    """
    acts = acts_of(rel)
    acts = acts if start is None else acts[acts["end"] >= pd.Timestamp(start)]
    sharp = acts[acts["goldstein"] <= SHARP].sort_values(["goldstein", "start", "event_id"])
    if sharp.empty:
        return Finding("")
    years = sharp["end"].dt.year.nunique()
    recur = len(sharp) >= RECUR_ACTS and years >= RECUR_YEARS
    # From the heaviest fifth, spread over the whole time.
    worst = sharp.head(max(NAMED, len(sharp) // 5)).sort_values(["start", "event_id"])
    shown = worst.iloc[sorted({round(step * (len(worst) - 1) / (NAMED - 1)) for step in range(NAMED)})]
    first = int(acts["start"].dt.year.min())
    facts = {
        "n": len(sharp),
        "limit": SHARP,
        "years": years,
        "span": rel.cutoff.year - first + 1,
        "first": first,
        "last": rel.cutoff.year,
        "named": tuple(f"{row.title} ({when(row)})" for row in shown.itertuples()),
    }
    key = "quarrels.recur" if recur else "quarrels.few"
    return finding(rel, [Statement(key, facts, keys("events", shown["event_id"]))])
