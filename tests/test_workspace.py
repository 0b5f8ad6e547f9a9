"""A workspace as its owner sees it: what is in it, where things go, and what an upgrade does to it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.curate import workspace
from analysis.errors import OptionError
from analysis.record import places


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new workspace, gone into."""
    monkeypatch.delenv(places.ENVIRONMENT, raising=False)
    made = workspace.init(tmp_path / "mine")
    monkeypatch.chdir(made / "notebooks")
    return made


def said(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exit_code == code, done.output
    return done.output


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_every_link_of_its_pages_and_notebooks_leads_to_a_file_in_it(space: Path) -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in space.rglob("*.md")}
    for path in (space / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        texts[path] = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
        assert all(not cell.get("outputs") for cell in cells)
    assert len(texts) > 10
    for path, text in texts.items():
        for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            assert (path.parent / link).is_file(), f"{path.name}: {link}"


def test_new_goes_into_it_and_is_found_by_name_from_anywhere_in_it(space: Path) -> None:
    out = said("new", "aland-beland", "--actors", "AAA", "BBB")
    assert (space / "data" / "aland-beland" / "events.csv").is_file()
    assert "--data" not in out
    assert "aland-beland: no fault" in said("check", "aland-beland")
    assert places.relationship("russia-belarus") == (places.shipped("data") / "russia-belarus").resolve()


def test_the_shipped_record_is_not_written_and_the_way_out_works(space: Path, tmp_path: Path) -> None:
    shipped = places.relationship("russia-belarus")
    before = (shipped / "sources.csv").read_bytes()
    row = tmp_path / "sources.csv"
    row.write_text(
        "source_id,type,title,publisher,published,url,language,reliability\n"
        "celand-2026,webpage,A page,Celand Post,2026-05-01,https://example.org/page,en,B\n",
        encoding="utf-8",
    )
    refused = said("import", "sources", str(row), "-r", "russia-belarus", "--apply", code=2)
    assert "workbook copy russia-belarus" in refused
    said("copy", "russia-belarus")
    said("import", "sources", str(row), "-r", "russia-belarus", "--apply")
    assert "celand-2026" in (space / "data" / "russia-belarus" / "sources.csv").read_text(encoding="utf-8")
    assert (shipped / "sources.csv").read_bytes() == before
    assert "is there" not in said("copy", "russia-belarus", code=2)
    said("copy", "russia-belarus", "second")
    described = json.loads((space / "data" / "second" / "datapackage.json").read_text(encoding="utf-8"))
    assert described["name"] == "second"


@pytest.mark.parametrize("name", ["../out", "Second", ".hidden"])
def test_a_copy_has_a_plain_name(space: Path, name: str) -> None:
    with pytest.raises(OptionError, match="lower-case words"):
        workspace.copy("russia-belarus", name)


def test_init_takes_nothing_that_is_there(space: Path, tmp_path: Path) -> None:
    assert "--update" in said("init", str(space), code=2)
    other = tmp_path / "other"
    other.mkdir()
    (other / "README.md").write_text("mine", encoding="utf-8")
    assert "README.md" in said("init", str(other), code=2)
    assert [path.name for path in other.iterdir()] == ["README.md"]


def test_update_replaces_what_is_as_it_was_and_keeps_what_was_edited(
    space: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workspace.update(space) == []
    edit(space / "notebooks" / "tensions.ipynb", "180D", "90D")
    (space / "notebooks" / "coding.ipynb").unlink()
    mine = (space / "notebooks" / "tensions.ipynb").read_bytes()
    new = {
        name: content.replace(b"# Is tension", b"# New: is tension").replace(b"# Who depends", b"# New: who depends")
        for name, content in workspace._shipped().items()
    }
    monkeypatch.setattr(workspace, "_shipped", lambda: {**new, "docs/more.md": b"more\n"})
    told = "\n".join(workspace.update(space))
    assert (space / "notebooks" / "tensions.ipynb").read_bytes() == mine
    assert b"# New" in (space / "notebooks" / "tensions.new.ipynb").read_bytes()
    assert b"# New" in (space / "notebooks" / "dependencies.ipynb").read_bytes()
    assert not (space / "notebooks" / "dependencies.new.ipynb").exists()
    assert (space / "docs" / "more.md").is_file()
    assert not (space / "notebooks" / "coding.ipynb").exists()
    assert "+# New: is tension rising or falling?" in told
    assert "90D" in told
    assert "dependencies.ipynb: brought up to date" in told
    assert workspace.update(space) == []


def test_a_notebook_that_was_only_run_counts_as_not_edited(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = space / "notebooks" / "dependencies.ipynb"
    held = json.loads(path.read_text(encoding="utf-8"))
    held["cells"][2]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "1"}]
    path.write_text(json.dumps(held), encoding="utf-8")
    assert workspace.update(space) == []
    new = {name: content.replace(b"# Who depends", b"# New") for name, content in workspace._shipped().items()}
    monkeypatch.setattr(workspace, "_shipped", lambda: new)
    assert workspace.update(space) == ["notebooks/dependencies.ipynb: brought up to date."]


def test_lab_opens_the_workspace_and_asks_for_none_where_nobody_can_answer(
    space: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[list[str]] = []

    class Started:
        def __init__(self, command: list[str], **how: object) -> None:
            called.append(command)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr("subprocess.Popen", Started)
    monkeypatch.setattr("signal.signal", lambda *one: None)
    said("lab", "--no-browser")
    assert f"--ServerApp.root_dir={space}" in called[0]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(places, "checkout", lambda: None)
    assert "workbook init" in said("lab", code=2)
    assert len(called) == 1
