"""Two scenarios that stand on the same base, as one: the differences, policies and events of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from sim.core.events import Event
from sim.core.parameters import Parameter
from sim.core.register import Register
from sim.core.toml_lines import Problems, shown
from sim.core.uses import PolicyUse

__all__ = ["World", "joined"]


_ALONE = " Compare them one by one, or write the scenario of both yourself."


class World(Protocol):
    """What a scenario tells of itself here."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Every entry of its register."""

    @property
    def uses(self) -> tuple[PolicyUse, ...]:
        """The policies in force."""

    @property
    def events(self) -> tuple[Event, ...]:
        """The dated changes of entries."""


def joined(first: World, second: World, base: World) -> tuple[Register, tuple[PolicyUse, ...], tuple[Event, ...]]:
    """Return the register, uses and events of two scenarios together: those of the first and what the second adds.

    Parameters
    ----------
    first, second
        The scenarios.
    base
        What both stand on: only what differs from it is combined.

    Raises
    ------
    UserError
        Where the two cannot be true together: one entry with two values, one policy used in two ways, other members.
    """
    problems = Problems(f"{first.name} + {second.name}")
    for one in (first, second):
        if list(one.parameters) != list(base.parameters):
            problems.add(one.name, f"has other members or entries than {base.name}. Only values and policies combine.")
    problems.stop()
    register = dict(first.parameters)
    for address, entry in second.parameters.items():
        usual, other = base.parameters[address].value, register[address].value
        if entry.value == usual:
            continue
        if other not in (usual, entry.value):
            problems.add(address, f"is {shown(other)} in one and {shown(entry.value)} in the other.{_ALONE}")
        register[address] = entry
    uses, twice = _both([one.uses for one in (first, second, base)], "name")
    events, again = _both([one.events for one in (first, second, base)], "key")
    for key in (*(f"policies.{name}" for name in twice), *(f"events: {key}" for key in again)):
        problems.add(key, f"is set by both, in two ways.{_ALONE}")
    problems.stop()
    return register, uses, events


def _both(lists: list[tuple[Any, ...]], key: str) -> tuple[tuple[Any, ...], list[str]]:
    """Return what two scenarios and not their base have, after what both keep of it, and the keys of both."""
    first, second, base = lists
    own = [one for one in first if one not in base]
    new = [one for one in second if one not in base and one not in own]
    kept = [one for one in base if one in first and one in second]
    keys = {getattr(one, key) for one in own if one not in second}
    twice = dict.fromkeys(getattr(one, key) for one in new if getattr(one, key) in keys)
    return (*kept, *own, *new), list(twice)
