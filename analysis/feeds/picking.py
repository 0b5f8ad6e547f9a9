"""Finding a dyad's lines in a block: by bytes first, then exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.feeds import countries
from analysis.feeds.formats import BLANK, Format
from analysis.feeds.identify import Layout
from analysis.feeds.lines import Batch


@dataclass
class DyadFilter:
    """Finds the lines of a dyad: by bytes first, then exactly, by the cells that name the two countries.

    Parameters
    ----------
    tokens : pair of tuples of bytes
        For each of the two countries, byte strings of which at least one is in every line that names it.
    known : dict
        Spellings of the two countries in this feed, to alpha-3.
    pair : pair of str
        The two countries.
    cells : pair of int
        Which cells of a line name the countries.
    width : int
        Cells in a line.
    splitter : str
        What separates countries within a cell; empty for none.
    sought : int, optional
        Which of the two countries blocks are searched for, the rarer one; told from the first block.
    """

    tokens: tuple[tuple[bytes, ...], tuple[bytes, ...]]
    known: dict[str, str]
    pair: tuple[str, str]
    cells: tuple[int, int]
    width: int
    delimiter: bytes
    splitter: str
    sought: int | None = None

    def pick(self, batch: Batch) -> Batch:
        """Keep the lines of the dyad."""
        lines, numbers, counted, before = [], [], 0, 0
        for start, line in self._candidates(batch.data):
            if self.holds(line):
                before += batch.data.count(b"\n", counted, start)
                counted = start
                lines.append(line)
                numbers.append(batch.numbers[before])
        return Batch(b"".join(lines), numbers)

    def _candidates(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield start and text of each line with a token of both countries, in order, each once."""
        import stringzilla as sz

        if self.sought is None:
            # One look at the first block is enough: a wrong choice costs time and nothing else.
            counts = [sum(sz.count(data, token) for token in side) for side in self.tokens]
            self.sought = counts.index(min(counts))
        sought, other = self.tokens[self.sought], self.tokens[1 - self.sought]
        view = sz.Str(data)
        found: dict[int, int] = {}
        for token in sought:
            place = view.find(token)
            while place >= 0:
                start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place) + 1
                for second in other:
                    if data.find(second, start, end) >= 0:
                        found[start] = end
                        break
                place = view.find(token, end)
        for start, end in sorted(found.items()):
            yield start, data[start:end]

    def holds(self, line: bytes) -> bool:
        """Tell whether a line's cells name both countries, one on each side (or both on one with the other blank).

        A line of another width cannot be told and is kept, so that its fault comes to light.
        """
        cells = line.rstrip(b"\r\n").split(self.delimiter)
        if len(cells) != self.width:
            return True
        return between(
            cells[self.cells[0]].decode("utf-8", "replace"),
            cells[self.cells[1]].decode("utf-8", "replace"),
            self.known,
            self.pair,
            self.splitter,
        )


def between(source: str, target: str, known: dict[str, str], pair: tuple[str, str], splitter: str) -> bool:
    """Tell whether two cells name the two countries of a dyad."""
    by, to = (
        {known.get(part.strip()) for part in (cell.split(splitter) if splitter else [cell])}
        for cell in (source, target)
    )
    if splitter and target.strip() in BLANK:
        to = by
    first, second = pair
    return (first in by and second in to) or (second in by and first in to)


def dyad_filter(layout: Layout, pair: tuple[str, str]) -> DyadFilter:
    """Build the filter for one layout of a tab-separated feed."""
    form = layout.format
    source, target = form.sides  # type: ignore[misc]
    known = {spelling: code for code in pair for spelling in countries.spellings(code, form.scheme)}
    first, second = (tuple(_token(spelling, form, layout) for spelling in _of(known, code)) for code in pair)
    cells = (layout.names.index(source), layout.names.index(target))
    return DyadFilter((first, second), known, pair, cells, layout.width, form.delimiter.encode(), form.splitter)


def _of(known: dict[str, str], code: str) -> list[str]:
    return [spelling for spelling, one in known.items() if one == code]


def _token(spelling: str, form: Format, layout: Layout) -> bytes:
    """Return the bytes to search for: with the tabs about it where the cell is certain to stand between two."""
    inner = form.scheme == "cameo" and not layout.header
    return f"\t{spelling}\t".encode() if inner else spelling.encode()
