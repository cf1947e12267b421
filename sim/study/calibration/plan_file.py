"""Reading the file of a calibration: all that is wrong with it is said at once, with line and key."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.core.shipped import found
from sim.core.toml_lines import Problems, did_you_mean, read_toml, shown
from sim.errors import UserError
from sim.scenario import Scenario, shipped_folder
from sim.study.calibration.targets import CUTOFF, Target, calibration_facts, target_of
from sim.study.calibration.waves import Plan
from sim.study.design_inputs import inputs_of
from sim.study.patterns import patterns

if TYPE_CHECKING:
    from sim.study.design import Input

__all__ = ["Calibration", "load_calibration"]

FOLDER = "calibration"
# Every key of a file with the numbers it allows and the usual one; those without are read on their own.
NUMBERS: dict[str, tuple[float, float, float]] = {
    "points": (20, 5_000, 250),
    "replications": (2, 50, 2),
    "most_waves": (1, 30, 10),
    "stop_at": (0.0, 1.0, 0.9),
    "rank": (1, 5, 2),
    "cutoff": (1.0, 10.0, CUTOFF),
    "crowd": (100, 100_000, 1000),
    "candidates": (50, 10_000, 200),
    "candidate_seeds": (2, 1000, 8),
    "members": (2, 10_000, 60),
    "seed": (1, 2**32 - 1, 1),
}
FRACTIONS = ("stop_at", "cutoff")
KEYS = ("reason", "scenario", *NUMBERS, "moments", "every", "except", "inputs", "free")


@dataclass(frozen=True)
class Calibration:
    """What is calibrated: the inputs that are matched, and those that are free.

    ``free`` inputs move no moment (the strength of a policy's channel, say): they are drawn from their ranges for the
    members and never matched.
    """

    name: str
    reason: str
    scenario: Scenario
    inputs: tuple[Input, ...]
    free: tuple[Input, ...]
    targets: tuple[Target, ...]
    plan: Plan
    replications: int
    candidates: int
    candidate_seeds: int
    members: int

    def __str__(self) -> str:
        return (
            f"Calibration {self.name} of {self.scenario.name}: {len(self.inputs)} inputs, {len(self.targets)} moments, "
            f"waves of {self.plan.points} points x {self.replications} seeds, {len(self.free)} inputs drawn freely"
        )


def load_calibration(path_or_name: str | os.PathLike[str]) -> Calibration:
    """Read and check the file of a calibration, or a shipped one by name.

    Raises
    ------
    UserError
        With a line for everything that is wrong: file, line, key, what is allowed.

    Examples
    --------
    >>> shipped = load_calibration("town")
    >>> shipped.scenario.name, len(shipped.inputs) > 20
    ('baseline', True)
    """
    path, label = found(path_or_name, shipped_folder() / FOLDER, "calibration")
    tables, problems = read_toml(path, label)
    for key in tables:
        if key not in KEYS:
            problems.add(
                key, f"unknown key.{did_you_mean(key, KEYS)} The file of a calibration may have {', '.join(KEYS)}."
            )
    reason = tables.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        problems.add("reason", "is missing or empty. Say in double quotes what is to be found out.")
    if not isinstance(tables.get("inputs", {}), Mapping):
        problems.refuse("inputs", "must be tables. Write [inputs.room.name].")
    numbers = {key: _number(key, tables, problems) for key in NUMBERS}
    targets = _targets(tables, problems)
    scenario = _scenario(tables, problems)
    problems.stop()
    inputs = inputs_of(tables, scenario, problems)
    free = _free(tables, scenario, problems)
    problems.stop()
    if len(inputs) < 2:  # noqa: PLR2004 - one input alone needs no emulator
        problems.add("inputs", "are fewer than two. Write [inputs.room.name] for each entry that is to be matched.")
    for one in inputs:
        if one.kind not in (int, float):
            problems.add(one.name, "is not a number, and only numbers can be matched.", at=f"inputs.{one.name}")
        if any(one.name == other.name for other in free):
            problems.add(one.name, "is both matched and free. Keep one.", at=f"inputs.{one.name}")
    for one in (*inputs, *free):
        if one.name.startswith("policies."):
            problems.add(
                one.name, "is a lever. Only entries of the register can be uncertain.", at=f"inputs.{one.name}"
            )
    problems.stop()
    _try_ends(scenario, inputs, problems)
    plan = Plan(
        points=int(numbers["points"]),
        most_waves=int(numbers["most_waves"]),
        stop_at=numbers["stop_at"],
        rank=int(numbers["rank"]),
        cutoff=numbers["cutoff"],
        crowd=int(numbers["crowd"]),
        seed=int(numbers["seed"]),
    )
    if plan.rank > len(targets):
        problems.refuse("rank", f"{plan.rank} is more than the {len(targets)} moments that there are.")
    whole = {key: int(numbers[key]) for key in ("replications", "candidates", "candidate_seeds", "members")}
    return Calibration(path.stem, str(reason).strip(), scenario, tuple(inputs), tuple(free), targets, plan, **whole)


def _number(key: str, tables: Mapping[str, Any], problems: Problems) -> float:
    """Return a number of the plan; anything that is not allowed is noted, and the usual one returned."""
    low, high, usual = NUMBERS[key]
    value = tables.get(key, usual)
    right = isinstance(value, (int, float) if key in FRACTIONS else int) and not isinstance(value, bool)
    if right and math.isfinite(value) and low <= value <= high:
        return float(value)
    kind = "number" if key in FRACTIONS else "whole number"
    problems.add(key, f"{shown(value)} is not allowed. Write a {kind} from {low:g} to {high:g}; {usual:g} is usual.")
    return usual


def _targets(tables: Mapping[str, Any], problems: Problems) -> tuple[Target, ...]:
    """Return the moments to match: all facts for calibration, or those that are named; held-out facts are refused."""
    known = {one.key: one for one in patterns()}
    names = tables.get("moments", [one.key for one in calibration_facts()])
    if not isinstance(names, list) or not names or not all(isinstance(one, str) for one in names):
        problems.add("moments", 'must be a list of facts in double quotes, for example ["exits_local"].')
        return ()
    allowed = {one.key for one in calibration_facts()}
    for name in names:
        if name not in known:
            problems.add("moments", f"no such fact: {shown(name)}.{did_you_mean(name, allowed)}")
        elif name not in allowed:
            problems.add("moments", f"{name} is held out: it is evidence only as long as nothing is set by it.")
    return tuple(target_of(known[name]) for name in dict.fromkeys(names) if name in allowed)


def _scenario(tables: Mapping[str, Any], problems: Problems) -> Scenario:
    """Return the scenario whose values are matched."""
    name = tables.get("scenario", "baseline")
    try:
        found_one = Scenario.load(name if isinstance(name, str) else "")
    except UserError as error:
        problems.refuse("scenario", str(error))
    if found_one.policies:
        problems.add("scenario", f"{name} has policies in force. Facts are of the town without; name such a scenario.")
    return found_one


def _free(tables: Mapping[str, Any], scenario: Scenario, problems: Problems) -> list[Input]:
    """Return the inputs that are drawn and not matched."""
    patterns_given = tables.get("free", [])
    if not patterns_given:
        return []
    local = Problems(problems.label)
    free = inputs_of({"every": patterns_given}, scenario, local)
    for message in local.messages:
        problems.add("free", message.partition(": ")[2].partition(": ")[2] or message)
    return free


def _try_ends(scenario: Scenario, inputs: list[Input], problems: Problems) -> None:
    """Note ends of ranges that the scenario does not allow."""
    for end in (0.0, 1.0):
        for one in inputs:
            try:
                scenario.changed({one.name: one.values([end])[0]})
            except UserError as error:
                said = str(error).partition(f"{one.name}: ")[2] or str(error)
                problems.add(one.name, said, at=f"inputs.{one.name}")
    problems.stop()
