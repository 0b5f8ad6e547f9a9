"""Local copies of sources as paragraphs, whatever kind of file they are.

Text files have a paragraph a line; a line at the head that is only an address is not counted. HTML is read for its
blocks, of which only `<p>` are counted (inside `<article>` or `<main>` where there is one), so that a menu does not
shift the count. Word files have their own paragraphs, PDF files are read by page. A copy also says what it is a copy
of: its title, and the address that a browser or the page itself has written into it.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

KINDS = (".txt", ".html", ".htm", ".pdf", ".docx")
_BLOCKS = frozenset(
    ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "blockquote", "div", "section", "figcaption", "br")
)
_UNSEEN = frozenset(("script", "style", "noscript", "template", "svg"))
_ADDRESS = re.compile(r"(?:\w+:\s*)?(https?://\S+)")
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DUBLIN = "{http://purl.org/dc/elements/1.1/}title"


@dataclass(frozen=True)
class Passage:
    """A stretch of a copy: `kind` is para, page or block (text outside of counted paragraphs); `number` from 1."""

    kind: str
    number: int
    text: str

    @property
    def place(self) -> str:
        """The place as a locator names it."""
        return f"{self.kind} {self.number}"


@dataclass(frozen=True)
class Copy:
    """A local copy of a source: its file, its passages in order, and what it says it is."""

    path: Path
    passages: tuple[Passage, ...]
    title: str = ""
    urls: tuple[str, ...] = ()
    unreadable: str = ""


def read_copies(folder: Path) -> list[Copy]:
    """Read every copy in a folder and its subfolders, by name; a damaged one has no passages and says why."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in KINDS and path.is_file())
    return [read_copy(path) for path in files]


def read_copy(path: Path) -> Copy:
    """Read one copy by its ending."""
    kind = path.suffix.lower()
    try:
        if kind == ".pdf":
            return _pdf(path)
        if kind == ".docx":
            return _docx(path)
        return _txt(path) if kind == ".txt" else _html(path)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, ElementTree.ParseError) as error:
        return Copy(path, (), unreadable=str(error) or type(error).__name__)


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:2048])
    for encoding in ("utf-8-sig", *([declared.group(1).decode()] if declared else []), "cp1252"):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("utf-8", errors="replace")


def _counted(texts: list[str], kind: str = "para") -> tuple[Passage, ...]:
    kept = [text for text in texts if text.strip()]
    return tuple(Passage(kind, number, text) for number, text in enumerate(kept, start=1))


def _txt(path: Path) -> Copy:
    lines = [line.strip() for line in _decoded(path).splitlines() if line.strip()]
    # An address on a line of its own at the head says where the text is from and is no part of it.
    heads = [_ADDRESS.fullmatch(line) for line in lines[:5]]
    urls = tuple(head.group(1) for head in heads if head)
    texts = [line for number, line in enumerate(lines) if number >= len(heads) or not heads[number]]
    return Copy(path, _counted(texts), title=texts[0][:200] if texts else "", urls=urls)


def _docx(path: Path) -> Copy:
    with zipfile.ZipFile(path) as archive:
        body = ElementTree.fromstring(archive.read("word/document.xml"))
        title = ""
        if "docProps/core.xml" in archive.namelist():
            title = ElementTree.fromstring(archive.read("docProps/core.xml")).findtext(_DUBLIN) or ""
    breaks = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n"}
    texts = [
        "".join(node.text or "" if node.tag == f"{_WORD}t" else breaks.get(node.tag, "") for node in para.iter())
        for para in body.iter(f"{_WORD}p")
    ]
    return Copy(path, _counted(texts), title=title)


def _pdf(path: Path) -> Copy:
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(path)
        pages = [re.sub(r"(\w)-\n(\w)", r"\1\2", page.extract_text()) for page in reader.pages]
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except PyPdfError as error:
        raise ValueError(f"no readable PDF: {error}") from None
    return Copy(path, tuple(Passage("page", number, text) for number, text in enumerate(pages, start=1)), title=title)


def _html(path: Path) -> Copy:
    parser = _Page()
    parser.feed(_decoded(path))
    parser.close()
    parser.end_block()
    within = parser.within if any(tag == "p" for tag, _ in parser.within) else []
    counted = [text for tag, text in within or parser.blocks if tag == "p"]
    rest = [text for tag, text in parser.blocks if tag != "p" or (within and (tag, text) not in within)]
    passages = (*_counted(counted), *_counted(rest, "block"))
    return Copy(path, passages, title=" ".join(parser.title.split()), urls=tuple(parser.urls))


class _Page(HTMLParser):
    """Collects the blocks of a page, those inside its article apart, and what the page says it is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[tuple[str, str]] = []
        self.within: list[tuple[str, str]] = []
        self.title, self.urls = "", list[str]()
        self._tag, self._text = "", ""
        self._unseen, self._article, self._in_title = 0, 0, False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._unseen += tag in _UNSEEN
        self._in_title |= tag == "title"
        if (tag == "link" and given.get("rel") == "canonical") or given.get("property") == "og:url":
            self.urls.append(given.get("href") or given.get("content", ""))
        if tag in _BLOCKS:
            self.end_block()
            self._tag = tag
        self._article += tag in ("article", "main")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS or tag in ("article", "main"):
            self.end_block()
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        self._in_title &= tag != "title"
        self._article = max(0, self._article - (tag in ("article", "main")))

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._unseen:
            self._text += data

    def handle_comment(self, data: str) -> None:
        self.urls += re.findall(r"saved from url=\(\d+\)(\S+)", data)

    def end_block(self) -> None:
        """Close the block that is being read."""
        if self._text.strip():
            self.blocks.append((self._tag, self._text))
            if self._article:
                self.within.append((self._tag, self._text))
        self._tag, self._text = "", ""
