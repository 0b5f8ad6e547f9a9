"""What commands print, in the pages that show it: `python -m tests.shown README.md` writes it anew.

In a page stands, before a block of text, a comment with the command, such as

    <!-- $ workbook params tensions | 5 -->

where the number is how many lines are shown, all by default. A test fails when a block is not what is printed.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(
    r"(<!-- \$ (?P<command>[^|>]+?)(?: \| (?P<most>\d+))? -->\n```text\n)(?P<shown>.*?)(?=^```$)", re.M | re.S
)


def printed(command: str, most: str | None) -> str:
    """Return what a command prints in an empty folder, cut to so many lines."""
    program, *arguments = shlex.split(command)
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            [str(Path(sys.executable).with_name(program)), *arguments],
            cwd=place,
            env={**os.environ, "COLUMNS": "110"},
            capture_output=True,
            text=True,
            check=False,
        )
    lines = [line.rstrip() for line in (done.stdout + done.stderr).replace(place, ".").splitlines()]
    if most and len(lines) > int(most):
        lines = [*lines[: int(most)], "..."]
    return f"$ {command}\n" + "".join(f"{line}\n" for line in lines)


def renewed(page: str) -> str:
    """Return a page with each block as its command prints it today."""
    return BLOCK.sub(lambda found: found[1] + printed(found["command"], found["most"]), page)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        Path(name).write_text(renewed(Path(name).read_text(encoding="utf-8")), encoding="utf-8")
