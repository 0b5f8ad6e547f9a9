"""Documents made in processes apart: the same bytes, faults told, hangs ended, nothing left behind."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import export_kit as kit
import nbformat
import psutil
import pytest
from small_notebooks import alive, until

from analysis.errors import PublishError
from analysis.export import export, pandoc
from analysis.runs.warm import client as warm
from analysis.runs.warm import export_process as documents
from analysis.runs.warm.export_process import Maker, Makers

FORKED = pytest.param("forked", marks=pytest.mark.skipif(bool(warm.unavailable()), reason=warm.unavailable()))


@pytest.fixture(params=[FORKED, "from scratch"])
def maker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Maker]:
    if request.param == "from scratch":
        monkeypatch.setattr(warm, "unavailable", lambda: "as on a system that cannot fork")
    made = Maker()
    yield made
    made.close()


def written(path: Path, *cells: object) -> Path:
    nbformat.write(kit.notebook(*cells), path)
    return path


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return written(tmp_path / "n.ipynb", kit.prose("# Words\n\nOne *word*."), kit.cell(kit.chart("a")))


def processes(maker: Maker) -> list[psutil.Process]:
    assert maker._process is not None
    own = psutil.Process(maker._process.pid)
    return [own, *own.children(recursive=True)]


def test_documents_are_those_of_an_export_here_and_one_process_makes_them_all(
    maker: Maker, notebook: Path, tmp_path: Path
) -> None:
    maker.make(notebook, {"pdf": tmp_path / "a.pdf"})
    began = {process.pid for process in processes(maker)}
    maker.make(notebook, {form: tmp_path / f"b.{form}" for form in ("pdf", "docx", "html")})
    assert {process.pid for process in processes(maker)} == began
    assert len(began) == 2  # with its pandoc
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()
    for form in ("pdf", "docx", "html"):
        assert (tmp_path / f"b.{form}").read_bytes() == export(notebook, form=form)


def test_a_process_is_replaced_before_it_has_grown(
    maker: Maker, notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_ENOUGH", 2)
    maker.make(notebook, {"html": tmp_path / "a.html"})
    running = processes(maker)
    maker.make(notebook, {"html": tmp_path / "b.html"})
    assert until(lambda: not any(process.is_running() for process in running))
    maker.make(notebook, {"html": tmp_path / "c.html"})
    assert {path.read_bytes() for path in tmp_path.glob("*.html")} == {(tmp_path / "a.html").read_bytes()}


def test_nothing_is_left_when_it_is_closed(maker: Maker, notebook: Path, tmp_path: Path) -> None:
    maker.make(notebook, {"pdf": tmp_path / "a.pdf"})
    running = processes(maker)
    maker.close()
    assert until(lambda: not any(process.is_running() for process in running))
    maker.make(notebook, {"pdf": tmp_path / "b.pdf"})  # it starts again when it is needed again
    assert (tmp_path / "b.pdf").is_file()


def test_a_refusal_is_told_in_the_exporters_words_and_the_process_stays(
    maker: Maker, notebook: Path, tmp_path: Path
) -> None:
    damaged = written(
        tmp_path / "d.ipynb", kit.prose("# T"), kit.cell(kit.bundle(image_svg="<svg><g>", text_plain="w"))
    )
    with pytest.raises(PublishError, match=r"cell 2 .*cannot be set"):
        maker.make(damaged, {"pdf": tmp_path / "d.pdf"})
    began = processes(maker)[0].pid
    maker.make(notebook, {"pdf": tmp_path / "a.pdf"})
    assert processes(maker)[0].pid == began
    assert not (tmp_path / "d.pdf").exists()


def during(maker: Maker, do: Callable[[], None]) -> threading.Timer:
    timer = threading.Timer(0.3, do)
    timer.start()
    return timer


def test_a_hang_is_ended_and_the_next_document_made(maker: Maker, notebook: Path, tmp_path: Path) -> None:
    maker.make(notebook, {"pdf": tmp_path / "a.pdf"})
    running = processes(maker)
    running[0].suspend()
    with pytest.raises(TimeoutError, match=r"0\.5 seconds"):
        maker.make(notebook, {"pdf": tmp_path / "b.pdf"}, timeout=0.5)
    assert until(lambda: not any(process.is_running() for process in running))
    maker.make(notebook, {"pdf": tmp_path / "b.pdf"}, timeout=60)
    assert not list(tmp_path.glob(".*"))


def test_a_death_is_told_with_its_signal_and_the_next_document_made(
    maker: Maker, notebook: Path, tmp_path: Path
) -> None:
    maker.make(notebook, {"pdf": tmp_path / "a.pdf"})
    running = processes(maker)
    running[0].suspend()
    ended = during(maker, lambda: os.kill(running[0].pid, signal.SIGKILL))
    with pytest.raises(PublishError, match="not with code -9"):
        maker.make(notebook, {"pdf": tmp_path / "b.pdf"})
    ended.join()
    maker.make(notebook, {"pdf": tmp_path / "b.pdf"})


def test_a_pandoc_that_died_is_told_and_started_again(maker: Maker, notebook: Path, tmp_path: Path) -> None:
    maker.make(notebook, {"pdf": tmp_path / "a.pdf"})
    (program,) = processes(maker)[1:]
    program.kill()
    with pytest.raises(PublishError, match="pandoc stopped"):
        maker.make(notebook, {"pdf": tmp_path / "b.pdf"})
    maker.make(notebook, {"pdf": tmp_path / "b.pdf"})
    assert (tmp_path / "a.pdf").read_bytes() == (tmp_path / "b.pdf").read_bytes()


def test_makers_work_at_once_and_are_used_again(notebook: Path, tmp_path: Path) -> None:
    makers = Makers()
    threads = [threading.Thread(target=makers.make, args=(notebook, {"pdf": tmp_path / f"{i}.pdf"})) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({path.read_bytes() for path in tmp_path.glob("*.pdf")}) == 1
    count = len(makers._all)
    makers.make(notebook, {"pdf": tmp_path / "4.pdf"})
    assert len(makers._all) == count
    makers.close()


def test_a_process_that_does_not_start_is_told(notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if warm.unavailable():
        pytest.skip(warm.unavailable())
    monkeypatch.setattr(documents, "__name__", "none")
    with pytest.raises(PublishError, match="must start, not end with code 1"):
        Maker().make(notebook, {"pdf": tmp_path / "a.pdf"})


def test_a_process_that_hangs_while_it_starts_is_ended(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if warm.unavailable():
        pytest.skip(warm.unavailable())
    real = warm.ForkServer.fork

    def asleep(self: warm.ForkServer, request: dict[str, object]) -> warm.Forked:
        return real(self, {**request, "call": "subprocess:run", "arguments": {"args": ["sleep", "617"]}})

    maker = Maker()
    maker.make(notebook, {"html": tmp_path / "a.html"})  # the fork server is there
    maker.close()
    monkeypatch.setattr(warm.ForkServer, "fork", asleep)
    with pytest.raises(TimeoutError, match=r"0\.5 seconds"):
        maker.make(notebook, {"html": tmp_path / "b.html"}, timeout=0.5)
    assert until(lambda: not alive("sleep\x00617"))
    monkeypatch.undo()
    maker.make(notebook, {"html": tmp_path / "b.html"}, timeout=60)
    maker.close()


def test_one_pandoc_answers_all_requests_of_a_block() -> None:
    def children() -> set[int]:
        return {child.pid for child in psutil.Process().children() if "pandoc" in child.name()}

    before, markdown = children(), {"format": "markdown", "extensions": {}}
    with pandoc.running():
        (tree,) = pandoc.parse([("a -- *b*", markdown)])  # type: ignore[list-item]
        first = children() - before
        with pandoc.running():
            text = pandoc.to_text(tree, "typst")
        assert children() - before == first
    assert len(first) == 1
    assert "#emph[b]" in text or "_b_" in text
    assert children() == before


def test_what_was_read_once_is_read_by_its_own_format_and_memory_is_bounded() -> None:
    plain = {"format": "markdown", "extensions": {}}
    bare = {"format": "markdown", "extensions": {"citations": False}}
    with pandoc.running():
        for _ in range(2):
            first, second, wrong = pandoc.parse([("[@a]", plain), ("[@a]", bare), ("x", {"format": "none"})])  # type: ignore[list-item]
            assert first["blocks"][0]["c"][0]["t"] == "Cite"
            assert second["blocks"][0]["c"][0]["t"] == "Str"
            assert "none" in wrong["error"]
        for number in range(40):
            (tree,) = pandoc.parse([(f"{number} " + "word " * 20_000, plain)])  # type: ignore[list-item]
            assert tree["blocks"][0]["c"][0]["c"] == str(number)


def test_text_of_every_kind_comes_back_from_pandoc_whole() -> None:
    words = 'line\nbreak "quotes" \\ back\u2028slash \x7f \U0001f600 ' + "x" * 200_000
    tree = pandoc.document([{"t": "CodeBlock", "c": [["", [], []], words]}])
    assert pandoc.to_text(tree, "plain").strip() == "\n".join(f"    {line}" for line in words.split("\n")).strip()
