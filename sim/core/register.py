"""A register: every number of a world at its address, checked against the shape of another register.

Rooms with fixed names stand once. A *family* is a kind of room with one room a member (prefix, then the
member's name); all members of a family carry the same names. This module knows the shape, never what the
rooms are about.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sim.core.entry import checked
from sim.core.parameters import Parameter
from sim.core.toml_lines import Problems, did_you_mean

__all__ = ["Families", "Register", "Shape", "difference", "family_of", "rooms_of", "shape_of", "whole"]

Register = dict[str, Parameter]
Families = Mapping[str, int]  # prefix of the family -> the fewest members a register may have
Shape = dict[str, dict[str, str]]  # room or family prefix -> name -> unit
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MOST_NAMES = 12  # that a message lists
_ALMOST = 0.5  # a file with less than this part of the entries was never meant as a whole register


def family_of(room: str, families: Iterable[str]) -> str:
    """Return the prefix of the family that a room belongs to, or nothing.

    Examples
    --------
    >>> family_of("cluster_tegal", ["cluster_"]), family_of("firms", ["cluster_"])
    ('cluster_', '')
    """
    return next((prefix for prefix in families if room.startswith(prefix) and room != prefix), "")


def rooms_of(register: Mapping[str, Parameter]) -> dict[str, dict[str, Parameter]]:
    """Return the entries by room and name, in the register's order.

    Examples
    --------
    >>> wear = Parameter("firms.wear", 0.01, "per month", (0.0, 0.02), "a survey, 2021", "Wear")
    >>> list(rooms_of({"firms.wear": wear})["firms"])
    ['wear']
    """
    rooms: dict[str, dict[str, Parameter]] = {}
    for address, parameter in register.items():
        room, _, name = address.partition(".")
        rooms.setdefault(room, {})[name] = parameter
    return rooms


def shape_of(register: Mapping[str, Parameter], families: Families) -> Shape:
    """Return names and units by room, and by prefix for the members of a family.

    Examples
    --------
    >>> firms = Parameter("cluster_tegal.firms", 450, "count", (0, 900), "a census, 2020", "Firms")
    >>> shape_of({"cluster_tegal.firms": firms}, {"cluster_": 1})
    {'cluster_': {'firms': 'count'}}
    """
    shape: Shape = {}
    for room, entries in rooms_of(register).items():
        units = {name: parameter.unit for name, parameter in entries.items()}
        shape.setdefault(family_of(room, families) or room, units)
    return shape


def whole(
    tables: Mapping[str, Mapping[str, Any]], shape: Shape | None, families: Families, problems: Problems
) -> Register:
    """Return the register that a file without a base holds; what is wrong or missing is noted.

    Parameters
    ----------
    tables : mapping
        The rooms of the file.
    shape : dict, optional
        What the register must carry. Without it the file is its own measure, and only the members of each
        family are compared with one another.
    families : mapping
        The prefixes of families, and the fewest members of each.
    problems : Problems
        Where problems are noted.

    Examples
    --------
    >>> problems = Problems("town.toml")
    >>> whole({"firms": {}}, {"firms": {"wear": "per month"}}, {}, problems)
    {}
    >>> problems.messages[0][:67]
    'town.toml: base: is missing. A file without base must be a whole re'
    """
    register: Register = {}
    learning = shape is None
    known: Shape = {} if shape is None else shape
    if not _meant_as_whole(tables, known, problems):
        return register
    seen = dict.fromkeys(families, 0)
    for room, table in tables.items():
        kind = family_of(room, families) or room
        if learning and kind not in known and _well_named(room, problems):
            known[kind] = {name: _unit_in(entry) for name, entry in table.items()}
        if kind in known:
            _read_room(room, table, known[kind], register, problems)
        elif not learning:
            _unknown_room(room, known, (kind for kind in known if kind not in families), problems)
        if kind in seen:
            seen[kind] += 1
    for kind, names in known.items():
        if kind not in seen and kind not in tables:
            entries = ", ".join(names)
            problems.add(kind, f"the whole room is missing. A whole register has it, with {entries}.")
    for prefix, fewest in families.items():
        if seen[prefix] < fewest:
            problems.add(prefix + "NAME", f"no room [{prefix}NAME. …] stands here; at least {fewest} is needed.")
    return register


def difference(
    tables: Mapping[str, Mapping[str, Any]],
    before: Mapping[str, Parameter],
    families: Families,
    problems: Problems,
) -> Register:
    """Return the register ``before`` with what a file or a call changes in it; what is wrong is noted.

    Examples
    --------
    >>> wear = Parameter("firms.wear", 0.01, "per month", (0.0, 0.02), "a survey, 2021", "Wear")
    >>> change = {"firms": {"wear": {"value": 0.015}}}
    >>> difference(change, {"firms.wear": wear}, {}, Problems("slump.toml"))["firms.wear"].value
    0.015
    """
    register = dict(before)
    rooms: dict[str, set[str]] = {}
    for address in before:
        room, _, name = address.partition(".")
        rooms.setdefault(room, set()).add(name)
    for room, table in tables.items():
        if room in rooms:
            for name, entry in table.items():
                address = f"{room}.{name}"
                if name not in rooms[room]:
                    _unknown_entry(address, before, problems)
                elif after := checked(address, entry, problems, before=before[address]):
                    register[address] = after
        else:
            shape = shape_of(before, families)
            kind = family_of(room, families)
            if kind in shape:
                _read_room(room, table, shape[kind], register, problems)
            else:
                _unknown_room(room, shape, rooms, problems)
    return register


def _meant_as_whole(tables: Mapping[str, Mapping[str, Any]], shape: Shape, problems: Problems) -> bool:
    """Tell a register from a difference whose ``base`` was forgotten; note the latter in one line."""
    wanted = sum(map(len, shape.values()))
    held = sum(map(len, tables.values()))
    if held >= _ALMOST * wanted:
        return True
    problems.add(
        "base",
        f"is missing. A file without base must be a whole register of {wanted} entries; this one has {held}."
        ' Add base = "baseline.toml" and a reason in the first lines.',
    )
    return False


def _unit_in(entry: Any) -> str:
    return str(entry.get("unit", "")) if isinstance(entry, Mapping) else ""


def _well_named(room: str, problems: Problems) -> bool:
    if not _NAME.fullmatch(room):
        problems.add(room, "names have only small letters, digits and _, and begin with a letter.")
        return False
    return True


def _read_room(
    room: str, table: Mapping[str, Any], units: Mapping[str, str], register: Register, problems: Problems
) -> None:
    """Read a room that must be complete, in the order of the names in ``units``."""
    if not _well_named(room, problems):
        return
    for name in table:
        if name not in units:
            _unknown_entry(f"{room}.{name}", [f"{room}.{known}" for known in units], problems)
    for name, unit in units.items():
        address = f"{room}.{name}"
        if not _NAME.fullmatch(name):
            problems.add(address, "names have only small letters, digits and _, and begin with a letter.")
        elif name not in table:
            problems.add(address, f'is missing. Add [{address}] with unit = "{unit}".', at=room)
        elif parameter := checked(address, table[name], problems, unit=unit or None):
            register[address] = parameter


def _unknown_entry(address: str, known: Collection[str], problems: Problems) -> None:
    room, _, name = address.partition(".")
    names = [other.partition(".")[2] for other in known if other.startswith(f"{room}.")]
    elsewhere = [other for other in known if other.endswith(f".{name}")]
    if near := did_you_mean(name, names):
        near = near.replace('"', f'"{room}.', 1)
    elif elsewhere:
        near = did_you_mean(elsewhere[0], elsewhere)
    if len(names) > _MOST_NAMES:
        alike = difflib.get_close_matches(name.lower(), names, n=_MOST_NAMES, cutoff=0)
        listed = f"{', '.join(alike)} and {len(names) - len(alike)} more; `kotabaja describe` prints them all"
    else:
        listed = ", ".join(names)
    problems.add(address, f"unknown entry.{near} Entries of {room}: {listed}.")


def _unknown_room(room: str, shape: Shape, rooms: Iterable[str], problems: Problems) -> None:
    kinds = [f"{kind}NAME" if kind.endswith("_") else kind for kind in shape]
    member = room.partition("_")[2] or "NAME"
    near = did_you_mean(room, {*rooms, *(f"{kind}{member}" for kind in shape if kind.endswith("_"))})
    problems.add(
        room, f"unknown table.{near} Allowed are base, reason, policies, events and the rooms {', '.join(kinds)}."
    )
