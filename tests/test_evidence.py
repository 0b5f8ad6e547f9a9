"""Whether quoted phrases stand where the record says, in copies of every kind."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from record_kit import ROWS, write_record

import analysis as an
from analysis.curate.commands import evidence as command
from analysis.curate.evidence import evidence, look_up, match, read_words, words_of
from analysis.curate.texts import Copy, Passage, read_copy
from analysis.errors import OptionError

SEEDS = Path(__file__).resolve().parents[2] / "shared" / "seeds"
SEED = "seed-2023-04-putin-lukashenko"

PARAGRAPHS = [
    "A dispute over gas begins here.",
    "“We’ll turn it off”—so said the minister, and nobody laughed at him that evening.",
    "The pipeline kept its pressure for two more days.",
]


def phrases(record: Path, *cited: tuple[str, str]) -> an.Relationship:
    """Give the record's first citations these (locator, key phrase) pairs; all of them cite times-2001."""
    rows = {name: [dict(each) for each in held] for name, held in ROWS.items()}
    mine = [row for row in rows["citations"] if row["source_id"] == "times-2001"]
    for row, (locator, phrase) in zip(mine, cited, strict=False):
        row |= {"locator": locator, "key_phrase": phrase}
    return an.load(write_record(record, rows))


def text_copy(*texts: str) -> Copy:
    return Copy(Path("x.txt"), tuple(Passage("para", number, text) for number, text in enumerate(texts, start=1)))


def found(phrase: str, locator: str, copy: Copy) -> dict[str, object]:
    return look_up(phrase, locator, copy, read_words(copy))


# Looking up


def test_phrase_at_its_place_elsewhere_and_missing_are_three_findings(record, tmp_path):
    (tmp_path / "times-2001.txt").write_text("\n".join(PARAGRAPHS), encoding="utf-8")
    rel = phrases(
        record, ("para 2", "We'll turn it off"), ("para 1", "two more days"), ("para 3", "turned the gas off")
    )
    table = evidence(rel.citations, rel.sources, tmp_path)

    assert table["status"].tolist() == ["found", "elsewhere", "not found"]
    assert table["place"].tolist()[:2] == ["para 2", "para 3"]
    assert table["matched"].unique().tolist() == ["name"]


def test_closest_passage_is_given_for_a_phrase_that_is_not_there():
    result = found("nobody smiled at him that evening", "para 2", text_copy(*PARAGRAPHS))

    assert result["status"] == "not found"
    assert result["place"] == "para 2"
    assert "laughed at him that evening" in str(result["closest"])
    assert 70 < float(str(result["score"])) < 100


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("We'll turn it off", "“We’ll turn it off”"),
        ("co-aggressors", "the co‑aggressors met"),
        ("last dictator - they say", "last   dictator — they\u00a0say"),
        ("final office", "the \ufb01nal of\u00adfice"),
        ("Łódź declaration", "the Lódz Declaration".replace("L", "Ł")),
    ],
)
def test_marks_and_forms_of_letters_do_not_hide_a_phrase(phrase, text):
    assert found(phrase, "para 1", text_copy(text))["status"] == "found"


def test_part_of_a_word_is_not_the_word():
    assert found("war", "para 1", text_copy("a warm welcome"))["status"] == "not found"


def test_phrase_over_two_paragraphs_is_found_at_either():
    copy = text_copy("it ends with these", "two words and goes on")
    assert [found("with these two words", place, copy)["status"] for place in ("para 1", "para 2")] == [
        "found",
        "found",
    ]


def test_phrase_that_occurs_twice_is_found_at_the_stated_place():
    assert found("older brother", "para 2", text_copy("an older brother", "his older brother"))["place"] == "para 2"


def test_without_a_place_stated_found_anywhere_is_found():
    assert found("two more days", "", text_copy(*PARAGRAPHS))["place"] == "para 3"


def test_empty_copy_says_not_found_without_a_closest_passage():
    assert found("anything", "para 1", text_copy("", "  "))["score"] == 0.0


