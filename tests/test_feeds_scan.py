"""A scan finds what a slow and plain reading finds; whatever happened before, its result is that of one whole run."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from feeds import kit
from feeds.bulk import gdelt2_archives, gdelt2_lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.errors import OptionError
from analysis.feeds import archives, scans
from analysis.feeds.faults import FeedError
from analysis.feeds.parts import export, opened
from analysis.feeds.scans import scan
from analysis.feeds.synthetic import write_zip

PAIR = ("BLR", "RUS")
CODES = st.sampled_from(["BLR", "RUS", "UKR", "", "BLRGOV", "RU", "XRUS"])


def table(path: Path) -> list[tuple]:
    rows = [row for file in sorted(path.glob("*.parquet")) for row in pq.read_table(file).to_pylist()]
    return sorted((row["feed_file"], row["feed_line"], row["globaleventid"]) for row in rows)


def digest(folder: Path) -> dict[str, str]:
    """The bytes of every file of a folder, hidden ones too."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


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
    report = scan(paths, PAIR, tmp_path / "out")
    expected = plainly(paths, PAIR)
    assert len(expected) > 100
    assert table(tmp_path / "out") == expected
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
            scan(path, PAIR, Path(folder) / "out")
            found = [(row[1], row[2]) for row in table(Path(folder) / "out")]
    finally:
        archives.CHUNK = before
    assert found == [(i + 1, str(i)) for i, pair in enumerate(rows) if set(pair) == set(PAIR)]


def test_a_second_scan_reads_only_new_files_and_the_result_is_that_of_one_scan(tmp_path):
    paths = gdelt2_archives(tmp_path / "in", rows=3000, per_file=1000, dyad=PAIR, one_in=30)
    scan(paths[:2], PAIR, tmp_path / "a")
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "a").iterdir()}
    assert scan(paths[:2], PAIR, tmp_path / "a").new == 0
    assert scan(paths, PAIR, tmp_path / "a").new == 1
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps, "what is there is not written again"
    scan(paths, PAIR, tmp_path / "b")
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


@pytest.mark.parametrize("what", ["a part", "a damaged part", "an emptied folder", "the folder"])
def test_what_is_missing_from_the_result_is_made_again(tmp_path, what):
    paths = gdelt2_archives(tmp_path / "in", rows=3000, per_file=1000, dyad=PAIR, one_in=30)
    out = tmp_path / "out"
    scan(paths, PAIR, out)
    whole = digest(out)
    files = sorted(out.iterdir())
    if what == "a part":
        files[1].unlink()
    elif what == "a damaged part":
        files[1].write_bytes(files[1].read_bytes()[:-9])
        with pytest.raises(FeedError):
            opened(out)
    elif what == "an emptied folder":
        for file in files:
            file.unlink()
    else:
        shutil.rmtree(out)
    report = scan(paths, PAIR, out)
    assert digest(out) == whole
    assert report.rows == len(plainly(paths, PAIR))


def test_a_file_that_has_changed_is_read_again_and_its_old_rows_go(tmp_path):
    path = write_zip(tmp_path / "20200304.export.CSV.zip", kit.gdelt2({"number": 1}, {"number": 2}))
    other = write_zip(tmp_path / "20200305.export.CSV.zip", kit.gdelt2({"number": 5}))
    scan([path, other], PAIR, tmp_path / "out")
    stamp = path.stat().st_mtime_ns
    write_zip(path, kit.gdelt2({"number": 3}, {"number": 4}))
    os.utime(path, ns=(stamp, stamp))
    report = scan([path, other], PAIR, tmp_path / "out")
    assert [row[2] for row in table(tmp_path / "out")] == ["3", "4", "5"], "told by content, not by size and time"
    assert (report.new, report.rows) == (1, 3)


def test_a_file_of_the_same_name_from_another_place_stands_beside_the_first(tmp_path):
    for folder, number in (("a/gd", 1), ("b/gd", 2)):
        (tmp_path / folder).mkdir(parents=True)
        write_zip(tmp_path / folder / "20200304.export.CSV.zip", kit.gdelt2({"number": number}))
        scan(tmp_path / folder, PAIR, tmp_path / "one by one")
    scan([tmp_path / "a", tmp_path / "b"], PAIR, tmp_path / "at once")
    assert [row[2] for row in table(tmp_path / "one by one")] == ["1", "2"]
    assert digest(tmp_path / "one by one") == digest(tmp_path / "at once")


