"""Checking one entry of a register: its fields, unit, range, value, source and meaning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.core.parameters import ASSUMPTION, NEVER_NEGATIVE, UNITS, Parameter, Value, is_month
from sim.core.toml_lines import Problems, did_you_mean, shown

__all__ = ["FIELDS", "checked"]

FIELDS = ("value", "unit", "range", "source", "meaning")
LARGEST = 1e300
Limits = tuple[Value, Value]
_NEEDED = {
    "source": 'Name where the value comes from, or write "assumption: " and the reason.',
    "meaning": "Say in a few words what the value is.",
}


def checked(
    address: str, table: Any, problems: Problems, unit: str | None = None, before: Parameter | None = None
) -> Parameter | None:
    """Return the parameter that a table describes, or None after noting what is wrong with it.

    Parameters
    ----------
    address : str
        ``room.name``.
    table : object
        What the file holds at that address.
    problems : Problems
        Where problems are noted.
    unit : str, optional
        The unit that the entry must have.
    before : Parameter, optional
        The entry that the table changes; what the table does not say is taken from it.

    Examples
    --------
    >>> problems = Problems("town.toml")
    >>> wear = Parameter("firms.wear", 0.01, "per month", (0.0, 0.02), "a survey, 2021", "Wear")
    >>> checked("firms.wear", {"value": 0.015}, problems, before=wear).value
    0.015
    >>> checked("firms.wear", {"vlaue": 0.015}, problems, before=wear)
    >>> problems.messages[0][:64]
    'town.toml: firms.wear.vlaue: unknown key. Did you mean "value"? '
    """
    noted = len(problems.messages)
    if not isinstance(table, Mapping):
        problems.add(address, f"must be a table. Write [{address}] with a line each for {', '.join(FIELDS)}.")
        return None
    offered = ""
    for key in table:
        if key not in FIELDS:
            near = did_you_mean(str(key), FIELDS)
            offered += near
            problems.add(f"{address}.{key}", f"unknown key.{near} An entry has {', '.join(FIELDS)}.")
    for key in FIELDS if before is None else ("value",):
        if key not in table and f'"{key}"' not in offered:
            needed = _NEEDED.get(key, f"Write {key} = … below [{address}].")
            problems.add(f"{address}.{key}", f"is missing. {needed}")
    if len(problems.messages) > noted:
        return None
    entry = {key: getattr(before, key) for key in FIELDS} | dict(table) if before else dict(table)
    for key, needed in _NEEDED.items():
        _check_text(f"{address}.{key}", entry[key], needed, problems)
    wanted = unit or (before.unit if before else None)
    if not _check_unit(f"{address}.unit", entry["unit"], wanted, problems):
        return None
    limits = _range(f"{address}.range", entry["range"], entry["unit"], problems)
    if before and limits and "range" in table and "source" not in table:
        _check_widened(f"{address}.range", limits, before.range, problems)
    _check_value(address, entry["value"], entry["unit"], limits, problems)
    if limits is None or len(problems.messages) > noted:
        return None
    value = _plain(entry["value"], entry["unit"])
    return Parameter(address, value, entry["unit"], limits, entry["source"].strip(), entry["meaning"].strip())


def _check_text(key: str, text: Any, needed: str, problems: Problems) -> None:
    if not isinstance(text, str):
        problems.add(key, f"{shown(text)} is not text. {needed} Text stands in double quotes.")
    elif not text.strip():
        problems.add(key, f"is empty. {needed}")
    elif text.strip().lower() == ASSUMPTION:
        problems.add(key, 'says "assumption:" but not why. Write the reason after it.')
    elif "\n" in text.strip():
        problems.add(key, "has more than one line. Write it on one line.")


def _check_unit(key: str, unit: Any, wanted: str | None, problems: Problems) -> bool:
    if not isinstance(unit, str) or unit not in UNITS:
        near = did_you_mean(unit, UNITS) if isinstance(unit, str) else ""
        problems.add(key, f"unknown unit {shown(unit)}.{near} Known units: {', '.join(UNITS)}.")
    elif wanted is not None and unit != wanted:
        problems.add(key, f'must be "{wanted}" here, not {shown(unit)}. Convert the value and keep the unit.')
    else:
        return True
    return False


def _wrong_kind(value: Any, unit: str) -> str:
    """Say why ``value`` cannot be a value of this unit, or nothing."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if unit == "yes/no":
        return "" if isinstance(value, bool) else "is not true or false; write one of them without quotes"
    if unit == "month":
        wrong = 'is not a month; write "YYYY-MM" in double quotes, with a month from 01 to 12'
        return "" if is_month(value) else wrong
    if not number:
        return f"is not a number; write a number ({unit}) without quotes"
    if not abs(value) <= LARGEST:  # also true for not-a-number
        return f"is not a finite number; write an ordinary number ({unit})"
    if unit == "count" and isinstance(value, float):
        return "is not a whole number; write one without a decimal point"
    return ""


def _range(key: str, given: Any, unit: str, problems: Problems) -> Limits | None:
    example = {"yes/no": "[false, true]", "month": '["2023-06", "2024-12"]'}.get(unit, "[lowest, highest]")
    if not isinstance(given, (list, tuple)) or len(given) != len(("low", "high")):
        problems.add(key, f"must be a list of two: {example}.")
        return None
    for end in given:
        if wrong := _wrong_kind(end, unit):
            problems.add(key, f"{shown(end)} {wrong}. Write the range as {example}.")
            return None
    low, high = given
    if low > high or (unit == "yes/no" and low == high):
        problems.add(key, f"goes from {shown(low)} down to {shown(high)}. Write the range as {example}.")
        return None
    if unit in NEVER_NEGATIVE and low < 0:
        problems.add(key, f"begins at {shown(low)}, but {unit} cannot be negative. Begin it at 0 or above.")
        return None
    return _plain(low, unit), _plain(high, unit)


def _check_widened(key: str, new: Limits, old: Limits, problems: Problems) -> None:
    if not _within(new[0], old) or not _within(new[1], old):
        was = f"{shown(old[0])} to {shown(old[1])}"
        problems.add(key, f"is wider than before ({was}). Add source = … and say why.")


def _check_value(address: str, value: Any, unit: str, limits: Limits | None, problems: Problems) -> None:
    if wrong := _wrong_kind(value, unit):
        allowed = f" Allowed: {shown(limits[0])} to {shown(limits[1])}." if limits and unit != "yes/no" else ""
        problems.add(address, f"{shown(value)} {wrong}.{allowed}", at=f"{address}.value")
    elif limits and not _within(value, limits):
        measured = shown(value) if unit in ("month", "count") else f"{shown(value)} {unit}"
        problems.add(
            address,
            f"{measured} is outside its range {shown(limits[0])} to {shown(limits[1])}."
            " Change the value, or widen the range and name the source.",
            at=f"{address}.value",
        )


def _within(value: Any, limits: Limits) -> bool:
    low, high = limits
    return bool(low <= value <= high)


def _plain(value: Any, unit: str) -> Value:
    """Return a value in the one type of its unit, so that 5 and 5.0 are the same world."""
    if isinstance(value, (bool, str)) or (isinstance(value, int) and unit == "count"):
        return value
    number = float(value) + 0.0  # also turns -0.0 into 0.0
    return int(number) if unit == "months" and number.is_integer() else number
