"""Doubt about the world: calibrate, and a comparison in all worlds that are left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import Cluster, OneACore, announce_compile
from sim.cli.scripts import Facts, rows_of

if TYPE_CHECKING:
    from sim.scenario import Scenario
    from sim.study.calibration.calibrate import Calibrated

__all__ = ["calibrate", "compare_in_worlds"]


def calibrate(
    design: Annotated[
        str, typer.Argument(metavar="DESIGN", help="A calibration's file, or a shipped one's name.")
    ] = "town",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for it. [default: results/calibrate/NAME]")
    ] = None,
    workers: OneACore = None,
    cluster: Cluster = None,
    posterior: Annotated[
        bool,
        typer.Option("--posterior", help="Then weigh what is left with pyABC (extra abc), in one process."),
    ] = False,
) -> Facts:
    """Rule out values of the register by what is known. Keeps an ensemble of the worlds that are left."""
    from sim.report.plots_calibration import calibration_files
    from sim.study.calibration.calibrate import calibrate as study
    from sim.study.calibration.plan_file import load_calibration
    from sim.study.calibration.posterior import refuse_without_pyabc
    from sim.study.calibration.results import results_text, write_results
    from sim.study.pools import hands
    from sim.study.screen import progress_bar

    plan = load_calibration(design)
    if posterior:
        refuse_without_pyabc()
    folder = out or Path("results") / "calibrate" / plan.name
    print(plan, flush=True)
    announce_compile()
    with hands(workers, cluster) as chosen, progress_bar("Calibrating") as progress:
        found = study(plan, folder, progress=progress, **chosen)
    write_results(found, folder, calibration_files(found))
    print(results_text(found))
    if posterior:
        _weigh(found, folder)
    print(f"Written to {folder}")
    return {"folder": folder, "design": plan.name}


def _weigh(found: Calibrated, folder: Path) -> None:
    """Draw the posterior of a calibration, write its table and picture beside the members, and print it."""
    from sim.report.plots_posterior import posterior_files
    from sim.study.calibration.posterior import draw_posterior, posterior_frame, posterior_text
    from sim.study.files import Delivery

    print("Weighing what is left, in one process ...", flush=True)
    drawn = draw_posterior(found)
    with Delivery(folder) as files:
        files.csv("posterior.csv", posterior_frame(drawn))
        for name, content in posterior_files(drawn).items():
            files.data(name, content)
    print(posterior_text(drawn))


def compare_in_worlds(
    scenarios: Sequence[Scenario],
    against: Scenario,
    members: Path | None,
    seeds: int,
    workers: int | None,
    out: Path | None,
) -> Facts:
    """Compare scenarios with a baseline in every world of an ensemble; write and print what comes of it."""
    from sim.study.ensemble import load_ensemble
    from sim.study.ensemble_effects import compare_ensemble, effects_frame
    from sim.study.ensemble_text import ensemble_text, write_ensemble
    from sim.study.files import output_folder, short_key
    from sim.study.screen import progress_bar

    ensemble = load_ensemble(members)
    names = {one.name: one.fingerprint for one in scenarios}
    key = short_key(names, against.fingerprint, ensemble.values.to_csv(index=False), seeds)
    folder = output_folder(out or Path("results") / "ensemble" / key)
    announce_compile()
    with progress_bar("Comparing in all worlds") as progress:
        found = compare_ensemble(scenarios, against, ensemble, seeds, workers=workers, progress=progress)
    write_ensemble(found, folder)
    print(ensemble_text(found))
    print(f"Written to {folder}")
    return {"folder": folder, "effects": rows_of(effects_frame(found))}
