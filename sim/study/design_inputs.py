"""The inputs of a design file: which entries and levers it varies, over which range, and how they are spread."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from sim.core.toml_lines import Problems, did_you_mean, shown
from sim.policies import Lever, catalogue
from sim.scenario import Scenario
from sim.study.design import Input
from sim.study.distributions import Choice, Distribution, LogUniform, Normal, Triangular, Uniform, Whole

__all__ = ["inputs_of", "leaves", "levels_of", "listed_inputs", "refuse_idle_words"]

SPREADS: dict[str, tuple[Callable[..., Distribution], tuple[str, ...]]] = {
    "uniform": (Uniform, ()),
    "loguniform": (LogUniform, ()),
    "triangular": (Triangular, ("mode",)),
    "normal": (Normal, ("mean", "sd")),
    "choice": (Choice, ("values",)),
}
WORDS = ("dist", "low", "high", "mode", "mean", "sd", "values", "weights", "levels")
FULL_DEPTH = {"policies": 3}  # words in the key of a lever; the key of a register entry has two
REGISTER_DEPTH = 2
MOST_LEVELS = 100_000


@dataclass(frozen=True)
class Known:
    """What is known of a key before a design says anything: the kind of its values, and its range or options."""

    kind: type
    low: float = math.nan
    high: float = math.nan
    usual: float = math.nan
    options: tuple[Any, ...] = ()


def leaves(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the full keys of a nested table with what stands there.

    Examples
    --------
    >>> dict(leaves({"firms": {"wear": {"low": 0.1}}, "policies": {"training": {"target": ["lottery"]}}}))
    {'firms.wear': {'low': 0.1}, 'policies.training.target': ['lottery']}
    """
    for word, content in table.items():
        key = f"{above}.{word}" if above else word
        parts = key.split(".")
        depth = FULL_DEPTH.get(parts[0], REGISTER_DEPTH)
        numbered = depth > REGISTER_DEPTH and len(parts) == depth and parts[-1].isdecimal()
        if isinstance(content, Mapping) and (len(parts) < depth or numbered):
            yield from leaves(content, key)
        else:
            yield key, content


def known(key: str, scenario: Scenario, problems: Problems, at: str) -> Known | None:
    """Return what is known of a key, or None after noting that there is no such key."""
    parts = key.split(".")
    if parts[0] != "policies":
        if key not in scenario.parameters:
            near = did_you_mean(key, scenario.parameters)
            message = f"no such entry.{near} Write room.name as in scenarios/baseline.toml, or policies.NAME.LEVER."
            problems.add(key, message, at=at)
            return None
        entry = scenario.parameters[key]
        if isinstance(entry.value, bool):
            return Known(bool, options=(False, True))
        if isinstance(entry.value, str):
            return Known(str)
        low, high = (float(end) for end in entry.range)
        return Known(int if entry.unit == "count" else float, low, high, float(entry.value))
    name, lever = parts[1] if len(parts) > 1 else "", parts[-1]
    if name not in catalogue():
        problems.add(
            key, f"no such policy.{did_you_mean(name, catalogue())} Policies: {', '.join(catalogue())}.", at=at
        )
        return None
    levers = catalogue()[name].levers
    if lever in ("from", "to"):
        return Known(str)
    if lever not in levers or len(parts) < FULL_DEPTH["policies"]:
        near = did_you_mean(lever, levers)
        problems.add(key, f"no such lever.{near} {name} has {', '.join((*levers, 'from', 'to'))}.", at=at)
        return None
    found = levers[lever]
    if isinstance(found, Lever):
        used = [one.levers[lever] for one in scenario.uses if one.name == name and lever in one.levers]
        return Known(float, found.low, found.high, float((*used, found.rest)[0]))
    return Known(str, options=found.options)


def inputs_of(tables: Mapping[str, Any], scenario: Scenario, problems: Problems) -> list[Input]:
    """Return the inputs of a design: entries picked by pattern, then those with a table of their own."""
    own = dict(leaves(tables.get("inputs", {})))
    fixed = {key for key, _ in leaves(tables.get("fixed", {}))}
    picked = [key for key in _picked(tables, scenario, problems) if key not in fixed]
    reach = _reach(tables, problems)
    found = []
    for key in dict.fromkeys([*picked, *own]):
        at = f"inputs.{key}"
        fact = known(key, scenario, problems, at)
        if key in fixed:
            problems.add(key, "is both fixed and an input. Keep one.", at=at)
        elif fact is not None:
            near = fact if key in own else _part_of_range(fact, reach)
            spread = None if near is None else _spread(key, own.get(key, {}), near, problems)
            if spread is not None:
                found.append(Input(key, fact.kind, spread, fact.usual))
    return found


