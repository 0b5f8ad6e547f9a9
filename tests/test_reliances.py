"""What is relied on though nobody promises it: each test would notice when a newer version of a library is otherwise."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import warnings
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import Any

import pytest
import zmq.asyncio

from analysis.runs import bounded
from analysis.runs.warm import client

forks = pytest.mark.skipif(bool(client.unavailable()), reason=client.unavailable())


def test_a_module_that_is_none_is_passed_over_by_jsonschema() -> None:
    # runs.running.quickly
    code = (
        "import sys\nfrom analysis.runs.running import quickly\nwith quickly(): import nbformat.validator, jsonschema\n"
        "from jsonschema import Draft202012Validator as V\nV({'type': 'integer'}).validate(1)\n"
        "print('rfc3987_syntax' in sys.modules, 'lark' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_kernel_manager_says_that_it_is_shutting_down(tmp_path: Path) -> None:
    # runs.warm.kernels.ForkProvisioner.send_signal; the fields are those that LocalProvisioner's methods use.
    from jupyter_client.manager import KernelManager
    from jupyter_client.provisioning.local_provisioner import LocalProvisioner

    assert KernelManager().shutting_down is False
    assert {"process", "pid", "pgid", "cwd"} <= set(LocalProvisioner.__annotations__) | set(vars(LocalProvisioner))


def test_a_client_waits_until_outputs_are_not_missed() -> None:
    # runs.kernels.ReadyClient: an answer on the shell channel alone says nothing of the other channel.
    from analysis.runs.kernels import ReadyClient

    silent, asked = [Empty(), Empty()], []

    async def shell(timeout: float) -> dict[str, Any]:
        return {"msg_type": "kernel_info_reply"}

    async def outputs(timeout: float) -> dict[str, Any]:
        if silent:
            raise silent.pop()
        return {"msg_type": "status"}

    async def alive() -> bool:
        return True

    kernel = SimpleNamespace(
        kernel_info=lambda: asked.append(1),
        is_alive=alive,
        shell_channel=SimpleNamespace(get_msg=shell),
        iopub_channel=SimpleNamespace(get_msg=outputs),
        start_channels=lambda: None,
    )
    asyncio.run(ReadyClient.wait_for_ready(kernel, timeout=30))  # type: ignore[arg-type]
    assert len(asked) == 3


def test_nbclient_and_papermill_have_the_hooks_and_tags() -> None:
    # runs.running, runs.bounded, runs.saved
    from nbclient import NotebookClient
    from papermill import execute, parameterize

    from analysis.runs.saved import INJECTED, MARKER

    hooks = {"on_cell_start", "on_notebook_start", "timeout_func", "kernel_manager_class", "resources", "iopub_timeout"}
    assert hooks <= set(NotebookClient.class_trait_names())
    assert all(callable(getattr(NotebookClient, name)) for name in ("output", "clear_output", "set_widgets_metadata"))
    assert INJECTED in Path(parameterize.__file__).read_text()
    assert MARKER in Path(execute.__file__).read_text()


@forks
def test_a_kernel_application_can_be_told_its_parent() -> None:
    # runs.warm.server.kernel
    from ipykernel.kernelapp import IPKernelApp

    assert "parent_handle" in IPKernelApp.class_trait_names()
    assert all(callable(getattr(IPKernelApp, name)) for name in ("instance", "initialize", "start"))


@forks
def test_the_warning_of_newer_pythons_about_threads_ends_no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis.runs.warm import server

    def fork() -> int:
        words = "This process (pid=1) is multi-threaded, use of fork() may lead to deadlocks in the child."
        warnings.warn(words, DeprecationWarning, stacklevel=2)
        return 7

    monkeypatch.setattr(os, "fork", fork)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert server._fork() == 7
        with pytest.raises(DeprecationWarning):
            fork()


def test_pandoc_and_typst_are_where_and_what_they_were() -> None:
    # export.pandoc, export.engine
    import typst

    from analysis.export import pandoc

    assert b"pandoc" in pandoc.run(["--version"], b"")
    compiler = typst.Compiler(b"= T", font_paths=typst.Fonts(include_system_fonts=False))
    assert compiler.compile(format="pdf", pdf_standards=["1.7"], timestamp=0).startswith(b"%PDF")


def test_a_message_whose_arrival_woke_nobody_is_found_by_asking() -> None:
    async def go() -> tuple[bool, list[bytes]]:
        context = zmq.asyncio.Context()
        here, there = context.socket(zmq.PAIR), zmq.Context(context).socket(zmq.PAIR)
        here.bind("inproc://kernel")
        there.connect("inproc://kernel")
        waiting = asyncio.ensure_future(here.recv_multipart())
        await asyncio.sleep(0.01)
        there.send(b"reply")
        # As a message that goes out in this moment does: the sign that something is there is taken away.
        zmq.Socket(shadow=here.underlying).get(zmq.EVENTS)
        woken = bool((await asyncio.wait([waiting], timeout=0.3))[0])
        attending = asyncio.ensure_future(
            bounded._attend(
                SimpleNamespace(shell_channel=SimpleNamespace(socket=here), iopub_channel=SimpleNamespace(socket=None))
            )
        )
        try:
            return woken, await asyncio.wait_for(waiting, 20)
        finally:
            attending.cancel()
            for socket in (here, there):
                socket.close(0)

    assert asyncio.run(go()) == (False, [b"reply"])
