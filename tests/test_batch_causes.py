"""What a run was made of: each single change of a watched thing redoes exactly what depends on it, and is named."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from small_notebooks import freeze_code, notebook, texts

from analysis import cli
from analysis.errors import OptionError
from analysis.runs import causes
from analysis.runs.batching import BatchResult, batch
from analysis.runs.plan import plan

CELL = "import sys; print(n, [open(path).read() for path in files])"
PARAMETERS = """
n: int = 1
files: list[str] = []
options: dict = {}
separator: str = "."
relationship: str = ""
"""
PLAN = """
formats = []
name = "{notebook}"
inputs = ["a/data.csv", "b/data.csv"]
environment = ["REGION"]
[[run]]
notebook = "bound/n.ipynb"
files = ["one.txt", "two.txt"]
options = { key = "three.txt" }
relationship = "rec"
[[run]]
notebook = "free/m.ipynb"
"""


@pytest.fixture(autouse=True)
def frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(causes, "_PACKAGE", causes._PACKAGE)
    freeze_code(tmp_path)


def go(file: Path, out: Path, **options: Any) -> BatchResult:
    return batch(file, out, stream=io.StringIO(), **options)


def why(result: BatchResult) -> dict[str, str]:
    return {run.name: run.why for run in result.runs}


def edited(path: Path) -> Callable[[], None]:
    return lambda: path.write_text(path.read_text() + "# changed\n") and None  # type: ignore[return-value]


def with_metadata(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("bound/n.ipynb", "free/m.ipynb"):
        notebook(tmp_path / name, CELL, parameters=PARAMETERS)
    beside = dict.fromkeys(("helper.py", "pack/__init__.py", "pack/deep/part.py", "matplotlibrc"), "x = 1\n")
    named = dict.fromkeys(("one.txt", "two.txt", "three.txt"), "text\n")
    for name, text in {**beside, **named, "rec/events.csv": "event_id\n"}.items():
        (tmp_path / "bound" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bound" / name).write_text("" if name == "matplotlibrc" else text)
    for name in ("a/data.csv", "b/data.csv"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("1\n")
    monkeypatch.setenv("REGION", "north")
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path


BOTH = ("n", "m")
WATCHED: dict[str, tuple[str, tuple[str, ...], Callable[[Path], object]]] = {
    "a listed file": ("a/data.csv changed", BOTH, lambda f: (f / "a/data.csv").write_text("2\n")),
    "a listed file of the same name": ("b/data.csv changed", BOTH, lambda f: (f / "b/data.csv").write_text("2\n")),
    "a variable": ("environment variable REGION changed", BOTH, lambda f: os.environ.update(REGION="south")),
    "a module": ("helper.py beside the notebook changed", ("n",), lambda f: edited(f / "bound/helper.py")()),
    "a package": ("pack beside the notebook changed", ("n",), lambda f: edited(f / "bound/pack/deep/part.py")()),
    "a new module": ("new.py beside the notebook is new", ("m",), lambda f: (f / "free/new.py").write_text("")),
    "a module gone": ("helper.py beside the notebook is gone", ("n",), lambda f: (f / "bound/helper.py").unlink()),
    "settings": ("matplotlibrc beside the notebook changed", ("n",), lambda f: edited(f / "bound/matplotlibrc")()),
    "a file in a list": ("two.txt (parameter files) changed", ("n",), lambda f: edited(f / "bound/two.txt")()),
    "a file in a dict": ("three.txt (parameter options) changed", ("n",), lambda f: edited(f / "bound/three.txt")()),
    "the record": ("record rec changed", ("n",), lambda f: edited(f / "bound/rec/events.csv")()),
    "a default": (
        "notebook changed; parameter n changed",
        ("m",),
        lambda f: (f / "free/m.ipynb").write_text((f / "free/m.ipynb").read_text().replace("n: int = 1", "n: int = 2")),
    ),
    "an alternative text": (
        "notebook changed",
        ("n",),
        lambda f: with_metadata(f / "bound/n.ipynb", lambda c: c["cells"][2]["metadata"].update(alt="A line.")),
    ),
    "a title": (
        "notebook changed",
        ("n",),
        lambda f: with_metadata(f / "bound/n.ipynb", lambda c: c["metadata"].update(title="T", authors=[])),
    ),
    "the code": ("code of the workbook changed", BOTH, lambda f: edited(f / "frozen/code.py")()),
}


def test_each_single_change_redoes_exactly_what_depends_on_it_and_is_named(folder: Path) -> None:
    file, out = folder / "plan.toml", folder / "out"
    assert {run.status for run in go(file, out).runs} == {"done"}
    assert set(why(go(file, out, dry_run=True)).values()) == {"nothing changed"}
    for what, (words, whose, change) in WATCHED.items():
        change(folder)
        found = why(go(file, out, dry_run=True))
        assert found == {name: words if name in whose else "nothing changed" for name in BOTH}, what
        # The next change is looked at alone. Making the runs is not what is tested here.
        for run in plan(file).runs:
            entry = json.loads((out / f"{run.name}.json").read_text())
            (out / f"{run.name}.json").write_text(json.dumps({**entry, "causes": causes.causes(run)}))


def test_versions_of_what_a_notebook_or_a_module_beside_it_imports_count(folder: Path) -> None:
    (folder / "free" / "tool.py").write_text("import yaml.nodes, os\n")
    notebook(
        folder / "free" / "m.ipynb", "%matplotlib inline\nfrom toolz import curry\nimport json", parameters="n: int = 1"
    )
    bound, free = (causes.causes(run)["libraries"] for run in plan(folder / "plan.toml").runs)
    assert {"PyYAML", "toolz"} <= set(free)
    assert not {"PyYAML", "toolz", "json"} & set(bound)
    assert {"pandera", "pyarrow", "pillow", "fonttools", "ipywidgets", "python"} <= set(bound)
    changed = {**free, "toolz": "0.1"}
    parts = {part: {} for part in causes.PARTS}
    old, new = ({**parts, "libraries": libraries} for libraries in (changed, free))
    assert causes.differences(old, new) == [f"toolz 0.1 -> {free['toolz']}"]


def test_what_running_leaves_in_a_notebook_and_dots_and_slashes_are_no_causes(folder: Path) -> None:
    before = [causes.causes(run) for run in plan(folder / "plan.toml").runs]
    assert not any("separator" in label for label in before[0]["files"])

    def run_in_an_editor(content: dict[str, Any]) -> None:
        content["metadata"] |= {"widgets": {}, "language_info": {"version": "9"}, "papermill": {}}
        content["cells"][2] |= {"execution_count": 3, "outputs": []}
        content["cells"][2]["metadata"] |= {"execution": {"iopub.status.busy": "now"}, "scrolled": True, "tags": []}

    with_metadata(folder / "bound/n.ipynb", run_in_an_editor)
    (folder / "free" / "notes.md").write_text("Not read.")
    assert [causes.causes(run) for run in plan(folder / "plan.toml").runs] == before


def test_a_value_of_dots_and_slashes_watches_no_folder_and_a_secret_is_not_written(folder: Path) -> None:
    (folder / "b.toml").write_text(
        'notebook = "free/m.ipynb"\nformats = []\nenvironment = ["REGION"]\n[matrix]\nseparator = ["/", "..", "./", "gone"]\n'
    )
    for run in plan(folder / "b.toml").runs:
        found = causes.causes(run)
        assert set(found["files"]) == {"notebook", "code of the workbook"}
        assert "north" not in json.dumps(found)


def test_a_record_by_path_is_read_from_where_it_is_watched(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notebook(folder / "bound" / "n.ipynb", "print(relationship)", parameters='relationship: str = "rec"')
    (folder / "b.toml").write_text('notebook = "bound/n.ipynb"\nformats = []\n[[run]]\n')
    for root in (folder / "rec", folder / "elsewhere" / "rec"):
        root.mkdir(parents=True)
        (root / "events.csv").write_text("event_id\n")
    monkeypatch.chdir(folder / "elsewhere")
    out = folder / "out"
    go(folder / "b.toml", out)
    # Beside the plan comes before beside the notebook; the working directory of the caller does not count.
    read = Path(texts(nbformat.read(out / "n.ipynb", as_version=4))[0])
    assert read == folder / "rec"
    for root in (folder / "elsewhere" / "rec", folder / "bound" / "rec"):
        (root / "events.csv").write_text("event_id\nx\n")
        assert why(go(folder / "b.toml", out, dry_run=True)) == {"n": "nothing changed"}
    (folder / "rec" / "events.csv").write_text("event_id\nx\n")
    assert why(go(folder / "b.toml", out, dry_run=True)) == {"n": "record rec changed"}
    (folder / "rec" / "events.csv").unlink()
    (folder / "rec").rmdir()
    (folder / "bound" / "rec" / "events.csv").write_text("event_id\nx\ny\n")
    go(folder / "b.toml", out)
    assert texts(nbformat.read(out / "n.ipynb", as_version=4)) == [str(folder / "bound" / "rec")]


def test_a_file_edited_in_mid_batch_and_put_back_leaves_no_wrong_result(tmp_path: Path) -> None:
    cell = (
        "import os, time\nopen(f'begun-{n}', 'w').close()\n"
        "while n == 1 and not os.path.exists('edited'): time.sleep(0.05)\nprint(open(data).read())"
    )
    notebook(tmp_path / "m.ipynb", cell, parameters='n: int = 1\ndata: str = "d.txt"')
    file, out, data = tmp_path / "m.toml", tmp_path / "out", tmp_path / "d.txt"
    file.write_text('notebook = "m.ipynb"\nname = "m-{n}"\nformats = []\n[matrix]\nn = [1, 2]\n')
    data.write_text("good")

    def edit() -> None:
        while not (tmp_path / "begun-1").exists():
            time.sleep(0.05)
        data.write_text("EDITED")
        (tmp_path / "edited").touch()

    editor = threading.Thread(target=edit)
    editor.start()
    result = go(file, out, jobs=1)
    editor.join()
    # Made twice, and said: the folder holds one state of the file.
    assert [run.why for run in result.runs] == ["d.txt (parameter data) changed", "new"]
    assert result.exit_status == 0
    data.write_text("good")
    assert set(why(go(file, out)).values()) == {"d.txt (parameter data) changed"}
    shown = [texts(nbformat.read(out / f"m-{n}.ipynb", as_version=4)) for n in (1, 2)]
    assert shown == [["good"], ["good"]]


def test_what_a_run_changes_itself_is_stale_each_time_unless_it_is_not_watched(tmp_path: Path) -> None:
    cell = "import time; open(log, 'w').write(str(time.time_ns()))"
    notebook(tmp_path / "m.ipynb", cell, parameters='log: str = "log.txt"')
    file, out = tmp_path / "m.toml", tmp_path / "out"
    file.write_text('notebook = "m.ipynb"\nformats = []\n[[run]]\n')
    result = go(file, out)
    assert [(run.status, run.error) for run in result.runs] == [
        ("stale", "changed meanwhile: log.txt (parameter log) changed")
    ]
    assert result.exit_status == 1
    assert json.loads((out / "m.json").read_text())["status"] == "stale"
    file.write_text('notebook = "m.ipynb"\nformats = []\nunwatched = ["log"]\n[[run]]\n')
    assert go(file, out).exit_status == 0
    assert set(why(go(file, out)).values()) == {"nothing changed"}


def test_the_command_lists_what_is_watched_and_what_is_not(folder: Path) -> None:
    found = CliRunner().invoke(
        cli.main, ["batch", str(folder / "plan.toml"), "--out", str(folder / "out"), "--explain", "n"]
    )
    assert found.exit_code == 0
    for words in (
        "two.txt (parameter files)",
        "helper.py beside the notebook",
        "REGION = ",
        "pandas = ",
        "Not watched: ",
    ):
        assert words in found.output
    assert "north" not in found.output
    assert not (folder / "out").exists()
    wrong = CliRunner().invoke(cli.main, ["batch", str(folder / "plan.toml"), "--out", "o", "--explain", "nn"])
    assert wrong.exit_code == 2
    assert "Did you mean 'n'" in wrong.output


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"as_of": "2020-01-31", "start": "2021-01-01"}, "start"),
        ({"half_life": "banana"}, "half_life"),
        ({"half_life": "0D"}, "half_life"),
        ({"relationship": "russia-belaruss"}, "relationship"),
    ],
)
def test_what_a_briefing_would_refuse_is_refused_when_the_plan_is_read(given: dict[str, str], field: str) -> None:
    with pytest.raises(OptionError, match=r"briefing\.ipynb") as refused:
        plan({"notebook": "briefing.ipynb", "run": [given]})
    assert refused.value.field == field
