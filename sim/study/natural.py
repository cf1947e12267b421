"""The natural experiment: the hot strip mill's outage of May 2023 to December 2024, with it and without.

The outage is part of the baseline, since every fact of those years contains it; the scenario ``no_outage`` is the same
town with the mill at work. Runs are paired by seed; means are taken over the observed months of the outage, and over
as many months after it. ``python -m sim.study.natural`` writes the table, and the effect of every pair behind it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.parameters import month_number
from sim.study.compare import compare
from sim.study.files import Delivery, manifest
from sim.study.intervals import CONFIDENCE, interval, paired
from sim.study.runs import Progress
from sim.study.screen import number, table
from sim.study.simulate import Job, simulate

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

__all__ = ["NATURAL_COLUMNS", "WATCHED", "Natural", "natural_experiment", "natural_table"]

MILL = "mill_krakatau_steel"
DURING, AFTER = "during", "after"
NATURAL_COLUMNS = ("period", "indicator", "unit", "without", "with", "effect", "low", "high", "relative", "pairs")
# What the outage may move, in the order in which it travels down the chain.
WATCHED = {
    "mill_output_t": "t/month",
    "allotment_t": "t/month",
    "steel_direct_external_t": "t/month",
    "steel_direct_local_t": "t/month",
    "steel_distributor_external_t": "t/month",
    "steel_distributor_local_t": "t/month",
    "steel_fill_external": "share",
    "steel_fill_local": "share",
    "price_local_jt_t": "jt/t",
    "output_local_t": "t/month",
    "market_share_local": "share",
    "jobs_local_fte": "fte",
    "value_added_local_jt": "jt/month",
    "bound_steel_local": "share",
}


@dataclass(frozen=True)
class Natural:
    """What the outage did: the table, and behind it the effect during the outage of every pair, one row a seed."""

    table: pd.DataFrame
    seeds: pd.DataFrame


def _periods(scenario: Scenario) -> dict[str, slice]:
    """Return the observed months of the outage and as many after it, as places in the months of a run."""
    first, start = month_number(scenario.first_month), int(scenario["time.warm_up_months"])
    begins = max(start, month_number(str(scenario[f"{MILL}.outage_from"])) - first)
    ends = month_number(str(scenario[f"{MILL}.outage_to"])) - first + 1
    return {DURING: slice(begins, ends), AFTER: slice(ends, min(scenario.months, 2 * ends - begins))}


def natural_experiment(
    outage: Scenario,
    no_outage: Scenario,
    seeds: int = 30,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    progress: Progress | None = None,
    work: Callable[[Job], Any] = simulate,
) -> Natural:
    """Return what the outage did: with it against without, by period and indicator, paired by seed.

    Parameters
    ----------
    outage, no_outage
        The town with the outage and the town without.
    seeds, workers, executor, progress, work
        As in :func:`sim.study.compare.compare`.

    Returns
    -------
    Natural
        ``table`` has the columns ``NATURAL_COLUMNS``; ``relative`` is the effect against the town without an outage.
    """
    import pandas as pd

    found = compare(
        [no_outage],
        outage,
        seeds,
        workers=workers,
        executor=executor,
        keep=tuple(WATCHED),
        progress=progress,
        work=work,
    )
    rows = []
    pairs = {"seed": list(found.seeds)}
    for period, months in _periods(outage).items():
        for column, unit in WATCHED.items():
            with_, without = (found.months(one.name, column)[:, months].mean(axis=1) for one in (outage, no_outage))
            effect = paired(with_, without)[0]
            if period == DURING:
                pairs[column] = with_ - without
            means = (interval(without).mean, interval(with_).mean)
            relative = effect.mean / means[0] if means[0] else float("nan")
            rows.append((period, column, unit, *means, effect.mean, effect.low, effect.high, relative, effect.pairs))
    return Natural(pd.DataFrame(rows, columns=list(NATURAL_COLUMNS)), pd.DataFrame(pairs))


def natural_table(found: Natural) -> str:
    """Return the table for a person, one block a period."""
    blocks = []
    for period, rows in found.table.groupby("period", sort=False):
        head = [f"{period} the outage", "without it", "with it", "effect", "95 % interval", "%"]
        words = [
            [
                f"{row['indicator']}, {row['unit']}",
                *(number(row[one]) for one in ("without", "with", "effect")),
                f"{number(row['low'])} to {number(row['high'])}",
                f"{100.0 * row['relative']:+.2g}",
            ]
            for row in rows.to_dict("records")
        ]
        blocks.append(table(head, words))
    return "\n\n".join(blocks)


def write(found: Natural, folder: Path) -> None:
    """Write ``natural.csv``, ``natural_seeds.csv`` and their manifest."""
    facts = {
        "scenarios": ["baseline", "no_outage"],
        "pairs": len(found.seeds),
        "interval": f"{CONFIDENCE:.0%}, Student's t",
    }
    with Delivery(folder) as files:
        files.csv("natural.csv", found.table)
        files.csv("natural_seeds.csv", found.seeds)
        files.json("natural.json", manifest("python -m sim.study.natural", facts))


def main(folder: str, seeds: int) -> None:
    """Run the experiment, write its table and print it."""
    from sim.scenario import Scenario
    from sim.study.screen import progress_bar

    with progress_bar("Outage") as progress:
        found = natural_experiment(Scenario.load("baseline"), Scenario.load("no_outage"), seeds, progress=progress)
    write(found, Path(folder))
    print(natural_table(found))


if __name__ == "__main__":
    words = [*sys.argv[1:], *("docs/validation", "100")[len(sys.argv) - 1 :]]
    main(words[0], int(words[1]))
