"""What charts ask of a frame before they draw it, and how a series that decays is drawn.

A chart draws what is in the frame and computes no measure. The few helpers here pick one measure's rows, refuse a
table without the columns that are needed, and draw a series where something is known: no line stands on days on which
the newest act is older than a half-life, nor before the first one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from analysis.charts import axes, design
from analysis.errors import ColumnError
from analysis.measures.tension import long_run

if TYPE_CHECKING:
    from matplotlib.axes import Axes


LONG = 90
"""Days that a stretch must have to be told and marked."""


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


def silent(rows: pd.DataFrame) -> pd.Series[bool]:
    """Mark the rows whose value is memory only: covered, but no act recent enough to count more than half."""
    return rows["state"].eq("no events") if "state" in rows else pd.Series(False, index=rows.index)


def shares(frame: pd.DataFrame, period: tuple[Any, Any] | None) -> pd.DataFrame:
    """Return the rows of the tension share in the period; a frame without `measure` is taken to hold nothing else."""
    rows = within(frame, period)
    return rows[rows["measure"] == "tension_share"] if "measure" in rows else rows


def draw_recent(panel: Axes, rows: pd.DataFrame, color: str, *, style: Any = "-", width: float = 1.4, gid: str) -> None:
    """Draw a series that decays, only where acts are recent; its last value is a dot with the band of that day."""
    x, y = axes.days(rows["date"]), rows["value"].astype(float).where(~silent(rows))
    panel.plot(x, y, color=color, linewidth=width, linestyle=style, clip_on=False, gid=gid)
    if len(y) and not np.isnan(y.iloc[-1]):
        draw_whisker(panel, rows.iloc[-1], color, gid=gid)


def draw_whisker(panel: Axes, row: pd.Series, color: str, *, gid: str) -> None:
    """Draw one value as a dot, with its band as an upright stroke where it has one."""
    day, (low, high) = axes.at(row["date"]), band_of(row)
    if not np.isnan(low + high):
        panel.vlines([day], low, high, color=color, linewidth=1.0, clip_on=False, gid=f"{gid}-band")
    panel.plot([day], [float(row["value"])], "o", color=color, markersize=4, clip_on=False, gid=f"{gid}-end")


def usual(events: pd.DataFrame | None, prior: float | None) -> float | None:
    """Return the level of reference: the caller's, else the long-run share of the acts; None where nothing tells."""
    if prior is not None or events is None or "goldstein" not in events:
        return prior
    share = long_run(events)
    return None if np.isnan(share) else share


def runs(rows: pd.DataFrame, sign: pd.Series[int]) -> list[pd.DataFrame]:
    """Cut out the stretches of rows of one sign, 1 or -1, in their order; those under 90 days are no stretch."""
    chosen = sign != 0
    cut = rows[chosen].groupby((sign != sign.shift()).cumsum()[chosen], sort=True)
    return [run for _, run in cut if (run["date"].iloc[-1] - run["date"].iloc[0]).days >= LONG]


def draw_runs(panel: Axes, stretches: Sequence[pd.DataFrame], gid: str = "clear") -> None:
    """Draw a bar along the top of a panel over each stretch."""
    for run in stretches:
        left, right = axes.at(run["date"].iloc[0]) - 3.5, axes.at(run["date"].iloc[-1]) + 3.5
        top = [panel.get_ylim()[1]] * 2
        panel.plot([left, right], top, color=design.INK, linewidth=3, solid_capstyle="butt", clip_on=False, gid=gid)


def last_recent(rows: pd.DataFrame) -> pd.Series | None:
    """Return the last row, where it has a value that rests on recent acts."""
    last = rows.tail(1)
    return None if last.empty or last["value"].isna().any() or silent(last).any() else last.iloc[0]


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
