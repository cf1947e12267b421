"""What is in the model and in a file, without running it: check, describe, policies, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import Many, load
from sim.cli.scripts import Facts
from sim.errors import UserError


def check(scenarios: Many) -> Facts:
    """Check scenario files without running them."""
    found: list[dict[str, Any]] = []
    for one in scenarios:
        try:
            world = load(one)
        except UserError as problem:
            found.append({"scenario": one, "correct": False, "problems": str(problem).splitlines()})
        else:
            in_force = ", ".join(world.policies) or "no policy"
            dated = f", {len(world.events)} dated changes" if world.events else ""
            print(f"{one}: correct. {len(world.parameters)} parameters, {in_force}{dated}, {world.fingerprint}")
            size = {"parameters": len(world.parameters), "policies": world.policies, "events": len(world.events)}
            found.append({"scenario": one, "correct": True, **size, "fingerprint": world.fingerprint})
    problems = [line for one in found for line in one.get("problems", ())]
    if problems:
        refusal = UserError("\n".join(problems))
        refusal.facts = found
        raise refusal
    return found


def describe(
    context: typer.Context,
    odd: Annotated[
        bool, typer.Option("--odd", help="Write the tables of the ODD document (docs/odd.md) anew.")
    ] = False,
    document: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The document of --odd. [default: docs/odd.md]")
    ] = None,
    columns: Annotated[bool, typer.Option("--columns", help="Describe every column of every result table.")] = False,
    assumptions: Annotated[
        bool, typer.Option("--assumptions", help="Write the register of assumptions (docs/assumptions.md) anew.")
    ] = False,
) -> Facts:
    """Describe the model from its own declarations. Entities, schedule, rules, parameters, policies, and so on.

    With --json: the columns of result tables, one object a column.
    """
    from sim import dictionary

    if document and not odd:
        context.fail("--document goes with --odd.")
    if assumptions:
        from sim.study.assumptions import renew as renew_assumptions

        page, influences = Path("docs/assumptions.md"), Path("docs/sensitivity/morris.csv")
        print(f"{page}: {'written anew' if renew_assumptions(page, influences) else 'is as the register has it'}")
    elif odd:
        document = document or Path("docs/odd.md")
        from sim.odd import renew

        print(f"{document}: {'written anew' if renew(document) else 'is as the code has it'}")
    elif columns:
        print(dictionary.page(), end="")
    else:
        from sim.describe import text

        print(text())
    return dictionary.rows


def policies() -> Facts:
    """List the policies with their levers, costs and evidence."""
    from sim.policy_table import policy_rows, policy_text

    print(policy_text())
    return policy_rows()


def schema() -> None:
    """Print the JSON Schema of scenario files, for editors. They complete and check a file by it."""
    import json

    from sim.schema import schema as made

    print(json.dumps(made(), indent=2, ensure_ascii=False))


def crate(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")]) -> None:
    """Describe a folder of results for archives. Writes RO-Crate metadata into it."""
    from sim.crate import describe_folder

    print(f"Written: {describe_folder(folder)}")
