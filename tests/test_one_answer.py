"""One document, one answer: what the briefing's sentences, tables, titles and figures say of one thing agrees.

The cells of `notebooks/briefing.ipynb` are run here without a kernel and all that they show is read back. A sample of
days and filters, with every size of record, is compared in `make test`, all of them in `make methods`.
"""

from __future__ import annotations

import ast
import csv
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import analysis as an
from analysis.findings.document import Bibliography, Cover
from analysis.record import places

DAYS = (
    "1998-06-30", "2002-10-01", "2004-03-01", "2007-02-15", "2010-07-01", "2012-12-31",
    "2014-02-28", "2017-01-31", "2019-06-30", "2020-09-14", "2023-04-06", None,
)  # fmt: skip
SIZES = (1, 3, 5, 20)
MOVED = ("tension.rose", "tension.fell", "tension.unclear")
SAMPLE = [(None, ()), ("2010-07-01", ()), ("2023-04-06", ()), ("2023-04-06", ("energy",)), (None, ("nuclear",))]
if os.environ.get("ONE_ANSWER") == "all":
    SAMPLE = [(day, domains) for day in DAYS for domains in ((), ("energy",))]


def shown(relationship: str, as_of: str | None, domains: tuple[str, ...], notebook: str = "briefing") -> list[Any]:
    """Run the cells of a notebook and return what each of them shows."""
    cells = json.loads((places.notebooks() / f"{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    values = []
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "briefing", "exec"), names)
        if "parameters" in cell["metadata"].get("tags", ()):
            names |= {"relationship": relationship, "as_of": as_of, "domains": list(domains)}
        if last is not None:
            values.append(eval(compile(ast.Expression(last.value), "briefing", "eval"), names))
    return values


def record_of(events: int, folder: Path) -> Path:
    """Write a record with the last `events` acts between the sides, and nothing else but what cites them."""
    source = places.relationship("russia-belarus")
    rel = an.load("russia-belarus")
    kept = set(rel.events[rel.events["dyad"]]["event_id"].tail(events))
    folder.mkdir()
    cited = set()
    for name in ("actors", "events", "citations", "sources"):
        with (source / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if name == "events":
            rows = [row for row in rows if row["event_id"] in kept]
        if name == "citations":
            rows = [row for row in rows if row["record"].removeprefix("events:") in kept]
            cited = {row["source_id"] for row in rows}
        if name == "sources":
            rows = [row for row in rows if row["source_id"] in cited]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    for path in source.glob("*.csv"):
        if not (folder / path.name).exists():
            head = path.read_text(encoding="utf-8").splitlines()[0]
            (folder / path.name).write_text(f"{head}\n", encoding="utf-8")
    shutil.copyfile(source / "datapackage.json", folder / "datapackage.json")
    return folder


class Document:
    """What a briefing shows, by kind."""

    def __init__(self, values: list[Any]) -> None:
        self.cover = next(value for value in values if isinstance(value, Cover))
        self.tables = {value.name: value.frame for value in values if isinstance(value, an.Table)}
        self.charts = {value.name: value for value in values if isinstance(value, an.Chart) and value.drawn}
        findings = [value for value in values if isinstance(value, an.Finding)]
        lists = [value for value in values if isinstance(value, an.Findings)]
        findings += [item for value in lists for item in (value.lead, *value.items) if item is not None]
        self.findings = [finding for finding in findings if finding.text]
        self.facts = {said.key: said.facts for finding in self.findings for said in finding.statements}
        self.bibliography = next(value for value in values if isinstance(value, Bibliography))

    def said(self, prefix: str) -> Iterator[tuple[str, Any]]:
        return ((key, facts) for key, facts in self.facts.items() if key.startswith(prefix))

    def measure(self, label: str) -> pd.Series | None:
        table = self.tables["changed-measures"].set_index("Measure")
        return table.loc[label] if label in table.index else None


def printed(value: float, digits: int = 2) -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "−")


