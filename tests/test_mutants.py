"""The driver that turns round signs and words finds what a test pins and what none does."""

from __future__ import annotations

from pathlib import Path

from mutants import Mutant, mutants, survivors, targets

SOURCE = '''"""More or less."""

def said(now: int, before: int) -> str:
    """Rose above."""
    if now > before and now != 0:
        return "it rose above that"
    return f"it is lower than {before}" if now < before else "high"
'''


def test_signs_and_words_are_changed_but_neither_docstrings_nor_single_words() -> None:
    found = [(mutant.line, mutant.old, mutant.new) for mutant in mutants(SOURCE)]
    assert found == [
        (5, ">", ">="),
        (5, "and", "or"),
        (5, "!=", "=="),
        (6, "rose", "fell"),
        (6, "above", "below"),
        (7, "lower", "higher"),
        (7, "<", "<="),
    ]


def test_a_change_is_made_in_its_place_only() -> None:
    assert Mutant(1, 2, "<", "<=").apply("a < b < c\nd\n") == "a <= b < c\nd\n"


def test_what_no_test_pins_survives_and_the_file_is_as_it_was(tmp_path: Path) -> None:
    module = tmp_path / "rule.py"
    module.write_text('def word(a, b):\n    return "a rose" if a > b else "it fell"\n', encoding="utf-8")
    before = module.read_text(encoding="utf-8")
    (tmp_path / "test_rule.py").write_text(
        "from rule import word\n\ndef test_up():\n    assert word(2, 1) == 'a rose'\n", encoding="utf-8"
    )
    found = list(survivors(module, ["test_rule.py"], tmp_path))
    assert [mutant and mutant.old for mutant in found] == [None, ">", "fell"]
    assert module.read_text(encoding="utf-8") == before


def test_targets_are_what_is_said_aloud_with_the_tests_of_it() -> None:
    chosen = targets(["analysis/record/linking.py"])
    assert [path.name for path in chosen] == ["linking.py"]
    assert chosen[Path("analysis/record/linking.py")]
    assert {path.parts[1] for path in targets([])} == {"findings", "charts", "record"}
