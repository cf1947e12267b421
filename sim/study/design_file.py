"""Reading a design file: all that is wrong with it is said at once, with line and key."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from sim.core.shipped import found
from sim.core.toml_lines import Problems, did_you_mean, read_toml, shown
from sim.errors import UserError
from sim.scenario import Scenario, designs
from sim.study.curves import curve_design
from sim.study.design import MOST_SEEDS, Design, Input, common_seeds, distinct
from sim.study.design_inputs import inputs_of, leaves, levels_of, listed_inputs, refuse_idle_words
from sim.study.distributions import Choice
from sim.study.inputs import unit_of
from sim.study.morris import morris_design
from sim.study.samples import SAMPLES, grid
from sim.study.sampling import Design as Plan
from sim.study.sobol import sobol_design

__all__ = ["METHODS", "load_design"]

# Methods with an analysis of their own, which says what luck rows share.
PLANS: dict[str, Callable[..., Plan]] = {
    "morris": morris_design,
    "sobol_indices": sobol_design,
    "curves": curve_design,
}
METHODS = ("grid", *SAMPLES, *PLANS, "list")
POWERS_OF_TWO = ("sobol", "sobol_indices")
# Every key of a design file, and the methods that know it.
KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("reason", "method", "scenarios", "months", "fixed"), METHODS),
    "seeds": tuple(one for one in METHODS if one not in PLANS),
    "replications": tuple(PLANS),
    **dict.fromkeys(("points", "design_seed", "every", "except", "reach"), (*SAMPLES, *PLANS)),
    "second_order": ("sobol_indices",),
    "inputs": ("grid", *SAMPLES, *PLANS),
    "rows": ("list",),
}
WARM_UP = "time.warm_up_months"
MOST_ROWS = 1_000_000
MOST_MONTHS = 1200


def load_design(path_or_name: str | os.PathLike[str]) -> Design:
    """Read and check a design file, or a shipped design by name.

    Raises
    ------
    UserError
        With a line for everything that is wrong: file, line, key, what is allowed.

    Examples
    --------
    >>> design = load_design("00_small")
    >>> len(design) == len(design.scenarios) * design.rows * design.replications
    True
    """
    path, label = found(path_or_name, designs(), "design")
    if path.is_dir():
        message = f"{label}: is a folder. Name a design file; only --status reads a folder, that of a sweep's runs."
        raise UserError(message)
    tables, problems = read_toml(path, label)
    method = _method(tables, problems)
    scenarios = _scenarios(tables, path, problems)
    problems.stop()
    months = _months(tables, scenarios, problems)
    rows = _listed(tables, scenarios, problems) if method == "list" else _drawn(method, tables, scenarios, problems)
    problems.stop()
    reason, fixed = str(tables["reason"]).strip(), _fixed(tables)
    return Design(path.stem, method, reason, scenarios, months=months, fixed=fixed, **rows)


def _method(tables: Mapping[str, Any], problems: Problems) -> str:
    """Return the method; keys that it does not know are noted."""
    method = tables.get("method")
    if method not in METHODS:
        said = "is missing." if method is None else f"unknown method {shown(method)}."
        near = did_you_mean(method, METHODS) if isinstance(method, str) else ""
        problems.add("method", f"{said}{near} Methods: {', '.join(METHODS)}.")
    for key in tables:
        if key not in KEYS:
            near = did_you_mean(key, KEYS)
            problems.add(key, f"unknown key.{near} A design may have {', '.join(KEYS)}.")
        elif method in METHODS and method not in KEYS[key]:
            problems.add(key, f"is not for a {method} design, only for {', '.join(KEYS[key])}. Take it out.")
    reason = tables.get("reason")
    if not isinstance(reason, str) or not reason.strip():
        problems.add("reason", "is missing or empty. Say in double quotes what the design is to show.")
    for key in ("fixed", "inputs"):
        if not isinstance(tables.get(key, {}), Mapping):
            problems.refuse(key, f"must be tables. Write [{key}.room.name] or [{key}.policies.NAME].")
    return str(method)


def _whole(key: str, tables: Mapping[str, Any], problems: Problems, most: int, usual: int | None = None) -> int:
    """Return a whole number from 1 to ``most``; anything else is noted, and 1 returned."""
    value = tables.get(key, usual)
    if not isinstance(value, bool) and isinstance(value, int) and 1 <= value <= most:
        return value
    said = "is missing" if value is None else f"{shown(value)} is not allowed"
    problems.add(key, f"{said}. Write a whole number from 1 to {most}.")
    return 1


def _scenarios(tables: Mapping[str, Any], path: Path, problems: Problems) -> tuple[Scenario, ...]:
    """Return the scenarios that every row is run in."""
    names = tables.get("scenarios", ["baseline"])
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        problems.add("scenarios", 'must be a list of names or files in double quotes, for example ["baseline"].')
        return ()
    loaded: list[Scenario] = []
    for name in names:
        beside = path.parent / (name if name.endswith(".toml") else f"{name}.toml")
        try:
            loaded.append(Scenario.load(beside if beside.is_file() else name))
        except UserError as error:
            for line in str(error).splitlines():
                problems.add("scenarios", line)
    for place, one in enumerate(loaded):
        for other in loaded[:place]:
            if one.name == other.name or one.fingerprint == other.fingerprint:
                problems.add("scenarios", f"{one.name} and {other.name} are the same. Keep one.")
    return tuple(loaded)


def _fixed(tables: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is set alike in all rows, by key."""
    return dict(leaves(tables.get("fixed", {})))


