"""One notebook run: what is saved, what is refused, what is kept when a cell fails."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from small_notebooks import alive, notebook, texts, until

from analysis.errors import OptionError, PublishError
from analysis.runs.running import RunError, run

KERNELS = ["cold", "warm"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_parameters_reach_the_notebook_with_the_declared_type(tmp_path: Path, kernel: str) -> None:
    path = notebook(tmp_path / "n.ipynb", "print(as_of, n + 1)")
    node = run(path, {"n": "41", "as_of": "2023-04-06"}, kernel=kernel)
    assert texts(node) == ["2023-04-06 42"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_kernel_is_this_python_and_finds_the_package_whatever_the_notebook_names(
    tmp_path: Path, kernel: str
) -> None:
    source = "import sys, analysis; print(sys.executable); print(analysis.__file__)"
    for metadata in ({}, {"kernelspec": {"name": "no-such-kernel", "language": "python", "display_name": "x"}}):
        node = run(notebook(tmp_path / "n.ipynb", source, metadata=metadata), kernel=kernel)
        import analysis

        assert texts(node)[0].splitlines() == [sys.executable, analysis.__file__]


def test_a_kernel_specification_that_points_elsewhere_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "share" / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {"argv": ["/bin/false", "{connection_file}"], "display_name": "x", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    assert texts(run(notebook(tmp_path / "n.ipynb", "print(n)"))) == ["2"]


def test_the_same_run_gives_the_same_bytes_cold_or_warm_and_names_nothing_of_this_machine(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "n.ipynb",
        "import warnings; warnings.warn('careful')",
        "print({'some', 'words', 'in', 'a', 'set'})",
        "import matplotlib.pyplot as plt\nplt.plot([1, n])",
    )
    saved = []
    for number, kernel in enumerate(["cold", "warm", "warm"]):
        out = tmp_path / f"out{number}" / "o.ipynb"
        run(path, {"n": 3}, out, kernel=kernel)
        saved.append(out.read_bytes())
    assert saved[0] == saved[1] == saved[2]
    text = saved[0].decode()
    for trace in (
        str(tmp_path),
        "start_time",
        "duration",
        "ipykernel_",
        '"execution":',
        f'"{platform.python_version()}"',
    ):
        assert trace not in text
    node = nbformat.reads(text, as_version=4)
    nbformat.validate(node)
    assert node.metadata.papermill == {"parameters": {"n": 3}}
    assert any("image/png" in output.get("data", {}) for cell in node.cells for output in cell.get("outputs", []))


def test_nothing_is_run_when_a_parameter_is_wrong(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", "open('ran', 'w').close()")
    for wrong in ({"m": 1}, {"n": "x"}, {"as_of": "soon"}):
        with pytest.raises(OptionError, match=r"n\.ipynb"):
            run(path, wrong, tmp_path / "o.ipynb")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["n.ipynb"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_failing_cell_is_named_as_the_author_counts_and_the_partial_notebook_kept(
    tmp_path: Path, kernel: str
) -> None:
    path = notebook(tmp_path / "n.ipynb", "print('before')", "# a comment\nx = 1 / (n - 3)", "print('after')")
    out = tmp_path / "results" / "o.ipynb"
    with pytest.raises(RunError) as failed:
        run(path, {"n": 3}, out, kernel=kernel)
    # Title, parameters, first cell, failing cell.
    assert failed.value.cell == 4
    assert failed.value.reason == "ZeroDivisionError: division by zero"
    assert str(failed.value).startswith("n.ipynb, cell 4 (`# a comment`): ZeroDivisionError: division by zero.")
    assert isinstance(failed.value, PublishError)
    assert not out.exists()
    assert failed.value.partial == tmp_path / "results" / "o.failed.ipynb"
    partial = nbformat.read(failed.value.partial, as_version=4)
    nbformat.validate(partial)
    assert "before" in texts(partial)
    assert "after" not in "".join(texts(partial))
    assert sorted(path.name for path in out.parent.iterdir()) == ["o.failed.ipynb", "o.failed.log"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_killed_kernel_is_a_failure_that_names_its_cell(tmp_path: Path, kernel: str) -> None:
    path = notebook(tmp_path / "n.ipynb", "print('before')", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(RunError, match=r"cell 4 .*the kernel died") as failed:
        run(path, out=tmp_path / "o.ipynb", kernel=kernel)
    assert failed.value.partial is not None
    assert "before" in texts(nbformat.read(failed.value.partial, as_version=4))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("hang", ["import time; time.sleep(600)", "while True: pass"])
def test_a_hang_ends_with_the_time_limit_and_its_programs_too(tmp_path: Path, kernel: str, hang: str) -> None:
    start = f"import subprocess; subprocess.Popen(['sleep', '612'], env={{'MARK': '{tmp_path}'}})"
    path = notebook(tmp_path / "n.ipynb", start, hang)
    with pytest.raises(RunError, match=r"cell 4 .*time limit of 2 seconds"):
        run(path, kernel=kernel, timeout=2)
    assert until(lambda: not alive(str(tmp_path)))


def test_many_short_cells_cannot_outlast_the_time_limit(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", *["import time; time.sleep(0.4)"] * 20)
    with pytest.raises(RunError, match="time limit"):
        run(path, kernel="warm", timeout=2)


def test_the_kernel_works_in_the_notebooks_folder_unless_told_otherwise(tmp_path: Path) -> None:
    path = notebook(tmp_path / "a" / "n.ipynb", "import os; print(os.getcwd())")
    (tmp_path / "b").mkdir()
    assert texts(run(path, kernel="warm")) == [str(tmp_path / "a")]
    assert texts(run(path, kernel="warm", cwd=tmp_path / "b")) == [str(tmp_path / "b")]
    with pytest.raises(OptionError, match="a folder"):
        run(path, cwd=tmp_path / "none")


def test_a_path_with_braces_and_spaces_is_only_a_path(tmp_path: Path) -> None:
    path = notebook(tmp_path / "{odd} name" / "n {x}.ipynb", "print(n)")
    out = tmp_path / "{odd} name" / "o {as_of}.ipynb"
    run(path, {"n": 5}, out, kernel="warm")
    assert texts(nbformat.read(out, as_version=4)) == ["5"]


def test_an_existing_result_survives_a_failure_to_write(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", "print(n)")
    out = tmp_path / "o.ipynb"
    run(path, {"n": 1}, out, kernel="warm")
    before = out.read_bytes()
    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400))\n"
        "from analysis.atomic import write_whole; from pathlib import Path\n"
        f"write_whole(Path({str(out)!r}), b'x' * 5000)\n"
    )
    failed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "File too large" in failed.stderr
    assert out.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["n.ipynb", "o.ipynb"]


def test_progress_counts_the_cells(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    run(
        notebook(tmp_path / "n.ipynb", "1", "2"), kernel="warm", progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(0, 4), *((number, 4) for number in range(4))]


def test_papermills_own_handlers_read_and_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from papermill.iorw import papermill_io

    stored = {"box://in.ipynb": notebook(tmp_path / "n.ipynb", "print(n)").read_text()}

    class Box:
        def read(self, path: str) -> str:
            return stored[path]

        def write(self, text: str, path: str) -> None:
            stored[path] = text

        def pretty_path(self, path: str) -> str:
            return path

        def listdir(self, path: str) -> list[str]:
            return list(stored)

    monkeypatch.setattr(papermill_io, "_handlers", list(papermill_io._handlers))
    papermill_io.register("box://", Box())
    run("box://in.ipynb", {"n": "9"}, "box://out.ipynb", kernel="warm", cwd=tmp_path)
    assert texts(nbformat.reads(stored["box://out.ipynb"], as_version=4)) == ["9"]


def test_a_notebook_runs_inside_a_running_kernel(tmp_path: Path) -> None:
    inner = notebook(tmp_path / "inner.ipynb", "print(n * 2)")
    source = f"""
    from analysis.runs.running import run
    node = run({str(inner)!r}, {{"n": 21}}, kernel="warm")
    print(node.cells[-1].outputs[0].text)
    """
    assert texts(run(notebook(tmp_path / "outer.ipynb", source), kernel="warm")) == ["42"]


def test_stored_outputs_of_an_earlier_run_do_not_return(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", "print(n)")
    run(path, {"n": 1}, tmp_path / "o.ipynb", kernel="warm")
    # An executed notebook with its injected cell is a notebook to be run as well.
    node = run(tmp_path / "o.ipynb", {"n": 2}, kernel="warm")
    assert texts(node) == ["2"]
    assert sum("injected-parameters" in cell.metadata.get("tags", []) for cell in node.cells) == 1


def test_a_kernel_that_does_not_start_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A start-up file of IPython that ends the process twice, then lets it live.
    profile = tmp_path / "ipython" / "profile_default" / "startup"
    profile.mkdir(parents=True)
    counter = tmp_path / "count"
    (profile / "00.py").write_text(
        f"import os\np = {str(counter)!r}\nn = len(open(p).read()) if os.path.exists(p) else 0\n"
        "open(p, 'a').write('x')\nif n < 2: os._exit(3)\n"
    )
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    assert texts(run(notebook(tmp_path / "n.ipynb", "print(n)"))) == ["2"]
    assert counter.read_text() == "xxx"
    counter.unlink()
    with pytest.raises(RunError, match="kernel") as failed:
        run(notebook(tmp_path / "n.ipynb", "print(n)"), out=tmp_path / "o.ipynb", attempts=2)
    assert failed.value.cell == 0
    assert counter.read_text() == "xx"
    assert os.listdir(tmp_path).count("o.ipynb") == 0


# --- nothing vanishes, and every failure has its reason ---------------------------------------------------------------


def shown(path: Path, *cells: str, tags: dict[int, list[str]] | None = None) -> nbformat.NotebookNode:
    """Run a notebook without parameters and return it; `tags` by the number of the code cell."""
    content = json.loads(notebook(path, *cells, parameters=None).read_text())
    for number, words in (tags or {}).items():
        content["cells"][number]["metadata"]["tags"] = words
    path.write_text(json.dumps(content))
    return run(path, out=path.with_name("o.ipynb"), kernel="warm")


def test_what_widgets_had_captured_goes_back_into_the_cell_that_shows_them(tmp_path: Path) -> None:
    cells = (
        "import ipywidgets as w, matplotlib.pyplot as plt\nfrom IPython.display import display\n"
        "o = w.Output()\nwith o:\n    print('inside')\n    plt.plot([1, 2]); plt.show()\ndisplay(o)",
        "box = w.VBox([w.HTML('x'), w.Output()])\ndisplay(box)",
        "with box.children[1]: print('filled later')",
        "w.interact(lambda k: print('moved', k), k=(0, 3));",
        "hidden = w.Output()\nwith hidden: print('never shown')",
        "o2 = w.Output()\ndisplay(o2)\nwith o2: raise ValueError('swallowed')",
    )
    node = shown(tmp_path / "n.ipynb", *cells)
    nbformat.validate(node)
    found = [
        [output.get("text") or sorted(output.get("data", {})) for output in cell.outputs] for cell in node.cells[1:]
    ]
    assert found[0] == ["inside\n", ["image/png", "text/plain"]]
    assert found[1][-1] == "filled later\n"
    assert found[2] == []
    assert found[3][-1] == "moved 1\n"
    assert node.cells[6].outputs[0].ename == "ValueError"
    assert node.metadata.papermill.notes == [
        "the outputs that 1 widgets captured are left out, since no cell shows the widgets",
        "cell 7 shows an error (ValueError)",
    ]
    assert "widgets" not in node.metadata
    assert "model_id" not in (tmp_path / "o.ipynb").read_text()


@pytest.mark.parametrize(("leave", "words"), [("sys.exit()", ""), ("sys.exit(0)", ""), ("sys.exit(3)", "exit code 3")])
def test_a_notebook_that_leaves_by_sys_exit_has_ended_early(tmp_path: Path, leave: str, words: str) -> None:
    with pytest.raises(RunError, match=r"cell 3 .*ended early at cell 3.*the cells after it were not run") as failed:
        shown(tmp_path / "n.ipynb", "print('half')", f"import sys; {leave}", "print('the conclusion')")
    assert words in str(failed.value)
    assert "half" in texts(nbformat.read(tmp_path / "o.failed.ipynb", as_version=4))


def test_a_cell_that_may_raise_may_and_the_one_that_raised_is_named(tmp_path: Path) -> None:
    cells = ("1 / 0", "print('last')")
    node = shown(tmp_path / "n.ipynb", *cells, tags={1: ["raises-exception"]})
    assert texts(node)[-1] == "last"
    assert node.metadata.papermill.notes == ["cell 2 shows an error (ZeroDivisionError)"]
    with pytest.raises(RunError, match=r"cell 3 \(`int\('x'\)`\): ValueError"):
        shown(tmp_path / "m.ipynb", "1 / 0", "int('x')", tags={1: ["raises-exception"]})
    assert texts(shown(tmp_path / "k.ipynb", *cells, tags={1: ["skip-execution"]}))[-1] == "last"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("%timeit -z", "UsageError: option -z not recognized"),
        ("class Stop(Exception):\n    def _render_traceback_(self): pass\nraise Stop", "Stop"),
        ("class Stop(Exception):\n    def _render_traceback_(self): return []\nraise Stop", "Stop"),
        ("raise ValueError('two\\nlines\\n\\n')", "ValueError: two lines"),
        ("raise ValueError('x' * 10_000)", "ValueError: xxx"),
        ("raise ValueError('\\x1b[31mred\\x1b[0m')", "ValueError: red"),
        ("assert False", "AssertionError"),
        ("import os; os.write(2, b'\\nfirst\\nlast\\n'); os._exit(4)", "exit code 4; it last said: first / last"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGABRT)", "the kernel died (SIGABRT"),
    ],
)
def test_a_reason_is_one_sentence_and_the_notebook_and_a_log_are_kept(tmp_path: Path, cell: str, reason: str) -> None:
    with pytest.raises(RunError) as failed:
        shown(tmp_path / "n.ipynb", "print('before')", cell)
    assert reason in failed.value.reason
    assert "\n" not in failed.value.reason
    assert len(failed.value.reason) < 700
    assert failed.value.cell == 3
    assert "before" in texts(nbformat.read(tmp_path / "o.failed.ipynb", as_version=4))
    assert failed.value.reason in (tmp_path / "o.failed.log").read_text()


def test_outputs_are_kept_up_to_a_limit_and_what_is_left_out_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from analysis.runs import running

    monkeypatch.setattr(running, "OUTPUT_LIMIT", 1000)
    cells = (
        "print('x' * 999)",
        "print('x' * 1000)",
        "from IPython.display import display, HTML, clear_output\nprint('y' * 600)\ndisplay(HTML('z' * 700))",
        "for n in range(5):\n    clear_output()\n    print('w' * 900, flush=True)",
    )
    whole, cut, table, loop = (cell.outputs for cell in shown(tmp_path / "n.ipynb", *cells).cells[1:])
    assert [output.text for output in whole] == ["x" * 999 + "\n"]
    words = "\n[{} characters of output are left out here, after the first 1,000.]\n"
    assert [output.text for output in cut] == ["x" * 1000, words.format(1)]
    assert [output.get("text", "") for output in table] == ["y" * 600 + "\n", words.format(734)]
    assert [output.text for output in loop] == ["w" * 900 + "\n"]


def test_a_print_of_200_mb_needs_less_than_1_gb(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", "print('x' * 200_000_000)\nfor n in range(50_000): print('y' * 99)")
    (tmp_path / "out").mkdir()
    code = (
        "import resource, sys; from pathlib import Path; from analysis.runs.plan import plan\n"
        "from analysis.runs.single import make\n"
        f"p = plan({{'notebook': {str(path)!r}, 'run': [{{}}], 'formats': ['html']}})\n"
        f"print(make(p.runs[0], Path({str(tmp_path / 'out')!r})).status)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    status, *peaks = done.stdout.split()
    assert status == "done", done.stdout
    assert all(int(peak) < 1_000_000 for peak in peaks), peaks
    assert "characters of output are left out here" in (tmp_path / "out" / "n.ipynb").read_text()[-3000:]
    assert "Cut here: 20,000,000 characters; the notebook has the whole" in (tmp_path / "out" / "n.html").read_text(
        encoding="utf-8"
    )
