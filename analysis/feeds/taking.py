"""One archive brought into a scan's folder: what a worker does. It loads neither pandas nor ibis."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.feeds.archives import Limits
from analysis.feeds.faults import FaultLog, FeedError
from analysis.feeds.feed import named
from analysis.feeds.inputs import SCAN_KEY, label
from analysis.feeds.parts import part_of
from analysis.feeds.rows import Plan, Summary, rows_of
from analysis.feeds.tables import Row, as_table, schema

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 50_000
Taken = tuple[str, str, bool, int]


def take(group: Sequence[tuple[str, str]], folder: str, settings: dict[str, Any]) -> list[Taken]:
    """Bring archives into a folder; what is there already stays. Run by a worker, or without one.

    Returns
    -------
    list of tuples
        Place, name of the Parquet file, whether it was read now, packed bytes.
    """
    pair = settings["dyad"]
    plan = Plan(
        named(settings["feed"]),
        tuple(settings["columns"]),
        (pair[0], pair[1]) if pair else None,
        settings["dates"],
        Limits(**settings["limits"]),
    )
    found = []
    for place, path in group:
        content = content_of(Path(path))
        name = digest(json.dumps([content, place, label(Path(path)), settings]).encode())[:32] + ".parquet"
        target = Path(folder) / name
        fresh = not target.exists() or part_of(target) is None
        if fresh:
            _write(Path(path), target, Summary(label(Path(path)), place), plan, settings, content)
        found.append((place, name, fresh, os.path.getsize(path)))
    return found


def _write(path: Path, target: Path, summary: Summary, plan: Plan, settings: dict[str, Any], content: str) -> None:
    from pyarrow import parquet

    log = FaultLog()
    temporary = target.with_name(f".{target.stem}-{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        try:
            writer = _writer(temporary, plan)
            for table in _gathered(rows_of(path, plan, log, summary), plan.columns):
                writer.write_table(table)
        except FeedError as error:
            # What came before the refusal is not to be believed either.
            writer.close()
            writer = _writer(temporary, plan)
            log.add(summary.file, 0, "kind", "refused", str(error))
            summary = Summary(summary.file, summary.path, state="refused", reason=str(error), set_aside=log.set_aside)
        meta = {
            "settings": settings,
            "summary": asdict(summary),
            "content": content,
            "faults": [list(vars(one).values()) for one in log.kept],
        }
        writer.add_key_value_metadata({SCAN_KEY: json.dumps(meta).encode()})
        writer.close()
        parquet.read_metadata(temporary)
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _writer(path: Path, plan: Plan) -> Any:
    from pyarrow import parquet

    return parquet.ParquetWriter(
        path,
        schema(plan.columns),
        compression="zstd",
        store_schema=False,
        use_dictionary=plan.dyad is None,
        # For a reader that wants some days only.
        write_statistics=[plan.feed.days[0]],
    )


def _gathered(pieces: Iterator[list[Row] | pa.Table], columns: tuple[str, ...]) -> Iterator[pa.Table]:
    """Join rows and small tables to tables of a good size."""
    import pyarrow as pa

    rows: list[Row] = []
    tables: list[pa.Table] = []
    count = 0
    for piece in pieces:
        if isinstance(piece, list):
            rows += piece
        else:
            tables.append(piece)
            count += len(piece)
        if count >= ROWS or len(rows) >= ROWS:
            yield pa.concat_tables([*tables, as_table(rows, columns)])
            rows, tables, count = [], [], 0
    if rows or tables:
        yield pa.concat_tables([*tables, as_table(rows, columns)])


def content_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def digest(data: bytes) -> str:
    """Return the hash of some bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()
