"""What the comparisons of different evidence found, as tables with a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.findings.wording import number, signed

from . import crosschecks
from .tables import Cell, block, cases, change, range_of, table, text, three, two

if TYPE_CHECKING:
    import pandas as pd

    from analysis.record.relationship import Relationship

# Krippendorff's least alpha for tentative conclusions.
_TENTATIVE = 0.667


def composite(rel: Relationship) -> str:
    """The composite under other choices."""
    frame = crosschecks.composite_choices(rel)
    columns = {
        "choice": ("choice", text),
        "years": ("years", text),
        "rank_correlation": ("rank correlation", three),
        "largest": ("largest difference", change),
        "year": ("in", text),
    }
    low = frame.sort_values("rank_correlation", kind="stable").iloc[0]
    sentence = (
        f"Against the composite as it is shipped, year by year. The rank correlation is "
        f"{range_of(frame['rank_correlation'], three)}, least {low['choice']}; the largest difference of a year is "
        f"{two(frame['largest'].abs().max())} on a scale from 0 to 1."
    )
    return block(sentence, table(frame, columns))


def coding_error(rel: Relationship) -> str:
    """Agreement of every pair of coders, and what each pair's confusion does to the band."""
    frame = crosschecks.coding_errors(rel)
    columns: dict[str, tuple[str, Cell]] = {
        "pair": ("pair", text),
        "acts": ("acts", text),
        "goldstein": ("alpha of scores", two),
        "root": ("of roots", two),
        "sign": ("of signs", two),
        "turned": ("signs that differ, of 100", cases),
        "moved": ("scores that differ, of 100", cases),
        "width": ("mean width of the band", three),
        "now": ("90% band on the last day", text),
    }
    shown, assumed = frame.dropna(subset=["acts"]), frame.iloc[-1]
    sentence = (
        f"One code in five a step off, which is assumed where nothing better is known, gives a band {three(assumed['width'])} "
        f"wide; the pairs' matrices {range_of(shown['width'], three)}. The draws use {shown['pair'].iloc[0]} unless told."
    )
    return block(sentence, table(frame.assign(acts=[number(one, 0) or "–" for one in frame["acts"]]), columns))


def figures_and_events(rel: Relationship) -> str:
    """Composite against event-coded dependence."""
    frame = crosschecks.figures_and_events(rel).assign(
        what=[
            "changes against the year's sum of shifts",
            "changes against their mean",
            "levels against the cumulated sum",
        ]
    )
    columns = {"what": ("composite, by year", text), **_interval("rank correlation"), "n": ("years", text)}
    row = frame.iloc[0]
    apart = row["low"] > 0 or row["high"] < 0
    sentence = (
        f"The changes of the composite and the coded shifts have a rank correlation of {change(row['value'])} over "
        f"{row['n']} years, 90% interval {signed(row['low'])} to {signed(row['high'])}, "
        f"{'which leaves out 0' if apart else 'which holds 0: the two do not confirm each other'}."
    )
    return block(sentence, table(frame, columns))


def assessors(rel: Relationship) -> str:
    """Assessors' tension against the event index."""
    frame = crosschecks.assessors_and_index(rel)
    frame["when"] = [_lag(days) for days in frame["lag_days"]]
    columns = {"when": ("index read", text), **_interval("rank correlation"), "n": ("assessments", text)}
    now, best = (
        frame[frame["lag_days"] == 0].iloc[0],
        frame.sort_values("value", ascending=False, kind="stable").iloc[0],
    )
    sentence = (
        f"Assessors' tension and the index of the same day have a rank correlation of {change(now['value'])} (90% "
        f"interval {signed(now['low'])} to {signed(now['high'])}; {now['n']} assessments of {now['voices']} voices in "
        f"{now['years']} years). It is highest with the index {best['when']}."
    )
    return block(sentence, table(frame, columns))


def _lag(days: int) -> str:
    return "on the day" if days == 0 else f"{abs(days)} days {'before' if days > 0 else 'after'}"


def _interval(heading: str) -> dict[str, tuple[str, Cell]]:
    return {"value": (heading, change), "low": ("low", change), "high": ("high", change)}


