"""Means with their 95 % intervals, and paired differences of runs that share their luck."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from sim.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = [
    "CONFIDENCE",
    "Interval",
    "chance_higher",
    "fieller",
    "interaction",
    "interval",
    "paired",
    "proportion",
    "ratio",
    "refuse_few",
    "t_quantile",
]

CONFIDENCE = 0.95
# Differences equal but for rounding (a budget spent in full in every run) have no variance to speak of.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % interval and the number of pairs behind it; NaN where there are too few."""

    mean: float
    low: float
    high: float
    pairs: int

    @property
    def excludes_zero(self) -> bool:
        """Tell whether the whole interval lies on one side of zero."""
        return self.low > 0 or self.high < 0


@cache
def t_quantile(degrees: int) -> float:
    """Return the two-sided 95 % point of Student's t."""
    from scipy.special import stdtrit  # scipy.stats has the same and takes a second to import

    return float(stdtrit(degrees, 0.5 + CONFIDENCE / 2))


def interval(values: ArrayLike) -> Interval:
    """Return the mean of ``values`` with its 95 % interval by Student's t; values that are NaN do not count.

    Examples
    --------
    >>> found = interval([1.0, 2.0, 3.0])
    >>> round(found.low, 3), found.mean, round(found.high, 3), found.pairs
    (-0.484, 2.0, 4.484, 3)
    >>> interval([5.0])
    Interval(mean=5.0, low=nan, high=nan, pairs=1)
    """
    import numpy as np

    known = np.asarray(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    pairs = len(known)
    if pairs == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    mean = float(known.mean())
    if pairs == 1:
        return Interval(mean, math.nan, math.nan, 1)
    half = t_quantile(pairs - 1) * math.sqrt(float(known.var(ddof=1)) / pairs)
    return Interval(mean, mean - half, mean + half, pairs)


def paired(values: ArrayLike, baseline: ArrayLike) -> tuple[Interval, float]:
    """Return the paired difference with its interval, and how much variance the pairing removes.

    Parameters
    ----------
    values, baseline
        One value a seed, in the same order of seeds. A pair with a NaN does not count.

    Returns
    -------
    Interval
        Of ``values - baseline``.
    float
        Variance of the difference with independent seeds, over that with common ones; NaN if that is 0.

    Examples
    --------
    >>> found, ratio = paired([2.0, 4.0, 7.0], [1.0, 3.0, 5.0])
    >>> round(found.mean, 3), round(ratio, 1)
    (1.333, 31.0)
    """
    import numpy as np

    with_, without = np.asarray(values, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    known = ~(np.isnan(with_) | np.isnan(without))
    with_, without = with_[known], without[known]
    differences = with_ - without
    found = interval(differences)
    if found.pairs < 2:  # noqa: PLR2004 - a variance needs two
        return found, math.nan
    size = max(float(np.abs(with_).max()), float(np.abs(without).max()))
    if float(np.ptp(differences)) <= ROUNDING * size:
        return Interval(found.mean, found.mean, found.mean, found.pairs), math.nan
    return found, float((with_.var(ddof=1) + without.var(ddof=1)) / differences.var(ddof=1))


def proportion(hits: float, trials: int) -> Interval:
    """Return the share of hits with Wilson's 95 % interval; half a hit is a draw.

    Examples
    --------
    >>> found = proportion(27, 30)
    >>> found.mean, round(found.low, 2), round(found.high, 2)
    (0.9, 0.74, 0.97)
    """
    from scipy.special import ndtri

    if trials == 0:
        return Interval(math.nan, math.nan, math.nan, 0)
    square = float(ndtri(0.5 + CONFIDENCE / 2)) ** 2 / trials
    share = hits / trials
    middle = (share + square / 2) / (1 + square)
    half = math.sqrt(square * (share * (1 - share) + square / 4)) / (1 + square)
    return Interval(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)), trials)


