"""Which files are meant, and which feed they are."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import OptionError
from analysis.feeds.archives import ArchiveError, Limits, members
from analysis.feeds.faults import FeedError
from analysis.feeds.feed import Feed
from analysis.feeds.identify import by_names, identify
from analysis.feeds.rows import beginning

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]

# Under this name a scan's files say what they were made from.
SCAN_KEY = b"workbook"
_SUFFIXES = (".zip", ".gz", ".bz2", ".xz", ".zst", ".tar", ".tgz", ".csv", ".tab", ".tsv", ".txt", ".parquet")


@dataclass(frozen=True)
class Inputs:
    """The files that paths stand for, sorted, each once; and whatever in the folders was not looked at, by its kind."""

    files: list[Path]
    passed: Counter[str]

    def __str__(self) -> str:
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.passed.items()))
        return f"not looked at: {kinds}" if kinds else ""


def expand(paths: Paths) -> Inputs:
    """Return the files that paths, folders and patterns stand for. Links to folders are followed.

    Raises
    ------
    OptionError
        When a path does not exist or a pattern matches nothing.
    """
    found: dict[Path, None] = {}
    passed: Counter[str] = Counter()
    for given in [paths] if isinstance(paths, str | os.PathLike) else paths:
        text = os.fspath(given)
        if os.path.isdir(text):
            each = _walk(Path(text), passed, set())
        elif os.path.exists(text):
            each = [Path(text)]
        else:
            each = [Path(one) for one in glob.glob(text, recursive=True) if os.path.isfile(one)]
        if not each:
            seen = f"{text}, which has {Inputs([], passed)}" if passed else text
            raise OptionError("feed", "paths", "files, folders or patterns that match something", seen)
        found |= dict.fromkeys(each)
    return Inputs(sorted(found), passed)


def _walk(folder: Path, passed: Counter[str], seen: set[str]) -> list[Path]:
    real = os.path.realpath(folder)
    if real in seen:
        return []
    seen.add(real)
    found = []
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            found += _walk(entry, passed, seen)
        elif not entry.exists():
            passed["links to nothing"] += 1
        elif entry.suffix.lower() == ".parquet" and _is_part(entry):
            passed["parts of a scan"] += 1
        elif entry.suffix.lower() in _SUFFIXES and not entry.name.startswith((".", "_")):
            found.append(entry)
        else:
            passed[entry.suffix.lower() or "without a suffix"] += 1
    return found


def _is_part(file: Path) -> bool:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return SCAN_KEY in (parquet.read_metadata(file).metadata or {})
    except (pa.ArrowException, OSError):
        return False


def detect(paths: Sequence[Path]) -> Feed:
    """Tell the feed from the first file that is one.

    Raises
    ------
    FeedError
        When none of the first 20 is; says what the first one looks like.
    """
    trouble: Exception | None = None
    for path in paths[:20]:
        try:
            feed = _of_parquet(path)
            if feed is not None:
                return feed
            for member in members(path, Limits()):
                head, broken = beginning(member.chunks)
                layout = identify(head, path.name)
                trouble = trouble or (FeedError(f"{path.name}: {broken}.") if broken else None)
                if layout is not None:
                    return layout.feed
        except (FeedError, ArchiveError, OSError) as error:
            trouble = trouble or (error if isinstance(error, FeedError) else FeedError(f"{path.name}: {error}."))
    raise trouble or FeedError(f"{paths[0].name}: the file has no lines, so its feed cannot be told. Name the feed.")


def _of_parquet(path: Path) -> Feed | None:
    with path.open("rb") as file:
        if file.read(4) != b"PAR1":
            return None
    import pyarrow as pa
    from pyarrow import parquet

    try:
        names = parquet.read_schema(path).names
    except pa.ArrowException as error:
        raise FeedError(f"{path.name}: the Parquet file is damaged ({error}).") from error
    known = by_names(names, path.name)
    if known is None:
        raise FeedError(f"{path.name}: its columns are of no feed: {', '.join(names[:8])}.")
    return known[0]


def label(path: Path) -> str:
    """Return the short name of a file: its folder's and its own."""
    return "/".join(path.absolute().parts[-2:])
