"""What each policy in force adds to a month of the whole city, side by side with the same town without it."""

import statistics

from benchmarks.measure import Measure
from benchmarks.months import step_seconds
from sim import MetalSupplyChain, Scenario
from sim.scenario import shipped_names

__all__ = ["policy_costs"]

MOST = 1.03
WARM_UP, OBSERVED = 12, 36  # months, the observed ones with the policy
TURNS = 5  # runs of each town, by turns
YEAR = 12


def _lowest(taken: list[list[float]]) -> list[float]:
    """Return the lowest seconds of each observed month over runs of one town: each run does the same work."""
    return [min(month) for month in zip(*taken, strict=True)][WARM_UP:]


def policy_costs() -> list[Measure]:
    """Measure every shipped scenario of one policy: the ratio of each year with it to the same year without.

    Programmes act once a quarter or a year, so that a month cannot be compared with the next: it is compared with
    itself in further runs of the same town, and other work on the machine drops out.
    """
    city = Scenario.load("full_city")
    short = {
        "town.scale": city["town.scale"],
        "time.warm_up_months": WARM_UP,
        "time.observed_months": OBSERVED,
    }
    without = city.changed(short)
    found = []
    for name in (one for one in shipped_names() if one.startswith("policies/")):
        scenario = Scenario.load(name).changed(short)
        taken: list[list[list[float]]] = [[], []]
        for _ in range(TURNS):
            for runs, one in zip(taken, (scenario, without), strict=True):
                model = MetalSupplyChain(one, seed=1)
                runs.append(step_seconds(model, model.months))
        with_it, usual = map(_lowest, taken)
        years = range(0, OBSERVED, YEAR)
        ratios = [sum(with_it[year : year + YEAR]) / sum(usual[year : year + YEAR]) for year in years]
        found.append(Measure.of(name.removeprefix("policies/"), "x", ratios, target=MOST))
    if found:
        spread = [measure.median for measure in found]
        found.append(Measure.of("the median policy", "x", [statistics.median(spread)]))
    return found
