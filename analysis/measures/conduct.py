"""Do words and deeds agree? Rhetoric against conduct, on one scale.

The dyad's acts are divided by quad class into words (verbal cooperation, verbal conflict) and deeds (material
cooperation, material conflict), and the tension share of each part is followed with the same half-life and the same
shrinkage. The scale is one, but the level is not: CAMEO scores a sharp word milder than a sharp deed, and a signed
agreement counts as a word. Each part is therefore drawn towards *its own* long-run share, which is also the level
that counts as usual for it:

    usual(part) = sum of max(-g, 0) / sum of |g| over the part's acts
    gap(t)      = share of words(t) - share of deeds(t)

Words are tenser than usual where their share lies above their usual level, calmer where below; the same for deeds.
The signs differ where one is tenser and the other calmer than usual: warm words over cold deeds, or the reverse.
`conduct_periods` lists when, and says in how much of the period the band of the gap agrees. Which roots are words and
which are deeds differs between published schemes; the one used here is named in every row.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.measures import _frames as fr
from analysis.measures import bands
from analysis.measures import options as opt
from analysis.measures._decay import Decay, decay, decayed_sums, long_run_share, share
from analysis.measures._frames import Acts, Floats, Freq, Grid, Mask
from analysis.measures._redraw import Cluster, Plan, SourceOfError, redraw
from analysis.measures._series import states

SCHEME = "gdelt: roots 01-05, 06-09, 10-14, 15-20"
MEASURES = ("verbal", "material", "gap")
_CLASSES = {
    "verbal_cooperation": "verbal",
    "verbal_conflict": "verbal",
    "material_cooperation": "material",
    "material_conflict": "material",
}


def conduct(
    events: pd.DataFrame,
    *,
    half_life: str | pd.Timedelta = "180D",
    freq: Freq = "W",
    start: object = None,
    end: object = None,
    shrinkage: float = 10.0,
    band: float | None = 0.9,
    draws: int = 500,
    sources_of_error: Sequence[SourceOfError] | None = None,
    coding_error: float | pd.DataFrame = bands.CODING_ERROR,
    codes: pd.DataFrame | None = None,
    seed: int = 0,
    cluster: Cluster | None = "quarter",
    actors: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Follow the tension share of words and of deeds, and the gap between them.

    A row is one measure at one day.

    Parameters
    ----------
    events : DataFrame
        Needs `start`, `end`, `goldstein` and `quad_class`.
    half_life, freq, start, end, shrinkage, band, draws, sources_of_error, coding_error, codes, seed, cluster,
    actors
        As in `tension`.

    Returns
    -------
    DataFrame
        Sorted by `date`, then verbal, material, gap: `date`, `measure` ("verbal", "material": tension share of that
        part, 0 to 1; "gap": verbal minus material, -1 to 1, above 0 where words are the tenser), `value`, `low`,
        `high`, `usual` (the part's long-run share, drawn towards where little is known; for the gap their
        difference), `events` (acts placed in the period), `acts` (the part's acts placed by that day, whatever the
        period; for the gap those of the part that has fewer), `state` (as in `tension`; the gap is observed where
        both parts are) and `scheme` (which CAMEO roots make the four quad classes). A part without any act in the table
        has missing values.

    Raises
    ------
    ColumnError, OptionError
        As in `tension`; also for a quad class that is not one of the four.

    References
    ----------
    Quad classes: CAMEO roots as in the GDELT event codebook.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> gap = an.conduct(rel.events, start="2014-01-01", draws=50)
    >>> sorted(gap["measure"].unique())
    ['gap', 'material', 'verbal']
    """
    where = "conduct"
    acts = fr.read_acts(events, where, actors=actors, columns=["quad_class"])
    model = decay(acts, half_life, shrinkage, None, where)
    grid = fr.read_grid(acts, freq, start, end, where)
    parts = _parts(acts, where)
    drawn: dict[str, Floats] = {}
    if band is not None:
        plan = bands.plan(acts, where, band, draws, sources_of_error, coding_error, codes, seed, cluster)
        drawn = _drawn_shares(acts, parts, grid, model, plan) if len(acts) else {}
    return _tidy(acts, parts, grid, model, drawn, band)


