"""What a result costs and whom it displaces: figures that only a comparison has.

A ratio of two paired differences is given with Fieller's interval (Fieller 1954), and only where the result is surely
a gain: a cost per job that may be a cost per lost job is no number.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.study.intervals import Interval, fieller, interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.study.compare import Comparison

__all__ = ["NEEDED", "consequences"]

MONTHS_A_YEAR = 12.0
DISPLACED = {"external": "sales_external_t", "imports": "imports_t"}
COSTS = {
    "cost_per_job": ("jobs_local_fte", "jt/fte/year", MONTHS_A_YEAR),
    "cost_per_value_added": ("value_added_local_jt", "jt/jt", 1.0),
}


NEEDED = {"spending_jt", *DISPLACED.values(), *(column for column, _, _ in COSTS.values())}


def consequences(comparison: Comparison, scenario: str) -> Iterator[tuple[Any, ...]]:
    """Yield the further rows of a scenario's effects: displacement, and cost per job and per value added.

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
        costs are public spending for each local job kept a year [jt/fte/year] and for each jt of local value added.
        Blank where the scenario spends nothing, or where there may be no gain.
    """
    for origin, column in DISPLACED.items():
        with_, without = comparison.values(scenario, column), comparison.values(comparison.against.name, column)
        lost = interval(without - with_)
        labels = (scenario, "displacement", origin, "t", "none")
        yield (*labels, 0.0, lost.mean, lost.mean, lost.low, lost.high, lost.pairs, math.nan)
    against = comparison.against.name
    spent = comparison.values(scenario, "spending_jt") - comparison.values(against, "spending_jt")
    for name, (column, unit, months) in COSTS.items():
        gained = comparison.values(scenario, column) - comparison.values(against, column)
        known = spent.any() and interval(gained).low > 0.0
        found = fieller(months * spent, gained) if known else Interval(math.nan, math.nan, math.nan, len(gained))
        labels = (scenario, name, "local", unit, "lower")
        yield (*labels, math.nan, math.nan, found.mean, found.low, found.high, found.pairs, math.nan)
