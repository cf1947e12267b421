"""A start for somebody's own scenario or policy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.completion import scenarios
from sim.cli.options import load


def new_scenario(
    name: Annotated[str, typer.Argument(help="Name of the file: small letters, digits and _.")],
    base: Annotated[
        str, typer.Option(autocompletion=scenarios, help="The scenario that it changes.")
    ] = "baseline.toml",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for it. [default: this one]")] = None,
) -> None:
    """Write NAME.toml: a scenario that is correct as it stands."""
    from sim.starters import new_scenario as write

    load(base)
    if out and Path(base).is_file():
        base = os.path.relpath(base, out)
    path = write(name, base, out or Path())
    print(f"Written: {path}. Check it with: kotabaja check {path}")


def new_policy(name: Annotated[str, typer.Argument(help="Name of the policy: small letters, digits and _.")]) -> None:
    """Write a policy that works into a checkout. Its file, its fact in the register, and a scenario that uses it."""
    from sim.starters import new_policy as write

    for path in write(name, Path(__file__).resolve().parents[2]):
        print(f"Written: {path}")
    print(f"See what it does with: kotabaja compare policies/{name} --seeds 10")
