"""Limits and symmetry: what any such model must get right, tried on small towns of the scenario that is scored.

Every function takes a scenario and returns whether it holds. They test the program, and say nothing of the town.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from sim.scenario import Scenario

__all__ = ["LIMITS", "in_other_money", "small", "try_limits", "with_numbers"]

SCALE, WARM_UP_MONTHS, OBSERVED_MONTHS = 0.15, 12, 12
SEEDS = 20
ALMOST = 1e-9  # relative: what rounding may leave
CHANCE = 0.001  # that equal clusters are found unlike by luck
BUDGET, HALF, TWICE = "budget_jt_year", 0.5, 2.0
DEARER = 1.5
COMPARED = ("sales_home_{}_t", "sales_{}_t", "price_{}_jt_t", "jobs_{}_fte", "exits_{}", "use_{}", "steel_{}_t")

Limit = Callable[["Scenario"], bool]
LIMITS: dict[str, Limit] = {}


def limit(of: Limit) -> Limit:
    """Enter a function under its name."""
    LIMITS[of.__name__] = of
    return of


def try_limits(scenario: Scenario) -> dict[str, float]:
    """Return for each limit 1 where it holds and 0 where it does not.

    Examples
    --------
    >>> list(LIMITS)[-3:]
    ['no_steel', 'dearer_sells_less', 'seed_is_luck']
    """
    town = small(scenario)
    return {name: float(holds(town)) for name, holds in LIMITS.items()}


def small(scenario: Scenario, scale: float = SCALE) -> Scenario:
    """Return the scenario as a small town with a short life."""
    return scenario.changed(
        {"town.scale": scale, "time.warm_up_months": WARM_UP_MONTHS, "time.observed_months": OBSERVED_MONTHS}
    )


def with_numbers(scenario: Scenario, numbers: dict[str, Any]) -> Scenario:
    """Return the scenario with some numbers changed, whatever their ranges.

    Examples
    --------
    >>> from sim import Scenario
    >>> with_numbers(Scenario.load("baseline"), {"firms.wear": 0.5})["firms.wear"]
    0.5
    """
    changes: dict[str, Any] = {}
    for address, value in numbers.items():
        low, high = scenario.parameters[address].range
        changes |= {f"{address}.value": value, f"{address}.range": [min(low, value), max(high, value)]}
        changes[f"{address}.source"] = "a limit, by construction"
    return scenario.changed(changes)


def in_other_money(scenario: Scenario, factor: float) -> Scenario:
    """Return the scenario with every amount of money written in another unit."""
    from sim.policies import catalogue

    changes: dict[str, Any] = {}
    for address, entry in scenario.parameters.items():
        if "jt" in entry.unit.split("/"):
            low, high = (float(end) for end in entry.range)
            changes[f"{address}.value"] = float(entry.value) * factor
            changes |= {f"{address}.range": [low * factor, high * factor], f"{address}.source": "another unit of money"}
    for use in scenario.uses:
        for lever, value in use.levers.items():
            if "jt" in catalogue()[use.name].levers[lever].unit.split("/"):
                changes[f"policies.{use.name}.{lever}"] = float(value) * factor
    return scenario.changed(changes)


def _months(scenario: Scenario, seed: int = 1) -> pd.DataFrame:
    """Return the indicators of a run."""
    from sim.model import MetalSupplyChain

    return MetalSupplyChain(scenario, seed=seed).run().indicators


def _means(scenario: Scenario, columns: list[str]) -> NDArray[np.float64]:
    """Return means over the observed months, one row a seed."""
    import numpy as np

    runs = (_months(scenario, seed) for seed in range(1, SEEDS + 1))
    return np.array([run[run["warm_up"] == 0][columns].mean().to_numpy() for run in runs])


def _half_of(lever: Any) -> Any:
    """Return the middle of a lever's range, or the first of its options."""
    return lever.low + HALF * (lever.high - lever.low) if hasattr(lever, "low") else lever.options[0]


