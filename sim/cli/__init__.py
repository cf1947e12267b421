"""The ``kotabaja`` command: parse, call, print. Every import that takes time is made where it is needed.

A command is a function in one of the modules beside this one, and a line here.
"""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.people import brief, show_page, verify
from sim.cli.runs import run
from sim.cli.scripts import for_scripts
from sim.cli.starters import new_policy, new_scenario
from sim.cli.studies import bind, compare, validate
from sim.cli.sweeps import sensitivity, sweep
from sim.cli.world import check, crate, describe, policies, schema
from sim.cli.worlds import calibrate
from sim.exits import guarded

__all__ = ["app", "main"]


def _version(asked: bool) -> None:
    """Print the version and leave."""
    if asked:
        from sim import __version__

        print(f"kotabaja {__version__}")
        raise typer.Exit


app = typer.Typer(
    name="kotabaja",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def kotabaja(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """A simulated metal town: what training, market access and steel do for its small metal firms."""


new = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Write a start for a scenario or a policy.")
new.command("scenario")(for_scripts(new_scenario))
new.command("policy")(for_scripts(new_policy))

# In the order of the help.
app.command()(for_scripts(run))
app.command()(for_scripts(compare))
app.command()(for_scripts(bind))
app.command()(for_scripts(validate))
app.command()(for_scripts(sweep))
app.command()(for_scripts(sensitivity))
app.command()(for_scripts(calibrate))
app.command()(for_scripts(brief))
app.command()(for_scripts(verify))
app.command("app")(for_scripts(show_page))
app.command()(for_scripts(check))
app.command()(for_scripts(describe))
app.command()(for_scripts(policies))
app.command()(for_scripts(schema))
app.command()(for_scripts(crate))
app.add_typer(new, name="new")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 a fault, 2 a mistake in use, 130 stopped."""
    return guarded(app, arguments)
