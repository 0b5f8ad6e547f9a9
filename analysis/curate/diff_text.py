"""A comparison of two versions of a record as text, as Markdown and as JSON."""

from __future__ import annotations

import json

import pandas as pd

from analysis.curate.diff import RecordDiff
from analysis.curate.table_format import Row


def as_json(result: RecordDiff) -> str:
    """Return a diff as JSON."""
    tables = {
        name: {
            "added": one.added,
            "removed": one.removed,
            "changed": {
                key: {cell: {"old": pair[0], "new": pair[1]} for cell, pair in cells.items()}
                for key, cells in one.changed.items()
            },
        }
        for name, one in result.tables.items()
    }
    measures = [
        {**row, "date": f"{row['date']:%Y-%m-%d}"} | {name: _number(row[name]) for name in ("old", "new", "change")}
        for row in result.measures.to_dict("records")
    ]
    whole = {"old": result.old, "new": result.new, "tables": tables, "measures": measures, "note": result.unmeasured}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _number(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 6)


def as_text(result: RecordDiff, *, markdown: bool = False) -> str:
    """Return a diff as plain text or as Markdown."""
    head, item, code = ("## ", "- ", "`") if markdown else ("", "  ", "")
    lines = [f"{'# ' if markdown else ''}{result.old} -> {result.new}", ""]
    if not result.tables:
        lines.append("No row differs.")
    for name, one in result.tables.items():
        counts = ", ".join(f"{len(getattr(one, kind))} {kind}" for kind in ("added", "removed", "changed"))
        lines += [f"{head}{name}: {counts}", *([""] if markdown else [])]
        lines += [f"{item}added {code}{key}{code}{_title(row)}" for key, row in one.added.items()]
        lines += [f"{item}removed {code}{key}{code}{_title(row)}" for key, row in one.removed.items()]
        for key, cells in one.changed.items():
            lines.append(f"{item}changed {code}{key}{code}")
            lines += [f"  {item}{cell}: {old!r} -> {new!r}" for cell, (old, new) in cells.items()]
        lines.append("")
    lines += [f"{head}measures", *([""] if markdown else [])]
    if result.unmeasured:
        return "\n".join([*lines, result.unmeasured, ""])
    for row in result.measures.itertuples(index=False):
        values = f"{_shown(row.old)} -> {_shown(row.new)} ({_shown(row.change, '+')})"
        lines.append(f"{item}{row.measure}, {row.date:%Y-%m-%d}: {values}, {row.note}")
    return "\n".join([*lines, ""])


def _title(row: Row) -> str:
    words = row.get("title") or row.get("claim") or row.get("proposition") or ""
    return f": {words}" if words else ""


def _shown(value: object, sign: str = "") -> str:
    return "none" if pd.isna(value) else f"{float(str(value)):{sign}.3f}"  # type: ignore[call-overload]
