"""The text of every sentence, by key, from `en.toml`, the one file that a translator edits."""

from __future__ import annotations

import tomllib
from pathlib import Path

_FILE = tomllib.loads(Path(__file__).with_name("en.toml").read_text(encoding="utf-8"))
PARTS: list[tuple[float, str, str]] = [tuple(part) for part in _FILE.pop("parts")["levels"]]
TERMS: dict[str, str] = _FILE.pop("terms")
TEXTS = {f"{group}.{key}": text for group, texts in _FILE.items() for key, text in texts.items()}