@given(st.lists(st.text(st.characters(categories=["Lu", "Ll", "Nd", "Zs", "Po", "Pd"]), min_size=1), min_size=1))
def test_any_words_of_a_paragraph_are_found_there(texts):
    copy = text_copy(*texts)
    for number, text in enumerate(texts, start=1):
        words = words_of(text)
        if words:
            assert found(" ".join(words[:8]), f"para {number}", copy)["status"] == "found"


# Copies


def html_page() -> str:
    body = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    return (
        "<html><head><title>A dispute - The Times</title><link rel=canonical href='https://example.org/a/'>"
        "<script>var p='<p>no</p>'</script></head><body><nav><p>Menu</p><p>Login</p></nav>"
        f"<article><h1>Head</h1>{body}</article><footer><p>Terms</p></footer></body></html>"
    )


def docx(path: Path) -> Path:
    spaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    paragraphs = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in PARAGRAPHS)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {spaces}><w:body>{paragraphs}</w:body></w:document>")
    return path


def pdf(path: Path) -> Path:
    import typst

    path.write_bytes(typst.compile(("#pagebreak()\n".join(f"{text}\n" for text in PARAGRAPHS)).encode()))
    return path


@pytest.mark.parametrize("kind", ["txt", "html", "docx", "pdf"])
def test_every_kind_of_copy_gives_paragraph_or_page(tmp_path, kind):
    path = tmp_path / f"times-2001.{kind}"
    if kind in ("txt", "html"):
        path.write_text("\n\n".join(PARAGRAPHS) if kind == "txt" else html_page(), encoding="utf-8")
    else:
        (docx if kind == "docx" else pdf)(path)
    place = "page 2" if kind == "pdf" else "para 2"

    assert found("nobody laughed at him", place, read_copy(path))["place"] == place
    assert found("nobody laughed at him", place, read_copy(path))["status"] == "found"


def test_page_without_an_article_counts_every_paragraph_and_headings_are_still_searched(tmp_path):
    (tmp_path / "a.html").write_text("<h1>The big headline</h1><p>One.</p><div>Loose words</div><p>Two.</p>")
    copy = read_copy(tmp_path / "a.html")

    assert found("two", "para 2", copy)["status"] == "found"
    assert found("big headline", "", copy)["status"] == "found"
    assert found("loose words", "para 1", copy)["status"] == "elsewhere"


def test_address_at_the_head_of_a_text_is_not_a_paragraph(tmp_path):
    (tmp_path / "a.txt").write_text("Source: https://example.org/a\n\nFirst.\nSecond.", encoding="utf-8")
    copy = read_copy(tmp_path / "a.txt")

    assert [one.text for one in copy.passages] == ["First.", "Second."]
    assert copy.urls == ("https://example.org/a",)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
def test_damaged_copy_is_no_copy_and_no_crash(tmp_path, name):
    (tmp_path / name).write_bytes(b"not what it says")
    copy = read_copy(tmp_path / name)
    assert (copy.passages, bool(copy.unreadable)) == ((), True)


# Matching


@pytest.mark.parametrize(
    ("name", "text", "how"),
    [
        ("times-2001.txt", "whatever", "name"),
        ("page1.html", html_page(), "address"),
        ("page2.html", html_page().replace("example.org/a/", "example.org/elsewhere"), ""),
        ("Same long dispute over gas.txt", "whatever", "title"),
    ],
)
def test_copy_is_matched_by_name_address_or_title(change, tmp_path, name, text, how):
    rel = an.load(change("sources", 0, title="Same long dispute over gas"))
    (tmp_path / name).write_text(text, encoding="utf-8")
    matched = match([read_copy(tmp_path / name)], rel.citations, rel.sources)

    assert {source: way for source, [(_, way)] in matched.items()} == ({"times-2001": how} if how else {})


