"""What an export has to say: what was dropped, replaced, shortened or kept as source, by cell.

A document that looks whole and is not is the worst result. So whoever leaves something out reports it here, and the
caller decides where it goes: to the log (by default on standard error), or, under `strict`, into a refusal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from analysis.errors import PublishError


@dataclass(frozen=True)
class Notice:
    """One thing that the document does not show as the notebook does.

    Parameters
    ----------
    where : str
        The cell, as its author would look for it.
    text : str
        What happened, and the way out where there is one; a full sentence.
    """

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass
class Notices:
    """The notices of one export, each once, in the order in which they were found."""

    found: dict[Notice, int] = field(default_factory=dict)
    undescribed: dict[str, int] = field(default_factory=dict)

    def add(self, where: str, text: str) -> None:
        """Note what happened in a cell."""
        notice = Notice(where, text)
        self.found[notice] = self.found.get(notice, 0) + 1

    def all(self) -> list[Notice]:
        """Return the notices; pictures without a description are one notice with their count."""
        made = [
            notice if count == 1 else Notice(notice.where, f"{notice.text} ({count} times)")
            for notice, count in self.found.items()
        ]
        if count := sum(self.undescribed.values()):
            cells = ", ".join(place.split(" (")[0].removeprefix("cell ") for place in self.undescribed)
            pictures = f"{count} picture{'s have' if count > 1 else ' has'} no description"
            place = f"cell{'s' if len(self.undescribed) > 1 else ''} {cells}"
            made.append(Notice(place, f"{pictures}. Set `alt` in the cell's metadata or in the output's."))
        return made

    def deliver(self, report: Callable[[Notice], object] | None, strict: bool) -> None:
        """Hand every notice to `report`, by default to the log.

        Raises
        ------
        PublishError
            With all of them, if there are any and `strict` is set.
        """
        notices = self.all()
        if strict and notices:
            raise PublishError("\n".join([*map(str, notices), "Nothing was written, because `strict` is set."]))
        for notice in notices:
            if report is None:
                logging.getLogger("analysis.export").warning("%s", notice)
            else:
                report(notice)
