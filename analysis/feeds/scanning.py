"""A dyad's rows out of archives of any size, at the speed of unpacking them; and archives into a lake.

`scan` keeps all columns of the rows that name both countries, in one Parquet file. `lake` keeps the columns that the
readers use, of all rows, partitioned by year and month. Both add only files that are new or have changed, go on where
they were stopped, and put the result in place in one step, so a reader never sees half of it. Beside the result stand a
journal (what was read, how much of it, in which state) and a table of faults.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from analysis.errors import OptionError
from analysis.feeds import countries
from analysis.feeds.archives import Limits
from analysis.feeds.faults import QUOTED, FeedError, LineFault
from analysis.feeds.formats import Feed, named
from analysis.feeds.inputs import Paths, detect, expand, labelled
from analysis.feeds.journal import Entry, Journal
from analysis.feeds.merging import beside, merge, settle
from analysis.feeds.plans import Plan, Summary
from analysis.feeds.pool import run_all, split
from analysis.feeds.work import Task

Progress = Callable[[int, int, list[Summary]], None]


@dataclass(frozen=True)
class Report:
    """What a scan or a lake took.

    Parameters
    ----------
    out : Path
        The result.
    feed : str
        The feed.
    files : list of Summary
        One for each file in the result, old ones too, sorted by name.
    new : int
        Files read in this run.
    first : list of LineFault
        The first 20 faults of this run; all of them are in `faults`.
    faults : Path
        The table of faults; absent when there is none.
    """

    out: Path
    feed: Feed
    files: list[Summary]
    new: int
    first: list[LineFault]
    faults: Path

    @property
    def rows(self) -> int:
        """Rows in the result."""
        return sum(one.rows for one in self.files)

    @property
    def lines(self) -> int:
        """Lines read, of all dyads."""
        return sum(one.lines for one in self.files)

    def __str__(self) -> str:
        states = Counter(one.state for one in self.files)
        aside, mended = sum(one.set_aside for one in self.files), sum(one.mended for one in self.files)
        parts = [
            f"{len(self.files):,} files ({self.new:,} new): " + ", ".join(f"{n:,} {s}" for s, n in states.items()),
            f"{self.lines:,} lines, {self.rows:,} rows taken ({self.rows / self.lines:.4%})"
            if self.lines
            else "no lines",
            f"{aside:,} lines set aside, {mended:,} mended" + (f"; see {self.faults.name}" if aside + mended else ""),
        ]
        quoted = [f"  {fault}" for fault in self.first]
        broken = [f"  {one.file}: {one.state}, {one.reason}" for one in self.files if one.state in ("damaged", "blank")]
        return "\n".join([*parts, *quoted, *broken[:QUOTED]])


def scan(
    paths: Paths,
    dyad: Sequence[str],
    out: str | os.PathLike[str],
    *,
    feed: str | None = None,
    workers: int | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Report:
    """Take the rows of one dyad out of a feed's archives.

    Parameters
    ----------
    paths : path, pattern, or several
        Files, folders (searched for archives and text) or patterns.
    dyad : pair of str
        Two alpha-3 codes, such as ("RUS", "BLR"); the order does not matter.
    out : path
        The Parquet file to write or to add to: the feed's own columns as text, `feed_file`, `feed_line`.
    feed : str, optional
        Which feed; told from the first file when absent.
    workers : int, optional
        Processes; one for each core by default.
    limits : Limits, optional
        How far an archive is followed.
    progress : callable, optional
        Called with packed bytes done, packed bytes in all, and the summaries of the files just read.

    Returns
    -------
    Report

    Raises
    ------
    OptionError
        When a path matches nothing, the dyad is none, or `out` was made with other settings.
    FeedError
        When no file is a feed, or a worker died.
    """
    first, second = sorted(countries.dyad(dyad))
    target = Path(out)
    files = labelled(expand(paths))
    form = named(feed) if feed else named(detect([path for _, path in files]))
    plan = Plan(form.feed, form.columns, (first, second), limits or Limits())
    settings = {"feed": form.feed, "dyad": [first, second], "kind": "scan"}
    journal = Journal.open(beside(target, "journal.jsonl"), settings)
    parts = beside(target, "parts")
    todo = [(label, path) for label, path in files if not journal.has(label, path)]
    seen = _run(_tasks(todo, plan, parts, "part", workers), journal, workers, progress)
    _refuse_all(seen, bool(journal.files) and len(journal.files) > len(todo))
    merge(target, journal, parts, plan.columns)
    return Report(target, form.feed, _sorted(journal), len(todo), _first(seen), beside(target, "faults.csv"))


def lake(
    paths: Paths,
    out: str | os.PathLike[str],
    *,
    feed: str | None = None,
    columns: Sequence[str] | None = None,
    workers: int | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Report:
    """Turn a feed's archives into Parquet files of all dyads, partitioned by year and month of the event.

    Parameters
    ----------
    paths, feed, workers, limits, progress
        As for `scan`.
    out : path
        The folder to write or to add to.
    columns : sequence of str, optional
        Canonical columns to keep; those that the readers use when absent.

    Returns
    -------
    Report

    Raises
    ------
    OptionError
        As for `scan`; also when a file that is in the lake has changed since.
    FeedError
        As for `scan`.
    """
    folder = Path(out)
    files = labelled(expand(paths))
    form = named(feed) if feed else named(detect([path for _, path in files]))
    plan = Plan(form.feed, tuple(columns or form.used), None, limits or Limits())
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"feed": form.feed, "columns": list(plan.columns), "kind": "lake"}
    journal = Journal.open(folder / "_journal.jsonl", settings)
    todo = [(label, path) for label, path in files if not journal.has(label, path)]
    changed = sorted({label for label, _ in todo} & set(journal.files))
    if changed:
        raise OptionError(
            folder.name, changed[0], "as it was when the lake took it", "changed since", "Build a lake in a new folder."
        )
    parts = folder / "_parts"
    seen = []
    for entry in _each(_tasks(todo, plan, parts, "lake", workers), workers, progress):
        settle(entry, parts, folder)
        journal.append(replace(entry, part=None))
        seen.append(entry)
    _refuse_all(seen, len(journal.files) > len(todo))
    shutil.rmtree(parts, ignore_errors=True)
    return Report(folder, form.feed, _sorted(journal), len(todo), _first(seen), folder / "_faults.csv")


def _tasks(files: Sequence[tuple[str, Path]], plan: Plan, folder: Path, kind: str, workers: int | None) -> list[Task]:
    tasks = []
    for group in split(files, workers or os.cpu_count() or 1) if files else []:
        text = "\n".join(f"{label} {path.stat().st_size} {path.stat().st_mtime_ns}" for label, path in group)
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        pairs = tuple((label, str(path.absolute())) for label, path in group)
        tasks.append(Task(name, pairs, str(folder), kind, plan.feed, plan.columns, plan.dyad, asdict(plan.limits)))
    return tasks


def _each(tasks: Sequence[Task], workers: int | None, progress: Progress | None) -> Iterator[Entry]:
    total = sum(os.path.getsize(path) for task in tasks for _, path in task.files)
    done = 0
    for entry in run_all(tasks, workers or os.cpu_count() or 1):
        done += sum(one.size for one in entry.files)
        yield entry
        if progress:
            progress(done, total, entry.files)


def _run(tasks: Sequence[Task], journal: Journal, workers: int | None, progress: Progress | None) -> list[Entry]:
    seen = []
    for entry in _each(tasks, workers, progress):
        journal.append(entry)
        seen.append(entry)
    return seen


def _refuse_all(seen: Sequence[Entry], others: bool) -> None:
    """Refuse a run in which every file was of the wrong kind; a single wrong file among good ones is a fault."""
    files = [one for entry in seen for one in entry.files]
    if files and not others and all(one.state == "refused" for one in files):
        raise FeedError(files[0].reason)


def _sorted(journal: Journal) -> list[Summary]:
    return sorted(journal.files.values(), key=lambda one: one.file)


def _first(seen: Sequence[Entry]) -> list[LineFault]:
    found = sorted((fault for entry in seen for fault in entry.faults), key=lambda one: (one.file, one.line))
    return found[:QUOTED]
