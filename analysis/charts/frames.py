"""What charts ask of a frame before they draw it, and how a frame with gaps becomes pieces of line.

A chart draws what is in the frame and computes no measure. The few helpers here pick one measure's rows, refuse a
table without the columns that are needed, and cut a series where values are missing, so that a gap stays a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.charts import axes
from analysis.errors import ColumnError
from analysis.measures.tension import long_run

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def require(frame: pd.DataFrame, where: str, *columns: str) -> None:
    """Refuse a frame that lacks one of the columns.

    Raises
    ------
    ColumnError
        Naming every column that is missing.
    """
    missing = [name for name in columns if name not in frame]
    if missing:
        raise ColumnError(where, missing, frame.columns)


def series(frame: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return the rows of one measure by date, with `low` and `high` columns even where the frame has none."""
    rows = frame[frame["measure"] == measure] if "measure" in frame else frame
    rows = rows.sort_values("date", kind="stable").reset_index(drop=True)
    for bound in ("low", "high"):
        if bound not in rows:
            rows[bound] = np.nan
    return rows


def pieces(rows: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Cut a series at its missing values; each piece is whole."""
    known = rows["value"].notna()
    for _, piece in rows.groupby((known != known.shift()).cumsum(), sort=True):
        if piece["value"].notna().all():
            yield piece


def has_band(rows: pd.DataFrame) -> bool:
    """Tell whether any row has both ends of a band."""
    return bool((rows["low"].notna() & rows["high"].notna()).any())


def band_of(row: pd.Series) -> tuple[float, float]:
    """Return both ends of one row's band, missing where it has none."""
    return float(row["low"]), float(row["high"])


def within(rows: pd.DataFrame, period: tuple[Any, Any] | None) -> pd.DataFrame:
    """Return the rows whose date lies in the period, both days included; all without one."""
    if period is None:
        return rows
    first, last = pd.Timestamp(period[0]), pd.Timestamp(period[1])
    return rows[(rows["date"] >= first) & (rows["date"] <= last)].reset_index(drop=True)


def draw_band(panel: Axes, rows: pd.DataFrame, color: str, *, gid: str = "series", alpha: float = 0.16) -> None:
    """Draw the band of a series; a band that belongs to a single day is an upright stroke."""
    whole = rows["low"].notna() & rows["high"].notna()
    for _, piece in rows.groupby((whole != whole.shift()).cumsum(), sort=True):
        if not whole.loc[piece.index].all():
            continue
        x, low, high = axes.days(piece["date"]), piece["low"].astype(float), piece["high"].astype(float)
        if len(piece) == 1:
            panel.vlines(x, low, high, color=color, linewidth=1.2, alpha=0.55, gid=f"{gid}-band")
        else:
            panel.fill_between(x, low, high, color=color, alpha=alpha, linewidth=0, gid=f"{gid}-band")


def draw_series(
    panel: Axes, rows: pd.DataFrame, color: str, *, style: str = "-", width: float = 1.6, gid: str = "series"
) -> None:
    """Draw a series with its band: lines between neighbouring values, a dot where a value stands alone, gaps as
    gaps.
    """
    draw_band(panel, rows, color, gid=gid)
    for piece in pieces(rows):
        alone = "o" if len(piece) == 1 else None
        x, y = axes.days(piece["date"]), piece["value"].astype(float)
        panel.plot(x, y, color=color, linewidth=width, linestyle=style, marker=alone, markersize=4, gid=gid)


def silent(rows: pd.DataFrame) -> pd.Series[bool]:
    """Mark the rows whose value is memory only: covered, but no act recent enough to count more than half."""
    return rows["state"].eq("no events") if "state" in rows else pd.Series(False, index=rows.index)


def draw_remembered(
    panel: Axes, rows: pd.DataFrame, color: str, *, style: Any = "-", width: float = 1.4, gid: str
) -> None:
    """Draw a series that decays, on its band: whole where acts are recent, thin and dotted where it is memory only."""
    draw_band(panel, rows, color, gid=gid, alpha=0.14)
    x, y = axes.days(rows["date"]), rows["value"].astype(float)
    alone = "o" if y.notna().sum() == 1 else None
    panel.plot(x, y, color=color, linewidth=0.8, linestyle=":", gid=gid)
    recent = y.where(~silent(rows))
    panel.plot(
        x, recent, color=color, linewidth=width, linestyle=style, marker=alone, markersize=4, gid=f"{gid}-recent"
    )


def usual(events: pd.DataFrame | None, prior: float | None) -> float | None:
    """Return the level of reference: the caller's, else the long-run share of the acts; None where nothing tells."""
    if prior is not None or events is None or "goldstein" not in events:
        return prior
    share = long_run(events)
    return None if np.isnan(share) else share


def last_known(rows: pd.DataFrame) -> pd.Series | None:
    """Return the latest row with a value, or None."""
    known = rows[rows["value"].notna()]
    return None if known.empty else known.iloc[-1]


def extent(rows: pd.DataFrame, columns: Sequence[str] = ("value", "low", "high")) -> tuple[float, float]:
    """Return the smallest and largest number in the columns; (0, 1) for none."""
    values = rows[[name for name in columns if name in rows]].to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(values).any():
        return 0.0, 1.0
    return float(np.nanmin(values)), float(np.nanmax(values))


def draw_years(panel: Axes, rows: pd.DataFrame, color: str, *, gid: str) -> None:
    """Draw a yearly series: a dot a figure, joined only between neighbouring years."""
    year = rows["date"].dt.year
    apart = rows["value"].isna() | (year.diff() > 1)
    filled = pd.DataFrame({"date": rows["date"], "value": rows["value"], "low": rows["low"], "high": rows["high"]})
    for _, piece in filled.groupby(apart.cumsum(), sort=True):
        known = piece[piece["value"].notna()].reset_index(drop=True)
        draw_band(panel, known, color, gid=gid)
        x, y = axes.days(known["date"]), known["value"].astype(float)
        panel.plot(x, y, color=color, linewidth=1.4, marker="o", markersize=3.2, clip_on=False, gid=gid)
