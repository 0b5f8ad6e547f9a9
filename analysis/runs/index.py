"""The index of a batch folder: one page and one table over all runs, made from what the notebooks show.

Key figures are read from the outputs, so that any notebook can have some and the index never computes a measure:

- `application/vnd.bilateral-workbook.figures+json`: an object of names and numbers or short texts, shown by the
  notebook;
- `application/scrapbook.scrap.json+json`: the "scraps" that `scrapbook.glue` leaves, in the same way;
- the cover (`analysis.findings.display.Cover`): title, cut-off day, version of the record.

The page is one file: its style is inside, and so are its previews up to 500 runs (beyond, they are fetched from the
folder as they come into view). It is a plain table with a
caption, scoped heads, words for every state and an alternative text for every picture, so it can be read aloud,
printed, sorted as CSV, and opened from a mail.
"""

from __future__ import annotations

import base64
import binascii
import csv
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.atomic import write_whole
from analysis.findings.document import COVER_MIME, FIGURES_MIME
from analysis.findings.escaping import guarded
from analysis.findings.wording import significant
from analysis.runs.entries import read
from analysis.runs.naming import Run
from analysis.runs.saved import failed_path

_SCRAP_MIME = "application/scrapbook.scrap.json+json"
_COVER_FACTS = ("as_of", "record")
_PREVIEW_WIDTH = 240
_INSIDE = 500  # runs whose previews are in the page: some 6 MB
_INLINE_PNG = re.compile(r'<img [^>]*src="data:image/png;base64,([A-Za-z0-9+/=\s]+)"')
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ALT = re.compile(r'<img [^>]*alt="([^"]*)"')
_STYLE = """
body{font:1rem/1.45 "Source Sans 3","Source Sans Pro",system-ui,sans-serif;color:#1a1a1a;background:#fff}
body{margin:2rem auto;max-width:80rem;padding:0 1rem}
h1{font-size:1.5rem;margin:0 0 .25rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;padding:.5rem 0;color:#444}
th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #ccc}
thead th{border-bottom:2px solid #1a1a1a}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.d{white-space:nowrap}
a{color:#005a9c}a:focus{outline:3px solid #d55e00;outline-offset:2px}
.failed{color:#9c2a00;font-weight:600}
img{display:block;width:240px;height:auto;border:1px solid #ddd}
@media print{a{color:inherit}}
""".strip()


def write(folder: Path, runs: Sequence[Run]) -> str:
    """Write the page and the table over runs from their entries, unless they say the same already.

    Returns
    -------
    str
        What went wrong; empty otherwise.
    """
    rows = [_described(folder, run) for run in runs]
    names = ", ".join(dict.fromkeys(run.notebook.stem for run in runs))
    for name, text in (("index.html", to_html(rows, title=f"Runs of {names}")), ("index.csv", to_csv(rows))):
        path, content = folder / name, text.encode("utf-8", "backslashreplace")
        try:
            if folder.is_dir() and (not path.is_file() or path.read_bytes() != content):
                write_whole(path, content)
        except OSError as error:
            return f"{name}: it could not be written ({error.strerror})."
    return ""


def _described(folder: Path, run: Run) -> dict[str, Any]:
    entry = read(folder, run.name)
    if entry is None:
        blank = {"status": "not there", "why": "", "seconds": 0.0, "title": "", "figures": {}, "alt": "", "error": ""}
        return {**blank, "notes": [], "name": run.name, "parameters": run.settings, "files": [], "preview": None}
    partial = [failed_path(folder / f"{run.name}.ipynb")] if entry["error"] else []
    files = [f"{run.name}.{form}" for form in ("ipynb", *run.formats) if f"{run.name}.{form}" in entry["files"]]
    picture = folder / "previews" / f"{run.name}.png" if entry["status"] != "failed" else None
    return {
        **{key: entry[key] for key in ("status", "why", "seconds", "title", "figures", "alt", "error", "notes")},
        "name": run.name,
        "parameters": entry["causes"]["parameters"],
        "files": [*files, *(path.name for path in partial if path.is_file())],
        "preview": picture if picture and picture.is_file() else None,
    }


