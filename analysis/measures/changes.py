"""What changed between two states of the record?

`changes(rel, since)` cuts the record at `since` (what an analyst could have known that day) and compares it with the
record as loaded: which events, judgements and forecasts came, which forecasts were decided, which indicators have a
newer figure, and how far each measure moved. `compare` does the same for any two loaded states, such as two versions
of the record.

The event index of both days is that of the record as loaded, so that the change is the one that `difference` gives and
every sentence tells: what has been learned since of the time before is no change of the relationship. It is *clear*
when the band of the difference (`difference.WORD_BAND`) leaves zero. The other measures are read off each state as it
was known, with the ranks of indicators and the base rates of that state; their change is clear when the two bands do
not overlap, which two independent estimates of one value with 90% bands do in 2 of 100 cases. Bands are not all of
one kind, so `band` names it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures.difference import WORD_BAND, difference
from analysis.measures.forecasts import resolve
from analysis.measures.headline import headline

if TYPE_CHECKING:
    from analysis.record.relationship import Relationship

APART_RATE = 0.02  # how often the 90% bands of two independent estimates of one value do not overlap
_MOVED = ["indicator", "name", "unit", "domain", "period_then", "value_then", "period_now", "value_now", "change"]
_MOVED += ["alike", "withheld_then", "withheld_now", "state", "caveats"]


@dataclass(frozen=True, eq=False)
class Changes:
    """What differs between the record on `since` and on `until`; every table is a plain DataFrame.

    Parameters
    ----------
    since, until : Timestamp
        Cut-offs of the two states.
    events, assessments, forecasts : DataFrame
        The rows that only the later state has, with all their columns, in its order.
    resolved : DataFrame
        Forecasts decided in between: their columns, `score` (Brier score, 0-1; missing for partly) and `made_since`
        (bool: made in between as well).
    indicators : DataFrame
        One row per indicator with a newer or other last figure, or that has come to be withheld: `indicator`, `name`,
        `unit`, `domain`, `period_then`, `value_then`, `period_now`, `value_now`, `change` (now less then, in `unit`),
        `alike` (bool: both periods are of about one length, so that the change can be read), `withheld_then`,
        `withheld_now` (bool: the producer withholds what follows the figure), `state`: moved (a later period), revised
        (the same period), new (no figure before) or withheld (only that has changed: no `change`), and `caveats`.
    measures : DataFrame
        `measure`, `date_then`, `then`, `then_low`, `then_high`, `date_now`, `now`, `now_low`, `now_high`, `change`,
        `clear` (see the module's docstring; missing without both bands), `band` (what kind the bands are).
    """

    since: pd.Timestamp
    until: pd.Timestamp
    events: pd.DataFrame
    assessments: pd.DataFrame
    forecasts: pd.DataFrame
    resolved: pd.DataFrame
    indicators: pd.DataFrame
    measures: pd.DataFrame

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each table of things (not of the measures)."""
        return {
            one.name: len(getattr(self, one.name))
            for one in fields(self)
            if one.name not in {"since", "until", "measures"}
        }


def changes(
    rel: Relationship,
    since: str | pd.Timestamp,
    *,
    half_life: str = "180D",
    confidence: float = 0.9,
    draws: int = 500,
    seed: int = 0,
) -> Changes:
    """Compare the record as loaded with what was known at the end of `since`.

    Parameters
    ----------
    rel : Relationship
        As loaded, cut or not.
    since : day
        Before the record's cut-off.
    half_life, confidence, draws, seed
        Of the tension measures and of all bands.

    Returns
    -------
    Changes
        See there.

    Raises
    ------
    OptionError
        If `since` is not before the record's cut-off.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> moved = an.changes(rel, "2022-04-06", draws=50)
    >>> "tension_share" in set(moved.measures["measure"])
    True
    """
    from analysis.record.relationship import as_day

    day = as_day(since, "changes", "since")
    if day >= rel.cutoff:
        raise OptionError("changes", "since", f"a day before the cut-off {rel.cutoff:%Y-%m-%d}", f"{day:%Y-%m-%d}")
    then = rel.as_of_day(day)
    found = compare(then, rel, half_life=half_life, confidence=confidence, draws=draws, seed=seed)
    known = found.measures.dropna(subset="then")["measure"]
    index = difference(rel.events, then.cutoff, rel.cutoff, half_life=half_life, band=WORD_BAND, draws=draws, seed=seed)
    index = index[index["measure"].isin(known)].rename(columns={"value": "change"}).set_index("measure")
    measures = found.measures.set_index("measure")
    shared = ["then", "now", "change", "clear"]
    measures.loc[index.index, shared] = index[shared]
    return replace(found, measures=measures.reset_index())


def compare(
    then: Relationship,
    now: Relationship,
    *,
    half_life: str = "180D",
    confidence: float = 0.9,
    draws: int = 500,
    seed: int = 0,
) -> Changes:
    """Compare two states of one relationship; parameters and result as for `changes`."""
    before, after = (
        headline(rel, half_life=half_life, confidence=confidence, draws=draws, seed=seed) for rel in (then, now)
    )
    return Changes(
        since=then.cutoff,
        until=now.cutoff,
        events=_new(then.events, now.events, "event_id"),
        assessments=_new(then.assessments, now.assessments, "assessment_id"),
        forecasts=_new(then.forecasts, now.forecasts, "forecast_id"),
        resolved=_resolved(then.forecasts, now.forecasts),
        indicators=_moved(then.indicators, now.indicators),
        measures=_measures(before, after),
    )


def _new(then: pd.DataFrame, now: pd.DataFrame, key: str) -> pd.DataFrame:
    return now[~now[key].isin(then[key])].reset_index(drop=True)


def _resolved(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    decided_then = then.loc[then["outcome"] != "open", "forecast_id"]
    rows = now[(now["outcome"] != "open") & ~now["forecast_id"].isin(decided_then)].reset_index(drop=True)
    score = resolve(rows).set_index("forecast_id")["score"]
    return rows.assign(score=rows["forecast_id"].map(score), made_since=~rows["forecast_id"].isin(then["forecast_id"]))


def _moved(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    before, after = _newest(then), _newest(now)
    names = (
        now.drop_duplicates("indicator").set_index("indicator").reindex(columns=["name", "unit", "domain", "caveats"])
    )
    table = names.join(before.add_suffix("_then")).join(after.add_suffix("_now")).sort_index()
    for when in ("then", "now"):
        table[f"withheld_{when}"] = table[f"withheld_{when}"].eq(True)
        table[f"period_{when}"] = table[f"period_{when}"].astype("object").fillna("")
    newer = (table["period_now"] != table["period_then"]) | (table["value_now"] != table["value_then"])
    newer &= table["value_now"].notna()
    table = table[newer | (table["withheld_now"] & ~table["withheld_then"])]
    table["change"] = table["value_now"] - table["value_then"]
    table["alike"] = (table["days_now"] / table["days_then"]).between(0.9, 1 / 0.9)
    known, same = table["value_then"].notna(), table["period_now"] == table["period_then"]
    table["state"] = np.select([~newer[table.index], ~known, same], ["withheld", "new", "revised"], "moved")
    table["change"] = table["change"].where(table["state"] != "withheld")
    return table.rename_axis("indicator").reset_index()[_MOVED]


def _newest(indicators: pd.DataFrame) -> pd.DataFrame:
    """Return each indicator's last figure (period, value, length in days) and whether a withheld entry follows it."""
    rows = indicators.sort_values(["indicator", "end", "start"], kind="stable")
    figures = rows[rows["value"].notna() & (rows["basis"] != "withheld")].groupby("indicator").tail(1)
    figures = figures.set_index("indicator")
    last = figures[["period", "value"]].assign(days=(figures["end"] - figures["start"]).dt.days + 1)
    hidden = rows[rows["basis"] == "withheld"].groupby("indicator")["end"].max()
    table = last.reindex(last.index.union(hidden.index))
    return table.assign(
        withheld=hidden.reindex(table.index) > figures["end"].reindex(table.index).fillna(pd.Timestamp.min)
    )


def _measures(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    columns = {"date": "date", "value": "", "low": "low", "high": "high"}
    sides = []
    for when, table in (("then", then), ("now", now)):
        names = {old: f"{when}_{new}".rstrip("_") if old != "date" else f"date_{when}" for old, new in columns.items()}
        sides.append(table.rename(columns=names).set_index("measure"))
    order = [*now["measure"], *(name for name in then["measure"] if name not in set(now["measure"]))]
    band = pd.concat([now, then]).drop_duplicates("measure").set_index("measure")["band"]
    table = sides[0].drop(columns="band").join(sides[1].drop(columns="band"), how="outer").reindex(order)
    table["change"] = table["now"] - table["then"]
    apart = (table["now_low"] > table["then_high"]) | (table["then_low"] > table["now_high"])
    banded = table[["then_low", "then_high", "now_low", "now_high", "then", "now"]].notna().all(axis=1)
    table["clear"] = apart.astype("boolean").where(banded)
    return table.assign(band=band).rename_axis("measure").reset_index()
