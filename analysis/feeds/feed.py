"""What one feed is: its columns, how cells, days and countries are written, and the expression that reads it.

Each feed is one `Feed` in a file of its own in the folder `readers`; a new file there is a new feed. Column names are
those of the feed, in small letters with `_` for blanks; for GDELT those of the public BigQuery tables in small letters.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from analysis.errors import OptionError, nearest, one_of
from analysis.feeds.countries import Scheme

if TYPE_CHECKING:
    from ibis.expr.types import Table

# What the feeds write where they have nothing.
BLANK = ("", "NA", "NULL", "None")
DayOrder = Literal["day-first", "month-first"]


def words(text: str) -> tuple[str, ...]:
    """Split column names that are written as one text."""
    return tuple(text.split())


@dataclass(frozen=True, eq=False)
class Feed:
    """One feed.

    Parameters
    ----------
    name : str
        Its name here.
    columns : sequence of str
        Canonical names of the columns in the file's order.
    needed, used : sequence of str
        Those that the reader cannot do without; those that it uses (a scan of all dyads keeps only these).
    sides : pair of str
        Columns that name the one who acts and the one acted upon.
    scheme : str
        How these columns write a country.
    days : sequence of str
        Columns that hold days, the first of them the event's first day.
    read : callable
        From the raw table (text, repaired) to the reader's own columns, texts for what is the same in every row. With
        `cameo`, what follows from a code need not be given; without, `known` tells good codes. See `columns.events`.
    code, root, label : str
        Columns of the event's code, of its root and of its words; empty where the feed has none.
    whole : sequence of str
        Columns that hold whole numbers or codes; `365.0` there is a number that went through a spreadsheet.
    country : callable, optional
        Tells the country from a cell in words; None where a cell is a code or a name of the scheme.
    splitter : str
        What separates several countries in one cell; empty where there is only one.
    delimiter : str
        What separates cells, a tab or a comma; cells of a comma-separated feed may be quoted.
    widths : sequence of int
        Widths by which a file without header is known; the columns are then the first so many.
    relatives : sequence of tuples of str
        Columns of near relations whose lines may stand in the same file; told by their number.
    aliases : sequence of pairs
        Other names of a column in some vintages.
    day_order : str, optional
        How this feed writes 5/6/2023 where a file leaves it open; the user is asked where there is none.
    periods : sequence of (pattern, form, frequency)
        How its archives are named after their period.
    longest_lag : int, optional
        Most days between an act and the day on which the feed took it in.
    scores : str
        Column of `cameo_variants.csv` with the scores that its rows should have; empty without any.
    web : bool
        Whether text and publisher follow from the address.
    bigquery : str
        The public table there, if any.
    """

    name: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    used: tuple[str, ...]
    sides: tuple[str, str]
    scheme: Scheme
    days: tuple[str, ...]
    read: Callable[[Table], dict[str, Any]]
    code: str = ""
    root: str = ""
    label: str = ""
    whole: tuple[str, ...] = ()
    country: Callable[[str], str | None] | None = None
    splitter: str = ""
    delimiter: str = "\t"
    widths: tuple[int, ...] = ()
    relatives: tuple[tuple[str, ...], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    day_order: DayOrder | None = None
    periods: tuple[tuple[str, str, str], ...] = ()
    longest_lag: int | None = None
    scores: str = ""
    web: bool = False
    bigquery: str = ""

    def lacks(self, names: Sequence[str]) -> list[str]:
        """Return the needed columns that a file does not have; the words of an event can stand for its code."""
        words_do = {self.code} if self.label and self.label in names else set()
        return [name for name in self.needed if name not in names and name not in words_do]

    def canonical(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the canonical names of a header's cells; a cell that is unknown keeps its own plain name."""
        known = _known(self)
        return tuple(known.get(plain(name), plain(name)) for name in names)


@cache
def feeds() -> dict[str, Feed]:
    """Return every feed by its name: those that the files of the folder `readers` hold."""
    from analysis.feeds import readers

    modules = sorted(one.name for one in pkgutil.iter_modules(readers.__path__))
    held = (importlib.import_module(f"{readers.__name__}.{name}").FEEDS for name in modules)
    return {one.name: one for some in held for one in some}


def named(name: str) -> Feed:
    """Return a feed by its name; OptionError when there is none."""
    if name in feeds():
        return feeds()[name]
    raise OptionError("feed", "feed", one_of(tuple(feeds())), name, nearest(name, feeds()))


@lru_cache(4096)
def plain(name: str) -> str:
    """Return a column name without case, blanks and punctuation."""
    return re.sub("[^a-z0-9]", "", name.lower())


@cache
def _known(feed: Feed) -> dict[str, str]:
    return {plain(name): name for name in feed.columns} | {plain(old): new for old, new in feed.aliases}
