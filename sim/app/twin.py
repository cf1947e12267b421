"""A town and, beside it, the same town under another scenario: stepped together, on the same luck."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from sim.app.memory import Memory
from sim.errors import UserError
from sim.model import MetalSupplyChain

if TYPE_CHECKING:
    from sim.scenario import Scenario

__all__ = ["Town", "Twin", "without_programmes"]


def without_programmes(scenario: Scenario) -> Scenario:
    """Return the same world, events included, with no policy in force."""
    return replace(scenario, uses=())


class Town:
    """One run, and what the page remembers of it."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.model = MetalSupplyChain(scenario, seed=seed)
        self.memory = Memory(self.model)

    def step(self) -> None:
        """One month."""
        self.model.step()
        self.memory.note(self.model)

    @property
    def indicators(self) -> pd.DataFrame:
        """The months so far, one row a month."""
        return self.model.indicators


class Twin:
    """The town, and beside it another or none; both always stand in the same month.

    Parameters
    ----------
    scenario
        The world and policies of the town.
    beside
        Those of the other town; none without.
    seed
        The luck of both.
    """

    def __init__(self, scenario: Scenario, beside: Scenario | None = None, seed: int = 1) -> None:
        if beside is not None:
            _refuse_strangers(scenario, beside)
        self.seed = seed
        self.town = Town(scenario, seed)
        self.other = Town(beside, seed) if beside is not None else None
        self.first_month = scenario.first_month
        self.months, self.warm_up = self.town.model.months, self.town.model.warm_up

    @property
    def towns(self) -> tuple[Town, ...]:
        """The town, and the other one if there is one."""
        return (self.town,) if self.other is None else (self.town, self.other)

    @property
    def month(self) -> int:
        """The month that has just ended; 0 before the first."""
        return int(self.town.model.month)

    @property
    def running(self) -> bool:
        """True while there is a month to come."""
        return self.month < self.months

    @property
    def same(self) -> bool:
        """True where both towns live under the same rules, so that nothing can differ."""
        return self.other is not None and self.other.scenario == self.town.scenario

    def step(self) -> None:
        """One month in both towns."""
        for town in self.towns:
            town.step()

    def difference(self) -> pd.DataFrame:
        """Return the town less the other one, month by month; ``month`` and ``warm_up`` stay as they are."""
        if self.other is None:
            message = "There is no other town to compare with."
            raise UserError(message)
        here, there = self.town.indicators, self.other.indicators
        table = here - there[here.columns]
        return table.assign(month=here["month"], warm_up=here["warm_up"])


def _refuse_strangers(scenario: Scenario, beside: Scenario) -> None:
    """Refuse two scenarios of other months or other places: they cannot be laid side by side."""
    if (scenario.first_month, scenario.months) != (beside.first_month, beside.months):
        message = f"{scenario.name} and {beside.name} do not simulate the same months. Choose another to compare with."
        raise UserError(message)
    for family in ("cluster", "mill"):
        if list(scenario.family(family)) != list(beside.family(family)):
            message = f"{scenario.name} and {beside.name} are not the same places. Choose another to compare with."
            raise UserError(message)
