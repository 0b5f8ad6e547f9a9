"""Which files are meant, which feed each is, and how it lays out its cells, told from its first bytes.

A file is known by its header where it has one, in any order and spelling and with any of four delimiters, if all the
columns that the reader needs are there (a result saved from BigQuery has no others). Else it is known by its width: 57
or 58 columns are GDELT 1.0, 61 are GDELT 2.0, 49 are UCDP GED, 26 are Phoenix; and by days where days must stand.
Everything else is refused with what it looks like, because a wrong file that is read as a feed gives wrong charts
without any error.
"""

from __future__ import annotations

import csv
import glob
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import OptionError
from analysis.feeds.archives import ArchiveError, Limits, beginning, members
from analysis.feeds.days import iso
from analysis.feeds.faults import FeedError
from analysis.feeds.feed import Feed, feeds, named

DELIMITERS = "\t,;|"
_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive (or a spreadsheet) inside"),
    (b"\x1f\x8b", "gzip data inside"),
    (b"BZh", "bzip2 data inside"),
    (b"\xfd7zXZ\x00", "xz data inside"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file inside an archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"RDX", "an R data file"),
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
)
_CONTROLS = bytes(byte for byte in range(32) if not 9 <= byte <= 13)
# Tables of the same project that are no events, by their number of columns.
_OTHERS = {16: "GDELT's mentions table", 17: "GDELT's reduced table (counts, no events)", 27: "GDELT's knowledge graph"}

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]

# Under this name a scan's files say what they were made from.
SCAN_KEY = b"workbook"
_SUFFIXES = (".zip", ".gz", ".bz2", ".xz", ".zst", ".tar", ".tgz", ".csv", ".tab", ".tsv", ".txt", ".parquet")


@dataclass(frozen=True)
class Layout:
    """How one file lays out its cells.

    Parameters
    ----------
    feed : Feed
        Whose columns they are.
    names : sequence of str
        The canonical name of each cell.
    header : bool
        Whether a header comes first.
    delimiter : str
        What separates cells.
    quoted : bool
        Whether cells are quoted, and may then hold the delimiter and line breaks.
    """

    feed: Feed
    names: tuple[str, ...]
    header: bool
    delimiter: str = "\t"
    quoted: bool = False

    @property
    def width(self) -> int:
        """Cells in a line."""
        return len(self.names)

    def places(self, names: Sequence[str]) -> list[int | None]:
        """Return where columns stand, None for one that this file does not have; of two of a name, the first."""
        return [self.names.index(name) if name in self.names else None for name in names]


def identify(head: bytes, where: str, wanted: str | None = None) -> Layout | None:
    """Tell the layout of a file from its first bytes.

    Parameters
    ----------
    head : bytes
        The beginning of the unpacked file; a few lines are enough.
    where : str
        The file's name, for messages.
    wanted : str, optional
        The feed that it should be; any when absent.

    Returns
    -------
    Layout or None
        None when the file has no lines at all.

    Raises
    ------
    FeedError
        When it is no feed, another feed than `wanted`, or lacks a column that the reader needs.
    """
    head = head.removeprefix(b"\xef\xbb\xbf")
    if not head.strip(b" \r\n"):
        return None
    kind = looks_like(head)
    if kind:
        raise FeedError(f"{where}: it must be {_expected(wanted)}, not {kind}.")
    lines = _lines(head)
    layout = _by_header(lines, where, wanted) or _by_width(lines)
    if layout is None:
        widths = sorted({line.count("\t") + 1 for line in lines})
        known = next((_OTHERS[one] for one in widths if one in _OTHERS), "")
        raise FeedError(
            f"{where}: it must be {_expected(wanted)}, not "
            + (
                known
                or f"text of {', '.join(map(str, widths[:5]))} tab-separated columns without a header that is known"
            )
            + ". GDELT events have 57, 58 or 61."
        )
    if wanted is not None and layout.feed.name != wanted:
        raise FeedError(f"{where}: it must be {_expected(wanted)}, not {layout.feed.name}. Name that feed instead.")
    return layout