def digest(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the index tells of an executed notebook.

    Returns
    -------
    dict
        `title` (of the cover; empty without one), `figures` (name to value), `alt` (description of the first picture).
    """
    figures: dict[str, Any] = {}
    cover: Mapping[str, Any] = {}
    for data in _bundles(notebook):
        figures |= data.get(FIGURES_MIME, {})
        scrap = data.get(_SCRAP_MIME, {})
        if "name" in scrap:
            figures[str(scrap["name"])] = scrap.get("data")
        cover = cover or data.get(COVER_MIME, {})
    facts = {name: cover[name] for name in _COVER_FACTS if cover.get(name)}
    plain = {name: value for name, value in {**facts, **figures}.items() if isinstance(value, (str, int, float, bool))}
    return {"title": str(cover.get("title", "")), "figures": plain, "alt": _first_picture(notebook)[1]}


def preview(notebook: Mapping[str, Any]) -> bytes:
    """Return the first picture of an executed notebook as a small PNG; empty bytes where there is none."""
    picture, _ = _first_picture(notebook)
    if not picture:
        return b""
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(picture)).convert("RGB")
    except (UnidentifiedImageError, OSError):
        return b""
    image.thumbnail((_PREVIEW_WIDTH, _PREVIEW_WIDTH * 2), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    # 64 colours are enough for a chart and a tenth of the bytes.
    image.quantize(64).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    r"""Return the index as CSV: one row a run (UTF-8, `\n`), parameters and figures as columns `parameter.x` and
    `figure.x`."""
    parameters, figures = _names(rows, "parameters"), _names(rows, "figures")
    heads = ["run", "status", "why", "seconds", *(f"parameter.{name}" for name in parameters)]
    heads += ["title", *(f"figure.{name}" for name in figures), "files", "error", "notes"]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(heads)
    for row in rows:
        cells = [row["name"], row["status"], row["why"], f"{row['seconds']:.2f}"]
        cells += [_exact(row["parameters"].get(name, "")) for name in parameters]
        cells += [row["title"], *(_exact(row["figures"].get(name, "")) for name in figures)]
        writer.writerow(
            [guarded(cell) for cell in [*cells, " ".join(row["files"]), row["error"], "; ".join(row.get("notes", ()))]]
        )
    return buffer.getvalue()


def to_html(rows: Sequence[Mapping[str, Any]], *, title: str) -> str:
    """Return the index as one HTML page.

    Parameters
    ----------
    rows : sequence of mapping
        For each run: name, status, why, seconds, parameters, title, figures, alt, preview (path of a PNG, or None),
        files, error, notes.
    title : str
        Heading of the page.
    """
    parameters = [name for name in _names(rows, "parameters") if _varies(rows, name)]
    # A cover tells the cut-off day, which often is a parameter too.
    figures = [name for name in _names(rows, "figures") if any(_own(row, name) for row in rows)]
    failed = sum(bool(row["error"]) for row in rows)
    fixed = {name: row["parameters"][name] for row in rows[:1] for name in row["parameters"] if name not in parameters}
    summary = f"{len(rows)} run{'s' if len(rows) != 1 else ''}, {failed} failed."
    if fixed:
        summary += (
            f" The same in all: {', '.join(f'{name} {_word(value)}' for name, value in fixed.items() if _word(value))}."
        )
    heads = ["Run", "Status", *parameters, *(_headline(name) for name in figures), "Seconds", "Files", "Preview"]
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in heads)
    body = "\n".join(_row(row, parameters, figures, inside=len(rows) <= _INSIDE) for row in rows)
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{html.escape(title)}</h1>\n"
        f"<table>\n<caption>{html.escape(summary)}</caption>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        "</main>\n</body>\n</html>\n"
    )


def _row(row: Mapping[str, Any], parameters: Sequence[str], figures: Sequence[str], *, inside: bool) -> str:
    main = next((name for name in row["files"] if not name.endswith(".ipynb")), None) or next(iter(row["files"]), "")
    label = html.escape(row["title"] or row["name"])
    name = f'<a href="{html.escape(main, quote=True)}">{label}</a>' if main else label
    state = html.escape("; ".join([f"{row['status']}: {row['error'] or row['why']}", *row["notes"]]))
    cells = [f'<th scope="row">{name}</th>', f"<td{' class=failed' if row['error'] else ''}>{state}</td>"]
    cells += [_cell(row["parameters"].get(name, "")) for name in parameters]
    cells += [_cell(row["figures"].get(name, "")) for name in figures]
    links = " ".join(_link(file, row["name"]) for file in row["files"])
    alt = html.escape(row["alt"] or f"First picture of {row['name']}", quote=True)
    picture: Path | None = row["preview"]
    address = f"previews/{picture.name}" if picture else ""
    if picture and inside:
        address = f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    shown = f'<img alt="{alt}" loading="lazy" src="{html.escape(address, quote=True)}">' if picture else ""
    return f"<tr>{''.join(cells)}{_cell(round(row['seconds'], 1))}<td>{links}</td><td>{shown}</td></tr>"


def _link(file: str, name: str) -> str:
    kind = file.removeprefix(name).lstrip(".")
    spoken = html.escape(f"{kind} of {name}", quote=True)
    return f'<a href="{html.escape(file, quote=True)}" aria-label="{spoken}">{html.escape(kind)}</a>'


def _cell(value: Any) -> str:
    numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
    kind = " class=n" if numeric else " class=d" if _DAY.fullmatch(_word(value)) else ""
    return f"<td{kind}>{html.escape(_word(value))}</td>"


def _own(row: Mapping[str, Any], name: str) -> bool:
    return name in row["figures"] and row["figures"][name] != row["parameters"].get(name)


def _word(value: Any) -> str:
    if isinstance(value, float):
        return significant(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_word, value))
    return "" if value is None else str(value)


def _exact(value: Any) -> Any:
    """Return a value for a program: a number as such, which the writer gives with every digit, all else in words."""
    return value if isinstance(value, (int, float)) else _word(value)


def _headline(name: str) -> str:
    return name.replace("_", " ")


def _names(rows: Iterable[Mapping[str, Any]], part: str) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row[part]))


def _varies(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    return any(row["parameters"].get(name) != rows[0]["parameters"].get(name) for row in rows)


def _bundles(notebook: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    for cell in notebook.get("cells", []):
        for output in cell.get("outputs", []):
            yield output.get("data", {})


def _first_picture(notebook: Mapping[str, Any]) -> tuple[bytes, str]:
    for data in _bundles(notebook):
        page = _text(data.get("text/html", ""))
        found = _INLINE_PNG.search(page)
        encoded = found[1] if found else _text(data.get("image/png", ""))
        if encoded:
            alt = _ALT.search(page)
            try:
                return base64.b64decode(encoded), html.unescape(alt[1]) if alt else ""
            except binascii.Error:
                continue
    return b"", ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value)
