"""Which feed a file is, told from its first bytes.

A file is known by its header where it has one, else by its width: 57 or 58 columns are GDELT 1.0, 61 are GDELT 2.0, 49
are UCDP GED (a candidate release came without header). Headers are compared without case, blanks and punctuation, and
old names are known, so that a renamed column is still found; a column that the reader needs and that is not there is
named in the refusal. Everything else is refused with what it looks like, because a wrong file that is read as a feed
gives wrong charts without any error.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass

from analysis.feeds.faults import FeedError
from analysis.feeds.formats import FEEDS, FORMATS, Feed, Format, canonical
from analysis.feeds.looks import looks_like


@dataclass(frozen=True)
class Layout:
    """How one file lays out its cells: format, canonical name of each cell, and whether a header comes first."""

    format: Format
    names: tuple[str, ...]
    header: bool

    @property
    def width(self) -> int:
        """Cells in a line."""
        return len(self.names)


def identify(head: bytes, where: str, wanted: Feed | None = None) -> Layout | None:
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
    layout = _by_header(head, where, wanted) or _by_width(head, wanted)
    if layout is None:
        widths = sorted({line.count(b"\t") + 1 for line in _lines(head)})
        shown = ", ".join(map(str, widths[:5]))
        hint = "16 are GDELT mentions, 27 the GDELT knowledge graph. " if set(widths) & {16, 27} else ""
        raise FeedError(
            f"{where}: it must be {_expected(wanted)}, not text of {shown} tab-separated columns without a header that "
            f"is known. {hint}GDELT events have 57, 58 or 61."
        )
    if wanted is not None and layout.format.feed != wanted:
        raise FeedError(f"{where}: it must be {_expected(wanted)}, not {layout.format.feed}. Name that feed instead.")
    return layout


def _by_header(head: bytes, where: str, wanted: Feed | None) -> Layout | None:
    line = _lines(head)[0].decode("utf-8", "replace")
    for form in FORMATS.values():
        cells = _cells(line, form)
        names = canonical([cell.strip().strip('"') for cell in cells], form)
        hits = len(set(names) & set(form.columns))
        if hits < max(4, len(form.columns) // 3) or hits < len(names) / 2:
            continue
        if form.feed == "gdelt1" and "actiongeo_adm2code" in names:
            continue
        missing = [name for name in form.needed if name not in names]
        if missing and wanted in (None, form.feed):
            raise FeedError(
                f"{where}: the {form.feed} header lacks {', '.join(f'`{name}`' for name in missing)}; "
                f"it has {', '.join(names)}. Rename the column that holds it."
            )
        if not missing:
            return Layout(form, names, header=True)
    return None


def _by_width(head: bytes, wanted: Feed | None) -> Layout | None:
    lines = _lines(head)
    for form in FORMATS.values():
        for width in form.widths:
            if form.quoted:
                cells = _cells(lines[0].decode("utf-8", "replace"), form)
                fits = len(cells) == width and cells[0].strip().isdigit()
            else:
                # One damaged line at the top must not decide; most of the first lines do.
                same = sum(line.count(form.delimiter.encode()) + 1 == width for line in lines)
                fits = same * 2 > len(lines)
            if fits:
                return Layout(form, form.columns[:width], header=False)
    return None


def _cells(line: str, form: Format) -> list[str]:
    if not form.quoted:
        return line.split(form.delimiter)
    try:
        return next(csv.reader([line]), [""])
    except csv.Error:
        return [line]


def _lines(head: bytes) -> list[bytes]:
    lines = [line.rstrip(b"\r") for line in head.split(b"\n")]
    whole = lines[:-1] if len(lines) > 1 else lines
    return [line for line in whole if line.strip()][:50] or whole[:1]


def _expected(wanted: Feed | None) -> str:
    return f"a {wanted} file" if wanted else f"a file of one of the feeds {', '.join(FEEDS)}"
