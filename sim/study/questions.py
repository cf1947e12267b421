"""What a sensitivity study asks of a sweep: an indicator, the effect of a policy on it, which policy is best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sim.core.toml_lines import did_you_mean
from sim.errors import UserError
from sim.study.flips import parts_of_best
from sim.study.summary import outcomes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sim.study.design import Design

__all__ = ["Question", "questions", "refuse_columns"]

HIGHER = "higher"


@dataclass(frozen=True, eq=False)
class Question:
    """One outcome of every run of a design, in the order of its plan.

    Parameters
    ----------
    kind
        ``level`` (the indicator in a scenario), ``effect`` (its paired difference from the first scenario) or ``best``
        (1 where the scenario is the best policy on this row and seed, else 0; in parts where policies tie).
    column
        The indicator.
    scenario
        The scenario that is asked about.
    unit
        Of the values.
    values
        Of shape (points, replications).
    """

    kind: str
    column: str
    scenario: str
    unit: str
    values: NDArray[np.float64]

    @property
    def name(self) -> str:
        """What tables call it."""
        words = {"level": "", "effect": f", effect of {self.scenario}", "best": f", {self.scenario} is best"}
        return self.column + words[self.kind]


def questions(design: Design, folder: str | Path, columns: Sequence[str]) -> list[Question]:
    """Return what is asked of the runs in a folder.

    For each indicator these are its level in the first scenario of the design, the effect of every other scenario, and,
    where there are two policies or more and the indicator has a better side, whether each policy is the best one.

    Raises
    ------
    UserError
        If a run is missing, has failed or has no number; the rows are named.
    """
    from sim.indicators import catalogue

    refuse_columns(design, columns)
    known = {entry.column: entry for entry in catalogue(design.scenarios[0])}
    first, *policies = (one.name for one in design.scenarios)
    found = []
    for column in columns:
        unit, better = known[column].unit, known[column].better
        runs = outcomes(folder, design, column)
        found.append(Question("level", column, first, unit, runs[0]))
        found += [
            Question("effect", column, name, unit, values - runs[0])
            for name, values in zip(policies, runs[1:], strict=True)
        ]
        if len(policies) > 1 and better in (HIGHER, "lower"):
            turned = runs[1:] if better == HIGHER else -runs[1:]
            parts = parts_of_best(turned)
            found += [
                Question("best", column, name, "share", values) for name, values in zip(policies, parts, strict=True)
            ]
    return found


def refuse_columns(design: Design, columns: Sequence[str]) -> None:
    """Refuse, before any run, what is no indicator of every scenario of a design."""
    from sim.indicators import catalogue

    for scenario in design.scenarios:
        known = [entry.column for entry in catalogue(scenario)]
        for column in columns:
            if column not in known:
                message = (
                    f"--of: {column} is no indicator of scenario {scenario.name}.{did_you_mean(column, known)} "
                    "indicators.csv of any run has them all."
                )
                raise UserError(message)
