"""Documents made in processes apart: the same bytes, faults told, hangs ended, nothing left behind, nothing endless."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import export_kit as kit
import nbformat
import pytest
from small_notebooks import alive, until

from analysis.errors import PublishError
from analysis.export import export
from analysis.runs import documents
from analysis.runs.warm import client

FORKED = pytest.param(True, marks=pytest.mark.skipif(bool(client.unavailable()), reason=client.unavailable()))
warm = pytest.mark.parametrize("warm", [FORKED, False], ids=["forked", "from scratch"])


def written(path: Path, *cells: object) -> Path:
    nbformat.write(kit.notebook(*cells), path)
    return path


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return written(tmp_path / "n.ipynb", kit.prose("# Words\n\nOne *word*."), kit.cell(kit.chart("a")))


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


@warm
def test_documents_are_those_of_an_export_here(notebook: Path, tmp_path: Path, room: Path, warm: bool) -> None:
    targets = {form: tmp_path / f"a.{form}" for form in ("pdf", "docx", "html")}
    documents.make(notebook, targets, room, warm=warm)
    for form, path in targets.items():
        assert path.read_bytes() == export(notebook, form=form)


@warm
def test_a_refusal_is_told_in_the_exporters_words(tmp_path: Path, room: Path, warm: bool) -> None:
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    damaged = written(tmp_path / "d.ipynb", kit.cell(kit.cover()), kit.cell(kit.bundle(image_png=pixel)))
    with pytest.raises(PublishError, match="cell 2"):
        documents.make(damaged, {"pdf": tmp_path / "d.pdf"}, room, warm=warm)
    assert not (tmp_path / "d.pdf").exists()


@warm
def test_a_hang_is_ended_with_its_programs(
    notebook: Path, tmp_path: Path, room: Path, warm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)  # reading it waits for a writer that never comes
    monkeypatch.setenv("MARK_OF_TEST", str(tmp_path))
    with pytest.raises(TimeoutError, match="3 seconds"):
        documents.make(pipe, {"pdf": tmp_path / "b.pdf"}, room, warm=warm, timeout=3)
    assert until(lambda: not alive(f"MARK_OF_TEST={tmp_path}"), 5)


@warm
def test_a_death_is_told_with_its_signal(notebook: Path, tmp_path: Path, room: Path, warm: bool) -> None:
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)

    def kill() -> None:
        assert until(lambda: bool(documents._running))
        assert until((room / "documents.log").exists)
        os.kill(next(iter(documents._running)).pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(PublishError, match="not by SIGKILL"):
        documents.make(pipe, {"pdf": tmp_path / "b.pdf"}, room, warm=warm, timeout=60)
    killer.join()
    assert not documents._running
