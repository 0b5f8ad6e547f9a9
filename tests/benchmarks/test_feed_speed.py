"""Scanning archives for one dyad, against the ways that are usual and against merely unpacking them.

One run, all on the same invented archives (FEED_ROWS rows, two million by default, in daily zips of 50,000; one row in
2,000 is of the dyad; 413 bytes a row, packed to a sixth, as real ones are):

    scan        `feeds.scan` with all cores, and with one
    inflate     reading every archive through Python's zipfile and dropping the bytes: the limit, on one core
    pandas      `read_csv` on each zip with the options of the `gdelt` package, joined as it joins them, then filtered
    pandas, pool  the same, each file in a process of a pool with all cores, as that package does it
    duckdb      `read_csv` on the unpacked text with all cores, then the same rows kept

Every way must find the same number of rows. Time by the clock and processor time are both given: the first says how
long one waits, the second what it costs and hardly depends on what else the machine does. Memory is the largest sum,
over the process and its workers, of each one's proportional share (PSS) of what it holds.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import textwrap
import threading
import time
import warnings
import zipfile
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from feeds.bulk import gdelt2_archives

ROWS = int(os.environ.get("FEED_ROWS", "2000000"))
PER_FILE = 50_000
PAIR = ("AUT", "BEL")


def make(folder: Path, index: int) -> None:
    """Write one day's archive."""
    gdelt2_archives(
        folder,
        rows=PER_FILE,
        per_file=PER_FILE,
        dyad=PAIR,
        start=dt.date(2020, 1, 1) + dt.timedelta(days=index),
        seed=index,
    )


