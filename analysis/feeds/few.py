"""The expressions of the readers, steps and acts, run here on lists: for the few rows of a dyad.

A scan of a million rows takes one second, and leaves some hundred rows. To load ibis, DuckDB and pandas and to plan a
query for these takes two. So the part of ibis that the expressions use is here in plain Python: a table is a dict of
lists, a value is a list, and each operation makes the next list. What an operation means is what DuckDB makes of it: a
missing value gives a missing one, texts are compared by their bytes, `round` goes away from zero.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import repeat
from typing import Any

# As a connection has it.
name = "python"
_BLANKS = " \t\n\r\v\f"
_LARGEST = 2**63
# What some rows, by their numbers, come to.
Summed = Callable[[list[int]], Any]


def ops(of: Any) -> Any:
    """Return what offers `ifelse`, `cases`, `literal` and so on for a table or value: this module, or ibis."""
    if isinstance(of, Table | Value):
        return sys.modules[__name__]
    import ibis

    return ibis


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # Here `$` is the end of the text for every engine, and not also before a last line feed.
    return re.compile(pattern.replace("$", r"\Z"), re.ASCII)


def _each(function: Callable[..., Any], *given: Any) -> Value:
    values = [one if isinstance(one, Value) else Value([one], constant=True) for one in given]
    if all(one.constant for one in values):
        return Value([function(*(one.cells[0] for one in values))], constant=True)
    columns = (repeat(one.cells[0]) if one.constant else one.cells for one in values)
    return Value(list(map(function, *columns)))


def _strict(function: Callable[..., Any], *given: Any) -> Value:
    """Do it where nothing is missing."""
    if len(given) == 1:
        return _each(lambda one: None if one is None else function(one), *given)
    return _each(lambda one, two: None if one is None or two is None else function(one, two), *given)


def _where(function: Callable[..., Any]) -> Callable[..., Value]:
    """Return a method that does something to each cell, with other values or constants; missing cells too."""
    return lambda self, *others: _each(function, self, *others)


def _known(function: Callable[..., Any]) -> Callable[..., Value]:
    """Return a method that does something to each cell that is not missing, with one other value or constant."""
    return lambda self, *others: _strict(function, self, *others)


def _summed(function: Callable[[list[Any]], Any]) -> Callable[[Value], Summed]:
    """Return a method that makes one of the cells of some rows that are not missing; missing where all are."""

    def of(cells: Sequence[Any], rows: list[int]) -> Any:
        held = [cells[row] for row in rows if cells[row] is not None]
        return function(held) if held else None

    return lambda self: partial(of, self.cells)


class Value:
    """A column, or one value for every row; its methods are those of ibis."""

    def __init__(self, cells: Sequence[Any], *, constant: bool = False) -> None:
        """Hold the cells; of a constant the only one."""
        self.cells, self.constant = cells, constant

    __getitem__ = _known(operator.getitem)
    __add__ = _known(operator.add)
    __radd__ = _known(lambda one, other: other + one)
    __mul__ = _known(operator.mul)
    __truediv__ = _known(operator.truediv)
    __eq__ = _known(operator.eq)  # type: ignore[assignment]
    __ne__ = _known(operator.ne)  # type: ignore[assignment]
    __lt__ = _known(operator.lt)
    __gt__ = _known(operator.gt)
    __invert__ = _known(operator.not_)
    __and__ = _where(lambda one, two: False if one is False or two is False else one and two)
    __or__ = _where(lambda one, two: True if one is True or two is True else two if one is False else one)
    __hash__ = None  # type: ignore[assignment]
    cast = _known(lambda one, kind: _CASTS[kind](one))
    try_cast = _known(lambda one, kind: _tried(_CASTS[kind], one))
    isnull = _where(lambda one: one is None)
    notnull = _where(lambda one: one is not None)
    fill_null = _where(lambda one, two: two if one is None else one)
    nullif = _where(lambda one, two: None if one == two else one)
    isin = _known(lambda one, held: one in held)
    map = _where(lambda one, known: known.get(one))
    strip = _known(lambda one: one.strip(_BLANKS))
    lower = _known(str.lower)
    upper = _known(str.upper)
    length = _known(len)
    substr = _known(lambda one, start: one[start:])
    contains = _known(operator.contains)
    re_search = _known(lambda one, pattern: _compiled(pattern).search(one) is not None)
    split = _known(str.split)
    unique = _known(lambda one: list(dict.fromkeys(one)))
    # Halves go away from zero.
    round = _known(lambda one: math.copysign(math.floor(abs(one) + 0.5), one))
    floor = _known(math.floor)
    min = _summed(min)
    sum = _summed(sum)

    def between(self, low: Any, high: Any) -> Value:
        """Tell where it is not below one and not above the other."""
        return _strict(lambda one: low <= one <= high, self)

    def replace(self, old: str, new: str) -> Value:
        """Put one text for another."""
        return _strict(lambda one: one.replace(old, new), self)

    def re_replace(self, pattern: str, new: str) -> Value:
        """Put a text for each place where a pattern is found."""
        return _strict(lambda one: _compiled(pattern).sub(new, one), self)

    def re_extract(self, pattern: str, group: int) -> Value:
        """Return a part of where a pattern is found first, or an empty text."""
        return _strict(lambda one: (at[group] or "") if (at := _compiled(pattern).search(one)) else "", self)

    def delta(self, other: Value, *, unit: str) -> Value:
        """Count the days since another day."""
        assert unit == "day"
        return _strict(lambda one, two: (one - two).days, self, other)

    def unnest(self) -> Unnested:
        """Ask for a row an item of a list."""
        return Unnested(self)

    def first(self) -> Over:
        """Return that of the first row of a window."""
        return Over(lambda window: window.first(self))

    def nunique(self) -> Summed:
        """Count what differs."""
        return lambda rows: len({self.cells[row] for row in rows} - {None})

    def argmin(self, by: Value) -> Summed:
        """Return that of the row in which another, which is never missing, is least."""
        return lambda rows: self.cells[min(rows, key=by.cells.__getitem__)]


@dataclass(frozen=True)
class Unnested:
    """A value whose lists are to become rows."""

    value: Value


@dataclass(frozen=True)
class Over:
    """What depends on the other rows of a window."""

    of: Callable[[Window], list[Any]]

    def over(self, window: Window) -> Value:
        """Tell it."""
        return Value(self.of(window))


class Window:
    """Rows that agree in some columns, in the order of others; missing comes last."""

    def __init__(self, group_by: Sequence[Value], order_by: Sequence[Value]) -> None:
        """Put the rows in order."""
        self._size = len(order_by[0].cells)
        keys = [[(one is None, one) for one in value.cells] for value in order_by]
        order = sorted(
            range(self._size),
            key=lambda row: tuple((none, "" if none else key) for none, key in (column[row] for column in keys)),
        )
        self._groups = _grouped([value.cells for value in group_by], order)

    def numbers(self) -> list[Any]:
        """Return each row's place in its window, from 0."""
        found = [0] * self._size
        for rows in self._groups.values():
            for place, row in enumerate(rows):
                found[row] = place
        return found

    def first(self, value: Value) -> list[Any]:
        """Return for each row the value of the first of its window."""
        found: list[Any] = [None] * self._size
        for rows in self._groups.values():
            for row in rows:
                found[row] = value.cells[rows[0]]
        return found


