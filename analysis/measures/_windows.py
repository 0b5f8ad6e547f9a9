"""What happens within so many days of an act, against what happens within so many days of any day.

One comparison of `interplay.response`: day by day whether a window opens with an act, and whether something follows
in it; counted by calendar year, because years are what is redrawn and what the base rate is matched on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.measures._decay import share
from analysis.measures._frames import Acts, Floats, Mask, years
from analysis.measures.bands import interval, widen

Base = Literal["same years", "all days"]
LEAST_YEARS = 5


@dataclass(frozen=True)
class Study:
    """One comparison: which acts start a window, which count in it, over which period and length."""

    acts: Acts
    starting: Mask
    counted: Mask
    first: int
    last: int
    window: int

    def compare(self, base: Base, band: float, draws: int, seed: int) -> list[tuple[object, ...]]:
        """Return the rows after, base, difference: measure, value, low, high, triggers, left out, state."""
        tally, triggers, left_out = self.byyears()
        value = _rates(tally, np.ones((1, tally.shape[1])), base)[:, 0]
        state = "observed" if (tally[0] > 0).sum() >= LEAST_YEARS else "too few"
        limits = np.full((3, 2), np.nan)
        if state == "observed":
            weight = np.random.default_rng(seed).standard_exponential((draws, tally.shape[1]))
            limits = interval(_rates(tally, weight, base), band)
            limits = np.stack(widen(value, *limits.T), axis=1)
        names = ("after", "base", "difference")
        return [(name, value[i], *limits[i], triggers, left_out, state) for i, name in enumerate(names)]

    def byyears(self) -> tuple[Floats, int, int]:
        """Count by calendar year: triggers, triggers followed, days that could start a window, such days followed."""
        days = np.arange(self.first, self.last - self.window + 1, dtype=np.int64)
        fine = 2 * (self.acts.end - self.acts.start) <= self.window
        came = np.sort(self.acts.point[self.counted & fine])
        followed = np.searchsorted(came, days + self.window, side="right") > np.searchsorted(came, days, side="right")
        begun = self.acts.point[self.starting & fine]
        used = begun[(begun >= self.first) & (begun <= self.last - self.window)]
        trigger = np.isin(days, used)
        within = self.starting & (self.acts.point >= self.first) & (self.acts.point <= self.last)
        year = years(days) - years(self.first)
        parts = (trigger, trigger & followed, np.ones(len(days)), followed)
        size = int(years(self.last) - years(self.first)) + 1
        tally = np.stack([np.bincount(year, weights=part, minlength=size) for part in parts]).astype(np.float64)
        return tally, int(trigger.sum()), int(within.sum()) - len(used)


def _rates(tally: Floats, weight: Floats, base: Base) -> Floats:
    """Return after, base and difference for each row of year weights."""
    count, hit, days, followed = tally
    if base == "same years":
        usual = np.divide(followed, days, out=np.zeros_like(days), where=days > 0)
        above, below = weight @ (count * usual), weight @ count
    else:
        above, below = weight @ followed, weight @ days
    after, reference = share(weight @ hit, weight @ (count - hit), 0.0, 0.0), share(above, below - above, 0.0, 0.0)
    return np.stack([after, reference, after - reference])
