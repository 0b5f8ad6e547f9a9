"""A view that is kept: the picture, its alternative text, and the parameters that make it again.

Four files with one name. NAME.svg and NAME.png are the chart, NAME.txt its alternative text (which is in the SVG too,
as its description), NAME.toml a batch file. `workbook batch NAME.toml --out FOLDER` makes two things of it: this
explorer, executed and open at the view, and the briefing of the same record, cut-off, start, acts and half-life.
`workbook brief --from NAME.toml` makes that briefing alone. A briefing shows all its charts, goes to its cut-off and
draws its bands with one seed: of a view that ends before, none is made, and `brief --from` refuses that, or another
seed, with the way out.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.errors import OptionError
from analysis.explore.view import View
from analysis.record import places
from analysis.record.relationship import as_day

if TYPE_CHECKING:
    import os

    from analysis.findings.display import Chart
    from analysis.record.relationship import Relationship

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_TOLD = ("chart", "half_life")
_BRIEFED = ("as_of", "start", "domains", "direction", "quad_classes", "half_life")


def save(rel: Relationship, view: View, folder: str | os.PathLike[str], name: str) -> list[Path]:
    """Write a view as NAME.svg, NAME.png, NAME.txt and NAME.toml, over what stood there; the folder is made.

    Returns
    -------
    list of Path
        The four files.

    Raises
    ------
    OptionError
        When `name` is no plain file name, or the view cannot be drawn; nothing has been written.
    PublishError
        When the folder or a file cannot be written.
    """
    from analysis.atomic import write_document
    from analysis.errors import PublishError
    from analysis.explore.drawing import drawn

    if not _NAME.fullmatch(name):
        raise OptionError(
            "explorer", "name", "letters, digits, dots, hyphens and underscores, the first a letter or digit", name
        )
    chart, place = drawn(rel, view), Path(folder)
    contents = {
        "svg": _described(chart).encode("utf-8"),
        "png": chart.png(),
        "txt": f"{chart.alt}\n".encode(),
        "toml": parameters(rel, view, name).encode("utf-8"),
    }
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PublishError(f"{place}: the folder cannot be made ({error.strerror or error}).") from error
    paths = [place / f"{name}.{suffix}" for suffix in contents]
    for path, data in zip(paths, contents.values(), strict=True):
        write_document(path, data)
    return paths


def parameters(rel: Relationship, view: View, name: str) -> str:
    """Return a view as a batch file."""
    relationship = _named(rel)
    # What the notebooks do by themselves is left to them.
    held = {key: value for key, value in vars(view).items() if value != getattr(View(), key) or key in _TOLD}
    briefed = {key: held[key] for key in _BRIEFED if key in held}
    cut_short = view.end is not None and as_day(view.end) < (as_day(view.as_of) if view.as_of else rel.cutoff)
    if cut_short:
        briefing = ["# A briefing goes to its cut-off, and this view ends before, so none is made of it."]
    else:
        briefing = ["# The briefing alone:", "#", f"#     workbook brief --from {name}.toml --out {name}.pdf"]
    lines = [
        "# A view saved from the explorer, opened at it, with the briefing of the same choices:",
        "#",
        f"#     workbook batch {name}.toml --out {name}",
        "#",
        *briefing,
        "",
        "[parameters]",
        _line("relationship", relationship),
        *(_line(key, value) for key, value in briefed.items()),
        "",
        "[[run]]",
        *(_line(*one) for one in (("notebook", "explorer.ipynb"), ("name", name), ("formats", ()))),
        *(_line(key, value) for key, value in held.items() if key not in briefed),
    ]
    if not cut_short:
        briefed_run = (("notebook", "briefing.ipynb"), ("name", f"{name}-briefing"), ("formats", ["pdf"]))
        lines += ["", "[[run]]", *(_line(*one) for one in briefed_run)]
    return "\n".join(lines) + "\n"


def _named(rel: Relationship) -> str:
    """Return the relationship's name where that finds its folder, else the folder."""
    by_name = rel.name in places.relationships() and places.relationship(rel.name) == rel.path.resolve()
    return rel.name if by_name else str(rel.path.resolve())


def _line(key: str, value: object) -> str:
    return f"{key} = {_toml(value)}"


def _toml(value: object) -> str:
    # Text, numbers and lists of text are written the same in JSON and in TOML.
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _described(chart: Chart) -> str:
    """Return the SVG with its alternative text as description, which screen readers tell after the title."""
    head, mark, tail = chart.svg().partition("</title>")
    return f"{head}{mark}\n <desc>{html.escape(chart.alt, quote=False)}</desc>{tail}"
