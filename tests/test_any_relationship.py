"""Everything works for a relationship that the code has never heard of, and the code has heard of none."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

import analysis as an
from analysis.cli import main
from analysis.curate.importing import plan
from analysis.curate.new import new

ROOT = Path(an.__file__).resolve().parent
SHIPPED = "russia-belarus"
WORDS = re.compile(
    r"\b(russia\w*|belarus\w*|byeloruss\w*|soviet\w*|moscow|minsk|kremlin|gazprom|putin\w*|lukashenk\w*)\b",
    re.IGNORECASE,
)
CODES = re.compile(r"\b(BLR|RUS)\b")


def known_words(text: str) -> list[str]:
    return [*WORDS.findall(text), *CODES.findall(text)]


def prose(source: str) -> set[int]:
    """Return the lines that hold nothing but docstring or comment."""
    lines = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.line.lstrip().startswith("#"):
            lines.add(token.start[0])
    return lines


def test_code_knows_neither_side_of_the_shipped_record():
    found, defaults = [], []
    for path in sorted(ROOT.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        # Prose may take its examples from the shipped record; what is executed may not.
        explained = prose(source)
        for number, line in enumerate(source.splitlines(), start=1):
            if number in explained:
                continue
            place = f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
            if SHIPPED in line:
                defaults.append(place)
            if known_words(line.replace(SHIPPED, "")):
                found.append(place)
    assert found == []
    assert len(defaults) <= 1, "the default relationship is named once"


def test_search_for_words_of_the_shipped_record_finds_them():
    source = '"""On Belarus."""\nname = "Russian"  # of Minsk\ncodes = ("BLR", "W-SUN", "computing")\n'
    assert prose(source) == {1}
    assert known_words(source) == ["Belarus", "Russian", "Minsk", "BLR"]


def test_notebooks_know_only_the_default_of_their_parameter():
    found = []
    for path in sorted((ROOT.parent / "notebooks").glob("*.ipynb")):
        for number, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            text = "".join(cell["source"])
            if "parameters" in cell["metadata"].get("tags", []):
                text = text.replace(f'relationship: str = "{SHIPPED}"', "")
            found += [f"{path.name}, cell {number}: {word}" for word in known_words(text)]
    assert found == []


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record with two sides and nothing else."""
    return new("aland-beland", ["AAA", "BBB"], root=tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three events of one page and one assessment, which is dated after the last event."""
    place = tmp_path_factory.mktemp("sparse")
    folder = new("aland-beland", ["AAA", "BBB"], root=place)
    page = {"publisher": "Celand Post", "published": "2024-06-11", "reliability": "B", "type": "article-newspaper"}
    source = {"source_id": "post", "title": "Gas", "url": "https://example.org/gas", "language": "en", **page}
    act = {"domain": "energy", "summary": "It did.", "dependence": "0", "source_id": "post", "locator": "para 1"}
    events = [
        {"date": "2024-02-01", "title": "Beland cuts gas", "form": "action", "cameo": "163", "who": "BBB AAA"},
        {"date": "2024-03", "title": "Price agreed", "form": "agreement", "cameo": "057", "who": "AAA+BBB AAA+BBB"},
        {"date": "2024-06-10", "title": "Aland complains", "form": "statement", "cameo": "111", "who": "AAA BBB"},
    ]
    rows = [
        {**event, **act, "source_actor": event["who"].split()[0], "target_actor": event["who"].split()[1]}
        for event in events
    ]
    claim = {"subject": "energy_dependence", "claim": "It pays with its freedom.", "tension": "1", "subordination": "1"}
    who = {"assessor": "Carla Dee", "assessor_kind": "expert", "organisation": "Celand Institute"}
    tables = {
        "sources": [source],
        "events": [{name: text for name, text in row.items() if name != "who"} for row in rows],
        "assessments": [{"date": "2024-06-11", "source_id": "post", **claim, **who}],
    }
    files = []
    for table, held in tables.items():
        pd.DataFrame(held).to_csv(place / f"{table}.csv", index=False)
        files.append((table, place / f"{table}.csv"))
    plan(folder, files).apply()
    return folder


MEASURES = {
    "tension": lambda rel: an.tension(rel.events),
    "sensitivity": lambda rel: an.sensitivity(rel.events),
    "conduct": lambda rel: an.conduct(rel.events),
    "conduct_periods": lambda rel: an.conduct_periods(an.conduct(rel.events)),
    "event_dependence": lambda rel: an.event_dependence(rel.events),
    "turning_points": lambda rel: an.turning_points(rel.events),
    "composite": lambda rel: an.composite(rel.indicators, of=rel.side_a.id),
    "asymmetry": lambda rel: an.asymmetry(rel.indicators, rel.side_a.id, rel.side_b.id),
    "indicator_series": lambda rel: an.indicator_series(rel.indicators),
    "positions": lambda rel: an.positions(rel.assessments),
    "position_trend": lambda rel: an.position_trend(rel.assessments),
    "agreement": lambda rel: an.agreement(rel.assessments),
    "brier": lambda rel: an.brier(rel.forecasts),
    "open_forecasts": lambda rel: an.open_forecasts(rel.forecasts, on=rel.cutoff),
    "headline": an.headline,
}


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("kind", ["empty", "sparse"])
def test_measure_gives_a_table_or_says_what_is_wanting(name, kind, request):
    rel = an.load(request.getfixturevalue(kind))
    try:
        table = MEASURES[name](rel)
    except an.WorkbookError:
        # A refusal in words is an answer too; any other error is none.
        return
    assert isinstance(table, pd.DataFrame)


def test_direction_and_title_come_from_the_actors_of_the_record(sparse):
    rel = an.load(sparse)
    assert sorted(rel.events["direction"]) == ["AAA>BBB", "BBB>AAA", "joint"]
    assert rel.title == "Aland and Beland"


@pytest.mark.parametrize("kind", ["empty", "sparse"])
def test_record_can_be_cut_at_a_day(kind, request):
    whole = an.load(request.getfixturevalue(kind))
    # The one page is of 11 June 2024: what it tells of February was not known in March.
    assert whole.as_of_day("2024-03-31").events.empty
    assert whole.as_of_day("2024-03-31").assessments.empty
    assert len(whole.as_of_day("2024-06-11").events) == (3 if kind == "sparse" else 0)


def briefing_text(folder: Path, out: Path) -> str:
    import pypdf

    done = CliRunner().invoke(main, ["brief", str(folder), "--out", str(out)])
    assert done.exit_code == 0, done.output
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(out).pages).split())


def test_three_events_and_one_assessment_give_a_sparse_but_honest_briefing(sparse, tmp_path):
    text = briefing_text(sparse, tmp_path / "b.pdf")

    assert "Aland and Beland" in text
    assert "Three acts between Aland and Beland recorded" in text
    assert "Carla Dee" in text
    assert known_words(text) == []
    assert re.findall(r"\b(nan|NaT|None|<NA>)\b", text) == []


def test_nothing_recorded_gives_a_clear_message(empty, tmp_path):
    # A page about nothing would look like a page about calm, so none is written.
    done = CliRunner().invoke(main, ["brief", str(empty), "--out", str(tmp_path / "b.pdf")])
    assert done.exit_code == 2
    assert "aland-beland: `events` must be recorded before a briefing can be written" in done.output
    assert "workbook import" in done.output
    assert list(tmp_path.iterdir()) == []


def test_every_notebook_runs_in_a_batch_of_another_relationship(sparse, tmp_path):
    from analysis.runs.batching import batch

    notebooks = [
        path.name
        for path in sorted((ROOT.parent / "notebooks").glob("*.ipynb"))
        # Machine-coded feeds know real countries only, so the invented pair of this test has no rows there.
        if "relationship: str" in path.read_text(encoding="utf-8") and path.stem != "corroboration"
    ]
    runs = [{"notebook": name, "name": Path(name).stem, "formats": []} for name in notebooks]
    batch({"formats": [], "parameters": {"relationship": str(sparse)}, "run": runs}, tmp_path, jobs=1)

    assert len(notebooks) >= 4
    for name in notebooks:
        cells = json.loads((tmp_path / name).read_text(encoding="utf-8"))["cells"]
        kinds = [output["output_type"] for cell in cells for output in cell.get("outputs", [])]
        assert kinds
        assert "error" not in kinds
        assert known_words(json.dumps([cell.get("outputs", []) for cell in cells])) == [], name
