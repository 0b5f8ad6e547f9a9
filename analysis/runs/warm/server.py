"""A process that has imported the slow modules once, and is forked for every kernel and every export.

Starting Python and importing pandas, matplotlib and the rest takes seconds; a fork takes milliseconds. The server is
a process of its own, started from scratch and never from the caller, for one reason: only a process without threads,
sockets of ZeroMQ and state of its user can be forked safely. (OpenBLAS and Arrow have threads, which they stop or
renew around a fork.) It imports, loads the records that a batch names, freezes the garbage collector (so that pages
stay shared), and then only forks. The two ends talk over an anonymous socket pair, one JSON line each way, so that no
other process can reach it and no file or port is left behind.

What a child shares with its siblings is imported modules, as they were after import (with the few warnings filters that
libraries set then), and the hash seed. What it does not share:

- variables, rcParams, warnings filters, the working directory and the environment: a child changes its own copy;
- random state: `random` seeds itself after a fork, NumPy's global generator is seeded anew from the system;
- standard input; signals, which are set back to Python's own.

No child outlives its purpose. Each leads a process group, which is killed as a whole when the child ends, so that
programs started by a notebook go too. When the caller ends, even by SIGKILL, the socket closes and the server kills
all children and goes; when the server is killed, Linux kills the children (PR_SET_PDEATHSIG), and ipykernel's own
watch on its parent does elsewhere. The server does not forget a child's process id before its caller has asked for
its end, so that no signal can reach a stranger.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

from analysis.runs.warm.preload import preload, silently

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Serve the socket whose number is the first argument, until it closes; in a child, do what was asked."""
    caller, folder = os.getppid(), Path.cwd()
    connection = socket.socket(fileno=int(arguments[0]))
    connection.set_inheritable(False)
    # As ipykernel_launcher does: the folder that the server was started in is no place to import from.
    if sys.path and Path(sys.path[0] or ".").resolve() == Path.cwd():
        del sys.path[0]
    # Modules are not garbage, and looking through them for some would take a tenth of the time.
    gc.disable()
    preload()
    gc.freeze()
    request = _serve(connection)
    if not request and _gone(caller):
        # It could not clean up after itself.
        shutil.rmtree(folder, ignore_errors=True)
    # A child comes back from `_serve` and leaves by the ordinary end of the interpreter, with its `atexit` functions.
    return _become(request) if request.get("op") == "fork" else 0


def _serve(connection: socket.socket) -> dict[str, Any]:
    """Answer requests; `{"op": "end"}` when the caller says so, `{}` when it is gone, in a child what it has to do."""
    children: dict[int, int | None] = {}
    last: dict[str, Any] = {}
    with connection, connection.makefile("rwb") as stream:
        _send(stream, {"ready": True, "threads": threading.active_count(), "pid": os.getpid()})
        for line in stream:
            request = json.loads(line)
            if request["op"] == "fork":
                server = os.getpid()
                pid = os.fork()
                if pid == 0:
                    _leave(server)
                    return dict(request)
                children[pid] = None
                _send(stream, {"pid": pid})
            elif request["op"] == "prepare":
                with silently():
                    _call(request)
                gc.freeze()
            elif request["op"] == "poll":
                children[request["pid"]] = _reap(request["pid"], children.get(request["pid"], 0))
                _send(stream, {"code": children[request["pid"]]})
            elif request["op"] == "end":
                last = dict(request)
                break
            else:
                if children.get(request["pid"], 0) is None:
                    _signal_group(request["pid"], request["signal"])
                _send(stream, {})
    for pid, code in children.items():
        if code is None:
            _signal_group(pid, signal.SIGKILL)
    return last


def _gone(caller: int) -> bool:
    """Whether the caller has ended without a word; its socket closes a moment before it is gone."""
    for _ in range(20):
        if os.getppid() != caller:
            return True
        time.sleep(0.05)
    return False


def _send(stream: Any, message: dict[str, Any]) -> None:
    # A caller that is gone is noticed at the next read.
    with contextlib.suppress(OSError):
        stream.write(json.dumps(message).encode() + b"\n")
        stream.flush()


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
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("500")
    if os.getppid() != server:
        os._exit(1)
    gc.enable()


def _become(request: dict[str, Any]) -> int:
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    if "call" in request:
        _call(request)
        return 0
    from ipykernel.kernelapp import IPKernelApp

    # As `python -m ipykernel_launcher` would have it.
    package = Path(sys.modules["ipykernel"].__file__ or "").parent
    sys.argv = [str(package.with_name("ipykernel_launcher.py")), *request["arguments"]]
    app: Any = IPKernelApp.instance()
    app.parent_handle = os.getppid()
    app.initialize(request["arguments"])
    app.start()
    return 0


def _call(request: dict[str, Any]) -> None:
    """Call `module:function` with keyword arguments."""
    module, function = request["call"].split(":")
    getattr(importlib.import_module(module), function)(**request["arguments"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