def _try(
    scenario: Scenario, settings: Mapping[str, Any], where: str, tables: Mapping[str, Any], problems: Problems
) -> None:
    """Note what a scenario does not allow of some settings, once, on the line where the design says it."""
    try:
        scenario.changed({**_fixed(tables), **settings})
    except UserError as error:
        for line in str(error).splitlines():
            key, _, message = line.removeprefix(f"{scenario.name} (changed):").strip().partition(": ")
            noted = len(problems.messages)
            place = "fixed" if key in _fixed(tables) else where
            problems.add(key, f"{message} (In scenario {scenario.name}.)", at=f"{place}.{key}")
            if problems.messages[-1] in problems.messages[:noted]:
                problems.messages.pop()


def _months(tables: Mapping[str, Any], scenarios: Sequence[Scenario], problems: Problems) -> int | None:
    """Return how many months a run has, where the design says so."""
    if "months" not in tables:
        return None
    months = _whole("months", tables, problems, MOST_MONTHS)
    for one in scenarios:
        warm_up = int(_fixed(tables).get(WARM_UP, one[WARM_UP]))
        if months <= warm_up and not problems:
            problems.add("months", f"{months} leaves none after the warm-up of {warm_up} months in {one.name}.")
    return months


def _seeds(tables: Mapping[str, Any], problems: Problems) -> tuple[int, ...]:
    """Return the seeds that all rows share."""
    given = tables.get("seeds")
    seeds = list(range(1, given + 1)) if isinstance(given, int) and 0 < given <= MOST_ROWS else given
    right = isinstance(seeds, list) and all(type(one) is int and 1 <= one <= MOST_SEEDS for one in seeds)
    if not right or not seeds or given is True or len(set(seeds)) < len(seeds):
        said = "is missing" if given is None else f"{shown(given)} is not allowed"
        advice = "Write how many (seeds = 10 takes 1 to 10), or a list of different seeds, each a whole number from 1."
        problems.add("seeds", f"{said}. {advice}")
        return (1,)
    return tuple(seeds)


def _listed(tables: Mapping[str, Any], scenarios: Sequence[Scenario], problems: Problems) -> dict[str, Any]:
    """Return the rows of a list: those that are written out, or a single one without inputs."""
    rows = tables.get("rows", [])
    if "rows" not in tables and "scenarios" not in tables:
        problems.add("rows", "are missing. A list needs [[rows]], or scenarios, or both.")
    inputs, columns = listed_inputs(rows, scenarios[0], problems)
    seeds = _seeds(tables, problems)
    problems.stop()
    for number in range(len(rows)):
        settings = {one.name: column[number] for one, column in zip(inputs, columns, strict=True)}
        for scenario in scenarios:
            _try(scenario, settings, f"rows.{number}", tables, problems)
    if not rows:
        for scenario in scenarios:
            _try(scenario, {}, "fixed", tables, problems)
    problems.stop()
    values = {one.name: one.typed(column) for one, column in zip(inputs, columns, strict=True)}
    first, sample = distinct(values, max(1, len(rows)))
    for number, row in enumerate(sample.tolist()):
        if number != first[row]:
            problems.add(
                "rows", f"says the same as row {row} (rows are counted from 0). Keep one.", at=f"rows.{number}"
            )
    common = common_seeds(seeds, len(sample))
    return {"inputs": tuple(inputs), "values": values, "sample": sample, "seeds": common}


