"""What a result costs and whom it displaces: figures that only a comparison has.

A ratio of two paired differences is given with Fieller's interval (Fieller 1954), and only where the result is surely
a gain: a cost per job that may be a cost per lost job is no number.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.study.intervals import Interval, interval, ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from sim.study.compare import Comparison

__all__ = ["COSTS", "NEEDED", "WITH_SHADOW", "consequences", "cost"]

MONTHS_A_YEAR = 12.0
POINTS = 100.0
DISPLACED = {"external": "sales_external_t", "imports": "imports_t"}
# What is gained, the unit of its cost, and by what a month's money is multiplied.
COSTS = {
    "cost_per_job": ("jobs_local_fte", "jt/fte/year", MONTHS_A_YEAR),
    "cost_per_value_added": ("value_added_local_jt", "jt/jt", 1.0),
    "cost_per_share_point": ("market_share_local", "jt/point/year", MONTHS_A_YEAR / POINTS),
}
WITH_SHADOW = "_with_shadow"
SPENT, SHADOW = "spending_jt", "shadow_cost_jt"
NEEDED = {SPENT, SHADOW, *DISPLACED.values(), *(column for column, _, _ in COSTS.values())}


def consequences(comparison: Comparison, scenario: str) -> Iterator[tuple[Any, ...]]:
    """Yield the further rows of a scenario's effects: displacement, and the cost of a job, of value and of share.

    Parameters
    ----------
    comparison
        Runs of the scenario and of the one it is compared with, on the same seeds.
    scenario
        Name of the scenario.

    Yields
    ------
    tuple
        In the order of the columns of effects; ``displacement`` is the loss of outside firms and of imports [t/month],
        costs are public spending for each local job kept a year [jt/fte/year], for each jt of local value added, and
        for each point of local market share kept a year [jt/point/year]. Names that end in ``_with_shadow`` add the
        cost that regulations put on others. Blank where nothing is spent, or where there may be no gain.
    """
    against = comparison.against.name

    def more(column: str) -> NDArray[np.float64]:
        return comparison.values(scenario, column) - comparison.values(against, column)

    for origin, column in DISPLACED.items():
        lost = interval(-more(column))
        labels = (scenario, "displacement", origin, "t", "none")
        yield (*labels, 0.0, lost.mean, lost.mean, lost.low, lost.high, lost.pairs, math.nan)
    for suffix, cost_jt in (("", more(SPENT)), (WITH_SHADOW, more(SPENT) + more(SHADOW))):
        for name, (column, unit, months) in COSTS.items():
            found = cost(months * cost_jt, more(column))
            labels = (scenario, name + suffix, "local", unit, "lower")
            yield (*labels, math.nan, math.nan, found.mean, found.low, found.high, found.pairs, math.nan)


def cost(spent: NDArray[np.float64], gained: NDArray[np.float64]) -> Interval:
    """Return what a gain costs, with Fieller's interval; NaN where nothing is spent or nothing is surely gained.

    Examples
    --------
    >>> import numpy as np
    >>> cost(np.array([90.0, 110.0, 100.0]), np.array([9.0, 11.0, 10.0])).mean
    10.0
    >>> cost(np.array([90.0, 110.0, 100.0]), np.array([-1.0, 1.0, 0.5])).mean
    nan
    """
    if not spent.any():
        return Interval(math.nan, math.nan, math.nan, len(gained))
    return ratio(spent, gained)
