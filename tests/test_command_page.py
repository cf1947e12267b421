"""docs/command.md tells of every command as it is."""

import re

from sim import exits
from tests.command_page import MARKED, PAGE, commands, renewed, table


def test_the_page_has_the_options_of_every_command_as_they_are():
    text = PAGE.read_text(encoding="utf-8")
    assert renewed(text) == text, "run: python -m tests.command_page"
    assert "## kotabaja run\n" in renewed("")
    assert sorted(found[2] for found in MARKED.finditer(text)) == sorted(commands())
    assert re.findall(r"^## kotabaja (.+)$", text, re.MULTILINE) == [found[2] for found in MARKED.finditer(text)]


def test_a_table_names_options_and_defaults():
    rows = table(commands()["run"])
    assert "| `--seed SEED` | Names the luck of the run. [default: 1] |" in rows
    assert "| `--set KEY=VALUE` |" in rows


def test_the_page_tells_every_exit_code():
    told = set(re.findall(r"^\| (\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
    assert told == {"0", *map(str, (exits.FAULT, exits.USAGE, exits.STOPPED))}
