"""The funnel from rows to sources: how much stands behind a count.

    lines read                     2,111
    rows of RUS and BLR                8    0.379 % of all lines
    set aside: repeats                 4
    ...
    acts (one a day)                   2
    independent texts                  1
    publishers                         1

A count of rows says how much was written; a count of acts how much happened by the feed's account; the number of texts
says whether that account is one journalist's.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

STEPS = ("unreadable", "anniversaries", "opinions", "repeats", "mirrors")


@dataclass(frozen=True, eq=False)
class Funnel:
    """The counts, step by step.

    Parameters
    ----------
    frame : DataFrame
        `step`, `count` (missing where it cannot be known), `share` (of the dyad's rows, 0 to 1; for the rows
        themselves, of all lines read).
    title : str
        What was counted.
    """

    frame: pd.DataFrame
    title: str

    def __getitem__(self, step: str) -> int:
        return int(self.frame.set_index("step")["count"][step])

    def __str__(self) -> str:
        rows = []
        for step, count, share in self.frame.itertuples(index=False):
            number = "not known" if pd.isna(count) else f"{int(count):,}"
            rows.append(f"  {step:<28}{number:>14}" + ("" if pd.isna(share) else f"{share:>10.2%}"))
        return "\n".join([self.title, *rows])


def funnel(rows: pd.DataFrame, acts: pd.DataFrame, *, lines: int | None, dyad: tuple[str, str], feed: str) -> Funnel:
    """Count guarded rows and acts.

    Parameters
    ----------
    rows, acts : DataFrame
        As in `Reading`.
    lines : int, optional
        Lines of all dyads that were read to find these rows.
    dyad, feed
        For the title.
    """
    good = rows[rows["aside"].isna()]
    total = len(rows)
    steps: list[tuple[str, float, float]] = [
        ("lines read", float("nan") if lines is None else lines, float("nan")),
        (f"rows of {dyad[0]} and {dyad[1]}", total, total / lines if lines else float("nan")),
        *((f"set aside: {name}", int((rows["aside"] == name).sum()), float("nan")) for name in STEPS),
        ("rows that count", len(good), float("nan")),
        ("acts (one a day)", len(acts), float("nan")),
        ("independent texts", good["text"].nunique(), float("nan")),
        ("publishers", good["publisher"].nunique(), float("nan")),
    ]
    frame = pd.DataFrame(steps, columns=["step", "count", "share"])
    of_rows = frame["count"] / total if total else frame["count"] * float("nan")
    own = frame["step"].isin(["lines read", steps[1][0]])
    frame["share"] = frame["share"].where(own, of_rows)
    if good["text"].isna().any() and len(good):
        frame.loc[frame["step"] == "independent texts", ["count", "share"]] = float("nan")
    return Funnel(frame, f"{feed}: {dyad[0]} and {dyad[1]}, from rows to sources")
