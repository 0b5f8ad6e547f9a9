"""The reader of each feed, by name: from a raw table on any engine to the events columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.feeds import acled, gdelt, icews, polecat, ucdp
from analysis.feeds.formats import named

if TYPE_CHECKING:
    from ibis.expr.types import Table

_READERS = {
    "gdelt1": gdelt.events,
    "gdelt2": gdelt.events,
    "icews": icews.events,
    "polecat": polecat.events,
    "acled": acled.events,
    "ucdp": ucdp.events,
}


def events(raw: Table, feed: str) -> Table:
    """Return the events of a raw table as an ibis expression; the columns are those of `columns`.

    Parameters
    ----------
    raw : ibis Table
        A feed's own columns, of any type, on any engine.
    feed : str
        Which feed: "gdelt1", "gdelt2", "icews", "polecat", "acled" or "ucdp".

    Raises
    ------
    OptionError
        When there is no such feed.
    """
    return _READERS[named(feed).feed](raw, feed)
