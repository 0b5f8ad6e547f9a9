"""Executors for runs that a command line can name."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

from analysis.errors import OptionError, PublishError

_SECONDS = 10  # until a scheduler must have answered


@contextlib.contextmanager
def executor(named: str) -> Iterator[Executor | None]:
    """Give the executor that a text such as `dask:tcp://10.0.0.1:8786` names; none for an empty text.

    Raises
    ------
    OptionError
        When the text names none, or what it needs is not installed.
    PublishError
        When nobody answers at the address.
    """
    if not named:
        yield None
        return
    kind, _, address = named.partition(":")
    if kind != "dask" or not address:
        raise OptionError("batch", "executor", "dask:ADDRESS, such as dask:tcp://10.0.0.1:8786", named)
    try:
        from distributed import Client
    except ImportError:
        way_out = "Install it: pip install 'bilateral-workbook[dask]'."
        raise OptionError("batch", "executor", "one whose library is installed", named, way_out) from None
    try:
        client = Client(address, timeout=_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise PublishError(
            f"batch: `executor` must be a scheduler that answers, not '{named}' ({type(error).__name__})."
        ) from None
    with client:
        yield DaskExecutor(client)


class DaskExecutor(Executor):
    """Has a cluster of Dask do what is submitted.

    Dask's own (`Client.get_executor`) never resolves a future when the connection is lost, so a caller would wait for
    ever.

    Parameters
    ----------
    client : distributed.Client
        The client, which is not closed.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Submit a call; every one is a deed, not the value of its arguments."""
        ours: Future[Any] = Future()
        theirs = self._client.submit(work, *arguments, pure=False, **named)

        def resolve(done: Any) -> None:
            if not ours.set_running_or_notify_cancel():
                return
            try:
                ours.set_result(done.result())
            except BaseException as error:
                lost = done.status in {"cancelled", "lost"}
                ours.set_exception(ConnectionError(f"the cluster gave it up: {error}") if lost else error)

        theirs.add_done_callback(resolve)
        ours.add_done_callback(lambda done: theirs.cancel() if done.cancelled() else None)
        return ours
