"""The coding notebook in a real JupyterLab in a real browser: open, run all, type, see the check, save, undo."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_kit import chromium, jupyterlab, wait
from record_kit import write_record

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "coding.ipynb"

pytestmark = pytest.mark.chromium


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return write_record(tmp_path / "records" / "aland-beland")


@pytest.fixture
def lab(tmp_path: Path, record: Path) -> Iterator[str]:
    """A JupyterLab of its own over a folder with the notebook, told to use the invented record; its address."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    book = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    for cell in book["cells"]:
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = "".join(cell["source"]) + f"\nrelationship = {str(record)!r}"
    (folder / "coding.ipynb").write_text(json.dumps(book), encoding="utf-8")
    with jupyterlab(folder, tmp_path) as address:
        yield address


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    with chromium(tmp_path, (1400, 2600)) as driver:
        try:
            yield driver
        finally:
            if kept := os.environ.get("CODING_SCREENSHOT"):
                driver.save_screenshot(kept)


class Page:
    """The open notebook: fields by their column, words by their place."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def all(self, selector: str) -> list[Any]:
        from selenium.webdriver.common.by import By

        return list(self.browser.find_elements(By.CSS_SELECTOR, selector))

    def input(self, column: str) -> Any:
        """The column's input that can be seen: a date, say, is asked for on two tabs."""
        return wait(
            lambda: next(
                one for one in self.all(f".coding-{column} :is(input, textarea, select)") if one.is_displayed()
            ),
            f"the input of {column}",
            30,
        )

    def type(self, column: str, text: str) -> None:
        self.input(column).send_keys(text)

    def choose(self, column: str, words: str) -> None:
        """Choose an entry of a list by the words it shows."""
        from selenium.webdriver.support.ui import Select

        def chosen() -> bool:
            menu = Select(self.input(column))
            found = [one.text for one in menu.options if words in one.text]
            menu.select_by_visible_text(found[0])
            return True

        wait(chosen, f"{words} in the list of {column}", 20)

    def press(self, name: str) -> None:
        from selenium.webdriver.common.by import By

        wait(
            lambda: self.browser.find_element(By.CSS_SELECTOR, f"button.coding-{name}").is_enabled(),
            f"{name} to be enabled",
        )
        self.browser.find_element(By.CSS_SELECTOR, f"button.coding-{name}").click()

    def shows(self, place: str, words: str) -> None:
        wait(lambda: any(words in one.text for one in self.all(f".coding-{place}")), f"{words!r} in {place}", 40)

    def run_all(self) -> None:
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.by import By
        from selenium.webdriver.common.keys import Keys

        def item() -> Any:
            for one in self.all(".jp-Dialog .jp-mod-reject, .jp-Dialog .jp-mod-accept"):
                one.click()  # a question about kernels or news may stand in the way
                return None
            shown = [one for one in self.all(".lm-Menu-itemLabel") if one.text.strip() == "Run All Cells"]
            if not shown:
                ActionChains(self.browser).send_keys(Keys.ESCAPE).perform()
                self.browser.find_element(
                    By.XPATH, "//div[contains(@class,'lm-MenuBar-itemLabel') and text()='Run']"
                ).click()
            return shown[0] if shown else None

        wait(item, "Run All Cells in the menu", 60).click()


def rows(record: Path, table: str) -> list[dict[str, str]]:
    with (record / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_event_is_typed_checked_saved_and_taken_back(lab: str, browser: Any, record: Path) -> None:
    before = {file.name: file.read_bytes() for file in record.glob("*.csv")}
    browser.get(f"{lab}/lab/tree/coding.ipynb")
    page = Page(browser)
    wait(lambda: page.all(".jp-Notebook .jp-Cell"), "the notebook to open")
    page.run_all()
    wait(lambda: page.all(".coding-save"), "the form")
    assert page.all(".jp-OutputArea-output[data-mime-type*='stderr'], .jp-RenderedText[data-mime-type*='error']") == []

    page.choose("source-list", "A dispute")
    page.shows("check", "Still needed: date, title")
    page.type("date", "2004-5")
    wait(
        lambda: "must be an EDTF date" in page.input("date").find_element("xpath", "ancestor::*[3]").text,
        "the check",
        20,
    )
    page.type("date", "\b")  # backspace
    page.type("date", "05-01")
    wait(
        lambda: "day: 1 May 2004" in page.input("date").find_element("xpath", "ancestor::*[3]").text,
        "the date read",
        20,
    )
    page.type("title", "Beland stops buying")
    page.type("summary", "It did.")
    page.choose("source_actor", "Beland (BBB)")
    page.choose("target_actor", "Aland (AAA)")
    page.choose("domain", "trade")
    page.choose("form", "action")
    page.choose("dependence", "-1")
    page.type("cameo-search", "boycott")
    page.choose("cameo-list", "163 Impose")
    page.shows("index", "Tension share on 1 May 2004")
    page.shows("preview", "2004-05-01-beland-stops-buying")
    page.shows("check", "Every cell is in order")
    page.press("save")
    page.shows("result", "Saved events:2004-05-01-beland-stops-buying")

    saved = {row["event_id"]: row for row in rows(record, "events")}["2004-05-01-beland-stops-buying"]
    assert (saved["cameo"], saved["dependence"], saved["source_actor"]) == ("163", "-1", "BBB")
    cited = {row["record"]: row["source_id"] for row in rows(record, "citations")}
    assert cited["events:2004-05-01-beland-stops-buying"] == "times-2001"

    page.press("undo")
    page.shows("result", "Taken back")
    assert {file.name: file.read_bytes() for file in record.glob("*.csv")} == before
    assert page.input("title").get_attribute("value") == "Beland stops buying"
