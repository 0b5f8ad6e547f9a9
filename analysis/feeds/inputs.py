"""Which files are meant, what they are called, and which feed they are."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from analysis.errors import OptionError
from analysis.feeds.archives import ArchiveError, Limits, members
from analysis.feeds.faults import FeedError
from analysis.feeds.formats import Feed
from analysis.feeds.identify import identify

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]

HEAD = 1 << 16
_SUFFIXES = (".zip", ".gz", ".bz2", ".csv", ".tab", ".tsv", ".txt")


def expand(paths: Paths) -> list[Path]:
    """Return the files that paths, folders and patterns stand for, sorted, each once.

    Raises
    ------
    OptionError
        When a path does not exist or a pattern matches nothing.
    """
    found: dict[Path, None] = {}
    for given in [paths] if isinstance(paths, str | os.PathLike) else paths:
        text = os.fspath(given)
        if os.path.isdir(text):
            each = [one for one in Path(text).rglob("*") if one.is_file() and one.suffix.lower() in _SUFFIXES]
        elif os.path.exists(text):
            each = [Path(text)]
        else:
            each = [Path(one) for one in glob.glob(text, recursive=True) if os.path.isfile(one)]
        if not each:
            raise OptionError("feed", "paths", "files, folders or patterns that match something", text)
        found |= dict.fromkeys(each)
    return sorted(found)


def beginning(chunks: Iterator[bytes]) -> tuple[bytes, ArchiveError | None]:
    """Return the first bytes of a member, and what stopped it if it broke off before there were enough."""
    head = b""
    try:
        while len(head) < HEAD and (chunk := next(chunks, b"")):
            head += chunk
    except ArchiveError as error:
        return head, error
    return head, None


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
            for member in members(path, Limits()):
                head, broken = beginning(member.chunks)
                layout = identify(head, path.name)
                trouble = trouble or (FeedError(f"{path.name}: {broken}.") if broken else None)
                if layout is not None:
                    return layout.format.feed
        except (FeedError, ArchiveError, OSError) as error:
            trouble = trouble or (error if isinstance(error, FeedError) else FeedError(f"{path.name}: {error}."))
    raise trouble or FeedError(f"{paths[0].name}: the file has no lines, so its feed cannot be told. Name the feed.")


def labelled(paths: Sequence[Path]) -> list[tuple[str, Path]]:
    """Give each file a short name that stays the same from run to run: its folder's name and its own.

    Raises
    ------
    OptionError
        When two files would have the same name.
    """
    named_by: dict[str, Path] = {}
    for path in paths:
        label = "/".join(path.absolute().parts[-2:])
        if label in named_by:
            raise OptionError(
                "feed", "paths", "files whose folder and name differ", label, "Rename one of the folders."
            )
        named_by[label] = path
    return list(named_by.items())
