"""*Save and Export Notebook As* of a real JupyterLab in a real browser: the briefing is in the menu, and a click saves it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import export_kit as kit
import nbformat
import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs Chromium and its driver")
selenium = pytest.importorskip("selenium", reason="needs selenium to drive the browser")

PATIENCE = 90


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A JupyterLab of its own over a folder with one executed notebook; its address and the folder."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook = kit.briefing()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / "briefing.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {
        name: str(tmp_path / name.lower())
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "HOME")
    }
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", "--ServerApp.password=", "--ServerApp.ip=127.0.0.1",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    log = (tmp_path / "lab.log").open("wb")
    running = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, **own}, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait(lambda: "briefing" in formats(address), "JupyterLab to answer", tmp_path / "lab.log")
        yield address, folder
    finally:
        running.terminate()
        running.wait(timeout=30)
        log.close()


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Any]:
    """A headless Chromium that saves downloads to `downloads` without asking."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage", "--window-size=1400,1000",
        f"--user-data-dir={tmp_path / 'profile'}",
    ):  # fmt: skip
        options.add_argument(argument)
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    options.add_experimental_option(
        "prefs", {"download.default_directory": str(downloads), "plugins.always_open_pdf_externally": True}
    )
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()


def wait(condition: Any, what: str, log: Path | None = None, patience: float = PATIENCE) -> Any:
    until = time.monotonic() + patience
    last: Exception | None = None
    while time.monotonic() < until:
        try:
            if found := condition():
                return found
        except Exception as error:  # not there yet; the last reason is told when patience ends
            last = error
        time.sleep(0.2)
    pytest.fail(f"waited {patience:g} s for {what}: {last!r}\n{log.read_text()[-2000:] if log else ''}")


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
    assert {"briefing-docx", "briefing-html"} <= set(told)

    browser.get(f"{address}/lab/tree/briefing.ipynb")
    wait(
        lambda: browser.find_elements(By.CSS_SELECTOR, ".jp-Notebook .jp-Cell"),
        "the notebook to open",
        tmp_path / "lab.log",
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
    saved = wait(lambda: list((tmp_path / "downloads").glob("*.pdf")), "the file to be saved", tmp_path / "lab.log")
    data = wait(lambda: saved[0].read_bytes() if saved[0].stat().st_size else None, "the file to be whole")
    assert data.startswith(b"%PDF")
    assert "Tension rose by half in a year" in kit.pdf_text(data)
    assert set(browser.window_handles) >= before
