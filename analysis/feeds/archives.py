"""Archives as streams of bytes, unpacked a piece at a time and never onto the disk.

A feed comes as thousands of `.zip` files, some as `.gz`, `.bz2`, `.xz`, `.zst`, `.tar` of any of these, or plain text.
Each is read in pieces of 128 KiB, so that memory does not grow with a file's size and a piece stays in the cache while
it is looked at. Inflating is what
takes the time; `isal` does it two to three times as fast as zlib.

What an archive may do to its reader is limited here. A name inside it is a label and never a path, so nothing can be
written outside a folder. What unpacks to more than a stated multiple of its size, or to more than a stated number of
bytes, is stopped. An archive that is cut off is read up to the cut, even a zip without its table of contents, and says
so; so does one whose checksum is wrong or that has a password.
"""

from __future__ import annotations

import bz2
import io
import lzma
import os
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

CHUNK = 1 << 17
# So much of a file tells what it is.
HEAD = 1 << 16
_LEAST = 1 << 22  # below four megabytes no ratio is a danger
_LOCAL = struct.Struct("<4s5H3L2H")


@dataclass(frozen=True)
class Limits:
    """How far an archive is followed.

    Parameters
    ----------
    ratio : float
        Unpacked bytes for each packed byte. Event files have about 5 to 10, a bomb 1,000.
    unpacked : int
        Bytes of one archive after unpacking.
    line : int
        Bytes of one line; looked at only where a line is longer than a piece.
    """

    ratio: float = 250.0
    unpacked: int = 64 << 30
    line: int = 1 << 20


class ArchiveError(Exception):
    """An archive cannot be followed further; what came before is good. Turned into a fault by the reader."""


@dataclass(frozen=True)
class Member:
    """One file of text within an archive (or a plain file).

    `name` is a label. `odd` says what is odd about the name, if anything. `chunks` may be walked once; it raises
    ArchiveError where the archive is damaged, has a password or unpacks to too much.
    """

    name: str
    chunks: Iterator[bytes]
    odd: str = ""


def members(path: Path, limits: Limits) -> Iterator[Member]:
    """Open an archive or a plain file and give its members one after the other; each is to be walked in its turn.

    Raises
    ------
    ArchiveError
        When it cannot be opened at all.
    """
    with path.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        if start[:2] == b"PK":
            yield from _zip(path, file, limits)
            return
        for sign, unpack in _PACKED:
            if start.startswith(sign):
                yield from _untarred(path.stem, _guarded(unpack(file), file, limits))
                return
        yield from _untarred(path.name, iter(lambda: file.read(CHUNK), b""))


def _untarred(name: str, chunks: Iterator[bytes]) -> Iterator[Member]:
    """Give the files of a tar, or the stream itself where it is none."""
    head, trouble = b"", None
    try:
        while len(head) < 512 and (piece := next(chunks, b"")):
            head += piece
    except ArchiveError as error:
        trouble = error
    if head[257:262] != b"ustar":
        yield Member(name, _joined(head, chunks, trouble))
        return
    try:
        with tarfile.open(fileobj=_Stream(_joined(head, chunks, trouble)), mode="r|") as tar:
            for info in tar:
                held = tar.extractfile(info) if info.isfile() else None
                if held is not None:
                    name, odd = _label(info.name)
                    yield Member(name, _read(held), odd)
    except (tarfile.TarError, EOFError) as error:
        raise ArchiveError(f"the tar is damaged ({error})") from error


def _read(file: Any) -> Iterator[bytes]:
    try:
        yield from iter(lambda: file.read(CHUNK), b"")
    except (tarfile.TarError, EOFError) as error:
        raise ArchiveError(f"the tar is damaged ({error})") from error


def _joined(head: bytes, chunks: Iterator[bytes], trouble: ArchiveError | None) -> Iterator[bytes]:
    if head:
        yield head
    if trouble:
        raise trouble
    yield from chunks


