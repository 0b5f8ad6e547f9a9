"""A briefing as PDF, read back: what a reader sees, what a screen reader is told, and that every machine sets the same bytes."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import export_kit as kit
import nbformat
import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

import analysis
from analysis.export import export
from analysis.findings.escaping import safe_csv


@pytest.fixture(scope="module")
def briefing() -> bytes:
    return export(kit.briefing(charts=2, rows=60))


@pytest.fixture(scope="module")
def reader(briefing: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(briefing))


@pytest.fixture(scope="module")
def text(briefing: bytes) -> str:
    return kit.pdf_text(briefing)


# What a reader sees


def test_title_block_tells_finding_relationship_dates_record_and_handling(reader: PdfReader) -> None:
    first = reader.pages[0].extract_text()
    for words in (
        "Tension rose by half in a year",
        "Russia and Belarus",
        "Internal",
        "6 April 2023",
        "1 January 2014",
        "3f9a1c77be01",
    ):
        assert words in first


def test_bottom_line_stands_before_the_first_section(text: str) -> None:
    assert text.index("Bottom line") < text.index("Tension stands at 0.43") < text.index("Section 1")


def test_every_foot_tells_page_of_pages_cut_off_and_handling(reader: PdfReader) -> None:
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "Information as of 6 April 2023" in page
        assert "Internal" in page


def test_code_is_not_shown(text: str) -> None:
    assert "an.charts" not in text


def test_table_heads_are_repeated_on_every_page_of_the_table(reader: PdfReader) -> None:
    with_rows = [
        page.extract_text()
        for page in reader.pages
        if "Open forecast" in page.extract_text().replace("Open forecasts", "")
    ]
    assert len(with_rows) > 1
    assert all("Deadline" in page for page in with_rows)


def test_notes_are_numbered_in_the_order_of_first_citation(text: str) -> None:
    assert "before. [1]" in text
    notes = text[text.rindex("Sources") :]
    assert re.search(
        r"1\. ?A\. Correspondent, .Crimea is a bad precedent.*Reuters, 23 March 2014 \(Reliability B\)",
        notes,
        re.DOTALL,
    )
    assert notes.index("Crimea") < notes.index("Zależność") < notes.index("Сочи")


def test_cyrillic_and_polish_are_set_in_upright_italic_and_bold(text: str) -> None:
    for words in ("Курсив", "жирный текст", "zażółć gęślą jaźń", "Łódź", "Łucja Żółć"):
        assert words in text


@pytest.mark.parametrize(("paper", "size"), [("a4", (595, 842)), ("us-letter", (612, 792))])
def test_paper_is_the_one_asked_for(paper: str, size: tuple[int, int]) -> None:
    box = PdfReader(io.BytesIO(export(kit.notebook(kit.prose("# T")), paper=paper))).pages[0].mediabox
    assert (round(box.width), round(box.height)) == size


def test_paper_of_the_cover_is_taken_where_none_is_asked_for() -> None:
    made = export(kit.notebook(kit.cell(kit.cover(paper="us-letter"))))
    assert round(PdfReader(io.BytesIO(made)).pages[0].mediabox.width) == 612


# What a screen reader is told


def test_file_declares_pdf_ua_title_and_language(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title == "Tension rose by half in a year while dependence deepened"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


def test_language_of_the_cover_is_the_language_of_the_file() -> None:
    made = export(kit.notebook(kit.cell(kit.cover(lang="pl", title="Zależność rośnie")), kit.prose("Tekst.")))
    assert PdfReader(io.BytesIO(made)).trailer["/Root"]["/Lang"] == "pl"


def test_every_figure_carries_its_description(briefing: bytes) -> None:
    alts = [element.get("/Alt") for element in kit.structure(briefing) if element["/S"] == "/Figure"]
    assert alts == ["Line chart of chart-1, rising.", "Line chart of chart-2, rising."]


def test_tables_have_header_cells_and_lists_have_items(briefing: bytes) -> None:
    kinds = [element["/S"] for element in kit.structure(briefing)]
    assert kinds.count("/Table") == 1
    assert kinds.count("/TH") == 3
    assert kinds.count("/TD") == 60 * 3
    assert kinds.count("/LI") == 3 + 3  # key judgements and notes


def test_reading_order_is_title_bottom_line_sections(briefing: bytes) -> None:
    kinds = [
        element["/S"] for element in kit.structure(briefing) if element["/S"] in {"/H1", "/L", "/Figure", "/Table"}
    ]
    assert kinds == ["/H1", "/L", "/H1", "/Figure", "/H1", "/Figure", "/H1", "/Table", "/H1", "/L"]


def test_headings_are_bookmarks(reader: PdfReader) -> None:
    assert [mark.title for mark in reader.outline] == ["Bottom line", "Section 1", "Section 2", "Watch list", "Sources"]


def test_sources_are_live_links_and_citations_lead_to_notes(reader: PdfReader) -> None:
    annotations = [one.get_object() for page in reader.pages for one in page.get("/Annots", [])]
    addresses = {one["/A"]["/URI"] for one in annotations if "/A" in one and "/URI" in one["/A"]}
    assert addresses == {item["URL"] for item in kit.SOURCES}
    inner = [one for one in annotations if "/Dest" in one or one.get("/A", {}).get("/S") == "/GoTo"]
    assert len(inner) >= 4


def test_all_fonts_are_embedded_and_come_from_packages(reader: PdfReader) -> None:
    names = set()
    for font in fonts(reader):
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        names.add(str(font["/BaseFont"]).split("+")[1].split("-")[0])
    assert names <= {"LibertinusSerif", "SourceSansPro", "DejaVuSans", "DejaVuSansMono", "LastResortHE", "NewCMMath"}


def test_charts_are_vector_with_selectable_text(reader: PdfReader, text: str) -> None:
    assert "Tension rose to 0.43" in text
    assert not any(page.images for page in reader.pages)


def test_tables_behind_charts_are_attached(reader: PdfReader) -> None:
    attached = {name: data[0].decode() for name, data in reader.attachments.items()}
    assert set(attached) == {"chart-1.csv", "chart-2.csv", "watch.csv", "manifest.json"}
    assert attached["chart-1.csv"] == safe_csv(kit.chart("chart-1").data)


def test_formulas_carry_their_source() -> None:
    made = export(kit.notebook(kit.prose("# T\n\nThe share $\\frac{T}{T+C}$ (in `0..1`).\n\n$$\\sum_i g_i$$")))
    alts = [element.get("/Alt") for element in kit.structure(made) if element["/S"] == "/Formula"]
    assert alts == ["\\frac{T}{T+C}", "\\sum_i g_i"]


def test_skipped_heading_levels_are_closed() -> None:
    made = export(kit.notebook(kit.prose("# T\n\n### Deep\n\ntext\n\n###### Deeper\n\n## Flat")))
    kinds = [element["/S"] for element in kit.structure(made) if re.fullmatch(r"/H\d", element["/S"])]
    assert kinds == ["/H1", "/H2", "/H1"]


def test_characters_without_a_glyph_stay_in_the_text() -> None:
    page = PdfReader(io.BytesIO(export(kit.notebook(kit.prose("# T\n\n中文字"))))).pages[0]
    operations = ContentStream(page["/Contents"].get_object(), page.pdf).operations
    told = [
        str(operands[1]["/ActualText"])
        for operands, operator in operations
        if operator == b"BDC" and "/ActualText" in operands[1]
    ]
    # All ideographs share one frame; the first is what that glyph means, the others are told apart by their replacement text.
    assert "中" in page.extract_text()
    assert "".join(told) == "文字"


# The same bytes everywhere

_BUILD = """
import sys, time
from analysis.export import export
export(sys.argv[1], sys.argv[2])
print(int(time.time()))
"""
_CLOCK = """
#include <time.h>
#include <sys/time.h>
#define THEN 2000000000
time_t time(time_t *t) { if (t) *t = THEN; return THEN; }
int gettimeofday(struct timeval *v, void *z) { v->tv_sec = THEN; v->tv_usec = 0; return 0; }
int clock_gettime(clockid_t id, struct timespec *s) { s->tv_sec = THEN; s->tv_nsec = 0; return 0; }
"""


def build(notebook: Path, folder: Path, form: str, **environment: str) -> tuple[bytes, str]:
    """Return the document, and the time that the building process took it to be."""
    folder.mkdir(exist_ok=True, parents=True)
    made = folder / f"made.{form}"
    root = str(Path(analysis.__file__).parents[1])
    surroundings = {"PATH": os.environ["PATH"], "PYTHONPATH": root, **environment}
    command = [sys.executable, "-c", _BUILD, str(notebook), str(made)]
    done = subprocess.run(command, cwd=folder, env=surroundings, check=True, capture_output=True, text=True)
    return made.read_bytes(), done.stdout.strip()


@pytest.mark.parametrize("form", ["pdf", "docx", "html"])
def test_same_bytes_at_another_time_in_another_place_by_another_user(form: str, tmp_path: Path) -> None:
    notebook = tmp_path / "briefing.ipynb"
    nbformat.write(kit.briefing(), notebook)
    elsewhere = tmp_path / "другая папка"
    elsewhere.mkdir()
    copy = shutil.copy(notebook, elsewhere / "briefing.ipynb")
    clock = {}
    if compiler := shutil.which("cc"):
        source, library = tmp_path / "clock.c", tmp_path / "clock.so"
        source.write_text(_CLOCK)
        subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
        clock = {"LD_PRELOAD": str(library)}
    here, now = build(notebook, tmp_path / "one", form, HOME=str(tmp_path), TZ="UTC", LANG="C", USER="aaa")
    there, then = build(
        copy, elsewhere / "two", form, HOME=str(elsewhere), TZ="Pacific/Kiritimati", LANG="pl_PL.UTF-8", LC_ALL="pl_PL.UTF-8", USER="bbb",
        SOURCE_DATE_EPOCH="1234567890", TMPDIR=str(elsewhere), **clock,
    )  # fmt: skip
    assert then == "2000000000" if clock else then >= now
    assert here == there


def test_date_of_the_file_is_the_cut_off_of_the_record(reader: PdfReader) -> None:
    assert reader.metadata is not None
    assert {value for key, value in reader.metadata.items() if "Date" in key} == {"D:20230406000000Z"}


def test_file_of_a_notebook_without_a_cover_has_no_date() -> None:
    metadata = PdfReader(io.BytesIO(export(kit.notebook(kit.prose("# T"))))).metadata
    assert metadata is not None
    assert not [key for key in metadata if "Date" in key]


def fonts(reader: PdfReader) -> list[Any]:
    """Return the fonts of all pages and of the pictures on them."""
    found: dict[int, Any] = {}

    def down(resources: Any) -> None:
        for font in resources.get("/Font", {}).values():
            found[font.idnum] = font.get_object()
        for inner in resources.get("/XObject", {}).values():
            if "/Resources" in inner.get_object():
                down(inner.get_object()["/Resources"])

    for page in reader.pages:
        down(page["/Resources"])
    return list(found.values())
