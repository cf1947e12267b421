"""Events: dated changes of register entries (a tax, a price, an outage, a rule), written in a scenario, no code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.core.entry import checked
from sim.core.parameters import Parameter, Value, month_number, month_text
from sim.core.toml_lines import Problems, did_you_mean, shown

__all__ = ["Event", "events_of", "in_force"]

KEYS = ("key", "value", "from", "to", "reason")
OPTIONAL = "to"


@dataclass(frozen=True)
class Event:
    """A register entry that has another value from month ``first`` to month ``last`` (``YYYY-MM``, inclusive).

    ``last`` is empty when the change is for good.
    """

    key: str
    value: Value
    first: str
    last: str
    reason: str

    @property
    def months(self) -> tuple[float, float]:
        """The month numbers of the first and the last month; infinity when it is for good."""
        return month_number(self.first), month_number(self.last) if self.last else float("inf")


def in_force(events: Sequence[Event], month: int) -> dict[str, Value]:
    """Return the values that events give to entries in a month (a month number).

    Examples
    --------
    >>> tax = Event("firms.energy_jt_t", 1.4, "2025-01", "2025-06", "a tax")
    >>> in_force([tax], month_number("2025-06")), in_force([tax], month_number("2025-07"))
    ({'firms.energy_jt_t': 1.4}, {})
    """
    return {event.key: event.value for event in events if event.months[0] <= month <= event.months[1]}


def events_of(
    given: Any,
    register: Mapping[str, Parameter],
    fixed: Mapping[str, tuple[str, ...]],
    window: tuple[int, int],
    problems: Problems,
    earlier: Sequence[Event] = (),
) -> tuple[Event, ...]:
    """Return the events that a file describes, after those of its base; what is wrong with them is noted.

    Parameters
    ----------
    given : list of mapping
        Each with ``key``, ``value``, ``from``, ``reason`` and, unless the change is for good, ``to``.
    register : mapping
        The entries that may change, with their units and ranges.
    fixed : mapping
        Rooms or families (prefixes) -> names that are read only when the town is built; ``("*",)`` for all.
    window : tuple of int
        Month numbers of the first and the last simulated month.
    problems : Problems
        Where problems are noted.
    earlier : sequence of Event
        The events of the base.

    Examples
    --------
    >>> wear = Parameter("firms.wear", 0.01, "per month", (0.0, 0.02), "a survey, 2021", "Wear")
    >>> table = {"key": "firms.wear", "value": 0.02, "from": "2024-01", "reason": "rust"}
    >>> events_of([table], {"firms.wear": wear}, {}, (24240, 24350), Problems("town.toml"))
    (Event(key='firms.wear', value=0.02, first='2024-01', last='', reason='rust'),)
    """
    if not isinstance(given, (list, tuple)) or not all(isinstance(table, Mapping) for table in given):
        problems.add("events", "must be a list of tables. Write [[events]] with double brackets.")
        return tuple(earlier)
    found = list(earlier)
    for number, table in enumerate(given):
        event = _event(table, f"events.{number}", register, fixed, window, problems)
        if event:
            for other in found:
                if other.key == event.key and _overlap(other, event):
                    said = f"{event.key} is also changed from {other.first} to {other.last or 'the end'}."
                    problems.add(f"events.{number}.from", f"{said} Changes of one entry follow each other: move one.")
            found.append(event)
    return tuple(found)


def _overlap(one: Event, other: Event) -> bool:
    return max(one.months[0], other.months[0]) <= min(one.months[1], other.months[1])


def _event(
    table: Mapping[str, Any],
    at: str,
    register: Mapping[str, Parameter],
    fixed: Mapping[str, tuple[str, ...]],
    window: tuple[int, int],
    problems: Problems,
) -> Event | None:
    """Return one event, or None after noting what is wrong."""
    noted = len(problems.messages)
    for name in table:
        if name not in KEYS:
            problems.add(f"{at}.{name}", f"unknown key.{did_you_mean(str(name), KEYS)} An event has {', '.join(KEYS)}.")
    for name in KEYS:
        if name not in table and name != OPTIONAL:
            problems.add(f"{at}.{name}", "is missing. An event has key, value, from, reason and, to end it, to.", at=at)
    if len(problems.messages) > noted:
        return None
    key, reason = table["key"], table["reason"]
    if not isinstance(reason, str) or not reason.strip():
        problems.add(f"{at}.reason", "is empty. Say in double quotes what happens, and the source.")
    if key not in register:
        problems.add(f"{at}.key", f"{shown(key)} is no entry of the register.{did_you_mean(str(key), register)}")
        return None
    if _is_fixed(key, fixed):
        problems.add(f"{at}.key", f"{key} is read only when the town is built: a change later would do nothing.")
    else:
        _check_value(key, table["value"], at, register[key], problems)
    months = [_month(table[name], f"{at}.{name}", problems) for name in ("from", "to") if name in table]
    if None not in months:
        first, last = months[0] or 0, months[-1] if len(months) > 1 else None
        if last is not None and first > last:
            problems.add(
                f"{at}.to", f"{shown(table['to'])} is before from = {shown(table['from'])}. Write a later month."
            )
        if not window[0] <= first <= window[1]:
            span = f"{month_text(window[0])} to {month_text(window[1])}"
            problems.add(
                f"{at}.from", f"{shown(table['from'])} is outside the simulated months {span}. Write one of these."
            )
    if len(problems.messages) > noted:
        return None
    return Event(key, table["value"], table["from"], table.get("to", ""), reason.strip())


def _is_fixed(key: str, fixed: Mapping[str, tuple[str, ...]]) -> bool:
    room, _, name = key.partition(".")
    return any(
        (room == where or (where.endswith("_") and room.startswith(where))) and (name in names or "*" in names)
        for where, names in fixed.items()
    )


def _check_value(key: str, value: Any, at: str, before: Parameter, problems: Problems) -> None:
    """Note a value that the entry may not have."""
    own = Problems(problems.label)
    checked(key, {"value": value}, own, before=before)
    for message in own.messages:
        problems.add(f"{at}.value", message.removeprefix(f"{problems.label}: "))


def _month(value: Any, key: str, problems: Problems) -> int | None:
    try:
        return month_number(value)
    except (TypeError, ValueError):
        problems.add(
            key, f'{shown(value)} is not a month. Write "YYYY-MM" in double quotes, with a month from 01 to 12.'
        )
        return None
