"""The export of a run: one archive with what ``kotabaja run`` writes, and the scenario that makes it again."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from sim.scenario import Scenario, shipped
from sim.study.files import manifest

if TYPE_CHECKING:
    from sim.app.twin import Town, Twin

__all__ = ["archive", "archive_name", "scenario_text"]


def archive_name(twin: Twin) -> str:
    """Return a file name: the scenario, the seed and the month reached."""
    return f"kotabaja-{Path(twin.town.scenario.name).name}-seed{twin.seed}-month{twin.month}.zip"


def archive(twin: Twin) -> bytes:
    """Return a ZIP of the run: a folder for each town, and with two of them ``difference.csv``."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as files:
        for folder, town in zip(("town", "beside"), twin.towns, strict=False):
            for name, text in _files_of(town, twin).items():
                files.writestr(f"{folder}/{name}", text)
        if twin.other is not None:
            files.writestr("difference.csv", _csv(twin.difference()))
    return stream.getvalue()


def _files_of(town: Town, twin: Twin) -> dict[str, str]:
    """Return the files of one town."""
    world, months = town.scenario, town.model.month
    facts = {
        "scenario": world.name,
        "scenario_fingerprint": world.fingerprint,
        "policies": [
            {"policy": use.name, "from": use.first, "to": use.last, "levers": dict(use.levers)} for use in world.uses
        ],
        "seed": twin.seed,
        "months": months,
        "again": f"kotabaja run scenario.toml --seed {twin.seed} --months {months}",
    }
    found = {
        "indicators.csv": _csv(town.indicators),
        "firms.csv": _csv(town.model.firms_frame()),
        "manifest.json": json.dumps(manifest("app", facts), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
        "scenario.toml": scenario_text(world),
    }
    if shipped(world.path.name) != world.path:  # a scenario of one's own travels with what stands on it
        found[world.path.name] = world.path.read_text(encoding="utf-8")
    return found


def _csv(table: Any) -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))


def scenario_text(world: Scenario) -> str:
    """Return a scenario file that says the same as ``world``: its file as the base, and the policies in force.

    Examples
    --------
    >>> from dataclasses import replace
    >>> print(scenario_text(replace(Scenario.load("both"), uses=())))
    # Written by kotabaja app.
    <BLANKLINE>
    base = "both.toml"
    reason = "Both as it was set on the page."
    <BLANKLINE>
    [policies]
    store_access = []
    training = []
    """
    file = Scenario.load(world.path)
    lines = [
        "# Written by kotabaja app.",
        "",
        f'base = "{world.path.name}"',
        f'reason = "{file.name.replace("_", " ").capitalize()} as it was set on the page."',
    ]
    gone = sorted(set(file.policies) - set(world.policies))
    if gone:
        lines += ["", "[policies]", *(f"{name} = []" for name in gone)]
    for use in world.uses:
        levers = [f"{key} = {json.dumps(value)}" for key, value in use.levers.items()]
        lines += ["", f"[[policies.{use.name}]]", f'from = "{use.first}"', f'to = "{use.last}"', *levers]
    return "\n".join(lines) + "\n"
