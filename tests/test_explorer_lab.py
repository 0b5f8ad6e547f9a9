"""The explorer in a real JupyterLab in a real browser: run all, move controls, read the evidence, save; no error."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from lab_kit import chromium, jupyterlab, wait

pytestmark = pytest.mark.chromium

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "explorer.ipynb"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """A JupyterLab of its own over a folder with the shipped notebook, its outputs taken away."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    nbformat.write(notebook, folder / "explorer.ipynb")
    with jupyterlab(folder, tmp_path) as address:
        yield address


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    with chromium(tmp_path, (1500, 1700)) as driver:
        yield driver


def test_explore_the_shipped_record(lab: str, browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    def all_of(selector: str) -> list[Any]:
        return browser.find_elements(By.CSS_SELECTOR, selector)

    def run_all() -> bool:
        for button in all_of(".jp-Dialog .jp-mod-reject, .jp-Dialog .jp-mod-accept"):
            button.click()  # a question about kernels or news may stand in the way
            return False
        browser.find_element(By.XPATH, "//div[contains(@class,'lm-MenuBar-itemLabel') and text()='Run']").click()
        wait(lambda: [one for one in all_of(".lm-Menu-itemLabel") if one.text == "Run All Cells"], "the menu", 3)[
            0
        ].click()
        return True

    def picture() -> str:
        """The alternative text of the picture in the explorer."""
        shown = all_of(".bw-live img[alt]")
        return shown[0].get_attribute("alt") if shown else ""

    def source() -> str:
        return all_of(".bw-live img[alt]")[0].get_attribute("src")

    def spoken(mark: Any) -> str:
        return str(mark.find_element(By.TAG_NAME, "title").get_attribute("textContent"))

    def remarks() -> list[str]:
        return [one.text for one in all_of("[role=alert]") if "must be" in one.text]

    def labelled(label: str, kind: str) -> Any:
        path = f"//label[normalize-space()='{label}']/following-sibling::*/descendant-or-self::{kind}"
        return browser.find_element(By.XPATH, path)

    browser.get(f"{lab}/lab/tree/explorer.ipynb?reset")
    wait(lambda: len(all_of(".jp-Notebook .jp-Cell")) > 3, "the notebook to open")
    wait(lambda: all_of(".jp-Notebook-ExecutionIndicator[data-status=idle]"), "the kernel")
    wait(run_all, "Run All Cells")
    first = wait(picture, "the chart")
    assert "tension share" in first
    wait(lambda: all_of("img[alt][src^='data:image/png']"), "the last cells")

    # By keyboard only: a half-life is typed, and the picture is another one; a wrong one leaves it, and says so.
    half_life = labelled("Half-life", "input")
    for typed in ("90", "60"):
        before = source()
        half_life.send_keys(Keys.BACKSPACE * 4, typed, Keys.ENTER)
        wait(lambda before=before: source() != before, "another chart for another half-life", 60)
    before = source()
    half_life.send_keys(Keys.BACKSPACE * 4, "6M", Keys.ENTER)
    wait(lambda: [one for one in remarks() if "Half-life must be" in one], "the remark", 60)
    assert source() == before
    half_life.send_keys(Keys.BACKSPACE * 4, "180", Keys.ENTER)
    wait(lambda: not remarks() and not all_of(".live.old"), "the remark to go", 60)

    # The pointer over the chart tells a day's value, a click takes it apart; the same with the keyboard.
    panel = all_of(".bw-live g.days")[0]
    ActionChains(browser).move_to_element(panel).perform()
    wait(lambda: "tension share" in all_of(".bw-live p[role=status]")[0].text, "the value of a day", 60)
    ActionChains(browser).click(panel).perform()
    told = all_of(".bw-live p[role=status]")[0].text
    day = told.split(":")[0]
    wait(lambda: [one for one in all_of(".widget-html caption") if day in one.text], "the day taken apart", 60)
    browser.execute_script("arguments[0].focus()", panel)
    ActionChains(browser).send_keys(Keys.END, Keys.ARROW_LEFT).perform()
    earlier = panel.get_attribute("aria-valuetext")
    assert all_of(".bw-live p[role=status]")[0].text == earlier != told
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    wait(lambda: [one for one in all_of(".widget-html caption") if earlier.split(":")[0] in one.text], "that day", 60)

    # A mark of an act opens its evidence: by pointer, and by keyboard from one to the next.
    mark = all_of(".bw-live a[data-act]")[-3]
    browser.execute_script("arguments[0].focus()", mark)
    words = spoken(mark)
    assert all_of(".bw-live p[role=status]")[0].text == words
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    wait(lambda: [one for one in all_of(".widget-html h4") if words.startswith(one.text)], "the evidence of a mark", 60)
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
    beside = browser.switch_to.active_element
    assert beside.get_attribute("data-act") not in (None, mark.get_attribute("data-act"))
    ActionChains(browser).send_keys(Keys.SPACE).perform()
    wait(
        lambda: [one for one in all_of(".widget-html h4") if spoken(beside).startswith(one.text)],
        "the evidence of the next",
        60,
    )

    # A choice of domain is told in the picture's words.
    domain = [one for one in labelled("Domains", "select").find_elements(By.TAG_NAME, "option") if one.text == "energy"]
    domain[0].click()
    wait(lambda: "Only energy acts between" in picture(), "the chart of one domain", 60)

    # A day typed: nothing is blanked meanwhile, then what was known that day.
    labelled("Known by", "input").send_keys("093020")
    assert picture()
    assert not remarks()
    labelled("Known by", "input").send_keys("20")
    wait(lambda: "on 30 September 2020" in picture(), "the chart of 2020", 60)

    # Arrow key on the list of acts: the evidence of the next one, with live links.
    acts = labelled("Act", "select")
    acts.send_keys(Keys.ARROW_DOWN)
    chosen = wait(
        lambda: [one.text for one in acts.find_elements(By.TAG_NAME, "option") if one.is_selected()], "a choice"
    )
    title = chosen[0].split(maxsplit=2)[2]
    evidence = wait(lambda: [one for one in all_of(".widget-html h4") if one.text == title], "the evidence", 60)[0]
    links = evidence.find_element(By.XPATH, "..").find_elements(By.TAG_NAME, "a")
    assert links
    assert all(link.get_attribute("href").startswith("http") for link in links)
    assert all(link.get_attribute("target") == "_blank" for link in links)

    # A day is explained.
    labelled("On", "input").send_keys("01152007")
    wait(
        lambda: [one for one in all_of(".widget-html caption") if "15 January 2007" in one.text], "the explanation", 60
    )

    # Another chart, and it is saved.
    button = browser.find_element(By.XPATH, "//button[normalize-space()='Words and deeds']")
    ActionChains(browser).move_to_element(button).perform()
    button.send_keys(Keys.ENTER)
    wait(lambda: "words and of deeds" in picture(), "words and deeds", 60)
    browser.find_element(By.XPATH, "//button[normalize-space()='Save view']").send_keys(Keys.ENTER)
    wait(lambda: all_of(".widget-html p[role=status]"), "the view to be saved", 15)
    saved = tmp_path / "notebooks" / "views"
    assert sorted(path.name for path in saved.iterdir()) == ["view.png", "view.svg", "view.toml", "view.txt"]
    assert (saved / "view.txt").read_text(encoding="utf-8").strip() == picture()

    browser.execute_script("arguments[0].scrollIntoView({block: 'start'})", button)
    browser.save_screenshot(str(tmp_path / "explorer.png"))
    assert (tmp_path / "explorer.png").stat().st_size > 20_000
    assert (
        all_of(
            ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.error'], .jp-RenderedText[data-mime-type='application/vnd.jupyter.stderr']"
        )
        == []
    )
    assert "Error" not in "".join(one.text for one in all_of(".jp-OutputArea-output"))
