"""Typst, confined: a folder of its own, the fonts of packages, and nothing else.

No system fonts, no packages, no network, no clock: two machines with the same packages set the same bytes. Fonts
come from packages: Libertinus Serif and the monospaced face are in the typst wheel, Source Sans Pro is
`font-source-sans-pro`, and for what neither has (arrows, signs, emoji) DejaVu Sans of matplotlib is asked. What no
font has is drawn as the frame of its script by the last-resort font, while its text stays in the file for search
and for a screen reader.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.errors import PublishError
from analysis.export.pictures import Gallery
from analysis.export.terminal_text import clean

_FONTS = {
    "font_source_sans_pro": (
        "files",
        [f"SourceSansPro-{face}.ttf" for face in ("Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")],
    ),
    "matplotlib": (
        "mpl-data/fonts/ttf",
        [f"DejaVuSans{face}.ttf" for face in ("", "-Bold", "-Oblique", "-BoldOblique")] + ["LastResortHE-Regular.ttf"],
    ),
}
_PLACE = re.compile(r"document\.typ:(\d+)")
_PICTURE = re.compile(r"picture-\d+\.\w+")


def literal(text: str) -> str:
    """Return `text` as a Typst string, in which nothing is markup."""
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def pdf(source: str, gallery: Gallery, folder: Path) -> bytes:
    """Typeset a source as PDF/UA-1; its files are in `folder`.

    Raises
    ------
    PublishError
        If Typst refuses it; the message names the cell.
    """
    made = _compiled(source, gallery, folder, format="pdf", pdf_standards=["ua-1"], timestamp=0)
    if not isinstance(made, bytes):
        raise PublishError("Typst returned no document.")
    return made


def draw(names: Sequence[str], gallery: Gallery, folder: Path, ppi: int) -> list[bytes]:
    """Return pictures of `folder` drawn as PNG, with the fonts of the page."""
    if not names:
        return []
    sheet = "#set page(width: auto, height: auto, margin: 0pt)\n"
    source = sheet + "\n#pagebreak()\n".join(f"#image({literal(name)})" for name in names)
    made = _compiled(source, gallery, folder, format="png", ppi=ppi)
    return [made] if isinstance(made, bytes) else list(made or [])


def _compiled(source: str, gallery: Gallery, folder: Path, **options: Any) -> Any:
    import typst

    main = folder / "document.typ"
    main.write_text(source, encoding="utf-8")
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[_fonts(folder)])
    nowhere = folder / "none"
    compiler = typst.Compiler(main, root=folder, font_paths=fonts, package_path=nowhere, package_cache_path=nowhere)
    try:
        return compiler.compile(**options)
    except typst.TypstError as error:
        raise PublishError(_worded(error, source, gallery)) from error


def font_file(package: str, name: str) -> Path:
    """Return a font of a package, which is not imported for it.

    Raises
    ------
    PublishError
        If the package is not installed.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise PublishError(
            f"the fonts of {package} were not found. Install it: pip install {package.replace('_', '-')}"
        )
    return Path(spec.origin).parent / _FONTS[package][0] / name


def _fonts(folder: Path) -> Path:
    """Return a folder with exactly the fonts of the page, so that none of a package's other faces can be chosen."""
    made = folder / "fonts"
    made.mkdir(exist_ok=True)
    for package, (_, names) in _FONTS.items():
        for name in names:
            font = font_file(package, name)
            try:
                (made / name).symlink_to(font)
            except OSError:
                shutil.copyfile(font, made / name)
    return made


def _worded(error: Exception, source: str, gallery: Gallery) -> str:
    """Word Typst's refusal, with the cell it goes back to."""
    diagnostic = str(getattr(error, "diagnostic", "") or error)
    message = str(getattr(error, "message", "") or error).strip()
    where = next(
        (gallery.origin[name] for name in _PICTURE.findall(f"{message} {diagnostic}") if name in gallery.origin), ""
    )
    if not where and (line := _PLACE.search(diagnostic)):
        above = source.split("\n")[: int(line[1])]
        picture = _PICTURE.search(above[-1]) if above else None
        where = gallery.origin.get(picture[0], "") if picture else ""
        where = where or next((text[3:] for text in reversed(above) if text.startswith("// cell ")), "")
    return f"{where or 'the document'}: it cannot be set ({message})."
