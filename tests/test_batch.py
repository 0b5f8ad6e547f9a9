"""A batch: what is planned, what is made, what is reused and why, and what is refused before anything runs."""

from __future__ import annotations

import calendar
import datetime
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_notebooks import LEAVE_PID, freeze_code, living_kernels, notebook, texts

from analysis.errors import OptionError
from analysis.record import places
from analysis.runs import causes, naming
from analysis.runs.batching import BatchResult, batch
from analysis.runs.plan import days, plan


@pytest.fixture(autouse=True)
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes, "_PACKAGE", causes._PACKAGE)
    freeze_code(tmp_path)


def make(folder: Path, text: str, *cells: str) -> Path:
    """Write a notebook and a batch file beside each other; return the batch file."""
    notebook(folder / "brief.ipynb", *(cells or ["print(as_of, n)"]))
    file = folder / "batch.toml"
    file.write_text(text, encoding="utf-8")
    return file


def go(file: Path | dict[str, Any], out: Path, **options: Any) -> BatchResult:
    return batch(file, out, stream=io.StringIO(), **options)


def states(result: BatchResult) -> dict[str, tuple[str, str]]:
    return {run.name: (run.status, run.why) for run in result.runs}


MATRIX = """
notebook = "brief.ipynb"
formats = []
[matrix]
as_of = ["2019-06-30", 2020-06-30]
n = [1, 2]
[[run]]
as_of = "2023-04-06"
"""


# --- the plan ---------------------------------------------------------------------------------------------------------


def test_a_matrix_is_every_combination_and_single_runs_follow(tmp_path: Path) -> None:
    found = [(run.name, run.parameters) for run in plan(make(tmp_path, MATRIX)).runs]
    assert found == [
        ("brief_2019-06-30_1", {"as_of": "2019-06-30", "n": 1}),
        ("brief_2019-06-30_2", {"as_of": "2019-06-30", "n": 2}),
        ("brief_2020-06-30_1", {"as_of": "2020-06-30", "n": 1}),
        ("brief_2020-06-30_2", {"as_of": "2020-06-30", "n": 2}),
        ("brief_2023-04-06_2", {"as_of": "2023-04-06"}),
    ]


def test_a_single_run_that_the_matrix_has_too_is_one_run_with_the_formats_of_both(tmp_path: Path) -> None:
    text = 'notebook = "brief.ipynb"\n[matrix]\nn = [1, 2]\n[[run]]\nn = 2\nas_of = "2020-01-31"\nformats = ["docx"]'
    assert [(run.parameters["n"], run.formats) for run in plan(make(tmp_path, text)).runs] == [
        (1, ("pdf",)),
        (2, ("pdf", "docx")),
    ]


def test_common_parameters_names_and_notebooks_of_single_runs(tmp_path: Path) -> None:
    notebook(tmp_path / "other.ipynb", "1", parameters="title: str = 'x'")
    text = """
    notebook = "brief.ipynb"
    name = "{notebook}_{as_of}"
    [parameters]
    n = 7
    [[run]]
    as_of = "2020-02-29"
    [[run]]
    as_of = "2020-02-29"
    n = 8
    """
    runs = plan(make(tmp_path, text)).runs
    assert [run.parameters["n"] for run in runs] == [7, 8]
    # The template gives both one name; each gets a mark of its own that does not depend on the order.
    assert len({run.name for run in runs}) == 2
    assert all(run.name.startswith("brief_2020-02-29_") for run in runs)
    only = plan(
        {
            "notebook": str(tmp_path / "brief.ipynb"),
            "run": [{"notebook": str(tmp_path / "other.ipynb"), "title": "a/b: ü"}],
        }
    )
    assert [run.name for run in only.runs] == ["other"]
    named = plan({"notebook": str(tmp_path / "other.ipynb"), "name": "x_{title}", "run": [{"title": "a/b: ü"}]})
    assert [run.name for run in named.runs] == ["x_a-b"]


@given(st.lists(st.text(max_size=300), min_size=1, max_size=6, unique=True))
def test_names_are_plain_short_and_distinct_whatever_the_values(values: list[str]) -> None:
    path = places.notebooks().parent / "tests"  # any folder; the notebook is given whole
    runs = [naming.Run("", path / "n.ipynb", {"t": value}, {"t": value}, ()) for value in values]
    named = naming.distinct(runs)
    assert len({run.name.casefold() for run in named}) == len(values)
    assert all(len(run.name) < 220 and not set(run.name) & set('/\\:*?"<>| ') and run.name[0] != "." for run in named)


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 1, 1)), st.integers(0, 900))
def test_month_ends_are_the_calendars(first: datetime.date, length: int) -> None:
    last = first + datetime.timedelta(length)
    months = {(y, m) for y in range(first.year, last.year + 1) for m in range(1, 13)}
    ends = sorted(datetime.date(y, m, calendar.monthrange(y, m)[1]) for y, m in months)
    wanted = [day.isoformat() for day in ends if first <= day <= last]
    if wanted:
        assert days({"every": "month-end", "from": first, "to": last}, "x") == wanted
    else:
        with pytest.raises(OptionError):
            days({"every": "month-end", "from": first, "to": last}, "x")