def agreement(rel: Relationship) -> str:
    """Agreement among assessors."""
    frame = crosschecks.agreements(rel)
    frame["scale"] = [name.removeprefix("alpha_") for name in frame["measure"]]
    columns = {
        "scale": ("scale", text),
        **_interval("alpha"),
        "units": ("units", text),
        "pairs": ("pairs", text),
        "within_one": ("pairs within one step", two),
    }
    sentence = "Ordinal alpha, a unit being a subject in a calendar year, with a 90% interval: " + " and ".join(
        f"{change(row.value)} on {row.scale} ({signed(row.low)} to {signed(row.high)})" for row in frame.itertuples()
    )
    usual = "below" if (frame["value"] < _TENTATIVE).all() else "not throughout below"
    return block(f"{sentence}; {usual} the {_TENTATIVE} asked for even tentative conclusions.", table(frame, columns))


def meetings(rel: Relationship) -> str:
    """Recorded meetings against published counts."""
    frame = crosschecks.meetings(rel)
    whole = {name: (name, lambda count: number(count, 0)) for name in ("published", "recorded")}
    columns: dict[str, tuple[str, Cell]] = {"period": ("period", text), **whole}
    sentence = (
        f"Where somebody else published a count, the record holds {number(frame['recorded'].sum(), 0)} of "
        f"{number(frame['published'].sum(), 0)} meetings: read the counts as a floor."
    )
    return block(sentence, table(frame, columns))


def forecasts(rel: Relationship) -> str:
    """Brier score with its ranges and skill."""
    frame = crosschecks.forecast_scores(rel)
    for name, low, high in (
        ("interval", "low", "high"),
        ("range", "range_low", "range_high"),
        ("skill_interval", "skill_low", "skill_high"),
    ):
        frame[name] = [f"{two(a)} to {two(b)}" for a, b in zip(frame[low], frame[high], strict=True)]
    columns: dict[str, tuple[str, Cell]] = {
        "deadline_basis": ("deadline", text),
        "n": ("scored", text),
        "value": ("Brier score", three),
        "interval": ("90% interval", text),
        "range": ("range of the words", text),
        "base_rate": ("came true", two),
        "skill": ("skill against even odds", change),
        "skill_interval": ("90% interval", text),
    }
    row = frame.iloc[0]
    clear = row["skill_low"] > 0 or row["skill_high"] < 0
    rates = frame.set_index("deadline_basis")["value"]
    sentence = (
        f"The {row['n']} scored forecasts whose deadline the author stated have a mean Brier score of "
        f"{three(row['value'])}; even odds would have had 0.25. Their skill of {change(row['skill'])} is "
        f"{'clear of' if clear else 'not to be told from'} 0. Those whose deadline we set score "
        f"{three(rates['imputed'])}; lower is better. {_chosen(frame)}"
    )
    return block(sentence, table(frame, columns))


def _chosen(frame: pd.DataFrame) -> str:
    row = frame[frame["deadline_basis"] == "all"].iloc[0]
    return f"Of all {row['n']} propositions {row['foreseen']} are known to have been chosen before they were decided."


def forecast_parts(rel: Relationship) -> str:
    """Murphy's parts of the Brier score."""
    frame = crosschecks.forecast_parts(rel)
    columns: dict[str, tuple[str, Cell]] = {
        "measure": ("part", lambda name: str(name).replace("_", " ")),
        "plain": ("plain", three),
        "corrected": ("corrected", three),
        "low": ("low", three),
        "high": ("high", three),
    }
    rows = frame.set_index("measure")
    reliability, resolution = rows.loc["reliability"], rows.loc["resolution"]
    sentence = (
        f"{number(reliability['n'], 0)} forecasts in {number(reliability['bins'], 0)} bins, "
        f"{number(reliability['single_bins'], 0)} of them with a single forecast; 90% intervals of the corrected "
        f"form. Words and frequencies are {three(reliability['corrected'])} apart (reliability, 0 is best) and the "
        f"bins tell cases apart by {three(resolution['corrected'])} (resolution)."
    )
    return block(sentence, table(frame, columns))
