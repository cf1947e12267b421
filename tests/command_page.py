"""The tables of options in docs/command.md, from the command itself: ``python -m tests.command_page`` renews them."""

import inspect
import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import typer

from sim import cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "command.md"
MARKED = re.compile(r"(<!-- options: ([a-z ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
EVERYWHERE = {"quiet", "as_json"}  # told once, at the top of the page


def commands():
    """Return the function behind every command by its words: run, new scenario."""
    found = {one.name or one.callback.__name__: one.callback for one in cli.app.registered_commands}
    for group in cli.app.registered_groups:
        inner = group.typer_instance.registered_commands
        found |= {f"{group.name} {one.name}": one.callback for one in inner}
    return found


def table(command):
    """Return the arguments and options of a command as a Markdown table, below what the command is."""
    lines = ["", inspect.getdoc(command), ""]
    rows = []
    for name, one in inspect.signature(command).parameters.items():
        if one.annotation is typer.Context or name in EVERYWHERE:
            continue
        kind, told = one.annotation.__origin__, one.annotation.__metadata__[0]
        value = told.metavar or name.upper()
        words = [word for word in (told.default, *(told.param_decls or ())) if str(word).startswith("--")]
        option = words[0] if words else f"--{name.replace('_', '-')}"
        flagged = option if kind is bool else f"{option} {value}"
        word = value if isinstance(told, typer.models.ArgumentInfo) else flagged
        meaning = told.help
        if get_origin(kind) is Literal:
            meaning += f" [{' or '.join(get_args(kind))}]"
        if kind is not bool and one.default not in (None, one.empty):
            meaning += f" [default: {one.default}]"
        rows.append(f"| `{word}` | {meaning} |")
    return "\n".join([*lines, *(["| word | meaning |", "|---|---|", *rows, ""] if rows else []), ""])


def renewed(text):
    """Return the page with every table as the command has it now, and a section for every new command."""
    known = commands()
    told = [found[2] for found in MARKED.finditer(text)]
    new = [name for name in known if name not in told]
    text += "".join(f"\n## kotabaja {name}\n\n<!-- options: {name} -->\n<!-- end -->\n" for name in new)
    return MARKED.sub(lambda found: found[1] + table(known[found[2]]) + found[3], text)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
