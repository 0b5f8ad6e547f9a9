"""What a column may hold: one place from which the checks, `datapackage.json` and the data dictionary are made.

A `TableSchema` lists a table's columns in file order, with key, meaning and bounds. `validate` checks a table of texts
with pandera and returns the table with its types, together with every fault found. Rules that need more than one table
are in `analysis.record.check`.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

import pandas as pd

from analysis.errors import Fault, nearest, one_of

if TYPE_CHECKING:
    import pandera.pandas as pa

Kind = Literal["text", "slug", "edtf", "integer", "number", "url"]

SLUG = r"[A-Za-z0-9][A-Za-z0-9._+-]*"
LAG = r"P(?=\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?"
PHRASE_WORDS = 8
# Error values of spreadsheet programs in any language (#REF!, #BEZUG!, #¿NOMBRE?, #NV, Err:502), and what they save
# where a column was too narrow to show its number.
_ERROR_CELL = re.compile(r"#[^\s#a-zа-я]{2,25}[!?]|#(?:N/?[AVD]|Н/Д|GETTING_DATA)!?|#{3,}|(?i:err):[0-9]{3}")
SHORT_LETTERS = 40


@dataclass(frozen=True)
class Column:
    """One column: its kind, meaning and what it may hold."""

    name: str
    meaning: str
    kind: Kind = "text"
    required: bool = True
    optional: bool = False
    allowed: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    words: int | None = None
    letters: int | None = None
    pattern: str = ""
    refers: str = ""
    unit: str = ""

    @property
    def expected(self) -> str:
        """What a cell must be, to be read after "must be"."""
        return next(self._expectations())

    def _expectations(self) -> Iterator[str]:
        if self.allowed:
            yield one_of(self.allowed)
        if self.kind in {"integer", "number"}:
            noun = "a whole number" if self.kind == "integer" else "a number"
            yield (
                f"{noun} from {self.low:g} to {self.high:g}" if self.low is not None and self.high is not None else noun
            )
        if self.kind == "edtf":
            from analysis.record.dates import FORMS

            yield FORMS
        if self.kind == "slug":
            yield "an id of letters, digits, '.', '_', '+' and '-'"
        if self.kind == "url":
            yield "an address that begins with https:// or http://"
        if self.words:
            yield f"a phrase of at most {self.words} words"
        if self.letters:
            yield f"a text of at most {self.letters} letters"
        if self.pattern == LAG:
            yield "an ISO 8601 duration such as P7M"
        yield "a text"


@dataclass(frozen=True)
class TableSchema:
    """One table of the record; a record may do without the file of an optional one."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False

    @property
    def file(self) -> str:
        """The table's file name."""
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)


def validate(table: pd.DataFrame, lines: list[int], schema: TableSchema) -> tuple[pd.DataFrame, list[Fault]]:
    """Check a table of texts and give it its types.

    Parameters
    ----------
    table : DataFrame
        Text columns, missing where a cell is empty; all of the schema's columns present.
    lines : list of int
        The line in the file of each row.
    schema : TableSchema
        What the columns may hold.

    Returns
    -------
    tuple of DataFrame and list of Fault
        The typed table (`Int64`, `float64`, `str`; unreadable numbers missing) and all faults, in file order.
    """
    typed, faults = _numbers(table, lines, schema)
    faults += _dates(table, lines, schema)
    faults += _pandera(typed, table, lines, schema)
    faults += _repeats(table, lines, schema)
    faults += _error_cells(table, lines, schema)
    return typed, faults


def where(schema: TableSchema, line: int) -> str:
    """Word the place of a fault."""
    return f"{schema.file}, line {line}"


def _numbers(table: pd.DataFrame, lines: list[int], schema: TableSchema) -> tuple[pd.DataFrame, list[Fault]]:
    typed, faults = table.copy(), []
    for column in schema.columns:
        if column.kind not in {"integer", "number"} or column.name not in table:
            continue
        text = table[column.name]
        number = pd.to_numeric(text, errors="coerce").astype("float64")
        finite = number.abs() < float("inf")
        unreadable = text.notna() & ~(finite & ((number % 1 == 0) | (column.kind == "number")))
        for position in unreadable.to_numpy().nonzero()[0]:
            got = str(text.iloc[position])
            faults.append(Fault(where(schema, lines[position]), column.name, column.expected, got))
        number = number.mask(unreadable)
        typed[column.name] = number.astype("Int64") if column.kind == "integer" else number
    return typed, faults


