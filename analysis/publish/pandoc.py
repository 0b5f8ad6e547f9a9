"""Pandoc as two functions: fragments of text to trees, one tree to a document.

The program is the one that the `pypandoc-binary` wheel carries, so every machine runs the same version. It is
started with an environment of its own (no home folder, no user templates, a fixed locale and clock) and reads
nothing but what it is handed: parsing happens in a sandbox without files or network, and so does writing.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from analysis.errors import PublishError

Document = dict[str, Any]


class Format(TypedDict):
    """A format that pandoc reads, and the extensions that differ from its defaults."""

    format: str
    extensions: dict[str, bool]


_HERE = Path(__file__).parent


@functools.cache
def program() -> str:
    """Return the path of pandoc: the wheel's own, else what pypandoc finds."""
    import importlib.util

    spec = importlib.util.find_spec("pypandoc")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for name in ("pandoc", "pandoc.exe"):
            if (own := Path(folder, "files", name)).is_file():
                return str(own)
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError) as error:
        raise PublishError("pandoc was not found. Install it with: pip install pypandoc-binary") from error


def run(arguments: Sequence[str], given: bytes, *, cwd: str | Path | None = None, clock: int = 0) -> bytes:
    """Run pandoc and return what it prints; a failure carries pandoc's own message."""
    # A system root is the one thing that a program on Windows cannot do without.
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TMPDIR", "TEMP", "TMP") if name in os.environ}
    environment = {**kept, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "SOURCE_DATE_EPOCH": str(clock)}
    done = subprocess.run(  # arguments are a list: no shell, no quoting
        [program(), *arguments], input=given, capture_output=True, cwd=cwd, env=environment, check=False
    )
    if done.returncode:
        raise PublishError(f"pandoc stopped: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout


def parse(fragments: Sequence[tuple[str, Format]]) -> list[Document]:
    """Read (text, format) pairs; return a tree for each, or `{"error": message}`."""
    parts = [{"text": text, "format": form} for text, form in fragments]
    if not parts:
        return []
    documents: list[Document] = json.loads(run(["lua", str(_HERE / "parse.lua")], json.dumps(parts).encode()))
    return documents


def document(blocks: list[Any], meta: Mapping[str, Any] | None = None) -> Document:
    """Return blocks as a whole document."""
    return {"pandoc-api-version": [1, 23, 1], "meta": dict(meta or {}), "blocks": blocks}


def write(
    tree: Document, form: str, *options: str, cwd: str | Path | None = None, clock: int = 0, sandbox: bool = True
) -> bytes:
    """Write a tree as `form`."""
    # A data folder without templates or filters keeps the user's own out.
    arguments = ["--data-dir", str(_HERE), "--from", "json", "--to", form, "--wrap", "none", *options, "--output", "-"]
    return run([*(["--sandbox"] if sandbox else []), *arguments], json.dumps(tree).encode(), cwd=cwd, clock=clock)