def _reach(tables: Mapping[str, Any], problems: Problems) -> float:
    """Return how far of the way to the ends of their ranges the inputs of ``every`` go."""
    reach = tables.get("reach", 1.0)
    if not _number(reach) or not 0 < reach <= 1:
        problems.add("reach", f"{shown(reach)} is not allowed. Write a number above 0, at most 1: the whole range.")
        return 1.0
    return float(reach)


def _part_of_range(fact: Known, reach: float) -> Known | None:
    """Return a number whose range ends earlier; None for a count that cannot move then."""
    if reach == 1.0:  # the ends themselves, to the last bit
        return fact
    low, high = (fact.usual + reach * (end - fact.usual) for end in (fact.low, fact.high))
    if fact.kind is int:
        low, high = float(round(low)), float(round(high))
    return replace(fact, low=low, high=high) if low < high else None


def _picked(tables: Mapping[str, Any], scenario: Scenario, problems: Problems) -> list[str]:
    """Return the uncertain numbers of the register that the patterns of ``every`` name and ``except`` does not."""
    numbers = {
        key
        for key, entry in scenario.parameters.items()
        if not isinstance(entry.value, (bool, str)) and entry.range[0] != entry.range[1]
    }
    chosen: set[str] = set()
    for word in ("every", "except"):
        patterns = tables.get(word, [])
        if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
            problems.add(word, 'must be a list of patterns in double quotes, for example ["firms.*", "steel.*"].')
            continue
        for pattern in patterns:
            fits = {key for key in numbers if fnmatchcase(key, pattern)}
            if not fits:
                near = did_you_mean(pattern, scenario.parameters)
                problems.add(word, f"{shown(pattern)} fits no number of the register.{near}")
            chosen = chosen | fits if word == "every" else chosen - fits
    return [key for key in scenario.parameters if key in chosen]


def _spread(key: str, table: Any, fact: Known, problems: Problems) -> Distribution | None:
    """Return how an input is spread, or None after noting what is wrong."""
    at = f"inputs.{key}"
    if isinstance(table, list):  # short for values = [...]
        table = {"values": table}
    if not isinstance(table, Mapping):
        problems.add(key, f"must be a table or a list of values. Write [{at}], with low and high or values.", at=at)
        return None
    noted = len(problems.messages)

    def add(word: str, message: str) -> None:
        problems.add(f"{key}.{word}", message, at=f"{at}.{word}")

    for word in table:
        if word not in WORDS:
            add(str(word), f"unknown key.{did_you_mean(str(word), WORDS)} An input may have {', '.join(WORDS)}.")
    numeric = fact.kind in (int, float)
    dist = table.get("dist", "choice" if "values" in table or not numeric else "uniform")
    if dist not in SPREADS:
        near = did_you_mean(str(dist), SPREADS)
        add("dist", f"unknown distribution {shown(dist)}.{near} Known: {', '.join(SPREADS)}.")
    elif dist == "choice":
        choice = _choice(table, fact, add)
        return choice if len(problems.messages) == noted else None
    elif not numeric:
        add("dist", f"{dist} is for numbers. Write values = [...] here.")
    else:
        spread = _range(dist, table, fact, add)
        return spread if len(problems.messages) == noted else None
    return None


def _choice(table: Mapping[str, Any], fact: Known, add: Callable[[str, str], None]) -> Distribution:
    """Return a choice among values; what is wrong with it is noted."""
    values = table.get("values", list(fact.options))
    weights = table.get("weights", [])
    if not isinstance(values, list) or not values:
        add("values", "is missing. Write a list of one value or more.")
        values = []
    if len({shown(one) for one in values}) < len(values):
        add("values", "has a value twice. Keep one; weights say how likely each is.")
    right = isinstance(weights, list) and all(_number(one) and one >= 0 for one in weights)
    if not right or (weights and (len(weights) != len(values) or not any(weights))):
        add("weights", "must be a list of numbers from 0, one for each value, not all 0.")
        weights = []
    for word in ("low", "high", "mode", "mean", "sd", "levels"):
        if word in table:
            add(word, "does not go with values. Keep either.")
    if fact.kind is float:
        values = [float(one) if _number(one) else one for one in values]
    return Choice(tuple(values), tuple(float(one) for one in weights))


