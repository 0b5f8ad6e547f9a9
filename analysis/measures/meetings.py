"""How often do two leaders meet? A count by year, with the states a count can have.

A year without a recorded meeting is a zero only where the record covers that year; outside it nothing is known. A
meeting whose day is not known for sure may belong to one of two years: the count by its middle day is the value, what
is certain and what is possible are the bounds. What is counted are recorded meetings: a small record that follows
decisions, not calendars, holds fewer than took place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures._frames import Days


def meetings_per_year(
    events: pd.DataFrame, persons: Sequence[str], *, start: object = None, end: object = None
) -> pd.DataFrame:
    """Count the meetings of two persons by calendar year.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end`, `form` and `persons` (ids joined by ";"). All rows count, also meetings on a third
        party's ground.
    persons : pair of str
        Both must be named in a row whose `form` is "meeting".
    start, end : day, optional
        Years asked about, from the year of the one to that of the other; default all that the table covers.

    Returns
    -------
    DataFrame
        One row a year, sorted: `year` (int), `date` (its first day), `measure` ("meetings"), `value` (meetings whose
        middle day lies in the year; 0 is a covered year without one, missing is a year that is not covered), `low`
        (meetings that took place in that year for certain), `high` (meetings that may have), `covered_days` (days of
        the year from the table's first point day to the last day any of its events may have ended) and `state`:
        "observed" or "not covered".

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> years = an.meetings_per_year(rel.events, rel.leaders, start="2010-01-01", end="2012-12-31")
    >>> len(years)
    3
    """
    where = "meetings_per_year"
    fr.require(events, ["form", "persons"], where)
    pair = fr.pair(persons, where)
    acts = fr.read_acts(events.assign(goldstein=0.0), where, context="all")
    ours = fr.read_acts(acts.table, where)
    first, last = fr.read_period(ours, None, None, where)
    opens, closes = fr.read_period(ours, start, end, where)
    named = acts.table["persons"].fillna("").str.split(";")
    both = (
        named.map(lambda ids: set(pair) <= set(ids)).to_numpy(dtype=bool) & (acts.table["form"] == "meeting").to_numpy()
    )
    met = acts.keep(both)
    years = np.unique(fr.years(np.arange(opens, closes + 1)))
    begin, finish = (_first_days(years + more) - more for more in (0, 1))
    covered = np.clip(np.minimum(finish, last) - np.maximum(begin, first) + 1, 0, None)
    counts = {
        "value": (met.point >= begin[:, None]) & (met.point <= finish[:, None]),
        "low": (met.start >= begin[:, None]) & (met.end <= finish[:, None]),
        "high": (met.end >= begin[:, None]) & (met.start <= finish[:, None]),
    }
    table = {name: np.where(covered > 0, inside.sum(axis=1), np.nan) for name, inside in counts.items()}
    frame = pd.DataFrame(
        {"year": years, "date": fr.timestamps(begin), "measure": "meetings", **table, "covered_days": covered}
    )
    return frame.assign(state=np.where(covered > 0, "observed", "not covered")).astype(
        {"measure": "str", "state": "str"}
    )


def _first_days(years: Days) -> Days:
    return (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
