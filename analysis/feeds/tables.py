"""Raw tables: lines or cells as Arrow columns of text.

The columns are built from their bytes. `pyarrow.array` would take the same lists, and would import pandas to ask
whether they are Series, which takes longer than to scan a hundred megabytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.feeds.faults import FaultLog
from analysis.feeds.identify import Layout
from analysis.feeds.lines import Batch, check_each
from analysis.feeds.plans import Rows, schema

if TYPE_CHECKING:
    import pyarrow as pa

# What the offsets of an Arrow text column can count.
_MOST = (1 << 31) - 1


def as_table(rows: Rows, columns: Sequence[str]) -> pa.Table:
    """Turn rows (cells, file, line) into a raw table."""
    import pyarrow as pa

    *cells, numbers = zip(*rows, strict=True)
    return pa.table([*map(strings, cells), integers(numbers)], schema=schema(columns))


def strings(values: Sequence[str | None]) -> pa.Array:
    """Return a column of text; None is missing."""
    import pyarrow as pa

    texts = [b"" if one is None else one.encode() for one in values]
    if sum(map(len, texts)) > _MOST:
        return pa.array(values, pa.string())
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    held = [one is not None for one in values]
    valid = None if all(held) else pa.py_buffer(np.packbits(held, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), len(texts), [valid, pa.py_buffer(ends), pa.py_buffer(b"".join(texts))])


def integers(values: Sequence[int]) -> pa.Array:
    """Return a column of whole numbers."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.array(values, dtype=np.int64))])


def parsed(batch: Batch, layout: Layout, where: str, columns: Sequence[str], log: FaultLog) -> pa.Table:
    """Split whole lines into a raw table; a column that this file does not have is missing throughout."""
    import pyarrow as pa

    try:
        table = _split(batch, layout, columns)
    except pa.ArrowInvalid:
        # Two faults that make up for each other in a block do not in a line.
        batch = check_each(batch, layout, where, log)
        table = _split(batch, layout, columns)
    length = len(batch)
    cells = [table[name] if name in table.column_names else pa.nulls(length, pa.string()) for name in columns]
    return pa.table([*cells, strings([where] * length), integers(batch.numbers)], schema=schema(columns))


def _split(batch: Batch, layout: Layout, columns: Sequence[str]) -> pa.Table:
    import pyarrow as pa
    from pyarrow import csv

    # A name that stands twice in a header is kept once, the first one.
    names = [
        name if layout.names.index(name) == place else f"{name}.{place}" for place, name in enumerate(layout.names)
    ]
    held = [name for name in columns if name in names]
    if not len(batch):
        return schema(held).empty_table().select(held)
    return csv.read_csv(
        io.BytesIO(batch.data),
        read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=max(len(batch.data), 1) + 1),
        parse_options=csv.ParseOptions(
            delimiter=layout.format.delimiter, quote_char=False, escape_char=False, ignore_empty_lines=False
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(held, pa.string()), include_columns=held, strings_can_be_null=False
        ),
    )
