"""What a policy is: levers, dates, a purse, and the moments at which it acts.

One file a policy. Saving ``sim/policies/NAME.py`` with one subclass of :class:`Policy` adds the policy ``NAME``:
nothing else lists it. A policy has no defaults: a scenario sets every lever and both dates.

A policy may touch skill, quality, visibility, gates, prices, cash and steel. It never writes orders, sales, share or
profit: those must follow.
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from sim.errors import UserError

__all__ = ["Choice", "Lever", "Policy", "add", "catalogue", "named"]


class _Declared:
    """What a lever shares: on a policy in force, the attribute is the scenario's value."""

    def __get__(self, policy: Any, owner: type | None = None) -> Any:
        """Return the declaration from the class; a policy in force holds the value itself."""
        if policy is not None:
            message = "the policy has no value for this lever"
            raise AttributeError(message)
        return self


@dataclass(frozen=True)
class Lever(_Declared):
    """A number that government chooses: unit, range, the value at which it does nothing, and its meaning."""

    unit: str
    low: float
    high: float
    rest: float
    meaning: str

    @property
    def allowed(self) -> str:
        """Say what may be written, for messages and tables."""
        return f"{self.low:g} to {self.high:g} {self.unit}"

    def refuses(self, value: Any) -> bool:
        """Tell whether ``value`` is not a number inside the range."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return not (number and self.low <= value <= self.high)


@dataclass(frozen=True)
class Choice(_Declared):
    """A lever that picks one named rule (for example how firms are selected)."""

    options: tuple[str, ...]
    rest: str
    meaning: str
    unit: str = "rule"

    @property
    def allowed(self) -> str:
        """Say what may be written, for messages and tables."""
        return "one of " + ", ".join(f'"{option}"' for option in self.options)

    def refuses(self, value: Any) -> bool:
        """Tell whether ``value`` is none of the options."""
        return value not in self.options


class Policy:
    """One programme or regulation in force between two months.

    A subclass declares its levers as class attributes, says in words what it moves, how that fades and on what
    evidence, names the unit costs it pays (addresses of the register) and the recorded constraints it eases, and
    overrides the moments it needs. Instances belong to one run; they hold lever values as attributes of the same
    names, ``first`` and ``last`` (months of the run, inclusive), and their own purse.
    """

    title_en: ClassVar[str] = ""
    title_id: ClassVar[str] = ""
    in_report: ClassVar[bool] = False
    moves: ClassVar[str] = ""
    fades: ClassVar[str] = ""
    evidence: ClassVar[str] = ""
    unit_costs: ClassVar[tuple[str, ...]] = ()
    eases: ClassVar[tuple[int, ...]] = ()
    levers: ClassVar[dict[str, Lever | Choice]] = {}
    name: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Collect the levers, in the order they are written."""
        super().__init_subclass__(**kwargs)
        own = {key: value for key, value in vars(cls).items() if isinstance(value, (Lever, Choice))}
        cls.levers = {**cls.levers, **own}
        cls.name = vars(cls).get("name", cls.__module__.rsplit(".", 1)[-1])

    def __init__(self, first: int, last: int, **levers: Any) -> None:
        """Take the dates as months of the run and the value of every lever."""
        self.first, self.last = first, last
        for key in self.levers:
            setattr(self, key, levers[key])

    # The moments, in the order of the month. The base policy does nothing at any of them.

    def begin(self, town: Any) -> None:
        """Act once, in the first month in force, before anything else."""

    def set_rules(self, town: Any) -> None:
        """Set gates, reserved shares, prices or any register entry for this month.

        ``town.kinds``, ``town.clusters``, ``town.mills``, ``town.p_firms``, ``town.p_market`` and ``town.p_steel`` are
        the register as the month's rules read it. What is changed there lapses by itself at the month's end, and so
        does what ``town.for_this_month`` sets in rows of firms, buyers or cooperatives.
        """

    def deliver(self, town: Any) -> None:
        """Select firms, spend money and staff, and deliver help."""

    def look_back(self, town: Any) -> None:
        """Act after the month's sales and payments (approvals, expiry, costs of a regulation)."""

    def end(self, town: Any) -> None:
        """Act once, at the end of the last month in force, unless another use of the policy follows at once."""


@cache
def catalogue() -> dict[str, type[Policy]]:
    """Return every policy by name, in alphabetical order, found by reading the folder."""
    found = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__)):
        if module.startswith("_"):
            continue
        members = vars(importlib.import_module(f"{__name__}.{module}")).values()
        classes = [
            member
            for member in members
            if isinstance(member, type) and issubclass(member, Policy) and member.name == module
        ]
        if len(classes) != 1:
            message = f"sim/policies/{module}.py must define exactly one Policy, found {len(classes)}"
            raise TypeError(message)
        found[module] = classes[0]
    return found


def add(policy: type[Policy]) -> None:
    """Add a policy that is no file, with a ``name`` of its own, for as long as this process lives: for notebooks."""
    known = catalogue().get(policy.name)
    if not policy.name.isidentifier() or policy.name.startswith("_"):
        message = f'{policy.__name__} needs a name. Write name = "grant" or the like in the class.'
        raise UserError(message)
    if known and known.__module__.startswith(__name__):
        message = f"{policy.name} is a policy already, in sim/policies/{policy.name}.py. Choose another name."
        raise UserError(message)
    catalogue()[policy.name] = policy


def named(name: str) -> type[Policy]:
    """Return a policy by name; one that was added in another process is not known in this one."""
    if name not in catalogue():
        message = f"{name} is no file of sim/policies, so only the process that added it knows it. Use workers=1."
        raise UserError(message)
    return catalogue()[name]
