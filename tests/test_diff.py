"""What somebody sees who compares two versions of a record."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from record_kit import ROWS, write_record

import analysis as an
from analysis.curate.commands import diff as command
from analysis.curate.diff import diff
from analysis.curate.diff_text import as_json, as_text
from analysis.errors import OptionError


def rows() -> dict[str, list[dict[str, str]]]:
    return {name: [dict(each) for each in held] for name, held in ROWS.items()}


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The record with an event recoded, one removed, one added, and an indicator's value revised."""
    held = rows()
    held["events"][0] |= {"cameo": "036", "notes": "recoded"}
    held["events"][3] |= {"event_id": "2003-01-01-praise"}
    held["citations"][4] |= {"record": "events:2003-01-01-praise"}
    held["indicators"][0] |= {"value": "45"}
    return write_record(tmp_path / "newer", held)


def git(folder: Path, *arguments: str) -> None:
    names = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "-C", str(folder), *names, *arguments], check=True, capture_output=True)


def test_rows_are_compared_field_by_field(record, newer):
    tables = diff(str(record), str(newer), record).tables

    assert list(tables["events"].added) == ["2003-01-01-praise"]
    assert list(tables["events"].removed) == ["2003-01-01-anna"]
    assert tables["events"].changed == {"2001-03-04-threat": {"cameo": ("130", "036"), "notes": ("", "recoded")}}
    assert tables["indicators"].changed == {"gas_price + 2001": {"value": ("40", "45")}}
    assert set(tables) == {"events", "indicators", "citations"}


def test_measures_move_by_the_difference_of_the_two_records(record, newer):
    moved = diff(str(record), str(newer), record).measures.set_index(["measure", "note"])

    last = moved.loc[("tension_share", "last day of each")]
    shares = []
    for folder in (record, newer):
        rel = an.load(folder)
        frame = an.tension(rel.events, start=rel.cutoff, end=rel.cutoff, band=None).set_index("measure")
        shares.append(frame.loc["tension_share", "value"])
    assert [last["old"], last["new"], last["change"]] == pytest.approx([*shares, shares[1] - shares[0]])
    assert last["change"] < 0
    most = moved.loc[("tension_share", "largest change on any date")]
    assert abs(most["change"]) >= abs(last["change"])


def test_record_compared_with_itself_does_not_differ(record):
    result = diff(str(record), str(record), record)

    assert result.tables == {}
    assert (result.measures["change"].dropna() == 0).all()
    assert "No row differs." in as_text(result)


def test_revisions_of_git_are_compared_with_each_other_and_with_the_folder(tmp_path):
    top = tmp_path / "repository"
    folder = write_record(top / "data" / "aland-beland")
    git(top.parent, "init", "-q", str(top))
    git(top, "add", ".")
    git(top, "commit", "-qm", "one")
    held = rows()
    held["events"][0]["title"] = "Second title"
    write_record(folder, held)
    git(top, "commit", "-qam", "two")
    held["events"][0]["title"] = "Third title"
    write_record(folder, held)

    def titles(old: str, new: str) -> dict[str, tuple[str, str]]:
        return diff(old, new, folder).tables["events"].changed["2001-03-04-threat"]

    first = ROWS["events"][0]["title"]
    assert titles("HEAD~1", "HEAD") == {"title": (first, "Second title")}
    assert titles("HEAD", "") == {"title": ("Second title", "Third title")}


def test_record_at_the_top_of_its_repository_has_revisions_too(record):
    git(record.parent, "init", "-q", str(record))
    git(record, "add", ".")
    git(record, "commit", "-qm", "one")
    assert diff("HEAD", "", record).tables == {}


@pytest.mark.parametrize("version", ["no-such-thing", "--output=x", "HEAD:nowhere"])
def test_version_that_is_none_is_refused(record, version):
    git(record.parent, "init", "-q", str(record))
    with pytest.raises(OptionError, match="git revision"):
        diff(version, "", record)


def test_version_that_is_not_valid_is_still_compared_but_not_measured(record, change, tmp_path):
    good = write_record(tmp_path / "good")
    change("events", 0, cameo="999")
    result = diff(str(good), str(record), record)

    assert result.tables["events"].changed == {"2001-03-04-threat": {"cameo": ("130", "999")}}
    assert "1 fault" in result.unmeasured
    assert result.measures.empty
    assert result.unmeasured in as_text(result)


def test_json_holds_everything_and_is_plain_json(record, newer):
    held = json.loads(as_json(diff(str(record), str(newer), record)))

    assert held["tables"]["events"]["changed"]["2001-03-04-threat"]["cameo"] == {"old": "130", "new": "036"}
    assert held["tables"]["events"]["added"]["2003-01-01-praise"]["title"] == "Anna praises Beland"
    shares = [row for row in held["measures"] if row["measure"] == "tension_share"]
    assert shares[0]["change"] == pytest.approx(shares[0]["new"] - shares[0]["old"], abs=1e-5)
    assert "NaN" not in json.dumps(held)


def test_markdown_has_headings_and_code(record, newer):
    text = as_text(diff(str(record), str(newer), record), markdown=True)

    assert text.startswith("# ")
    assert "## events: 1 added, 1 removed, 1 changed" in text
    assert "- changed `2001-03-04-threat`\n  - cameo: '130' -> '036'" in text
    assert "## measures" in text


@pytest.mark.parametrize("form", ["text", "markdown", "json"])
def test_command_compares_two_folders_without_naming_a_record(record, newer, form):
    done = CliRunner().invoke(command, [str(record), str(newer), "--format", form])
    assert done.exit_code == 0, done.output
    assert "2001-03-04-threat" in done.output


def test_empty_records_can_be_compared(tmp_path):
    from analysis.curate.new import new

    folder = new("aland-beland", ["AAA", "BBB"], root=tmp_path)
    result = diff(str(folder), str(write_record(tmp_path / "full")), folder)
    assert len(result.tables["events"].added) == len(ROWS["events"])
