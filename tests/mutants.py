"""Turn round one sign or word at a time in the code that is said aloud, and print each change that no test notices.

    python tests/mutants.py                                  # all targets: hours
    python tests/mutants.py analysis/record/linking.py --most 20    # 20 changes of one file, spread over it

A change is `<` for `<=`, `and` for `or`, "rose" for "fell" and the like. Each is made in a copy of the repository, where
the tests of the file are run until the first that fails. One that none of them notices is a survivor: a rule that no
test pins. Some survivors change nothing that can be observed; whoever reads the list judges.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from house_kit import ROOT, copy_library, python

# What is mutated -> the tests that should notice.
TARGETS = {
    "analysis/findings/*.py": ("test_findings*.py", "test_sentences.py", "test_page_one.py", "test_changes.py"),
    "analysis/charts/*.py": ("test_charts_titles.py", "test_charts_[!lt]*.py", "test_charts_l*.py"),
    "analysis/record/check.py": ("test_record_check.py", "test_lost_zeros.py", "test_pages.py"),
    "analysis/record/linking.py": ("test_relationship.py", "test_record_check.py", "test_limits.py"),
}
_SIGNS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "and": "or", "or": "and"}
_PAIRS = ("more less", "high low", "higher lower", "highest lowest", "rose fell", "above below", "tenser calmer")
_WORDS = {a: b for pair in _PAIRS for a, b in (pair.split(), reversed(pair.split()))}
_WORD = re.compile(rf"\b({'|'.join(_WORDS)})\b")
_TEXTS = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}


@dataclass(frozen=True)
class Mutant:
    """One change: line and column, from 1 and 0, of `old`, which becomes `new`."""

    line: int
    column: int
    old: str
    new: str

    def apply(self, source: str) -> str:
        """Return the source with this change."""
        lines = source.splitlines(keepends=True)
        text = lines[self.line - 1]
        lines[self.line - 1] = text[: self.column] + self.new + text[self.column + len(self.old) :]
        return "".join(lines)


def mutants(source: str) -> Iterator[Mutant]:
    """Give every change of a module, in its order; words in docstrings and in keys of one word are left alone."""
    begins_line = True
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        line, column = token.start
        if token.type in (tokenize.OP, tokenize.NAME) and token.string in _SIGNS:
            yield Mutant(line, column, token.string, _SIGNS[token.string])
        elif token.type in _TEXTS and line == token.end[0] and not begins_line and " " in token.string:
            for match in _WORD.finditer(token.line, column, token.end[1]):
                yield Mutant(line, match.start(), match[0], _WORDS[match[0]])
        if token.type not in (tokenize.COMMENT, tokenize.NL):
            begins_line = token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING)


def survivors(path: Path, tests: list[str], folder: Path, most: int = 0) -> Iterator[Mutant | None]:
    """Try the changes of a file in `folder`, a copy of the repository; give each survivor, and None for one noticed."""
    source = path.read_text(encoding="utf-8")
    found = list(mutants(source))
    step = max(1, -(-len(found) // most)) if most else 1
    try:
        for mutant in found[::step]:
            path.write_text(mutant.apply(source), encoding="utf-8")
            done = python(folder, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests, timeout=1800)
            yield None if done.returncode == 1 else mutant
    finally:
        path.write_text(source, encoding="utf-8")


def targets(names: list[str]) -> dict[Path, list[str]]:
    """Return the files to mutate, relative to the repository, with their tests; all when none is named."""
    found = {}
    for pattern, tests in TARGETS.items():
        files = [f"tests/{path.name}" for test in tests for path in sorted((ROOT / "tests").glob(test))]
        for path in sorted(ROOT.glob(pattern)):
            place = path.relative_to(ROOT)
            if path.name != "__init__.py" and (not names or place.as_posix() in names):
                found[place] = files
    return found


def main() -> int:
    """Print the survivors; return 1 when there are any."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "files", nargs="*", help="files to mutate, as in analysis/record/check.py (default: all targets)"
    )
    parser.add_argument("--most", type=int, default=0, help="changes of one file at most (default: all)")
    options = parser.parse_args()
    chosen = targets(options.files)
    if unknown := sorted(set(options.files) - {path.as_posix() for path in chosen}):
        parser.error(f"no target: {', '.join(unknown)}. Targets are {', '.join(TARGETS)}")
    tried = left = 0
    with tempfile.TemporaryDirectory() as name:
        folder = copy_library(Path(name))
        for part in ("tests", "docs", "pyproject.toml", "README.md"):
            (folder / part).symlink_to(ROOT / part)
        for path, tests in chosen.items():
            for mutant in survivors(folder / path, tests, folder, options.most):
                tried += 1
                if mutant is not None:
                    left += 1
                    print(f"{path}:{mutant.line}:{mutant.column}: {mutant.old} -> {mutant.new}", flush=True)
    print(f"{tried} changes, {left} that no test noticed")
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())
