"""Sweeps: every run of a design, kept and continued."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Cluster, OneACore, announce_compile
from sim.cli.scripts import Facts


def sweep(
    design: Annotated[
        str, typer.Argument(metavar="DESIGN", help="A design file, a shipped design's name, or with --status a folder.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the runs. [default: results/sweep/NAME]")
    ] = None,
    workers: OneACore = None,
    cluster: Cluster = None,
    status: Annotated[bool, typer.Option("--status", help="Only say how the sweep in a folder stands.")] = False,
) -> Facts:
    """Do every run of a design and keep each. The same command continues what was stopped."""
    from sim.study.standing import standing

    if status:
        print(standing(out or design))
        return {"folder": out or design}
    from sim.study.design_file import load_design
    from sim.study.pools import hands
    from sim.study.screen import progress_bar
    from sim.study.summary import fan_table
    from sim.study.sweep import sweep as study

    plan = load_design(design)
    folder = out or Path("results") / "sweep" / plan.name
    print(plan, flush=True)
    announce_compile()
    with hands(workers, cluster) as chosen, progress_bar("Sweeping") as progress:
        study(plan, folder, progress=progress, **chosen)
    print(standing(folder))
    print(f"\nMeans over the observed months, spread over rows and seeds\n{fan_table(folder)}")
    print(f"Written to {folder}")
    return {"folder": folder, "design": plan.name}


def sensitivity(
    design: Annotated[str, typer.Argument(metavar="DESIGN", help="A design file, or a shipped design's name.")],
    indicators: Annotated[
        list[str] | None,
        typer.Option(
            "--of",
            metavar="COLUMN",
            help="An indicator; may be repeated. [default: market_share_local, the local share]",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for runs and results. [default: results/sensitivity/NAME]"),
    ] = None,
    workers: OneACore = None,
    cluster: Cluster = None,
) -> Facts:
    """Say which inputs move an indicator. Also the effect of each policy on it, and which policy is best."""
    from sim.study import sensitivities as study
    from sim.study.design_file import load_design
    from sim.study.labels import input_labels
    from sim.study.pools import hands
    from sim.study.questions import refuse_columns
    from sim.study.screen import progress_bar
    from sim.study.sweep import sweep as run_design

    plan = load_design(design)
    columns = list(dict.fromkeys(indicators or ["market_share_local"]))
    study.refuse_design(plan)
    refuse_columns(plan, columns)
    folder = out or Path("results") / "sensitivity" / plan.name
    print(plan, flush=True)
    announce_compile()
    with hands(workers, cluster) as chosen, progress_bar("Running") as progress:
        run_design(plan, folder, progress=progress, **chosen)
    found, labels = study.analyse(plan, folder, columns), input_labels(plan)

    from sim.report.sensitivity_pictures import sensitivity_files

    study.write(found, folder, labels, sensitivity_files(found, labels))
    print(study.text(found, labels))
    print(f"Written to {folder}")
    return {"folder": folder, "design": plan.name}