def chance_higher(values: ArrayLike, baseline: ArrayLike) -> Interval:
    """Return how likely ``values`` are above ``baseline`` on the same seed, a tie being half, with its 95 % interval.

    Where a lower value is better, swap the two. A mean may be better by much and yet be worse in most worlds.

    Examples
    --------
    >>> chance_higher([2.0, 4.0, 7.0, 1.0], [1.0, 3.0, 5.0, 1.0]).mean
    0.875
    """
    import numpy as np

    differences = np.asarray(values, dtype=np.float64) - np.asarray(baseline, dtype=np.float64)
    differences = differences[~np.isnan(differences)]
    hits = float((differences > 0).sum() + 0.5 * (differences == 0).sum())
    return proportion(hits, len(differences))


def interaction(both: ArrayLike, first: ArrayLike, second: ArrayLike, baseline: ArrayLike) -> Interval:
    """Return what two policies do together beyond the sum of what each does alone.

    Every argument holds one value a seed, in the same order of seeds; see ``Comparison.values``.

    Examples
    --------
    >>> interaction(both=[9.0, 9.5], first=[6.0, 6.5], second=[7.0, 7.5], baseline=[5.0, 5.5]).mean
    1.0
    """
    import numpy as np

    together, one, other, neither = (np.asarray(v, dtype=np.float64) for v in (both, first, second, baseline))
    return interval(together - one - other + neither)


def fieller(above: ArrayLike, below: ArrayLike) -> Interval:
    """Return the ratio of two means over the same pairs, with Fieller's 95 % interval; NaN where ``below`` may be 0.

    Examples
    --------
    >>> found = fieller([10.0, 12.0, 11.0, 13.0], [2.0, 2.2, 2.1, 2.3])
    >>> round(found.mean, 3), found.low < found.mean < found.high
    (5.349, True)
    >>> fieller([10.0, 12.0], [1.0, -1.0]).mean
    nan
    """
    import numpy as np

    top, base = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    pairs = len(base)
    if pairs < 2 or not interval(base).excludes_zero:  # noqa: PLR2004 - a variance needs two
        return Interval(math.nan, math.nan, math.nan, pairs)
    square = t_quantile(pairs - 1) ** 2 / pairs
    covariance = np.cov(top, base, ddof=1)
    mean_top, mean_base = float(top.mean()), float(base.mean())
    a = mean_base * mean_base - square * float(covariance[1, 1])
    b = mean_top * mean_base - square * float(covariance[0, 1])
    c = mean_top * mean_top - square * float(covariance[0, 0])
    root = math.sqrt(max(0.0, b * b - a * c))
    return Interval(mean_top / mean_base, (b - root) / a, (b + root) / a, pairs)


def ratio(above: ArrayLike, below: ArrayLike) -> Interval:
    """Return the ratio of two means as :func:`fieller` does, over the pairs that are known; NaN unless ``below`` > 0.

    Examples
    --------
    >>> found = ratio([1.0, 1.2, 1.1, float("nan")], [10.0, 12.0, 11.0, 40.0])
    >>> round(found.mean, 3), found.pairs
    (0.1, 3)
    >>> ratio([1.0, 2.0, 3.0], [-10.0, -20.0, -30.0]).mean
    nan
    """
    import numpy as np

    top, base = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    known = ~(np.isnan(top) | np.isnan(base))
    if interval(base[known]).low > 0.0:
        return fieller(top[known], base[known])
    return Interval(math.nan, math.nan, math.nan, int(known.sum()))


def refuse_few(seeds: int) -> None:
    """Refuse fewer pairs than an interval needs.

    Examples
    --------
    >>> refuse_few(1)
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Seeds: 1 is too few for an interval. Use 2 or more; 30 is a good number.
    """
    if seeds < 2:  # noqa: PLR2004 - a variance needs two
        message = f"Seeds: {seeds} is too few for an interval. Use 2 or more; 30 is a good number."
        raise UserError(message)
