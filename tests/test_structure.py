"""How the library is built, where the tools that check it (import-linter, deptry, ruff) do not look."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sizes
from house_kit import ROOT, copy_library, python

LIBRARY = ROOT / "analysis"

# Package -> private modules and names of other packages that it may import, each with the reason. The aim is none.
BACK_DOORS = {
    "curate": {"measures._sampling"},  # the bootstrap of measures
}

# Of the whole: at most what is there today; smaller is better, and whoever makes it smaller lowers them.
MOST_CODE_LINES = {"core": 10_220, "all": 25_770}
MOST_MODULES = 251
MOST_LINES_OF_A_MODULE = 420
MOST_IMPORTS = 0.095

SIZES = sizes.sizes()


def _package(module: str) -> str:
    return module.split(".")[0] if "." in module else ""


def _private_imports() -> Iterator[tuple[str, str]]:
    """Give the package and the private module or name, of another package, for each import of such."""
    for path in sorted(LIBRARY.rglob("*.py")):
        place = path.relative_to(LIBRARY).with_suffix("").as_posix().replace("/", ".")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("analysis"):
                continue
            base = (node.module or "").removeprefix("analysis").removeprefix(".")
            for alias in node.names:
                target = f"{base}.{alias.name}".strip(".")
                private = any(part.startswith("_") and not part.startswith("__") for part in target.split("."))
                home = base if any(part.startswith("_") for part in base.split(".")) else target
                if private and _package(target) != _package(place) and place != base:
                    yield _package(place), home


def test_no_package_imports_what_another_keeps_to_itself() -> None:
    found = {(package, home) for package, home in _private_imports() if home not in BACK_DOORS.get(package, ())}
    assert not found, sorted(found)


def test_the_library_does_not_grow_unnoticed() -> None:
    found = SIZES
    groups = {"core": sizes.core(found), "all": found}
    for name, most in MOST_CODE_LINES.items():
        assert sum(size.code for size in groups[name]) <= most, f"{name}:\n{sizes.report(found)}"
    assert len(found) <= MOST_MODULES
    assert sum(size.imports for size in found) <= MOST_IMPORTS * sum(size.code for size in found)


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    long = {size.name: size.lines for size in SIZES if size.lines > MOST_LINES_OF_A_MODULE}
    assert not long


def test_sizes_count_neither_blank_lines_nor_comments_nor_docstrings(tmp_path: Path) -> None:
    source = '"""Words\n\nof it."""\n\n# a remark\nimport os\nfrom a import (\n    b,\n)\n\n\ndef f():\n    """What it does."""\n    return """two\n\nlines"""\n'
    (tmp_path / "part").mkdir()
    path = tmp_path / "part" / "module.py"
    path.write_text(source, encoding="utf-8")
    size = sizes.measure(path, tmp_path)
    assert (size.package, size.code, size.imports, size.lines) == ("part", 8, 4, 16)


def test_readme_maps_every_folder() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = {
        f"{path.relative_to(ROOT).as_posix()}/"
        for top in ("analysis", "data", "docs", "notebooks", "tests")
        for path in (ROOT / top, *(ROOT / top).iterdir())
        if path.is_dir() and not path.name.startswith(("_", "."))
    }
    missing = sorted(folder for folder in folders if f"`{folder}`" not in readme)
    assert not missing


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md"])
def test_pages_name_files_and_make_targets_that_are_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w/])((?:analysis|data|docs|notebooks|tests)/[\w./-]*\w/?)", text))
    linked = set(re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text))
    absent = {path for path in named if "NAME" not in path and not (ROOT / path).exists()}
    absent |= {target for target in linked if not (ROOT / page).parent.joinpath(target).exists()}
    assert not absent
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"`make ([\w-]+)", text)) <= targets


def test_a_new_domain_is_one_row_of_a_table(tmp_path: Path, record: Path) -> None:
    home = copy_library(tmp_path / "home")
    (home / "data").unlink()
    shutil.copytree(ROOT / "data" / "codebook", home / "data" / "codebook")
    table = home / "data" / "codebook" / "domains.csv"
    table.write_text(table.read_text(encoding="utf-8") + "sport,Matches and their boycotts\n", encoding="utf-8")
    events = record / "events.csv"
    events.write_text(re.sub(r",(energy|trade|diplomatic|military),", ",sport,", events.read_text(encoding="utf-8")))
    code = "import sys, analysis as an; print(set(an.load(sys.argv[1]).events['domain']))"
    assert python(home, "-c", code, str(record)).stdout == "{'sport'}\n"
    assert "domain" in python(ROOT, "-c", code, str(record)).stderr
