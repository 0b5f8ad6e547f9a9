"""A real JupyterLab over a folder and a real browser to look at it, for the tests of what is seen there."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from parts import CHROMIUM, DRIVER

PATIENCE = 300  # seconds; a machine that does other work too starts JupyterLab slowly


def wait(condition: Callable[[], Any], what: str, patience: float = PATIENCE, log: Path | None = None) -> Any:
    """Return what `condition` gives as soon as that is true; what it raises meanwhile counts as not yet."""
    until = time.monotonic() + patience
    last: Exception | None = None
    while time.monotonic() < until:
        try:
            if found := condition():
                return found
        except Exception as error:  # the last reason is told when patience ends
            last = error
        time.sleep(0.05)
    pytest.fail(f"waited {patience:g} s for {what}: {last!r}\n{log.read_text()[-2000:] if log else ''}")


@contextlib.contextmanager
def jupyterlab(folder: Path, own: Path, command: Sequence[str] = ()) -> Iterator[str]:
    """Serve `folder` with settings and log in `own`, and give the address; `command` starts it in another way."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "HOME")
    settings = {
        **({} if command else {"ServerApp.root_dir": folder}),
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.password": "",
        "IdentityProvider.token": "",
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    flags = [f"--{name}={value}" for name, value in settings.items()]
    started = [*(command or (sys.executable, "-m", "jupyterlab")), "--no-browser", "--allow-root", *flags]
    own.mkdir(exist_ok=True)
    environment = {**os.environ, **{name: str(own / name.lower()) for name in places}}
    log = own / "lab.log"
    with log.open("wb") as told:
        running = subprocess.Popen(started, cwd=folder if command else own, env=environment, stdout=told, stderr=told)
        address = f"http://127.0.0.1:{port}"
        try:
            wait(lambda: _answers(address), "JupyterLab to answer", log=log)
            yield address
        finally:
            running.terminate()
            running.wait(timeout=30)


def _answers(address: str) -> bool:
    with urllib.request.urlopen(f"{address}/api", timeout=10) as answer:
        return bool(answer.status == 200)


@contextlib.contextmanager
def chromium(own: Path, size: tuple[int, int], downloads: Path | None = None) -> Iterator[Any]:
    """Drive a headless Chromium with its profile in `own`; what it downloads goes to `downloads` without asking."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    flags = ["headless=new", "no-sandbox", "disable-gpu", "disable-background-networking", "disable-dev-shm-usage"]
    for flag in [*flags, f"window-size={size[0]},{size[1]}", f"user-data-dir={own / 'profile'}"]:
        options.add_argument(f"--{flag}")
    if downloads is not None:
        options.add_experimental_option(
            "prefs", {"download.default_directory": str(downloads), "plugins.always_open_pdf_externally": True}
        )
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield driver
    finally:
        driver.quit()
