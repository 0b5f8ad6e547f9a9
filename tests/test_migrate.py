"""A record of the first edition is brought to the second without a changed cell, or left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from frictionless import validate

import analysis as an
from analysis.cli import main
from analysis.curate import migrate
from analysis.curate.dictionary import datapackage
from analysis.curate.saving import undo
from analysis.record.tables import TABLES


@pytest.fixture
def first_edition(record: Path) -> Path:
    """The invented record with the columns and tables of the first edition only."""
    for schema in TABLES:
        file = record / schema.file
        if schema.optional:
            file.unlink()
            continue
        table = pd.read_csv(file, dtype="str", keep_default_na=False)
        held = [column.name for column in schema.columns if not column.optional]
        table[held].to_csv(file, index=False, lineterminator="\n")
    package = datapackage("aland-beland", "Aland and Beland", "A record.")
    package["resources"] = package["resources"][:-2]
    (record / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    return record


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def test_the_plan_names_every_column_and_table_and_writes_nothing(first_edition: Path) -> None:
    before = contents(first_edition)
    result = CliRunner().invoke(main, ["migrate", str(first_edition)])
    assert result.exit_code == 0, result.output
    assert "events.csv: add the columns short, known, sequel." in result.output
    assert "second_coding.csv: add the table, without rows" in result.output
    assert "datapackage.json: describe the tables anew." in result.output
    assert contents(first_edition) == before


def test_apply_adds_them_keeps_every_cell_and_can_be_taken_back(first_edition: Path) -> None:
    before, tables = contents(first_edition), an.load(first_edition)
    result = CliRunner().invoke(main, ["migrate", str(first_edition), "--apply"])
    assert result.exit_code == 0, result.output
    after = an.load(first_edition)
    schema_keys = {schema.name: schema.key for schema in TABLES}
    for name in ("events", "assessments", "forecasts", "indicators", "citations", "sources"):
        old, new = (getattr(each, name).sort_values(list(schema_keys[name])) for each in (tables, after))
        pd.testing.assert_frame_equal(new.reset_index(drop=True), old.reset_index(drop=True))
    assert "known" in (first_edition / "events.csv").read_text(encoding="utf-8").splitlines()[0]
    assert validate(str(first_edition / "datapackage.json")).valid
    assert migrate.plan(first_edition) == []
    undo(first_edition)
    assert len(an.load(first_edition).events) == len(tables.events)
    now = contents(first_edition)
    assert {name: now[name] for name in before if name.endswith(".csv")} == {
        name: content for name, content in before.items() if name.endswith(".csv")
    }


def test_a_record_of_this_edition_has_nothing_to_do(record: Path) -> None:
    result = CliRunner().invoke(main, ["migrate", str(record), "--apply"])
    assert (result.exit_code, "nothing to do" in result.output) == (0, True)


def test_a_record_with_a_fault_is_refused_and_left_alone(first_edition: Path) -> None:
    events = first_edition / "events.csv"
    events.write_text(events.read_text(encoding="utf-8").replace("2001-03-04,", "2001-02-30,"), encoding="utf-8")
    before = contents(first_edition)
    result = CliRunner().invoke(main, ["migrate", str(first_edition), "--apply"])
    assert result.exit_code != 0
    assert "2001-02-30" in result.output
    assert contents(first_edition) == before