def gap_on_last_day(frame: pd.DataFrame) -> dict[str, object]:
    """Say whether there is a gap between words and deeds on the last day of a frame; chart and sentence both ask here.

    Parameters
    ----------
    frame : DataFrame
        What `conduct` returned.

    Returns
    -------
    dict
        `state`: "none" (one of the two is not recorded), "few" (fewer than ten acts of one of them by then), "memory"
        (no act of one of them within a half-life), "unclear" (the band of the gap holds zero, or there is none),
        "words tenser", "deeds tenser"; `verbal`, `material`, `gap`: the last day's rows, where there are any.
    """
    fr.require(frame, ["date", "measure", "value", "low", "high", "acts", "state"], "gap_on_last_day")
    known = frame[frame["value"].notna()]
    rows = {name: known[known["measure"] == name].tail(1) for name in MEASURES}
    if any(row.empty for row in rows.values()):
        return {"state": "none"}
    last = {name: row.iloc[0] for name, row in rows.items()}
    gap = last["gap"]
    if gap["acts"] < opt.FEW_ACTS:
        state = "few"
    elif gap["state"] != "observed":
        state = "memory"
    elif gap["low"] > 0 or gap["high"] < 0:
        state = "words tenser" if gap["value"] > 0 else "deeds tenser"
    else:
        state = "unclear"
    return {"state": state, **last}


def conduct_periods(frame: pd.DataFrame) -> pd.DataFrame:
    """List the periods in which words and deeds departed from their usual levels in opposite directions.

    Parameters
    ----------
    frame : DataFrame
        What `conduct` returned.

    Returns
    -------
    DataFrame
        One row an unbroken run of grid days, sorted by `start`: `start`, `end` (first and last grid day), `kind`
        ("verbal tenser, material calmer" or "verbal calmer, material tenser", both than usual), `points` (grid days),
        `clear` (share of them in which the band of the gap lies wholly beyond the usual gap, on the side named, 0 to 1;
        missing without bands), `observed` (share of them in which both parts are observed), `value` (mean of gap less
        usual gap, above 0 where words are the tenser). Empty when there is none.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> gap = an.conduct(rel.events, start="2014-01-01", draws=50)
    >>> an.conduct_periods(gap).columns.tolist()
    ['start', 'end', 'kind', 'points', 'clear', 'observed', 'value']
    """
    fr.require(frame, ["date", "measure", "value", "low", "high", "usual", "state"], "conduct_periods")
    wide = _wide(frame)
    gap = {name: wide[name, "gap"] for name in ("value", "usual", "state")}
    away = {part: _side(wide, part, "value", "value") for part in ("verbal", "material")}
    sure = _side(wide, "gap", "low", "high")
    opposed = away["verbal"] * away["material"] < 0
    side = np.where(opposed, away["verbal"], 0.0)
    run = np.cumsum(np.diff(side, prepend=0.0) != 0)
    banded = wide["low", "gap"].notna().to_numpy()
    table = pd.DataFrame(
        {
            "date": wide.index,
            "kind": np.where(side > 0, "verbal tenser, material calmer", "verbal calmer, material tenser"),
            "clear": np.where(banded, sure == side, np.nan),
            "observed": (gap["state"] == "observed").to_numpy(dtype=float),
            "value": (gap["value"] - gap["usual"]).to_numpy(dtype=float),
        }
    )
    grouped = table[opposed].groupby(run[opposed], sort=True)
    return grouped.agg(
        start=("date", "first"),
        end=("date", "last"),
        kind=("kind", "first"),
        points=("date", "size"),
        clear=("clear", "mean"),
        observed=("observed", "mean"),
        value=("value", "mean"),
    ).reset_index(drop=True)


