"""Publishing: an executed notebook as a PDF, Word or HTML document; runs of notebooks, one or many.

    from analysis import publish

    publish.export("briefing.ipynb", "briefing.pdf")
    publish.batch("monthly.toml", "out")

`exporter` holds the one function that does it; `contents`, `body`, `citations`, `tables` and `pictures` make one
tree of a notebook, and `paper`, `word` and `web` set it. Nothing is imported before it is used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.publish.batching import batch as batch
    from analysis.publish.exporter import export as export
    from analysis.publish.running import run as run

# Public function -> module that defines it. No module here is named like a function, so that neither hides the other.
_HOMES = {"batch": "batching", "export": "exporter", "run": "running"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(f"analysis.publish.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'analysis.publish' has no attribute {name!r}")
