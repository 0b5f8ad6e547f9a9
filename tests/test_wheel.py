"""The wheel, built and installed alone into an empty environment, away from the repository: what a stranger gets.

The other packages are this environment's own, put in reach by a path file; nothing is fetched. One long test, since an
environment takes as long to make as everything else: a stranger's first hour, in which each step needs the last.
"""

from __future__ import annotations

import datetime
import email
import json
import os
import re
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from pathlib import Path

import pytest
from house_kit import ROOT
from lab_kit import jupyterlab

import analysis


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    return next(place.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds the wheel and nothing of the repository."""
    home = tmp_path_factory.mktemp("stranger") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
    site = next(home.glob("lib/python*/site-packages"))
    # A plain path: path files that lie there, such as that of the editable install, are not read.
    (site / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    with zipfile.ZipFile(wheel) as held:
        held.extractall(site)
    return home / "bin" / "python"


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> email.message.Message:
    with zipfile.ZipFile(wheel) as held:
        name = next(one for one in held.namelist() if one.endswith("dist-info/METADATA"))
        return email.message_from_bytes(held.read(name))


def test_metadata_says_what_holds(metadata: email.message.Message) -> None:
    assert metadata["Version"] == analysis.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "MIT"
    versions = {one.rsplit(" ", 1)[1] for one in metadata.get_all("Classifier", []) if re.search(r":: 3\.\d+$", one)}
    assert versions == {"3.11", "3.12", "3.13", "3.14"}
    # Without wheels for 3.14; what it did is computed here.
    assert not any(one.startswith("ruptures") for one in metadata.get_all("Requires-Dist", []))


def test_one_version_and_one_day_stand_in_all_places() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    day = datetime.date.fromisoformat(re.findall(r"^date-released: (.+)$", citation, re.MULTILINE)[0])
    assert f"\nversion: {analysis.__version__}\n" in citation
    heads = re.findall(r"^## (\d.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert heads[0] == f"{analysis.__version__} ({day.day} {day:%B %Y})"


def test_wheel_holds_what_a_stranger_needs_and_no_outputs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        names = held.namelist()
        for notebook in (name for name in names if name.endswith(".ipynb")):
            assert all(not cell.get("outputs") for cell in json.loads(held.read(notebook))["cells"]), notebook
    assert not [name for name in names if name.startswith(("tests/", "build/")) or "__pycache__" in name]
    for name in ("_notebooks/explorer.ipynb", "_data/russia-belarus/events.csv", "_docs/methods.md", "py.typed"):
        assert f"analysis/{name}" in names
    assert wheel.stat().st_size < 2_000_000


def test_the_first_hour_of_a_stranger(python: Path, tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("WORKBOOK", "PYTHON"))}
    place = tmp_path

    def said(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [str(python), *arguments], cwd=place, env=clean, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, f"{arguments}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout + done.stderr

    def workbook(*arguments: str, code: int = 0) -> str:
        return said("-m", "analysis", *arguments, code=code)

    assert str(python.parents[1]) in said("-c", "import analysis; print(analysis.__file__)")
    assert "workbook init" in workbook("lab", code=2)
    assert "workbook init" in workbook("new", "aland-beland", "--actors", "AAA", "BBB", code=2)
    workbook("init", "mine")
    place = tmp_path / "mine"

    workbook("new", "aland-beland", "--actors", "AAA", "BBB")
    (place / "pages.bib").write_text(
        "@online{deal, title = {One price}, organization = {Celand Post}, date = {2024-03-15},\n"
        "  url = {https://example.org/deal}}\n",
        encoding="utf-8",
    )
    (place / "facts.csv").write_text(
        "date,title,summary,source_actor,target_actor,domain,form,cameo,dependence,source_id,locator,supports\n"
        "2024-02-01,Gas is stopped,Gas was stopped.,BBB,AAA,energy,action,163,0,celand-post-2024-one-price,para 1,all\n",
        encoding="utf-8",
    )
    workbook("import", "sources", "pages.bib", "-r", "aland-beland", "--apply")
    workbook("import", "events", "facts.csv", "-r", "aland-beland", "--apply")
    assert "1 events" in workbook("check", "aland-beland")
    refused = workbook("import", "sources", "pages.bib", "-r", "russia-belarus", "--apply", code=2)
    assert "workbook copy russia-belarus" in refused

    (place / "plan.toml").write_text(
        '[parameters]\nrelationship = "russia-belarus"\nas_of = "2023-04-06"\n[[run]]\nnotebook = "briefing.ipynb"\n'
        'version = "brief"\nformats = ["html"]\n[[run]]\nnotebook = "explorer.ipynb"\nformats = []\n',
        encoding="utf-8",
    )
    workbook("batch", "plan.toml", "--out", "made", "--jobs", "2")
    run = {path.name.split("_")[0].split("-")[0]: path for path in (place / "made").rglob("*.ipynb")}
    explored = json.loads(next(path for name, path in run.items() if "explorer" in name).read_text(encoding="utf-8"))
    outputs = [output for cell in explored["cells"] for output in cell.get("outputs", [])]
    assert outputs
    assert not [output for output in outputs if output["output_type"] == "error"]

    briefing = next(path for name, path in run.items() if "briefing" in name)
    workbook("export", str(briefing), "--out", "exported.pdf")
    workbook("brief", "aland-beland", "--out", "own.docx")
    assert (place / "exported.pdf").read_bytes().startswith(b"%PDF")
    assert (place / "own.docx").read_bytes().startswith(b"PK")

    echo = (
        "import analysis as an\nfrom pathlib import Path\nfrom analysis import feeds\nrel = an.load('russia-belarus')\n"
        "feeds.echo(rel.events, Path('feed'), sides=('BLR', 'RUS'), seed=0)"
    )
    said("-c", echo)
    assert "rows" in workbook("feed", "scan", "feed", "--dyad", "BLR", "RUS", "--out", "scan")

    with jupyterlab(place, tmp_path / "own", [str(python), "-m", "analysis", "lab"]) as address:
        with urllib.request.urlopen(f"{address}/api/contents/notebooks", timeout=10) as answer:
            assert "explorer.ipynb" in {one["name"] for one in json.load(answer)["content"]}
        with urllib.request.urlopen(f"{address}/api/contents/docs/methods.md", timeout=10) as answer:
            assert json.load(answer)["type"] == "file"
    assert "0 faults" in workbook("doctor")
