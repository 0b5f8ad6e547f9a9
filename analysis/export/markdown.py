"""Markdown as a notebook knows it, made ready for pandoc.

JupyterLab reads Markdown a little differently, and its authors write for what they see: a table right under a line of
text is a table, `:::{note}` is a box, and a note or an address may be defined in another cell than the one that uses
it. Each is brought into the form in which pandoc, which reads every cell alone, knows it. Nothing inside fenced code
is touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from analysis.export.notebook import Piece

ADMONITIONS = (
    *("note", "tip", "hint", "important", "warning", "caution", "danger", "error", "attention", "seealso"),
    *("admonition", "alert"),
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_BOX = re.compile(r" {0,3}(:{3,}|`{3,})\s*\{(?:\.callout-)?([a-z]+)\}[ \t]*(.*)")
_DEFINITION = re.compile(r" {0,3}\[(\^?[^\]\n]+)\]:[ \t]*(.*)")
# A label where it is used: `[^1]`, `[text][label]`, `[label][]` or `[label]`.
_USE = re.compile(r"\[(\^?[^\[\]\n]+)\](?!\(|:\s)")
_COMMENT = re.compile(r"(?:<>|#)?\s*(?:\(.*\)|\".*\")?\s*")

Definitions = dict[str, list[str]]


def prepared(pieces: Sequence[Piece]) -> list[Piece]:
    """Return pieces whose Markdown pandoc reads as JupyterLab does, with the definitions that each one needs."""
    parts = {index: _parted(piece.text) for index, piece in enumerate(pieces) if piece.kind == "prose"}
    uses = {index: _used(text, own) for index, (text, own) in parts.items()}
    everywhere = {label for found in uses.values() for label in found}
    made = list(pieces)
    for index, (text, own) in parts.items():
        needed = [_found(label, index, parts) for label in sorted(uses[index])]
        unused = [_as_text(lines) for label, lines in own.items() if label not in everywhere and not _comment(lines)]
        blocks = ["\n".join(lines) for lines in needed if lines] + unused
        ready = _tables("\n".join(_boxes(text.split("\n"))))
        made[index] = replace(pieces[index], text="\n\n".join([ready, *blocks]))
    return made


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line and whether it is fenced code."""
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if fence:
            yield line, True
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif found and not _BOX.fullmatch(line):
            fence = found[1]
            yield line, True
        else:
            yield line, False


def _parted(text: str) -> tuple[str, Definitions]:
    """Return a cell's text without its definitions of notes and addresses, and these by label."""
    rest: list[str] = []
    own: Definitions = {}
    current: list[str] | None = None
    for line, code in _lines(text):
        found = None if code else _DEFINITION.fullmatch(line)
        # A definition of an address may not interrupt a paragraph; one of a note may.
        if found and (found[1].startswith("^") or not rest or not rest[-1].strip() or current is not None):
            current = own.setdefault(_label(found[1]), [])
            current.append(line.strip())
        elif current is not None and (line.startswith(("    ", "\t")) or (line.strip() and current[-1] and not code)):
            # Indented lines and lazy ones go on with a note.
            current.append(line)
        elif current is not None and not line.strip():
            current.append("")
        else:
            if current is not None:
                rest.append("")
            current = None
            rest.append(line)
    return "\n".join(rest), own


def _label(text: str) -> str:
    return " ".join(text.lower().split())


def _used(text: str, own: Definitions) -> set[str]:
    """Return the labels that a cell uses in its text or in its definitions."""
    shown = "\n".join(line for line, code in _lines(text) if not code)
    inside = "\n".join("\n".join(lines).partition("]:")[2] for lines in own.values())
    return {_label(found) for found in _USE.findall(f"{shown}\n{inside}")}


def _found(label: str, index: int, parts: Mapping[int, tuple[str, Definitions]]) -> list[str]:
    """Return a label's definition: the cell's own, else the nearest after it, else the nearest before it."""
    cells = sorted(parts)
    order = [index, *(i for i in cells if i > index), *(i for i in reversed(cells) if i < index)]
    return next((parts[i][1][label] for i in order if label in parts[i][1]), [])


def _comment(lines: list[str]) -> bool:
    """Tell whether a definition is one of those by which authors hide a remark, as in `[//]: # (remark)`."""
    return len(lines) == 1 and bool(_COMMENT.fullmatch(lines[0].partition("]:")[2].strip()))


def _as_text(lines: list[str]) -> str:
    """Return a definition that nothing uses as the text that it is on the screen."""
    return "\\" + "\n".join(lines).replace("]:", "\\]:", 1)


def _tables(text: str) -> str:
    """Set a blank line before each pipe table that follows a line of text."""
    lines = list(_lines(text))
    made: list[str] = []
    for index, (line, code) in enumerate(lines):
        below = lines[index + 1][0] if index + 1 < len(lines) else ""
        if (
            not code
            and "|" in line
            and "|" in below
            and _RULE.fullmatch(below)
            and index
            and lines[index - 1][0].strip()
        ):
            made.append("")
        made.append(line)
    return "\n".join(made)


def _boxes(lines: list[str]) -> Iterator[str]:
    """Turn MyST's boxes (`:::{note} Title`) into pandoc's."""
    fences: list[str] = []
    for line in lines:
        found = _BOX.fullmatch(line)
        if found and found[2] in ADMONITIONS:
            fences.append(found[1])
            title = found[3].strip() or found[2].capitalize()
            yield from ("", f"::: {{.{found[2]}}}", f"**{title}**", "")
        elif fences and line.strip() == fences[-1]:
            fences.pop()
            yield from ("", ":::", "")
        elif fences and re.fullmatch(r"\s*:(class|name):.*", line):
            continue
        else:
            yield line
    yield from ("\n:::" for _ in fences)
