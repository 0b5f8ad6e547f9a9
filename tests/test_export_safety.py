"""Record text is data: whatever it holds comes out as the text it is, and nothing is run, read or fetched on the way."""

from __future__ import annotations

import io
import re
import threading
import unicodedata
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from xml.etree import ElementTree

import export_kit as kit
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from analysis.errors import PublishError
from analysis.export import export
from analysis.findings.display import Finding, Table
from analysis.findings.document import Bibliography

# Text that means something to one of the languages on the way: Typst, Markdown, HTML, TeX, citeproc, a spreadsheet, a terminal.
HOSTILE = [
    '#read("/etc/passwd")', "#let x = 1", "#panic()", "];#panic()", '"; #panic() "', "= head", "/ term: x", "// comment", "/* comment */", "<label>", "@ref", "\\",
    "\\u{41}", "*b* _i_", "**bb** __u__", "~sub~ ^sup^", "`code`", "``` {=typst}", "{{< include x >}}", "![](http://e.org/x.png)", "[a](javascript:x)",
    "[@x]", "[@osw-2021]", "@osw-2021", "(@ex)", "[^1]", "^[note]", "|a|b|", ":::", "- item", "+ item", "1. one", "(a) b", "# head", "---", "--", "...",
    "<script>alert(1)</script>", "<!-- c -->", "&amp; &lt;", "<i>it</i>", "<br>", "$x^2$", "$$", "\\input{x}", "\\(x\\)", "{.c typst:text:fill=red}", "[x]{y=1}",
    "=1+2", "@SUM(A1)", "http://e.org/a_b", "a@e.org", "-1.5", "x-?", "%", '"quoted"', "zq0qz", "picture-1.svg", "\u202eturned\u202c", "a\u200bb", "a\u200db", "\ufeffx",
    "😀", "→ ≤ ½", "Łódź", "курсив", "W" * 50, "a/" * 25, "\x1b[31m", "\x00", "x\u00ady",
]  # fmt: skip
LETTERS = st.text(st.sampled_from("abcXYZ019 .,;:!?'\"()[]{}<>#$%&*+-/=@\\^_`|~ąćęłńóśźżабвгдеёўіüß“”–€"), max_size=12)
TEXTS = (
    st.lists(st.sampled_from(HOSTILE) | LETTERS, min_size=1, max_size=2)
    .map(" ".join)
    .filter(lambda text: bool(squeezed(text)))
)


def squeezed(text: str) -> str:
    """Return what a reader could compare: without spaces, line ends and what no page shows.

    A PDF keeps no spaces that matter, sets a word that fits no line in two, and joins a letter and its accent; control characters and
    the marks that force a reading direction are dropped on purpose (see `analysis.export.terminal_text`).
    """
    kept = (
        char
        for char in unicodedata.normalize("NFC", text)
        if unicodedata.category(char) not in {"Cc", "Cf", "Zs", "Zl", "Zp"}
    )
    return "".join(kept)


def printed(document: bytes, foot: str = "") -> str:
    """Return the text of the pages, one after the other, without the foot that stands between them."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(document)).pages]
    return "".join(squeezed(page.rsplit("Information as of", 1)[0]).removesuffix(squeezed(foot)) for page in pages)


def hostile_notebook(text: str) -> Any:
    frame = pd.DataFrame({f"Head {text}": [f"Cell {text} end", "plain"], "Other": ["x", f"Last {text} end"]})
    item = {
        **kit.SOURCES[2],
        "title": f"Work {text} end",
        "publisher": f"House {text} end",
        "note": f"Grade {text} end",
    }
    return kit.notebook(
        kit.cell(kit.cover(title=f"Title {text} end", relationship=f"Both {text} end", handling=f"Handle {text} end")),
        kit.cell(Finding(f"Finding {text} end", ("osw-2021",)), tags=("bottom-line",)),
        kit.cell(Table(frame, f"Caption {text} end", "table", sources=[("osw-2021",), ()])),
        kit.cell(noted(text)),
        kit.cell(Bibliography((item,))),
    )


def noted(text: str) -> Any:
    """Return a chart's output whose words are `text`; the picture itself is drawn once."""
    output = kit.shown(kit.chart())
    told = {**output["metadata"]["image/svg+xml"], "alt": f"Alt {text} end", "caption": f"Note {text} end"}
    output["metadata"] = {"image/svg+xml": told}
    return output


