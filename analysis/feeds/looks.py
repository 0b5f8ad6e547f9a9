"""What a file that is no feed looks like, told from its first bytes, so that a refusal can say it.

The usual mistakes: an error page saved under the name of a data file, a spreadsheet, an archive within an archive, a
download that holds JSON, the wrong table of the same project.
"""

from __future__ import annotations

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "a zip archive (or a spreadsheet) inside"),
    (b"\x1f\x8b", "gzip data inside"),
    (b"BZh", "bzip2 data inside"),
    (b"\xfd7zXZ\x00", "xz data"),
    (b"\x28\xb5\x2f\xfd", "Zstandard data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"RDX", "an R data file"),
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
)

_CONTROLS = bytes(byte for byte in range(32) if not 9 <= byte <= 13)


def looks_like(head: bytes) -> str:
    """Return what the first bytes of a file look like, or an empty text where they could be lines of text."""
    for sign, kind in _SIGNS:
        if head.startswith(sign):
            return kind
    text = head[:2000].lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "an HTML page, such as an error message saved in place of the data"
    if text.startswith(b"<"):
        return "XML"
    if text.startswith((b"{", b"[{", b"[\n")):
        return "JSON"
    sample = head[:4000]
    binary = len(sample) - len(sample.translate(None, _CONTROLS))
    return "binary data" if sample and binary > len(sample) * 0.1 else ""