@pytest.fixture(scope="module")
def archives(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("feed") / "in"
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(make, folder), range(ROWS // PER_FILE)))
    return folder


@pytest.fixture(scope="module")
def figures():
    """What each way took; printed as a table at the end."""
    held: dict[str, dict[str, float]] = {}
    yield held
    lines = [f"\n{'':14}{'seconds':>10}{'cpu seconds':>13}{'MiB':>8}{'rows':>8}"]
    for name, one in held.items():
        lines.append(f"{name:14}{one['seconds']:10.2f}{one['cpu']:13.2f}{one['mib']:8.0f}{one['rows']:8.0f}")
    sys.stdout.write("\n".join(lines) + "\n")


WAYS = {
    "scan": """
        from analysis.feeds.scans import scan
        found = scan(folder, pair, out + ".parquet").rows
        """,
    "scan, 1 core": """
        from analysis.feeds.scans import scan
        found = scan(folder, pair, out + ".parquet", workers=1).rows
        """,
    "inflate": """
        import zipfile
        for path in sorted(folder.glob("*.zip")):
            with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as stream:
                while stream.read(1 << 19):
                    pass
        found = expected
        """,
    "pandas": """
        import warnings, pandas as pd
        warnings.simplefilter("ignore")
        parts = []
        for path in sorted(folder.glob("*.zip")):
            parts.append(pd.read_csv(path, compression="zip", sep="\\t", header=None, on_bad_lines="skip",
                                     dtype={26: "str", 27: "str", 28: "str"}))
        frame = pd.concat(parts)
        one, two = frame[7], frame[17]
        found = int((((one == pair[0]) & (two == pair[1])) | ((one == pair[1]) & (two == pair[0]))).sum())
        """,
    "pandas, pool": """
        import multiprocessing, warnings, pandas as pd
        warnings.simplefilter("ignore")
        def read(path):
            return pd.read_csv(path, compression="zip", sep="\\t", header=None, on_bad_lines="skip",
                               dtype={26: "str", 27: "str", 28: "str"})
        with multiprocessing.get_context("fork").Pool() as pool:
            parts = list(pool.imap_unordered(read, sorted(folder.glob("*.zip"))))
        pool.join()
        frame = pd.concat(parts)
        one, two = frame[7], frame[17]
        found = int((((one == pair[0]) & (two == pair[1])) | ((one == pair[1]) & (two == pair[0]))).sum())
        """,
    "duckdb": """
        import duckdb
        columns = {f"c{i}": "VARCHAR" for i in range(61)}
        found = len(duckdb.sql(f"SELECT * FROM read_csv('{text}/*.CSV', delim='\\t', header=false, quote='', escape='', "
                               f"columns={columns}) WHERE (c7='{pair[0]}' AND c17='{pair[1]}') OR (c7='{pair[1]}' AND c17='{pair[0]}')").fetchall())
        """,
}


def run(name: str, folder: Path, work: Path, expected: int) -> dict[str, float]:
    """Run one way in a fresh interpreter, for its time and again for its memory; time includes its imports."""
    started = time.perf_counter()
    found, cpu, _ = once(name, folder, work, expected, watched=False)
    seconds = time.perf_counter() - started
    # To look at the memory of a large process halts it for a while, so its time must be another run's.
    _, _, peak = once(name, folder, work, expected, watched=True)
    return {"seconds": seconds, "cpu": cpu, "mib": peak, "rows": found}


def once(name: str, folder: Path, work: Path, expected: int, *, watched: bool) -> tuple[float, float, float]:
    """Run one way: rows found, processor seconds, and the peak of its memory if it is watched."""
    out = work / f"{name} {watched}"
    code = (
        "import resource, sys\nfrom pathlib import Path\n"
        f"folder, out, text, pair, expected = Path({str(folder)!r}), {str(out)!r}, {str(folder.parent / 'text')!r}, {PAIR!r}, {expected}\n"
        + textwrap.dedent(WAYS[name])
        + "\nused = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "print(found, sum(one.ru_utime + one.ru_stime for one in used))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    peak = [0.0]
    watch = threading.Thread(target=watch_memory, args=(process, peak), daemon=True)
    if watched:
        watch.start()
    printed, _ = process.communicate()
    if watched:
        watch.join()
    assert process.returncode == 0
    found, cpu = printed.split()[-2:]
    return float(found), float(cpu), peak[0]


def watch_memory(process: subprocess.Popen[str], peak: list[float]) -> None:
    """Keep the largest sum of the proportional shares of a process and its children, in MiB."""
    while process.poll() is None:
        total = 0
        try:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            for one in (process.pid, *children):
                text = Path(f"/proc/{one}/smaps_rollup").read_text()
                total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
        except (OSError, StopIteration):
            total = 0
        peak[0] = max(peak[0], total / 1024)
        time.sleep(0.1)


def count(folder: Path) -> int:
    """Count the dyad's rows in the plainest way."""
    cells, found = {PAIR[0].encode(), PAIR[1].encode()}, 0
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as stream:
            found += sum({parts[7], parts[17]} == cells for line in stream if (parts := line.split(b"\t")))
    return found


def test_scan_speed(benchmark, archives, figures, tmp_path):
    expected = count(archives)
    assert abs(expected - ROWS / 2000) < 0.2 * ROWS / 2000
    text = archives.parent / "text"
    text.mkdir()
    for path in sorted(archives.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            archive.extractall(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("inflate", "scan, 1 core", "duckdb", "pandas", "pandas, pool"):
            figures[name] = run(name, archives, tmp_path, expected)
        figures["scan"] = benchmark.pedantic(run, args=("scan", archives, tmp_path, expected), rounds=1)
    benchmark.extra_info |= figures
    assert {one["rows"] for one in figures.values()} == {expected}
    scan, alone, limit = figures["scan"], figures["scan, 1 core"], figures["inflate"]
    # Processor time: the clock of a shared machine says more about its other users.
    for one in (alone, scan):
        assert one["cpu"] < 1.3 * limit["cpu"], "within 1.3 times of unpacking, per core"
        assert one["cpu"] < figures["duckdb"]["cpu"]
        assert one["mib"] < 300
    # By the clock, on all cores and on larger archives it is twenty times; this holds on any machine and at any size.
    assert alone["cpu"] * 5 < figures["pandas"]["cpu"]
