"""Questions asked of many runs: compare, bind, validate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.completion import scenarios as shipped
from sim.cli.options import One, Out, Seeds, Workers, announce_compile, load
from sim.cli.scripts import Facts, rows_of
from sim.cli.worlds import compare_in_worlds

SEEDS_A_WORLD = 4  # a comparison in many worlds needs few seeds in each


def compare(
    context: typer.Context,
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO...",
            autocompletion=shipped,
            help="Scenario files, shipped scenarios' names, or patterns such as 'policies/*'.",
        ),
    ] = None,
    against: Annotated[
        str, typer.Option(autocompletion=shipped, help="The scenario without.")
    ] = "scenarios/baseline.toml",
    seeds: Annotated[
        int | None,
        typer.Option(
            min=2, max=100_000, help="Number of pairs; seeds 1, 2, ... [default: 30; with --precision at most 200]"
        ),
    ] = None,
    precision: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0.001,
            max=1.0,
            help="Run until the half-width of each effect's interval is below this share of the effect, or below "
            "--floor; at least 10 pairs, at most --seeds.",
        ),
    ] = None,
    precision_of: Annotated[
        str, typer.Option("--precision-of", metavar="COLUMN", help="The indicator that --precision looks at.")
    ] = "market_share_local",
    floor: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Half-width that is narrow enough for any effect, in the indicator's unit. "
            "[default: 0.001 for the local share, else none]",
        ),
    ] = None,
    workers: Workers = None,
    pairs: Annotated[
        bool, typer.Option("--pairs", help="Run every two of the scenarios together too: do they help each other?")
    ] = False,
    evidence: Annotated[
        bool, typer.Option("--evidence", help="Set the effects beside what experiments found.")
    ] = False,
    ensemble: Annotated[
        bool,
        typer.Option("--ensemble", help="Compare in every world that the facts leave, on 4 seeds each or --seeds."),
    ] = False,
    members: Annotated[
        Path | None,
        typer.Option("--members", metavar="DIR", help="With --ensemble: results of calibrate. [default: shipped]"),
    ] = None,
    out: Out = None,
) -> Facts:
    """Compare scenarios with a baseline on the same seeds. Effects and intervals, costs, winners and losers."""
    from sim.scenario import Scenario, shipped_names
    from sim.study import compare as study
    from sim.study import compared
    from sim.study import evidence as findings
    from sim.study import pairs as every_two
    from sim.study.files import output_folder, short_key
    from sim.study.precise import MAIN, Aim
    from sim.study.screen import progress_bar

    if pairs + evidence + ensemble > 1:
        context.fail("--pairs, --evidence and --ensemble are questions of their own. Ask one after the other.")
    if members and not ensemble:
        context.fail("--members goes with --ensemble.")
    if precision is None and (floor is not None or precision_of != MAIN):
        context.fail("--floor and --precision-of go with --precision. Add --precision 0.1, say.")
    if precision is not None and (pairs or ensemble):
        context.fail("--precision goes with neither --pairs nor --ensemble. Ask for a number of --seeds.")
    if not scenarios and (pairs or evidence):
        scenarios = (every_two if pairs else findings).default_names(shipped_names())
    if not scenarios:
        context.fail("Missing argument 'SCENARIO...'.")
    worlds, baseline = Scenario.load_all(scenarios), load(against)
    study.refuse_same_names(worlds, baseline)
    if ensemble:
        return compare_in_worlds(worlds, baseline, members, seeds or SEEDS_A_WORLD, workers, out)
    aim = None if precision is None else Aim.of(precision, precision_of, floor, most=seeds)
    if aim is not None:
        aim.refuse_unknown([*worlds, baseline])
    seeds = seeds or 30
    asked = seeds if aim is None else aim.facts
    key = short_key({one.name: one.fingerprint for one in worlds}, baseline.fingerprint, asked)
    folder = output_folder(out or Path("results") / ("pairs" if pairs else "compare") / key)
    if pairs:
        announce_compile()
        with progress_bar("Comparing pairs") as progress:
            together = every_two.compare_pairs(worlds, baseline, seeds, workers=workers, progress=progress)
        compared.write_pairs(together, folder)
        print(compared.pairs_text(together))
        facts = compared.pairs_facts(together)
    else:
        announce_compile()
        with progress_bar("Comparing") as progress:
            comparison = study.compare(
                worlds, baseline, seeds, workers=workers, follow_firms=True, aim=aim, progress=progress
            )
        compared.write(comparison, folder, evidence=evidence)
        print(compared.text(comparison, evidence=evidence))
        facts = compared.facts(comparison)
    print(f"Written to {folder}")
    return {"folder": folder, **facts}


def bind(
    scenario: One = "baseline",
    seeds: Seeds = 30,
    workers: Workers = None,
    out: Out = None,
) -> Facts:
    """Measure what binds local firms. The value added when each constraint alone is eased."""
    from sim.study import bind as study
    from sim.study.files import Delivery, manifest, output_folder, short_key
    from sim.study.screen import binding_table, progress_bar

    world = load(scenario)
    folder = output_folder(out or Path("results") / "bind" / short_key(world.fingerprint, seeds))
    announce_compile()
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
    return {"folder": folder, "scenario": world.name, "pairs": seeds, "constraints": rows_of(binding.table)}


def validate(
    scenario: One = "baseline",
    seeds: Annotated[int, typer.Option(min=2, max=100_000, help="Number of runs; seeds 1, 2, ...")] = 100,
    workers: Workers = None,
    out: Out = None,
) -> Facts:
    """Score a scenario on what is known of such a town. Writes the validation card; misses are no error."""
    from sim.study import card as study
    from sim.study.card_text import WIDTH, card_table, notes
    from sim.study.files import output_folder, short_key
    from sim.study.screen import progress_bar

    world = load(scenario)
    folder = output_folder(out or Path("results") / "validate" / short_key(world.fingerprint, seeds))
    announce_compile()
    with progress_bar("Measuring") as progress:
        card = study.score(world, seeds, workers=workers, progress=progress)

    from sim.report.plots_card import card_files

    title = f"Scenario {world.name}, {seeds} seeds, means over the observed months"
    words = f"{title}\n{card_table(card, WIDTH)}\n\n{notes(card)}\n"
    study.write(card, folder, {"card.txt": words.encode(), **card_files(card)})
    print(f"{title}\n{card_table(card)}\n")
    print(f"Written to {folder}")
    return {"folder": folder, "scenario": world.name, "seeds": seeds, "patterns": rows_of(study.card_frame(card))}