def _wide(frame: pd.DataFrame) -> pd.DataFrame:
    """Put the three measures side by side, also when there are no days."""
    columns = ["value", "low", "high", "usual", "state"]
    wide = frame.pivot(index="date", columns="measure", values=columns)
    return wide.reindex(columns=pd.MultiIndex.from_product([columns, MEASURES]))


def _side(wide: pd.DataFrame, part: str, low: str, high: str) -> Floats:
    """Say where an interval lies: 1 above the usual level, -1 below, 0 around it or unknown."""
    usual = wide["usual", part].to_numpy(dtype=float)
    over, under = wide[low, part].to_numpy(dtype=float) > usual, wide[high, part].to_numpy(dtype=float) < usual
    return over.astype(np.float64) - under.astype(np.float64)


def _parts(acts: Acts, where: str) -> dict[str, Mask]:
    known = acts.table["quad_class"].isin(list(_CLASSES))
    if not known.all():
        opt.check_option(where, "quad_class", acts.table.loc[~known, "quad_class"].iloc[0], list(_CLASSES))
    side = acts.table["quad_class"].map(_CLASSES).to_numpy(dtype=object)
    return {part: side == part for part in ("verbal", "material")}


def _drawn_shares(acts: Acts, parts: dict[str, Mask], grid: Grid, model: Decay, plan: Plan) -> dict[str, Floats]:
    """Return words, deeds and gap in each draw, day x draw, each drawn towards its own long-run share in that draw."""
    redrawn = redraw(acts, list(parts.values()), grid.days, model.half_life, plan)
    result = {}
    for index, part in enumerate(parts):
        sums = redrawn.sums[:, :, index]
        own = acts.keep(parts[part])
        extra = bands.prior_evidence(own, model.shrinkage, redrawn.long_run(index), plan, series=index + 1)
        result[part] = share(sums[:, 0] + extra[0], sums[:, 1] + extra[1], 0.0, 0.0)
    return {**result, "gap": result["verbal"] - result["material"]}


def _tidy(
    acts: Acts, parts: dict[str, Mask], grid: Grid, model: Decay, drawn: dict[str, Floats], band: float | None
) -> pd.DataFrame:
    """Lay out words, deeds and gap day by day."""
    value, usual, counts, state, placed = {}, {}, {}, {}, {}
    for part, rows in parts.items():
        own = acts.keep(rows)
        usual[part] = long_run_share(own)
        value[part] = share(*decayed_sums(own, grid.days, model.half_life), model.shrinkage, usual[part])
        counts[part], state[part] = states(acts, own, grid, model.half_life)
        placed[part] = np.searchsorted(np.sort(own.point), grid.days, side="right")
    placed["gap"] = np.minimum(placed["verbal"], placed["material"])
    value["gap"], usual["gap"] = value["verbal"] - value["material"], usual["verbal"] - usual["material"]
    counts["gap"] = counts["verbal"] + counts["material"]
    both = (state["verbal"] == "observed") & (state["material"] == "observed")
    state["gap"] = np.where(both | (state["verbal"] == "not covered"), state["verbal"], "no events")
    frames = []
    for order, part in enumerate(MEASURES):
        covered = state[part] != "not covered"
        limits = np.full((len(grid), 2), np.nan)
        if drawn and band is not None:
            limits = np.stack(bands.widen(value[part], *bands.interval(drawn[part], band).T), axis=1)
        columns = {
            "value": value[part],
            "low": limits[:, 0],
            "high": limits[:, 1],
            "usual": np.full(len(grid), usual[part]),
        }
        frame = pd.DataFrame({name: np.where(covered, column, np.nan) for name, column in columns.items()})
        frame = frame.assign(
            events=counts[part], acts=placed[part], state=state[part], order=order, measure=part, scheme=SCHEME
        )
        frames.append(frame.assign(date=fr.timestamps(grid.days)))
    whole = pd.concat(frames).sort_values(["date", "order"], kind="stable", ignore_index=True)
    names = ["date", "measure", "value", "low", "high", "usual", "events", "acts", "state", "scheme"]
    return whole[names].astype(dict.fromkeys(["measure", "state", "scheme"], "str"))
