"""Pandoc as functions: fragments of text to trees, citations to notes, one tree to a document.

The program is the one that the `pypandoc-binary` wheel carries, so every machine runs the same version. It is
started with an environment of its own (no home folder, no user templates, a fixed locale and clock) and reads
nothing but what it is handed: parsing happens in a sandbox without files or network, and so does writing.

Starting pandoc takes longer than most of what is asked of it, so within `running()` one process (`serve.lua`)
answers all requests of a thread.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypedDict

from analysis.errors import PublishError

Document = dict[str, Any]


class Format(TypedDict):
    """A format that pandoc reads, and the extensions that differ from its defaults."""

    format: str
    extensions: dict[str, bool]


_HERE = Path(__file__).parent
_own = threading.local()
_PIPE = subprocess.PIPE


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
    done = subprocess.run(  # arguments are a list: no shell, no quoting
        [program(), *arguments], input=given, capture_output=True, cwd=cwd, env=_environment(clock), check=False
    )
    if done.returncode:
        raise _stopped(done.stderr)
    return done.stdout


def _environment(clock: int = 0) -> dict[str, str]:
    # A system root is the one thing that a program on Windows cannot do without.
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "TMPDIR", "TEMP", "TMP") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "SOURCE_DATE_EPOCH": str(clock)}


def _stopped(said: bytes) -> PublishError:
    return PublishError(f"pandoc stopped: {said.decode('utf-8', 'replace').strip()}")


class _Server:
    """A pandoc that answers one request after another; it starts with the first."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._said: IO[bytes] | None = None

    def ask(self, request: Mapping[str, Any], document: Document | None = None) -> Any:
        """Return the answer to a request; PublishError with pandoc's own words when there is none."""
        lines = [request] if document is None else [request, document]
        given = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        process, answer = self._started(), b""
        assert process.stdin is not None
        assert process.stdout is not None
        # A program that has ended is told by its missing answer.
        with contextlib.suppress(OSError):
            process.stdin.write(given)
            process.stdin.flush()
            answer = process.stdout.readline()
        told, _, value = answer.partition(b" ")
        if told == b"ok" and value.endswith(b"\n"):
            return json.loads(value)
        if told == b"no" and value.endswith(b"\n"):
            raise _stopped(json.loads(value).encode())
        raise _stopped(self.close())

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [program(), "lua", str(_HERE / "serve.lua")]
            try:
                # Not a pipe, which fills up when nobody reads it.
                self._said = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the process)
                self._process = subprocess.Popen(
                    command, stdin=_PIPE, stdout=_PIPE, stderr=self._said, cwd=_HERE, env=_environment()
                )
            except OSError as error:
                raise PublishError(f"pandoc could not be started ({error.strerror or error}).") from error
        return self._process

    def close(self) -> bytes:
        """End the process; what it wrote to standard error."""
        process, said = self._process, self._said
        self._process = self._said = None
        if process is None or said is None:
            return b""
        process.kill()
        # What a dead program has not read cannot be sent.
        with contextlib.suppress(OSError), process:
            pass
        with said:
            said.seek(0)
            return said.read()


@contextlib.contextmanager
def running() -> Iterator[None]:
    """Let one pandoc answer all that this thread asks in the block; it ends with the outermost such block."""
    if getattr(_own, "server", None) is not None:
        yield
        return
    _own.server = _Server()
    try:
        yield
    finally:
        _own.server.close()
        _own.server = None


def _ask(request: Mapping[str, Any], document: Document | None = None) -> Any:
    with running():
        return _own.server.ask(request, document)


def parse(fragments: Sequence[tuple[str, Format]]) -> list[Document]:
    """Read (text, format) pairs; return a tree for each, or `{"error": message}`."""
    if not fragments:
        return []
    named = [(text, json.dumps(form, sort_keys=True), form) for text, form in fragments]
    parts = [{"text": text, "format": name} for text, name, _ in named]
    request = {"ask": "parse", "formats": {name: form for _, name, form in named}, "parts": parts}
    documents: list[Document] = _ask(request)
    return documents


def formulas(asked: Sequence[tuple[str, bool]]) -> list[str]:
    """Return (TeX, displayed) pairs as Typst; an empty text for one that pandoc cannot read."""
    distinct = list(dict.fromkeys(asked))
    request = {"ask": "formulas", "formulas": [{"tex": tex, "display": display} for tex, display in distinct]}
    made = dict(zip(distinct, _ask(request), strict=True)) if distinct else {}
    return [made[each] for each in asked]


def document(blocks: list[Any], meta: Mapping[str, Any] | None = None) -> Document:
    """Return blocks as a whole document."""
    return {"pandoc-api-version": [1, 23, 1], "meta": dict(meta or {}), "blocks": blocks}


def cite(tree: Document, csl: Path, references: Path) -> Document:
    """Return a tree with its citations set by a CSL style, and the entries of a CSL-JSON file that it cites."""
    cited: Document = _ask({"ask": "cite", "csl": str(csl), "bibliography": str(references)}, tree)
    return cited


def to_text(tree: Document, form: str) -> str:
    """Write a tree that holds no pictures as a fragment of text."""
    text: str = _ask({"ask": "write", "format": form}, tree)
    return text


def write(
    tree: Document, form: str, *options: str, cwd: str | Path | None = None, clock: int = 0, sandbox: bool = True
) -> bytes:
    """Write a tree as a whole document in `form`."""
    # A data folder without templates or filters keeps the user's own out.
    arguments = ["--data-dir", str(_HERE), "--from", "json", "--to", form, "--wrap", "none", *options, "--output", "-"]
    return run([*(["--sandbox"] if sandbox else []), *arguments], json.dumps(tree).encode(), cwd=cwd, clock=clock)