def test_copy_with_most_phrases_of_a_source_is_known_by_them(record, tmp_path):
    (tmp_path / "download(3).txt").write_text("\n".join(PARAGRAPHS), encoding="utf-8")
    cited = [
        ("para 1", "dispute over gas"),
        ("para 2", "nobody laughed"),
        ("para 3", "two more days"),
        ("para 3", "none"),
    ]
    rel = phrases(record, *cited)
    table = evidence(rel.citations, rel.sources, tmp_path)

    assert table["matched"].tolist() == ["phrases"] * 4
    assert table["status"].tolist() == ["found", "found", "found", "not found"]


def test_two_phrases_are_too_few_to_know_a_copy_by(record, tmp_path):
    (tmp_path / "download(3).txt").write_text("\n".join(PARAGRAPHS), encoding="utf-8")
    rel = phrases(record, ("para 1", "dispute over gas"), ("para 2", "nobody laughed"))

    assert evidence(rel.citations, rel.sources, tmp_path)["status"].tolist() == ["no copy", "no copy"]


def test_copy_named_by_hand_goes_first(record, tmp_path):
    (tmp_path / "times-2001.txt").write_text("nothing of it", encoding="utf-8")
    (tmp_path / "other.txt").write_text(PARAGRAPHS[1], encoding="utf-8")
    rel = phrases(record, ("para 1", "nobody laughed"))
    table = evidence(rel.citations, rel.sources, tmp_path, given={"times-2001": tmp_path / "other.txt"})

    assert table[["status", "matched"]].values.tolist() == [["found", "hand"]]


def test_source_that_the_record_does_not_have_is_refused(record, tmp_path):
    rel = phrases(record, ("para 1", "nobody laughed"))
    with pytest.raises(OptionError, match="times-2000"):
        evidence(rel.citations, rel.sources, tmp_path, given={"times-2000": tmp_path / "a.txt"})


# Right on what texts really are


@pytest.mark.parametrize(
    ("phrase", "texts", "status"),
    [
        ("growing dependence on Beland", ["a growing depend-", "ence on Beland"], "found"),
        ("the Armenian side", ["said the Ar- menian side"], "found"),
        ("co-operation pact", ["a co-", "operation pact"], "found"),
        ("cooperation pact", ["a co-", "operation pact"], "found"),
        ("not yesterday ... not today", ["It will not yesterday, and I repeat it, not today end."], "found"),
        ("not yesterday […] not today", ["not today it will not yesterday"], "not found"),
        ("1200 men", ["some 1,200 men crossed"], "found"),
        ("1,200 men", ["some 1\u202f200 men crossed"], "found"),
        ("200 men", ["some 1,200 men crossed"], "not found"),
        ("will leave", ["it will not leave"], "not found"),
    ],
)
def test_found_and_not_found_are_right_on_hyphens_ellipses_and_thousands(phrase, texts, status):
    assert found(phrase, "", text_copy(*texts))["status"] == status


@pytest.mark.parametrize(
    ("locator", "status"),
    [
        ("para 3", "found"),
        ("paras 1-3", "found"),
        ("paragraphs 1 and 3", "found"),
        ("§ 3", "found"),
        ("¶3", "found"),
        ("paras 1-2", "elsewhere"),
        ("§ 1", "elsewhere"),
        ("the headline", "unplaced"),
        ("3", "unplaced"),
        ("page 9", "found"),  # a text has no pages
        ("", "found"),
    ],
)
def test_locator_is_understood_or_said_not_to_be(locator, status):
    assert found("two more days", locator, text_copy(*PARAGRAPHS))["status"] == status


def test_phrase_over_a_paragraph_break_is_said_to_be_such():
    assert found("with these two", "", text_copy("it ends with these", "two words"))["place"] == "para 1 to para 2"


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16", "koi8_r"])
@pytest.mark.parametrize("form", ["{}", "<html><p>{}</p></html>"])
def test_undeclared_encoding_does_not_hide_a_phrase(tmp_path, encoding, form):
    path = tmp_path / ("a.txt" if form == "{}" else "a.html")
    path.write_bytes(form.format("Министры сказали, что договор подписан.").encode(encoding))
    assert found("договор подписан", "para 1", read_copy(path))["status"] == "found"


