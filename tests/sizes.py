"""How large the library is: modules, code lines and the share of import lines of each package.

    python tests/sizes.py

A code line is one that is neither blank, nor comment, nor docstring. Stubs (`.pyi`) declare and are not counted.
"""

from __future__ import annotations

import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

LIBRARY = Path(__file__).parents[1] / "analysis"
# What can be deleted with its tests while the rest stays green; everything else is the core.
ANNEXES = ("curate", "explore", "export", "feeds", "runs")
_AROUND = {*ANNEXES, "cli.py", "cli_options.py"}
_NOT_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@dataclass(frozen=True)
class Size:
    """Code lines of one module, how many of them are imports at its top, and its lines of every kind."""

    package: str
    name: str
    code: int
    imports: int
    lines: int


def measure(path: Path, root: Path = LIBRARY) -> Size:
    """Count one module."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        line
        for node in ast.walk(tree)
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type not in _NOT_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    imports = sum(
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
    )
    place = path.relative_to(root)
    package = place.parts[0] if len(place.parts) > 1 else "(top)"
    return Size(package, place.as_posix(), len(code - docstrings), imports, len(text.splitlines()))


def sizes(root: Path = LIBRARY) -> list[Size]:
    """Count every module of the library, shipped data left out."""
    paths = [path for path in sorted(root.rglob("*.py")) if not path.relative_to(root).parts[0].startswith("_data")]
    return [measure(path, root) for path in paths]


def core(found: list[Size]) -> list[Size]:
    """Return the modules of the core: the record, measures, charts, findings and what they stand on."""
    return [size for size in found if size.package not in _AROUND and size.name not in _AROUND]


def report(found: list[Size]) -> str:
    """Return the sizes as a table of text, one line a package, then the core and the whole."""
    groups = {
        package: [size for size in found if size.package == package]
        for package in dict.fromkeys(s.package for s in found)
    }
    groups |= {"core": core(found), "all": found}
    rows = [("package", "modules", "code lines", "imports", "longest module (lines)")]
    for name, group in groups.items():
        code = sum(size.code for size in group)
        share = sum(size.imports for size in group) / code if code else 0.0
        longest = max(group, key=lambda size: size.lines)
        rows.append((name, str(len(group)), f"{code:,}", f"{share:.1%}", f"{longest.name} {longest.lines}"))
    return "\n".join(f"{a:<10}{b:>9}{c:>12}{d:>9}  {e}" for a, b, c, d, e in rows)


if __name__ == "__main__":
    print(report(sizes()))
