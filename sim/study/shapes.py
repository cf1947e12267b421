"""Shapes of distributions, tested: which of two fits better, and how many are left after a time.

Likelihoods and the Kaplan-Meier curve are scipy's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

__all__ = ["CLEAR", "laplace_against_normal", "lognormal_against_exponential", "share_left", "vuong"]

FEWEST = 12  # values that a shape can be told from
CLEAR = 1.96  # Vuong's statistic beyond which the difference is clear at 5 %


def vuong(one: ArrayLike, other: ArrayLike) -> float:
    """Return Vuong's statistic of two models' log-likelihoods, observation by observation.

    Positive where the first fits better; beyond 1.96 the difference is clear at 5 % (Vuong 1989). Both models must
    have as many parameters and neither hold the other.

    Examples
    --------
    >>> round(vuong([-1.0, -1.1, -0.9, -1.0], [-1.5, -1.4, -1.6, -1.3]), 2)
    5.43
    >>> vuong([-1.0, -1.0], [-1.0, -1.0])
    nan
    """
    import numpy as np

    gap = np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64)
    spread = float(gap.std()) if gap.size else 0.0
    return math.nan if spread == 0.0 else float(gap.mean()) / spread * math.sqrt(gap.size)


def laplace_against_normal(values: ArrayLike) -> float:
    """Return Vuong's statistic for the best Laplace against the best normal distribution of some values.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import stats
    >>> shares = (np.arange(999) + 0.5) / 999
    >>> laplace_against_normal(stats.laplace.ppf(shares)) > 1.96
    True
    >>> laplace_against_normal(stats.norm.ppf(shares)) < -1.96
    True
    """
    from scipy import stats

    return _compare(stats.laplace, stats.norm, values)


def lognormal_against_exponential(values: ArrayLike) -> float:
    """Return Vuong's statistic for the best log-normal against the best exponential distribution of sizes.

    The smallest size is taken off for the exponential, which begins there.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import stats
    >>> shares = (np.arange(999) + 0.5) / 999
    >>> lognormal_against_exponential(stats.lognorm.ppf(shares, 0.7)) > 1.96
    True
    >>> lognormal_against_exponential(1.0 + stats.expon.ppf(shares)) < -1.96
    True
    """
    import numpy as np
    from scipy import stats

    sizes = np.asarray(values, dtype=np.float64)
    if sizes.size < FEWEST or float(np.ptp(sizes)) == 0.0:
        return math.nan
    # of the logarithms, normal against the logarithm of an exponential: the same likelihoods, less a common term
    of_log = stats.norm.logpdf(np.log(sizes), *stats.norm.fit(np.log(sizes))) - np.log(sizes)
    return vuong(of_log, stats.expon.logpdf(sizes, *stats.expon.fit(sizes)))


def _compare(one: Any, other: Any, values: ArrayLike) -> float:
    """Return Vuong's statistic for two families of distributions; NaN for too few or equal values."""
    import numpy as np

    known = np.asarray(values, dtype=np.float64)
    if known.size < FEWEST or float(np.ptp(known)) == 0.0:
        return math.nan
    return vuong(one.logpdf(known, *one.fit(known)), other.logpdf(known, *other.fit(known)))


def share_left(lived: ArrayLike, ended: NDArray[np.bool_], after: float) -> float:
    """Return the Kaplan-Meier share that is left after a time.

    Parameters
    ----------
    lived
        How long each was followed: to its end, or as long as anybody looked.
    ended
        Whether that was its end.
    after
        The time, in the unit of ``lived``.

    Examples
    --------
    >>> import numpy as np
    >>> share_left([1, 2, 3, 3], np.array([True, False, True, False]), after=2)
    0.75
    >>> share_left([1, 2, 3, 3], np.array([True, False, True, False]), after=3)
    0.375
    >>> share_left([], np.array([], bool), after=3)
    nan
    """
    import numpy as np
    from scipy import stats

    times = np.asarray(lived, dtype=np.float64)
    if not times.size or times.max() < after:
        return math.nan
    if not ended.any():
        return 1.0
    curve = stats.ecdf(stats.CensoredData(uncensored=times[ended], right=times[~ended]))
    return float(curve.sf.evaluate(after))
