"""The exporters as nbconvert and JupyterLab know them.

    jupyter nbconvert --to briefing NOTEBOOK          (also briefing_docx, briefing_html, briefing_epub)

They are thin: nbconvert reads the notebook and runs its preprocessors (so `--execute`, `TagRemovePreprocessor` and
`CoalesceStreamsPreprocessor` work), and `export.exporter` does the rest. What is not shown as in the notebook goes to
nbconvert's log.
"""

from __future__ import annotations

from typing import Any

from nbconvert.exporters import Exporter
from traitlets import Bool, Enum, Int, List, Unicode, default

from analysis.export.exporter import MISSING_ALT, PAPERS, ROWS, render


class BriefingExporter(Exporter):
    """Exports an executed notebook as an accessible PDF, without TeX or a browser."""

    export_from_notebook = "Accessible PDF"
    output_mimetype = "application/pdf"
    form = "pdf"

    paper = Enum((*PAPERS, ""), "", help="Paper; by default what the notebook's cover says, else A4.").tag(config=True)
    missing_alt = Enum(
        (*MISSING_ALT, ""),
        "",
        help="What to do with a picture that has no description: refuse it, or say so in its place. By default refused "
        "where the notebook has a cover.",
    ).tag(config=True)
    rows = Int(ROWS, help="The most rows of one table; of a longer one the first and the last are set.").tag(
        config=True
    )
    fonts = Unicode("", help="A folder with further fonts for the PDF.").tag(config=True)
    toc = Bool(False, help="Whether a table of contents is set.").tag(config=True)
    strict = Bool(False, help="Whether what would be reported is refused.").tag(config=True)
    display_data_priority = List(
        Unicode(), help="The types of outputs in the order in which they are taken; by default this exporter's own."
    ).tag(config=True)
    exclude_input = Bool(True, help="Whether the cells' inputs are left out.").tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return f".{self.form}"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Return the document and nbconvert's resources."""
        made, resources = super().from_notebook_node(nb, resources=resources, **kw)
        about = resources.get("metadata", {})
        document = render(
            made,
            self.form,
            paper=self.paper or None,
            missing_alt=self.missing_alt or None,
            rows=self.rows,
            fonts=self.fonts or None,
            code=not self._asked("exclude_input"),
            toc=self.toc,
            strict=self.strict,
            report=lambda notice: self.log.warning("%s", notice),
            priority=self._asked("display_data_priority"),
            folder=about.get("path") or None,
            name=about.get("name") or None,
        )
        return document, resources

    def _asked(self, name: str) -> Any:
        """Return one of our settings; one that was given under the name of nbconvert's own classes is honoured."""
        for kind in ("TemplateExporter", "NbConvertBase"):
            own = any(name in self.config.get(each.__name__, {}) for each in type(self).__mro__)
            if not own and name in self.config.get(kind, {}):
                given = self.config[kind][name]
                # What comes from a command line is text until the setting that it is for reads it.
                return given.get_value(self.traits()[name]) if hasattr(given, "get_value") else given
        return getattr(self, name)


class BriefingDocxExporter(BriefingExporter):
    """Exports an executed notebook as a Word document."""

    export_from_notebook = "Word"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    form = "docx"


class BriefingHtmlExporter(BriefingExporter):
    """Exports an executed notebook as one HTML file in the look of the briefing."""

    export_from_notebook = "HTML without code"
    output_mimetype = "text/html"
    form = "html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Return the page as text, which nbconvert writes in UTF-8."""
        document, resources = super().from_notebook_node(nb, resources, **kw)
        return (document.decode("utf-8") if isinstance(document, bytes) else document), resources


class BriefingEpubExporter(BriefingExporter):
    """Exports an executed notebook as an EPUB book."""

    export_from_notebook = "EPUB"
    output_mimetype = "application/epub+zip"
    form = "epub"