class Table:
    """Columns of one length."""

    def __init__(self, held: dict[str, list[Any]], size: int) -> None:
        """Hold the columns."""
        self.held, self.size = held, size

    @classmethod
    def joined(cls, some: Iterable[dict[str, list[Any]]]) -> Table:
        """Put tables of the same columns below each other."""
        held: dict[str, list[Any]] = {}
        for one in some:
            for name, cells in one.items():
                held.setdefault(name, []).extend(cells)
        return cls(held, len(next(iter(held.values()), [])))

    @property
    def columns(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.held)

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, name: str) -> Value:
        return Value(self.held[name])

    def select(self, *names: str, **values: Any) -> Table:
        """Keep some columns, and make others."""
        made = {name: self.held[name] for name in names}
        return Table(made | {name: self._cells(value) for name, value in values.items()}, self.size)

    def mutate(self, **values: Any) -> Table:
        """Add columns or replace them."""
        for name, value in values.items():
            if isinstance(value, Unnested):
                lists = [one or [] for one in value.value.cells]
                rows = [row for row, items in enumerate(lists) for _ in items]
                return Table(self._rows(rows).held | {name: [one for items in lists for one in items]}, len(rows))
        return Table(self.held | {name: self._cells(value) for name, value in values.items()}, self.size)

    def filter(self, wanted: Value) -> Table:
        """Keep the rows for which something holds."""
        return self._rows([row for row, holds in enumerate(self._cells(wanted)) if holds])

    def count(self) -> Summed:
        """Count rows."""
        return len

    def group_by(self, names: Sequence[str]) -> Grouped:
        """Put rows together that agree in some columns."""
        return Grouped(names, _grouped([self.held[name] for name in names], range(self.size)))

    def _rows(self, rows: list[int]) -> Table:
        return Table({name: [cells[row] for row in rows] for name, cells in self.held.items()}, len(rows))

    def _cells(self, value: Any) -> list[Any]:
        if not isinstance(value, Value):
            return [value] * self.size
        return [value.cells[0]] * self.size if value.constant else list(value.cells)


