"""Publishing: an executed notebook as a PDF, Word or HTML document; runs of notebooks, one or many.

    from analysis import publish

    publish.export("briefing.ipynb", "briefing.pdf")

`exporter` holds the one function that does it; `contents`, `body`, `citations`, `tables` and `pictures` make one
tree of a notebook, and `paper`, `word` and `web` set it. Nothing is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.publish.exporter import export as export

__all__ = ["export"]


def __getattr__(name: str) -> Any:
    if name == "export":
        from analysis.publish.exporter import export

        return export
    raise AttributeError(f"module 'analysis.publish' has no attribute {name!r}")
