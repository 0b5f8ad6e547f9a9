"""The generated blocks of `docs/methods.md`: their names, and how they are put in their places.

A block stands between two comments that name it. What is between them is made; what is around them is written. Blocks
of the record change whenever the record does and are made in seconds; simulated ones change with the measures only
and take the rest of the few minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.atomic import write_whole
from analysis.errors import OptionError, nearest, one_of
from analysis.record.places import SHIPPED
from analysis.record.relationship import load

from . import crosscheck_blocks as crossed
from . import foresight_blocks, likely, sentences
from . import record_blocks as of_record
from . import simulated_blocks as simulated

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

BEGIN = "<!-- {name}: made by `python -m tests.validity docs/methods.md`, do not edit -->"
END = "<!-- end of {name} -->"

RECORD_BLOCKS: Mapping[str, Callable[[Relationship], str]] = {
    "half-life": of_record.half_life,
    "choices": of_record.choices,
    "sources of error": of_record.errors,
    "turning point choices": of_record.turning_points,
    "composite choices": crossed.composite,
    "figures and events": crossed.figures_and_events,
    "assessors and index": crossed.assessors,
    "agreement": crossed.agreement,
    "coding error": crossed.coding_error,
    "meetings": crossed.meetings,
    "forecast scores": crossed.forecasts,
    "forecast parts": crossed.forecast_parts,
    "bursts": foresight_blocks.bursts,
    "measures": of_record.measures,
    "foresight": foresight_blocks.standing,
}
SIMULATED_BLOCKS: Mapping[str, Callable[[], str]] = {
    "bands held": simulated.bands,
    "density": simulated.density,
    "gap held": simulated.conduct_gap,
    "initiative held": simulated.initiative,
    "false alarms": simulated.false_alarms,
    "recovery": simulated.recovery,
    "answers": simulated.answers,
    "calibrated forecasts": simulated.forecasts,
    "words": sentences.block,
    "likely": likely.block,
    "foresight in worlds": foresight_blocks.simulated,
}
NAMES = (*RECORD_BLOCKS, *SIMULATED_BLOCKS)


def made(names: Iterable[str] = NAMES) -> dict[str, str]:
    """Run the checks of the named blocks; return their Markdown by name."""
    rel = load(SHIPPED)
    return {name: RECORD_BLOCKS[name](rel) if name in RECORD_BLOCKS else SIMULATED_BLOCKS[name]() for name in names}


def put(page: str, blocks: Mapping[str, str]) -> str:
    """Return the page with the named blocks replaced.

    Raises
    ------
    OptionError
        If the page has no place for a block.
    """
    for name, text in blocks.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        head, found, rest = page.partition(begin)
        _, closed, tail = rest.partition(end)
        if not found or not closed:
            raise OptionError("methods page", "block", f"the line {begin} and, further down, {end}", name)
        page = f"{head}{begin}\n\n{text}\n\n{end}{tail}"
    return page


def main(page: str, *names: str) -> int:
    """Make the named blocks of the page anew, all of them when none is named."""
    for name in names:
        if name not in NAMES:
            raise OptionError("tests.validity", "block", one_of(NAMES), name, nearest(name, NAMES))
    file = Path(page)
    for name in names or NAMES:
        write_whole(file, put(file.read_text(encoding="utf-8"), made([name])).encode("utf-8"))
        sys.stderr.write(f"{name}\n")
    return 0
