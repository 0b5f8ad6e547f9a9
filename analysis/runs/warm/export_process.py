"""Documents made in a process apart, one after another.

An export is kept out of the process that drives a batch: what hangs can be ended, and what runs out of memory or
crashes takes nothing with it. The process stays for the next export, since starting pandoc, not setting a page, is
what takes the time; no notebook's code runs in it, so nothing of one document can reach another. It is forked from
the fork server, or started from scratch where that cannot be.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from analysis.errors import PublishError, WorkbookError
from analysis.runs.warm import client
from analysis.runs.warm.environment import environment, folder, holds_socket

_ENOUGH = 8  # calls after which a process is replaced: Typst remembers what it has set, some 20 MB a briefing
_counter = itertools.count(1)


class Maker:
    """A process that makes documents; it starts with the first one. For one thread at a time."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: client.Forked | subprocess.Popen[bytes] | None = None
        self._stream: io.BufferedRWPair | None = None
        self._made = 0

    def make(self, notebook: Path, targets: Mapping[str, Path], *, timeout: float | None = None) -> None:
        """Make documents from an executed notebook: format to path.

        Raises
        ------
        PublishError
            When a document cannot be made, with the exporter's words, or the process dies.
        TimeoutError
            When they are not made after `timeout` seconds; the process is killed.
        """
        request = {"notebook": str(notebook), "targets": {form: str(path) for form, path in targets.items()}}
        answer, over = b"", threading.Event()

        def end() -> None:
            over.set()
            self.kill()

        timer = threading.Timer(timeout or 0.0, end)
        if timeout:
            timer.start()
        try:
            stream = self._started()
            # A process that has ended is told by its missing answer.
            with contextlib.suppress(OSError):
                stream.write(json.dumps(request).encode() + b"\n")
                stream.flush()
                answer = stream.readline()
        except PublishError:
            # It did not start; when it was ended while it did, that is told below.
            if not over.is_set():
                raise
        finally:
            timer.cancel()
        whole, self._made = answer.endswith(b"\n"), self._made + 1
        code = self.close() if over.is_set() or not whole or self._made >= _ENOUGH else None
        if not whole and over.is_set():
            raise TimeoutError(f"the documents were not made within {timeout} seconds")
        if not whole:
            raise PublishError(
                f"exporter: it must end by itself, not with code {code} (killed, out of memory, or crashed)."
            )
        if said := json.loads(answer):
            raise PublishError(said["text"] if said["ours"] else f"{said['type']}: {said['text']}")

    def close(self) -> int | None:
        """End the process; its exit code (negative: the signal that ended it), None when there was none."""
        process, stream = self._process, self._stream
        if process is None:
            return None
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
        self.kill()
        self._process = self._stream = None
        self._made = 0
        return process.wait()

    def kill(self) -> None:
        """End the process from any thread; what it was asked for fails."""
        if (process := self._process) is not None and process.poll() is None:
            process.kill()

    def _started(self) -> io.BufferedRWPair:
        if self._stream is None:
            address = str(Path(folder()) / f"documents-{next(_counter)}.sock")
            forks = not client.unavailable() and holds_socket(address)
            self._stream = self._forked(address) if forks else self._from_scratch()
        return self._stream

    def _forked(self, address: str) -> io.BufferedRWPair:
        everything = environment()
        request = {"call": f"{__name__}:serve", "arguments": {"address": address}}
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen(1)
            listener.settimeout(0.1)
            forked = client.server(everything).fork({**request, "env": everything, "cwd": os.getcwd()})
            self._process = forked
            while True:
                try:
                    connection = listener.accept()[0]
                    break
                except TimeoutError as error:
                    if (code := forked.poll()) is not None:
                        self._process = None
                        raise PublishError(f"exporter: it must start, not end with code {code}.") from error
        os.unlink(address)
        connection.settimeout(None)
        with connection:
            return connection.makefile("rwb")

    def _from_scratch(self) -> io.BufferedRWPair:
        command = [sys.executable, "-c", f"from {__name__} import serve; serve()"]
        self._process = process = subprocess.Popen(
            command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        return io.BufferedRWPair(process.stdout, process.stdin)  # type: ignore[arg-type]


class Makers:
    """As many makers as are needed at once."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._all: list[Maker] = []
        self._idle: list[Maker] = []

    def make(self, notebook: Path, targets: Mapping[str, Path], *, timeout: float | None = None) -> None:
        """Make documents, as `Maker.make`; from any thread."""
        try:
            maker = self._idle.pop()
        except IndexError:
            maker = Maker()
            self._all.append(maker)
        try:
            maker.make(notebook, targets, timeout=timeout)
        finally:
            self._idle.append(maker)

    def kill(self) -> None:
        """End all processes; what is being made fails."""
        for maker in self._all:
            maker.kill()

    def close(self) -> None:
        """End all processes when nothing is being made."""
        for maker in self._all:
            maker.close()


def serve(address: str = "") -> None:
    """Make documents as they are asked for on a socket, or on standard input and output, until that closes."""
    from analysis.export import pandoc
    from analysis.runs.warm.preload import quickly

    if address:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(address)
            stream = connection.makefile("rwb")
    else:
        # What a library prints is no answer.
        stream = io.BufferedRWPair(os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb", buffering=0))
        os.dup2(2, 1)
    with quickly(), pandoc.running(), contextlib.suppress(OSError):
        for line in iter(stream.readline, b""):
            stream.write(json.dumps(_made(json.loads(line))).encode() + b"\n")
            stream.flush()


def _made(request: Mapping[str, object]) -> dict[str, object]:
    """Make what is asked for; an error of it is returned: type and text."""
    from analysis.export.exporter import export

    try:
        for form, path in dict(request["targets"]).items():  # type: ignore[call-overload]
            export(str(request["notebook"]), path, form=form)
            if not Path(path).is_file() or not Path(path).stat().st_size:
                raise PublishError(
                    f"{Path(path).name}: it must be written, not missing. The exporter ended without an error."
                )
    except Exception as error:
        return {"type": type(error).__name__, "text": str(error), "ours": isinstance(error, WorkbookError)}
    return {}