def _range(dist: str, table: Mapping[str, Any], fact: Known, add: Callable[[str, str], None]) -> Distribution | None:
    """Return a distribution over a range; what is wrong with it is noted."""
    kind, needed = SPREADS[dist]
    usual = {"low": fact.low, "high": fact.high, "mode": fact.usual, "mean": fact.usual}
    for word in ("mode", "mean", "sd", "weights"):
        if word in table and word not in needed:
            add(word, f"does not go with {dist}. It needs {', '.join(('low', 'high', *needed))}.")
    numbers = {}
    for word in ("low", "high", *needed):
        value = table.get(word, usual.get(word))
        if value is None:
            add(word, f"is missing. A {dist} spread needs it.")
        elif not _number(value):
            add(word, f"{shown(value)} is not a number. Write an ordinary number without quotes.")
        elif fact.kind is int and word in ("low", "high") and value != int(value):
            add(word, f"{shown(value)} is not a whole number. Write one, as this is a count.")
        else:
            numbers[word] = float(value)
    if len(numbers) < 2 + len(needed):
        return None
    low, high = numbers["low"], numbers["high"]
    if low >= high:
        add("low", f"{low:g} is not below high = {high:g}. Write low < high, or fix the value under [fixed].")
    elif dist == "loguniform" and low <= 0:
        add("low", f"{low:g} has no logarithm. A loguniform spread begins above 0.")
    elif numbers.get("sd", 1.0) <= 0:
        add("sd", f"{numbers['sd']:g} must be above 0.")
    else:
        for word in ("mode", "mean"):
            if not low <= numbers.get(word, low) <= high:
                add(word, f"{numbers[word]:g} lies outside {low:g} to {high:g}.")
    return Whole(low, high) if kind is Uniform and fact.kind is int else kind(**numbers)


def refuse_idle_words(method: str, given: Mapping[str, Any], problems: Problems) -> None:
    """Note words of inputs that a method would not read: levels belong to a grid, and only there none is likelier."""
    word, why = ("weights", "takes each value once") if method == "grid" else ("levels", "draws its values")
    for key, table in leaves(given):
        if isinstance(table, Mapping) and word in table:
            message = f"is not for a {method} design, which {why}. Take it out."
            problems.add(f"{key}.{word}", message, at=f"inputs.{key}.{word}")


def levels_of(one: Input, tables: Mapping[str, Any], problems: Problems) -> list[float]:
    """Return the places of the levels that a grid gives to an input: of its values, or evenly over its range."""
    if isinstance(one.spread, Choice):
        count = len(one.spread.options)
        return [(place + 0.5) / count for place in range(count)]
    levels = dict(leaves(tables))[one.name].get("levels")
    if isinstance(levels, bool) or not isinstance(levels, int) or not 1 < levels <= MOST_LEVELS:
        said = "is missing" if levels is None else f"{shown(levels)} is not allowed"
        message = f"{said}. A grid needs levels = … (a whole number from 2) or values = [...]."
        problems.add(f"{one.name}.levels", message, at=f"inputs.{one.name}.levels")
        return [0.5]
    return [place / (levels - 1) for place in range(levels)]


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def listed_inputs(rows: Any, scenario: Scenario, problems: Problems) -> tuple[list[Input], list[list[Any]]]:
    """Return the inputs of listed rows and, input by input, their values; every row sets the same keys."""
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        problems.add("rows", "must be a list of tables. Write [[rows]] with the same keys in each.")
        return [], []
    flat = [dict(leaves(row)) for row in rows]
    names = list(dict.fromkeys(key for row in flat for key in row))
    inputs, values = [], []
    for key in names:
        fact = known(key, scenario, problems, f"rows.0.{key}")
        column: list[Any] = [row.get(key) for row in flat]
        for number, value in enumerate(column):
            if key not in flat[number]:
                problems.add(key, "is missing in this row. Every row sets the same keys.", at=f"rows.{number}")
            elif isinstance(value, (list, Mapping)):
                problems.add(key, f"must be one value, not {shown(value)}.", at=f"rows.{number}.{key}")
        if fact is not None:
            if fact.kind is float:
                column = [float(one) if _number(one) else one for one in column]
            inputs.append(Input(key, fact.kind, Choice(tuple(column))))
            values.append(column)
    return inputs, values
