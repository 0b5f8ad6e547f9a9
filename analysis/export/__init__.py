"""Export: an executed notebook as a PDF, Word or HTML document.

    from analysis.export import export

    export("briefing.ipynb", "briefing.pdf")

`exporter` holds the one function that does it; `notebook`, `assemble`, `notes`, `fit_table` and `pictures` make one
tree of a notebook, and `pdf`, `docx` and `html` set it. Nothing is imported before it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.lazy import offered

if TYPE_CHECKING:
    from analysis.export.exporter import export as export

# Public function -> module that defines it. No module here is named like a function, so that neither hides the other.
_HOMES = {"export": "exporter"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    return offered(__name__, _HOMES, name)
