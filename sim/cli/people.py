"""What is made to be looked at: the briefing and the page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sim.cli.completion import scenarios
from sim.cli.options import Out, Seeds, Workers, announce_compile, load
from sim.cli.scripts import Facts


def brief(
    lang: Annotated[Literal["en", "id"], typer.Option(help="English or Bahasa Indonesia.")] = "en",
    seeds: Seeds = 30,
    workers: Workers = None,
    out: Out = None,
) -> Facts:
    """Run the 2 x 2 experiment and write the briefing. Training alone, market access alone, or both."""
    from sim.study.files import output_folder
    from sim.study.screen import progress_bar

    worlds = [load(name) for name in ("baseline", "training_only", "access_only", "both")]
    folder = output_folder(out or Path("results") / "brief")
    announce_compile()

    from sim.report.brief import make_brief

    with progress_bar("Briefing") as progress:
        page = make_brief(worlds, folder, seeds, workers=workers, progress=progress, language=lang)
    print(page)
    return {"page": page, "folder": folder, "pairs": seeds, "language": lang}


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
