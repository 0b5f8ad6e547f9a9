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

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from analysis.feeds.repairs import REPAIRS
from analysis.feeds.steps import GUARDS

STEPS = tuple(guard.name for guard in GUARDS)


@dataclass(frozen=True, eq=False)
class Funnel:
    """The counts, step by step.

    Parameters
    ----------
    frame : DataFrame
        `step`, `count` (missing where it cannot be known), `share` (of the rows counted, 0 to 1; for these rows
        themselves and those of all dyads, of all lines read), `of_dyads` (for the rows counted, their share in the rows
        of all dyads, which a scan estimates from some lines; missing where too few were looked at).
    title : str
        What was counted.
    """

    frame: pd.DataFrame
    title: str

    def __getitem__(self, step: str) -> int:
        return int(self.frame.set_index("step")["count"][step])

    def __str__(self) -> str:
        rows = []
        for step, count, share, of_dyads in self.frame.itertuples(index=False):
            number = "not known" if pd.isna(count) else f"{int(count):,}"
            text = f"  {step:<28}{number:>14}" + ("" if pd.isna(share) else f"{share:>10.2%}")
            rows.append(text + ("" if pd.isna(of_dyads) else f"{of_dyads:>10.2%} of all dyads"))
        return "\n".join([self.title, *rows])


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
        How many rows each repair touched; see `steps.REPAIRS`.
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
    unknown = float("nan")
    good = counts.rows - sum(counts.aside.values())
    others = "rows of all dyads" if counts.seen is None else f"of all dyads (by {counts.seen:,} lines)"
    steps = [
        ("lines read", counts.lines),
        *([(others, counts.dyads)] if counts.dyads is not None else []),
        (f"rows of {what}", counts.rows),
        *((f"mended: {one.name}", counts.repaired[one.name]) for one in REPAIRS if counts.repaired.get(one.name)),
        *((f"set aside: {name}", counts.aside.get(name, 0)) for name in STEPS),
        ("rows that count", good),
        ("acts (one a day)", counts.acts),
        ("independent texts", counts.texts),
        ("publishers", counts.publishers),
    ]
    frame = pd.DataFrame(steps, columns=["step", "count"]).astype({"count": "float64"})
    frame = frame.drop_duplicates("step", ignore_index=True)
    whole, own = frame["step"].isin([others, f"rows of {what}"]), frame["step"] == f"rows of {what}"
    frame["share"] = frame["count"] / (counts.rows or unknown)
    frame.loc[whole, "share"] = frame["count"] / (counts.lines or unknown)
    if counts.dyads is not None and counts.lines is not None and counts.dyads > counts.lines:
        # A line that names several countries gives several rows, which are no share of the lines.
        frame.loc[whole, "share"] = unknown
    frame.loc[frame["step"] == "lines read", "share"] = unknown
    frame["of_dyads"] = (frame["count"] / (counts.dyads or unknown)).where(own & (what != "all dyads"))
    return Funnel(frame, f"{feed}: {what}, from rows to sources")


def funnel(
    rows: pd.DataFrame,
    acts: pd.DataFrame,
    *,
    lines: int | None,
    dyad: tuple[str, str],
    feed: str,
    dyads: int | None = None,
    seen: int | None = None,
) -> Funnel:
    """Count guarded rows and acts.

    Parameters
    ----------
    rows, acts : DataFrame
        As in `Reading`.
    lines, dyads, seen : int, optional
        As in `Counts`.
    dyad, feed
        For the title.
    """
    good = rows[rows["aside"].isna()]
    aside = {name: int((rows["aside"] == name).sum()) for name in STEPS}
    texts = None if good["text"].isna().any() else good["text"].nunique()
    repaired = {one.name: int(rows["repaired"].str.contains(f"{one.name};", regex=False).sum()) for one in REPAIRS}
    counts = Counts(lines, dyads, len(rows), aside, len(acts), texts, good["publisher"].nunique(), seen, repaired)
    return assemble(counts, what=f"{dyad[0]} and {dyad[1]}", feed=feed)
