"""A record that holds nothing yet: every measure gives an empty answer or says why not, and the briefing is short."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from test_one_answer import shown

import analysis as an

DAYS = [("1990-01-01", ()), ("1995-06-01", ("personal",))]
MEASURES = [
    name for name in an.__all__ if getattr(getattr(an, name), "__module__", "").startswith("analysis.measures.")
]


def arguments(measure: Callable[..., Any], rel: an.Relationship) -> dict[str, Any]:
    """Fill the parameters that a measure cannot do without, by their names."""
    found = {
        "rel": rel, "events": rel.events, "assessments": rel.assessments, "forecasts": rel.forecasts,
        "indicators": rel.indicators, "persons": ["putin", "lukashenko"], "date": rel.cutoff, "day": rel.cutoff,
        "then": "1989-01-01", "now": rel.cutoff, "since": "1989-01-01", "start": "1989-01-01", "end": rel.cutoff,
        "tension": an.tension(rel.events), "parts": [], "conduct": an.conduct(rel.events),
        "frame": an.conduct(rel.events), "coding": rel.second_coding,
        "share": an.tension(rel.events), "composite": an.composite(rel.indicators), "days": [rel.cutoff],
        "side_a": rel.side_a.id, "side_b": rel.side_b.id,
    }  # fmt: skip
    needed = [one for one in inspect.signature(measure).parameters.values() if one.default is one.empty]
    return {one.name: found[one.name] for one in needed if one.kind is not one.VAR_KEYWORD}


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize(("day", "domains"), DAYS)
def test_a_measure_of_nothing_is_empty_or_refused_in_words(name: str, day: str, domains: tuple[str, ...]) -> None:
    rel = an.load("russia-belarus", as_of=day).only(domains=domains)
    measure = getattr(an, name)
    with suppress(an.WorkbookError):
        measure(**arguments(measure, rel))


@pytest.mark.parametrize("notebook", ["briefing", "tensions", "dependencies", "assessments"])
@pytest.mark.parametrize(("day", "domains"), DAYS)
def test_a_notebook_of_nothing_runs_to_its_end_and_draws_no_act(
    notebook: str, day: str, domains: tuple[str, ...]
) -> None:
    values = shown("russia-belarus", day, domains, notebook)
    assert not [value for value in values if isinstance(value, an.Chart) and value.drawn and value.name == "tension"]