def test_other_rules_for_days() -> None:
    year = {"from": "2020-01-01", "to": datetime.date(2020, 12, 31)}
    assert days({"every": "quarter-end", **year}, "x") == ["2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31"]
    assert days({"every": "year-end", **year}, "x") == ["2020-12-31"]
    assert len(days({"every": "day", **year}, "x")) == 366
    assert len(days({"every": "month-start", **year}, "x")) == 12
    sundays = days({"every": "week-end", **year}, "x")
    assert len(sundays) == 52
    assert {datetime.date.fromisoformat(day).strftime("%A") for day in sundays} == {"Sunday"}


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ('notbook = "brief.ipynb"', "key", "Did you mean 'notebook'"),
        ("[matrix]\nn = [1]", "notebook", "path of a notebook"),
        ('notebook = "brif.ipynb"\n[matrix]\nn = [1]', "notebook", "a notebook beside this file"),
        ('notebook = "brief.ipynb"', "matrix", "nothing to run"),
        ('notebook = "brief.ipynb"\n[matrix]\nn = []', "n", "a list of values"),
        ('notebook = "brief.ipynb"\n[matrix]\nn = 3', "n", "a list of values"),
        ('notebook = "brief.ipynb"\n[matrix]\nm = [3]', "parameter", "one of as_of, n"),
        ('notebook = "brief.ipynb"\n[matrix]\nn = ["x"]', "n", "a whole number"),
        ('notebook = "brief.ipynb"\n[matrix]\nas_of = ["2020-02-30"]', "as_of", "a day such as"),
        (
            'notebook = "brief.ipynb"\n[matrix]\nas_of = {every = "month", from = 2020-01-01, to = 2020-12-31}',
            "every",
            "month-end",
        ),
        (
            'notebook = "brief.ipynb"\n[matrix]\nas_of = {every = "day", form = 2020-01-01, to = 2020-12-31}',
            "key",
            "'from'",
        ),
        (
            'notebook = "brief.ipynb"\n[matrix]\nas_of = {every = "day", from = 2020-01-02, to = 2020-01-01}',
            "to",
            "after `from`",
        ),
        (
            'notebook = "brief.ipynb"\n[matrix]\nas_of = {every = "day", from = "soon", to = 2020-01-01}',
            "from",
            "a day",
        ),
        ('notebook = "brief.ipynb"\nformats = ["pfd"]\n[matrix]\nn = [1]', "formats", "Did you mean 'pdf'"),
        ('notebook = "brief.ipynb"\nformats = "pdf"\n[matrix]\nn = [1]', "formats", "a list"),
        ('notebook = "brief.ipynb"\nname = "{asof}"\n[matrix]\nn = [1]', "name", "Did you mean 'as_of'"),
        ('notebook = "brief.ipynb"\ntime_limit = 0\n[matrix]\nn = [1]', "time_limit", "above 0"),
        ('notebook = "brief.ipynb"\ninputs = ["gone.csv"]\n[matrix]\nn = [1]', "inputs", "exist"),
        ('notebook = "brief.ipynb"\nrun = [3]', "run", "a table"),
        ('notebook = "brief.ipynb"\nmatrix = [3]', "matrix", "a table"),
        ('notebook = "brief.ipynb', "file", "TOML"),
    ],
)
def test_a_wrong_batch_file_is_refused_before_anything_runs(tmp_path: Path, text: str, field: str, words: str) -> None:
    with pytest.raises(OptionError) as refused:
        go(make(tmp_path, text), tmp_path / "out")
    assert refused.value.field == field
    assert words in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_options_are_checked_too(tmp_path: Path) -> None:
    file = make(tmp_path, MATRIX)
    for wrong in ({"jobs": 0}, {"time_limit": -1}, {"formats": ["png"]}):
        with pytest.raises(OptionError):
            go(file, tmp_path / "out", **wrong)
    with pytest.raises(OptionError, match="can be read"):
        go(tmp_path / "none.toml", tmp_path / "out")


