"""Twins: each firm beside itself in the same luck without the policy, and what one pair of runs says about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sim.core.parameters import month_number
from sim.study.additionality import Additional, additional
from sim.study.displacement import displaced
from sim.study.who import Classes, classes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.core.events import Event
    from sim.core.uses import PolicyUse
    from sim.scenario import Scenario
    from sim.study.firm_record import FirmRecord, RunRecord

__all__ = ["SeedGains", "new_policies", "seed_gains", "start_of", "twins"]

TIME = ("time.first_observed", "time.warm_up_months", "time.observed_months")


@dataclass(frozen=True)
class SeedGains:
    """Who gains and who loses in one pair of runs; ``additional`` by policy that helped some firm by name."""

    classes: Classes
    displaced: NDArray[np.float64]
    additional: dict[str, Additional]


def new_policies(scenario: Scenario, against: Scenario) -> tuple[str, ...]:
    """Return the policies that only the scenario has: those whose help can be weighed against having none.

    Examples
    --------
    >>> from sim import Scenario
    >>> new_policies(Scenario.load("both"), Scenario.load("training_only"))
    ('store_access',)
    """
    return tuple(name for name in scenario.policies if name not in against.policies)


def start_of(scenario: Scenario, against: Scenario) -> int | None:
    """Return the month of the run in which two scenarios begin to differ by policy or event; None without twins.

    Without such a difference it is the first observed month. Runs over other months have no twins.

    Examples
    --------
    >>> from sim import Scenario
    >>> town = Scenario.load("baseline")
    >>> start_of(Scenario.load("training_only"), town), start_of(town, town)
    (61, 61)
    >>> start_of(town.changed({"time.observed_months": 12}), town)
    """
    if any(scenario[address] != against[address] for address in TIME):
        return None
    begin = month_number(against.first_month) - 1
    dated: list[tuple[PolicyUse | Event, ...]] = [(*one.uses, *one.events) for one in (scenario, against)]
    own = [one for these, others in (dated, dated[::-1]) for one in these if one not in others]
    return min((month_number(one.first) - begin for one in own), default=int(against["time.warm_up_months"]) + 1)


def twins(with_: FirmRecord, without: FirmRecord) -> tuple[FirmRecord, FirmRecord]:
    """Return two records of the same firms, row by row a firm and its twin.

    Parameters
    ----------
    with_, without
        Records of two runs of one seed, from the same month. They hold the same firms where the runs differ by policy
        alone; where the world differs too, firms of the same row, identity and age count as twins.
    """
    import numpy as np

    keys = [
        [*zip(one.row.tolist(), one.state["uid"].tolist(), one.state["age_months"].tolist(), strict=True)]
        for one in (with_, without)
    ]
    if keys[0] == keys[1]:
        return with_, without
    both = set(keys[0]) & set(keys[1])
    kept = [np.array([key in both for key in own], dtype=bool) for own in keys]
    return _only(with_, kept[0]), _only(without, kept[1])


def _only(record: FirmRecord, kept: NDArray[np.bool_]) -> FirmRecord:
    """Return the record of some of its firms."""
    local = kept[record.state["local"]]
    return replace(
        record,
        row=record.row[kept],
        state=record.state[kept],
        outcomes=record.outcomes[kept],
        monthly=record.monthly[:, :, local],
        alive=record.alive[:, local],
    )


def seed_gains(with_: RunRecord, without: RunRecord, start: int, policies: tuple[str, ...], clusters: int) -> SeedGains:
    """Return who gains and loses in one seed: by class of firm, by whose sales, and by policy.

    Parameters
    ----------
    with_, without
        What two runs of the seed left, with and without the policies.
    start
        Month of the run from which they differ.
    policies
        Names of the policies whose help is weighed.
    clusters
        Number of clusters.
    """
    here, there = twins(with_.firms[start], without.firms[start])
    rolls = {name: with_.rolls[name] for name in policies if name in with_.rolls}
    return SeedGains(
        classes(here, there, rolls, clusters),
        displaced(with_, without, here, there, rolls),
        {
            name: additional(with_, without, here, there, roll)
            for name, roll in rolls.items()
            if (roll.helped > 0).any()
        },
    )
