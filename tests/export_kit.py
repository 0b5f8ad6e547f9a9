"""Notebooks to export and ways to read the result back, shared by the export tests."""

from __future__ import annotations

import base64
import functools
import html
import importlib.util
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pandas as pd
from matplotlib import font_manager
from matplotlib.figure import Figure
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.export import export
from analysis.findings.display import Chart, Finding, Findings, Table
from analysis.findings.document import Bibliography, Cover

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@functools.cache
def _bundle_of(value: Any) -> Any:
    return value._repr_mimebundle_()


def shown(value: Any) -> nbformat.NotebookNode:
    """Return the output that a kernel stores for a display object."""
    data, metadata = _bundle_of(value) if isinstance(value, Chart) else value._repr_mimebundle_()
    return new_output("display_data", data=dict(data), metadata=metadata)


def cell(*values: Any, source: str = "show()", tags: tuple[str, ...] = (), **metadata: Any) -> nbformat.NotebookNode:
    """Return an executed code cell that shows `values`; ready-made outputs are kept as they are."""
    outputs = [value if isinstance(value, dict) else shown(value) for value in values]
    return new_code_cell(source, outputs=outputs, metadata={"tags": list(tags), **metadata})


def prose(text: str, **metadata: Any) -> nbformat.NotebookNode:
    return new_markdown_cell(text, metadata=metadata)


def bundle(metadata: dict[str, Any] | None = None, **data: str) -> nbformat.NotebookNode:
    """Return a display output; keys are types with `_` for `/` (`text_html`, `image_png`)."""
    mimes = {"image_svg": "image/svg+xml"}
    return new_output(
        "display_data",
        data={mimes.get(key, key.replace("_", "/", 1)): value for key, value in data.items()},
        metadata=metadata or {},
    )


def notebook(*cells: nbformat.NotebookNode, **metadata: Any) -> nbformat.NotebookNode:
    numbered = [nbformat.NotebookNode({**one, "id": f"cell-{number}"}) for number, one in enumerate(cells)]
    return new_notebook(cells=numbered, metadata=metadata)


@functools.cache
def _house_font() -> None:
    spec = importlib.util.find_spec("font_source_sans_pro")
    assert spec is not None
    assert spec.origin is not None
    for face in ("Regular", "Bold"):
        font_manager.fontManager.addfont(Path(spec.origin).parent / "files" / f"SourceSansPro-{face}.ttf")


@functools.cache
def chart(name: str = "tension", title: str = "Tension rose to 0.43", height: float = 3.0, **words: str) -> Chart:
    """Return a chart in the manner of the package, small and without the house style."""
    _house_font()
    figure = Figure(figsize=(6.3, height))
    axes = figure.subplots()
    data = pd.DataFrame(
        {"date": pd.date_range("2020-01-31", periods=12, freq="ME"), "value": [i % 5 / 10 for i in range(12)]}
    )
    axes.plot(data["date"], data["value"], color="#0072B2")
    axes.set_title(title, loc="left", family="Source Sans Pro", weight="bold")
    for label in axes.get_xticklabels() + axes.get_yticklabels():
        label.set_family("Source Sans Pro")
    told = {
        "subtitle": "Share, 2020",
        "source": "Record",
        "alt": f"Line chart of {name}, rising.",
        "note": "How to read it.",
        **words,
    }
    return Chart(figure=figure, name=name, title=title, data=data, **told)


def png(width: int = 40, height: int = 30) -> str:
    """Return a small PNG in base64, as a notebook keeps it."""
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (0, 114, 178)).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


SOURCES = (
    {
        "id": "reuters-2014-crimea", "type": "article-newspaper", "title": "Crimea is a bad precedent", "publisher": "Reuters",
        "author": [{"literal": "A. Correspondent"}], "issued": {"date-parts": [[2014, 3, 23]]},
        "URL": "https://example.org/crimea?a=1&b=2", "note": "Reliability B",
    },
    {
        "id": "belta-2020", "type": "webpage", "title": "Встреча в Сочи", "publisher": "БелТА", "language": "ru",
        "issued": {"date-parts": [[2020, 9, 14]]}, "URL": "https://example.org/sochi", "note": "Reliability C",
    },
    {
        "id": "osw-2021", "type": "report", "title": "Zależność gospodarcza", "publisher": "OSW",
        "author": [{"family": "Żółć", "given": "Łucja"}], "issued": {"date-parts": [[2021]]}, "URL": "https://example.org/osw",
    },
)  # fmt: skip