def test_a_dry_run_shows_the_plan_and_writes_nothing(tmp_path: Path) -> None:
    file = make(tmp_path, MATRIX)
    result = go(file, tmp_path / "out", dry_run=True)
    assert [run.status for run in result.runs] == ["planned"] * 5
    assert "brief_2019-06-30_1: planned; new" in result.report(every=True)
    assert not (tmp_path / "out").exists()


def test_the_worked_example_plans_a_briefing_for_every_month_of_five_years() -> None:
    path = places.notebooks() / "monthly-2019-2023.toml"
    if not (path.parent / "briefing.ipynb").is_file():
        pytest.skip("the briefing notebook is not there")
    runs = plan(path).runs
    assert len(runs) == 60
    assert runs[0].parameters["as_of"] == "2019-01-31"
    assert runs[-1].parameters["as_of"] == "2023-12-31"


# --- the work ---------------------------------------------------------------------------------------------------------


def test_every_run_is_made_with_its_own_parameters(tmp_path: Path) -> None:
    result = go(make(tmp_path, MATRIX), tmp_path / "out", jobs=2)
    assert result.exit_status == 0
    assert {run.status for run in result.runs} == {"done"}
    made = {path.stem: texts(nbformat.read(path, as_version=4)) for path in (tmp_path / "out").glob("*.ipynb")}
    assert made == {
        "brief_2019-06-30_1": ["2019-06-30 1"],
        "brief_2019-06-30_2": ["2019-06-30 2"],
        "brief_2020-06-30_1": ["2020-06-30 1"],
        "brief_2020-06-30_2": ["2020-06-30 2"],
        "brief_2023-04-06_2": ["2023-04-06 2"],
    }
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")) == sorted(
        [*(f"{name}.ipynb" for name in made), *(f"{name}.json" for name in made), "index.csv", "index.html"]
    )


def test_documents_are_made_and_a_format_added_later_needs_no_second_run(tmp_path: Path) -> None:
    file = make(tmp_path, 'notebook = "brief.ipynb"\n[[run]]\nn = 3', "print('made once', n)")
    out = tmp_path / "out"
    first = go(file, out)
    assert first.runs[0].files == ("brief.ipynb", "brief.pdf")
    assert (out / "brief.pdf").read_bytes().startswith(b"%PDF")
    before = (out / "brief.ipynb").stat().st_mtime_ns
    second = go(file, out, formats=["pdf", "docx", "html"])
    assert states(second) == {"brief": ("done", "docx not made yet; html not made yet")}
    assert (out / "brief.ipynb").stat().st_mtime_ns == before
    assert (out / "brief.docx").read_bytes().startswith(b"PK")
    assert "made once 3" in (out / "brief.html").read_text()
    assert states(go(file, out, formats=["pdf", "html"])) == {"brief": ("reused", "nothing changed")}


def test_a_second_call_makes_nothing(tmp_path: Path) -> None:
    file, out = make(tmp_path, MATRIX), tmp_path / "out"
    go(file, out)
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in out.iterdir() if path.is_file()}
    result = go(file, out)
    assert set(states(result).values()) == {("reused", "nothing changed")}
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in out.iterdir() if path.is_file()} == before


def test_touching_a_file_redoes_nothing(tmp_path: Path) -> None:
    file, out = make(tmp_path, MATRIX), tmp_path / "out"
    go(file, out)
    for path in (file, tmp_path / "brief.ipynb", out / "brief_2019-06-30_1.ipynb"):
        os.utime(path, (1, 1))
    # So does saving the notebook with outputs and counters, as an editor would.
    content = json.loads((tmp_path / "brief.ipynb").read_text())
    content["cells"][2] |= {"execution_count": 9, "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}]}
    (tmp_path / "brief.ipynb").write_text(json.dumps(content))
    assert {run.status for run in go(file, out).runs} == {"reused"}


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda out: (out / "brief_2020-06-30_1.ipynb").unlink(), "brief_2020-06-30_1.ipynb is gone"),
        (lambda out: (out / "brief_2020-06-30_1.ipynb").write_text("x"), "brief_2020-06-30_1.ipynb was changed"),
    ],
)
def test_a_result_that_is_gone_or_changed_is_made_again(tmp_path: Path, spoil: Any, why: str) -> None:
    file, out = make(tmp_path, MATRIX), tmp_path / "out"
    go(file, out)
    good = (out / "brief_2020-06-30_1.ipynb").read_bytes()
    spoil(out)
    result = go(file, out)
    assert {name: state for name, state in states(result).items() if state[0] != "reused"} == {
        "brief_2020-06-30_1": ("done", why)
    }
    assert (out / "brief_2020-06-30_1.ipynb").read_bytes() == good


