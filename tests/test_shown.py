"""The README shows what its commands print, today."""

from __future__ import annotations

from house_kit import ROOT
from shown import BLOCK, renewed


def test_what_the_readme_shows_is_what_is_printed() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(BLOCK.findall(page)) >= 4
    assert renewed(page) == page, "stale: run `python -m tests.shown README.md`"


def test_a_stale_block_is_written_anew_and_cut() -> None:
    page = "a\n\n<!-- $ workbook --version -->\n```text\nold\n```\n<!-- $ workbook --help | 2 -->\n```text\n```\nb\n"
    made = renewed(page)
    assert "old" not in made
    assert "$ workbook --version\nworkbook, version " in made
    assert made.endswith("...\n```\nb\n")
    assert renewed(made) == made