def cover(**changes: Any) -> Cover:
    told: dict[str, Any] = {
        "title": "Tension rose by half in a year while dependence deepened",
        "relationship": "Russia and Belarus",
        "as_of": "2023-04-06",
        "period": "2014-01-01 to 2023-04-06",
        "record": "3f9a1c77be01",
        "handling": "Internal",
        "parameters": {"as_of": "2023-04-06"},
        "versions": {"pandas": "3.1"},
    }
    return Cover(**{**told, **changes})


def table(rows: int = 3, name: str = "watch") -> Table:
    frame = pd.DataFrame(
        {
            "What": [f"Open forecast {i}: the union parliament meets before the year is out" for i in range(rows)],
            "Deadline": ["2023-12-31"] * rows,
            "Range": ["20–45 %"] * rows,
        }
    )
    return Table(frame, "Open forecasts and their dates", name, sources=[("osw-2021",)] * rows, widths=(6, 2, 1))


def briefing(charts: int = 2, rows: int = 3, filler: int = 2) -> nbformat.NotebookNode:
    """Return a whole briefing as an executed notebook."""
    lorem = (
        "The record holds statements and deeds of both sides. *Курсив* and **жирный текст** stand beside *zażółć gęślą jaźń* and "
        "**Łódź**; a claim may rest on a source [@{belta-2020}] or on two [@{osw-2021}; @{reuters-2014-crimea}]. "
    )
    cells = [
        prose("# Briefing"),
        cell(cover(), source="an.Cover(...)"),
        cell(
            Findings(
                (
                    Finding("Tension stands at 0.43, up from 0.28 a year before.", ("reuters-2014-crimea",)),
                    Finding(
                        "It is likely (55–80 %) that the price of gas is agreed before winter; confidence is moderate.",
                        ("osw-2021",),
                    ),
                    Finding("Words were warmer than deeds in seven of twelve months.", ("belta-2020", "osw-2021")),
                )
            ),
            source="an.findings.bottom_line(rel)",
            tags=("bottom-line",),
        ),
    ]
    for index in range(charts):
        cells += [
            prose(f"## Section {index + 1}\n\n" + lorem * filler),
            cell(chart(f"chart-{index + 1}"), source=f"an.charts.c{index}()"),
        ]
    cells += [
        prose("## Watch list\n\nWhat is open."),
        cell(table(rows), source="watch"),
        prose("## Sources"),
        cell(Bibliography(SOURCES), source="rel.bibliography()"),
    ]
    return notebook(*cells)


def pdf_text(data: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def structure(data: bytes) -> Iterator[dict[str, Any]]:
    """Yield the elements of a PDF's structure tree in reading order."""
    from pypdf import PdfReader

    def down(node: Any) -> Iterator[dict[str, Any]]:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for item in node:
                yield from down(item)
        elif isinstance(node, dict):
            if "/S" in node:
                yield node
            if "/K" in node:
                yield from down(node["/K"])

    yield from down(PdfReader(io.BytesIO(data)).trailer["/Root"]["/StructTreeRoot"]["/K"])


def words_of(data: bytes, form: str) -> str:
    """Return the text that a document of any form shows, with single spaces."""
    if form == "pdf":
        text = pdf_text(data)
    elif form == "docx":
        root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
        text = "\n".join("".join(block.itertext()) for block in root.iter(f"{WORD}p"))
    else:
        page = re.sub(r"(?s)<style.*?</style>|<annotation.*?</annotation>", "", data.decode())
        text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return " ".join(text.replace("\u200b", "").split())


def tables_of(data: bytes, form: str) -> list[list[list[str]]]:
    """Return the rows of each table of a Word file or page, as the texts of their cells."""
    if form == "docx":
        root = ElementTree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
        return [
            [["".join(cell.itertext()) for cell in row.iter(f"{WORD}tc")] for row in table.iter(f"{WORD}tr")]
            for table in root.iter(f"{WORD}tbl")
        ]
    from bs4 import BeautifulSoup

    return [
        [[cell.get_text().strip() for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
        for table in BeautifulSoup(data, "html.parser").find_all("table")
    ]


def notices(notebook: Any, form: str = "pdf", **options: Any) -> tuple[bytes, list[str]]:
    """Return a document and what its export reported."""
    said: list[str] = []
    made = export(notebook, form=form, report=lambda notice: said.append(str(notice)), **options)
    return made, said
