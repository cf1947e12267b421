"""The ``kotabaja`` command: parse, call, print. Every import that takes time is made where it is needed."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sim.errors import UserError
from sim.exits import guarded

if TYPE_CHECKING:
    from sim.scenario import Scenario

app = typer.Typer(
    name="kotabaja",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

One = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file, or a shipped scenario's name.")]
Many = Annotated[list[str], typer.Argument(metavar="SCENARIO...", help="Scenario files, or shipped scenarios' names.")]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Folder for results. [default: in results/]")]
Seeds = Annotated[int, typer.Option("--seeds", min=2, max=100_000, help="Number of pairs; seeds 1, 2, ...")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=64, help="Number of processes. [default: as many as pay off]"),
]


def _version(asked: bool) -> None:
    """Print the version and leave."""
    if asked:
        from sim import __version__

        print(f"kotabaja {__version__}")
        raise typer.Exit


@app.callback()
def kotabaja(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A simulated metal town: what training, market access and steel do for its small metal firms."""


@app.command()
def run(
    scenario: One,
    seed: Annotated[int, typer.Option(min=1, max=2**32 - 1, help="Names the luck of the run.")] = 1,
    months: Annotated[
        int | None,
        typer.Option(min=1, max=1200, help="Simulated months, warm-up included. [default: the scenario's]"),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change one value of the scenario; may be repeated."),
    ] = None,
    out: Out = None,
) -> None:
    """Run a scenario once and write its indicators, its firms and a manifest."""
    from sim.scenario import parse_settings
    from sim.study.files import Delivery, manifest, output_folder, short_key

    gc.disable()  # one run leaves little garbage, and looking for it takes a tenth of the start
    world = _load(scenario)
    if changes:
        world = world.changed(parse_settings(changes))
    key = short_key(world.fingerprint, seed, months)
    folder = output_folder(out or Path("results") / world.name / key)
    _announce_compile()

    from sim.model import MetalSupplyChain
    from sim.study.screen import months_table

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


@app.command()
def check(scenarios: Many) -> None:
    """Check scenario files without running them."""
    problems = []
    for one in scenarios:
        try:
            world = _load(one)
        except UserError as problem:
            problems.append(str(problem))
        else:
            in_force = ", ".join(world.policies) or "no policy"
            dated = f", {len(world.events)} dated changes" if world.events else ""
            print(f"{one}: correct. {len(world.parameters)} parameters, {in_force}{dated}, {world.fingerprint}")
    if problems:
        raise UserError("\n".join(problems))


