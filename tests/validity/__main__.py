"""`python -m tests.validity docs/methods.md [block ...]`: make the generated blocks of the page anew."""

from __future__ import annotations

import sys

from .page import main

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
