"""Delete each annexe with its tests from a copy, and see that the rest stays green.

    python tests/without_annexe.py            # all five, one after the other
    python tests/without_annexe.py feeds

What runs is a part of the rest that is quick: public names, the record, measures, charts and sentences. A test belongs
to an annexe when it, or a module of `tests/` that it uses, names it in an import.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from house_kit import ROOT, copy_library, python
from sizes import ANNEXES

QUICK = (
    "test_public_names.py",
    "test_dates.py",
    "test_relationship.py",
    "test_positions.py",
    "test_explain.py",
    "test_charts_words.py",
    "test_findings.py",
)
# The whole way from the tables to a sentence, in a Python that has never seen the annexe.
WAY = """
import analysis as an
rel = an.load("russia-belarus")
share = an.tension(rel.events, draws=20)
chart = an.charts.tension(share, rel.events, sides=rel.sides)
print(chart.title, an.findings.title, len(chart.svg()))
"""
HELP = "from analysis.cli import main; main(['--help'])"


def imports(path: Path) -> set[str]:
    """Return the dotted names that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def belongs(path: Path, annexe: str) -> bool:
    """Return whether a test, or a module of `tests/` that it uses, names the annexe in an import."""
    names = imports(path)
    if any(f"{name}.".startswith(f"analysis.{annexe}.") for name in names):
        return True
    used = (path.parent / f"{name.replace('.', '/')}.py" for name in names)
    return any(module.is_file() and belongs(module, annexe) for module in used if module != path)


def remove(annexe: str, folder: Path) -> list[str]:
    """Copy the library without an annexe to a folder, with the quick tests that are not its own; return those."""
    shutil.rmtree(copy_library(folder) / "analysis" / annexe)
    shutil.copytree(ROOT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    for path in sorted((folder / "tests").rglob("test_*.py")):
        if belongs(path, annexe):
            path.unlink()
    return [f"tests/{name}" for name in QUICK if (folder / "tests" / name).is_file()]


def attempt(folder: Path, arguments: tuple[str, ...]) -> str:
    """Run Python in the copy; return what it printed when it failed, or an empty text."""
    try:
        done = python(folder, *arguments, timeout=900)
    except subprocess.TimeoutExpired:
        return f"{' '.join(arguments)[:80]}: not done after 15 minutes"
    return f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}" if done.returncode else ""


def main(annexes: tuple[str, ...]) -> int:
    """Try each annexe; return how many of them the rest cannot do without."""
    broken = 0
    for annexe in annexes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            tests = remove(annexe, folder)
            steps = (("-c", WAY), ("-c", HELP), ("-m", "pytest", "-q", "-n", "2", *tests))
            failed = [said for step in steps if (said := attempt(folder, step))]
        broken += bool(failed)
        print(f"without {annexe}: {'BROKEN' if failed else 'green'} ({len(tests)} of {len(QUICK)} quick test files)")
        print(*failed, sep="\n", end="", flush=True)
    return broken


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:]) or ANNEXES))