@app.command()
def policies(
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """List the policies: what each changes, its levers and ranges, what it costs, and on what evidence."""
    import json

    from sim.policy_table import policy_rows, policy_text

    print(json.dumps(policy_rows(), indent=2, ensure_ascii=False) if as_json else policy_text())


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check them."""
    import json

    from sim.schema import schema as made

    print(json.dumps(made(), indent=2, ensure_ascii=False))


new = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Write a start for a scenario or a policy.")
app.add_typer(new, name="new")


@new.command("scenario")
def new_scenario(
    name: Annotated[str, typer.Argument(help="Name of the file: small letters, digits and _.")],
    base: Annotated[str, typer.Option(help="The scenario that it changes.")] = "baseline.toml",
) -> None:
    """Write NAME.toml in this folder: a scenario that is correct as it stands."""
    from sim.starters import new_scenario as write

    _load(base)
    path = write(name, base, Path())
    print(f"Written: {path}. Check it with: kotabaja check {path}")


@new.command("policy")
def new_policy(name: Annotated[str, typer.Argument(help="Name of the policy: small letters, digits and _.")]) -> None:
    """Write a policy into a checkout: its file, its fact in the register, and a scenario that uses it."""
    from sim.starters import new_policy as write

    for path in write(name, Path(__file__).resolve().parent.parent):
        print(f"Written: {path}")
    print(f"See what it does with: kotabaja compare policies/{name} --seeds 10")


@app.command()
def describe(
    odd: Annotated[
        bool, typer.Option("--odd", help="Write the tables of the ODD document (docs/odd.md) anew.")
    ] = False,
    document: Annotated[Path, typer.Option(metavar="FILE", help="The ODD document.")] = Path("docs/odd.md"),
) -> None:
    """Describe the model from its own declarations: entities, schedule, rules, parameters, policies."""
    if odd:
        from sim.odd import renew

        print(f"{document}: {'written anew' if renew(document) else 'is as the code has it'}")
        return
    from sim.describe import text

    print(text())


@app.command()
def compare(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO...", help="Scenario files, shipped scenarios' names, or patterns such as 'policies/*'."
        ),
    ] = None,
    against: Annotated[str, typer.Option(help="The scenario without.")] = "scenarios/baseline.toml",
    seeds: Seeds = 30,
    workers: Workers = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Run every two of the scenarios together too: do they help each other?")
    ] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Set the effects beside what experiments found.")
    ] = False,
    out: Out = None,
) -> None:
    """Compare scenarios with a baseline on the same seeds: effects and their intervals, costs, winners and losers."""
    from sim.scenario import Scenario, shipped_names
    from sim.study import compare as study
    from sim.study import compared
    from sim.study import evidence as findings
    from sim.study import pairs as every_two
    from sim.study.files import output_folder, short_key
    from sim.study.screen import progress_bar

    if pairs and evidence:
        context.fail("--pairs and --evidence are two questions. Ask one after the other.")
    if not scenarios and (pairs or evidence):
        scenarios = (every_two if pairs else findings).default_names(shipped_names())
    if not scenarios:
        context.fail("Missing argument 'SCENARIO...'.")
    worlds, baseline = Scenario.load_all(scenarios), _load(against)
    study.refuse_same_names(worlds, baseline)
    key = short_key({one.name: one.fingerprint for one in worlds}, baseline.fingerprint, seeds)
    folder = output_folder(out or Path("results") / ("pairs" if pairs else "compare") / key)
    if pairs:
        _announce_compile()
        with progress_bar("Comparing pairs") as progress:
            together = every_two.compare_pairs(worlds, baseline, seeds, workers=workers, progress=progress)
        compared.write_pairs(together, folder)
        print(compared.pairs_text(together))
    else:
        _announce_compile()
        with progress_bar("Comparing") as progress:
            comparison = study.compare(worlds, baseline, seeds, workers=workers, follow_firms=True, progress=progress)
        compared.write(comparison, folder, evidence=evidence)
        print(compared.text(comparison, evidence=evidence))
    print(f"Written to {folder}")


@app.command()
def bind(
    scenario: One = "baseline",
    seeds: Seeds = 30,
    workers: Workers = None,
    out: Out = None,
) -> None:
    """Measure what binds local firms: the value added when each constraint alone is eased."""
    from sim.study import bind as study
    from sim.study.files import Delivery, manifest, output_folder, short_key
    from sim.study.screen import binding_table, progress_bar

    world = _load(scenario)
    folder = output_folder(out or Path("results") / "bind" / short_key(world.fingerprint, seeds))
    _announce_compile()
    with progress_bar("Easing constraints") as progress:
        binding = study.bind(world, seeds, workers=workers, progress=progress)
    with Delivery(folder) as files:
        files.csv("bind.csv", binding.table)
        facts = {
            "scenario": world.name,
            "scenario_fingerprint": world.fingerprint,
            "seeds": seeds,
            "reliefs": binding.details,
        }
        files.json("manifest.json", manifest("bind", facts))
    print(f"Scenario {world.name}, {seeds} pairs: local value added, jt a month, when one constraint is eased")
    print(binding_table(binding))
    print(f"Written to {folder}")


@app.command()
def validate(
    scenario: One = "baseline",
    seeds: Annotated[int, typer.Option(min=2, max=100_000, help="Number of runs; seeds 1, 2, ...")] = 100,
    workers: Workers = None,
    out: Out = None,
) -> None:
    """Score a scenario on all that is known of such a town, and write the validation card. Misses are no error."""
    from sim.study import card as study
    from sim.study.card_text import card_table, notes
    from sim.study.files import output_folder, short_key
    from sim.study.screen import progress_bar

    world = _load(scenario)
    folder = output_folder(out or Path("results") / "validate" / short_key(world.fingerprint, seeds))
    _announce_compile()
    with progress_bar("Measuring") as progress:
        card = study.score(world, seeds, workers=workers, progress=progress)

    from sim.report.plots_card import card_files

    title = f"Scenario {world.name}, {seeds} seeds, means over the observed months"
    text = f"{title}\n{card_table(card)}\n"
    study.write(card, folder, {"card.txt": f"{text}\n{notes(card)}\n".encode(), **card_files(card)})
    print(text)
    print(f"Written to {folder}")


@app.command()
def brief(seeds: Seeds = 30, workers: Workers = None, out: Out = None) -> None:
    """Run the 2 x 2 experiment and write the briefing: training alone, market access alone, or both."""
    from sim.study.files import output_folder
    from sim.study.screen import progress_bar

    worlds = [_load(name) for name in ("baseline", "training_only", "access_only", "both")]
    folder = output_folder(out or Path("results") / "brief")
    _announce_compile()

    from sim.report.brief import make_brief

    with progress_bar("Briefing") as progress:
        page = make_brief(worlds, folder, seeds=seeds, workers=workers, progress=progress)
    print(page)


@app.command("app")
def show_page(
    scenario: Annotated[str, typer.Argument(metavar="[SCENARIO]", help="What the page begins with.")] = "both",
    lang: Annotated[Literal["en", "id"], typer.Option(help="English or Bahasa Indonesia.")] = "en",
    host: Annotated[str, typer.Option(help="Where to listen; the default serves this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0 for any free port.")] = 8765,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in your browser.")] = True,
) -> None:
    """Show the town in your browser, month by month, beside the same town under another scenario."""
    from sim.app.server import serve

    world = _load(scenario)
    if _announce_compile():
        from sim.model import MetalSupplyChain

        MetalSupplyChain(world, months=1).run()
    serve(scenario, lang, host, port, open_browser=browser)


def _load(scenario: str) -> Scenario:
    """Load a scenario."""
    from sim.scenario import Scenario

    return Scenario.load(scenario)


def _announce_compile() -> bool:
    """Say that the first run takes longer, if it does; return whether it does."""
    from sim.core.compiled import cold

    first = cold()
    if first:
        line = "Compiling the rules for this machine (about a minute, only after a change) ..."
        print(line, file=sys.stderr, flush=True)
    return first


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 a fault, 2 a mistake in use, 130 stopped."""
    return guarded(app, arguments)


if __name__ == "__main__":
    sys.exit(main())
