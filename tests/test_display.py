"""What a notebook shows: the same thing in every form, and record text never becomes markup."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from html.parser import HTMLParser

import pandas as pd
import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from analysis.findings.display import Chart, Finding, Findings, Table
from analysis.findings.document import BIBLIOGRAPHY_MIME, COVER_MIME, Bibliography, Cover
from analysis.findings.escaping import escape_markdown, safe_csv

HOSTILE = [
    '#read("/etc/passwd")',
    "[@x]",
    "<script>alert(1)</script>",
    "$x^2$",
    "`code`",
    "![](http://x.invalid/a.png)",
    "*b*",
    "a | b",
    "\\",
    "- list",
    "1. one",
    "~~~",
    "{#id .c}",
    "x\ny",
    "'quoted' \"text\" -- ... ---",
    "https://example.org",
    "^up^ ~down~",
    "[^1]",
    "@name",
    ":::",
]


def pandoc_text(markdown: str) -> str:
    """Read Markdown as the export does and give back its plain words."""
    tree = json.loads(
        subprocess.run(
            [pypandoc.get_pandoc_path(), "-f", "markdown-smart", "-t", "json"],
            input=markdown,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    words: list[str] = []

    def walk(node: object) -> None:
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            kind = node.get("t")
            assert kind in {"Para", "Plain", "Str", "Space", None}, f"{kind} from {markdown!r}"
            if kind == "Str":
                words.append(node["c"])
            elif kind == "Space":
                words.append(" ")
            else:
                walk(node.get("c", []))

    walk(tree["blocks"])
    return "".join(words)


@pytest.mark.parametrize("text", HOSTILE)
def test_record_text_stays_text_in_markdown(text: str) -> None:
    assert pandoc_text(escape_markdown(text)) == " ".join(text.split())


@settings(max_examples=40)
@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["Cc", "Zs"]), min_size=1, max_size=30
    )
)
def test_any_text_stays_text_in_markdown(text: str) -> None:
    assert pandoc_text(escape_markdown(text)) == text


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("text", HOSTILE)
def test_record_text_stays_text_in_html(text: str) -> None:
    page = Words()
    page.feed(Finding(text).html())
    assert (page.tags, page.words) == (["p"], text)


def test_a_finding_carries_its_citations_in_each_form() -> None:
    finding = Finding(
        "Tension is 0.3.", ("b-2001", "a-2000", "b-2001"), ("events:x",), {"a-2000": "https://example.org/a"}
    )
    data, _ = finding._repr_mimebundle_()
    assert data["text/plain"] == "Tension is 0.3. [a-2000; b-2001]"
    assert data["text/markdown"] == "Tension is 0\\.3\\. [@{a-2000}; @{b-2001}]"
    assert '<a href="https://example.org/a">a-2000</a>; b-2001' in data["text/html"]


def test_findings_are_one_list() -> None:
    data, _ = Findings((Finding("One."), Finding("Two.")))._repr_mimebundle_()
    assert data["text/plain"] == "- One.\n- Two."
    assert data["text/html"] == "<ul><li>One.</li><li>Two.</li></ul>"


def chart() -> Chart:
    figure = Figure(figsize=(3, 2))
    figure.add_subplot().plot([1, 2], [3, 4])
    figure.text(0, 0.95, "Tension rose")
    return Chart(
        figure,
        "test",
        "Tension rose",
        "Share, 2001-2002",
        "Source: record",
        'A line "rises" <from> 3 to 4',
        pd.DataFrame({"date": ["2001"], "value": [3.0]}),
        "How to read it",
    )


def test_a_chart_has_words_picture_and_rows_in_its_bundle() -> None:
    data, metadata = chart()._repr_mimebundle_()
    assert data["text/plain"] == 'A line "rises" <from> 3 to 4'
    assert 'alt="A line &quot;rises&quot; &lt;from&gt; 3 to 4"' in data["text/html"]
    assert ">Tension rose</text>" in data["image/svg+xml"]
    assert data["text/csv"] == "date,value\n2001,3\n"
    assert metadata["image/svg+xml"]["alt"] == data["text/plain"]


def test_a_chart_gives_the_same_bytes_twice() -> None:
    assert chart().svg() == chart().svg()
    assert chart().png() == chart().png()


def test_a_table_escapes_cells_and_cites_rows() -> None:
    table = Table(pd.DataFrame({"who": ["A|B", "<b>"], "share": [0.5, None]}), "Who, 2001", "who", [["s1"], []])
    markdown = table.markdown()
    assert "A\\|B" in markdown
    assert "0\\.5 [@{s1}] |" in markdown
    assert ": Who\\, 2001" in markdown
    assert "&lt;b&gt;" in table.html()
    assert table.plain().splitlines()[0] == "Who, 2001"


def test_a_table_refuses_sources_that_do_not_fit_its_rows() -> None:
    with pytest.raises(ValueError, match="1 lists of sources for 2 rows"):
        Table(pd.DataFrame({"a": [1, 2]}), "c", "n", [["s"]])


def test_cover_and_bibliography_travel_as_data() -> None:
    cover, _ = Cover(
        "Title", "A and B", "2001-01-02", "2000 to 2001", "abc", parameters={"half_life": "90D"}
    )._repr_mimebundle_()
    assert cover[COVER_MIME]["parameters"] == {"half_life": "90D"}
    data, _ = Bibliography(({"id": "s1", "title": "T", "URL": "https://example.org"},))._repr_mimebundle_()
    assert data[BIBLIOGRAPHY_MIME] == [{"id": "s1", "title": "T", "URL": "https://example.org"}]
    assert data["text/plain"] == "1 source cited"


@given(st.lists(st.text(max_size=8), min_size=1, max_size=5))
def test_csv_has_no_cell_that_a_spreadsheet_would_run(cells: list[str]) -> None:
    text = safe_csv(pd.DataFrame({"a": pd.Series(cells, dtype="str")}))
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for row in rows[1:]:
        assert not row or row[0].lstrip(" \n")[:1] not in {"=", "+", "-", "@", "\t", "\r"}


def test_csv_leaves_negative_numbers_alone() -> None:
    assert safe_csv(pd.DataFrame({"a": [-1.5], "=b": ["=1+1"]})) == "a,'=b\n-1.5,'=1+1\n"


def test_html_escapes_every_value_and_counts_one_source_in_the_singular():
    hostile = "<b>&\"'"
    finding = Finding(hostile, ("one<", "two"), links={"two": 'https://example.org/?a=1&b="'})
    said = finding.html()
    assert "<b>" not in said
    assert '<a href="https://example.org/?a=1&amp;b=&quot;">two</a>' in said
    assert said.endswith('[one&lt;; <a href="https://example.org/?a=1&amp;b=&quot;">two</a>]</small></p>')
    assert (
        Findings((finding, finding))._repr_mimebundle_()[0]["text/html"]
        == f"<ul><li>{said[3:-4]}</li><li>{said[3:-4]}</li></ul>"
    )
    listed = Bibliography(({"title": hostile, "URL": "", "publisher": "P"},))._repr_mimebundle_()[0]["text/html"]
    assert "<summary>1 source cited</summary>" in listed
    assert "&lt;b&gt;&amp;&quot;&#x27;, P" in listed


def test_a_measure_in_a_table_has_names_in_words_and_keeps_titles_numbers_and_ids() -> None:
    from analysis.findings.listings import measured

    rows = pd.DataFrame(
        {"state": ["no_events", "scored"], "measure": ["a_b", None], "title": ["A under_score", "b"], "year": [2014, 2015],
         "flag": [True, False], "event_id": ["2014-02-01-gas", "x_y-1"]}
    )  # fmt: skip
    shown = measured(rows, "Caption", "name").frame
    assert list(shown.columns) == ["state", "measure", "title", "year", "flag", "event id"]
    assert shown["state"].tolist() == ["no events", "scored"]
    assert shown["measure"].iloc[0] == "a b"
    for column in ("title", "year", "flag"):
        assert shown[column].tolist() == rows[column].tolist()
    assert shown["event id"].tolist() == rows["event_id"].tolist()
