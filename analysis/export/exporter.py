"""Export an executed notebook as a document.

One function does the work and needs neither nbconvert nor an event loop, so it also runs inside a kernel. The file
is written whole or not at all: under a temporary name in the same folder, flushed, then renamed over the old one.
"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, overload

from analysis.atomic import write_document
from analysis.errors import OptionError, PublishError, nearest, one_of
from analysis.export.notices import Notice, Notices

Form = Literal["pdf", "docx", "html", "epub"]

# Form -> module and function that set a body; a further form is one more line here.
WRITERS: Mapping[str, tuple[str, str]] = {
    "pdf": ("pdf", "to_pdf"),
    "docx": ("docx", "to_docx"),
    "html": ("html", "to_html"),
    "epub": ("epub", "to_epub"),
}
FORMS = tuple(WRITERS)
PAPERS = ("a4", "us-letter")
MISSING_ALT = ("refuse", "placeholder")
ROWS = 400


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
    """Set an executed notebook as a PDF, Word or HTML document, or as an EPUB book.

        export("briefing.ipynb", "briefing.pdf")

    Parameters
    ----------
    notebook : path or NotebookNode
        Any executed notebook; nothing is run and no record is read.
    to : path, optional
        The file to write; an old one is replaced only when the new one is whole. Without it the bytes are returned.
    form : {"pdf", "docx", "html", "epub"}, optional
        By default what the suffix of `to` says, else "pdf".
    **options
        Those of `render`: `paper`, `missing_alt`, `rows`, `fonts`, `code`, `toc`, `strict`, `report`, and for a
        notebook given as an object `folder` and `name`.

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
    missing_alt: str | None = None,
    rows: int = ROWS,
    fonts: str | Path | None = None,
    code: bool = False,
    toc: bool = False,
    strict: bool = False,
    report: Callable[[Notice], object] | None = None,
    priority: Sequence[str] = (),
    folder: str | Path | None = None,
    name: str | None = None,
) -> bytes:
    """Return the document as bytes.

    Parameters
    ----------
    notebook, form : path or NotebookNode, str
        As for `export`.
    paper : {"a4", "us-letter"}, optional
        By default what the cover says, else A4.
    missing_alt : {"refuse", "placeholder"}, optional
        What to do with a picture that has no description. By default it is refused where the notebook has a cover;
        elsewhere a placeholder is set and the pictures are counted.
    rows : int, optional
        The most rows of one table, 2 or more; of a longer one the first and the last are set.
    fonts : path, optional
        A folder with further fonts for the PDF, for scripts that its own do not have.
    code, toc : bool, optional
        Whether the cells' inputs, and a table of contents, are set.
    strict : bool, optional
        Whether anything that would be reported is refused.
    report : callable, optional
        Called with each `Notice` of what the document does not show as the notebook does; by default they go to the log
        named "analysis.export", and so to standard error.
    priority : sequence of str, optional
        The types of outputs in the order in which they are taken, in place of this package's own.
    folder, name : path, str, optional
        Where a notebook given as an object lies, and its file name without suffix.
    """
    from analysis.export import assemble, notes, pandoc, pictures
    from analysis.export import notebook as contents

    if missing_alt is not None:
        _check("missing_alt", missing_alt, MISSING_ALT)
    if not isinstance(rows, int) or rows < 2:
        raise OptionError("export", "rows", "a whole number, 2 or more", rows)
    source = Path(notebook) if isinstance(notebook, str | Path) else None
    place = Path(folder) if folder is not None else source.parent if source else None
    notices = Notices()
    held = contents.gather(
        contents.read(notebook),
        name or (source.stem if source else "Notebook"),
        place,
        notices=notices,
        code=code,
        priority=priority,
    )
    sheet = paper or str(held.cover.get("paper") or "a4")
    _check("paper", sheet, PAPERS)
    gallery = pictures.Gallery(place, missing_alt or ("refuse" if held.cover else "placeholder"), notices)
    module, function = WRITERS[form]
    write = getattr(importlib.import_module(f"analysis.export.{module}"), function)
    with pandoc.running():
        body = assemble.build(held, gallery, rows=rows, toc=toc)
        try:
            with tempfile.TemporaryDirectory(prefix="briefing-") as temporary:
                work = Path(temporary)
                if notes.cited(body.blocks):
                    body.blocks = notes.number(body.blocks, held.references, work, held.language)
                made: bytes = write(body, held, gallery, work, paper=sheet, fonts=Path(fonts) if fonts else None)
        except OSError as error:
            raise PublishError(
                f"the temporary folder {tempfile.gettempdir()} cannot be used ({error.strerror or error})."
            ) from error
    notices.deliver(report, strict)
    return made


def _check(field: str, got: str, allowed: tuple[str, ...]) -> None:
    if got not in allowed:
        raise OptionError("export", field, one_of(allowed), got, nearest(got, allowed))
