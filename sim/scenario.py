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

from sim.core.combine import joined
from sim.core.events import Event, in_force
from sim.core.parameters import Parameter, month_text
from sim.core.register import difference
from sim.core.rooms import Columns, Rooms, columns_of, parameters_of
from sim.core.shipped import found, spelled_out
from sim.core.toml_lines import Problems, did_you_mean, parse_settings, parse_value
from sim.core.uses import PolicyUse, set_lever, written
from sim.errors import UserError
from sim.scenario_file import (
    FAMILIES,
    WORDS,
    designs,
    levers,
    read_scenario,
    settle,
    shipped,
    shipped_folder,
    shipped_names,
    window,
)

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
        path, label = found(path_or_name, shipped_folder())
        register, uses, reason, events = read_scenario(path, label, schema, ())
        return cls(path.stem, path, reason, register, uses, events=events)

    @classmethod
    def load_all(cls, names: Sequence[str]) -> list[Scenario]:
        """Read and check several scenarios by path, name or pattern (``policies/*``)."""
        return [cls.load(one) for one in spelled_out(names, shipped_folder())]

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
        return month_text(window(self.parameters)[0])

    @property
    def months(self) -> int:
        """The number of simulated months, warm-up included."""
        first, last = window(self.parameters)
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
        first, last = window(self.parameters)
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
        uses = settle(register, given, problems, self.uses if same else None)
        return Scenario(self.name, self.path, self.reason, register, uses, {**self.changes, **plain}, self.events)

    def combined(self, other: Scenario, base: Scenario) -> Scenario:
        """Return one scenario with what this and another change of a common base; refused where the two conflict."""
        register, uses, events = joined(self, other, base)
        name, reason = f"{self.name} + {other.name}", f"{self.name} and {other.name} together."
        return Scenario(name, self.path, reason, register, uses, {**self.changes, **other.changes}, events)

    def at_rest(self) -> Scenario:
        """Return this scenario with every lever at its rest value; policies and dates stay."""
        uses = tuple(use.at_rest(levers()[use.name]) for use in self.uses)
        return Scenario(self.name, self.path, self.reason, self.parameters, uses, self.changes, self.events)


def _unpacked(name: str, path: Path, reason: str, columns: Columns, *rest: Any) -> Scenario:
    return Scenario(name, path, reason, parameters_of(columns), *rest)


def check(path_or_name: str | os.PathLike[str], *, schema: Mapping[str, Parameter] | None = None) -> list[str]:
    """Return every problem of a scenario file, one message each; an empty list when it is fine."""
    try:
        Scenario.load(path_or_name, schema=schema)
    except UserError as error:
        return str(error).splitlines()
    return []