def test_an_archive_that_is_gone_is_refused_until_the_user_says_what_to_do(tmp_path):
    paths = gdelt2_archives(tmp_path / "in", rows=3000, per_file=1000, dyad=PAIR, one_in=30)
    scan(paths, PAIR, tmp_path / "out")
    before = digest(tmp_path / "out")
    paths[0].unlink()
    with pytest.raises(OptionError) as caught:
        scan(tmp_path / "in", PAIR, tmp_path / "out")
    assert caught.value.field == "gone"
    assert digest(tmp_path / "out") == before
    assert scan(tmp_path / "in", PAIR, tmp_path / "out", gone="keep").kept == 1
    assert digest(tmp_path / "out") == before
    scan(tmp_path / "in", PAIR, tmp_path / "out", gone="drop")
    assert table(tmp_path / "out") == plainly(paths[1:], PAIR)


def test_archives_that_were_moved_are_not_counted_twice(tmp_path):
    gdelt2_archives(tmp_path / "in", rows=2000, per_file=1000, dyad=PAIR, one_in=30)
    scan(tmp_path / "in", PAIR, tmp_path / "out")
    (tmp_path / "in").rename(tmp_path / "moved")
    scan(tmp_path / "moved", PAIR, tmp_path / "out")
    scan(tmp_path / "moved", PAIR, tmp_path / "fresh")
    assert digest(tmp_path / "out") == digest(tmp_path / "fresh")


# What a process runs that is to be killed, or to run beside another; small files, so that there are many moments.
COMMAND = """
import sys
from analysis.feeds import scans
scans.ALONE = int(sys.argv[1])
scans.TASK = 1 << 14
scans.scan(sys.argv[3:], ("BLR", "RUS"), sys.argv[2], workers=2)
"""


def start(out: Path, paths: list[Path], alone: int = 1 << 30) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(alone), str(out), *map(str, paths)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("many") / "in"
    return gdelt2_archives(folder, rows=1200, per_file=50, dyad=PAIR, one_in=10)


@pytest.mark.parametrize("halves", [False, True])
def test_two_processes_at_once_give_what_one_gives(tmp_path, many, halves):
    scan(many, PAIR, tmp_path / "alone")
    paths = [many[:12], many[12:]] if halves else [many, many]
    for delay in (0.0, 0.2):
        out = tmp_path / f"both{delay}"
        first = start(out, paths[0])
        time.sleep(delay)
        second = start(out, paths[1])
        assert [one.wait() for one in (first, second)] == [0, 0], (first.stderr.read(), second.stderr.read())
        assert {name.replace(out.name, "") for name in digest(out)} == set(digest(tmp_path / "alone"))
        assert table(out) == plainly(many, PAIR)
        opened(out)


# How many moments at which a scan is killed; each costs a tenth of a second or more.
KILLS = int(os.environ.get("FEED_KILLS", "12"))


def test_a_scan_killed_at_any_step_is_refused_to_readers_and_made_whole_by_the_next(tmp_path, many):
    """After a number of steps of the file system, of which such a scan takes some forty."""
    whole = tmp_path / "whole"
    scan(many[:8], PAIR, whole)
    expected, draw, stopped = digest(whole), random.Random(4), 0
    for index in range(KILLS):
        out = tmp_path / f"out{index}"
        moment = draw.randrange(40) if KILLS > 40 else index * 40 // KILLS
        process = os.fork()
        if not process:
            try:
                _die_after(moment)
                scan(many[:8], PAIR, out)
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(process, 0)
        assert os.WIFSIGNALED(status) or not os.WEXITSTATUS(status)
        stopped += os.WIFSIGNALED(status)
        _whole_or_refused(out, 8)
        scan(many[:8], PAIR, out)
        assert digest(out) == expected
        shutil.rmtree(out)
    assert stopped > KILLS / 2


@pytest.mark.skipif("FEED_KILLS" not in os.environ, reason="FEED_KILLS=100 kills so many scans, each a second or more")
def test_a_scan_and_its_workers_killed_at_random_times_is_made_whole_by_the_next(tmp_path, many, monkeypatch):
    """The command with two workers, its whole group killed by signal 9 at any time from its start to its end."""
    code = "import sys\nfrom analysis.feeds import scans\nscans.ALONE, scans.TASK = 0, 4000\n" + (
        "scans.scan(sys.argv[2:], ('BLR', 'RUS'), sys.argv[1], workers=2)"
    )
    whole, paths, draw, stopped = tmp_path / "whole", [str(path) for path in many], random.Random(), 0
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", code, str(whole), *paths], check=True)
    length, expected = time.monotonic() - started, digest(whole)
    for index in range(KILLS):
        out = tmp_path / f"out{index}"
        process = subprocess.Popen([sys.executable, "-c", code, str(out), *paths], start_new_session=True)
        time.sleep(draw.uniform(0, length))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        stopped += process.wait() != 0
        _whole_or_refused(out, len(many))
        scan(many, PAIR, out)
        assert digest(out) == expected
        shutil.rmtree(out)
    assert stopped > KILLS / 5, "else the run was over before"


