"""Local copies of sources as paragraphs, whatever kind of file they are.

Text files have a paragraph a line; a line at the head that is only an address is not counted. HTML is read for its
blocks, of which only `<p>` are counted (inside `<article>` or `<main>` where there is one); menus, asides and teasers
are no part of an article. Word files have their own paragraphs, and footnotes apart; PDF files are read by page,
without the lines that every page repeats. A copy also says what it is a copy of: its title, and the address that a
browser or the page itself has written into it.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from analysis.curate.encodings import decoded

KINDS = (".txt", ".html", ".htm", ".pdf", ".docx")
_BLOCKS = [
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "td",
    "th",
    "blockquote",
    "div",
    "section",
    "figcaption",
    "br",
]
_UNSEEN = ["script", "style", "noscript", "template", "svg", "nav", "aside", "footer", "menu", "form", "title"]
# Classes by which a site marks what leads to other articles.
_TEASER = re.compile(
    r"(?:^|[-_ ])(?:teasers?|related|promo|newsletter|recommend\w*|read-?more|most-?read)(?:$|[-_ ])", re.I
)
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


def _counted(texts: list[str], kind: str = "para") -> tuple[Passage, ...]:
    kept = [text for text in texts if text.strip()]
    return tuple(Passage(kind, number, text) for number, text in enumerate(kept, start=1))


def _txt(path: Path) -> Copy:
    lines = [line.strip() for line in decoded(path.read_bytes(), path.name)[0].splitlines() if line.strip()]
    # An address on a line of its own at the head says where the text is from and is no part of it.
    heads = [_ADDRESS.fullmatch(line) for line in lines[:5]]
    urls = tuple(head.group(1) for head in heads if head)
    texts = [line for number, line in enumerate(lines) if number >= len(heads) or not heads[number]]
    return Copy(path, _counted(texts), title=texts[0][:200] if texts else "", urls=urls)


def _docx(path: Path) -> Copy:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        title = ""
        if "docProps/core.xml" in names:
            title = ElementTree.fromstring(archive.read("docProps/core.xml")).findtext(_DUBLIN) or ""
        body = _paragraphs(archive.read("word/document.xml"))
        notes = [f"word/{kind}notes.xml" for kind in ("foot", "end") if f"word/{kind}notes.xml" in names]
        passages = (
            *_counted(body),
            *_counted([text for name in notes for text in _paragraphs(archive.read(name))], "note"),
        )
    return Copy(path, passages, title=title)


def _paragraphs(xml: bytes) -> list[str]:
    breaks = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n"}
    return [
        "".join(node.text or "" if node.tag == f"{_WORD}t" else breaks.get(node.tag, "") for node in para.iter())
        for para in ElementTree.fromstring(xml).iter(f"{_WORD}p")
    ]


def _pdf(path: Path) -> Copy:
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(path)
        pages = _without_furniture([page.extract_text().splitlines() for page in reader.pages])
        title = str(reader.metadata.title or "") if reader.metadata else ""
    except PyPdfError as error:
        raise ValueError(f"no readable PDF: {error}") from None
    return Copy(path, tuple(Passage("page", number, text) for number, text in enumerate(pages, start=1)), title=title)


def _without_furniture(pages: list[list[str]]) -> list[str]:
    """Return the pages' texts without first and last lines that other pages have too, but for their numbers."""

    def bare(line: str) -> str:
        return re.sub(r"\d+", "#", line.strip())

    def edges(lines: list[str]) -> set[int]:
        filled = [number for number, line in enumerate(lines) if line.strip()]
        return {*filled[:2], *filled[-2:]}

    counts = Counter(line for lines in pages for line in {bare(lines[at]) for at in edges(lines)})
    least = max(2, len(pages) / 2)
    return [
        "\n".join(
            line
            for at, line in enumerate(lines)
            if not (at in edges(lines) and (counts[bare(line)] >= least or re.fullmatch(r"\W*\d{1,4}\W*", line)))
        )
        for lines in pages
    ]


def soup_of(path: Path) -> Any:
    """Return a saved web page as a tree of BeautifulSoup."""
    from bs4 import BeautifulSoup

    return BeautifulSoup(decoded(path.read_bytes(), path.name)[0], "html.parser")


def _html(path: Path) -> Copy:
    from bs4 import Comment

    page = soup_of(path)
    urls = [str(one.get("href")) for one in page.find_all("link", rel="canonical")]
    urls += [str(one.get("content")) for one in page.find_all("meta", property="og:url")]
    for comment in page.find_all(string=lambda text: isinstance(text, Comment)):
        urls += re.findall(r"saved from url=\(\d+\)(\S+)", comment)
    title = " ".join(page.title.get_text().split()) if page.title else ""
    for one in page.find_all(lambda tag: tag.name in _UNSEEN or (tag.name != "body" and _TEASER.search(_classes(tag)))):
        one.decompose()
    article = page.find(["article", "main"])
    whole = article is not None and article.find("p") is not None
    blocks = _blocks(page)
    counted = [text for tag, text, within in blocks if tag == "p" and (within or not whole)]
    rest = [text for tag, text, within in blocks if tag != "p" or (whole and not within)]
    return Copy(path, (*_counted(counted), *_counted(rest, "block")), title=title, urls=tuple(urls))


def _classes(tag: Any) -> str:
    return " ".join(tag.get("class") or []) if tag.attrs else ""


def _blocks(page: Any) -> list[tuple[str, str, bool]]:
    """Return the texts of a page in order: the block that each stands in, its words, whether it is of the article."""
    from bs4 import Comment, Doctype

    blocks: list[tuple[int, str, str, bool]] = []
    for text in page.find_all(string=True):
        if isinstance(text, Comment | Doctype):
            continue
        block = text.find_parent(_BLOCKS)
        kind, key = (block.name, id(block)) if block is not None else ("", 0)
        if blocks and blocks[-1][0] == key:
            blocks[-1] = (key, kind, blocks[-1][2] + str(text), blocks[-1][3])
        elif str(text).strip():
            blocks.append((key, kind, str(text), text.find_parent(["article", "main"]) is not None))
    return [(kind, text, within) for _, kind, text, within in blocks]