def by_names(header: Sequence[str], where: str, wanted: str | None = None) -> tuple[Feed, tuple[str, ...]] | None:
    """Tell the feed from the names of columns, and give their canonical names; None where they are no feed's.

    Raises
    ------
    FeedError
        When they are a feed's but for one that its reader needs.
    """
    cells = [cell.strip().strip('"') for cell in header]
    found, missing = [], ""
    for feed in (named(wanted),) if wanted else feeds().values():
        names = feed.canonical(cells)
        hits, lacks = len(set(names) & set(feed.columns)), feed.lacks(names)
        # A whole header of 58 columns is that of the older vintage; a query's few columns do not tell.
        newer = feed.name == "gdelt2" and "actiongeo_lat" in names and "actiongeo_adm2code" not in names
        if not lacks and not (newer and not wanted):
            found.append((hits, feed, names))
        elif lacks and hits >= max(4, len(feed.columns) // 3) and hits >= len(names) / 2:
            missing = missing or (
                f"{where}: the {feed.name} header lacks {', '.join(f'`{name}`' for name in lacks)}; "
                f"it has {', '.join(names)}. Rename the column that holds it."
            )
    if found:
        _, feed, names = max(found, key=lambda one: one[0])
        return feed, names
    if missing:
        raise FeedError(missing)
    return None


def looks_like(head: bytes) -> str:
    """Return what the first bytes of a file look like, or an empty text where they could be lines of text."""
    for sign, kind in _SIGNS:
        if head.startswith(sign):
            return kind
    text = head[:2000].lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "an HTML page, such as an error message saved in place of the data"
    if text.startswith(b"<"):
        return "XML"
    if text.startswith((b"{", b"[{", b"[\n")):
        return "JSON"
    sample = head[:4000]
    binary = len(sample) - len(sample.translate(None, _CONTROLS))
    return "binary data" if sample and binary > len(sample) * 0.1 else ""


def cells_of(line: str, delimiter: str) -> list[str]:
    """Split one line whose cells may be quoted."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [""])
    except csv.Error:
        return [line]


def _by_header(lines: list[str], where: str, wanted: str | None) -> Layout | None:
    for delimiter in DELIMITERS:
        header = cells_of(lines[0], delimiter)
        if len(header) > 3 and (known := by_names(header, where, None)):
            feed, names = known
            if wanted and wanted != feed.name and not named(wanted).lacks(named(wanted).canonical(header)):
                feed, names = named(wanted), named(wanted).canonical(header)
            quoted = delimiter != "\t" or _quoted(lines[1:], names, feed)
            return Layout(feed, names, True, delimiter, quoted)
    return None


def _by_width(lines: list[str]) -> Layout | None:
    for delimiter in DELIMITERS:
        for feed in feeds().values():
            for width in feed.widths:
                names = feed.columns[:width]
                plain = [line.split(delimiter) for line in lines]
                quoted = delimiter != "\t" or _quoted(lines, names, feed)
                cells = [cells_of(line, delimiter) for line in lines] if quoted else plain
                # One damaged line at the top must not decide; most of the first lines do. Where a quoted cell goes over
                # several lines, the first line does.
                fits = [one for one in cells if len(one) == width]
                day = names.index(feed.days[0])
                if not fits or (len(fits) * 2 <= len(lines) and not (quoted and len(cells[0]) == width)):
                    continue
                if delimiter == feed.delimiter == "\t" or any(iso(one[day], "day-first") for one in fits):
                    return Layout(feed, names, False, delimiter, quoted)
    return None


def _quoted(lines: list[str], names: Sequence[str], feed: Feed) -> bool:
    """Tell whether the cells that matter stand in quotation marks: then these are no part of them."""
    places = [names.index(name) for name in feed.needed if name in names]
    for line in lines:
        cells = line.split("\t")
        inner = [cells[place].strip() for place in places if place < len(cells)]
        if any(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in inner):
            return True
    return False


def _lines(head: bytes) -> list[str]:
    lines = [line.rstrip(b"\r") for line in head.split(b"\n")]
    whole = lines[:-1] if len(lines) > 1 else lines
    kept = [line for line in whole if line.strip()][:50] or whole[:1]
    return [line.decode("utf-8", "replace") for line in kept]


def _expected(wanted: str | None) -> str:
    return f"a {wanted} file" if wanted else f"a file of one of the feeds {', '.join(feeds())}"


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