def _whole_or_refused(out: Path, count: int) -> None:
    try:
        held = opened(out)
    except (FeedError, OptionError):
        return
    assert len(held.parts) == count, "a reader takes a whole result or none"


def _die_after(count: int) -> None:
    """Let this process kill itself at its so manieth opening, renaming or removing of a file."""
    left = [count]

    def hook(event: str, _: object) -> None:
        if event in ("open", "os.rename", "os.remove", "os.mkdir", "os.listdir", "os.scandir"):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def test_a_stopped_scan_is_not_read(tmp_path, many):
    scan(many, PAIR, tmp_path / "out")
    (tmp_path / "out" / "_scanning-0.json").write_text('["../in/other.zip"]')
    with pytest.raises(FeedError, match="run it again"):
        opened(tmp_path / "out")


def test_several_processes_give_what_one_gives(tmp_path, many):
    scan(many, PAIR, tmp_path / "one")
    process = start(tmp_path / "two", many, alone=0)
    assert process.wait() == 0, process.stderr.read()
    assert digest(tmp_path / "two") == digest(tmp_path / "one")


def test_faults_and_summaries_of_several_processes_are_those_of_one(tmp_path, monkeypatch):
    monkeypatch.setattr(scans, "ALONE", 0)
    monkeypatch.setattr(scans, "TASK", 1)
    paths = gdelt2_archives(tmp_path / "in", rows=2000, per_file=500, dyad=PAIR, one_in=30)
    write_zip(paths[2], kit.gdelt2({}, {}) + "bad\tline\n")
    one, two = (scan(paths, PAIR, tmp_path / str(workers), workers=workers) for workers in (1, 2))
    assert (two.files, two.first, two.rows) == (one.files, one.first, one.rows)
    assert [fault.kind for fault in one.first] == ["width"]


def test_a_worker_that_ends_is_reported_and_what_was_done_is_kept(tmp_path, monkeypatch):
    import loky

    monkeypatch.setattr(scans, "ALONE", 0)
    monkeypatch.setattr(scans, "TASK", 1)
    paths = gdelt2_archives(tmp_path / "in", rows=2000, per_file=250, dyad=PAIR, one_in=30)
    submit = loky.ProcessPoolExecutor.submit
    seen = []

    def third_dies(pool, work, *arguments):
        seen.append(arguments)
        return submit(pool, os._exit, 3) if len(seen) == 3 else submit(pool, work, *arguments)

    monkeypatch.setattr(loky.ProcessPoolExecutor, "submit", third_dies)
    with pytest.raises(FeedError, match="run again"):
        scan(paths, PAIR, tmp_path / "out", workers=2)
    with pytest.raises(FeedError):
        opened(tmp_path / "out")
    scan(paths, PAIR, tmp_path / "out", workers=1)
    assert table(tmp_path / "out") == plainly(paths, PAIR)


