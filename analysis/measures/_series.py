"""How the acts are divided into series, by domain, quad class or direction, and how fresh a series is at a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.errors import OptionError
from analysis.measures import _frames as fr
from analysis.measures import options as opt
from analysis.measures._frames import Acts, Days, Grid, Mask

By = Literal["domain", "direction", "quad_class"]
KEYS = ("domain", "direction", "quad_class")


@dataclass(frozen=True)
class Series:
    """One line of a result: its key and the acts it is made of."""

    key: str
    rows: Mask


def split(
    acts: Acts,
    where: str,
    *,
    by: By | None = None,
    domains: Sequence[str] | None = None,
    direction: str | None = None,
    actors: Sequence[str] | None = None,
) -> list[Series]:
    """Divide the acts into the series asked for, sorted by key; one series without a key where there is none.

    A joint act belongs to both directions, so directions overlap; domains and quad classes do not. An act without
    domain or quad class is in none of those series.
    """
    kept = np.ones(len(acts), dtype=bool)
    if not len(acts):
        return [Series("", kept)]
    if domains is not None:
        known = sorted(str(name) for name in acts.table["domain"].dropna().unique())
        for name in domains:
            opt.check_option(where, "domains", name, known)
        kept &= acts.table["domain"].isin(list(domains)).to_numpy()
    if direction is not None or by == "direction":
        ways, names = directions(acts, where, actors)
        if direction is not None:
            opt.check_option(where, "direction", direction, (*names, "joint"))
            kept &= (ways == direction) | (ways == "joint")
        if by == "direction":
            return [Series(name, kept & ((ways == name) | (ways == "joint"))) for name in sorted(names)]
    if by is None:
        return [Series("", kept)]
    numbers, keys = pd.factorize(acts.table[by], sort=True)
    present = np.unique(numbers[kept & (numbers >= 0)])
    if not len(present):
        return [Series("", np.zeros(len(acts), dtype=bool))]
    return [Series(str(keys[number]), kept & (numbers == number)) for number in present]


def directions(acts: Acts, where: str, actors: Sequence[str] | None) -> tuple[npt.NDArray[np.object_], tuple[str, str]]:
    """Say of each act who did it to whom (`A>B`, `B>A`, `joint`, or else) and name the two directions."""
    if actors is None and "direction" in acts.table:
        values = acts.table["direction"].to_numpy(dtype=object)
        sides = {side for way in set(values) if ">" in str(way) for side in str(way).split(">")}
        first, second = _two(sides or _named(acts), where)
        return values, (f"{first}>{second}", f"{second}>{first}")
    fr.require(acts.table, ["source_actor", "target_actor"], where)
    first, second = fr.pair(actors, where) if actors is not None else _two(_named(acts), where)
    forth, back, joint = fr.between(acts.table, first, second)
    names = (f"{first}>{second}", f"{second}>{first}")
    return np.select([forth, back, joint], [*names, "joint"], default="").astype(object), names


def states(acts: Acts, own: Acts, grid: Grid, half_life: float) -> tuple[Days, npt.NDArray[np.object_]]:
    """Count the series' acts in each period and say how fresh the newest one is."""
    first = int(acts.point.min()) if len(acts) else 0
    daily = np.bincount(own.point - first)
    present = np.flatnonzero(daily) + first
    edges = np.searchsorted(present, np.append(grid.before, grid.days), side="right")
    total = np.append(0, np.cumsum(daily[present - first]))[edges]
    newest = np.append(np.iinfo(np.int32).min, present)[edges[1:]]
    covered = (grid.days >= first) & bool(len(acts))
    states = np.select([~covered, grid.days - newest < half_life], ["not covered", "observed"], default="no events")
    return np.diff(total), states.astype(object)


def _named(acts: Acts) -> set[str]:
    """Return the actors named, those of a joint actor one by one."""
    columns = [acts.table[name].dropna().unique() for name in ("source_actor", "target_actor") if name in acts.table]
    return {side for column in columns for name in column for side in str(name).split("+")}


def _two(sides: Iterable[str], where: str) -> tuple[str, str]:
    named = sorted(sides)
    if len(named) != 2:
        raise OptionError(where, "actors", "a pair of actor ids", None, "The rows do not tell who the two sides are.")
    return named[0], named[1]