class _Stream(io.RawIOBase):
    """Pieces as a file that can only be read on, as `tarfile` wants it."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._held = chunks, b""

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        while len(self._held) < size and (piece := next(self._chunks, b"")):
            self._held += piece
        given, self._held = self._held[:size], self._held[size:]
        return given


def _label(name: str) -> tuple[str, str]:
    """Return the last part of a name inside an archive, and the whole where it leads out of it."""
    parts = re.split(r"[\\/]", name)
    return parts[-1] or "member", name if ".." in parts or name[:1] in "/\\" else ""


def _zip(path: Path, file: BinaryIO, limits: Limits) -> Iterator[Member]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        file.seek(0)
        yield Member(path.stem, _guarded(_cut_off(file), file, limits))
        return
    with archive:
        infos = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
        for info in infos:
            name, odd = _label(info.filename)
            yield Member(name, _guarded(_member(archive, info, file), file, limits, packed=info.compress_size), odd)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: BinaryIO) -> Iterator[bytes]:
    if info.flag_bits & 1:
        raise ArchiveError(f"{info.filename!r} has a password")
    if info.compress_type != zipfile.ZIP_DEFLATED:
        try:
            with archive.open(info) as stream:
                yield from iter(lambda: stream.read(CHUNK), b"")
        except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, ValueError) as error:
            raise ArchiveError(str(error)) from error
        return
    file.seek(info.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
        raise ArchiveError("its table of contents points to no file")
    file.seek(sum(_LOCAL.unpack(header)[-2:]), os.SEEK_CUR)
    yield from _inflate(file, info.compress_size, info.CRC)


def _cut_off(file: BinaryIO) -> Iterator[bytes]:
    """Read the first file of a zip whose table of contents is gone: the end of a download is missing."""
    header = file.read(_LOCAL.size)
    parts = _LOCAL.unpack(header) if len(header) == _LOCAL.size else None
    if parts is None or parts[0] != b"PK\x03\x04" or parts[3] != zipfile.ZIP_DEFLATED or parts[2] & 1:
        raise ArchiveError("a zip archive without its table of contents")
    file.seek(parts[-2] + parts[-1], os.SEEK_CUR)
    yield from _inflate(file, None, None)
    raise ArchiveError("a zip archive without its table of contents; only its first file could be read")


def _inflate(file: BinaryIO, packed: int | None, checksum: int | None) -> Iterator[bytes]:
    from isal import isal_zlib

    engine = isal_zlib.decompressobj(-15)
    left, check, waiting = packed, 0, b""
    while not engine.eof:
        if not waiting:
            waiting = file.read(CHUNK if left is None else min(CHUNK, left))
            left = None if left is None else left - len(waiting)
        last = not waiting
        try:
            piece = engine.flush() if last else engine.decompress(waiting, CHUNK)
        except _damage() as error:
            raise ArchiveError(f"the packed data are damaged ({error})") from error
        waiting = engine.unconsumed_tail
        check = isal_zlib.crc32(piece, check)
        if piece:
            yield piece
        if last and not engine.eof:
            raise ArchiveError("the archive is cut off")
    if checksum is not None and check != checksum:
        raise ArchiveError("the checksum is wrong")


def _unzstd(file: BinaryIO) -> Iterator[bytes]:
    import pyarrow as pa

    stream = pa.CompressedInputStream(file, "zstd")
    try:
        yield from iter(lambda: stream.read(CHUNK), b"")
    except (OSError, pa.ArrowException) as error:
        raise ArchiveError(f"the packed data are damaged or cut off ({error})") from error


def _streams(file: BinaryIO, make: Callable[[], Any], error: type[Exception]) -> Iterator[bytes]:
    """Unpack one stream after the other, as `cat a.gz b.gz` makes them."""
    engine, waiting, first = make(), b"", True
    while True:
        if engine.eof:
            waiting = (engine.unused_data or file.read(CHUNK)).lstrip(b"\0")
            if not waiting:
                return
            engine, first = make(), False
        # bz2 keeps what it has not used yet, zlib hands it back.
        elif getattr(engine, "needs_input", True) and not waiting:
            waiting = file.read(CHUNK)
        last = not waiting and getattr(engine, "needs_input", True)
        try:
            piece = getattr(engine, "flush", bytes)() if last else engine.decompress(waiting, CHUNK)
        except error as trouble:
            where = "damaged" if first else "followed by something else"
            raise ArchiveError(f"the packed data are {where} ({trouble})") from trouble
        waiting = getattr(engine, "unconsumed_tail", b"")
        if piece:
            yield piece
        if last and not engine.eof:
            raise ArchiveError("the archive is cut off")


def _guarded(chunks: Iterator[bytes], file: BinaryIO, limits: Limits, packed: int | None = None) -> Iterator[bytes]:
    """Stop an archive that unpacks to too much."""
    size = packed if packed is not None else os.fstat(file.fileno()).st_size
    total = 0
    for piece in chunks:
        total += len(piece)
        if total > limits.unpacked:
            raise ArchiveError(f"it unpacks to more than {limits.unpacked:,} bytes")
        if total > _LEAST and total > limits.ratio * max(size, 1):
            raise ArchiveError(f"it unpacks to more than {limits.ratio:g} times its size")
        yield piece


def beginning(chunks: Iterator[bytes]) -> tuple[bytes, ArchiveError | None]:
    """Return the first bytes of a member, and what stopped it if it broke off before there were enough."""
    head = b""
    try:
        while len(head) < HEAD and (chunk := next(chunks, b"")):
            head += chunk
    except ArchiveError as error:
        return head, error
    return head, None


def _damage() -> type[Exception]:
    from isal import isal_zlib

    return isal_zlib.error  # type: ignore[return-value]


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    from isal import isal_zlib

    return _streams(file, lambda: isal_zlib.decompressobj(31), _damage())


_PACKED: tuple[tuple[bytes, Callable[[BinaryIO], Iterator[bytes]]], ...] = (
    (b"\x1f\x8b", _gunzip),
    (b"BZh", lambda file: _streams(file, bz2.BZ2Decompressor, OSError)),
    (b"\xfd7zXZ\x00", lambda file: _streams(file, lzma.LZMADecompressor, lzma.LZMAError)),
    (b"\x28\xb5\x2f\xfd", _unzstd),
)
