"""Machine-coded event feeds on the workbook's scale: GDELT, ICEWS, POLECAT, ACLED and UCDP GED.

    from analysis import feeds

    feeds.scan("gdelt/*.zip", ("RUS", "BLR"), "rus-blr.parquet")      # once; later runs add new files
    reading = feeds.read("rus-blr.parquet", ("BLR", "RUS"))
    print(reading.funnel)
    an.tension(reading.events)

The packages that this needs are the extra `feeds`; nothing else in the workbook imports it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.lazy import offered

if TYPE_CHECKING:
    from analysis.feeds.corroboration import behind as behind
    from analysis.feeds.corroboration import corroborate as corroborate
    from analysis.feeds.corroboration import disagreements as disagreements
    from analysis.feeds.dyads import neighbours as neighbours
    from analysis.feeds.dyads import standing as standing
    from analysis.feeds.dyads import world as world
    from analysis.feeds.dyads import world_funnel as world_funnel
    from analysis.feeds.engines import connect as connect
    from analysis.feeds.engines import sql as sql
    from analysis.feeds.faults import FeedError as FeedError
    from analysis.feeds.guards import Guards as Guards
    from analysis.feeds.picture import corroboration_chart as corroboration_chart
    from analysis.feeds.picture import sentence as sentence
    from analysis.feeds.reading import Reading as Reading
    from analysis.feeds.reading import read as read
    from analysis.feeds.scanning import lake as lake
    from analysis.feeds.scanning import scan as scan
    from analysis.feeds.synthetic import echo as echo

_HOMES = {
    "FeedError": "faults",
    "Guards": "guards",
    "Reading": "reading",
    "connect": "engines",
    "behind": "corroboration",
    "corroborate": "corroboration",
    "disagreements": "corroboration",
    "corroboration_chart": "picture",
    "echo": "synthetic",
    "lake": "scanning",
    "neighbours": "dyads",
    "read": "reading",
    "scan": "scanning",
    "sentence": "picture",
    "sql": "engines",
    "standing": "dyads",
    "world": "dyads",
    "world_funnel": "dyads",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    try:
        return offered(__name__, _HOMES, name)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "analysis":
            raise
        from analysis.feeds.faults import FeedError

        raise FeedError(f"feeds: the package {error.name} must be installed. pip install '.[feeds]'") from error


def __dir__() -> list[str]:
    return list(_HOMES)
