"""What a chart's title says, before it is words: which statement, its numbers, its direction.

Each chart module has `title_data`, which reads a `Title` off the frame that is drawn, and `title_text`, the one place
that words it. What is said can so be tested apart from how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Title:
    """One statement of a chart.

    Parameters
    ----------
    key : str
        Which statement, such as "no clear change"; each chart lists its own.
    numbers : mapping
        What the words are filled with, by name: values, years, days, names of sides.
    direction : str
        The word of direction: "up", "down", "more", "less", "above", "below"; empty where none is said.
    """

    key: str
    numbers: Mapping[str, Any] = field(default_factory=dict)
    direction: str = ""
