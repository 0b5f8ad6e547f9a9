"""EPUB: the tree as a book for readers of books.

It is the page of the web in another wrapping: the same blocks, pictures as files, one chapter a heading.
"""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from analysis.export import pandoc
from analysis.export.assemble import Body
from analysis.export.cover import clock, facts, line, over
from analysis.export.html import for_files
from analysis.export.notebook import Contents
from analysis.export.pandoc_tree import para, words
from analysis.export.pictures import Gallery


def to_epub(body: Body, contents: Contents, gallery: Gallery, folder: Path, **_: Any) -> bytes:
    """Return a body as an EPUB 3 book; `folder` is an empty one for this run."""
    cover = contents.cover
    for name, data in gallery.files.items():
        (folder / name).write_bytes(data)
    told = [*over(cover, body.kicker), *(f"{label} {value}" for label, value in facts(cover, contents.authors))]
    if handling := line(cover, "handling"):
        told.append(handling)
    lead = [para(words(" · ".join(told)))] if told else []
    blocks = [*lead, *for_files(body.blocks)]
    text = f"{body.title}\n{told}\n{blocks}"
    meta: dict[str, Any] = {
        "title": {"t": "MetaInlines", "c": words(body.title)},
        "lang": {"t": "MetaString", "c": contents.language},
        # The same book has the same name everywhere.
        "identifier": {"t": "MetaString", "c": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, text)}"},
    }
    tree = pandoc.document(blocks, meta)
    options = ["--mathml", "--resource-path", str(folder)]
    return pandoc.write(tree, "epub3", *options, cwd=folder, clock=clock(cover), sandbox=False)
