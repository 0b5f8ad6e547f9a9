"""A feed's rows out of archives of any size, at the speed of unpacking them: a folder with one Parquet an archive.

Each archive becomes one Parquet file, whose name is a hash of what it is made from (the archive's bytes and place, the
settings, the version of the rules) and whose own metadata say what was read: lines, rows, faults, days, state. It comes
into the folder in one step, whole. So there is nothing beside the rows that could disagree with them: what is there is
right, what is missing is made again, and two processes that do the same write the same bytes. With a dyad, a file holds
all columns of the rows that name both countries; without one, the columns that the reader uses, of all rows.

While a run is under way a small file `_scanning-...` says which archives are to come. It goes when they are all there;
as long as it stands, the folder is not read, so nobody counts half of it. A later run of the same takes it away.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis.errors import OptionError, one_of
from analysis.feeds import countries
from analysis.feeds.archives import Limits
from analysis.feeds.faults import QUOTED, FaultLog, FeedError, LineFault
from analysis.feeds.feed import DayOrder, named
from analysis.feeds.identify import SCAN_KEY, Inputs, Paths, detect, expand, label
from analysis.feeds.lines import Row, as_table, schema
from analysis.feeds.parts import ROWS, Part, Scan, content_of, digest, held_in, part_of, parts_of, planned
from analysis.feeds.rows import Plan, Summary, rows_of
from analysis.feeds.steps import RULES

if TYPE_CHECKING:
    import pyarrow as pa

# Changes with whatever a scan writes for the same archive.
VERSION = 1
# Packed bytes up to which a run needs no workers, and of one task of a worker.
ALONE = 96 << 20
TASK = 16 << 20
Progress = Callable[[int, int], None]
Gone = Literal["refuse", "keep", "drop"]
Taken = tuple[str, str, bool, int]


@dataclass(frozen=True)
class Report:
    """What a scan took.

    Parameters
    ----------
    scan : Scan
        The result.
    new : int
        Archives read in this run.
    inputs : Inputs
        What was given, and what in its folders was not looked at.
    kept : int
        Archives of earlier runs that are no longer where they were, kept as the user said.
    """

    scan: Scan
    new: int
    inputs: Inputs
    kept: int = 0

    @property
    def files(self) -> list[Summary]:
        """What became of each archive that counts."""
        return self.scan.files

    @property
    def rows(self) -> int:
        """Rows in the result."""
        return sum(one.rows for one in self.files)

    @property
    def lines(self) -> int:
        """Records read, of all dyads."""
        return sum(one.lines for one in self.files)

    @property
    def first(self) -> list[LineFault]:
        """The first 20 faults."""
        return [fault for part in self.scan.parts for fault in part.faults][:QUOTED]

    def __str__(self) -> str:
        states = Counter(one.state for one in self.files)
        aside, mended = sum(one.set_aside for one in self.files), sum(one.mended for one in self.files)
        share = f" ({self.rows / self.lines:.4%})" if self.lines else ""
        parts = [
            f"{len(self.files):,} files ({self.new:,} new): " + ", ".join(f"{n:,} {s}" for s, n in states.items()),
            f"{self.lines:,} lines, {self.rows:,} rows taken{share}",
            f"{aside:,} lines set aside, {mended:,} mended",
        ]
        if self.scan.twins:
            names = ", ".join(part.summary.file for part in self.scan.twins[:3])
            parts.append(f"{len(self.scan.twins):,} files hold the text of another and count once: {names}")
        if self.kept:
            parts.append(f"{self.kept:,} files are no longer where they were; what was taken from them is kept")
        if self.inputs.passed:
            parts.append(str(self.inputs))
        broken = [one for one in self.files if one.state != "read"]
        reasons = [f"  {one.file}: {one.state}, {one.reason}" for one in broken[:QUOTED]]
        more = [f"  and {len(broken) - QUOTED:,} more"] if len(broken) > QUOTED else []
        return "\n".join([*parts, *(f"  {fault}" for fault in self.first), *reasons, *more])


def scan(
    paths: Paths,
    dyad: Sequence[str] | None,
    out: str | os.PathLike[str],
    *,
    feed: str | None = None,
    dates: DayOrder | None = None,
    gone: Gone = "refuse",
    workers: int | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Report:
    """Take the rows of one dyad, or of all, out of a feed's archives.

    Parameters
    ----------
    paths : path, pattern, or several
        Files, folders (searched for archives and text) or patterns.
    dyad : pair of str, or None
        Two alpha-3 codes, such as ("RUS", "BLR"), in any order; None for all rows.
    out : path
        The folder to make or to add to; see the module's text.
    feed : str, optional
        Which feed; told from the first file when absent.
    dates : {"day-first", "month-first"}, optional
        How to read 5/6/2023 where neither the file nor the feed tells.
    gone : {"refuse", "keep", "drop"}
        What to do with rows of archives that an earlier run has read and that are no longer where they were.
    workers : int, optional
        Processes; one for each core by default. Small jobs need none.
    limits : Limits, optional
        How far an archive is followed.
    progress : callable, optional
        Called with packed bytes done and packed bytes in all.

    Returns
    -------
    Report

    Raises
    ------
    OptionError
        When a path matches nothing, the dyad is none, `out` was made with other settings, or archives of an earlier run
        are gone.
    FeedError
        When no file is a feed, or a worker ended.

    Examples
    --------
    >>> from analysis import feeds
    >>> report = feeds.scan("gdelt/*.zip", ("RUS", "BLR"), "rus-blr")  # doctest: +SKIP
    """
    if gone not in ("refuse", "keep", "drop"):
        raise OptionError("scan", "gone", one_of(("refuse", "keep", "drop")), gone)
    pair = None if dyad is None else sorted(countries.dyad(dyad))
    folder, inputs = Path(out), expand(paths)
    if folder.is_file():
        raise OptionError("scan", "out", "a folder", f"{folder}, a file", "A scan is a folder with a file an archive.")
    held = parts_of(folder)
    form = named(feed or (held[0].settings["feed"] if held else detect(inputs.files).name))
    columns = form.columns if pair else form.used
    settings: dict[str, Any] = {
        "feed": form.name,
        "dyad": pair,
        "dates": dates,
        "columns": list(columns),
        "limits": asdict(limits or Limits()),
        "reader": VERSION,
        "rules": RULES,
    }
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    places = {os.path.relpath(path.absolute(), folder.absolute()): path for path in inputs.files}
    _same_settings(held, settings, places, folder)
    left, dropped = _gone(held, places, inputs.files, folder, gone)
    marker = folder / f"_scanning-{digest(json.dumps([sorted(places), settings]).encode())[:16]}.json"
    marker.write_text(json.dumps(sorted(places)), encoding="utf-8")
    groups = _groups([(place, str(path.absolute())) for place, path in places.items()])
    found: dict[str, str] = {}
    new, done = 0, 0
    total = sum(path.stat().st_size for path in inputs.files)
    for taken in _each(groups, str(folder.absolute()), settings, total, workers):
        for place, name, fresh, size in taken:
            found[place] = name
            new, done = new + fresh, done + size
        if progress:
            progress(done, total)
    leaving = {part.file.name for part in dropped}
    parts = []
    for part in parts_of(folder):
        # Of an archive that has changed, the newer part is there by now.
        if part.file.name in leaving or found.get(part.summary.path, part.file.name) != part.file.name:
            part.file.unlink(missing_ok=True)
        else:
            parts.append(part)
    _refuse_all(parts, set(found.values()), marker, folder if made else None)
    _finish(folder, set(found))
    return Report(held_in(folder, parts), new, inputs, len(left) if gone == "keep" else 0)


def _same_settings(held: list[Part], settings: dict[str, Any], places: dict[str, Path], folder: Path) -> None:
    """Refuse to add to what was made with other settings; what this run reads anew may be of an older version."""
    for part in held:
        for name, value in settings.items():
            if part.settings.get(name) != value and (
                name in ("feed", "dyad", "columns") or part.summary.path not in places
            ):
                shown = " and ".join(value) if name == "dyad" and value else value
                raise OptionError(
                    folder.name,
                    name,
                    str(part.settings.get(name)),
                    shown,
                    "It holds a scan with other settings; choose another folder, or name all of its archives.",
                )


def _gone(
    held: list[Part], places: dict[str, Path], files: list[Path], folder: Path, gone: Gone
) -> tuple[list[Part], list[Part]]:
    """Return the parts whose archives are gone and stay, and those that go: moved ones, and all if so wished."""
    missing = [part for part in held if part.summary.path not in places and not _there(folder, part)]
    if not missing:
        return [], []
    present = {content_of(path) for path in files}
    moved = [part for part in missing if part.content in present]
    lost = [part for part in missing if part.content not in present]
    if lost and gone == "refuse":
        names = ", ".join(part.summary.file for part in lost[:3])
        raise OptionError(
            folder.name,
            "gone",
            "'keep' or 'drop' where archives of an earlier run are no longer where they were",
            f"{len(lost):,} such files: {names}",
            "Keep what was taken from them, drop it, put them back, or scan into a new folder.",
        )
    return (lost, moved) if gone == "keep" else ([], moved + lost)


def _there(folder: Path, part: Part) -> bool:
    """Tell whether the archive of a part is where it was; by the words of the path, as links may lead elsewhere."""
    return os.path.exists(os.path.normpath(os.path.join(folder.absolute(), part.summary.path)))


def _refuse_all(parts: list[Part], own: set[str], marker: Path, made: Path | None) -> None:
    """Refuse a run in which no file could be read as the feed; a single wrong file among good ones is a fault."""
    mine = [part for part in parts if part.file.name in own]
    if not mine or len(parts) > len(mine) or not all(part.summary.state == "refused" for part in mine):
        return
    for part in mine:
        part.file.unlink(missing_ok=True)
    marker.unlink(missing_ok=True)
    if made is not None:
        with contextlib.suppress(OSError):
            made.rmdir()
    raise FeedError(mine[0].summary.reason)


def _finish(folder: Path, done: set[str]) -> None:
    """Take away the marks of this run, and of stopped ones of which this run has read everything."""
    for mark in folder.glob("_scanning-*.json"):
        if set(planned(mark)) <= done:
            mark.unlink(missing_ok=True)
    for file in folder.glob(".*.tmp"):
        # Of a process that was killed; one that still writes makes it anew under its own name.
        if not _alive(file):
            file.unlink(missing_ok=True)


def _alive(file: Path) -> bool:
    """Tell whether the process that writes a file is there; one that was killed and not yet buried is not."""
    number = file.name.split("-")[1]
    try:
        os.kill(int(number), 0)
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in "ZX"
    except (ProcessLookupError, ValueError, IndexError):
        return False
    except OSError:
        # Of another user, or of a system without such a list.
        return True


def _groups(files: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Cut the files into tasks of like size: large enough to be worth it, small enough to keep all workers busy."""
    groups: list[list[tuple[str, str]]] = [[]]
    weight = 0
    for one in files:
        size = os.path.getsize(one[1])
        if groups[-1] and (weight + size > TASK or len(groups[-1]) >= 400):
            groups.append([])
            weight = 0
        groups[-1].append(one)
        weight += size
    return groups


