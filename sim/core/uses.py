"""Uses of policies: which policy is in force, with which levers, from which month to which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sim.core.parameters import month_number, month_text
from sim.core.toml_lines import Problems, did_you_mean, shown

__all__ = ["LeverLike", "PolicyUse", "set_lever", "uses_of", "written"]

DATES = ("from", "to")


class LeverLike(Protocol):
    """What a lever must tell for a file to be checked against it."""

    @property
    def allowed(self) -> str:
        """What may be written, in words."""

    @property
    def meaning(self) -> str:
        """What the lever is."""

    @property
    def rest(self) -> float | str:
        """The value at which it does nothing."""

    def refuses(self, value: Any) -> bool:
        """Tell whether ``value`` is not allowed."""


Levers = Mapping[str, LeverLike]


@dataclass(frozen=True)
class PolicyUse:
    """One policy in force from month ``first`` to month ``last`` (``YYYY-MM``, inclusive)."""

    name: str
    levers: Mapping[str, float | str]
    first: str
    last: str

    def at_rest(self, levers: Levers) -> PolicyUse:
        """Return the same use with every lever at the value at which it does nothing."""
        rest = {key: _one_type(lever.rest) for key, lever in levers.items()}
        return PolicyUse(self.name, rest, self.first, self.last)


def written(uses: Sequence[PolicyUse]) -> dict[str, list[dict[str, Any]]]:
    """Return uses as they stand in a file: by policy, a list of tables.

    Examples
    --------
    >>> written([PolicyUse("fair", {"stands": 3.0}, "2024-01", "2024-03")])
    {'fair': [{'stands': 3.0, 'from': '2024-01', 'to': '2024-03'}]}
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    for use in uses:
        tables.setdefault(use.name, []).append({**use.levers, "from": use.first, "to": use.last})
    return tables


def set_lever(
    uses: list[dict[str, Any]], key: str, index: list[str], lever: str, *, value: Any, problems: Problems
) -> None:
    """Write one lever into the uses of its policy; a policy that is not in force begins with it.

    Examples
    --------
    >>> uses = [{"stands": 3.0}]
    >>> set_lever(uses, "policies.fair.stands", [], "stands", value=5.0, problems=Problems("town (changed)"))
    >>> uses
    [{'stands': 5.0}]
    """
    if not uses:
        uses.append({})
    number = index[0] if index else "0"
    if len(uses) > 1 and not index:
        name = key.split(".")[1]
        problems.add(key, f"{name} is used {len(uses)} times. Say which one: policies.{name}.0.{lever} is the first.")
    elif not number.isdecimal() or int(number) >= len(uses):
        problems.add(key, f"there is no use {number} of this policy. Uses are numbered 0 to {len(uses) - 1}.")
    else:
        uses[int(number)][lever] = value


def uses_of(
    given: Any, known: Mapping[str, Levers], window: tuple[int, int], problems: Problems
) -> tuple[PolicyUse, ...]:
    """Return the uses that the ``policies`` of a file describe; what is wrong with them is noted.

    Parameters
    ----------
    given : mapping
        By policy, a list of tables with every lever, ``from`` and ``to``.
    known : mapping
        The levers of every policy.
    window : tuple of int
        Month numbers of the first and the last simulated month.
    problems : Problems
        Where problems are noted.

    Examples
    --------
    >>> problems = Problems("town.toml")
    >>> uses_of({"fair": [{"from": "2024-01", "to": "2024-03"}]}, {"fair": {}}, (24240, 24350), problems)
    (PolicyUse(name='fair', levers={}, first='2024-01', last='2024-03'),)
    >>> uses_of({"fiar": []}, {"fair": {}}, (24240, 24350), problems)
    ()
    >>> problems.messages
    ['town.toml: policies.fiar: unknown policy. Did you mean "fair"? Policies: fair.']
    """
    if not isinstance(given, Mapping):
        problems.add("policies", "must be tables. Write [[policies.NAME]] with its levers, from and to.")
        return ()
    found: list[PolicyUse] = []
    for name, tables in given.items():
        key = f"policies.{name}"
        if name not in known:
            problems.add(key, f"unknown policy.{did_you_mean(name, known)} Policies: {', '.join(known)}.")
        elif not isinstance(tables, (list, tuple)) or not all(isinstance(table, Mapping) for table in tables):
            problems.add(key, f"must be a list of tables. Write [[{key}]] with double brackets.")
        else:
            several = len(tables) > 1
            uses = []
            for index, table in enumerate(tables):
                at = f"{key}.{index}"
                keys = (at if several else key, at)
                use = _use(name, table, known[name], keys, window=window, problems=problems)
                uses += [(use, at)] if use else []
            _check_overlaps(uses, problems)
            found += [use for use, _ in uses]
    return tuple(found)


