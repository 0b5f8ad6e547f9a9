"""A process that has imported the slow modules once, and is forked for every kernel and every document.

Starting Python and importing pandas, matplotlib and the rest takes seconds; a fork takes milliseconds. The server is
a process of its own, started from scratch and never from the caller, for one reason: only a process without threads,
sockets of ZeroMQ and state of its user can be forked safely. (OpenBLAS and Arrow have threads, which they stop or
renew around a fork; Python 3.12 and later warn of any thread at a fork, and that one warning is left out here.) It
imports, loads the records that runs name, freezes the garbage collector (so that pages stay
shared), and then only forks. The two ends talk over an anonymous pipe, so that no other process can reach it.

It is not `multiprocessing`'s fork server, which was tried: its children hold the pipe whose closing tells it that the
caller is gone, so they outlive a caller that is killed, and a folder of sockets stays behind; it leaves children by
`os._exit`, without the `atexit` functions of a notebook; it imports the caller's main module into every child (a script
that runs a batch would run it again), cannot be used from the daemonic processes in which Dask runs tasks, has one
environment for all, and reaps a child before its group could be killed.

What a child shares with its siblings is imported modules, as they were after import (with the few warnings filters that
libraries set then), and the hash seed. What it does not share: variables, rcParams, warnings filters, the working
directory and the environment, of which it has its own copies; random state (`random` seeds itself after a fork, NumPy's
global generator is seeded anew from the system); standard input; signals, which are set back to Python's own.

No child outlives its purpose. Each leads a process group, which is killed as a whole when the child ends, so that
programs started by a notebook go too. When the caller ends, even by SIGKILL, the pipe closes and the server kills all
children and goes; when the server is killed, Linux kills the children (PR_SET_PDEATHSIG), and ipykernel's own watch on
its parent does elsewhere. The server does not forget a child's process id before its caller has asked for its end, so
that no signal can reach a stranger.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from analysis.runs.warm.preload import preload, silently

_PR_SET_PDEATHSIG = 1


class Request(NamedTuple):
    """What a child does: call `function`, which any process can import, in this environment and folder; what it says
    on its standard streams goes to the file `log`, or where it does in the server."""

    function: Callable[..., object]
    arguments: dict[str, Any]
    environment: dict[str, str]
    folder: str
    log: str | None = None


def main(pipe: int) -> None:
    """Serve a pipe until it closes; in a child, do what was asked."""
    # As ipykernel_launcher does: the folder that the server was started in is no place to import from.
    if sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd():
        del sys.path[0]
    connection = Connection(pipe)
    os.set_inheritable(pipe, False)
    # Modules are not garbage, and looking through them for some would take a tenth of the time.
    gc.disable()
    preload()
    gc.freeze()
    # A child comes back from `_serve` and leaves by the ordinary end of the interpreter, with its `atexit` functions.
    if request := _serve(connection):
        _become(request)


def _serve(connection: Connection) -> Request | None:
    """Answer messages until the caller is gone; in a child, what it has to do."""
    children: dict[int, int | None] = {}
    with contextlib.suppress(EOFError, OSError):
        connection.send("ready")
        while (message := connection.recv())[0] != "end":
            kind, what, *more = message
            if kind == "fork":
                server = os.getpid()
                pid = _fork()
                if pid == 0:
                    connection.close()
                    _leave(server)
                    return Request(*what)
                children[pid] = None
                connection.send(pid)
            elif kind == "prepare":
                with silently():
                    what(*more)
                gc.freeze()
            elif kind == "poll":
                children[what] = _reap(what, children.get(what, 0))
                connection.send(children[what])
            elif children.get(what, 0) is None:
                _signal_group(what, *more)
        _end(children)
        return None
    _end(children)
    # The caller could not clean up after itself.
    shutil.rmtree(Path.cwd(), ignore_errors=True)
    return None


def _fork() -> int:
    with warnings.catch_warnings():
        # Python 3.12 and later count the threads of OpenBLAS too.
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
        return os.fork()


def _end(children: dict[int, int | None]) -> None:
    for pid, code in children.items():
        if code is None:
            _signal_group(pid, signal.SIGKILL)


def _reap(pid: int, known: int | None) -> int | None:
    """Return a child's exit code (negative: the signal), or None while it runs. Its group is killed while its id is
    still its own."""
    if known is not None:
        return known
    if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        return None
    _signal_group(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _signal_group(pid: int, number: int) -> None:
    # A child younger than its own `setsid` has no group yet.
    for send in (os.killpg, os.kill):
        with contextlib.suppress(OSError):
            send(pid, number)
            return


def _leave(server: int) -> None:
    """Make the new child a process of its own: group, signals, death with the server, first choice when memory runs
    out."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")
    if os.getppid() != server:
        os._exit(1)
    gc.enable()


def _become(request: Request) -> None:
    if request.log:
        log = os.open(request.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
    os.environ.clear()
    os.environ.update(request.environment)
    time.tzset()
    os.chdir(request.folder)
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    request.function(**request.arguments)


def kernel(arguments: list[str]) -> None:
    """Be an ipykernel, as `python -m ipykernel_launcher` with these arguments would be."""
    from ipykernel.kernelapp import IPKernelApp

    package = Path(sys.modules["ipykernel"].__file__ or "").parent
    sys.argv = [str(package.with_name("ipykernel_launcher.py")), *arguments]
    app: Any = IPKernelApp.instance()
    app.parent_handle = os.getppid()
    app.initialize(arguments)
    app.start()