class Grouped:
    """Rows put together."""

    def __init__(self, names: Sequence[str], groups: dict[Any, list[int]]) -> None:
        """Hold them."""
        self._names, self._groups = names, groups

    def aggregate(self, **summed: Summed) -> Table:
        """Return one row a group."""
        keys = {name: [key[place] for key in self._groups] for place, name in enumerate(self._names)}
        made = {name: [one(rows) for rows in self._groups.values()] for name, one in summed.items()}
        return Table(keys | made, len(self._groups))


def null(kind: str = "string") -> Value:
    """Return a missing value."""
    return literal(None)


def literal(value: Any, type: str | None = None) -> Value:
    """Return one value for every row."""
    return Value([value], constant=True)


def ifelse(test: Any, one: Any, other: Any) -> Value:
    """Return one value where something holds, else the other."""
    return _each(lambda holds, yes, no: yes if holds else no, test, one, other)


def cases(*pairs: tuple[Any, Any], else_: Any) -> Value:
    """Return the value of the first test that holds."""
    found = literal(None) if else_ is None else else_
    for test, value in reversed(pairs):
        found = ifelse(test, value, found)
    return found if isinstance(found, Value) else literal(found)


def least(one: Value, other: Value) -> Value:
    """Return the lower of two."""
    return _strict(min, one, other)


def greatest(one: Value, other: Value) -> Value:
    """Return the higher of two."""
    return _strict(max, one, other)


def window(*, group_by: Sequence[Value], order_by: Sequence[Value]) -> Window:
    """Return windows of rows."""
    return Window(group_by, order_by)


def row_number() -> Over:
    """Return each row's place in its window, from 0."""
    return Over(Window.numbers)


def _grouped(columns: Sequence[Sequence[Any]], order: Iterable[int]) -> dict[Any, list[int]]:
    keys = list(zip(*columns, strict=True))
    groups: dict[Any, list[int]] = {}
    for row in order:
        groups.setdefault(keys[row], []).append(row)
    return groups


def _tried(cast: Callable[[Any], Any], value: Any) -> Any:
    try:
        return cast(value)
    except ValueError:
        return None


def _day(value: Any) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def _whole(value: Any) -> int:
    number = int(value) if isinstance(value, str) else round(value)
    if not -_LARGEST <= number < _LARGEST:
        raise ValueError(value)
    return number


_CASTS: dict[str, Callable[[Any], Any]] = {
    "string": str,
    "date": _day,
    "int64": _whole,
    "float64": float,
    "boolean": bool,
}
