"""The caller's end of the fork server: start it, ask for children, follow and end them.

There is one server for each start-up environment: variables that Python and its libraries read only once, such as
`PYTHONPATH`, `TZ` or `OMP_NUM_THREADS`, cannot be changed in a child, so a kernel that wants others gets another
server. All other variables are the child's own.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from multiprocessing import Pipe
from typing import Any

from analysis.errors import PublishError
from analysis.record.places import with_package
from analysis.runs.processes import environment, folder
from analysis.runs.warm.server import Request

_AT_START = re.compile(
    r"(PYTHON|MPL|OMP_|OPENBLAS_|MKL_|BLIS_|NUMEXPR_|VECLIB_|LC_|LD_|XDG_|PANDAS_|IPYTHON|JUPYTER_CONFIG).*|TZ|LANG|LANGUAGE|HOME"
)

_START_SECONDS = 60.0
_servers: dict[tuple[int, frozenset[tuple[str, str]]], ForkServer] = {}
_lock = threading.Lock()


def unavailable() -> str:
    """Return why kernels cannot be forked here, as a sentence; empty where they can."""
    if not hasattr(os, "fork"):
        return f"{sys.platform} cannot fork a process; every kernel starts from scratch."
    if sys.platform in {"darwin", "emscripten", "wasi"}:
        # Apple's frameworks may start threads in any process that has loaded them, and a fork of such a process may
        # crash.
        return f"Forked kernels are not safe on {sys.platform}; every kernel starts from scratch."
    return ""


class ForkServer:
    """One fork server and the pipe to it. Its methods may be called from any thread.

    Parameters
    ----------
    environment : mapping of str to str
        What the server, and so every child's interpreter, starts with.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        """Start the process; it imports while the caller goes on."""
        self._pipe, theirs = Pipe()
        command = [sys.executable, "-c", f"from {Request.__module__} import main; main({theirs.fileno()})"]
        self._talk = threading.Lock()
        self._living: set[int] = set()
        self._prepared: set[Any] = set()
        with theirs:
            # A session of its own: Ctrl-C in the terminal is for the caller, who then ends the server.
            self._process = subprocess.Popen(
                command,
                env=with_package(environment),
                cwd=folder(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._ready = False

    @property
    def idle(self) -> bool:
        """Whether no child is known to run."""
        return not self._living

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def fork(self, request: Request) -> Forked:
        """Fork a child that fulfils `request`; PublishError when the server does not answer."""
        pid = int(self._ask("fork", tuple(request)))
        self._living.add(pid)
        return Forked(self, pid)

    def prepare(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have the server call a function before it forks next, so that children start with what that loads; once.

        Nobody waits for it, and a failure is nobody's: a child that needs what was not loaded loads it itself.
        """
        with self._talk, contextlib.suppress(OSError):
            if (function, *arguments) not in self._prepared:
                self._prepared.add((function, *arguments))
                self._pipe.send(("prepare", function, *arguments))

    def poll(self, pid: int) -> int | None:
        """Return a child's exit code (negative: the signal that ended it), or None while it runs."""
        try:
            code: int | None = self._ask("poll", pid)
        except PublishError:
            # No child outlives its server.
            code = -signal.SIGKILL
        if code is not None:
            self._living.discard(pid)
        return code

    def signal(self, pid: int, number: int) -> None:
        """Send a signal to a child's process group, if the child still runs."""
        with self._talk, contextlib.suppress(OSError):
            self._pipe.send(("signal", pid, int(number)))

    def close(self) -> None:
        """End the server and all its children."""
        # A thread that is being answered is not waited for long.
        if self._talk.acquire(timeout=0.2):
            with contextlib.suppress(OSError):
                self._pipe.send(("end",))
            self._talk.release()
        else:
            self._process.terminate()
        try:
            self._process.wait(timeout=4)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._living.clear()

    def _ask(self, *message: Any) -> Any:
        with self._talk:
            try:
                if not self._ready and not self._pipe.poll(_START_SECONDS):
                    raise OSError(f"it did not start within {_START_SECONDS:g} seconds")
                self._ready = self._ready or bool(self._pipe.recv())
                self._pipe.send(message)
                return self._pipe.recv()
            except (OSError, EOFError) as error:
                reason = str(error) or "it closed its end"
                raise PublishError(
                    f"fork server: it must answer, not end. Process {self.pid} is gone ({reason})."
                ) from error


class Forked:
    """A child of the fork server, with the methods of `subprocess.Popen` that a kernel provisioner uses."""

    stdin = stdout = stderr = None

    def __init__(self, server: ForkServer, pid: int) -> None:
        """Follow the child `pid` of `server`."""
        self._server, self.pid = server, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while it runs."""
        if self.returncode is None:
            self.returncode = self._server.poll(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; subprocess.TimeoutExpired when it does not come within `timeout` seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        pause = 0.001
        while (code := self.poll()) is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("fork", timeout or 0.0)
            time.sleep(pause)
            pause = min(pause * 1.5, 0.02)
        return code

    def send_signal(self, number: int) -> None:
        """Signal the child's process group."""
        self._server.signal(self.pid, number)

    def kill(self) -> None:
        """End the child and what it has started."""
        self.send_signal(signal.SIGKILL)


def server(wanted: Mapping[str, str] | None = None) -> ForkServer:
    """Return the fork server for an environment (by default that of runs), starting it when there is none; it ends
    with this process."""
    wanted = environment() if wanted is None else wanted
    # The process id: a fork of this process must not talk on its parent's pipe.
    key = (os.getpid(), frozenset((name, value) for name, value in wanted.items() if _AT_START.fullmatch(name)))
    with _lock:
        if key not in _servers or _servers[key].ended:
            for other in [other for other, old in _servers.items() if other[0] == key[0] and old.idle]:
                _servers.pop(other).close()
            _servers[key] = ForkServer(wanted)
        return _servers[key]


def close() -> None:
    """End every fork server of this process."""
    with _lock:
        for key in [key for key in _servers if key[0] == os.getpid()]:
            _servers.pop(key).close()


atexit.register(close)
