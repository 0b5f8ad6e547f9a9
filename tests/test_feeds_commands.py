"""`workbook feed`, as a user types it."""

from __future__ import annotations

import json
import subprocess
import sys

import pandas as pd
import pytest
from click.testing import CliRunner
from feeds import kit
from feeds.bulk import gdelt2_archives

from analysis.feeds.commands import feed


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(feed, [str(one) for one in arguments])


@pytest.fixture
def archives(tmp_path):
    return gdelt2_archives(tmp_path / "in", rows=3000, per_file=1000, dyad=("BLR", "RUS"), one_in=25)


def test_scan_says_what_it_read_and_the_second_time_that_nothing_is_new(run, tmp_path, archives):
    given = (
        "scan",
        tmp_path / "in" / "*.zip",
        "--feed",
        "gdelt2",
        "--dyad",
        "RUS",
        "BLR",
        "--out",
        tmp_path / "o",
    )
    first, second = run(*given), run(*given)
    assert first.exit_code == second.exit_code == 0
    assert "3 files (3 new): 3 read" in first.output
    assert "3,000 lines, 120 rows taken (4.0000%)" in first.output
    assert "3 files (0 new)" in second.output
    for output in (first.output, second.output):
        assert "rows of RUS and BLR                    120     4.00%" in output
        assert all(
            step in output for step in ("acts (one a day)", "independent texts", "publishers", "periods covered")
        )


def test_scan_quotes_faults_and_still_succeeds(run, tmp_path):
    path = tmp_path / "20200304.export.CSV"
    path.write_text(kit.gdelt2({}, {}, {}) + "a\tbad line\n")
    got = run("scan", path, "--dyad", "RUS", "BLR", "--out", tmp_path / "o")
    assert got.exit_code == 0
    assert "line 4: width (2 columns, not 61), set aside: 'a\\\\tbad line'" in got.output
    written = run("export", tmp_path / "o", tmp_path / "one.csv")
    assert written.output.split() == [str(tmp_path / "one.csv"), str(tmp_path / "one.csv.faults.csv")]
    assert pd.read_csv(tmp_path / "one.csv.faults.csv")["line"].tolist() == [4]


def test_funnel_takes_switches_for_its_guards(run, tmp_path, archives):
    plain = run("funnel", tmp_path / "in", "--dyad", "BLR", "RUS")
    open_ = run(
        "funnel", tmp_path / "in", "--dyad", "BLR", "RUS", "--no-anniversaries", "--no-repeats", "--mirrors", "keep"
    )
    counts = [int(one.output.split("rows that count")[1].split()[0]) for one in (plain, open_)]
    assert counts[0] < counts[1] == 120
    assert "periods covered" in plain.output


def test_a_scan_of_all_and_the_world(run, tmp_path, archives):
    made = run("scan", tmp_path / "in", "--out", tmp_path / "all")
    assert made.exit_code == 0, made.output
    got = run("world", tmp_path / "all", "--dyad", "BLR", "RUS", "--out", tmp_path / "w.csv")
    assert got.exit_code == 0, got.output
    assert "percentile" in got.output
    assert "gdelt2: all dyads, from rows to sources" in got.output
    table = pd.read_csv(tmp_path / "w.csv")
    assert {"month", "actor_low", "actor_high", "tension_share"} <= set(table.columns)


def test_the_table_of_the_world_is_written_though_the_dyad_has_too_few_acts(run, tmp_path):
    (tmp_path / "a.CSV").write_text(kit.gdelt2({}, {"source": "USA", "target": "FRA"}))
    run("scan", tmp_path / "a.CSV", "--out", tmp_path / "all")
    got = run("world", tmp_path / "all", "--dyad", "BLR", "RUS", "--out", tmp_path / "w.csv")
    assert got.exit_code == 2
    assert "20 acts or more" in got.stderr
    assert len(pd.read_csv(tmp_path / "w.csv")) == 2


def test_a_dry_run_writes_nothing_and_lists_every_step(run, tmp_path):
    from analysis.feeds.repairs import REPAIRS
    from analysis.feeds.steps import GUARDS

    path = tmp_path / "20200304.export.CSV"
    path.write_text(kit.gdelt2({"source": " BLR"}, {}, {"number": 1}))
    before = sorted(tmp_path.iterdir())
    got = run("scan", path, "--dyad", "RUS", "BLR", "--dry-run")
    assert got.exit_code == 0, got.output
    assert sorted(tmp_path.iterdir()) == before
    counts = {
        line[10:26].strip(): line[26:38].strip() for line in got.output.splitlines()[3:] if line[:4] in ("  re", "  gu")
    }
    assert set(counts) == {one.name for one in (*REPAIRS, *GUARDS)} - {"words"}
    assert (counts["padding"], counts["twins"], counts["century"]) == ("1", "1", "0")


def test_days_of_two_readings_are_asked_about(run, tmp_path):
    path = tmp_path / "acled.csv"
    path.write_text(
        kit.acled()
        .replace("2021-11-08", "05/06/2021")
        .replace("2021-11-09", "06/06/2021")
        .replace("2021-11-10", "07/06/2021")
    )
    got = run("funnel", path, "--dyad", "RUS", "BLR")
    assert got.exit_code == 2
    assert "--dates day-first" in got.stderr
    assert run("funnel", path, "--dyad", "RUS", "BLR", "--dates", "day-first").exit_code == 0


def test_a_refusal_is_a_message_and_status_2(run, tmp_path):
    got = run("scan", tmp_path / "none*.zip", "--dyad", "RUS", "BLR", "--out", tmp_path / "o")
    assert got.exit_code == 2
    assert "`paths` must be" in got.stderr
    assert "Traceback" not in got.output


def test_the_package_offers_its_functions_whatever_was_imported_before():
    code = (
        "import analysis.feeds.scans, analysis.feeds.reading, analysis.feeds.all_dyads, analysis.feeds.corroboration\n"
        "from analysis import feeds\n"
        "import json; print(json.dumps([callable(getattr(feeds, name)) for name in feeds.__all__]))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert all(json.loads(done.stdout))


def test_help_needs_no_extra():
    code = (
        "import sys\n"
        "for name in ('ibis', 'duckdb', 'isal', 'stringzilla', 'pyspark'): sys.modules[name] = None\n"
        "from click.testing import CliRunner\n"
        "from analysis.feeds.commands import feed\n"
        "result = CliRunner().invoke(feed, ['scan', '--help'])\n"
        "sys.exit(result.exit_code)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_the_extra_the_way_out_is_named():
    code = (
        "import sys\n"
        "sys.modules['ibis'] = None\n"
        "from analysis.feeds import connect, FeedError\n"
        "try: connect()\n"
        "except FeedError as error: sys.exit(0 if \"pip install '.[feeds]'\" in str(error) else 3)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
