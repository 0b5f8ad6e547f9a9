"""Raw tables: cells as Arrow columns of text, and where each row stood."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from analysis.feeds.identify import Layout
from analysis.feeds.lines import Batch

if TYPE_CHECKING:
    import pyarrow as pa

PLACE = ("feed_file", "feed_line")
Row = tuple[Any, ...]


def schema(columns: Sequence[str]) -> pa.Schema:
    """Return the schema of a raw table."""
    import pyarrow as pa

    return pa.schema([*((name, pa.string()) for name in columns), (PLACE[0], pa.string()), (PLACE[1], pa.int64())])


def as_table(rows: list[Row], columns: Sequence[str]) -> pa.Table:
    """Turn rows (cells, file, line) into a raw table."""
    import pyarrow as pa

    if not rows:
        return schema(columns).empty_table()
    *cells, numbers = zip(*rows, strict=True)
    return pa.table([*map(strings, cells), integers(numbers)], schema=schema(columns))


def strings(values: Sequence[str | None]) -> pa.Array:
    """Return a column of text; None is missing.

    Built from its bytes: `pyarrow.array` would import pandas to ask whether the list is a Series, which takes longer
    than to scan a hundred megabytes.
    """
    import pyarrow as pa

    texts = [b"" if one is None else one.encode("utf-8", "replace") for one in values]
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int32)
    held = [one is not None for one in values]
    valid = None if all(held) else pa.py_buffer(np.packbits(held, bitorder="little"))
    return pa.Array.from_buffers(pa.string(), len(texts), [valid, pa.py_buffer(ends), pa.py_buffer(b"".join(texts))])


def integers(values: Sequence[int]) -> pa.Array:
    """Return a column of whole numbers."""
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(np.array(values, dtype=np.int64))])


def split(batch: Batch, layout: Layout, columns: Sequence[str]) -> pa.Table:
    """Split whole lines into columns of text.

    Raises
    ------
    ArrowInvalid
        When a line has another width.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow

    # A name that stands twice in a header is kept once, the first one.
    names = [
        name if layout.names.index(name) == place else f"{name}.{place}" for place, name in enumerate(layout.names)
    ]
    held = [name for name in columns if name in names]
    if not len(batch):
        return schema(held).empty_table().select(held)
    return arrow.read_csv(
        io.BytesIO(batch.data),
        read_options=arrow.ReadOptions(column_names=names, use_threads=False, block_size=max(len(batch.data), 1) + 1),
        parse_options=arrow.ParseOptions(
            delimiter=layout.delimiter, quote_char=False, escape_char=False, ignore_empty_lines=False
        ),
        convert_options=arrow.ConvertOptions(
            column_types=dict.fromkeys(held, pa.string()), include_columns=held, strings_can_be_null=False
        ),
    )