def _dates(table: pd.DataFrame, lines: list[int], schema: TableSchema) -> list[Fault]:
    from analysis.record.dates import spans

    faults = []
    for column in schema.columns:
        if column.kind == "edtf" and column.name in table:
            problems = spans(table[column.name])["problem"]
            for position in problems.notna().to_numpy().nonzero()[0]:
                got = str(table[column.name].iloc[position])
                hint = f"This is {problems.iloc[position]}." if problems.iloc[position] != "not EDTF" else ""
                if hint.startswith("This is there is"):
                    hint = f"T{problems.iloc[position][1:]}."
                faults.append(Fault(where(schema, lines[position]), column.name, column.expected, got, hint))
    return faults


def _pandera(typed: pd.DataFrame, table: pd.DataFrame, lines: list[int], schema: TableSchema) -> list[Fault]:
    with warnings.catch_warnings():
        # pandera imports Spark where that is installed, and Spark warns of pandas 3.
        warnings.simplefilter("ignore")
        import pandera.pandas as pa

        try:
            _schema(schema).validate(typed, lazy=True)
        except pa.errors.SchemaErrors as error:
            cases = error.failure_cases
        else:
            return []
    faults = []
    for case in cases[cases["index"].notna()].itertuples(index=False):
        position, column = int(case.index), schema.column(str(case.column))
        text = table[column.name].iloc[position]
        # An unreadable number is missing in the typed table and has its fault already.
        if pd.isna(typed[column.name].iloc[position]) == pd.isna(text):
            faults.append(_fault(schema, lines[position], column, None if pd.isna(text) else str(text)))
    return faults


def _fault(schema: TableSchema, line: int, column: Column, got: str | None) -> Fault:
    if got is None:
        return Fault(
            where(schema, line),
            column.name,
            "filled in",
            "",
            f"It holds {column.meaning[0].lower()}{column.meaning[1:]}",
        )
    hint = nearest(str(got), column.allowed) if column.allowed else ""
    return Fault(where(schema, line), column.name, column.expected, str(got), hint)


@cache
def _schema(schema: TableSchema) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                checks=list(_checks(column)), nullable=not column.required, required=not column.optional, coerce=False
            )
            for column in schema.columns
        }
    )


def _checks(column: Column) -> Iterator[pa.Check]:
    import pandera.pandas as pa

    if column.kind in {"integer", "number"}:
        if column.low is not None and column.high is not None:
            yield pa.Check.in_range(column.low, column.high)
        return
    if column.allowed:
        yield pa.Check.isin(column.allowed)
    elif column.kind == "slug":
        yield pa.Check.str_matches(rf"^{SLUG}$")
    elif column.kind == "url":
        yield pa.Check.str_matches(r"^https?://\S+$")
    if column.words:
        limit = column.words
        yield pa.Check(lambda text: text.str.split().str.len() <= limit)
    if column.letters:
        yield pa.Check.str_length(max_value=column.letters)
    if column.pattern:
        yield pa.Check.str_matches(rf"^{column.pattern}$")


def _error_cells(table: pd.DataFrame, lines: list[int], schema: TableSchema) -> list[Fault]:
    """Refuse what a spreadsheet shows where a formula failed; other kinds of column refuse it as they stand."""
    hint = "A formula failed there; write what it should have given."
    return [
        Fault(
            where(schema, lines[position]), column.name, column.expected, str(table[column.name].iloc[position]), hint
        )
        for column in schema.columns
        if column.kind == "text" and not column.allowed and not column.refers and column.name in table
        for position, cell in enumerate(table[column.name])
        if isinstance(cell, str) and _ERROR_CELL.fullmatch(cell.strip())
    ]


def _repeats(table: pd.DataFrame, lines: list[int], schema: TableSchema) -> list[Fault]:
    keys = table[list(schema.key)]
    repeated = keys.duplicated()
    if repeated.any():
        repeated &= keys.notna().all(axis=1)
    faults = []
    for position in repeated.to_numpy().nonzero()[0]:
        values = keys.iloc[position]
        first = int((keys == values).all(axis=1).to_numpy().nonzero()[0][0])
        got = " + ".join(str(value) for value in values)
        field = " + ".join(schema.key)
        hint = f"Line {lines[first]} has it already; merge the two rows or give one a new id."
        faults.append(Fault(where(schema, lines[position]), field, "unique", got, hint))
    return faults
