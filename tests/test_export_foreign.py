"""Notebooks of others: everything that was on the screen is on the page, or is told to be missing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import export_kit as kit
import nbformat
import pandas as pd
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

import analysis
from analysis.errors import OptionError, PublishError
from analysis.export import export, notebook, tables
from analysis.export.commands import command
from analysis.export.engine import font_file
from analysis.export.formulas import Macros, known_to_pandoc
from analysis.findings import document

FORMS = ["pdf", "docx", "html"]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="9"><rect width="9" height="9"/></svg>'


def shown(*cells: Any, form: str = "html", **options: Any) -> tuple[str, list[str]]:
    made, said = kit.notices(kit.notebook(kit.prose("# T"), *cells), form, **options)
    return kit.words_of(made, form), said


# Nothing silently wrong


@pytest.mark.parametrize("form", FORMS)
def test_a_regression_table_keeps_its_coefficients(form: str) -> None:
    page = "<table><tr><td>coef</td><td>1.203***</td></tr><tr><td></td><td>(0.11)</td></tr></table>"
    latex = "\\begin{tabular}{lc}\\cmidrule(lr){2-2} coef & \\makecell{1.203 \\\\ (0.11)} \\\\ \\end{tabular}"
    text, said = shown(kit.cell(kit.bundle(text_html=page, text_latex=latex, text_plain="t")), form=form)
    assert "1.203***" in text
    assert "2-2" not in text
    assert said == []


@pytest.mark.parametrize(
    ("bundle", "taken"),
    [
        ({"text_latex": "$x^2$", "text_html": "<p>page</p>"}, False),
        ({"text_latex": "plain words", "text_html": "<p>page</p>"}, True),
        ({"text_latex": "plain words"}, False),
        ({"text_markdown": "*mark*", "text_html": "<p>page</p>"}, True),
    ],
)
def test_html_comes_first_but_for_mathematics(bundle: dict[str, str], taken: bool) -> None:
    assert ("page" in shown(kit.cell(kit.bundle(**bundle)))[0]) == taken


@pytest.mark.parametrize("form", ["docx", "html"])
def test_html_in_markdown_is_read_as_html(form: str) -> None:
    source = (
        "Exports were 10<sup>6</sup> tonnes of CO<sub>2</sub>, <b>*bold*</b> <kbd>Ctrl</kbd> <code>a < b</code> "
        "and <script> is a word.\n\n<table>\n<tr><th>year</th><th>x</th></tr>\n<tr><td>2021</td><td>$y$ *e*</td></tr>\n"
        "</table>\n\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n\n<details><summary>More</summary>inside</details>\n\n"
        "<div style='display:none'>unseen</div>\n\nBy year:\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    made, said = kit.notices(kit.notebook(kit.prose("# T"), kit.prose(source)), form)
    text = kit.words_of(made, form)
    assert [row[0] for table in kit.tables_of(made, form) for row in table] == ["year", "2021", "a", "1"]
    assert all(word in text for word in ("bold", "Ctrl", "a < b", "is a word.", "one", "two", "More", "inside"))
    assert "unseen" not in text
    assert said == []
    raw = zipfile.ZipFile(BytesIO(made)).read("word/document.xml") if form == "docx" else made
    assert (b'w:val="superscript"' if form == "docx" else b"10<sup>6</sup>") in raw


def test_notes_addresses_and_macros_hold_for_the_whole_notebook() -> None:
    cells = [
        "Trade fell.[^1] See [the page][b] and [^1] again. $\\E[X]$ and $\\fall{y}$",
        "[^1]: An estimate.\n\n[b]: https://example.org/b\n\n[^2]: Nobody refers to this.\n\n[//]: # (a remark)",
        "$\\newcommand{\\E}{\\mathbb{E}} \\def\\fall#1{#1_{t}}$",
    ]
    made, said = kit.notices(kit.notebook(kit.prose("# T"), *map(kit.prose, cells)), "html")
    page, text = made.decode(), kit.words_of(made, "html")
    assert text.count("An estimate.") == 1
    assert 'href="https://example.org/b"' in page
    assert "[^2]: Nobody refers to this." in text
    assert "a remark" not in text
    assert "𝔼" in text
    assert "\\E" not in text
    assert said == []


def test_links_to_headings_work_as_on_the_screen() -> None:
    source = "[Results](#Results) [trade](#Trade-and-prices) [gone](#Gone)\n\n## Results\n\n## Trade and prices"
    made, said = kit.notices(kit.notebook(kit.prose("# T"), kit.prose(source)), "html")
    assert re.findall(r'href="(#[^"]+)"', made.decode()) == ["#results", "#trade-and-prices"]
    assert said == [
        "cell 2 ('[Results](#Results) [trade](#Trade-and-prices) [gone](#Gone)'): "
        "a link to a place that is not in the document is set as text."
    ]


@pytest.mark.parametrize("source", ["> [!WARNING]\n> Take care", ":::{warning} Look\nTake care\n:::"])
def test_admonitions_are_boxes(source: str) -> None:
    made = export(kit.notebook(kit.prose("# T"), kit.prose(source)), form="html").decode()
    assert re.search(r'<div class="admonition">.*?Take care.*?</div>', made, re.DOTALL)
    assert "[!" not in made
    assert ":::" not in made


def test_a_wide_table_is_parted_on_paper_only_and_every_part_names_its_rows() -> None:
    index = pd.MultiIndex.from_product([["Belarus", "Russia"], [2021, 2022]], names=["side", "year"])
    frame = pd.DataFrame([[i * 1000.25 for i in range(25)]] * 4, index, [f"indicator_{i:02}" for i in range(25)])
    made = kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(text_html=frame.to_html())))
    document, said = kit.notices(made)
    assert re.fullmatch(r"cell 2 .*is set in \d+ parts\.", said[0])
    text = kit.words_of(document, "pdf")
    parts = text.count("columns 3 to") + len(re.findall(r"Columns \d+ to", text))
    assert len(re.findall(r"Belarus 2022", text)) == len(re.findall(r"Columns? \d+", text)) == parts
    assert "Column 2" not in text.replace("Columns", "")
    assert [len(kit.tables_of(export(made, form=form), form)) for form in ("docx", "html")] == [1, 1]


@pytest.mark.parametrize("form", FORMS)
def test_colours_and_weight_of_cells_are_kept(form: str) -> None:
    page = (
        "<style>#T_1_row0_col0 {background-color: #00008b; color: black;} #T_1_row0_col1 "
        "{background: linear-gradient(90deg, #5fba7d 40.0%, transparent 40.0%); font-weight: bold}</style>"
        '<table><tbody><tr><td id="T_1_row0_col0">dark</td><td id="T_1_row0_col1">bar</td></tr></tbody></table>'
    )
    made = export(kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(text_html=page))), form=form)
    if form == "html":
        assert b"background: #00008b; color: #ffffff" in made
        assert b"#5fba7d 0%, #5fba7d 40%" in made
    elif form == "docx":
        xml = zipfile.ZipFile(BytesIO(made)).read("word/document.xml").decode()
        assert 'w:fill="00008B"' in xml
        assert '<w:color w:val="FFFFFF"/>' in xml
        assert "look." not in xml
    else:
        page_of = PdfReader(BytesIO(made)).pages[0]
        assert re.search(rb"0 0 0\.54\d* sc", page_of.get_contents().get_data())


@pytest.mark.parametrize(("ink", "fill", "kept"), [("767676", "ffffff", True), ("777777", "ffffff", False)])
def test_text_on_a_colour_can_be_read(ink: str, fill: str, kept: bool) -> None:
    assert (tables.legible(ink, fill) == ink) == kept
    assert tables.contrast(tables.legible(ink, fill), fill) >= 4.5


# Nothing stops the document


@pytest.mark.parametrize("form", FORMS)
def test_formulas_that_stopped_the_document_are_set(form: str) -> None:
    source = (
        "$A \\cap B \\otimes C$ $x_{\\text{доля}}$ $\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}$ $\\norm{v}$ $\\cancel{q}$ "
        "$$\\begin{aligned}x &= 5 & y &= 10\\end{aligned}$$ $$U = A \\label{e}\\tag{3}$$ $\\color{red} z$ $\\ce{H2O}$ End."
    )
    text, said = shown(kit.prose(source), form=form)
    assert "End." in text
    assert "\\ce{H2O}" in text
    assert "доля" in text
    assert "cap" not in text
    assert [line.split("): ")[1] for line in said] == [
        "a colour in a formula is not shown.",
        "a formula that cannot be read is set as its source: \\ce{H2O}",
    ]


def test_every_common_symbol_and_construction_can_be_set() -> None:
    """Symbols and constructions are set in one document; what Typst refuses would be reported, one by one."""
    symbols = (Path(__file__).parent / "formulas.txt").read_text(encoding="utf-8").split("\n")
    names = [name for line in symbols if not line.startswith("#") for name in line.split("\t") if name]
    assert len(names) > 500
    cells = [kit.prose(" ".join(f"${name}$" for name in names[i : i + 50])) for i in range(0, len(names), 50)]
    _, said = kit.notices(kit.notebook(kit.prose("# T"), *cells))
    assert said == []


def test_a_macro_without_end_is_left_as_it_is() -> None:
    macros = Macros()
    assert macros.collect(r"\def\q{\q\q} a") == "a"
    assert known_to_pandoc(r"\q", macros) == (r"\q", False)


@pytest.mark.parametrize("form", FORMS)
def test_pictures_of_every_state_leave_the_rest_standing(form: str) -> None:
    attached = kit.prose("![A vector](attachment:a.svg) ![gone](attachment:b.svg)")
    attached["attachments"] = {"a.svg": {"image/svg+xml": b64encode(SVG.format(9).encode()).decode()}}
    empty = kit.cell(kit.bundle(image_svg=SVG.format(0), text_plain="nought"))
    icon = kit.cell(kit.bundle(text_html=f"<p>kept</p><button>{SVG.format(9)}</button>"))
    made, said = kit.notices(kit.notebook(kit.prose("# T"), attached, empty, icon, kit.prose("[top](#) End.")), form)
    assert "End." in kit.words_of(made, form)
    assert [line.split(": ", 1)[1] for line in said] == [
        "the cell carries no attachment named 'b.svg'; its place is marked.",
        "the picture has no size; its place is marked.",
    ]


# Warnings


def test_strict_refuses_what_would_be_reported(tmp_path: Path) -> None:
    broken = kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(text_html="<script>x()</script>", text_plain="chart")))
    assert kit.notices(broken)[1] == ["cell 2 ('show()'): an interactive output is replaced by its plain text."]
    with pytest.raises(PublishError, match=r"cell 2 .*interactive"):
        export(broken, tmp_path / "a.pdf", strict=True)
    assert os.listdir(tmp_path) == []


def test_letters_without_a_glyph_are_told_by_script_and_cell() -> None:
    said = shown(kit.prose("中文 and हिन्दी, Łódź, שלום, Ελλάδα"), form="pdf")[1]
    assert len(said) == 2
    assert all(line.startswith("cell 2") for line in said)
    assert "Devanagari" in said[0]
    assert "Chinese, Japanese or Korean" in said[1]


def test_a_folder_without_fonts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="fonts"):
        export(kit.notebook(kit.prose("# T")), fonts=tmp_path)


def test_a_folder_of_fonts_brings_their_letters(tmp_path: Path) -> None:
    from fontTools.ttLib import TTFont

    font = TTFont(font_file("matplotlib", "DejaVuSans.ttf"))
    for table in font["cmap"].tables:
        table.cmap = {0x4E2D: "A"}
    for name in font["name"].names:
        name.string = "Brought"
    font.save(tmp_path / "brought.ttf")
    made, said = shown(kit.prose("# T\n\nThe sign 中."), form="pdf", fonts=tmp_path)
    assert said == []
    assert "中" in made


def test_a_page_in_a_language_written_leftward_says_so() -> None:
    assert b'<html lang="he" dir="rtl">' in export(kit.notebook(kit.prose("# T"), lang="he"), form="html")
    assert b'<html lang="en">' in export(kit.notebook(kit.prose("# T")), form="html")


# Long outputs


def test_long_outputs_are_cut_with_a_word_and_others_are_as_they_were() -> None:
    limit = notebook.TEXT_LIMIT
    texts = [nbformat.v4.new_output("stream", text="x" * size) for size in (limit, limit + 1)]
    table = kit.bundle(text_html=f"<table><tr><td>{'y' * notebook.HTML_LIMIT}</td></tr></table>", text_plain="y")
    short, long, page = (kit.notebook(kit.cell(output)) for output in (*texts, table))
    held = [notebook.gather(each, "n", None).pieces[0] for each in (short, long, page)]
    assert held[0].text == "x" * limit
    assert held[1].text == "x" * limit + f"\n[Cut here: {limit + 1:,} characters; the notebook has the whole.]"
    assert held[2].text.startswith(f"[Left out here: a table of {notebook.HTML_LIMIT + 33:,} characters")
    assert "too long for a document" in str(kit.notices(long, "html")[1])


# What other programs write


def test_a_notebook_with_parts_of_other_types_is_set_as_far_as_it_goes(tmp_path: Path) -> None:
    outputs = [
        {"output_type": "stream", "text": "nameless"},
        {"output_type": "display_data", "data": {"text/html": None, "text/plain": "left"}},
        {"output_type": "error", "ename": "E", "evalue": None, "traceback": None},
        {"output_type": "display_data"},
        "no output",
    ]
    cells = [
        {"cell_type": "markdown", "source": "# A title", "metadata": None},
        {"cell_type": "code", "source": None, "metadata": {"tags": None}, "outputs": outputs},
        {"cell_type": "code", "source": "1", "outputs": None},
        {"cell_type": "strange", "source": "unknown kind"},
        {"source": "without kind"},
        None,
    ]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "metadata": {"authors": "Ann Bee"}, "cells": cells}))
    for form in FORMS:
        text = kit.words_of(export(path, form=form, report=lambda notice: None), form)
        for words in ("A title", "nameless", "left", "unknown kind", "without kind", "Ann Bee"):
            assert words in text
    path.write_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code"}]}]}))
    with pytest.raises(PublishError, match="format 3 cannot be read"):
        export(path)


def test_what_is_replaced_or_meant_for_others_is_told_and_what_is_empty_is_nothing() -> None:
    vega = kit.bundle(**{"application/vnd.vegalite.v5+json": {"mark": "bar"}, "text/plain": "alt.Chart(...)"})
    own = kit.bundle(**{"application/vnd.bilateral-workbook.figures+json": {"a": 1}, "text/plain": "figures"})
    raw = nbformat.v4.new_raw_cell("\\section{x}", metadata={"raw_mimetype": "text/latex"})
    empty = [kit.bundle(text_plain=""), kit.bundle(text_html="  "), kit.bundle()]
    text, said = shown(kit.cell(vega), kit.cell(own), raw, *map(kit.cell, empty))
    assert "cannot show" not in text
    assert [line.partition(": ")[2] for line in said] == [
        "an output is replaced by its plain text: application/vnd.vegalite.v5+json.",
        "a raw cell that is meant for text/latex is left out.",
    ]


@pytest.mark.parametrize(("columns", "told"), [(8, False), (40, True)])
def test_a_table_that_word_squeezes_is_told(columns: int, told: bool) -> None:
    frame = pd.DataFrame([[1234.5] * columns], columns=[f"c{number}" for number in range(columns)])
    said = shown(kit.cell(kit.bundle(text_html=frame._repr_html_())), form="docx")[1]
    assert any("Word makes its columns narrow" in line for line in said) == told


# Long tables


@pytest.mark.parametrize(("rows", "cut"), [(10, False), (11, True)])
def test_a_long_table_keeps_first_and_last_rows_and_carries_the_whole(rows: int, cut: bool) -> None:
    frame = pd.DataFrame({"value": [f"row-{i}" for i in range(rows)]})
    made = kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(text_html=frame.to_html())))
    document, said = kit.notices(made, rows=10)
    text, attached = kit.words_of(document, "pdf"), PdfReader(BytesIO(document)).attachments
    assert all(f"row-{i}" in text for i in (0, 4, rows - 5, rows - 1))
    assert ("row-5" not in text) == cut
    assert bool(said) == bool(attached) == cut
    if cut:
        assert "1 of 11 rows are left out here" in text
        lines = attached["cell-2-table-1.csv"][0].decode().splitlines()
        assert lines == [f"{i},row-{i}" for i in range(rows)]


def test_a_cell_that_spans_rows_is_not_cut_and_a_formula_is_not_carried() -> None:
    frame = pd.DataFrame({"v": ["=1+2"] * 30}, pd.MultiIndex.from_product([range(10), range(3)]))
    html, (cut,) = tables.shortened(frame.to_html(), 10)
    assert cut.kept == 6
    assert html.count("rowspan") == 2
    assert cut.csv.splitlines()[0].endswith(",'=1+2")


# Calling it


def test_the_command_takes_files_and_folders_and_tells_what_is_missing(tmp_path: Path) -> None:
    inside = tmp_path / "in" / "deep"
    inside.mkdir(parents=True)
    nbformat.write(
        kit.notebook(kit.prose("# One\n\n## A"), kit.cell(kit.bundle(image_png=kit.png()))), inside / "a.ipynb"
    )
    (tmp_path / "in" / "b.ipynb").write_text("{")
    done = CliRunner().invoke(
        command, [str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--form", "html", "--code", "--toc"]
    )
    assert done.exit_code == 2
    assert "1 picture has no description" in done.stderr
    assert "not a notebook" in done.stderr
    page = (tmp_path / "out" / "deep" / "a.html").read_text()
    assert "show()" in page
    assert 'href="#a"' in page
    one = CliRunner().invoke(command, [str(inside / "a.ipynb"), "-o", str(tmp_path / "x.docx")])
    assert one.exit_code == 0
    assert (tmp_path / "x.docx").read_bytes().startswith(b"PK")
    many = CliRunner().invoke(command, [str(tmp_path / "in"), "-o", str(tmp_path / "x.pdf")])
    assert many.exit_code == 2
    assert "a folder" in many.stderr


def test_title_and_authors_come_from_front_matter_or_metadata() -> None:
    front = nbformat.v4.new_raw_cell("---\ntitle: A study\nauthor:\n  - Ann Bee\n  - Cy Dee\n---")
    text = kit.words_of(export(kit.notebook(front, kit.prose("Text.")), form="html"), "html")
    assert "A study" in text
    assert "By Ann Bee, Cy Dee" in text
    named = kit.notebook(kit.prose("# T"), authors=[{"name": "Eve Eff"}])
    assert "By Eve Eff" in kit.words_of(export(named, form="html"), "html")


def test_a_book_is_one_more_form_and_the_same_every_time() -> None:
    made = [export(kit.briefing(charts=1), form="epub") for _ in range(2)]
    assert made[0] == made[1]
    book = zipfile.ZipFile(BytesIO(made[0]))
    assert book.read("mimetype") == b"application/epub+zip"
    assert b"Crimea is a bad precedent" in b"".join(book.read(name) for name in book.namelist() if "ch0" in name)


def test_the_exporter_runs_with_the_rest_of_the_library_absent(tmp_path: Path) -> None:
    home, apart = Path(analysis.__file__).parent, tmp_path / "analysis"
    shutil.copytree(home / "export", apart / "export", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("errors.py", "atomic.py"):
        shutil.copy(home / name, apart / name)
    (apart / "__init__.py").write_text("")
    nbformat.write(kit.briefing(charts=1), tmp_path / "b.ipynb")
    code = (
        f"import analysis, sys; assert analysis.__file__.startswith({str(tmp_path)!r})\n"
        "from analysis.export import export\n"
        f"for form in {(*FORMS, 'epub')!r}: export('b.ipynb', f'b.{{form}}')"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True
    )
    assert "Crimea is a bad precedent" in kit.pdf_text((tmp_path / "b.pdf").read_bytes())


def test_the_types_that_make_a_document_are_those_that_the_record_writes() -> None:
    assert (notebook.COVER_MIME, notebook.BIBLIOGRAPHY_MIME) == (document.COVER_MIME, document.BIBLIOGRAPHY_MIME)


def test_names_of_the_exporters_can_be_asked_for_by_jupyterlab() -> None:
    import tomllib

    told = tomllib.loads((Path(analysis.__file__).parents[1] / "pyproject.toml").read_text())
    names = told["project"]["entry-points"]["nbconvert.exporters"]
    assert all(re.fullmatch(r"\w+", name) for name in names)
