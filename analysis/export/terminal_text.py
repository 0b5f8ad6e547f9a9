"""Text from notebooks, made fit for a page.

A notebook's outputs hold what terminals and browsers swallow without a word: colour codes, progress bars that
overwrite themselves, control characters, invisible marks that turn the reading direction of all that follows. A
page has no such machinery, so each is resolved here before anything is parsed: what a terminal would show in the
end is kept, what only steers a display is dropped.

Dropped for good are control characters, the explicit bidirectional embeddings, overrides and isolates
(right-to-left text needs none of them, and an override left open in a title would reverse the sentence after it),
the byte order mark, interlinear and tag characters and the code points that are no characters. Joiners and
directional marks stay: scripts and emoji need them.
"""

from __future__ import annotations

import re

_DROPPED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"
    "\U000e0000-\U000e007f\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U0004fffe\U0004ffff\U0005fffe\U0005ffff"
    "\U0006fffe\U0006ffff\U0007fffe\U0007ffff\U0008fffe\U0008ffff\U0009fffe\U0009ffff\U000afffe\U000affff\U000bfffe\U000bffff"
    "\U000cfffe\U000cffff\U000dfffe\U000dffff\U000efffe\U000effff\U000ffffe\U000fffff\U0010fffe\U0010ffff]"
)
_LINE_ENDS = re.compile("\r\n|[\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_BACKSPACE = re.compile("[^\n\b]\b")
_BREAK = "\u200b"


def clean(text: str) -> str:
    """Return `text` without what only steers a display; lines end in a line feed."""
    lines = _LINE_ENDS.sub("\n", text).replace("\r", "\n")
    return _DROPPED.sub("", _SURROGATES.sub("\ufffd", lines))


def one_line(text: str) -> str:
    """Return `text` cleaned, on one line, with single spaces."""
    return " ".join(clean(text).split())


def terminal(text: str) -> str:
    """Return what a terminal would show in the end: no colour codes, overwritten lines and characters gone."""
    plain = _ANSI.sub("", text).replace("\r\n", "\n")
    while _BACKSPACE.search(plain):
        plain = _BACKSPACE.sub("", plain)
    lines = (line.rstrip("\r").rsplit("\r", 1)[-1] for line in plain.split("\n"))
    return clean("\n".join(lines)).rstrip()


def breakable(text: str, limit: int) -> str:
    """Return `text` with a zero-width space after every `limit` characters of a word that is longer than that.

    Typst breaks a line between words, at hyphens and in web addresses; a word that fits no line would run off the page.
    """
    return re.sub(rf"\S{{{limit}}}(?=\S)", lambda match: match.group() + _BREAK, text)