def _each(
    groups: list[list[tuple[str, str]]], folder: str, settings: dict[str, Any], total: int, workers: int | None
) -> Iterator[list[Taken]]:
    count = min(workers or os.cpu_count() or 1, len(groups))
    if count < 2 or total < ALONE:
        for group in groups:
            for one in group:
                yield take([one], folder, settings)
        return
    # loky starts a fresh process for each worker and needs no guard in the user's own script.
    from loky import BrokenProcessPool, ProcessPoolExecutor, as_completed

    pool = ProcessPoolExecutor(count, timeout=60, env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    try:
        for future in as_completed([pool.submit(take, group, folder, settings) for group in groups]):
            yield future.result()
    except BrokenProcessPool as error:
        raise FeedError("a worker ended while it was reading. What was done before is kept; run again.") from error
    finally:
        pool.shutdown(wait=True, kill_workers=True)


def take(group: Sequence[tuple[str, str]], folder: str, settings: dict[str, Any]) -> list[Taken]:
    """Bring archives into a folder; what is there already stays. Run by a worker, or without one.

    Returns
    -------
    list of tuples
        Place, name of the Parquet file, whether it was read now, packed bytes.
    """
    pair = settings["dyad"]
    plan = Plan(
        named(settings["feed"]),
        tuple(settings["columns"]),
        (pair[0], pair[1]) if pair else None,
        settings["dates"],
        Limits(**settings["limits"]),
    )
    found = []
    for place, path in group:
        content = content_of(Path(path))
        name = digest(json.dumps([content, place, label(Path(path)), settings]).encode())[:32] + ".parquet"
        target = Path(folder) / name
        fresh = not target.exists() or part_of(target) is None
        if fresh:
            _write(Path(path), target, Summary(label(Path(path)), place), plan, settings, content)
        found.append((place, name, fresh, os.path.getsize(path)))
    return found


def _write(path: Path, target: Path, summary: Summary, plan: Plan, settings: dict[str, Any], content: str) -> None:
    from pyarrow import parquet

    log = FaultLog()
    temporary = target.with_name(f".{target.stem}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        try:
            writer = _writer(temporary, plan)
            for table in _gathered(rows_of(path, plan, log, summary), plan.columns):
                writer.write_table(table)
        except FeedError as error:
            # What came before the refusal is not to be believed either.
            writer.close()
            writer = _writer(temporary, plan)
            log.add(summary.file, 0, "kind", "refused", str(error))
            summary = Summary(summary.file, summary.path, state="refused", reason=str(error), set_aside=log.set_aside)
        meta = {
            "settings": settings,
            "summary": asdict(summary),
            "content": content,
            "faults": [list(vars(one).values()) for one in log.kept],
        }
        writer.add_key_value_metadata({SCAN_KEY: json.dumps(meta).encode()})
        writer.close()
        parquet.read_metadata(temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _writer(path: Path, plan: Plan) -> Any:
    from pyarrow import parquet

    return parquet.ParquetWriter(
        path,
        schema(plan.columns),
        compression="zstd",
        store_schema=False,
        use_dictionary=plan.dyad is None,
        # For a reader that wants some days only.
        write_statistics=[plan.feed.days[0]],
    )


def _gathered(pieces: Iterator[list[Row] | pa.Table], columns: tuple[str, ...]) -> Iterator[pa.Table]:
    """Join rows and small tables to tables of a good size."""
    import pyarrow as pa

    rows: list[Row] = []
    tables: list[pa.Table] = []
    count = 0
    for piece in pieces:
        if isinstance(piece, list):
            rows += piece
        else:
            tables.append(piece)
            count += len(piece)
        if count >= ROWS or len(rows) >= ROWS:
            yield pa.concat_tables([*tables, as_table(rows, columns)])
            rows, tables, count = [], [], 0
    if rows or tables:
        yield pa.concat_tables([*tables, as_table(rows, columns)])
