"""How often does a nominal 90% band hold a known truth?

Each function writes down many records of known worlds (`worlds`), measures them as a user would and counts. A row of
its result is one world. Shares of cases carry a chance of their own: with 100 repeats a true 90 of 100 shows as 85 to
95 about nine times in ten.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.measures.calibration import binned, murphy_parts
from analysis.measures.conduct import conduct
from analysis.measures.difference import difference
from analysis.measures.forecasts import brier, resolve
from analysis.measures.interplay import initiative
from analysis.measures.tension import tension

from .worlds import FIRST, LIKE, LIKEST, World, days_since, record, truth, wave, world

ASKED = pd.DatetimeIndex(["2003-06-30", "2006-12-31", "2010-09-30", "2014-03-31", "2017-09-30", "2020-09-30"])
_MEASURES = ("conflict", "cooperation", "tension_share")

COURSES: Mapping[str, World] = {
    "3 acts a year": world(3, wave()),
    "12 acts a year": world(12, wave()),
    "12, in the second decade 24": world((12, 24), wave()),
    "50 acts a year": world(50, wave()),
    "200 acts a year": world(200, wave()),
    "15 acts a year, in bursts as recorded": LIKE,
    "the same, with wrong signs and cooperation unrecorded in crises": LIKEST,
    "15 acts a year, in bursts twice as strong": world(15, wave(), bursts=0.5),
    "20 acts a year, half of the cooperation unrecorded": world(20, wave(), unseen=0.5),
}


def tension_bands(repeats: int = 80, seed: int = 2026) -> pd.DataFrame:
    """Count how often a nominal 90% band of `tension`, and of `difference`, holds the truth.

    Returns
    -------
    DataFrame
        One row a world and way of drawing: `world`, `cluster` ("quarter", the default, or None; the latter only where
        acts come in bursts), then the part of cases held (0 to 1) for `tension_share`, `conflict`, `cooperation` (six
        days each) and `difference` (of a year, up to three of these days), `width`, `width_difference` (mean widths of
        the bands of the share and of its difference) and `lean` (mean of measured less true share).
    """
    rows = []
    later, earlier = ASKED[1::2], ASKED[1::2] - pd.DateOffset(years=1)
    for name, one in COURSES.items():
        known, ago = (truth(one, days_since(days)) for days in (ASKED, earlier))
        true, gap = known[list(_MEASURES)].to_numpy(), (known.iloc[1::2].to_numpy() - ago.to_numpy())[:, 2]
        for cluster in ("quarter", None) if one.bursts else ("quarter",):
            rng, kept = np.random.default_rng(seed), []
            for number in range(repeats):
                events = record(one, rng)
                options = {"draws": 200, "seed": number, "cluster": cluster}
                frame = tension(events, freq="Q", start=FIRST, end=ASKED[-1], **options)  # type: ignore[arg-type]
                wide = frame[frame["date"].isin(ASKED)].pivot(index="date", columns="measure")
                value, low, high = (wide[bound][list(_MEASURES)].to_numpy() for bound in ("value", "low", "high"))
                apart = pd.concat(
                    [difference(events, *days, **options).head(1) for days in zip(earlier, later, strict=True)]  # type: ignore[arg-type]
                )
                hit = ((apart["low"] <= gap) & (gap <= apart["high"])).mean()
                width = np.nanmean(high - low, axis=0)[2], (apart["high"] - apart["low"]).mean()
                held = ((low <= true) & (true <= high)).mean(axis=0)
                kept.append([*held, hit, *width, (value - true)[:, 2].mean()])
            rows.append((name, cluster, *np.nanmean(np.array(kept, dtype=np.float64), axis=0)))
    names = ["world", "cluster", *_MEASURES, "difference", "width", "width_difference", "lean"]
    return pd.DataFrame(rows, columns=names)


def denser_years(repeats: int = 300, seed: int = 7) -> pd.DataFrame:
    """Let nothing change but the density of the record, and see what moves between September 2010 and September 2020.

    Returns
    -------
    DataFrame
        One row a world and measure: `world`, `measure` (conflict, tension_share), `before`, `after` (means on the two
        days), `change`, `error` (standard error of the change over the repeats).
    """
    ends = ASKED[[2, 5]]
    rows = []
    for name, per_year in {"12 acts a year": (12, 12), "12, in the second decade 24": (12, 24)}.items():
        one, rng = world(per_year, 0.3), np.random.default_rng(seed)
        found = np.empty((repeats, 2, 2))
        for number in range(repeats):
            frame = tension(record(one, rng), freq="Q", start=ends[0], end=ends[1], band=None)
            wide = frame.pivot(index="date", columns="measure", values="value").loc[ends]
            found[number] = wide[["conflict", "tension_share"]].to_numpy().T
        change = found[:, :, 1] - found[:, :, 0]
        for index, measure in enumerate(("conflict", "tension_share")):
            before, after = found[:, index].mean(axis=0)
            error = change[:, index].std(ddof=1) / np.sqrt(repeats)
            rows.append((name, measure, before, after, change[:, index].mean(), error))
    return pd.DataFrame(rows, columns=["world", "measure", "before", "after", "change", "error"])


PARTED: Mapping[str, tuple[World, World]] = {
    "5 words and 5 deeds a year": (world(5, wave()), world(5, wave(swing=-0.18))),
    "20 words and 20 deeds a year": (world(20, wave()), world(20, wave(swing=-0.18))),
    "80 words and 80 deeds a year": (world(80, wave()), world(80, wave(swing=-0.18))),
    "8 words and 8 deeds a year, in bursts as recorded": (
        world(8, wave(), bursts=0.25),
        world(8, wave(swing=-0.18), bursts=0.25),
    ),
}


def conduct_bands(repeats: int = 100, seed: int = 11) -> pd.DataFrame:
    """Count how often the nominal 90% band of `conduct` holds words, deeds and the gap of a world in which they part.

    Returns
    -------
    DataFrame
        One row a world: `world`, `verbal`, `material`, `gap` (parts of cases held on six days, 0 to 1), `width` (mean
        width of the gap's band).
    """
    rows = []
    for name, (words, deeds) in PARTED.items():
        days, rng = days_since(ASKED), np.random.default_rng(seed)
        shares = [truth(one, days)["tension_share"].to_numpy() for one in (words, deeds)]
        known = dict(zip(("verbal", "material", "gap"), (*shares, shares[0] - shares[1]), strict=True))
        kept = []
        for number in range(repeats):
            frame = conduct(_both(words, deeds, rng), freq="Q", start=FIRST, end=ASKED[-1], draws=200, seed=number)
            wide = frame[frame["date"].isin(ASKED)].pivot(index="date", columns="measure")
            held = [((wide["low", part] <= true) & (true <= wide["high", part])).mean() for part, true in known.items()]
            kept.append([*held, (wide["high", "gap"] - wide["low", "gap"]).mean()])
        rows.append((name, *np.mean(kept, axis=0)))
    return pd.DataFrame(rows, columns=["world", "verbal", "material", "gap", "width"])


def _both(words: World, deeds: World, rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    for kind, one in (("verbal", words), ("material", deeds)):
        table = record(one, rng)
        side = np.where(table["goldstein"] < 0, "conflict", "cooperation")
        parts.append(table.assign(quad_class=[f"{kind}_{name}" for name in side]))
    return pd.concat(parts, ignore_index=True)


def initiative_bands(repeats: int = 200, seed: int = 3) -> pd.DataFrame:
    """Count how often the nominal 90% interval of `initiative` holds the part of conflict that one side began.

    Returns
    -------
    DataFrame
        One row a world: `world`, `held` (part of the records, 0 to 1), `width` (mean width of the interval). In all of
        them AAA does four in ten acts, BBB four, both together two.
    """
    rows = []
    for per_year, bursts in ((3, 0.0), (12, 0.0), (50, 0.0), (12, 0.25)):
        one, rng, kept = world(per_year, 0.35, bursts=bursts), np.random.default_rng(seed), []
        for number in range(repeats):
            table = record(one, rng)
            who = rng.choice(3, len(table), p=[0.4, 0.4, 0.2])
            if bursts:  # what one act brings within the week is done by the same side
                near = (table["start"].diff().dt.days <= 7) & (table["goldstein"] < 0)
                who = pd.Series(who).mask(near.to_numpy() & (rng.random(len(table)) < 0.7)).ffill().to_numpy(dtype=int)
            table["source_actor"] = np.array(["AAA", "BBB", "AAA+BBB"], dtype=object)[who]
            table["target_actor"] = np.array(["BBB", "AAA", "AAA+BBB"], dtype=object)[who]
            frame = initiative(table, draws=300, seed=number, actors=("AAA", "BBB"))
            row = frame[(frame["measure"] == "conflict") & (frame["actor"] == "AAA")].iloc[0]
            kept.append((row["low"] <= 0.4 <= row["high"], row["high"] - row["low"]))
        rows.append((f"{per_year} acts a year{', in bursts' if bursts else ''}", *np.mean(kept, axis=0)))
    return pd.DataFrame(rows, columns=["world", "held", "width"])


def forecast_bands(forecasts: pd.DataFrame, repeats: int = 300, seed: int = 13) -> pd.DataFrame:
    """Let the forecasts of a record come true just as often as their middles say, and score them.

    Parameters
    ----------
    forecasts : DataFrame
        As for `resolve`; the scored ones lend their ranges, their outcomes are drawn anew.

    Returns
    -------
    DataFrame
        One row: `n`, `brier` (expected score), `held` (part of the repeats whose 90% interval of `brier` holds it),
        `reliability`, `corrected` (means of the reliability part, plain and bias-corrected; the true one is 0).
    """
    scored = resolve(forecasts)
    middle, rng = scored["probability"].to_numpy(dtype=np.float64), np.random.default_rng(seed)
    place = binned(scored).groupby(["band_low", "band_high"], sort=True).ngroup().to_numpy().astype(np.float64)
    expected = float((middle * (1.0 - middle)).mean())
    held, parts = [], []
    for number in range(repeats):
        came = rng.random(len(scored)) < middle
        row = brier(scored.assign(outcome=np.where(came, "true", "false")), draws=300, seed=number).iloc[0]
        held.append(row["low"] <= expected <= row["high"])
        parts.append(murphy_parts(middle, came.astype(np.float64), place)[:, 0])
    plain, corrected = np.mean(parts, axis=0)
    columns = ["n", "brier", "held", "reliability", "corrected"]
    return pd.DataFrame([(len(scored), expected, np.mean(held), plain, corrected)], columns=columns)
