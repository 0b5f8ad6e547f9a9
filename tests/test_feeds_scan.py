"""A scan finds what a slow and plain reading finds; it adds, goes on and never leaves half a result."""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from feeds import kit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import OptionError
from analysis.feeds import archives, pool
from analysis.feeds.bulk import gdelt2_archives, gdelt2_lines
from analysis.feeds.faults import FeedError
from analysis.feeds.scanning import lake, scan
from analysis.feeds.synthetic import write_zip

PAIR = ("BLR", "RUS")
CODES = st.sampled_from(["BLR", "RUS", "UKR", "", "BLRGOV", "RU", "XRUS"])


def table(path: Path) -> list[tuple]:
    rows = pq.read_table(path).to_pylist()
    return sorted((row["feed_file"], row["feed_line"], row["globaleventid"]) for row in rows)


def plainly(paths: list[Path], pair: tuple[str, str]) -> list[tuple]:
    """Unpack everything, split every line, compare two cells: what the scan must agree with."""
    import zipfile

    found = []
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode()
        for number, cells in enumerate(csv.reader(text.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE), 1):
            if len(cells) == 61 and {cells[7], cells[17]} == set(pair):
                found.append((f"{path.parent.name}/{path.name}", number, cells[0]))
    return sorted(found)


def test_a_scan_finds_what_plain_reading_finds(tmp_path):
    paths = gdelt2_archives(tmp_path / "in", rows=6000, per_file=1500, dyad=PAIR, one_in=40, seed=3)
    report = scan(paths, PAIR, tmp_path / "out.parquet")
    expected = plainly(paths, PAIR)
    assert len(expected) > 100
    assert table(tmp_path / "out.parquet") == expected
    assert (report.lines, report.rows) == (6000, len(expected))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(st.tuples(CODES, CODES), min_size=1, max_size=40),
    cut=st.integers(1, 4000),
    end=st.booleans(),
    carriage=st.booleans(),
)
def test_no_cut_between_pieces_loses_or_doubles_a_line(rows, cut, end, carriage):
    text = kit.gdelt2(
        *(
            {"number": i, "source": a, "target": b, "url": f"https://example.org/RUS/BLR/{i}"}
            for i, (a, b) in enumerate(rows)
        )
    )
    text = text.replace("\n", "\r\n") if carriage else text
    text = text if end else text.rstrip("\r\n")
    before = archives.CHUNK
    archives.CHUNK = cut
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = write_zip(Path(folder) / "20200304.export.CSV.zip", text)
            scan(path, PAIR, Path(folder) / "out.parquet")
            found = [(row[1], row[2]) for row in table(Path(folder) / "out.parquet")]
    finally:
        archives.CHUNK = before
    assert found == [(i + 1, str(i)) for i, pair in enumerate(rows) if set(pair) == set(PAIR)]


def test_a_second_scan_reads_only_new_files_and_the_result_is_that_of_one_scan(tmp_path):
    paths = gdelt2_archives(tmp_path / "in", rows=3000, per_file=1000, dyad=PAIR, one_in=30)
    scan(paths[:2], PAIR, tmp_path / "a.parquet")
    stamp = (tmp_path / "a.parquet").stat().st_mtime_ns
    assert scan(paths[:2], PAIR, tmp_path / "a.parquet").new == 0
    assert (tmp_path / "a.parquet").stat().st_mtime_ns == stamp, "nothing new, nothing written"
    assert scan(paths, PAIR, tmp_path / "a.parquet").new == 1
    scan(paths, PAIR, tmp_path / "b.parquet")
    assert table(tmp_path / "a.parquet") == table(tmp_path / "b.parquet")


def test_a_file_that_has_changed_is_read_again_and_its_old_rows_go(tmp_path):
    path = write_zip(tmp_path / "20200304.export.CSV.zip", kit.gdelt2({"number": 1}, {"number": 2}))
    other = write_zip(tmp_path / "20200305.export.CSV.zip", kit.gdelt2({"number": 5}))
    scan([path, other], PAIR, tmp_path / "out.parquet")
    write_zip(path, kit.gdelt2({"number": 3}))
    os.utime(path, ns=(1, 1))
    report = scan([path, other], PAIR, tmp_path / "out.parquet")
    assert [row[2] for row in table(tmp_path / "out.parquet")] == ["3", "5"]
    assert (report.new, report.rows) == (1, 2)


