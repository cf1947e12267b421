"""``python -m benchmarks``: measure everything, print it beside the targets, and keep it in ``results/bench``."""

import json
from pathlib import Path
from typing import Any

from benchmarks.looking import mesa_costs
from benchmarks.measure import Measure, machine, use_one_core
from benchmarks.months import baseline_run, by_size, full_city_month
from benchmarks.policies import policy_costs
from benchmarks.rivals import against_c, against_oracle
from benchmarks.starts import start_times
from benchmarks.sweeps import sweep_costs
from sim import MetalSupplyChain

OUT = Path(__file__).parent.parent / "results" / "bench" / "bench.json"
MOST_EXPENSIVE = 3
ORACLE_TOWNS = ((0.1, 60), (1.0, 36), (8.667, 12))  # town.scale, months
WIDTH = 40  # of the longest bar


def _show(title: str, measures: list[Measure], kept: dict[str, Any]) -> None:
    print(f"\n{title}")
    for measure in measures:
        print(measure.line(), flush=True)
    kept[title] = [measure.record() for measure in measures]


def _show_stages(stages: list[tuple[str, float]], kept: dict[str, Any]) -> None:
    total = sum(ms for _, ms in stages)
    names = ", ".join(name for name, _ in stages[:MOST_EXPENSIVE])
    print(f"\nA month of full_city by stage (median; {total:.3f} ms together); the most expensive: {names}")
    for name, ms in stages:
        print(f"  {name:<36s}{ms:>9.4f} ms {ms / total:>6.1%}  {'#' * round(WIDTH * ms / stages[0][1])}")
    kept["stages_ms"], kept["most_expensive"] = dict(stages), [name for name, _ in stages[:MOST_EXPENSIVE]]


def _show_curve(curve: list[tuple[int, Measure]], flat: Measure, kept: dict[str, Any]) -> None:
    print("\nNanoseconds of an agent's month by the size of the town")
    highest = max(measure.median for _, measure in curve)
    for _, measure in curve:
        bar = "#" * round(WIDTH * measure.median / highest)
        print(f"  {measure.name:<32s}{measure.median:>7.0f} ns  {bar}")
    print(flat.line(), flush=True)
    kept["curve"] = [{"firms": firms, **measure.record()} for firms, measure in curve]
    kept["flat"] = flat.record()


def main() -> None:
    """Measure, print and keep."""
    use_one_core()
    facts = machine()
    kept: dict[str, Any] = {"machine": facts}
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(
        "One core. Each line: median, unit, lowest .. highest, number of measurements; the median is held against the\n"
        "target. Time on the processor, but for starting (by the clock on the wall). Other work on the machine makes\n"
        "medians larger all the same; the lowest is what a quiet machine would do."
    )
    _show("Starting (child processes)", start_times(), kept)
    MetalSupplyChain("baseline", seed=1, months=12).run()  # every rule is compiled and loaded from here on
    month, stages = full_city_month()
    _show("The whole city", month, kept)
    _show_stages(stages, kept)
    _show("The baseline", baseline_run(), kept)
    curve, flat = by_size()
    _show_curve(curve, flat, kept)
    oracle = [measure for scale, months in ORACLE_TOWNS for measure in against_oracle(scale, months)]
    _show("The oracle's own town, fast and as plain Mesa, side by side", oracle, kept)
    limit = against_c()
    if isinstance(limit, str):
        print(f"\nAgainst C: {limit}")
        kept["Against C"] = limit
    else:
        _show("One stage against C (-O3, no fused multiply-add)", limit, kept)
    _show("What a policy in force adds to a month of full_city", policy_costs(), kept)
    _show("Mesa", mesa_costs(), kept)
    _show("Sweeps of the baseline, on one core and on two", sweep_costs(), kept)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    print(f"\nKept in {OUT.relative_to(Path.cwd()) if OUT.is_relative_to(Path.cwd()) else OUT}")


if __name__ == "__main__":
    main()
