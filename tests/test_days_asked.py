"""A day that the record does not know of is refused before anything runs, in the words of the option that was typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from record_kit import ROWS, write_record

import analysis as an
from analysis.cli import main
from analysis.errors import OptionError
from analysis.explore.view import View, ready
from analysis.record import places
from analysis.record.relationship import last_day
from analysis.runs.plan import plan
from analysis.runs.running import run

LAST = "2003-12-31"  # of the invented record


def test_the_last_day_is_that_of_the_loaded_record(record: Path) -> None:
    assert f"{last_day(record):%Y-%m-%d}" == f"{an.load(record).cutoff:%Y-%m-%d}" == LAST
    shipped = places.relationship("russia-belarus")
    assert last_day(shipped) == an.load("russia-belarus").cutoff


def test_a_record_without_a_row_has_no_last_day(tmp_path: Path) -> None:
    empty = {name: rows for name, rows in ROWS.items() if name in ("actors", "sources")}
    folder = write_record(tmp_path / "empty", empty)
    assert last_day(folder) is None
    assert an.load(folder, as_of="2023-01-01").events.empty


def test_a_record_is_loaded_as_of_its_last_day_and_not_of_the_next(record: Path) -> None:
    assert f"{an.load(record, as_of=LAST).cutoff:%Y-%m-%d}" == LAST
    for ask in (lambda: an.load(record, as_of="2004-01-01"), lambda: an.load(record).as_of_day("2035-01-01")):
        with pytest.raises(OptionError, match=f"a day up to {LAST}, the last that aland-beland knows of"):
            ask()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--as-of", "2004-01-01"], f"`--as-of` must be a day up to {LAST}, the last that aland-beland knows of"),
        (["--as-of", "2035-01-01"], "not '2035-01-01'"),
        (["--since", "2004-01-01"], f"`--since` must be a day before the record's last day ({LAST})"),
        (["--since", LAST], f"`--since` must be a day before the record's last day ({LAST})"),
        (["--start", "2035-01-01"], f"`--start` must be a day before the record's last day ({LAST})"),
        (
            ["--since", "2002-06-01", "--as-of", "2002-01-01"],
            "`--since` must be a day before --as-of (2002-01-01), not '2002-06-01'",
        ),
        (["--start", "2002-01-01", "--as-of", "2002-01-01"], "`--start` must be a day before --as-of (2002-01-01)"),
        (["--as-of", "soon"], "`--as-of` must be a day"),
    ],
)
def test_a_briefing_refuses_the_option_that_was_typed(
    record: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    result = CliRunner().invoke(main, ["brief", str(record), "--out", str(tmp_path / "b.pdf"), *options])
    assert result.exit_code == 2, result.output
    assert words in " ".join(result.output.split())
    assert not (tmp_path / "b.pdf").exists()


def test_a_parameter_of_a_file_is_called_as_the_file_calls_it(record: Path, tmp_path: Path) -> None:
    (tmp_path / "view.toml").write_text(f'[parameters]\nrelationship = "{record}"\nsince = "2002-06-01"\n')
    arguments = ["brief", "--from", str(tmp_path / "view.toml"), "--as-of", "2002-01-01"]
    result = CliRunner().invoke(main, [*arguments, "--out", str(tmp_path / "b.pdf")])
    assert "`since` must be a day before --as-of (2002-01-01)" in " ".join(result.output.split())


def planned(record: Path, **given: object) -> list[str]:
    content = {"notebook": "briefing.ipynb", "parameters": {"relationship": str(record)}, "matrix": given}
    return [str(one.settings["as_of"]) for one in plan(content).runs]


def test_a_plan_whose_days_reach_beyond_the_record_is_refused(record: Path) -> None:
    rule = {"every": "month-end", "from": "2003-11-01", "to": "2003-12-31"}
    assert planned(record, as_of=rule) == ["2003-11-30", "2003-12-31"]
    with pytest.raises(OptionError, match=f"`as_of` must be a day up to {LAST}.*not '2004-01-31'"):
        planned(record, as_of={**rule, "to": "2004-01-31"})
    with pytest.raises(OptionError, match="`since` must be a day before as_of"):
        planned(record, as_of=["2002-06-30"], since=["2002-06-30"])


def test_the_shipped_plan_is_whole() -> None:
    assert len(plan(places.notebooks() / "monthly-2019-2023.toml").runs) == 60


def test_a_notebook_that_is_run_by_itself_is_refused_too(record: Path) -> None:
    given = {"relationship": str(record), "as_of": "2035-01-01"}
    with pytest.raises(OptionError, match=f"briefing.ipynb: `as_of` must be a day up to {LAST}"):
        run(places.notebooks() / "briefing.ipynb", given)


@pytest.mark.parametrize(
    ("view", "field"),
    [
        (View(as_of="2004-01-01"), "as_of"),
        (View(end="2004-01-01"), "end"),
        (View(as_of="2002-01-01", end="2002-01-02"), "end"),
        (View(start="2002-06-01", end="2002-05-31"), "start"),
        (View(start="2035-01-01"), "start"),
        (View(end="soon"), "end"),
    ],
)
def test_the_explorer_refuses_the_field_that_is_wrong(record: Path, view: View, field: str) -> None:
    with pytest.raises(OptionError) as refused:
        ready(an.load(record), view)
    assert refused.value.field == field


def test_a_measure_names_the_end_of_the_period_that_was_given(record: Path) -> None:
    with pytest.raises(OptionError) as refused:
        an.tension(an.load(record).events, start="2030-01-01", end=LAST)
    assert refused.value.field == "start"
