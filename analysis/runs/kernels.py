"""Kernels for runs: always this very Python, whatever specifications are installed.

Kernel specifications are files that may be missing, or may point to another environment where `analysis` is not
installed; so the manager below carries its specification itself and reads none. It talks over Unix sockets in a
private folder where a path is short enough: unlike TCP ports these cannot be taken by another run in between.

`WarmEngine` is a papermill engine (entry point `warm`): `papermill --engine warm in.ipynb out.ipynb`.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import time
import weakref
from collections.abc import Mapping
from queue import Empty
from sys import executable
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type, default

from analysis.record.places import KERNEL
from analysis.runs.processes import environment, folder, kill_group

_RETRY = 5  # milliseconds
_SOCKET_PATH_LIMIT = 100  # sun_path holds 104 bytes on the BSDs, 108 on Linux
_counter = itertools.count(1)
_managers: weakref.WeakSet[HereKernelManager] = weakref.WeakSet()


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
            self.connection_file = f"{folder()}/{next(_counter)}.json"

    @default("transport")
    def _transport_default(self) -> str:
        short = len(os.fsencode(f"{folder()}/00000-ipc-0")) < _SOCKET_PATH_LIMIT
        return "ipc" if os.name == "posix" and short else "tcp"

    @property
    def kernel_spec(self) -> KernelSpec:
        """The specification: this interpreter, with this package in reach, and sets in the same order in every run."""
        changed = {name: value for name, value in environment().items() if os.environ.get(name) != value}
        return KernelSpec(
            argv=[executable, *KERNEL, "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
            # jupyter_client reads `$` in these as a template.
            env={name: value.replace("$", "$$") for name, value in changed.items()},
            metadata={"kernel_provisioner": {"provisioner_name": self.provisioner_name, "config": {}}},
        )


def manager(warm: bool) -> type[HereKernelManager]:
    """Return the class of managers for Python notebooks; of forked kernels where they are wanted and can be had."""
    if warm:
        with contextlib.suppress(ModuleNotFoundError):
            from analysis.runs.warm.kernels import WarmKernelManager

            return WarmKernelManager
    return HereKernelManager


def end_all() -> None:
    """Kill every kernel of this process at once; those who wait for one see it dead."""
    for one in list(_managers):
        if (process := getattr(one.provisioner, "process", None)) is not None:
            kill_group(process)


def language_of(notebook: Mapping[str, Any]) -> str:
    """Return the language of a notebook in lower case; `python` where it names none."""
    metadata = notebook.get("metadata", {})
    named = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name")
    return str(named or "python").lower()


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
            kwargs.setdefault("kernel_manager_class", manager(warm=True))
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
