"""What a Brier score is made of: calibration, discrimination and luck.

*Bins.* By default each declared range (0.40-0.50, 0.55-0.80, ...) is a bin: it is what the authors said, and all its
forecasts have one probability. The ICD 203 limits or any others can be used instead, which numeric forecasts need.

*Murphy's parts*, with n forecasts, n_k of them in bin k, p_k the mean probability and o_k the share that came true
there, o the share that came true of all:

    REL = sum n_k/n (p_k - o_k)^2        reliability: how far words and frequencies are apart; 0 is best
    RES = sum n_k/n (o_k - o)^2          resolution: how far the bins tell cases apart; high is best
    UNC = o (1 - o)                      uncertainty: how hard the questions were
    WIT = sum n_k/n (var_k(p) - 2 cov_k(p, o))      0 where a bin has one probability
    BS  = REL - RES + UNC + WIT

*Bias-corrected form* (Ferro and Fricker). In a bin of few cases o_k strays from its true frequency by chance, which
inflates REL and RES and deflates UNC. With D = sum n_k/n o_k (1 - o_k) / (n_k - 1), over the bins with n_k > 1, and U
= o (1 - o) / (n - 1):

    REL' = REL - D        RES' = RES - D + U        UNC' = UNC + U

The sum stays the same. REL' and RES' can be negative, which says that they cannot be told from 0; they are not cut. A
bin with one forecast cannot be corrected (its D is set to 0), so many such bins leave REL' too high; their number is
in the result.

References
----------
Murphy (1973), Journal of Applied Meteorology 12. Stephenson, Coelho, Jolliffe (2008), Weather and Forecasting 23, for
WIT. Ferro, Fricker (2012), Quarterly Journal of the Royal Meteorological Society 138, 1954-1960. Brown, Cai, DasGupta
(2001), Statistical Science 16(2), for the intervals of a share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from analysis.errors import OptionError
from analysis.measures._sampling import Floats, fraction, resamples
from analysis.measures.forecasts import Partly, by_basis, groups_of, resolve
from analysis.measures.options import check_option
from analysis.record.codebook import icd203

Bins = Literal["declared", "icd203"] | Sequence[float]

# Below this a within-bin term is the rounding of means, not a spread of probabilities.
_ROUNDING = 1e-12
# What the plain parts can be at least and (reliability, resolution, uncertainty) at most.
_LEAST = np.array([0.0, 0.0, 0.0, -np.inf, 0.0])
_MOST = np.array([1.0, 0.25, 0.25])
_PARTS = ("reliability", "resolution", "uncertainty", "within_bin", "brier")


def _icd203() -> list[float]:
    """Return the bounds of the seven bands of ICD 203, from 0 to 1 so that no probability falls beside them."""
    return [0.0, *icd203()["probability_high"].iloc[:-1], 1.0]


def binned(scored: pd.DataFrame, bins: Bins = "declared") -> pd.DataFrame:
    """Name the bin of each scored forecast.

    Parameters
    ----------
    scored : DataFrame
        Result of `resolve`.
    bins : {"declared", "icd203"} or sequence of float
        The declared ranges; the limits of the seven ICD 203 bands; or limits of one's own from 0 to 1. A probability
        on a limit belongs to the bin above.

    Returns
    -------
    DataFrame
        The rows with `band_low`, `band_high` (0-1).
    """
    if isinstance(bins, str):
        check_option("bins", "bins", bins, ["declared", "icd203"])
    if bins == "declared":
        return scored.assign(band_low=scored["probability_low"].round(9), band_high=scored["probability_high"].round(9))
    limits = np.asarray(_icd203() if bins == "icd203" else bins, dtype=np.float64)
    if len(limits) < 2 or limits[0] != 0 or limits[-1] != 1 or (np.diff(limits) <= 0).any():
        raise OptionError("bins", "bins", "limits that rise from 0 to 1", bins)
    # Rounding keeps (0.4 + 0.5) / 2 on the limit 0.45.
    place = np.searchsorted(limits, scored["probability"].round(9), side="right") - 1
    place = np.minimum(place, len(limits) - 2)
    return scored.assign(band_low=limits[place], band_high=limits[place + 1])


def murphy(
    forecasts: pd.DataFrame,
    *,
    bins: Bins = "declared",
    min_n: int = 20,
    partly: Partly = "leave out",
    confidence: float = 0.9,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Take the Brier score apart into reliability, resolution and uncertainty.

    Parameters
    ----------
    forecasts : DataFrame
        As for `resolve`.
    bins : {"declared", "icd203"} or sequence of float
        As in `binned`.
    min_n : int
        Below this number of scored forecasts the state is "too few" and no part is given.
    partly : {"leave out", "half"}
        As in `resolve`. With halves the variance of the outcomes takes the place of o (1 - o), which it equals without
        them.
    confidence, draws, seed
        Bootstrap over forecasts, those of one assessment together. A resample repeats cases and so strays further from
        its own truth than the sample does; the percentile limits are therefore moved by the mean excess of the
        resamples over the value.

    Returns
    -------
    DataFrame
        For each `deadline_basis` (stated, imputed, all) and `form` (plain, corrected) five rows: `measure`
        (reliability, resolution, uncertainty, within_bin, brier), `value` (Brier points; brier = reliability -
        resolution + uncertainty + within_bin in both forms), `low`, `high`, `n`, `bins`, `single_bins` (bins with one
        forecast, not corrected), `state`: scored or too few.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> parts = an.murphy(rel.forecasts, draws=50)
    >>> sorted(parts["measure"].unique())
    ['brier', 'reliability', 'resolution', 'uncertainty', 'within_bin']
    """
    fraction(confidence, "murphy", "confidence")
    rows = []
    for basis, part in by_basis(binned(resolve(forecasts, partly=partly), bins)):
        band = part.groupby(["band_low", "band_high"], sort=True).ngroup().to_numpy()
        columns: tuple[Floats, ...] = (part["probability"].to_numpy(), part["observed"].to_numpy(), band.astype(float))
        enough = len(part) >= min_n
        value = murphy_parts(*columns) if enough else np.full((2, 5), np.nan)
        low = high = np.full((2, 5), np.nan)
        if enough:
            drawn = [
                murphy_parts(*(column[rows_] for column in columns))
                for rows_ in resamples(groups_of(part), draws, seed)
            ]
            excess = np.nanmean(drawn, axis=0) - value
            low, high = np.nanquantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0) - excess
            low[0], high[0, :3] = np.maximum(low[0], _LEAST), np.minimum(high[0, :3], _MOST)
        sizes = np.unique(band, return_counts=True)[1]
        counts = {"n": len(part), "bins": len(sizes), "single_bins": int((sizes == 1).sum())}
        for i, form in enumerate(("plain", "corrected")):
            for j, measure in enumerate(_PARTS):
                row = {
                    "measure": measure,
                    "form": form,
                    "deadline_basis": basis,
                    "value": value[i, j],
                    "low": low[i, j],
                }
                rows.append({**row, "high": high[i, j], **counts, "state": "scored" if enough else "too few"})
    return pd.DataFrame(rows)


