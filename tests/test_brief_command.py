"""`workbook brief`: one command from the record to a document, and a refusal before anything runs."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PageObject, PdfReader

from analysis.cli import main


def brief(tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("workbook")), "brief", *options]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> PdfReader:
    folder = tmp_path_factory.mktemp("brief")
    done = brief(folder, "russia-belarus", "--as-of", "2023-04-06", "--start", "2014-01-01", "--out", "briefing.pdf")
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "briefing.pdf"
    assert [path.name for path in folder.iterdir()] == ["briefing.pdf"]
    return PdfReader(folder / "briefing.pdf")


def test_the_briefing_has_the_finding_as_title_and_reads_as_of_its_day(document: PdfReader) -> None:
    assert document.metadata is not None
    assert "calmer than usual, no clear change since 6 April 2022" in str(document.metadata.title)
    first = " ".join(document.pages[0].extract_text().split())
    assert "Bottom line" in first
    assert "6 April 2023" in first
    assert 5 <= len(document.pages) <= 12


def test_nothing_later_than_its_day_is_told(document: PdfReader) -> None:
    body = " ".join(" ".join(page.extract_text() for page in document.pages).split("Notes\n")[0].split())
    for later in ("2025", "Prigozhin", "Oreshnik"):
        assert later not in body.replace("2025-26", "").replace("by the end of 2025", "").replace(
            "By the end of 2025", ""
        ).replace("31 Dec 2025", "").replace("to the end of 2025", "")


def test_every_claim_of_its_time_is_visible(document: PdfReader) -> None:
    text = " ".join(" ".join(page.extract_text() for page in document.pages).split())
    for words in (
        "Quarrels recur",
        "Dependence of Belarus on Russia: Russia in Belarus exports, 57%",
        "seen as subordinate to Russia in 16 of 18 assessments",
    ):
        assert words in text


def test_notes_are_numbered_and_linked(document: PdfReader) -> None:
    links = [
        annotation.get_object()["/A"].get("/URI")
        for page in document.pages
        for annotation in page.get("/Annots", [])
        if "/A" in annotation.get_object()
    ]
    assert sum(str(link).startswith("http") for link in links) > 20


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--as-of", "2023-02-30"], "`--as-of` must be a day"),
        (["--half-life", "long"], "`--half-life` must be a length of time"),
        (["--version", "fulll"], "Did you mean 'full'?"),
        (["--paper", "a5"], "`--paper` must be one of a4, us-letter, not 'a5'"),
        (["--domains", "energy,trad"], "'trade'"),
        (["--start", "2023-05-01", "--as-of", "2023-04-06"], "`--start` must be a day before --as-of (2023-04-06)"),
        (["--out", "briefing.odt"], "`out` must be a file name that ends in .pdf, .docx, .html"),
        (["--out", "nowhere/briefing.pdf"], "`out` must be in a folder that exists"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    old = tmp_path / "briefing.pdf"
    old.write_bytes(b"old")
    result = CliRunner().invoke(main, ["brief", "russia-belarus", "--out", "briefing.pdf", *options])
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert "Traceback" not in result.output
    assert old.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["briefing.pdf"]


def test_an_unknown_option_is_refused_by_name() -> None:
    result = CliRunner().invoke(main, ["brief", "russia-belarus", "--as-off", "2023-04-06"])
    assert result.exit_code == 2
    assert "--as-of" in result.output


def test_help_needs_no_heavy_module() -> None:
    code = "import sys; from click.testing import CliRunner; from analysis.cli import main; CliRunner().invoke(main, ['--help']); print([m for m in ('pandas', 'numpy', 'matplotlib', 'papermill') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_import_needs_no_heavy_module() -> None:
    code = "import sys, analysis; print([m for m in ('numpy', 'matplotlib', 'scipy', 'pandera') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


@pytest.mark.parametrize("day", ["2020-09-30", "2023-04-06"])
def test_the_brief_version_has_two_pages_and_the_bottom_line(tmp_path: Path, day: str) -> None:
    done = brief(tmp_path, "--as-of", day, "--start", "2014-01-01", "--version", "brief", "--out", "short.pdf")
    assert done.returncode == 0, done.stderr[-2000:]
    pages = PdfReader(tmp_path / "short.pdf").pages
    assert len(pages) == 2
    assert "Bottom line" in pages[0].extract_text()
    assert "Notes" in pages[1].extract_text()


def test_a_file_saved_by_the_explorer_gives_the_parameters(tmp_path: Path) -> None:
    saved = (
        '[parameters]\nrelationship = "russia-belarus"\nas_of = "2015-06-30"\nstart = "2010-01-01"\nversion = "brief"\n'
    )
    (tmp_path / "view.toml").write_text(saved, encoding="utf-8")
    done = brief(tmp_path, "--from", "view.toml", "--handling", "Internal", "--out", "view.pdf")
    assert done.returncode == 0, done.stderr[-2000:]
    first = " ".join(PdfReader(tmp_path / "view.pdf").pages[0].extract_text().split())
    assert "30 June 2015" in first
    assert "Internal" in first


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[parameters", "a TOML file"),
        ("x = 1", "a table [parameters]"),
        ('[parameters]\nas_off = "2015-06-30"', "Did you mean 'as_of'?"),
    ],
)
def test_a_file_that_gives_no_parameters_is_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "view.toml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(
        main, ["brief", "--from", str(tmp_path / "view.toml"), "--out", str(tmp_path / "b.pdf")]
    )
    assert (result.exit_code, words in result.output) == (2, True), result.output


@pytest.mark.parametrize("day", ["2010-07-01", "2023-04-06"])
def test_a_flash_is_one_page_that_stands_alone(tmp_path: Path, day: str) -> None:
    done = brief(tmp_path, "--as-of", day, "--version", "flash", "--out", "flash.pdf")
    assert done.returncode == 0, done.stderr[-2000:]
    pages = PdfReader(tmp_path / "flash.pdf").pages
    text = pages[0].extract_text()
    assert len(pages) == 1
    assert "Bottom line" in text
    assert "Notes" in text
    assert "Key figures" not in text


def white(page: PageObject) -> float:
    """Return the highest white strip of a page's text beyond the space before a figure, as a part of its height."""
    top, bottom = float(page.mediabox.top) - 68, 71.0
    heights = [top, bottom]

    def seen(text: str, frame: list[float], place: list[float], *_: object) -> None:
        height = frame[1] * place[4] + frame[3] * place[5] + frame[5]
        if text.strip() and bottom < height < top:
            heights.append(height)

    page.extract_text(visitor_text=seen)  # type: ignore[arg-type]
    return max(high - low - 20 for low, high in itertools.pairwise(sorted(heights))) / (top - bottom)


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_no_page_but_the_last_has_much_white(tmp_path: Path, paper: str) -> None:
    done = brief(tmp_path, "--as-of", "2023-04-06", "--start", "2014-01-01", "--paper", paper, "--out", "b.pdf")
    assert done.returncode == 0, done.stderr[-2000:]
    strips = [white(page) for page in PdfReader(tmp_path / "b.pdf").pages]
    assert max(strips[:-1]) <= 0.15, [round(strip, 2) for strip in strips]
