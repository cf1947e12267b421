"""A month of the whole city by stage, a run of the baseline, and the cost of an agent's month by the town's size."""

import statistics
from functools import partial
from typing import Any

from benchmarks.measure import Measure, clock, seconds
from benchmarks.stages import timed_stages
from sim import MetalSupplyChain, Scenario

__all__ = ["agents_of", "baseline_run", "by_size", "full_city_month", "step_seconds"]

MONTH_MS, RUN_MS = 1.5, 36.0
FLAT = 2.0  # how we read "roughly flat": the dearest size costs at most twice the cheapest
SIZES = ((1.0, 60), (2.5, 36), (8.667, 24), (25.0, 12), (60.0, 8), (166.7, 6))  # town.scale, months timed
SETTLING = 6  # months before the first that is timed


def step_seconds(model: Any, months: int) -> list[float]:
    """Return the seconds that each of the next months takes."""
    taken = []
    for _ in range(months):
        start = clock()
        model.step()
        taken.append(clock() - start)
    return taken


def agents_of(model: MetalSupplyChain) -> int:
    """Return the number of agents: firms at work, buyers, mills, distributors, the government."""
    return sum(int(table.rows["working"].sum()) for table in model.tables.values() if table.model is not None)


def full_city_month(repeats: int = 5) -> tuple[list[Measure], list[tuple[str, float]]]:
    """Measure a month of the whole city with all rules, the audit and the indicators, and each of its stages [ms]."""
    scenario = Scenario.load("full_city")
    months, looks = [], []
    for seed in range(1, repeats + 1):
        model = MetalSupplyChain(scenario, seed=seed)
        months += step_seconds(model, model.months)[SETTLING:]
        looks.append(seconds(partial(getattr, model, "indicators")) / model.months)
    look = Measure.of("  of it indicators, worked out once a run", "ms", [1e3 * s for s in looks])
    whole = Measure.of(
        f"a month of full_city ({agents_of(model)} agents), all in", "ms", [1e3 * s + look.median for s in months],
        target=MONTH_MS,
    )  # fmt: skip
    with timed_stages(model := MetalSupplyChain(scenario, seed=1)) as taken:
        model.run()
    stages = [(name, 1e3 * statistics.median(times) * len(times) / model.months) for name, times in taken.items()]
    return [whole, look], sorted(stages, key=lambda stage: -stage[1])


def baseline_run(repeats: int = 15) -> list[Measure]:
    """Measure a run of the baseline: construction and 120 months; building alone and the indicators stated apart."""
    scenario = Scenario.load("baseline")
    builds, runs, looks = [], [], []
    for _ in range(repeats):
        builds.append(1e3 * seconds(lambda: MetalSupplyChain(scenario, seed=1)))
        runs.append(1e3 * seconds(lambda: MetalSupplyChain(scenario, seed=1).run()))
        model = MetalSupplyChain(scenario, seed=1).run()
        looks.append(1e3 * seconds(partial(getattr, model, "indicators")))
    return [
        Measure.of(f"a run of the baseline, {scenario.months} months", "ms", runs, target=RUN_MS),
        Measure.of("  of it construction", "ms", builds),
        Measure.of("  its indicators, when asked for", "ms", looks),
    ]


def by_size() -> tuple[list[tuple[int, Measure]], Measure]:
    """Measure the nanoseconds of an agent's month in towns from 600 to 100,000 firms; and how flat the curve is."""
    curve = []
    for scale, months in SIZES:
        scenario = Scenario.load("baseline").changed({"town.scale": scale})
        model = MetalSupplyChain(scenario, seed=1, months=SETTLING + months)
        step_seconds(model, SETTLING)
        agents = agents_of(model)
        values = [1e9 * s / agents for s in step_seconds(model, months)]
        firms = int(model.tables["firms"].rows["working"].sum())
        curve.append((firms, Measure.of(f"{firms} firms, {agents} agents", "ns", values)))
    medians = [measure.median for _, measure in curve]
    flat = Measure.of("dearest against cheapest size", "x", [max(medians) / min(medians)], target=FLAT)
    return curve, flat