def _use(
    name: str,
    table: Mapping[str, Any],
    levers: Levers,
    keys: tuple[str, str],
    *,
    window: tuple[int, int],
    problems: Problems,
) -> PolicyUse | None:
    """Return one use, or None after noting what is wrong; ``keys`` are its key as said and as found."""
    noted = len(problems.messages)
    said, found = keys
    names = (*levers, *DATES)

    def add(key: str, message: str) -> None:
        problems.add(f"{said}.{key}", message, at=f"{found}.{key}")

    offered = ""
    for key in table:
        if key not in names:
            near = did_you_mean(str(key), names)
            offered += near
            add(key, f"unknown lever.{near} {name} has {', '.join(names)}.")
    for key in names:
        if key not in table and f'"{key}"' in offered:
            continue
        if key not in table:
            what = f"{levers[key].meaning}: {levers[key].allowed}" if key in levers else 'a month, "YYYY-MM"'
            add(key, f"is missing; a policy has no defaults. Write {key} = … ({what}).")
        elif key in levers and levers[key].refuses(table[key]):
            lever = levers[key]
            add(key, f"{shown(table[key])} is not allowed. {lever.meaning}. Allowed: {lever.allowed}.")
    months = [_month(key, table[key], add) for key in DATES if key in table]
    if len(months) == len(DATES) and None not in months:
        first, last = (month or 0 for month in months)
        begin, end = window
        if first > last:
            add("to", f"{shown(table['to'])} is before from = {shown(table['from'])}. Write a later month.")
        if not begin <= first <= end:
            add(
                "from",
                f"{shown(table['from'])} is outside the simulated months {month_text(begin)} to"
                f" {month_text(end)}. Write one of these.",
            )
    if len(problems.messages) > noted:
        return None
    values = {key: _one_type(table[key]) for key in levers}
    return PolicyUse(name, values, table["from"], table["to"])


def _month(key: str, value: Any, add: Any) -> int | None:
    try:
        return month_number(value)
    except (TypeError, ValueError):
        add(
            key,
            f'{shown(value)} is not a month. Write "YYYY-MM" in double quotes, with a month from 01 to 12.',
        )
        return None


def _check_overlaps(uses: Sequence[tuple[PolicyUse, str]], problems: Problems) -> None:
    """Note uses of one policy that share a month."""
    ordered = sorted(uses, key=lambda one: (one[0].first, one[1]))
    latest = ordered[0][0] if ordered else None
    for use, key in ordered[1:]:
        if latest and use.first <= latest.last:
            same = (use.first, use.last) == (latest.first, latest.last)
            problems.add(
                f"{key}.from",
                f"{use.first} to {use.last} {'repeats' if same else 'overlaps'} another use of {use.name}"
                f" ({latest.first} to {latest.last}). Uses of one policy follow each other: move one.",
            )
        latest = max(latest or use, use, key=lambda one: one.last)


def _one_type(value: Any) -> float | str:
    """Return numbers as floats, so that 5 and 5.0 are the same policy."""
    return value if isinstance(value, str) else float(value) + 0.0
