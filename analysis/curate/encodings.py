"""Bytes of a file that somebody else wrote to text, and a sentence where its encoding had to be guessed.

A byte-order mark or valid UTF-8 is proof, a charset that the page declares is believed, and what is left is detected
among the encodings that browsers and reference managers still write.
"""

from __future__ import annotations

import re
from typing import Any

_LIKELY = ["gb18030", "big5", "shift_jis", "euc_kr", "cp1253", "cp1255", "cp1256", "cp1251"]
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NAMES = {"gb18030": "GBK"}


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """Return the text of a file, and what a reader must know of how it was read; empty where nothing was guessed."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, errors="replace"), ""
    wide = _wide(data)
    declared = re.search(rb"(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", data[:4096])
    for encoding in (wide or "utf-8", declared.group(1).decode() if declared else ""):
        try:
            return data.decode(encoding or "utf-8"), ""
        except (UnicodeDecodeError, LookupError):
            continue
    encoding = _detected(data)
    shown = re.sub("^cp", "Windows-", _NAMES.get(encoding, encoding))
    said = f"{name} says nothing of its encoding and is no UTF-8; it was read as {shown}. Look at its accents."
    return data.decode(encoding, errors="replace"), said


def _wide(data: bytes) -> str:
    """Return the encoding of text of two bytes a letter without a mark: no other text has a zero byte."""
    zeros = [data[first::2].count(0) for first in (0, 1)]
    return "" if not any(zeros) else "utf-16-le" if zeros[1] >= zeros[0] else "utf-16-be"


def _detected(data: bytes) -> str:
    """Return the likeliest encoding of bytes that are no UTF-8."""
    from charset_normalizer import from_bytes

    runs = sorted(re.findall(rb"[\x80-\xff]+", data), key=len)
    if len(runs[len(runs) // 2]) == 1:
        # Single accents among plain letters. Central Europe only where Western Europe would have a sign in a word.
        western = data.decode("cp1252", errors="replace")
        return "cp1250" if re.search(r"[a-z][³¹¿¶¼¾][a-z]", western) else "cp1252"
    for encoding in ("cp1251", "koi8_r"):
        letters = b"".join(runs).decode(encoding, errors="replace")
        lower = len(re.findall("[а-яёўіїєґ]", letters)) / len(letters)
        if len(re.findall("[А-яёЁўЎіІїЇєЄґҐ№«»—–…]", letters)) > 0.95 * len(letters) and lower > 0.7:
            return encoding
    best: Any = from_bytes(data, cp_isolation=_LIKELY).best()
    found = str(best.encoding) if best else "cp1252"
    # A few letters tell the encodings of East Asia not apart; the most used one is taken.
    return "gb18030" if found in {"euc_kr", "big5", "euc_jp"} and len(b"".join(runs)) < 40 else found
