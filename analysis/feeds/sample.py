"""What some lines of a file say of the whole: a zero is an answer only where days, countries and codes could be read.

A count of one dyad's rows rises when the feed grows, so the number of rows between any two countries must stand beside
it. In the first lines of a file all are counted; beyond, a few of each block, and the whole is estimated from these.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product

import numpy as np

from analysis.feeds import countries
from analysis.feeds.days import iso
from analysis.feeds.faults import FeedError
from analysis.feeds.feed import BLANK, DayOrder, Feed
from analysis.feeds.identify import Layout
from analysis.feeds.lines import Batch, Finder

# Lines of a file that are looked at one by one, and of each further block.
FIRST, OTHERS = 64, 4
# Lines of a file in which the rows of all dyads are counted whole; beyond, they are estimated from some.
WHOLE = 4096


class Sample:
    """What some lines of a file say of the whole: days, countries, codes, and the rows between any two countries."""

    def __init__(self, layout: Layout) -> None:
        """Count nothing yet."""
        self._layout, self._feed = layout, layout.feed
        self._sides = layout.names.index(self._feed.sides[0]), layout.names.index(self._feed.sides[1])
        self._day = layout.names.index(self._feed.days[0])
        self._code = layout.places([self._feed.code])[0] if self._feed.code else None
        self._known = countries.table(self._feed.scheme)
        self._ends = max(*self._sides, self._day, self._code or 0) + 1
        self._finder: Finder | None = None
        self._pairs_of: dict[tuple[str, str], int] = {}
        keys = [int.from_bytes(text.encode(), "big") for text in self._known if len(text) == 3]
        self._keys = np.sort(np.array(keys, dtype=np.int64))
        self._checked = 0
        self.order: DayOrder | None = None
        self.seen = self.pairs = 0
        self.span: tuple[str, str] = ("", "")
        self._days = [0, 0]
        self._examples: list[str] = []
        self._cells = [0, 0]
        self._codes = [0, 0, 0]

    def finder(self, dyad: tuple[str, str]) -> Finder:
        """Return what finds the dyad's lines."""
        self._finder = self._finder or Finder(dyad, self._feed)
        return self._finder

    def wanted(self, dyad: tuple[str, str]) -> Callable[[list[str]], bool]:
        """Return the test whether cells are of a dyad: one country on each side, or both on one and none on the
        other."""
        feed, (source, target), (first, second) = self._feed, self._sides, dyad
        known = {text: code for text, code in self._known.items() if code in dyad}

        def test(cells: list[str]) -> bool:
            by, to = names_in(cells[source], feed, known), names_in(cells[target], feed, known)
            if feed.splitter and cells[target].strip() in BLANK:
                to = by
            return (first in by and second in to) or (second in by and first in to)

        return test

    def block(self, batch: Batch) -> None:
        """Look at some lines of a block, and at all countries of the first blocks."""
        data, count, start = batch.data, len(batch), 0
        fixed = self._feed.scheme == "cameo" and not self._feed.splitter
        whole = self._checked < WHOLE
        for _ in range(FIRST if not self._checked else OTHERS if fixed or not whole else count):
            end = data.find(b"\n", start)
            if end < 0:
                break
            cells = data[start:end].decode("utf-8", "replace").split("\t", self._ends)
            start = end + 1
            # Lines that are too short are left in where others of the block make up for them.
            if len(cells) >= self._ends:
                self._look(cells, count=not (fixed and whole))
        if fixed and whole:
            self._count(batch)
        self._checked += count

    def _count(self, batch: Batch) -> None:
        """Count the rows between two countries in a whole block of lines whose countries have three letters."""
        data, width = np.frombuffer(batch.data, dtype=np.uint8), self._layout.width
        ends = np.flatnonzero((data == 9) | (data == 10))
        if len(ends) != len(batch) * width:
            return
        grid = ends.reshape(len(batch), width)
        if not (data[grid[:, -1]] == 10).all():
            return
        codes, odd = [], np.zeros(len(batch), dtype=bool)
        starts = np.concatenate([[-1], grid[:-1, -1]])
        for place in self._sides:
            first = (grid[:, place - 1] if place else starts) + 1
            length = grid[:, place] - first
            keys = data[first].astype(np.int64) << 16 | data[first + 1].astype(np.int64) << 8 | data[first + 2]
            at = np.searchsorted(self._keys, keys).clip(max=len(self._keys) - 1)
            codes.append(np.where((length == 3) & (self._keys[at] == keys), keys, 0))
            odd |= (length != 3) & (length != 0)
        one, two = codes
        self.seen += len(batch)
        # ROM and ROU are one country, and " BLR" is BLR: such rows, and those with two codes, are looked up.
        for row in np.flatnonzero(odd | ((one > 0) & (two > 0) & (one != two))):
            cells = batch.data[starts[row] + 1 : grid[row, -1]].decode("utf-8", "replace").split("\t", self._ends)
            self.pairs += self._of(cells[self._sides[0]], cells[self._sides[1]])

    def record(self, cells: list[str]) -> None:
        """Look at a record."""
        self._look(cells, count=True)

    def _look(self, cells: list[str], *, count: bool) -> None:
        self.day(cells[self._day], 1)
        source, target = cells[self._sides[0]], cells[self._sides[1]]
        named = [one for one in (source.strip(), target.strip()) if one not in BLANK]
        if self._feed.country is None:
            self._cells[0] += len(named)
            self._cells[1] += sum(names_in(one, self._feed, self._known) != {None} for one in named)
        if self._code is not None and (code := cells[self._code].strip()) not in BLANK:
            self._codes[0] += 1
            self._codes[1] += code[:1] == "0"
            self._codes[2] += len(code) == 1
        if count:
            self.seen += 1
            self.pairs += self._of(source, target)

    def _of(self, source: str, target: str) -> int:
        key = source, target
        if key not in self._pairs_of:
            if len(self._pairs_of) > 100_000:
                self._pairs_of.clear()
            by, to = (names_in(one, self._feed, self._known) for one in key)
            joint = bool(self._feed.splitter) and target.strip() in BLANK
            met = combinations(by, 2) if joint else product(by, to)
            self._pairs_of[key] = sum(one is not None and other is not None and one != other for one, other in met)
        return self._pairs_of[key]

    def days(self, cells: list[str]) -> None:
        """Look at the day of a row that is taken."""
        self.day(cells[self._day], 1)

    def day(self, text: str, count: int) -> None:
        """Count a day's cell."""
        found = iso(text, self.order)
        self._days[0] += count
        if found is None:
            self._days[1] += count
            if len(self._examples) < 3 and text not in self._examples:
                self._examples.append(text)
        else:
            self.span = min(self.span[0] or found, found), max(self.span[1], found)

    def judge(self, where: str) -> None:
        """Refuse a file whose days, countries or codes cannot be read.

        Raises
        ------
        FeedError
            When more than one day in a hundred (and three, or all) is none; when no country is known in twenty cells or
            more; when the codes have lost their leading zeros and nothing in the row tells which.
        """
        days, bad = self._days
        if bad and bad > days / 100 and (bad > 2 or bad == days):
            shown = ", ".join(repr(one[:40]) for one in self._examples)
            raise FeedError(
                f"{where}: {bad:,} of {days:,} days cannot be read, such as {shown}; nothing of it is counted."
            )
        cells, known = self._cells
        if cells >= 20 and not known:
            raise FeedError(f"{where}: none of its {cells:,} countries is known in the {self._feed.name} spelling.")
        codes, zeros, single = self._codes
        told = (self._feed.root or self._feed.label) in self._layout.names
        if self._code is not None and not told and not zeros and (single or codes >= 30):
            raise FeedError(
                f"{where}: no code begins with 0, so leading zeros are lost and 10 could be 010 or 10. Save the codes "
                f"as text, or with the column `{self._feed.root or self._feed.label}`."
            )


def names_in(cell: str, feed: Feed, known: dict[str, str]) -> set[str | None]:
    """Return the countries that a cell names."""
    if feed.country is not None:
        return {feed.country(cell)}
    parts = cell.split(feed.splitter) if feed.splitter else [cell]
    return {known.get(part.strip().removesuffix(".0")) for part in parts}