@pytest.mark.parametrize("when", ["between tasks", "before the merge", "after the rows are in place"])
def test_a_scan_that_is_stopped_goes_on_where_it_was(tmp_path, monkeypatch, when):
    from analysis.feeds import merging, scanning
    from analysis.feeds.journal import Journal

    paths = gdelt2_archives(tmp_path / "in", rows=4000, per_file=1000, dyad=PAIR, one_in=30)
    out = tmp_path / "out.parquet"
    monkeypatch.setattr(pool, "_TASK_BYTES", 1)
    read: list[str] = []

    def stop_after_two(done, total, files):
        read.extend(one.file for one in files)
        if len(read) == 2 and when == "between tasks":
            raise KeyboardInterrupt

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if when == "before the merge":
            patch.setattr(scanning, "merge", stop)
        if when == "after the rows are in place":
            patch.setattr(Journal, "merged", stop)
        with pytest.raises(KeyboardInterrupt):
            scan(paths, PAIR, out, workers=1, progress=stop_after_two)
    assert out.exists() == (when == "after the rows are in place")
    report = scan(paths, PAIR, out, workers=1)
    assert report.new == (2 if when == "between tasks" else 0)
    assert table(out) == plainly(paths, PAIR)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.parquet", "out.parquet.journal.jsonl"]
    assert merging.beside(out, "parts").exists() is False


def test_several_processes_give_what_one_gives_and_leave_none_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "ALONE", 0)
    paths = gdelt2_archives(tmp_path / "in", rows=4000, per_file=500, dyad=PAIR, one_in=30)
    started = []
    start = pool._start
    monkeypatch.setattr(pool, "_start", lambda: started.append(start()) or started[-1])
    scan(paths, PAIR, tmp_path / "two.parquet", workers=2)
    assert len(started) == 2
    assert all(process.returncode is not None for process in started)
    assert table(tmp_path / "two.parquet") == plainly(paths, PAIR)


