"""The exporters as nbconvert and JupyterLab know them.

    jupyter nbconvert --to briefing NOTEBOOK          (also briefing-docx, briefing-html)

They are thin: nbconvert reads the notebook and runs its preprocessors (so `--execute` works), and
`export.exporter` does the rest.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Enum, Unicode, default

from analysis.export.exporter import MISSING_ALT, PAPERS, render


class BriefingExporter(Exporter):
    """Exports an executed notebook as an accessible PDF, without TeX or a browser."""

    export_from_notebook = "Briefing (PDF)"
    output_mimetype = "application/pdf"
    form = "pdf"

    paper = Enum((*PAPERS, ""), "", help="Paper; by default what the notebook's cover says, else A4.").tag(config=True)
    missing_alt = Enum(
        MISSING_ALT,
        "refuse",
        help="What to do with a picture that has no description: refuse it, or say so in its place.",
    ).tag(config=True)
    csl = Unicode("", help="A CSL style for the notes in place of the package's own.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return f".{self.form}"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Return the document and nbconvert's resources."""
        made, resources = super().from_notebook_node(nb, resources=resources, **kw)
        told = resources.get("metadata", {})
        document = render(
            made,
            self.form,
            paper=self.paper or None,
            missing_alt=self.missing_alt,
            csl=self.csl or None,
            folder=told.get("path") or None,
            name=told.get("name") or None,
        )
        return document, resources


class BriefingDocxExporter(BriefingExporter):
    """Exports an executed notebook as a Word document."""

    export_from_notebook = "Briefing (Word)"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    form = "docx"


class BriefingHtmlExporter(BriefingExporter):
    """Exports an executed notebook as one HTML file in the look of the briefing."""

    export_from_notebook = "Briefing (HTML)"
    output_mimetype = "text/html"
    form = "html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Return the page as text, which nbconvert writes in UTF-8."""
        document, resources = super().from_notebook_node(nb, resources, **kw)
        return (document.decode("utf-8") if isinstance(document, bytes) else document), resources
