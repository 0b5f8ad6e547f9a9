"""Puts notebooks without their outputs into the wheel, and records without the copies of articles beside them.

Outputs are two thirds of a notebook's size and made by a run; the copies are not ours to pass on.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Contents(BuildHookInterface):
    """Copies notebooks/ for the time of the build, and names the files of data/."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the copies as files of the wheel; an editable install takes the folder as it is."""
        if version == "editable":
            return
        self.stage = tempfile.TemporaryDirectory()
        for path in sorted((Path(self.root) / "notebooks").iterdir()):
            content = path.read_bytes()
            if path.suffix == ".ipynb":
                held = json.loads(content)
                for cell in held["cells"]:
                    if cell["cell_type"] == "code":
                        cell.update(outputs=[], execution_count=None)
                content = (json.dumps(held, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
            elif path.suffix != ".toml":
                continue
            copy = Path(self.stage.name) / path.name
            copy.write_bytes(content)
            build_data["force_include"][str(copy)] = f"analysis/_notebooks/{path.name}"
        data = Path(self.root) / "data"
        for path in sorted(data.rglob("*")):
            place = path.relative_to(data)
            if path.is_file() and not any(part == "copies" or part.startswith(".") for part in place.parts):
                build_data["force_include"][str(path)] = f"analysis/_data/{place.as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Take the copies away."""
        if version != "editable":
            self.stage.cleanup()
