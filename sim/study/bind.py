"""What binds local firms: the paired change in value added when one constraint alone is eased."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.study.intervals import Interval, interval, paired, refuse_few
from sim.study.runs import Progress, run_all
from sim.study.simulate import Job, simulate

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

__all__ = ["BIND_COLUMNS", "Binding", "Relaxation", "bind", "bound"]

BIND_COLUMNS = ("constraint", "unit", "difference", "low", "high", "per_rp_1bn")
NOTHING = "nothing"  # eased: the run that others are compared with
RUN_COLUMNS = ("constraint", "seed", "value_added_jt", "units", "cost_jt")
VALUE_ADDED = "value_added_local_jt"
JT_IN_RP_1BN = 1_000.0


@dataclass(frozen=True)
class Relaxation:
    """The change in local value added (jt/month) when one constraint is eased, how much, and the cost."""

    constraint: str
    unit: str
    meaning: str
    change: Interval
    units: float
    cost_jt: float

    @property
    def per_unit(self) -> float:
        """Value added per unit eased, jt; NaN when nothing was eased.

        Examples
        --------
        >>> Relaxation("cash", "jt", "", Interval(30.0, 20.0, 40.0, 30), units=60.0, cost_jt=15.0).per_unit
        0.5
        """
        return self.change.mean / self.units if self.units else math.nan

    @property
    def per_rp_1bn(self) -> float:
        """Value added per Rp 1 billion of cost, jt; NaN when the relief costs nothing.

        Examples
        --------
        >>> Relaxation("cash", "jt", "", Interval(30.0, 20.0, 40.0, 30), units=60.0, cost_jt=15.0).per_rp_1bn
        2000.0
        """
        return self.change.mean / self.cost_jt * JT_IN_RP_1BN if self.cost_jt else math.nan


@dataclass(frozen=True)
class Binding:
    """The relaxation values of a scenario, in the order the reliefs are declared, and the runs they are from."""

    scenario: Scenario
    seeds: int
    value_added: Interval
    relaxations: tuple[Relaxation, ...]
    runs: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The table of ``bind.csv``: one row a constraint, differences in jt of value added a month."""
        import pandas as pd

        rows = [
            (one.constraint, one.unit, one.change.mean, one.change.low, one.change.high, one.per_rp_1bn)
            for one in self.relaxations
        ]
        return pd.DataFrame(rows, columns=BIND_COLUMNS)

    @property
    def details(self) -> dict[str, dict[str, Any]]:
        """How much was eased and at what cost, for the manifest."""
        return {
            one.constraint: {
                "meaning": one.meaning,
                "unit": one.unit,
                "units": one.units,
                "cost_jt_month": one.cost_jt,
                "per_unit_jt_month": one.per_unit if one.units else None,
                "pairs": one.change.pairs,
            }
            for one in self.relaxations
        }


def bind(
    scenario: Scenario,
    seeds: int = 30,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    progress: Progress | None = None,
    reliefs: Mapping[str, Any] | None = None,
    work: Callable[[Job], Any] = simulate,
    usual: Mapping[int, float] | None = None,
) -> Binding:
    """Ease each constraint alone for all local firms, on common seeds, and measure the value added.

    Parameters
    ----------
    scenario
        The scenario in which constraints are eased, from its first observed month on.
    seeds
        How many pairs; at least 2.
    workers, executor, progress, work
        As in :func:`sim.study.runs.run_all`.
    reliefs
        Which constraints to ease; all that the model knows unless given.
    usual
        Value added [jt/month] by seed of the runs in which nothing is eased, where they were made already.

    Returns
    -------
    Binding
        The same to the last bit for any number of workers.

    Examples
    --------
    >>> from sim import Scenario
    >>> bind(Scenario.load("baseline"), seeds=1)
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Seeds: 1 is too few for an interval. Use 2 or more; 30 is a good number.
    """
    refuse_few(seeds)
    if reliefs is None:
        from sim.relief import RELIEFS

        reliefs = RELIEFS
    import pandas as pd

    known = usual or {}
    jobs = [
        Job(scenario, seed, relief=name)
        for seed in range(1, seeds + 1)
        for name in (*(() if seed in known else (None,)), *reliefs)
    ]
    rows = [(NOTHING, seed, value, 0.0, 0.0) for seed, value in known.items()]
    for outcome in run_all(jobs, work=work, workers=workers, executor=executor, progress=progress):
        summary = outcome.result()
        value = float(summary.means[summary.columns.index(VALUE_ADDED)])
        eased = outcome.job.relief or NOTHING
        rows.append((eased, outcome.job.seed, value, summary.relief_units, summary.relief_cost_jt))
    table = pd.DataFrame(rows, columns=list(RUN_COLUMNS)).sort_values("seed", kind="stable", ignore_index=True)
    return bound(scenario, table, reliefs)


def bound(scenario: Scenario, runs: pd.DataFrame, reliefs: Mapping[str, Any]) -> Binding:
    """Return the relaxation values that runs give: one row a run, with columns ``RUN_COLUMNS``."""
    by_relief = {str(name): own.sort_values("seed") for name, own in runs.groupby("constraint", sort=False)}
    baseline = by_relief[NOTHING]["value_added_jt"].tolist()
    relaxations = []
    for name, relief in reliefs.items():
        values, units, costs = (by_relief[name][key].tolist() for key in ("value_added_jt", "units", "cost_jt"))
        change = paired(values, baseline)[0]
        eased, cost = interval(units).mean, interval(costs).mean
        relaxations.append(Relaxation(name, relief.unit, relief.meaning, change, eased, cost))
    return Binding(scenario, len(baseline), interval(baseline), tuple(relaxations), runs)
