"""Scenarios in one table, the largest effect on the local share first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.study.intervals import Interval, interval, paired
from sim.study.layout import number, table, wrapped
from sim.study.ratios import COSTS, DISPLACED, POINTS, SHADOW, SPENT, cost

if TYPE_CHECKING:
    from sim.study.compare import Comparison

__all__ = ["FACTORS", "factor_changes", "moved_most", "ranking", "ranking_table", "with_interval"]

FACTORS = ("access", "depth", "conversion", "fill", "rescue")
SHARE = "market_share_local"
HEAD = (
    *("scenario", "local share, points", "factor moved most", "value added, jt/month", "jobs, fte"),
    *("spends, jt/month", "shadow cost, jt/month", "jt/year per job"),
    *("from outside firms, t/month", "from imports, t/month", "from other local firms, t/month"),
)
NOTE = (
    "What is below zero in the last three columns was gained there. A regulation helps no firm by name: all local firms"
    " are others."
)


def factor_changes(comparison: Comparison, scenario: str) -> dict[str, Interval]:
    """Return by factor of the local share how much its logarithm changes; the share's change is nearly their sum.

    Parameters
    ----------
    comparison
        Runs of the scenario and of the one it is compared with, on the same seeds.
    scenario
        Name of the scenario.
    """
    import numpy as np

    changes = {}
    for factor in FACTORS:
        ends = [comparison.values(name, f"{factor}_local") for name in (scenario, comparison.against.name)]
        logs = [np.log(np.where(values > 0.0, values, np.nan)) for values in ends]
        changes[factor] = paired(*logs)[0]
    return changes


def moved_most(changes: dict[str, Interval]) -> str:
    """Return the factor that moves most and by how many per cent; a dash where none moves surely.

    Examples
    --------
    >>> access, fill = Interval(0.03, 0.02, 0.04, 30), Interval(-0.1, -0.3, 0.1, 30)
    >>> moved_most({"access": access, "fill": fill}), moved_most({"fill": fill})
    ('access +3 %', '-')
    """
    sure = {factor: found.mean for factor, found in changes.items() if found.excludes_zero}
    if not sure:
        return "-"
    factor = max(sure, key=lambda one: abs(sure[one]))
    return f"{factor} {100.0 * math.expm1(sure[factor]):+.2g} %"


def ranking(comparison: Comparison) -> list[str]:
    """Return the names of the scenarios, the largest effect on the local share first."""
    effects = {one.name: comparison.effect(one.name, SHARE).mean for one in comparison.scenarios}
    return sorted(effects, key=lambda name: -effects[name])


def with_interval(found: Interval, scale: float = 1.0, signed: bool = True) -> str:
    """Write a value and its interval for a person, as exactly as the interval is wide.

    Examples
    --------
    >>> with_interval(Interval(0.0052, 0.0031, 0.0073, 30), 100.0)
    '+0.52 (+0.31 to +0.73)'
    >>> with_interval(Interval(7.941, 7.286, 8.702, 30), signed=False)
    '7.94 (7.29 to 8.70)'
    """
    mean, low, high = (scale * end for end in (found.mean, found.low, found.high))
    if math.isnan(mean):
        return "-"
    half = (high - low) / 2.0
    decimals = max(0, min(4, 1 - math.floor(math.log10(half)))) if half > 0.0 else 2
    words = [f"{end:{'+' if signed else ''},.{decimals}f}" for end in (mean, low, high)]
    return f"{words[0]} ({words[1]} to {words[2]})" if half > 0.0 else words[0]


def ranking_table(comparison: Comparison) -> str:
    """Return the ranked table: share, the factor moved most, value added, jobs, cost, and from whom the gain came.

    Every effect is the paired difference from the scenario compared with, with its 95 % interval. What other local
    firms lose is known only where firms were followed.
    """
    from sim.study.displacement import PARTS

    against = comparison.against.name
    job, _, months = COSTS["cost_per_job"]
    rows = []
    for name in ranking(comparison):
        spent, gained = (comparison.values(name, one) - comparison.values(against, one) for one in (SPENT, job))
        lost = [interval(comparison.values(against, one) - comparison.values(name, one)) for one in DISPLACED.values()]
        other = [one.displaced[list(PARTS).index("other_local")] for one in comparison.gains.get(name, ())]
        rows.append(
            [
                name,
                with_interval(comparison.effect(name, SHARE), POINTS),
                moved_most(factor_changes(comparison, name)),
                *(with_interval(comparison.effect(name, one)) for one in ("value_added_local_jt", job)),
                *(number(comparison.effect(name, one).mean) for one in (SPENT, SHADOW)),
                with_interval(cost(months * spent, gained), signed=False),
                *(with_interval(one) for one in lost),
                with_interval(interval(other)),
            ]
        )
    return "\n".join([table(HEAD, rows), *wrapped(NOTE)])
