"""How a scenario file is read: on its base, against the shape of a register, with its policies and events."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim import policies
from sim.core.events import Event, events_of
from sim.core.parameters import Parameter, month_number
from sim.core.register import Shape, difference, shape_of, whole
from sim.core.shipped import found, is_file, label_of, names_in, shipped_in
from sim.core.toml_lines import Problems, did_you_mean, read_toml, shown
from sim.core.uses import PolicyUse, uses_of, written
from sim.errors import UserError

__all__ = [
    "FAMILIES",
    "WORDS",
    "designs",
    "levers",
    "read_scenario",
    "settle",
    "shipped",
    "shipped_folder",
    "shipped_names",
    "window",
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


def levers() -> dict[str, Any]:
    """Return the levers of every policy by its name."""
    return {name: policy.levers for name, policy in policies.catalogue().items()}


def window(register: Mapping[str, Parameter]) -> tuple[int, int]:
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


def settle(
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
        settled = () if idle else uses_of(given, levers(), window(register), problems)
    problems.stop()
    return settled


def read_scenario(
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
        before, uses, _, earlier = read_scenario(below, base_label, schema, (*above, path.resolve()))
        register = difference(rooms, before, FAMILIES, problems)
        given = written(uses) | given if isinstance(given, dict) else given
    elif problems:
        register = {}
    else:
        register = whole(rooms, _measure(path, schema), FAMILIES, problems)
    uses = settle(register, given, problems)
    events = earlier
    if "events" in tables:
        events = events_of(tables["events"], register, AT_THE_START, window(register), problems, earlier)
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
        baseline, _ = found("baseline", shipped_folder())
        if path.resolve() == baseline.resolve():
            return None
        schema = read_scenario(baseline, label_of(baseline), None, ())[0]
    return shape_of(schema, FAMILIES) or None


def shipped_folder() -> Path:
    """Return the folder of what is shipped: inside the package when installed, beside it in a checkout."""
    here = Path(__file__).parent
    return here / "scenarios" if (here / "scenarios").is_dir() else here.parent / "scenarios"


def designs() -> Path:
    """Return the folder of the designs of sweeps that are shipped beside the scenarios."""
    return shipped_folder() / "sweeps"


def shipped_names() -> list[str]:
    """Return the names of the shipped scenarios."""
    return names_in(shipped_folder())


def shipped(name: str) -> Path | None:
    """Return the file of a shipped scenario, or None."""
    return shipped_in(shipped_folder(), name)
