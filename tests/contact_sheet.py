"""Every chart on nine kinds of input, at both widths, as PNG, in grey and under three deficiencies: `make contact-sheet`.

    python tests/contact_sheet.py DIRECTORY [CHART ...]

Writes DIRECTORY/<chart>-<width>-<seeing>.png, each with one picture for each kind of input, and prints the titles.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import charts_kit as kit
import numpy as np
import pandas as pd
from PIL import Image

import analysis as an
from analysis.findings.display import Chart
from analysis.record.relationship import Relationship

DRAWS = {"draws": 100}
SEEING = ("full", "grey", *kit.DEFICIENCIES)


def inputs() -> Iterator[tuple[str, Relationship, str]]:
    """Yield the nine kinds of input: a name, a record, the first day shown."""
    rel = an.load("russia-belarus")
    acts = rel.events[rel.events["dyad"]]
    first = f"{acts['start'].min():%Y-%m-%d}"
    yield "whole", rel, first
    yield "as of 2023", an.load("russia-belarus", as_of="2023-04-06"), "2014-01-01"
    yield "one year", an.load("russia-belarus", as_of="2020-12-31"), "2020-01-01"
    for name, days in (("1 act", 1), ("5 acts", 5), ("40 acts", 40)):
        few = acts.iloc[np.linspace(0, len(acts) - 1, days + 2).astype(int)[1:-1]].reset_index(drop=True)
        small = replace(rel, events=few, eras=rel.eras.iloc[:0], assessments=rel.assessments.iloc[: days * 2])
        yield name, replace(small, indicators=rel.indicators.iloc[: days * 3]), f"{few['start'].min():%Y-%m-%d}"
    many = kit.events(5000, 34).assign(short="", persons=rel.events["persons"].dropna().iloc[-1])
    for side, own in (("AAA", rel.side_a.id), ("BBB", rel.side_b.id)):
        for column in ("source_actor", "target_actor", "direction"):
            many[column] = many[column].str.replace(side, own)
    yield "5,000 acts", replace(rel, events=many, cutoff=pd.Timestamp("2024-12-31")), "1991-01-01"
    long_a = replace(rel.side_a, name="The Federated Commonwealth of Northern Aland and its Islands")
    long_b = replace(rel.side_b, name="The Confederation of Saint Beland and the Marches")
    yield "long names", replace(rel, side_a=long_a, side_b=long_b), first
    yield "no eras", replace(rel, eras=rel.eras.iloc[:0]), "2000-01-01"


def charts(rel: Relationship, first: str, width: str) -> dict[str, Callable[[], Chart]]:
    """Return what draws each chart, called as the notebooks call them."""
    acts = rel.events[rel.events["dyad"]]
    grid = "W" if rel.cutoff - pd.Timestamp(first) < pd.Timedelta(days=4400) else "M"
    house = {"sides": rel.sides, "cutoff": rel.cutoff, "width": width, "period": (first, rel.cutoff)}
    words = {**house, "acts": rel.acts_between}
    index = {"freq": grid, "start": first, "end": rel.cutoff, **DRAWS}
    span = {"start": first, "end": rel.cutoff, **DRAWS}
    year_ago = max(rel.cutoff - pd.DateOffset(years=1), acts["start"].min())
    leaders = rel.leaders
    meet = {"actors": rel.actors, "start": first, "end": rel.cutoff}
    pair = (rel.side_a.id, rel.side_b.id)
    scores = an.positions(rel.assessments)
    return {
        "tension": lambda: an.charts.tension(
            an.tension(rel.events, **index),
            acts,
            an.peaks(rel.events, **span),
            eras=rel.eras,
            half_life="180D",
            **words,
        ),
        "domains": lambda: an.charts.domains(
            an.tension(rel.events, by="domain", **(index | {"band": None})), acts, **words
        ),
        "conduct": lambda: an.charts.conduct(an.conduct(rel.events, **index), acts, **words),
        "direction": lambda: an.charts.direction(
            an.tension(rel.events, by="direction", actors=pair, **index), acts, **words
        ),
        "sensitivity": lambda: an.charts.sensitivity(
            an.sensitivity(rel.events, freq=grid, start=first, end=rel.cutoff), acts, **words
        ),
        "change_steps": lambda: an.charts.change_steps(
            an.change_steps(rel.events, year_ago, rel.cutoff, **DRAWS), acts, **words
        ),
        "timeline": lambda: an.charts.timeline(acts, **words),
        "meetings": lambda: an.charts.meetings(
            an.meetings_per_year(rel.events, leaders, indicators=rel.indicators, **meet),
            an.meetings_held(rel.events, leaders, **meet),
            **house,
        ),
        "profile": lambda: an.charts.profile(
            an.profile(rel), rel.indicators, an.asymmetry(rel.indicators, *pair), **house
        ),
        "indicators": lambda: an.charts.indicators(an.indicator_series(rel.indicators, start=first), **house),
        "event_dependence": lambda: an.charts.event_dependence(
            an.event_dependence(rel.events[rel.events["end"] <= rel.cutoff], **DRAWS), **house
        ),
        "positions": lambda: an.charts.positions(scores, scale="subordination", eras=rel.eras, **house),
        "track_record": lambda: an.charts.track_record(rel.forecasts, **house),
        "open_forecasts": lambda: an.charts.open_forecasts(an.open_forecasts(rel.forecasts, on=rel.cutoff), **house),
    }


def main(folder: Path, wanted: list[str]) -> None:
    """Draw and write the sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    records = list(inputs())
    for width in ("page", "column"):
        for name in charts(records[0][1], records[0][2], width):
            if wanted and name not in wanted:
                continue
            pictures = []
            for kind, rel, first in records:
                try:
                    chart = charts(rel, first, width)[name]()
                except an.WorkbookError as refused:
                    sys.stdout.write(f"{name:16} {width:7} {kind:11} refused: {refused}\n")
                    continue
                sys.stdout.write(f"{name:16} {width:7} {kind:11} {chart.title}\n")
                pictures.append(Image.open(io.BytesIO(chart.png(110))).convert("RGB"))
            for seeing in SEEING:
                sheet = kit.tiled([kit.seen(picture, seeing) for picture in pictures], 3 if width == "page" else 5)
                sheet.save(folder / f"{name}-{width}-{seeing}.png")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