def murphy_parts(probability: Floats, observed: Floats, band: Floats) -> Floats:
    """Return reliability, resolution, uncertainty, within-bin term and Brier score: plain in the first row, corrected
    in the second."""
    n = len(probability)
    _, place = np.unique(band, return_inverse=True)
    size = np.bincount(place)
    mean_p, mean_o = (np.bincount(place, weights=column) / size for column in (probability, observed))
    gap_p, gap_o = probability - mean_p[place], observed - mean_o[place]
    reliability = size @ (mean_p - mean_o) ** 2 / n
    resolution = size @ (mean_o - observed.mean()) ** 2 / n
    uncertainty = float(np.var(observed))
    within = float(np.mean(gap_p**2 - 2 * gap_p * gap_o))
    within = within if abs(within) > _ROUNDING else 0.0
    brier = float(np.mean((probability - observed) ** 2))
    spread = np.bincount(place, weights=gap_o**2) / size
    noise = size @ np.divide(spread, size - 1, out=np.zeros_like(spread), where=size > 1) / n
    scatter = uncertainty / (n - 1) if n > 1 else 0.0
    plain = [reliability, resolution, uncertainty, within, brier]
    return np.array([plain, [reliability - noise, resolution - noise + scatter, uncertainty + scatter, within, brier]])


def calibration(
    forecasts: pd.DataFrame,
    *,
    bins: Bins = "declared",
    min_n: int = 5,
    partly: Partly = "leave out",
    interval: Literal["jeffreys", "wilson"] = "jeffreys",
    confidence: float = 0.9,
) -> pd.DataFrame:
    """Set what was said beside what happened, band by band.

    Parameters
    ----------
    forecasts, bins, partly
        As in `murphy`.
    min_n : int
        Bands with fewer forecasts have the state "too few"; share, count and interval are shown.
    interval : {"jeffreys", "wilson"}
        How the interval of a share is made; both treat the forecasts as independent, which those about one event are
        not.

    Returns
    -------
    DataFrame
        For each `deadline_basis` (stated, imputed, all) and band with a forecast: `measure` ("observed_share"),
        `value` (share that came true, 0-1), `low`, `high`, `band_low`, `band_high`, `mean_probability` (0-1), `n`,
        `hits` (came true; halves counted as such), `state`: scored or too few. Sorted by basis, then band.

    Examples
    --------
    >>> import analysis as an
    >>> rel = an.load("russia-belarus", as_of="2023-04-06")
    >>> bins = an.calibration(rel.forecasts)
    >>> bool(bins["value"].dropna().between(0, 1).all())
    True
    """
    check_option("calibration", "interval", interval, ["jeffreys", "wilson"])
    fraction(confidence, "calibration", "confidence")
    parts = []
    for basis, part in by_basis(binned(resolve(forecasts, partly=partly), bins)):
        bands = part.groupby(["band_low", "band_high"], sort=True)
        columns = {"n": ("observed", "size"), "hits": ("observed", "sum"), "mean_probability": ("probability", "mean")}
        parts.append(bands.agg(**columns).reset_index().assign(deadline_basis=basis))
    table = pd.concat(parts, ignore_index=True).assign(measure="observed_share")
    table["value"] = table["hits"] / table["n"]
    limits = _jeffreys if interval == "jeffreys" else _wilson
    table["low"], table["high"] = limits(table["hits"].to_numpy(), table["n"].to_numpy(), confidence)
    table["state"] = np.where(table["n"] >= min_n, "scored", "too few")
    keys = ["deadline_basis", "band_low", "band_high", "mean_probability", "n", "hits", "state"]
    return table[["measure", "value", "low", "high", *keys]]


def _jeffreys(hits: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    from scipy.special import betaincinv  # scipy.stats would cost half a second more at import

    tail = (1 - confidence) / 2
    low, high = (betaincinv(hits + 0.5, n - hits + 0.5, edge) for edge in (tail, 1 - tail))
    return np.where(hits == 0, 0.0, low), np.where(hits == n, 1.0, high)


def _wilson(hits: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    from scipy.special import ndtri

    z = float(ndtri((1 + confidence) / 2))
    share, spread = hits / n, z**2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = np.sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return np.maximum(middle - half, 0.0), np.minimum(middle + half, 1.0)
