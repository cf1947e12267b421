"""What several commands share: their arguments and options, loading, and the announcement of the compiler."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.completion import scenarios

if TYPE_CHECKING:
    from sim.scenario import Scenario

One = Annotated[
    str,
    typer.Argument(metavar="SCENARIO", autocompletion=scenarios, help="A scenario file, or a shipped scenario's name."),
]
Many = Annotated[
    list[str],
    typer.Argument(
        metavar="SCENARIO...", autocompletion=scenarios, help="Scenario files, or shipped scenarios' names."
    ),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for results. [default: in results/]")]
Seeds = Annotated[int, typer.Option("--seeds", min=2, max=100_000, help="Number of pairs; seeds 1, 2, ...")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=64, help="Number of processes. [default: as many as pay off]"),
]

OneACore = Annotated[
    int | None, typer.Option("--workers", min=1, max=64, help="Number of processes. [default: one a core]")
]
Cluster = Annotated[
    str | None, typer.Option("--cluster", metavar="ADDRESS", help="Scheduler of a dask cluster to run on instead.")
]


def load(scenario: str) -> Scenario:
    """Load a scenario."""
    from sim.scenario import Scenario

    return Scenario.load(scenario)


def announce_compile() -> bool:
    """Say that the first run takes longer, if it does; return whether it does."""
    from sim.core.compiled import cold
    from sim.study.screen import shows_progress

    first = cold()
    if first and shows_progress.get():
        line = "Compiling the rules for this machine (about a minute, only after a change) ..."
        print(line, file=sys.stderr, flush=True)
    return first