@limit
def identical_clusters(scenario: Scenario) -> bool:
    """Tell whether two outside clusters with the same facts fare alike, but for luck."""
    import numpy as np
    from scipy import stats

    outside = [name for name, facts in scenario.family("cluster").items() if not facts["local"]]
    if len(outside) < 2:  # noqa: PLR2004 - two to compare
        return True
    one, other = outside[:2]
    same = {f"cluster_{other}.{fact}": value for fact, value in scenario.family("cluster")[one].items()}
    twins = with_numbers(scenario, {key: value for key, value in same.items() if not isinstance(value, bool)})
    means = _means(twins, [name.format(cluster) for cluster in (one, other) for name in COMPARED])
    gaps = means[:, : len(COMPARED)] - means[:, len(COMPARED) :]
    if not gaps.any():
        return True
    error = gaps.std(axis=0, ddof=1) / math.sqrt(SEEDS)
    score = np.divide(gaps.mean(axis=0), error, out=np.zeros(len(COMPARED)), where=error > 0.0)
    return bool(np.abs(score).max() < stats.t.isf(CHANCE / 2.0 / len(COMPARED), SEEDS - 1))


@limit
def no_money(scenario: Scenario) -> bool:
    """Tell whether policies without money change nothing, to the last bit."""
    from sim.policies import catalogue

    usual, first = _months(scenario), str(scenario["time.first_observed"])
    compared = [column for column in usual if not str(column).startswith("spending_")]  # each policy adds its own
    for name, policy in catalogue().items():
        if BUDGET in policy.levers and name not in scenario.policies:
            levers = {key: _half_of(lever) for key, lever in policy.levers.items()}
            levers |= {BUDGET: 0.0, "from": first, "to": "2040-12"}
            poor = scenario.changed({f"policies.{name}.{key}": value for key, value in levers.items()})
            if not _months(poor)[compared].equals(usual[compared]):
                return False
    return True


@limit
def money_unit(scenario: Scenario) -> bool:
    """Tell whether amounts of money twice as large move no tonne, firm or share."""
    import numpy as np

    from sim.indicators import catalogue

    here, there = _months(scenario), _months(in_other_money(scenario, TWICE))
    for column in catalogue(scenario):
        factor = TWICE if column.unit in {"jt", "jt/t"} else 1.0
        if not np.allclose(here[column.column] * factor, there[column.column], rtol=ALMOST, atol=ALMOST):
            return False
    return True


@limit
def no_demand(scenario: Scenario) -> bool:
    """Tell whether nothing is sold and nothing imported when nobody needs goods."""
    nothing = [f"buyer_{kind}.demand_t" for kind in scenario.family("buyer")]
    nothing += [f"cluster_{name}.home_demand_t" for name in scenario.family("cluster")]
    table = _months(with_numbers(scenario, {key: 0.0 for key in nothing if key in scenario}))
    sold = ["demand_t", "sales_local_t", "sales_external_t", "sales_home_external_t", "imports_t", "revenue_local_jt"]
    return bool((table[sold] == 0.0).all(axis=None))


@limit
def no_steel(scenario: Scenario) -> bool:
    """Tell whether nothing is made when there is no steel."""
    nothing = [f"mill_{mill}.allotment_share" for mill in scenario.family("mill")]
    nothing += ["steel.distributor_surge", "firms.start_steel"]
    table = _months(with_numbers(scenario, dict.fromkeys(nothing, 0.0)))
    return bool((table[["output_local_t", "output_external_t", "steel_local_t"]] == 0.0).all(axis=None))


@limit
def dearer_sells_less(scenario: Scenario) -> bool:
    """Tell whether local firms sell less of what the city needs when their wages are half as high again."""
    home = [name for name, facts in scenario.family("cluster").items() if facts["local"]]
    wages = {f"cluster_{name}.wage_jt_fte": DEARER * float(scenario[f"cluster_{name}.wage_jt_fte"]) for name in home}
    usual, dearer = (_means(town, ["market_share_local"]) for town in (scenario, with_numbers(scenario, wages)))
    return bool(dearer.mean() < usual.mean())


@limit
def seed_is_luck(scenario: Scenario) -> bool:
    """Tell whether a seed gives one town, to the last bit, and another seed gives another one."""
    moved = ["steel_price_jt_t", "demand_t", "sales_local_t"]
    one, again, other = (_months(scenario, seed) for seed in (1, 1, 2))
    return bool(one.equals(again) and (one[moved] != other[moved]).any().all())
