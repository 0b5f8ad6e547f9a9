"""Annotations of Hypothes.is and Zotero as rows to review."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from analysis.curate.annotations import read
from analysis.curate.draft_commands import annotations_
from analysis.errors import OptionError

QUOTE = "one two three four five six seven eight nine"
HYPOTHESIS = {
    "total": 2,
    "rows": [
        {
            "uri": "https://www.example.org/a?utm_source=x",
            "text": "the threat",
            "tags": ["assessment"],
            "document": {"title": ["A dispute"]},
            "target": [{"selector": [{"type": "RangeSelector"}, {"type": "TextQuoteSelector", "exact": QUOTE}]}],
        },
        {"uri": "https://other.org/", "target": [{"selector": [{"type": "TextQuoteSelector", "exact": "x y"}]}]},
        {"uri": "https://example.org/a", "text": "a note on the page", "target": [{}]},
    ],
}
ZOTERO = [
    {
        "itemKey": "ABCD1234",
        "title": "Same  dispute",
        "attachments": [
            {
                "annotations": [
                    {"annotationText": "two words", "annotationPageLabel": "12", "tags": [{"tag": "Forecast!"}]},
                    {"annotationComment": "without words"},
                ]
            }
        ],
    }
]
NOTE = "# A blog\n\n“some words here” ([Roe, 2005, p. 7](zotero://select/x)) ([pdf](zotero://open))\n"


@pytest.mark.parametrize(
    ("name", "text", "table", "row", "dropped"),
    [
        (
            "h.json",
            json.dumps(HYPOTHESIS),
            "assessments",
            ("times-2001", None, "one two three four five six seven eight"),
            1,
        ),
        ("z.json", json.dumps(ZOTERO), "forecasts", ("post-2001", "page 12", "two words"), 0),
        ("n.md", NOTE, "events", ("blog", "page 7", "some words here"), 0),
    ],
)
def test_quotation_becomes_phrase_page_locator_and_tag_a_table(
    record: Path, tmp_path: Path, name: str, text: str, table: str, row: tuple[str, str, str], dropped: int
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    said = CliRunner().invoke(annotations_, [str(tmp_path / name), "-r", str(record)])

    assert said.exit_code == 0, said.output
    assert f"1 {table}" in said.output
    assert ("1 dropped: of a page that sources.csv does not have." in said.output) == bool(dropped)
    names, *rows = openpyxl.load_workbook((tmp_path / name).with_suffix(".drafts.xlsx"))[table].values
    held = dict(zip(names, rows[0], strict=True))
    assert (held["source_id"], held["locator"], held["cited_phrase"]) == row
    assert held["drafted_by"] == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "[]"),
        ("a.json", "{"),
        ("a.json", '{"rows": [{"target": [{"selector": null}]}]}'),
        ("a.md", "nothing"),
    ],
)
def test_file_without_annotations_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(OptionError):
        read(tmp_path / name)
