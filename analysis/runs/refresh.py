"""Run the committed notebooks again and save them with their outputs: `python -m analysis.runs.refresh
notebooks/*.ipynb`.

The outputs of a committed notebook are the reference that the tests compare with, so a change of a number shows in the
diff. Nothing that differs from run to run is saved.
"""

from __future__ import annotations

import sys

from analysis.errors import WorkbookError


def main(*notebooks: str) -> int:
    """Run each notebook with its own defaults and save it in its place; stop at the first that fails."""
    from analysis.runs.running import run

    for notebook in notebooks:
        try:
            run(notebook, {}, notebook)
        except WorkbookError as error:
            print(f"Error: {error}", file=sys.stderr)
            return 1
        print(notebook)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
