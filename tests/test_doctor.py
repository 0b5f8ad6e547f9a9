"""What `workbook doctor` and `workbook coverage` say of an environment and of a record."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from record_kit import ROWS, write_record

import analysis as an
from analysis.curate import doctor as module
from analysis.curate import thin
from analysis.curate.commands import coverage, doctor
from analysis.curate.doctor import doctor as look
from analysis.curate.new import new
from analysis.curate.saving import STATE
from analysis.record import places


def states(checks: list[module.Check]) -> dict[str, str]:
    return {one.name: one.state for one in checks}


@pytest.fixture
def home(record: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the small record as the one where records are looked up."""
    monkeypatch.setenv(places.ENVIRONMENT, str(record.parent))
    return record.parent


# doctor


def test_sound_environment_has_no_fault(home, tmp_path):
    checks = look(tmp_path)

    assert [one for one in checks if one.state == "fault"] == []
    wanted = {"workbook", "kernel", "exporter", "fonts", "pandoc", "typst", "output folder", "data", "codebook"}
    assert wanted <= set(states(checks))
    assert states(checks)["record aland-beland"] == "ok"


def test_pandoc_and_typst_are_named_with_their_versions(home):
    details = {one.name: one.detail for one in look()}
    assert int(details["pandoc"].split(".")[0]) >= 3
    assert details["typst"][0].isdigit()


def test_record_with_faults_is_a_fault_that_names_the_way_out(home, change):
    change("events", 0, cameo="999")
    one = next(one for one in look() if one.name == "record aland-beland")
    assert (one.state, one.detail, one.way_out) == ("fault", "1 faults", "Run `workbook check aland-beland`.")


def test_save_that_was_cut_off_is_a_fault(home, record):
    (record / STATE / "pending").mkdir(parents=True)
    assert "a save was cut off" in [one.detail for one in look() if one.name == "record aland-beland"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="everything is writable for this user")
def test_folder_that_cannot_be_written_to_is_a_fault(home, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    assert states(look(locked))["output folder"] == "fault"


def test_folder_that_is_not_there_is_a_fault(home, tmp_path):
    assert states(look(tmp_path / "missing"))["output folder"] == "fault"


def test_data_folder_that_does_not_exist_is_a_warning(monkeypatch, tmp_path):
    monkeypatch.setenv(places.ENVIRONMENT, str(tmp_path / "missing"))
    assert ("data", "warning") in [(one.name, one.state) for one in look()]


def test_missing_pandoc_is_a_fault(home, monkeypatch):
    import pypandoc

    def absent() -> str:
        raise OSError("No pandoc was found")

    monkeypatch.setattr(pypandoc, "get_pandoc_version", absent)
    assert states(look())["pandoc"] == "fault"


def test_missing_kernel_is_a_fault(home, monkeypatch):
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    def absent(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", absent)
    assert states(look())["kernel"] == "fault"


@pytest.mark.parametrize(("cameo", "status"), [("130", 0), ("999", 1)])
def test_command_fails_with_a_fault(home, change, cameo, status):
    change("events", 0, cameo=cameo)
    done = CliRunner().invoke(doctor)
    assert done.exit_code == status, done.output
    assert f"{status} faults" in done.output


# coverage


def test_thin_years_are_those_below_a_third_of_the_usual_year(tmp_path):
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    event, cited = rows["events"][0], {"source_id": "times-2001"}
    rows["events"], rows["citations"] = [], [row for row in rows["citations"] if not row["record"].startswith("events")]
    # Years with 4, 0, 4, 1 and 4 acts: the usual year has 4.
    for year, count in ((2001, 4), (2003, 4), (2004, 1), (2005, 4)):
        for number in range(count):
            key = f"{year}-{number}"
            rows["events"].append({**event, "event_id": key, "date": f"{year}-03-04"})
            rows["citations"].append({**cited, "record": f"events:{key}"})
    table = thin.years(an.load(write_record(tmp_path / "r", rows)))

    assert table.values.tolist() == [[2002, 0, 4.0], [2004, 1, 4.0]]


def test_domains_name_the_kinds_of_act_that_are_missing(record):
    table = thin.domains(an.load(record)).set_index("domain")
    assert table.loc["energy"].tolist() == [2, "material cooperation, material conflict"]
    assert table.loc["trade", "acts"] == 0


def test_direction_is_thin_where_one_side_hardly_acts(tmp_path):
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    for number in range(5):
        rows["events"].append({**ROWS["events"][0], "event_id": f"e{number}"})
        rows["citations"].append({"record": f"events:e{number}", "source_id": "times-2001"})
    table = thin.directions(an.load(write_record(tmp_path / "r", rows)))
    assert table.values.tolist() == [["energy", "AAA>BBB", 0, 6]]


def test_publishers_with_near_names_are_pointed_at(tmp_path):
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    names = [
        "RT",
        "RT (copy)",
        "TASS",
        "News.az / TASS",
        "RFE/RL",
        "RFE/RL Armenian Service",
        "Kommersant",
        "Komersant",
    ]
    for number, name in enumerate([*names, "Art Review", "TASSO", "unknown"]):
        source = {**ROWS["sources"][0], "source_id": f"s{number}", "publisher": name, "url": f"https://e.org/{number}"}
        rows["sources"].append(source)
    table = thin.near_publishers(an.load(write_record(tmp_path / "r", rows)))

    assert sorted(map(tuple, table[["publisher", "like"]].values.tolist())) == [
        ("Kommersant", "Komersant"),
        ("News.az / TASS", "TASS"),
        ("RFE/RL Armenian Service", "RFE/RL"),
        ("RT (copy)", "RT"),
    ]


def test_dead_ends_are_found_each_for_its_reason(tmp_path):
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    rows["sources"].append(
        {**rows["sources"][0], "source_id": "uncited", "published": "", "url": "https://example.org/u"}
    )
    rows["actors"].append({"actor_id": "bert", "name": "Bert", "kind": "person", "country": "BBB", "role": "minister"})
    rows["indicator_catalogue"].append({**rows["indicator_catalogue"][0], "indicator": "empty_series"})
    rows["forecasts"][0] |= {"outcome": "open", "resolved_on": "", "deadline": "2002-12-31"}
    table = thin.dead_ends(an.load(write_record(tmp_path / "r", rows)))

    assert sorted(table[["what", "key", "why"]].values.tolist()) == [
        ["actor", "bert", "no event or indicator names it"],
        ["event", "2002-third", "no source of it can be judged"],
        ["forecast", "2002-05-times-f1", "it is open after its deadline"],
        ["indicator", "empty_series", "it has no observation"],
        ["source", "uncited", "it has no date"],
        ["source", "uncited", "no row cites it"],
    ]


def test_empty_record_has_empty_tables(tmp_path):
    rel = an.load(new("aland-beland", ["AAA", "BBB"], root=tmp_path))
    for table in (thin.years, thin.directions, thin.near_publishers, thin.dead_ends):
        assert isinstance(table(rel), pd.DataFrame)
        assert table(rel).empty


def test_coverage_command_prints_each_part_and_cuts_long_ones(record):
    short = CliRunner().invoke(coverage, [str(an.load("russia-belarus").path)])
    whole = CliRunner().invoke(coverage, [str(an.load("russia-belarus").path), "--all"])
    assert short.exit_code == whole.exit_code == 0
    for words in ("Thin years", "Domains", "Directions", "Dead ends", "state a place"):
        assert words in short.output
    assert "more (--all)" in short.output
    assert "more (--all)" not in whole.output
