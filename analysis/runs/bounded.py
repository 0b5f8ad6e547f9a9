"""nbclient with a bound on what a cell may put out, so that a print without end does not fill the memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import zmq
from nbclient import NotebookClient
from nbformat.v4 import new_output
from traitlets import Integer


class BoundedClient(NotebookClient):
    """Runs a notebook's cells, and keeps of each cell's outputs `limit` characters; the rest is counted.

    What a loop clears away (`clear_output`) does not count. Texts are cut; pictures and tables that do not fit are left
    out whole, since half of one cannot be shown.
    """

    limit = Integer(20_000_000)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Take the traits of a client."""
        super().__init__(*arguments, **options)
        self.manager: Any = None
        self._used: Counter[int] = Counter()
        self._left_out: Counter[int] = Counter()

    def create_kernel_manager(self) -> Any:
        """Create the manager of the kernel, and remember it."""
        self.manager = super().create_kernel_manager()
        return self.manager

    async def async_start_new_kernel_client(self, **options: Any) -> Any:
        """Start the channels to the kernel, and look after them for as long as the event loop runs."""
        client = await super().async_start_new_kernel_client(**options)
        self._attending = asyncio.ensure_future(_attend(client))
        return client

    def output(self, outs: Any, msg: dict[str, Any], display_id: str | None, cell_index: int) -> Any:
        """Take an output as far as there is room."""
        content, room = msg["content"], self.limit - self._used[cell_index]
        if msg["msg_type"] == "error":
            # An exception that renders itself may have rendered nothing; the format wants a list.
            content["traceback"] = [str(line) for line in content.get("traceback") or []]
            return super().output(outs, msg, display_id, cell_index)
        parts = content.get("data", content)
        size = sum(len(value) for value in parts.values() if isinstance(value, str))
        self._used[cell_index] += min(size, max(room, 0))
        if size > room:
            if msg["msg_type"] != "stream" or room <= 0:
                self._left_out[cell_index] += size
                return None
            self._left_out[cell_index] += len(content["text"]) - room
            content["text"] = content["text"][:room]
        return super().output(outs, msg, display_id, cell_index)

    def clear_output(self, outs: Any, msg: dict[str, Any], cell_index: int) -> None:
        """Clear the outputs of a cell, and what was counted for it."""
        self._used[cell_index] = self._left_out[cell_index] = 0
        super().clear_output(outs, msg, cell_index)

    def say_what_was_left_out(self) -> None:
        """Add to each cell that put out too much how much of it is not there."""
        for index, count in self._left_out.items():
            if count:
                words = f"\n[{count:,} characters of output are left out here, after the first {self.limit:,}.]\n"
                self.nb.cells[index].outputs.append(new_output("stream", name="stderr", text=words))  # type: ignore[no-untyped-call]
        self._left_out.clear()


async def _attend(client: Any) -> None:
    """Ask the sockets twice a second what they hold.

    What arrives in the moment in which another message goes out (nbclient answers the messages of widgets) wakes
    nobody, and the cell would be waited for without an end; asking wakes who waits.
    """
    while True:
        await asyncio.sleep(0.5)
        for channel in (client.shell_channel, client.iopub_channel):
            if channel.socket is not None and not channel.socket.closed:
                channel.socket.get(zmq.EVENTS)
