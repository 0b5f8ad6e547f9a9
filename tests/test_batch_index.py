"""The index of a batch: what a reader finds in the page and in the table, and what it is made from."""

from __future__ import annotations

import base64
import csv
import html.parser
import io
from pathlib import Path
from typing import Any

import pytest
from small_notebooks import freeze_code, notebook

from analysis.runs import causes, index
from analysis.runs.batching import batch

CELLS = (
    """
    from analysis.findings.document import Cover
    Cover(title=f"Tension eased <{n}>", relationship="AAA and BBB", as_of=as_of, period="1 to 2", record="abcdef12")
    """,
    """
    import pandas as pd
    from matplotlib.figure import Figure
    from analysis.findings.display import Chart
    fig = Figure(figsize=(6.5, 3.4)); fig.add_subplot().plot([1, 2, n])
    Chart(fig, "c", "T", "S", "source", f'A line up to {n} & "no" further.', pd.DataFrame({"x": [n]}))
    """,
    """
    from IPython.display import display
    figures = {"tension_share": n / 8, "dependence": 0.5, "note": "=1+1"}
    display({"application/vnd.bilateral-workbook.figures+json": figures, "text/plain": "key figures"}, raw=True)
    scrap = {"name": "old_way", "data": 7, "encoder": "json", "version": 1}
    display({"application/scrapbook.scrap.json+json": scrap}, raw=True)
    assert n != 3
    """,
)


class Page(html.parser.HTMLParser):
    """Collects tags, and the text of every cell by row."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip("\n")

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("index")
    notebook(base / "brief.ipynb", *CELLS)
    file = base / "b.toml"
    file.write_text(
        'notebook = "brief.ipynb"\nformats = ["html"]\n[parameters]\nas_of = "2020-06-30"\n[matrix]\nn = [1, 2, 3]'
    )
    real = causes._PACKAGE
    freeze_code(base)
    assert batch(file, base / "out", jobs=2, stream=io.StringIO()).exit_status == 1
    causes._PACKAGE = real
    return base / "out"


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page((folder / "index.html").read_text(encoding="utf-8"))


def test_the_page_has_a_row_for_every_run_with_parameters_status_time_and_key_figures(page: Page) -> None:
    heads, *rows = page.rows
    assert heads == [
        "Run",
        "Status",
        "n",
        "record",
        "tension share",
        "dependence",
        "note",
        "old way",
        "Seconds",
        "Files",
        "Preview",
    ]
    assert [row[0] for row in rows] == ["Tension eased <1>", "Tension eased <2>", "brief_3"]
    assert [row[1] for row in rows[:2]] == ["done: new"] * 2
    assert rows[2][1].startswith("failed: brief.ipynb, cell 5 (`from IPython.display import display`): AssertionError")
    assert rows[0][2:8] == ["1", "abcdef12", "0.125", "0.5", "=1+1", "7"]
    assert float(rows[0][8]) > 0


def test_links_lead_to_files_that_are_there(page: Page, folder: Path) -> None:
    links = [str(attrs["href"]) for attrs in page.all("a")]
    assert "brief_3.failed.ipynb" in links
    assert {"brief_1.ipynb", "brief_1.html"} <= set(links)
    assert all((folder / link).is_file() for link in links)


def test_the_page_stands_alone_and_can_be_read_aloud(page: Page, folder: Path) -> None:
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "http" not in text.replace("http-equiv", "")
    assert not {"script", "link", "iframe"} & {tag for tag, _ in page.tags}
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("caption")) == len(page.all("main")) == len(page.all("h1")) == 1
    assert {attrs["scope"] for attrs in page.all("th")} == {"col", "row"}
    assert [attrs["alt"] for attrs in page.all("img")] == [f'A line up to {n} & "no" further.' for n in (1, 2)]
    spoken = [attrs["aria-label"] for attrs in page.all("a") if "aria-label" in attrs]
    assert spoken[:2] == ["ipynb of brief_1", "html of brief_1"]


def test_previews_are_small_pictures(page: Page, folder: Path) -> None:
    from PIL import Image

    for attrs in page.all("img"):
        content = base64.b64decode(str(attrs["src"]).partition(",")[2])
        assert Image.open(io.BytesIO(content)).size[0] == 240
        assert len(content) < 12_000
    assert (folder / "previews" / "brief_1.png").is_file()


def test_the_table_has_the_same_as_csv_and_no_cell_is_a_formula(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((folder / "index.csv").read_text(encoding="utf-8"))))
    assert [row["run"] for row in rows] == ["brief_1", "brief_2", "brief_3"]
    assert [row["status"] for row in rows] == ["done", "done", "failed"]
    assert rows[1]["parameter.n"] == "2"
    assert rows[1]["parameter.as_of"] == "2020-06-30"
    assert float(rows[1]["figure.tension_share"]) == 0.25
    assert rows[1]["figure.record"] == "abcdef12"
    assert rows[1]["figure.note"] == "'=1+1"
    assert rows[1]["title"] == "Tension eased <2>"
    assert rows[1]["files"] == "brief_2.ipynb brief_2.html"
    assert "AssertionError" in rows[2]["error"]


def _row(**parts: Any) -> dict[str, Any]:
    base = {
        "name": "r",
        "status": "done",
        "why": "new",
        "seconds": 1.0,
        "parameters": {},
        "title": "",
        "figures": {},
        "alt": "",
    }
    return {**base, "preview": None, "files": ["r.ipynb"], "error": "", "notes": [], **parts}


def test_nothing_in_a_run_can_become_markup() -> None:
    bad = "<script>alert(1)</script>\"'&"
    rows = [
        _row(title=bad, parameters={bad: bad}, figures={bad: bad}, alt=bad, error=bad, why=bad),
        _row(parameters={bad: 2}),
    ]
    page = Page(index.to_html(rows, title=bad))
    assert not page.all("script")
    assert page.rows[1][0] == bad
    assert bad in page.rows[0]


def test_numbers_keep_their_digits_in_the_table_and_are_readable_on_the_page() -> None:
    rows = [_row(parameters={"threshold": -0.25, "quick": True}, figures={"gap": -0.123456, "losses": 1234567.5})]
    (row,) = csv.DictReader(io.StringIO(index.to_csv(rows)))
    assert [float(row[name]) for name in ("parameter.threshold", "figure.gap", "figure.losses")] == [
        -0.25,
        -0.123456,
        1234567.5,
    ]
    assert row["parameter.quick"] == "True"
    page = Page(index.to_html([*rows, _row(figures={"gap": 0.0})], title="t"))
    assert {"−0.123", "1,234,568"} <= set(page.rows[1])


def test_a_notebook_without_cover_figures_or_pictures_has_a_plain_row() -> None:
    told = index.digest(
        {"cells": [{"cell_type": "markdown", "source": "x"}, {"outputs": [{"data": {"text/plain": "1"}}]}]}
    )
    assert told == {"title": "", "figures": {}, "alt": ""}
    assert index.preview({"cells": []}) == b""
    assert index.preview({"cells": [{"outputs": [{"data": {"image/png": "bm8gcGljdHVyZQ=="}}]}]}) == b""
    assert Page(index.to_html([_row()], title="t")).rows[1][0] == "r"


def test_figures_are_numbers_and_short_texts_only() -> None:
    output = {"data": {index.FIGURES_MIME: {"a": 1.23456, "b": [1], "c": None, "d": "x", "e": {"f": 1}}}}
    assert index.digest({"cells": [{"outputs": [output]}]})["figures"] == {"a": 1.23456, "d": "x"}
