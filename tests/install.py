"""`pip install` with its arguments, in one line that says where it is; what pip says of a machine's own settings is left
out, and the rest of its warnings is shown when it is done."""

from __future__ import annotations

import re
import subprocess
import sys

FOREIGN = re.compile(r"WARNING: Location .* is ignored")


def main(*arguments: str) -> int:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
        *arguments,
    ]
    told: list[str] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as running:
        assert running.stdout is not None
        count = 0
        for line in running.stdout:
            words = line.split()
            if line.startswith("Collecting"):
                count += 1
                print(f"\r  looking up, {count}: {words[1][:50]:50}", end="", flush=True)
            elif line.startswith(("Installing collected", "Building wheel")):
                print(f"\r  {'installing' if line.startswith('I') else 'building'} ... {'':50}", end="", flush=True)
            elif line.startswith(("WARNING", "ERROR", "error")) or told:
                told += [] if FOREIGN.search(line) else [line]
    print("\r" + " " * 79 + "\r", end="")
    sys.stderr.write("".join(told))
    return running.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