def test_teaser_inside_an_article_is_no_evidence(tmp_path):
    text = html_page().replace(
        "<h1>", "<nav><p>Gas war looms</p></nav><div class='box related-links'><p>Oil war</p></div><h1>"
    )
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    copy = read_copy(tmp_path / "a.html")
    assert [found(phrase, "", copy)["status"] for phrase in ("gas war looms", "oil war", "nobody laughed")] == [
        "not found",
        "not found",
        "found",
    ]
    assert found("nobody laughed", "para 2", copy)["status"] == "found"


def test_footnote_of_a_word_file_is_read(tmp_path):
    path = docx(tmp_path / "a.docx")
    with zipfile.ZipFile(path, "a") as archive:
        spaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        note = "<w:footnote><w:p><w:r><w:t>As the treaty says.</w:t></w:r></w:p></w:footnote>"
        archive.writestr("word/footnotes.xml", f"<w:footnotes {spaces}>{note}</w:footnotes>")
    assert found("the treaty says", "", read_copy(path))["place"] == "note 1"


def test_phrase_over_a_page_break_between_foot_and_head_lines(tmp_path):
    import typst

    page = '#set page(height: 8cm, header: "The Times of Celand", footer: context counter(page).display())\n'
    path = tmp_path / "a.pdf"
    path.write_bytes(
        typst.compile(f"{page}It ends with these\n#pagebreak()\ntwo words here.\n#pagebreak()\nEnd.".encode())
    )
    assert found("with these two words", "", read_copy(path))["place"] == "page 1 to page 2"


def test_first_words_of_another_title_are_no_match(change, tmp_path):
    rel = an.load(change("sources", 0, title="Same long dispute over gas"))
    (tmp_path / "a.html").write_text("<title>Same long dispute over gas ends in the courts</title><p>x</p>")
    (tmp_path / "b.html").write_text("<title>Same long dispute over gas | The Times</title><p>x</p>")
    matched = match([read_copy(tmp_path / name) for name in ("a.html", "b.html")], rel.citations, rel.sources)
    assert {source: [copy.path.name for copy, _ in held] for source, held in matched.items()} == {
        "times-2001": ["b.html"]
    }


def test_two_copies_of_one_source_are_both_read(record, tmp_path):
    (tmp_path / "times-2001.txt").write_text("Only the first part.", encoding="utf-8")
    (tmp_path / "times-2001.html").write_text(html_page(), encoding="utf-8")
    rel = phrases(record, ("para 2", "nobody laughed"), ("para 1", "only the first part"))
    table = evidence(rel.citations, rel.sources, tmp_path)
    assert table[["status", "file"]].values.tolist() == [["found", "times-2001.html"], ["found", "times-2001.txt"]]


# The command


@pytest.mark.parametrize(("phrase", "status"), [("nobody laughed", 0), ("everybody laughed loudly", 1)])
def test_command_fails_only_when_a_phrase_is_missing(record, tmp_path, phrase, status):
    phrases(record, ("para 1", phrase))
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "times-2001.txt").write_text("\n".join(PARAGRAPHS), encoding="utf-8")
    done = CliRunner().invoke(command, [str(record), "--texts", str(texts)])

    assert done.exit_code == status, done.output
    assert ("elsewhere at para 2 (stated: para 1)" in done.output) == (status == 0)
    assert ("closest, para 2:" in done.output) == (status == 1)


def test_command_without_a_folder_is_refused(record):
    assert CliRunner().invoke(command, [str(record), "--texts", "missing"]).exit_code == 2


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed article is not here; it is not part of the repository")
def test_every_phrase_that_cites_the_seed_article_is_found_at_its_paragraph():
    rel = an.load("russia-belarus")
    table = evidence(rel.citations, rel.sources, SEEDS)
    seed = table[table["source_id"] == SEED]

    assert len(seed) == rel.citations.query("source_id == @SEED")["key_phrase"].notna().sum() > 40
    assert seed.loc[seed["status"] != "found", ["key_phrase", "status", "closest"]].values.tolist() == []
    assert (seed["place"] == seed["locator"]).all()
