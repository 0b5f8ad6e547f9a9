"""A scan as one Parquet or CSV file."""

from __future__ import annotations

import csv
import os
from pathlib import Path

from analysis.atomic import replacing
from analysis.errors import OptionError
from analysis.feeds.faults import COLUMNS
from analysis.feeds.parts import opened
from analysis.feeds.tables import schema
from analysis.feeds.taking import ROWS


def export(folder: str | os.PathLike[str], out: str | os.PathLike[str]) -> list[Path]:
    """Write a scan as one file, in the order of archives and lines, and its faults beside it if there are any.

    Parameters
    ----------
    folder : path
        As made by `scan`.
    out : path
        A file that ends in `.parquet` or `.csv`.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OptionError
        When `out` has another ending, or `folder` is no scan.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow
    from pyarrow import parquet

    target, held = Path(out), opened(folder)
    columns = tuple(held.parts[0].settings["columns"])
    if target.suffix.lower() not in (".parquet", ".csv"):
        raise OptionError("export", "out", "a name that ends in .parquet or .csv", target.name)
    with replacing(target) as temporary:
        form = schema(columns)
        made = (
            parquet.ParquetWriter(temporary, form, compression="zstd")
            if target.suffix.lower() == ".parquet"
            else arrow.CSVWriter(temporary, form)
        )
        with made as writer:
            waiting: list[pa.Table] = []
            for part in held.parts:
                with parquet.ParquetFile(part.file) as file:
                    for batch in file.iter_batches(batch_size=ROWS):
                        waiting.append(pa.Table.from_batches([batch]))
                        if sum(map(len, waiting)) >= ROWS:
                            writer.write_table(pa.concat_tables(waiting).cast(form))
                            waiting = []
            if waiting:
                writer.write_table(pa.concat_tables(waiting).cast(form))
    faults = [fault for part in held.parts for fault in part.faults]
    if not faults:
        return [target]
    beside = target.with_name(f"{target.name}.faults.csv")
    with replacing(beside) as temporary, temporary.open("w", encoding="utf-8", newline="") as text:
        table = csv.writer(text, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(vars(fault).values() for fault in faults)
    return [target, beside]
