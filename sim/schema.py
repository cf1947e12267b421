"""A JSON Schema of scenario files, so that editors complete and check them (TOML editors read JSON Schemas too)."""

from __future__ import annotations

from typing import Any

__all__ = ["schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MONTH = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$", "description": 'a month, "YYYY-MM"'}
TEXT = {"type": "string", "minLength": 1}


def schema() -> dict[str, Any]:
    """Return the schema, from the baseline's entries and the policies' levers.

    Examples
    --------
    >>> made = schema()
    >>> sorted(made["properties"])[:3]
    ['administration', 'base', 'buyer_collectors']
    """
    from sim.policies import catalogue
    from sim.scenario import Scenario

    rooms: dict[str, dict[str, Any]] = {}
    register = Scenario.load("baseline").parameters
    for address, entry in register.items():
        room, _, name = address.partition(".")
        rooms.setdefault(room, {})[name] = _entry(entry)
    return {
        "$schema": DIALECT,
        "title": "Kotabaja scenario",
        "description": "A scenario holds its differences from its base. A file without a base is a whole register.",
        "type": "object",
        "properties": {
            "base": {**TEXT, "description": "The scenario that this one changes, for example baseline.toml"},
            "reason": {**TEXT, "description": "Why the scenario differs from its base, with sources"},
            "policies": {
                "type": "object",
                "properties": {name: _uses(policy) for name, policy in catalogue().items()},
                "additionalProperties": False,
            },
            "events": {"type": "array", "items": _event(list(register)), "description": "Dated changes of entries"},
            **{room: _room(entries) for room, entries in rooms.items()},
        },
        "patternProperties": {"^(cluster|mill|buyer)_[a-z0-9_]+$": {"type": "object"}},
        "additionalProperties": False,
    }


def _room(entries: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": entries, "additionalProperties": False}


def _kind(value: object) -> dict[str, Any]:
    """Return the type of a value: yes or no, a whole number, a number, or a month."""
    if isinstance(value, bool):
        return {"type": "boolean"}
    return MONTH if isinstance(value, str) else {"type": "number"}


def _entry(entry: Any) -> dict[str, Any]:
    """Return the schema of one entry: its value within its range; a wider range names its source."""
    low, high = entry.range
    value = _kind(entry.value)
    if value["type"] == "number":
        value = {**value, "description": f"{entry.unit}; {low:g} to {high:g} unless the range is widened"}
    return {
        "type": "object",
        "description": f"{entry.meaning} [{entry.unit}]",
        "properties": {
            "value": {**value, "default": entry.value},
            "unit": {"const": entry.unit},
            "range": {"type": "array", "minItems": 2, "maxItems": 2},
            "source": TEXT,
            "meaning": TEXT,
        },
        "additionalProperties": False,
    }


def _lever(lever: Any) -> dict[str, Any]:
    """Return the schema of one lever."""
    if hasattr(lever, "options"):
        return {"enum": list(lever.options), "description": lever.meaning}
    said = f"{lever.meaning} [{lever.unit}]; at rest {lever.rest:g}"
    return {"type": "number", "minimum": lever.low, "maximum": lever.high, "description": said}


def _uses(policy: Any) -> dict[str, Any]:
    """Return the schema of the uses of one policy."""
    use = {
        "type": "object",
        "properties": {"from": MONTH, "to": MONTH, **{key: _lever(lever) for key, lever in policy.levers.items()}},
        "required": ["from", "to", *policy.levers],
        "additionalProperties": False,
    }
    return {"type": "array", "items": use, "minItems": 1, "description": f"{policy.title_en}: {policy.moves}"}


def _event(addresses: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"key": {"enum": addresses}, "value": {}, "from": MONTH, "to": MONTH, "reason": TEXT},
        "required": ["key", "value", "from", "reason"],
        "additionalProperties": False,
    }
