"""How many firms there are, how large they are, and how they grow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.study.measures.declare import measure
from sim.study.shapes import laplace_against_normal, lognormal_against_exponential
from sim.study.watch import YEAR, Watched, divided

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["rise_past_the_mode", "yearly_growth"]

FIRST_CLASS_FTE, SIZE_CLASSES, GROWTH_CLASSES = 1.0, 9, 4


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
def size_tail(run: Watched) -> float:
    """Vuong's statistic for log-normal against exponential sizes of local firms, at the ends of the years."""
    firms = run.local_firms
    return lognormal_against_exponential(firms["workers_fte"][firms["month"] % YEAR == YEAR - 1].to_numpy())


def yearly_growth(run: Watched) -> pd.DataFrame:
    """Return the log growth of yearly sales of local firms, the year's median taken out, and the log of sales before.

    Only firms at work through both years and with sales in both count.
    """
    import numpy as np
    import pandas as pd

    firms = run.local_firms
    by_year = firms.assign(year=firms["month"] // YEAR).groupby(["uid", "year"])["sold_t"].agg(["sum", "size"])
    log_sold = np.log(by_year["sum"][(by_year["size"] == YEAR) & (by_year["sum"] > 0.0)]).unstack("year")
    growth = log_sold.diff(axis="columns")
    growth = growth - growth.median()
    both = {"growth": growth.stack(), "before": log_sold.shift(axis="columns").stack()}
    return pd.DataFrame(both).dropna()


@measure
def growth_tent(run: Watched) -> float:
    """Vuong's statistic for Laplace against normal growth of local firms' yearly sales."""
    return laplace_against_normal(yearly_growth(run)["growth"].to_numpy())


@measure
def growth_by_size(run: Watched) -> float:
    """Slope of the log spread of growth on the log of sales, over classes of local firms with equal numbers."""
    import numpy as np
    import pandas as pd

    table = yearly_growth(run)
    if len(table) < GROWTH_CLASSES * YEAR:
        return math.nan
    classes = table.groupby(pd.qcut(table["before"].rank(method="first"), GROWTH_CLASSES), observed=True)
    spread, size = classes["growth"].std(), classes["before"].mean()
    return float(np.polyfit(size, np.log(spread), 1)[0]) if (spread > 0.0).all() else math.nan
