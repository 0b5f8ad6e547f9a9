"""How often do the leaders of the two sides meet? A count by year, with the states a count can have.

Who leads is a matter of office: given `actors`, the two persons stand for their offices, and in each year those who
held them count. `actors.csv` knows terms to the year (`active_from`, `active_to`, years of another office in `role`),
so in a year of handover both holders count, and a term ends at the latest in the year in which the next one begins.

What counts is a meeting, and an agreement that both leaders signed: a row that names the two before anybody else. A
row that names them after others, or that runs for more than a month, may hold a meeting; a signing by video or
telephone is none. Rows of one day are one meeting.

Zero is written only for a year in which the record looked: one that it covers and that has a row, and in which both
offices were held. Recorded meetings are a floor. Where the record also holds a count that others published (the
indicator `leader_meetings_per_year`), the larger of the two is the value, and `basis` says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures._frames import Days, Mask

PUBLISHED: Final = "leader_meetings_per_year"
PART: Final = "published for part of the year"
_LONGEST = 31
_FORMS = ("meeting", "agreement")
_APART = re.compile(r"\b(?:video|telephone|phone)", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?")


def meetings_per_year(
    events: pd.DataFrame,
    persons: Sequence[str],
    *,
    actors: pd.DataFrame | None = None,
    indicators: pd.DataFrame | None = None,
    start: object = None,
    end: object = None,
) -> pd.DataFrame:
    """Count the meetings of the leaders of two sides by calendar year.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end`, `form` and `persons` (ids joined by ";"); uses `title`, `summary`, `precision`. All rows
        count, also meetings on a third party's ground.
    persons : pair of str
        One leader of each side, such as `Relationship.leaders`. Without `actors` only these two count.
    actors : DataFrame, optional
        `actor_id`, `name`, `country`, `role`, `active_from`, `active_to`: the persons of the same country whose role
        begins with the same office count in the years of their terms.
    indicators : DataFrame, optional
        Of its rows those of `leader_meetings_per_year` are the published counts.
    start, end : day, optional
        Years asked about, from the year of the one to that of the other; default all that the table covers.

    Returns
    -------
    DataFrame
        One row a year, sorted: `year` (int), `date` (its first day), `measure` ("meetings"), `value` (meetings; 0 is a
        covered year without one, missing is a year that is not covered), `recorded` (meetings in the record whose
        middle day lies in the year), `low` (recorded ones that took place in that year for certain), `high` (those that
        may have), `published` (count by others, missing where there is none), `basis`: "recorded", "published" or
        "published for part of the year"; `covered_days` (days of the year from the table's first point day to the last
        day any of its events may have ended), `state`: "observed" or "not covered"; `leaders_a`, `leaders_b` (who held
        the office in that year, joined by ";").

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
    years = np.unique(fr.years(np.arange(opens, closes + 1)))
    begin, finish = (_first_days(years + more) - more for more in (0, 1))
    covered = np.clip(np.minimum(finish, last) - np.maximum(begin, first) + 1, 0, None)
    held = [holders(person, actors, years) for person in pair]
    in_office = np.array([bool(a and b) for a, b in zip(*held, strict=True)], dtype=bool)
    looked = (covered > 0) & np.isin(years, fr.years(acts.point)) & in_office
    table = {name: np.where(looked, found, np.nan) for name, found in _counts(acts, years, held).items()}
    frame = pd.DataFrame({"year": years, "date": fr.timestamps(begin), "measure": "meetings", **table})
    frame = _with_published(frame, indicators).assign(covered_days=covered)
    names = {} if actors is None else dict(zip(actors["actor_id"], actors["name"], strict=True))
    leaders = [[";".join(names.get(person, person) for person in year) for year in side] for side in held]
    frame = frame.assign(
        state=np.where(frame["value"].notna(), "observed", "not covered"), leaders_a=leaders[0], leaders_b=leaders[1]
    )
    columns = "year date measure value recorded low high published basis covered_days state leaders_a leaders_b"
    texts = ("measure", "basis", "state", "leaders_a", "leaders_b")
    return frame[columns.split()].astype(dict.fromkeys(texts, "str"))


def holders(person: str, actors: pd.DataFrame | None, years: Iterable[int]) -> list[tuple[str, ...]]:
    """Return who held a person's office in each year: the person alone where nothing tells of terms.

    Parameters
    ----------
    person : str
        An actor id; the office is the first clause of its role, such as "president of Russia".
    actors : DataFrame, optional
        As for `meetings_per_year`.
    years : iterable of int
        Calendar years.
    """
    if actors is None or person not in set(actors["actor_id"]):
        return [(person,) for _ in years]
    own = actors.set_index("actor_id").loc[person]
    peers = actors[actors["country"].eq(own["country"]) & actors["role"].map(_office).eq(_office(own["role"]))]
    terms = sorted(
        (term, str(row.actor_id))
        for row in peers.itertuples()
        for term in _terms(row.active_from, row.active_to, row.role)
    )
    begins = [opens for (opens, _), _ in terms]
    ends = [min([closes, *(later for later in begins if later > opens)]) for (opens, closes), _ in terms]
    return [
        tuple(
            dict.fromkeys(
                holder for ((opens, _), holder), closes in zip(terms, ends, strict=True) if opens <= year <= closes
            )
        )
        for year in years
    ]


def _office(role: object) -> str:
    return re.split(r"[;,]", role)[0].strip().casefold() if isinstance(role, str) else ""


def _terms(opens: object, closes: object, role: object) -> list[tuple[float, float]]:
    """Return the terms of one holder, in years: the active ones, cut where the role gives years to another office."""
    first = -np.inf if pd.isna(opens) else float(str(opens)[:4])  # type: ignore[call-overload]
    last = np.inf if pd.isna(closes) else float(str(closes)[:4])  # type: ignore[call-overload]
    others = "" if not isinstance(role, str) else ";".join(re.split(r"[;,]", role)[1:])
    spans = sorted((int(since), int(until or since)) for since, until in _YEARS.findall(others))
    terms = []
    for since, until in spans:
        if since > first:
            terms.append((first, float(since)))
        first = max(first, float(until))
    return [*terms, (first, last)]


def meetings_held(
    events: pd.DataFrame,
    persons: Sequence[str],
    *,
    actors: pd.DataFrame | None = None,
    start: object = None,
    end: object = None,
) -> pd.DataFrame:
    """List the recorded meetings that `meetings_per_year` counts, one row each.

    Parameters
    ----------
    events, persons, actors, start, end
        As for `meetings_per_year`.

    Returns
    -------
    DataFrame
        `year`, `date` (middle day), `measure` ("meeting"), `value` (1), `start`, `end` (first and last possible day),
        sorted by day; rows of one day are one meeting.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> held = an.meetings_held(rel.events, rel.leaders, actors=rel.actors)
    >>> years = an.meetings_per_year(rel.events, rel.leaders, actors=rel.actors)
    >>> bool(len(held) == years["recorded"].sum())
    True
    """
    where = "meetings_held"
    fr.require(events, ["form", "persons"], where)
    pair = fr.pair(persons, where)
    acts = fr.read_acts(events.assign(goldstein=0.0), where, context="all")
    opens, closes = fr.read_period(fr.read_acts(acts.table, where), start, end, where)
    years = np.unique(fr.years(np.arange(opens, closes + 1)))
    rows = set()
    for year, masks in _by_year(acts, years, [holders(person, actors, years) for person in pair]):
        chosen = masks["recorded"]
        rows |= {(begun, ended, int(year)) for begun, ended in zip(acts.start[chosen], acts.end[chosen], strict=True)}
    held = sorted(rows)
    days = {name: np.array([row[place] for row in held], dtype=np.int64) for place, name in enumerate(("start", "end"))}
    frame = pd.DataFrame({name: fr.timestamps(one) for name, one in days.items()})
    middle = fr.timestamps((days["start"] + days["end"]) // 2)
    return frame.assign(year=[row[2] for row in held], date=middle, measure="meeting", value=1.0)


def _by_year(acts: fr.Acts, years: Days, held: list[list[tuple[str, ...]]]) -> Iterable[tuple[int, dict[str, Mask]]]:
    """Yield for each year the rows that are recorded meetings: by the middle day, for certain, at most."""
    table = acts.table
    persons = [ids.split(";") for ids in table["persons"].fillna("")]
    apart = np.zeros(len(table), dtype=bool)
    for column in {"title", "summary"} & set(table.columns):
        apart |= table[column].fillna("").str.contains(_APART).to_numpy(dtype=bool)
    met = table["form"].isin(_FORMS).to_numpy(dtype=bool) & ~apart
    spans = (table["precision"].eq("interval") if "precision" in table else False) & (acts.end - acts.start >= _LONGEST)
    single = ~np.asarray(spans, dtype=bool)
    for year, side_a, side_b in zip(years, *held, strict=True):
        pairs = [{a, b} for a in side_a for b in side_b]
        named = met & np.array([any(pair <= set(ids) for pair in pairs) for ids in persons], dtype=bool)
        ahead = named & single & np.array([set(ids[:2]) in pairs for ids in persons], dtype=bool)
        begin, finish = _first_days(np.array([year, year + 1])) - [0, 1]
        yield (
            int(year),
            {
                "recorded": ahead & (acts.point >= begin) & (acts.point <= finish),
                "low": ahead & (acts.start >= begin) & (acts.end <= finish),
                "high": named & (acts.end >= begin) & (acts.start <= finish),
            },
        )


def _counts(acts: fr.Acts, years: Days, held: list[list[tuple[str, ...]]]) -> dict[str, Days]:
    """Return recorded meetings by year: by the middle day, for certain, at most."""
    found = [{name: _meetings(acts, mask) for name, mask in masks.items()} for _, masks in _by_year(acts, years, held)]
    return {name: np.array([one[name] for one in found], dtype=np.int64) for name in ("recorded", "low", "high")}


def _meetings(acts: fr.Acts, chosen: Mask) -> int:
    """Return how many meetings these rows are: rows that share their days are one."""
    return len(set(zip(acts.start[chosen].tolist(), acts.end[chosen].tolist(), strict=True)))


def _with_published(frame: pd.DataFrame, indicators: pd.DataFrame | None) -> pd.DataFrame:
    """Add what others counted and take the larger count, since recorded meetings and those of part of a year are
    floors.
    """
    value, basis = frame["recorded"].to_list(), ["recorded"] * len(frame)
    published = [np.nan] * len(frame)
    places = {year: place for place, year in enumerate(frame["year"])}
    rows = [] if indicators is None else indicators[indicators["indicator"].eq(PUBLISHED)].to_dict("records")
    for row in sorted(rows, key=lambda row: (row["start"], row["end"])):
        place = places.get(row["start"].year)
        if place is None or row["end"].year != row["start"].year or pd.isna(row["value"]):
            continue
        published[place] = float(row["value"])
        if not value[place] >= published[place]:
            whole = (row["end"] - row["start"]).days >= 364
            value[place], basis[place] = published[place], "published" if whole else PART
    return frame.assign(value=value, published=published, basis=basis)


def _first_days(years: Days) -> Days:
    return (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)