@pytest.mark.parametrize("kind", ["scan", "lake"])
def test_faults_and_summaries_of_several_processes_are_those_of_one(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(pool, "ALONE", 0)
    paths = gdelt2_archives(tmp_path / "in", rows=2000, per_file=500, dyad=PAIR, one_in=30)
    write_zip(paths[2], kit.gdelt2({}, {}) + "bad\tline\n")
    make = {
        "scan": lambda out, workers: scan(paths, PAIR, out, workers=workers),
        "lake": lambda out, workers: lake(paths, out, workers=workers),
    }
    one, two = (make[kind](tmp_path / str(workers), workers) for workers in (1, 2))
    assert (two.files, two.first, two.rows) == (one.files, one.first, one.rows)
    assert two.faults.read_text() == one.faults.read_text()
    assert "width" in one.faults.read_text()


def test_a_scan_does_not_load_pandas(tmp_path):
    """Loading it would take longer than scanning a hundred megabytes."""
    (path,) = gdelt2_archives(tmp_path / "in", rows=500, per_file=500, dyad=PAIR, one_in=5)
    code = (
        "import sys\n"
        "from analysis.feeds.scanning import scan\n"
        f"assert scan({str(path)!r}, {PAIR!r}, {str(tmp_path / 'out.parquet')!r}).rows > 50\n"
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_worker_that_dies_is_told_and_what_was_done_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "ALONE", 0)
    monkeypatch.setattr(pool, "_TASK_BYTES", 1)
    paths = gdelt2_archives(tmp_path / "in", rows=2000, per_file=250, dyad=PAIR, one_in=30)
    started = []
    start = pool._start
    monkeypatch.setattr(pool, "_start", lambda: started.append(start()) or started[-1])
    seen: list[str] = []

    def kill(done, total, files):
        seen.extend(one.file for one in files)
        for process in started:
            process.kill()

    with pytest.raises(FeedError) as caught:
        scan(paths, PAIR, tmp_path / "out.parquet", workers=2, progress=kill)
    assert "run again" in str(caught.value)
    assert seen
    report = scan(paths, PAIR, tmp_path / "out.parquet", workers=1)
    assert report.new <= len(paths) - len(seen)
    assert table(tmp_path / "out.parquet") == plainly(paths, PAIR)


def test_a_result_made_for_another_dyad_or_feed_is_not_added_to(tmp_path):
    path = kit.write(tmp_path, "gdelt2")
    scan(path, PAIR, tmp_path / "out.parquet")
    before = (tmp_path / "out.parquet").read_bytes()
    with pytest.raises(OptionError) as caught:
        scan(path, ("BLR", "UKR"), tmp_path / "out.parquet")
    assert caught.value.field == "dyad"
    with pytest.raises(OptionError):
        scan(kit.write(tmp_path, "icews"), PAIR, tmp_path / "out.parquet")
    assert (tmp_path / "out.parquet").read_bytes() == before
    # The order of the two does not matter.
    assert scan(path, PAIR[::-1], tmp_path / "out.parquet").new == 0


def test_the_same_archives_give_the_same_bytes_with_any_number_of_workers(tmp_path, monkeypatch):
    from analysis.feeds import merging

    monkeypatch.setattr(pool, "ALONE", 0)
    monkeypatch.setattr(merging, "_ROWS", 30)
    paths = gdelt2_archives(tmp_path / "in", rows=4000, per_file=250, dyad=PAIR, one_in=30)
    for workers in (1, 2, 3):
        scan(paths, PAIR, tmp_path / f"{workers}.parquet", workers=workers)
    expected = (tmp_path / "1.parquet").read_bytes()
    assert {(tmp_path / f"{workers}.parquet").read_bytes() for workers in (2, 3)} == {expected}
    groups = pq.ParquetFile(tmp_path / "1.parquet").metadata
    assert [groups.row_group(index).num_rows for index in range(groups.num_row_groups)][:2] == [30, 30]


def test_files_of_one_name_in_two_folders_are_told_apart_and_equal_labels_are_refused(tmp_path):
    for folder in ("x/one", "x/two", "y/one"):
        (tmp_path / folder).mkdir(parents=True)
        write_zip(tmp_path / folder / "20200304.export.CSV.zip", kit.gdelt2({}))
    report = scan(tmp_path / "x", PAIR, tmp_path / "out.parquet")
    assert [one.file for one in report.files] == ["one/20200304.export.CSV.zip", "two/20200304.export.CSV.zip"]
    with pytest.raises(OptionError):
        scan(tmp_path, PAIR, tmp_path / "other.parquet")


def test_nothing_to_read_is_refused(tmp_path):
    with pytest.raises(OptionError):
        scan(tmp_path / "*.zip", PAIR, tmp_path / "out.parquet")


def test_memory_does_not_grow_with_the_number_of_files(tmp_path):
    """Ten times the files, the same peak of what Python holds, within a tenth."""
    import tracemalloc

    text = "\n".join(gdelt2_lines(800, day=dt.date(2020, 1, 1), dyad=PAIR, one_in=400, seed=1)) + "\n"
    peaks = []
    for count in (12, 120):
        folder = tmp_path / str(count)
        folder.mkdir()
        for index in range(count):
            write_zip(folder / f"{dt.date(2020, 1, 1) + dt.timedelta(days=index):%Y%m%d}.export.CSV.zip", text)
        scan(folder, PAIR, tmp_path / f"warm{count}.parquet", workers=1)
        tracemalloc.start()
        scan(folder, PAIR, tmp_path / f"{count}.parquet", workers=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.1 + 400_000


def test_a_lake_holds_every_row_by_month_of_its_day(tmp_path):
    paths = gdelt2_archives(tmp_path / "in", rows=2000, per_file=500, dyad=PAIR, one_in=30)
    report = lake(paths, tmp_path / "lake")
    assert report.rows == 2000
    files = sorted((tmp_path / "lake").rglob("*.parquet"))
    assert {path.parents[1].name for path in files} == {"feed_year=2019", "feed_year=2020"}
    for path in files:
        year, month = path.parents[1].name[-4:], path.parents[0].name[-2:]
        days = pq.ParquetFile(path).read(columns=["sqldate"])["sqldate"].to_pylist()
        assert {day[:6] for day in days} == {year + month}
    assert sum(pq.ParquetFile(path).metadata.num_rows for path in files) == 2000
    assert lake(paths, tmp_path / "lake").new == 0


def test_a_lake_takes_new_files_and_refuses_changed_ones(tmp_path):
    paths = gdelt2_archives(tmp_path / "in", rows=1000, per_file=500, dyad=PAIR, one_in=30)
    lake(paths[:1], tmp_path / "lake")
    assert lake(paths, tmp_path / "lake").new == 1
    os.utime(paths[0], ns=(1, 1))
    with pytest.raises(OptionError):
        lake(paths, tmp_path / "lake")


def test_a_lake_puts_rows_without_a_day_apart(tmp_path):
    text = kit.gdelt2({}, {}).replace("\t20200304\t", "\tnever\t", 1)
    lake(write_zip(tmp_path / "20200304.export.CSV.zip", text), tmp_path / "lake")
    assert {path.parents[1].name for path in (tmp_path / "lake").rglob("*.parquet")} == {
        "feed_year=0000",
        "feed_year=2020",
    }


def test_american_days_of_icews_find_their_month_in_a_lake(tmp_path):
    lake(kit.write(tmp_path, "icews"), tmp_path / "lake")
    assert {path.parents[0].name for path in (tmp_path / "lake").rglob("*.parquet")} == {"feed_month=06"}


def test_draws_of_the_generator_are_fixed():
    lines = gdelt2_lines(50, day=dt.date(2020, 1, 1), dyad=PAIR, one_in=10, seed=1)
    random.seed(5)
    assert gdelt2_lines(50, day=dt.date(2020, 1, 1), dyad=PAIR, one_in=10, seed=1) == lines
    assert {line.count("\t") for line in lines} == {60}
