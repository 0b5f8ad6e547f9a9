"""A copy of the library in which parts can be moved or removed, for the tests of how it is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def copy_library(target: Path) -> Path:
    """Copy `analysis/` and what it reads to a folder, and return that folder."""
    shutil.copytree(ROOT / "analysis", target / "analysis", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("data", "notebooks"):
        (target / name).symlink_to(ROOT / name)
    return target


def python(folder: Path, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder so that the library there is the one that is imported."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout, check=False
    )
