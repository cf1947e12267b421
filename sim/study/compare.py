"""Paired comparison: the same seeds with and without, so that luck cancels and the effect stands alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sim.errors import UserError
from sim.study.comparison import EFFECT_COLUMNS, Comparison
from sim.study.intervals import Interval, interaction, refuse_few
from sim.study.runs import Progress, run_all
from sim.study.simulate import Job, simulate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.scenario import Scenario
    from sim.study.firm_record import RunRecord
    from sim.study.precise import Aim
    from sim.study.twins import SeedGains

__all__ = ["EFFECT_COLUMNS", "Comparison", "Interval", "compare", "interaction", "refuse_same_names"]


def compare(
    scenarios: Sequence[Scenario],
    against: Scenario,
    seeds: int = 30,
    *,
    workers: int | None = None,
    executor: Callable[[], Executor] | None = None,
    keep: tuple[str, ...] = (),
    follow_firms: bool = False,
    aim: Aim | None = None,
    progress: Progress | None = None,
    work: Callable[[Job], Any] = simulate,
) -> Comparison:
    """Run scenarios and the one they are compared with on the seeds 1 to ``seeds``.

    Parameters
    ----------
    scenarios
        Scenarios with different names.
    against
        The scenario without.
    seeds
        How many pairs; at least 2.
    workers, executor, progress, work
        As in :func:`sim.study.runs.run_all`.
    keep
        Columns whose months are kept, for pictures over time.
    follow_firms
        Whether each firm is compared with its twin, for winners and losers, displacement and additionality.
    aim
        End when every effect on a column is known this well, after the most pairs of its rule at last; ``seeds`` then
        does not count.

    Returns
    -------
    Comparison
        The same to the last bit for any number of workers.

    Examples
    --------
    >>> from sim import Scenario
    >>> town = Scenario.load("baseline")
    >>> compare([town, town], town)
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Two scenarios are named baseline. Name each scenario once, or rename a file.
    """
    import numpy as np

    refuse_same_names(scenarios, against)
    refuse_few(seeds)
    unique = {one.name: one for one in (against, *scenarios)}
    if aim is not None:
        aim.refuse_unknown(unique.values())
        seeds = aim.rule.most
    starts = _starts(scenarios, against) if follow_firms else {}
    counted: dict[str, tuple[int, ...]] = {name: (start,) for name, start in starts.items()}
    counted[against.name] = tuple(sorted(set(starts.values())))
    # All scenarios of a seed are neighbours, so that what is drawn once a seed can be drawn once, and the one they are
    # compared with comes first: its firms are kept until the next seed and no longer.
    jobs = [
        Job(one, seed, keep=keep, firms_from=counted.get(one.name, ()))
        for seed in range(1, seeds + 1)
        for one in unique.values()
    ]
    means: dict[str, list[Any]] = {name: [] for name in unique}
    runs: dict[str, list[Any]] = {name: [] for name in unique}
    spending: dict[str, list[Any]] = {name: [] for name in unique}
    gains: dict[str, list[SeedGains]] = {name: [] for name in starts}
    columns: dict[str, tuple[str, ...]] = {}
    without: RunRecord | None = None
    last = list(unique)[-1]

    def differences(name: str, column: str) -> NDArray[np.float64]:
        own, other = (
            np.array([one[columns[key].index(column)] for one in means[key]], dtype=np.float64)
            for key in (name, against.name)
        )
        return own - other

    # With an aim nobody knows how many runs will be made, and an iterator has no length to tell.
    todo = jobs if aim is None else iter(jobs)
    with closing(run_all(todo, work=work, workers=workers, executor=executor, progress=progress)) as outcomes:
        for outcome in outcomes:
            summary, scenario = outcome.result(), outcome.job.scenario
            name = scenario.name
            columns[name] = summary.columns
            means[name].append(summary.means)
            spending[name].append(summary.spending)
            if summary.months is not None:
                runs[name].append(summary.months)
            if name == against.name:
                without = summary.firms
            if name in starts and without is not None:
                gains[name].append(_gains(scenario, against, summary.firms, without, starts[name]))
            if aim is None or name != last:
                continue
            if aim.reached([differences(one.name, aim.column) for one in scenarios]):
                seeds = outcome.job.seed
                break
    return Comparison(
        against,
        tuple(scenarios),
        tuple(range(1, seeds + 1)),
        columns,
        {name: np.array(rows) for name, rows in means.items()},
        runs,
        {name: {key: np.array([one[key] for one in own]) for key in own[0]} for name, own in spending.items()},
        gains,
        aim,
    )


def _starts(scenarios: Sequence[Scenario], against: Scenario) -> dict[str, int]:
    """Return by scenario the month from which its firms are followed; without those whose runs have other months."""
    from sim.study.twins import start_of

    starts = {one.name: start_of(one, against) for one in scenarios}
    return {name: start for name, start in starts.items() if start is not None}


def _gains(scenario: Scenario, against: Scenario, with_: RunRecord, without: RunRecord, start: int) -> SeedGains:
    """Return who gains and loses in one pair of runs."""
    from sim.study.twins import new_policies, seed_gains

    clusters = len(against.family("cluster"))
    return seed_gains(with_, without, start, new_policies(scenario, against), clusters)


def refuse_same_names(scenarios: Sequence[Scenario], against: Scenario) -> None:
    """Refuse two scenarios of one name: a table of effects could not tell them apart."""
    names = [one.name for one in scenarios]
    double = next((name for name in names if names.count(name) > 1), None)
    other = next((one for one in scenarios if one.name == against.name), None)
    if double is None and other is not None and other.fingerprint != against.fingerprint:
        double = against.name
    if double is not None:
        message = f"Two scenarios are named {double}. Name each scenario once, or rename a file."
        raise UserError(message)
