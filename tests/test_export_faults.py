"""What goes wrong leaves no half a file, keeps the old one, and says where it happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import export_kit as kit
import nbformat
import pytest

import analysis
from analysis.atomic import write_document
from analysis.errors import PublishError
from analysis.export import export

ROOT = str(Path(analysis.__file__).parents[1])
OLD = b"the old document"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An old document in a folder of its own."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "briefing.pdf").write_bytes(OLD)
    return folder / "briefing.pdf"


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("in") / "briefing.ipynb"
    nbformat.write(kit.briefing(), path)
    return path


def untouched(target: Path) -> bool:
    return os.listdir(target.parent) == [target.name] and target.read_bytes() == OLD


@pytest.mark.parametrize(
    "broken",
    [
        kit.bundle(image_svg="<svg><g>", text_plain="words"),
        kit.bundle(image_png="####", text_plain="words"),
        kit.bundle(text_html="<script>draw()</script>", text_plain="words"),
    ],
)
def test_under_strict_a_cell_that_cannot_be_set_keeps_the_old_file_and_is_named(broken: Any, target: Path) -> None:
    with pytest.raises(PublishError, match=r"cell 2 \('draw\(\)'\)"):
        export(kit.notebook(kit.prose("# T"), kit.cell(broken, source="draw()")), target, strict=True)
    assert untouched(target)


def test_a_new_file_takes_the_place_of_the_old_one_with_its_permissions(notebook: Path, target: Path) -> None:
    target.chmod(0o640)
    export(notebook, target)
    assert os.listdir(target.parent) == [target.name]
    assert target.read_bytes().startswith(b"%PDF")
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_full_disk_keeps_the_old_file(notebook: Path, target: Path) -> None:
    # The system refuses to let any file of this process grow beyond 40 kB, as a full disk would: pictures fit, the document does not.
    code = (
        "import resource, signal, sys\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from analysis.export import export\nfrom analysis.atomic import write_document\nfrom analysis.export.exporter import render\nmade = render(sys.argv[1], 'pdf')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))\nassert len(made) > 40_000\n"
        "from pathlib import Path\nwrite_document(Path(sys.argv[2]), made)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(notebook), str(target)],
        env={**os.environ, "PYTHONPATH": ROOT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PublishError" in done.stderr
    assert "cannot be written" in done.stderr
    assert untouched(target)


def test_a_full_temporary_folder_is_told_as_such(notebook: Path, target: Path) -> None:
    code = (
        "import resource, signal, sys\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nfrom analysis.export import export\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))\nexport(*sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(notebook), str(target)],
        env={**os.environ, "PYTHONPATH": ROOT},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PublishError" in done.stderr
    assert "temporary folder" in done.stderr
    assert untouched(target)


def test_a_folder_that_cannot_be_written_to_is_named(notebook: Path, target: Path) -> None:
    missing = target.parent / "none" / "briefing.pdf"
    with pytest.raises(PublishError, match=r"none/briefing\.pdf.*cannot be written"):
        export(notebook, missing)
    with pytest.raises(PublishError, match="cannot be written"):
        export(notebook, target / "below-a-file.pdf")
    assert untouched(target)


def test_a_read_only_folder_keeps_the_old_file() -> None:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "briefing.pdf"
        target.write_bytes(OLD)
        Path(folder).chmod(0o555)
        was = os.geteuid()
        if was == 0:
            os.seteuid(65534)  # the superuser may write everywhere, so another user tries
        try:
            with pytest.raises(PublishError, match=r"briefing\.pdf.*cannot be written"):
                write_document(target, b"new")
        finally:
            os.seteuid(was)
            Path(folder).chmod(0o755)
        assert untouched(target)


@pytest.mark.parametrize("delay", [0.05, 0.15, 0.25, 0.35, 0.5])
def test_an_interrupt_leaves_the_old_file_or_the_whole_new_one(delay: float, notebook: Path, target: Path) -> None:
    code = (
        "import sys\nfrom analysis.export import export\nprint('ready', flush=True)\nwhile True: export(*sys.argv[1:])"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(notebook), str(target)],
        env={**os.environ, "PYTHONPATH": ROOT},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert running.stdout is not None
    running.stdout.readline()
    time.sleep(delay)
    running.send_signal(signal.SIGINT)
    assert running.wait(timeout=30) != 0
    running.stdout.close()
    assert os.listdir(target.parent) == [target.name]
    data = target.read_bytes()
    assert data == OLD or (data.startswith(b"%PDF") and data.rstrip().endswith(b"%%EOF"))


def test_temporary_folders_are_removed(notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    export(notebook)
    with pytest.raises(PublishError):
        export(
            kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(image_svg="<svg><g>", text_plain="words"))), strict=True
        )
    assert os.listdir(tmp_path) == []


def test_pandoc_that_stops_is_reported(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.export.pandoc.program", lambda: sys.executable)
    with pytest.raises(PublishError, match="pandoc stopped"):
        export(notebook)