def fields(text: str) -> list[str]:
    """Return what must be found on the page; citeproc may curl quotation marks in notes, which is typography."""
    plain = [f"{name} {text} end" for name in ("Title", "Both", "Handle", "Finding", "Cell", "Last", "Caption", "Note")]
    return [*plain, f"Head {text}"]


def curled(text: str) -> str:
    return re.sub("[\"'‘’“”]", "'", squeezed(text))


@settings(derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(TEXTS)
def test_hostile_text_comes_out_of_the_pdf_as_the_text_it_is(text: str) -> None:
    made = export(hostile_notebook(text))
    page = printed(made, f"Handle {text} end")
    for field in fields(text):
        assert squeezed(field) in page
    for field in (f"Work {text} end", f"House {text} end", f"Grade {text} end"):
        assert curled(field) in curled(page)
    reader = PdfReader(io.BytesIO(made))
    assert [squeezed(str(element["/Alt"])) for element in kit.structure(made) if element["/S"] == "/Figure"] == [
        squeezed(f"Alt {text} end")
    ]
    links = {
        one.get_object()["/A"]["/URI"]
        for page in reader.pages
        for one in page.get("/Annots", [])
        if "/URI" in one.get_object().get("/A", {})
    }
    assert links == {"https://example.org/osw"}
    assert set(reader.attachments) == {"manifest.json", "table.csv", "tension.csv"}


@pytest.mark.parametrize("text", HOSTILE)
def test_each_hostile_text_comes_out_of_every_form(text: str) -> None:
    notebook = hostile_notebook(text)
    page = printed(export(notebook))
    word = zipfile.ZipFile(io.BytesIO(export(notebook, form="docx")))
    body = "".join(ElementTree.fromstring(word.read("word/document.xml")).itertext()) + "".join(
        ElementTree.fromstring(word.read("word/footer1.xml")).itertext()
    )
    web = export(notebook, form="html").decode()
    shown = Words()
    shown.feed(web)
    for field in fields(text):
        assert squeezed(field) in page
        assert squeezed(field) in squeezed(body) or field.startswith("Handle")
        assert squeezed(field) in squeezed(shown.text)
    assert "script" not in shown.tags
    assert {address for address in shown.addresses if not address.startswith(("#", "data:"))} == {
        "https://example.org/osw"
    }


@settings(derandomize=True, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=40))
def test_any_text_at_all_can_be_set(text: str) -> None:
    notebook = kit.notebook(
        kit.cell(kit.cover(title=f"T {text}")),
        kit.cell(Finding(f"F {text}")),
        kit.cell(kit.bundle(text_plain=f"P {text}")),
        kit.prose(text),
    )
    made = export(notebook, missing_alt="placeholder")
    assert made.startswith(b"%PDF")


def test_columns_of_the_attached_tables_are_guarded_against_spreadsheets() -> None:
    frame = pd.DataFrame({"What": ["=HYPERLINK(1)", "+1", "-1", "@x", "fine"]})
    made = export(kit.notebook(kit.prose("# T"), kit.cell(Table(frame, "C", "t"))))
    rows = PdfReader(io.BytesIO(made)).attachments["t.csv"][0].decode().splitlines()
    assert rows == ["What", "'=HYPERLINK(1)", "'+1", "'-1", "'@x", "fine"]


# Foreign text may try more than a record can