def test_a_changed_notebook_and_an_added_value_are_told_apart(tmp_path: Path) -> None:
    file, out = make(tmp_path, MATRIX), tmp_path / "out"
    go(file, out)
    file.write_text(MATRIX.replace("n = [1, 2]", "n = [1, 2, 3]"))
    added = go(file, out)
    assert {name for name, (status, why) in states(added).items() if (status, why) == ("done", "new")} == {
        "brief_2019-06-30_3",
        "brief_2020-06-30_3",
    }
    notebook(tmp_path / "brief.ipynb", "print(as_of, n, 'changed')")
    assert set(states(go(file, out)).values()) == {("done", "notebook changed")}


def test_the_code_and_the_libraries_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, out = make(tmp_path, 'notebook = "brief.ipynb"\nformats = []\n[[run]]\nn = 3'), tmp_path / "out"
    go(file, out)
    real = causes.libraries()
    monkeypatch.setattr(causes, "libraries", lambda imported=frozenset(): {**real, "pandas": "99.0"})
    assert states(go(file, out)) == {"brief": ("done", f"pandas {real['pandas']} -> 99.0")}
    copy = tmp_path / "analysis"
    shutil.copytree(causes._PACKAGE, copy)
    monkeypatch.setattr(causes, "_PACKAGE", copy)
    assert states(go(file, out)) == {"brief": ("reused", "nothing changed")}
    (copy / "code.py").write_text("x = 2\n")
    assert states(go(file, out)) == {"brief": ("done", "code of the workbook changed")}


def test_changing_one_event_redoes_what_depends_on_the_record_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "data" / "a-b"
    record.mkdir(parents=True)
    (record / "events.csv").write_text("event_id,date\n2014-03-23-x,2014-03-23\n")
    monkeypatch.setenv(places.ENVIRONMENT, str(tmp_path / "data"))
    notebook(tmp_path / "free.ipynb", "1", parameters="n: int = 1")
    notebook(tmp_path / "bound.ipynb", "print(relationship)", parameters='relationship: str = "a-b"')
    file, out = tmp_path / "b.toml", tmp_path / "out"
    file.write_text('formats = []\n[[run]]\nnotebook = "free.ipynb"\n[[run]]\nnotebook = "bound.ipynb"')
    go(file, out)
    (record / "README.md").write_text("Nothing that is read.")
    (record / "events.csv").write_bytes((record / "events.csv").read_bytes().replace(b"\n", b"\r\n"))
    assert {run.status for run in go(file, out).runs} == {"reused"}
    (record / "events.csv").write_text("event_id,date\n2014-03-23-x,2014-03-24\n")
    assert states(go(file, out)) == {
        "free": ("reused", "nothing changed"),
        "bound": ("done", "record a-b changed"),
    }
    with pytest.raises(OptionError, match="Did you mean 'a-b'"):
        go({"notebook": str(tmp_path / "bound.ipynb"), "run": [{"relationship": "a-bb"}]}, out)


def test_files_named_by_a_parameter_or_listed_are_inputs(tmp_path: Path) -> None:
    notebook(tmp_path / "n.ipynb", "print(open(table).read())", parameters='table: str = "t.csv"')
    for name in ("t.csv", "extra.csv"):
        (tmp_path / name).write_text("1\n")
    file, out = tmp_path / "b.toml", tmp_path / "out"
    file.write_text('notebook = "n.ipynb"\nformats = []\ninputs = ["extra.csv"]\n[[run]]\n')
    go(file, out)
    for name, label in (("t.csv", "t.csv (parameter table)"), ("extra.csv", "extra.csv")):
        (tmp_path / name).write_text("2\n")
        assert states(go(file, out)) == {"n": ("done", f"{label} changed")}


WHOLE = {"format": 2, "name": "brief", "status": "done", "why": "", "error": "", "seconds": 1, "title": "", "figures": {},
         "alt": "", "notes": [], "files": {}, "causes": {part: {} for part in causes.PARTS}}  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"{", b"[]", b"", b"\xff\xfe\x00", b"null", b"[" * 100_000,
        *(json.dumps({key: value for key, value in WHOLE.items() if key != left_out}).encode() for left_out in WHOLE),
        *(json.dumps({**WHOLE, key: None}).encode() for key in WHOLE),
        json.dumps({**WHOLE, "causes": {"files": {}}}).encode(),
        json.dumps({**WHOLE, "files": {"brief.ipynb": 3}}).encode(),
        json.dumps({**WHOLE, "name": "other"}).encode(),
    ],
)  # fmt: skip
def test_an_entry_that_is_not_whole_counts_as_absent(tmp_path: Path, content: bytes) -> None:
    file, out = make(tmp_path, 'notebook = "brief.ipynb"\nformats = []\n[[run]]\nn = 3'), tmp_path / "out"
    out.mkdir()
    (out / "brief.json").write_bytes(content)
    assert states(go(file, out, dry_run=True)) == {"brief": ("planned", "new")}
    (out / "brief.json").write_text(json.dumps(WHOLE))
    assert states(go(file, out, dry_run=True))["brief"][1] != "new"


