"""Print the lowest version of every direct dependency that `pyproject.toml` promises, as constraints for pip."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
# Tools that judge the code are pinned to what they are everywhere else; they are not part of what is promised.
_TOOLS = {"deptry", "import-linter", "mypy", "pandas-stubs", "ruff", "types-openpyxl"}


def lowest(text: str) -> dict[str, str]:
    """Return package to lowest version, from the text of a `pyproject.toml`."""
    project = tomllib.loads(text)["project"]
    extras = project.get("optional-dependencies", {})
    required = [*project["dependencies"], *extras.get("feeds", ()), *extras.get("test", ())]
    found = {}
    for requirement in required:
        match = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?>=([\w.]+)", requirement)
        if match and match[1] not in _TOOLS:
            found[match[1]] = match[2]
    return found


if __name__ == "__main__":
    print("\n".join(f"{name}=={version}" for name, version in lowest(PYPROJECT.read_text(encoding="utf-8")).items()))
