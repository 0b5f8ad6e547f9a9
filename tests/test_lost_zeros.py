"""A spreadsheet turns 014 into 14, which is another act; a record with such a code is refused, a root code is possible."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import analysis as an
from analysis import codebook
from analysis.cli import main
from analysis.errors import RecordError
from analysis.record import places
from analysis.record.relationship import read

Change = Callable[..., Path]


def faults(folder: Path) -> list[str]:
    return [str(fault) for fault in read(folder)[1]]


@pytest.mark.parametrize("code", ["10", "12", "14", "20"])
def test_a_root_code_among_finer_ones_is_refused(change: Change, code: str) -> None:
    said = faults(change("events", 0, cameo=code))
    assert len(said) == 1
    labels = codebook.cameo().set_index("code")["label"]
    assert said[0].startswith("events.csv, line 2: `cameo` must be a code with its zeros, or a root code")
    assert f"0{code} is {labels[f'0{code}']} (" in said[0]
    assert f"{code} is {labels[code]} (" in said[0]
    assert f"Write 0{code}, or put `root code {code}` into `notes`." in said[0]


@pytest.mark.parametrize("notes", ["root code 14", "Only the kind is known: Root code 14.", "a; root code 14; b"])
def test_a_root_code_that_its_row_calls_so_is_taken(change: Change, notes: str) -> None:
    assert faults(change("events", 0, cameo="14", notes=notes)) == []


@pytest.mark.parametrize("notes", ["", "root code 15", "root code 140", "the root code", "code 14"])
def test_another_note_does_not_do(change: Change, notes: str) -> None:
    assert len(faults(change("events", 0, cameo="14", notes=notes))) == 1


def recoded(change: Change, *codes: str) -> Path:
    folder = change("events", 0)
    rows = list(csv.reader((folder / "events.csv").read_text().splitlines()))
    column = rows[0].index("cameo")
    for row, code in zip(rows[1:], codes, strict=True):
        row[column] = code
    with (folder / "events.csv").open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return folder


def test_a_record_coded_in_roots_throughout_needs_no_note(change: Change) -> None:
    assert faults(recoded(change, "13", "05", "06", "14")) == []


def test_roots_without_one_zero_among_them_are_asked_about(change: Change) -> None:
    assert len(faults(recoded(change, "13", "15", "16", "14"))) == 4


def test_the_shipped_record_is_refused_once_a_spreadsheet_has_saved_it(tmp_path: Path) -> None:
    folder = tmp_path / "saved"
    shutil.copytree(places.relationship("russia-belarus"), folder)
    with (folder / "events.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    doubtful = [
        row for row in rows if row["cameo"].startswith("0") and row["cameo"][1:] in set(codebook.cameo()["code"])
    ]
    for row in doubtful:
        row["cameo"] = row["cameo"][1:]
    with (folder / "events.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    assert len(doubtful) > 20
    with pytest.raises(RecordError) as refused:
        an.load(folder)
    assert len(refused.value.faults) == len(doubtful)


@pytest.mark.parametrize(
    ("form", "code", "remarked"),
    [
        ("statement", "190", True),
        ("statement", "061", True),
        ("statement", "130", False),
        ("action", "190", False),
        ("meeting", "190", True),
        ("agreement", "061", False),
        ("agreement", "175", True),
    ],
)
def test_check_remarks_on_a_form_that_the_code_contradicts(
    change: Change, form: str, code: str, remarked: bool
) -> None:
    result = CliRunner().invoke(main, ["check", str(change("events", 0, form=form, cameo=code))])
    assert result.exit_code == 0, result.output
    words = f"a code that fits the form {form}"
    assert (words in result.output and f"{code}, material" in result.output) == remarked
