"""What is made to be looked at: the briefing and the page."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from sim.cli.completion import scenarios
from sim.cli.options import Out, Workers, announce_compile, load
from sim.cli.scripts import Facts


def brief(
    study: Annotated[
        str | None,
        typer.Argument(
            help="A folder that `kotabaja compare` wrote, a study file, or a scenario to rank beside the usual ones; "
            "one without policies is the town to compare them in. "
            "[default: training, market access, both, and every policy]"
        ),
    ] = None,
    lang: Annotated[Literal["en", "id"], typer.Option(help="English or Bahasa Indonesia.")] = "en",
    seeds: Annotated[
        int | None,
        typer.Option(min=2, max=100_000, help="Number of pairs; seeds 1, 2, ... [default: the study's, or 30]"),
    ] = None,
    draws: Annotated[
        int | None, typer.Option(min=10, max=100_000, help="Draws of all assumptions. [default: the study's, or 120]")
    ] = None,
    workers: Workers = None,
    out: Out = None,
) -> Facts:
    """Write the two-page briefing. Which policies help, at what cost, who loses, what would reverse the answer."""
    from sim.report.plan import plan_of
    from sim.study.files import output_folder
    from sim.study.screen import progress_bar

    plan = plan_of(study, seeds, draws)
    folder = output_folder(out or Path("results") / ("brief" if lang == "en" else f"brief_{lang}"))
    announce_compile()

    from sim.report.brief import make_brief

    with progress_bar("Briefing") as progress:
        page, problem = make_brief(plan, folder, language=lang, workers=workers, progress=progress)
    if problem:
        print(problem, file=sys.stderr)
    print(page)
    return {"page": page, "folder": folder, "pairs": plan.seeds, "language": lang}


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `kotabaja brief` wrote.")],
    runs: Annotated[int, typer.Option(min=0, max=1_000_000, help="How many runs are made again.")] = 8,
    every: Annotated[bool, typer.Option("--all", help="Make every run again.")] = False,
    workers: Workers = None,
) -> None:
    """Check every file and number of a briefing. By hashes, from its records, and by a sample of the runs again."""
    from sim.study.screen import progress_bar

    announce_compile()

    from sim.report.verify import verify as check

    with progress_bar("Making runs again") as progress:
        found = check(folder, None if every else runs, workers=workers, progress=progress)
    for note in found.notes:
        print(note)
    if found.problems:
        for problem in found.problems:
            print(problem, file=sys.stderr)
        print(f"{folder}: NOT as it was made: {len(found.problems)} problems", file=sys.stderr)
        raise typer.Exit(1)
    print(
        f"{folder}: as it was made. {found.files} files, all numbers of the page, and {found.runs} runs were checked."
    )


def show_page(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", autocompletion=scenarios, help="What the page begins with.")
    ] = "both",
    lang: Annotated[Literal["en", "id"], typer.Option(help="English or Bahasa Indonesia.")] = "en",
    host: Annotated[str, typer.Option(help="Where to listen; the default serves this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 for any free port.")] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")] = True,
) -> None:
    """Show the town in your browser, month by month. Beside it stands the same town under another scenario."""
    from sim.app.server import serve

    world = load(scenario)
    if announce_compile():
        from sim.model import MetalSupplyChain

        MetalSupplyChain(world, months=1).run()
    serve(scenario, lang, host, port, open_browser=browser)
