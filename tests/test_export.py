"""Any executed notebook as a document: what becomes of each kind of output, in each form, and what is refused."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import export_kit as kit
import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_output
from pypdf import PdfReader

import analysis
from analysis.errors import OptionError, PublishError
from analysis.export import export
from analysis.findings.display import Finding
from analysis.findings.document import Bibliography

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def text_of(*cells: Any, **options: Any) -> str:
    return kit.pdf_text(export(kit.notebook(kit.prose("# A title"), *cells), **options))


# Outputs


def test_printed_text_is_what_a_terminal_would_show() -> None:
    shown = text_of(
        kit.cell(new_output("stream", name="stdout", text="a \x1b[31mred\x1b[0m word\n 10%\r100% done\nabc\b\bX\n"))
    )
    assert "a red word" in shown
    assert "100% done" in shown
    assert " 10%" not in shown
    assert "aX" in shown


def test_an_error_shows_name_message_and_traceback_without_colours() -> None:
    trace = [
        "\x1b[0;31m---------\x1b[0m",
        "\x1b[0;31mKeyError\x1b[0m  Traceback (most recent call last)",
        "KeyError: 'gas'",
    ]
    shown = text_of(kit.cell(new_output("error", ename="KeyError", evalue="'gas'", traceback=trace)))
    assert shown.count("KeyError: 'gas'") == 3
    assert "Traceback (most recent call last)" in shown
    assert "[0;31m" not in shown


def test_a_frame_of_pandas_is_a_table_with_heads() -> None:
    frame = pd.DataFrame({"price": [46.68, 128.0], "year": ["2006", "2023"]})
    made = export(
        kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(text_html=frame.to_html(), text_plain=repr(frame))))
    )
    kinds = [element["/S"] for element in kit.structure(made)]
    assert (kinds.count("/Table"), kinds.count("/TH")) == (1, 3)
    assert "46.68" in kit.pdf_text(made)


@pytest.mark.parametrize("columns", [4, 12, 40])
def test_no_table_runs_off_the_page_and_no_column_is_lost(columns: int) -> None:
    values = np.arange(3 * columns).reshape(3, columns) + 12_345_678
    frame = pd.DataFrame(values, columns=[f"a_rather_long_name_of_column_{i}" for i in range(columns)])
    made = export(kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(text_html=frame.to_html(max_cols=None)))))
    right, text = 0.0, ""
    for page in PdfReader(io.BytesIO(made)).pages:
        for x, piece in spans(page):
            right = max(right, x)
            text += piece
    assert right < 595 - 70 + 12  # A4 less the margin, and the breadth of a last short piece
    squeezed = re.sub(r"[\s\u200b]", "", text)
    assert all(f"column_{i}" in squeezed for i in range(columns))
    assert all(str(value) in squeezed for value in (values[2, -1], values[1, columns // 2]))


def test_a_frame_with_levels_keeps_its_heads() -> None:
    frame = pd.DataFrame(
        {("gas", "min"): [1], ("gas", "max"): [2]}, index=pd.MultiIndex.from_tuples([("x", 7)], names=["side", "no"])
    )
    shown = text_of(kit.cell(kit.bundle(text_html=frame.to_html())))
    assert all(word in shown for word in ("gas", "min", "max", "side", "no"))


def test_mathematics_is_set_in_markdown_and_in_outputs() -> None:
    shown = text_of(
        kit.prose("An inline $a_1 + b$ and\n\n\\begin{align}\nx &= y\\\\\nu &= v\n\\end{align}"),
        kit.cell(kit.bundle(text_latex="$\\displaystyle \\sqrt{z}$", text_plain="sqrt(z)")),
    )
    assert "begin" not in shown
    assert "sqrt" not in shown
    assert "𝑎" in shown


def test_a_formula_that_cannot_be_read_is_shown_as_it_was_written() -> None:
    assert "\\unknownmacro{x}" in text_of(kit.prose("Bad $\\unknownmacro{x}$."))


def test_a_widget_falls_back_on_its_text() -> None:
    widget = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "IntSlider(value=7)"}
    assert "IntSlider(value=7)" in text_of(kit.cell(new_output("display_data", data=widget)))


def test_an_output_that_paper_cannot_show_is_named() -> None:
    assert "paper cannot show" in text_of(kit.cell(kit.bundle(text_html="<script>draw()</script><div></div>")))
    assert "application/json" in text_of(kit.cell(new_output("display_data", data={"application/json": {}})))


def test_html_is_set_without_what_acts() -> None:
    html = "<h4>Heading</h4><p onclick='x()'>One <b>bold</b></p><script>alert(1)</script><style>p{}</style><ul><li>item</li></ul>"
    shown = text_of(kit.cell(kit.bundle(text_html=html)))
    assert "One bold" in shown
    assert "item" in shown
    assert "alert" not in shown


@pytest.mark.parametrize("kind", ["image_png", "image_jpeg", "image_svg"])
def test_pictures_of_each_kind_are_set(kind: str) -> None:
    from PIL import Image

    data = kit.png()
    if kind == "image_jpeg":
        buffer = io.BytesIO()
        Image.open(io.BytesIO(b64decode(data))).save(buffer, "JPEG")
        data = b64encode(buffer.getvalue()).decode()
    if kind == "image_svg":
        data = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><rect width="40" height="30"/></svg>'
    made = export(kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(text_plain="A blue box", **{kind: data}))))
    assert [e["/Alt"] for e in kit.structure(made) if e["/S"] == "/Figure"] == ["A blue box"]


def test_the_richest_form_is_taken_once() -> None:
    output = kit.bundle(image_png=kit.png(), text_html="<p>as html</p>", text_plain="as text")
    assert "as" not in text_of(kit.cell(output)).replace("A title", "")


def test_cells_tagged_for_removal_are_left_out() -> None:
    shown = text_of(
        kit.cell(kit.bundle(text_plain="gone with its cell"), tags=("remove-cell",)),
        kit.cell(kit.bundle(text_plain="gone alone"), tags=("remove-output",)),
        kit.prose("dropped prose", tags=["remove-cell"]),
        kit.cell(kit.bundle(text_plain="kept")),
    )
    assert "gone" not in shown
    assert "dropped" not in shown
    assert "kept" in shown


def test_an_unclosed_fence_ends_with_its_cell() -> None:
    made = export(
        kit.notebook(kit.prose("# T\n\n```\nopen"), kit.prose("<div><!-- open"), kit.prose("## Next\n\ntext"))
    )
    assert [mark.title for mark in PdfReader(io.BytesIO(made)).outline] == ["Next"]


def test_markdown_is_read_as_a_notebook_shows_it() -> None:
    made = export(kit.notebook(kit.prose("# T\n\nA line\n- item\n- [x] done\n\nH~2~ ^x^ (@) a\n## Head\nafter")))
    kinds = [element["/S"] for element in kit.structure(made)]
    assert kinds.count("/LI") == 2
    assert kinds.count("/H1") == 1
    assert "H~2~ ^x^ (@)" in kit.pdf_text(made)


# Title and bottom line


def test_title_is_the_first_heading_where_there_is_no_cover(tmp_path: Path) -> None:
    def title(notebook: Any) -> str:
        return str(PdfReader(io.BytesIO(export(notebook))).metadata.title)

    assert title(kit.notebook(kit.prose("# From *heading*"))) == "From heading"
    assert title(kit.notebook(kit.prose("# Heading"), title="From metadata")) == "From metadata"
    path = tmp_path / "my-notes.ipynb"
    nbformat.write(kit.notebook(kit.prose("no heading")), path)
    assert title(path) == "my-notes"


def test_bottom_line_is_lifted_to_the_front_and_keeps_its_own_heading() -> None:
    shown = text_of(kit.prose("## First\n\ntext"), kit.cell(Finding("It is so."), tags=("bottom-line",)))
    assert shown.index("Bottom line") < shown.index("It is so.") < shown.index("First")
    own = text_of(kit.prose("## In short", tags=["bottom-line"]), kit.cell(Finding("It is so."), tags=("bottom-line",)))
    assert "Bottom line" not in own


# Citations


def test_a_notebook_carries_its_sources_and_needs_no_record(tmp_path: Path) -> None:
    path = tmp_path / "b.ipynb"
    nbformat.write(kit.briefing(), path)
    code = "import sys; sys.modules['analysis.record.relationship'] = None; from analysis.export import export; export(*sys.argv[1:])"
    subprocess.run([sys.executable, "-c", code, str(path), str(tmp_path / "b.pdf")], cwd=tmp_path, check=True)
    assert "Crimea is a bad precedent" in kit.pdf_text((tmp_path / "b.pdf").read_bytes())


def test_a_finding_whose_source_is_lost_is_refused_by_cell_and_key() -> None:
    notebook = kit.notebook(
        kit.prose("# T"),
        kit.cell(Finding("So.", ("gone-2020",)), source="an.find()"),
        kit.cell(Bibliography(kit.SOURCES)),
    )
    with pytest.raises(PublishError, match=r"cell 2 \('an.find\(\)'\).*'gone-2020'"):
        export(notebook)


def test_marks_that_cite_nothing_stay_text() -> None:
    assert "write to @bob or [@nobody]" in text_of(
        kit.prose("write to @bob or [@nobody]"), kit.cell(Bibliography(kit.SOURCES))
    )
    assert "[@nobody]" in text_of(kit.prose("see [@nobody]"))


def test_notes_stand_under_the_heading_before_the_bibliography_else_at_the_end() -> None:
    cited, sources = kit.cell(Finding("So.", ("osw-2021",))), kit.cell(Bibliography(kit.SOURCES))
    under = text_of(cited, kit.prose("## Where from"), sources, kit.prose("## Last"))
    assert under.index("Where from") < under.index("Zależność") < under.index("Last")
    end = text_of(sources, cited, kit.prose("## Last"))
    assert end.index("Last") < end.index("Notes") < end.index("Zależność")


# Pictures that nobody described


def test_a_document_with_a_cover_refuses_a_picture_without_description_with_its_cell_and_the_way_out() -> None:
    plain = kit.bundle(image_png=kit.png(), text_plain="<Figure size 640x480 with 1 Axes>")
    with pytest.raises(PublishError, match=r"cell 3 \('plt.plot\(x\)'\).*`alt`.*missing_alt"):
        export(kit.notebook(kit.prose("# T"), kit.cell(kit.cover()), kit.cell(plain, source="\nplt.plot(x)\n")))


@pytest.mark.parametrize(
    ("output", "cell", "expected"),
    [
        ({"image/png": {"alt": "from the output"}}, {"alt": "from the cell"}, "from the output"),
        ({}, {"alt": "from the cell"}, "from the cell"),
    ],
)
def test_description_is_found_where_notebooks_keep_it(
    output: dict[str, Any], cell: dict[str, Any], expected: str
) -> None:
    shown = kit.bundle(output, image_png=kit.png(), text_plain="<Figure size 1x1>")
    made = export(kit.notebook(kit.prose("# T"), kit.cell(shown, **cell)))
    assert [e["/Alt"] for e in kit.structure(made) if e["/S"] == "/Figure"] == [expected]


def test_elsewhere_a_placeholder_is_set_and_the_pictures_are_counted() -> None:
    drawing = kit.bundle(image_png=kit.png(), text_plain=" 2\nx  + 1")
    notebook = kit.notebook(kit.prose("# T"), kit.cell(drawing))
    said: list[str] = []
    made = export(notebook, report=lambda notice: said.append(str(notice)))
    assert said == ["cell 2: 1 picture has no description. Set `alt` in the cell's metadata or in the output's."]
    assert [e["/Alt"] for e in kit.structure(made) if e["/S"] == "/Figure"] == ["Picture without description (cell 2)"]


# Pictures in Markdown


def test_pictures_of_the_folder_and_of_the_cell_are_set(tmp_path: Path) -> None:
    (tmp_path / "my map.png").write_bytes(b64decode(kit.png()))
    here = kit.prose(
        "# T\n\n![A map](my%20map.png)\n\n![A logo](attachment:logo.png) inline <img src='my%20map.png' alt='again'>"
    )
    here["attachments"] = {"logo.png": {"image/png": kit.png()}}
    path = tmp_path / "n.ipynb"
    nbformat.write(kit.notebook(here), path)
    made = export(path)
    assert [e["/Alt"] for e in kit.structure(made) if "/Alt" in e] == ["A map", "A logo", "again"]


@pytest.mark.parametrize(
    ("target", "reason"),
    [("gone.png", "cannot be read"), ("../x.png", "outside"), ("/etc/passwd", "outside"), ("a%00b.png", "null")],
)
def test_a_picture_that_is_missing_or_elsewhere_leaves_its_words_and_a_notice(
    target: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "n.ipynb"
    nbformat.write(kit.notebook(kit.prose("# T"), kit.prose(f"See ![the map]({target}) and on")), path)
    said: list[str] = []
    assert "See the map and on" in kit.pdf_text(export(path, report=lambda notice: said.append(str(notice))))
    assert len(said) == 1
    assert re.search(rf"cell 2 .*{re.escape(target)}.*{reason}", said[0])
    with pytest.raises(PublishError, match=rf"cell 2 .*{re.escape(target)}.*{reason}"):
        export(path, strict=True)


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("data", ["bm90IGEgcGljdHVyZQ==", "not base64 at all!", ""])
def test_a_damaged_picture_leaves_its_place_marked(data: str, form: str) -> None:
    broken = kit.bundle(image_png=data or "iVBORw0KGgo=", text_plain="words")
    notebook = kit.notebook(kit.prose("# T"), kit.cell(broken), kit.prose("All that follows."))
    said: list[str] = []
    shown = kit.words_of(export(notebook, form=form, report=lambda notice: said.append(str(notice))), form)
    assert "cannot be shown" in shown
    assert "All that follows." in shown
    assert len(said) == 1
    assert said[0].startswith("cell 2")


# Word and web


@pytest.fixture(scope="module")
def word() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(export(kit.briefing(), form="docx")))


def test_word_file_has_title_styles_foot_and_described_pictures(word: zipfile.ZipFile) -> None:
    document = word.read("word/document.xml").decode()
    root = ElementTree.fromstring(document)
    styles = {style.get(f"{W}val") for style in root.iter(f"{W}pStyle")}
    assert {"Title", "BottomLine", "Heading1", "TableCaption"} <= styles
    assert 'descr="Line chart of chart-1, rising."' in document
    foot = word.read("word/footer1.xml").decode()
    assert "Information as of 6 April 2023" in foot
    assert " PAGE " in foot
    assert "footer1.xml" in word.read("word/_rels/document.xml.rels").decode()
    assert len([name for name in word.namelist() if name.startswith("word/media/")]) == 2
    assert "Tension rose by half" in word.read("docProps/core.xml").decode()


def test_word_file_has_live_links_and_repeated_table_heads(word: zipfile.ZipFile) -> None:
    assert "https://example.org/sochi" in word.read("word/_rels/document.xml.rels").decode()
    assert "w:tblHeader" in word.read("word/document.xml").decode()


def test_word_paper_is_the_one_asked_for() -> None:
    made = zipfile.ZipFile(io.BytesIO(export(kit.notebook(kit.prose("# T")), form="docx", paper="us-letter")))
    assert re.search(r'w:pgSz [^>]*w:w="12240"', made.read("word/document.xml").decode())


def test_page_needs_no_other_file_and_runs_no_script() -> None:
    page = export(kit.briefing(), form="html").decode()
    assert '<html lang="en">' in page
    assert "<title>Tension rose by half in a year while dependence deepened</title>" in page
    assert 'alt="Line chart of chart-1, rising."' in page
    assert not re.search(r"<script|<link|@import|src=\"(?!data:)", page)
    assert page.index("Bottom line") < page.index("Section 1") < page.index("Crimea is a bad precedent")
    assert 'href="https://example.org/sochi"' in page
    assert 'href="#ref-osw-2021"' in page
    assert 'id="ref-osw-2021"' in page


def test_charts_on_the_page_carry_the_letters_they_are_drawn_with() -> None:
    page = export(kit.briefing(charts=1), form="html").decode()
    picture = b64decode(re.search(r"data:image/svg\+xml;base64,([^\"]+)", page)[1]).decode()
    assert re.search(r"<style>@font-face { font-family: 'Source Sans Pro'.*?url\(data:font/woff;base64,", picture)
    ElementTree.fromstring(picture)


@pytest.mark.parametrize("form", ["docx", "html"])
def test_every_kind_of_output_is_taken_in_every_form(form: str) -> None:
    notebook = kit.notebook(
        kit.prose("# T\n\n$x^2$ ![remote](https://example.org/a.png)\n\n> quote"),
        kit.cell(kit.bundle(text_html=pd.DataFrame({"a": [1]}).to_html())),
        kit.cell(
            kit.bundle(image_svg='<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', text_plain="nine")
        ),
        kit.cell(
            new_output("error", ename="E", evalue="v", traceback=["t"]),
            new_output("stream", name="stdout", text="printed"),
        ),
    )
    made = export(notebook, form=form)
    if form == "docx":
        made = zipfile.ZipFile(io.BytesIO(made)).read("word/document.xml")
    assert all(words in made for words in (b"quote", b"printed", b"E: v", b"nine"))


# Calling it


def test_form_follows_the_suffix_and_the_path_is_returned(tmp_path: Path) -> None:
    notebook = kit.notebook(kit.prose("# T"))
    assert export(notebook, tmp_path / "a.docx") == tmp_path / "a.docx"
    assert (tmp_path / "a.docx").read_bytes()[:2] == b"PK"
    assert export(notebook, str(tmp_path / "b.bin"), form="html").read_bytes()[:9] == b"<!DOCTYPE"


@pytest.mark.parametrize(("option", "value"), [("form", "pfd"), ("paper", "a5"), ("missing_alt", "ignore")])
def test_an_unknown_option_is_refused_with_what_is_allowed(option: str, value: str) -> None:
    with pytest.raises(OptionError) as refusal:
        export(kit.notebook(kit.prose("# T")), **{option: value})
    assert refusal.value.field == option


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}'])
def test_what_is_no_notebook_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "n.ipynb"
    path.write_text(content)
    with pytest.raises(PublishError, match="not a notebook"):
        export(path)
    with pytest.raises(PublishError, match="cannot be read"):
        export(tmp_path / "none.ipynb")


def test_an_old_notebook_is_brought_up_to_date(tmp_path: Path) -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": [{"cell_type": "heading", "level": 1, "source": "Old", "metadata": {}}]}],
    }
    path = tmp_path / "old.ipynb"
    path.write_text(json.dumps(old))
    assert "Old" in kit.pdf_text(export(path))


def test_an_empty_notebook_gives_a_page(tmp_path: Path) -> None:
    assert "Notebook" in kit.pdf_text(export(kit.notebook()))


def test_nbconvert_knows_the_exporters_and_honours_its_options(tmp_path: Path) -> None:
    path = tmp_path / "b.ipynb"
    both = kit.bundle(text_html="<p>as html</p>", text_latex="as latex", text_plain="as text")
    cells = [kit.prose("# T"), kit.cell(kit.bundle(image_png=kit.png())), kit.cell(both, source="answer = 42")]
    nbformat.write(kit.notebook(*cells, kit.prose("gone", tags=["secret"])), path)
    # As several commands would: only the start of Python, which takes longer than all of them, is had once.
    code = (
        "import json, sys, nbconvert.nbconvertapp as n\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    print('--- call', file=sys.stderr)\n"
        "    try: n.NbConvertApp.clear_instance(); n.main(words)\n"
        "    except BaseException as end: print('ended by', repr(end), file=sys.stderr)\n"
    )
    options = ["--BriefingExporter.paper=us-letter", "--BriefingExporter.exclude_input=False"]
    options += ["--TagRemovePreprocessor.enabled=True", "--TagRemovePreprocessor.remove_cell_tags=secret"]
    priority = "--BriefingExporter.display_data_priority="
    module = "analysis.export.nbconvert_exporters"
    calls = [
        ["briefing", "--BriefingExporter.strict=True"],
        ["briefing", *options],
        [f"{module}.BriefingDocxExporter", *options],
        [f"{module}.BriefingHtmlExporter", *options, f"{priority}text/latex", f"{priority}image/png"],
    ]
    words = json.dumps([[str(path), "--to", *call] for call in calls])
    done = subprocess.run([sys.executable, "-c", code, words], check=True, capture_output=True, text=True)
    strict, *said = done.stderr.split("--- call")[1:]
    assert "1 picture has no description" in strict
    assert "ended by" in strict
    for told, suffix, start in zip(said, ("pdf", "docx", "html"), (b"%PDF", b"PK", b"<!"), strict=True):
        assert "1 picture has no description" in told
        assert "ended by" not in told
        made = path.with_suffix(f".{suffix}").read_bytes()
        assert made.startswith(start)
        shown = kit.words_of(made, suffix)
        assert "answer = 42" in shown
        assert "gone" not in shown
        assert ("as latex" in shown) == (suffix == "html")


def test_a_running_kernel_exports_and_is_exported(tmp_path: Path) -> None:
    from nbclient import NotebookClient

    inner = tmp_path / "inner.ipynb"
    nbformat.write(kit.briefing(), inner)
    root = str(Path(analysis.__file__).parents[1])
    notebook = kit.notebook(
        kit.prose("# Live"),
        nbformat.v4.new_code_cell(
            f"import sys; sys.path.insert(0, {root!r})\nfrom analysis.export import export\nexport({str(inner)!r}, 'inner.pdf').name"
        ),
        nbformat.v4.new_code_cell("print('printed'); import pandas as pd; pd.DataFrame({'a': [1]})"),
        nbformat.v4.new_code_cell("1 / 0", metadata={"tags": ["raises-exception"]}),
    )
    executed = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert (tmp_path / "inner.pdf").read_bytes().startswith(b"%PDF")
    shown = kit.pdf_text(export(executed))
    assert all(words in shown for words in ("inner.pdf", "printed", "ZeroDivisionError: division by zero"))


def test_importing_the_package_imports_no_machinery() -> None:
    code = "import sys, analysis.export, analysis.export.exporter; print([m for m in ('nbconvert', 'typst', 'nbformat', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def spans(page: Any) -> list[tuple[float, str]]:
    """Return the pieces of text on a page with where they begin, in points from the left."""
    found: list[tuple[float, str]] = []

    def visit(text: str, user: Any, matrix: Any, _font: Any, _size: Any) -> None:
        if text.strip():
            found.append((float(user[4] + matrix[4] * user[0]), text))

    page.extract_text(visitor_text=visit)
    return found
