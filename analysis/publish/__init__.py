"""Publishing: an executed notebook as a PDF, Word or HTML document; runs of notebooks, one or many.

    from analysis import publish

    publish.export("briefing.ipynb", "briefing.pdf")
    publish.batch("monthly.toml", "out")

`exporter` holds the one function that does it; `contents`, `body`, `citations`, `tables` and `pictures` make one
tree of a notebook, and `paper`, `word` and `web` set it. Nothing is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.lazy import offered

if TYPE_CHECKING:
    from analysis.publish.batching import batch as batch
    from analysis.publish.exporter import export as export
    from analysis.publish.running import run as run

# Public function -> module that defines it. No module here is named like a function, so that neither hides the other.
_HOMES = {"batch": "batching", "export": "exporter", "run": "running"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    return offered(__name__, _HOMES, name)
