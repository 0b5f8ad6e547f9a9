"""Which steps lead from the index of one day to that of another? Fading and new acts, summing to the difference.

Both days are those of the record as loaded, with one long-run share p0, as in `difference`. On each day the tension
share is p0 and the contributions of all acts (`explain`), so the difference is the sum over acts of what each
contributes now less what it contributed then. An act placed after the first day contributed nothing then: its step is
its contribution now. What the older acts' contributions have changed by is one step, their fading (and their being
outweighed by new ones). The steps add up to the difference exactly; nothing is left over.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures import options as opt
from analysis.measures.difference import WORD_BAND, difference
from analysis.measures.explain import explain
from analysis.measures.peak import short_title

COLUMNS = ["kind", "date", "measure", "value", "low", "high", "event_id", "title", "short", "acts", "clear"]


def change_steps(
    events: pd.DataFrame,
    then: object,
    now: object,
    *,
    half_life: str | pd.Timedelta = "180D",
    shrinkage: float = 10.0,
    lowering: int = 4,
    raising: int = 2,
    draws: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Take the change of the tension share between two days apart into what older and new acts did.

    Parameters
    ----------
    events : DataFrame
        As for `analysis.tension`.
    then, now : day
        The earlier and the later day.
    lowering, raising : int
        Number of new acts named: those that lower the share most, and those that raise it most.
    half_life, shrinkage, draws, seed
        As for `analysis.tension`.

    Returns
    -------
    DataFrame
        In the order in which it is read: a row "then", one "fade", the acts that lower ("lower") and the rest of these
        ("lower, others"), those that raise ("raise", "raise, others"), a row "now". `value` is the share (0 to 1) with
        `low`, `high` (90%) for "then" and "now", else the step; the steps add up to now less then. `date`,
        `event_id`, `title`, `short` of a named act; `acts` (how many the row is made of); `clear` (bool: whether the
        band of the difference that words ask for leaves zero), the same in every row. No row where nothing had been
        recorded by then.

    Raises
    ------
    ColumnError, OptionError
        As in `analysis.tension`.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> steps = an.change_steps(rel.events, "2022-04-06", rel.cutoff, draws=50)
    >>> ends, moved = steps["kind"].isin(["then", "now"]), steps["value"]
    >>> bool(abs(moved[~ends].sum() - (moved.iloc[-1] - moved.iloc[0])) < 1e-9)
    True
    """
    acts = fr.read_acts(events, "change_steps")
    if not len(acts) or opt.day_number(then, "change_steps", "then") < int(acts.point.min()):
        return pd.DataFrame(columns=COLUMNS)
    options = {"half_life": half_life, "shrinkage": shrinkage}
    held = difference(events, then, now, band=WORD_BAND, draws=draws, seed=seed, **options)  # type: ignore[arg-type]
    ends = held.set_index("measure").loc["tension_share"]
    before, after = (_acts(explain(events, day, **options)) for day in (then, now))  # type: ignore[arg-type]
    # An act is new where the first day did not hold it; it is told by its place among the acts, as ids may be missing.
    old = after["date"] <= pd.Timestamp(str(then))
    fade = float(after.loc[old, "contribution"].sum() - before["contribution"].sum())
    rows = [
        {"kind": "then", "date": ends["then_date"], "value": ends["then"], "low": ends["then_low"]}
        | {"high": ends["then_high"], "acts": len(before)},
        {"kind": "fade", "value": fade, "acts": len(before)},
    ]
    new = after[~old]
    for kind, part, most in (
        ("lower", new[new["contribution"] < 0], lowering),
        ("raise", new[new["contribution"] > 0], raising),
    ):
        rows += _named(events, kind, part.to_dict("records"), most)
    rows.append(
        {"kind": "now", "date": ends["now_date"], "value": ends["now"], "low": ends["now_low"]}
        | {"high": ends["now_high"], "acts": len(after)}
    )
    frame = pd.DataFrame(rows).reindex(columns=COLUMNS)
    texts = ["event_id", "title", "short"]
    frame[texts] = frame[texts].astype("object").fillna("")
    return frame.assign(measure="tension_share", clear=bool(ends["clear"])).astype({"date": "datetime64[us]"})


def _acts(why: pd.DataFrame) -> pd.DataFrame:
    return why[why["kind"] == "event"]


def _named(events: pd.DataFrame, kind: str, part: Sequence[dict[object, object]], most: int) -> list[dict[str, object]]:
    """Return a row for each of the first `most` acts, largest first, and one for all others together."""
    rows: list[dict[str, object]] = [
        {
            "kind": kind,
            "date": row["date"],
            "value": row["contribution"],
            "event_id": row["event_id"],
            "title": row["title"],
            "short": short_title(events, row["event_id"], str(row["title"])),
            "acts": 1,
        }
        for row in part[:most]
    ]
    rest = part[most:]
    if rest:
        total = sum(float(str(row["contribution"])) for row in rest)
        rows.append({"kind": f"{kind}, others", "value": total, "acts": len(rest)})
    return rows
