"""What has been taken already: one line of JSON for each finished task, beside the result.

The first line holds the settings; a result made with other settings is not added to. Each further line names a part
file and the files it was made from, with size and time of change. A run that is stopped at any moment therefore loses
only the tasks under way, and a later run takes only files that are new or have changed. Lines are appended and flushed;
a last line that was cut off is ignored.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import OptionError
from analysis.feeds.faults import LineFault
from analysis.feeds.plans import Summary
from analysis.files import replacing

VERSION = 1


@dataclass
class Entry:
    """One finished task: its part file (None once merged), its files, the first of its faults."""

    part: str | None
    files: list[Summary]
    faults: list[LineFault] = field(default_factory=list)

    def line(self) -> str:
        """Return the entry as a line of JSON."""
        return json.dumps(
            {
                "part": self.part,
                "files": [one.as_dict() for one in self.files],
                "faults": [vars(one) for one in self.faults],
            }
        )


@dataclass
class Journal:
    """The journal of one result. `entries` are in the order in which the tasks ended."""

    path: Path
    settings: dict[str, Any]
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def open(cls, path: Path, settings: dict[str, Any]) -> Journal:
        """Read a journal, or start one.

        Raises
        ------
        OptionError
            When the result was made with other settings.
        """
        settings = {"version": VERSION, **settings}
        journal = cls(path, settings)
        if path.exists():
            journal = cls.read(path)
            for name, value in settings.items():
                if journal.settings.get(name) != value:
                    raise OptionError(
                        path.name, name, str(journal.settings.get(name)), value, "Name another file to write to."
                    )
        return journal

    @classmethod
    def read(cls, path: Path) -> Journal:
        """Read a journal; OptionError when there is none."""
        if not path.exists():
            raise OptionError("feed", "path", "a result of `workbook feed scan` or `lake`", path.parent / path.name)
        lines = []
        for text in path.read_text(encoding="utf-8").splitlines():
            try:
                lines.append(json.loads(text))
            except ValueError:
                break
        entries = [
            Entry(
                one["part"], [Summary(**file) for file in one["files"]], [LineFault(**text) for text in one["faults"]]
            )
            for one in lines[1:]
        ]
        return cls(path, lines[0] if lines else {}, entries)

    def append(self, entry: Entry) -> None:
        """Add a finished task at once."""
        self.entries.append(entry)
        if not self.path.exists():
            self.rewrite()
            return
        with self.path.open("a", encoding="utf-8") as file:
            file.write(entry.line() + "\n")
            file.flush()
            os.fsync(file.fileno())

    def rewrite(self) -> None:
        """Write the whole journal anew."""
        with replacing(self.path) as temporary:
            lines = [json.dumps(self.settings), *(entry.line() for entry in self.entries)]
            temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def files(self) -> dict[str, Summary]:
        """The latest summary of each file, by label."""
        return {one.file: one for entry in self.entries for one in entry.files}

    def has(self, label: str, path: Path) -> bool:
        """Tell whether a file has been taken as it now is."""
        known, now = self.files.get(label), path.stat()
        return known is not None and (known.size, known.changed) == (now.st_size, now.st_mtime_ns)

    def merged(self) -> None:
        """Note that all parts are in the result; a file that was read again keeps its last summary only."""
        latest = {id(one) for one in self.files.values()}
        for entry in self.entries:
            entry.part = None
            entry.files = [one for one in entry.files if id(one) in latest]
        self.entries = [entry for entry in self.entries if entry.files]
        self.rewrite()
