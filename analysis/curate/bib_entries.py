"""Bibliographies entry by entry: what pandoc can read of each, and where and why one cannot be taken.

A file is cut into entries first (BibTeX by bibtexparser, RIS at its `TY` lines, CSL-JSON by its list), so that one
damaged entry costs no other. The sound ones go through pandoc together; where it stumbles, the halves are tried until
the entry is found that it cannot read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.curate.bib_dates import edtf, from_csl, is_no_date
from analysis.curate.encodings import decoded
from analysis.errors import OptionError

KINDS = {".json": "csljson", ".bib": "biblatex", ".ris": "ris"}
# English BibTeX titles are put into sentence case, which takes the capital off every name without braces. An entry that
# names another language is left alone; this one is taken out again.
_NO_LANGUAGE = "latin"
_TAG = re.compile(r"^\s*([A-Z][A-Z0-9])\s{0,2}-(?:\s(.*))?$")
_LINK = re.compile(r"https?://[^\s{}\"<>,]+")


@dataclass
class Entry:
    """One entry: its key, its place and text in the file, what pandoc made of it, and why it cannot be taken."""

    key: str
    place: str
    text: str
    clean: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    item: dict[str, Any] = field(default_factory=dict)
    fault: str = ""

    @property
    def published(self) -> tuple[str, str]:
        """The date as EDTF, and as it was written where that could not be read."""
        written = [self.fields[name] for name in ("date", "DA", "Y1", "PY", "Y2") if self.fields.get(name)]
        if self.fields.get("year"):
            parts = [self.fields.get(name, "") for name in ("day", "month", "year")]
            written.append("-".join(filter(None, parts[::-1])) if parts[1].isdigit() else " ".join(parts).strip())
            written.append(self.fields["year"])
        read = max((edtf(one) for one in written), key=len, default="")
        if read or not written:
            return (read, "") if read else from_csl(self.item.get("issued"))
        return "", "" if all(map(is_no_date, written)) else written[0]


def read(path: Path) -> tuple[list[Entry], list[str]]:
    """Return the entries of a bibliography in their order, and what a reader must know of the file.

    Raises
    ------
    OptionError
        When the file is missing or holds no entry.
    """
    if not path.is_file():
        raise OptionError(str(path), "", "a file", "missing")
    text, said = decoded(path.read_bytes(), path.name)
    notes = [said] if said else []
    kind = KINDS[path.suffix.lower()]
    if kind == "csljson":
        return _csl(text, path.name), notes
    entries, remarks = (_bibtex if kind == "biblatex" else _ris)(
        text.replace("\r\n", "\n").replace("\r", "\n"), path.name
    )
    if not entries:
        foreign = re.match(r"\s*(?:FN|PT|PMID) ?-? ", text)
        hint = "It looks like an export of Web of Science or PubMed; export it as RIS or BibTeX." if foreign else ""
        raise OptionError(path.name, "", f"a bibliography ({kind}) with entries", "a file without one", hint)
    _convert([entry for entry in entries if not entry.fault], kind)
    return entries, notes + remarks


def _csl(text: str, name: str) -> list[Entry]:
    try:
        items = json.loads(text)
    except ValueError as error:
        raise OptionError(name, "", "CSL-JSON", str(error), "Export the collection again as CSL JSON.") from None
    items = items.get("items", [items]) if isinstance(items, dict) else items
    entries = []
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            entries.append(Entry(f"item {number}", f"{name}, item {number}", json.dumps(item), fault="no item of CSL"))
            continue
        key = str(item.get("id") or f"item {number}")
        entries.append(Entry(key, f"{name}, item {number} ({key})", json.dumps(item, ensure_ascii=False), item=item))
    return entries


def _bibtex(text: str, name: str) -> tuple[list[Entry], list[str]]:
    import logging

    from bibtexparser import entrypoint
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, ParsingFailedBlock, Preamble, String
    from bibtexparser.model import Entry as Block

    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    # EndNote leaves the key out; the line gives one.
    keyless = re.compile(r"(@(?!string|comment|preamble)\w+\s*[{(])\s*(?:,\s*|(?=[\w-]+\s*=))", re.IGNORECASE)
    text = keyless.sub(lambda found: f"{found.group(1)}line{text[: found.start()].count(chr(10)) + 1},", text)
    entries, notes, before, seen = [], list[str](), "", dict[str, int]()
    for block in entrypoint.parse_string(text, parse_stack=[]).blocks:
        line = (block.start_line or 0) + 1
        raw = str(block.raw or "")
        if isinstance(block, String | Preamble):
            before += f"{raw}\n"
            continue
        if isinstance(block, DuplicateFieldKeyBlock):
            twice = ", ".join(sorted(block.duplicate_keys))
            notes.append(f"{name}, line {line}: {twice} stands there twice; the first was taken.")
        if isinstance(block, DuplicateFieldKeyBlock | DuplicateBlockKeyBlock):
            block = block.ignore_error_block or block
        if isinstance(block, Block):
            seen[block.key] = seen.get(block.key, 0) + 1
            key = block.key if seen[block.key] == 1 else f"{block.key}-{seen[block.key]}"
            fields = {one.key.lower(): str(one.value) for one in reversed(block.fields)}
            bare = {field_name: re.sub(r'^[{"]+|[}"]+$', "", value.strip()) for field_name, value in fields.items()}
            _address(fields, bare)
            entries.append(
                Entry(key, f"{name}, line {line} ({key})", raw, _written(block.entry_type, key, fields), bare)
            )
        elif isinstance(block, ParsingFailedBlock):
            key = (re.match(r"@\w+\s*[{(]\s*([^,\s}]*)", raw) or [raw, f"line {line}"])[1]
            reason = str(getattr(block.error, "abort_reason", "") or block.error)
            entries.append(Entry(key, f"{name}, line {line} ({key})", raw, fault=" ".join(reason.split())))
    # Pandoc takes macros with every piece of the file that it is given.
    for entry in entries:
        entry.fields["@"] = before
    return entries, notes


def _address(fields: dict[str, str], bare: dict[str, str]) -> None:
    """Take the address of a page out of the fields in which older exports keep it."""
    if bare.get("url") or bare.get("doi"):
        return
    for name in ("howpublished", "note"):
        found = _LINK.search(bare.get(name, ""))
        if found:
            fields["url"] = f"{{{found.group().rstrip('.;)')}}}"
            if name == "howpublished":
                del fields[name]
            return


def _written(kind: str, key: str, fields: dict[str, str]) -> str:
    """Return an entry as pandoc reads it: curly brackets, names without blanks, a type without underscores."""
    plain = "misc" if "_" in kind else kind
    kept = {name: value for name, value in fields.items() if re.fullmatch(r"[\w:.+-]+", name)}
    kept.setdefault("langid", f"{{{_NO_LANGUAGE}}}")
    lines = "".join(f"  {name} = {value},\n" for name, value in kept.items())
    return f"@{plain}{{{_pandoc_key(key)},\n{lines}}}\n"


def _pandoc_key(key: str) -> str:
    return re.sub(r"[^\w:.+/-]", "_", key)


def _ris(text: str, name: str) -> tuple[list[Entry], list[str]]:
    entries: list[Entry] = []
    stray: list[int] = []
    tag = ""
    inside = False
    for number, line in enumerate(text.split("\n"), start=1):
        found = _TAG.match(line)
        if found and found.group(1) == "TY":
            inside, tag = True, ""
            entries.append(Entry("", f"{name}, line {number}", ""))
        elif found and found.group(1) == "ER":
            inside = False
            continue
        if not inside:
            if line.strip() and not re.fullmatch(r"\s*\d+\.?\s*", line):
                stray.append(number)
            continue
        entry = entries[-1]
        entry.text += f"{line}\n"
        if found:
            tag, value = found.group(1), (found.group(2) or "").strip()
            if value:
                entry.fields.setdefault(tag, value)
                entry.clean += f"{tag}  - {value}\n"
        elif line.strip() and entry.clean:
            # A value goes on in the next line.
            entry.clean = f"{entry.clean.rstrip()} {line.strip()}\n"
            entry.fields[tag] = entry.fields.get(tag, "") + f" {line.strip()}"
    for number, entry in enumerate(entries, start=1):
        title = next((entry.fields[one] for one in ("TI", "T1", "CT", "BT") if one in entry.fields), "")
        entry.key = entry.fields.get("ID") or title[:60] or f"entry {number}"
        entry.place += f" ({entry.key})"
        dated = re.sub(r"(?m)^(?:DA|Y1|Y2|PY|ID|ER|L[1-4])  - .*\n", "", entry.clean)
        entry.clean = f"{dated}ID  - entry{number}\nER  - \n\n"
    lines = f"lines {stray[0]}-{stray[-1]}" if len(stray) > 1 else f"line {stray[0]}" if stray else ""
    return entries, [
        f"{name}, {lines}: {len(stray)} lines stand outside of any entry and were left out."
    ] if stray else []


def _convert(entries: Sequence[Entry], kind: str) -> None:
    """Fill in what pandoc makes of each entry; name its reason where it can make nothing."""
    bad = {id(entry): words for entry, words in _unreadable(entries, kind)}
    for entry in entries:
        entry.fault = bad.get(id(entry), "")
    sound = [entry for entry in entries if not entry.fault]
    items = _pandoc(sound, kind) if sound else []
    if isinstance(items, str):
        for entry in sound:
            entry.fault = items
        return
    by_id = {str(item.get("id")): item for item in items}
    for number, entry in enumerate(sound):
        found = by_id.get(_pandoc_key(entry.key)) if kind == "biblatex" else None
        entry.item = found or (items[number] if kind == "ris" and len(items) == len(sound) else {})
        if not entry.item:
            entry.fault = "pandoc reads nothing from it"
        elif entry.item.get("language") == "la" and entry.fields.get("langid", "") != _NO_LANGUAGE:
            entry.item = {name: value for name, value in entry.item.items() if name != "language"}


def _unreadable(entries: Sequence[Entry], kind: str) -> Iterator[tuple[Entry, str]]:
    said = _pandoc(entries, kind) if entries else []
    if not isinstance(said, str) and (kind != "ris" or len(said) == len(entries)):
        return
    if len(entries) == 1:
        yield entries[0], said if isinstance(said, str) else "pandoc reads nothing from it"
        return
    middle = len(entries) // 2
    for half in (entries[:middle], entries[middle:]):
        yield from _unreadable(half, kind)


def _pandoc(entries: Sequence[Entry], kind: str) -> list[dict[str, Any]] | str:
    """Return the items of some entries, or what pandoc holds against them."""
    import pypandoc

    text = entries[0].fields.get("@", "") + "".join(entry.clean for entry in entries)
    try:
        items: list[dict[str, Any]] = json.loads(pypandoc.convert_text(text, "csljson", format=kind))
    except (RuntimeError, ValueError) as error:
        lines = [line.strip() for line in str(error).splitlines() if re.search(r"[a-z]", line)]
        said = next((line for line in reversed(lines) if re.match(r"(?:un)?expect", line)), lines[-1] if lines else "")
        return f"pandoc: {said.rstrip('.')}"
    return items
