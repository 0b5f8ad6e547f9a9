"""What others' tools say of a document: pikepdf of the PDF's structure, axe-core of the page in Chromium.

axe-core comes with a wheel that CI installs without what it depends on: `pip install --no-deps axe-playwright-python`.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import export_kit as kit
import pandas as pd
import pikepdf
import pytest
from lab_kit import chromium

from analysis.export import export

_AXE = importlib.util.find_spec("axe_playwright_python")
_PLACED = {"TR": {"Table", "THead", "TBody", "TFoot"}, "TH": {"TR"}, "TD": {"TR"}, "LI": {"L"}, "Lbl": {"LI", "Note"}}


def foreign() -> Any:
    """A notebook without a cover: a frame with two levels, colours, code, a formula, a picture, a skipped heading."""
    index = pd.MultiIndex.from_product([["Belarus", "Russia"], [2021, 2022]], names=["side", "year"])
    frame = pd.DataFrame({"exports": [1.5, 2.5, 3.5, 4.5], "share": [0.1, 0.2, 0.3, 0.4]}, index=index)
    coloured = frame.reset_index().style.background_gradient(subset=["exports"]).to_html()
    return kit.notebook(
        kit.prose("# A study\n\n### Skipped\n\nWords, a [page](https://example.org/a) and $x^2$.\n\n- one\n- two"),
        kit.cell(kit.bundle(text_html=frame._repr_html_(), text_plain="frame"), source="frame"),
        kit.cell(kit.bundle(text_html=coloured, text_plain="coloured")),
        kit.cell(kit.bundle(text_html=pd.concat([frame] * 12, axis=1)._repr_html_(), text_plain="wide")),
        kit.cell(kit.bundle(image_png=kit.png(), text_plain="<Figure>")),
        kit.prose(
            "```python\n"
            + "x = 1  # a line that is wider than any page could ever be " * 4
            + "\n```\n\n> [!NOTE]\n> Mind."
        ),
    )


NOTEBOOKS = {"briefing": lambda: kit.briefing(charts=2), "foreign": foreign}


@pytest.fixture(params=list(NOTEBOOKS))
def notebook(request: pytest.FixtureRequest) -> Any:
    return NOTEBOOKS[request.param]()


def elements(node: Any, parent: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield the role of each element of a structure tree, that of its parent, and the element."""
    if isinstance(node, pikepdf.Array):
        for item in node:
            yield from elements(item, parent)
    elif isinstance(node, pikepdf.Dictionary):
        role = str(node.get("/S", "")).removeprefix("/")
        if role:
            yield role, parent, node
        if "/K" in node:
            yield from elements(node["/K"], role or parent)


def test_the_structure_of_the_pdf_is_what_the_standard_asks(notebook: Any, tmp_path: Path) -> None:
    (tmp_path / "d.pdf").write_bytes(export(notebook, form="pdf", report=lambda notice: None))
    with pikepdf.open(tmp_path / "d.pdf") as file:
        root = file.Root
        with file.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert str(root.Lang) == "en"
        assert root.Outlines.Count != 0
        for page in file.pages:
            assert str(page.get("/Tabs", "/S")) == "/S"
            for link in page.get("/Annots", []):
                assert str(link.Contents)
                assert "/StructParent" in link
            for font in page.Resources.get("/Font", {}).values():
                assert "/ToUnicode" in font
                (inner,) = font.DescendantFonts
                assert {"/FontFile2", "/FontFile3"} & set(inner.FontDescriptor.keys())
        found = list(elements(root.StructTreeRoot.K))
        for role, parent, element in found:
            assert parent in _PLACED.get(role, {parent})
            if role in {"Figure", "Formula"}:
                assert str(element.Alt).strip()
            if role == "TH":
                assert str(element.A[0].Scope if isinstance(element.A, pikepdf.Array) else element.A.Scope) == "/Column"
        levels = [int(role[1:]) for role, _, _ in found if role in {"H1", "H2", "H3", "H4", "H5", "H6"}]
        assert levels[0] == 1
        assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
        assert {"Table", "TH", "L", "Figure", "Link"} <= {role for role, _, _ in found}


def test_row_labels_are_heads_on_the_page() -> None:
    page = export(foreign(), form="html", report=lambda notice: None).decode("utf-8")
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert [body.count(f">{label}</th>") for label in ("Belarus", "Russia", "2021", "2022")] == [1, 1, 2, 2]


@pytest.mark.chromium
@pytest.mark.skipif(_AXE is None, reason="needs axe-core: pip install --no-deps axe-playwright-python")
def test_axe_finds_nothing_on_the_page(tmp_path: Path) -> None:
    assert _AXE is not None
    script = Path(str(_AXE.origin)).with_name("axe.min.js").read_text(encoding="utf-8")
    with chromium(tmp_path, (1000, 1400)) as driver:
        for name, made in NOTEBOOKS.items():
            path = tmp_path / f"{name}.html"
            path.write_bytes(export(made(), form="html", report=lambda notice: None))
            driver.get(path.as_uri())
            driver.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
            driver.refresh()
            driver.execute_script(script)
            found = driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")["violations"]
            assert not found, [
                (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"]]) for one in found
            ]
