"""Kernels for runs: always this very Python, and, where the system can fork, forked from a process that has imported
the slow modules.

Two documented extension points are used. `ForkProvisioner` is a `jupyter_client` kernel provisioner (entry point
`workbook-fork`), so any Jupyter application can use it through a kernel specification. `WarmEngine` is a papermill
engine (entry point `warm`), so `papermill --engine warm in.ipynb out.ipynb` can use it as it is.

A Python notebook is run by the interpreter that runs this code. Kernel specifications are files that may be missing,
or may point to another environment where `analysis` is not installed; so the managers below carry their specification
themselves and read none. They talk over Unix sockets in a private folder where a path is short enough: unlike TCP
ports these cannot be taken by another run in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import sys
import time
import weakref
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Type, default

from analysis.runs.warm import client
from analysis.runs.warm import environment as surroundings

PROVISIONER = "workbook-fork"
_RETRY = 5  # milliseconds
_log = logging.getLogger(__name__)
_counter = itertools.count(1)
_askers = ThreadPoolExecutor(4, thread_name_prefix="fork")
_managers: weakref.WeakSet[HereKernelManager] = weakref.WeakSet()


class ForkProvisioner(LocalProvisioner):
    """Forks an ipykernel from the fork server; where that cannot be done, starts it as any kernel, and logs why."""

    # The base class says Popen; only its `poll`, `wait` and signals are used, which `warm.Forked` has too.
    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel; the connection file is written already."""
        environment = dict(kwargs.get("env") or os.environ)
        cwd = os.fspath(kwargs.get("cwd") or Path.cwd())
        if reason := why_cold(cmd, cwd):
            _log.warning("Kernel not forked. %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        arguments = cmd[cmd.index("ipykernel_launcher") + 1 :]
        request = {"arguments": arguments, "env": environment, "cwd": cwd}
        # A server that is still importing answers late; the event loop must not wait for it.
        loop = asyncio.get_running_loop()
        self.process = forked = await loop.run_in_executor(_askers, lambda: client.server(environment).fork(request))
        self.pid = self.pgid = forked.pid
        self.cwd = cwd
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel's process group, through the server, which knows whether the kernel still has its process
        id."""
        if signum == signal.SIGINT and getattr(self.parent, "shutting_down", False):
            # A kernel about to be killed need not be interrupted first, and would complain on standard error.
            return
        if isinstance(self.process, client.Forked):
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and what it has started, and see it gone."""
        if not isinstance(self.process, client.Forked):
            await super().kill(restart=restart)
            return
        self.process.send_signal(signal.SIGKILL)
        await self.wait()

    async def wait(self) -> int | None:
        """Wait for the kernel's end."""
        if not isinstance(self.process, client.Forked):
            code: int | None = await super().wait()
            return code
        pause = 0.001
        while (ended := self.process.poll()) is None:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        self.process = None
        return ended


def why_cold(cmd: list[str], cwd: str) -> str:
    """Return why this kernel cannot be forked, as a sentence; empty when it can."""
    if reason := client.unavailable():
        return reason
    flags = cmd[1 : cmd.index("-m")] if "-m" in cmd else cmd[1:]
    if (
        cmd[:1] != [sys.executable]
        or "ipykernel_launcher" not in cmd
        or any(not flag.startswith("-Xfrozen") for flag in flags)
    ):
        return f"It is started by {' '.join(cmd[:3])}, not by this Python as ipykernel."
    if (Path(cwd) / "matplotlibrc").is_file():
        return "Its folder has a matplotlibrc, which matplotlib reads when it is imported."
    return ""


class ReadyClient(AsyncKernelClient):
    """A client that goes to work as soon as the kernel has answered on both channels.

    jupyter_client's own then listens for another fifth of a second until all is silent. nbclient has no need of that:
    it takes for a cell's outputs only what answers that cell. And where a kernel is not there yet, ZeroMQ tries again
    after a tenth of a second; a forked one is there sooner.
    """

    def __init__(self, **kwargs: Any) -> None:
        """Take the traits of a client."""
        super().__init__(**kwargs)
        self.context.setsockopt(zmq.RECONNECT_IVL, _RETRY)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Return when the kernel answers; RuntimeError when it has died or the seconds of `timeout` are over."""
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            self.kernel_info()
            with contextlib.suppress(Empty):
                answer = await self.shell_channel.get_msg(timeout=1)
                if answer["msg_type"] == "kernel_info_reply":
                    # A message here shows that outputs will not be missed.
                    await self.iopub_channel.get_msg(timeout=0.2)
                    return
            if not await self.is_alive():
                raise RuntimeError("The kernel died before it answered")
            if end is not None and time.monotonic() > end:
                raise RuntimeError(f"The kernel did not answer within {timeout:g} seconds")


class HereKernelManager(AsyncKernelManager):
    """Manages one ipykernel of this very Python, started from scratch."""

    provisioner_name = "local-provisioner"
    client_factory = Type(ReadyClient)

    def __init__(self, **kwargs: Any) -> None:
        """Take the traits of a kernel manager."""
        super().__init__(**kwargs)
        _managers.add(self)
        if self.transport == "ipc":
            self.connection_file = f"{surroundings.folder()}/{next(_counter)}.json"

    @default("transport")
    def _transport_default(self) -> str:
        return (
            "ipc" if os.name == "posix" and surroundings.holds_socket(f"{surroundings.folder()}/00000-ipc-0") else "tcp"
        )

    @property
    def kernel_spec(self) -> KernelSpec:
        """The specification: this interpreter, with this package in reach, and sets in the same order in every run."""
        wanted = surroundings.environment()
        changed = {name: value for name, value in wanted.items() if os.environ.get(name) != value}
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            # jupyter_client reads `$` in these as a template.
            env={name: value.replace("$", "$$") for name, value in changed.items()},
            metadata={"kernel_provisioner": {"provisioner_name": self.provisioner_name, "config": {}}},
        )


class WarmKernelManager(HereKernelManager):
    """Manages one ipykernel of this very Python, forked where that can be done."""

    provisioner_name = PROVISIONER


class WarmEngine:
    """papermill's own engine on forked kernels: `papermill --engine warm`.

    It has the methods of a papermill engine but does not descend from one: papermill loads engines while it is being
    imported itself, when there is no base class to be had yet if this module is what imports it.
    """

    @classmethod
    def execute_notebook(cls, nb: Any, kernel_name: str, **kwargs: Any) -> Any:
        """Run the cells of a Python notebook on a forked kernel; other languages are run by the kernels that they
        name."""
        from papermill.engines import NBClientEngine

        if kernel_name.startswith("python"):
            kwargs.setdefault("kernel_manager_class", WarmKernelManager)
        return NBClientEngine.execute_notebook(nb, kernel_name, **kwargs)

    @classmethod
    def nb_kernel_name(cls, nb: Any, name: str | None = None) -> str:
        """Return `python3` for every Python notebook, whatever kernel it was last saved with."""
        from papermill.utils import nb_kernel_name

        return "python3" if name is None and language_of(nb) == "python" else str(nb_kernel_name(nb, name))

    @classmethod
    def nb_language(cls, nb: Any, language: str | None = None) -> str:
        """Return the notebook's language; Python where it names none."""
        return language or language_of(nb)


def end_all() -> None:
    """Kill every kernel of this process at once; those who wait for one see it dead."""
    for manager in list(_managers):
        provisioner = manager.provisioner
        process = getattr(provisioner, "process", None)
        if process is None:
            continue
        if os.name == "posix" and not isinstance(process, client.Forked):
            # It leads a group, with the programs that it has started.
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def language_of(notebook: Mapping[str, Any]) -> str:
    """Return the language of a notebook in lower case; `python` where it names none."""
    metadata = notebook.get("metadata", {})
    named = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return str(named or "python").lower()
