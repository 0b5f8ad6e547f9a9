"""The funnel from rows to sources: how much stands behind a count.

    lines read                     2,111
    rows of all dyads                422   19.99%
    rows of RUS and BLR                8    0.38%    1.90% of all dyads
    set aside: repeats                 4   50.00%
    ...
    acts (one a day)                   2
    independent texts                  1
    publishers                         1

A count of rows says how much was written; a count of acts how much happened by the feed's account; the number of texts
says whether that account is one journalist's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from analysis.feeds.few import Table
from analysis.feeds.repairs import REPAIRS
from analysis.feeds.steps import GUARDS

if TYPE_CHECKING:
    import pandas as pd

STEPS = tuple(guard.name for guard in GUARDS)
Step = tuple[str, int | None, float | None, float | None]


@dataclass(frozen=True, eq=False)
class Funnel:
    """The counts, step by step.

    Parameters
    ----------
    steps : list of tuples
        Name, count, share and share of all dyads of each step; see `frame`.
    title : str
        What was counted.
    """

    steps: list[Step]
    title: str

    @property
    def frame(self) -> pd.DataFrame:
        """The counts as a frame.

        `step`, `count` (missing where it cannot be known), `share` (of the rows counted, 0 to 1; for these rows
        themselves and those of all dyads, of all lines read), `of_dyads` (for the rows counted, their share in the rows
        of all dyads, which a scan estimates from some lines; missing where too few were looked at).
        """
        import pandas as pd

        table = pd.DataFrame(self.steps, columns=["step", "count", "share", "of_dyads"])
        return table.astype({"count": "float64", "share": "float64", "of_dyads": "float64"})

    def __getitem__(self, step: str) -> int:
        return int({name: count for name, count, _, _ in self.steps}[step] or 0)

    def __str__(self) -> str:
        lines = [self.title]
        for step, count, share, of_dyads in self.steps:
            number = "not known" if count is None else f"{count:,}"
            text = f"  {step:<28}{number:>14}" + ("" if share is None else f"{share:>10.2%}")
            lines.append(text + ("" if of_dyads is None else f"{of_dyads:>10.2%} of all dyads"))
        return "\n".join(lines)


@dataclass(frozen=True)
class Counts:
    """What a funnel is made of: `lines`, `dyads` and `texts` are None where they cannot be known.

    Parameters
    ----------
    lines : int, optional
        Lines of all dyads that were read to find these rows.
    dyads, seen : int, optional
        Rows between any two different countries; from how many lines these were estimated, None where all were counted.
    rows : int
        Rows of what is counted.
    aside : dict
        How many of them each guard set aside; see `STEPS`.
    acts, texts, publishers : int
        What the others come to.
    repaired : dict
        How many rows each repair touched; see `repairs.REPAIRS`.
    """

    lines: int | None
    dyads: int | None
    rows: int
    aside: Mapping[str, int]
    acts: int
    texts: int | None
    publishers: int
    seen: int | None = None
    repaired: Mapping[str, int] = field(default_factory=dict)


def assemble(counts: Counts, *, what: str, feed: str) -> Funnel:
    """Put counts in order; `what` says whose rows they are."""
    good = counts.rows - sum(counts.aside.values())
    others = "rows of all dyads" if counts.seen is None else f"of all dyads (by {counts.seen:,} lines)"
    own = f"rows of {what}"
    steps: dict[str, int | None] = {"lines read": counts.lines}
    if counts.dyads is not None:
        steps[others] = counts.dyads
    steps |= {own: counts.rows} if own not in steps else {}
    steps |= {f"mended: {one.name}": counts.repaired[one.name] for one in REPAIRS if counts.repaired.get(one.name)}
    steps |= {f"set aside: {name}": counts.aside.get(name, 0) for name in STEPS}
    steps |= {"rows that count": good, "acts (one a day)": counts.acts}
    steps |= {"independent texts": counts.texts, "publishers": counts.publishers}
    # A line that names several countries gives several rows, which are no share of the lines.
    whole = None if (counts.dyads or 0) > (counts.lines or 0) else counts.lines
    of = dict.fromkeys(steps, counts.rows) | dict.fromkeys([own, others], whole) | {"lines read": None}
    dyads = {own: counts.dyads} if what != "all dyads" else {}
    found: list[Step] = [
        (name, count, _share(count, of[name]), _share(count, dyads.get(name))) for name, count in steps.items()
    ]
    return Funnel(found, f"{feed}: {what}, from rows to sources")


def _share(count: int | None, whole: int | None) -> float | None:
    return count / whole if count is not None and whole else None


def tally(table: Table | pd.DataFrame, names: Sequence[str]) -> Counter[tuple[Any, ...]]:
    """Count the rows that agree in some columns; None is missing."""
    if isinstance(table, Table):
        return Counter(zip(*(table.held[name] for name in names), strict=True))
    counts = table[list(names)].value_counts(dropna=False).reset_index(name="count")
    rows = counts.astype("object").where(counts.notna(), None).itertuples(index=False, name=None)
    return Counter({row[:-1]: int(row[-1]) for row in rows})


def funnel(
    rows: Table | pd.DataFrame,
    acts: int,
    *,
    lines: int | None,
    dyad: tuple[str, str],
    feed: str,
    dyads: int | None = None,
    seen: int | None = None,
) -> Funnel:
    """Count guarded rows, of which `acts` acts come; the rest as in `Counts`, dyad and feed for the title."""
    aside = {str(name): count for (name,), count in tally(rows, ["aside"]).items() if name is not None}
    texts = {text for none, text in tally(rows, ["aside", "text"]) if none is None}
    publishers = {one for none, one in tally(rows, ["aside", "publisher"]) if none is None} - {None}
    noted = tally(rows, ["repaired"])
    repaired = {one.name: sum(noted[key] for key in noted if f"{one.name};" in (key[0] or "")) for one in REPAIRS}
    known = None if None in texts else len(texts)
    counts = Counts(lines, dyads, len(rows), aside, acts, known, len(publishers), seen, repaired)
    return assemble(counts, what=f"{dyad[0]} and {dyad[1]}", feed=feed)
