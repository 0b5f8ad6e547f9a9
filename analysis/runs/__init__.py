"""Runs: notebooks with parameters, one or a whole plan of them.

    from analysis import runs

    runs.batch("monthly.toml", "out")

Nothing is imported before it is used. `warm/` starts kernels by forking, where the system can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.lazy import offered

if TYPE_CHECKING:
    from analysis.runs.batching import batch as batch
    from analysis.runs.running import run as run

# Public function -> module that defines it. No module here is named like a function, so that neither hides the other.
_HOMES = {"batch": "batching", "run": "running"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    return offered(__name__, _HOMES, name)
