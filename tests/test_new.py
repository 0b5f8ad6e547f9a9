"""What somebody sees who starts a record of another relationship."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import analysis as an
from analysis.curate.commands import new as command
from analysis.curate.new import new
from analysis.errors import OptionError
from analysis.record import places
from analysis.record.relationship import read
from analysis.record.tables import TABLES


def test_new_makes_a_record_that_loads_with_its_two_sides(tmp_path):
    rel = an.load(new("aland-beland", ["AAA", "BBB"], names=["Åland", "Beland"], root=tmp_path))

    assert [(side.id, side.name) for side in rel.sides] == [("AAA", "Åland"), ("BBB", "Beland")]
    assert (rel.title, rel.name) == ("Åland and Beland", "aland-beland")
    assert rel.actors.set_index("role")["actor_id"].to_dict() == {"side_a": "AAA", "side_b": "BBB", "joint": "AAA+BBB"}


def test_new_tables_are_empty_and_have_every_column_of_the_dictionary(tmp_path):
    folder = new("aland-beland", ["AAA", "BBB"], root=tmp_path)

    for schema in TABLES:
        lines = (folder / schema.file).read_bytes().split(b"\n")
        assert lines[0].decode() == ",".join(column.name for column in schema.columns)
        assert len(lines) == (5 if schema.name == "actors" else 2)
    assert read(folder)[1] == []


def test_new_gives_each_side_the_word_of_the_name_that_its_id_resembles(tmp_path):
    straight = an.load(new("armland-rusland", ["ARM", "RUL"], root=tmp_path))
    crossed = an.load(new("rusland-armland", ["ARM", "RUL"], root=tmp_path))

    for rel in (straight, crossed):
        assert [side.name for side in rel.sides] == ["Armland", "Rusland"]


def test_new_falls_back_on_ids_where_the_name_has_not_two_words(tmp_path):
    rel = an.load(new("the-gas-union", ["AAA", "gas-corp"], root=tmp_path))

    assert [side.name for side in rel.sides] == ["AAA", "gas-corp"]
    assert rel.actors.set_index("actor_id").loc["gas-corp", "kind"] == "organisation"


def test_new_describes_the_package_and_links_a_codebook_that_lies_beside_it(tmp_path):
    (tmp_path / "codebook").mkdir()
    folder = new("aland-beland", ["AAA", "BBB"], root=tmp_path)
    elsewhere = new("aland-beland", ["AAA", "BBB"], root=tmp_path / "other")

    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert package["name"] == "aland-beland"
    assert [one["path"] for one in package["resources"]] == [schema.file for schema in TABLES]
    assert "(../codebook)" in (folder / "README.md").read_text(encoding="utf-8")
    assert "workbook doctor" in (elsewhere / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "actors", "field"),
    [
        ("Aland", ["AAA", "BBB"], "name"),
        ("../evil", ["AAA", "BBB"], "name"),
        ("codebook", ["AAA", "BBB"], "name"),
        ("aland-beland", ["AAA", "AAA"], "actors"),
        ("aland-beland", ["AAA", "B B"], "actors"),
        ("aland-beland", ["AAA", "BBB+CCC"], "actors"),
    ],
)
def test_new_refuses_names_that_are_none_and_leaves_nothing(tmp_path, name, actors, field):
    with pytest.raises(OptionError) as refusal:
        new(name, actors, root=tmp_path)

    assert refusal.value.field == field
    assert list(tmp_path.iterdir()) == []


def test_new_never_touches_a_record_that_is_there(tmp_path):
    folder = new("aland-beland", ["AAA", "BBB"], root=tmp_path)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    with pytest.raises(OptionError, match="Choose another name"):
        new("aland-beland", ["CCC", "BBB"], root=tmp_path)

    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_command_makes_the_record_under_data_and_says_what_to_do_next(tmp_path, monkeypatch):
    monkeypatch.delenv(places.ENVIRONMENT, raising=False)
    root = tmp_path / "records"
    done = CliRunner().invoke(command, ["aland-beland", "--actors", "AAA", "BBB", "--data", str(root)])

    assert done.exit_code == 0, done.output
    assert (root / "aland-beland" / "events.csv").is_file()
    for words in ("actors.csv", "README.md", f"workbook check aland-beland --data {root}", "workbook brief"):
        assert words in done.output


def test_command_leaves_the_environment_as_it_was(tmp_path, monkeypatch):
    import os

    monkeypatch.setenv(places.ENVIRONMENT, "before")
    CliRunner().invoke(command, ["aland-beland", "--actors", "AAA", "BBB", "--data", str(tmp_path)])

    assert os.environ[places.ENVIRONMENT] == "before"


def test_record_in_the_folder_of_the_environment_is_found_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv(places.ENVIRONMENT, str(tmp_path))
    CliRunner().invoke(command, ["aland-beland", "--actors", "AAA", "BBB"])

    assert an.load("aland-beland").path == (Path(tmp_path) / "aland-beland").resolve()