def test_the_entry_names_everything_that_a_run_was_made_of(tmp_path: Path) -> None:
    file, out = make(tmp_path, 'notebook = "brief.ipynb"\nformats = []\n[[run]]\nn = 3'), tmp_path / "out"
    go(file, out)
    entry = json.loads((out / "brief.json").read_text())
    assert entry["causes"]["parameters"] == {"as_of": "2020-01-31", "n": 3}
    assert set(entry["causes"]) == {"parameters", "files", "environment", "libraries"}
    assert set(entry["causes"]["files"]) == {"notebook", "code of the workbook"}
    assert {"python", "pandas", "matplotlib", "typst", "pandera", "pillow"} <= set(entry["causes"]["libraries"])
    assert entry["files"]["brief.ipynb"] == causes.file_hash(out / "brief.ipynb")
    assert entry["seconds"] > 0
    assert str(tmp_path) not in (out / "brief.json").read_text()


def test_runs_are_parallel_and_no_kernel_is_left(tmp_path: Path) -> None:
    # Each run waits until all four are under way, which they never are one after the other.
    cell = (
        "import glob, time\nopen(f'under-way-{n}', 'w').close()\nend = time.monotonic() + 120\n"
        "while len(glob.glob('under-way-*')) < 4 and time.monotonic() < end: time.sleep(0.05)\n"
        "print('together' if len(glob.glob('under-way-*')) == 4 else 'alone')"
    )
    file = make(tmp_path, 'notebook = "brief.ipynb"\nformats = []\n[matrix]\nn = [1, 2, 3, 4]', LEAVE_PID, cell)
    result = go(file, tmp_path / "out", jobs=4)
    for run in result.runs:
        shown = texts(nbformat.read(tmp_path / "out" / f"{run.name}.ipynb", as_version=4))
        assert "together" in " ".join(shown)
    assert not living_kernels(tmp_path)


def test_cold_kernels_make_the_same_files(tmp_path: Path) -> None:
    file = make(tmp_path, 'notebook = "brief.ipynb"\n[[run]]\nn = 3', "print({'a', 'b', 'c'})")
    made = {}
    for kernel in ("warm", "cold"):
        result = go(file, tmp_path / kernel, kernel=kernel)
        assert result.exit_status == 0
        made[kernel] = [(tmp_path / kernel / name).read_bytes() for name in ("brief.ipynb", "brief.pdf")]
    assert made["warm"] == made["cold"]


def test_progress_is_plain_lines_when_not_on_a_terminal(tmp_path: Path) -> None:
    stream = io.StringIO()
    batch(make(tmp_path, MATRIX), tmp_path / "out", jobs=2, stream=stream)
    lines = stream.getvalue().splitlines()
    assert [line.split("]")[0] for line in lines] == [f"[{n}/5" for n in range(1, 6)]
    assert all("\x1b" not in line and "\r" not in line for line in lines)
    assert "4 to come, about" in lines[0]
    assert "left" in lines[0]
    assert lines[-1].endswith("5 done, 0 failed, 0 to come")


def test_progress_is_one_bar_on_a_terminal(tmp_path: Path) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    batch(make(tmp_path, MATRIX), tmp_path / "out", jobs=2, stream=stream)
    shown = stream.getvalue()
    assert "5/5" in shown
    assert "failed" in shown


def test_planning_imports_no_slow_module(tmp_path: Path) -> None:
    file, out = make(tmp_path, MATRIX), tmp_path / "out"
    go(file, out)
    code = (
        f"import sys, pathlib; from analysis.runs import causes; causes._PACKAGE = pathlib.Path({str(tmp_path / 'frozen')!r})\n"
        "from analysis.runs.batching import batch\n"
        f"assert batch({str(file)!r}, {str(out)!r}).exit_status == 0\n"
        "slow = {'pandas.core', 'matplotlib', 'papermill', 'nbformat', 'jupyter_client', 'typst', 'IPython'} & set(sys.modules)\n"
        "assert not slow, slow"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
