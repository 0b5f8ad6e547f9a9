"""The rows of all dyads, of which one dyad's rows are a part.

A count of one dyad's rows rises when the feed grows, so the number of rows between any two countries must stand beside
it. A scan of a tab-separated feed does not split the lines of other dyads; it splits the first few of each block, one
line in thirty to eighty, and the whole is estimated from these. Comma-separated feeds are split anyhow, and counted
whole.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations, product

from analysis.feeds import countries
from analysis.feeds.formats import BLANK, Format
from analysis.feeds.identify import Layout

FIRST, LINES = 64, 4  # lines looked at in the first block of a file, and in every other
ENOUGH = 400
_Count = Callable[[str, str], int]


def row_counter(form: Format) -> _Count:
    """Return what tells how many rows between two different countries come of a line's two cells; as the readers do."""
    if form.feed == "acled":
        from analysis.feeds import acled

        return lambda source, target: _differ(acled.country(source), acled.country(target))
    known = countries.table(form.scheme)
    if not form.splitter:
        return lambda source, target: _differ(known.get(source.strip()), known.get(target.strip()))

    def several(source: str, target: str) -> int:
        by, to = ({part.strip() for part in cell.split(form.splitter)} for cell in (source, target))
        met = combinations(by, 2) if target.strip() in BLANK else product(by, to)
        return sum(_differ(known.get(one), known.get(other)) for one, other in met)

    return several


@cache
def _as_bytes(scheme: countries.Scheme) -> dict[bytes, str]:
    return {text.encode(): code for text, code in countries.table(scheme).items()}


def _differ(one: str | None, other: str | None) -> int:
    return int(one is not None and other is not None and one != other)


class Sample:
    """Counts, over some lines of a file, the rows between two different countries."""

    def __init__(self, layout: Layout) -> None:
        """Count nothing yet."""
        form = layout.format
        names = form.sides or ("actor1", "actor2")
        self._places = layout.names.index(names[0]), layout.names.index(names[1])
        self._delimiter, self._rows = form.delimiter.encode(), row_counter(form)
        # Most feeds name one country in a cell; looking that up as bytes takes half the time.
        self._known = None if form.splitter or form.feed == "acled" else _as_bytes(form.scheme)
        self.lines = self.rows = 0

    def block(self, data: bytes) -> None:
        """Look at the first lines of a block."""
        start, last = 0, max(self._places) + 1
        source, target = self._places
        for _ in range(LINES if self.lines else FIRST):
            end = data.find(b"\n", start)
            if end < 0:
                break
            cells = data[start:end].split(self._delimiter, last)
            start = end + 1
            # Lines that are too short are left in where others of the block make up for them.
            if len(cells) >= last:
                self.lines += 1
                self.rows += self._of(cells[source].strip(), cells[target].strip())

    def _of(self, source: bytes, target: bytes) -> int:
        if self._known is not None:
            return _differ(self._known.get(source), self._known.get(target))
        return self._rows(source.decode("utf-8", "replace"), target.decode("utf-8", "replace"))

    def record(self, cells: list[str]) -> None:
        """Look at a record."""
        self.lines += 1
        self.rows += self._rows(cells[self._places[0]], cells[self._places[1]])


def estimate(lines: int, seen: int, rows: int) -> tuple[int | None, bool]:
    """Return the rows of all dyads in `lines` lines, of which `seen` were looked at and held `rows`, and whether they
    were counted whole; None where too few were looked at to tell (fewer than `ENOUGH`)."""
    if seen >= lines:
        return rows, True
    return (round(rows / seen * lines), False) if seen >= ENOUGH else (None, False)
