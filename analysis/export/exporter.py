"""Export an executed notebook as a document.

One function does the work and needs neither nbconvert nor an event loop, so it also runs inside a kernel. The file
is written whole or not at all: under a temporary name in the same folder, flushed, then renamed over the old one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, overload

from analysis.errors import OptionError, PublishError, nearest, one_of
from analysis.files import write_document

Form = Literal["pdf", "docx", "html"]

FORMS = ("pdf", "docx", "html")
PAPERS = ("a4", "us-letter")
MISSING_ALT = ("refuse", "placeholder")
_CSL = Path(__file__).with_name("briefing.csl")


@overload
def export(
    notebook: str | Path | Mapping[str, Any], to: str | Path, form: str | None = None, **options: Any
) -> Path: ...
@overload
def export(
    notebook: str | Path | Mapping[str, Any], to: None = None, form: str | None = None, **options: Any
) -> bytes: ...


def export(
    notebook: str | Path | Mapping[str, Any], to: str | Path | None = None, form: str | None = None, **options: Any
) -> Path | bytes:
    """Set an executed notebook as a PDF, Word or HTML document.

    Parameters
    ----------
    notebook : path or NotebookNode
        Any executed notebook; nothing is run and no record is read.
    to : path, optional
        The file to write; an old one is replaced only when the new one is whole. Without it the bytes are returned.
    form : {"pdf", "docx", "html"}, optional
        By default what the suffix of `to` says, else "pdf".
    **options
        `paper` ("a4" or "us-letter"; by default what the cover says, else A4), `missing_alt` ("refuse" or
        "placeholder"), `csl` (a style for the notes in place of the package's own), `folder` (where a notebook given as
        an object lies), `name` (its file name without suffix).

    Returns
    -------
    Path or bytes
        The file that was written, or the document.

    Raises
    ------
    OptionError
        If an option is not one of those allowed.
    PublishError
        If the notebook cannot be set or the file not be written; the message names the cell or the file.
    """
    target = Path(to) if to is not None else None
    wanted = form or (target.suffix.lstrip(".").lower() if target and target.suffix else "pdf")
    _check("form", wanted, FORMS)
    made = render(notebook, wanted, **options)
    if target is None:
        return made
    write_document(target, made)
    return target


def render(
    notebook: str | Path | Mapping[str, Any],
    form: str,
    *,
    paper: str | None = None,
    missing_alt: str = "refuse",
    csl: str | Path | None = None,
    folder: str | Path | None = None,
    name: str | None = None,
) -> bytes:
    """Return the document as bytes; the parameters are those of `export`."""
    from analysis.export import assemble, notes, pandoc, pictures
    from analysis.export import notebook as contents

    _check("missing_alt", missing_alt, MISSING_ALT)
    source = Path(notebook) if isinstance(notebook, str | Path) else None
    place = Path(folder) if folder is not None else source.parent if source else None
    told = contents.gather(contents.read(notebook), name or (source.stem if source else "Notebook"), place)
    sheet = paper or str(told.cover.get("paper") or "a4")
    _check("paper", sheet, PAPERS)
    gallery = pictures.Gallery(place, missing_alt)
    style = Path(csl).resolve() if csl else _CSL
    with pandoc.running():
        made = assemble.build(told, gallery)
        try:
            with tempfile.TemporaryDirectory(prefix="briefing-") as temporary:
                work = Path(temporary)
                if notes.cited(made.blocks):
                    blocks = notes.number(made.blocks, told.references, work, style, told.language)
                    made = assemble.Body(made.title, made.kicker, blocks)
                return _written(form, made, told, gallery, work, sheet)
        except OSError as error:
            raise PublishError(
                f"the temporary folder {tempfile.gettempdir()} cannot be used ({error.strerror or error})."
            ) from error


def _written(form: str, made: Any, told: Any, gallery: Any, work: Path, sheet: str) -> bytes:
    if form == "pdf":
        from analysis.export.pdf import to_pdf

        return to_pdf(made, told, gallery, work, paper=sheet)
    if form == "docx":
        from analysis.export.docx import to_docx

        return to_docx(made, told, gallery, work, paper=sheet)
    from analysis.export.html import to_html

    return to_html(made, told, gallery, work)


def _check(field: str, got: str, allowed: tuple[str, ...]) -> None:
    if got not in allowed:
        raise OptionError("export", field, one_of(allowed), got, nearest(got, allowed))
