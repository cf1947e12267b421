"""What the shell offers when Tab is pressed: scenarios, files, and what ``--set`` can change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

__all__ = ["scenarios", "settings"]


def scenarios(incomplete: str) -> Iterator[str]:
    """Yield shipped scenarios, TOML files and folders that begin like this."""
    from sim.scenario import shipped_names

    yield from (name for name in shipped_names() if name.startswith(incomplete))
    place = incomplete.rpartition("/")[0]
    start = f"{place}/" if place else ""
    try:
        beside = sorted(Path(place or ".").iterdir())
    except OSError:
        return
    for path in beside:
        name = f"{start}{path.name}"
        if name.startswith(incomplete) and not path.name.startswith("."):
            if path.is_dir():
                yield f"{name}/"
            elif path.suffix == ".toml":
                yield name


def settings(incomplete: str) -> Iterator[tuple[str, str]]:
    """Yield the keys of the register and the levers of policies that begin like this, each with what it means."""
    from sim.policies import catalogue
    from sim.scenario import Scenario

    known = {
        address: f"{one.value} {one.unit}: {one.meaning}"
        for address, one in Scenario.load("baseline").parameters.items()
    }
    for policy, kind in catalogue().items():
        for name, lever in kind.levers.items():
            known[f"policies.{policy}.{name}"] = f"{lever.allowed}: {lever.meaning}"
    yield from ((f"{key}=", meaning) for key, meaning in known.items() if key.startswith(incomplete))
