"""What a briefing is about: the scenarios compared, how many pairs and draws.

It is made from one of four:

- nothing: the report's argument (training, market access, both) and every policy of ``scenarios/policies/``;
- a folder that ``kotabaja compare`` or ``kotabaja brief`` wrote: its scenarios, on its seeds;
- a study file (TOML) with ``scenarios``, and ``against``, ``seeds``, ``draws``, ``leading`` if they are to be others;
- a scenario: it is compared beside what is compared without it; one without policies is another town, or the same in
  another time, and the usual policies are compared in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.core.toml_lines import did_you_mean, read_toml
from sim.errors import UserError
from sim.scenario import Scenario
from sim.study.compare import refuse_same_names

__all__ = ["Plan", "plan_of", "usual_scenarios", "worlds_of"]

EXPERIMENT = ("training_only", "access_only", "both")
KEYS = ("scenarios", "against", "seeds", "draws", "leading")
SEEDS, DRAWS, LEADING = 30, 120, 3
FEWEST = {"seeds": 2, "draws": 10, "leading": 1}


@dataclass(frozen=True)
class Plan:
    """The scenarios of a briefing and the one without; pairs, draws, and how many leading policies are drawn."""

    against: Scenario
    scenarios: tuple[Scenario, ...]
    seeds: int = SEEDS
    draws: int = DRAWS
    leading: int = LEADING
    study: str = ""

    @property
    def worlds(self) -> tuple[Scenario, ...]:
        """All scenarios, the one without first."""
        return (self.against, *self.scenarios)


def usual_scenarios() -> tuple[Scenario, ...]:
    """Return the report's argument and every shipped policy, each world once.

    Examples
    --------
    >>> [one.name for one in usual_scenarios()][:4]
    ['training_only', 'access_only', 'both', 'administration']
    """
    first = [Scenario.load(name) for name in EXPERIMENT]
    known = {one.fingerprint for one in first}
    return (*first, *(one for one in Scenario.load_all(["policies/*"]) if one.fingerprint not in known))


def plan_of(study: str | None = None, seeds: int | None = None, draws: int | None = None) -> Plan:
    """Return what a briefing is about.

    Parameters
    ----------
    study
        A folder, a study file, or a scenario; the usual scenarios without.
    seeds, draws
        In place of the study's own numbers.

    Examples
    --------
    >>> plan = plan_of(seeds=4)
    >>> plan.against.name, len(plan.scenarios), plan.seeds, plan.draws
    ('baseline', 16, 4, 120)
    """
    given: dict[str, Any] = {}
    scenarios: Sequence[Scenario]
    if study is None:
        against, scenarios = Scenario.load("baseline"), usual_scenarios()
    elif Path(study).is_dir():
        against, scenarios, given = _from_folder(Path(study))
    elif Path(study).is_file() and (content := _study_file(Path(study))) is not None:
        against, scenarios, given = content
    else:
        own, usual = Scenario.load(study), usual_scenarios()
        against = Scenario.load("baseline")
        known = {one.fingerprint for one in (against, *usual)}
        scenarios = usual if own.fingerprint in known else (own, *usual)
        if not own.uses:
            against, scenarios = own, [_in_town(one, own) for one in usual]
    refuse_same_names(scenarios, against)
    given |= {key: value for key, value in (("seeds", seeds), ("draws", draws)) if value is not None}
    return Plan(against, tuple(scenarios), study=study or "", **given)


def _in_town(scenario: Scenario, town: Scenario) -> Scenario:
    """Return a scenario that stands on the baseline in another town, under its own name."""
    moved = town.combined(scenario, Scenario.load("baseline"))
    return replace(moved, name=scenario.name, path=scenario.path, reason=scenario.reason, changes={})


def _from_folder(folder: Path) -> tuple[Scenario, Sequence[Scenario], dict[str, Any]]:
    """Return the scenarios of a folder of results, by the places its manifest names; they must be what they were."""
    path = folder / "manifest.json"
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        found = worlds_of(facts)
        seeds = int(facts["seeds"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, StopIteration) as problem:
        message = (
            f"{folder}: is not a folder of `kotabaja compare` or `kotabaja brief` (its {path.name} lists no runs)."
        )
        raise UserError(message) from problem
    return found[0], found[1:], {"seeds": seeds}


def worlds_of(facts: Mapping[str, Any]) -> list[Scenario]:
    """Return the scenarios of a manifest, the one without first; they must be what they were.

    Examples
    --------
    >>> worlds_of({"against": {"baseline": "0123"}, "scenarios": {}})
    Traceback (most recent call last):
    ...
    sim.errors.UserError: Scenario baseline is no longer what it was (baseline). Make the results anew.
    """
    fingerprints: Mapping[str, str] = {**facts["against"], **facts["scenarios"]}
    places = facts.get("places", {})
    found: list[Scenario] = []
    for name in dict.fromkeys([next(iter(facts["against"])), *facts["scenarios"]]):
        place = places.get(name) or _shipped(name)
        world = Scenario.load(place)
        if found and world.fingerprint != fingerprints[name]:
            world = _in_town(world, found[0])
        if world.fingerprint != fingerprints[name]:
            message = f"Scenario {name} is no longer what it was ({place}). Make the results anew."
            raise UserError(message)
        found.append(world)
    return found


def _shipped(name: str) -> str:
    """Return the name under which a scenario is shipped: policies stand in a folder of their own."""
    try:
        Scenario.load(name)
    except UserError:
        return f"policies/{name}"
    return name


def _study_file(path: Path) -> tuple[Scenario, Sequence[Scenario], dict[str, Any]] | None:
    """Return what a study file asks for; None if the file is no study but a scenario."""
    content, problems = read_toml(path, str(path))
    if "scenarios" not in content:
        return None
    for key in content:
        if key not in KEYS:
            problems.add(key, f"is not known in a study file.{did_you_mean(key, KEYS)} Known: {', '.join(KEYS)}.")
    names = content["scenarios"]
    if not (isinstance(names, list) and names and all(isinstance(one, str) for one in names)):
        problems.add("scenarios", "must be a list of scenario files, names or patterns, in quotes.")
    numbers = {}
    for key, fewest in FEWEST.items():
        value = content.get(key, fewest)
        if isinstance(value, bool) or not isinstance(value, int) or value < fewest:
            problems.add(key, f"must be a whole number of {fewest} or more.")
        elif key in content:
            numbers[key] = value
    problems.stop()
    here = [str(path.parent / one) if (path.parent / one).is_file() else one for one in names]
    against = str(content.get("against", "baseline"))
    beside = path.parent / against
    return Scenario.load(beside if beside.is_file() else against), Scenario.load_all(here), numbers
