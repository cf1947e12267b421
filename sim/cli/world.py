"""What is in the model and in a file, without running it: check, describe, policies, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Many, load
from sim.errors import UserError


def check(scenarios: Many) -> None:
    """Check scenario files without running them."""
    problems = []
    for one in scenarios:
        try:
            world = load(one)
        except UserError as problem:
            problems.append(str(problem))
        else:
            in_force = ", ".join(world.policies) or "no policy"
            dated = f", {len(world.events)} dated changes" if world.events else ""
            print(f"{one}: correct. {len(world.parameters)} parameters, {in_force}{dated}, {world.fingerprint}")
    if problems:
        raise UserError("\n".join(problems))


def describe(
    odd: Annotated[
        bool, typer.Option("--odd", help="Write the tables of the ODD document (docs/odd.md) anew.")
    ] = False,
    document: Annotated[Path, typer.Option(metavar="FILE", help="The ODD document.")] = Path("docs/odd.md"),
    columns: Annotated[bool, typer.Option("--columns", help="Describe every column of every result table.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The columns as JSON, one row a column.")] = False,
) -> None:
    """Describe the model from its own declarations: entities, schedule, rules, parameters, policies."""
    if columns or as_json:
        import json

        from sim import dictionary

        print(json.dumps(dictionary.rows(), indent=2, ensure_ascii=False) if as_json else dictionary.page(), end="")
        return
    if odd:
        from sim.odd import renew

        print(f"{document}: {'written anew' if renew(document) else 'is as the code has it'}")
        return
    from sim.describe import text

    print(text())


def policies(
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """List the policies: what each changes, its levers and ranges, what it costs, and on what evidence."""
    import json

    from sim.policy_table import policy_rows, policy_text

    print(json.dumps(policy_rows(), indent=2, ensure_ascii=False) if as_json else policy_text())


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check them."""
    import json

    from sim.schema import schema as made

    print(json.dumps(made(), indent=2, ensure_ascii=False))


def crate(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")]) -> None:
    """Describe a folder of results for archives: write RO-Crate metadata into it."""
    from sim.crate import describe_folder

    print(f"Written: {describe_folder(folder)}")