@pytest.mark.parametrize(
    "source",
    [
        '```{=typst}\n#read("/etc/passwd")\n```',
        '`#read("/etc/passwd")`{=typst}',
        '[x]{typst:text:fill="read(\\"/etc/passwd\\")"}',
        '::: {typst:fill="read(\\"/etc/passwd\\")"}\nx\n:::',
        "\\input{/etc/passwd}",
        '<iframe src="file:///etc/passwd"></iframe><object data="/etc/passwd"></object>',
        "---\ntitle: x\nbibliography: /etc/passwd\ntemplate: /etc/passwd\n---\n\ntext",
    ],
)
def test_markdown_cannot_reach_files_or_typst(source: str) -> None:
    made = export(
        kit.notebook(
            kit.prose("# T"),
            kit.prose(source),
            kit.cell(kit.bundle(text_html=source)),
            kit.cell(kit.bundle(text_latex=source)),
        )
    )
    assert "root:" not in kit.pdf_text(made)


@pytest.mark.parametrize(
    "href", ["/etc/hostname", "file:///etc/hostname", "../../../etc/hostname", "http://127.0.0.1:9/x"]
)
def test_a_vector_picture_cannot_reach_outside(href: str) -> None:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{href}" width="9" height="9"/></svg>'
    notebook = kit.notebook(kit.prose("# T"), kit.cell(kit.bundle(image_svg=svg, text_plain="words"), source="draw()"))
    with pytest.raises(PublishError, match=r"cell 2 .*cannot be set"):
        export(notebook, strict=True)
    made, said = kit.notices(notebook)
    assert "A picture that cannot be shown: words" in kit.words_of(made, "pdf")
    assert len(said) == 1


@pytest.mark.parametrize("form", ["pdf", "docx", "html"])
def test_nothing_is_fetched(form: str, server: tuple[str, list[str]]) -> None:
    address, asked = server
    markdown = (
        f"![picture]({address}/a.png) <img src='{address}/b.png' alt='b'> [link]({address}/c) ![]({address}/d.svg)"
    )
    page = f"<p>x</p><img src='{address}/e.png' alt='e'><iframe src='{address}/f'></iframe><link rel='stylesheet' href='{address}/g.css'>"
    item = {**kit.SOURCES[2], "URL": f"{address}/h"}
    notebook = kit.notebook(
        kit.prose("# T\n\n" + markdown), kit.cell(kit.bundle(text_html=page)), kit.cell(kit.bundle(text_markdown=markdown)),
        kit.cell(Finding("So.", ("osw-2021",))), kit.cell(Bibliography((item,))),
    )  # fmt: skip
    made = export(notebook, form=form)
    assert made
    assert asked == []


def test_links_that_are_no_links_are_text() -> None:
    source = (
        "[a](javascript:alert(1)) [b](file:///etc/passwd) [c](data:text/html,x) [d](#nowhere) [e](https://example.org/)"
    )
    reader = PdfReader(io.BytesIO(export(kit.notebook(kit.prose("# T\n\n" + source)))))
    annotations = [one.get_object() for page in reader.pages for one in page.get("/Annots", [])]
    assert [one["/A"]["/URI"] for one in annotations] == ["https://example.org/"]


def test_a_source_with_an_address_that_is_no_web_page_is_printed_not_linked() -> None:
    item = {**kit.SOURCES[2], "URL": "javascript:alert(1)"}
    made = export(
        kit.notebook(kit.prose("# T"), kit.cell(Finding("So.", ("osw-2021",))), kit.cell(Bibliography((item,))))
    )
    annotations = [one.get_object() for page in PdfReader(io.BytesIO(made)).pages for one in page.get("/Annots", [])]
    assert not [one for one in annotations if "/URI" in one.get("/A", {})]
    assert "javascript:alert(1)" in squeezed(kit.pdf_text(made))


class Words(HTMLParser):
    """Collects a page's text, tags and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self.addresses, self._inside = "", set[str](), list[str](), ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._inside = tag
        self.addresses += [value or "" for key, value in attrs if key in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        if self._inside != "style":
            self.text += data


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine, and the list of what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    running = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", asked
    running.shutdown()
    running.server_close()
