"""How many firms there are, how large they are, and how they grow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.study.measures.declare import measure
from sim.study.watch import YEAR, Watched, divided

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["laplace_over_normal", "rise_past_the_mode"]

FIRST_CLASS_FTE, SIZE_CLASSES = 1.0, 9


def _register_number(run: Watched, local: bool) -> float:
    """Return how many firms the register gives the city, or the outside clusters together."""
    clusters = run.scenario.family("cluster").values()
    firms = sum(float(one["firms"]) for one in clusters if bool(one["local"]) == local)
    return firms * float(run.scenario["town.scale"])


@measure
def firms_local(run: Watched) -> float:
    """Local firms at work against the number in the register."""
    return divided(run.mean("firms_local"), _register_number(run, local=True))


@measure
def firms_outside(run: Watched) -> float:
    """Outside firms at work against the number in the register."""
    return divided(run.mean("firms_external"), _register_number(run, local=False))


@measure
def mean_size(run: Watched) -> float:
    """People at work in a local firm."""
    return run.ratio("jobs_local_fte", "firms_local")


@measure
def largest_firm(run: Watched) -> float:
    """People at work in the largest local firm, mean of months."""
    return run.mean("largest_firm_local_fte")


@measure
def no_gap(run: Watched) -> float:
    """Largest rise in the share of local firms from one size class to the next, at the ends of the years."""
    import numpy as np

    firms = run.local_firms
    fte = firms["workers_fte"][firms["month"] % YEAR == YEAR - 1]
    edges = FIRST_CLASS_FTE * 2.0 ** np.arange(SIZE_CLASSES + 1)
    counts = np.histogram(np.clip(fte, edges[0], edges[-1]), edges)[0]
    return rise_past_the_mode(counts / counts.sum()) if counts.sum() else math.nan


def rise_past_the_mode(shares: NDArray[np.float64]) -> float:
    """Return the largest rise from one class to the next, past the fullest class; 0 when shares only fall.

    Examples
    --------
    >>> import numpy as np
    >>> rise_past_the_mode(np.array([0.125, 0.5, 0.25, 0.125])), rise_past_the_mode(np.array([0.5, 0.125, 0.375]))
    (0.0, 0.25)
    """
    import numpy as np

    steps = np.diff(shares[int(np.argmax(shares)) :])
    return float(max(0.0, steps.max(initial=0.0)))


@measure
def growth_tent(run: Watched) -> float:
    """Log-likelihood of Laplace less normal for local firms' yearly growth, a firm and year."""
    import numpy as np

    firms = run.local_firms
    by_year = firms.assign(year=firms["month"] // YEAR).groupby(["uid", "year"])["sold_t"].agg(["sum", "size"])
    sold_t = by_year["sum"][(by_year["size"] == YEAR) & (by_year["sum"] > 0.0)].unstack("year")
    growth = np.log(sold_t).diff(axis="columns")
    growth = (growth - growth.median()).stack().dropna()
    return laplace_over_normal(growth.to_numpy())


def laplace_over_normal(values: NDArray[np.float64]) -> float:
    """Return the mean log-likelihood of the best Laplace distribution less that of the best normal one.

    Large samples give 0.072 for Laplace and -0.048 for normal values; heavier tails give more.

    Examples
    --------
    >>> import numpy as np
    >>> shares = (np.arange(9_999) + 0.5) / 9_999
    >>> round(laplace_over_normal(np.sign(shares - 0.5) * np.log(1.0 - 2.0 * abs(shares - 0.5))), 3)
    0.072
    >>> laplace_over_normal(np.array([0.1]))
    nan
    """
    import numpy as np

    if len(values) < YEAR or np.ptp(values) == 0.0:
        return math.nan
    laplace = -math.log(2.0 * float(np.abs(values - np.median(values)).mean())) - 1.0
    normal = -0.5 * math.log(2.0 * math.pi * float(values.var())) - 0.5
    return laplace - normal
