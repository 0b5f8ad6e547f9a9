"""Kernels forked from a process that has imported the slow modules, where the system can fork.

`ForkProvisioner` is a `jupyter_client` kernel provisioner (entry point `workbook-fork`), a documented extension point,
so any Jupyter application can use it through a kernel specification.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from analysis.record.places import KERNEL
from analysis.runs.kernels import HereKernelManager
from analysis.runs.kernels import WarmEngine as WarmEngine  # an entry point of earlier installations
from analysis.runs.warm import client
from analysis.runs.warm.server import Request, kernel

_log = logging.getLogger(__name__)
_askers = ThreadPoolExecutor(4, thread_name_prefix="fork")


class ForkProvisioner(LocalProvisioner):
    """Forks an ipykernel from the fork server; where that cannot be done, starts it as any kernel, and logs why."""

    # The base class says Popen; only its `poll`, `wait` and signals are used, which `client.Forked` has too.
    process: Any = None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start the kernel; the connection file is written already."""
        cwd = os.fspath(kwargs.get("cwd") or Path.cwd())
        if reason := why_cold(cmd, cwd):
            _log.warning("Kernel not forked. %s", reason)
            return await super().launch_kernel(cmd, **kwargs)
        environment = dict(kwargs.get("env") or os.environ)
        arguments = {"arguments": cmd[(*cmd, "-f").index("-f") :]}
        log = str(getattr(kwargs.get("stderr"), "name", ""))
        request = Request(kernel, arguments, environment, cwd, log if os.path.isabs(log) else None)
        # A server that is still importing answers late; the event loop must not wait for it.
        loop = asyncio.get_running_loop()
        self.process = await loop.run_in_executor(_askers, lambda: client.server(environment).fork(request))
        # No group id: signals go through the server, which knows whether the kernel still has its process id.
        self.pid, self.pgid, self.cwd = self.process.pid, None, cwd
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel, with what it has started."""
        # A kernel about to be killed need not be interrupted first, and would complain on standard error.
        if signum != signal.SIGINT or not getattr(self.parent, "shutting_down", False):
            await super().send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and what it has started, and see it gone."""
        await super().kill(restart=restart)
        if isinstance(self.process, client.Forked):
            await self.wait()

    async def wait(self) -> int | None:
        """Wait for the kernel's end."""
        pause = 0.001
        while isinstance(self.process, client.Forked) and self.process.poll() is None:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        code: int | None = await super().wait()
        return code


def why_cold(cmd: list[str], cwd: str) -> str:
    """Return why this kernel cannot be forked, as a sentence; empty when it can."""
    if reason := client.unavailable():
        return reason
    begin = [flag for flag in cmd[: (*cmd, "-f").index("-f")] if not flag.startswith("-Xfrozen")]
    if begin not in ([sys.executable, *KERNEL], [sys.executable, "-m", "ipykernel_launcher"]):
        return f"It is started by {' '.join(cmd[:3])}, not by this Python as ipykernel."
    if (Path(cwd) / "matplotlibrc").is_file():
        return "Its folder has a matplotlibrc, which matplotlib reads when it is imported."
    return ""


class WarmKernelManager(HereKernelManager):
    """Manages one ipykernel of this very Python, forked where that can be done."""

    provisioner_name = "workbook-fork"