def disagreements(document: Document) -> list[str]:
    """Return every pair of places that give two answers to one question."""
    found = []

    def same(question: str, *answers: object) -> None:
        if len(set(map(str, answers))) > 1:
            found.append(f"{question}: {answers}")

    facts, title = document.facts, document.cover.title
    share = document.measure("Tension share, 0 to 1")
    if level := facts.get("tension.level"):
        value = printed(level["value"])
        same("level: sentence and table", value, share.iloc[1] if share is not None else value)
        same("level: sentence and key figure", value, document.tables["key-figures"]["Value"].iloc[0])
        usual = {"below": "calmer than usual", "near": "about as tense as usual", "above": "tenser than usual"}
        same("level: place", usual[level["place"]] in title, True)
        same("level: key figure", value, printed(document.cover.figures["tension_share"]))
        chart = document.charts.get("tension")
        if chart is not None:
            same("level: sentence and chart", value, printed(chart.data["value"].iloc[-1]))
            percent = f"{100 * chart.data['value'].iloc[-1]:.0f}%"
            same("level: in the chart's title", percent in chart.title or "No act" in chart.title, True)
            if peak := facts.get("tension.peak"):
                same("peak: marked and named in the chart", f"{100 * peak['value']:.0f}%" in chart.alt, True)
        evidence = document.tables["evidence"].set_index("What")["How much"]
        same("acts: level and evidence", f"of them {level['n']} between the sides" in evidence.iloc[0], True)
    else:
        same("no level is told, and none in the title", "usual" in title, False)
        same("no change is told where no level is", [key for key in facts if key.startswith(MOVED)], [])
    for key, change in document.said("tension."):
        if not key.startswith(MOVED) or share is None:
            continue
        same(
            "change: sentence and key figure", printed(change["then"]), document.tables["key-figures"]["Before"].iloc[0]
        )
        same(
            "change: sentence and title",
            ["no clear" in title, "since" in title or "than on" in title],
            [key == "tension.unclear", True],
        )
        same("change: then", printed(change["then"]), share.iloc[0])
        same("change: now", printed(change["now"]), share.iloc[1])
        same("change: clear", key != "tension.unclear", share["Clear"] == "yes")
        number = float(share["Change"].replace("−", "-"))
        same("change: what a reader subtracts", round(float(share.iloc[1]) - float(share.iloc[0]), 2) + 0.0, number)
    steps = document.charts.get("change-steps")
    if steps is not None and share is not None:
        same(
            "steps: then and now",
            (printed(steps.data["value"].iloc[0]), printed(steps.data["value"].iloc[-1])),
            (share.iloc[0], share.iloc[1]),
        )
        moved = steps.data["value"].iloc[1:-1].sum()
        same(
            "steps: they add up",
            round(moved - (steps.data["value"].iloc[-1] - steps.data["value"].iloc[0]), 9) + 0.0,
            0.0,
        )
        same("steps: clear", bool(steps.data["clear"].iloc[0]), share["Clear"] == "yes")
    conduct = document.charts.get("conduct")
    if conduct is not None:
        apart, unclear = "conduct.apart" in facts, "conduct.unclear" in facts
        same("words and deeds: a gap", apart, "clearly tenser" in conduct.title)
        same("words and deeds: none without acts", (apart or unclear) and "Only" in conduct.title, False)
        if apart:
            same("words and deeds: which", facts["conduct.apart"]["tenser"], conduct.title.split()[0].lower())
    held = document.tables["key-figures"].set_index("Measure")["Value"]
    for label, start in (("subordination", "Assessors: is "), ("tension", "Assessors: tenser")):
        row = document.measure(f"Assessors on {label}, −2 to 2")
        for value in held[held.index.str.startswith(start)] if row is not None else ():
            same(f"assessors on {label}", *(float(text.replace("−", "-")) for text in (value, row.iloc[1])))
    if scored := facts.get("forecasts.scored"):
        row = document.measure("Brier score of forecasts with a stated deadline, 0 to 1")
        same("forecasts", printed(scored["score"]), row.iloc[1] if row is not None else None)
    cited = {key for finding in document.findings for key in finding.sources}
    same("what is cited is listed", sorted(cited - {item["id"] for item in document.bibliography.items}), [])
    everything = " ".join([title, *(finding.text for finding in document.findings)])
    everything += " ".join(f"{chart.title} {chart.subtitle} {chart.alt}" for chart in document.charts.values())
    same("no number is missing", re.findall(r"\bnan\b|\bNaT\b|\binf\b|−0\.00\b|\b\d\.\d+e", everything), [])
    return found


@pytest.mark.parametrize(("day", "domains"), SAMPLE)
def test_the_shipped_record(day: str | None, domains: tuple[str, ...]) -> None:
    document = Document(shown("russia-belarus", day, domains))
    assert disagreements(document) == []
    if domains:
        assert domains[0] in document.cover.title.lower()
        for chart in ("tension", "domains", "change-steps"):
            if chart in document.charts:
                assert f"{domains[0]} acts" in document.charts[chart].subtitle


@pytest.mark.parametrize("events", SIZES)
def test_a_small_record_is_short_and_true(events: int, tmp_path: Path) -> None:
    document = Document(shown(str(record_of(events, tmp_path / "small")), None, ()))
    assert disagreements(document) == []
    if events < 10:
        assert "long-run" not in " ".join(finding.text for finding in document.findings)
        assert not {"conduct.apart", "conduct.unclear", "quarrels.recur"} & set(document.facts)
        assert not {"tension", "change-steps"} & set(document.charts)
    assert not {"profile", "positions", "track-record"} & set(document.charts)
