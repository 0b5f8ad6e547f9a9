"""*Save and Export Notebook As* of a real JupyterLab in a real browser: the briefing is in the menu, and a click saves it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import export_kit as kit
import nbformat
import pytest
from lab_kit import chromium, jupyterlab, wait

pytestmark = pytest.mark.chromium


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A JupyterLab of its own over a folder with one executed notebook; its address and the folder."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook = kit.briefing()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "briefing.ipynb")
    with jupyterlab(folder, tmp_path) as address:
        wait(lambda: "briefing" in formats(address), "the list of formats")
        yield address, folder


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    """A headless Chromium that saves downloads to `downloads` without asking."""
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    with chromium(tmp_path, (1400, 1000), downloads) as driver:
        yield driver


def formats(address: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{address}/api/nbconvert", timeout=10) as answer:
        told: dict[str, Any] = json.load(answer)
    return told


def test_menu_saves_a_briefing(lab: tuple[str, Path], browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    address, _ = lab
    told = formats(address)
    assert told["briefing"]["output_mimetype"] == "application/pdf"
    assert {"Briefing_PDF", "briefing_docx", "briefing_html"} <= set(told)

    browser.get(f"{address}/lab/tree/briefing.ipynb")
    wait(
        lambda: browser.find_elements(By.CSS_SELECTOR, ".jp-Notebook .jp-Cell"),
        "the notebook to open",
        log=tmp_path / "lab.log",
    )

    def item(text: str) -> Any:
        shown = [
            one for one in browser.find_elements(By.CSS_SELECTOR, ".lm-Menu-itemLabel") if one.text.strip() == text
        ]
        return shown[0] if shown else None

    def open_file_menu() -> bool:
        for one in browser.find_elements(By.CSS_SELECTOR, ".jp-Dialog .jp-mod-reject, .jp-Dialog .jp-mod-accept"):
            one.click()  # a question about kernels or news may stand in the way
            return False
        browser.find_element(By.XPATH, "//div[contains(@class,'lm-MenuBar-itemLabel') and text()='File']").click()
        return True

    def choose() -> Any:
        wait(open_file_menu, "the menu bar", patience=30)
        export = wait(lambda: item("Save and Export Notebook As"), "the File menu", patience=10)
        ActionChains(browser).move_to_element(export).click().perform()
        return wait(lambda: item("Briefing") or item("Briefing (PDF)"), "the briefing in the menu", patience=10)

    before = set(browser.window_handles)
    choose().click()
    saved = wait(lambda: list((tmp_path / "downloads").glob("*.pdf")), "the file to be saved", log=tmp_path / "lab.log")
    data = wait(lambda: saved[0].read_bytes() if saved[0].stat().st_size else None, "the file to be whole")
    assert data.startswith(b"%PDF")
    assert "Tension rose by half in a year" in kit.pdf_text(data)
    assert set(browser.window_handles) >= before
