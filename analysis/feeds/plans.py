"""What is to be taken from a feed's files, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.feeds.archives import Limits
from analysis.feeds.formats import Feed

if TYPE_CHECKING:
    import pyarrow as pa

PLACE = ("feed_file", "feed_line")
Rows = list[tuple[Any, ...]]
Piece = Any  # Rows, or a pyarrow Table


@dataclass
class Summary:
    """What became of one file.

    `state` is "read", "blank" (no lines at all), "damaged" (read up to where the archive broke), or "refused" (no feed,
    or another one); `reason` says why. `lines` are its lines without header, `rows` those taken. In `seen` of the good
    lines the rows between any two countries were counted: `dyads`.
    """

    file: str
    size: int = 0
    changed: int = 0
    lines: int = 0
    rows: int = 0
    unpacked: int = 0
    set_aside: int = 0
    mended: int = 0
    state: str = "read"
    reason: str = ""
    seen: int = 0
    dyads: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return asdict(self)


@dataclass(frozen=True)
class Plan:
    """What is to be taken from each file.

    Parameters
    ----------
    feed : str
        The feed that the files must be.
    columns : sequence of str
        Canonical columns to keep.
    dyad : pair of str, optional
        Only rows that name both countries; all rows when absent.
    limits : Limits
        How far an archive is followed.
    """

    feed: Feed
    columns: tuple[str, ...]
    dyad: tuple[str, str] | None = None
    limits: Limits = field(default_factory=Limits)


def schema(columns: Sequence[str]) -> pa.Schema:
    """Return the schema of a raw table."""
    import pyarrow as pa

    texts = [(name, pa.string()) for name in columns]
    return pa.schema([*texts, (PLACE[0], pa.string()), (PLACE[1], pa.int64())])
