"""The bootstrap: how often each sample is drawn again, the same numbers every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.study.intervals import CONFIDENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["half_widths", "resample_counts", "resampled_means"]

AT_ONCE = 2_000_000  # numbers held in memory


def resample_counts(seed: int, size: int, resamples: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each of ``size`` samples is drawn when ``size`` are drawn with replacement: one row a resample.

    The rows come in several arrays, so that large studies fit into memory.

    Examples
    --------
    >>> counts = next(resample_counts(1, size=4, resamples=3))
    >>> counts.shape, counts.sum(axis=1).tolist()
    ((3, 4), [4.0, 4.0, 4.0])
    """
    import numpy as np

    from sim.core.streams import Luck, draw_uniform

    luck = Luck(seed)
    rows = max(1, AT_ONCE // size)
    for number, begin in enumerate(range(0, resamples, rows)):
        here = min(rows, resamples - begin)
        drawn = (draw_uniform(luck("study.bootstrap", number), here * size) * size).astype(np.int64)
        cells = drawn + np.repeat(np.arange(here) * size, size)
        yield np.bincount(cells, minlength=here * size).reshape(here, size).astype(np.float64)


def resampled_means(values: NDArray[np.float64], seed: int, resamples: int) -> NDArray[np.float64]:
    """Return the means of the columns of ``values`` over each resample of its rows, of shape (resamples, columns)."""
    import numpy as np

    size = len(values)
    return np.concatenate([counts @ values for counts in resample_counts(seed, size, resamples)]) / size


def half_widths(estimates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the half-width of the 95 % interval of each column of bootstrap estimates: 1.96 deviations.

    Quantiles of the estimates would do as well, but need more resamples for the same steadiness.
    """
    import numpy as np
    from scipy.special import ndtri

    return np.asarray(float(ndtri(0.5 + CONFIDENCE / 2)) * estimates.std(axis=0, ddof=1))
