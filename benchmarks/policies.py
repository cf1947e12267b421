"""What each policy in force adds to a month of the whole city, side by side with the same town without it."""

import statistics

from benchmarks.measure import Measure, clock
from sim import MetalSupplyChain, Scenario
from sim.scenario import shipped_names

__all__ = ["policy_costs"]

MOST = 1.03
OBSERVED = 36  # months with the policy
TURNS = 3  # towns of each kind, by turns


def _year(model: MetalSupplyChain) -> float:
    """Return the mean seconds of the next twelve months: programmes act once a quarter or a year."""
    start = clock()
    for _ in range(12):
        model.step()
    return (clock() - start) / 12


def policy_costs() -> list[Measure]:
    """Measure every shipped scenario of one policy: the ratio of a year with it to the same year without."""
    city = Scenario.load("full_city")
    short = {"town.scale": city["town.scale"], "time.warm_up_months": 12, "time.observed_months": OBSERVED}
    without = city.changed(short)
    found = []
    for name in (one for one in shipped_names() if one.startswith("policies/")):
        scenario = Scenario.load(name).changed(short)
        ratios = []
        for seed in range(1, TURNS + 1):
            towns = [MetalSupplyChain(one, seed=seed) for one in (scenario, without)]
            for town in towns:
                _year(town)
            ratios += [_year(towns[0]) / _year(towns[1]) for _ in range(OBSERVED // 12)]
        found.append(Measure.of(name.removeprefix("policies/"), "x", ratios, target=MOST))
    if found:
        spread = [measure.median for measure in found]
        found.append(Measure.of("the median policy", "x", [statistics.median(spread)]))
    return found