def _drawn(method: str, tables: Mapping[str, Any], scenarios: Sequence[Scenario], problems: Problems) -> dict[str, Any]:
    """Return the rows that a method draws in the unit cube of the inputs."""
    inputs = inputs_of(tables, scenarios[0], problems)
    if not inputs and not problems:
        problems.add("inputs", "are missing: there are no rows. Write [inputs.room.name] for each that is to vary.")
    design_seed = _whole("design_seed", tables, problems, MOST_SEEDS, usual=1)
    replications = _whole("replications", tables, problems, MOST_ROWS) if method in PLANS else 0
    common = () if method in PLANS else _seeds(tables, problems)
    given = tables.get("inputs", {})
    refuse_idle_words(method, given, problems)
    levels = [levels_of(one, given, problems) for one in inputs] if method == "grid" else []
    points = prod(map(len, levels)) if method == "grid" else _whole("points", tables, problems, MOST_ROWS)
    if not isinstance(tables.get("second_order", False), bool):
        message = f"{shown(tables['second_order'])} is not allowed. Write true or false, without quotes."
        problems.add("second_order", message)
    if points > MOST_ROWS:
        problems.add("inputs", f"make {points:,} rows; a sweep has at most {MOST_ROWS:,}. Take fewer levels.")
    if method in POWERS_OF_TWO and points & (points - 1):
        power = 1 << points.bit_length()
        problems.add("points", f"{points} is not a power of two, which {method} needs. Write {power // 2} or {power}.")
    for scenario in scenarios:
        _try_values(scenario, inputs, tables, problems)
    problems.stop()
    plan = None
    if method in PLANS:
        plan = _plan(method, inputs, points, replications, design_seed, tables, problems)
        places, seeds = plan.unit, plan.seeds
    else:
        places = grid(levels) if method == "grid" else SAMPLES[method](points, len(inputs), design_seed)
        seeds = common_seeds(common, len(places))
        if method != "grid":
            plan = Plan("latin", tuple(one.name for one in inputs), places, seeds)
    values = {one.name: one.values(places[:, column]) for column, one in enumerate(inputs)}
    luck = {f"seed {column}": seeds[:, column] for column in range(seeds.shape[1] if method in PLANS else 0)}
    first, sample = distinct(values | luck, len(places))
    return {
        "inputs": tuple(inputs),
        "values": {key: column[first] for key, column in values.items()},
        "sample": sample,
        "seeds": seeds[first],
        "own": method in PLANS,
        "plan": plan,
    }


def _plan(
    method: str,
    inputs: Sequence[Input],
    points: int,
    replications: int,
    design_seed: int,
    tables: Mapping[str, Any],
    problems: Problems,
) -> Plan:
    """Return the plan of a method with an analysis of its own; curves pass through the first scenario."""
    more: dict[str, Any] = {}
    if method == "curves":
        more["centre"] = {one.name: unit_of(one.spread, one.usual) for one in inputs if math.isfinite(one.usual)}
    if method == "sobol_indices":
        more["second_order"] = tables.get("second_order", False)
    try:
        return PLANS[method]([one.name for one in inputs], points, replications, design_seed, **more)
    except UserError as error:
        problems.refuse("points", str(error).partition(": ")[2])


def _try_values(scenario: Scenario, inputs: Sequence[Input], tables: Mapping[str, Any], problems: Problems) -> None:
    """Note values of inputs that a scenario does not allow: ends of ranges, options, and pairs of dates."""
    candidates = {
        one.name: list(one.spread.options) if isinstance(one.spread, Choice) else one.values([0.0, 1.0]).tolist()
        for one in inputs
    }
    start = {name: values[0] for name, values in candidates.items()}
    _try(scenario, start, "inputs", tables, problems)
    if problems:
        return
    for name, values in candidates.items():
        if not _is_date(name):
            for value in values[1:]:
                _try(scenario, {**start, name: value}, "inputs", tables, problems)
    dates = [name for name in candidates if _is_date(name)]
    for combination in product(*(candidates[name] for name in dates)):
        _try(scenario, {**start, **dict(zip(dates, combination, strict=True))}, "inputs", tables, problems)


def _is_date(name: str) -> bool:
    """Tell whether an input moves months about, so that its values must fit those of others."""
    return name.startswith("time.") or name.endswith((".from", ".to"))
