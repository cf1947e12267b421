"""One run."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.completion import settings
from sim.cli.options import One, Out, announce_compile, load
from sim.cli.scripts import Facts


def run(
    scenario: One,
    seed: Annotated[int, typer.Option(min=1, max=2**32 - 1, help="Names the luck of the run.")] = 1,
    months: Annotated[
        int | None,
        typer.Option(min=1, max=1200, help="Simulated months, warm-up included. [default: the scenario's]"),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            autocompletion=settings,
            help="Change one value of the scenario; may be repeated.",
        ),
    ] = None,
    out: Out = None,
) -> Facts:
    """Run a scenario once. Writes its indicators, its firms and a manifest."""
    from sim.scenario import parse_settings
    from sim.study.files import Delivery, manifest, output_folder, short_key

    gc.disable()  # one run leaves little garbage, and looking for it takes a tenth of the start
    world = load(scenario)
    if changes:
        world = world.changed(parse_settings(changes))
    key = short_key(world.fingerprint, seed, months)
    folder = output_folder(out or Path("results") / world.name / key)
    announce_compile()

    from sim.model import MetalSupplyChain
    from sim.study.screen import means, months_table

    model = MetalSupplyChain(world, seed=seed, months=months)
    model.run()
    with Delivery(folder) as files:
        files.csv("indicators.csv", model.indicators)
        files.parquet("indicators.parquet", model.indicators)
        files.parquet("firms.parquet", model.firms_frame())
        facts = {
            "scenario": world.name,
            "scenario_fingerprint": world.fingerprint,
            "changed": dict(world.changes),
            "seed": seed,
            "months": len(model.indicators),
        }
        files.json("manifest.json", manifest("run", facts))
    print(f"Scenario {world.name}, seed {seed}, {len(model.indicators)} months")
    print(months_table(model.indicators))
    print(f"Written to {folder}")
    return {"folder": folder, **facts, "means": means(model.indicators)}
