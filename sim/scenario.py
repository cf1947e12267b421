"""Scenarios: the register of the world, what a file changes in it, and the policies in force.

A scenario is read, checked and then never changes. Loading one waits for neither Mesa nor numba nor pandas.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim import policies
from sim.core.combine import joined
from sim.core.events import Event, events_of, in_force
from sim.core.parameters import Parameter, month_number, month_text
from sim.core.register import Shape, difference, shape_of, whole
from sim.core.rooms import Columns, Rooms, columns_of, parameters_of
from sim.core.shipped import found, is_file, label_of, names_in, shipped_in, spelled_out
from sim.core.toml_lines import Problems, did_you_mean, parse_settings, parse_value, read_toml, shown
from sim.core.uses import PolicyUse, set_lever, uses_of, written
from sim.errors import UserError

__all__ = [
    "PolicyUse",
    "Scenario",
    "check",
    "designs",
    "parse_settings",
    "parse_value",
    "shipped",
    "shipped_folder",
    "shipped_names",
]

FAMILIES = {"cluster_": 1, "mill_": 1, "buyer_": 1}  # and the fewest members a town may have
FIRST_OBSERVED, WARM_UP, OBSERVED = "time.first_observed", "time.warm_up_months", "time.observed_months"
WORDS = ("base", "reason", "policies", "events")
# What is read only when the town is built, so that no event can change it later: rooms or families, and names.
AT_THE_START = {
    "time": ("*",),
    "town": ("*",),
    "relief": ("*",),
    "firms": ("town_cash_jt_t", "start_steel", "start_age_months"),
    "cluster_": ("local",),
    "mill_": ("partner_outside",),
    "buyer_": ("number", "spread", "slots", "shelf_quota"),
}


@dataclass(frozen=True, eq=False)
class Scenario(Rooms):
    """A whole world to run: every parameter, and the policies in force. Equal when their content is equal."""

    families = FAMILIES

    name: str
    path: Path
    reason: str
    parameters: Mapping[str, Parameter]
    uses: tuple[PolicyUse, ...]
    changes: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    @classmethod
    def load(cls, path_or_name: str | os.PathLike[str], *, schema: Mapping[str, Parameter] | None = None) -> Scenario:
        """Read and check a scenario file, or a shipped scenario by name.

        ``schema`` replaces the shipped baseline as the measure of a whole register.
        """
        path, label = found(path_or_name, _folder())
        register, uses, reason, events = _read(path, label, schema, ())
        return cls(path.stem, path, reason, register, uses, events=events)

    @classmethod
    def load_all(cls, names: Sequence[str]) -> list[Scenario]:
        """Read and check several scenarios by path, name or pattern (``policies/*``)."""
        return [cls.load(one) for one in spelled_out(names, _folder())]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", MappingProxyType(dict(self.parameters)))
        object.__setattr__(self, "changes", MappingProxyType(dict(self.changes)))

    def __reduce__(self) -> tuple[Any, ...]:
        # Columns travel to other processes in a third of the time that the entries one by one take.
        parts = (
            self.name,
            self.path,
            self.reason,
            columns_of(self.parameters),
            self.uses,
            dict(self.changes),
            self.events,
        )
        return _unpacked, parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @property
    def policies(self) -> tuple[str, ...]:
        """The names of the policies in force, in the file's order."""
        return tuple(dict.fromkeys(use.name for use in self.uses))

    @property
    def first_month(self) -> str:
        """The first simulated month, where the warm-up begins: month 1 of a run."""
        return month_text(_window(self.parameters)[0])

    @property
    def months(self) -> int:
        """The number of simulated months, warm-up included."""
        first, last = _window(self.parameters)
        return last - first + 1

    @cached_property
    def fingerprint(self) -> str:
        """A hash of every value and policy, whatever the files, sources and words around them."""
        values = {
            address: one.value if isinstance(one.value, (bool, str)) else float(one.value)
            for address, one in self.parameters.items()
        }
        content = {
            "values": values,
            # the order of members counts: it is their place in every table and draw
            "members": [room for room in self._rooms if room.startswith(tuple(FAMILIES))],
            "uses": [(use.name, use.levers, use.first, use.last) for use in self.uses],
            "events": [(event.key, event.value, event.first, event.last) for event in self.events],
        }
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def dated(self) -> dict[int, Scenario]:
        """Return the scenario as it stands from each month of the run in which an event begins or ends."""
        first, last = _window(self.parameters)
        turns = {number for event in self.events for number in (event.months[0], event.months[1] + 1)}
        found = {}
        for number in sorted(turn for turn in turns if first <= turn <= last):
            values = in_force(self.events, int(number))
            register = dict(self.parameters)
            for address, value in values.items():
                register[address] = replace(register[address], value=value)
            found[int(number) - first + 1] = Scenario(self.name, self.path, self.reason, register, self.uses)
        return found

    def changed(self, settings: Mapping[str, Any]) -> Scenario:
        """Return this scenario with other values, checked like the file.

        Keys are dotted keys of a scenario file: ``room.name``, ``policies.NAME.LEVER`` or
        ``policies.NAME.from``; where a policy is used several times, ``policies.NAME.0.LEVER`` is the first.
        """
        problems = Problems(f"{self.name} (changed)")
        tables: dict[str, dict[str, dict[str, Any]]] = {}
        given = written(self.uses)
        # numpy's numbers come from designs of sweeps
        plain = {
            str(key): value.item() if getattr(value, "shape", None) == () else value for key, value in settings.items()
        }
        for key, value in plain.items():
            match key.split("."):
                case ["policies", name, *index, lever] if len(index) <= 1 and name and lever:
                    set_lever(given.setdefault(name, []), key, index, lever, value=value, problems=problems)
                case [room, name, *rest] if room not in WORDS and len(rest) <= 1:
                    tables.setdefault(room, {}).setdefault(name, {})[rest[0] if rest else "value"] = value
                case _:
                    near = did_you_mean(key, self.parameters)
                    problems.add(key, f"cannot be set.{near} Write room.name or policies.NAME.LEVER.")
        problems.stop()
        register = difference(tables, self.parameters, FAMILIES, problems)
        same = given == written(self.uses) and "time" not in tables
        uses = _settle(register, given, problems, self.uses if same else None)
        return Scenario(self.name, self.path, self.reason, register, uses, {**self.changes, **plain}, self.events)

    def combined(self, other: Scenario, base: Scenario) -> Scenario:
        """Return one scenario with what this and another change of a common base; refused where the two conflict."""
        register, uses, events = joined(self, other, base)
        name, reason = f"{self.name} + {other.name}", f"{self.name} and {other.name} together."
        return Scenario(name, self.path, reason, register, uses, {**self.changes, **other.changes}, events)

    def at_rest(self) -> Scenario:
        """Return this scenario with every lever at its rest value; policies and dates stay."""
        uses = tuple(use.at_rest(_levers()[use.name]) for use in self.uses)
        return Scenario(self.name, self.path, self.reason, self.parameters, uses, self.changes, self.events)


def _unpacked(name: str, path: Path, reason: str, columns: Columns, *rest: Any) -> Scenario:
    return Scenario(name, path, reason, parameters_of(columns), *rest)


def _levers() -> dict[str, Any]:
    return {name: policy.levers for name, policy in policies.catalogue().items()}


def _window(register: Mapping[str, Parameter]) -> tuple[int, int]:
    """Return the month numbers of the first and the last simulated month."""
    observed = month_number(str(register[FIRST_OBSERVED].value))
    return observed - int(register[WARM_UP].value), observed + int(register[OBSERVED].value) - 1


def _check_town(register: Mapping[str, Parameter], problems: Problems) -> None:
    """Note what only the whole register can show."""
    for address in (FIRST_OBSERVED, WARM_UP, OBSERVED):
        if address not in register:
            problems.add(address, "is missing. Every register says when it begins and how long it runs.")
        elif address != FIRST_OBSERVED and not isinstance(register[address].value, int):
            problems.add(address, "must be whole months. Write a whole number.", at=f"{address}.value")
    local = [
        parameter.room
        for address, parameter in register.items()
        if address.startswith("cluster_") and address.endswith(".local") and parameter.value is True
    ]
    if not local:
        problems.add("cluster_NAME.local", "no cluster is local; exactly one must be. Set it to true in one.")
    elif len(local) > 1:
        names = ", ".join(local)
        problems.add(f"{local[-1]}.local", f"{names} are local; exactly one must be. Set local = false in others.")


def _settle(
    register: Mapping[str, Parameter],
    given: Any,
    problems: Problems,
    settled: tuple[PolicyUse, ...] | None = None,
) -> tuple[PolicyUse, ...]:
    """Check what spans the whole register, and the policies; refuse what is wrong, else return the uses."""
    if not problems:
        _check_town(register, problems)
    if settled is None:
        timeless = any(address not in register for address in (FIRST_OBSERVED, WARM_UP, OBSERVED))
        # Without a policy in the file the modules of policies are not even imported.
        idle = timeless or given == {}
        settled = () if idle else uses_of(given, _levers(), _window(register), problems)
    problems.stop()
    return settled


def _read(
    path: Path, label: str, schema: Mapping[str, Parameter] | None, above: tuple[Path, ...]
) -> tuple[Mapping[str, Parameter], tuple[PolicyUse, ...], str, tuple[Event, ...]]:
    """Return the parameters, uses, reason and events of a file, on top of its base where it has one."""
    tables, problems = read_toml(path, label)
    if not tables:
        message = f'{label}: is empty. Begin with base = "baseline.toml" and a reason, then the differences.'
        raise UserError(message)
    rooms = {key: table for key, table in tables.items() if key not in WORDS}
    for key in [key for key, table in rooms.items() if not isinstance(table, Mapping)]:
        listed = isinstance(rooms.pop(key), list)
        said = f"unknown {'list of tables' if listed else 'key'}.{did_you_mean(key, WORDS)}"
        problems.add(key, f"{said} Allowed at the top are {', '.join(WORDS)} and rooms: [room.name].")
    reason = tables.get("reason", "")
    if not isinstance(reason, str) or ("base" in tables and not reason.strip()):
        problems.add("reason", "is missing or empty. Say in double quotes why the scenario differs from its base.")
    register: Mapping[str, Parameter]
    given = tables.get("policies", {})
    earlier: tuple[Event, ...] = ()
    if "base" in tables:
        below, base_label = _base_of(tables["base"], path, above, problems)
        before, uses, _, earlier = _read(below, base_label, schema, (*above, path.resolve()))
        register = difference(rooms, before, FAMILIES, problems)
        given = written(uses) | given if isinstance(given, dict) else given
    elif problems:
        register = {}
    else:
        register = whole(rooms, _measure(path, schema), FAMILIES, problems)
    uses = _settle(register, given, problems)
    events = earlier
    if "events" in tables:
        events = events_of(tables["events"], register, AT_THE_START, _window(register), problems, earlier)
        problems.stop()
    return register, uses, str(reason).strip(), events


def _base_of(base: Any, path: Path, above: tuple[Path, ...], problems: Problems) -> tuple[Path, str]:
    """Return the file a scenario stands on: beside it, or shipped."""
    if not isinstance(base, str) or not base.strip():
        problems.refuse("base", 'must name a file in double quotes, for example "baseline.toml".')
    beside = path.parent / base
    below = beside if is_file(beside) else shipped(base)
    if below is None:
        names = ", ".join(shipped_names())
        beside_it = [other.stem for other in path.parent.glob("*.toml") if other != path]
        near = did_you_mean(base.removesuffix(".toml"), [*shipped_names(), *beside_it])
        said = f"{shown(base)} is neither a file beside this one nor a shipped scenario.{near}"
        problems.refuse("base", f"{said} Shipped are {names}.")
    if below.resolve() in (*above, path.resolve()):
        problems.refuse("base", f"{shown(base)} leads back to this file. Name a base that does not stand on it.")
    return below, label_of(below)


def _measure(path: Path, schema: Mapping[str, Parameter] | None) -> Shape | None:
    """Return the shape a whole register must have: that of ``schema``, else of the shipped baseline."""
    if schema is None:
        baseline, _ = found("baseline", _folder())
        if path.resolve() == baseline.resolve():
            return None
        schema = _read(baseline, label_of(baseline), None, ())[0]
    return shape_of(schema, FAMILIES) or None


def _folder() -> Path:
    """Return the folder of shipped scenarios: inside the package when installed, beside it in a checkout."""
    here = Path(__file__).parent
    return here / "scenarios" if (here / "scenarios").is_dir() else here.parent / "scenarios"


def designs() -> Path:
    """Return the folder of the designs of sweeps that are shipped beside the scenarios."""
    return _folder() / "sweeps"


def shipped_folder() -> Path:
    """Return the folder of what is shipped with the program."""
    return _folder()


def shipped_names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return names_in(_folder())


def shipped(name: str) -> Path | None:
    """Return the file of a shipped scenario, or None."""
    return shipped_in(_folder(), name)


def check(path_or_name: str | os.PathLike[str], *, schema: Mapping[str, Parameter] | None = None) -> list[str]:
    """Return every problem of a scenario file, one message each; an empty list when it is fine."""
    try:
        Scenario.load(path_or_name, schema=schema)
    except UserError as error:
        return str(error).splitlines()
    return []