def test_a_scan_does_not_load_pandas(tmp_path):
    """Loading it would take longer than scanning a hundred megabytes."""
    (path,) = gdelt2_archives(tmp_path / "in", rows=500, per_file=500, dyad=PAIR, one_in=5)
    code = (
        "import sys\n"
        "from analysis.feeds.scans import scan\n"
        f"assert scan({str(path)!r}, {PAIR!r}, {str(tmp_path / 'out')!r}).rows > 50\n"
        "sys.exit('pandas' in sys.modules or 'ibis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_result_made_for_another_dyad_or_feed_is_not_added_to(tmp_path):
    path = kit.write(tmp_path, "gdelt2")
    scan(path, PAIR, tmp_path / "out")
    before = digest(tmp_path / "out")
    for dyad in (("BLR", "UKR"), None):
        with pytest.raises(OptionError) as caught:
            scan(path, dyad, tmp_path / "out")
        assert caught.value.field == "dyad"
    with pytest.raises(OptionError):
        scan(kit.write(tmp_path, "icews"), PAIR, tmp_path / "out", feed="icews")
    assert digest(tmp_path / "out") == before
    # The order of the two does not matter.
    assert scan(path, PAIR[::-1], tmp_path / "out").new == 0


def test_a_result_of_older_rules_is_made_again_or_refused(tmp_path, monkeypatch):
    paths = gdelt2_archives(tmp_path / "in", rows=1000, per_file=500, dyad=PAIR, one_in=30)
    scan(paths, PAIR, tmp_path / "out")
    monkeypatch.setattr(scans, "RULES", scans.RULES + 1)
    with pytest.raises(OptionError) as caught:
        scan(paths[:1], PAIR, tmp_path / "out")
    assert caught.value.field == "rules"
    assert scan(paths, PAIR, tmp_path / "out").new == 2
    assert len(opened(tmp_path / "out").parts) == 2


def test_a_file_where_the_folder_should_be_is_refused(tmp_path):
    (tmp_path / "out.parquet").write_bytes(b"PAR1")
    with pytest.raises(OptionError) as caught:
        scan(kit.write(tmp_path, "gdelt2"), PAIR, tmp_path / "out.parquet")
    assert caught.value.field == "out"


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_a_result_as_one_file_has_its_rows_in_the_order_of_files_and_lines(tmp_path, ending):
    import pandas as pd

    paths = gdelt2_archives(tmp_path / "in", rows=3000, per_file=500, dyad=PAIR, one_in=30)
    scan(paths, PAIR, tmp_path / "out")
    (written,) = export(tmp_path / "out", tmp_path / f"one{ending}")
    read = pd.read_parquet(written) if ending == ".parquet" else pd.read_csv(written, dtype=str)
    found = list(zip(read["feed_file"], read["feed_line"].astype(int), read["globaleventid"], strict=True))
    assert found == plainly(paths, PAIR)
    with pytest.raises(OptionError):
        export(tmp_path / "out", tmp_path / "one.xlsx")


def test_a_file_beside_its_archive_counts_once(tmp_path):
    (tmp_path / "in").mkdir()
    text = kit.gdelt2({"number": 1}, {"number": 2})
    write_zip(tmp_path / "in" / "20200304.export.CSV.zip", text)
    (tmp_path / "in" / "20200304.export.CSV").write_text(text)
    report = scan(tmp_path / "in", PAIR, tmp_path / "out")
    assert (report.lines, report.rows, len(report.scan.twins)) == (2, 2, 1)
    assert "count once" in str(report)


def test_what_in_a_folder_is_not_looked_at_is_counted_by_kind(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    path = kit.write(folder, "gdelt2")
    (folder / "a.7z").write_bytes(b"7z")
    (folder / "b.pdf").write_bytes(b"%PDF")
    (folder / "nothing.zip").symlink_to(tmp_path / "absent")
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(path, tmp_path / "elsewhere" / "20200305.export.CSV")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "linked" / "back").symlink_to(folder)
    scan(path, PAIR, folder / "out")
    report = scan(folder, PAIR, tmp_path / "out")
    assert report.inputs.passed == {".7z": 1, ".pdf": 1, "links to nothing": 1, "parts of a scan": 1}
    assert "not looked at: 1 .7z" in str(report)
    assert len(report.files) + len(report.scan.twins) == 2


def test_nothing_to_read_is_refused(tmp_path):
    with pytest.raises(OptionError):
        scan(tmp_path / "*.zip", PAIR, tmp_path / "out")


def test_memory_does_not_grow_with_the_number_of_files(tmp_path):
    """Ten times the files, the same peak of what Python holds, but for what is said of each file."""
    import tracemalloc

    text = "\n".join(gdelt2_lines(300, day=dt.date(2020, 1, 1), dyad=PAIR, one_in=400, seed=1)) + "\n"
    peaks = []
    for count in (5, 50):
        folder = tmp_path / str(count)
        folder.mkdir()
        for index in range(count):
            write_zip(folder / f"{dt.date(2020, 1, 1) + dt.timedelta(days=index):%Y%m%d}.export.CSV.zip", text)
        if not peaks:
            scan(folder, PAIR, tmp_path / "warm", workers=1)
        tracemalloc.start()
        scan(folder, PAIR, tmp_path / f"out{count}", workers=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.1 + 50 * 10_000


def test_a_scan_without_a_dyad_holds_every_row(tmp_path):
    paths = gdelt2_archives(tmp_path / "in", rows=2000, per_file=500, dyad=PAIR, one_in=30)
    report = scan(paths, None, tmp_path / "all")
    assert report.rows == len(table(tmp_path / "all")) == 2000
    assert scan(paths, None, tmp_path / "all").new == 0
    held = opened(tmp_path / "all")
    assert held.dyad is None
    assert "sourceurl" in held.parts[0].settings["columns"]


def test_draws_of_the_generator_are_fixed():
    lines = gdelt2_lines(50, day=dt.date(2020, 1, 1), dyad=PAIR, one_in=10, seed=1)
    random.seed(5)
    assert gdelt2_lines(50, day=dt.date(2020, 1, 1), dyad=PAIR, one_in=10, seed=1) == lines
    assert {line.count("\t") for line in lines} == {60}
