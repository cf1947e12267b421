"""An ensemble: many worlds that the facts do not rule out, to ask a question in all of them instead of in one.

A file of members is a CSV: one row a member, one column an entry of the register. ``kotabaja calibrate`` makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.toml_lines import did_you_mean
from sim.errors import UserError
from sim.scenario import shipped_folder

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario

__all__ = ["Ensemble", "fitting_worlds", "load_ensemble"]

FEWEST = 2
SHIPPED = "ensemble"


@dataclass(frozen=True)
class Ensemble:
    """Worlds by what they set: one row a member, one column an address of the register."""

    name: str
    values: pd.DataFrame

    def __len__(self) -> int:
        return len(self.values)

    def settings(self, member: int) -> dict[str, Any]:
        """Return what a member sets, by address; members count from 0."""
        # Column by column: a row of a table would make all of its numbers fractions, counts too.
        return {str(key): self.values[key].iloc[member].item() for key in self.values}

    def world(self, scenario: Scenario, member: int) -> Scenario:
        """Return a scenario in the world of a member.

        What the scenario itself sets differently from its base is set by the member too, where it names it: refuse
        such scenarios first with :func:`refuse_overlap`.
        """
        return scenario.changed(self.settings(member))

    def refuse_overlap(self, scenario: Scenario, base: Scenario) -> None:
        """Refuse a scenario that changes an entry of the register which every member sets."""
        both = [key for key in self.values if scenario.parameters[key].value != base.parameters[key].value]
        if both:
            message = (
                f"{scenario.name}: changes {', '.join(both)}, which the members of the ensemble {self.name} set too. "
                "Compare it without --ensemble, or take the entry out of the ensemble."
            )
            raise UserError(message)


def load_ensemble(path: Path | None = None) -> Ensemble:
    """Read a file of members: the shipped one, or one that ``kotabaja calibrate`` wrote.

    Raises
    ------
    UserError
        If there is no such file, or it is not a table of numbers with an entry of the register a column.
    """
    import pandas as pd

    from sim.scenario import Scenario

    path = shipped_folder() / SHIPPED / "members.csv" if path is None else path
    path = path / "members.csv" if path.is_dir() else path
    try:
        values = pd.read_csv(path)
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        message = f"{path}: cannot be read: {said}. Name members.csv of a calibration, or its folder."
        raise UserError(message) from error
    known: Mapping[str, Any] = Scenario.load("baseline").parameters
    values = values.drop(columns="member", errors="ignore")
    for key in values:
        if key not in known:
            message = f"{path}:1: {key}: no such entry of the register.{did_you_mean(str(key), known)}"
            raise UserError(message)
        if not pd.api.types.is_numeric_dtype(values[key]) or not values[key].notna().all():
            message = f"{path}: {key}: has a place without a number. Every member sets every entry."
            raise UserError(message)
    if len(values) < FEWEST:
        message = f"{path}: has {len(values)} members, and {FEWEST} or more are needed."
        raise UserError(message)
    return Ensemble(path.parent.name, values)


def fitting_worlds(scenario: Scenario) -> int:
    """Return how many worlds the facts do not rule out if a scenario is the baseline, one of them; otherwise 0.

    Facts were gathered for the shipped town: of another one, or of other values, nothing is known.
    """
    from sim.scenario import Scenario

    usual = Scenario.load("baseline")
    known = {key: one.value for key, one in usual.parameters.items() if one.room != "time"}
    here = {key: one.value for key, one in scenario.parameters.items() if one.room != "time"}
    return len(load_ensemble()) if here == known else 0
