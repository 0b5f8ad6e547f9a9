"""Typst, confined: a folder of its own, the fonts of packages, and nothing else.

No system fonts, no packages, no network, no clock: two machines with the same packages set the same bytes. Fonts
come from packages: Libertinus Serif and the monospaced face are in the typst wheel, Source Sans Pro is
`font-source-sans-pro`, and for what neither has (arrows, signs, emoji) DejaVu Sans of matplotlib is asked. What no
font has is drawn as the frame of its script by the last-resort font, while its text stays in the file for search
and for a screen reader.
"""

from __future__ import annotations

import functools
import importlib.util
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from analysis.errors import OptionError, PublishError
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
_SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
_PLACE = re.compile(r"(document|formulas)\.typ:(\d+)")
_PICTURE = re.compile(r"picture-\d+\.\w+")

# A picture of many metres would be drawn in more pixels than there is memory for.
_SHEET = """#set page(width: auto, height: auto, margin: 0pt)
#let drawn(name) = context {
  let own = measure(image(name))
  let huge = calc.max(own.width, own.height) > 3000pt
  if huge { image(name, width: 1500pt, height: 1500pt, fit: "contain") } else { image(name) }
}
"""


class Refused(Exception):
    """Typst cannot set a source: what it says, and where, as (file, line) and as names of pictures."""

    def __init__(self, message: str, diagnostic: str = "") -> None:
        super().__init__(message)
        # Of each fault the first place is where it is; what follows tells how it came to be read.
        faults = [_PLACE.search(part) for part in diagnostic.split("error:")[1:]]
        self.places = list(dict.fromkeys((found[1], int(found[2])) for found in faults if found))
        self.pictures = list(dict.fromkeys(_PICTURE.findall(f"{message} {diagnostic}")))


def literal(text: str) -> str:
    """Return `text` as a Typst string, in which nothing is markup."""
    escaped = clean(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def pdf(source: str, folder: Path, more: Path | None) -> bytes:
    """Typeset a source as PDF/UA-1; its files are in `folder`, further fonts in `more`.

    Raises
    ------
    Refused
        If Typst cannot set it.
    """
    made = _compiled(source, folder, more, format="pdf", pdf_standards=["ua-1"], timestamp=0)
    if not isinstance(made, bytes):
        raise Refused("Typst returned no document")
    return made


def draw(names: Sequence[str], folder: Path, ppi: int, more: Path | None) -> list[bytes | None]:
    """Return pictures of `folder` drawn as PNG, with the fonts of the page; None for one that cannot be drawn."""
    if not names:
        return []
    source = _SHEET + "\n#pagebreak()\n".join(f"#drawn({literal(name)})" for name in names)
    try:
        made = _compiled(source, folder, more, format="png", ppi=ppi)
    except Refused:
        return [None] if len(names) == 1 else [draw([name], folder, ppi, more)[0] for name in names]
    return [made] if isinstance(made, bytes) else list(made or [])


def _compiled(source: str, folder: Path, more: Path | None, **options: Any) -> Any:
    import typst

    main = folder / "document.typ"
    main.write_text(source, encoding="utf-8")
    folders: list[Path] = [_fonts(folder), *([more] if more else [])]
    fonts = typst.Fonts(include_system_fonts=False, font_paths=folders)
    nowhere = folder / "none"
    compiler = typst.Compiler(main, root=folder, font_paths=fonts, package_path=nowhere, package_cache_path=nowhere)
    try:
        return compiler.compile(**options)
    except typst.TypstError as error:
        raise Refused(str(error.message or error).strip(), str(error.diagnostic or "")) from error
    except BaseException as error:
        # A panic of Typst's is no Exception; an interrupt is none either, and is not ours.
        if type(error).__name__ != "PanicException":
            raise
        raise Refused(f"Typst stopped: {error}") from error


def families(more: Path | None) -> list[str]:
    """Return the names of the font families in a folder.

    Raises
    ------
    OptionError
        If there is no such folder, or no font in it.
    """
    if more is None:
        return []
    import typst

    if not more.is_dir() or not any(path.suffix.lower() in _SUFFIXES for path in more.rglob("*")):
        raise OptionError("export", "fonts", "a folder that holds fonts (.ttf, .otf, .ttc)", str(more))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(more)])
    return sorted(set(fonts.families()))


def without_glyph(letters: Iterable[str], more: Path | None) -> dict[str, str]:
    """Return the letters that no font of the page has, by script."""
    found: dict[str, str] = {}
    strange = [letter for letter in letters if letter > "\u052f" and not "\u1e00" <= letter <= "\u20cf"]
    known = _letters(more) if strange else frozenset()
    for letter in sorted(strange):
        kind = unicodedata.category(letter)
        if ord(letter) in known or kind[0] in "CZ" or kind == "Mn":
            continue
        name = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
        script = name.title() if kind[0] in "LM" and name else "signs"
        script = {"Cjk": "Chinese, Japanese or Korean", "Ethiopic": "Ethiopic (Amharic)"}.get(script, script)
        found[script] = found.get(script, "") + letter
    return found


@functools.lru_cache(maxsize=4)
def _letters(more: Path | None) -> frozenset[int]:
    from fontTools.ttLib import TTCollection, TTFont  # type: ignore[import-untyped]

    own = [font_file("matplotlib", "DejaVuSans.ttf"), font_file("font_source_sans_pro", "SourceSansPro-Regular.ttf")]
    given = sorted(path for path in more.rglob("*") if path.suffix.lower() in _SUFFIXES) if more else []
    known: set[int] = set()
    for path in [*own, *given]:
        fonts = (
            TTCollection(path, lazy=True).fonts
            if path.suffix.lower() in {".ttc", ".otc"}
            else [TTFont(path, lazy=True)]
        )
        for font in fonts:
            known.update(font.getBestCmap() or {})
    return frozenset(known)


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
            if (made / name).exists():
                continue
            try:
                (made / name).symlink_to(font)
            except OSError:
                shutil.copyfile(font, made / name)
    return made
